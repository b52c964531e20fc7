"""Drainage divides and crests beside a boundary: where it runs along a ridge.

Two methods that fail differently look at the same boundary. *Divides* are where two neighbour
cells send their water apart for good; *crests* are where a profile across the boundary falls
away on both sides. Surveyors draw a ridge line (山脊线) as the divide (分水线).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from gis import ridge_kernels as kernels
from gis.flow import Cells, Heights, route
from gis.ragged import Bools, Floats, Ints

DIRECTION_M = 100.0
"""A divide's direction is that of its points within this distance."""

LEAST_CELLS = 5
"""Flow paths part for good only at this many cells, whatever the cell."""

CHORD_M = 60.0
"""The way of a crest is fitted over this far of the boundary to either side."""

SLACK_M = 1e-3
"""A ridge at the tolerance itself is within it, whatever the rounding of single precision."""

NO, YES, HIDDEN = 0, 1, 2
"""Answers of a sample; HIDDEN: nodata lie where the answer would be."""

States = npt.NDArray[np.int8]
Pairs = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RidgeScale:
    """What makes a divide or a crest a ridge, metres unless said.

    Attributes
    ----------
    smooth_m : scale below which relief is no ridge, one sigma
    separation_m : how far apart the two flow paths must come
    walk_m : within how long a way
    ratio : separation over the mean way walked, a number
    drop_m : how far the ground must fall on both sides
    around_m, relief_m : a divide rises so far above the mean of the ground around_m to all sides;
        a pass on a valley's floor parts water too and is no ridge
    broad_m, broad_relief_m : or so far above that of broad_m, where its top is round
    side_m : how far to either side a profile looks
    rise_m : how far ground beside the crest may rise above it before it has fallen
    angle_deg : greatest angle between boundary and ridge
    """

    smooth_m: float
    separation_m: float
    walk_m: float
    ratio: float
    drop_m: float
    around_m: float
    relief_m: float
    broad_m: float
    broad_relief_m: float
    side_m: float
    rise_m: float
    angle_deg: float

    @property
    def cosine(self) -> float:
        """Return the least cosine between the ways of boundary and ridge."""
        return float(np.cos(np.radians(self.angle_deg)))


@dataclass(frozen=True, eq=False)
class Samples:
    """Part of a boundary in fractional cells of a window, (k,) each.

    ``along`` is (k, 2), unit vectors in (row, column).
    """

    row: Floats
    column: Floats
    along: Pairs


@dataclass(frozen=True, eq=False)
class Abreast:
    """The divides abreast of each sample, (k,) each.

    Attributes
    ----------
    state : NO, YES or HIDDEN
    row, column : place of the nearest, fractional cells, NaN where there is none
    aside_m : distance to it, NaN where there is none
    """

    state: States
    row: Floats
    column: Floats
    aside_m: Floats


