"""Single words of attribute tables as numbers, units and yes or no.

Nothing is guessed: a word that can be read in two ways is not read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

# Words that stand for an empty cell, folded.
BLANK = frozenset(
    {"", "-", "--", "—", "——", "/", "\\", "无", "空", "<空>",
     "null", "<null>", "none", "nan", "n/a"}
)  # fmt: skip

# What spreadsheets write where a formula has no result.
FORMULA_ERROR = (
    r"^(?:#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|ERROR!|FIELD!|BLOCKED!"
    r"|GETTING_DATA|公式未计算)|Err:\d{3})$"
)

_TRUE = frozenset({"true", "t", "yes", "y", "1", "是", "有", "真", "√", "✓", "✔", "☑"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "否", "无", "没有", "假", "×", "✗", "✘", "☒"})

_SOME_OR_NONE = frozenset({"有", "无", "没有"})

_DATUM_1985 = (
    "1985国家高程基准", "1985年国家高程基准", "1985国家高程", "1985高程", "1985高程基准",
    "85国家高程基准", "85国家高程", "85高程", "85高程基准", "国家85高程", "国家85高程基准",
    "国家1985高程基准",
)  # fmt: skip
_MASS_RATE = {
    "吨": "0.001", "t": "0.001", "千吨": "1", "千t": "1", "kt": "1", "万吨": "10", "万t": "10",
    "百万吨": "1000", "百万t": "1000", "mt": "1000", "亿吨": "100000", "亿t": "100000",
}  # fmt: skip
_VOLUME = {
    "m3": "1", "立方米": "1", "方": "1", "千m3": "1000", "千立方米": "1000",
    "万m3": "10000", "万立方米": "10000", "万方": "10000",
    "百万m3": "1000000", "亿m3": "100000000", "亿立方米": "100000000",
}  # fmt: skip
# Column unit -> spelling -> how many of the column's unit it is.
# The metre as GML writes it in ``uom``.
_METRE = re.compile(
    r"#?(?:m|met(?:er|re)s?)|(?:urn:(?:ogc:def|x-ogp):uom:|https?://www\.opengis\.net/def/uom/)"
    r"epsg[:/][\d.]{0,9}[:/]9001"
)
UNITS: Mapping[str | None, Mapping[str, Decimal]] = {
    unit: {word: Decimal(factor) for word, factor in words.items()}
    for unit, words in {
        "kt/a": {
            mass + per: factor
            for mass, factor in _MASS_RATE.items()
            for per in ("/a", "/年", "每年", "")
        },
        "m3": _VOLUME,
        "m": {
            **dict.fromkeys(("m", "米", *_DATUM_1985), "1"),
            **dict.fromkeys(("km", "公里", "千米"), "1000"),
        },
        "a": {"a": "1", "年": "1"},
        "deg": {"°": "1", "度": "1", "deg": "1"},
        None: dict.fromkeys(("人", "个", "家", "套", "条", "座", "户", "层"), "1"),
    }.items()
}

_NUMBER = re.compile(
    r"([+-]?(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.\d*)?(?:[eE][+-]?\d{1,3})?|[+-]?\.\d+)\s*(.*)"
)
# Blanks of web pages; characters that nobody sees, which word processors leave.
_UNSEEN = str.maketrans(
    dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u202f\u3000", " ")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u2060\ufeff")
)
_MINUS = str.maketrans(dict.fromkeys("−‐‑‒﹣", "-"))
_LEVEL = r"([+-]?\d+(?:\.\d+)?)(?:m|米)?(?:标高)?"
# What the licence's own sentence goes on with, and the datum that all elevations here refer to.
_AFTER_LEVELS = r"(?:\(1985(?:年)?国家高程基准\))?(?:[,;。]共?(?:有|由)?\d+个拐点圈定)?[。;]?"
_RANGE = re.compile(
    rf"(?:由|从|自)?(?:标高)?{_LEVEL}(~|至|到|—{{1,2}}|–|-|/|,|;|、)(?:标高)?{_LEVEL}{_AFTER_LEVELS}"
)
_ONE_LEVEL = re.compile(r"(?:海拔|标高|高程)?:?([+-]?[\d.,]+(?:m|米)?)(?:标高|海拔|高程)?")
_SAYS_LEVEL = re.compile("标高|高程")
# Of the tildes, what converters make of the full-width one of GB 18030.
WAVE = str.maketrans("〜∼", "~~")

_POWERS = {
    "³": "千", "⁴": "万", "⁶": "百万", "⁸": "亿", "3": "千", "4": "万", "6": "百万", "8": "亿",
}  # fmt: skip
_POWER = re.compile(r"(?:\s{0,4}[×xX*·✕]\s{0,4}|(?<![\d.,]))10(?:([³⁴⁶⁸])|\^([3468])(?!\d))")
# A unit in a header that lost its raised digit (104t/a), or counts in tens and thousands.
_LOST_POWER = re.compile(r"10([3468])((?:t|吨|m3|立方米|方).*)")
_UNIT_WORD = re.compile(r"单位[:为]?")
_TENS = {"10k": "万", "1000": "千", "10000": "万", "1000k": "百万"}
_TEN = re.compile(r"(10k|1000k|10000|1000)((?:t|吨|m3|立方米|方).*)")

# Never marks of thousands, though half-width forms make them look so: "30，150" is two numbers.
_LIST_COMMA = re.compile("[，﹐︐]")
_THOUSANDS = re.compile(r"[+-]?\d{1,3},\d{3}(?:\.\d+)?")
_ONE_COMMA = re.compile(r"[+-]?\d,\d{3}(?![\d.,])")


def visible(text: str) -> str:
    """Return a text without characters that nobody sees, and with plain blanks.

    >>> visible("\ufeff点\u200b号\u00a01")
    '点号 1'
    """
    return text.translate(_UNSEEN)


def plain(word: str) -> str:
    """Return ``word`` with half-width characters, plain minus signs and trimmed ends.

    Characters that nobody sees are left out. A power of ten is a word of its own:

    >>> plain("５０×10⁴t/a"), plain("50 10^4m³"), plain("\u200b1\u00a0")
    ('50万t/a', '50 万m3', '1')
    """
    word = _POWER.sub(lambda m: _POWERS[m[1] or m[2]], visible(word))
    return unicodedata.normalize("NFKC", word).translate(_MINUS).strip()


def as_unit(word: str) -> str:
    """Return a unit as headers and unit columns write it, in the spelling of values.

    Mt are millions of tonnes; MT and mt may be so, or metric tons, and are left for nobody to read.

    >>> as_unit("Mt/a"), as_unit("MT/a")
    ('百万t/a', 'mt/a')
    >>> as_unit("10⁴t/a"), as_unit("×104t/a"), as_unit("10kt/a"), as_unit("104m3"), as_unit("m")
    ('万t/a', '万t/a', '万t/a', '万m3', 'm')
    """
    spelling = folded(word).lstrip("×x*·")
    if _METRE.fullmatch(spelling):
        return "m"
    if found := _LOST_POWER.fullmatch(spelling):
        return _POWERS[found[1]] + found[2]
    if found := _TEN.fullmatch(spelling):
        return _TENS[found[1]] + found[2]
    return re.sub("^mt", "百万t", spelling) if plain(word).startswith("Mt") else spelling


def plain_unit(word: str) -> str:
    """Return a unit as :func:`as_unit` knows it.

    >>> plain_unit("单位:万m^3"), plain_unit("万立方"), plain_unit("万吨/年")
    ('万m3', '万立方米', '万吨/年')
    """
    word = _UNIT_WORD.sub("", word, count=1) if _UNIT_WORD.match(word) else word
    word = re.sub(r"m\^3$", "m3", word, flags=re.IGNORECASE)
    return re.sub("立方$", "立方米", word)


def runs_together(word: str) -> bool:
    """Tell whether a raised or circled digit stands behind a digit: 30², 50①."""
    behind = {b for a, b in pairwise(word) if a.isdecimal() and not b.isdecimal()}
    return any(unicodedata.normalize("NFKC", c)[:1].isdecimal() for c in behind)


def folded(word: str) -> str:
    """Return ``word`` as it is compared: plain, without white space, case ignored."""
    return "".join(plain(word).split()).casefold()


def same_name(one: object, other: object) -> bool:
    """Tell whether two texts are one name, whatever the width of their marks and their blanks.

    >>> same_name("某某（集团）公司", "某某(集团) 公司"), same_name(None, None)
    (True, False)
    """
    if one == other:
        return one is not None
    both = isinstance(one, str) and isinstance(other, str)
    return both and _compared(str(one)) == _compared(str(other))


@lru_cache(maxsize=1 << 14)
def _compared(word: str) -> str:
    return folded(word)


def number(word: str, unit: str | None) -> float | None:
    """Return ``word`` in ``unit``, None where it is no number or its unit is another.

    >>> number("30万吨/年", "kt/a"), number("1.2万立方米", "m3"), number("１,２５０", "m")
    (300.0, 12000.0, 1250.0)
    >>> number("30万立方米/年", "kt/a") is None, number("30，150", "m") is None
    (True, True)
    >>> number("0,300", "m") is None
    True
    """
    match = _number_and_unit(word)
    if not match:
        return None
    factor = factor_of(match[2], unit)
    # 300000 MT are tonnes, 0.3 Mt millions of them.
    if factor is None or re.match(r"MT|mt", match[2]):
        return None
    value = float(Decimal(match[1].replace(",", "")) * factor)
    return value if abs(value) != float("inf") else None


def may_be_two(word: str) -> bool:
    """Return whether the comma of a depth or height may as well part two: 2,350 for 2 to 350 m.

    >>> may_be_two("2,350"), may_be_two("2,350米"), may_be_two("2,350.5"), may_be_two("12,350")
    (True, True, False, False)
    """
    return _ONE_COMMA.match(plain(word)) is not None


def level(word: str) -> str:
    """Return an elevation without the words that say that it is one.

    >>> level("海拔1250m"), level("1250米标高"), level("标高：+1250")
    ('1250m', '1250米', '+1250')
    """
    found = _ONE_LEVEL.fullmatch(plain(word))
    return found[1] if found else word


def is_bare(word: str) -> bool:
    """Return whether ``word`` is a number without a unit.

    >>> is_bare("1,200.5"), is_bare("1200万m3"), is_bare("30，150"), is_bare("m3")
    (True, False, False, False)
    """
    match = _number_and_unit(word)
    return match is not None and not match[2]


def _number_and_unit(word: str) -> re.Match[str] | None:
    """Return the number (1) and unit (2) of a word; a comma of Chinese parts two numbers."""
    if len(word) > 64 or _LIST_COMMA.search(word) or runs_together(_POWER.sub("", word)):
        return None
    return _NUMBER.fullmatch(plain(word))


def factor_of(word: str, unit: str | None) -> Decimal | None:
    """Return how many ``unit`` one ``word`` is; 1 for an empty word, None if unknown."""
    spelling = folded(plain_unit(word))
    if not spelling:
        return Decimal(1)
    return UNITS.get(unit, {}).get(spelling)


def is_of_depths(heading: str) -> bool:
    """Return whether a heading of a range may mean depths below the ground: 开采深度, KCSD.

    >>> is_of_depths("开采深度"), is_of_depths("开采深度（标高）"), is_of_depths("开采标高")
    (True, False, False)
    """
    name = folded(heading)
    return re.search("深度|^kcsd", name) is not None and re.search("标高|高程", name) is None


def elevations(word: str, *, may_be_depths: bool = False) -> tuple[float, float] | None:
    """Return (top, bottom) in metres of a text such as ``由1250米至980米标高``.

    A hyphen between signed numbers may be a separator or a sign, and the comma of ``1,250`` may
    part thousands; such a text is not read.

    >>> elevations("1250～980"), elevations("980米至-50米"), elevations("+100-50")
    ((1250.0, 980.0), (980.0, -50.0), None)
    >>> elevations("1250，980"), elevations("1,250")
    ((1250.0, 980.0), None)
    >>> elevations("由1250米至980米标高，共由6个拐点圈定")
    (1250.0, 980.0)

    Under a heading of depths, a text that begins at nought or goes upwards may be one of depths;
    it is read only where it speaks of elevations.

    >>> elevations("0~300"), elevations("0~300", may_be_depths=True)
    ((300.0, 0.0), None)
    >>> elevations("由50米至300米标高", may_be_depths=True)
    (300.0, 50.0)
    """
    match = _RANGE.fullmatch(folded(word).translate(WAVE)) if len(word) <= 64 else None
    if not match or runs_together(word):
        return None
    first, separator, second = match.groups()
    if separator == "-" and (first[0] in "+-" or second[0] in "+-"):
        return None
    if separator == "," and _THOUSANDS.fullmatch(f"{first},{second}"):
        return None
    pair = float(first), float(second)
    if may_be_depths and (pair[0] == 0 or pair[0] < pair[1]) and not _SAYS_LEVEL.search(word):
        return None
    return max(pair), min(pair)


def flag(word: str, *, negated: bool = False) -> bool | None:
    """Return whether ``word`` means yes, None where it is neither yes nor no.

    Parameters
    ----------
    negated : what is asked holds a no itself, as 无主 does: 有 and 无 may then mean either

    >>> flag("有"), flag("有", negated=True), flag("是", negated=True)
    (True, None, True)
    >>> flag("1.0"), flag("0.0"), flag("0.5")
    (True, False, None)
    """
    spelling = re.sub(r"^([01])\.0+$", r"\1", folded(word))  # as tables write 1 beside empty cells
    if negated and spelling in _SOME_OR_NONE:
        return None
    return True if spelling in _TRUE else False if spelling in _FALSE else None


def is_negated(heading: str) -> bool:
    """Return whether a heading asks for what is not there.

    >>> is_negated("无主尾矿库"), is_negated("是否未治理"), is_negated("有无积水")
    (True, True, False)
    """
    return re.match("(?:是否)?[无未非]", folded(heading)) is not None
