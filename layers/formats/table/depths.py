"""Elevations that rows of a table of corners state: 开采深度由1250米至980米标高."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from layers.account import Issue
from layers.formats.table.naming import without_identities
from layers.formats.table.sheet import Sheet, bad_row
from layers.formats.table.vocabulary import N
from layers.issues import info, warning

_NOT_BEFORE = r"(?<![\d.,A-Za-z])(?<!\d\s)(?<!-)"
_NUMBER = r"([+-]?(?:\d,\d{3}|\d+)(?:\.\d+)?)"
_NOT_AFTER = (
    r"(?!\s*[\d.,]\d)(?!\d)"
    r"(?!\s*(?:号|年|月|日|层|条|线|个|%|万|亩|平方|公|千|k|K|吨|t|度|°|′|″|倍))"
)
_UNIT = r"\s*(米|m(?![A-Za-z\d²³]))?\s*"
_SIGN = r"(至|到|~|—{1,2}|–|-)"
_RANGE = re.compile(
    rf"{_NOT_BEFORE}{_NUMBER}{_NOT_AFTER}{_UNIT}(?:(?:标高|水平)\s*)?{_SIGN}\s*{_NUMBER}{_NOT_AFTER}{_UNIT}"
)
_ALONE = re.compile(r"[-+]?\d+(?:\.\d+)?\s*(?:米|m(?![A-Za-z\d²³/]))")
# What says of elevations that the right is granted between them. Any other word before 标高 (地面,
# 估算, 已采, 相邻, 原) makes them those of something else.
_GRANTED = (
    r"(?:开采|准采|限采|批准|批复|采矿许可|许可|拟(?:设|变更)?|申请|设计(?=开采)|核定|登记|出让|采矿权|采矿证"
    r"|证载?|划定|变更后)"
)
_RIGHT = r"(?:本|该|其|全|现|矿区|矿山|范围|的|注|\d{4}(?:-\d{4})?年|[\d号至、~-]+矿体)"
_OWN = re.compile(
    rf"(?:(?:{_RIGHT}|{_GRANTED})*{_GRANTED}(?:{_RIGHT})*(?:深度|标高|高程|海拔)+|标高)"
    r"(?:为|是|由|从|自|在)*"
)
_BARE = re.compile(r"(?:由|从|自|为)?")
_AFTER = re.compile(r"\(?(?:标高|高程|水平)")
_WHOLLY = re.compile(
    r"\s*\(?(?:标高|高程|水平)?(?:$|[;:。)\s]|\([^)]{0,30}(?:拐点|圈定|面积|矿区)"
    r"|之?间|范围|内|开采|圈定|共|由\d|面积|拐点|矿区|有效)"
)
_LEAD = re.compile(rf"^[^\w(]*(?:{N}{{1,3}}[、.](?!\d))?\s*")
_APART = re.compile(r":.|[^一-鿿:]$|[米里顷亩点定日]$")  # ends a value, a unit or a clause
_LOOK = 60  # characters before a range that may say of what it is
_ASSUMED = re.compile(r"(?:假定|相对|独立|任意|自定义?|地方)(?:的)?(?:高程|标高)")
_HEIGHT_SYSTEM = re.compile(
    r"(?:高程(?:系统?|基准)?(?:采用|为|:)?\s*)?(?:\d{4}\s*年?)?\s*(?:国家|黄海|独立)?高程(?:基准|系统|系)|黄海高程"
    r"|(?:19)?85\s*年?\s*国家高程(?:基准)?"
)
_ABOUT = re.compile(r"标高|高程|开采深度|由\s*[+-]?\d[\d,.]*\s*(?:米|m)\s*[至到]")
_WORDS = re.compile(
    r"(?:采矿权|矿区|范围|本|该|其)?的?(?:开采|准采|限采|批准|许可)?(?:深度|标高|高程)(?:为|是)?"
    r"|[(（]\s*(?:米|m)\s*[)）]|(?:由|从|自|为)\s*(?=\0)|[:：]\s*$|[:：]\s*(?=\0)"
)
_WHOLE = re.compile(r"(?:本|该|全|其)?(?:矿区|采矿权|范围|矿山|矿|区|开采|限采|批准)*")
# How a part of a right, or another one, is called.
_CLAUSE = re.compile(rf"^\s*[(（]?{N}{{1,3}}[)）]?[、.．]")
_PART = re.compile(r"[区块段矿坑井场库号]$|范围$|部分$|[\dA-Za-z一二三四五六七八九十甲乙丙丁]$")
_NO_NAME = re.compile(r"拐点|界址点|圈定|年|月|日|\d{3}")
_IN_WORDS = re.compile(r"[零〇一二两三四五六七八九十百千]{2,}\s*米")
# 最高开采标高1250米，最低开采标高980米.
_HIGH_LOW = re.compile(
    rf"(?:最高|上限)(开采|准采|限采)?标高\s*[:为]?\s*{_NUMBER}\s*(?:米|m)?\s*[;、]?\s*"
    rf"(?:最低|下限)(?:开采|准采|限采)?标高\s*[:为]?\s*{_NUMBER}\s*(?:米|m)?"
)
# Elevations of something else beside those of the right, in the clause that gives them.
_OF_ELSE = re.compile(r"(?:估算|资源|储量|地面|地形|侵蚀|水位|赋存|已采|现状)[^;。\d]{0,10}$")
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
    >>> stated("开采标高：+1200～±0m"), stated("标高+1200m水平至+900m水平"), stated("标高9米至±5米")
    (('1200', '0'), ('1200', '900'), None)
    >>> stated("2020年1月至2025年12月"), stated("一区由9米至7米标高，二区由6米至5米")
    (None, None)
    """
    words = _HIGH_LOW.sub(r"\1标高\2米至\3米", _unadorned(text))
    if is_assumed(text):
        return None
    name, called = _unadorned(without_depth(text)), "标高" in words or "高程" in words
    found: set[Depth | None] = set()
    for m in _RANGE.finditer(words):
        with_units = bool((m[2] and m[1][0] in "+-") or (m[5] and m[4][0] in "+-"))
        own = _is_own(m, words, name, with_units)
        if own or not _OF_ELSE.search(words[max(0, m.start() - 20) : m.start()]):
            found.add(_depth(m, elevations=called or with_units) if own else None)
    if _ALONE.search(_RANGE.sub("", words)):
        return None  # further elevations, of a vein or after a change
    return found.pop() if len(found) == 1 else None


