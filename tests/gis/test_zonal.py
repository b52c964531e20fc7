"""Highest and lowest ground under polygons: against a plain count of cells, and where it ends."""

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from gis import zonal as module
from gis.crs import from_cgcs2000, parse_crs, to_cgcs2000
from gis.projection import densified
from gis.ragged import Ragged
from gis.terrain import Terrain
from gis.zonal import reach_between, zonal

PLANE, DEGREES = "EPSG:4546", "EPSG:4490"
WEST, NORTH, CELL = 500_000.0, 4_320_000.0, 30.0
EDGE = 1e-6  # of a cell: nearer than this a polygon may or may not touch it


def write(path, z, west=WEST, north=NORTH, cell=CELL, crs=PLANE, nodata=-9999.0):
    with rasterio.open(
        path, "w", driver="GTiff", width=z.shape[1], height=z.shape[0], count=1, dtype="float32",
        crs=crs, nodata=nodata, transform=from_origin(west, north, cell, cell),
    ) as out:  # fmt: skip
        out.write(z.astype(np.float32), 1)
    return path


def ground(shape):
    """Return a polygon of metres east and south of the corner as a feature in degrees."""

    def move(xy):
        return to_cgcs2000(xy * [1, -1] + [WEST, NORTH], parse_crs(PLANE))[0]

    return Ragged.from_shapely([shapely.transform(shape, move)])


def star(rng, most):
    """Return a polygon with a random rim, sometimes with a hole, sometimes a splinter."""
    n = int(rng.integers(3, 14))
    angle = np.sort(rng.uniform(0, 2 * np.pi, n))
    radius = rng.uniform(0.2, 1.0, n) * 10 ** rng.uniform(0, np.log10(most))
    rim = np.column_stack([radius * np.cos(angle), radius * np.sin(angle) * rng.choice([1, 0.01])])
    shape = shapely.make_valid(shapely.Polygon(rim + rng.uniform(600, 2400, 2)))
    if rng.random() < 0.3:
        shape = shape.difference(shape.representative_point().buffer(np.sqrt(shape.area) / 5))
    return shape if shape.geom_type in ("Polygon", "MultiPolygon") and shape.area > 0 else None


def reached(z, i, j, share):
    """Return how low and how high the ground about one cell may be, step by step."""
    near = [z[i + a, j + b] for a in (-1, 0, 1) for b in (-1, 0, 1)]
    down, up = z[i, j] - np.nanmin(near), np.nanmax(near) - z[i, j]
    for a, b in ((0, 1), (1, 0)):
        sides = [[z[i + s * k * a, j + s * k * b] for k in (1, 2)] for s in (1, -1)]
        if all(any(v == v for v in side) for side in sides):
            down = max(down, min(np.nanmax(side) for side in sides) - z[i, j])
            up = max(up, z[i, j] - max(np.nanmin(side) for side in sides))
    return z[i, j] - share * down, z[i, j] + share * up


def plainly(z, shape, share, slack):
    """Return the extremes under a polygon in cells (x right, y down), one cell at a time."""
    rows, columns = np.indices(z.shape)
    shapely.prepare(shape)
    boxes = shapely.box(columns + slack, rows + slack, columns + 1 - slack, rows + 1 - slack)
    touched = shapely.intersects(boxes, shape)
    rim = np.pad(z, 2, constant_values=np.nan)
    known = np.argwhere(touched & ~np.isnan(z))
    values = [(z[i, j], *reached(rim, i + 2, j + 2, share)) for i, j in known]
    whole = len(known) == touched.sum()
    if not len(known):
        return (np.nan,) * 4, False
    values = np.array(values)
    return (values[:, 0].min(), values[:, 0].max(), values[:, 1].min(), values[:, 2].max()), whole


def tiles(folder, z, crs=PLANE, west=WEST, north=NORTH, cell=CELL):
    """Write a raster as four tiles, with seams where polygons lie."""
    r, c = 53, 61
    parts = {"nw": (0, 0, z[:r, :c]), "ne": (0, c, z[:r, c:]), "sw": (r, 0, z[r:, :c]),
             "se": (r, c, z[r:, c:])}  # fmt: skip
    return [
        write(folder / f"{name}.tif", part, west + j * cell, north - i * cell, cell, crs)
        for name, (i, j, part) in parts.items()
    ]


