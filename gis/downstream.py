"""What lies below a point: the flow path of a given length and the ground near its level."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely

from gis import kernels
from gis.flow import Cells, Flow, Heights
from gis.ragged import Bools, Floats

SMOOTHING = 5
"""Cells of the moving average that takes the staircase out of a D8 path.

A D8 path overstates lengths by up to 8 % in valleys, a path smoothed over five cells is right to
3 %; on a floor of 300 m it may still be 7 to 26 % too long.
"""

End = Literal["length", "edge", "nodata"]


@dataclass(frozen=True, eq=False)
class Path:
    """The way of water from a start, cut at a length.

    Attributes
    ----------
    cells : (k,) int32, cells passed, the start's first
    row, column : (m,) float64, the smoothed path in fractional cells, start and end exact
    chainage : (m,) float64 metres along it from the start
    end : what ended it: the ``length`` asked for, the window's ``edge``, or ``nodata``
    pit_m : depth of the deepest pit it is led through: of the water that must stand on it before
        it flows on; what is deeper may never flow on
    """

    cells: Cells
    row: Floats
    column: Floats
    chainage: Floats
    end: End
    pit_m: float

    @property
    def length_m(self) -> float:
        """Return the length of the smoothed path, metres."""
        return float(self.chainage[-1])


def trace(elevation: Heights, flow: Flow, row: float, column: float, length_m: float) -> Path:
    """Return the path down from a place in fractional cells, ``length_m`` long if it can be.

    Parameters
    ----------
    elevation : (ny, nx) float32 metres, NaN = no data
    flow : its routing
    row, column : the start; its cell must hold data
    length_m : metres along the smoothed path

    Raises
    ------
    ValueError
        The start lies outside the window or on nodata.
    """
    ny, nx = elevation.shape
    r, c = round(row), round(column)
    if not (0 <= r < ny and 0 <= c < nx) or np.isnan(elevation[r, c]):
        raise ValueError("the start lies on no data")
    # The staircase is longer than the smoothed path, by less than two thirds even on a plain.
    cells = kernels.follow(
        flow.receiver, r * nx + c, nx, flow.cell_m, 2 * length_m + 10 * flow.cell_m
    )
    rows, columns = (cells // nx).astype(float), (cells % nx).astype(float)
    rows[0], columns[0] = row, column
    rows, columns = _smoothed(rows), _smoothed(columns)
    steps = np.hypot(np.diff(rows), np.diff(columns)) * flow.cell_m
    chainage = np.concatenate([[0.0], np.cumsum(steps)])
    end: End = "length"
    if chainage[-1] < length_m:
        end = _why(elevation, int(cells[-1]) // nx, int(cells[-1]) % nx)
    else:
        rows, columns, chainage = _cut(rows, columns, chainage, length_m)
        cells = cells[: len(chainage)]  # the last one is the cell the cut lies before or in
    pit = float((flow.level.ravel()[cells] - elevation.ravel()[cells]).max())
    return Path(cells, rows, columns, chainage, end, pit)


def _smoothed(values: Floats) -> Floats:
    """Return the moving average over ``SMOOTHING`` values, fewer towards the fixed ends."""
    n = len(values)
    half = np.minimum(SMOOTHING // 2, np.minimum(np.arange(n), np.arange(n)[::-1]))
    total = np.concatenate([[0.0], np.cumsum(values)])
    k = np.arange(n)
    return np.asarray((total[k + half + 1] - total[k - half]) / (2 * half + 1))


def _cut(
    rows: Floats, columns: Floats, chainage: Floats, length_m: float
) -> tuple[Floats, Floats, Floats]:
    last = int(np.searchsorted(chainage, length_m))
    at = [float(np.interp(length_m, chainage, v)) for v in (rows, columns)]
    return (
        np.append(rows[:last], at[0]),
        np.append(columns[:last], at[1]),
        np.append(chainage[:last], length_m),
    )


def _why(elevation: Heights, row: int, column: int) -> End:
    ny, nx = elevation.shape
    if row in (0, ny - 1) or column in (0, nx - 1):
        return "edge"
    return "nodata"


# -- the ground near the path's level --------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Corridor:
    """Ground that what flows along a path may reach.

    Attributes
    ----------
    mask : (ny, nx) bool
    along : (ny, nx) float64 metres, chainage of the nearest cell of the path, NaN off the mask
    floor_width_m : mean width of the nearly level ground along the path
    """

    mask: Bools
    along: Floats
    floor_width_m: float


def corridor(
    elevation: Heights,
    flow: Flow,
    path: Path,
    *,
    depth_m: float,
    floor_m: float,
    pit_m: float = np.inf,
    steepest: float = math.inf,
) -> Corridor:
    """Return the ground at most ``depth_m`` above a path and joined to it.

    No ground farther from the path's start than the path is long belongs to it. Where the path
    is led through a pit, heights count from the water that fills it before anything flows on.

    Parameters
    ----------
    elevation : (ny, nx) float32 metres, NaN = no data
    depth_m : height above the path, metres
    floor_m : ground at most this far above or below the path is its floor
    pit_m : a deeper pit is not filled, and heights count from its bottom
    steepest : a path that falls more than this (metres in a metre) runs on no floor there

    Source: height above nearest drainage, Nobre et al. 2011, doi:10.1016/j.jhydrol.2011.03.051.
    Limits: on floors wider than some 300 m the path wanders and the corridor with it.
    """
    reach = math.ceil(path.length_m / flow.cell_m)
    cells = path.cells
    water = elevation.ravel()[cells]
    filled = flow.level.ravel()[cells]
    water = np.where(filled - water <= pit_m, filled, water)
    low, above, nearest = kernels.above_path(
        elevation, flow.receiver, cells, water, reach, np.float32(depth_m)
    )
    mask = kernels.joined(low, cells)
    floor = kernels.joined(mask & (np.abs(above) <= floor_m), cells)
    gentle, length = _gentle(elevation, path, steepest)
    width = float((floor & gentle[nearest]).sum()) * flow.cell_m**2 / max(length, flow.cell_m)
    along = np.where(mask, path.chainage[nearest], np.nan)
    return Corridor(mask, along, width)


def _gentle(elevation: Heights, path: Path, steepest: float) -> tuple[Bools, float]:
    """Return where a path falls no more than ``steepest``, and how long it is there."""
    n = len(path.cells)
    if math.isinf(steepest) or n == 1:
        return np.ones(n, bool), path.length_m
    fall = np.gradient(-elevation.ravel()[path.cells].astype(np.float64))
    gentle = _smoothed(fall) <= steepest * _smoothed(np.gradient(path.chainage))
    steps = np.diff(path.chainage)
    return gentle, float(steps[gentle[:-1]].sum())


def beside_nodata(elevation: Heights, mask: Bools) -> Bools:
    """Return (ny, nx) bool: cells without data next to the mask (8 neighbours)."""
    padded = np.pad(mask, 1)
    ny, nx = mask.shape
    near = np.zeros_like(mask)
    for r in range(3):
        for c in range(3):
            near |= padded[r : r + ny, c : c + nx]
    return near & np.isnan(elevation)


def outline(mask: Bools) -> shapely.Geometry:
    """Return the cells of a mask as a (multi)polygon in fractional (column, row)."""
    from rasterio import Affine
    from rasterio.features import shapes

    if not mask.any():
        return shapely.Polygon()
    (top, bottom), (left, right) = (np.flatnonzero(mask.any(axis=k))[[0, -1]] for k in (1, 0))
    part = mask[top : bottom + 1, left : right + 1].astype(np.uint8)
    rings = [
        shape["coordinates"]
        for shape, _ in shapes(
            part, part.view(bool), transform=Affine.translation(left - 0.5, top - 0.5)
        )
    ]
    parts = [shapely.Polygon(ring, holes) for ring, *holes in rings]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def line(path: Path) -> shapely.Geometry:
    """Return a path as a line in fractional (column, row)."""
    if len(path.row) < 2:
        return shapely.Point(path.column[0], path.row[0])
    return shapely.linestrings(np.column_stack([path.column, path.row]))


def profile(elevation: Heights, path: Path) -> tuple[Floats, npt.NDArray[np.float32]]:
    """Return chainage in metres and elevation of each cell passed: the longitudinal profile."""
    n = min(len(path.cells), len(path.chainage))
    return path.chainage[:n], elevation.ravel()[path.cells[:n]]
