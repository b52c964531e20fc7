"""The hillshade: values worked out by hand, light from the right side, a small clear picture."""

import math
import struct

import numpy as np
import pytest
from rasterio.io import MemoryFile

from gis.dem import Grid
from gis.hillshade import LEVELS, hillshade, palette, picture, tones_of

# On the equator a cell of the plane is a cell of the ground.
CELL = 30.0


def grid_of(heights):
    heights = np.asarray(heights, np.float32)
    return Grid(heights, 0.0, CELL * len(heights) / 2, CELL)


def slope(towards, grade, size=9):
    """Return a plane that falls to the azimuth ``towards`` (degrees) by ``grade``."""
    rows, columns = np.indices((size, size))
    east, north = columns * CELL, -rows * CELL
    a = math.radians(towards)
    return grid_of(5000 - grade * (east * math.sin(a) + north * math.cos(a)))


def middle(grid):
    return hillshade(grid)[4, 4]


def test_level_ground_has_the_light_of_the_altitude():
    assert hillshade(grid_of(np.full((5, 5), 1200))) == pytest.approx(math.sin(math.pi / 4))


def test_a_slope_worked_out_by_hand():
    """Falling west by 1/1.5: exaggerated 45 degrees, so that n = (-1, 0, 1)/sqrt 2.

    Lights of 225 and 315 count by sin² 45° = 1/2 and give (1/√2 + 1/2)/√2, 270 by 0, 360 by 1
    and gives (1/√2)/√2 = 1/2; half of the sum.
    """
    want = ((1 / math.sqrt(2) + 0.5) / math.sqrt(2) + 0.5) / 2
    assert middle(slope(270, 1 / 1.5)) == pytest.approx(want, abs=1e-5)


def test_light_comes_from_the_north_west():
    light = {a: middle(slope(a, 0.3)) for a in range(0, 360, 45)}
    assert max(light, key=light.get) in (270, 315)
    assert min(light, key=light.get) in (90, 135)
    assert light[315] > math.sin(math.pi / 4) > light[135]


def test_the_same_ground_is_as_bright_at_any_latitude():
    def at(latitude):
        stretch = 1 / math.cos(math.radians(latitude))
        columns = np.indices((9, 9))[1]
        north = 6378137 * math.asinh(math.tan(math.radians(latitude))) + CELL * stretch * 4.5
        return hillshade(
            Grid((0.3 * columns * CELL).astype(np.float32), 0.0, north, CELL * stretch)
        )

    assert at(50)[4, 4] == pytest.approx(at(0)[4, 4], abs=1e-3)


def test_nothing_is_known_beside_what_has_no_height():
    heights = np.full((7, 7), 100.0)
    heights[3, 3] = np.nan
    light = hillshade(grid_of(heights))
    hidden = np.argwhere(np.isnan(light)).tolist()
    assert hidden == [[2, 3], [3, 2], [3, 4], [4, 3]] or hidden == [
        [2, 3], [3, 2], [3, 3], [3, 4], [4, 3],
    ]  # fmt: skip
    assert tones_of(light)[2, 3] == 0 and tones_of(light)[0, 0] > 0


def test_tones_run_from_darkest_to_lightest_and_nothing_is_clear():
    light = np.array([[np.nan, -1.0, 0.0], [0.85, 1.0, 0.475]])
    assert tones_of(light).tolist() == [[0, 1, 1], [LEVELS, LEVELS, 1 + (LEVELS - 1) // 2 + 1]]
    colours = palette()
    assert colours[0][3] == 0 and all(colours[k][3] == 255 for k in range(1, LEVELS + 1))
    brightness = [sum(colours[k][:3]) for k in range(1, LEVELS + 1)]
    assert brightness == sorted(brightness)


def test_the_picture_is_a_paletted_png_of_the_grid(tmp_path):
    rows, columns = np.indices((40, 60))
    heights = (100 * np.sin(rows / 5) + 80 * np.cos(columns / 7)).astype(np.float32)
    heights[:5] = np.nan
    grid = grid_of(heights)
    image = picture(grid)
    assert image == picture(grid)
    assert image[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, kind = struct.unpack(">IIBB", image[16:26])
    assert (width, height, depth, kind) == (60, 40, 8, 3)
    with MemoryFile(image) as memory, pytest.warns(match="geotransform"), memory.open() as read:
        assert np.array_equal(read.read(1), tones_of(hillshade(grid)))
        shown = read.colormap(1)
        assert {k: shown[k] for k in palette()} == palette()
