"""What lies below waste dumps: paths from all around the rim, and low ground about them (SL403).

A dump has no toe that a survey would give, and may slide or wash out on any side from which
water leaves it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from analysis.below import Below, Hits, Neighbours, find_hits, follow, heights, rim
from analysis.below_findings import Rows, Seen
from analysis.model import FindingTable, Objects, RuleContext, Verdict
from analysis.subjects import is_given
from analysis.verdict import is_within
from analysis.voids import unseen
from gis import downstream
from gis.flow import Flow, route
from gis.ragged import Bools, Floats, Ints, Kind
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
    number = 0
    for k, window in ground.windows(lon, lat, half):
        row = int(judged[k])
        flow = route(window.elevation, window.cell_m)
        edge = _rim(dumps, row, window, flow)
        out = [
            follow(Below(number + n, row, window), flow, start, reach, context)
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
    ny, nx = window.elevation.shape
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
