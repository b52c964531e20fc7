"""Corners as people paste them: lines or sentences without a header, such as ``1、X=…，Y=…；``.

The corners are found, made a table of, and read as one: titles, headings, deductions, closing
points and statements of the coordinate system mean what they mean there.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from layers.account import Issue
from layers.formats.encoding import read_any_text
from layers.formats.source import Source, refusal
from layers.formats.table import reader as table
from layers.formats.table.naming import beside, identities_in
from layers.formats.table.rows import heading, is_block
from layers.formats.table.sheet import Sheet
from layers.formats.text.corner_checks import check, have_heights
from layers.formats.text.corner_finds import (
    ANGLES,
    PLANES,
    SAID,
    Line,
    found_in,
    name_of,
    plain_line,
)
from layers.formats.text.prose import is_elsewhere, is_title, without_angles
from layers.issues import info, warning

FORMAT = "corner lines"
_MOST_TITLES = 50  # above a header
_LEAST_BARS = 8  # between three corners of three cells
# Words before the first of two numbers that say it is the easting or the longitude.
_EAST = frozenset(("y", "东坐标", "横坐标", "东", "横", "东经", "经度", "e", "l"))


def is_corner_lines(text: str) -> bool:
    """Tell whether a text holds three corners or more in lines or sentences of their own."""
    found = 0
    for line in text.splitlines():
        found += len(found_in(plain_line(line)))
        if found >= 3:
            return True
    return False


def shares_its_header(text: str) -> bool:
    """Tell whether a header and its corners stand in one line, parted by bars: 序号|X|Y|1|….

    >>> shares_its_header("序号|X|Y|1|3760000|38500000|2|3761000|38500000|3|3761000|38501000|")
    True
    """
    for line in text.splitlines():
        plain = plain_line(line)
        if plain.count("|") < _LEAST_BARS:
            continue
        corners = found_in(plain)
        if len(corners) >= 3 and len(Line.of(0, plain[: corners[0].start()]).heading or ()) == 3:
            return True
    return False


def read(path: Path, encoding: str | None) -> Source:
    """Read the corners of a text without header.

    Raises
    ------
    FormatError
        A line holds words or numbers that may be a corner's or name another place, some corners
        are planes and some degrees, a third number may be no height, or the table of them is
        refused: as :func:`layers.formats.table.reader.read`.
    """
    text, found = read_any_text(path, encoding)
    written = [*itertools.starmap(Line.of, enumerate(text.splitlines(), 1))]
    lines = _without_others(written)
    others = [a.text for a, b in zip(written, lines, strict=True) if a is not b]
    check(path, lines)
    high = have_heights(path, lines)
    kinds = {match.re for line in lines for match in line.corners}
    if len(kinds) != 1:
        raise refusal(path, "平面坐标与经纬度混用", "mixes plane coordinates and degrees")
    above = [*itertools.takewhile(lambda line: not line.corners, lines)]
    own = next((line.heading for line in above if line.heading), None)
    pair = ("X坐标", "Y坐标") if PLANES in kinds else ("纬度", "经度")
    # Names, elevations and deductions above the corners stand below this header; titles do not.
    titles = [line for line in above if is_title(line.text)][-_MOST_TITLES:]
    titles += _of_all(above, lines[len(above) :])
    titles.sort(key=lambda line: line.number)
    rows = [(line.number, row) for line in titles for row in _rows(line)]
    rows.append((rows[-1][0] if rows else 1, own or ("点号", *pair)))
    rows += [(line.number, row) for line in lines if line not in titles for row in _rows(line)]
    numbers, cells = zip(*rows, strict=True)
    source = table.source_of(path, Sheet(path.stem, cells, numbers), FORMAT, encoding=found)
    told = _told(high, headed=own is not None)
    prose = "\n".join([source.prose, *others])
    return replace(source, issues=(*told, *source.issues), prose=prose)


def _of_all(above: Sequence[Line], below: Sequence[Line]) -> list[Line]:
    """Return the lines above the corners that name a right whose parts have headings: 一采区."""
    told = [line for line in above if identities_in(line.text) and not is_title(line.text)]
    words = [line.text for line in (*above, *below) if not line.corners and line not in told]
    names = [name for text in words if not is_title(text) and (name := heading(text))]
    whole = bool(names) and all(map(is_block, names)) and not any(beside(t.text) for t in told)
    return told if whole else []


def _without_others(lines: list[Line]) -> list[Line]:
    """Return lines without the degrees of centre or extent that a notice gives beside a plane."""
    planes = sum(len(line.corners) for line in lines if _is_of(line, PLANES))
    return [
        replace(line, text=without_angles(line.text), corners=())
        if planes > 2 and _is_of(line, ANGLES) and is_elsewhere(line.text)
        else line
        for line in lines
    ]


def _is_of(line: Line, kind: re.Pattern[str]) -> bool:
    return bool(line.corners) and line.corners[0].re is kind


def _rows(line: Line) -> list[tuple[str, ...]]:
    """Return the corners of a line as rows of a table, and words before and between as others."""
    at = 0
    rows: list[tuple[str, ...]] = []
    if not line.corners and line.heading:
        return [line.heading]
    for match in line.corners:
        rows += _words(line.text[at : match.start()])
        rows.append(_corner(match))
        at = match.end()
    rows += _words(line.text[at:])
    return rows or [()]


def _words(text: str) -> list[tuple[str, ...]]:
    words = text.strip(" \t,;:。、.")
    if words[:1] == "*":
        words = f"注:{words[1:].strip()}"  # a footnote is no heading
    return [(words,)] if re.search(r"[^\W_]", SAID.sub("", words)) else []


def _told(high: bool, *, headed: bool) -> list[Issue]:
    zh = "没有表头，按先后次序读作拐点（点号 X Y，或经纬度）"
    en = "there is no header; the places are read as corners of outlines in the order given"
    issues = [] if headed else [warning("header_missing", zh, en)]
    if high:
        zh = "各点第三个数不是坐标（高程、边长），未采用"
        en = "third numbers are heights or lengths and not used"
        issues.append(info("column_ignored", zh, en))
    return issues


def _corner(match: re.Match[str]) -> tuple[str, ...]:
    """Return name, northing or latitude, easting or longitude, as written."""
    words = match.groupdict()
    one, two, told = words["one"], words["two"], (words["one_word"] or "").casefold()
    # Which of two numbers of a plane is which tells the table by their size.
    degrees = 0 if match.re is PLANES else int(one[:3] if one[:3].isdigit() else one[:2])
    first, second = (two, one) if (told in _EAST if told else degrees > 60) else (one, two)
    return name_of(match), first, second
