"""The invented country, its geodesic truth and their comparison with a run (benchmarks/)."""

import ast
import importlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
answers, compare, country, launch, national, truth = (
    importlib.import_module(name)
    for name in ("answers", "compare", "country", "launch", "national", "truth")
)

GEOD = pyproj.Geod(a=6378137.0, rf=298.257222101)
SMALL = country.Size(rights=2000, ponds=300, goafs=400, tributaries=12, stem_levels=8)


@pytest.fixture(scope="module")
def drawn():
    return country.country(SMALL)


@pytest.fixture(scope="module")
def facts(drawn):
    return answers.known(drawn)


@pytest.fixture(scope="module")
def run(drawn, tmp_path_factory):
    folder = tmp_path_factory.mktemp("country")
    national.save(drawn, folder)
    used = national.screen(folder, folder / "out")
    assert used["status"] == 1
    assert used["cpu_s"] > 0
    assert used["peak_mb"] > 50
    return answers.read(drawn, folder / ".minezone" / "snapshots", folder / "out")


# -- the country -------------------------------------------------------------------------------


def test_the_country_has_what_was_ordered(drawn):
    sizes = [len(getattr(drawn, name)) for name in ("rights", "ponds", "goafs", "rivers")]
    assert sizes == [2000, 300, 400, 13]
    assert drawn.planted["overlap"] == 60
    assert drawn.planted["neighbour"] == 100
    assert drawn.planted["holed"] == 120
    assert drawn.planted["enclave"] == 40
    assert drawn.planted["two_part"] == 80
    assert drawn.planted["tied"] == 50
    assert drawn.planted["wound"] == 1
    shapes = drawn.rights.shapes
    assert (shapely.get_num_geometries(shapes) == 2).sum() == 80
    assert 30 <= (~shapely.is_valid(shapes)).sum() <= 51
    assert len(set(drawn.rights.columns["licence_no"])) == 2000
    assert set(drawn.goafs.columns["owner_licence_no"]) <= set(drawn.rights.columns["licence_no"])


def test_the_same_seed_draws_the_same_country(drawn):
    again, other = country.country(SMALL), country.country(SMALL, seed=8)
    for name in ("rights", "ponds", "goafs", "rivers"):
        first, second = getattr(drawn, name), getattr(again, name)
        assert (shapely.to_wkb(first.shapes) == shapely.to_wkb(second.shapes)).all()
        for column, values in first.columns.items():
            assert (values == second.columns[column]).all()
        assert (shapely.to_wkb(first.shapes) != shapely.to_wkb(getattr(other, name).shapes)).any()


def test_the_main_stem_is_5464_km_and_no_edge_is_longer_than_200_m(drawn):
    stem = shapely.get_coordinates(drawn.rivers.shapes[0])
    assert GEOD.line_length(*stem.T) == pytest.approx(5_464_000, abs=20)
    for name in ("rights", "ponds", "goafs", "rivers"):
        parts = shapely.get_parts(getattr(drawn, name).shapes)
        lines = shapely.get_parts(shapely.boundary(parts)) if name != "rivers" else parts
        xy, owner = shapely.get_coordinates(lines, return_index=True)
        same = owner[1:] == owner[:-1]
        edges = GEOD.inv(*xy[:-1][same].T, *xy[1:][same].T)[2]
        assert 195 < edges.max() < 200.1


def test_borders_share_their_corners_to_the_last_bit(drawn):
    row = {number: k for k, number in enumerate(drawn.rights.columns["licence_no"])}
    shapes, exact = drawn.rights.shapes, 0
    for one, other in drawn.borders:
        first, second = (
            {tuple(xy) for xy in shapely.get_coordinates(shapes[row[number]])}
            for number in (one, other)
        )
        assert len(first & second) >= 3
        exact += shapely.intersection(shapes[row[one]], shapes[row[other]]).area == 0
    assert exact >= len(drawn.borders) / 2


# -- the truth ---------------------------------------------------------------------------------