def is_assumed(text: str) -> bool:
    """Tell whether heights are said to count from no national datum."""
    return _ASSUMED.search(text) is not None


def is_of_another(text: str) -> bool:
    """Tell whether a row gives elevations of which it does not say that they are the right's.

    >>> is_of_another("地面标高：1350米至1300米"), is_of_another("开采标高：1250米至980米")
    (True, False)
    """
    words = _unadorned(text)
    found = [*_RANGE.finditer(words)]
    return bool(found) and not any(_is_own(m, words, "", True) for m in found)


def _is_own(m: re.Match[str], words: str, name: str, with_units: bool) -> bool:
    """Return whether words around a range say that a right is granted between its elevations.

    What a cell or a clause of its own says before them does not count, the right's name neither.
    """
    if not _WHOLLY.match(words[m.end() : m.end() + _LOOK]):
        return False
    before = re.split(r"[;。()\n]", words[max(0, m.start() - _LOOK) : m.start()])[-1]
    tokens = _LEAD.sub("", before).removeprefix(name).split()
    anchored = with_units or _AFTER.match(words, m.end()) is not None
    for k in range(len(tokens) + 1):
        said = "".join(tokens[k:]).replace(":", "")
        apart = k == 0 or _APART.search(tokens[k - 1]) is not None
        if apart and (_OWN.fullmatch(said) or (anchored and _BARE.fullmatch(said))):
            return True
    return False


def _unadorned(text: str) -> str:
    """Return a text without the brackets that name a unit or the system of heights, nor names."""
    words = _normal(without_identities(text))
    words = re.sub(r"\(\s*(?:单位:?)?(?:米|m)\s*\)", "", words, flags=re.IGNORECASE)
    return re.sub(r"\(\s*\)", "", _HEIGHT_SYSTEM.sub("", words))


def _depth(m: re.Match[str], *, elevations: bool) -> Depth | None:
    first, sign, second = m[1], m[3], m[4]
    # 1250米—-80米: a dash behind the unit is no sign of the number.
    if sign in _DASHES and (first[0] in "+-" or second[0] in "+-") and not (m[2] and m[5]):
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
    words = re.sub(r"±\s*(?=0(?:\.0+)?(?![\d.]))", "", words)
    words = re.sub(r"负\s*(?=\d)", "-", words)
    return re.sub(r"[正](?=\d)", "+", words)


