"""Drawing in the county: its plane, true metres, irregular outlines, and what has been drawn.

Everything is drawn in local metres of the 3-degree Gauss-Krueger zone 37 (easting - 37 500 100,
northing - 4 370 400); edges are straight in that plane, as licences are.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely
from county_terrain import CELL, COLUMNS, EAST_OF_MERIDIAN, ROWS, Terrain
from shapely import LineString, Point, Polygon
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

RADIUS = 6_374_086.0  # sqrt(M N) of the CGCS2000 ellipsoid at 39.6 N
AS_OF = "2026-01-01"
Key = tuple[str, str, str, str]


# -- true metres --------------------------------------------------------------------------------


def scale(east: float) -> float:
    """Return metres in the zone's plane for one true metre at a local easting."""
    off = (EAST_OF_MERIDIAN + east) / RADIUS
    return 1.0 + off * off / 2.0


def true_distance(a: BaseGeometry, b: BaseGeometry) -> float:
    """Return the distance of two local shapes in true metres."""
    line = shapely.shortest_line(a, b)
    return line.length / scale(line.centroid.x)


def true_area(shape: BaseGeometry) -> float:
    """Return the area of a local shape in true square metres."""
    return 0.0 if shape.is_empty else shape.area / scale(shape.centroid.x) ** 2


def solve(measure: Callable[[float], float], target: float, low: float, high: float) -> float:
    """Return t between ``low`` and ``high`` where a monotone measure is ``target`` (bisection)."""
    rising = measure(high) > measure(low)
    for _ in range(70):
        middle = (low + high) / 2
        below = measure(middle) < target
        low, high = (middle, high) if below == rising else (low, middle)
    if abs(measure(high) - target) > 1e-3 * max(1.0, abs(target) / 1000):
        raise ValueError(f"no solution: {measure(low)}, {measure(high)}, wanted {target}")
    return high


def apart(shape: BaseGeometry, fixed: BaseGeometry, way: tuple[float, float], gap: float):
    """Return ``shape`` moved along ``way`` until it is ``gap`` true metres from ``fixed``."""

    def moved(t: float) -> BaseGeometry:
        return translate(shape, way[0] * t, way[1] * t)

    start = 0.0
    while moved(start).intersects(fixed):
        start += 20.0
    if true_distance(moved(start), fixed) > gap:
        while start > -4000 and true_distance(moved(start), fixed) > gap:
            start -= 1.0
    return moved(solve(lambda t: true_distance(moved(t), fixed), gap, start, start + 4000.0))


def lapped(shape: BaseGeometry, fixed: BaseGeometry, way: tuple[float, float], km2: float):
    """Return ``shape`` moved along ``way`` until it shares ``km2`` with ``fixed``."""

    def moved(t: float) -> BaseGeometry:
        return translate(shape, way[0] * t, way[1] * t)

    def shared(t: float) -> float:
        return true_area(moved(t).intersection(fixed))

    start = 0.0
    while shared(start) < km2 * 1e6:
        start -= 5.0
    return moved(solve(shared, km2 * 1e6, start, start + 4000.0))


# -- outlines -----------------------------------------------------------------------------------


def fixed_point(shape: BaseGeometry, digits: int = 4) -> BaseGeometry:
    """Return a shape with coordinates rounded as they are stored."""
    return shapely.transform(shape, lambda xy: np.round(xy, digits))


def blob(
    rng: np.random.Generator, at: tuple[float, float], radius: float, corners: int = 0, flat=1.0
) -> Polygon:
    """Return an irregular outline of a few corners, ``flat`` < 1 squeezes it along one way."""
    n = corners or int(rng.integers(6, 11))
    turn = (np.arange(n) + rng.uniform(-0.28, 0.28, n)) * 2 * np.pi / n + rng.uniform(0, 7)
    reach = radius * rng.uniform(0.72, 1.12, n)
    x, y = reach * np.cos(turn), reach * np.sin(turn) * flat
    lean = rng.uniform(0, np.pi)
    e, n_ = x * np.cos(lean) - y * np.sin(lean), x * np.sin(lean) + y * np.cos(lean)
    return fixed_point(Polygon(np.column_stack([e + at[0], n_ + at[1]])), 2)


def split(rng: np.random.Generator, shape: Polygon, towards: float) -> tuple[Polygon, Polygon]:
    """Return the two parts of an outline cut by one straight line, the western first."""
    c = shape.centroid
    d = np.array([np.cos(towards), np.sin(towards)]) * 9000
    blade = LineString([(c.x - d[0], c.y - d[1]), (c.x + d[0], c.y + d[1])])
    ring = np.array(shape.exterior.coords)[:-1]
    cuts = [fixed_point(Point(p.coords[0])) for p in shape.exterior.intersection(blade).geoms]
    parts = []
    for side in (1, -1):
        cross = ((ring[:, 0] - c.x) * d[1] - (ring[:, 1] - c.y) * d[0]) * side
        corners = [tuple(p) for p in ring[cross > 0]] + [p.coords[0] for p in cuts]
        middle = np.mean(corners, axis=0)
        turn = [np.arctan2(p[1] - middle[1], p[0] - middle[0]) for p in corners]
        parts.append(Polygon([corners[k] for k in np.argsort(turn)]))
    return tuple(sorted(parts, key=lambda p: p.centroid.x))


