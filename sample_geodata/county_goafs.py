"""Goafs: in and out of their licences, their volume, new rights above them, ground movement."""

from __future__ import annotations

import numpy as np
from county_frame import County, Feature, apart, blob, box, fixed_point, true_distance
from county_rights import APPLIED, heading, right
from county_underground import inner
from shapely import LineString, Point, Polygon


def goaf(county: County, mine: Feature | None, shape: Polygon, volume: object, **values) -> Feature:
    """Add a goaf; of a mine unless that is None."""
    high = mine["top_elevation_m"] - 60.0 if mine else 760.0
    known = {"owner_licence_no": mine.id if mine else None, "volume_m3": volume, "treated": False,
             "water": False, "top_elevation_m": high, "bottom_elevation_m": high - 25.0}  # fmt: skip
    return county.add("goaf", "CK-", shape, name=f"{county.name()}采空区", **{**known, **values})


def draw_goafs(county: County) -> None:
    """Add goafs inside and outside their licences, large and small, under new rights."""

    def mine(**values: object) -> Feature:
        at = county.site(320.0)
        return right(county, "iron", blob(county.rng, at, 300.0, 8), **values)

    def say(one: Feature, rule: str, verdict: str, why: str, **numbers: object) -> None:
        county.answer(one, rule, verdict, why, **numbers)

    one = mine()
    for volume, verdict in ((30_000.0, "PASS"), (30_001.0, "FAIL")):
        void = goaf(county, one, inner(one, 0.1, (volume % 7 * 60 - 240, 0)), volume)
        say(void, "GF302", verdict, f"{volume:g} m3 against 30,000 m3", treated=False,
            volume_m3=volume, owner_total_m3=60_001.0)  # fmt: skip
    one = mine()
    for k, volume in enumerate((975_001.0, 25_000.0)):
        void = goaf(county, one, inner(one, 0.2 - k * 0.1, (k * 130 - 60, 0)), volume)
        say(void, "GF302", "FAIL", "1 m3 above 1,000,000 m3 together", treated=False,
            volume_m3=volume, owner_total_m3=1_000_001.0)  # fmt: skip
    one = mine()
    void = goaf(county, one, inner(one, 0.15, (-70, 0)), 45_000.0, treated=True)
    say(void, "GF302", "PASS", "treated", treated=True, volume_m3=45_000.0)
    void = goaf(county, one, inner(one, 0.15, (70, 0)), 41_000.0, treated=None)
    say(void, "GF302", "REVIEW", "whether it is treated is not known, and it would matter",
        treated=None, volume_m3=41_000.0)  # fmt: skip
    one = mine()
    void = goaf(county, one, inner(one, 0.2), None)
    say(void, "GF302", "NO_DATA", "volume not known", treated=False, volume_m3=None)
    # Beyond the boundary: 90 m by 40 m; a sliver of 8 cm.
    for out_m, verdict, why in ((40.0, "FAIL", "reaches beyond the licence"),
                                (0.08, "PASS", "a sliver of 8 cm does not count")):  # fmt: skip
        one = mine()
        a, b = (np.array(p) for p in list(one.shape.exterior.coords)[:2])
        along = (b - a) / np.hypot(*(b - a))
        out = np.array([along[1], -along[0]])
        middle = (a + b) / 2
        out = out if not one.shape.contains(Point(middle + out)) else -out
        corners = [middle + along * 45 + out * out_m, middle - along * 45 + out * out_m,
                   middle - along * 45 - out * 50, middle + along * 45 - out * 50]  # fmt: skip
        void = goaf(county, one, fixed_point(Polygon(corners)), 9_000.0)
        say(void, "GF301", verdict, why, owner_status="granted", outside_width_m=out_m,
            outside_m2=round(90.0 * out_m, 3))  # fmt: skip
    old = mine(status="expired", valid_from="2008-01-01", valid_to="2018-01-01", mine_stage=None)
    void = goaf(county, old, inner(old, 0.2), 12_000.0)
    say(void, "GF301", "REVIEW", "the owner's licence has expired", owner_status="expired",
        outside_m2=0.0)  # fmt: skip
    at = county.site(120.0)
    void = goaf(county, None, blob(county.rng, at, 70.0), 3_000.0, treated=True)
    at = county.site(120.0)
    void = goaf(county, None, blob(county.rng, at, 70.0), 5_000.0, owner_licence_no="KQ-1988",
                treated=True)  # fmt: skip
    # New rights over old goafs.
    for k, (owner, verdict, why) in enumerate((
        ("other", "REVIEW", "over a goaf of another licence"),
        ("nobody", "REVIEW", "over a goaf of unknown owner"),
        ("beside", "PASS", "a goaf 30 m outside"),
    )):  # fmt: skip
        at = county.site(420.0)
        one = right(county, "limestone", blob(county.rng, at, 300.0, 9), **APPLIED)
        shape = blob(county.rng, (at[0] + 60, at[1] - 40), 60.0)
        if owner == "beside":
            shape = apart(shape, one.shape, (1.0, 0.0), 30.0)
        known = {"owner_licence_no": None if owner == "nobody" else "KQ-1977", "treated": True}
        goaf(county, None, shape, 4_000.0 + k, **known)
        area = one.shape.intersection(fixed_point(shape)).area
        county.answer(one, "GF304", verdict, why, new=True, goaf_owner=owner,
                      overlap_m2=round(area, 2))  # fmt: skip


