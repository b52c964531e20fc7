"""Elevation tiles as one grid, for a picture of the ground."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gis.crs import to_cgcs2000
from gis.errors import CRSError, MineZoneError
from gis.ragged import Floats

RADIUS_M = 6378137.0
"""Radius of the sphere of Web Mercator (EPSG:3857), metres."""

# The drivers that may read a tile, by its name; other formats can lead out of their file.
DRIVERS = {
    ".tif": "GTiff", ".tiff": "GTiff", ".vrt": "VRT", ".img": "HFA", ".asc": "AAIGrid",
}  # fmt: skip
# Nothing on earth is lower or higher: what says so is an undeclared mark for "no value".
LOWEST_M, HIGHEST_M = -500.0, 9000.0
# Read at most this many times finer than drawn: the rest is skipped, not averaged.
_FINER = 2

Heights = npt.NDArray[np.float32]
Box = tuple[float, float, float, float]


class TerrainError(MineZoneError):
    """An elevation tile cannot be used; the message names it."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Elevations in Web Mercator, north up, square cells.

    Attributes
    ----------
    heights : (h, w) float32, metres; NaN where no tile has a value
    west, north : outer edges of the first cell, metres of the plane
    cell : side of a cell in the plane; on the ground it is ``cell * cos(latitude)``
    """

    heights: Heights
    west: float
    north: float
    cell: float

    @property
    def ground_cell_m(self) -> Floats:
        """Return (h, 1) the side of a cell on the ground in each row, metres."""
        y = self.north - (np.arange(len(self.heights)) + 0.5) * self.cell
        cells: Floats = self.cell / np.cosh(y / RADIUS_M)
        return cells[:, None]


def read_grid(tiles: Sequence[Path], box: Box, most_cells: int) -> Grid | None:
    """Return the elevations of ``box`` (west, south, east, north, degrees), None where none are.

    Tiles may differ in coordinate system and cell; where several have a value the finest
    counts. Cells without a value are taken out before anything is resampled. Cells are as fine
    as the finest tile there, but no more than ``most_cells`` of them.

    Raises
    ------
    TerrainError
        A tile is missing, is no elevation grid, or its coordinate system is missing or of a
        datum that does not lead to CGCS2000 exactly: it would lie about 100 m wrong.
    """
    bounds = _mercator(box)
    sources = [source for source in map(_known, tiles) if _meets(source.bounds, bounds)]
    near = sorted(sources, key=lambda source: (source.cell, source.path.name))
    if not near:
        return None
    width, height = bounds[2] - bounds[0], bounds[3] - bounds[1]
    cell = max(near[0].cell, math.sqrt(width * height / most_cells), width / 8192, height / 8192)
    shape = (max(1, int(height / cell)), max(1, int(width / cell)))
    grid = Grid(np.full(shape, np.nan, np.float32), bounds[0], bounds[3], cell)
    for source in near:
        source.fill(grid)
        if not np.isnan(grid.heights).any():
            break
    return None if np.isnan(grid.heights).all() else grid


@dataclass(frozen=True, slots=True)
class _Source:
    """One tile: its extent and cell in Web Mercator."""

    path: Path
    bounds: Box
    cell: float

    def fill(self, grid: Grid) -> None:
        """Give the grid's empty cells the tile's values."""
        from rasterio import Affine
        from rasterio.warp import Resampling, reproject

        with _opened(self.path) as tile:
            values, transform = _window(tile, grid)
            if not values.size:
                return
            drawn = np.full(grid.heights.shape, np.nan, np.float32)
            reproject(
                values,
                drawn,
                src_transform=transform,
                src_crs=tile.crs,
                src_nodata=np.nan,
                dst_transform=Affine(grid.cell, 0, grid.west, 0, -grid.cell, grid.north),
                dst_crs="EPSG:3857",
                dst_nodata=np.nan,
                resampling=Resampling.bilinear,
            )
        empty = np.isnan(grid.heights)
        grid.heights[empty] = drawn[empty]


def _known(path: Path) -> _Source:
    """Return what must be known of a tile before it is read."""
    from rasterio.warp import transform_bounds

    with _opened(path) as tile:
        if tile.crs is None:
            raise TerrainError(
                f"{path}：高程数据没有坐标系", f"{path}: the elevations state no coordinate system"
            )
        left, bottom, right, top = tile.bounds
        middle = np.array([[(left + right) / 2, (bottom + top) / 2]])
        try:
            to_cgcs2000(middle, tile.crs.to_wkt())
        except CRSError as error:
            raise TerrainError(f"{path}：{error.zh}", f"{path}: {error.en}") from None
        bounds = transform_bounds(tile.crs, "EPSG:3857", *tile.bounds)
        width, height = bounds[2] - bounds[0], bounds[3] - bounds[1]
        return _Source(path, bounds, math.sqrt(width * height / (tile.width * tile.height)))


def _window(tile: Any, grid: Grid) -> tuple[Heights, Any]:
    """Return the tile's part under the grid, no value being NaN, and the transform of it."""
    from rasterio import Affine
    from rasterio.enums import Resampling
    from rasterio.windows import Window

    rows, columns = grid.heights.shape
    left, top, right, bottom = _cells_under(tile, grid)
    if right <= left or bottom <= top:
        return np.empty((0, 0), np.float32), None
    width, height = right - left, bottom - top
    step = max(1.0, math.sqrt(width * height / (_FINER**2 * rows * columns)))
    shape = (max(1, int(height / step)), max(1, int(width / step)))
    band = tile.read(
        1,
        window=Window(left, top, width, height),
        out_shape=shape,
        masked=True,
        resampling=Resampling.nearest,
    )
    values = band.astype(np.float32).filled(np.nan)
    values[(values < LOWEST_M) | (values > HIGHEST_M)] = np.nan
    # Cell of the part -> place; written out, for operators of Affine differ between versions.
    a, b, c, d, e, f = tuple(tile.transform)[:6]
    across, down = width / shape[1], height / shape[0]
    x, y = a * left + b * top + c, d * left + e * top + f
    return values, Affine(a * across, b * down, x, d * across, e * down, y)


