"""Parcels of a table whose rows may be of several rights: columns say more than the key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise, takewhile
from math import dist
from pathlib import Path

import shapely

from layers.formats.table import rows as words
from layers.formats.table.corner_names import folded, numbered
from layers.formats.table.deductions import sign_of
from layers.formats.table.header import Header
from layers.formats.table.numbers import is_number_like
from layers.formats.table.places import Places
from layers.formats.table.rings import Parcel, Ring
from layers.formats.table.sheet import Sheet, bad_row
from layers.formats.table.vocabulary import HOLDER
from layers.identity import is_placeholder

_FEWEST = 3  # corners of a ring
_LONGER = 2  # times the longest side: rings that are farther apart are no pieces of one
_NUMBERING = re.compile(r"号|代码|标识|^id$", re.IGNORECASE)
_MEASURE = re.compile(r"[高深长宽厚度积量距角]|^[HZhz]$")
_CODE = re.compile(r"界[标址线桩]|[桩石线]|否|[类种]|级|精度|方[式法]")
_REMARK = re.compile(r"备注|说明|^列\d|[桩标][石型号]?$")
_FORMER = re.compile(r"(?:变更|调整|扩[大界]|缩[小减]|整合|换证)[之以]?前")
_STATE = re.compile(rf"状态|状况|情况|库型|类型|类别|性质|名称|{HOLDER}")
_VOID_CORNER = re.compile(r"\W*(?:已|该点|此点)?(?:作废|取消|废弃|废除)\W*|控制点|中心点|原\d+")
_SPOILT = re.compile(r".*\*{2,}.*|[+-]?\d(\.\d+)?[eE]\+\d+")


def refuse_mixtures(
    path: Path,
    sheet: Sheet,
    header: Header,
    parcels: Sequence[Parcel],
    places: Places,
) -> None:
    """Refuse parcels that may be several, by what stands beside their corners.

    Raises
    ------
    FormatError
        A column has one value for each stretch of a ring or for each outer ring, the key that
        joins outer rings names nobody, or a corner beside others is called void.
    """
    columns = [c for c in range(len(header.names)) if c not in header.roles]
    _refuse_former(path, sheet, parcels)
    for parcel in parcels:
        _refuse_split(path, sheet, parcel, places)
        outer = _outer(parcel, places)
        if len(outer) > 1:
            _refuse_nameless(path, sheet, header, parcel, outer[1].rows[0])
        for ring in parcel.rings:
            _refuse_tail(path, sheet, ring)
        for column in columns:
            for ring in parcel.rings:
                _refuse_void(path, sheet, header, column, ring)
            if (found := _change(sheet, header.names[column], column, parcel, outer)) is not None:
                row, one, other = found
                name = header.names[column]
                raise bad_row(
                    path,
                    sheet,
                    row,
                    f"列 {name} 由“{one}”变为“{other}”，分不清是一个地块还是几个；"
                    "请加一列 地块，或删去该列",
                    f"{name} changes from {one!r} to {other!r}: one parcel or several? Add a "
                    "column 地块 or take this one out",
                )


def _refuse_former(path: Path, sheet: Sheet, parcels: Sequence[Parcel]) -> None:
    """Refuse an outline beside others that is called one of before a change: it is none now."""
    for parcel in parcels if len(parcels) > 1 else ():
        for word in (*parcel.key, parcel.heading):
            if _FORMER.search(word):
                raise bad_row(path, sheet, parcel.rows[0],
                               f"“{word[:20]}”不是现在的范围，请移出本表",
                               f"{word[:20]!r} is an outline of before; move it out of the "
                               "table")  # fmt: skip


def _refuse_tail(path: Path, sheet: Sheet, ring: Ring) -> None:
    """Refuse a ring that ends in corners as put in, 4 4-1 4-2 4-3: they may be another ring."""
    names = ring.names[: -1 if ring.names[-1] == ring.names[0] else None]
    before = [n[0] if (n := numbered(name)) else "" for name in names]
    tail = len(names) - sum(1 for _ in takewhile(before[-1].__eq__, reversed(before)))
    put_in = 0 < tail <= len(names) - _FEWEST and before[tail].rstrip("-_.~")
    if put_in and put_in == folded(names[tail - 1]):
        raise bad_row(path, sheet, ring.rows[tail],
                       f"{names[tail]} 起的各点是补入的拐点，还是另一圈",
                       f"corners from {names[tail]} on: put in, or another ring?")  # fmt: skip


def _refuse_split(path: Path, sheet: Sheet, parcel: Parcel, places: Places) -> None:
    """Refuse pieces of what may be one outline: a blank row stands in it, numbers run on."""
    doubted = {row for row, code, *_ in parcel.doubts if code == "ring_by_blank_row"}
    pieces = [parcel.rings[:1]]
    for one, two in pairwise(parcel.rings):
        blank = not any(map(sheet.text, range(one.rows[-1] + 1, two.rows[0])))
        goes_on = two.rows[0] in doubted and blank and one.runs_on(two.names[0])
        if goes_on:
            pieces[-1].append(two)
        else:
            pieces.append([two])
    for rings in pieces:
        if len(rings) > 1 and _may_be_one([[places.at[r] for r in ring.rows] for ring in rings]):
            row = rings[1].rows[0]
            raise bad_row(path, sheet, row,
                           "空行之后点号续接，分不清是同一圈还是另一圈；请删去空行，或为各圈加圈号",
                           "numbers run on after a blank row: the same ring or another? Take the "
                           "row out, or number the rings (圈号)")  # fmt: skip


def _may_be_one(pieces: Sequence[list[tuple[float, float]]]) -> bool:
    """Return whether open rings beside each other join to an outline, by sides as theirs."""
    whole = [place for piece in pieces for place in piece]
    one, two = shapely.Polygon(pieces[0]), shapely.Polygon(pieces[1])
    if any(p[0] == p[-1] for p in pieces) or not shapely.Polygon(whole).is_valid:
        return False
    if not shapely.disjoint(one, two):
        return False
    sides = [dist(a, b) for piece in pieces for a, b in pairwise(piece)]
    joints = [dist(a[-1], b[0]) for a, b in pairwise([*pieces, pieces[0]])]
    return max(joints) <= _LONGER * max(sides)


def _outer(parcel: Parcel, places: Places) -> list[Ring]:
    """Return the rings of a parcel that are outer ones of its shape."""
    shells = [set(part.exterior.coords) for part in shapely.get_parts(parcel.shape)]
    return [
        ring
        for ring in parcel.rings
        if any({places.at[row] for row in ring.rows} <= shell for shell in shells)
    ]


def _refuse_nameless(path: Path, sheet: Sheet, header: Header, parcel: Parcel, row: int) -> None:
    """Refuse outer rings that only placeholders join: /, 办理中, C4100****."""
    keys = [c for c, role in sorted(header.roles.items()) if role == "group"]
    if any(word and not _is_nobody(word) for word in parcel.key):
        return
    for column, word in zip(keys, parcel.key, strict=True):
        if word:
            name = header.names[column]
            raise bad_row(path, sheet, row,
                           f"{name} “{word}”不是名称或编号，分不清这一圈属于哪个地块",
                           f"{name} {word!r} names nothing: of which parcel is this "
                           "ring?")  # fmt: skip


def _is_nobody(word: str) -> bool:
    """Return whether a key is a placeholder or spoilt; a row's number is none."""
    nobody = is_placeholder(word) and not word.isdecimal()
    return nobody or _SPOILT.fullmatch(word) is not None


