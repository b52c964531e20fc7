"""The county's ponds one by one, each with what it is there to show."""

from __future__ import annotations

import numpy as np
import shapely
from county_frame import County, Feature, fixed_point, true_area
from county_ponds import (
    Sites,
    add_pond,
    add_toe,
    village_below,
    village_beside,
)
from shapely import Point, Polygon

# What a pond is like unless said otherwise: in use, watched, inspected, of its own mine.
RUNNING = {
    "operator": "清岩矿业有限公司", "project_type": "existing", "status": "operating",
    "total_dam_height_m": 46.0, "total_volume_m3": 2_600_000.0, "grade": 4,
    "dam_method": "upstream", "independent_concentrator": False, "online_monitoring": True,
    "last_discharge_on": "2025-12-20", "discharging": True, "ownerless": False,
    "at_final_level": False, "drainage_inspected_on": "2024-06-15", "status_on": "2025-12-31",
}  # fmt: skip
PLANNED = {
    "operator": "沙塬矿业有限公司", "project_type": "new", "status": "planned",
    "total_dam_height_m": 38.0, "total_volume_m3": 1_800_000.0, "grade": 4,
    "dam_method": "one_step", "independent_concentrator": False,
    "status_on": "2025-12-31",
}  # fmt: skip


def draw_ponds(county: County) -> Sites:
    """Add all registered ponds with toes, villages and answers."""
    sites = Sites(county)
    _setbacks(county, sites)
    _downstream(county, sites)
    _lives(county, sites)
    _odd(county, sites)
    return sites


# -- setbacks from rivers -----------------------------------------------------------------------


def _setbacks(county: County, sites: Sites) -> None:
    def say(pond: Feature, verdict: str, why: str, **numbers: object) -> None:
        kind = pond["project_type"] or "null"
        status = pond["status"]
        county.answer(pond, "TF203", verdict, why, project_type=kind, status=status, **numbers)

    main = {"river": "HL-01", "class": "main_stem", "source": "shoreline"}
    for metres, verdict, why, extra in (
        (2990.0, "FAIL", "10 m too near the main stem", {"total_dam_height_m": 200.0, "grade": 2,
         "total_volume_m3": 16e6}),
        (3010.0, "PASS", "10 m beyond the figure of the main stem",
         {"total_dam_height_m": 200.5, "grade": 2, "total_volume_m3": 16e6}),
        (2999.5, "REVIEW", "within twice the accuracies (1 m and 1 m) of the figure",
         {"project_type": None, "dam_method": "upstream"}),
    ):  # fmt: skip
        one, shape = sites.at_distance("HL-01", metres)
        pond = add_pond(county, one, shape, **{**PLANNED, **extra})
        say(pond, verdict, why, distance_m=metres, **main)
        village_free(county, pond, "TF201")
    north = {"river": "HL-02", "class": "important_tributary", "source": "shoreline"}
    for metres, verdict, why, extra in (
        (990.0, "FAIL", "rebuilt for other ends, 10 m too near", {"project_type": "rebuilt",
         "rebuild_purpose": "other"}),
        (1010.0, "PASS", "expanded, 10 m beyond the figure", {"project_type": "expanded"}),
    ):  # fmt: skip
        one, shape = sites.at_distance("HL-02", metres)
        pond = add_pond(county, one, shape, **{**RUNNING, **extra})
        say(pond, verdict, why, distance_m=metres, **north)
    one, shape = sites.at_distance("HL-02", 600.0)
    pond = add_pond(county, one, shape, **{**RUNNING, "project_type": "rebuilt",
                                           "rebuild_purpose": "safety"})  # fmt: skip
    say(pond, "NOT_APPLICABLE", "rebuilt for safety: exempt", rebuild_purpose="safety",
        distance_m=600.0, **north)  # fmt: skip
    middle = {"river": "HL-03", "class": "important_tributary", "source": "centreline",
              "half_width_m": 30.0}  # fmt: skip
    for metres, verdict, why in (
        (1015.0, "REVIEW", "a centre line: within the figure and half the width"),
        (1040.0, "PASS", "beyond the figure and half the width of 30 m"),
    ):
        one, shape = sites.at_distance("HL-03", metres)
        pond = add_pond(county, one, shape, **{**PLANNED, "total_volume_m3": 900_000.0,
                        "total_dam_height_m": 29.9, "grade": 5})  # fmt: skip
        say(pond, verdict, why, distance_m=metres, **middle)
    south = {"river": "HL-04", "class": "important_tributary"}
    one, shape = sites.at_distance("HL-04", 300.0)
    pond = add_pond(county, one, shape, **{**PLANNED, "total_volume_m3": 900_000.0})
    say(pond, "FAIL", "inside the control zone", distance_m=0.0, source="control_zone", **south)
    one, shape = sites.at_distance("HL-04", 700.0)
    pond = add_pond(county, one, shape, **{**PLANNED, "independent_concentrator": True,
                                           "grade": 5})  # fmt: skip
    say(pond, "REVIEW", "outside the control zone, within 1 km of the shoreline of that river",
        distance_m=700.0, source="shoreline", zoned=True, **south)  # fmt: skip
    county.answer(pond, "TF205", "REVIEW", "grade 5 is given, the table gives 4",
                  project_type="new", status="planned", grade=5, total_volume_m3=1_800_000.0,
                  total_dam_height_m=38.0, dam_method="one_step")  # fmt: skip


