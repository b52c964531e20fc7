"""Routing beside two peers on real elevations, and TF201 on them: no village below is passed.

pyflwdir fills depressions and routes by its own code; TauDEM published directions, streams and
moved outlets of the Logan River.
"""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import geopandas
import numpy as np
import pyflwdir
import pytest
import rasterio
import shapely
from pyflwdir.dem import fill_depressions

from analysis import engine, registry
from analysis.model import Verdict
from analysis.rulebook import load
from gis import kernels
from gis.downstream import trace
from gis.flow import route
from gis.projection import gauss_kruger
from layers.elevation import Elevation

TERRAINS = {
    "dem/taudem_logan100m_filled_utm12.tif": 100.0,
    "dem/srtm_bigtujunga30m_utm11.tif": 30.0,
    "dem/taudem_wcdemzfdc_nodata.tif": 10.0,
    "dem/youwuzhen_dem30m_beijing54_gk39.tif": 30.0,
}


@pytest.fixture(scope="module")
def data():
    default = Path(__file__).parents[3] / "shared" / "data"
    root = Path(os.environ.get("MINEZONE_SHARED_DATA", default))

    def find(name):
        if not (root / name).exists():
            pytest.skip(f"real test data absent: {name}")
        return root / name

    return find


def heights(path):
    with rasterio.open(path) as source:
        return source.read(1, masked=True).astype(np.float32).filled(np.nan), source.transform


# -- routing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TERRAINS)
def test_water_stands_as_high_as_the_peer_fills(data, name):
    z, _ = heights(data(name))
    filled, _ = fill_depressions(np.where(np.isnan(z), -9999, z), nodata=-9999, outlets="edge")
    level = route(z, TERRAINS[name]).level
    assert np.array_equal(np.isnan(level), np.isnan(z))
    known = ~np.isnan(z)
    assert (level[known] == filled[known]).all()


@pytest.mark.parametrize("name", TERRAINS)
def test_on_dry_ground_the_receiver_is_the_steepest_way_down(data, name):
    z, _ = heights(data(name))
    flow = route(z, TERRAINS[name])
    padded = np.pad(flow.level, 1, constant_values=np.nan)
    ny, nx = z.shape
    falls, to = [], []
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            if (down, right) != (0, 0):
                other = padded[1 + down : 1 + down + ny, 1 + right : 1 + right + nx]
                falls.append((flow.level - other) / np.hypot(down, right))
                to.append(down * nx + right)
    falls = np.stack(falls)
    steepest = np.nanmax(np.where(np.isnan(falls), -np.inf, falls), axis=0)
    dry = (flow.level <= z) & (steepest > 0)
    own = np.flatnonzero(dry.ravel())
    step = flow.receiver[own] - own
    chosen = np.select([step == t for t in to], [f.ravel()[own] for f in falls], np.nan)
    assert len(own) > 0.1 * (~np.isnan(z)).sum()
    np.testing.assert_allclose(chosen, steepest.ravel()[own], rtol=1e-5)


@pytest.fixture(scope="module")
def logan(data):
    """TauDEM's D8 directions (1 = east, on against the clock) as receivers."""
    folder = data("peer_suites/taudem_logan")
    with rasterio.open(folder / "loganp.tif") as source:
        code, transform = source.read(1), source.transform
    ny, nx = code.shape
    down = np.array([0, 0, -1, -1, -1, 0, 1, 1, 1])
    right = np.array([0, 1, 1, 0, -1, -1, -1, 0, 1])
    given = (code >= 1) & (code <= 8)
    row, column = np.indices(code.shape)
    row = row + down[np.where(given, code, 0)]
    column = column + right[np.where(given, code, 0)]
    within = given & (row >= 0) & (column >= 0) & (row < ny) & (column < nx)
    within[within] = code[row[within], column[within]] >= 1
    receiver = np.where(within, row * nx + column, -1).astype(np.int32).ravel()
    return folder, receiver, code.shape, transform


def test_outlets_move_to_the_stream_that_taudem_moves_them_to(logan):
    folder, receiver, (_, nx), transform = logan
    with rasterio.open(folder / "logansrc.tif") as source:
        stream = source.read(1).ravel() == 1
    before = geopandas.read_file(folder / "OutletstoMove.shp").geometry
    moved = geopandas.read_file(folder / "Outletsmoved.shp")
    steps = []
    for start, end, distance in zip(before, moved.geometry, moved.Dist_moved, strict=True):
        column, row = ~transform * (start.x, start.y)
        cells = kernels.follow(receiver, int(row) * nx + int(column), nx, 30.0, 3000.0)
        first = int(np.flatnonzero(stream[cells])[0])
        steps.append(first)
        if distance >= 0:
            column, row = ~transform * (end.x, end.y)
            assert (first, cells[first]) == (distance, int(row) * nx + int(column))
    # The fourth is farther from its stream than TauDEM was told to look: it stays where it was.
    assert steps == [6, 0, 3, 34, 4]
    assert moved.Dist_moved.tolist() == [6, 0, 3, -1, 4]


