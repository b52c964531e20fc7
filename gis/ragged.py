"""Ragged coordinates: geometries of many features in a few flat arrays (GeoArrow style)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gis.errors import GeometryError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]


class Kind(IntEnum):
    """Dimension of a feature's geometry."""

    POINT = 0
    LINE = 1
    POLYGON = 2


KIND_OF_TYPE = {0: 0, 1: 1, 2: 1, 3: 2, 4: 0, 5: 1, 6: 2}
"""shapely type id -> :class:`Kind`; a collection has none."""
_MULTI = (
    shapely.GeometryType.MULTIPOINT,
    shapely.GeometryType.MULTILINESTRING,
    shapely.GeometryType.MULTIPOLYGON,
)


def spans(starts: Ints, counts: Ints) -> Ints:
    """Return the concatenation of ``arange(s, s + c)`` for each start and count."""
    total = int(counts.sum())
    ends = np.cumsum(counts)
    out: Ints = np.arange(total, dtype=np.int64) + np.repeat(starts - (ends - counts), counts)
    return out


def offsets_of(counts: Ints) -> Ints:
    """Return offsets (n + 1,) int64 of runs of the given lengths."""
    out = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=out[1:])
    return out


@dataclass(frozen=True, eq=False)
class Ragged:
    """Geometries of ``f`` features as coordinates and offsets.

    A feature has parts, a part has rings, a ring has coordinates. A point is a part with one
    ring of one coordinate, a line a part with one open ring, a polygon a part whose first ring
    is the shell and whose others are holes; polygon rings are closed. Z and M are not kept.

    Attributes
    ----------
    xy : (n, 2) float64, longitude and latitude in degrees (EPSG:4490) unless a caller says
        otherwise
    ring_offsets : (r + 1,) int64, into ``xy``
    part_offsets : (p + 1,) int64, into rings
    feature_offsets : (f + 1,) int64, into parts
    kinds : (f,) uint8, values of :class:`Kind`
    """

    xy: Floats
    ring_offsets: Ints
    part_offsets: Ints
    feature_offsets: Ints
    kinds: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        """Return the number of features."""
        return len(self.kinds)

    @classmethod
    def from_shapely(cls, geometries: Sequence[Any] | Shapes) -> Ragged:
        """Build from non-null, non-empty points, lines and polygons, multi or not, in order.

        Empty parts and rings among others are left out.

        Raises
        ------
        GeometryError
            A geometry is null, empty or a collection.
        """
        shapes = np.asarray(geometries, dtype=object)
        types = shapely.get_type_id(shapes)
        known = np.isin(types, list(KIND_OF_TYPE)) & ~shapely.is_empty(shapes)
        if not known.all():
            row = int(np.flatnonzero(~known)[0])
            raise GeometryError(
                f"第 {row + 1} 个几何为空或类型不支持",
                f"geometry {row + 1} is empty or of an unsupported type",
            )
        table = np.array([KIND_OF_TYPE.get(t, 255) for t in range(8)], np.uint8)
        kinds = table[types]
        blocks = [_ragged_of_kind(shapes[kinds == k], k) for k in Kind]
        return _interleave(blocks, kinds)

    def to_shapely(self) -> Shapes:
        """Return shapely geometries (f,); features of one part are simple geometries."""
        out = np.empty(len(self), dtype=object)
        for kind in Kind:
            rows = np.flatnonzero(self.kinds == kind)
            if len(rows):
                out[rows] = _shapely_of_kind(self.take(rows), kind)
        return out

    def take(self, rows: npt.ArrayLike) -> Ragged:
        """Return the features at ``rows`` ((k,) int64), in that order; repeats are allowed."""
        rows = np.asarray(rows, np.int64)
        parts, feature_offsets = _gather(self.feature_offsets, rows)
        rings, part_offsets = _gather(self.part_offsets, parts)
        vertices, ring_offsets = _gather(self.ring_offsets, rings)
        return Ragged(
            self.xy[vertices], ring_offsets, part_offsets, feature_offsets, self.kinds[rows]
        )

    @staticmethod
    def concat(blocks: Sequence[Ragged]) -> Ragged:
        """Return all features of ``blocks``, one block after the other."""
        return Ragged(
            np.concatenate([b.xy for b in blocks]) if blocks else np.empty((0, 2)),
            _chain([b.ring_offsets for b in blocks]),
            _chain([b.part_offsets for b in blocks]),
            _chain([b.feature_offsets for b in blocks]),
            np.concatenate([b.kinds for b in blocks]) if blocks else np.empty(0, np.uint8),
        )

    def with_xy(self, xy: Floats) -> Ragged:
        """Return the same structure with other coordinates ((n, 2) float64)."""
        return Ragged(xy, self.ring_offsets, self.part_offsets, self.feature_offsets, self.kinds)

    def map_xy(self, transform: Callable[[Floats], Floats]) -> Ragged:
        """Return the same structure with coordinates sent through ``transform``."""
        return self.with_xy(transform(self.xy))

    @cached_property
    def vertex_offsets(self) -> Ints:
        """Return (f + 1,) offsets of each feature's coordinates in ``xy``."""
        return self.ring_offsets[self.part_offsets[self.feature_offsets]]

    @cached_property
    def feature_of_vertex(self) -> Ints:
        """Return (n,) row of the feature each coordinate belongs to."""
        return np.repeat(np.arange(len(self), dtype=np.int64), np.diff(self.vertex_offsets))

    @cached_property
    def bounds(self) -> Floats:
        """Return (f, 4) min x, min y, max x, max y."""
        if not len(self):
            return np.empty((0, 4))
        starts = self.vertex_offsets[:-1]
        return np.column_stack(
            [np.minimum.reduceat(self.xy, starts), np.maximum.reduceat(self.xy, starts)]
        )

    @cached_property
    def centres(self) -> Floats:
        """Return (f, 2) centres of the bounds."""
        return (self.bounds[:, :2] + self.bounds[:, 2:]) / 2


