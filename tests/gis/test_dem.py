"""Elevation tiles as one grid in the map's plane: their place, their order, what has no value."""

import math

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from rasterio import Affine

from gis import dem
from gis.dem import read_grid
from gis.tiles import TerrainError

BOX = (111.0, 39.0, 111.05, 39.04)
SECOND = 1 / 3600


def write_tile(path, values, *, crs="EPSG:4490", west=111.0, north=39.04, cell=SECOND, **profile):
    values = np.asarray(values)
    height, width = values.shape
    with rasterio.open(
        path, "w", driver=profile.pop("driver", "GTiff"), width=width, height=height, count=1,
        dtype=values.dtype, crs=crs, transform=Affine(cell, 0, west, 0, -cell, north), **profile,
    ) as tile:  # fmt: skip
        tile.write(values, 1)
    return path


def level(height=200, width=200, value=100.0, dtype="float32"):
    return np.full((height, width), value, dtype)


def degrees(grid):
    """Return longitude and latitude of the middle of each cell."""
    rows, columns = np.indices(grid.heights.shape)
    x = grid.west + (columns + 0.5) * grid.cell
    y = grid.north - (rows + 0.5) * grid.cell
    return Transformer.from_crs("EPSG:3857", "EPSG:4326", always_xy=True).transform(x, y)


def test_a_grid_is_square_cells_of_web_mercator_over_the_box(tmp_path):
    grid = read_grid([write_tile(tmp_path / "a.tif", level())], BOX, 10**9)
    to_plane = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True).transform
    west, north = to_plane(111.0, 39.04)
    east, south = to_plane(111.05, 39.0)
    assert (grid.west, grid.north) == pytest.approx((west, north), abs=1e-6)
    rows, columns = grid.heights.shape
    assert 0 <= (east - west) - columns * grid.cell < grid.cell
    assert 0 <= (north - south) - rows * grid.cell < grid.cell
    # A second of latitude is 30.9 m of ground, one of longitude 24.0 m at 39 degrees.
    assert grid.ground_cell_m[0, 0] == pytest.approx(math.sqrt(30.9 * 24.0), rel=0.01)


def test_the_ground_shrinks_with_the_cosine_of_the_latitude():
    grid = dem.Grid(np.zeros((1, 1), np.float32), 0.0, dem.RADIUS_M * math.asinh(math.tan(
        math.radians(60))) + 0.5, 1.0)  # fmt: skip
    assert grid.ground_cell_m[0, 0] == pytest.approx(0.5, rel=1e-9)


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "EPSG:4525", "EPSG:32649"])
def test_heights_lie_where_they_are_whatever_the_tile_is_in(tmp_path, crs):
    """Heights that are a plane in degrees come back as that plane, to a few centimetres."""
    out = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    if crs in ("EPSG:4490", "EPSG:4326"):
        west, north, cell, size = 110.99, 39.05, SECOND, 300
    else:
        there = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
        (west, north), cell, size = there.transform(110.99, 39.05), 30.0, 300
    rows, columns = np.indices((size, size))
    lon, lat = out.transform(west + (columns + 0.5) * cell, north - (rows + 0.5) * cell)
    values = (1000 + 2000 * (lon - 111) + 3000 * (lat - 39)).astype("float32")
    path = write_tile(tmp_path / "a.tif", values, crs=crs, west=west, north=north, cell=cell)
    grid = read_grid([path], BOX, 10**9)
    lon, lat = degrees(grid)
    want = 1000 + 2000 * (lon - 111) + 3000 * (lat - 39)
    assert np.abs(grid.heights - want).max() < 0.05  # 2000 m a degree: 0.05 m are 2.5 m of ground


def test_a_peak_stands_in_its_own_cell(tmp_path):
    values = level(144, 180)
    values[72, 90] = 900.0
    grid = read_grid([write_tile(tmp_path / "a.tif", values)], BOX, 10**9)
    row, column = np.unravel_index(np.argmax(grid.heights), grid.heights.shape)
    lon, lat = degrees(grid)
    assert lon[row, column] == pytest.approx(111 + 90.5 * SECOND, abs=SECOND)
    assert lat[row, column] == pytest.approx(39.04 - 72.5 * SECOND, abs=SECOND)


NOTHING = {
    "declared": (-9999.0, {"nodata": -9999.0}, "float32"),
    "undeclared": (-9999.0, {}, "float32"),
    "lowest float": (-3.4028235e38, {}, "float32"),
    "nan": (np.nan, {}, "float32"),
    "short": (-32768, {"nodata": -32768}, "int16"),
    "undeclared short": (-32768, {}, "int16"),
    "unsigned": (65535, {}, "uint16"),
}


@pytest.mark.parametrize("name", list(NOTHING))
def test_no_value_leaks_into_its_neighbours(tmp_path, name):
    value, profile, dtype = NOTHING[name]
    values = level(dtype=dtype)
    values[50:90, 60:120] = value
    grid = read_grid([write_tile(tmp_path / "a.tif", values, **profile)], BOX, 10**9)
    there = np.isfinite(grid.heights)
    assert np.unique(grid.heights[there]).tolist() == [100.0]
    lon, lat = degrees(grid)
    inside = (lon > 111 + 61 * SECOND) & (lon < 111 + 119 * SECOND)
    inside &= (lat < 39.04 - 51 * SECOND) & (lat > 39.04 - 89 * SECOND)
    assert inside.sum() > 1500 and not there[inside].any()
    outside = (lon < 111 + 59 * SECOND) | (lon > 111 + 121 * SECOND)
    assert there[outside].all()


