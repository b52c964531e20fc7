"""Windows of the terrain: the same ground whatever files hold it, and no height out of nothing."""

import tracemalloc

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from rasterio import Affine
from rasterio.shutil import copy

from gis import mosaic, terrain, tiles
from gis.downstream import trace
from gis.flow import route
from gis.projection import gauss_kruger
from gis.terrain import Terrain
from gis.tiles import TerrainError

SECOND = 1 / 3600
LON, LAT = 111.0, 39.0
WEST, NORTH = 500_000.0, 4_320_000.0  # of most files here, in the plane of zone 37
METRES = "EPSG:4546"


def write(path, values, *, crs=METRES, west=WEST, north=NORTH, cell=30.0, down=None, **profile):
    values = np.asarray(values)
    bands = values if values.ndim == 3 else values[None]
    with rasterio.open(
        path, "w", driver=profile.pop("driver", "GTiff"), width=bands.shape[2],
        height=bands.shape[1], count=len(bands), dtype=values.dtype, crs=crs,
        transform=Affine(cell, 0, west, 0, -(down or cell), north), **profile,
    ) as out:  # fmt: skip
        out.write(bands)
    return path


def rough(rows=300, columns=300, seed=0):
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:rows, 0:columns]
    return (800 + 40 * np.sin(x / 17) + 30 * np.cos(y / 23) + rng.normal(0, 2, x.shape)).astype(
        np.float32
    )


def middle(dx=0.0, dy=0.0):
    """Longitude and latitude in the midst of a file of 300 x 300 cells of 30 m."""
    out = Transformer.from_crs(METRES, "EPSG:4490", always_xy=True)
    return out.transform(WEST + 4500 + dx, NORTH - 4500 + dy)


def same(one, other):
    return np.array_equal(one.elevation, other.elevation, equal_nan=True)


# -- the ground ----------------------------------------------------------------------------------


def bends(lon, lat, lat0):
    """A meandering valley running south, written down in metres about (LON, lat0)."""
    x, y = gauss_kruger(lon, lat, LON)
    _, y0 = gauss_kruger(LON, lat0, LON)
    y = y - y0
    return 900 + 0.03 * y + 0.3 * np.abs(x - 200 * np.sin(y / 250))


def in_degrees(path, lat0):
    n = 400
    rows, columns = np.indices((n, n))
    west, north = LON - n / 2 * SECOND, lat0 + n / 2 * SECOND
    lon, lat = west + (columns + 0.5) * SECOND, north - (rows + 0.5) * SECOND
    values = bends(lon, lat, lat0).astype(np.float32)
    return write(path, values, crs="EPSG:4490", west=west, north=north, cell=SECOND)


def in_metres(path, lat0):
    n = 400
    _, y0 = (float(v) for v in gauss_kruger(LON, lat0, LON))
    west, north = 500_000 - n / 2 * 30.0 + 7, y0 + n / 2 * 30.0 + 11
    rows, columns = np.indices((n, n))
    out = Transformer.from_crs(METRES, "EPSG:4490", always_xy=True)
    lon, lat = out.transform(west + (columns + 0.5) * 30, north - (rows + 0.5) * 30)
    return write(path, bends(lon, lat, lat0).astype(np.float32), west=west, north=north)


@pytest.mark.parametrize("lat0", [45.0, 52.0])
def test_degrees_and_metres_give_the_same_ground_and_the_same_path(tmp_path, lat0):
    found = []
    for made in (in_degrees, in_metres):
        with Terrain([made(tmp_path / f"{made.__name__}.tif", lat0)]) as ground:
            window = ground.window(LON, lat0, 2000.0)
        rows, columns = np.indices(window.elevation.shape)
        true = bends(*window.places(rows, columns), lat0)
        # Between cells of 31 m a valley of 3 in 10 is cut off by some 4 m, elsewhere by nothing.
        assert np.nanmax(np.abs(window.elevation - true)) < 6
        assert np.nanmedian(np.abs(window.elevation - true)) < 0.1
        start = window.cells(LON + 0.0, lat0)
        path = trace(window.elevation, route(window.elevation, 30.0), *start, 1000.0)
        assert (path.end, path.length_m) == ("length", 1000.0)
        found.append(gauss_kruger(*window.places(path.row, path.column), LON))
    _, y0 = gauss_kruger(LON, lat0, LON)
    for x, y in found:
        assert np.abs(x - 200 * np.sin((y - y0) / 250))[3:].max() < 1.5 * 30
    ends = np.array([[x[-1], y[-1]] for x, y in found])
    assert np.hypot(*(ends[0] - ends[1])) < 30


