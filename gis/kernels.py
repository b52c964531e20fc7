"""Compiled loops over terrain windows: flooding, walking down, resampling.

Plain arrays in, plain arrays out; their callers in ``gis.flow``, ``gis.downstream`` and
``gis.terrain`` say what they mean. Cells are numbered row by row, row 0 in the
north; elevations are float32 metres with NaN for no data.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gis._jit import jit


@jit
def sift_up(keys: Any, items: Any, n: int, key: float, item: int) -> int:
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
def take(keys: Any, items: Any, n: int) -> tuple[int, int]:
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
def flood(z: Any, ny: int, nx: int) -> tuple[Any, Any]:
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
                    n = sift_up(keys, items, n, z[i], i)
                    break
    for column in range(width):
        seen[column] = True
        seen[size - 1 - column] = True
    for row in range(ny + 2):
        seen[row * width] = True
        seen[row * width + width - 1] = True
    while n > 0:
        start, n = take(keys, items, n)
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
                n = sift_up(keys, items, n, water, i)
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
                    n = sift_up(keys, items, n, z[j], j)
    return level, parent


@jit
def descend(z: Any, level: Any, parent: Any, ny: int, nx: int) -> Any:
    """Return (ny * nx) receivers: steepest descent, else (depression, flat) the flood parent."""
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


@jit
def follow(receiver: Any, start: int, nx: int, cell_m: float, most_m: float) -> Any:
    """Return the cells from ``start`` down to where ``most_m`` of staircase are walked."""
    cells = np.empty(receiver.size, np.int32)
    cells[0] = start
    n = 1
    length = 0.0
    at = start
    while length < most_m and receiver[at] >= 0:
        to = receiver[at]
        straight = abs(to - at) == 1 or abs(to - at) == nx
        length += cell_m if straight else cell_m * np.sqrt(2.0)
        cells[n] = to
        n += 1
        at = to
    return cells[:n].copy()


@jit
def above_path(
    elevation: Any, receiver: Any, cells: Any, water: Any, reach: int, depth: Any
) -> tuple[Any, Any, Any]:
    """Return where the ground lies at most ``depth`` above a path, its height, its path cell.

    ``water`` is the height of the path in each of its ``cells``. Two measures are joined: height
    above the path cell that a cell drains to, and height above the nearest path cell; either
    alone misses ground (a floor drained in parallel, a bank that drains past the end). Heights
    and path cells (numbers along the path) are of the nearest.
    """
    ny, nx = elevation.shape
    z = elevation.ravel()
    step = np.full(ny * nx, -2, np.int32)  # -2 not known, -1 drains past the path
    for k in range(cells.size):
        step[cells[k]] = k
    mask = np.zeros((ny, nx), np.bool_)
    above = np.full((ny, nx), np.inf, np.float32)
    along = np.full((ny, nx), -1, np.int32)
    start_row, start_column = cells[0] // nx, cells[0] % nx
    for row in range(max(0, start_row - reach), min(ny, start_row + reach + 1)):
        for column in range(max(0, start_column - reach), min(nx, start_column + reach + 1)):
            away = (row - start_row) ** 2 + (column - start_column) ** 2
            i = row * nx + column
            if away > reach * reach or z[i] != z[i]:
                continue
            nearest = 0
            least = 4 * nx * nx + 4 * ny * ny
            for k in range(cells.size):
                dr, dc = cells[k] // nx - row, cells[k] % nx - column
                if dr * dr + dc * dc < least:
                    least = dr * dr + dc * dc
                    nearest = k
            above[row, column] = z[i] - water[nearest]
            along[row, column] = nearest
            at = i
            while step[at] == -2 and receiver[at] >= 0:
                at = receiver[at]
            found = step[at] if step[at] != -2 else -1
            at = i
            while step[at] == -2:
                step[at] = found
                if receiver[at] < 0:
                    break
                at = receiver[at]
            low = above[row, column] <= depth
            if not low and found >= 0:
                low = z[i] - water[found] <= depth
            mask[row, column] = low
    return mask, above, along


@jit
def joined(mask: Any, cells: Any) -> Any:
    """Keep what hangs together with the path (8 neighbours)."""
    ny, nx = mask.shape
    out = np.zeros((ny, nx), np.bool_)
    stack = np.empty(ny * nx, np.int32)
    n = 0
    for k in range(cells.size):
        row, column = cells[k] // nx, cells[k] % nx
        if not out[row, column]:
            out[row, column] = True
            stack[n] = cells[k]
            n += 1
    while n > 0:
        n -= 1
        row, column = stack[n] // nx, stack[n] % nx
        for r in range(max(0, row - 1), min(ny, row + 2)):
            for c in range(max(0, column - 1), min(nx, column + 2)):
                if mask[r, c] and not out[r, c]:
                    out[r, c] = True
                    stack[n] = r * nx + c
                    n += 1
    return out


@jit
def resampled(source: Any, rows: Any, columns: Any, n: int, node: int) -> Any:
    """Return (n, n) elevations, bilinear in the source; NaN beside any cell without a value.

    ``rows``, ``columns``: fractional source cells of every ``node``-th target cell.
    """
    out = np.full((n, n), np.nan, np.float32)
    height, width = source.shape
    for i in range(n):
        a = i // node
        u = (i - a * node) / node
        for j in range(n):
            b = j // node
            v = (j - b * node) / node
            r = (1 - u) * ((1 - v) * rows[a, b] + v * rows[a, b + 1]) + u * (
                (1 - v) * rows[a + 1, b] + v * rows[a + 1, b + 1]
            )
            c = (1 - u) * ((1 - v) * columns[a, b] + v * columns[a, b + 1]) + u * (
                (1 - v) * columns[a + 1, b] + v * columns[a + 1, b + 1]
            )
            r0, c0 = int(np.floor(r)), int(np.floor(c))
            if r0 < 0 or c0 < 0 or r0 + 1 >= height or c0 + 1 >= width:
                continue
            s, t = r - r0, c - c0
            out[i, j] = (1 - s) * ((1 - t) * source[r0, c0] + t * source[r0, c0 + 1]) + s * (
                (1 - t) * source[r0 + 1, c0] + t * source[r0 + 1, c0 + 1]
            )
    return out
