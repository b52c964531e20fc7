"""What is dug and what lies in the ground: pillars, workings, orebodies."""

from __future__ import annotations

import numpy as np
from county_frame import County, Feature, apart, blob, box, fixed_point, true_distance
from county_rights import APPLIED, heading, pair, right
from shapely import LineString, Point, Polygon, shortest_line
from shapely.affinity import scale, translate

UNSET = object()


def draw_underground(county: County) -> None:
    """Add underground mines with what is known of them."""
    _pillars(county)
    _crossing(county)
    _connected(county)
    _orebodies(county)


def inner(mine: Feature, part: float = 0.3, shift: tuple[float, float] = (0.0, 0.0)) -> Polygon:
    """Return a smaller outline inside a mine."""
    small = scale(mine.shape, part, part, origin="centroid")
    return fixed_point(translate(small, *shift), 2)


def stope(county: County, mine: Feature, shape: Polygon, top: object = UNSET, bottom=UNSET, **more):
    """Add a stope of a mine between elevations inside the licence's."""
    high = mine["top_elevation_m"] - 40.0 if top is UNSET else top
    low = mine["top_elevation_m"] - 80.0 if bottom is UNSET else bottom
    return county.add("working", "GC-", shape, owner_licence_no=mine.id, kind="stope",
                      top_elevation_m=high, bottom_elevation_m=low, **more)  # fmt: skip


def drives(county: County, mine: Feature) -> None:
    """Add a drive and a shaft inside a mine."""
    c = mine.shape.centroid
    way = heading(county)
    line = LineString([(c.x - way[0] * 60, c.y - way[1] * 60), (c.x + way[0] * 70, c.y)])
    high = mine["top_elevation_m"] - 60.0
    for kind, shape, low in (("development", line, high - 4.0),
                             ("shaft", box((c.x + 20, c.y + 30), 6.0, 5.0), high - 60)):  # fmt: skip
        county.add("working", "GC-", shape, owner_licence_no=mine.id, kind=kind,
                   top_elevation_m=high, bottom_elevation_m=low)  # fmt: skip


# -- pillars -------------------------------------------------------------------------------------


def _pillars(county: County) -> None:
    def say(one: Feature, other: Feature, verdict: str, why: str, **numbers: object) -> None:
        county.answer(one, "MR103", verdict, why, method="underground", other=other.id,
                      same_holder=False, **numbers)  # fmt: skip

    for gap, verdict, why in (
        (49.9, "REVIEW", "boundaries too near, workings of one side not known"),
        (50.1, "PASS", "boundaries far enough apart"),
        (50.02, "REVIEW", "within twice the accuracies of 50 m"),
    ):
        a, b, way = pair(county)
        one, other = right(county, "iron", a), right(county, "iron", apart(b, a, way, gap))
        stope(county, one, inner(one, 0.25))
        for x, y in ((one, other), (other, one)):
            say(x, y, verdict, why, boundary_m=gap, voids="one_side")
    # Workings are known on both sides: the distance in space between them decides.
    for gap, target, verdict, why in (
        (32.0, 49.6, "FAIL", "workings nearer than 50 m in space"),
        (32.0, 50.4, "PASS", "workings 50 m apart in space"),
        (60.0, None, "FAIL", "workings without elevations: too near in plan"),
    ):
        a, b, way = pair(county)
        one, other = right(county, "copper", a), right(county, "iron", apart(b, a, way, gap))
        _level(one, other)
        ends = _ends(one, other)
        if target is None:
            shapes = [_strip(one.shape, *ends, 8.0), _strip(other.shape, *ends[::-1], 8.0)]
        else:
            shapes = [_wedge(one.shape, *ends), _wedge(other.shape, *ends[::-1])]
        plan = true_distance(*shapes)
        rise = None if target is None else round(float(np.sqrt(target**2 - plan**2)), 4)
        _stopes(county, (one, other), shapes, rise)
        for x, y in ((one, other), (other, one)):
            say(x, y, verdict, why, boundary_m=gap, voids="both", plan_m=round(plan, 4),
                rise_m=rise, voids_m=target or round(plan, 4))  # fmt: skip
        if rise is None:
            for x in (one, other):
                county.answer(x, "MR112", "FAIL", "a stope 8 m beyond the boundary",
                              kind="stope", outside_width_m="wide", elevations="missing")  # fmt: skip
    # The same holder on both sides: no neighbour.
    a, b, way = pair(county)
    one = right(county, "iron", a)
    other = right(county, "iron", apart(b, a, way, 20.0), holder=one["holder"])
    for x, y in ((one, other), (other, one)):
        county.answer(x, "MR103", "NOT_APPLICABLE", "the neighbour has the same holder",
                      method="underground", other=y.id, same_holder=True,
                      boundary_m=20.0)  # fmt: skip
        stope(county, x, inner(x, 0.2))
    # The method is not filled in.
    at = county.site(300.0)
    right(county, "iron", blob(county.rng, at, 260.0), method=None)