@pytest.mark.parametrize("cell", [30.0, 2.0])
def test_a_seam_leaves_no_mark(tmp_path, cell):
    """Four tiles that do not end on whole blocks of averaged cells, against one file of all."""
    values = rough(301, 307)
    place = {"west": WEST + 3, "north": NORTH - 5, "cell": cell}
    whole = write(tmp_path / "whole.tif", values, **place)
    quarters = []
    for top, bottom in ((0, 143), (143, 301)):
        for left, right in ((0, 151), (151, 307)):
            quarters.append(
                write(
                    tmp_path / f"{top}-{left}.tif",
                    values[top:bottom, left:right],
                    west=place["west"] + left * cell,
                    north=place["north"] - top * cell,
                    cell=cell,
                )
            )
    out = Transformer.from_crs(METRES, "EPSG:4490", always_xy=True)
    seam = out.transform(place["west"] + 151 * cell, place["north"] - 143 * cell)
    with Terrain([whole]) as one, Terrain(quarters) as four:
        window = one.window(*seam, 60 * cell)
        assert not np.isnan(window.elevation).any()
        assert same(window, four.window(*seam, 60 * cell))
        assert same(one.window(*seam, 200 * cell), four.window(*seam, 200 * cell))


NOTHING = {
    "declared -9999": (-9999.0, {"nodata": -9999.0}, "float32"),
    "undeclared -9999": (-9999.0, {}, "float32"),
    "undeclared -32768": (-32768, {}, "int16"),
    "declared short": (-32768, {"nodata": -32768}, "int16"),
    "largest float": (3.4028234663852886e38, {"nodata": 3.4028234663852886e38}, "float32"),
    "undeclared double": (-1.7976931348623157e308, {}, "float64"),
    "NaN": (np.nan, {}, "float32"),
    "declared NaN": (np.nan, {"nodata": np.nan}, "float32"),
    "unsigned": (65535, {}, "uint16"),
}


def holed(value, dtype):
    values = np.round(rough()).astype(dtype)
    values[140:160, 120:150] = value
    values[10, 10] = value
    return values


@pytest.mark.parametrize("cell", [30.0, 2.0])
@pytest.mark.parametrize("name", list(NOTHING))
def test_nodata_is_nodata_however_it_is_said(tmp_path, name, cell):
    value, profile, dtype = NOTHING[name]
    north = NORTH - 4500 + 150 * cell
    place = {"cell": cell, "west": WEST + 4500 - 150 * cell, "north": north}
    masked = write(tmp_path / "masked.tif", np.round(rough()), **place)
    mask = np.full((300, 300), 255, np.uint8)
    mask[140:160, 120:150] = mask[10, 10] = 0
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(masked, "r+") as out:
        out.write_mask(mask)
    said = write(tmp_path / "said.tif", holed(value, dtype), **place, **profile)
    with Terrain([masked]) as one, Terrain([said]) as other:
        window = one.window(*middle(), 100 * cell)
        assert 300 < np.isnan(window.elevation).sum() * (window.cell_m / cell) ** 2 < 1200
        assert np.nanmin(window.elevation) > 700 and np.nanmax(window.elevation) < 900
        assert same(window, other.window(*middle(), 100 * cell))


def test_finer_cells_are_averaged_where_at_least_half_have_a_value():
    cells = np.full((4, 4), 100.0, np.float32)
    cells[0, 0] = 200.0
    cells[2:, :2] = np.nan
    cells[2, 2] = cells[3, 3] = np.nan
    out = mosaic._averaged(cells, 2)
    assert out[0].tolist() == [125.0, 100.0]
    assert np.isnan(out[1, 0]) and out[1, 1] == 100.0
    cells[2, 3] = np.nan
    assert np.isnan(mosaic._averaged(cells, 2)[1, 1])


# -- several files -------------------------------------------------------------------------------


def vrt(path, parts, rows=300, columns=300):
    """Write a VRT of (file, first row, first column, rows, columns) beside its files."""
    sources = "".join(
        f'<SimpleSource><SourceFilename relativeToVRT="1">{p.name}</SourceFilename>'
        f"<SourceBand>1</SourceBand>"
        f'<SrcRect xOff="0" yOff="0" xSize="{w}" ySize="{h}"/>'
        f'<DstRect xOff="{c}" yOff="{r}" xSize="{w}" ySize="{h}"/></SimpleSource>'
        for p, r, c, h, w in parts
    )
    path.write_text(
        f'<VRTDataset rasterXSize="{columns}" rasterYSize="{rows}"><SRS>{METRES}</SRS>'
        f"<GeoTransform>{WEST}, 30, 0, {NORTH}, 0, -30</GeoTransform>"
        f'<VRTRasterBand dataType="Float32" band="1"><NoDataValue>-9999</NoDataValue>{sources}'
        "</VRTRasterBand></VRTDataset>",
        encoding="utf-8",
    )
    return path


def halves(folder):
    values = rough()
    left = write(folder / "left.tif", values[:, :140])
    right = write(folder / "right.tif", values[:, 140:], west=WEST + 140 * 30)
    return values, left, right


