"""What lies on the ground: ridges and the quarries along them, zones, pits, dumps, people."""

from __future__ import annotations

import numpy as np
import shapely
import shapely.ops
from county_frame import County, Feature, apart, blob, lapped, true_area
from county_ponds import smooth
from county_rights import APPLIED, follow, pair, right
from county_terrain import CELL, COLUMNS, ROWS
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry


def draw_surface(county: County) -> None:
    """Add everything on the ground but ponds and rivers."""
    _ridges(county)
    _zones(county)
    _hazards(county)
    _pits_and_dumps(county)


# -- ridges --------------------------------------------------------------------------------------


def divides(county: County) -> list[LineString]:
    """Return smoothed lines between the basins of neighbouring side streams, longest first."""
    ground = county.terrain
    own = np.arange(ROWS * COLUMNS)
    label = ground.receiver.copy()
    fixed = label == own
    label[fixed[ground.receiver] & ~fixed] = own[fixed[ground.receiver] & ~fixed]
    label[fixed] = own[fixed]
    while True:
        further = label[label]
        if np.array_equal(further, label):
            break
        label = further
    big = (ground.area[label] > 700) & ~fixed
    grid = np.where(big, label, -1).reshape(ROWS, COLUMNS)
    pieces: dict[tuple[int, int], list[LineString]] = {}
    for axis in (0, 1):
        a = grid[:-1] if axis == 0 else grid[:, :-1]
        b = grid[1:] if axis == 0 else grid[:, 1:]
        for r, c in np.argwhere((a != b) & (a >= 0) & (b >= 0)):
            pair_ = tuple(sorted((int(a[r, c]), int(b[r, c]))))
            x, y = c * CELL, (ROWS - r) * CELL
            edge = ((x, y - CELL), (x + CELL, y - CELL)) if axis == 0 else (
                (x + CELL, y), (x + CELL, y - CELL))  # fmt: skip
            pieces.setdefault(pair_, []).append(LineString(edge))
    out = []
    for edges in pieces.values():
        if len(edges) < 60:
            continue
        merged = shapely.line_merge(shapely.union_all(edges))
        line = max(getattr(merged, "geoms", [merged]), key=lambda g: g.length)
        if line.length > 1500:
            out.append(LineString(smooth(np.array(line.coords), 9)))
    return sorted(out, key=lambda g: -g.length)


def _straight_stretches(county: County, length: float) -> list[LineString]:
    """Return stretches of divides that hardly bend, by how straight they are."""
    inner = county.outline.buffer(-1900.0)
    found = []
    for line in divides(county):
        for start in np.arange(200.0, line.length - length - 200, 150.0):
            part = shapely.ops.substring(line, start, start + length)
            chord = Point(part.coords[0]).distance(Point(part.coords[-1]))
            if inner.contains(part) and chord > 0.8 * length:
                found.append((chord / part.length, part.simplify(6.0)))
    return [part for _, part in sorted(found, key=lambda f: -f[0])]


