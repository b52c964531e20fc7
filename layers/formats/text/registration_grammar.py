"""The two grammars of a mining right's corners, and the few lines that may stand around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from layers.account import Issue
from layers.errors import FormatError
from layers.formats.angles import clean
from layers.formats.planes import Datum, datums_named
from layers.formats.source import refusal
from layers.formats.stated import Stated, stated_in
from layers.issues import info, listed, warning

Line = tuple[int, str]
Block = tuple[str | None, list[Line]]
"""Licence number, where the text gives one, and numbered data lines of one right."""

# "许可证号 C1", "采矿许可证编号：C1", "许可证：C1"; not "许可证有效期…". Nothing may follow it.
_LICENCE = re.compile(
    r"(?:(?:采矿|探矿|勘查)?(?:许可证|证)(?:(?:编号|号码|号)\s*[:：=,，]?|\s*[:：=,，])\s*"
    r"|(?=[CT]\d{10,30}[,，;；]?$))([^\s:：=,，;；、。]+)[,，;；]?$"
)
_TITLE = re.compile(r"拐点|点号|序号|区域坐标|[^\d,，*]{2,30}(?:公示|公告)$")
_CLOSING = re.compile(r"\*\s*[,，]")
_PUBLISHED = re.compile(
    r"[XＸ]\s*[(（]\s*起标高\s*[)）]\s*[,，]\s*[YＹ]\s*[(（]\s*止标高", re.IGNORECASE
)
# What no heading holds: long or broken or masked numbers, numbers alone that are no datum's year,
# the licence number of a line of its own.
_HOLDS_DATA = re.compile(
    r"\d{5,}|\d\.\d|\*|许可证|证号|(?:^|[,，\s])[+-]?(?!(?:2000|19\d\d|80|54|84)\b)\d+\s*(?:[,，]|$)"
)
# What people write above the corners of a right, and what no such line holds: a corner.
_REMARK = re.compile(
    r"(?:(?:采矿|探矿|矿业)权人|申请(?:人|单位)|单位名称|(?:矿山|矿区|项目|勘查项目|采矿权|探矿权)名称"
    r"|(?:开采|勘查)?主?矿种|开采方式|开采(?:深度|标高)|准采标高|(?:设计)?生产规模|地址|地理位置|所在地"
    r"|(?:所在)?行政区划?|有效期限?|延续(?:年限)?|发证(?:机关|日期)|经济类型|项目(?:类型|性质)|图幅号?|备注|说明"
    r"|联系(?:人|电话|方式)|电话|(?:矿区|批准|登记|勘查|核定|申请|拟设)?(?:范围)?(?:拐点坐标|面积)"
    r"(?:[(（][^()（）]{1,8}[)）])?)\s*(?:[:：为]|由(?=[+-]?\d))"
)
_HOLDS_CORNER = re.compile(
    r"\d{7,}|\d{4,}\s*[,，]\s*[+-]?\d|\d\s*[,，]\s*[+-]?(?!\d{3}(?!\d))\d|\*"  # no thousands
)
_PHONE = re.compile(r"(?<!\d)(?:0\d{2,3}-\d{7,8}|1[3-9]\d{9})(?!\d)", re.ASCII)
_TABS = re.compile(r"^[^\S\n]*\*\t", re.MULTILINE)
_OWN_NAME = re.compile(r"^[^\S\n]*(?:矿区|勘查区)?区域坐标\s*[:：]\s*(?=\d{1,6}\s*,)", re.MULTILINE)
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_TAIL = (("上限标高", "top"), ("下限标高", "bottom"), ("备注", "remark"), ("加减号", "sign"))
_Refuse = Callable[[str, str], FormatError]


@dataclass(frozen=True, slots=True)
class Part:
    """One ring as written: its place in the text, corners and their names, elevations, sign."""

    number: int
    names: tuple[str, ...]
    first: tuple[float, ...]
    second: tuple[float, ...]
    top: float | None
    bottom: float | None
    remark: str
    sign: int
    zeros: bool = False
    """Both elevations are written as 0: a body without height, so that they are not stated."""

    def meets(self, other: Part) -> bool:
        """Tell whether the two may share elevations; one that is not stated may be any."""
        if None in (self.top, self.bottom, other.top, other.bottom):
            return True
        assert self.top is not None and self.bottom is not None
        assert other.top is not None and other.bottom is not None
        return min(self.top, other.top) > max(self.bottom, other.bottom)


class _Corner(NamedTuple):
    """A corner of a published list: line, name, X and Y as written."""

    line: int
    name: str
    first: float
    second: float


# -- the text around the numbers ---------------------------------------------------------------


def with_commas(text: str) -> str:
    """Return a text with commas between fields: web pages paste tabs, people type wide commas.

    The string may stand behind its own name. Lines keep their numbers.
    """
    if "," not in text:
        text = text.replace("，", ",")
    if _TABS.search(text):
        text = text.replace("\t", ",")
    return _OWN_NAME.sub("", text)


def blocks_of(path: Path, text: str) -> tuple[list[Datum], list[Block]]:
    """Return datums named and, per right, its licence number and numbered data lines."""
    datums: list[Datum] = []
    blocks: list[Block] = []
    gap = False  # a blank line or a heading since the last corners
    for number, raw in enumerate(text.rstrip("\x1a\r\n").splitlines(), 1):
        line = raw.strip()
        licence = _LICENCE.match(line)
        if licence:
            blocks.append((licence.group(1), []))
        elif _is_data(line):
            if not blocks:
                blocks.append((None, []))
            elif gap and blocks[-1][1]:
                raise refusal(
                    path,
                    f"第 {number} 行：空行或表头之后没有许可证号，不知属于哪个矿权",
                    f"line {number}: no licence number after the blank line or heading",
                )
            blocks[-1][1].append((number, line))
            gap = False
            continue
        elif line and not _is_heading(line) and not is_remark(line):
            raise refusal(
                path,
                f"第 {number} 行不合格式：{line[:40]}",
                f"line {number} does not fit: {line[:40]}",
            )
        else:
            datums += [d for d in datums_named(line) if d not in datums]
        # A web page pastes blank lines between those of a part.
        gap = gap or bool(line) or not (blocks and blocks[-1][1] and _is_open(blocks[-1][1][-1][1]))
    _check_blocks(path, blocks)
    return datums, blocks


def _check_blocks(path: Path, blocks: list[Block]) -> None:
    if not blocks:
        raise refusal(path, "没有拐点坐标", "holds no corners")
    for licence, lines in blocks:
        if not lines:
            raise refusal(path, f"许可证 {licence} 没有拐点", f"licence {licence} has no corners")
    numbers = [licence for licence, _ in blocks]
    if len(blocks) > 1 and None in numbers:
        raise refusal(path, "第一个矿权没有许可证号", "the first right has no licence number")


def masked_licence(licence: str | None, label: str) -> list[Issue]:
    """Return a warning where digits of a licence number are masked: it names no right."""
    if licence is None or "*" not in licence:
        return []
    zh, en = f"许可证号 {licence} 被遮盖", f"licence number {licence} is masked"
    return [warning("licence_masked", zh, en, label)]


def headings(text: str) -> str:
    """Return the lines of a text that name columns or say what its coordinates are in."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(w for w in lines if not _LICENCE.match(w) and not _is_data(w))


