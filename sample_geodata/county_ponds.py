"""Rivers, tailings ponds in side valleys with the dam downstream, their toes, who lives below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from county_courses import rivers
from county_frame import County, Feature, blob, fixed_point, solve, true_distance
from county_terrain import CELL, COLUMNS, ROWS
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

MAIN, TRIBUTARY = 3000.0, 1000.0
FIGURES = {"HL-01": MAIN, "HL-02": TRIBUTARY, "HL-03": TRIBUTARY + 30, "HL-04": TRIBUTARY}
ZONE_M = 350.0  # the control zone of the south river reaches so far from its shoreline


# -- rivers -------------------------------------------------------------------------------------


def draw_rivers(county: County) -> None:
    """Add shorelines, a control zone, a centre line and the creeks."""
    lines = {name: river.line for name, river in rivers().items()}
    widths = {"main": 380.0, "north": 52.0, "south": 44.0}
    banks = {
        name: lines[name].buffer(width / 2, cap_style="flat", quad_segs=3).simplify(0.6)
        for name, width in widths.items()
    }
    main = banks["main"]
    banks["north"], banks["south"] = (banks[n].difference(main) for n in ("north", "south"))
    middle = lines["middle"].difference(main).simplify(0.6)
    yellow = {"basin": "yellow"}
    tributary = {"river_class": "important_tributary", **yellow}
    county.add("river", "HL-01", main, river_no="HL-01", name="黄河（示例段）",
               river_class="main_stem", source_kind="shoreline", **yellow)  # fmt: skip
    county.add("river", "HL-02", banks["north"], river_no="HL-02", name="清岩河",
               source_kind="shoreline", **tributary)  # fmt: skip
    county.add("river", "HL-03", middle, river_no="HL-03", name="柏叶川",
               source_kind="centreline", width_m=60.0, **tributary)  # fmt: skip
    county.add("river", "HL-04", banks["south"], river_no="HL-04", name="沙塬河",
               source_kind="shoreline", **tributary)  # fmt: skip
    zone = banks["south"].buffer(ZONE_M, quad_segs=3).simplify(4.0)
    county.add("river", "HL-04-G", zone, river_no="HL-04", name="沙塬河管控区",
               source_kind="control_zone", **tributary)  # fmt: skip
    county.water = shapely.union_all([*banks.values(), middle.buffer(30)])
    for k, creek in enumerate(_creeks(county), 5):
        foreign = creek.coords[-1][0] > 22_000 and creek.coords[-1][1] < 3_000
        county.add("river", f"HL-{k:02d}", creek, river_no=f"HL-{k:02d}", name=county.name(),
                   river_class="other", basin="other" if foreign else "yellow",
                   source_kind="centreline", width_m=6.0)  # fmt: skip


def _creeks(county: County, most: int = 14) -> list[LineString]:
    """Return the largest side streams, from where a square kilometre or so drains on."""
    ground, out = county.terrain, []
    free = ground.receiver != np.arange(ROWS * COLUMNS)
    mouths = np.flatnonzero(free & ~free[ground.receiver])
    for mouth in mouths[np.argsort(-ground.area[mouths], kind="stable")][:most]:
        order, starts = ground.donors
        path = [int(mouth)]
        while ground.area[path[-1]] > 1200:
            donors = order[starts[path[-1]] : starts[path[-1] + 1]]
            path.append(int(donors[np.argmax(ground.area[donors])]))
        xy = np.array([ground.centre(c) for c in path[::-1]])
        out.append(fixed_point(LineString(smooth(xy, 5)).simplify(4.0), 2))
    return out


def smooth(xy: np.ndarray, n: int) -> np.ndarray:
    """Return positions as means of ``n`` neighbours, the ends kept."""
    half = n // 2
    padded = np.vstack([np.repeat(xy[:1], half, 0), xy, np.repeat(xy[-1:], half, 0)])
    total = np.cumsum(np.vstack([[0.0, 0.0], padded]), axis=0)
    return (total[n:] - total[:-n]) / n


# -- pond sites ---------------------------------------------------------------------------------


@dataclass(eq=False)
class Valley:
    """A place for a pond: dam axis, water side, the way down."""

    cell: int
    dam: tuple[float, float]
    down: tuple[float, float]
    lake: Polygon
    path: np.ndarray  # smoothed positions from the toe on
    along: np.ndarray  # metres from the toe
    ends: bool  # the way down reaches a river floor or rim within 1.4 km

    def cut(self, back: float) -> Polygon:
        """Return the pond with its dam moved ``back`` metres up the valley."""
        d = np.array(self.down)
        at, side = np.array(self.dam) - d * back, np.array([-d[1], d[0]])
        keep = Polygon([at + side * 3000, at - side * 3000, at - side * 3000 - d * 6000,
                        at + side * 3000 - d * 6000])  # fmt: skip
        kept = self.lake.intersection(keep)
        return max(getattr(kept, "geoms", [kept]), key=lambda p: p.area)

    def inland(self, county: County) -> bool:
        """Return whether what lies below is in the county, and nothing beyond it counts."""
        return county.outline.buffer(-1950.0).contains(Point(self.dam))

    def lonely(self, county: County) -> bool:
        """Return whether a village on the way down is below no other pond."""
        near = LineString(self.path[self.along < 1350.0])
        return not any(free.intersects(near) for free in county.people_free)

    def point(self, metres: float) -> tuple[float, float]:
        """Return the position so far below the toe, along the smoothed path."""
        return tuple(np.interp(metres, self.along, self.path[:, k]) for k in (0, 1))


def valley(county: County, cell: int, height: float) -> Valley | None:
    """Return the pond site whose dam stands at a stream cell, None where it makes no pond."""
    ground = county.terrain
    way = ground.downstream(cell, 1500.0)
    if len(way) < 8:
        return None
    dam = ground.centre(cell)
    down = way[5] - way[0]
    down = down / np.hypot(*down)
    cells = ground.upstream(cell)
    east, north = (cells % COLUMNS + 0.5) * CELL, (ROWS - 0.5 - cells // COLUMNS) * CELL
    z = ground.z.ravel()
    wet = (z[cells] <= z[cell] + 0.8 * height) & (np.hypot(east - dam[0], north - dam[1]) < 900)
    x, y = east[wet], north[wet]
    half = CELL / 2
    lake = shapely.union_all(shapely.box(x - half, y - half, x + half, y + half))
    lake = lake.buffer(22, quad_segs=2).buffer(-26, quad_segs=2).simplify(9.0)
    lake = max(getattr(lake, "geoms", [lake]), key=lambda p: p.area)
    lake = Polygon(lake.exterior)
    toe = smooth(way, 5)[3:]
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(toe, axis=0).T))])
    ends = bool(ground.receiver[ground.cell(*way[-1])] == ground.cell(*way[-1]))
    one = Valley(cell, dam, tuple(down), lake, toe, along, ends)
    return one if one.cut(0.0).area > 25_000 else None


class Sites:
    """Stream cells where a dam could stand, tried in one fixed random order."""

    def __init__(self, county: County) -> None:
        self.county = county
        ground = county.terrain
        area = ground.area
        inside = (area > 500) & (area < 2600) & (ground.receiver != np.arange(len(area)))
        cells = np.flatnonzero(inside & (ground.z.ravel() > 0))
        x = (cells % COLUMNS + 0.5) * CELL
        y = (ROWS - 0.5 - cells // COLUMNS) * CELL
        keep = shapely.contains_xy(county.outline.buffer(-260.0), x, y)
        self.cells = county.rng.permutation(cells[keep])
        self.taken: list[tuple[float, float]] = []
        self.rivers = {f.id: f.shape for f in county.features["river"]}
        at = shapely.points([ground.centre(c) for c in self.cells])
        self.off = {n: shapely.distance(at, self.rivers[n]) for n in FIGURES}
        self.known: dict[tuple[int, float], Valley | None] = {}

    def away(self, shape: BaseGeometry, number: str) -> float:
        """Return true metres from a shape to a river."""
        return true_distance(shape, self.rivers[number])

    def clear(self, shape: BaseGeometry, spare: float = 120.0, but: str = "") -> bool:
        """Return whether a pond is clear of every river's figure, but for the one named."""
        return all(
            number == but or self.away(shape, number) > limit + spare
            for number, limit in FIGURES.items()
        )

    def beyond(self, spare: float, but: str = "") -> np.ndarray:
        """Return which cells are clear of the rivers, as :meth:`clear` asks of their ponds."""
        ok = np.ones(len(self.cells), bool)
        for number, limit in FIGURES.items():
            ok &= (number == but) | (self.off[number] > limit + spare)
        return ok

    def find(
        self, accept, cells=None, height: float = 40.0, spacing: float = 2300.0, ends=False
    ) -> Valley:
        """Return the first site, of ``cells`` if given, that ``accept(valley)`` agrees to."""
        for cell in self.cells if cells is None else self.cells[cells]:
            at = self.county.terrain.centre(cell)
            if any(np.hypot(at[0] - a, at[1] - b) < spacing for a, b in self.taken):
                continue
            if (int(cell), height) not in self.known:
                self.known[int(cell), height] = valley(self.county, int(cell), height)
            one = self.known[int(cell), height]
            if (
                one is None
                or self._taken(one.lake)
                or (not ends and (one.ends or one.along[-1] < 1300.0))
            ):
                continue
            if accept(one):
                self.taken.append(at)
                return one
        raise ValueError("no such pond site")

    def _taken(self, lake: Polygon) -> bool:
        """Return whether rights or zones already lie there."""
        c = lake.centroid
        near = any(np.hypot(c.x - x, c.y - y) < r + 420.0 for x, y, r in self.county.sites)
        zones = self.county.features.get("protected_zone", [])
        return near or any(z.shape.distance(lake) < 30.0 for z in zones)

    def at_distance(
        self, number: str, metres: float, alone: bool = False
    ) -> tuple[Valley, Polygon]:
        """Return a site and its pond exactly so far from a river, clear of all others."""
        found: list[Polygon] = []

        def accept(one: Valley) -> bool:
            near = self.away(one.cut(0.0), number)
            if number == "HL-01" and not one.inland(self.county):
                return False
            if alone and not one.lonely(self.county):
                return False
            if not metres - 90 < near < metres or not self.clear(one.cut(0.0), 120, number):
                return False
            if self.away(one.cut(110.0), number) < metres + 1.0:
                return False
            back = solve(lambda t: self.away(one.cut(t), number), metres, 0.0, 110.0)
            pond = fixed_point(one.cut(back))
            found.append(pond)
            return pond.area > 25_000

        off = self.off[number]
        cells = self.beyond(120.0, number) & (off > metres - 150) & (off < metres + 150)
        return self.find(accept, cells, ends=number != "HL-01"), found[-1]