def test_the_truth_uses_nothing_of_what_it_judges():
    for path in ("truth.py", "country.py", "rights.py", "outlines.py", "answers.py", "compare.py"):
        tree = ast.parse((BENCHMARKS / path).read_text(encoding="utf-8"))
        names = {
            name.split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in [getattr(node, "module", None) or node.names[0].name]
        }
        assert not names & {"gis", "layers", "analysis", "webmap"}, path


def box(lon, lat, east_m, north_m):
    """A box of some metres: its corners are found along the meridian and across it."""
    north = GEOD.fwd(lon, lat, 0, north_m)[1] - lat
    east = GEOD.fwd(lon, lat, 90, east_m)[0] - lon
    return shapely.box(lon, lat, lon + east, lat + north)


def geodesic_box_area(shape):
    return abs(GEOD.geometry_area_perimeter(shape)[0])


def test_the_area_shared_by_two_boxes_is_that_of_the_box_they_share():
    # The same meridians bound both: parallels bulge, so other corners were another shape.
    one = shapely.box(112.5, 38.0, 112.501, 38.001)
    other = shapely.box(112.5, 38.0005, 112.501, 38.002)
    found = truth.overlaps(np.array([one, other]))
    expected = geodesic_box_area(shapely.box(112.5, 38.0005, 112.501, 38.001))
    assert (found.i[0], found.j[0]) == (0, 1)
    assert found.area_m2[0] == pytest.approx(expected, abs=0.001)
    assert expected == pytest.approx(4874.5, abs=0.1)
    assert found.slack_m2[0] == pytest.approx(0.001 + 2e-5 * 286.6, abs=1e-5)
    left = truth.outside(np.array([one]), np.array([other]), np.array([0]))
    rest = geodesic_box_area(shapely.box(112.5, 38.0, 112.501, 38.0005))
    assert left.area_m2[0] == pytest.approx(rest, abs=0.001)


@pytest.mark.parametrize(
    ("width_m", "least", "most"),
    [
        (0.0005, 0, 0),
        (0.001, 0, 1),
        (0.0015, 1, 1),
        (0.09, 1, 1),
        (0.1, 1, 2),
        (0.11, 2, 2),
        (5.0, 2, 2),
    ],
)
def test_widths_are_told_apart_but_for_a_hair_about_the_limits(width_m, least, most):
    left = box(110.0, 30.0, 100, 100)
    x1 = left.bounds[2]
    start = GEOD.fwd(x1, 30.0, 270, width_m)[0]
    right = shapely.box(start, 29.9998, x1 + 0.001, 30.002)
    found = truth.overlaps(np.array([left, right]))
    assert (found.least[0], found.most[0]) == (least, most)


def test_the_least_distance_is_the_geodesic_between_the_two_points_that_face():
    pond = shapely.Polygon([(104.0, 36.0), (104.001, 36.001), (103.999, 36.001)])
    river = shapely.LineString([(103.99, 35.97), (104.0, 35.98), (104.01, 35.97)])
    far = shapely.LineString([(103.99, 35.0), (104.0, 35.1)])
    found = truth.near(np.array([pond]), np.array([river, far]), np.array([3000.0, 1000.0]))
    expected = GEOD.inv(104.0, 36.0, 104.0, 35.98)[2]
    assert (found.pond.tolist(), found.river.tolist()) == ([0], [0])
    assert found.metres[0] == pytest.approx(expected, abs=1e-6)
    crossing = shapely.LineString([(103.9, 36.0005), (104.1, 36.0005)])
    assert truth.near(np.array([pond]), np.array([crossing]), np.array([1000.0])).metres[0] == 0


