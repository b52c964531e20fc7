"""What stands in what: texts in outlines, outlines in outlines, outlines that are there twice.

A drawing can make each of 100,000 outlines hold all others. What is compared is bounded, and where
the bound is met that is told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gis.ragged import Bools, Floats, Ints, Shapes
from layers.account import Issue
from layers.formats.dxf.marks import name_corners
from layers.issues import info, label_en, listed, warning

_AT_ONCE = 16  # outlines whose neighbours are looked up together
MOST_PAIRS = 5_000_000
"""Outlines beside outlines, and texts in outlines, beyond which nothing more is compared."""
MOST_CORNERS = 50_000_000
_NAMED = 8


@dataclass(frozen=True)
class Labels:
    """The texts of each row, and what had to be said about them."""

    words: list[str | None]
    issues: tuple[Issue, ...]


@dataclass(frozen=True)
class Texts:
    """The texts of a drawing: (k, 2) anchors, words, (k,) heights of the letters."""

    spots: Floats
    words: list[str]
    heights: Floats


def labels(shapes: Shapes, texts: Texts, names: tuple[str, ...]) -> Labels:
    """Return the texts that stand inside each polygon, in the order of the drawing.

    A text that stands in several outlines belongs to the smallest: that of a right inside another
    is not the name of both. The number of a corner beside it is no label where there is another.

    Parameters
    ----------
    shapes : (n,) rows; lines and points have no text
    names : (n,) how rows are called
    """
    nothing: list[str | None] = [None] * len(shapes)
    areas = _polygons(shapes)
    finite = np.flatnonzero(np.isfinite(texts.spots).all(axis=1))
    if not len(areas) or not len(finite):
        return Labels(nothing, ())
    pairs = _held(shapes[areas], shapely.points(texts.spots[finite]))
    if pairs is None:
        zh = "图形所含文字过多，未作标注"
        return Labels(nothing, (warning("texts_unplaced", zh, "too many texts in the outlines"),))
    row, spot = areas[pairs[0]], finite[pairs[1]]
    keep, shared = _smallest(shapely.area(shapes), row, spot)
    issues = _several_homes(spot, shared, texts.words)
    row, spot = row[keep], spot[keep]
    corner = name_corners(shapes[areas], texts.spots, texts.words, texts.heights)[spot]
    named = np.isin(row, row[~corner])
    issues = (*issues, *_corner_names(row, spot, corner, named, texts.words, names))
    label = ~(corner & named)
    found = _joined(nothing, row[label], spot[label], texts.words, names, issues)
    return Labels(found.words, (*found.issues, *_without(found.words, areas, names)))


def _corner_names(
    row: Ints, spot: Ints, corner: Bools, named: Bools, texts: list[str], names: tuple[str, ...]
) -> list[Issue]:
    """Tell which texts were taken for numbers of corners, and where they are all there is."""
    issues = []
    left = [texts[k] for k in np.sort(spot[corner & named])]
    if left:
        zh = f"{len(left)} 处文字是旁边拐点的编号，未作标注：{listed(left, shown=_NAMED)}"
        en = f"{len(left)} texts are numbers of the corners beside them, not labels: " \
             f"{listed(left, 'en', _NAMED)}"  # fmt: skip
        issues.append(info("corner_numbers", zh, en))
    only = [names[k] for k in np.unique(row[corner & ~named])]
    if only:
        shown = listed(only, shown=_NAMED)
        zh = f"{len(only)} 个图形内只有像拐点编号的文字，仍作标注，请核对：{shown}"
        en = f"{len(only)} outlines hold no text but what may be numbers of corners; read as " \
             f"labels: {_english(only)}"  # fmt: skip
        issues.append(warning("label_doubtful", zh, en))
    return issues


def _without(words: list[str | None], areas: Ints, names: tuple[str, ...]) -> tuple[Issue, ...]:
    """Tell which outlines have no text where others have."""
    bare = [names[k] for k in areas if words[k] is None]
    if not bare or len(bare) == len(areas):
        return ()
    zh = f"{len(bare)} 个图形内没有文字：{listed(bare, shown=_NAMED)}"
    return (info("texts_missing", zh, f"{len(bare)} outlines hold no text: {_english(bare)}"),)


def _held(areas: Shapes, points: Shapes) -> tuple[Ints, Ints] | None:
    """Return which polygons hold which points, None where there are too many pairs."""
    tree = shapely.STRtree(points)
    found, count = [np.empty((2, 0), np.int64)], 0
    for start in range(0, len(areas), _AT_ONCE):
        pairs = tree.query(areas[start : start + _AT_ONCE], predicate="contains")
        count += pairs.shape[1]
        if count > MOST_PAIRS:
            return None
        found.append(pairs + np.array([[start], [0]]))
    both = np.concatenate(found, axis=1)
    return both[0], both[1]


def _smallest(area: Floats, row: Ints, spot: Ints) -> tuple[Ints, Ints]:
    """Return the pairs whose outline is the smallest round its text, and texts with larger ones."""
    least = np.full(int(spot.max(initial=-1)) + 1, np.inf)
    np.minimum.at(least, spot, area[row])
    smallest = area[row] <= least[spot]
    return np.flatnonzero(smallest), np.unique(spot[~smallest])


def _several_homes(spot: Ints, shared: Ints, texts: list[str]) -> tuple[Issue, ...]:
    if not len(shared):
        return ()
    words = [f"“{texts[k][:20]}”" for k in shared]
    zh = f"{len(shared)} 处文字同时在几个图形内，归于最小的一个：{listed(words, shown=_NAMED)}"
    en = f"{len(shared)} texts stand in several outlines; each belongs to the smallest: " \
         f"{listed(words, 'en', _NAMED)}"  # fmt: skip
    return (warning("text_in_several", zh, en),)


def _joined(
    words: list[str | None], row: Ints, spot: Ints, texts: list[str], names: tuple[str, ...],
    issues: tuple[Issue, ...],
) -> Labels:  # fmt: skip
    several = set()
    for k in np.lexsort((spot, row)).tolist():
        at, word = int(row[k]), texts[int(spot[k])]
        before = words[at]
        words[at] = word if before is None else f"{before} {word}"
        if before is not None:
            several.add(at)
    if several:
        rows = [names[k] for k in sorted(several)]
        zh = f"{len(rows)} 个图形内有几处文字，按图中次序连写：{listed(rows, shown=_NAMED)}"
        en = f"{len(rows)} outlines hold several texts, joined in the order of the drawing: " \
             f"{_english(rows)}"  # fmt: skip
        issues = (*issues, info("texts_joined", zh, en))
    return Labels(words, issues)


def doubtful_pairs(shapes: Shapes, names: tuple[str, ...]) -> list[Issue]:
    """Tell which outlines are there twice, and which lie inside another, maybe as its hole."""
    areas = _polygons(shapes)
    first, issues = _twice(shapes, areas, names)
    areas = areas[first]
    areas = areas[shapely.is_valid(shapes[areas])]
    outer, inner, whole = _nested(shapes[areas])
    if not whole:
        zh = "图形太多、太密，未全部比较是否互相包含"
        en = "too many outlines over each other; not all were compared"
        issues.append(warning("outlines_not_compared", zh, en))
    if len(inner):
        shown = np.unique(inner, return_index=True)[1]
        pairs = [(names[areas[inner[k]]], names[areas[outer[k]]]) for k in shown.tolist()]
        zh = listed([f"{a}在{b}内" for a, b in pairs], shown=_NAMED)
        en = listed([f"{label_en(a)} in {label_en(b)}" for a, b in pairs], "en", _NAMED)
        zh = f"{len(pairs)} 个图形在另一图形之内，是孔洞还是另一块无从得知，按另一块读：{zh}"
        en = f"{len(pairs)} outlines lie inside another; a hole or ground of its own? read as " \
             f"ground: {en}"  # fmt: skip
        issues.append(warning("outline_inside", zh, en))
    return issues


def _twice(shapes: Shapes, areas: Ints, names: tuple[str, ...]) -> tuple[Ints, list[Issue]]:
    """Return positions of the first of equal outlines, and what is told of the others."""
    raw = shapely.to_wkb(shapely.normalize(shapes[areas]))
    seen: dict[bytes, int] = {}
    again = [(k, seen[w]) for k, w in enumerate(raw) if seen.setdefault(w, k) != k]
    first = np.array(sorted(seen.values()), np.int64)
    if not again:
        return first, []
    pairs = [(names[areas[a]], names[areas[b]]) for a, b in again]
    zh = listed([f"{a}同{b}" for a, b in pairs], shown=_NAMED)
    en = listed([f"{label_en(a)} is {label_en(b)}" for a, b in pairs], "en", _NAMED)
    zh, en = f"{len(pairs)} 个图形重复：{zh}", f"{len(pairs)} outlines are there twice: {en}"
    return first, [warning("outline_twice", zh, en)]


def _nested(areas: Shapes) -> tuple[Ints, Ints, bool]:
    """Return outer and inner positions, and whether all were compared."""
    found = [np.empty((2, 0), np.int64)]
    if len(areas) < 2:
        return found[0][0], found[0][1], True
    tree, bounds = shapely.STRtree(areas), shapely.bounds(areas)
    sizes = np.asarray(shapely.get_num_coordinates(areas), np.int64)
    pairs_left, corners_left = MOST_PAIRS, MOST_CORNERS
    for start in range(0, len(areas), _AT_ONCE):
        outer, inner = tree.query(areas[start : start + _AT_ONCE])
        outer = outer + start
        pairs_left -= len(outer)
        around = (bounds[outer, :2] <= bounds[inner, :2]) & (bounds[outer, 2:] >= bounds[inner, 2:])
        kept = around.all(axis=1) & (outer != inner)
        outer, inner = outer[kept], inner[kept]
        corners_left -= int((sizes[inner] + sizes[outer] // 10).sum())
        if pairs_left < 0 or corners_left < 0:
            break
        shapely.prepare(areas[np.unique(outer)])
        inside = shapely.covers(areas[outer], areas[inner])
        found.append(np.stack([outer[inside], inner[inside]]))
    both = np.concatenate(found, axis=1)
    return both[0], both[1], pairs_left >= 0 and corners_left >= 0


def _polygons(shapes: Shapes) -> Ints:
    """Return the rows that are polygons of finite corners."""
    is_polygon = np.asarray(shapely.get_type_id(shapes) == 3, np.bool_)
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    is_polygon[owner[~np.isfinite(xy).all(axis=1)]] = False
    return np.flatnonzero(is_polygon)


def _english(rows: list[str]) -> str:
    return listed([label_en(r) for r in rows], "en", _NAMED)
