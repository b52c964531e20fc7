"""Repair keeps what is drawn, says what it did, and refuses what can be read in two ways."""

import math

import numpy as np
import pytest
import shapely
from shapely import Polygon

from gis.area import area_m2
from gis.ragged import Ragged
from gis.repair import repair

LON, LAT, STEP = 111.0, 39.0, 1e-3


def outline(corners, holes=()):
    def move(ring):
        return [(LON + x * STEP, LAT + y * STEP) for x, y in ring]

    return Polygon(move(corners), [move(h) for h in holes])


def mended(*shapes):
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return repair(array)


SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10)]


def test_a_valid_polygon_is_not_touched():
    square = outline(SQUARE)
    result = mended(square)
    assert result.shapes[0].equals_exact(square)
    assert not result.repaired[0]
    assert result.reason_zh[0] == ""
    assert np.isnan(result.area_before_m2[0])


def test_a_bow_tie_keeps_both_lobes_and_its_corners():
    bow = outline([(0, 0), (10, 10), (10, 0), (0, 10)])
    result = mended(bow)
    assert result.repaired[0]
    assert result.shapes[0].is_valid
    corners = {tuple(c) for c in shapely.get_coordinates(bow)}
    assert corners <= {tuple(c) for c in shapely.get_coordinates(result.shapes[0])}
    whole = mended(outline(SQUARE), bow)
    assert result.area_after_m2[0] == pytest.approx(480810, rel=1e-3)
    assert "0.0 →" in whole.reason_en[1]


@pytest.mark.parametrize(
    "twice",
    [
        outline(SQUARE, [[(2, 2), (4, 2), (4, 4), (2, 4)], [(4, 4), (2, 4), (2, 2), (4, 2)]]),
        shapely.MultiPolygon([outline(SQUARE, [[(2, 2), (4, 2), (4, 4), (2, 4)]])] * 2),
    ],
)
def test_a_ring_that_is_there_twice_leaves_nothing_in_doubt(twice):
    result = mended(twice)
    assert result.shapes[0].equals(outline(SQUARE, [[(2, 2), (4, 2), (4, 4), (2, 4)]]))
    assert result.repaired[0] and not result.doubtful[0] and not result.refused[0]
    area = area_m2(Ragged.from_shapely(result.shapes))[0]
    assert result.reason_en[0] == (
        f"a ring or part that is there twice was taken once, area {area:.1f} m² as before"
    )


def test_a_ring_that_is_there_twice_beside_another_fault():
    bow = outline([(20, 0), (30, 10), (30, 0), (20, 10)])
    result = mended(shapely.MultiPolygon([outline(SQUARE)] * 2 + [bow]))
    alone = mended(shapely.MultiPolygon([outline(SQUARE), bow]))
    assert result.shapes[0].equals(alone.shapes[0]) and result.doubtful[0] == alone.doubtful[0]


def test_a_spike_is_cut_off():
    result = mended(outline([(0, 0), (10, 0), (10, 10), (10, 20), (10, 10), (0, 10)]))
    assert result.repaired[0]
    assert result.area_after_m2[0] == pytest.approx(result.area_before_m2[0], rel=1e-9)
    assert result.shapes[0].bounds[3] == LAT + 10 * STEP
    assert result.reason_en[0].endswith(" m² as before")
    assert result.reason_zh[0].endswith(" m² 不变")


BIG = [(0, 0), (400, 0), (400, 400), (0, 400)]


@pytest.mark.parametrize(
    ("shell", "hole", "metres"),
    [
        (SQUARE, [(20, 0), (30, 0), (30, 10), (20, 10)], 961613),
        (BIG, [(500, 0), (505, 0), (505, 5), (500, 5)], 240401),
        (BIG, [(400, 0), (405, 0), (405, 5), (400, 5)], 240401),
        (BIG, [(398, 0), (402, 0), (402, 5), (398, 5)], 96160),
    ],
    ids=["as large as the shell", "small", "beside the shell", "half outside"],
)
def test_a_hole_outside_its_shell_is_no_ground_and_no_hole(shell, hole, metres):
    result = mended(outline(shell, [hole]))
    assert result.refused[0] and result.shapes[0] is None
    told = float(result.reason_en[0].split(" m² of holes lie outside")[0])
    assert told == pytest.approx(metres, rel=1e-3)
    assert "内环" in result.reason_zh[0]


def test_a_sliver_of_a_hole_on_the_edge_is_nothing():
    thin = 1e-5  # 0.9 mm, half of it outside
    result = mended(
        outline(SQUARE, [[(10 - thin, 2), (10 + thin, 2), (10 + thin, 8), (10 - thin, 8)]])
    )
    assert result.repaired[0] and not result.doubtful[0]


def test_holes_twice_outside_are_refused():
    hole = [(20, 0), (25, 0), (25, 5), (20, 5)]
    assert mended(outline(SQUARE, [hole, hole])).refused[0]


def test_what_a_hole_takes_in_beyond_its_shell_by_a_sliver_is_not_ground():
    sliver = 1e-4  # 9 mm of 400 m
    result = mended(outline(SQUARE, [[(5, 5), (10 + sliver, 5), (10 + sliver, 8), (5, 8)]]))
    assert result.repaired[0] and not result.doubtful[0]
    assert result.shapes[0].bounds[2] == LON + 10 * STEP
    assert result.area_after_m2[0] == pytest.approx(result.area_before_m2[0], rel=1e-4)


