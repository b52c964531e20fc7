"""Elevations around a place, whatever tiles hold them: square windows in local metres.

Tiles that lie on one grid (same CRS, cell and alignment) are read as one raster, so that a seam
leaves no mark. A window takes the finest grid that covers it, in a transverse Mercator plane
whose meridian runs through its middle, resampled to square cells: in degrees a cell is neither
square nor of one size, and every kernel on it would be wrong by that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import rasterio
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.windows import Window as Block

from gis import kernels
from gis.crs import Transformation, from_cgcs2000, parse_crs, to_cgcs2000
from gis.errors import MineZoneError
from gis.projection import gauss_kruger, inverse_gauss_kruger
from gis.ragged import Bools, Floats, Ints

Heights = npt.NDArray[np.float32]

FINEST_M, COARSEST_M = 10.0, 30.0
"""Cells of windows: as the source's, but no finer and no coarser than this."""

LOWEST_M, HIGHEST_M = -500.0, 9000.0
"""What lies beyond is no elevation of dry land in metres, whether or not it is declared nodata."""

MOST_CELLS = 4_000_000
"""Source cells read for one window at the most; finer sources are averaged while reading."""

_DRIVERS = {".tif": "GTiff", ".tiff": "GTiff", ".img": "HFA", ".asc": "AAIGrid", ".vrt": "VRT"}
_EDGE = 1.5  # cells of a file's rim beside which a window has no value
_NODE = 16  # cells between points that are projected exactly; in between off by 1 mm


class TerrainError(MineZoneError):
    """An elevation file cannot be used; the message names it."""


@dataclass(frozen=True, eq=False)
class Window:
    """Elevations around a place, in square metres of its own plane.

    Attributes
    ----------
    elevation : (ny, nx) float32 metres, NaN where there is none; row 0 in the north
    cell_m : edge of a cell
    lon0 : meridian of the plane, degrees
    west, north : outer corner of cell (0, 0) in that plane, metres
    source_cell_m : the source's cell, east-west and north-south, metres
    """

    elevation: Heights
    cell_m: float
    lon0: float
    west: float
    north: float
    source_cell_m: tuple[float, float]

    def cells(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Return fractional (row, column) of places in degrees; whole numbers are cell centres."""
        x, y = gauss_kruger(lon, lat, self.lon0)
        return (self.north - y) / self.cell_m - 0.5, (x - self.west) / self.cell_m - 0.5

    def places(self, row: npt.ArrayLike, column: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Return longitude and latitude of fractional (row, column); inverse of :meth:`cells`."""
        x = self.west + (np.asarray(column, np.float64) + 0.5) * self.cell_m
        y = self.north - (np.asarray(row, np.float64) + 0.5) * self.cell_m
        return inverse_gauss_kruger(x, y, self.lon0)


@dataclass(frozen=True, slots=True)
class Described:
    """What a file says of itself: format, CRS, and the way from there to CGCS2000."""

    driver: str
    crs: str
    transformation: Transformation


@dataclass(frozen=True, eq=False)
class _Tile:
    """One file: its place on the grid of its group, in whole cells from the group's origin."""

    path: Path
    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True, eq=False)
class Grid:
    """Tiles that are pieces of one raster; its cells are numbered from the first tile's corner.

    ``west``, ``north`` is the outer corner of cell (0, 0); ``dx``, ``dy`` its size, both > 0, in
    units of ``crs``; ``cell_m`` its size in metres east-west and north-south at the middle.
    """

    crs: pyproj.CRS
    west: float
    north: float
    dx: float
    dy: float
    tiles: tuple[_Tile, ...]
    cell_m: tuple[float, float]

    @property
    def worst_m(self) -> float:
        """Return the greater side of a cell, metres."""
        return max(self.cell_m)

    def cells(self, lonlat: Floats) -> tuple[Floats, Floats]:
        """Return fractional (row, column) of places in degrees; whole numbers are centres."""
        xy, _ = from_cgcs2000(lonlat, self.crs)
        return (self.north - xy[:, 1]) / self.dy - 0.5, (xy[:, 0] - self.west) / self.dx - 0.5