@pytest.mark.parametrize(("seed", "block"), [(11, 1024), (12, 7)])
def test_random_polygons_on_random_tiles(tmp_path, monkeypatch, seed, block):
    monkeypatch.setattr(module, "BLOCK", block)
    rng = np.random.default_rng(seed)
    z = rng.normal(1000, 100, (100, 100)).astype(np.float32)
    z[rng.random(z.shape) < 0.004] = -9999
    with Terrain(tiles(tmp_path, z)) as terrain:
        clear = np.where(z == -9999, np.nan, z)
        shapes = [s for s in (star(rng, 700) for _ in range(60)) if s is not None]
        features = Ragged.concat([ground(s) for s in shapes])
        got = zonal(terrain, features, 0.5)
        # The outline as it is measured: corners on the ground, straight between them.
        outline = densified(features)
        xy, _ = from_cgcs2000(outline.xy, parse_crs(PLANE))
        there = outline.with_xy((xy - [WEST, NORTH]) * [1, -1] / CELL).to_shapely()
    assert len(shapes) > 40 and not got.whole.all() and got.whole.any()
    for k, shape in enumerate(there):
        inner, outer = (plainly(clear, shape, 0.5, slack) for slack in (EDGE, -EDGE))
        found = got.lowest[k], got.highest[k], got.may_be_lowest[k], got.may_be_highest[k]
        assert any(
            np.allclose(found, ends, atol=1e-3, equal_nan=True) and got.whole[k] == whole
            for ends, whole in (inner, outer)
        ), (k, found, inner, outer)


def test_degrees_are_read_as_they_are(tmp_path):
    """A raster in degrees; edges shorter than 250 m stay straight in it."""
    z = np.random.default_rng(5).normal(500, 50, (60, 60)).astype(np.float32)
    step = 1 / 3600
    with Terrain([write(tmp_path / "d.tif", z, 111.0, 45.0, step, DEGREES)]) as terrain:
        shape = shapely.box(10.5, 20.25, 16.75, 25.5)  # cells: x right, y down
        feature = shapely.transform(shape, lambda xy: xy * [step, -step] + [111.0, 45.0])
        got = zonal(terrain, Ragged.from_shapely([feature]), 0.0)
    under = z[20:26, 10:17]
    assert (got.lowest[0], got.highest[0]) == (under.min(), under.max())
    assert (got.may_be_lowest[0], got.may_be_highest[0]) == (under.min(), under.max())
    assert got.whole[0]
    assert got.cell_m[0] == pytest.approx(30.87, abs=0.05)


def test_one_cell_suffices_and_every_corner_counts(tmp_path):
    """A polygon inside one cell; one that reaches into a cell by a tenth of a millimetre."""
    z = np.full((50, 50), 100.0)
    z[20, 21] = 40.0
    with Terrain([write(tmp_path / "d.tif", z)]) as terrain:
        inside = ground(shapely.box(21.4 * CELL, 20.4 * CELL, 21.6 * CELL, 20.6 * CELL))
        into = ground(shapely.box(18 * CELL, 18 * CELL, 21 * CELL + 1e-4, 20 * CELL + 1e-4))
        short = ground(shapely.box(18 * CELL, 18 * CELL, 21 * CELL - 1e-4, 20 * CELL - 1e-4))
        lowest = [zonal(terrain, shape, 0.0).lowest[0] for shape in (inside, into, short)]
    assert lowest == [40.0, 40.0, 100.0]


@pytest.mark.parametrize("empty", [-9999.0, np.nan, -32768.0, 9999.0])
def test_no_value_is_no_value_however_it_is_written(tmp_path, empty):
    z = np.full((50, 50), 100.0)
    z[25, 25] = empty
    path = write(tmp_path / "d.tif", z, nodata=-9999.0)
    with Terrain([path]) as terrain:
        over = ground(shapely.box(20.5 * CELL, 20.5 * CELL, 29.5 * CELL, 29.5 * CELL))
        beside = ground(shapely.box(20.5 * CELL, 20.5 * CELL, 24.5 * CELL, 29.5 * CELL))
        got = zonal(terrain, Ragged.concat([over, beside]), 0.5)
    assert list(got.whole) == [False, True]
    assert list(got.lowest) == list(got.highest) == [100.0, 100.0]
    assert list(got.may_be_lowest) == list(got.may_be_highest) == [100.0, 100.0]


def test_the_edge_of_the_files_is_the_edge_of_what_is_known(tmp_path):
    with Terrain([write(tmp_path / "d.tif", np.full((50, 50), 100.0))]) as terrain:
        whole = ground(shapely.box(0.1, 0.1, 50 * CELL - 0.1, 50 * CELL - 0.1))
        across = ground(shapely.box(40 * CELL, 40 * CELL, 50 * CELL + 0.1, 45 * CELL))
        beyond = ground(shapely.box(60 * CELL, 60 * CELL, 70 * CELL, 70 * CELL))
        got = zonal(terrain, Ragged.concat([whole, across, beyond]), 0.5)
    assert list(got.whole) == [True, False, False]
    assert list(got.known) == [True, True, False]
    assert np.isnan(got.cell_m[2]) and np.isnan(got.lowest[2])