def _cells_under(tile: Any, grid: Grid) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of the tile's cells under the grid, with two around.

    Resampling at the grid's edge needs neighbours.
    """
    from rasterio.warp import transform_bounds

    rows, columns = grid.heights.shape
    east, south = grid.west + columns * grid.cell, grid.north - rows * grid.cell
    west, south, east, north = transform_bounds(
        "EPSG:3857", tile.crs, grid.west, south, east, grid.north
    )
    a, b, c, d, e, f = tuple(~tile.transform)[:6]
    x, y = np.array([west, east, west, east]), np.array([south, south, north, north])
    across, down = a * x + b * y + c, d * x + e * y + f
    return (
        max(0, math.floor(across.min()) - 2),
        max(0, math.floor(down.min()) - 2),
        min(tile.width, math.ceil(across.max()) + 2),
        min(tile.height, math.ceil(down.max()) + 2),
    )


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a tile to read; whatever the library has to say of it becomes one line."""
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning, RasterioError

    driver = DRIVERS.get(path.suffix.lower())
    if driver is None:
        known = " ".join(DRIVERS)
        raise TerrainError(
            f"{path}：不支持的高程格式（可用：{known}）",
            f"{path}: unsupported format of elevations (available: {known})",
        )
    try:
        with warnings.catch_warnings():
            # A tile without a place is refused by name, for it has no coordinate system either.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path, driver=driver) as tile:
                yield tile
    except RasterioError as fault:
        why = " ".join(str(fault).split())
        raise TerrainError(
            f"{path}：高程数据无法读取：{why}", f"{path}: the elevations cannot be read: {why}"
        ) from None


def _mercator(box: Box) -> Box:
    west, south, east, north = np.radians(box)
    low, high = (float(RADIUS_M * math.asinh(math.tan(v))) for v in (south, north))
    return float(RADIUS_M * west), low, float(RADIUS_M * east), high


def _meets(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