def crested(county: County, shape: Polygon, loose: float = 90.0) -> float:
    """Return the share of an outline that lies on a crest: ground falls on both its sides.

    Looser than any rule, so that what is chosen by it is clear.
    """
    ring, step = shape.exterior, 15.0
    at = np.arange(0.0, ring.length, step)
    xy = np.array([ring.interpolate(d).coords[0] for d in at])
    way = np.roll(xy, -2, axis=0) - np.roll(xy, 2, axis=0)
    way /= np.hypot(*way.T)[:, None]
    normal = np.column_stack([-way[:, 1], way[:, 0]])
    offsets = np.arange(-300.0, 301.0, 30.0)
    spots = xy[:, None, :] + offsets[None, :, None] * normal[:, None, :]
    columns, rows = (
        (spots[..., 0] // CELL).astype(int),
        ROWS - 1 - (spots[..., 1] // CELL).astype(int),
    )
    z = county.terrain.z[rows, columns]
    middle = np.abs(offsets) <= loose
    crest = z[:, middle].max(axis=1)
    falls = (crest - z[:, offsets < 0].min(axis=1) > 8) & (
        crest - z[:, offsets > 0].min(axis=1) > 8
    )
    inside = np.argmax(np.where(middle, z, -1e9), axis=1)
    held = (np.abs(offsets[inside]) < loose) & falls
    return float(held.mean())


def _ridges(county: County) -> None:
    stretches = _straight_stretches(county, 620.0)

    def free(make, most: float = 1.0) -> tuple[LineString, Polygon]:
        """Return the first stretch with room for what ``make`` draws there, and the drawing."""
        for part in stretches:
            x, y = part.centroid.x, part.centroid.y
            clear = all(np.hypot(x - a, y - b) > 760 + r + 1080 for a, b, r in county.sites)
            if not clear or not all(q.distance(Point(x, y)) > 620 for q in county.quiet):
                continue
            for shape in make(part):
                if most == 1.0 or crested(county, shape) < most:
                    county.sites.append((x, y, 760.0))
                    return part, shape
        raise ValueError("no free ridge")

    def along(ridge: LineString) -> list[Polygon]:
        return [follow(county, ridge, 1.0, 0.0)]

    def below(ridge: LineString) -> list[Polygon]:
        drawn = [follow(county, ridge, side, 150.0, 260.0) for side in (1.0, -1.0)]
        return [d for d in drawn if d.is_valid and d.geom_type == "Polygon"]

    def across(ridge: LineString) -> list[Polygon]:
        at = (ridge.centroid.x, ridge.centroid.y)
        return [blob(county.rng, at, 190.0, 8) for _ in range(6)]

    for kind, values, make, most, verdict, why in (
        ("stone", APPLIED, along, 1.0, "REVIEW", "its boundary runs along a ridge of the DEM"),
        ("sand", {}, along, 1.0, "REVIEW", "existing, along a ridge: consolidation candidate"),
        ("stone", APPLIED, below, 0.16, "PASS", "parallel to a ridge, 150 m below it"),
        (
            "bauxite",
            {},
            along,
            1.0,
            "NOT_APPLICABLE",
            "along a ridge, but no building stone or sand",
        ),
        ("stone", APPLIED, across, 0.22, "PASS", "the ridge is crossed, not followed"),
    ):
        ridge, shape = free(make, most)
        one = right(county, kind, shape, **values)
        on = shape.exterior.intersection(ridge.buffer(30.0)).length / shape.exterior.length
        away = {along: 0.0, below: 150.0, across: None}[make]
        county.answer(one, "MR102", verdict, why, method="open_pit", mineral_class=one["class"],
                      new=one["project_type"] == "new", ridge="dem", offset_m=away,
                      share=round(on, 3), run_m=620.0 if away == 0 else 0.0,
                      crosses=away is None)  # fmt: skip
    # A surveyed ridge line decides.
    ridge, shape = free(lambda part: [follow(county, part, -1.0, 0.0)])
    line = county.add("ridge_line", "SJ-001", ridge, name=f"{county.name()}山脊线")
    one = right(county, "stone", follow(county, line.shape, -1.0, 0.0), **APPLIED)
    county.answer(one, "MR102", "FAIL", "its boundary runs along a surveyed ridge line",
                  method="open_pit", mineral_class="building_stone", new=True, ridge="surveyed",
                  offset_m=0.0, share=round(line.shape.length / one.shape.exterior.length, 3),
                  run_m=round(line.shape.length, 1))  # fmt: skip


# -- zones and hazards ---------------------------------------------------------------------------


def zone(county: County, shape: BaseGeometry, kind: str, word: str) -> Feature:
    """Add a protected zone."""
    return county.add(
        "protected_zone", "BH-", shape, zone_class=kind, name=f"{county.name()}{word}"
    )


def _zones(county: County) -> None:
    for kind, word, km2, verdict, why in (
        ("nature_reserve", "自然保护区", 0.02, "FAIL", "in a nature reserve"),
        ("ecological_red_line", "生态保护红线", 0.0004, "FAIL", "400 m2 behind the red line"),
        ("plan_restricted", "限制开采区", 0.03, "REVIEW", "in a restricted zone of the plan"),
        ("风景名胜区", "风景区", 0.015, "REVIEW", "a class the law names not"),
        ("water_source", "水源保护区", None, "PASS", "1 m beside a water source zone"),
    ):
        a, b, way = pair(county, 240.0)
        area = blob(county.rng, b.centroid.coords[0], 420.0, 11)
        area = apart(area, a, way, 1.0) if km2 is None else lapped(area, a, way, km2)
        one = right(county, "bauxite", a, **APPLIED)
        other = zone(county, area, kind, word)
        county.answer(one, "MR111", verdict, why, new=True, zone_class=kind, other=other.id,
                      overlap_km2=km2 or 0.0, gap_m=1.0 if km2 is None else None)  # fmt: skip
    # A new pond on farmland.
    (pond, *_) = [f for f in county.features["tailings_facility"]
                  if f["project_type"] == "new" and f["independent_concentrator"]]  # fmt: skip
    field = blob(county.rng, pond.shape.exterior.coords[0][:2], 150.0, 9)
    other = zone(county, field, "permanent_basic_farmland", "永久基本农田")
    county.answer(pond, "MR111", "FAIL", "on permanent basic farmland", new=True,
                  zone_class="permanent_basic_farmland", other=other.id,
                  overlap_km2=round(true_area(field.intersection(pond.shape)) / 1e6, 6))  # fmt: skip


def large_zones(county: County) -> None:
    """Add large zones in the hills, clear of all that is new or applied for."""
    new = [f.shape for name in ("mining_right", "tailings_facility")
           for f in county.features[name]
           if f["project_type"] == "new" or f["status"] in ("planned", None)]  # fmt: skip
    new += [f.shape.buffer(0) for group in county.applications.values() for f in group]
    kept = shapely.union_all(new).buffer(260.0)
    for at, radius, kind, word in (
        ((27_600, 25_700), 1700.0, "nature_reserve", "自然保护区"),
        ((29_800, 10_600), 1500.0, "ecological_red_line", "生态保护红线"),
        ((12_500, 11_300), 800.0, "permanent_basic_farmland", "永久基本农田"),
    ):
        shape = blob(county.rng, at, radius, 16).difference(kept)
        shape = max(getattr(shape, "geoms", [shape]), key=lambda p: p.area)
        zone(county, shape.simplify(3.0), kind, word)


def _hazards(county: County) -> None:
    for level, reach, gap, verdict, why in (
        ("high", 180.0, 175.0, "REVIEW", "within the reach of a landslide"),
        ("medium", None, 99.0, "REVIEW", "99 m away, 100 m where no reach is stated"),
        ("medium", None, 101.0, "PASS", "101 m away"),
        ("low", None, 10.0, "PASS", "a low hazard does not count"),
    ):
        at = county.site(430.0)
        one = right(county, "clay", blob(county.rng, at, 260.0))
        spot = apart(Point(at[0] + 200, at[1]), one.shape, (1.0, 0.3), gap)
        other = county.add("geohazard", "ZH-", spot, kind="滑坡", level=level, reach_m=reach,
                           name=f"{county.name()}滑坡")  # fmt: skip
        county.answer(one, "MR113", verdict, why, level=level, reach_m=reach, distance_m=gap,
                      other=other.id)  # fmt: skip


# -- pits and dumps ------------------------------------------------------------------------------


def _pits_and_dumps(county: County) -> None:
    recent, old = "2025-06-30", "2024-05-31"
    rows = (
        ({"height_m": 210.0, "online_monitoring": False, "stability_analysed_on": recent},
         "FAIL", "higher than 200 m and not monitored"),
        ({"height_m": 210.0, "online_monitoring": True, "stability_analysed_on": recent},
         "PASS", "monitored, analysed within a year"),
        ({"height_m": 99.0}, "PASS", "below every band"),
        ({"height_m": 150.0, "online_monitoring": True, "stability_analysed_on": old},
         "FAIL", "last analysed more than a year ago"),
        ({"height_m": 230.0}, "REVIEW", "in the bands, flags missing"),
        ({"height_m": 60.0, "safety_factor": 0.98}, "FAIL", "safety factor below 1.0"),
    )  # fmt: skip
    for values, verdict, why in rows:
        at = county.site(420.0)
        one = right(county, "limestone", blob(county.rng, at, 400.0, 9))
        shape = blob(county.rng, at, 190.0, 9)
        pit = county.add("open_pit", "CC-", shape, owner_licence_no=one.id,
                         name=f"{county.name()}采场", safety_factor=values.get("safety_factor", 1.2),
                         **{k: v for k, v in values.items() if k != "safety_factor"},
                         top_elevation_m=one["top_elevation_m"] - 5.0,
                         bottom_elevation_m=one["bottom_elevation_m"] + 5.0)  # fmt: skip
        county.answer(pit, "SL401", verdict, why, **{"monitored": values.get("online_monitoring"),
                      "analysed_on": values.get("stability_analysed_on"),
                      "height_m": values["height_m"],
                      "safety_factor": values.get("safety_factor", 1.2)})  # fmt: skip
    for k, (values, verdict, why) in enumerate(rows[:4]):
        at = county.site(420.0)
        one = right(county, "limestone", blob(county.rng, at, 260.0, 9))
        dump = county.add("waste_dump", "PT-", blob(county.rng, (at[0] + 250, at[1] - 200), 110.0),
                          owner_licence_no=one.id, name=f"{county.name()}排土场", safety_factor=1.3,
                          **values)  # fmt: skip
        county.answer(dump, "SL402", verdict, why, monitored=values.get("online_monitoring"),
                      analysed_on=values.get("stability_analysed_on"),
                      height_m=values["height_m"], safety_factor=1.3)  # fmt: skip
        far = 320.0 if k == 0 else 720.0
        way = county.terrain.downstream(county.terrain.cell(*dump.shape.centroid.coords[0]), 1500.0)
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(smooth(way, 5), axis=0).T))])
        rim = np.array([dump.shape.distance(Point(p)) for p in way])
        k_far = int(np.searchsorted(along, along[int(np.argmax(rim > 0))] + far))
        if k_far < len(way) and rim[k_far] > far * 0.8:
            spot = blob(county.rng, tuple(way[k_far]), 40.0, 6)
            home = county.add("settlement", "JM-", spot, name=county.name(), kind="village")
            away = round(dump.shape.distance(home.shape), 1)
            county.answer(dump, "SL403", "REVIEW" if far < 500 else "PASS",
                          "a village below the dump" if far < 500 else
                          "the village lies beyond 500 m", distance_m=away, kind="village")  # fmt: skip
        county.people_free.append(Point(at).buffer(1300.0))
