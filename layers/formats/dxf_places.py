"""Where the outlines and texts of a drawing lie: axes, labels, outlines inside one another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from gis.ragged import Bools, Floats, Ints, Shapes
from layers.account import Issue
from layers.formats.planes import Axes, axes_of
from layers.issues import listed, warning

_PAIRS = 1000  # told no further than this: a drawing of 100,000 rings in a ring has 5e9 pairs
_SHOWN = 3
_CHUNK = 32


def turned(shapes: list[Any], spots: Floats) -> tuple[Shapes, Floats, Bools, str]:
    """Return shapes and the places of texts with east first, which shapes were turned, and a note.

    Each outline is read by its own numbers: one that has north along x is turned, whatever the
    others have. A text goes with the outlines where all agree, else by its own place.

    Parameters
    ----------
    spots : (m, 2) places of texts
    """
    out = np.empty(len(shapes), dtype=object)
    out[:] = shapes
    common = _axes(shapely.get_coordinates(out))
    if common is not None:
        turn = np.full(len(out), common.swapped)
        words = np.full(len(spots), common.swapped)
        told = common.note()
    else:
        owns = [_axes(shapely.get_coordinates(shape)) for shape in out]
        turn = np.array([own is not None and own.swapped for own in owns], np.bool_)
        each = [_axes(spots[k : k + 1]) for k in range(len(spots))]
        words = np.array([own is not None and own.swapped for own in each], np.bool_)
        notes = dict.fromkeys(own.note() for own in owns if own is not None)
        told = "；".join(notes) or "坐标不像中国的平面坐标 / no plane coordinates of China"
    if turn.any():
        out[turn] = shapely.transform(out[turn], lambda xy: xy[:, ::-1])
    places = np.where(words[:, None], spots[:, ::-1], spots)
    return out, places, turn, f"DXF 不含坐标系；{told}"


def _axes(xy: Floats) -> Axes | None:
    return axes_of(xy[:, 1], xy[:, 0])[0] if len(xy) else None


def labels(shapes: Shapes, spots: Floats, texts: list[str]) -> list[str | None]:
    """Return the texts that stand inside each polygon, in the order of the drawing."""
    out: list[str | None] = [None] * len(shapes)
    if not len(spots):
        return out
    spot, shape = shapely.STRtree(shapes).query(shapely.points(spots), predicate="within")
    for k in np.lexsort((spot, shape)).tolist():
        row, word = int(shape[k]), texts[int(spot[k])]
        before = out[row]
        out[row] = word if before is None else f"{before} {word}"
    return out


def axes_issues(turn: Bools, handles: list[str]) -> Iterator[Issue]:
    """Tell which outlines had north along x."""
    if not turn.any():
        return
    if turn.all():
        zh = "图中横轴是北（测量坐标的 X），已对调"
        yield warning("axes_swapped", zh, "the drawing has north along its x; swapped")
        return
    names = [handles[k] or f"{k + 1}" for k in np.flatnonzero(turn)]
    zh = f"{len(names)} 个图元的横轴是北（测量坐标的 X），与其余的相反，已对调：" \
         f"句柄 {listed(names, shown=_SHOWN)}"  # fmt: skip
    en = f"{len(names)} entities have north along x, unlike the others; swapped: handles " \
         f"{listed(names, 'en', _SHOWN)}"  # fmt: skip
    yield warning("axes_swapped", zh, en)


def inside_issues(shapes: Shapes, handles: list[str]) -> Iterator[Issue]:
    """Tell which outlines lie inside another: a hole or a right, the drawing does not say."""
    inner, outer, more = _inside(shapes)
    if not len(inner):
        return
    named = [f"{handles[i] or i + 1} ⊂ {handles[o] or o + 1}"
             for i, o in zip(inner.tolist(), outer.tolist(), strict=True)]  # fmt: skip
    count = f"{len(named)}+" if more else f"{len(named)}"
    zh = f"{count} 条闭合线在另一条之内或与之相同，是内环还是另一地块，图中没有说，均按地块读：" \
         f"句柄 {listed(named, shown=_SHOWN)}"  # fmt: skip
    en = f"{count} closed lines lie inside another, or are the same: hole or parcel, the " \
         "drawing does not say, each is read as a parcel: " \
         f"handles {listed(named, 'en', _SHOWN)}"  # fmt: skip
    yield warning("outline_inside", zh, en)


def _inside(shapes: Shapes) -> tuple[Ints, Ints, bool]:
    """Return (inner, outer) pairs of outlines, and whether there are more than were looked for."""
    areal = np.flatnonzero((shapely.get_type_id(shapes) == 3) & shapely.is_valid(shapes))
    none = np.empty(0, np.int64)
    if len(areal) < 2:
        return none, none, False
    tree = shapely.STRtree(shapes[areal])
    found, pairs = 0, []
    for start in range(0, len(areal), _CHUNK):
        part = areal[start : start + _CHUNK]
        shapely.prepare(shapes[part])
        near, other = tree.query(shapes[part], predicate="covers")
        shapely.destroy_prepared(shapes[part])
        outer, inner = near + start, other
        same = shapely.equals(shapes[areal[outer]], shapes[areal[inner]])
        keep = (outer != inner) & (~same | (outer < inner))
        pairs.append(np.stack([areal[inner[keep]], areal[outer[keep]]]))
        found += int(keep.sum())
        if found > _PAIRS:
            break
    inner, outer = np.concatenate(pairs, axis=1)[:, :_PAIRS]
    order = np.lexsort((outer, inner))
    return inner[order], outer[order], found > _PAIRS
