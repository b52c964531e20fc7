"""Elevations around a place, whatever tiles hold them: square windows in local metres.

A window takes the finest mosaic of tiles that covers it, in a transverse Mercator plane whose
meridian runs through its middle, resampled to square cells: in degrees a cell is neither square
nor of one size, and every kernel on it would be wrong by that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gis import kernels
from gis.mosaic import Mosaic, mosaics
from gis.projection import gauss_kruger, inverse_gauss_kruger
from gis.ragged import Bools, Floats, Ints
from gis.tiles import Heights, OpenTiles, Tile, examined

FINEST_M, COARSEST_M = 10.0, 30.0
"""Cells of windows: as the source's, but no finer and no coarser than this."""

MOST_CELLS = 4_000_000
"""Cells of a window; one that would have more gets larger cells, and says so."""

_ROUND = 1e-6  # what cells may lack to a whole number of the source's
_NODE = 16  # cells between points that are projected exactly; in between off by 1 mm


FILLS = (0.0, -1.0)
"""Numbers with which programs fill the voids of a terrain. Ground of exactly one of them, cell by
cell, is no measured ground but at the sea; other level ground may be a plain or a lake."""


@dataclass(frozen=True, eq=False)
class Window:
    """Elevations around a place, in square metres of its own plane.

    Attributes
    ----------
    elevation : (ny, nx) float32 metres, NaN where there is none; row 0 in the north
    cell_m : edge of a cell
    lon0 : meridian of the plane, degrees
    west, north : outer corner of cell (0, 0) in that plane, metres
    source_cell_m : what the elevations are means of, east-west and north-south, metres: the
        source's cell, or the block of cells that was averaged; NaN where there is no source
    """

    elevation: Heights
    cell_m: float
    lon0: float
    west: float
    north: float
    source_cell_m: tuple[float, float]

    @property
    def resolution_m(self) -> float:
        """Return the coarsest of all that was between the ground and the window, metres."""
        return float(np.max([self.cell_m, *self.source_cell_m]))

    def cells(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Return fractional (row, column) of places in degrees; whole numbers are cell centres."""
        x, y = gauss_kruger(lon, lat, self.lon0)
        return (self.north - y) / self.cell_m - 0.5, (x - self.west) / self.cell_m - 0.5

    def places(self, row: npt.ArrayLike, column: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Return longitude and latitude of fractional (row, column); inverse of :meth:`cells`."""
        x = self.west + (np.asarray(column, np.float64) + 0.5) * self.cell_m
        y = self.north - (np.asarray(row, np.float64) + 0.5) * self.cell_m
        return inverse_gauss_kruger(x, y, self.lon0)

    def heights(self, x: Floats, y: Floats) -> Floats:
        """Return elevations at places in the plane, bilinear; NaN beside a cell without one."""
        ny, nx = self.elevation.shape
        row = (self.north - y) / self.cell_m - 0.5
        column = (x - self.west) / self.cell_m - 0.5
        within = (row >= 0) & (column >= 0) & (row <= ny - 1) & (column <= nx - 1)
        r = np.clip(np.floor(np.where(within, row, 0)).astype(np.int64), 0, max(ny - 2, 0))
        c = np.clip(np.floor(np.where(within, column, 0)).astype(np.int64), 0, max(nx - 2, 0))
        u, v = row - r, column - c
        z = self.elevation
        top = (1 - v) * z[r, c] + v * z[r, c + 1]
        bottom = (1 - v) * z[r + 1, c] + v * z[r + 1, c + 1]
        return np.where(within, (1 - u) * top + u * bottom, np.nan)

    def without_fill(self) -> Window:
        """Return no elevations where all that there are are a number that fills voids.

        Neither a ridge nor a valley can be told by them. A fill that does not take up the window
        stays.
        """
        known = self.elevation[~np.isnan(self.elevation)]
        if not known.size or known.min() != known.max() or known[0] not in FILLS:
            return self
        return replace(self, elevation=np.full_like(self.elevation, np.nan))

    def is_filled(self, row: Floats, column: Floats, around_m: float = 0.0) -> Bools:
        """Return (k,) bool: the ground about places, fractional (row, column), is a filled void.

        The cell of the place, its neighbours and all within ``around_m`` hold one of the numbers
        that fill voids. False where a cell there has no value.
        """
        from scipy.ndimage import maximum_filter, minimum_filter

        z, reach = self.elevation, max(1, math.ceil(around_m / self.cell_m))
        size = 2 * reach + 1
        r, c = np.round(row).astype(np.int64), np.round(column).astype(np.int64)
        within = (r >= 0) & (c >= 0) & (r < z.shape[0]) & (c < z.shape[1])
        out = np.zeros(len(r), np.bool_)
        if within.any():
            r, c = r[within], c[within]
            top, left = max(r.min() - reach, 0), max(c.min() - reach, 0)
            block = z[top : r.max() + reach + 1, left : c.max() + reach + 1]
            highest, lowest = maximum_filter(block, size), minimum_filter(block, size)
            same = ((highest == lowest) & np.isin(lowest, FILLS))[r - top, c - left]
            out[within] = same
        return out


def half_diagonals(bounds: Floats) -> Floats:
    """Return (n,) half the diagonal, in metres, of boxes (n, 4) in degrees; never too little."""
    height = (bounds[:, 3] - bounds[:, 1]) * 111_700.0
    widest = np.radians(np.abs(bounds[:, [1, 3]]).min(axis=1))
    width = (bounds[:, 2] - bounds[:, 0]) * 111_700.0 * np.cos(widest)
    return np.asarray(np.hypot(width, height) / 2, np.float64)


class Terrain:
    """A set of elevation files, kept open; use as a context manager.

    Attributes
    ----------
    tiles : what each file says of itself, in the order given

    Raises
    ------
    TerrainError
        A file cannot be used (see :func:`gis.tiles.examined`).
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self.tiles: tuple[Tile, ...] = tuple(examined(path) for path in paths)
        self._mosaics = mosaics(self.tiles)
        self._files = OpenTiles()

    def __enter__(self) -> Terrain:
        """Return the terrain itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close all files."""
        self.close()

    def close(self) -> None:
        """Close all files; one that is read again is opened again."""
        self._files.close()

    @property
    def grids(self) -> tuple[Mosaic, ...]:
        """Return the rasters that the files make up, finest first."""
        return self._mosaics

    def cells(self, grid: Mosaic, row: int, column: int, rows: int, columns: int) -> Heights:
        """Return a block of a mosaic's own cells, (rows, columns), NaN where there is no value.

        ``row``, ``column`` of its first cell may lie outside all tiles, and be negative.
        """
        return grid.block(self._files, (row, column), (row + rows, column + columns))

    def windows(
        self, lon: npt.ArrayLike, lat: npt.ArrayLike, half_m: npt.ArrayLike
    ) -> Iterator[tuple[int, Window]]:
        """Yield (k, window of ``half_m`` to each side) of every place, near ones together.

        Windows come in the order in which their tiles and blocks lie, not in the order asked,
        so that each block of a file is read from disk once.
        """
        lons, lats = np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float))
        halves = np.broadcast_to(np.asarray(half_m, float), lons.shape)
        for k in self.order(lons, lats).tolist():
            yield k, self.window(float(lons[k]), float(lats[k]), float(halves[k]))

    def window(self, lon: float, lat: float, half_m: float) -> Window:
        """Return the elevations around a place; all NaN where no tile lies."""
        best: Window | None = None
        for mosaic in self._mosaics:
            found = self._from(mosaic, lon, lat, half_m)
            if found is None:
                continue
            if best is None or _known(found) > _known(best):
                best = found
            if _known(best) == 1.0:
                break
        return best or _nothing(lon, lat, half_m)

    def holds(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Bools:
        """Return (k,) bool: some file reaches well over the place, whether or not it has a value.

        A window has no value within a cell and a half of a file's edge, which is no gap in it.
        """
        places = np.column_stack([np.atleast_1d(lon), np.atleast_1d(lat)]).astype(float)
        out = np.zeros(len(places), bool)
        for mosaic in self._mosaics:
            out |= mosaic.holds(places)
        return out

    def order(self, lon: Floats, lat: Floats) -> Ints:
        """Return places sorted by the block rows of the finest mosaic."""
        if not self._mosaics:
            return np.arange(len(lon))
        row, column = self._mosaics[0].cells(np.column_stack([lon, lat]))
        return np.lexsort((np.floor(column / 512), np.floor(row / 512)))

    def _from(self, mosaic: Mosaic, lon: float, lat: float, half_m: float) -> Window | None:
        """Return a window out of one mosaic, None where none of its files lies."""
        across, down = mosaic.cell_m(lon, lat)
        cell, n = _cells(max(across, down), half_m)
        x, y = gauss_kruger(lon, lat, lon)
        west, north = float(x) - n / 2 * cell, float(y) + n / 2 * cell
        nodes = np.arange(0, n + _NODE, _NODE) + 0.5
        easting, northing = np.meshgrid(west + nodes * cell, north - nodes * cell)
        degrees = np.column_stack(inverse_gauss_kruger(easting.ravel(), northing.ravel(), lon))
        rows, columns = (v.reshape(len(nodes), -1) for v in mosaic.cells(degrees))
        step = max(1, int(cell / max(across, down) + _ROUND))
        read = mosaic.read(self._files, rows, columns, step)
        if read is None:
            return None
        source, first_row, first_column = read
        elevation = kernels.resampled(
            source, (rows - first_row + 0.5) / step - 0.5,
            (columns - first_column + 0.5) / step - 0.5, n, _NODE,
        )  # fmt: skip
        return Window(elevation, cell, lon, west, north, (across * step, down * step))


def _cells(source_m: float, half_m: float) -> tuple[float, int]:
    """Return the edge of a window's cells, metres, and how many are on a side."""
    most = math.isqrt(MOST_CELLS)
    cell = max(min(max(source_m, FINEST_M), COARSEST_M), 2 * half_m / most)
    # Rounding must not make one more of cells that were made to fit.
    return cell, min(2 * math.ceil(half_m / cell), most)


def _known(window: Window) -> float:
    return float(np.mean(~np.isnan(window.elevation)))


def _nothing(lon: float, lat: float, half_m: float) -> Window:
    cell, n = _cells(COARSEST_M, half_m)
    x, y = gauss_kruger(lon, lat, lon)
    half = n / 2 * cell
    empty = np.full((n, n), np.nan, np.float32)
    return Window(empty, cell, lon, float(x) - half, float(y) + half, (math.nan, math.nan))