class Terrain:
    """A set of elevation files, kept open; use as a context manager.

    Raises
    ------
    TerrainError
        A file is no GeoTIFF, HFA, AAIGrid or VRT, has no CRS, is rotated, or lies
        in a datum from which no exact operation leads to CGCS2000.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._stack = ExitStack()
        self._open: dict[Path, Any] = {}
        self.described: dict[Path, Described] = {}
        try:
            self._grids = _grouped([self._described(p) for p in paths])
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Terrain:
        """Return the terrain itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close all files."""
        self.close()

    def close(self) -> None:
        """Close all files."""
        self._stack.close()
        self._open.clear()

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
        for grid in self._grids:
            found = self._from_grid(grid, lon, lat, half_m)
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
        for grid in self._grids:
            xy, _ = from_cgcs2000(places, grid.crs)
            row, column = (grid.north - xy[:, 1]) / grid.dy, (xy[:, 0] - grid.west) / grid.dx
            for tile in grid.tiles:
                out |= (
                    (row >= tile.row + _EDGE)
                    & (row <= tile.row + tile.rows - _EDGE)
                    & (column >= tile.column + _EDGE)
                    & (column <= tile.column + tile.columns - _EDGE)
                )
        return out

    @property
    def grids(self) -> tuple[Grid, ...]:
        """Return the rasters that the files make up, finest first."""
        return self._grids

    def cells(self, grid: Grid, row: int, column: int, rows: int, columns: int) -> Heights:
        """Return a block of a grid's own cells, (rows, columns), NaN where there is no value.

        ``row``, ``column`` of its first cell may lie outside all tiles, and be negative.
        """
        block = self._mosaic(grid, row, column, row + rows, column + columns, 1)
        return np.full((rows, columns), np.nan, np.float32) if block is None else block

    # -- files -----------------------------------------------------------------------------

    def _described(self, path: Path) -> tuple[Path, pyproj.CRS, Any, int, int]:
        if path.suffix.lower() not in _DRIVERS:
            known = " ".join(_DRIVERS)
            raise TerrainError(
                f"{path}：不支持的高程格式（可用：{known}）",
                f"{path}: no elevation format ({known})",
            )
        try:
            data = self._dataset(path)
        except RasterioError as fault:
            words = " ".join(str(fault).split())
            raise TerrainError(f"{path}：无法读取高程：{words}", f"{path}: {words}") from fault
        if data.crs is None:
            raise TerrainError(f"{path}：高程未说明坐标系", f"{path}: the file states no CRS")
        affine = data.transform
        if affine.b or affine.d or affine.a <= 0 or affine.e >= 0:
            raise TerrainError(
                f"{path}：高程栅格不是北向上的正放栅格", f"{path}: the raster is not north-up"
            )
        try:
            crs = parse_crs(data.crs.to_wkt())
            _, way = from_cgcs2000(np.zeros((0, 2)), crs)
        except MineZoneError as fault:
            raise TerrainError(f"{path}：{fault.zh}", f"{path}: {fault.en}") from fault
        code = crs.to_epsg()
        name = f"EPSG:{code}" if code else crs.name
        self.described[path] = Described(data.driver, name, way)
        return path, crs, affine, data.height, data.width

    def _dataset(self, path: Path) -> Any:
        if path not in self._open:
            opened = rasterio.open(path, driver=_DRIVERS[path.suffix.lower()])
            self._open[path] = self._stack.enter_context(opened)
        return self._open[path]

    def order(self, lon: Floats, lat: Floats) -> Ints:
        """Return places sorted by block rows of the finest grid."""
        if not self._grids:
            return np.arange(len(lon))
        grid = self._grids[0]
        xy, _ = from_cgcs2000(np.column_stack([lon, lat]), grid.crs)
        row = np.floor((grid.north - xy[:, 1]) / grid.dy / 512)
        column = np.floor((xy[:, 0] - grid.west) / grid.dx / 512)
        return np.lexsort((column, row))

    # -- reading ---------------------------------------------------------------------------

    def _from_grid(self, grid: Grid, lon: float, lat: float, half_m: float) -> Window | None:
        cell = min(max(grid.worst_m, FINEST_M), COARSEST_M)
        n = 2 * math.ceil(half_m / cell)
        x, y = gauss_kruger(lon, lat, lon)
        west, north = float(x) - n / 2 * cell, float(y) + n / 2 * cell
        nodes = np.arange(0, n + _NODE, _NODE) + 0.5
        easting, northing = np.meshgrid(west + nodes * cell, north - nodes * cell)
        degrees = np.column_stack(inverse_gauss_kruger(easting.ravel(), northing.ravel(), lon))
        xy, _ = from_cgcs2000(degrees, grid.crs)
        rows = ((grid.north - xy[:, 1]) / grid.dy - 0.5).reshape(len(nodes), -1)
        columns = ((xy[:, 0] - grid.west) / grid.dx - 0.5).reshape(len(nodes), -1)
        read = self._read(grid, rows, columns)
        if read is None:
            return None
        source, first_row, first_column, step = read
        elevation = kernels.resampled(
            source, (rows - first_row + 0.5) / step - 0.5,
            (columns - first_column + 0.5) / step - 0.5, n, _NODE,
        )  # fmt: skip
        return Window(elevation, cell, lon, west, north, grid.cell_m)

    def _read(
        self, grid: Grid, rows: Floats, columns: Floats
    ) -> tuple[Heights, int, int, int] | None:
        """Return source cells around a window, their first row and column, and their step.

        The step is above 1 where the source is finer than needed: cells are then averaged.
        """
        top, left = math.floor(rows.min()) - 1, math.floor(columns.min()) - 1
        bottom, right = math.ceil(rows.max()) + 2, math.ceil(columns.max()) + 2
        step = max(1, int(FINEST_M // grid.worst_m))
        while (bottom - top) * (right - left) > MOST_CELLS * step * step:
            step += 1
        top, left = top // step * step, left // step * step
        out = self._mosaic(grid, top, left, bottom, right, step)
        return None if out is None else (out, top, left, step)

    def _mosaic(
        self, grid: Grid, top: int, left: int, bottom: int, right: int, step: int
    ) -> Heights | None:
        """Return the tiles' cells between rows and columns, every ``step`` averaged into one."""
        shape = -(-(bottom - top) // step), -(-(right - left) // step)
        out = np.full(shape, np.nan, np.float32)
        found = False
        for tile in grid.tiles:
            r0, r1 = max(top, tile.row), min(bottom, tile.row + tile.rows)
            c0, c1 = max(left, tile.column), min(right, tile.column + tile.columns)
            if r0 >= r1 or c0 >= c1:
                continue
            found = True
            part = self._cells(tile, r0 - tile.row, c0 - tile.column, r1 - r0, c1 - c0, step)
            at = (slice((r0 - top) // step, (r0 - top) // step + part.shape[0]),
                  slice((c0 - left) // step, (c0 - left) // step + part.shape[1]))  # fmt: skip
            target = out[at]
            np.copyto(target, part[: target.shape[0], : target.shape[1]], where=np.isnan(target))
        return out if found else None

    def _cells(
        self, tile: _Tile, row: int, column: int, rows: int, columns: int, step: int
    ) -> Heights:
        block = Block(column, row, columns, rows)
        shape = max(1, -(-rows // step)), max(1, -(-columns // step))
        try:
            data = self._dataset(tile.path).read(
                1, window=block, masked=True, out_shape=shape,
                resampling=Resampling.average if step > 1 else Resampling.nearest,
            )  # fmt: skip
        except RasterioError as fault:
            words = " ".join(str(fault).split())
            raise TerrainError(
                f"{tile.path}：高程数据损坏：{words}", f"{tile.path}: damaged: {words}"
            ) from fault
        heights: Heights = data.astype(np.float32).filled(np.nan)
        with np.errstate(invalid="ignore"):
            heights[~((heights > LOWEST_M) & (heights < HIGHEST_M))] = np.nan
        return heights


def _grouped(files: Sequence[tuple[Path, pyproj.CRS, Any, int, int]]) -> tuple[Grid, ...]:
    """Return the files as grids, finest first."""
    groups: list[list[tuple[Path, pyproj.CRS, Any, int, int]]] = []
    for file in files:
        home = next((g for g in groups if _aligned(g[0], file)), None)
        if home is None:
            groups.append([file])
        else:
            home.append(file)
    return tuple(sorted((_grid(g) for g in groups), key=lambda g: g.worst_m))


def _aligned(one: Any, other: Any) -> bool:
    (_, crs, a, _, _), (_, other_crs, b, _, _) = one, other
    if crs != other_crs or abs(a.a - b.a) > 1e-6 * a.a or abs(a.e - b.e) > 1e-6 * -a.e:
        return False
    shift = np.array([(b.c - a.c) / a.a, (b.f - a.f) / a.e])
    return bool((np.abs(shift - np.round(shift)) < 0.01).all())


def _grid(files: Sequence[tuple[Path, pyproj.CRS, Any, int, int]]) -> Grid:
    _, crs, first, _, _ = files[0]
    dx, dy = first.a, -first.e
    tiles = tuple(
        _Tile(p, round((first.f - t.f) / dy), round((t.c - first.c) / dx), rows, columns)
        for p, _, t, rows, columns in files
    )
    middle = tiles[len(tiles) // 2]
    x = first.c + (middle.column + middle.columns / 2) * dx
    y = first.f - (middle.row + middle.rows / 2) * dy
    lonlat, _ = to_cgcs2000(np.array([[x, y], [x + dx, y], [x, y + dy]]), crs)
    east, north = gauss_kruger(lonlat[:, 0], lonlat[:, 1], lonlat[0, 0])
    size = np.hypot(east[1:] - east[0], north[1:] - north[0])
    return Grid(crs, first.c, first.f, dx, dy, tiles, (float(size[0]), float(size[1])))


def _known(window: Window) -> float:
    return float(np.mean(~np.isnan(window.elevation)))


def _nothing(lon: float, lat: float, half_m: float) -> Window:
    n = 2 * math.ceil(half_m / COARSEST_M)
    x, y = gauss_kruger(lon, lat, lon)
    half = n / 2 * COARSEST_M
    empty = np.full((n, n), np.nan, np.float32)
    return Window(empty, COARSEST_M, lon, float(x) - half, float(y) + half, (math.nan, math.nan))
