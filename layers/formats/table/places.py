"""The places that a table's coordinate columns give, and the coordinate system they are in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyproj

from gis.ragged import Floats
from layers.account import Issue
from layers.formats import disclaimers
from layers.formats.angles import clean
from layers.formats.doubts import doubt_of
from layers.formats.former_datums import datums_now
from layers.formats.planes import Axes, Datum, axes_of, codes_of
from layers.formats.row_datums import is_of_system
from layers.formats.source import refusal
from layers.formats.stated import Stated, stated_in
from layers.formats.table.beside import denied, said_beside
from layers.formats.table.header import Header, Pair, role_of, says_packed
from layers.formats.table.numbers import (
    PackedError,
    angles_of,
    broken_angles,
    decimal,
    is_degrees,
    is_number_like,
    unit_written,
    why_not,
)
from layers.formats.table.pairs import PairRead, agree, disagreements, elsewhere, moved_to
from layers.formats.table.sheet import Sheet, bad_row
from layers.issues import warning
from layers.whereabouts import Reason

_RANK: dict[Datum | None, int] = {
    "CGCS2000": 0, "WGS 84": 1, None: 1, "Xian 1980": 2, "Beijing 1954": 3, "New Beijing": 4,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Places:
    """Where the rows of a table lie.

    Attributes
    ----------
    at : row of the sheet -> easting and northing, or longitude and latitude
    bad : row that names a place which cannot be read -> why
    crs : None where the table does not tell it
    note : where that was found
    stated : what is written of it
    words : all that stands outside the columns
    """

    at: Mapping[int, tuple[float, float]]
    bad: Mapping[int, Reason]
    crs: pyproj.CRS | None
    note: str
    stated: Stated
    issues: tuple[Issue, ...]
    words: str


def find_places(
    path: Path,
    sheet: Sheet,
    header: Header,
    *,
    corners: bool,
    skip: frozenset[int] = frozenset(),
) -> Places:
    """Read the pair of coordinate columns that tells most.

    CGCS2000 comes before a pair without a datum, and that before older datums; of corners the
    plane comes first, of single places the degrees. Rows ``skip`` are left aside.

    Raises
    ------
    FormatError
        No row gives a place, the table names several datums for one pair, or a number may be
        decimal degrees as well as packed degrees, minutes and seconds.
    """
    words = _words(sheet, header, corners=corners)
    if (said := disclaimers.wrong(words, corners=corners)) is not None:
        raise refusal(path, *said)
    read = _read_all(path, sheet, header, words, skip)
    held = [r for r in read if r.at]
    if not held:
        bad = next(iter(read[0].bad.items()), None)
        at = (
            f"第 {sheet.lines[bad[0]]} 行：" if bad else "",
            f"row {sheet.lines[bad[0]]}: " if bad else "",
        )
        why = bad[1] if bad else ("坐标列下没有坐标", "no coordinates under their header")
        raise refusal(path, at[0] + why[0], at[1] + why[1])
    best = min(held, key=lambda r: _rank(r, corners))
    if corners:
        _refuse_doubles(path, sheet, best, held)
    issues = [*disagreements(sheet, best, held), *_heading_issues(best)]
    places, wrong = dict(best.at), dict(best.bad)
    for other in held:
        places |= {} if corners else moved_to(best, other)
        wrong |= _with_another(header, sheet, best, other, places)
    wrong |= _denied(sheet, header, None if corners else best.crs, places)
    places = {row: place for row, place in places.items() if row not in wrong}
    return Places(places, wrong, best.crs, best.note, best.stated, tuple(issues), words)


def _with_another(
    header: Header,
    sheet: Sheet,
    best: PairRead,
    other: PairRead,
    at: Mapping[int, tuple[float, float]],
) -> dict[int, Reason]:
    """Return the rows that have a name, and coordinates in another pair of columns alone."""
    names = [c for c in (header.column("corner"), header.column("number"), 0) if c is not None]
    why = (
        f"只有 {other.pair.title}，而表按 {best.pair.title} 读",
        f"has only {other.pair.title}, the table is read by {best.pair.title}",
    )
    rows = other.at.keys() - at.keys() - best.bad.keys()
    return {row: why for row in rows if any(sheet.cell(row, c) for c in names)}


def _denied(
    sheet: Sheet, header: Header, crs: pyproj.CRS | None, rows: Collection[int]
) -> dict[int, Reason]:
    """Return the rows whose own words say that they are wrong, or not in the table's system."""
    bad: dict[int, Reason] = {}
    for row, text in said_beside(sheet, header, rows):
        stated = stated_in(text, all_meant=True)
        said = denied(text)
        if crs is not None:
            doubt = stated.unsettled or stated.plane or stated.unconverted
            doubted = (f"写有“{doubt}”", f"says {doubt!r}") if doubt else None
            said = said or stated.contradiction(crs) or doubted
        if said is not None:
            bad.setdefault(row, said)
    return bad