class Depths:
    """Gives each parcel the elevations that a row without coordinates states.

    Some tables state them below the corners, some above; the first statement tells which.
    """

    def __init__(self, path: Path, sheet: Sheet, header: int, words: str) -> None:
        self.path, self.sheet = path, sheet
        self.assumed = is_assumed(words)
        self.before: bool | None = None
        self.waiting: Depth | None = None
        self.said_in = 0
        self.used: set[str] = set()
        above = [] if self.assumed else map(sheet.text, range(header))
        found = [(text, depth) for text in above if (depth := stated(text))]
        self.title = found[0] if len(found) == 1 else None

    def take(self, row: int, text: str, last: Parcel | None, heading: str | None) -> bool:
        """Return whether a row states elevations, and keep them.

        ``last`` is the parcel above, ``heading`` that of the parcel to come, None where there is
        none since the last corner.
        """
        depth = None if self.assumed else stated(text)
        if depth is None:
            return False
        self.used.add(text)
        if self.before is None:
            self.before = last is None or heading is not None
        if self.before:
            if self.waiting is not None and not _same(self.waiting, depth):
                raise self._two(row)
            self.waiting, self.said_in = depth, row
        elif heading is not None or last is None:
            raise bad_row(
                self.path,
                self.sheet,
                row,
                "标高写在标题之后、拐点之前，分不清属于哪个地块",
                "elevations between a heading and its corners: of which parcel?",
            )
        else:
            self._set(row, last, depth)
        return True

    def name(self, row: int, text: str, parcel: Parcel) -> bool:
        """Return whether a row states elevations of a parcel that it names, and set them."""
        depth = None if self.assumed else stated(text)
        if depth is not None:
            self.used.add(text)
            self._set(row, parcel, depth)
        return depth is not None

    def give(self, row: int, parcel: Parcel) -> None:
        """Give what was stated above to the parcel whose corners begin."""
        if self.waiting is not None:
            self._set(row, parcel, self.waiting)
            self.waiting = None

    def finish(self, parcels: Sequence[Parcel]) -> None:
        """Give the statement above the header to the only parcel; none is left over."""
        if self.waiting is not None:
            raise bad_row(
                self.path,
                self.sheet,
                self.said_in,
                "标高之后没有拐点；若是上面地块的，请把许可证号、标高都写在拐点之上",
                "elevations of no corners; if they are of those above, write number and elevations "
                "above the corners",
            )
        held = [p for p in parcels if p.depth is not None]
        if self.before is False and len(parcels) > len(held) == 1 and held[0] is parcels[-1]:
            # Below the last of several: of that one, or of all?
            parcels[-1].depth = None
            self.used.clear()
        alone = len(parcels) == 1 or (self.before and all(p.depth for p in parcels[1:]))
        if self.title is not None and alone and parcels[0].depth is None:
            parcels[0].depth = self.title[1]
            self.used.add(self.title[0])

    def unread(self, header: int, corners: set[int], *, known: bool) -> list[Issue]:
        """Tell of rows about elevations from which none were taken.

        ``known`` says that all parcels have theirs: those of something else are a remark then.
        """
        issues = []
        for row in range(len(self.sheet.rows)):
            text = "" if row == header or row in corners else self.sheet.text(row)
            if text and text not in self.used and is_about(text):
                line, said = self.sheet.lines[row], text[:60]
                zh, en = f"第 {line} 行的标高未能读取", f"row {line}: elevations not understood"
                tell = warning
                if self.assumed:
                    zh = f"第 {line} 行的标高不从国家高程基准起算，未采用"
                    en = f"row {line}: elevations of no national datum are not used"
                elif is_of_another(text):
                    zh = f"第 {line} 行的标高没有写明是开采标高，未采用"
                    en = f"row {line}: elevations not said to be the right's are not used"
                    tell = info if known else warning
                issues.append(tell("depth_unread", f"{zh}：{said}", f"{en}: {said}"))
        return issues

    def _set(self, row: int, parcel: Parcel, depth: Depth) -> None:
        if parcel.depth is not None and not _same(parcel.depth, depth):
            raise self._two(row)
        parcel.depth = parcel.depth or depth

    def _two(self, row: int) -> Exception:
        return bad_row(
            self.path, self.sheet, row, "一个地块有两处标高", "elevations of a parcel given twice"
        )


def _same(one: Depth, other: Depth) -> bool:
    return [*map(float, one)] == [*map(float, other)]


def partial_issues(parcels: Sequence[Parcel]) -> list[Issue]:
    """Tell of elevations that some parcels have and others lack: they may be those of all."""
    have = sum(p.depth is not None for p in parcels)
    if have in (0, len(parcels)):
        return []
    zh = f"{len(parcels)} 个地块中只有 {have} 个写有标高，其余按没有标高"
    en = f"only {have} of {len(parcels)} parcels have elevations; the others are read without"
    return [warning("depth_partial", zh, en)]
