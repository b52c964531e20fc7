"""Terrain whose ridges are known by construction, and outlines whose share along them is known.

A surface is the highest of several roofs: each has a curved ridge whose height swings up and down
(saddles) and falls to both sides, steeper to one than to the other. Spurs leave the ridges and
run on until the next roof covers them, so that no nose is left in the open; where roofs meet
there are valleys. A little noise lies on top. The truth is read off the roofs and the ridges'
own curves; nothing of ``gis`` or ``analysis`` takes part in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.spatial import cKDTree

CELLS, CELL_M = 200, 30.0
SIDE_M = CELLS * CELL_M
KINDS = ("follow", "cross", "beside", "far")
# The rulebook's limits, from its text and not from its files. A ridge falls by the drop within
# 300 m: wider than the profiles of the rule look, so that what divides alone find counts as true.
DROP_M, SIDE_REACH_M, RISE_M = 10.0, 300.0, 3.0
TOLERANCE_M, ANGLE_DEG, GAP_M, SHARE, RUN_M = 60.0, 30.0, 60.0, 0.15, 200.0
STEP_M = 2.0


@dataclass(frozen=True)
class Roof:
    """A ridge line in metres (x east, y north), its height along it, its falls left and right."""

    line: shapely.LineString
    base: float
    tilt: float
    swing: float
    length: float
    phase: float
    falls: tuple[float, float]

    @cached_property
    def fine(self):
        """Places every 5 m, their ways, their chainage, and a tree of the places."""
        s = np.arange(0, self.line.length, 5.0)
        xy, way = at(self.line, s)
        return xy, way, s, cKDTree(xy)

    def crest(self, s):
        wave = self.swing * np.sin(2 * np.pi * s / self.length + self.phase)
        return self.base - self.tilt * s + wave

    def heights(self, x, y):
        xy, way, s, tree = self.fine
        _, near = tree.query(np.column_stack([x, y]))
        off, way = np.column_stack([x, y]) - xy[near], way[near]
        ahead = np.clip((off * way).sum(axis=1), -2.5, 2.5)
        aside = way[:, 0] * off[:, 1] - way[:, 1] * off[:, 0]
        away = np.hypot(aside, (off * way).sum(axis=1) - ahead)
        # Around the line's ends one fall turns into the other.
        left, right = self.falls
        side = aside / np.maximum(away, 1e-9)
        fall = (left + right) / 2 + side * (left - right) / 2
        return self.crest(s[near] + ahead) - away * fall


@dataclass(frozen=True)
class Land:
    """One surface: elevations (row 0 in the north), its roofs, and the true ridges."""

    z: np.ndarray
    roofs: list[Roof]
    ridge: np.ndarray  # (n, 2) places every STEP_M on true ridges
    way: np.ndarray  # (n, 2) unit vectors
    roof: np.ndarray  # (n,) number of the roof
    saddles: np.ndarray  # (m, 2)


def surface(roofs, x, y):
    shape = np.broadcast(x, y).shape
    x, y = (np.broadcast_to(v, shape).ravel() for v in (x, y))
    return np.max([roof.heights(x, y) for roof in roofs], axis=0).reshape(shape)


def curve(rng, start, turn, length, bend):
    """A smooth line of pieces of 20 m whose way swings by ``bend`` radians."""
    s = np.arange(0, length, 20.0)
    wave = rng.uniform(1500, 3000)
    way = turn + bend * np.sin(2 * np.pi * s / wave + rng.uniform(0, 2 * np.pi))
    step = 20.0 * np.column_stack([np.cos(way), np.sin(way)])
    return shapely.LineString(np.vstack([[start], start + np.cumsum(step, axis=0)]))


def land(rng) -> Land:
    roofs = []
    turn = rng.uniform(0, np.pi)
    across = np.array([-np.sin(turn), np.cos(turn)])
    along = np.array([np.cos(turn), np.sin(turn)])
    for k in range(-3, 4):
        start = np.full(2, SIDE_M / 2) - along * 5500 + across * (k * 1300 + rng.uniform(-250, 250))
        line = curve(rng, start, turn + rng.uniform(-0.1, 0.1), 11_000, rng.uniform(0.1, 0.45))
        falls = tuple(rng.uniform(0.15, 0.5, 2))
        swing = rng.uniform(8, 25)
        main = Roof(line, rng.uniform(950, 1050), rng.uniform(-0.01, 0.01), swing,
                    rng.uniform(900, 1600), rng.uniform(0, 6.28), falls)  # fmt: skip
        roofs.append(main)
        for s in np.arange(rng.uniform(400, 1200), 10_500, rng.uniform(1400, 2200)):
            root = np.array(line.interpolate(s).coords[0])
            if (root < -700).any() or (root > SIDE_M + 700).any():
                continue
            side = rng.choice([-1, 1])
            lean = turn + side * rng.uniform(0.9, 1.5)
            spur = curve(rng, root, lean, rng.uniform(900, 1200), 0.15)
            fall = falls[0] if side > 0 else falls[1]
            tilt, sides = fall * rng.uniform(0.2, 0.4), tuple(rng.uniform(0.3, 0.5, 2))
            roofs.append(Roof(spur, float(main.crest(s)), tilt, 0.0, 1e3, 0.0, sides))
    middle = (np.arange(CELLS) + 0.5) * CELL_M
    z = surface(roofs, middle, (SIDE_M - middle)[:, None])
    plain = z
    noise = gaussian_filter(rng.normal(0, 1, z.shape), 1.5)
    z = z + noise / noise.std() * rng.uniform(0.2, 1.0) + rng.normal(0, 0.3, z.shape)
    return Land(z.astype(np.float32), roofs, *true_ridges(roofs, plain))


def true_ridges(roofs, z):
    places, ways, numbers, saddles = [], [], [], []
    for number, roof in enumerate(roofs):
        s = np.arange(0, roof.line.length, STEP_M)
        xy, way = at(roof.line, s)
        inside = ((xy > 0) & (xy < SIDE_M)).all(axis=1)
        s, xy, way = s[inside], xy[inside], way[inside]
        if not len(s):
            continue
        true = is_ridge(roofs, roof, z, s, xy, way)
        places.append(xy[true])
        ways.append(way[true])
        numbers.append(np.full(true.sum(), number))
        h = roof.crest(s)
        low = np.flatnonzero((h[1:-1] < h[:-2]) & (h[1:-1] < h[2:])) + 1
        low = low[[true[max(0, k - 25) : k + 26].all() for k in low]] if len(low) else low
        saddles.append(xy[low])
    return (np.concatenate(places), np.concatenate(ways), np.concatenate(numbers),
            np.concatenate(saddles))  # fmt: skip


def at(line, s):
    xy = shapely.get_coordinates(shapely.line_interpolate_point(line, s))
    ahead = shapely.get_coordinates(
        shapely.line_interpolate_point(line, np.minimum(s + 15, line.length))
    )
    back = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(s - 15, 0)))
    way = ahead - back
    return xy, way / np.hypot(*way.T)[:, None]


def is_ridge(roofs, roof, z, s, xy, way):
    """The roof is the highest there, and the ground falls to both sides before it rises.

    Every fifth place is looked at and speaks for its neighbours.
    """
    s, xy, way, n = s[::5], xy[::5], way[::5], len(s)
    out = surface(roofs, xy[:, 0], xy[:, 1]) - roof.crest(s) < 0.5
    away = np.arange(20.0, SIDE_REACH_M + 1, 20.0)
    for side in (-1, 1):
        x = xy[:, :1] - side * way[:, 1:] * away
        y = xy[:, 1:] + side * way[:, :1] * away
        cells = [(SIDE_M - y) / CELL_M - 0.5, x / CELL_M - 0.5]
        fall = roof.crest(s)[:, None] - map_coordinates(z, cells, order=1, mode="nearest")
        risen = np.maximum.accumulate(-fall >= RISE_M, axis=1)
        out &= ((fall >= DROP_M) & ~risen).any(axis=1)
    return np.repeat(out, 5)[:n]


# -- outlines --------------------------------------------------------------------------------------


def outline(rng, ground: Land, kind: str):
    """An outline of one kind in metres, straight as drawn, None if there is no room."""
    margin = 1200.0
    if kind == "far":
        xy = rng.uniform(margin + 400, SIDE_M - margin - 400, 2)
        turn = rng.uniform(0, 2 * np.pi)
        n = rng.integers(4, 9)
        angle = turn + np.sort(rng.uniform(0, 2 * np.pi, n))
        reach = rng.uniform(150, 450, n)
        corners = xy + reach[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
        shape = shapely.Polygon(corners)
        return shape if shape.is_valid and shape.area > 20_000 else None
    k = rng.integers(len(ground.ridge))
    line = ground.roofs[ground.roof[k]].line
    s = line.project(shapely.Point(ground.ridge[k]))
    length = rng.uniform(300, 700)
    if kind == "cross":
        place, way = ground.ridge[k], ground.way[k]
        turn = rng.uniform(-0.35, 0.35)
        u = np.array([way[0] * np.cos(turn) - way[1] * np.sin(turn),
                      way[0] * np.sin(turn) + way[1] * np.cos(turn)])  # fmt: skip
        v = np.array([-u[1], u[0]])
        a, b = rng.uniform(150, 350), rng.uniform(180, 350)
        corners = [place - a * u - b * v, place + a * u - b * v, place + a * u + b * v,
                   place - a * u + b * v]  # fmt: skip
    else:
        if s + length > line.length:
            return None
        away = 0.0 if kind == "follow" else rng.uniform(150, 250)
        side = rng.choice([-1.0, 1.0])
        base, way = at(line, s + np.linspace(0, length, max(2, round(length / 60))))
        normal = side * np.column_stack([-way[:, 1], way[:, 0]])
        depth = rng.uniform(250, 450)
        mean = normal.mean(axis=0)
        corners = [*(base + away * normal), base[-1] + (away + depth) * mean,
                   base[0] + (away + depth) * mean]  # fmt: skip
    corners = np.array(corners)
    if (corners < margin).any() or (corners > SIDE_M - margin).any():
        return None
    shape = shapely.Polygon(corners)
    return shape if shape.is_valid else None


def drawn(rng, shape):
    """The outline as surveyed: corners every 60 m and off by some metres."""
    fine = shapely.segmentize(shape, 60.0).exterior.coords[:-1]
    moved = np.array(fine) + rng.normal(0, rng.uniform(0, 6), (len(fine), 2))
    shape = shapely.Polygon(moved)
    return shape if shape.is_valid else None


def truth(ground: Land, shape, tolerance=TOLERANCE_M, angle=ANGLE_DEG):
    """Share of an outline along true ridges, and longest run in metres."""
    corners = np.array(shape.exterior.coords)
    edge = np.hypot(*np.diff(corners, axis=0).T)
    count = np.maximum(1, np.round(edge / STEP_M).astype(int))
    which = np.repeat(np.arange(len(edge)), count)
    part = (np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + 0.5) / count[which]
    xy = corners[which] + part[:, None] * np.diff(corners, axis=0)[which]
    way = (np.diff(corners, axis=0) / edge[:, None])[which]
    tree = cKDTree(ground.ridge)
    hit = np.zeros(len(xy), bool)
    for n, near in enumerate(tree.query_ball_point(xy, tolerance + STEP_M)):
        if not near:
            continue
        off = ground.ridge[near] - xy[n]
        ahead = np.abs(off @ way[n])
        aside = np.abs(off @ [-way[n, 1], way[n, 0]])
        turned = np.abs(ground.way[near] @ way[n])
        hit[n] = (
            (ahead <= STEP_M) & (aside <= tolerance) & (turned >= np.cos(np.radians(angle)))
        ).any()
    length = (edge / count)[which]
    return float(length[hit].sum() / length.sum()), longest(hit, length)


def longest(hit, length):
    """Longest stretch of hits along a closed ring; gaps up to GAP_M are closed."""
    if not hit.any():
        return 0.0
    start = int(np.argmax(hit))
    hit, length = np.roll(hit, -start), np.roll(length, -start)
    best = run = gap = 0.0
    for h, m in zip(np.concatenate([hit, hit]), np.concatenate([length, length]), strict=True):
        if not h:
            gap += m
            continue
        run = run + gap + m if gap <= GAP_M else m
        gap = 0.0
        best = max(best, run)
    return min(best, float(length.sum()))


def follows(share, run):
    return share >= SHARE and run >= RUN_M


@dataclass(frozen=True)
class Case:
    """One outline on one land: as drawn (metres from the land's south-western corner)."""

    kind: str
    shape: shapely.Polygon
    share: float
    run: float
    near: bool  # it would follow a ridge were the tolerance twice and the angle half as much more


def cases(rng, ground: Land, each: int):
    """``each`` outlines of every kind with their truth."""
    out = []
    for kind in KINDS:
        made = 0
        for _ in range(400):
            if made == each:
                break
            plain = outline(rng, ground, kind)
            shape = None if plain is None else drawn(rng, plain)
            if shape is None:
                continue
            share, run = truth(ground, plain)
            near = follows(*truth(ground, plain, 2 * TOLERANCE_M, 1.5 * ANGLE_DEG))
            out.append(Case(kind, shape, share, run, near))
            made += 1
    return out