def _level(one: Feature, other: Feature) -> None:
    for column in ("top_elevation_m", "bottom_elevation_m"):
        other.values[column] = one[column]


def _ends(one: Feature, other: Feature) -> tuple[np.ndarray, np.ndarray]:
    """Return where two mines come nearest to each other."""
    line = shortest_line(one.shape, other.shape)
    return tuple(np.array(p) for p in line.coords)


def _stopes(county: County, mines: tuple[Feature, Feature], shapes: list, rise: object) -> None:
    """Add a stope to each mine, the second ``rise`` metres below the first; None: unknown."""
    high = mines[0]["top_elevation_m"] - 100.0
    if rise is None:
        levels = ((None, None), (None, None))
    else:
        levels = ((high, high - 30.0), (high - 30.0 - rise, high - 60.0 - rise))
    for mine, shape, (top, bottom) in zip(mines, shapes, levels, strict=True):
        stope(county, mine, shape, top, bottom)


def _wedge(shape: Polygon, tip: np.ndarray, towards: np.ndarray) -> Polygon:
    """Return a stope that narrows from inside a mine to a point of its boundary."""
    inward, side = _inward(shape, tip)
    foot = tip + inward * 0.35
    return fixed_point(Polygon([tip, foot + side * 22.0, foot - side * 22.0]))


def _strip(shape: Polygon, tip: np.ndarray, towards: np.ndarray, ahead: float) -> Polygon:
    """Return a stope 16 m wide from inside a mine to ``ahead`` metres beyond its boundary."""
    way = (towards - tip) / np.hypot(*(towards - tip))
    foot = tip + _inward(shape, tip)[0] * 0.35
    line = LineString([foot, tip, tip + way * ahead])
    return fixed_point(line.buffer(8.0, cap_style="flat", join_style="mitre"))


