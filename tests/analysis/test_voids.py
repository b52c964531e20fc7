"""Workings and goafs as one list, and orebodies by number where outlines end."""

from datetime import date

import numpy as np

from analysis import engine, registry
from analysis.model import Verdict
from analysis.rulebook import load
from analysis.subjects import replaces
from analysis.voids import Voids, codes, matches, unseen, worst_rows


def void_layers(make_layer, **options):
    work = [
        {"working_no": "W1", "owner_licence_no": "A", "box": [0, 0, 10, 10],
         "top_elevation_m": 100, "bottom_elevation_m": 90},
        {"working_no": "W2", "owner_licence_no": "B", "box": [40, 0, 50, 10],
         "top_elevation_m": 50, "bottom_elevation_m": 40},
        {"working_no": "W3", "owner_licence_no": "B", "box": [0, 30, 10, 40],
         "top_elevation_m": 10},
    ]  # fmt: skip
    goaf = [{"goaf_no": "G1", "box": [0, -30, 10, -20],
             "top_elevation_m": 95, "bottom_elevation_m": 20}]  # fmt: skip
    return make_layer("working", work, **options), make_layer("goaf", goaf)


def test_slant_distance_overlap_and_plan_distance(make_layer):
    voids = Voids(*void_layers(make_layer))
    near = voids.near(np.array([0]), 100.0)
    assert list(near.p) == [0, 0, 0] and list(near.q) == [1, 2, 3]
    # 30 m east and 40 m down; 20 m north, depth unknown; 20 m south at common elevations
    np.testing.assert_allclose(near.distance, [50, 20, 20], atol=1e-4)
    assert list(near.in_plan) == [False, True, False]
    assert list(voids.layer) == ["working"] * 3 + ["goaf"] and list(voids.row) == [0, 1, 2, 0]


def test_accuracies_join_and_blur_covers_them(make_layer):
    voids = Voids(*void_layers(make_layer, accuracy_m=3.0))
    near = voids.near(np.array([0]), 100.0)
    np.testing.assert_allclose(near.sigma, [3 * 2**0.5, 3 * 2**0.5, 3])
    assert voids.blur(2.0) == 12.0 >= 2 * near.sigma.max()
    assert Voids(*void_layers(make_layer)).blur(2.0) == 0.0


def test_no_voids_at_all(make_layer):
    voids = Voids(make_layer("working", []), make_layer("goaf", []))
    assert len(voids) == 0 and len(voids.near(np.empty(0, np.int64), 10.0).p) == 0


def test_codes_are_shared_and_none_is_no_code():
    left, right = codes(np.array(["b", None, "a"], object), np.array([None, "a", "c", "a"], object))
    assert left[1] == right[0] == -1
    i, j = matches(left, right)
    assert list(zip(i, j, strict=True)) == [(2, 1), (2, 3)]


def test_worst_then_nearest():
    verdict = np.array([Verdict.PASS, Verdict.FAIL, Verdict.FAIL, Verdict.REVIEW], np.int8)
    rows = worst_rows(np.array([7, 7, 7, 3]), verdict, np.array([1.0, 5.0, 4.0, 9.0]))
    assert list(rows) == [3, 2]


def test_unseen_by_refusal_and_by_coverage(make_layer):
    rows = [{"working_no": str(x), "box": [x, 0, x + 10, 10]} for x in (0, 80)]
    shapes = make_layer("working", rows).shapes
    layer = make_layer("goaf", [], coverage=[-50, -50, 50, 50],
                       refused=[{"goaf_no": "g", "box": [12, 0, 20, 10]}])  # fmt: skip
    assert list(unseen(shapes, layer, 1.0)) == [None, "outside_coverage"]
    assert list(unseen(shapes, layer, 3.0)) == ["refused_neighbours", "outside_coverage"]


def test_replacing_is_seen_from_both_sides(make_layer):
    rights = make_layer(
        "mining_right",
        [{"licence_no": "A", "replaces_licences": "X；B", "box": [0, 0, 1, 1]},
         {"licence_no": "B", "box": [0, 0, 1, 1]},
         {"licence_no": "C", "box": [0, 0, 1, 1]}],
    )  # fmt: skip
    i, j = np.array([0, 1, 0, 2]), np.array([1, 0, 2, 1])
    assert list(replaces(rights, i, rights, j)) == [True, True, False, False]


def orebody_verdict(make_layer, **orebody):
    rights = make_layer(
        "mining_right",
        [{"licence_no": "A", "status": "applied", "orebody_id": "K", "box": [0, 0, 1000, 1000]},
         {"licence_no": "B", "status": "granted", "orebody_id": "J",
          "box": [1000, 0, 2000, 1000]}],
    )  # fmt: skip
    layers = {"mining_right": rights}
    if orebody:
        rows = [{"orebody_id": "K", "box": [800, 400, 900, 500]}]
        layers["orebody"] = make_layer("orebody", rows, **orebody)
    (rule,) = registry.get(["MR105"])
    table = engine.evaluate(
        rule, layers, "mining_right", np.arange(2), load("CN"), date(2026, 1, 1)
    )
    mine = table.subject == 0
    return [(Verdict(int(v)).name, r) for v, r in
            zip(table.verdict[mine], table.reason[mine], strict=True)]  # fmt: skip


def test_orebody_numbers_suffice_but_outlines_known_in_part_do_not(make_layer):
    assert orebody_verdict(make_layer) == [("PASS", "alone")]
    assert orebody_verdict(make_layer, coverage=[-10, -10, 1010, 1010]) == [("PASS", "alone")]
    assert orebody_verdict(make_layer, coverage=[500, 0, 2000, 1000]) == [
        ("NO_DATA", "outside_coverage")
    ]
