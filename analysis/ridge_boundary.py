"""How boundaries of rights lie to the ridges of the terrain and to surveyed ridge lines.

Used by the rule on quarries bounded along a ridge (MR102). The terrain is looked at through
windows that hold a boundary and as much ground around it as the two methods of ``gis.ridges``
need; a right too wide for one window is looked at through several.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.model import RuleContext
from analysis.verdict import is_within
from gis import ridges
from gis.boundary import Boundary, Pairs, line_pieces, sample
from gis.distance import pairs_within
from gis.flow import Heights
from gis.projection import inverse_gauss_kruger
from gis.ragged import Bools, Floats, Ints
from gis.ridges import HIDDEN, YES, RidgeScale, Samples, States
from gis.terrain import Window
from layers.layer import Layer

SCALE = (
    "smooth_m", "separation_m", "walk_m", "ratio", "drop_m", "around_m", "relief_m",
    "broad_m", "broad_relief_m", "side_m", "rise_m", "angle_deg",
)  # fmt: skip
REACH = ("window_half_m", "walk_m", "tolerance_m", "tolerance_m", "near_band_m")
PARAMETERS = (
    "ridge_share", "ridge_run_m", "share_error", "run_error_m", "gap_m", "tolerance_m",
    "tolerance_cells", "near_band_m", *SCALE, "dem_cell_most_m", "shift_m", "window_half_m",
)  # fmt: skip
MARGIN_M = 200.0  # four cells for smoothing and direction, and what two cells exceed the tolerance

STEP_M, LINE_STEP_M = 10.0, 1.0  # between samples, beside the terrain and beside surveyed lines
COPY_EVERY = 6  # of the samples are enough to compare shifted copies of an outline
COPY_WAYS = 12
LEAST_COPIES = 8
SEEN_SHARE = 0.9  # of a copy's profiles must be known for it to be compared


@dataclass(frozen=True, eq=False)
class Beside:
    """What the terrain says beside the boundary of one right, (k,) samples.

    Attributes
    ----------
    subject : row of the right
    by_divide, by_crest : states within the tolerance, of the two methods
    near : states within the tolerance and the band beyond it, of either method
    place : (k, 2) degrees of the ridge abreast, NaN where there is none
    aside_m : distance to it
    drop_m : (k, 2) how far the ground falls to either side of the boundary's highest ground
    cell_m : the coarsest source cell, NaN where no file holds the boundary
    blind : nodata within the tolerance of the boundary

    A sample is HIDDEN too where the ground is a number with which voids are filled as far as a
    ridge would count.
    percentile : of shifted copies of the outline, how many follow crests less, 0 to 100; NaN
    """

    subject: int
    boundary: Boundary
    tolerance_m: float
    near_m: float
    by_divide: States
    by_crest: States
    near: States
    place: Pairs
    aside_m: Floats
    drop_m: Pairs
    cell_m: float
    blind: bool
    percentile: float

    @property
    def follows(self) -> Bools:
        """Return where a ridge is abreast by either method."""
        return np.asarray((self.by_divide == YES) | (self.by_crest == YES), np.bool_)


def scale_of(context: RuleContext) -> RidgeScale:
    """Return what the rulebook takes for a ridge."""
    return RidgeScale(**{name: context.value(name) for name in SCALE})


def look_beside(rights: Layer, judged: Ints, context: RuleContext) -> Iterator[Beside]:
    """Yield what the terrain says beside each right of ``judged``, in any order.

    Rights that lie near one another are looked at together: no more than a block of them is
    held at a time.
    """
    ground = context.ground
    if ground is None or not len(judged):
        return
    centre = rights.shapes.centres[judged]
    order = judged[np.lexsort((centre[:, 0], np.floor(centre[:, 1] * 4)))]
    for start in range(0, len(order), 256):
        block = [_Open(rights, row, context) for row in order[start : start + 256].tolist()]
        jobs = [(one, box) for one in block for box in range(len(one.boxes))]
        where = np.array([one.boxes[box] for one, box in jobs])
        # Windows come sorted by where they lie in the files.
        for k, window in ground.windows(where[:, 0], where[:, 1], where[:, 2]):
            one, box = jobs[k]
            one.see(box, window)
        yield from (one.told() for one in block)


class _Open:
    """One right while its windows come in."""

    def __init__(self, rights: Layer, row: int, context: RuleContext) -> None:
        self.row, self.scale = row, scale_of(context)
        bounds = rights.shapes.bounds[row]
        self.boundary = sample(rights.shapes.take([row]), STEP_M, float(bounds[[0, 2]].mean()))
        self.least_m = context.value("tolerance_m")
        self.cells = context.value("tolerance_cells")
        sigma = float(np.nan_to_num(rights.sigma_m[row]))
        self.beyond_m = context.value("near_band_m") + context.value("k_sigma") * sigma
        self.shift_m = context.value("shift_m")
        n = len(self.boundary.xy)
        self.copied = np.arange(0, n, COPY_EVERY)
        self.boxes, self.box_of = self._boxes(context)
        self.by_divide, self.by_crest, self.far_divide, self.far_crest = np.zeros((4, n), np.int8)
        self.crest_aside, self.far_aside, self.divide_aside = np.full((3, n), np.nan)
        self.crest_place, self.divide_place, self.drop = np.full((3, n, 2), np.nan)
        # Per copy of the outline, the first being the outline itself: samples on a crest, seen.
        self.copies = np.zeros((2, 1 + 2 * COPY_WAYS))
        self.cell, self.tolerance, self.blind = np.nan, self.least_m, False

    def _boxes(self, context: RuleContext) -> tuple[list[tuple[float, float, float]], Ints]:
        """Return (lon, lat, half size) of the windows, and the window of each sample."""
        xy, size = self.boundary.xy, 2 * context.value("window_half_m")
        low = xy.min(axis=0)
        count = np.maximum(1, np.ceil((xy.max(axis=0) - low) / size)).astype(int)
        each = np.maximum((xy.max(axis=0) - low) / count, 1e-9)
        column, row = np.minimum((xy - low) // each, count - 1).astype(int).T
        _, box = np.unique(row * count[0] + column, return_inverse=True)
        ground = context.ground
        assert ground is not None
        around = context.value("walk_m") + 2 * self.least_m + self.beyond_m + MARGIN_M
        out = []
        for number in range(int(box.max()) + 1):
            mine = xy[box == number]
            middle = (mine.min(axis=0) + mine.max(axis=0)) / 2
            lon, lat = inverse_gauss_kruger(middle[0], middle[1], self.boundary.lon0)
            half = float(np.abs(mine - middle).max()) + around
            out.append((float(lon), float(lat), min(half, ground.reach_m)))
        return out, box

    def see(self, box: int, window: Window) -> None:
        """Look through one window at the samples that are its own."""
        mine = np.flatnonzero(self.box_of == box)
        self.cell = float(np.fmax(self.cell, np.max(window.source_cell_m)))
        if np.isnan(window.source_cell_m).any():
            self.blind = True
            return
        cell, scale = window.cell_m, self.scale
        tolerance = max(self.least_m, self.cells * max(window.source_cell_m))
        self.tolerance = max(self.tolerance, tolerance)
        far = tolerance + self.beyond_m
        samples = _samples(self.boundary, mine, window)
        z = ridges.smoothed(window.elevation, cell, scale.smooth_m)
        near = ridges.beside(samples, z.shape, cell, far + 2 * cell)
        self.blind = self.blind or bool(np.isnan(z[near]).any())
        divides = ridges.divides(z, cell, near, scale)
        along = ridges.along_divides(samples, divides, cell, far, scale)
        self.far_divide[mine] = along.state
        beyond = (along.state == YES) & ~is_within(along.aside_m, tolerance)
        self.by_divide[mine] = np.where(beyond, 0, along.state)
        level = window.is_filled(samples.row, samples.column, far) & (along.state != YES)
        self.far_divide[mine[level]] = self.by_divide[mine[level]] = HIDDEN
        self.divide_place[mine] = _degrees(window, along.row, along.column)
        self.divide_aside[mine] = along.aside_m
        crests = ridges.crests(z, cell, samples, tolerance, scale)
        self.by_crest[mine], self.crest_aside[mine] = crests.state, crests.aside_m
        self.crest_place[mine] = _degrees(window, crests.row, crests.column)
        self.drop[mine] = crests.drop_m
        wide = ridges.crests(z, cell, samples, far, scale)
        self.far_crest[mine], self.far_aside[mine] = wide.state, wide.aside_m
        self._compare(z, cell, samples, np.isin(mine, self.copied), tolerance)

    def _compare(
        self, z: Heights, cell: float, samples: Samples, chosen: Bools, tolerance: float
    ) -> None:
        """Count the crests beside the outline and beside copies of it shifted all around."""
        turn = np.arange(COPY_WAYS) * (2 * np.pi / COPY_WAYS)
        away = np.concatenate([[0.0], np.repeat([0.5, 1.0], COPY_WAYS)]) * self.shift_m / cell
        down, right = (np.append(0.0, np.tile(f(turn), 2)) * away for f in (np.sin, np.cos))
        row, column = samples.row[chosen], samples.column[chosen]
        copies = Samples(
            (row + down[:, None]).ravel(),
            (column + right[:, None]).ravel(),
            np.tile(samples.along[chosen], (len(away), 1)),
        )
        state = ridges.crests(z, cell, copies, tolerance, self.scale).state.reshape(len(away), -1)
        self.copies += (state == YES).sum(axis=1), (state != HIDDEN).sum(axis=1)

    def told(self) -> Beside:
        """Return what all windows together say."""
        ring, step = self.boundary.ring, self.boundary.step_m
        by_crest = ridges.followed(self.crest_aside, self.by_crest, ring, step, self.scale)
        far_crest = ridges.followed(self.far_aside, self.far_crest, ring, step, self.scale)
        near = np.zeros(len(ring), np.int8)
        for state in (far_crest, self.far_divide, by_crest, self.by_divide):
            near[(state == HIDDEN) & (near != YES)] = HIDDEN
            near[state == YES] = YES
        crest = by_crest == YES
        return Beside(
            subject=self.row,
            boundary=self.boundary,
            tolerance_m=self.tolerance,
            near_m=self.tolerance + self.beyond_m,
            by_divide=self.by_divide,
            by_crest=by_crest,
            near=near,
            place=np.where(crest[:, None], self.crest_place, self.divide_place),
            aside_m=np.where(crest, np.abs(self.crest_aside), self.divide_aside),
            drop_m=self.drop,
            cell_m=self.cell,
            blind=self.blind,
            percentile=self._percentile(),
        )

    def _percentile(self) -> float:
        hit, seen = self.copies
        known = seen[1:] >= SEEN_SHARE * len(self.copied)
        if known.sum() < LEAST_COPIES or not seen[0]:
            return float("nan")
        share = hit[1:][known] / seen[1:][known]
        return float(100 * np.mean(share < hit[0] / seen[0]))


def _samples(boundary: Boundary, rows: Ints, window: Window) -> Samples:
    """Return samples of a boundary in the cells of a window.

    Both planes are conformal and their norths differ by less than the boundary's directions do.
    """
    xy = boundary.xy[rows]
    lon, lat = inverse_gauss_kruger(xy[:, 0], xy[:, 1], boundary.lon0)
    row, column = window.cells(lon, lat)
    along = boundary.along[rows]
    return Samples(row, column, np.column_stack([-along[:, 1], along[:, 0]]))


def _degrees(window: Window, row: Floats, column: Floats) -> Pairs:
    return np.column_stack(window.places(row, column))


# -- surveyed lines --------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Surveyed:
    """How one right's boundary lies to surveyed ridge lines, (k,) samples.

    Attributes
    ----------
    aside_m : distance to the line abreast, NaN where there is none within reach
    line : row of that line in its layer, -1 none
    place : (k, 2) degrees on it
    sigma_m : joint accuracy of right and lines, one sigma, NaN = not stated
    """

    subject: int
    boundary: Boundary
    aside_m: Floats
    line: Ints
    place: Pairs
    sigma_m: float


def surveyed_beside(rights: Layer, judged: Ints, context: RuleContext) -> Iterator[Surveyed]:
    """Yield the rights of ``judged`` that have a surveyed ridge line within reach."""
    layer = context.layer("ridge_line")
    k = context.value("k_sigma")
    reach = context.value("tolerance_m") + context.value("near_band_m")
    own = np.nan_to_num(rights.sigma_m[judged])
    reach_m = reach + k * np.hypot(own, layer.worst_sigma_m)
    i, j, _ = pairs_within(rights.shapes.take(judged), layer.shapes, reach_m)
    for row in np.unique(i).tolist():
        lines = j[i == row]
        sigma = _joint(rights.sigma_m[judged[row]], layer.sigma_m[lines])
        shape = rights.shapes.take([judged[row]])
        boundary = sample(shape, LINE_STEP_M, float(shape.centres[0, 0]))
        start, end, way, which = line_pieces(layer.shapes.take(lines), boundary.lon0)
        low, high = boundary.xy.min(axis=0) - reach_m[row], boundary.xy.max(axis=0) + reach_m[row]
        near = ((np.maximum(start, end) >= low) & (np.minimum(start, end) <= high)).all(axis=1)
        aside, piece = ridges.beside_lines(
            boundary.xy, boundary.along, start[near], end[near], way[near],
            float(reach_m[row]), context.value("angle_deg"),
        )  # fmt: skip
        normal = np.column_stack([-boundary.along[:, 1], boundary.along[:, 0]])
        place = boundary.xy + normal * aside[:, None]
        yield Surveyed(
            int(judged[row]), boundary, np.abs(aside),
            np.where(piece >= 0, lines[which[near][piece]] if near.any() else -1, -1),
            np.column_stack(inverse_gauss_kruger(place[:, 0], place[:, 1], boundary.lon0)), sigma,
        )  # fmt: skip


def _joint(own: float, others: Floats) -> float:
    stated = np.append(others, own)
    if np.isnan(stated).all():
        return float("nan")
    return float(np.hypot(np.nan_to_num(own), np.nan_to_num(others).max(initial=0.0)))
