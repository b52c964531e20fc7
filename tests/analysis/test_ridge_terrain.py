"""MR102 answers alike whatever files hold the same ground."""

import importlib
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from rasterio import Affine

from analysis.model import Verdict
from analysis.ridge_findings import judge_ridges
from gis.projection import gauss_kruger, inverse_gauss_kruger
from gis.terrain import Terrain

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
ridge_truth = importlib.import_module("ridge_truth")
terrain_ridges = importlib.import_module("terrain_ridges")

SECOND = 1 / 3600
LON0 = 111.0
METRES = "EPSG:4546"
SIDE = ridge_truth.SIDE_M


@pytest.fixture(scope="module")
def ground():
    """Invented terrain of known ridges, and six outlines of every kind on it."""
    rng = np.random.default_rng(31_000)
    land = ridge_truth.land(rng)
    return land, [case.shape for case in ridge_truth.cases(rng, land, 6)]


def write(path, z, transform, crs=METRES, nodata=-9999.0):
    with rasterio.open(
        path, "w", driver="GTiff", width=z.shape[1], height=z.shape[0], count=1, dtype="float32",
        crs=crs, nodata=nodata, transform=transform,
    ) as out:  # fmt: skip
        out.write(z.astype(np.float32), 1)
    return path


def north_of(lat0):
    return float(gauss_kruger(LON0, lat0, LON0)[1])


def to_degrees(shape, lat0):
    """Metres from the south-western corner of the land, which lies at LON0 and lat0."""

    def move(xy):
        return np.column_stack(inverse_gauss_kruger(xy[:, 0], xy[:, 1] + north_of(lat0), LON0))

    return shapely.transform(shape, move)


def answers(files, shapes):
    """Verdict, reason and measured value of each outline (degrees)."""
    rights, rows = terrain_ridges.quarries(shapes), np.arange(len(shapes))
    with Terrain(files) as terrain:
        table = judge_ridges(rights, rows, terrain_ridges.context_on(terrain, len(rights)))
    return [
        (Verdict(int(v)).name, str(r), float(m))
        for v, r, m in zip(table.verdict, table.reason, table.measured, strict=True)
    ]


# -- degrees and metres ----------------------------------------------------------------------------


def in_metres(path, roofs, lat0):
    """Cells of 30 m that lie askew to those of the land."""
    x, y = np.arange(-200 + 7, SIDE + 200, 30.0), np.arange(SIDE + 200 + 11, -200, -30.0)
    z = ridge_truth.surface(roofs, x, y[:, None])
    west, north = 500_000 + x[0] - 15, north_of(lat0) + y[0] + 15
    return write(path, z, Affine(30, 0, west, 0, -30, north))


def in_degrees(path, roofs, lat0):
    """Cells of one second to the north and, as the Copernicus model has them, to the east."""
    wide = SECOND * (1.5 if lat0 > 50 else 1)
    low, high = shapely.get_coordinates(
        [to_degrees(shapely.Point(at), lat0) for at in ((-200, -200), (SIDE + 200, SIDE + 200))]
    )
    lon, lat = np.arange(low[0], high[0], wide), np.arange(high[1], low[1], -SECOND)
    x, y = gauss_kruger(*(v.ravel() for v in np.meshgrid(lon, lat)), LON0)
    z = ridge_truth.surface(roofs, x, y - north_of(lat0)).reshape(len(lat), len(lon))
    away = Affine(wide, 0, lon[0] - wide / 2, 0, -SECOND, lat[0] + SECOND / 2)
    return write(path, z, away, "EPSG:4490")


@pytest.mark.parametrize("lat0", [45.0, pytest.param(52.0, marks=pytest.mark.slow)])
def test_degrees_and_metres_give_the_same_verdicts(tmp_path, ground, lat0):
    land, shapes = ground
    shapes = [to_degrees(shape, lat0) for shape in shapes]
    metres, degrees = (
        answers([make(tmp_path / f"{make.__name__}.tif", land.roofs, lat0)], shapes)
        for make in (in_metres, in_degrees)
    )
    assert [a[0] for a in degrees] == [a[0] for a in metres]
    assert {a[0] for a in metres} == {"PASS", "REVIEW"}


# -- tiles -----------------------------------------------------------------------------------------