def as_ragged(shapes: object) -> Ragged:
    """Return ``shapes`` as :class:`Ragged`.

    Accepts a ``Ragged``, an object that carries one as ``.shapes`` (a layer), a GeoSeries or
    GeoDataFrame, or a sequence of shapely geometries.
    """
    if isinstance(shapes, Ragged):
        return shapes
    inner = getattr(shapes, "shapes", None)
    if isinstance(inner, Ragged):
        return inner
    geometry = getattr(shapes, "geometry", None)
    source: Any = shapes if geometry is None else geometry
    if isinstance(source, shapely.Geometry):
        source = [source]
    return Ragged.from_shapely(np.asarray(source, dtype=object))


def _ragged_of_kind(shapes: Shapes, kind: Kind) -> Ragged:
    kinds = np.full(len(shapes), kind, np.uint8)
    if not len(shapes):
        zero = np.zeros(1, np.int64)
        return Ragged(np.empty((0, 2)), zero, zero, zero, kinds)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    # Empty parts are nothing; as parts without rings they end the process in GEOS.
    there = ~shapely.is_empty(parts)
    parts, owner = parts[there], owner[there]
    feature_offsets = offsets_of(np.bincount(owner, minlength=len(shapes)).astype(np.int64))
    return _from_parts(parts, kind, feature_offsets, kinds)


def _from_parts(
    parts: Shapes, kind: Kind, feature_offsets: Ints, kinds: npt.NDArray[np.uint8]
) -> Ragged:
    _, xy, offsets = shapely.to_ragged_array(parts, include_z=False)
    xy = np.ascontiguousarray(xy, np.float64)
    ones = np.arange(len(parts) + 1, dtype=np.int64)
    if kind is Kind.POINT:
        return Ragged(xy, ones, ones, feature_offsets, kinds)
    ring_offsets = offsets[0].astype(np.int64)
    part_offsets = offsets[1].astype(np.int64) if kind is Kind.POLYGON else ones
    drawn = np.diff(ring_offsets) > 0
    if not drawn.all():
        part_offsets = offsets_of(drawn.astype(np.int64))[part_offsets]
        ring_offsets = np.append(ring_offsets[:-1][drawn], ring_offsets[-1])
    return Ragged(xy, ring_offsets, part_offsets, feature_offsets, kinds)


def _interleave(blocks: list[Ragged], kinds: npt.NDArray[np.uint8]) -> Ragged:
    filled = [b for b in blocks if len(b)]
    if len(filled) == 1:
        return filled[0]
    joined = Ragged.concat(blocks)
    order = np.concatenate([np.flatnonzero(kinds == k) for k in Kind])
    rows = np.empty(len(kinds), np.int64)
    rows[order] = np.arange(len(kinds))
    return joined.take(rows)


def _shapely_of_kind(block: Ragged, kind: Kind) -> Shapes:
    offsets: tuple[Ints, ...]
    if kind is Kind.POINT:
        offsets = (block.feature_offsets,)
    elif kind is Kind.LINE:
        offsets = (block.ring_offsets, block.feature_offsets)
    else:
        offsets = (block.ring_offsets, block.part_offsets, block.feature_offsets)
    shapes: Shapes = shapely.from_ragged_array(_MULTI[kind], block.xy, offsets)
    single = np.diff(block.feature_offsets) == 1
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    return shapes


def _gather(offsets: Ints, rows: Ints) -> tuple[Ints, Ints]:
    counts = offsets[rows + 1] - offsets[rows]
    return spans(offsets[rows], counts), offsets_of(counts)


def _chain(offsets: list[Ints]) -> Ints:
    out = [np.zeros(1, np.int64)]
    base = 0
    for block in offsets:
        out.append(block[1:] + base)
        base += int(block[-1])
    return np.concatenate(out)
