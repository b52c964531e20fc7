"""Corners as people paste them: lines or sentences without a header, such as ``1、X=…，Y=…；``.

The corners are found, made a table of, and read as one: titles, headings, deductions, closing
points and statements of the coordinate system mean what they mean there.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from layers.account import Issue
from layers.formats.encoding import read_any_text
from layers.formats.source import Source, refusal
from layers.formats.table import reader as table
from layers.formats.table.rows import numbered
from layers.formats.table.sheets import Sheet
from layers.issues import info, warning
from layers.parse import plain

FORMAT = "corner lines"

_NAME = r"(?P<name>(?:(?:界址|拐|角|顶|边界)?点号?|[A-Za-z]{1,3}-?)?\s{0,2}\d{1,4})(?:号点?|点)?"
_AFTER = r"(?:\)[\s,;、.:]{0,4}|[\s,;、.:]{1,4}|(?=\())"
_BETWEEN = r"[\s,;、:]{1,6}"
_PLANE = r"\d{6,8}(?:\.\d{1,9})?"
_PLANE_WORD = r"(?:[XY]|[北东纵横]坐标)"
_PLANE_PAIR = (
    rf"(?P<one_word>{_PLANE_WORD})?(?:坐标)?\s?[=:]?\s?(?P<one>{_PLANE})(?:\s?(?:米|m\b))?"
    rf"(?:{_BETWEEN}|(?={_PLANE_WORD}))"
    rf"(?P<two_word>{_PLANE_WORD})?(?:坐标)?\s?[=:]?\s?(?P<two>{_PLANE})(?:\s?(?:米|m\b))?"
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
_PLANES, _ANGLES = (
    re.compile(rf"(?<![\d.A-Za-z°′'])(?:\(?{_NAME}{_AFTER}\(?)?{pair}\)?", re.IGNORECASE)
    for pair in (_PLANE_PAIR, _ANGLE_PAIR)
)
_PLACE = re.compile(
    r"中心|质心|形心|重心|控制点|基准点|起算|井口|硐口|坑口|[主副风斜竖]井|钻孔|地理坐标|四至|平均"
)
# What stands beside a corner and says nothing more: 拐点坐标, 点号.
_SAID = re.compile(
    r"(?:界址|拐|角|顶|边界)?点(?:号|坐标)?|坐标|序号|编号|为|其|[XYm]|米|[EN]", re.IGNORECASE
)
# What may be left of a corner that was not understood, and what else has such numbers.
_NUMBERS = re.compile(
    r"\d{6,}|\d\.\d{4,}|\d\s?[°度]\s?\d{1,2}\s?['′分]|[XY]\s?[=:]\s?\d", re.IGNORECASE
)
# A number alone: elevations and sign of a registered part, the number of another place.
_BARE = re.compile(r"(?:^|[\s,;、])[-+]?\d+(?:\.\d+)?(?=[\s,;、]|$)(?!\s*[个度带年月日米])")
_PUBLISHED = re.compile(r"\s*[^\s,，]+[,，]\s*\d[\d.]*[,，]\s*\d[\d.]*[,，\s]*")
_NUMBERED = re.compile(
    r"(?:证号?|编号|号码|代码|电话|邮编)[\s:]{0,3}[A-Za-z\d-]+|[A-Za-z]\d{10,}|\d[\d.]*\s?(?:平方|m2|km2|公顷|ha|亩)"
)
# Words before the first of two numbers that say it is the easting or the longitude.
_EAST = frozenset(("y", "东坐标", "横坐标", "东经", "经度", "e", "l"))


def is_corner_lines(text: str) -> bool:
    """Tell whether a text holds three corners or more in lines or sentences of their own."""
    found = 0
    for line in text.splitlines():
        found += len(_found(line))
        if found >= 3:
            return True
    return False


def read(path: Path, encoding: str | None) -> Source:
    """Read the corners of a text without header.

    Raises
    ------
    FormatError
        A line holds words or numbers that may be a corner's or name another place, some corners
        are planes and some degrees, or the table of them is refused: as
        :func:`layers.formats.table.reader.read`.
    """
    text, found = read_any_text(path, encoding)
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    kinds: set[bool] = set()
    head, high = -1, set[bool]()
    for number, line in enumerate(text.splitlines(), 1):
        corners = _found(line)
        _check_rest(path, number, line, corners, first=head < 0)
        kinds |= {match.re is _PLANES for match in corners}
        _check_order(path, number, line, corners)
        high |= {_height(path, number, match) for match in corners}
        told = _rows(line, corners)
        if corners and head < 0:
            head = len(rows) + next(k for k, row in enumerate(told) if len(row) > 1)
            told.insert(head - len(rows), ())
        rows += told
        lines += [number] * len(told)
    if all(_PUBLISHED.fullmatch(line) for line in text.splitlines() if _found(line)):
        raise refusal(
            path,
            "像公示的拐点串而没有以 * 开头的结束行，可能不完整；"
            "若是拐点表，请在拐点之上加一行表头：点号,X坐标,Y坐标",
            "looks like a published list without the line that ends a part (*, ...) and may be cut "
            "short; if it is a table of corners, give it the header 点号,X坐标,Y坐标",
        )
    if len(high) > 1:
        raise refusal(
            path,
            "有的拐点之后有第三个数，有的没有，分不清含义",
            "some corners are followed by a third number and some are not",
        )
    if head < 0 or len(kinds) > 1:
        raise refusal(path, "平面坐标与经纬度混用", "mixes plane coordinates and degrees")
    rows[head] = ("点号", *(("X坐标", "Y坐标") if kinds == {True} else ("纬度", "经度")))
    source = table.source_of(
        path, Sheet(path.stem, tuple(rows), tuple(lines)), FORMAT, encoding=found
    )
    return replace(source, issues=(*_told(True in high), *source.issues))


def _rows(line: str, corners: list[re.Match[str]]) -> list[tuple[str, ...]]:
    """Return the corners of a line as rows of a table, and words before and between as others."""
    text, at = plain(line), 0
    rows: list[tuple[str, ...]] = []
    for match in corners:
        rows += _words(text[at : match.start()])
        rows.append(_corner(match))
        at = match.end()
    rows += _words(text[at:])
    return rows or [()]


def _words(text: str) -> list[tuple[str, ...]]:
    words = text.strip(" \t,;:。、.")
    return [(words,)] if re.search(r"[^\W_]", _SAID.sub("", words)) else []


def _told(high: bool) -> list[Issue]:
    zh = "没有表头，按先后次序读作拐点（点号 X Y，或经纬度）"
    en = "there is no header; the places are read as corners of outlines in the order given"
    issues = [warning("header_missing", zh, en)]
    if high:
        zh, en = "各点第三个数按高程读，未采用", "third numbers are taken as heights and not used"
        issues.append(info("column_ignored", zh, en))
    return issues


def _found(line: str) -> list[re.Match[str]]:
    """Return the corners of a line, those of a plane or in degrees."""
    line = plain(line)
    return [*_PLANES.finditer(line)] or [*_ANGLES.finditer(line)]


def _corner(match: re.Match[str]) -> tuple[str, ...]:
    """Return name, northing or latitude, easting or longitude, as written."""
    words = match.groupdict()
    one, two, told = words["one"], words["two"], (words["one_word"] or "").casefold()
    # Which of two numbers of a plane is which tells the table by their size.
    degrees = 0 if match.re is _PLANES else int(one[:3] if one[:3].isdigit() else one[:2])
    first, second = (two, one) if (told in _EAST if told else degrees > 60) else (one, two)
    return (words["name"] or "").strip(), first, second


def _height(path: Path, number: int, match: re.Match[str]) -> bool:
    """Return whether a corner has a height; digits behind a comma may be decimals."""
    height = match.groupdict().get("height")
    if height is None:
        return False
    between = plain(match.string)[match.end("two") : match.start("height")]
    if between == "," and "." not in match["two"] and "." not in height:
        raise refusal(
            path,
            f"第 {number} 行：{match['two']},{height} 的逗号可能是小数点",
            f"line {number}: the comma of {match['two']},{height} may be a decimal point",
        )
    return True


def _check_order(path: Path, number: int, line: str, corners: list[re.Match[str]]) -> None:
    """Refuse a line of several corners whose numbers do not run on: columns side by side."""
    names = [numbered(match["name"] or "") for match in corners]
    for one, two in pairwise(names):
        if one is None or two is None or two[1] not in (one[1] + 1, 1):
            raise refusal(
                path,
                f"第 {number} 行有几个拐点而点号不连续（并列的几栏、两套坐标？）："
                f"{line.strip()[:40]}",
                f"line {number}: several corners whose numbers do not run on (columns side by "
                f"side?): {line.strip()[:40]}",
            )


def _check_rest(
    path: Path, number: int, line: str, corners: list[re.Match[str]], *, first: bool
) -> None:
    """Refuse a line with what may be a corner beside those that were found, or another place."""
    rest = plain(line)
    begin = corners[0].start() if corners else 0
    for match in reversed(corners):
        rest = rest[: match.start()] + " " + rest[match.end() :]
    if corners and (found := _PLACE.search(rest)):
        raise refusal(
            path,
            f"第 {number} 行的“{found[0]}”不是拐点，请删去该行",
            f"line {number}: {found[0]!r} is no corner; take the line out",
        )
    # A name of its own beside each place: a list of places, not of corners.
    named = len(corners) == 1 and re.search(
        r"[^\W\d_]", _SAID.sub("", rest[0 if not first else begin :])
    )
    bare = corners and _BARE.search(rest)
    if bare or named or _NUMBERS.search(_NUMBERED.sub("", rest)):
        raise refusal(
            path,
            f"第 {number} 行除拐点外还有文字或数字，分不清含义：{line.strip()[:40]}",
            f"line {number}: words or numbers beside the corners: {line.strip()[:40]}",
        )