def is_preamble(line: str) -> bool:
    """Tell whether a line is one that may stand before the numbers."""
    told = _LICENCE.match(line) or _TITLE.match(line) or is_remark(line)
    return bool(told) or stated_in(line) != Stated()


def is_corner(line: str) -> bool:
    """Tell whether a line looks like a corner of the published form."""
    fields = [f.strip() for f in line.split(",")]
    return len(fields) >= 3 and all(f and f[0] in "*+-0123456789" for f in fields[:3])


def _is_open(line: str) -> bool:
    """Tell whether a line is a corner of a published list, whose part is still to be closed."""
    return is_corner(line) and not is_closing(line) and line.count(",") < 7


def is_closing(line: str) -> bool:
    """Tell whether a line closes a part of the published form; a footnote has no comma there."""
    return bool(_CLOSING.match(line))


def heads_published(line: str) -> bool:
    """Tell whether a line is the heading of a published list, whose parts ``*`` must close."""
    return bool(_PUBLISHED.search(line))


def _is_data(line: str) -> bool:
    if is_closing(line):
        return True
    first, comma, _ = line.replace("，", ",").partition(",")
    if not comma or not re.match(r"[\d+-]", line):
        return False
    return bool(_PLAIN_NUMBER.fullmatch(clean(first))) or not datums_named(line)


