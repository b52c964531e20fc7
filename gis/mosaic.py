"""Tiles that are pieces of one raster, read as that one, so that a seam leaves no mark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyproj

from gis.crs import from_cgcs2000, to_cgcs2000
from gis.projection import gauss_kruger, inverse_gauss_kruger
from gis.ragged import Bools, Floats, Ints
from gis.tiles import Heights, OpenTiles, Tile

_BASE_M = 100.0
_EDGE = 1.5  # cells of a file's rim beside which a window has no value
_STRIP = 4_000_000  # cells in memory while finer sources are averaged
_LEAST = 0.5  # share of the cells averaged that must have a value


@dataclass(frozen=True, eq=False)
class Mosaic:
    """Files of one coordinate system, cell and alignment.

    Attributes
    ----------
    west, north : outer corner of cell (0, 0), units of ``crs``
    dx, dy : size of a cell, both > 0
    tiles : the files
    first, last : (t, 2) row and column of each file's first cell, and of the one past its last
    worst_m : the longer side of a cell in metres, at the middle file
    """

    crs: pyproj.CRS
    west: float
    north: float
    dx: float
    dy: float
    tiles: tuple[Tile, ...]
    first: Ints
    last: Ints
    worst_m: float

    def cells(self, lonlat: Floats) -> tuple[Floats, Floats]:
        """Return fractional (row, column) of places in degrees; whole numbers are centres."""
        xy, _ = from_cgcs2000(lonlat, self.crs)
        return (self.north - xy[:, 1]) / self.dy - 0.5, (xy[:, 0] - self.west) / self.dx - 0.5

    def cell_m(self, lon: float, lat: float) -> tuple[float, float]:
        """Return how long the sides of a cell are at a place, east-west and north-south, metres.

        In degrees they change with the latitude, and no window may depend on where a file ends.
        """
        x, y = gauss_kruger(lon, lat, lon)
        away = np.array([[0.0, 0.0], [_BASE_M, 0.0], [0.0, _BASE_M]])
        places = inverse_gauss_kruger(float(x) + away[:, 0], float(y) + away[:, 1], lon)
        row, column = self.cells(np.column_stack(places))
        # Columns and rows a metre; turned round, metres a column and a row.
        per_m = np.array([column[1:] - column[0], row[1:] - row[0]]) / _BASE_M
        across, down = np.hypot(*np.linalg.inv(per_m))
        return float(across), float(down)

    def holds(self, lonlat: Floats) -> Bools:
        """Return (k,) bool: some file reaches well over the place, whatever its value there."""
        at = np.column_stack(self.cells(lonlat)) + 0.5
        out = np.zeros(len(at), bool)
        for k in self.meeting(at.min(0), at.max(0)).tolist() if len(at) else ():
            inside = (at >= self.first[k] + _EDGE) & (at <= self.last[k] - _EDGE)
            out |= inside.all(axis=1)
        return out

    def read(
        self, open_tiles: OpenTiles, rows: Floats, columns: Floats, step: int
    ) -> tuple[Heights, int, int] | None:
        """Return the cells around fractional places, and their first row and column.

        Cells are averaged ``step`` by ``step``, over those that have a value, and have none where
        most lack it. None where no file lies.
        """
        top, left = (math.floor(v.min() / step - 1) * step for v in (rows, columns))
        bottom, right = (math.ceil(v.max() / step + 2) * step for v in (rows, columns))
        near = self.meeting(np.array([top, left]), np.array([bottom, right]))
        if not len(near):
            return None
        # Beyond the files there is nothing to read.
        (north, west), (south, east) = self.first[near].min(0), self.last[near].max(0)
        top, left = (max(v, math.floor(w / step) * step) for v, w in ((top, north), (left, west)))
        bottom, right = (
            min(v, math.ceil(w / step) * step) for v, w in ((bottom, south), (right, east))
        )
        out = np.empty(((bottom - top) // step, (right - left) // step), np.float32)
        strip = max(1, _STRIP // (step * (right - left))) * step if step > 1 else bottom - top
        for start in range(top, bottom, strip):
            stop = min(bottom, start + strip)
            cells = self._strip(open_tiles, near, (start, left), (stop, right))
            out[(start - top) // step : (stop - top) // step] = _averaged(cells, step)
        return out, top, left

    def block(
        self, open_tiles: OpenTiles, first: tuple[int, int], last: tuple[int, int]
    ) -> Heights:
        """Return the cells from (row, column) ``first`` to before ``last``, none averaged."""
        near = self.meeting(np.array(first), np.array(last))
        return self._strip(open_tiles, near, first, last)

    def meeting(self, first: Floats | Ints, last: Floats | Ints) -> Ints:
        """Return the files that have cells between (row, column) ``first`` and ``last``."""
        return np.flatnonzero(((self.first < last) & (self.last > first)).all(axis=1))

    def _strip(
        self, open_tiles: OpenTiles, near: Ints, first: tuple[int, int], last: tuple[int, int]
    ) -> Heights:
        from rasterio.windows import Window

        out = np.full((last[0] - first[0], last[1] - first[1]), np.nan, np.float32)
        for k in near.tolist():
            (r0, c0), (r1, c1) = np.maximum(self.first[k], first), np.minimum(self.last[k], last)
            if r0 >= r1 or c0 >= c1:
                continue
            row, column = (int(v) for v in self.first[k])
            window = Window(int(c0) - column, int(r0) - row, int(c1 - c0), int(r1 - r0))
            part = open_tiles.read(self.tiles[k], window)
            target = out[r0 - first[0] : r1 - first[0], c0 - first[1] : c1 - first[1]]
            np.copyto(target, part, where=np.isnan(target))
        return out


def _averaged(cells: Heights, step: int) -> Heights:
    if step == 1:
        return cells
    across = cells.reshape(cells.shape[0], cells.shape[1] // step, step)
    known = ~np.isnan(across)
    count = known.sum(axis=2).reshape(-1, step, across.shape[1]).sum(axis=1)
    total = np.where(known, across, np.float32(0)).sum(axis=2, dtype=np.float64)
    mean = total.reshape(-1, step, across.shape[1]).sum(axis=1) / np.maximum(count, 1)
    return np.where(count >= _LEAST * step * step, mean, np.nan).astype(np.float32)


def mosaics(tiles: Sequence[Tile]) -> tuple[Mosaic, ...]:
    """Return the files as mosaics, finest first."""
    groups: list[list[Tile]] = []
    for tile in tiles:
        home = next((g for g in groups if _aligned(g[0], tile)), None)
        if home is None:
            groups.append([tile])
        else:
            home.append(tile)
    return tuple(sorted((_mosaic(g) for g in groups), key=lambda m: m.worst_m))


def _aligned(one: Tile, other: Tile) -> bool:
    if one.crs != other.crs:
        return False
    # Over a whole tile the cells must not drift apart by more than a hundredth of one.
    drift = np.array([other.dx / one.dx - 1, other.dy / one.dy - 1])
    if (np.abs(drift) * max(other.rows, other.columns) > 0.01).any():
        return False
    shift = np.array([(other.west - one.west) / one.dx, (one.north - other.north) / one.dy])
    return bool((np.abs(shift - np.round(shift)) < 0.01).all())


def _mosaic(tiles: Sequence[Tile]) -> Mosaic:
    one = tiles[0]
    first = np.array(
        [[round((one.north - t.north) / one.dy), round((t.west - one.west) / one.dx)]
         for t in tiles], np.int64,
    )  # fmt: skip
    last = first + np.array([[t.rows, t.columns] for t in tiles])
    row, column = (first[len(tiles) // 2] + last[len(tiles) // 2]) / 2
    x, y = one.west + column * one.dx, one.north - row * one.dy
    lonlat, _ = to_cgcs2000(np.array([[x, y], [x + one.dx, y], [x, y + one.dy]]), one.crs)
    east, north = gauss_kruger(lonlat[:, 0], lonlat[:, 1], lonlat[0, 0])
    size = np.hypot(east[1:] - east[0], north[1:] - north[0])
    worst = float(size.max())
    return Mosaic(one.crs, one.west, one.north, one.dx, one.dy, tuple(tiles), first, last, worst)
