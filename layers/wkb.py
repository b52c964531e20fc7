"""Ragged coordinates straight from WKB, without a GEOS object per feature."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from gis.ragged import Floats, Ints, Kind, Ragged, offsets_of, spans

_POLYGON = 3
Bytes = npt.NDArray[np.uint8]


def ragged_from_wkb(column: pa.ChunkedArray | pa.Array) -> Ragged:
    """Return the geometries of a WKB column, none null, in order.

    Little-endian polygons of one part (nearly all rows of a snapshot) are decoded by numpy; the
    others go through GEOS. Layout: OGC 06-103r4, section 8.2.

    Raises
    ------
    ValueError, GeometryError
        A geometry is cut short, or not one that ragged coordinates hold.
    """
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    array = array.cast(pa.binary())
    if not len(array):
        return Ragged.from_shapely([])
    bounds = np.frombuffer(array.buffers()[1], np.int32)[array.offset :][: len(array) + 1]
    data = np.frombuffer(array.buffers()[2], np.uint8)
    starts = bounds[:-1].astype(np.int64)
    simple = (np.diff(bounds) > 9) & (data[starts] == 1)
    simple[simple] = _uint32(data, starts[simple] + 1) == _POLYGON
    polygons = _polygons(data, starts[simple], bounds[1:][simple].astype(np.int64))
    if simple.all():
        return polygons
    others = shapely.from_wkb(array.filter(pa.array(~simple)).to_numpy(zero_copy_only=False))
    rows = np.empty(len(array), np.int64)
    rows[simple] = np.arange(simple.sum())
    rows[~simple] = np.arange(simple.sum(), len(array))
    return Ragged.concat([polygons, Ragged.from_shapely(others)]).take(rows)


def _uint32(data: Bytes, at: Ints) -> Ints:
    """Return little-endian numbers at byte positions that need not be aligned."""
    return sum(data[at + k].astype(np.int64) << (8 * k) for k in range(4))  # type: ignore[return-value]


def _polygons(data: Bytes, starts: Ints, ends: Ints) -> Ragged:
    rings = _uint32(data, starts + 5)
    part_offsets = offsets_of(rings)
    begin = np.empty(part_offsets[-1], np.int64)
    counts = np.empty(part_offsets[-1], np.int64)
    at = starts + 9
    # One step per ring number: the first rings of all features, then their second rings, ...
    for k in range(int(rings.max(initial=0))):
        rows = np.flatnonzero(rings > k)
        if (at[rows] + 4 > ends[rows]).any():
            raise ValueError("WKB cut short")
        n = _uint32(data, at[rows])
        begin[part_offsets[rows] + k] = at[rows] + 4
        counts[part_offsets[rows] + k] = n
        at[rows] += 4 + 16 * n
    if (at != ends).any():
        raise ValueError("WKB of another length than its rings")
    features = np.arange(len(starts) + 1, dtype=np.int64)
    kinds = np.full(len(starts), Kind.POLYGON, np.uint8)
    xy = _coordinates(data, begin, counts)
    return Ragged(xy, offsets_of(counts), part_offsets, features, kinds)


def _coordinates(data: Bytes, begin: Ints, counts: Ints) -> Floats:
    """Return (n, 2) coordinates of rings that begin at any byte."""
    out = np.empty(2 * int(counts.sum()), np.float64)
    into = 2 * offsets_of(counts)[:-1]
    for shift in range(8):
        rings = np.flatnonzero(begin % 8 == shift)
        if len(rings):
            whole = (len(data) - shift) // 8 * 8
            floats = data[shift : shift + whole].view(np.float64)
            n = 2 * counts[rings]
            out[spans(into[rings], n)] = floats[spans((begin[rings] - shift) // 8, n)]
    return out.reshape(-1, 2)