def is_remark(line: str) -> bool:
    """Tell whether a line says something of the right, such as its holder, and holds no corner."""
    return bool(_REMARK.match(line)) and not _HOLDS_CORNER.search(_PHONE.sub("", clean(line)))


def remarks_unread(text: str) -> list[Issue]:
    """Tell of lines about a right that go into no column; areas are held against the outlines."""
    remarks = filter(is_remark, map(str.strip, text.splitlines()))
    lines = [line for line in remarks if "面积" not in line and "坐标" not in line]
    if not lines:
        return []
    zh, en = listed(lines), listed(lines, "en")
    return [info("remark_unread", f"文字说明未采用：{zh}", f"remarks are not read: {en}")]


def _is_heading(line: str) -> bool:
    """Tell whether a line names columns or a datum, and holds nothing that could be a corner."""
    says = _TITLE.match(line) is not None or stated_in(line) != Stated()
    return says and not _HOLDS_DATA.search(clean(line))


# -- the two grammars --------------------------------------------------------------------------


class Tokens:
    """Fields of a registration string, taken one after the other."""

    def __init__(self, path: Path, lines: Sequence[Line]) -> None:
        for number, line in lines[:-1]:
            if not line.endswith(","):
                raise refusal(
                    path, f"第 {number} 行断在字段中间", f"line {number} breaks inside a field"
                )
        joined = "".join(line for _, line in lines)
        self.path = path
        self.fields = [f.strip() for f in joined.split(",")]
        self.at = 0

    def take(self, zh: str, en: str) -> str:
        """Return the next field, which is ``en``; FormatError where there is none."""
        if self.at >= len(self.fields):
            raise refusal(self.path, f"缺少{zh}：字段已完", f"ends where {en} is due")
        self.at += 1
        return self.fields[self.at - 1]

    def error(self, zh: str, en: str) -> FormatError:
        """Return the error about the field that was taken last."""
        return refusal(self.path, f"第 {self.at} 项：{zh}", f"field {self.at}: {en}")

    def integer(self, zh: str, en: str) -> int:
        """Return the next field as a count; FormatError where it is none."""
        text = self.take(zh, en)
        if not text.isdecimal() or len(text) > 6 or not 0 < int(text) <= 100_000:
            raise self.error(
                f"{zh} {text[:30]!r} 不是正整数", f"{en} {text[:30]!r} is no positive integer"
            )
        return int(text)

    def number(self, zh: str, en: str) -> float:
        """Return the next field as a number; FormatError where it is none."""
        text = self.take(zh, en)
        more = _wide(text)
        return _number(text, lambda zh, en: self.error(zh + more[0], en + more[1]))


def parse_string(path: Path, lines: Sequence[Line]) -> list[Part]:
    """Read the parts of one registration string; FormatError names the field."""
    tokens = Tokens(path, lines)
    parts = []
    for ring in range(1, tokens.integer("圈数", "the number of rings") + 1):
        zh, en = f"第 {ring} 圈", f"of ring {ring}"
        names, first, second = [], [], []
        for _ in range(tokens.integer(f"{zh}点数", f"the corner count {en}")):
            names.append(tokens.take(f"{zh}点号", f"a corner number {en}"))
            if not names[-1]:
                raise tokens.error(f"{zh}点号为空", f"empty corner number {en}")
            first.append(tokens.number(f"{zh} X", f"an X {en}"))
            second.append(tokens.number(f"{zh} Y", f"a Y {en}"))
        tail = [tokens.take(f"{zh}{name}", f"the {name_en} {en}") for name, name_en in _TAIL]
        parts.append(_part(ring, names, first, second, tail, tokens.error))
    if any(tokens.fields[tokens.at :]):
        tokens.at += 1
        raise tokens.error("最后一圈之后还有内容", "something follows the last ring")
    return parts


