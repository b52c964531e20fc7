"""Elevation tiles as one grid, for a picture of the ground."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gis.ragged import Floats
from gis.tiles import Box, Heights, Tile, examined, heights, opened

RADIUS_M = 6378137.0
"""Radius of the sphere of Web Mercator (EPSG:3857), metres."""

# Read at most this many times finer than drawn: the rest is skipped, not averaged.
_FINER = 2


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
        A tile cannot be used (see :func:`gis.tiles.examined`).
    """
    bounds = _mercator(box)
    sources = [source for source in map(_source, tiles) if _meets(source.bounds, bounds)]
    near = sorted(sources, key=lambda source: (source.cell, source.tile.path.name))
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

    tile: Tile
    bounds: Box
    cell: float

    def fill(self, grid: Grid) -> None:
        """Give the grid's empty cells the tile's values."""
        from rasterio import Affine
        from rasterio.warp import Resampling, reproject

        crs = self.tile.crs.to_wkt()
        with opened(self.tile.path) as data:
            values, transform = _under(self.tile, crs, data, grid)
            if not values.size:
                return
            drawn = np.full(grid.heights.shape, np.nan, np.float32)
            reproject(
                values,
                drawn,
                src_transform=transform,
                src_crs=crs,
                src_nodata=np.nan,
                dst_transform=Affine(grid.cell, 0, grid.west, 0, -grid.cell, grid.north),
                dst_crs="EPSG:3857",
                dst_nodata=np.nan,
                resampling=Resampling.bilinear,
            )
        empty = np.isnan(grid.heights)
        grid.heights[empty] = drawn[empty]


def _source(path: Path) -> _Source:
    from rasterio.warp import transform_bounds

    tile = examined(path)
    bounds = transform_bounds(tile.crs.to_wkt(), "EPSG:3857", *tile.bounds)
    width, height = bounds[2] - bounds[0], bounds[3] - bounds[1]
    return _Source(tile, bounds, math.sqrt(width * height / (tile.columns * tile.rows)))


def _under(tile: Tile, crs: str, data: Any, grid: Grid) -> tuple[Heights, Any]:
    """Return the tile's part under the grid, no value being NaN, and the transform of it."""
    from rasterio import Affine
    from rasterio.windows import Window

    rows, columns = grid.heights.shape
    left, top, right, bottom = _cells_under(tile, crs, grid)
    if right <= left or bottom <= top:
        return np.empty((0, 0), np.float32), None
    width, height = right - left, bottom - top
    step = max(1.0, math.sqrt(width * height / (_FINER**2 * rows * columns)))
    shape = (max(1, int(height / step)), max(1, int(width / step)))
    values = heights(data, Window(left, top, width, height), shape)
    # Cell of the part -> place.
    across, down = width / shape[1] * tile.dx, height / shape[0] * tile.dy
    west, north = tile.west + left * tile.dx, tile.north - top * tile.dy
    return values, Affine(across, 0, west, 0, -down, north)


def _cells_under(tile: Tile, crs: str, grid: Grid) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of the tile's cells under the grid, with two around.

    Resampling at the grid's edge needs neighbours.
    """
    from rasterio.warp import transform_bounds

    rows, columns = grid.heights.shape
    east, south = grid.west + columns * grid.cell, grid.north - rows * grid.cell
    west, south, east, north = transform_bounds(
        "EPSG:3857", crs, grid.west, south, east, grid.north
    )
    return (
        max(0, math.floor((west - tile.west) / tile.dx) - 2),
        max(0, math.floor((tile.north - north) / tile.dy) - 2),
        min(tile.columns, math.ceil((east - tile.west) / tile.dx) + 2),
        min(tile.rows, math.ceil((tile.north - south) / tile.dy) + 2),
    )


def _mercator(box: Box) -> Box:
    west, south, east, north = np.radians(box)
    low, high = (float(RADIUS_M * math.asinh(math.tan(v))) for v in (south, north))
    return float(RADIUS_M * west), low, float(RADIUS_M * east), high


def _meets(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
