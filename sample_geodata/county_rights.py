"""Mining and exploration rights: the ordinary ones, overlaps, spacing, ridges, attributes."""

from __future__ import annotations

from itertools import chain

import numpy as np
import shapely
from county_frame import County, Feature, apart, blob, fixed_point, lapped, split
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

KINDS = {
    "stone": ("建筑石料用灰岩", "open_pit", "building_stone", "石料厂"),
    "sand": ("建筑用砂", "open_pit", "building_sand", "砂场"),
    "clay": ("砖瓦用粘土", "open_pit", "clay", "粘土矿"),
    "bauxite": ("铝土矿", "open_pit", "metal", "铝土矿"),
    "limestone": ("水泥用石灰岩", "open_pit", "other_nonmetal", "水泥灰岩矿"),
    "iron": ("铁矿", "underground", "metal", "铁矿"),
    "gold": ("金矿", "underground", "metal", "金矿"),
    "copper": ("铜矿", "underground", "metal", "铜矿"),
    "gypsum": ("石膏", "underground", "other_nonmetal", "石膏矿"),
}
CAPACITY = {"stone": 400.0, "sand": 200.0, "clay": 120.0, "bauxite": 600.0, "limestone": 1000.0,
            "iron": 600.0, "gold": 90.0, "copper": 450.0, "gypsum": 300.0}  # fmt: skip
HOLDERS = [
    "清岩",
    "沙塬",
    "西峁",
    "柏川",
    "石咀",
    "金坪",
    "铁岭",
    "白崖",
    "青塔",
    "黄湾",
    "龙畔",
    "榆树",
]
TERM = {"valid_from": "2021-03-01", "valid_to": "2031-02-28"}


def holder(county: County) -> str:
    """Return an invented holder, another one each time."""
    rng = county.rng
    kind = ["矿业有限公司", "建材有限公司", "矿产开发有限责任公司", "石料有限公司"]
    first, second = HOLDERS, "恒泰顺昌兴源盛达隆裕瑞丰"
    while True:
        word = (f"{first[int(rng.integers(len(first)))]}{second[int(rng.integers(len(second)))]}"
                f"{kind[int(rng.integers(4))]}")  # fmt: skip
        if word not in county.used_names:
            county.used_names.add(word)
            return word


def elevations(county: County, shape: BaseGeometry, method: str) -> tuple[float, float]:
    """Return licensed top and bottom elevations that suit the ground."""
    z = county.heights(shape)
    if method == "open_pit":
        return float(np.ceil(z.max() / 5) * 5), float(np.floor(z.min() / 5) * 5 - 20)
    top = float(np.floor(z.min() / 10) * 10 - 60)
    return top, top - 300.0


def right(county: County, kind: str, shape: Polygon, run: str = "", **values: object) -> Feature:
    """Add a granted mining right with clean attributes; ``values`` say what differs."""
    mineral, method, mineral_class, suffix = KINDS[kind]
    top, bottom = elevations(county, shape, method)
    capacity = CAPACITY[kind]
    known = {
        "name": f"{county.name()}{suffix}", "right_type": "mining", "holder": holder(county),
        "mineral": mineral, "class": mineral_class, "method": method, "status": "granted",
        "project_type": "existing", "top_elevation_m": top, "bottom_elevation_m": bottom,
        "capacity_kt_a": capacity, "service_life_a": float(county.rng.integers(8, 26)),
        "production_systems": 1, "operators": 1, "size_class": "medium", "status_on": "2025-12-31",
        "mine_stage": "production", **TERM,
    }  # fmt: skip
    if method == "underground":
        known |= {"mine_depth_m": 420.0, "working_levels": 2, "contractors": 1,
                  "underground_persons": 24, "exploration_grade": "勘探", "overall_design": True,
                  "backfill_study": True, "mechanised_scaling": True,
                  "pressure_monitoring": True, "developed_reserve_a": 4.0}  # fmt: skip
    else:
        known |= {"slope_height_m": 60.0, "exploration_grade": "勘探", "overall_design": True}
    if values.get("status") == "applied":
        known |= {"project_type": "new", "valid_from": None, "valid_to": None, "mine_stage": None}
    known |= values
    if run:
        return county.apply(run, "mining_right", str(known.pop("licence_no")), shape, **known)
    return county.add("mining_right", "KQ-", shape, **known)


APPLIED = {"status": "applied", "project_type": "new"}
EAST = (1.0, 0.0)


def heading(county: County) -> tuple[float, float]:
    """Return a direction of no particular bearing."""
    turn = county.rng.uniform(0, 2 * np.pi)
    return float(np.cos(turn)), float(np.sin(turn))


def pair(county: County, radius: float = 225.0) -> tuple[Polygon, Polygon, tuple[float, float]]:
    """Return two outlines at one free place and the way from the first to the second."""
    at = county.site(2.3 * radius)
    way = heading(county)
    first = blob(county.rng, (at[0] - way[0] * radius, at[1] - way[1] * radius), radius)
    second = blob(county.rng, (at[0] + way[0] * radius, at[1] + way[1] * radius), radius)
    return first, second, way


