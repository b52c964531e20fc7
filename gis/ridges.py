"""Drainage divides and crests beside a boundary: how much of it follows a ridge.

Two methods that fail differently look at the same boundary. *Divides* are where two neighbour
cells send their water apart for good; *crests* are where a profile across the boundary falls
away on both sides. Surveyors draw a ridge line (山脊线) as the divide (分水线).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from gis import kernels
from gis.flow import Heights, route
from gis.ragged import Bools, Floats, Ints

STEP_M = 10.0  # between samples of a boundary
BASELINE_M = 30.0  # the boundary's direction is that of a chord this far to either side
GAP_M = 60.0  # a run is not broken by less
SMOOTH_M = 30.0  # scale below which relief is no ridge: one sigma
DIRECTION_M = 100.0  # a divide's direction is that of its points within this distance


@dataclass(frozen=True, slots=True)
class RidgeScale:
    """What makes a divide or a crest a ridge.

    Attributes
    ----------
    separation_m : how far apart the two flow paths must come
    walk_m : within how long a way
    ratio : separation over the mean way walked
    drop_m : how far the ground must fall on both sides
    side_m : how far to either side a profile looks
    rise_m : how far ground beside the crest may rise above it
    """

    separation_m: float = 150.0
    walk_m: float = 900.0
    ratio: float = 1.2
    drop_m: float = 10.0
    side_m: float = 300.0
    rise_m: float = 3.0


@dataclass(frozen=True, eq=False)
class Boundary:
    """Samples along a closed boundary in fractional cells, (k,) each.

    ``tangent_*`` and ``normal_*`` are unit vectors in (row, column).
    """

    row: Floats
    column: Floats
    tangent_row: Floats
    tangent_column: Floats
    step_m: float


@dataclass(frozen=True, eq=False)
class Crests:
    """Profiles across a boundary, (k,) each, metres.

    Attributes
    ----------
    offset : from the sample to the highest ground within the tolerance, along the normal
    drop_left, drop_right : how far the ground falls from there on either side
    follows : the crest lies within the tolerance and both sides fall
    """

    offset: Floats
    drop_left: Floats
    drop_right: Floats
    follows: Bools


def smoothed(elevation: Heights, cell_m: float, scale_m: float = SMOOTH_M) -> Heights:
    """Return elevations smoothed to a metric scale; nodata has no part in any mean."""
    known = ~np.isnan(elevation)
    sigma = scale_m / cell_m
    if known.all():
        return np.asarray(gaussian_filter(elevation, sigma, truncate=3.0), np.float32)
    filled = np.where(known, elevation, 0).astype(np.float32)
    weight = gaussian_filter(known.astype(np.float32), sigma, truncate=3.0)
    total = gaussian_filter(filled, sigma, truncate=3.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(known, total / weight, np.nan).astype(np.float32)


def sample(row: Floats, column: Floats, cell_m: float) -> Boundary:
    """Return samples every ``STEP_M`` along a closed ring of corners in fractional cells."""
    closed_row, closed_column = np.append(row, row[0]), np.append(column, column[0])
    length = np.hypot(np.diff(closed_row), np.diff(closed_column)) * cell_m
    chain = np.concatenate([[0.0], np.cumsum(length)])
    total = chain[-1]
    n = max(8, round(total / STEP_M))
    at = (np.arange(n) + 0.5) * total / n

    def place(s: Floats) -> Floats:
        s = s % total
        return np.stack([np.interp(s, chain, closed_row), np.interp(s, chain, closed_column)])

    chord = place(at + BASELINE_M) - place(at - BASELINE_M)
    chord /= np.maximum(np.hypot(*chord), 1e-9)
    (rows, columns), (tangent_row, tangent_column) = place(at), chord
    return Boundary(rows, columns, tangent_row, tangent_column, float(total / n))


# -- divides ---------------------------------------------------------------------------------------


def divides(
    smooth: Heights, cell_m: float, near: Bools, scale: RidgeScale
) -> tuple[Floats, Floats]:
    """Return fractional (row, column) of the middles of cell edges that are divides.

    Parameters
    ----------
    smooth : (ny, nx) elevations smoothed to a metric scale
    near : (ny, nx) bool, where to look

    Limits: the least separation is five cells, whatever ``scale`` says.
    """
    nx = smooth.shape[1]
    candidates = np.flatnonzero(near).astype(np.int32)
    receiver = route(smooth, cell_m).receiver
    apart = max(scale.separation_m, 5 * cell_m)
    found = kernels.parted(
        smooth.ravel(), receiver, candidates, nx, cell_m, scale.walk_m, apart, scale.ratio,
        np.float32(scale.drop_m),
    )  # fmt: skip
    which, side = np.nonzero(found)
    row, column = np.divmod(candidates[which], nx)
    return row + 0.5 * side, column + 0.5 * (1 - side)


def along_divides(
    boundary: Boundary,
    row: Floats,
    column: Floats,
    cell_m: float,
    tolerance_m: float,
    angle_deg: float,
) -> Bools:
    """Return (k,) bool: a divide of about the boundary's direction lies within the tolerance.

    Parameters
    ----------
    row, column : (d,) places of divides, from :func:`divides`
    """
    n = len(boundary.row)
    if not len(row):
        return np.zeros(n, bool)
    places = np.column_stack([row, column]) * cell_m
    tree = cKDTree(places)
    along = _directions(places, tree)
    here = np.column_stack([boundary.row, boundary.column]) * cell_m
    pairs = cKDTree(here).sparse_distance_matrix(tree, tolerance_m, output_type="ndarray")
    i, j = pairs["i"], pairs["j"]
    cosine = np.abs(
        along[j, 0] * boundary.tangent_row[i] + along[j, 1] * boundary.tangent_column[i]
    )
    out = np.zeros(n, bool)
    out[i[cosine >= np.cos(np.radians(angle_deg))]] = True
    return out


def _directions(places: Floats, tree: cKDTree) -> Floats:
    """Return (d, 2) unit vectors: the main axis of the points within ``DIRECTION_M``."""
    pairs = tree.query_pairs(DIRECTION_M, output_type="ndarray")
    i, j = np.concatenate([pairs, pairs[:, ::-1]]).T
    away = places[j] - places[i]
    n = len(places)
    count = np.bincount(i, minlength=n) + 1.0

    def mean(values: Floats) -> Floats:
        return np.asarray(np.bincount(i, values, n) / count)

    y, x = mean(away[:, 0]), mean(away[:, 1])
    yy, xx = mean(away[:, 0] ** 2) - y * y, mean(away[:, 1] ** 2) - x * x
    xy = mean(away[:, 0] * away[:, 1]) - x * y
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)
    return np.column_stack([np.sin(angle), np.cos(angle)])


# -- crests ----------------------------------------------------------------------------------------


def crests(
    smooth: Heights, cell_m: float, boundary: Boundary, tolerance_m: float, scale: RidgeScale
) -> Crests:
    """Return the profiles across a boundary.

    The highest point within the tolerance is a crest if it does not lie at the tolerance's rim,
    the ground falls ``drop_m`` within ``side_m`` on both sides, and nothing there rises above it.
    """
    step_m = cell_m / 2
    reach, near = round(scale.side_m / step_m), round(tolerance_m / step_m)
    found = kernels.profiles(
        smooth, boundary.row, boundary.column, -boundary.tangent_column, boundary.tangent_row,
        0.5, reach, near,
    )  # fmt: skip
    offset = found[:, 0] * cell_m
    with np.errstate(invalid="ignore"):
        falls = (found[:, 1:3] >= scale.drop_m).all(axis=1)
        highest = (found[:, 3:5] < scale.rise_m).all(axis=1)
        inner = np.abs(offset) < near * step_m - 1e-6
    return Crests(offset, found[:, 1], found[:, 2], falls & highest & inner)


# -- share and runs --------------------------------------------------------------------------------


def runs(follows: Bools, step_m: float) -> tuple[Ints, Ints]:
    """Return first sample and number of samples of each run along a closed boundary.

    Gaps up to ``GAP_M`` do not break a run. A run may pass over the last sample to the first.
    """
    n = len(follows)
    if not follows.any():
        return np.empty(0, np.int64), np.empty(0, np.int64)
    if follows.all():
        return np.zeros(1, np.int64), np.full(1, n)
    shift = int(np.argmin(follows))  # starts in a gap, so that no run is cut
    edges = np.diff(np.concatenate([[0], np.roll(follows, -shift).astype(np.int8), [0]]))
    first, last = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    most = int(GAP_M // step_m)
    gaps = np.append(first[1:] - last[:-1], first[0] + n - last[-1])
    joined = gaps <= most
    if joined.all():
        return np.zeros(1, np.int64), np.full(1, n)
    # Begin after a gap that stays, then join runs over the short ones.
    lead = int(np.flatnonzero(~joined)[-1]) + 1
    first = np.concatenate([first[lead:], first[:lead] + n])
    last = np.concatenate([last[lead:], last[:lead] + n])
    joined = np.roll(joined, -lead)
    begins = np.concatenate([[True], ~joined[:-1]])
    ends = ~joined
    begin, end = first[begins], last[ends]
    return (begin + shift) % n, end - begin


def share_and_run(follows: Bools, step_m: float) -> tuple[float, float]:
    """Return the share of a boundary that follows, and its longest unbroken run in metres."""
    _, count = runs(follows, step_m)
    return float(follows.mean()), float(count.max(initial=0) * step_m)
