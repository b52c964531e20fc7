"""Corners in lines as people write them: what one looks like, and the lines that hold them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from layers.formats.angles import with_signs
from layers.formats.table.header import role_of
from layers.formats.table.naming import LICENCE
from layers.parse import plain

_NAME = (
    r"(?:第\s?)?(?P<name>(?:(?:界址|拐|角|顶|边界)?点号?|[A-Za-z]{1,3}-?)?\s{0,2}\d{1,4}['′]?)"
    r"(?:号?(?:界址|拐|角|顶)?点|号)?"
)
_AFTER = r"(?:\)[\s,;、.:|/]{0,4}|[\s,;、.:|/]{1,4}|(?=\())"
_BETWEEN = r"(?:\)?[\s,;、:|/]{1,6}\(?|\)\()"
_PLANE = r"\d{6,8}(?:\.\d{1,20})?(?!\d|[.·]\d)"
_PLANE_WORD = r"(?:[XY]|[北东纵横]坐标|[NE北东纵横](?=\s?[=:]?\s?\d))"
# X1=…，Y1=…: the corner's number stands behind both letters.
_PLANE_PAIR = (
    rf"(?P<one_word>{_PLANE_WORD})?(?P<index>(?<=[XYxy])\d{{1,4}}(?=\s?[=:]))?(?:坐标)?\s?[=:]?\s?(?P<one>{_PLANE})(?:\s?(?:米|m\b))?"
    rf"(?:{_BETWEEN}|(?={_PLANE_WORD}))"
    rf"(?P<two_word>{_PLANE_WORD})?(?(index)(?P=index))(?:坐标)?\s?[=:]?\s?(?P<two>{_PLANE})(?:\s?(?:米|m\b))?"
    r"(?:[\s,]{1,4}(?P<height>-?\d{1,4}(?:\.\d{1,4}(?![\d.°])|(?=\s*$))))?"
)
_ANGLE = (
    r"\d{2,3}\s?[°度]\s?\d{1,2}(?:\.\d{1,9})?\s?['′‘’分]"
    r"(?:\s?\d{1,2}(?:\.\d{1,9})?\s?(?:['′‘’]{2}|[\"“”秒])?)?"
    r"|\d{2,3}\.\d{3,12}\s?[°度]?"
)
_ANGLE_WORD = r"(?:东经|北纬|经度|纬度|[ENLB])"
_ANGLE_PAIR = (
    rf"(?P<one_word>{_ANGLE_WORD})?\s?[=:]?\s?(?P<one>{_ANGLE})\s?[EN]?"
    rf"(?:{_BETWEEN}|(?={_ANGLE_WORD}))"
    rf"(?P<two_word>{_ANGLE_WORD})?\s?[=:]?\s?(?P<two>{_ANGLE})\s?[EN]?"
)
PLANES, ANGLES = (
    re.compile(rf"(?<![\d.A-Za-z°′'])(?:\(?{_NAME}{_AFTER}\(?)?{pair}\)?", re.IGNORECASE)
    for pair in (_PLANE_PAIR, _ANGLE_PAIR)
)
# What stands beside a corner and says nothing more: 拐点坐标, 点号.
SAID = re.compile(
    r"(?:界址|拐|角|顶|边界)?点(?:号|坐标)?|坐标|序号|编号|为|其|[XYm]|米|[EN]", re.IGNORECASE
)
# ①4380000: the digits of the two are parted.
_CIRCLED = {
    base + k: f"{k + 1} "
    for base in (0x2460, 0x2474, 0x2488, 0x2776, 0x2780, 0x278A)
    for k in range(10)
}
HEIGHT = re.compile(r"边长|距离|高程|标高|高度?|[HZh](?:\(m\)|\(米\))?(?:坐标)?(?:\(m\)|\(米\))?")
PHONES = re.compile(
    r"(?:电话|传真|手机|热线|座机|QQ|微信)[\s:为]{0,3}[(\d][\d()*-]{4,20}"
    r"(?:\s?[、/,]\s?[\d()*-]{4,20}){0,9}(?![.\d])"
)
_SPLIT = re.compile(r"[\s,;、|]+")


@dataclass(frozen=True)
class Line:
    """A line as people write it, in plain characters, and the corners found in it."""

    number: int
    written: str
    text: str
    corners: Sequence[re.Match[str]]

    @classmethod
    def of(cls, number: int, written: str) -> Line:
        """Return a line with its corners."""
        text = plain_line(written)
        return cls(number, written, text, found_in(text))

    @cached_property
    def cells(self) -> list[str]:
        """Words and numbers."""
        return [cell for cell in _SPLIT.split(self.text.strip()) if cell]

    @cached_property
    def heading(self) -> tuple[str, ...] | None:
        """The heads of corners' names and places where the line is a header, else None."""
        cells = self.cells
        roles = [role_of(cell) for cell in cells]
        if "lat" in roles and "lon" in roles:
            return "点号", cells[roles.index("lat")], cells[roles.index("lon")]
        if "north" in roles and "east" in roles:
            first, second = sorted((roles.index("north"), roles.index("east")))
            return "点号", cells[first], cells[second]
        return None

    @property
    def short(self) -> str:
        """The beginning of the line, for a message."""
        return self.written.strip()[:40]


def plain_line(line: str) -> str:
    """Return a line in plain characters: no wide digits, circled numbers or other signs."""
    return plain(with_signs(line.translate(_CIRCLED)))


def found_in(text: str) -> list[re.Match[str]]:
    """Return the corners of a line, those of a plane or in degrees."""
    # Two telephone numbers, or groups of digits of a licence number, look like two coordinates.
    for other in (LICENCE, PHONES):
        text = other.sub(lambda m: "C" * len(m[0]), text)
    found = [*PLANES.finditer(text)]
    # 东经114°00′～114°02′，北纬39°30′～39°31′ is an extent.
    return found or [m for m in ANGLES.finditer(text) if not _of_extent(text, m)]


def name_of(match: re.Match[str]) -> str:
    """Return the name of a corner that was found, blank where it has none."""
    words = match.groupdict()
    return (words["name"] or words.get("index") or "").strip()


def _of_extent(text: str, match: re.Match[str]) -> bool:
    before, after = text[: match.start("one")][-3:], text[match.end() : match.end() + 3]
    return bool(re.search(r"[~至]\s?$", before) or re.match(r"\s?[~至]", after))
