"""Where water runs on a terrain window: receivers, the way down, height above the way.

All kernels work on square windows of local metres (``gis.terrain.Window``), row 0 in the north.
Cells are numbered row by row; a receiver of -1 means that the water leaves the window there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gis._jit import jit

Cells = npt.NDArray[np.int32]
Heights = npt.NDArray[np.float32]


@jit
def _sift_up(keys, items, n, key, item):  # type: ignore[no-untyped-def]
    """Put an item into a binary heap of ``n`` items; return the new count."""
    at = n
    while at > 0:
        parent = (at - 1) >> 1
        if keys[parent] <= key:
            break
        keys[at] = keys[parent]
        items[at] = items[parent]
        at = parent
    keys[at] = key
    items[at] = item
    return n + 1


@jit
def _take(keys, items, n):  # type: ignore[no-untyped-def]
    """Take the least item out of a heap of ``n``; return it and the new count."""
    item = items[0]
    n -= 1
    if n > 0:
        key, moved = keys[n], items[n]
        at = 0
        while True:
            child = 2 * at + 1
            if child >= n:
                break
            if child + 1 < n and keys[child + 1] < keys[child]:
                child += 1
            if keys[child] >= key:
                break
            keys[at] = keys[child]
            items[at] = items[child]
            at = child
        keys[at] = key
        items[at] = moved
    return item, n


@jit
def _flood(z, ny, nx):  # type: ignore[no-untyped-def]
    """Flood inwards from the rim; return the flooded surface and each cell's flood parent.

    ``z`` is bordered by one ring of NaN, so that no neighbour needs a bounds check. Cells above
    the water are passed on through a plain queue and only cells beside lower, unseen ground
    wait in the heap (Zhou, Sun & Fu 2016, doi:10.1016/j.cageo.2016.02.021); inside a
    depression the lowest ground is taken first, which makes the parents a least-cost way out
    (Metz, Mitasova & Harmon 2011, doi:10.5194/hess-15-667-2011).
    """
    width = nx + 2
    size = (ny + 2) * width
    around = np.array(
        [-width, 1, width, -1, -width - 1, -width + 1, width + 1, width - 1], dtype=np.int64
    )
    level = z.copy()
    parent = np.full(size, -1, np.int32)
    seen = np.zeros(size, np.bool_)
    keys = np.empty(size, np.float32)
    items = np.empty(size, np.int32)
    queue = np.empty(size, np.int32)
    n = 0
    for row in range(1, ny + 1):
        for column in range(1, nx + 1):
            i = row * width + column
            if z[i] != z[i]:
                seen[i] = True
                continue
            for k in range(8):
                other = z[i + around[k]]
                if other != other:
                    seen[i] = True
                    n = _sift_up(keys, items, n, z[i], i)
                    break
    for column in range(width):
        seen[column] = True
        seen[size - 1 - column] = True
    for row in range(ny + 2):
        seen[row * width] = True
        seen[row * width + width - 1] = True
    while n > 0:
        start, n = _take(keys, items, n)
        queue[0] = start
        head, tail = 0, 1
        while head < tail:
            i = queue[head]
            water = level[i]
            # A cell of the queue that borders lower ground waits for its turn in the heap: that
            # ground may drain elsewhere, lower.
            waits = False
            if head > 0:
                for k in range(8):
                    j = i + around[k]
                    if not seen[j] and z[j] <= water:
                        waits = True
                        break
            head += 1
            if waits:
                n = _sift_up(keys, items, n, water, i)
                continue
            for k in range(8):
                j = i + around[k]
                if seen[j]:
                    continue
                seen[j] = True
                parent[j] = i
                if z[j] > water:
                    queue[tail] = j
                    tail += 1
                else:
                    level[j] = water
                    n = _sift_up(keys, items, n, z[j], j)
    return level, parent


@jit
def _descend(z, level, parent, ny, nx):  # type: ignore[no-untyped-def]
    """Return (ny * nx) receivers: steepest descent, in depressions and on flats the flood parent."""
    width = nx + 2
    around = np.array(
        [-width, 1, width, -1, -width - 1, -width + 1, width + 1, width - 1], dtype=np.int64
    )
    step = np.array([-nx, 1, nx, -1, -nx - 1, -nx + 1, nx + 1, nx - 1], dtype=np.int32)
    diagonal = np.float32(np.sqrt(0.5))
    receiver = np.full(ny * nx, -1, np.int32)
    for row in range(ny):
        for column in range(nx):
            i = (row + 1) * width + column + 1
            own = level[i]
            if own != own:
                continue
            cell = row * nx + column
            steepest = np.float32(0.0)
            way = -1
            if own <= z[i]:
                for k in range(8):
                    drop = own - level[i + around[k]]
                    if k >= 4:
                        drop *= diagonal
                    if drop > steepest:
                        steepest = drop
                        way = k
            if way >= 0:
                receiver[cell] = cell + step[way]
            elif parent[i] >= 0:
                up = parent[i]
                receiver[cell] = (up // width - 1) * nx + up % width - 1
    return receiver


@dataclass(frozen=True, eq=False)
class Flow:
    """D8 routing of a window.

    Attributes
    ----------
    receiver : (ny * nx) int32, the cell each one drains to; -1 leaves the window, or nodata
    level : (ny, nx) float32, the surface of water poured over the window; NaN nodata
    cell_m : edge of a cell, metres
    """

    receiver: Cells
    level: Heights
    cell_m: float


def route(elevation: Heights, cell_m: float) -> Flow:
    """Return where each cell of a window drains to.

    Depressions are left over the least-cost way out (carved, not filled across), so that a pit
    or a road embankment neither stops nor diverts a flow path. Water enters nodata and the
    window's edge and is gone.

    Parameters
    ----------
    elevation : (ny, nx) float32 metres, NaN = no data
    cell_m : edge of a square cell, metres
    """
    ny, nx = elevation.shape
    z = np.full((ny + 2, nx + 2), np.nan, np.float32)
    z[1:-1, 1:-1] = elevation
    level, parent = _flood(z.ravel(), ny, nx)
    receiver = _descend(z.ravel(), level, parent, ny, nx)
    return Flow(receiver, level.reshape(ny + 2, nx + 2)[1:-1, 1:-1], cell_m)
