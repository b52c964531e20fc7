"""Numbers that stand for an empty cell: those that nothing measures, and elevations of 0 and -99.

ArcGIS writes 0 into a Shapefile where a cell is empty. Near the sea 0 is an elevation like any
other: what the row and the file say beside it tells.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis.ragged import Bools, Floats, Ints
from layers.account import Issue
from layers.cells import rows_where, take_out
from layers.issues import label_en, listed, warning
from layers.schema import Column, Schema

# What GIS programs write for null. Esri: -1.797e308 and -3.4e38; rasters and old tables: the rest,
# and nines as far as the field is wide.
_LARGEST = 1e30
_ALWAYS = (-999.0, -9999.0, -99999.0, -999999.0, -32768.0, -2147483648.0)
_NINES = r"^9{4,}(?:\.[09]*)?$"
_MARKS = (0.0, -99.0)
_APART_M = 200.0
_ENDS = ("top_elevation_m", "bottom_elevation_m")


def are_null(numbers: pa.Array, text: pa.Array, column: Column) -> Bools:
    """Return (n,) bool: the number is a mark for null, whatever stands beside it.

    Parameters
    ----------
    text : (n,) string, the cells that ``numbers`` were read from
    """
    values = np.asarray(numbers.fill_null(0.0))
    marks = (np.abs(values) >= _LARGEST) | np.isin(values, _ALWAYS)
    if column.unit is not None:  # 9999 people may live in a village
        nines = pc.and_(pc.match_substring_regex(text, _NINES), numbers.is_valid())
        marks[rows_where(nines)] = True
    return np.asarray(marks, np.bool_)


def clear(
    columns: dict[str, pa.Array],
    unread: dict[str, Ints],
    labels: Sequence[str],
    schema: Schema,
    file: str,
    *,
    shapefile: bool = False,
) -> list[Issue]:
    """Take marks for null out of the elevations; return a warning about each of the marks.

    0 and -99 are marks where top and bottom of a row are both the same one, and where every
    elevation of the file that is none of the two lies more than 200 m off, or there is no such
    elevation. A single row does not speak against itself, but in a ``shapefile``, whose numbers
    have no other null.
    """
    names = [name for name in _ENDS if name in columns]
    if not names or not len(labels):
        return []
    values = np.column_stack([np.asarray(columns[n].fill_null(np.nan), np.float64) for n in names])
    issues = []
    for mark in _MARKS:
        bad = _marks(values, mark, shapefile or len(values) > 1)
        if not bad.any():
            continue
        for name, rows in zip(names, bad.T, strict=True):
            found = np.flatnonzero(rows)
            take_out(columns, unread, name, found)
        titles = [schema.column(n).zh for n, rows in zip(names, bad.T, strict=True) if rows.any()]
        issues.append(
            _said(file, mark, titles, [labels[int(k)] for k in np.flatnonzero(bad.any(1))])
        )
    return issues


def _marks(values: Floats, mark: float, believed: bool) -> Bools:
    """Return (n, ends) bool: the elevation is ``mark`` and stands for an empty cell.

    Parameters
    ----------
    believed : what the other elevations say is enough
    """
    hit: Bools = np.asarray(np.equal(values, mark), np.bool_)
    both = hit.all(axis=1) & (hit.shape[1] == len(_ENDS))
    known = values[np.isfinite(values) & ~np.isin(values, _MARKS)]
    if (believed or not len(known)) and not (np.abs(known - mark) <= _APART_M).any():
        return hit
    return np.asarray(hit & both[:, None], np.bool_)


def _said(file: str, mark: float, titles: list[str], rows: list[str]) -> Issue:
    return warning(
        "unreadable_value",
        f"{file}：{listed(rows)}：{'、'.join(titles)}的值“{mark:g}”是空值的标记"
        "（上下限同为此值，或与其他标高均相差 200 米以上），按空值处理",
        f"{file}: {listed([label_en(r) for r in rows], 'en')}: the elevation {mark:g} is a mark "
        "for null (top and bottom alike, or more than 200 m from any other elevation); "
        "taken as missing",
        rows[0],
    )