def test_the_finest_grid_that_knows_all_of_it(tmp_path):
    """Fine cells under half of a polygon do not answer for the other half."""
    coarse = write(tmp_path / "coarse.tif", np.full((50, 50), 100.0))
    fine = write(tmp_path / "fine.tif", np.full((75, 75), 90.0), cell=10.0)
    with Terrain([coarse, fine]) as terrain:
        inside = ground(shapely.box(100, 100, 600, 600))
        across = ground(shapely.box(100, 100, 900, 600))
        got = zonal(terrain, Ragged.concat([inside, across]), 0.5)
        strict = zonal(terrain, across, 0.5, coarsest_m=20.0)
    assert list(got.lowest) == [90.0, 100.0]
    assert list(got.cell_m) == pytest.approx([10.0, 30.0], rel=1e-3)
    assert got.whole.all()
    # The coarse cells are none, and the fine ones are not all.
    assert (strict.lowest[0], strict.whole[0]) == (90.0, False)


def test_a_polygon_of_more_cells_than_can_be_read_is_not_read(tmp_path, monkeypatch):
    with Terrain([write(tmp_path / "d.tif", np.full((50, 50), 100.0))]) as terrain:
        shape = ground(shapely.box(10.5 * CELL, 10.5 * CELL, 19.5 * CELL, 19.5 * CELL))
        monkeypatch.setattr(module, "MOST_CELLS", 100)
        assert zonal(terrain, shape, 0.5).whole[0]
        monkeypatch.setattr(module, "MOST_CELLS", 99)
        got = zonal(terrain, shape, 0.5)
    assert not got.whole[0] and not got.known[0] and np.isnan(got.lowest[0])


def test_no_polygons(tmp_path):
    with Terrain([write(tmp_path / "d.tif", np.full((9, 9), 1.0))]) as terrain:
        assert len(zonal(terrain, Ragged.from_shapely([]), 0.5).lowest) == 0


@pytest.mark.parametrize(
    ("row", "ends"),
    [
        ([10, 10, 10, 10, 10], (10, 10)),
        ([0, 5, 10, 15, 20], (5, 15)),  # a slope goes on to the next cell's height
        ([50, 50, 10, 30, 30], (-10, 50)),  # a notch of one cell: 20 deeper, the lower wall's rise
        ([50, 10, 10, 30, 30], (-10, 30)),  # of two: the bottom may lie between them
        ([50, 10, 10, 10, 30], (-10, 10)),  # the middle of three
        ([10, 10, 10, 50, 50], (10, 50)),  # the foot of a wall on a floor
        ([-50, -10, -10, -30, -30], (-30, 10)),  # a ridge of two cells
    ],
)
def test_what_hides_between_the_middles_of_cells(row, ends):
    for z in (np.array([row] * 5, float), np.array([row] * 5, float).T):
        assert [float(v[0, 0]) for v in reach_between(z, 1.0)] == list(ends)
    whole = np.array(ends) - row[2]
    assert [float(v[0, 0]) for v in reach_between(z, 0.5)] == list(row[2] + whole / 2)


def test_nothing_hides_in_the_corner_of_a_pit_and_no_value_is_no_wall():
    corner = np.full((5, 5), 50.0)
    corner[2:, :3] = 10
    assert [float(v[0, 0]) for v in reach_between(corner, 1.0)] == [10.0, 50.0]
    lone = np.full((5, 5), np.nan)
    lone[2, 2] = 10.0
    assert [float(v[0, 0]) for v in reach_between(lone, 1.0)] == [10.0, 10.0]


def frustum(rng, cell, fine=2.0):
    """Return cell means of a round pit, the cells its rim touches, and its true depth."""
    radius, wall = rng.uniform(1.55 * cell, 300), np.tan(np.radians(rng.uniform(35, 75)))
    half = int(np.ceil((radius + 5 * cell) / cell))
    at = (np.arange(2 * half * cell / fine) + 0.5) * fine - half * cell
    east, north = rng.uniform(-cell / 2, cell / 2, 2)
    inside = radius - np.hypot(at - east, (at - north)[:, None])
    depth = np.clip(np.minimum(inside * wall, rng.choice([1e9, rng.uniform(20, 300)])), 0, None)
    blocks = (2 * half, int(cell / fine)) * 2
    touched = (inside >= 0).reshape(blocks).any(axis=(1, 3))
    return 1000 - depth.reshape(blocks).mean(axis=(1, 3)), touched, depth.max()


def test_what_may_hide_is_no_less_than_what_does():
    """Steep pits of three cells and more, known to 2 m, seen in cells of 30 m."""
    rng = np.random.default_rng(21)
    read = []
    for _ in range(150):
        z, touched, depth = frustum(rng, 30.0)
        low, high = reach_between(np.pad(z, 2, mode="edge"), 1.0)
        assert high[touched].max() - low[touched].min() >= depth - 1e-2
        read.append((z[touched].max() - z[touched].min()) / depth)
    assert min(read) < 0.75  # what is read without it