def _read_all(
    path: Path, sheet: Sheet, header: Header, words: str, skip: frozenset[int]
) -> list[PairRead]:
    """Read all pairs; degrees that may be packed as those of another pair tell, where one does."""
    read: list[PairRead] = []
    asked: list[tuple[Pair, PackedError]] = []
    for pair in header.pairs:
        try:
            read.append(_read(path, sheet, header, pair, words, skip))
        except PackedError as question:
            asked.append((pair, question))
    told = [r for r in read if r.at]
    for pair, doubt in asked:
        ways = (
            _read(path, sheet, header, replace(pair, packed=packed), words, skip)
            for packed in (True, False)
        )
        sound = [way for way in ways if any(agree(way, other) for other in told)]
        if len(sound) != 1:
            raise doubt
        read += sound
    return read


def _refuse_doubles(path: Path, sheet: Sheet, best: PairRead, held: Sequence[PairRead]) -> None:
    """Refuse corners given twice in one system, in two ways: one of the headings must be wrong."""
    for other in held:
        alike = (other.pair.kind, other.pair.datums) == (best.pair.kind, best.pair.datums)
        # Zones of 3 and of 6 degrees beside each other are compared as two systems are.
        alike = alike and not (best.crs and other.crs and best.crs != other.crs)
        row = next((r for r in best.at if other.at.get(r, best.at[r]) != best.at[r]), None)
        if alike and row is not None:
            raise bad_row(path, sheet, row, "同一坐标系的两组坐标列不一致：若是并排的两个表，"
                          "请分成两个表；若不在同一坐标系，请写明各组的坐标系",
                          "two pairs of columns of one system disagree: make two tables where two "
                          "stand side by side, or say what each is in")  # fmt: skip
        if elsewhere(best, other):
            raise bad_row(path, sheet, min(best.at.keys() & other.at.keys()),
                          "两组坐标列相距太远，不是同一处：若是并排的两个表，请分成两个表",
                          "two pairs of columns are too far apart for one place: make two tables "
                          "where two stand side by side")  # fmt: skip


def _rank(read: PairRead, corners: bool) -> tuple[int, int, int]:
    datum = _RANK[read.pair.datums[0] if read.pair.datums else None]
    plane_told = read.axes is not None and read.axes.kind == "plane" and read.crs is not None
    first = plane_told if corners else read.pair.kind == "degrees"
    return datum, int(not first), -len(read.at)


def _words(sheet: Sheet, header: Header, *, corners: bool) -> str:
    """Return what a table says of its places: titles, remarks, and columns beside them.

    What is said beside a single place is of that alone, unless its column is of the system.
    """
    out = []
    for row, cells in enumerate(sheet.rows):
        # One number, as an area below the corners, makes no place.
        pairs = ((_looks_numeric(cells, p.first), _looks_numeric(cells, p.second))
                 for p in header.pairs)  # fmt: skip
        data = row > header.row and any(map(all, pairs))
        if row != header.row and not data:
            out += [c for c in cells if c]
    of = None if corners else is_of_system
    beside = said_beside(sheet, header, header.below(sheet), of)
    return "\n".join(dict.fromkeys([*out, *(t for _, t in beside if denied(t) is None)]))


def _looks_numeric(cells: Sequence[str], column: int) -> bool:
    return column < len(cells) and cells[column][:1] in "+-−.0123456789*" and cells[column] != ""


# -- numbers ---------------------------------------------------------------------------------------


def _read(
    path: Path, sheet: Sheet, header: Header, pair: Pair, words: str, skip: frozenset[int]
) -> PairRead:
    raw: dict[int, tuple[str, str]] = {}
    for row in header.below(sheet):
        two = clean(sheet.cell(row, pair.first)), clean(sheet.cell(row, pair.second))
        if any(two) and row not in skip:
            raw[row] = two
    angles = pair.kind == "degrees" or all(
        map(is_degrees, (t for two in raw.values() for t in two))
    )
    packed = says_packed(words) if pair.packed is None else pair.packed
    parse = angles_of(path, replace(pair, packed=packed), raw) if angles else decimal
    values: dict[int, tuple[float, float]] = {}
    bad: dict[int, Reason] = {}
    for row, two in raw.items():
        first, second = parse(two[0]), parse(two[1])
        if first is None or second is None:
            bad[row] = why_not(two[0] if first is None else two[1])
        else:
            values[row] = (first, second)
    if angles:
        bad |= broken_angles({r: two for r, two in raw.items() if r in values})
    unit = unit_written([t for r in values for t in raw[r]], parse)
    for row in [
        r for r in bad if not any(map(is_number_like, raw[r])) or all(map(role_of, raw[r]))
    ]:
        del bad[row]  # a heading or remark that reaches over the columns, or the header again
    placed = _placed(path, pair, len(header.pairs) == 1, values, bad, words)
    return replace(placed, unit=unit)