def village_free(county: County, pond: Feature, rule: str) -> None:
    """State that nobody lives below a pond."""
    county.answer(pond, rule, "PASS", "nobody within 1 km below, nor in the sector",
                  new=rule == "TF201", corridor_path_m=None, sector_m=None,
                  straight_below_m=None)  # fmt: skip


# -- who lives below ----------------------------------------------------------------------------


def _downstream(county: County, sites: Sites) -> None:
    free = sites.beyond(150.0)

    def anywhere(one: object) -> bool:
        clear = sites.clear(one.cut(0.0), 150.0)
        return clear and one.inland(county) and one.lonely(county)

    # A new pond and one in use, each above a village at 600 m.
    for values, rule, verdict in ((PLANNED, "TF201", "FAIL"), (RUNNING, "TF202", "REVIEW")):
        one = sites.find(anywhere, free)
        pond = add_pond(county, one, one.cut(0.0), **values)
        village_below(county, one, 600.0, population=210)
        county.answer(pond, rule, verdict, "a village on the valley floor below",
                      new=rule == "TF201", corridor_path_m=600.0, kind="village")  # fmt: skip
    # A village on a spur beside the valley: only in the sector.
    for values, rule in ((PLANNED, "TF201"), (RUNNING, "TF202")):
        for _ in range(40):
            one = sites.find(anywhere, free)
            try:
                village_beside(county, one)
            except ValueError:
                continue
            break
        pond = add_pond(county, one, one.cut(0.0), **values)
        county.answer(pond, rule, "REVIEW", "a village in the sector, well above the path",
                      new=rule == "TF201", corridor_path_m=None, sector_m=680.0)  # fmt: skip
    # Near miss: the village lies farther than 1 km, along the path and straight.
    one = sites.find(lambda v: anywhere(v) and _straight(v, 1250.0) > 1090.0, free)
    pond = add_pond(county, one, one.cut(0.0), **RUNNING)
    village_below(county, one, 1250.0, population=88)
    county.answer(pond, "TF202", "PASS", "the village lies beyond 1 km by path and straight",
                  new=False, corridor_path_m=1250.0, kind="village", sector_m=None,
                  straight_below_m=None)  # fmt: skip
    # A new pond that has nothing against it.
    one = sites.find(lambda v: anywhere(v) and sites.clear(v.cut(0.0), 400.0), sites.beyond(400.0))
    overhead = next(f.id for f in county.features["tailings_facility"]
                    if county.answers.get(("screen", f.layer, f.id, "TF202"), "")[:1]
                    == ("REVIEW",))  # fmt: skip
    pond = add_pond(county, one, one.cut(0.0), **{**PLANNED, "replaces_facility": overhead})
    village_free(county, pond, "TF201")
    _two_dams(county, sites, anywhere, free)
    # No toe: the lowest point of the rim is used, and 230 m (5 x 46) of the path below it; from its
    # end a house lies 926 m off in the sector, from the rim 1,156 m.
    one = sites.find(anywhere, free)
    pond = add_pond(county, one, one.cut(0.0), toes=0, **RUNNING)
    county.answer(pond, "TF202", "REVIEW", "no toe known; a house in the sector where it may stand",
                  new=False, toes=0, corridor_path_m=None, sector_m=926.0,
                  straight_below_m=None)  # fmt: skip


