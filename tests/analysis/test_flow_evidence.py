"""The flow path in the evidence carries the ground under it: a longitudinal profile."""

from datetime import date

import numpy as np
import pytest
import shapely
from pyproj import Geod

from analysis import engine, registry
from analysis.rulebook import load

GEOD = Geod(a=6378137, rf=298.257222101)
POND = {
    "facility_no": "P", "project_type": "new", "status": "planned", "box": [-150, 20, 150, 400],
    "toe_lon": 111.0, "toe_lat": 39.0,
}  # fmt: skip


@pytest.fixture
def evidence(make_layer, make_elevation):
    """A valley that falls 3 in 100 to the south, a village on its floor; evidence by role."""
    village = {"settlement_no": "V", "kind": "village", "box": [-20, -700, 20, -600]}
    layers = {
        "tailings_facility": make_layer("tailings_facility", [POND]),
        "settlement": make_layer("settlement", [village]),
    }
    table = engine.evaluate(
        registry.get(["TF201"])[0], layers, "tailings_facility", np.array([0]), load("CN"),
        date(2026, 1, 1), make_elevation(formula="800 + 0.03 * y + 0.3 * abs(x)"),
    )  # fmt: skip
    return {item.role: item.geometry.tolist() for item in table.evidence}, table


def test_a_path_has_the_elevation_of_the_ground_at_every_corner(evidence):
    (path,) = evidence[0]["flow_path"]
    assert path.has_z
    lon, lat, height = shapely.get_coordinates(path, include_z=True).T
    chain = np.concatenate([[0], np.cumsum(GEOD.line_lengths(lon, lat))])
    assert chain[-1] == pytest.approx(1200, abs=1e-3)
    # The toe lies at 800 m, give or take the side of a cell; 3 in 100 from there.
    assert height[0] == pytest.approx(800, abs=5)
    assert height == pytest.approx(height[0] - 0.03 * chain, abs=1)


def test_other_evidence_is_flat_and_no_finding_repeats_the_profile(evidence):
    drawn, table = evidence
    assert not any(shape.has_z for role in ("corridor", "shortest_line") for shape in drawn[role])
    assert all("profile" not in args for args in table.args)


def test_the_line_to_a_neighbour_ends_on_the_path(evidence):
    (path,), (line,) = evidence[0]["flow_path"], evidence[0]["shortest_line"]
    end = shapely.Point(shapely.get_coordinates(line)[-1])
    assert shapely.distance(shapely.force_2d(path), end) < 1e-9
