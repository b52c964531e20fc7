"""Lines of a notice around corners, and what tells them from a spoilt corner.

A corner is two numbers of six digits or more, or two angles. A line of words without one that
could be a corner's, and without two that long, hides none.
"""

from __future__ import annotations

import re

from layers.formats.angles import clean
from layers.formats.planes import width_of
from layers.formats.table.deductions import is_cut
from layers.formats.table.depths import is_about
from layers.formats.table.naming import LICENCE, told_in
from layers.formats.text.corner_finds import PHONES, SAID, plain_line

# Numbers that their words tell to be none of a place.
_TOLD = re.compile(
    r"(?:证号?|编号|号码|代码|编码|账号|帐号|卡号|邮编|文号|日期|时间|图幅号?)[\s:为]{0,3}"
    r"[A-Za-z\d*-]{1,40}(?:[、/,]\s?[A-Za-z\d*-]{1,40}){0,20}(?![.\d])"
    r"|(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-\d{7,8}|400-?\d{3}-?\d{4})(?!\d)"
    r"|(?<![\d.])\d{1,12}(?:[.,]\d{1,12})?\s?"
    r"(?:平方|立方|m2|m3|km2|公顷|ha|亩|吨|t/a|万|元|克|kg|号|公里|千米|km|%)"
    # A date, 20240506, and numbers with letters within: I49G001002, 91410000MA12345678.
    r"|(?<![\d.])(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?![\d.])"
    r"|(?<![A-Za-z\d.])(?=[A-Za-z\d]{6,40}(?![A-Za-z\d.]))"
    r"[A-Za-z\d]{0,40}\d[A-HJ-NP-WZ][A-Z]?\d[A-Za-z\d]*"
    r"|(?<![A-Za-z\d.])[A-Za-z]\d{10,40}(?![\d.])",
    re.IGNORECASE,
)
_ANGLE = (
    r"\d{1,3}\s?[°度](?:\s?\d{1,2}(?:\.\d{1,9})?\s?['′分])?"
    r"(?:\s?\d{1,2}(?:\.\d{1,9})?\s?(?:'{2}|[\"″秒]))?"
)
_EXTENT = re.compile(rf"({_ANGLE})\s?(?:[~至]|-{{1,2}}|[—–]{{1,2}})\s?(?:东经|北纬)?({_ANGLE})")
_ANGLES = re.compile(_ANGLE)
_LINKS = re.compile(
    r"https?://\S{1,200}|www\.\S{1,200}|[A-Za-z\d._-]{1,40}@[A-Za-z\d-]{1,40}\.[A-Za-z.]{2,20}"
)
_PLACED = re.compile(
    r"\d\s?[°度]\s?\d{1,2}(?:\.\d{1,9})?\s?['′分]|[XY]\d{0,4}\s?[=:]\s?\d", re.IGNORECASE
)
_LETTERS_LIKE_DIGITS = re.compile(r"(?<=[\d.])[OoIl]+(?=[\d.]|$)|(?<![A-Za-z])[OoIl]+(?=[\d.]{3})")
_LONG = re.compile(r"(?<![\d.])\d{6,40}(?:\.\d{1,9})?(?!\d)")
_GROUPED = re.compile(r"(?<![\d.,])\d{1,2}[ ,]\d{3}[ ,]\d{3}(?:\.\d{1,9})?(?![\d,])")
_MASKED = re.compile(r"\d\d[*×?]|[*×?]{2}\d")
_LOST = re.compile(
    r"(?:\d{1,4}[\s.、,:)]{1,3})?(?:(?:界址|拐|角|顶|边界)点|J|界桩|桩号)"
    r"\s?号?\s?\d{1,4}(?:号点?|点)?(?![\d个至到~—-])",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile("中心(?!线)|质心|形心|地理坐标|地理位置|四至|位于")
_TITLE = re.compile(
    r"[。;!]|\d{5,}|〔|\d\s?(?:公里|公顷|亩|米|年|万)"
    r"|^(?:附件|附表|附图|表\s?\d|关于|经)|[下见][表图列]|如下|依次|连线|坐标|拐点|中华人民共和国|副本|邮编"
    r"|^[A-Za-z\d\W]+$"
)
_PART = re.compile(r"\s*(?:(?!坐标|拐点)[^\s(]){1,12}\(")  # 一采区(4个拐点)
_LONGEST = 4000  # a line of a notice is a paragraph at most
_DEGREES = re.compile(r"(?<![\d.])(\d{1,3})\.\d{4,}")


def is_prose(text: str) -> bool:
    """Tell whether a line is of words, and no number in it can be of a corner.

    >>> is_prose("监督举报电话：0371-65905679"), is_prose("3,37610oo.00,38501000.00")
    (True, False)
    """
    words = plain_line(text)
    return speaks(words) and not may_place(words)


def is_elsewhere(text: str) -> bool:
    """Tell whether a line around corners of a plane gives another place: its centre, its extent."""
    words = plain_line(text)
    return speaks(words) and _ELSEWHERE.search(words) is not None and not names_lost(words)


def is_title(words: str) -> bool:
    """Tell whether a line above the first corner heads a document and names no parcel.

    >>> [is_title(words) for words in ("二、拐点坐标", "经审查,现批复如下。", "一采区", "一、甲矿")]
    [True, True, False, False]
    """
    if is_about(words) or is_cut(words) or told_in(words) or _PART.match(words):
        return False
    return _TITLE.search(words) is not None


def without_angles(words: str) -> str:
    """Return a line in plain characters without its angles.

    >>> without_angles("地理坐标:东经114°00'12''~114°02'30''")
    '地理坐标:东经 ~ '
    """
    return _ANGLES.sub(" ", words)


def speaks(words: str) -> bool:
    """Tell whether a line in plain characters has words beside those of a corner."""
    return len(re.findall(r"[一-鿿]", SAID.sub("", words))) > 1


def may_place(words: str) -> bool:
    """Tell whether a line in plain characters holds a number that may be of a corner.

    >>> may_place("账号:410012345678"), may_place("第三点 4380600.123 385oo400"), may_place("X=43*")
    (False, True, True)
    """
    if len(words) > _LONGEST or (not speaks(words) and re.search(r"\d{6}", words)):
        return True
    words = _EXTENT.sub(_without_extent, _LINKS.sub(" ", words))
    if _PLACED.search(words):
        return True
    words = _TOLD.sub(" ", PHONES.sub(" ", LICENCE.sub(" ", words)))
    if _MASKED.search(words):
        return True
    words = clean(_LETTERS_LIKE_DIGITS.sub(lambda m: "0" * len(m[0]), words))
    numbers = [m[0] for m in _LONG.finditer(words)]
    # 3 760 500.0 38 500 500.0; one alone is a sum of money.
    if len(numbers) + len(_GROUPED.findall(words)) > 1 or any(map(_may_be_of_plane, numbers)):
        return True
    return any(3 <= int(m[1]) <= 54 or 73 <= int(m[1]) <= 136 for m in _DEGREES.finditer(words))


def _without_extent(match: re.Match[str]) -> str:
    """Return nothing for an extent, both of whose angles are longitudes or latitudes."""
    one, other = (int(re.split(r"\D", angle, maxsplit=1)[0]) > 60 for angle in match.groups())
    return " " if one == other else match[0]


def _may_be_of_plane(number: str) -> bool:
    """Tell whether a number may be a northing, or an easting with its zone or with decimals."""
    value = float(number)
    zone, east = divmod(value, 1e6)
    if zone:
        return 1.7e6 <= value <= 6.1e6 or (width_of(int(zone)) is not None and 1e5 <= east <= 9e5)
    return "." in number


def names_lost(words: str) -> bool:
    """Tell whether a line without coordinates begins with the name of a corner: 拐点5 见附图.

    >>> names_lost("拐点5：见附图"), names_lost("拐点1至拐点4顺次连线")
    (True, False)
    """
    return _LOST.match(words.lstrip(" (")) is not None