def _refuse_void(path: Path, sheet: Sheet, header: Header, column: int, ring: Ring) -> None:
    void = [row for row in ring.rows if words.is_void(sheet.cell(row, column))]
    if not void or len(void) == len(ring.rows) or _is_of_ring(sheet, header, column, ring):
        return
    word = sheet.cell(void[0], column)
    raise bad_row(path, sheet, void[0], f"该点写有“{word}”，是否仍为拐点",
                   f"beside the corner stands {word!r}: is it one still?")  # fmt: skip


def _is_of_ring(sheet: Sheet, header: Header, column: int, ring: Ring) -> bool:
    """Return whether a column says something of a ring once, in its first row.

    Its heading tells, or other columns that do the same; a lone 作废 is of the corner.
    """

    def once(c: int) -> bool:
        first, *others = (sheet.cell(row, c) for row in ring.rows)
        return bool(first) and not any(others)

    if not once(column):
        return False
    if _STATE.search(header.names[column]):
        return True
    beside = (c for c in range(len(header.names)) if header.roles.get(c, "group") == "group")
    word = sheet.cell(ring.rows[0], column)
    return _VOID_CORNER.fullmatch(word) is None and any(once(c) for c in beside if c != column)


def _change(
    sheet: Sheet, name: str, column: int, parcel: Parcel, outer: Sequence[Ring]
) -> tuple[int, str, str] | None:
    """Return where a column that names something changes within a parcel, and from what to what."""
    rings = [ring for ring in parcel.rings if not ring.cut]
    stretches = [s for ring in rings for s in _stretches(sheet, column, ring)]
    measures = all(is_number_like(w) for w, _ in stretches) and _NUMBERING.search(name) is None
    for ring in rings:
        own = [*_stretches(sheet, column, ring)]
        if len(own) > 1 and (_counts(name, own) if measures else _parts(own)):
            return own[1][1][0], own[0][0], own[1][0]
    # Of a hole a word may be the name: 采空区 is no deduction from 矿区.
    for some in () if measures else (outer, rings):
        said = [_said_of(sheet, name, column, ring) for ring in some]
        # 外 and 内, 外边线 and 内边线 tell what a ring is, 0.48km² how large.
        tells = any(sign_of("", w.replace("边线", "")) for w in said) or _MEASURE.search(name)
        asked = len(some) > 1 and (some is outer or not tells)
        if asked and "" not in said and len(set(said)) == len(said):
            return some[1].rows[0], said[0], said[1]
    return None


def _said_of(sheet: Sheet, name: str, column: int, ring: Ring) -> str:
    """Return the one thing that a column says of a ring, once or in every row; else blank.

    A remark that does not stand in every row is one about a corner.
    """
    said = {sheet.cell(row, column) for row in ring.rows}
    said -= set() if _REMARK.search(name) or _MEASURE.search(name) else {""}
    return said.pop() if len(said) == 1 else ""


def _counts(name: str, stretches: Sequence[tuple[str, list[int]]]) -> bool:
    """Return whether a column counts what its stretches are of, 1 1 1 2 2 2, as rings are."""
    counts = {str(k) for k in range(len(stretches) + 1)}
    counted = counts.issuperset(folded(word) for word, _ in stretches)
    enough = all(len(rows) >= _FEWEST for _, rows in stretches)
    return counted and enough and not (_MEASURE.search(name) or _CODE.search(name))


def _stretches(sheet: Sheet, column: int, ring: Ring) -> Iterator[tuple[str, list[int]]]:
    """Yield value and rows of each stretch of a ring in which a column stays the same."""
    for word, rows in groupby(ring.rows, lambda row: sheet.cell(row, column)):
        yield word, list(rows)


def _parts(stretches: Sequence[tuple[str, list[int]]]) -> bool:
    """Return whether each stretch has a value of its own and corners enough for a ring."""
    values = [word for word, _ in stretches]
    enough = all(len(rows) >= _FEWEST for _, rows in stretches)
    return enough and "" not in values and len(set(values)) == len(values)