def test_a_bow_tie_is_read_and_a_pentagram_is_not():
    bow_tie = shapely.Polygon([(110, 30), (110.002, 30.002), (110.002, 30), (110, 30.002)])
    angle = np.radians(144 * np.arange(5))
    pentagram = shapely.Polygon(
        np.column_stack([110 + 0.002 * np.cos(angle), 30 + 0.002 * np.sin(angle)])
    )
    sound = shapely.box(110, 30, 110.001, 30.001)
    shapes, state, doubt = truth.mended(np.array([bow_tie, pentagram, sound]))
    assert list(doubt[[0, 2]]) == [1, 0]
    assert state.tolist() == [truth.READ, truth.UNREAD, truth.READ]
    assert shapes[2] is sound
    # Two triangles of half the box's width and all its height: half the box.
    half = geodesic_box_area(shapely.box(110, 30, 110.002, 30.002)) / 2
    assert truth.geodesic_area(shapes[0]) == pytest.approx(half, abs=0.05)


def test_a_hole_counts_by_size_whichever_way_round_it_runs():
    shell, hole = shapely.box(110, 30, 110.002, 30.002), shapely.box(110.0005, 30, 110.001, 30.001)
    expected = geodesic_box_area(shell) - geodesic_box_area(hole)
    for ring in (hole.exterior, hole.exterior.reverse()):
        holed = shapely.Polygon(shell.exterior, [ring])
        assert truth.geodesic_area(holed) == pytest.approx(expected, abs=0.001)


# -- the comparison ----------------------------------------------------------------------------


def test_a_run_answers_what_is_true(drawn, facts, run, capsys):
    checks = list(compare.compare(drawn, facts, run))
    assert compare.table(checks)
    assert "| TF203 verdict of each pond | 300 | 0 | 0 |" in capsys.readouterr().out
    assert [c.what for c in checks if not c.number and not c.may_be_none] == []
    number = {c.what: c.number for c in checks}
    assert number["rights refused: outlines of two readings"] >= 1
    assert number["MR101 pairs that overlap"] >= 80
    assert number["MR101 verdict of each right"] < 2000
    assert number["GF301 areas outside, m2"] >= 390
    largest = {c.what: c.largest for c in checks}
    assert largest["MR101 areas shared, m2"] < 0.01
    assert largest["TF203 distances, m"] < 1e-5


def changed(column, value, where):
    """Set or add to one row of a column: the first of which ``where`` holds."""

    def change(told, drawn):
        row = np.flatnonzero(where(told, drawn))[0]
        values = getattr(told, column).copy()
        values[row] = values[row] + value if isinstance(value, float) else value
        return replace(told, **{column: values})

    return change


def dropped(where):
    def change(told, drawn):
        keep = np.ones(len(told.subject), bool)
        keep[np.flatnonzero(where(told, drawn))[0]] = False
        columns = ("subject", "related", "verdict", "reason", "measured")
        return replace(told, **{name: getattr(told, name)[keep] for name in columns})

    return change


def pair(reason):
    return lambda told, drawn: (told.related >= 0) & (told.reason == reason)


def own(told, drawn):
    return told.related < 0


def crowded(told, drawn):
    """The own findings of rights that overlap with several others."""
    wide = (told.related >= 0) & (told.reason != "touch")
    several = np.bincount(told.subject[wide], minlength=len(drawn.rights)) > 1
    return (told.related < 0) & several[told.subject]


def verdict(rank):
    return lambda told, drawn: told.verdict == rank


def both(*conditions):
    return lambda told, drawn: np.logical_and.reduce([c(told, drawn) for c in conditions])