# -- places ----------------------------------------------------------------------------------------


def _placed(
    path: Path,
    pair: Pair,
    alone: bool,
    values: dict[int, tuple[float, float]],
    bad: dict[int, Reason],
    words: str,
) -> PairRead:
    if not values:
        return PairRead(pair, {}, bad, None, None, "", Stated())
    rows = list(values)
    first, second = np.array([values[r] for r in rows]).T
    axes, odd = _axes(first, second)
    bad.update({rows[k]: why for k, why in odd.items()})
    places = axes.east_north(first, second) if axes else np.column_stack([second, first])
    at = {r: (float(x), float(y)) for r, (x, y) in zip(rows, places, strict=True) if r not in bad}
    text = f"{words}\n{pair.title}"
    stated = stated_in(text)
    # Several pairs have headings of their own; titles and remarks are about a lone one.
    stated = stated.of((*pair.datums, *(_named_otherwise(text, pair.datums) if alone else ())))
    crs, note = _crs(path, axes, stated, text)
    return PairRead(pair, at, bad, axes, crs, note, stated)


def _named_otherwise(text: str, own: tuple[Datum, ...]) -> tuple[Datum, ...]:
    """Return the datums of titles and remarks that name none of a heading's own."""
    lines = (datums_now(line)[0] for line in text.splitlines())
    others = {d for named in lines if own and not set(named) & set(own) for d in named}
    return tuple(sorted(others))


def _axes(first: Floats, second: Floats) -> tuple[Axes | None, dict[int, Reason]]:
    """Tell what the numbers are: the reading that most places have, and why others have not.

    Where most are no places of China nothing is told.
    """
    codes = codes_of(first, second)
    found, counts = np.unique(codes, return_counts=True)
    code = int(found[counts.argmax()])
    axes, at = axes_of(first, second)
    if axes is None and code >= 0 and 2 * counts.max() > len(codes):
        kept = codes == code
        axes, _ = axes_of(first[kept], second[kept])
        others = np.flatnonzero(~kept).tolist()
    else:
        others = [at] if axes is None and 2 * int((codes >= 0).sum()) > len(codes) else []
    return axes, {k: _odd(first[k], second[k], int(codes[k]), code) for k in others}


def _odd(first: float, second: float, code: int, most: int) -> Reason:
    """Say why a place is not like the others."""
    zh, en = "另一带号？请按带分成几个文件", "another zone? make a file of each"
    if code < 0:
        zh, en = "不在中国，数字有误？", "not in China: a wrong number?"
    elif min(code, most) < 2 <= max(code, most):
        zh, en = "经纬度与平面坐标混用？", "degrees among plane coordinates?"
    elif code // 2 == most // 2:
        zh, en = "两个坐标颠倒？", "are the two swapped?"
    return (
        f"坐标 {first:.10g}, {second:.10g} 与其余点不一致（{zh}）",
        f"{first:.10g}, {second:.10g} fits not the others ({en})",
    )


def _crs(
    path: Path, axes: Axes | None, stated: Stated, words: str
) -> tuple[pyproj.CRS | None, str]:
    told = axes.note() if axes else ("坐标不在中国 / no coordinates of China")
    doubt = doubt_of(path, words, stated, axes)
    if axes is not None and (said := stated.zone_conflict(axes)) is not None:
        raise refusal(path, *said)
    if doubt or axes is None:
        return None, f"{doubt}；{told}" if doubt else told
    datum = stated.datums[0]
    return stated.system_of(datum, axes), f"{datum}；{told}"


def _heading_issues(best: PairRead) -> list[Issue]:
    if best.axes is None or (best.axes.kind == best.pair.kind and not best.axes.swapped):
        return []
    title = best.pair.title
    if best.axes.kind != best.pair.kind:
        is_plane = best.axes.kind == "plane"
        zh, en = ("平面坐标", "plane coordinates") if is_plane else ("经纬度", "degrees")
        return [
            warning(
                "header_contradicted",
                f"表头写 {title}，而数字是{zh}，按数字读",
                f"the header says {title}, the numbers are {en}; read as such",
            )
        ]
    zh = f"{title} 的数值与表头相反（横坐标在前），已对调"
    return [warning("axes_swapped", zh, f"{title}: easting stands before northing; swapped")]
