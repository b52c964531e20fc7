"""What the corners of a table are called: J1, 拐点1, ⑦, 东角; and the numbers in their names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set

_DINGBATS = {chr(base + k): str(k + 1) for base in (0x2776, 0x2780, 0x278A) for k in range(10)}
_WHOLE = re.compile(r"^(\d{1,9})\.0+$", re.ASCII)
_NAME = re.compile(r"(.*?)0*(\d{1,9})([^\d一-鿿]{0,2}|号|点)")
_CORNER_WORD = re.compile(
    r"(矿界|边界|界址|拐|界|顶|角|桩)(点|桩)?号?[-_.]?|点号?|[a-z]{0,3}[-_.]?"
)
_LETTERED = re.compile(r"[a-z]+\d*[-_.]")
_SERIES = (
    "甲乙丙丁戊己庚辛壬癸",
    "一二三四五六七八九十",
    "东南西北中",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "abcdefghijklmnopqrstuvwxyz",
)
_LONGEST = 40


def folded(text: str) -> str:
    """Return a text with circled and full-width digits as plain ones, in small letters.

    >>> folded("⑦"), folded("Ｊ１２"), folded("❸"), folded("3.0")
    ('7', 'j12', '3', '3')
    """
    digits = "".join(_DINGBATS.get(c, c) for c in text)
    # Programs write whole numbers with a decimal.
    return _WHOLE.sub(r"\1", unicodedata.normalize("NFKC", digits).casefold())


def alike(text: str) -> str:
    """Return what is the same of all spellings of a name: wide or narrow, with blanks or without.

    >>> alike("甲矿（Ⅰ）") == alike("甲 矿(I)"), alike("甲—矿") == alike("甲-矿"), alike("1.0")
    (True, True, '1')
    """
    return re.sub(r"[‐-―－−─]", "-", "".join(folded(text).split()))


def numbered(name: str) -> tuple[str, int] | None:
    """Return what stands before a corner's number and the number, None where it has none.

    >>> numbered("J12"), numbered("拐点4"), numbered("ZD01-5"), numbered("⑦"), numbered("东角")
    (('j', 12), ('拐点', 4), ('zd01-', 5), ('', 7), None)
    """
    if len(name) > _LONGEST:
        return None
    found = _NAME.fullmatch("".join(folded(name).split()).strip("()[]#号"))
    return (found[1], int(found[2])) if found else None


def names_a_corner(text: str, known: frozenset[str]) -> bool:
    """Tell whether a cell names a corner: as others (``known``), or as tables commonly do."""
    found = numbered(text)
    if found is None:
        return False
    before = found[0]
    return before in known or any(p.fullmatch(before) for p in (_CORNER_WORD, _LETTERED))


def is_like(text: str, names: Set[str]) -> bool:
    """Tell whether a cell may name a corner where corners have no numbers: 东角, 丁, D."""
    names = names - {""}
    if not text or not names:
        return False
    if len(text) == 1 and all(len(n) == 1 for n in names):
        return any(text in of and names & of for of in map(set, _SERIES))
    return text[-1] in {n[-1] for n in names} and len(text) <= max(map(len, names)) + 1