def smoothed(elevation: Heights, cell_m: float, scale_m: float) -> Heights:
    """Return elevations smoothed to a metric scale; nodata has no part in any mean."""
    from scipy.ndimage import gaussian_filter

    known = ~np.isnan(elevation)
    sigma = scale_m / cell_m
    if known.all():
        return np.asarray(gaussian_filter(elevation, sigma, truncate=3.0), np.float32)
    filled = np.where(known, elevation, 0).astype(np.float32)
    weight = gaussian_filter(known.astype(np.float32), sigma, truncate=3.0)
    total = gaussian_filter(filled, sigma, truncate=3.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(known, total / weight, np.nan).astype(np.float32)


def surroundings(elevation: Heights, cell_m: float, around_m: float) -> Heights:
    """Return the mean elevation of the square of cells around each; nodata has no part in it."""
    from scipy.ndimage import uniform_filter

    known = ~np.isnan(elevation)
    half = round(around_m / cell_m)
    size = 2 * half + 1
    if known.all():
        total = uniform_filter(elevation.astype(np.float64), size, mode="constant")
        rows, columns = (_within(n, half) / size for n in elevation.shape)
        return np.asarray(total / (rows[:, None] * columns), np.float32)
    filled = np.where(known, elevation, 0).astype(np.float64)
    total = uniform_filter(filled, size, mode="constant")
    weight = uniform_filter(known.astype(np.float64), size, mode="constant")
    return np.asarray(total / np.maximum(weight, 1e-9), np.float32)


def _within(n: int, half: int) -> Ints:
    """Return how many of ``n`` places in a row lie within ``half`` of each."""
    at = np.arange(n)
    return np.minimum(at + half, n - 1) - np.maximum(at - half, 0) + 1


# -- divides ---------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Divides:
    """Divides between neighbour cells, (d,) each, fractional cells.

    Each lies where the ground between the two is highest, on the middle where that is not told.

    ``sure`` is False where a flow path ran into nodata before it could be told. ``way`` is
    (d, 2), unit vectors in (row, column).
    """

    row: Floats
    column: Floats
    way: Pairs
    sure: Bools


def divides(smooth: Heights, cell_m: float, near: Bools, scale: RidgeScale) -> Divides:
    """Return the divides among the edges of cells ``near``.

    Parameters
    ----------
    smooth : (ny, nx) elevations smoothed to a metric scale
    near : (ny, nx) bool, where to look
    """
    nx = smooth.shape[1]
    relief = smooth - surroundings(smooth, cell_m, scale.around_m)
    broad = smooth - surroundings(smooth, cell_m, scale.broad_m)
    # Not ">=": where there is no relief to be known, nodata decides what can be told.
    near = near & ~((relief < scale.relief_m) & (broad < scale.broad_relief_m))
    candidates = np.flatnonzero(near).astype(np.int32)
    receiver = _where_known(smooth, route(smooth, cell_m).receiver)
    apart = max(scale.separation_m, LEAST_CELLS * cell_m)
    found = kernels.parted(
        smooth.ravel(), receiver, candidates, nx, cell_m, scale.walk_m, apart, scale.ratio,
        np.float32(scale.drop_m),
    )  # fmt: skip
    which, side = np.nonzero(found)
    cell = candidates[which]
    row, column = np.divmod(cell, nx)
    between = kernels.finer(smooth.ravel(), cell, side, nx)
    rows, columns = row + between * side, column + between * (1 - side)
    way = kernels.directions(rows, columns, DIRECTION_M / cell_m)
    return Divides(rows, columns, way, found[which, side] == YES)


def _where_known(elevation: Heights, receiver: Cells) -> Cells:
    """Return the receivers, -1 beside nodata: what lies lower there is not known."""
    unknown = np.isnan(elevation)
    if not unknown.any():
        return receiver
    for one in (unknown, unknown.T):  # a cell to all sides, corners too
        was = one.copy()
        one[1:] |= was[:-1]
        one[:-1] |= was[1:]
    return np.where(unknown.reshape(receiver.shape), -1, receiver).astype(np.int32)


def beside(samples: Samples, shape: tuple[int, ...], cell_m: float, metres: float) -> Bools:
    """Return the cells whose middles lie within ``metres`` of some sample."""
    ny, nx = shape
    return cast(Bools, kernels.beside(samples.row, samples.column, ny, nx, metres / cell_m))


def along_divides(
    samples: Samples, found: Divides, cell_m: float, within_m: float, scale: RidgeScale
) -> Abreast:
    """Return the divides abreast of a boundary that run its way, ``within_m`` to either side."""

    def nearest(rows: Bools) -> Ints:
        keep = np.flatnonzero(rows)
        at = kernels.abreast_points(
            samples.row, samples.column, samples.along,
            found.row[keep], found.column[keep], found.way[keep],
            1.0, (within_m + SLACK_M) / cell_m, scale.cosine,
        )  # fmt: skip
        return np.where(at >= 0, keep[at] if len(keep) else -1, -1)

    n = len(samples.row)
    state = np.zeros(n, np.int8)
    if not found.sure.all():
        state[nearest(np.ones(len(found.row), bool)) >= 0] = HIDDEN
    sure = nearest(found.sure)
    hit = sure >= 0
    state[hit] = YES
    row, column = np.full((2, n), np.nan)
    row[hit], column[hit] = found.row[sure[hit]], found.column[sure[hit]]
    down, right = row - samples.row, column - samples.column
    aside = np.abs(right * samples.along[:, 0] - down * samples.along[:, 1]) * cell_m
    return Abreast(state, row, column, aside)


# -- crests ----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Crests:
    """The highest points of profiles across a boundary, (k,) each.

    Attributes
    ----------
    state : NO, YES (it is a crest) or HIDDEN
    row, column : its place, fractional cells, NaN where it is no crest
    aside_m : from the sample, to the right of the way positive in (row, column)
    drop_m : (k, 2), how far the ground falls on either side
    """

    state: States
    row: Floats
    column: Floats
    aside_m: Floats
    drop_m: Pairs


def crests(
    smooth: Heights, cell_m: float, samples: Samples, within_m: float, scale: RidgeScale
) -> Crests:
    """Return the crests that profiles across a boundary find within ``within_m``.

    Whether they are followed or crossed is for :func:`followed` to say.
    """
    step_m = cell_m / 2
    near = int(within_m / step_m + 1e-9) + 1  # a crest at the limit itself is no rim
    normal = np.column_stack([-samples.along[:, 1], samples.along[:, 0]])
    found, state = kernels.profiles(
        smooth, samples.row, samples.column, normal, 0.5, near, round(scale.side_m / step_m),
        scale.drop_m, scale.rise_m,
    )  # fmt: skip
    state[(state == YES) & (np.abs(found[:, 0]) * step_m > within_m + SLACK_M)] = NO
    away = np.where(state == YES, found[:, 0] * 0.5, np.nan)
    return Crests(
        state,
        samples.row + normal[:, 0] * away,
        samples.column + normal[:, 1] * away,
        np.where(state == YES, found[:, 0] * step_m, np.nan),
        found[:, 1:],
    )


def followed(
    aside_m: Floats, state: States, ring: Ints, step_m: Floats, scale: RidgeScale
) -> States:
    """Return the states with crests that are crossed set to NO.

    The way of the crests is fitted over ``CHORD_M`` of the boundary to either side; it may turn
    from the boundary by no more than the greatest angle.

    Parameters
    ----------
    ring : (k,) of each sample, rings in order; ``step_m`` is (r,)
    """
    out = state.copy()
    most = np.tan(np.radians(scale.angle_deg))
    for number, step in enumerate(step_m.tolist()):
        mine = np.flatnonzero(ring == number)
        hit = state[mine] == YES
        if hit.any():
            out[mine[hit & (_slope(aside_m[mine], hit, step) > most)]] = NO
    return out


def _slope(aside: Floats, hit: Bools, step_m: float) -> Floats:
    """Return the slope of crests against a closed ring."""
    reach = max(1, min(round(CHORD_M / step_m), (len(hit) - 1) // 2))
    away = np.arange(-reach, reach + 1) * step_m

    def around(values: Floats) -> Pairs:
        ring = np.pad(values, reach, mode="wrap")
        return np.lib.stride_tricks.sliding_window_view(ring, 2 * reach + 1)

    w = around(hit.astype(float))
    y = around(np.where(hit, aside, 0.0))
    count = np.maximum(w.sum(axis=1), 1.0)
    middle, mean = w @ away / count, y.sum(axis=1) / count
    spread = w @ (away * away) / count - middle**2
    common = y @ away / count - middle * mean
    return np.asarray(np.abs(common) / np.maximum(spread, step_m**2))


# -- surveyed lines --------------------------------------------------------------------------------


def beside_lines(
    xy: Pairs, along: Pairs, start: Pairs, end: Pairs, way: Pairs, within_m: float, angle_deg: float
) -> tuple[Floats, Ints]:
    """Return how far to the left of each sample a line runs its way, NaN none, and its segment.

    Parameters
    ----------
    xy, along : (k, 2) samples of a boundary and their unit vectors, metres of some plane
    start, end, way : (s, 2) segments of the lines and their unit vectors, same plane
    """
    aside, piece = kernels.abreast_lines(
        xy[:, 0].copy(), xy[:, 1].copy(), along, start, end, way, within_m,
        float(np.cos(np.radians(angle_deg))),
    )  # fmt: skip
    return aside, piece.astype(np.int64)
