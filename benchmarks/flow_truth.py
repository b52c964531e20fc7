"""Valleys whose thalweg is written down, and what a flow path and its corridor are in them.

A valley runs across the window at any angle, straight or meandering, with the sides of a V, noise
of 0.3 m a cell, and what is asked for in its way. The truth is worked out from the thalweg alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gis.downstream import Corridor, Path, corridor, trace
from gis.flow import route

CELL_M, N = 30.0, 150
PATH_M, DEPTH_M = 1000.0, 10.0
FLOOR_M = 300.0
NOISE_M = 0.3
OBSTACLES = ("nothing", "pit", "level road", "raised road", "floor")
"""What lies in the way: a pit 25 m deep; an embankment 8 m high over the stream, level from side
to side; one 8 m high all along; a level floor as wide as ``FLOOR_M``."""


@dataclass(frozen=True)
class Valley:
    """A valley about a thalweg.

    Attributes
    ----------
    line : the thalweg, metres about the middle of the window
    along, aside : (N, N) each cell's chainage of, and distance from, the thalweg, metres
    x, y : (N, N) metres about the middle
    slope, side : fall along the thalweg, rise of the sides, metres a metre
    """

    line: shapely.LineString
    along: np.ndarray
    aside: np.ndarray
    x: np.ndarray
    y: np.ndarray
    slope: float
    side: float

    def heights(self, floor_m=0.0):
        return 900 - self.slope * self.along + self.side * np.maximum(self.aside - floor_m / 2, 0)

    @property
    def start_m(self):
        """Chainage 400 m above the point nearest to the middle of the window."""
        return self.line.project(shapely.Point(0, 0)) - 400

    def cell_of(self, chainage):
        point = self.line.interpolate(chainage)
        return (N - 1) / 2 - point.y / CELL_M, point.x / CELL_M + (N - 1) / 2

    def missed(self, mask, floor_m):
        """Share that ``mask`` lacks of the ground at most 10 m above the thalweg beside it."""
        true = (self.along >= self.start_m) & (self.along <= self.start_m + PATH_M)
        true &= self.heights(floor_m) <= 900 - self.slope * self.along + DEPTH_M
        return float((true & ~mask).sum() / true.sum())


def valley(seed, bends):
    rng = np.random.default_rng(seed)
    s = np.arange(-3500.0, 3500.0, 3.0)
    off = np.zeros_like(s)
    if bends:
        wave = rng.uniform(900, 2000)
        off = wave * rng.uniform(0.05, 0.18) * np.sin(2 * np.pi * s / wave + rng.uniform(0, 6))
    turn = rng.uniform(0, 2 * np.pi)
    x = s * np.cos(turn) - off * np.sin(turn) + rng.uniform(-15, 15)
    y = s * np.sin(turn) + off * np.cos(turn) + rng.uniform(-15, 15)
    chain = np.concatenate([[0.0], np.hypot(np.diff(x), np.diff(y)).cumsum()])
    rows, columns = np.indices((N, N))
    east, north = (columns - (N - 1) / 2) * CELL_M, ((N - 1) / 2 - rows) * CELL_M
    aside, nearest = cKDTree(np.column_stack([x, y])).query(
        np.column_stack([east.ravel(), north.ravel()])
    )
    return Valley(
        shapely.LineString(np.column_stack([x, y])), chain[nearest].reshape(N, N),
        aside.reshape(N, N), east, north, rng.uniform(0.01, 0.06), rng.uniform(0.15, 0.6),
    )  # fmt: skip


def ground(land, seed, what):
    """Heights of a valley with one of the obstacles 200 to 800 m below the start."""
    z = land.heights(FLOOR_M if what == "floor" else 0.0)
    at = land.start_m + np.random.default_rng(seed).uniform(200, 800)
    near = np.abs(land.along - at) < 25
    if what == "pit":
        middle = land.line.interpolate(at)
        z = z - 25 * np.exp(-((land.x - middle.x) ** 2 + (land.y - middle.y) ** 2) / 60**2)
    elif what == "level road":
        z = np.where(near, np.maximum(z, 900 - land.slope * at + 8), z)
    elif what == "raised road":
        z = np.where(near & (land.aside < 200), z + 8, z)
    noise = np.random.default_rng(1000 + seed).normal(0, NOISE_M, z.shape)
    return (z + noise).astype(np.float32)


@dataclass(frozen=True)
class Followed:
    """A path and how it lies to the truth.

    Attributes
    ----------
    off_m : farthest from the thalweg
    walked_m : of the thalweg, from the start to the point nearest to the path's end
    missed : share of the true corridor that is left out
    """

    path: Path
    corridor: Corridor
    off_m: float
    walked_m: float
    missed: float


def followed(seed, bends, what):
    """Follow a path of a kilometre down an invented valley."""
    land = valley(seed, bends)
    z = ground(land, seed, what)
    flow = route(z, CELL_M)
    path = trace(z, flow, *land.cell_of(land.start_m), PATH_M)
    area = corridor(z, flow, path, depth_m=DEPTH_M, floor_m=2, pit_m=30)
    x, y = (path.column - (N - 1) / 2) * CELL_M, ((N - 1) / 2 - path.row) * CELL_M
    points = shapely.points(x, y)
    return Followed(
        path, area,
        float(shapely.distance(points, land.line).max()),
        float(shapely.line_locate_point(land.line, points[-1]) - land.start_m),
        land.missed(area.mask, FLOOR_M if what == "floor" else 0.0),
    )  # fmt: skip
