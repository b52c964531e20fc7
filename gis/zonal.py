"""Highest and lowest ground under polygons, over every cell that they touch.

The cells are the source's own: a resampled or averaged window has lower tops and higher
bottoms. A polygon is read block by block, so that its size changes nothing; one of more cells
than can be read is answered as not read, never in part.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rasterio import Affine
from rasterio.features import geometry_mask

from gis.mosaic import Mosaic
from gis.projection import densified, edge_starts
from gis.ragged import Bools, Floats, Ints, Ragged, as_ragged, spans
from gis.terrain import Terrain
from gis.tiles import Heights

BLOCK = 1024
"""Cells along the side of a block that is read at a time."""

MOST_CELLS = 400_000_000
"""Cells of the envelope of one polygon at the most."""

_RIM = 2  # cells around a block that say what may hide in it


@dataclass(frozen=True, eq=False)
class Zonal:
    """Ground under polygons, (n,) each; metres, NaN where no cell under the polygon is known.

    Attributes
    ----------
    lowest, highest : of the values of the cells touched
    may_be_lowest, may_be_highest : how low and high the ground between the cells' middles may
        reach (:func:`reach_between`)
    whole : every cell touched has a value
    known : some cell touched has a value
    cell_m : the greater side of the source's cells, NaN where no file reaches
    """

    lowest: Floats
    highest: Floats
    may_be_lowest: Floats
    may_be_highest: Floats
    whole: Bools
    known: Bools
    cell_m: Floats


def zonal(terrain: Terrain, polygons: object, share: float, coarsest_m: float = np.inf) -> Zonal:
    """Return the highest and lowest ground under each polygon.

    Parameters
    ----------
    polygons : features in EPSG:4490 degrees
    share : of the way to a neighbouring cell, see :func:`reach_between`
    coarsest_m : cells larger than this are read only where no finer ones are

    Of several grids the finest that knows every cell touched is taken, else the one that knows
    the greatest share of them.

    Limits: what rises or falls within a cell is in no file; ``share`` bounds it only as far as
    the neighbouring cells show it.
    """
    outline = densified(as_ragged(polygons))
    n = len(outline)
    numbers = np.full((5, n), np.nan)
    whole, known = np.zeros(n, bool), np.zeros(n, bool)
    order = np.arange(n)
    if n > 1:
        order = terrain.order(outline.centres[:, 0], outline.centres[:, 1])
    for k in order.tolist():
        found = _under(terrain, outline.take([k]), share, coarsest_m)
        if found is not None:
            numbers[:, k] = (*found.extremes, found.cell_m)
            whole[k], known[k] = found.missing == 0, found.there > 0
    return Zonal(numbers[0], numbers[1], numbers[2], numbers[3], whole, known, numbers[4])


def reach_between(z: npt.NDArray[np.floating], share: float) -> tuple[Heights, Heights]:
    """Return how low and how high the ground about each cell may be.

    A cell is a mean: a wall, a crest or the foot of a pit within it is in no value. The ground
    about it is taken to reach ``share`` of the way to its lowest (highest) neighbour, and where it
    rises to both sides in a row or column within two cells, to be as much lower as ``share`` of
    the smaller rise: the bottom is hidden. A floor of more than four cells hides none.

    With a share of 1 both ends hold for steep pits of three cells and more whose elevations are
    means over cells (4,500 cones, frusta and trenches, walls of 35 to 75 degrees); with a half,
    and with rises to the next cell only, up to a third of their height was missed.

    Parameters
    ----------
    z : (ny + 4, nx + 4) cells with a rim of two; NaN = no value

    Returns
    -------
    low, high : (ny, nx) float32
    """
    ny, nx = z.shape[0] - 2 * _RIM, z.shape[1] - 2 * _RIM

    def at(i: int, j: int) -> npt.NDArray[np.floating]:
        return z[_RIM + i : _RIM + i + ny, _RIM + j : _RIM + j + nx]

    middle = at(0, 0)
    around = [at(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    lowest, highest = np.fmin.reduce(around), np.fmax.reduce(around)
    down, up = middle - lowest, highest - middle
    for i, j in ((0, 1), (1, 0)):
        sides = [[at(k * i, k * j) for k in way] for way in ((1, 2), (-1, -2))]
        walls = [np.fmax.reduce(side) - middle for side in sides]
        falls = [middle - np.fmin.reduce(side) for side in sides]
        down, up = np.fmax(down, np.minimum(*walls)), np.fmax(up, np.minimum(*falls))
    return (middle - share * down).astype(np.float32), (middle + share * up).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Found:
    """One polygon on one grid: (lowest, highest, may be lowest, may be highest), cell counts."""

    extremes: tuple[float, float, float, float]
    there: int
    missing: int
    cell_m: float

    @property
    def share(self) -> float:
        return self.there / (self.there + self.missing)


def _under(terrain: Terrain, outline: Ragged, share: float, coarsest_m: float) -> _Found | None:
    best: _Found | None = None
    for grid in terrain.grids:
        if best is not None and best.there and grid.worst_m > coarsest_m:
            break
        found = _on_grid(terrain, grid, outline, share)
        if found is not None and (best is None or found.share > best.share):
            best = found
        if best is not None and best.missing == 0:
            break
    return best


def _on_grid(terrain: Terrain, grid: Mosaic, outline: Ragged, share: float) -> _Found | None:
    """Return what one grid says of a polygon, None where none of its tiles comes near."""
    rows, columns = grid.cells(outline.xy)
    if not (np.isfinite(rows) & np.isfinite(columns)).all():
        return None
    # In cells from the grid's corner, x to the right and y up.
    place = np.column_stack([columns + 0.5, -rows - 0.5])
    left, top = math.floor(place[:, 0].min()), math.floor(-place[:, 1].max())
    right, bottom = math.floor(place[:, 0].max()) + 1, math.floor(-place[:, 1].min()) + 1
    if not len(grid.meeting(np.array([top, left]), np.array([bottom, right]))):
        return None
    if (bottom - top) * (right - left) > MOST_CELLS:
        return _Found((np.nan,) * 4, 0, 1, grid.worst_m)
    there = missing = 0
    extremes = [np.inf, -np.inf, np.inf, -np.inf]
    for row, column, mask in _touched(outline.with_xy(place), top, left, bottom, right):
        ny, nx = mask.shape
        z = terrain.cells(grid, row - _RIM, column - _RIM, ny + 2 * _RIM, nx + 2 * _RIM)
        low, high = reach_between(z, share)
        middle = z[_RIM:-_RIM, _RIM:-_RIM]
        valid = mask & ~np.isnan(middle)
        there, missing = there + int(valid.sum()), missing + int((mask & ~valid).sum())
        if valid.any():
            extremes = [
                min(extremes[0], float(middle[valid].min())),
                max(extremes[1], float(middle[valid].max())),
                min(extremes[2], float(low[valid].min())),
                max(extremes[3], float(high[valid].max())),
            ]
    if not there:
        return _Found((np.nan,) * 4, 0, max(missing, 1), grid.worst_m)
    lowest, highest, low_end, high_end = extremes
    return _Found((lowest, highest, low_end, high_end), there, missing, grid.worst_m)


def _touched(
    outline: Ragged, top: int, left: int, bottom: int, right: int
) -> Iterator[tuple[int, int, Bools]]:
    """Yield (first row, first column, (ny, nx) cells touched) of the blocks of a polygon.

    ``outline`` is in cells, x to the right and y up, so that row r lies between -r - 1 and -r. A
    cell is touched where a border passes through it, or its middle lies inside. (What GDAL
    calls all touched leaves out cells of which less than a hundredth of a side is touched.)
    """
    shape = outline.to_shapely()[0]
    rows, columns = _crossed(outline)
    for row in range(top, bottom, BLOCK):
        for column in range(left, right, BLOCK):
            size = min(BLOCK, bottom - row), min(BLOCK, right - column)
            mask: Bools = geometry_mask(
                [shape], size, Affine(1, 0, column, 0, -1, -row), invert=True
            )
            r, c = rows - row, columns - column
            here = (r >= 0) & (r < size[0]) & (c >= 0) & (c < size[1])
            mask[r[here], c[here]] = True
            if mask.any():
                yield row, column, mask


def _crossed(outline: Ragged) -> tuple[Ints, Ints]:
    """Return (row, column) of cells that borders pass through, some of them repeatedly."""
    starts = np.flatnonzero(edge_starts(outline))
    a, b = outline.xy[starts], outline.xy[starts + 1]
    edge, along = [np.tile(np.arange(len(a)), 2)], [np.repeat([0.0, 1.0], len(a))]
    for axis in (0, 1):
        low, high = np.minimum(a, b)[:, axis], np.maximum(a, b)[:, axis]
        first = np.floor(low).astype(np.int64) + 1
        count = np.maximum(np.ceil(high).astype(np.int64) - first, 0)
        lines, of = spans(first, count), np.repeat(np.arange(len(a)), count)
        edge.append(of)
        along.append((lines - a[of, axis]) / (b[of, axis] - a[of, axis]))
    # Cut where it passes from cell to cell, an edge lies with the middle of each part in one.
    of, t = np.concatenate(edge), np.concatenate(along)
    order = np.lexsort((t, of))
    of, t = of[order], t[order]
    inner = np.flatnonzero(np.equal(of[1:], of[:-1]))
    of, t = of[inner], (t[inner] + t[inner + 1]) / 2
    middle = a[of] + t[:, None] * (b[of] - a[of])
    return np.floor(-middle[:, 1]).astype(np.int64), np.floor(middle[:, 0]).astype(np.int64)
