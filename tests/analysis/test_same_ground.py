"""TF202 on the same ground in degrees and metres, of one file or four, its holes said anyhow."""

from datetime import date

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from analysis import engine, registry
from analysis.rulebook import load
from gis.projection import gauss_kruger
from layers.elevation import Elevation

LON = 111.0
SECOND = 1 / 3600
EXTENT_M = 3600.0  # to each side: more than a window asks for
CELL = 30.0
PLACES = {"below": "overhead_pond", "beyond": "clear", "aside": "in_sector"}
"""Where a village stands, and what that makes of the pond."""


def valley(seed):
    """Return (heights, thalweg) of a meandering valley that runs south; metres about the toe."""
    rng = np.random.default_rng(seed)
    fall, side = rng.uniform(0.02, 0.05), rng.uniform(0.25, 0.4)
    swing, wave, phase = rng.uniform(60, 150), rng.uniform(900, 1500), rng.uniform(0, 6)

    def axis(y):
        return swing * (np.sin(2 * np.pi * y / wave + phase) - np.sin(phase))

    return lambda x, y: 900 + fall * y + side * np.abs(x - axis(y)), axis


def along(axis, metres):
    """Return x, y of the place so far down the thalweg from (0, 0)."""
    y = -np.arange(0.0, 2500.0, 1.0)
    chain = np.concatenate([[0.0], np.hypot(np.diff(axis(y)), np.diff(y)).cumsum()])
    down = float(np.interp(metres, chain, y))
    return float(axis(down)), down


def village(axis, where):
    x, y = along(axis, {"below": 650.0, "beyond": 1400.0, "aside": 500.0}[where])
    x += 150 if where == "aside" else 0  # 25 m and more above the path
    return {"settlement_no": "V", "kind": "village", "box": [x - 25, y - 25, x + 25, y + 25]}


def write(path, values, crs, transform, nodata=None):
    with rasterio.open(
        path, "w", driver="GTiff", width=values.shape[1], height=values.shape[0], count=1,
        dtype="float32", crs=crs, transform=transform, nodata=nodata,
    ) as out:  # fmt: skip
        out.write(values.astype(np.float32), 1)
    return path


def in_metres(folder, heights, lat):
    """Write the ground in cells of 30 m of the zone's plane; return values, place and file."""
    y0 = float(gauss_kruger(LON, lat, LON)[1])
    n = round(2 * EXTENT_M / CELL)
    west, north = -EXTENT_M + 7.0, EXTENT_M + 11.0  # the toe lies on no corner of a cell
    x = west + (np.arange(n) + 0.5) * CELL
    y = north - (np.arange(n) + 0.5) * CELL
    values = heights(*np.meshgrid(x, y))
    place = 500_000 + west, y0 + north
    path = write(folder / "metres.tif", values, "EPSG:4546", from_origin(*place, CELL, CELL))
    return values, place, path


def in_degrees(folder, heights, lat):
    """Write it in cells of a second: at 52 degrees 19 m by 31 m."""
    y0 = float(gauss_kruger(LON, lat, LON)[1])
    rows = int(EXTENT_M / 30.8)
    columns = int(EXTENT_M / (30.9 * np.cos(np.radians(lat))))
    west, north = LON - columns * SECOND, lat + rows * SECOND
    lon = west + (np.arange(2 * columns) + 0.5) * SECOND
    lats = north - (np.arange(2 * rows) + 0.5) * SECOND
    x, y = gauss_kruger(*np.meshgrid(lon, lats), LON)
    transform = from_origin(west, north, SECOND, SECOND)
    return write(folder / "degrees.tif", heights(x, y - y0), "EPSG:4490", transform)


@pytest.fixture
def judge(make_layer):
    """Judge the pond whose toe is (0, 0) above one village."""

    def judged(files, home, lat):
        pond = {"facility_no": "P", "status": "operating", "project_type": "existing",
                "box": [-60, 20, 60, 200], "toe_lon": LON, "toe_lat": lat}  # fmt: skip
        layers = {
            "tailings_facility": make_layer("tailings_facility", [pond], origin=(LON, lat)),
            "settlement": make_layer("settlement", [home], origin=(LON, lat)),
        }
        names = tuple(f.name for f in files)
        table = engine.evaluate(
            registry.get(["TF202"])[0], layers, "tailings_facility", np.array([0]), load("CN"),
            date(2026, 1, 1), Elevation(tuple(files), names, None),
        )  # fmt: skip
        return table.reason.tolist(), table.verdict.tolist(), table.measured

    return judged


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("lat", [45.0, 52.0])
def test_degrees_and_metres_give_one_verdict(tmp_path, judge, lat, seed, where):
    heights, axis = valley(seed)
    home = village(axis, where)
    _, _, metres = in_metres(tmp_path, heights, lat)
    one = judge([metres], home, lat)
    other = judge([in_degrees(tmp_path, heights, lat)], home, lat)
    assert one[:2] == other[:2]
    assert one[0] == [PLACES[where]]
    if where == "below":
        assert [one[2][0], other[2][0]] == pytest.approx([625, 625], abs=40)


@pytest.mark.parametrize("where", PLACES)
def test_a_seam_under_the_toe_changes_nothing(tmp_path, judge, where):
    heights, axis = valley(11)
    values, (west, north), whole = in_metres(tmp_path, heights, 39.0)
    n, cut = len(values), round(EXTENT_M / CELL)
    quarters = [
        write(tmp_path / f"{top}-{left}.tif", values[top:bottom, left:right], "EPSG:4546",
              from_origin(west + left * CELL, north - top * CELL, CELL, CELL))
        for top, bottom in ((0, cut), (cut, n)) for left, right in ((0, cut), (cut, n))
    ]  # fmt: skip
    home = village(axis, where)
    one, four = judge([whole], home, 39.0), judge(quarters, home, 39.0)
    assert one[:2] == four[:2]
    assert np.array_equal(one[2], four[2], equal_nan=True)
    assert one[0] == [PLACES[where]]


@pytest.mark.parametrize(("down", "reason"), [(500.0, "nodata_on_path"), (1800.0, "clear")])
def test_a_hole_is_a_hole_however_it_is_said(tmp_path, judge, down, reason):
    """-9999 declared or not, NaN, a mask: on the path no verdict, far below it no matter."""
    heights, axis = valley(12)
    values, place, _ = in_metres(tmp_path, heights, 39.0)
    x, y = along(axis, down)
    row, column = int((EXTENT_M + 11 - y) / CELL), int((x + EXTENT_M - 7) / CELL)
    hole = np.zeros(values.shape, bool)
    hole[row - 2 : row + 3, column - 3 : column + 4] = True
    at = "EPSG:4546", from_origin(*place, CELL, CELL)
    files = [
        write(tmp_path / "declared.tif", np.where(hole, -9999, values), *at, nodata=-9999),
        write(tmp_path / "undeclared.tif", np.where(hole, -9999, values), *at),
        write(tmp_path / "nan.tif", np.where(hole, np.nan, values), *at),
        write(tmp_path / "masked.tif", values, *at),
    ]
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(files[-1], "r+") as out:
        out.write_mask(np.where(hole, 0, 255).astype(np.uint8))
    found = [judge([file], village(axis, "beyond"), 39.0) for file in files]
    assert [f[0] for f in found] == [[reason]] * 4