# -- ground movement -----------------------------------------------------------------------------


def draw_movement(county: County) -> None:
    """Add goafs whose ground movement reaches houses, or not, and drawn movement zones."""
    for k, (over, angles, verdict, why) in enumerate((
        (-20.0, True, "REVIEW", "a house inside the movement zone"),
        (45.0, True, "PASS", "the nearest house stands outside"),
        (-20.0, False, "NO_DATA", "the angles are not known"),
    )):  # fmt: skip
        at = county.site(330.0)
        one = right(county, "iron", blob(county.rng, at, 310.0))
        shape = blob(county.rng, at, 60.0, 8)
        bottom = round(float(county.heights(shape).min()) - 130.0, 1)
        one.values |= {"top_elevation_m": bottom + 60.0, "bottom_elevation_m": bottom - 200.0}
        known = {"movement_angle_deg": 65.0, "soil_angle_deg": 45.0, "soil_thickness_m": 15.0}
        void = goaf(county, one, shape, 18_000.0, top_elevation_m=bottom + 20,
                    bottom_elevation_m=bottom, protection_class="II",
                    **(known if angles else {}))  # fmt: skip
        way = heading(county)
        reach, spot = _surface(county, shape, bottom, way, over)
        house = county.add("building", "FW-", box(spot, 14.0, 9.0, 0.4), kind="民房",
                           name=f"{county.name()}民房", protection_class="II")  # fmt: skip
        county.quiet.append(Point(at).buffer(60))
        county.people_free.append(Point(at).buffer(700.0))
        county.answer(void, "GF303", verdict, why, angles=angles, depth_m=130.0, strip_m=15.0,
                      reach_m=round(reach, 1), other=house.id,
                      distance_m=round(true_distance(house.shape, void.shape), 2))  # fmt: skip
        if k < 2:
            wide = 1.9 if k else 0.55
            drawn = shape.buffer(reach * wide, quad_segs=3).simplify(3.0)
            county.add("movement_zone", "YD-", drawn, owner_licence_no=one.id)
            county.answer(void, "GF305", "PASS" if k else "REVIEW",
                          "the drawn zone holds the computed one" if k else
                          "the computed zone leaves the drawn one", reach_m=round(reach, 1),
                          drawn_m=round(reach * wide, 1))  # fmt: skip


def _surface(
    county: County, shape: Polygon, bottom: float, way: tuple[float, float], over: float
) -> tuple[float, tuple[float, float]]:
    """Return how far the movement reaches along ``way``, and a place ``over`` metres beyond."""
    c = shape.centroid
    ray = LineString([(c.x, c.y), (c.x + way[0] * 900, c.y + way[1] * 900)])
    start = ray.intersection(shape).length

    def place(x: float) -> tuple[float, float]:
        return c.x + way[0] * (start + x), c.y + way[1] * (start + x)

    x = 0.0
    while x < 600:
        rock = county.terrain.height(*place(x)) - bottom - 15.0
        if x >= 15.0 / 1.0 + rock / np.tan(np.deg2rad(65.0)) + 15.0:
            break
        x += 0.5
    return x, place(x + over)
