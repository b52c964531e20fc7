"""Circles that mark corners, and texts that name them: no outlines, and no names of mines.

Surveyors draw a circle of a millimetre or two, on paper, round each corner of a boundary, and
write its number beside it. A mining right is bounded by corners, never by a circle.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
import shapely

from gis.ragged import Bools, Floats, Shapes
from layers.formats.dxf.places import ARC_M, NEARLY

SMALL_M = 10.0
"""A circle of no larger radius marks a place, whatever it stands on."""

_ON_CORNER = 0.05  # of the radius: a mark is drawn round its corner
_MANY_TIMES = 10.0  # what a line is longer than the radius of the marks on its corners
_MOST_CORNERS = 2_000_000
_BESIDE = 5.0  # heights of a text between its anchor and the corner that it names
_CORNER_NAME = re.compile(r"(?:[A-Za-z]{0,3}[-_]?|(?:界址|拐|界)?点?号?)\d{1,4}'?")
_TWO = 2


class Round(NamedTuple):
    """A circle: its centre and its radius."""

    x: float
    y: float
    radius: float


def round_of(entity: Any, places: Floats) -> Round | None:
    """Return the circle that a closed line is, None of any other.

    That is a circle, an ellipse, an arc all round, the two half circles of a ring, or as many
    arcs as there are on one circle, whether or not the first corner is repeated at the end.

    Parameters
    ----------
    places : (n, 3) along the line
    """
    kind = entity.dxftype()
    if kind in ("LWPOLYLINE", "POLYLINE"):
        if not entity.has_arc or not (len(entity) == _TWO or _all_round(places[:, :2])):
            return None
    elif kind not in ("CIRCLE", "ELLIPSE", "ARC"):
        return None
    low, high = places[:, :2].min(axis=0), places[:, :2].max(axis=0)
    x, y = ((low + high) / 2).tolist()
    return Round(x, y, float((high - low).max()) / 2)


def _all_round(xy: Floats) -> bool:
    """Return whether a closed line runs along one circle, by chords as close as those of arcs."""
    ring = np.vstack([xy, xy[:1]])
    centre = (xy.min(axis=0) + xy.max(axis=0)) / 2
    radii = np.hypot(*(ring - centre).T)
    chords = np.hypot(*np.diff(ring, axis=0).T)
    radius = float(radii.mean())
    if not np.ptp(radii) <= NEARLY:
        return False
    sag = radius - np.sqrt(np.maximum(radius**2 - (chords / 2) ** 2, 0.0))
    return bool((sag <= 2 * ARC_M).all())


def are_marks(rounds: list[Round], lines: Shapes) -> Bools:
    """Return which circles are marks: small ones, and those round a corner of a longer line.

    Numbers that may be degrees tell nothing of the size.

    Parameters
    ----------
    lines : (n,) the other shapes of the drawing
    """
    found = np.array(rounds, float).reshape(-1, 3)
    degrees = (np.abs(found[:, 0]) <= 180) & (np.abs(found[:, 1]) <= 180)
    marks = np.asarray((found[:, 2] <= SMALL_M) & ~degrees, np.bool_)
    left = np.flatnonzero(~marks)
    bounds = shapely.bounds(lines).reshape(-1, 4)
    spans = np.hypot(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    finite = np.isfinite(xy).all(axis=1)
    if not len(left) or not 0 < finite.sum() <= _MOST_CORNERS:
        return marks
    corners, place = np.unique(xy[finite], axis=0, return_inverse=True)
    longest = np.zeros(len(corners))  # of the lines that meet there
    np.maximum.at(longest, place.ravel(), spans[owner[finite]])
    tree, centres = shapely.STRtree(shapely.points(corners)), shapely.points(found[left, :2])
    nearest, far = tree.query_nearest(centres, return_distance=True, all_matches=False)
    radii = found[left[nearest[0]], 2]
    on = (far <= _ON_CORNER * radii) & (longest[nearest[1]] > _MANY_TIMES * radii)
    marks[left[nearest[0][on]]] = True
    return marks


def name_corners(shapes: Shapes, spots: Floats, texts: list[str], heights: Floats) -> Bools:
    """Return which texts look like the name of a corner and stand beside one.

    Parameters
    ----------
    shapes : the outlines
    spots : (k, 2) anchors of the texts
    heights : (k,) of the letters
    """
    named = np.zeros(len(texts), np.bool_)
    like = np.flatnonzero([_CORNER_NAME.fullmatch(text) is not None for text in texts])
    like = like[np.isfinite(spots[like]).all(axis=1) & np.isfinite(heights[like])]
    xy = shapely.get_coordinates(shapes)
    if not len(like) or not 0 < len(xy) <= _MOST_CORNERS:
        return named
    tree = shapely.STRtree(shapely.points(xy))
    found, far = tree.query_nearest(
        shapely.points(spots[like]), return_distance=True, all_matches=False
    )
    beside = far <= _BESIDE * heights[like[found[0]]]
    named[like[found[0][beside]]] = True
    return named