def box(at: tuple[float, float], east: float, north: float, lean: float = 0.0) -> Polygon:
    """Return a rectangle about a point, turned by ``lean`` radians."""
    c, s = np.cos(lean), np.sin(lean)
    corners = [(-east, -north), (east, -north), (east, north), (-east, north)]
    return fixed_point(
        Polygon([
            (at[0] + (x * c - y * s) / 2, at[1] + (x * s + y * c) / 2) for x, y in corners
        ]), 3)  # fmt: skip


# -- the county ---------------------------------------------------------------------------------


@dataclass(eq=False)
class Feature:
    """One feature: contract layer, its number, local shape, contract columns."""

    layer: str
    id: str
    shape: BaseGeometry
    values: dict[str, object]
    run: str = "screen"

    def __getitem__(self, column: str) -> object:
        return self.values.get(column)


@dataclass(eq=False)
class County:
    """All that has been drawn, and the answers planted with it."""

    terrain: Terrain
    rng: np.random.Generator
    outline: Polygon
    features: dict[str, list[Feature]] = field(default_factory=dict)
    applications: dict[str, list[Feature]] = field(default_factory=dict)
    answers: dict[Key, tuple[str, str, str]] = field(default_factory=dict)
    sites: list[tuple[float, float, float]] = field(default_factory=list)
    quiet: list[BaseGeometry] = field(default_factory=list)
    people_free: list[BaseGeometry] = field(default_factory=list)
    water: BaseGeometry = field(default_factory=Polygon)
    numbers: dict[str, int] = field(default_factory=dict)
    counties: dict[str, Polygon] = field(default_factory=dict)
    used_names: set[str] = field(default_factory=set)

    def add(self, layer: str, number: str, shape: BaseGeometry, **values: object) -> Feature:
        """Add a registered feature; ``number`` may be a prefix that gets a running number."""
        one = Feature(layer, self.next(number), fixed_point(shape), values)
        self.features.setdefault(layer, []).append(one)
        return one

    def apply(self, file: str, layer: str, number: str, shape: BaseGeometry, **values: object):
        """Add a feature of an application file."""
        one = Feature(layer, number, fixed_point(shape), values, file)
        self.applications.setdefault(file, []).append(one)
        return one

    def next(self, prefix: str) -> str:
        """Return the next number of a series such as ``KQ-``; other numbers as they are."""
        if not prefix.endswith("-"):
            return prefix
        self.numbers[prefix] = self.numbers.get(prefix, 0) + 1
        return f"{prefix}{self.numbers[prefix]:03d}"

    def name(self) -> str:
        """Return an invented place name that is not taken yet."""
        first = "张王李赵刘陈杨高马石白窑榆柳枣杏槐松柏鹰狐羊驼青红黑黄磨碾井泉"
        second = ["家", "儿", "老", "树", "子", "头", "崖", "龙", "寺", "水"]
        last = ["峁", "沟", "塬", "坪", "梁", "湾", "咀", "圪台", "畔", "洼", "坡", "塔", "墕"]
        while True:
            word = (
                first[int(self.rng.integers(len(first)))]
                + second[int(self.rng.integers(len(second)))]
                + last[int(self.rng.integers(len(last)))]
            )
            if word not in self.used_names:
                self.used_names.add(word)
                return word

    def answer(self, one: Feature, rule: str, verdict: str, why: str, **construction: object):
        """State what a rule must answer, and the numbers that make it so."""
        text = ";".join(f"{k}={_plain(v)}" for k, v in construction.items())
        self.answers[one.run, one.layer, one.id, rule] = (verdict, text, why)

    def answered(self, one: Feature, rule: str) -> bool:
        """Return whether an answer has been planted."""
        return (one.run, one.layer, one.id, rule) in self.answers

    def site(self, radius: float, where: BaseGeometry | None = None, rim: float = 1250.0,
             spacing: float = 1080.0):  # fmt: skip
        """Return a free place for a group of rights that no other group's neighbours reach."""
        inner = self.outline.buffer(-rim - radius)
        west, south, east, north = (where or inner).bounds
        for _ in range(20_000):
            x, y = self.rng.uniform(west, east), self.rng.uniform(south, north)
            disc = Point(x, y)
            if not inner.contains(disc) or (where is not None and not where.contains(disc)):
                continue
            if any(np.hypot(x - a, y - b) < radius + r + spacing for a, b, r in self.sites):
                continue
            if self.water.distance(disc) < radius + 60.0:
                continue
            if any(q.distance(disc) < radius + 60.0 for q in self.quiet):
                continue
            self.sites.append((x, y, radius))
            return x, y
        raise ValueError(f"no free place of {radius} m")

    def heights(self, shape: BaseGeometry) -> np.ndarray:
        """Return elevations of all cells a shape touches."""
        west, south, east, north = shape.bounds
        columns = np.arange(int(west // CELL), int(east // CELL) + 1)
        rows = np.arange(ROWS - 1 - int(north // CELL), ROWS - int(south // CELL))
        r, c = (a.ravel() for a in np.meshgrid(rows, columns, indexing="ij"))
        cells = shapely.box(c * CELL, (ROWS - 1 - r) * CELL, (c + 1) * CELL, (ROWS - r) * CELL)
        hit = shapely.intersects(shape, cells)
        return self.terrain.z.ravel()[(r * COLUMNS + c)[hit]]


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return "none" if value is None else str(value)


def write_answers(county: County, path: Path) -> None:
    """Write ``expected_verdicts.csv``."""
    order = sorted(county.answers, key=lambda k: (k[0] != "screen", *k))
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["run", "layer", "source_id", "rule", "verdict", "construction", "why"])
        for key in order:
            out.writerow([*key, *county.answers[key]])
