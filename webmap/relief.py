"""The terrain under a map: hillshade.png of a result, from the workspace's elevation tiles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from analysis.io import staged
from gis.dem import Grid, read_grid
from gis.hillshade import picture
from gis.tiles import Box
from layers.workspace import open_workspace
from webmap import result_folder

# A screen's worth: finer cells would not be seen, and the page carries the picture.
MOST_CELLS = 640_000
MOST_BYTES = 300_000
RIM = 0.15


def write(out: Path, workspace: Path) -> tuple[Path, ...]:
    """Draw the result in ``out`` upon the elevations of a workspace file; see :func:`draw`."""
    return draw(out, open_workspace(workspace).terrain_files())


def draw(out: Path, tiles: Sequence[Path]) -> tuple[Path, ...]:
    """Write the hillshade of the result in ``out`` beside it; return the files, none without DEM.

    ``hillshade.png`` is in Web Mercator, the plane that Leaflet draws in, and ``hillshade.pgw``
    places it: `minezone map` needs no workspace afterwards.

    Raises
    ------
    ResultError
        The folder holds no result that can be drawn.
    TerrainError
        A tile cannot be used; the line names it.
    OutputError
        The files cannot be written.
    """
    if not tiles:
        return ()
    box = _with_rim(result_folder.read(out).said["view"])
    cells = MOST_CELLS
    while True:
        grid = read_grid(tiles, box, cells)
        if grid is None:
            return ()
        image = picture(grid)
        if len(image) <= MOST_BYTES:
            break
        cells //= 2
    with staged(out) as staging:
        png, world = result_folder.HILLSHADE
        staging.path(png).write_bytes(image)
        staging.path(world).write_text(world_file(grid), encoding="ascii", newline="\n")
    return tuple(out / name for name in result_folder.HILLSHADE)


def _with_rim(view: Sequence[float]) -> Box:
    """Return the view with a rim: a window of another shape shows more than was asked for."""
    west, south, east, north = view
    rim = RIM * max(east - west, north - south)
    return west - rim, max(south - rim, -85.0), east + rim, min(north + rim, 85.0)


def world_file(grid: Grid) -> str:
    """Return the six lines that place a picture: cell sizes, and the middle of the first cell."""
    cell, x, y = grid.cell, grid.west + grid.cell / 2, grid.north - grid.cell / 2
    return "".join(f"{value!r}\n" for value in (cell, 0.0, 0.0, -cell, x, y))
