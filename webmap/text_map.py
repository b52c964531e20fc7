"""Features as a small picture of text: braille dots, or squares where a console has only GBK.

A picture to see shapes by, not to measure: one scale for both axes, taken at its middle latitude.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gis.ragged import Floats, Ints, Ragged

COLUMNS, ROWS = 60, 16
_METRES_A_DEGREE = 111_320.0
_EDGES = 20_000  # drawn at a time
# Bits of the braille dots, by row and column within a sign (Unicode 15, chapter 21.1).
_BRAILLE = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
_SQUARE, _BLANK = "■", "\N{IDEOGRAPHIC SPACE}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture: its lines, how far it reaches and how wide a dot is, in metres."""

    lines: tuple[str, ...]
    east_m: float
    north_m: float
    dot_m: float


def draw(shapes: Sequence[Ragged], environ: Mapping[str, str]) -> Drawn | None:
    """Return a picture of the outlines (EPSG:4490 degrees), None where there are none.

    Where the locale is a GBK one, which has no braille, each dot is a full-width square; both
    have dots as wide as high in a terminal whose letters are twice as high as wide.
    """
    pieces = [_edges(one) for one in shapes if len(one)]
    if not pieces:
        return None
    starts, ends = (np.concatenate(part) for part in zip(*pieces, strict=True))
    low = np.minimum(starts.min(axis=0), ends.min(axis=0))
    high = np.maximum(starts.max(axis=0), ends.max(axis=0))
    middle = math.radians((low[1] + high[1]) / 2)
    metres = np.array([math.cos(middle), 1.0]) * _METRES_A_DEGREE
    size = (high - low) * metres
    wide, tall = (COLUMNS // 2, ROWS) if only_gbk(environ) else (COLUMNS * 2, ROWS * 4)
    dot = max(size[0] / (wide - 1), size[1] / (tall - 1), 1e-3)
    grid = _marked((starts - low) * metres / dot, (ends - low) * metres / dot)
    lines = _squares(grid) if only_gbk(environ) else _dots(grid)
    return Drawn(tuple(lines), float(size[0]), float(size[1]), float(dot))


def only_gbk(environ: Mapping[str, str]) -> bool:
    """Return whether the locale says that a console shows GBK alone."""
    told = [environ.get(k, "") for k in ("LC_ALL", "LC_CTYPE", "LANG")]
    # Python itself sets LC_CTYPE to C.UTF-8 where it does not know the locale (PEP 538).
    named = next((name for name in told if name and name != "C.UTF-8"), "")
    return re.search(r"gbk|gb2312|gb18030|euc-?cn|936", named, re.IGNORECASE) is not None


def _edges(shapes: Ragged) -> tuple[Floats, Floats]:
    """Return start and end (n, 2) of all edges; a point is an edge to itself."""
    import shapely

    pieces = shapely.get_parts(shapes.to_shapely())
    lines = np.where(shapely.get_dimensions(pieces) == 2, shapely.boundary(pieces), pieces)
    xy, owner = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    same = owner[1:] == owner[:-1]
    alone = np.bincount(owner)[owner] == 1
    return (
        np.concatenate([xy[:-1][same], xy[alone]]),
        np.concatenate([xy[1:][same], xy[alone]]),
    )


def _marked(starts: Floats, ends: Floats) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Return (rows, columns) bool, north up: the dots that edges pass."""
    width, height = np.rint(np.maximum(starts, ends).max(axis=0)).astype(np.int64) + 1
    grid = np.zeros((int(height), int(width)), np.bool_)
    # Of outlines with many corners all edges at once would be gigabytes of steps.
    for first in range(0, len(starts), _EDGES):
        run = slice(first, first + _EDGES)
        passed = _passed(starts[run], ends[run])
        grid[passed[:, 1], passed[:, 0]] = True
    return grid[::-1]


def _passed(starts: Floats, ends: Floats) -> Ints:
    """Return (k, 2) column and row of the dots that edges pass; some more than once."""
    steps = np.ceil(np.abs(ends - starts).max(axis=1)).astype(np.int64) + 1
    edge = np.repeat(np.arange(len(steps)), steps)
    within = np.arange(len(edge)) - np.repeat(np.cumsum(steps) - steps, steps)
    share = (within / np.maximum(steps - 1, 1)[edge])[:, None]
    return np.asarray(np.rint(starts[edge] + (ends - starts)[edge] * share), np.int64)


def _dots(grid: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> list[str]:
    rows, columns = (-(-n // k) for n, k in zip(grid.shape, (4, 2), strict=True))
    whole = np.zeros((rows * 4, columns * 2), np.int64)
    whole[: grid.shape[0], : grid.shape[1]] = grid
    signs = (whole.reshape(rows, 4, columns, 2) * _BRAILLE[None, :, None, :]).sum(axis=(1, 3))
    return ["".join(chr(0x2800 + s) for s in row).rstrip("\u2800") for row in signs.tolist()]


def _squares(grid: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> list[str]:
    return ["".join(_SQUARE if d else _BLANK for d in row).rstrip(_BLANK) for row in grid.tolist()]
