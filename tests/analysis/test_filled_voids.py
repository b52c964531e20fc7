"""Voids of the terrain that were filled with 0 or -1 are no ground, whatever marks nodata."""

from datetime import date

import numpy as np
import pytest

from analysis import engine, registry
from analysis.model import Verdict
from analysis.rulebook import load

ROUGH = "800 + 0.2 * abs(x) + 0.1 * y"
QUARRY = {
    "licence_no": "A", "right_type": "mining", "status": "applied", "project_type": "new",
    "method": "open_pit", "mineral_class": "building_stone", "box": [-300, -300, 300, 300],
}  # fmt: skip


@pytest.fixture
def judge(make_layer, make_elevation):
    """Return the worst verdict and its reason of a rule about one feature on a terrain."""

    def judged(code, name, row, formula, **others):
        layers = {name: make_layer(name, [row])}
        layers |= {other: make_layer(other, rows) for other, rows in others.items()}
        table = engine.evaluate(
            registry.get([code])[0], layers, name, np.array([0]), load("CN"),
            date(2026, 1, 1), make_elevation(formula=formula),
        )  # fmt: skip
        worst = int(np.argmax(table.verdict))
        return Verdict(int(table.verdict[worst])).name, table.reason[worst]

    return judged


def hole(value, half_m):
    """Return rough ground with a square about the origin that was filled with a number."""
    return f"where(maximum(abs(x), abs(y)) < {half_m}, {value}, {ROUGH})"


@pytest.mark.parametrize("value", [0, -1])
@pytest.mark.parametrize("half_m", [700, 1500, 9000])
def test_a_quarry_on_a_fill_cannot_be_judged(judge, value, half_m):
    found = judge("MR102", "mining_right", QUARRY, hole(value, half_m))
    assert found == ("NO_DATA", "nodata_beside")


def test_a_quarry_of_which_a_little_lies_in_a_lake_is_judged(judge):
    # A plain that slopes gently to a sheet of water at 790 m, in which 80 m of 600 m lie.
    formula = "790 + 0.01 * maximum(0, 220 - x)"
    assert judge("MR102", "mining_right", QUARRY, formula) == ("PASS", "clear")


def test_a_quarry_on_a_plain_that_is_not_flat_to_the_last_digit_is_judged(judge):
    formula = "50 + 0.001 * sin(x) + 0.001 * sin(y)"
    assert judge("MR102", "mining_right", QUARRY, formula) == ("PASS", "clear")


POND = {
    "facility_no": "P", "project_type": "new", "status": "planned", "box": [-150, 20, 150, 400],
    "toe_lon": 111.0, "toe_lat": 39.0,
}  # fmt: skip


@pytest.mark.parametrize("value", [0, -1])
@pytest.mark.parametrize("half_m", [700, 1500, 2500, 9000])
def test_no_dam_passes_on_a_fill(judge, value, half_m):
    verdict, _ = judge("TF201", "tailings_facility", POND, hole(value, half_m))
    assert verdict in {"NO_DATA", "REVIEW"}
    if half_m == 9000:
        assert verdict == "NO_DATA"


@pytest.mark.parametrize("value", [0, -1])
def test_no_pit_or_dump_of_no_height_passes_on_a_fill(judge, value):
    site = {"site_no": "S", "safety_factor": 1.5, "box": [-300, -300, 300, 300]}
    for code, name in (("SL401", "open_pit"), ("SL402", "waste_dump")):
        found = judge(code, name, site, hole(value, 700))
        assert found == ("NO_DATA", "nodata_under")


@pytest.mark.parametrize("half_m", [700, 9000])
def test_no_depth_of_burial_is_told_by_a_fill(judge, half_m):
    right = {
        "licence_no": "A", "right_type": "mining", "status": "applied", "method": "underground",
        "mineral_class": "other_nonmetal", "box": [-300, -300, 300, 300],
    }  # fmt: skip
    body = {"orebody_id": "K", "top_elevation_m": -900, "box": [-200, -200, 200, 200]}
    found = judge("MR106", "mining_right", right, hole(0, half_m), orebody=[body])
    assert found[0] == "NO_DATA"


@pytest.mark.parametrize(
    ("ground", "verdict"),
    [(ROUGH, "PASS"), (hole(0, 1000), "NO_DATA"), (hole(0, 9000), "NO_DATA")],
)
def test_no_zone_above_a_goaf_is_told_by_a_fill(judge, ground, verdict):
    goaf = {
        "goaf_no": "G", "box": [-50, -50, 50, 50], "top_elevation_m": 720,
        "bottom_elevation_m": 700, "movement_angle_deg": 45, "soil_thickness_m": 0,
        "protection_class": "II",
    }  # fmt: skip
    village = {"settlement_no": "V", "kind": "village", "point": [3000, 3000]}
    house = {"building_no": "B", "protection_class": "III", "point": [3000, 3000]}
    found = judge("GF303", "goaf", goaf, ground, settlement=[village], building=[house])
    assert found[0] == verdict


@pytest.mark.parametrize("level", [1000, 0.5, 1])
def test_level_ground_of_another_number_is_believed(judge, level):
    assert judge("MR102", "mining_right", QUARRY, f"{level} + 0 * x") == ("PASS", "clear")
