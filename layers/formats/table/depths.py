"""Elevations that rows of a table of corners state: 开采深度由1250米至980米标高."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from layers.account import Issue
from layers.formats.source import refusal
from layers.formats.table.sheets import Sheet
from layers.issues import warning

_NOT_BEFORE = r"(?<![\d.,A-Za-z])(?<!\d\s)(?<!-)"
_NUMBER = r"([+-]?(?:\d,\d{3}|\d+)(?:\.\d+)?)"
_NOT_AFTER = (
    r"(?!\s*[\d.,]\d)(?!\d)"
    r"(?!\s*(?:号|年|月|日|层|条|线|个|%|万|亩|平方|公|千|k|K|吨|t|度|°|′|″|倍))"
)
_UNIT = r"\s*(米|m(?![A-Za-z\d²³]))?\s*"
_SIGN = r"(至|到|~|—{1,2}|–|-)"
_RANGE = re.compile(
    rf"{_NOT_BEFORE}{_NUMBER}{_NOT_AFTER}{_UNIT}(?:标高\s*)?{_SIGN}\s*{_NUMBER}{_NOT_AFTER}{_UNIT}"
)
_ALONE = re.compile(r"[-+]?\d+(?:\.\d+)?\s*(?:米|m(?![A-Za-z\d²³/]))")
_BEFORE = re.compile(r"(?:标高|高程|开采深度)[^\d+-]{0,8}$")
_AFTER = re.compile(r"[(（]?(?:标高|高程)")
_HEIGHT_SYSTEM = re.compile(
    r"(?:高程(?:系统?|基准)?(?:采用|为|:)?\s*)?(?:\d{4}\s*年?)?\s*(?:国家|黄海|独立)?高程(?:基准|系统|系)|黄海高程"
)
_ABOUT = re.compile(r"标高|高程|开采深度|由\s*[+-]?\d[\d,.]*\s*(?:米|m)\s*[至到]")
_WORDS = re.compile(
    r"(?:采矿权|矿区|范围|本|该|其)?的?(?:开采|准采|限采|批准|许可)?(?:深度|标高|高程)(?:为|是)?"
    r"|[(（]\s*(?:米|m)\s*[)）]|(?:由|从|自|为)\s*(?=\0)|[:：]\s*$|[:：]\s*(?=\0)"
)
_WHOLE = re.compile(r"(?:本|该|全|其)?(?:矿区|采矿权|范围|矿山|矿|区|开采|限采|批准)*")
# How a part of a right, or another one, is called.
_CLAUSE = re.compile(r"^\s*[(（]?[一二三四五六七八九十\d]{1,3}[)）]?[、.．]")
_PART = re.compile(r"[区块段矿坑井场库号]$|范围$|部分$|[\dA-Za-z一二三四五六七八九十甲乙丙丁]$")
_NO_NAME = re.compile(r"拐点|界址点|圈定|年|月|日|\d{3}")
_IN_WORDS = re.compile(r"[零〇一二两三四五六七八九十百千]{2,}\s*米")
_DASHES = ("-", "–", "—", "——")

Depth = tuple[str, str]
"""Top and bottom, metres, in the digits of the file."""


class Parcel(Protocol):
    """What elevations are given to."""

    heading: str
    depth: Depth | None


def stated(text: str) -> Depth | None:
    """Return top and bottom that a text states, None where it does not or may be read in two ways.

    >>> stated("由1,250米至负50米标高"), stated("开采深度：980米至1250米标高")
    (('1250', '-50'), ('1250', '980'))
    >>> stated("2020年1月至2025年12月"), stated("一区由9米至7米标高，二区由6米至5米")
    (None, None)
    """
    words = _normal(text)
    found: set[Depth | None] = set()
    for m in _RANGE.finditer(words):
        anchored = bool(_BEFORE.search(words[: m.start()]) or _AFTER.match(words[m.end() :]))
        with_units = (m[2] and m[1][0] in "+-") or (m[5] and m[4][0] in "+-")
        if anchored or with_units:
            found.add(_depth(m, elevations="标高" in words or "高程" in words or bool(with_units)))
        else:
            found.add(None)  # another range: of what?
    if _ALONE.search(_RANGE.sub("", words)):
        return None  # further elevations, of a vein or after a change
    return found.pop() if len(found) == 1 else None


def _depth(m: re.Match[str], *, elevations: bool) -> Depth | None:
    first, sign, second = m[1], m[3], m[4]
    if sign in _DASHES and (first[0] in "+-" or second[0] in "+-"):
        return None
    one, other = (n.replace(",", "").lstrip("+") for n in (first, second))
    if float(one) >= float(other):
        return one, other
    # What is called a depth alone and grows may count from the ground.
    return (other, one) if elevations else None


def is_about(text: str) -> bool:
    """Tell whether a row is about elevations, and holds a number."""
    for clause in re.split(r"[。;；\n]", _normal(text)):
        words = _HEIGHT_SYSTEM.sub("", re.sub(r"^\s*[(（]?\d{1,2}\s*[、.)）](?!\d)", "", clause))
        if _ABOUT.search(words) and (any(c.isdecimal() for c in words) or _IN_WORDS.search(words)):
            return True
    return False


def without_depth(text: str) -> str:
    """Return the name that stands beside the elevations of a row, blank where there is none.

    >>> without_depth("一采区（由1250米至980米标高）"), without_depth("由9米至7米标高，4个拐点圈定")
    ('一采区', '')
    """
    text = _CLAUSE.sub("", text)
    rest = _RANGE.sub("\0", _normal(text))
    rest = _WORDS.sub("", _WORDS.sub("", rest)).replace("\0", " ")
    rest = rest.strip(" :,，。;；、()（）")
    if _WHOLE.fullmatch(rest):
        return ""
    if not _normal(text).startswith(rest):
        return ""  # 其中一采区由9米至7米
    return rest if _PART.search(rest) and not _NO_NAME.search(rest) and ":" not in rest[:-1] else ""


def _normal(text: str) -> str:
    # A comma parts ranges but for those of thousands.
    words = re.sub(r"(?<!\d)[,，]|[,，](?!\d{3}(?!\d))", ";", text)
    words = unicodedata.normalize("NFKC", words).translate(
        {0x2212: "-", 0x2010: "-", 0x2011: "-", 0x301C: "~", 0x223C: "~"}
    )
    words = re.sub(r"负\s*(?=\d)", "-", words)
    return re.sub(r"[正](?=\d)", "+", words)


class Depths:
    """Gives each parcel the elevations that a row without coordinates states.

    Some tables state them below the corners, some above; the first statement tells which.
    """

    def __init__(self, path: Path, sheet: Sheet, header: int) -> None:
        self.path, self.sheet = path, sheet
        self.before: bool | None = None
        self.waiting: Depth | None = None
        self.said_in = 0
        self.used: set[str] = set()
        found = [(text, d) for k in range(header) if (d := stated(text := text_of(sheet, k)))]
        self.title = found[0] if len(found) == 1 else None

    def take(self, row: int, text: str, last: Parcel | None, heading: str | None) -> bool:
        """Return whether a row states elevations, and keep them.

        ``last`` is the parcel above, ``heading`` that of the parcel to come, None where there is
        none since the last corner.
        """
        depth = stated(text)
        if depth is None:
            return False
        self.used.add(text)
        if self.before is None:
            self.before = last is None or heading is not None
        if self.before:
            if self.waiting is not None:
                raise self._two(row)
            self.waiting, self.said_in = depth, row
        elif heading is not None or last is None:
            raise _bad_row(
                self.path,
                self.sheet,
                row,
                "标高写在标题之后、拐点之前，分不清属于哪个地块",
                "elevations between a heading and its corners: of which parcel?",
            )
        else:
            self._set(row, last, depth)
        return True

    def give(self, row: int, parcel: Parcel) -> None:
        """Give what was stated above to the parcel whose corners begin."""
        if self.waiting is not None:
            self._set(row, parcel, self.waiting)
            self.waiting = None

    def finish(self, parcels: Sequence[Parcel]) -> None:
        """Give the statement above the header to the only parcel; none is left over."""
        if self.waiting is not None:
            raise _bad_row(
                self.path, self.sheet, self.said_in, "标高之后没有拐点", "elevations of no corners"
            )
        if self.title is not None and len(parcels) == 1 and parcels[0].depth is None:
            parcels[0].depth = self.title[1]
            self.used.add(self.title[0])

    def unread(self, header: int, corners: set[int]) -> list[Issue]:
        """Tell of rows about elevations from which none were taken."""
        issues = []
        for row in range(len(self.sheet.rows)):
            text = "" if row == header or row in corners else text_of(self.sheet, row)
            if text and text not in self.used and is_about(text):
                line, said = self.sheet.lines[row], text[:60]
                zh = f"第 {line} 行的标高未能读取：{said}"
                issues.append(
                    warning("depth_unread", zh, f"row {line}: elevations not understood: {said}")
                )
        return issues

    def _set(self, row: int, parcel: Parcel, depth: Depth) -> None:
        if parcel.depth is not None:
            raise self._two(row)
        parcel.depth = depth

    def _two(self, row: int) -> Exception:
        return _bad_row(
            self.path, self.sheet, row, "一个地块有两处标高", "elevations of a parcel given twice"
        )


def text_of(sheet: Sheet, row: int) -> str:
    """Return what a row says, each cell once."""
    return " ".join(dict.fromkeys(filter(None, sheet.rows[row])))


def _bad_row(path: Path, sheet: Sheet, row: int, zh: str, en: str) -> Exception:
    line = sheet.lines[row]
    return refusal(path, f"第 {line} 行：{zh}", f"row {line}: {en}")