def draw_rights(county: County) -> None:
    """Add all rights whose answers rest on outlines and attributes of rights alone."""
    _overlaps(county)
    _spacing(county)


def _say(county: County, one: Feature, verdict: str, why: str, **numbers: object) -> None:
    county.answer(one, "MR101", verdict, why, status=one["status"], **numbers)


# -- overlaps ------------------------------------------------------------------------------------


def _overlaps(county: County) -> None:
    a, b, way = pair(county)
    one, other = right(county, "bauxite", a), right(county, "bauxite", lapped(b, a, way, 0.0480))
    for x, y in ((one, other), (other, one)):
        _say(county, x, "REVIEW", "two registered rights overlap", other=y.id,
             other_status="granted", overlap_km2=0.0480, width_m="wide")  # fmt: skip
    for km2, values, verdict, why, numbers in (
        (0.005, {}, "FAIL", "an application lies over a registered right", {}),
        (0.012, {"overlap_exception": "different_mineral:{}"}, "REVIEW",
         "different minerals: the paper is to be shown", {"exception": "different_mineral"}),
        (0.009, {"overlap_exception": "hardship:{}"}, "FAIL", "no such exception",
         {"exception": "hardship"}),
        (0.011, {"overlap_exception": "same_holder_gap:{}"}, "FAIL",
         "the exception is for one and the same holder",
         {"exception": "same_holder_gap", "same_holder": False}),
        (0.014, {"project_type": "expanded", "replaces_licences": "{}"}, "REVIEW",
         "replaces a licence of another holder: consent",
         {"replaces": True, "same_holder": False}),
    ):  # fmt: skip
        a, b, way = pair(county)
        one = right(county, "limestone", a)
        texts = {k: v.format(one.id) if isinstance(v, str) else v for k, v in values.items()}
        new = right(county, "bauxite", lapped(b, a, way, km2), **{**APPLIED, **texts})
        _say(county, new, verdict, why, other=one.id, other_status="granted", overlap_km2=km2,
             width_m="wide", **numbers)  # fmt: skip
        _say(county, one, "REVIEW", "an application lies over it", other=new.id,
             other_status="applied", overlap_km2=km2, width_m="wide")  # fmt: skip
    # The same holder enlarges its mine and gives the old licence back.
    a, b, way = pair(county)
    one = right(county, "limestone", a)
    new = right(county, "limestone", lapped(b, a, way, 0.030), status="applied",
                project_type="expanded", replaces_licences=one.id,
                holder=one["holder"])  # fmt: skip
    new.values["project_type"] = "expanded"
    _say(county, new, "PASS", "replaces the overlapped licence of the same holder", other=one.id,
         other_status="granted", overlap_km2=0.030, width_m="wide", replaces=True,
         same_holder=True)  # fmt: skip
    _say(county, one, "REVIEW", "an application lies over it", other=new.id,
         other_status="applied", overlap_km2=0.030, width_m="wide")  # fmt: skip
    # A shared edge; a sliver of 6 cm; a gap of 1 m.
    at = county.site(520.0)
    west, east = split(county.rng, blob(county.rng, at, 480.0, 9), 1.3)
    one, other = right(county, "bauxite", west), right(county, "limestone", east)
    for x, y in ((one, other), (other, one)):
        _say(county, x, "PASS", "a shared boundary is no overlap", other=y.id,
             other_status="granted", overlap_km2=0.0, width_m=0.0)  # fmt: skip
    at = county.site(520.0)
    west, east = split(county.rng, blob(county.rng, at, 480.0, 9), 1.9)
    shared = np.array(west.intersection(east).coords)
    along = (shared[1] - shared[0]) / np.hypot(*(shared[1] - shared[0]))
    out = np.array([along[1], -along[0]])
    if np.dot(out, [east.centroid.x - west.centroid.x, east.centroid.y - west.centroid.y]) < 0:
        out = -out
    west = Polygon([np.array(p) + 0.06 * out * (min(np.hypot(*(np.array(p) - s))
                    for s in shared) < 1e-6) for p in west.exterior.coords])  # fmt: skip
    one, other = right(county, "bauxite", west), right(county, "limestone", east)
    for x, y in ((one, other), (other, one)):
        _say(county, x, "REVIEW", "a sliver: no wider than 0.10 m", other=y.id,
             other_status="granted", width_m=0.06)  # fmt: skip
    a, b, way = pair(county)
    one, other = right(county, "bauxite", a), right(county, "limestone", apart(b, a, way, 1.0))
    for x in (one, other):
        _say(county, x, "PASS", "1 m apart", overlap_km2=0.0, gap_m=1.0)
    # Over an expired licence.
    a, b, way = pair(county)
    old = right(county, "bauxite", a, status="expired", valid_from="2009-05-01",
                valid_to="2019-04-30", mine_stage=None)  # fmt: skip
    new = right(county, "bauxite", lapped(b, a, way, 0.040), **APPLIED)
    _say(county, new, "PASS", "the other licence has expired", other=old.id,
         other_status="expired", overlap_km2=0.040, width_m="wide")  # fmt: skip
    # Across the rim of the county: what lies beyond is not in the layers.
    at = county.outline.exterior.interpolate(0.37, normalized=True)
    one = right(county, "stone", blob(county.rng, (at.x, at.y), 260.0))
    county.sites.append((at.x, at.y, 300.0))
    for rule in ("MR101", "MR104", "MR105", "MR112"):
        county.answer(one, rule, "NO_DATA", "reaches beyond the rim of the layers",
                      status="granted", coverage="left")  # fmt: skip
    # Nobody filled in the status.
    at = county.site(300.0)
    right(county, "clay", blob(county.rng, at, 260.0), status=None)