def test_a_vrt_reads_as_its_files_do(tmp_path):
    values, left, right = halves(tmp_path)
    both = vrt(tmp_path / "all.vrt", [(left, 0, 0, 300, 140), (right, 0, 140, 300, 160)])
    whole = write(tmp_path / "whole.tif", values)
    with Terrain([both]) as one, Terrain([left, right]) as two, Terrain([whole]) as three:
        window = three.window(*middle(), 3000.0)
        assert same(window, one.window(*middle(), 3000.0))
        assert same(window, two.window(*middle(), 3000.0))
    assert tiles.sources(both) == (left, right)
    assert {both, left, right} <= set(tiles.parts(both))


def test_a_vrt_whose_file_is_gone_is_an_error_and_no_hole(tmp_path):
    _, left, right = halves(tmp_path)
    both = vrt(tmp_path / "all.vrt", [(left, 0, 0, 300, 140), (right, 0, 140, 300, 160)])
    left.unlink()
    with pytest.raises(TerrainError, match=r"all\.vrt"), Terrain([both]) as ground:
        ground.window(*middle(), 3000.0)


def test_the_finest_files_that_cover_a_window_make_it(tmp_path):
    fine = write(tmp_path / "fine.tif", np.full((200, 200), 10.0, np.float32), cell=20.0)
    coarse = np.full((600, 600), 20.0, np.float32)
    wide = write(tmp_path / "wide.tif", coarse, crs="EPSG:4490", west=110.97, north=39.1,
                 cell=SECOND)  # fmt: skip
    out = Transformer.from_crs(METRES, "EPSG:4490", always_xy=True)
    within, beside = (out.transform(WEST + e, NORTH - 2000) for e in (2000, 3900))
    with Terrain([wide, fine]) as ground:
        window = ground.window(*within, 1500.0)
        assert np.unique(window.elevation).tolist() == [10.0]
        assert window.source_cell_m == pytest.approx((20.0, 20.0), rel=1e-3)
        # Half of it would be missing: the coarser file has all of it.
        window = ground.window(*beside, 1500.0)
        assert np.unique(window.elevation).tolist() == [20.0]
        assert window.source_cell_m == pytest.approx((24.0, 30.8), rel=0.01)
        assert window.resolution_m == pytest.approx(30.8, rel=0.01)
        nowhere = ground.window(120.0, 30.0, 500.0)
        assert np.isnan(nowhere.elevation).all() and np.isnan(nowhere.resolution_m)
        assert ground.holds([within[0], 120.0], [within[1], 30.0]).tolist() == [True, False]


def test_more_files_than_may_be_open_are_read_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(tiles, "MOST_OPEN", 2)
    values = rough()
    files = [write(tmp_path / f"{k}.tif", values[:, k * 60 : k * 60 + 60], west=WEST + k * 1800)
             for k in range(5)]  # fmt: skip
    whole = write(tmp_path / "whole.tif", values)
    with Terrain(files) as five, Terrain([whole]) as one:
        for _ in range(2):
            assert same(five.window(*middle(), 4000.0), one.window(*middle(), 4000.0))
            assert len(five._files._open) == 2


def test_windows_come_as_the_blocks_lie_and_each_once(tmp_path):
    path = write(tmp_path / "a.tif", np.zeros((300, 300), np.float32))
    shifts = np.random.default_rng(0).uniform(-3000, 3000, (20, 2))
    lon, lat = np.array([middle(*s) for s in shifts]).T
    with Terrain([path]) as ground:
        found = list(ground.windows(lon, lat, 300.0))
        assert sorted(k for k, _ in found) == list(range(20))
        for k, window in found:
            assert same(window, ground.window(lon[k], lat[k], 300.0))


# -- size ----------------------------------------------------------------------------------------


def test_a_window_has_no_more_cells_than_the_limit_and_owns_up_to_coarser_ones(
    tmp_path, monkeypatch
):
    path = write(tmp_path / "a.tif", rough())
    monkeypatch.setattr(terrain, "MOST_CELLS", 10_000)
    with Terrain([path]) as ground:
        small = ground.window(*middle(), 1500.0)
        assert (small.elevation.shape, small.cell_m, small.resolution_m) == ((100, 100), 30, 30)
        large = ground.window(*middle(), 4000.0)
        assert large.elevation.shape == (100, 100)
        assert large.cell_m == large.resolution_m == 80.0
        assert large.source_cell_m == pytest.approx((60.0, 60.0), rel=1e-6)
        # Means of 2 x 2 cells, not every second cell.
        assert np.nanmean(large.elevation) == pytest.approx(800, abs=10)
        huge = ground.window(*middle(), 100_000.0)
        assert huge.elevation.shape == (100, 100) and huge.resolution_m >= 1980
        assert 0 < (~np.isnan(huge.elevation)).sum() < 30
        nowhere = ground.window(120.0, 30.0, 1e6)
        assert nowhere.elevation.shape == (100, 100) and np.isnan(nowhere.elevation).all()


