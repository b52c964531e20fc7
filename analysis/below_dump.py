"""What lies below waste dumps: paths from all around the rim, and low ground about them (SL403).

A dump has no toe that a survey would give, and may slide or wash out on any side from which
water leaves it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from analysis.below import Below, follow, heights, rim
from analysis.below_findings import Rows
from analysis.below_neighbours import Hits, Neighbours, find_hits, on_nodata
from analysis.model import FindingTable, Objects, RuleContext, Verdict
from analysis.subjects import is_given
from analysis.verdict import combined_sigma, is_within
from analysis.voids import unseen
from gis import downstream
from gis.flow import Flow, route
from gis.ragged import Bools, Ints, Kind
from gis.terrain import Window, half_diagonals
from layers.layer import Layer

REACH = ("downstream_m", "point_radius_m")
GROUND = (*REACH, "window_margin_m", "outline_most_m")


@dataclass(frozen=True, eq=False)
class _Rim:
    """The rim of a dump on its window.

    Attributes
    ----------
    cells : (k,) those with an elevation that the rim runs through
    starts : fractional (row, column) where water leaves the outline, one per cell that it leaves
    gap : part of the rim has no elevation
    """

    cells: Ints
    starts: tuple[tuple[float, float], ...]
    gap: bool


def look_below_dumps(dumps: Layer, judged: Ints, context: RuleContext) -> Iterator[list[Below]]:
    """Yield, dump by dump, what lies below each place of the rim that water leaves.

    Where a part of the rim has no elevation, or none has, one place without a path stands for it.
    """
    ground = context.ground
    if ground is None:
        return
    bounds = dumps.shapes.bounds[judged]
    lon, lat = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    reach = sum(context.value(name) for name in REACH)
    half = half_diagonals(bounds) + reach + context.value("window_margin_m")
    steepest = context.value("floor_slope")
    number = 0
    for k, window in ground.windows(lon, lat, half):
        row = int(judged[k])
        flow = route(window.elevation, window.cell_m)
        edge = _rim(dumps, row, window, flow)
        out = [
            follow(Below(number + n, row, window), flow, start, reach, context, steepest)
            for n, start in enumerate(edge.starts)
        ]
        if edge.gap or not out:
            held = bool(ground.terrain.holds(lon[k], lat[k])[0])
            out.append(Below(number + len(out), row, window, outside_dem=not held))
        number += len(out)
        yield out


def _rim(dumps: Layer, row: int, window: Window, flow: Flow) -> _Rim:
    places = np.column_stack(rim(dumps, row, window))
    known = ~np.isnan(heights(window, places[:, 0], places[:, 1]))
    gap, places = not known.all(), places[known]
    nx = window.elevation.shape[1]
    cell = np.round(places).astype(np.int64) @ (nx, 1)
    touched = np.unique(cell)
    own = _footprint(dumps, row, window)
    own[touched] = True
    to = flow.receiver.astype(np.int64)
    leaving = np.flatnonzero(own & ~np.isnan(window.elevation.ravel()) & ((to < 0) | ~own[to]))
    starts = []
    for at in leaving.tolist():
        there = np.flatnonzero(cell == at)
        if not len(there):
            starts.append((at // nx + 0.0, at % nx + 0.0))
            continue
        # Where the rim comes nearest to the cell that the water goes to.
        way = np.array(divmod(int(to[at]) if to[at] >= 0 else at, nx))
        first = there[np.argmin(((places[there] - way) ** 2).sum(axis=1))]
        starts.append((float(places[first, 0]), float(places[first, 1])))
    return _Rim(touched, tuple(starts), gap)


def _footprint(dumps: Layer, row: int, window: Window) -> Bools:
    """Return (ny * nx,) bool: the cell's centre lies in the outline."""
    ny, nx = window.elevation.shape
    shape = _outline(dumps, row, window)
    rows, columns = np.indices((ny, nx))
    inside = shapely.contains_xy(shape, columns.ravel(), rows.ravel())
    return np.asarray(inside, bool)


def _outline(dumps: Layer, row: int, window: Window) -> shapely.Geometry:
    shapes = dumps.shapes.take([row])
    at, column = window.cells(shapes.xy[:, 0], shapes.xy[:, 1])
    return shapes.with_xy(np.column_stack([column, at])).to_shapely()[0]