def add_pond(
    county: County, one: Valley, pond: Polygon, toes: int = 1, **values: object
) -> Feature:
    """Add a pond with its toe; nobody else settles near."""
    feature = county.add("tailings_facility", "WK-", pond, name=f"{county.name()}尾矿库", **values)
    for _ in range(min(toes, 1)):
        add_toe(county, feature, one)
    county.quiet.append(pond.buffer(60.0))
    county.quiet.append(LineString(one.path).buffer(90.0))
    county.people_free.append(Point(one.path[0]).buffer(1650.0))
    return feature


def add_toe(county: County, pond: Feature, one: Valley) -> None:
    """Add the toe of a dam at the start of its valley's path."""
    county.add("dam_toe", "BJ-", Point(one.path[0]), facility_no=pond.id)


def village_below(county: County, one: Valley, metres: float, **values: object) -> Feature:
    """Add a village on the valley floor, so far below the toe along the path."""
    at = one.point(metres)
    shape = blob(county.rng, at, 62.0, 7)
    return county.add("settlement", "JM-", shape, name=county.name(), kind="village", **values)


def village_beside(county: County, one: Valley) -> Feature:
    """Add a village on a spur: within the sector, well above the path and off it."""
    ground, toe = county.terrain, one.path[0]
    way = one.path[one.along <= 1000.0]
    axis = way[-1] - way[0]
    axis = axis / np.hypot(*axis)
    z = ground.z.ravel()
    best, chosen = -1e9, None
    for turn in np.deg2rad(np.arange(-38, 39, 4)):
        c, s = np.cos(turn), np.sin(turn)
        for far in (520.0, 600.0, 680.0, 760.0):
            x = toe[0] + far * (axis[0] * c - axis[1] * s)
            y = toe[1] + far * (axis[0] * s + axis[1] * c)
            near = way[np.argmin(np.hypot(way[:, 0] - x, way[:, 1] - y))]
            above = ground.height(x, y) - ground.height(*near)
            down = ground.downstream(ground.cell(x, y), 900.0)
            gap = np.hypot(*(down[:, None, :] - way[None, :, :]).transpose(2, 0, 1)).min(axis=1)
            meets = down[np.argmin(gap)]
            hand = ground.height(x, y) - ground.height(*meets) if gap.min() < 60 else above
            off = np.hypot(way[:, 0] - x, way[:, 1] - y).min()
            score = min(above, hand, off / 4, z[ground.cell(x, y)] * 0 + 60)
            if score > best:
                best, chosen = score, (x, y)
    if best < 30.0:
        raise ValueError("no spur beside the path")
    shape = blob(county.rng, chosen, 45.0, 6)
    return county.add("settlement", "JM-", shape, name=county.name(), kind="village",
                      population=64)  # fmt: skip
