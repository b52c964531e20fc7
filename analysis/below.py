"""What lies below a place on the ground: the flow path and its corridor.

Used by the rules on tailings facilities (TF201, TF202) and on waste dumps (SL403); who is there,
says :mod:`analysis.below_neighbours`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import shapely

from analysis.model import RuleContext
from analysis.verdict import is_within
from gis import downstream
from gis.downstream import Corridor, Path
from gis.flow import Flow
from gis.projection import densified
from gis.ragged import Floats, Ints, Ragged, Shapes
from gis.terrain import Window
from layers.layer import Layer

PARAMETERS = (
    "downstream_m", "point_radius_m", "corridor_depth_m", "floor_height_m", "floor_width_m",
    "pit_depth_m", "dem_cell_most_m", "window_margin_m",
)  # fmt: skip
"""What every rule on ground below needs of its rulebook."""


@dataclass(frozen=True, eq=False)
class Below:
    """What the terrain says below one place: the toe of a dam, a place on the rim of a dump.

    Attributes
    ----------
    toe : number of the place
    subject : row of the facility
    window : elevations around it
    allowance_m : how much farther than the law's length the path is followed
    path : None where the place lies on no data
    corridor : along the whole path
    outside_dem : where there is no data, no file reaches either
    gap : there is no data beside the corridor, as far as it matters
    """

    toe: int
    subject: int
    window: Window
    allowance_m: float = 0.0
    flow: Flow | None = None
    path: Path | None = None
    corridor: Corridor | None = None
    outside_dem: bool = False
    gap: bool = False
    _drawn: dict[tuple[float, ...], shapely.Geometry] = field(default_factory=dict, init=False)

    def place(self, shape: shapely.Geometry) -> shapely.Geometry:
        """Return a shape of fractional (column, row) in degrees, EPSG:4490."""

        def move(xy: Floats) -> Floats:
            return np.column_stack(self.window.places(xy[:, 1], xy[:, 0]))

        return shapely.transform(shape, move)

    def cells(self, shapes: Ragged) -> Shapes:
        """Return shapes of degrees in fractional (column, row)."""
        row, column = self.window.cells(shapes.xy[:, 0], shapes.xy[:, 1])
        return shapes.with_xy(np.column_stack([column, row])).to_shapely()

    @cached_property
    def line(self) -> shapely.Geometry:
        """The smoothed path in fractional (column, row)."""
        assert self.path is not None
        return downstream.line(self.path)

    def course(self) -> shapely.Geometry:
        """Return the smoothed path in degrees, the elevation of each cell passed as its Z.

        A path of one cell is a point and has no profile.
        """
        assert self.path is not None
        if len(self.path.row) < 2:
            return self.place(self.line)
        _, height = downstream.profile(self.window.elevation, self.path)
        places = self.window.places(self.path.row, self.path.column)
        return shapely.linestrings(np.column_stack([*places, height]))

    def reach(self, length_m: float) -> shapely.Geometry:
        """Return the corridor along the first ``length_m``, in fractional (column, row)."""
        assert self.corridor is not None
        if (length_m,) not in self._drawn:
            with np.errstate(invalid="ignore"):
                mask = self.corridor.along <= length_m
            self._drawn[(length_m,)] = downstream.outline(mask)
        return self._drawn[(length_m,)]

    def toe_places(self, step_m: float) -> Ints:
        """Return the vertices of the path where the toe may stand, at least ``step_m`` apart.

        Without an allowance the toe is where the path starts.
        """
        assert self.path is not None
        chainage = self.path.chainage
        on = np.flatnonzero(is_within(chainage, self.allowance_m))
        if step_m:
            on = on[np.unique(chainage[on] // step_m, return_index=True)[1]]
        return on

    def toe_gap(self, places: Ints) -> float:
        """Return the longest way along the path from one of ``places`` to the next, metres."""
        assert self.path is not None
        ends = np.append(self.path.chainage[places], min(self.allowance_m, self.path.chainage[-1]))
        return float(np.diff(ends).max())

    def low_ground(self, places: Ints, within_m: float, above_m: float) -> shapely.Geometry:
        """Return the ground about ``places`` of the path at most ``above_m`` above one of them."""
        assert self.path is not None
        key = (float(len(places)), within_m, above_m)
        if key not in self._drawn:
            z, path = self.window.elevation, self.path
            rows, columns = np.indices(z.shape)
            low = np.zeros(z.shape, bool)
            chainage, height = downstream.profile(z, path)
            height = height[is_within(chainage, self.allowance_m)]
            tops = np.maximum.reduceat(height, np.minimum(places, len(height) - 1))
            for k, top in zip(places, tops, strict=True):
                away = np.hypot(rows - path.row[k], columns - path.column[k]) * self.window.cell_m
                with np.errstate(invalid="ignore"):
                    low |= is_within(away, within_m) & is_within(z, float(top) + above_m)
            self._drawn[key] = downstream.outline(low)
        return self._drawn[key]


def follow(
    below: Below,
    flow: Flow,
    start: tuple[float, float],
    length_m: float,
    context: RuleContext,
    steepest: float = np.inf,
) -> Below:
    """Return the place with its path from ``start``, fractional (row, column), and its corridor.

    Where the path falls more than ``steepest`` it runs on no floor.
    """
    window = below.window
    z = window.elevation
    path = downstream.trace(z, flow, *start, length_m)
    area = downstream.corridor(
        z, flow, path,
        depth_m=context.value("corridor_depth_m"), floor_m=context.value("floor_height_m"),
        pit_m=context.value("pit_depth_m"), steepest=steepest,
    )  # fmt: skip
    with np.errstate(invalid="ignore"):
        near = area.along <= context.value("downstream_m") + below.allowance_m
    empty = downstream.beside_nodata(z, near)
    outside = False
    if empty.any():
        assert context.ground is not None
        lon, lat = window.places(*np.nonzero(empty))
        outside = not bool(context.ground.terrain.holds(lon, lat).any())
    gap = bool(empty.any())
    return replace(below, flow=flow, path=path, corridor=area, outside_dem=outside, gap=gap)


def rim(layer: Layer, row: int, window: Window) -> tuple[Floats, Floats]:
    """Return places along an outline, half a cell apart, in fractional (row, column)."""
    outline = densified(layer.shapes.take([row]), window.cell_m / 2)
    return window.cells(outline.xy[:, 0], outline.xy[:, 1])


def heights(window: Window, row: Floats, column: Floats) -> Floats:
    """Return the elevation of the cell that each place lies in, NaN outside the window."""
    ny, nx = window.elevation.shape
    r, c = np.round(row).astype(int), np.round(column).astype(int)
    within = (r >= 0) & (c >= 0) & (r < ny) & (c < nx)
    out = np.full(len(r), np.nan)
    out[within] = window.elevation[r[within], c[within]]
    return out