@pytest.mark.parametrize(("metres", "doubt"), [(0.05, False), (0.2, True)])
def test_a_hole_that_reaches_out_of_its_shell_puts_the_outline_in_doubt(metres, doubt):
    # Read by crossings, as PostGIS does by default, that strip is ground and may meet a neighbour.
    out = metres / (111_320 * math.cos(math.radians(LAT))) / STEP
    result = mended(outline(SQUARE, [[(5, 5), (10 + out, 5), (10 + out, 8), (5, 8)]]))
    assert result.repaired[0] and result.doubtful[0] == doubt
    assert ("m² of holes lie outside their shell" in result.reason_en[0]) == doubt
    assert result.shapes[0].bounds[2] == LON + 10 * STEP


@pytest.mark.parametrize("out", [0, 0.001, 0.05, 0.2, 1])
def test_a_hole_at_the_edge_of_its_shell_leaves_a_valid_outline(out):
    # Needles of some nanometres, left where the edges run along each other, are no outline.
    random = np.random.default_rng(1)
    metre = 1 / 111_320
    shapes = []
    for _ in range(60):
        angle = np.sort(random.uniform(0, 2 * np.pi, 9))
        corners = random.uniform(300, 500, 9)[:, None] * np.column_stack(
            [np.cos(angle), np.sin(angle)]
        )
        along = corners[1] - corners[0]
        along /= np.hypot(*along)
        across, middle = np.array([-along[1], along[0]]), (corners[0] + corners[1]) / 2
        hole = [middle + a * 20 * along + b * across for a, b in
                ((-1, -out), (1, -out), (1, 60), (-1, 60))]  # fmt: skip
        shapes.append(
            Polygon(
                np.array([LON, LAT]) + metre * corners,
                [np.array([LON, LAT]) + metre * np.array(hole)],
            )
        )
    result = mended(*shapes)
    kept = result.shapes[~result.refused]
    assert len(kept) > 20 and shapely.is_valid(kept).all()


@pytest.mark.parametrize(
    "corners",
    [
        [(0, 0), (1, 1 / 3), (3, 1)],  # on one line, but for rounding
        [(0, 0), (10, 0), (10, 1e-6)],  # 0.1 mm at its end
        [(0, 0), (1e-4, 0), (1e-4, 1e-4), (0, 1e-4)],  # 9 mm by 11 mm
    ],
    ids=["line", "needle", "point"],
)
def test_an_outline_without_ground_is_refused(corners):
    # Nothing overlaps it, and so every rule about overlaps would pass it.
    result = mended(outline(corners))
    assert result.refused[0] and result.reason_en[0] == "the outline has no area"


def test_a_hole_that_touches_its_shell_goes_on():
    result = mended(outline(SQUARE, [[(5, 5), (10, 5), (10, 8), (5, 8)]]))
    assert result.repaired[0] and not result.doubtful[0]
    assert not result.shapes[0].contains(shapely.Point(LON + 7 * STEP, LAT + 6 * STEP))


def test_ground_wound_round_twice_is_refused():
    loop = [
        (0, 0),
        (10, 0),
        (10, 10),
        (0, 10),
        (0, 0),
        (5, 2),
        (8, 5),
        (5, 8),
        (2, 5),
        (5, 2),
        (0, 0),
    ]
    result = mended(outline(loop))
    inner = shapely.Point(LON + 5 * STEP, LAT + 5 * STEP)
    # Either nobody can say what is meant, or the ground inside the second loop is still there.
    assert result.refused[0] or result.shapes[0].contains(inner)


@pytest.mark.parametrize(
    "shape",
    [
        None,
        Polygon(),
        shapely.Point(),
        outline([(0, 0), (1, 0), (2, 0)]),
        shapely.GeometryCollection([shapely.Point(111, 39)]),
    ],
    ids=["null", "empty polygon", "empty point", "flat", "collection of points"],
)
def test_nothing_to_judge_is_refused_with_a_reason(shape):
    result = mended(outline(SQUARE), shape)
    assert list(result.refused) == [False, True]
    assert result.shapes[1] is None
    assert result.reason_zh[1]
    assert result.reason_en[1]


def test_not_a_number_is_refused():
    with np.errstate(invalid="ignore"):
        broken = shapely.linestrings([(111, 39), (np.nan, 39), (111, 40)])
    assert mended(broken).refused[0]
    assert mended(shapely.linestrings([(111, 39), (np.inf, 39)])).refused[0]


def test_of_a_collection_the_polygons_are_kept():
    square = outline(SQUARE)
    nested = shapely.GeometryCollection(
        [shapely.GeometryCollection([square]), shapely.Point(111, 39)]
    )
    result = mended(nested)
    assert result.repaired[0]
    assert result.shapes[0].equals_exact(square)


def test_heights_are_dropped():
    result = mended(shapely.force_3d(outline(SQUARE), 5.0))
    assert not shapely.has_z(result.shapes[0])


def test_an_outline_whose_area_the_repair_changes_is_in_doubt():
    bow = outline([(0, 0), (10, 10), (10, 0), (0, 10)])
    spike = outline([(0, 0), (10, 0), (10, 10), (10, 20), (10, 10), (0, 10)])
    result = mended(bow, spike, outline(SQUARE))
    assert list(result.repaired) == [True, True, False]
    assert list(result.doubtful) == [True, False, False]
    assert "doubt" in result.reason_en[0]
    assert "doubt" not in result.reason_en[1]


def test_empty_parts_are_left_out_and_told():
    given = shapely.from_wkt("MULTIPOLYGON (EMPTY, ((111 39, 111.1 39, 111.1 39.1, 111 39)))")
    found = repair(np.array([given], dtype=object))
    assert shapely.get_num_geometries(found.shapes[0]) == 1
    assert found.repaired.tolist() == [True] and not found.refused.any()
    area = area_m2(Ragged.from_shapely(found.shapes))[0]
    assert found.reason_en[0] == f"an empty part was left out, area {area:.1f} m² as before"
    assert not found.doubtful.any()