def _two_dams(county: County, sites: Sites, anywhere, free) -> None:
    """Add a pond that fills two neighbouring valleys; the second dam stands above a village."""
    tried = len(sites.taken)
    for _ in range(60):
        one = sites.find(anywhere, free)
        lake = one.cut(0.0)
        beside = [lake.distance(Point(county.terrain.centre(c))) < 700 for c in sites.cells]
        try:
            other = sites.find(
                lambda v, one=one, lake=lake: v.cut(0.0).distance(lake) > 60
                and Point(v.path[0]).distance(Point(one.path[0])) > 600,
                np.array(beside), spacing=200.0)  # fmt: skip
        except ValueError:
            continue
        break
    sites.taken[tried:] = [one.dam, other.dam]
    both = shapely.union_all([lake, other.cut(0.0), _saddle(lake, other.cut(0.0))])
    pond = add_pond(county, one, Polygon(both.exterior).simplify(3.0), **RUNNING)
    add_toe(county, pond, other)
    village_below(county, other, 500.0, population=130)
    county.people_free.append(Point(other.path[0]).buffer(1650.0))
    county.quiet.append(pond.shape.buffer(60.0))
    county.answer(pond, "TF202", "REVIEW", "two dams: the village lies below the second",
                  new=False, corridor_path_m=500.0, kind="village", toes=2)  # fmt: skip


def _straight(one: object, metres: float) -> float:
    return Point(one.point(metres)).distance(Point(one.path[0])) - 62.0


def _saddle(a: Polygon, b: Polygon) -> Polygon:
    line = shapely.shortest_line(a, b)
    return line.buffer(35.0, quad_segs=2)


# -- the life of a pond -------------------------------------------------------------------------