FAIL, NO_DATA, PASS = answers.FAIL, answers.NO_DATA, answers.PASS
FAULTS = [
    ("MR101", "MR101 pairs that overlap", dropped(pair("overlap"))),
    ("MR101", "MR101 pairs that overlap", dropped(pair("registered_overlap"))),
    ("MR101", "MR101 pairs that overlap", changed("reason", "touch", pair("overlap"))),
    ("MR101", "MR101 pairs that overlap", changed("reason", "overlap", pair("touch"))),
    ("MR101", "MR101 pairs that overlap", changed("related", 0, pair("registered_overlap"))),
    ("MR101", "MR101 shared borders reported as touch", dropped(pair("touch"))),
    ("MR101", "MR101 areas shared, m2", changed("measured", 1e-7, pair("overlap"))),
    ("MR101", "MR101 areas shared, m2", changed("measured", np.nan, pair("overlap"))),
    ("MR101", "MR101 verdict and reason of each pair", changed("verdict", PASS, pair("overlap"))),
    (
        "MR101",
        "MR101 verdict and reason of each pair",
        changed("reason", "overlapped_by_application", pair("registered_overlap")),
    ),
    ("MR101", "MR101 verdict of each right", dropped(own)),
    ("MR101", "MR101 verdict of each right", changed("verdict", PASS, both(own, verdict(FAIL)))),
    ("MR101", "MR101 verdict of each right", changed("verdict", FAIL, both(own, verdict(PASS)))),
    (
        "MR101",
        "MR101 verdict of each right",
        changed("verdict", PASS, both(own, verdict(NO_DATA))),
    ),
    ("MR101", "MR101 areas under several neighbours, m2", changed("measured", 1e-7, crowded)),
    ("TF203", "TF203 ponds and rivers too near", dropped(verdict(FAIL))),
    ("TF203", "TF203 ponds and rivers too near", changed("verdict", PASS, verdict(FAIL))),
    ("TF203", "TF203 ponds and rivers too near", changed("verdict", FAIL, verdict(PASS))),
    ("TF203", "TF203 distances, m", changed("measured", 0.002, verdict(FAIL))),
    ("TF203", "TF203 verdict of each pond", dropped(verdict(PASS))),
    ("TF203", "TF203 verdict of each pond", changed("verdict", NO_DATA, verdict(PASS))),
    ("GF301", "GF301 goafs outside their right", changed("verdict", PASS, verdict(FAIL))),
    ("GF301", "GF301 goafs outside their right", changed("verdict", FAIL, verdict(PASS))),
    ("GF301", "GF301 verdict of each goaf", dropped(verdict(PASS))),
    ("GF301", "GF301 verdict of each goaf", changed("related", 0, verdict(FAIL))),
    ("GF301", "GF301 areas outside, m2", changed("measured", 0.1, verdict(FAIL))),
]


@pytest.mark.parametrize(("rule", "what", "fault"), FAULTS)
def test_a_wrong_answer_is_found(drawn, facts, run, rule, what, fault):
    spoilt = replace(run, rules=run.rules | {rule: fault(run.rules[rule], drawn)})
    wrong = {c.what for c in compare.compare(drawn, facts, spoilt) if c.wrong}
    assert what in wrong
    assert all(name.startswith(rule) for name in wrong)


def test_a_row_lost_or_kept_without_reason_is_found(drawn, facts, run):
    refused = np.setdiff1d(np.arange(2000), run.judged["mining_right"])
    for rows in (
        run.judged["mining_right"][1:],
        np.append(run.judged["mining_right"], refused[0]),
        np.append(run.judged["mining_right"], run.judged["mining_right"][0]),
    ):
        spoilt = replace(run, judged=run.judged | {"mining_right": rows})
        wrong = {c.what for c in compare.compare(drawn, facts, spoilt) if c.wrong}
        assert "rights refused: outlines of two readings" in wrong
        assert "rows declared = read = kept + refused" in wrong


def test_counts_that_do_not_add_up_are_found(drawn, run):
    for column in ("declared", "read", "refused"):
        lines = [dict(line) for line in run.inputs]
        lines[0][column] += 1
        assert compare.accounts(drawn, replace(run, inputs=lines)).wrong
    assert compare.accounts(drawn, replace(run, inputs=run.inputs[1:])).wrong
    assert not compare.accounts(drawn, run).wrong


def test_memory_is_that_of_the_command_alone():
    code = "import sys; held = b'1' * (150 << 20); sys.exit(len(held) % 7)"
    words = [sys.executable, str(BENCHMARKS / "launch.py"), sys.executable, "-c", code]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", check=True)
    used = json.loads(done.stdout)
    assert used["status"] == (150 << 20) % 7
    assert 150 < used["peak_mb"] < 250