def test_a_seam_of_tiles_through_the_outlines_leaves_no_mark(tmp_path, ground):
    land, shapes = ground
    shapes = [to_degrees(shape, 39.0) for shape in shapes]
    west, north = 500_000.0, north_of(39.0) + SIDE

    def part(name, rows, columns):
        transform = Affine(30, 0, west + 30 * columns.start, 0, -30, north - 30 * rows.start)
        return write(tmp_path / name, land.z[rows, columns], transform)

    whole = answers([part("whole.tif", slice(0, 200), slice(0, 200))], shapes)
    assert {a[0] for a in whole} == {"PASS", "REVIEW"}  # no gaps, nothing hidden
    cuts = [slice(0, 83), slice(83, 131), slice(131, 200)]
    tiles = [part(f"{r.start}_{c.start}.tif", r, c) for r in cuts for c in cuts]
    np.testing.assert_equal(answers(tiles, shapes), whole)
    # Without one of them what lies on it is not known, and nothing passes for it.
    some = answers(tiles[:4] + tiles[5:], shapes)
    assert [a for a, b in zip(some, whole, strict=True) if a[0] == "PASS" and b[0] != "PASS"] == []
    assert "NO_DATA" in {a[0] for a in some}


# -- nodata ----------------------------------------------------------------------------------------


def masked(path, z, transform):
    write(path, np.where(np.isnan(z), 0.0, z), transform, nodata=None)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as out:
        out.write_mask(~np.isnan(z))
    return path


def nan(path, z, transform):
    return write(path, z, transform, nodata=np.nan)


def declared(path, z, transform):
    return write(path, np.where(np.isnan(z), -9999.0, z), transform)


def test_all_kinds_of_nodata_are_alike_and_nothing_passes_for_them(tmp_path, ground):
    land, shapes = ground
    shapes = [to_degrees(shape, 39.0) for shape in shapes]
    transform = Affine(30, 0, 500_000, 0, -30, north_of(39.0) + SIDE)
    whole = answers([declared(tmp_path / "whole.tif", land.z, transform)], shapes)
    holed = land.z.copy()
    for n in range(40):  # strips and spots all over
        row, column = (37 * n) % 190, (71 * n) % 190
        holed[row : row + 2 + n % 9, column : column + 3] = np.nan
    kinds = [
        answers([make(tmp_path / f"{make.__name__}.tif", holed, transform)], shapes)
        for make in (declared, nan, masked)
    ]
    for other in kinds[1:]:
        np.testing.assert_equal(other, kinds[0])
    pairs = list(zip(whole, kinds[0], strict=True))
    assert [b for a, b in pairs if b[0] == "PASS" and a[0] != "PASS"] == []
    assert {b[0] for a, b in pairs if a[0] == "PASS"} == {"PASS", "NO_DATA"}


# -- outlines that no surveyor draws ---------------------------------------------------------------


@pytest.fixture(scope="module")
def ridges(tmp_path_factory):
    """Ridges that run north every 1,500 m from x = 0, in a land of 30 km."""
    n = 1000
    x = np.arange(n) * 30.0 + 15
    z = 900 + 80 * np.cos(x / 1500 * 2 * np.pi) + 0.01 * np.arange(n)[:, None]
    folder = tmp_path_factory.mktemp("ridges")
    return write(folder / "dem.tif", z, Affine(30, 0, 500_000, 0, -30, north_of(39.0) + n * 30))


def star(x, y, reach, teeth):
    turn = np.linspace(0, 2 * np.pi, 100_000, endpoint=False)
    away = reach * (1 + 0.01 * np.sin(teeth * turn))
    return shapely.Polygon(np.column_stack([x + away * np.cos(turn), y + away * np.sin(turn)]))


@pytest.mark.parametrize(
    ("shape", "answer"),
    [
        # One side of four lies on the ridge at 6 km, through many windows; the other at none.
        (shapely.box(6000, 5000, 26_250, 25_000), ("REVIEW", "suspected")),
        (shapely.box(6750, 5000, 26_250, 25_000), ("PASS", "clear")),
        (star(15_000, 15_000, 10_000, 2000), ("PASS", "clear")),
        (shapely.box(6000, 5000, 6001, 10_000), ("REVIEW", "suspected")),
        (shapely.box(6700, 5000, 6701, 10_000), ("PASS", "clear")),
        (shapely.box(5000, 6000, 25_000, 6001), ("PASS", "clear")),
        (shapely.box(6000, 6000, 6000.01, 6000.01), ("REVIEW", "small_outline")),
        (shapely.box(6750, 6000, 6750.01, 6000.01), ("PASS", "clear")),
        (shapely.box(-300, 6000, 300, 6600), ("NO_DATA", "nodata_beside")),
        (shapely.box(-9000, 6000, -8000, 7000), ("NO_DATA", "no_elevation")),
    ],
    ids=["20 km wide on a ridge", "20 km wide off it", "100,000 corners", "sliver on a ridge",
         "sliver off it", "sliver across ridges", "a point on a ridge", "a point off it",
         "over the edge", "beyond"],
)  # fmt: skip
def test_outlines_of_any_size_are_answered(ridges, shape, answer):
    start = time.process_time()
    assert answers([ridges], [to_degrees(shape, 39.0)])[0][:2] == answer
    assert time.process_time() - start < 20
