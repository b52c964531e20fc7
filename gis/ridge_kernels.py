"""Compiled loops of the search for ridges beside a boundary; ``gis.ridges`` says what they mean.

Plain arrays in, plain arrays out. Places are fractional (row, column) of a window, row 0 in the
north; elevations are float32 metres with NaN for no data.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gis._jit import jit


@jit
def beside(row: Any, column: Any, ny: int, nx: int, radius: float) -> Any:
    """Return (ny, nx) bool: the cell's middle lies within ``radius`` cells of some place."""
    out = np.zeros((ny, nx), np.bool_)
    reach = int(np.ceil(radius))
    for n in range(row.size):
        r0, c0 = int(np.round(row[n])), int(np.round(column[n]))
        for r in range(max(0, r0 - reach), min(ny, r0 + reach + 1)):
            for c in range(max(0, c0 - reach), min(nx, c0 + reach + 1)):
                if (r - row[n]) ** 2 + (c - column[n]) ** 2 <= radius * radius:
                    out[r, c] = True
    return out


@jit
def parted(
    z: Any,
    receiver: Any,
    candidates: Any,
    nx: int,
    cell_m: float,
    walk_m: float,
    apart_m: float,
    ratio: float,
    drop: Any,
) -> Any:
    """Return (k, 2) int8: the edge to the east, to the south of each candidate is a divide.

    Both flow paths are walked down in step until they are ``apart_m`` apart, and that for good:
    at least ``ratio`` times the mean way walked. 1: a divide; 2: a path ran into nodata or over
    the window's edge before that could be told; 0: none.
    """
    out = np.zeros((candidates.size, 2), np.int8)
    diagonal = cell_m * np.sqrt(2.0)
    ny = z.size // nx
    for n in range(candidates.size):
        p = candidates[n]
        for side in range(2):
            if (side == 0 and p % nx == nx - 1) or (side == 1 and p // nx == ny - 1):
                continue
            q = p + 1 if side == 0 else p + nx
            if z[p] != z[p] or z[q] != z[q] or receiver[p] == q or receiver[q] == p:
                continue
            a, b = p, q
            way_a, way_b = 0.0, 0.0
            while way_a <= walk_m or way_b <= walk_m:
                if a == b:
                    out[n, side] = 0
                    break
                first = way_a <= way_b
                if receiver[a if first else b] < 0:
                    out[n, side] = 2
                    first = not first
                at = a if first else b
                to = receiver[at]
                if to < 0:
                    break
                straight = abs(to - at) == 1 or abs(to - at) == nx
                step = cell_m if straight else diagonal
                if first:
                    a = to
                    way_a += step
                else:
                    b = to
                    way_b += step
                dy, dx = (a // nx - b // nx) * cell_m, (a % nx - b % nx) * cell_m
                apart = np.sqrt(dx * dx + dy * dy)
                if (
                    apart >= apart_m
                    and apart >= ratio * 0.5 * (way_a + way_b)
                    and z[p] - z[a] >= drop
                    and z[q] - z[b] >= drop
                ):
                    out[n, side] = 1
                    break
    return out


@jit
def directions(row: Any, column: Any, radius: float) -> Any:
    """Return (k, 2) unit vectors (row, column): main axis of the places within ``radius``."""
    out = np.zeros((row.size, 2))
    for n in range(row.size):
        count, y, x, yy, xx, xy = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for m in range(row.size):
            dy, dx = row[m] - row[n], column[m] - column[n]
            if dy * dy + dx * dx > radius * radius:
                continue
            count += 1.0
            y += dy
            x += dx
            yy += dy * dy
            xx += dx * dx
            xy += dx * dy
        y /= count
        x /= count
        turn = 0.5 * np.arctan2(
            2 * (xy / count - x * y), (xx / count - x * x) - (yy / count - y * y)
        )
        out[n, 0], out[n, 1] = np.sin(turn), np.cos(turn)
    return out


@jit
def abreast_points(
    row: Any, column: Any, along: Any, to_row: Any, to_column: Any, to_along: Any,
    ahead: float, across: float, cosine: float,
) -> Any:  # fmt: skip
    """Return (k,) the place nearest abreast of each sample that runs its way, -1 for none.

    ``along``, ``to_along``: (k, 2) unit vectors; a place is abreast within ``ahead`` along and
    ``across`` to the side.
    """
    out = np.full(row.size, -1, np.int32)
    for n in range(row.size):
        least = np.inf
        for m in range(to_row.size):
            dy, dx = to_row[m] - row[n], to_column[m] - column[n]
            forward = abs(dy * along[n, 0] + dx * along[n, 1])
            if forward > ahead:
                continue
            aside = abs(dx * along[n, 0] - dy * along[n, 1])
            turned = abs(to_along[m, 0] * along[n, 0] + to_along[m, 1] * along[n, 1])
            if aside <= across and turned >= cosine and aside < least:
                least = aside
                out[n] = m
    return out


@jit
def abreast_lines(
    x: Any, y: Any, along: Any, start: Any, end: Any, way: Any, across: float, cosine: float
) -> tuple[Any, Any]:
    """Return (k,) offset to the line abreast of each sample, NaN for none, and its segment.

    A segment is abreast where it meets the normal of the sample within ``across`` to either
    side and its way, (s, 2) unit vectors in x and y as ``along``, is the sample's.
    """
    offset = np.full(x.size, np.nan)
    which = np.full(x.size, -1, np.int32)
    for n in range(x.size):
        ex, ey = along[n, 0], along[n, 1]
        for m in range(len(start)):
            ahead = (start[m, 0] - x[n]) * ex + (start[m, 1] - y[n]) * ey
            behind = (end[m, 0] - x[n]) * ex + (end[m, 1] - y[n]) * ey
            if ahead * behind > 0 or ahead == behind:
                continue
            if abs(way[m, 0] * ex + way[m, 1] * ey) < cosine:
                continue
            part = ahead / (ahead - behind)
            px = start[m, 0] + part * (end[m, 0] - start[m, 0]) - x[n]
            py = start[m, 1] + part * (end[m, 1] - start[m, 1]) - y[n]
            aside = py * ex - px * ey
            if abs(aside) <= across and not abs(aside) >= abs(offset[n]):
                offset[n] = aside
                which[n] = m
    return offset, which


@jit
def height(z: Any, row: float, column: float) -> Any:
    """Return the elevation at a place, bilinear; NaN beside nodata and beyond the window."""
    r0, c0 = int(np.floor(row)), int(np.floor(column))
    if r0 < 0 or c0 < 0 or r0 + 1 >= z.shape[0] or c0 + 1 >= z.shape[1]:
        return np.nan
    u, v = row - r0, column - c0
    north = (1 - v) * z[r0, c0] + v * z[r0, c0 + 1]
    south = (1 - v) * z[r0 + 1, c0] + v * z[r0 + 1, c0 + 1]
    return (1 - u) * north + u * south


@jit
def vertex(before: float, top: float, after: float) -> float:
    """Return where the parabola through three heights one step apart is highest, -0.5 to 0.5.

    Zero is the place of ``top``, which is no lower than the others.
    """
    bend = before - 2 * top + after
    return 0.5 * (before - after) / bend if bend < 0 else 0.0


@jit
def finer(z: Any, cell: Any, side: Any, nx: int) -> Any:
    """Return (d,) where between two cells the ground is highest, in cells from the first.

    Parameters
    ----------
    z : (n,) elevations; ``cell`` the first of each pair; ``side`` 0: the other lies to the east,
        1: to the south
    """
    out = np.full(cell.size, 0.5)
    for n in range(cell.size):
        step = 1 if side[n] == 0 else nx
        at = cell[n] % nx if side[n] == 0 else cell[n] // nx
        size = nx if side[n] == 0 else z.size // nx
        higher = 1 if z[cell[n] + step] > z[cell[n]] else 0
        if at + higher < 1 or at + higher + 1 >= size:
            continue
        top = cell[n] + higher * step
        if z[top - step] <= z[top] and z[top + step] <= z[top]:
            out[n] = higher + vertex(z[top - step], z[top], z[top + step])
    return out


@jit
def profiles(
    z: Any,
    row: Any,
    column: Any,
    normal: Any,
    step: float,
    near: int,
    reach: int,
    drop: float,
    rise: float,
) -> tuple[Any, Any]:
    """Look across a boundary for a crest; return what was found and whether it is one.

    The crest of a profile is its highest point within ``near`` steps. It is one (1) if it does
    not lie at the rim of those, and to both sides the ground falls by ``drop`` within ``reach``
    steps before it rises by ``rise`` above the crest; 0 if not; 2 if nodata hides which.

    Returns
    -------
    found : (k, 3) offset of the crest in fractional steps, and how far the ground falls on either
        side
    state : (k,) int8
    """
    found = np.full((row.size, 3), np.nan)
    state = np.zeros(row.size, np.int8)
    for n in range(row.size):
        top, at, hidden = -np.inf, 0, False
        last, before, after = np.nan, np.nan, np.nan
        for s in range(-near, near + 1):
            here = height(z, row[n] + normal[n, 0] * step * s, column[n] + normal[n, 1] * step * s)
            if here != here:
                hidden = True
                break
            if here > top:
                top, at, before = here, s, last
            elif s == at + 1:
                after = here
            last = here
        if hidden:
            state[n] = 2
            continue
        found[n, 0] = at + (vertex(before, top, after) if abs(at) < near else 0.0)
        falls, hidden_sides = 0, 0
        for side in range(2):
            way = 2 * side - 1
            fall = 0.0
            for k in range(1, reach + 1):
                away = (at + way * k) * step
                here = height(z, row[n] + normal[n, 0] * away, column[n] + normal[n, 1] * away)
                if here != here:
                    if fall < drop:
                        hidden_sides += 1
                    break
                if here - top >= rise:
                    break
                fall = max(fall, top - here)
            found[n, 1 + side] = fall
            if fall >= drop:
                falls += 1
        if abs(at) < near:
            if falls == 2:
                state[n] = 1
            elif falls + hidden_sides == 2:
                state[n] = 2
    return found, state
