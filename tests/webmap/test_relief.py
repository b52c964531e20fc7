"""The hillshade of a result: made from the workspace's tiles, kept beside the report."""

import math

import numpy as np
import pytest
import rasterio
from rasterio import Affine

from gis.tiles import TerrainError
from webmap import maps, relief
from webmap.result_folder import ResultError
from webmap.scene import Scene

SECOND = 1 / 3600


def write_tile(path, *, crs="EPSG:4490", west=110.8, north=39.2, size=1400, seed=0):
    path.parent.mkdir(exist_ok=True)
    rows, columns = np.indices((size, size))
    heights = 900 + 150 * np.sin(rows / 40) + 120 * np.cos(columns / 55)
    heights += np.random.default_rng(seed).normal(0, 3, heights.shape)
    transform = Affine(SECOND, 0, west, 0, -SECOND, north)
    with rasterio.open(path, "w", driver="GTiff", width=size, height=size, count=1,
                       dtype="float32", crs=crs, transform=transform) as tile:  # fmt: skip
        tile.write(heights.astype(np.float32), 1)


@pytest.fixture
def terrain(workspace):
    write_tile(workspace.parent / "dem" / "a.tif")
    text = workspace.read_text(encoding="utf-8") + '[terrain]\ndem = ["dem/*.tif"]\n'
    workspace.write_text(text, encoding="utf-8")
    return workspace


def test_a_picture_and_its_place_are_kept_beside_the_report(terrain, result):
    written = relief.write(result, terrain)
    assert written == (result / "hillshade.png", result / "hillshade.pgw")
    assert written[0].stat().st_size <= 300_000
    with rasterio.open(written[0]) as picture:
        # Any program that reads world files puts it where Leaflet does.
        west, south, east, north = picture.bounds
        cell = picture.res[0]
    (low, left), (high, right) = Scene(result).document()["hillshade"]["bounds"]
    radius = 6378137.0
    assert [math.radians(v) * radius for v in (left, right)] == pytest.approx([west, east])
    assert [radius * math.asinh(math.tan(math.radians(v))) for v in (low, high)] == pytest.approx(
        [south, north]
    )
    view = Scene(result).result.said["view"]
    rim = 0.15 * max(view[2] - view[0], view[3] - view[1])
    drawn = [left, low, right, high]
    wanted = [view[0] - rim, view[1] - rim, view[2] + rim, view[3] + rim]
    one_cell = math.degrees(cell / radius)
    assert drawn == pytest.approx(wanted, abs=1.01 * one_cell)


def test_the_same_terrain_gives_the_same_bytes(terrain, result):
    relief.write(result, terrain)
    before = (result / "hillshade.png").read_bytes()
    relief.write(result, terrain)
    assert (result / "hillshade.png").read_bytes() == before


def test_the_page_carries_it_without_the_workspace(terrain, result):
    relief.write(result, terrain)
    terrain.unlink()
    assert "data:image/png;base64," in maps.write(result).read_text(encoding="utf-8")


def test_a_picture_that_would_be_heavy_gets_larger_cells(terrain, result, monkeypatch):
    relief.write(result, terrain)
    fine = (result / "hillshade.png").stat().st_size
    monkeypatch.setattr(relief, "MOST_BYTES", fine // 3)
    relief.write(result, terrain)
    assert (result / "hillshade.png").stat().st_size <= fine // 3


def test_no_terrain_is_no_picture_and_no_error(workspace, result):
    assert relief.write(result, workspace) == ()
    text = workspace.read_text(encoding="utf-8")
    workspace.write_text(text + '[terrain]\ndem = ["dem/*.tif"]\n', encoding="utf-8")
    assert relief.write(result, workspace) == ()  # the pattern names nothing
    write_tile(workspace.parent / "dem" / "far.tif", west=80.0, size=10)
    assert relief.write(result, workspace) == ()  # nothing there
    assert not (result / "hillshade.png").exists()


def test_a_tile_that_cannot_be_used_is_named(terrain, result, tmp_path):
    write_tile(terrain.parent / "dem" / "西安.tif", crs="EPSG:4610", size=10)
    with pytest.raises(TerrainError, match=r"西安\.tif"):
        relief.write(result, terrain)
    with pytest.raises(ResultError):
        relief.write(tmp_path, terrain)
