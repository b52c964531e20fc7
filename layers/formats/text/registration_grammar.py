"""The two grammars of a mining right's registered corners."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from layers.errors import FormatError
from layers.formats.angles import clean
from layers.formats.disclaimers import undone, wrong
from layers.formats.source import refusal
from layers.formats.text.corner_numbers import plain_number
from layers.formats.text.registration_lines import Numbered

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

    closing: str = ""
    """The name of a closing point that has one of its own, and that the count takes for one."""

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


class Tokens:
    """Fields of a registration string, taken one after the other."""

    def __init__(self, path: Path, lines: Sequence[Numbered]) -> None:
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

    def end(self) -> None:
        """Refuse what follows the last ring."""
        if any(self.fields[self.at :]):
            self.at += 1
            raise self.error("最后一圈之后还有内容", "something follows the last ring")


def parse_string(path: Path, lines: Sequence[Numbered]) -> list[Part]:
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
        part = _part(ring, names, first, second, tail, tokens.error)
        own = len(part.names) < len(names) and names[-1] != names[0]
        parts.append(replace(part, closing=names[-1] if own else ""))
    tokens.end()
    return parts


def parse_published(path: Path, lines: Sequence[Numbered]) -> list[Part]:
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
    if (said := wrong(tail[2]) or undone(tail[2])) is not None:
        raise error(f"{zh}{said[0]}", f"{en} {said[1]}")
    corners = tuple(names), tuple(first), tuple(second)
    return Part(number, *corners, top, bottom, tail[2], sign, zeros)


def _number(text: str, error: _Refuse) -> float:
    if "*" in text:
        raise error(f"数字被遮盖：{text}", f"masked digits: {text}")
    if (number := plain_number(text)) is None:
        raise error(f"{text[:30]!r} 不是数字", f"{text[:30]!r} is not a number")
    return number


def _wide(text: str) -> tuple[str, str]:
    """Return what to add to a complaint about a text with full-width commas."""
    return ("（全角逗号，请改为半角）", " (full-width comma)") if "，" in text else ("", "")