def test_a_tiny_window_has_its_place(tmp_path):
    path = write(tmp_path / "a.tif", rough())
    with Terrain([path]) as ground:
        window = ground.window(*middle(), 1.0)
        assert window.elevation.shape == (2, 2) and not np.isnan(window.elevation).any()
        assert window.cells(*middle()) == (pytest.approx(0.5), pytest.approx(0.5))


def test_averaging_takes_no_more_memory_than_a_strip(tmp_path, monkeypatch):
    monkeypatch.setattr(mosaic, "_STRIP", 100_000)
    path = write(tmp_path / "a.tif", np.full((3000, 3000), 5.0, np.float32), cell=1.0,
                 west=WEST + 3000, north=NORTH - 3000)  # fmt: skip
    with Terrain([path]) as ground:
        ground.window(*middle(), 100.0)  # kernels are there
        tracemalloc.start()
        window = ground.window(*middle(), 1450.0)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert np.unique(window.elevation).tolist() == [5.0]
    assert window.source_cell_m == pytest.approx((10.0, 10.0), rel=1e-3)
    assert peak < 12e6  # the source's cells alone are 36 MB


# -- refusals ------------------------------------------------------------------------------------


def refused(path):
    with pytest.raises(TerrainError) as caught:
        Terrain([path])
    assert path.name in caught.value.zh and path.name in caught.value.en
    assert "\n" not in caught.value.zh + caught.value.en
    return caught.value.en


def test_what_would_give_wrong_heights_is_refused_by_name(tmp_path):
    values = rough(20, 20)
    feet = write(tmp_path / "feet.tif", values)
    with rasterio.open(feet, "r+") as out:
        out.units = ("ft",)
    assert "in ft" in refused(feet)
    picture = write(tmp_path / "picture.tif", np.zeros((3, 20, 20), np.uint8), photometric="RGB")
    assert "3 bands" in refused(picture)
    turned = tmp_path / "turned.tif"
    with rasterio.open(turned, "w", driver="GTiff", width=20, height=20, count=1, dtype="float32",
                       crs=METRES, transform=Affine(30, 1, WEST, 1, -30, NORTH),
                       ) as out:  # fmt: skip
        out.write(values, 1)
    assert "not north-up" in refused(turned)
    assert "no coordinate system" in refused(write(tmp_path / "lost.tif", values, crs=None))
    assert "ballpark" in refused(write(tmp_path / "nad83.tif", values, crs="EPSG:4269", west=-111,
                                       north=42, cell=SECOND))  # fmt: skip
    assert "cannot be read" in refused(tmp_path / "gone.tif")
    (tmp_path / "a.png").write_bytes(b"")
    assert "unsupported" in refused(tmp_path / "a.png")


def test_counts_become_metres_and_their_marks_nothing(tmp_path):
    """Decimetres above 100 m: 4,321 stands for 532.1 m, and -9999 not for -899.9 m."""
    values = np.full((300, 300), 4321, np.int16)
    values[:, 200:] = -9999
    path = write(tmp_path / "a.tif", values)
    with rasterio.open(path, "r+") as out:
        out.scales, out.offsets = (0.1,), (100.0,)
    with Terrain([path]) as ground:
        window = ground.window(*middle(), 3000.0)
    known = window.elevation[~np.isnan(window.elevation)]
    assert np.unique(known) == pytest.approx([532.1], abs=1e-3)
    assert np.isnan(window.elevation[:, -20:]).all()


def test_a_damaged_file_is_an_error_and_no_hole(tmp_path):
    path = write(tmp_path / "a.tif", rough(), compress="deflate")
    data = bytearray(path.read_bytes())
    data[2000:-2000] = b"\xff" * (len(data) - 4000)
    path.write_bytes(data)
    words = r"a\.tif: the elevations cannot be read"
    with pytest.raises(TerrainError, match=words), Terrain([path]) as ground:
        ground.window(*middle(), 3000.0)


def test_an_ascii_grid_reads_as_a_tiff(tmp_path):
    values = np.round(rough(60, 60), 2)
    place = {"west": WEST + 3600, "north": NORTH - 3600}
    tiff = write(tmp_path / "a.tif", values, **place)
    copy(tiff, tmp_path / "b.asc", driver="AAIGrid", DECIMAL_PRECISION="2")
    with Terrain([tiff]) as one, Terrain([tmp_path / "b.asc"]) as other:
        assert np.allclose(one.window(*middle(), 600.0).elevation,
                           other.window(*middle(), 600.0).elevation, atol=0.01)  # fmt: skip