def _lives(county: County, sites: Sites) -> None:
    free = sites.beyond(150.0)

    def anywhere(one: object) -> bool:
        return sites.clear(one.cut(0.0), 150.0)

    def add(**values: object) -> Feature:
        one = sites.find(anywhere, free, spacing=2000.0)
        return add_pond(county, one, one.cut(0.0), **{**RUNNING, **values})

    stopped = {"status": "stopped", "discharging": None}
    for values, verdict, why, numbers in (
        ({**stopped, "stopped_on": "2022-11-30"}, "FAIL", "out of use for more than 3 years",
         {"stopped_on": "2022-11-30"}),
        ({**stopped, "stopped_on": "2023-01-02"}, "NO_DATA",
         "out of use for less than 3 years, but whether it still discharges is not said",
         {"stopped_on": "2023-01-02", "discharging": "null"}),
        ({**stopped, "last_discharge_on": None}, "REVIEW", "stopped, no date",
         {"stopped_on": "null"}),
        ({"operator": None, "ownerless": True}, "FAIL", "nobody runs it", {"ownerless": True}),
        ({"at_final_level": True}, "FAIL", "at its final level", {"at_final_level": True}),
    ):  # fmt: skip
        pond = add(**values)
        county.answer(pond, "TF207", verdict, why, new=False, status=pond["status"], **numbers)
    for values, verdict, why, numbers in (
        ({"online_monitoring": False}, "FAIL", "no online monitoring", {"monitoring": False}),
        ({"drainage_inspected_on": "2022-11-30"}, "REVIEW", "drainage inspected too long ago",
         {"monitoring": True, "inspected_on": "2022-11-30"}),
        ({"drainage_inspected_on": "2023-02-01"}, "PASS", "inspected within three years",
         {"monitoring": True, "inspected_on": "2023-02-01"}),
    ):  # fmt: skip
        pond = add(**values)
        county.answer(pond, "TF208", verdict, why, new=False, status=pond["status"], **numbers)
    # A closed pond, and an expansion that would use it again.
    one = sites.find(anywhere, free)
    closed = add_pond(county, one, one.cut(0.0), **{**RUNNING, "status": "closed",
                      "discharging": False, "last_discharge_on": "2016-10-01"})  # fmt: skip
    reach = [Point(one.dam).buffer(170.0), one.cut(0.0)]
    reuse = fixed_point(
        shapely.intersection(reach[0], one.cut(0.0)).union(
            Point(one.point(10.0)).buffer(55.0)).convex_hull.simplify(4.0))  # fmt: skip
    pond = county.add("tailings_facility", "WK-", reuse, name=f"{county.name()}尾矿库",
                      **{**RUNNING, "project_type": "expanded"})  # fmt: skip
    shared = true_area(reuse.intersection(closed.shape))
    county.answer(pond, "TF209", "FAIL", "lies on a closed pond", project_type="expanded",
                  overlap_m2=round(shared, 3), other=closed.id)  # fmt: skip
    county.add("dam_toe", "BJ-", Point(one.point(90.0)), facility_no=pond.id)


# -- where the ground gives no answer -----------------------------------------------------------


def _odd(county: County, sites: Sites) -> None:
    corner = Point(28_000, 2_000)
    by_rim = [corner.distance(Point(county.terrain.centre(c))) < 5000 for c in sites.cells]

    def near_rim(one: object) -> bool:
        return county.outline.contains(one.cut(0.0))

    def leaves(one: object) -> bool:
        last = one.path[-1]
        return near_rim(one) and one.ends and last[1] < 100.0 and one.along[-1] < 940.0

    one = sites.find(leaves, np.array(by_rim), ends=True, spacing=900.0)
    pond = add_pond(county, one, one.cut(0.0), **RUNNING)
    county.answer(pond, "TF202", "REVIEW", "the path leaves the DEM", new=False,
                  path_ends="edge")  # fmt: skip
    # A void in the elevations, as radar leaves in narrow valleys, across the path of a pond.
    one = sites.find(lambda v: sites.clear(v.cut(0.0), 150.0) and v.inland(county),
                     sites.beyond(150.0), spacing=1900.0)  # fmt: skip
    pond = add_pond(county, one, one.cut(0.0), **RUNNING)
    county.terrain.void(Point(one.point(520.0)).buffer(130.0))
    county.answer(pond, "TF202", "NO_DATA", "the path runs into cells without elevation",
                  new=False, path_ends="nodata")  # fmt: skip
    # Just above the 330 m wide floor of the north river.
    one = sites.find(
        lambda v: near_rim(v) and v.ends and 250.0 < v.along[-1] < 600.0
        and sites.away(v.cut(0.0), "HL-02") < 900.0,
        sites.off["HL-02"] < 1000.0, ends=True)  # fmt: skip
    pond = add_pond(county, one, one.cut(0.0), **RUNNING)
    county.answer(pond, "TF202", "REVIEW", "the path crosses a floor too wide for the method",
                  new=False, path_ends="wide_floor", floor_m=330.0)  # fmt: skip
    # Nobody filled in whether it is new, planned or in use.
    one = sites.find(lambda v: sites.clear(v.cut(0.0), 150.0), sites.beyond(150.0),
                     spacing=2000.0)  # fmt: skip
    add_pond(county, one, one.cut(0.0), **{**RUNNING, "project_type": None, "status": None})