def parse_published(path: Path, lines: Sequence[Line]) -> list[Part]:
    """Read the parts of one published corner list; FormatError names the line.

    The form has no counts: that corner numbers run on is all that shows a lost corner.
    """
    parts: list[Part] = []
    corners: list[_Corner] = []
    starts = {1}
    for number, line in lines:
        fields = [f.strip() for f in line.split(",")]
        error = _at_line(path, number, _wide(line))
        if fields[0] != "*":
            if len(fields) < 3 or any(fields[3:]):
                raise error("拐点行应为 点号,X,Y", "a corner line is number, X, Y")
            x, y = _number(fields[1], error), _number(fields[2], error)
            corners.append(_Corner(number, fields[0], x, y))
            continue
        if len(fields) < 5 or any(fields[5:]):
            raise error("结束行应为 *,上限,下限,名称,1 或 -1", "expected *,top,bottom,name,1 or -1")
        starts = {1} | _check_numbers(path, corners, starts)
        names, first = [c.name for c in corners], [c.first for c in corners]
        second = [c.second for c in corners]
        parts.append(_part(len(parts) + 1, names, first, second, fields[1:5], error))
        corners = []
    if corners:
        raise refusal(path, "最后一块没有以 * 行结束", "the last part is not closed by a * line")
    return parts


def _at_line(path: Path, number: int, more: tuple[str, str] = ("", "")) -> _Refuse:
    return lambda zh, en: refusal(
        path, f"第 {number} 行：{zh}{more[0]}", f"line {number}: {en}{more[1]}"
    )


def _check_numbers(path: Path, corners: Sequence[_Corner], starts: set[int]) -> set[int]:
    """Refuse corners whose numbers have a gap or repetition; return where they may run on.

    ``starts`` are the numbers that the first corner may have. A closing point, at the place of
    the first, carries its number or the next.
    """
    closed = len(corners) > 1 and corners[0][2:] == corners[-1][2:]
    due = starts
    for k, (line, name, _, _) in enumerate(corners):
        told = int(name) if name.isdecimal() and len(name) < 10 else None
        if closed and k == len(corners) - 1 and name == corners[0].name:
            break
        if told is None or told not in due:
            wanted = " / ".join(map(str, sorted(due)))
            raise _at_line(path, line)(
                f"点号 {name[:30]}，应为 {wanted}：点号有缺漏或重复，可能丢失拐点",
                f"corner number {name[:30]} where {wanted} is due: numbers are missing or given "
                "twice, a corner may be lost",
            )
        due = {told + 1}
    # A closing point with a number of its own may or may not count for the next part.
    return due | {number - 1 for number in due if closed and corners[-1].name != corners[0].name}


def _part(
    number: int,
    names: list[str],
    first: list[float],
    second: list[float],
    tail: Sequence[str],
    error: _Refuse,
) -> Part:
    zh, en = f"第 {number} 块", f"part {number}"
    if len(first) > 1 and (first[0], second[0]) == (first[-1], second[-1]):
        names, first, second = names[:-1], first[:-1], second[:-1]
    if len(first) < 3:
        raise error(f"{zh}不足 3 个拐点", f"{en} has fewer than 3 corners")
    top, bottom = (_number(t, error) if t else None for t in tail[:2])
    zeros = top == bottom == 0
    if zeros:
        top = bottom = None
    sign = {"1": 1, "+1": 1, "-1": -1}.get(clean(tail[3]))
    if sign is None:
        raise error(f"{zh}的加减号 {tail[3]!r} 不是 1 或 -1", f"{en}: {tail[3]!r} is not ±1")
    if top is not None and bottom is not None and top < bottom:
        raise error(
            f"{zh}上限标高 {top} 低于下限标高 {bottom}",
            f"{en}: top elevation {top} is below bottom elevation {bottom}",
        )
    corners = tuple(names), tuple(first), tuple(second)
    return Part(number, *corners, top, bottom, tail[2], sign, zeros)


def _number(text: str, error: _Refuse) -> float:
    if "*" in text:
        raise error(f"数字被遮盖：{text}", f"masked digits: {text}")
    plain = clean(text)
    if not _PLAIN_NUMBER.fullmatch(plain):
        raise error(f"{text[:30]!r} 不是数字", f"{text[:30]!r} is not a number")
    return float(plain)


def _wide(text: str) -> tuple[str, str]:
    """Return what to add to a complaint about a text with full-width commas."""
    return ("（全角逗号，请改为半角）", " (full-width comma)") if "，" in text else ("", "")