def test_masked_cells_have_no_value(tmp_path):
    path = write_tile(tmp_path / "a.tif", level())
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as tile:
        mask = np.full((200, 200), 255, np.uint8)
        mask[:100] = 0
        tile.write_mask(mask)
    grid = read_grid([path], BOX, 10**9)
    assert np.isnan(grid.heights[:60]).all() and np.isfinite(grid.heights[-40:]).all()


def test_the_finest_tile_counts_and_others_fill_its_gaps(tmp_path):
    fine = level(72, 180, 1.0)
    fine[10:20] = np.nan
    tiles = [
        write_tile(tmp_path / "coarse.tif", level(20, 30, 2.0), north=39.05, cell=10 * SECOND),
        write_tile(tmp_path / "fine.tif", fine),
    ]
    grid = read_grid(tiles, BOX, 10**9)
    _, lat = degrees(grid)
    assert (grid.heights[lat > 39.04 - 9 * SECOND] == 1).all()
    gap = (lat < 39.04 - 11 * SECOND) & (lat > 39.04 - 19 * SECOND)
    assert (grid.heights[gap] == 2).all()
    assert (grid.heights[lat < 39.02 - SECOND] == 2).all()
    assert np.array_equal(grid.heights, read_grid(tiles[::-1], BOX, 10**9).heights)


def test_a_seam_between_tiles_leaves_no_gap(tmp_path):
    tiles = [
        write_tile(tmp_path / "w.tif", level(144, 90, 5.0)),
        write_tile(tmp_path / "e.tif", level(144, 90, 5.0), west=111 + 90 * SECOND),
    ]
    assert np.unique(read_grid(tiles, BOX, 10**9).heights).tolist() == [5.0]


def test_there_are_no_more_cells_than_asked_for(tmp_path):
    path = write_tile(tmp_path / "a.tif", level(1440, 1800), cell=SECOND / 10)
    assert read_grid([path], BOX, 2500).heights.size <= 2500
    assert read_grid([path], BOX, 10**9).heights.size > 2_000_000


def test_a_large_tile_is_not_read_finer_than_it_is_drawn(tmp_path, monkeypatch):
    path = write_tile(tmp_path / "a.tif", level(1440, 1800), cell=SECOND / 10)
    read, heights = [], dem.heights

    def spy(data, window, shape):
        values = heights(data, window, shape)
        read.append(values.size)
        return values

    monkeypatch.setattr(dem, "heights", spy)
    assert (read_grid([path], BOX, 2500).heights == 100).all()
    assert read[0] <= 4 * 2500


def test_no_tile_near_is_no_grid(tmp_path):
    path = write_tile(tmp_path / "a.tif", level())
    assert read_grid([path], (120.0, 30.0, 120.1, 30.1), 10**6) is None
    assert read_grid([], BOX, 10**6) is None
    empty = write_tile(tmp_path / "b.tif", level(value=np.nan))
    assert read_grid([empty], BOX, 10**6) is None


@pytest.mark.parametrize(
    ("crs", "words"),
    [(None, "no coordinate system"), ("EPSG:2383", "no public transformation"),
     ("EPSG:2415", "no public transformation"), ("EPSG:4269", "ballpark shifts are refused")],
)  # fmt: skip
def test_a_datum_that_would_lie_wrong_is_refused_by_name(tmp_path, crs, words):
    path = write_tile(tmp_path / "坏.tif", level(10, 10), crs=crs)
    with pytest.raises(TerrainError, match=words) as caught:
        read_grid([path], BOX, 10**6)
    assert "坏.tif" in caught.value.zh and "坏.tif" in caught.value.en


@pytest.mark.filterwarnings("error")
def test_what_is_no_elevation_grid_is_refused_by_name(tmp_path):
    (tmp_path / "a.tif").write_bytes(b"no picture")
    for name, words in [("a.tif", "cannot be read"), ("gone.tif", "cannot be read"),
                        ("a.png", "unsupported format"), ("a", "unsupported format")]:  # fmt: skip
        with pytest.raises(TerrainError, match=words) as caught:
            read_grid([tmp_path / name], BOX, 10**6)
        assert name in caught.value.zh and "\n" not in caught.value.zh


def test_a_file_is_read_by_the_driver_of_its_name_alone(tmp_path):
    """A VRT that calls itself a TIFF could name any file of this machine."""
    target = write_tile(tmp_path / "a.tif", level())
    (tmp_path / "b.tif").write_text(
        f'<VRTDataset rasterXSize="9" rasterYSize="9"><VRTRasterBand dataType="Float32" band="1">'
        f"<SimpleSource><SourceFilename>{target}</SourceFilename></SimpleSource></VRTRasterBand>"
        "</VRTDataset>"
    )
    with pytest.raises(TerrainError, match=r"b\.tif: the elevations cannot be read"):
        read_grid([tmp_path / "b.tif"], BOX, 10**6)