def judge_dumps(
    dumps: Layer,
    judged: Ints,
    neighbours: tuple[Neighbours, ...],
    context: RuleContext,
    reason: str,
) -> FindingTable:
    """Return the findings on what lies below each dump ``judged``; ``reason`` of what lies there.

    All that is found is put to review.
    """
    rows = Rows(context, lambda _: {})
    for places in look_below_dumps(dumps, judged, context):
        for below in places:
            hits = [find_hits(below, near, context) for near in neighbours]
            rows.add(below, hits, neighbours, Verdict.REVIEW, reason)
        for near in neighbours:
            low = _low(dumps, places, near, context)
            rows.add_hits(places[0], near, low, Verdict.REVIEW, reason)
    table = rows.table()
    clear = np.setdiff1d(judged, table.subject)
    return FindingTable.concat([table, _clear(dumps, clear, context)])


def _low(dumps: Layer, places: list[Below], near: Neighbours, context: RuleContext) -> Hits:
    """Return who stands within the limit of the outline on ground no higher than the rim.

    The rim counts as far as it lies within the limit of that ground. What is drawn as a point
    counts as a disc. Where the ground is not known, neither is whether it is low.
    """
    below, limit = places[0], context.value("downstream_m")
    window, pairs = below.window, near.of(below.subject)
    cell = window.cell_m
    shapes = below.cells(near.shapes.take(pairs))
    outline = _outline(dumps, below.subject, window)
    point = np.equal(near.shapes.kinds[pairs], Kind.POINT)
    radius = np.where(point, context.value("point_radius_m"), 0.0)
    radius += context.value("k_sigma") * np.nan_to_num(near.sigma[pairs])
    close = np.flatnonzero(is_within(shapely.distance(shapes, outline) * cell, limit + radius))
    where = np.full(len(pairs), None, dtype=object)
    if len(close):
        ground = downstream.outline(_low_ground(dumps, below.subject, window, context))
        wide = shapes[close].copy()
        discs = radius[close] > 0
        wide[discs] = shapely.buffer(wide[discs], radius[close][discs] / cell)
        # A cell more: circles are drawn a little too small.
        around = shapely.buffer(outline, limit / cell + 1, quad_segs=64)
        inner = shapely.intersection(wide, around)
        where[close[on_nodata(window, inner)]] = "hidden"
        where[close[shapely.intersects(inner, ground)]] = "low"
    hit = np.flatnonzero(np.array([w is not None for w in where], bool))
    lines = shapely.shortest_line(shapes[hit], outline)
    return Hits(pairs[hit], where[hit], np.full(len(hit), np.nan), lines)


def _low_ground(dumps: Layer, row: int, window: Window, context: RuleContext) -> Bools:
    """Return (ny, nx) bool: some place of the rim within the limit lies no lower."""
    assert context.ground is not None
    z = window.elevation
    ny, nx = z.shape
    blur = context.value("k_sigma") * float(np.nan_to_num(context.ground.sigma_m))
    steps = int(np.ceil(context.value("downstream_m") / window.cell_m)) + 1
    away = np.hypot(*np.indices((2 * steps + 1, 2 * steps + 1)) - steps) <= steps
    out = np.zeros(z.shape, bool)
    places = np.column_stack(rim(dumps, row, window))
    for r, c in np.unique(np.round(places).astype(np.int64), axis=0).tolist():
        if not (0 <= r < ny and 0 <= c < nx):
            continue
        top, left = max(r - steps, 0), max(c - steps, 0)
        part = (slice(top, r + steps + 1), slice(left, c + steps + 1))
        disc = away[top - r + steps :, left - c + steps :]
        with np.errstate(invalid="ignore"):
            low = is_within(z[part], float(z[r, c]) + blur)
        out[part] |= low & disc[: low.shape[0], : low.shape[1]]
    return out


def _clear(dumps: Layer, clear: Ints, context: RuleContext) -> FindingTable:
    """Return PASS, or NO_DATA where a building could not have been seen.

    The engine looks after the layer of settlements, without which the rule is not judged.
    """
    buildings = context.layer("building")
    # A building counts as far off as its accuracy may have moved it.
    blur = float(combined_sigma(dumps.worst_sigma_m, buildings.worst_sigma_m))
    reach = sum(context.value(name) for name in REACH) + context.value("k_sigma") * blur
    why: Objects = unseen(dumps.shapes.take(clear), buildings, reach)
    blind = is_given(why)
    return FindingTable.build(
        clear,
        np.where(blind, Verdict.NO_DATA, Verdict.PASS),
        np.where(blind, why, "clear").astype(object),
        threshold=context.value("downstream_m"),
        unit="m",
        comparison=">",
        law="downstream_m",
        args={"layer": [buildings.name] * len(clear)},
    )