def _inward(shape: Polygon, tip: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the way from a point of the boundary to the middle, and the unit way across."""
    inward = np.array(shape.centroid.coords[0]) - tip
    return inward, _turn(inward) / np.hypot(*inward)


# -- workings that leave the licence -------------------------------------------------------------


def _crossing(county: County) -> None:
    def mine(kind: str = "iron", **values: object) -> Feature:
        at = county.site(300.0)
        return right(county, kind, blob(county.rng, at, 280.0, 8), **values)

    def rim(one: Feature) -> tuple[np.ndarray, np.ndarray]:
        a, b = (np.array(p) for p in list(one.shape.exterior.coords)[:2])
        out = np.array([(b - a)[1], -(b - a)[0]]) / np.hypot(*(b - a))
        middle = (a + b) / 2
        return middle, out if not one.shape.contains(Point(middle + out)) else -out

    def say(one: Feature, verdict: str, why: str, **numbers: object) -> None:
        county.answer(one, "MR112", verdict, why, **numbers)

    one = mine()
    at, out = rim(one)
    shape = Polygon([at + out * 30 + _turn(out) * 18, at + out * 30 - _turn(out) * 18,
                     at - out * 60 - _turn(out) * 18, at - out * 60 + _turn(out) * 18])  # fmt: skip
    stope(county, one, fixed_point(shape))
    say(one, "FAIL", "a stope reaches 30 m beyond the boundary", kind="stope",
        outside_m2=30.0 * 36.0, outside_width_m="wide")  # fmt: skip
    one = mine()
    at, out = rim(one)
    county.add("working", "GC-", LineString([at - out * 90, at + out * 40]),
               owner_licence_no=one.id, kind="development",
               top_elevation_m=one["top_elevation_m"] - 50,
               bottom_elevation_m=one["top_elevation_m"] - 54)  # fmt: skip
    say(one, "REVIEW", "a drive leads 40 m beyond the boundary", kind="development",
        outside_length_m=40.0)  # fmt: skip
    one = mine()
    stope(county, one, inner(one), one["top_elevation_m"] + 0.5, one["top_elevation_m"] - 20)
    say(one, "FAIL", "a stope 0.5 m above the licence", kind="stope", outside_m2=0.0,
        beyond_elevation_m=0.5)  # fmt: skip
    one = mine()
    stope(county, one, inner(one), one["top_elevation_m"] - 0.2, one["bottom_elevation_m"] + 0.2)
    say(one, "PASS", "inside, to 0.2 m of the licensed elevations", kind="stope", outside_m2=0.0,
        beyond_elevation_m=-0.2)  # fmt: skip
    one = mine()
    stope(county, one, inner(one), one["top_elevation_m"] + 0.03, one["top_elevation_m"] - 20)
    say(one, "REVIEW", "3 cm above the licence: within twice the accuracies", kind="stope",
        outside_m2=0.0, beyond_elevation_m=0.03)  # fmt: skip
    one = mine()
    stope(county, one, inner(one), None, None)
    say(one, "REVIEW", "inside in plan, elevations not known", kind="stope", outside_m2=0.0,
        elevations="missing")  # fmt: skip


def _turn(way: np.ndarray) -> np.ndarray:
    return np.array([-way[1], way[0]])


# -- connected systems ---------------------------------------------------------------------------


def _connected(county: County) -> None:
    for depth, verdict, why in (
        (-10.0, "FAIL", "stopes of two licences run into each other"),
        (None, "REVIEW", "they meet in plan, elevations not known"),
        (12.0, "PASS", "one 12 m below the other"),
    ):
        a, b, way = pair(county)
        one, other = right(county, "iron", a), right(county, "iron", apart(b, a, way, 70.0))
        _level(one, other)
        ends = _ends(one, other)
        ahead = np.hypot(*(ends[1] - ends[0])) / 2 + 6.0
        shapes = [_strip(one.shape, *ends, ahead), _strip(other.shape, *ends[::-1], ahead)]
        _stopes(county, (one, other), shapes, depth)
        for x, y in ((one, other), (other, one)):
            county.answer(x, "MR114", verdict, why, method="underground", other=y.id, plan_m=0.0,
                          rise_m=depth)  # fmt: skip
            county.answer(x, "MR112", "FAIL", "a stope reaches beyond the boundary", kind="stope",
                          outside_width_m="wide")  # fmt: skip
            county.answer(x, "MR103", "FAIL", "workings nearer than 50 m", method="underground",
                          other=y.id, same_holder=False, boundary_m=70.0, voids="both",
                          plan_m=0.0, rise_m=depth, voids_m=max(depth or 0.0, 0.0))  # fmt: skip


# -- orebodies -----------------------------------------------------------------------------------


def _orebodies(county: County) -> None:
    def ore(shape: Polygon, top: float) -> Feature:
        return county.add("orebody", "KT-", shape, mineral="铁矿", name=f"{county.name()}矿体",
                          top_elevation_m=top)  # fmt: skip

    def say(one: Feature, verdict: str, why: str, **numbers: object) -> None:
        county.answer(one, "MR105", verdict, why, status=one["status"],
                      new=one["project_type"] == "new", **numbers)  # fmt: skip

    for values, first, second, why in (
        (APPLIED, "REVIEW", "FAIL", "a new right on an orebody that has one"),
        ({}, "REVIEW", "REVIEW", "two existing rights on one orebody"),
    ):
        a, b, way = pair(county)
        one = right(county, "iron", a)
        other = right(county, "iron", apart(b, a, way, 120.0), **values)
        bridge = LineString([one.shape.centroid, other.shape.centroid]).buffer(70.0, quad_segs=2)
        body = ore(bridge.simplify(5.0), one["top_elevation_m"] - 30)
        for x in (one, other):
            stope(county, x, inner(x, 0.15))
        for x, y in ((one, other), (other, one)):
            county.answer(x, "MR103", "PASS", "boundaries far enough apart", method="underground",
                          other=y.id, same_holder=False, boundary_m=120.0,
                          voids="both")  # fmt: skip
        say(one, first, why, rights_on_orebody=2, orebody=body.id)
        say(other, second, why, rights_on_orebody=2, orebody=body.id)
    for k in range(3):
        at = county.site(330.0)
        one = right(county, ("iron", "copper", "gold")[k], blob(county.rng, at, 300.0))
        stope(county, one, inner(one, 0.25))
        drives(county, one)
        body = ore(blob(county.rng, at, 170.0), one["top_elevation_m"] - 30)
        say(one, "PASS", "alone on its orebody", rights_on_orebody=1, orebody=body.id)
    # Non-metal underground, new: how deep the orebody lies.
    for depth, verdict in ((199.0, "REVIEW"), (200.0, "PASS")):
        at = county.site(300.0)
        one = right(county, "gypsum", blob(county.rng, at, 260.0), burial_depth_m=depth, **APPLIED)
        county.answer(one, "MR106", verdict, f"{depth:g} m of cover", new=True,
                      mineral_class="other_nonmetal", burial_depth_m=depth)  # fmt: skip
    for cover, verdict in ((170.0, "REVIEW"), (235.0, "PASS")):
        at = county.site(300.0)
        one = right(county, "gypsum", blob(county.rng, at, 260.0), **APPLIED)
        shape = blob(county.rng, at, 120.0)
        top = round(float(county.heights(shape).min()) - cover, 1)
        body = ore(shape, top)
        say(one, "PASS", "alone on its orebody", rights_on_orebody=1, orebody=body.id)
        county.answer(one, "MR106", verdict, f"{cover:g} m of cover at the lowest ground",
                      new=True, mineral_class="other_nonmetal", orebody=body.id,
                      orebody_top_m=top, least_cover_m=cover)  # fmt: skip