# -- spacing of quarries ------------------------------------------------------------------------


def _spacing(county: County) -> None:
    for gap, first, second, verdicts, why in (
        (299.9, {}, {}, "FAIL FAIL", "10 cm too near"),
        (300.1, {}, {}, "PASS PASS", "more than 300 m"),
        (300.02, {}, {}, "REVIEW REVIEW", "within twice the accuracies of 300 m"),
        (250.0, {"capacity_kt_a": None}, {}, "REVIEW REVIEW", "one capacity is not known"),
        (
            200.0,
            {"capacity_kt_a": 500.1},
            {},
            "NOT_APPLICABLE NOT_APPLICABLE",
            "one is larger than 500 kt/a",
        ),
        (200.0, {"capacity_kt_a": 500.0}, APPLIED, "FAIL FAIL", "500 kt/a is still small"),
    ):
        a, b, way = pair(county, 230.0)
        kinds = ("stone", "clay") if gap == 299.9 else ("stone", "stone")
        one = right(county, kinds[0], a, **first)
        other = right(county, kinds[1], apart(b, a, way, gap), **second)
        for x, y, verdict in zip((one, other), (other, one), verdicts.split(), strict=True):
            county.answer(x, "MR104", verdict, why, method="open_pit", mineral_class=x["class"],
                          capacity_kt_a=x["capacity_kt_a"], gap_m=gap, other=y.id,
                          other_class=y["class"],
                          other_capacity_kt_a=y["capacity_kt_a"])  # fmt: skip
    # The use of the limestone is not said: no class.
    at = county.site(300.0)
    right(county, "stone", blob(county.rng, at, 260.0), mineral="石灰岩", **{"class": None})


# -- fillers ------------------------------------------------------------------------------------


def fill(county: County, mines: int, explorations: int) -> None:
    """Add ordinary rights where there is room, and exploration rights in the gaps."""
    kinds = ["stone", "bauxite", "limestone", "sand", "clay", "stone", "bauxite"]
    for k in range(mines):
        try:
            at = county.site(330.0)
        except ValueError:
            break
        right(county, kinds[k % len(kinds)], blob(county.rng, at, 300.0))
    minerals = ["铁矿", "铝土矿", "铜矿", "金矿", "石墨"]
    every = [*county.features["mining_right"], *chain.from_iterable(county.applications.values())]
    taken = shapely.union_all([f.shape.buffer(0) for f in every])
    ponds = shapely.union_all([f.shape for f in county.features["tailings_facility"]])
    inner = county.outline.buffer(-500.0)
    west, south, east, north = inner.bounds
    found = 0
    for _ in range(6000):
        if found == explorations:
            break
        at = county.rng.uniform(west, east), county.rng.uniform(south, north)
        shape = blob(county.rng, at, float(county.rng.uniform(700, 1300)), 8)
        if not inner.contains(shape) or shape.distance(taken) < 40 or shape.intersects(ponds):
            continue
        if shape.distance(county.features["river"][0].shape) < 100:
            continue
        taken, found = taken.union(shape), found + 1
        mineral = minerals[found % len(minerals)]
        county.add("mining_right", "TK-", shape, name=f"{county.name()}{mineral}普查",
                   right_type="exploration", holder=holder(county), mineral=mineral,
                   status="granted", project_type="existing",
                   status_on="2025-12-31", **TERM)  # fmt: skip


def follow(
    county: County, ridge: LineString, side: float, away: float, depth: float = 380.0
) -> Polygon:
    """Return a quarry one side of which runs along a line, ``away`` metres beside it."""
    base = ridge if away == 0 else ridge.offset_curve(side * away)
    base = base if base.geom_type == "LineString" else max(base.geoms, key=lambda g: g.length)
    xy = np.array(base.coords)
    if np.dot(xy[-1] - xy[0], np.subtract(ridge.coords[-1], ridge.coords[0])) < 0:
        xy = xy[::-1]
    d = (xy[-1] - xy[0]) / np.hypot(*(xy[-1] - xy[0]))
    out = np.array([-d[1], d[0]]) * side
    length = np.hypot(*(xy[-1] - xy[0]))
    back = [xy[-1] + out * depth * 0.45 + d * 60, xy[-1] + out * depth * 0.9 - d * length * 0.2,
            xy[0] + out * depth + d * length * 0.3, xy[0] + out * depth * 0.5 - d * 50]  # fmt: skip
    return fixed_point(Polygon([*xy, *back]).buffer(0), 2)