def test_paths_keep_to_those_of_taudem_but_on_flats(data, logan):
    """Its directions are of 30 m cells that are not at hand; ours of 100 m cells of the same land.

    Of 600 paths of 1 km from its streams, those that fall 5 m or more keep within one and a half
    of the coarser cells (99.4 %); on the flats of the Cache Valley about one in four parts.
    """
    folder, receiver, (_, nx), fine = logan
    z, coarse = heights(data("dem/taudem_logan100m_filled_utm12.tif"))
    flow = route(z, 100.0)
    with rasterio.open(folder / "logansrc.tif") as source:
        streams = np.flatnonzero(source.read(1).ravel() == 1)
    off, fall = [], []
    for start in np.random.default_rng(1).choice(streams, 600, replace=False).tolist():
        cells = kernels.follow(receiver, start, nx, 30.0, 2000.0)
        x, y = fine * (cells % nx + 0.5, cells // nx + 0.5)
        column, row = ~coarse * (x[0], y[0])
        path = trace(z, flow, row - 0.5, column - 0.5, 1000.0)
        if path.end != "length":
            continue
        points = shapely.points(*(coarse * (path.column + 0.5, path.row + 0.5)))
        theirs = shapely.LineString(np.column_stack([x, y]))
        off.append(shapely.distance(points, theirs).max())
        fall.append(float(np.subtract(*z.ravel()[path.cells[[0, -1]]])))
    off, steep = np.array(off), np.array(fall) >= 5.0
    assert len(off) > 590 and 5 <= (~steep).sum() <= 30
    assert (off[steep] <= 150).mean() >= 0.99
    assert (off <= 300).mean() >= 0.99


# -- the rule --------------------------------------------------------------------------------------

PONDS = 60


@pytest.mark.parametrize(
    ("name", "cell_m"),
    [("dem/srtm_bigtujunga30m_utm11.tif", 30.0), ("dem/taudem_wcdemzfdc_nodata.tif", 10.0)],
    ids=["Big Tujunga", "wcdem"],
)
def test_no_pond_passes_above_a_village_on_the_peers_path(data, tmp_path, make_layer, name, cell_m):
    """Each pond has its village 500 m down pyflwdir's path; where that path meets nodata or the
    edge before 1 km a pond without any village must not pass either."""
    z, _ = heights(data(name))
    z = z[:900, :900]
    ny, nx = z.shape
    dem = tmp_path / "dem.tif"
    with rasterio.open(
        dem, "w", driver="GTiff", width=nx, height=ny, count=1, dtype="float32", nodata=-9999,
        crs="EPSG:4546", transform=rasterio.transform.from_origin(
            500_000 - nx * cell_m / 2, 4_318_000 + ny * cell_m / 2, cell_m, cell_m),
    ) as out:  # fmt: skip
        out.write(np.where(np.isnan(z), -9999, z).astype(np.float32), 1)
    given = np.where(np.isnan(z), -9999, z)
    peer = pyflwdir.from_dem(given, nodata=-9999, outlets="edge", latlon=False)
    down, known = peer.idxs_ds, ~np.isnan(z).ravel()
    # (0, 0) of make_layer is 39 N on the meridian.
    zero = float(gauss_kruger(111.0, 39.0, 111.0)[1])
    rng = np.random.default_rng(7)
    ponds, toes, villages, whole = [], [], [], []

    def place(cell):
        row, column = divmod(int(cell), nx)
        north = 4_318_000 + ny * cell_m / 2 - (row + 0.5) * cell_m - zero
        return (column + 0.5) * cell_m - nx * cell_m / 2, north

    for start in rng.choice(np.flatnonzero(known), PONDS, replace=False).tolist():
        path = [start]
        length = 0.0
        while length < 1100 and down[path[-1]] not in (-1, path[-1]):
            step = abs(int(down[path[-1]]) - path[-1])
            length += cell_m * (1.0 if step in (1, nx) else 2**0.5)
            path.append(int(down[path[-1]]))
        number = f"P{len(ponds)}"
        x, y = place(start)
        ponds.append({"facility_no": number, "project_type": "new", "status": "planned",
                      "total_dam_height_m": 30.0, "box": [x - 40, y - 30, x, y + 30]})  # fmt: skip
        toes.append({"toe_no": number, "facility_no": number, "point": [x, y]})
        whole.append(length >= 1100)
        x, y = place(path[min(len(path) - 1, int(500 / cell_m))])
        villages.append({"settlement_no": f"V{len(villages)}", "kind": "village",
                         "box": [x - 45, y - 45, x + 45, y + 45]})  # fmt: skip
    everywhere = [-30_000, -30_000, 30_000, 30_000]

    def judged(people):
        layers = {
            "tailings_facility": make_layer("tailings_facility", ponds),
            "dam_toe": make_layer("dam_toe", toes),
            "settlement": make_layer(
                "settlement", people, coverage=everywhere, empty_means_none=True
            ),
        }
        found = engine.run(
            layers,
            {"tailings_facility": np.arange(PONDS)},
            registry.get(["TF201"]),
            load("CN"),
            date(2026, 1, 1),
            report_id="x",
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
            elevation=Elevation((dem,), ("dem.tif",), None),
        ).findings
        worst = np.zeros(PONDS, int)
        np.maximum.at(worst, found.subject, found.verdict.astype(int))
        return worst

    assert (judged(villages) != Verdict.PASS).all()
    empty = judged([])
    whole = np.array(whole)
    assert (empty[~whole] != Verdict.PASS).all()
    assert (empty == Verdict.PASS).sum() >= 3  # a rule that never passes would hold the above too
