"""Entities of a drawing as places in its own system: corners, arcs as chords, anchors of texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from gis.ragged import Floats
from layers.formats.dxf.entities import decoded, readable

ARC_M = 0.001
"""An arc is drawn by chords that stay this close to it, in units of the drawing (metres)."""

NEARLY = 0.001
"""Ends that are no farther apart meet."""

OUTLINES = frozenset({"LWPOLYLINE", "POLYLINE"})
CURVES = frozenset({"ARC", "SPLINE", "ELLIPSE", "CIRCLE"})
TEXTS = frozenset({"TEXT", "MTEXT", "ATTRIB"})

_FARTHEST = 1e7  # no curve of a mine is as wide as a continent; its chords would fill the memory
_FLATTEST = 1e10  # a radius with which an arc's places still come to a micrometre
_CLOSED = 1  # bits of the flags of a polyline, and of its corners
_SPLINE_FITTED = 4
_FRAME = 16
_NEARLY_ROUND = 6.28  # radians
_BETWEEN = (3, 5)  # aligned and fitted texts stand between two points
_HARD_SPACE = re.compile(r"(?<!\\)\\~")


class LostPlaceError(ValueError):
    """A place of a line cannot be told."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


class Text(NamedTuple):
    """A text: its anchor, its words, the height of its letters."""

    spot: tuple[float, float]
    words: str
    height: float


def properties(entity: Any) -> tuple[str, bool]:
    """Return the layer of an entity, and whether it is invisible.

    Of one that only another program knows (``TCH_WALL``) nothing else can be told.
    """
    if hasattr(entity, "graphic_properties") and hasattr(entity, "xtags"):
        found = entity.graphic_properties()
        layer = found.get("layer") or entity.base_class.get_first_value(8, "0")
        return readable(str(layer)), bool(found.get("invisible", 0))
    return readable(str(entity.dxf.layer)), bool(entity.dxf.get("invisible", 0))


def corners(entity: Any) -> Floats | None:
    """Return (n, 3) places along an entity in the drawing's own system, None for a mesh.

    Raises
    ------
    LostPlaceError
        An arc of a polyline is wider than a continent, or its corners and arcs do not meet.
    """
    kind = entity.dxftype()
    if kind in OUTLINES and entity.has_arc:
        _straighten(entity)
    if _reach(entity) > _FARTHEST:
        return None
    if kind == "LINE":
        places = [entity.dxf.start, entity.dxf.end]
    elif kind in CURVES:
        places = list(entity.flattening(ARC_M))
    elif kind == "POLYLINE":
        if not (entity.is_2d_polyline or entity.is_3d_polyline):
            return None
        places = _along(entity)
    else:
        places = list(entity.vertices_in_wcs())
        if places and entity.has_arc:
            places = _with_arcs(entity, places[0])
    return np.array([tuple(p) for p in places], float).reshape(-1, 3)


def is_closed(entity: Any) -> bool:
    """Return whether a line says that it is closed, or returns to where it began."""
    return closed_size(entity) is not None


def closed_size(entity: Any) -> float | None:
    """Return how wide a closed line is: a radius, or the longer side of its box; else None."""
    kind = entity.dxftype()
    if kind == "ELLIPSE":
        around = bool(entity.dxf.end_param - entity.dxf.start_param > _NEARLY_ROUND)
        return _reach(entity) if around else None
    if kind not in OUTLINES:
        return _reach(entity) if kind == "CIRCLE" else None
    places = list(entity.vertices_in_wcs() if kind == "LWPOLYLINE" else entity.points_in_wcs())
    closed = bool(int(entity.dxf.get("flags", 0)) & _CLOSED)
    if not closed and not (len(places) > 3 and places[0].isclose(places[-1], abs_tol=NEARLY)):
        return None
    xy = np.array([tuple(p)[:2] for p in places], float).reshape(-1, 2)
    size = float((xy.max(axis=0) - xy.min(axis=0)).max()) if len(xy) else 0.0
    return size if np.isfinite(size) else np.inf


def texts_of(entity: Any) -> Iterator[Text]:
    """Yield a text, and the attributes of a block."""
    if entity.dxftype() == "INSERT":
        for attribute in entity.attribs:
            if not (attribute.is_invisible or attribute.dxf.get("invisible", 0)):
                yield from texts_of(attribute)
    elif entity.dxftype() in TEXTS:
        height = entity.dxf.get("char_height" if entity.dxftype() == "MTEXT" else "height", 0.0)
        yield Text(_anchor(entity), _words(entity), float(height))


def _along(polyline: Any) -> list[Any]:
    """Return the places along a POLYLINE.

    A spline-fitted one lists the corners of its frame too, through which it does not pass.
    """
    places = list(polyline.points_in_wcs())
    if polyline.dxf.get("flags", 0) & _SPLINE_FITTED:
        frame = [int(v.dxf.get("flags", 0)) & _FRAME for v in polyline.vertices]
        return [p for p, aside in zip(places, frame, strict=True) if not aside]
    return _with_arcs(polyline, places[0]) if places and polyline.has_arc else places


def _reach(entity: Any) -> float:
    """Return the radius of a curve, 0 of anything else; NaN counts as without end."""
    kind, found = entity.dxftype(), 0.0
    if kind == "ELLIPSE":
        found = float(entity.dxf.major_axis.magnitude)
    elif kind in ("ARC", "CIRCLE"):
        found = float(entity.dxf.radius)
    return found if np.isfinite(found) else np.inf


def _straighten(entity: Any) -> None:
    """Take a bulge for none whose side is a chord that stays within what is allowed."""
    if entity.dxftype() == "LWPOLYLINE":
        points = entity.get_points("xyb")
    elif entity.is_2d_polyline:
        points = [(*v.dxf.location.vec2, float(v.dxf.get("bulge", 0.0))) for v in entity.vertices]
    else:
        return
    for k, (x, y, bulge) in enumerate(points):
        ahead = points[(k + 1) % len(points)]
        if bulge and abs(bulge) * np.hypot(ahead[0] - x, ahead[1] - y) / 2 < ARC_M:
            if entity.dxftype() == "LWPOLYLINE":
                entity[k] = (*entity[k][:4], 0.0)
            else:
                entity.vertices[k].dxf.bulge = 0.0


def _too_wide(arc: Any) -> bool:
    """Return whether an arc of a polyline has more chords, or coarser places, than it may."""
    turn = np.radians((arc.dxf.end_angle - arc.dxf.start_angle) % 360)
    radius = _reach(arc)
    return not (radius <= _FLATTEST and radius * turn <= 2 * np.pi * _FARTHEST)


def _with_arcs(entity: Any, start: Any) -> list[Any]:
    places = [start]
    with np.errstate(all="ignore"):  # what comes of a bulge without end is refused below
        pieces = list(entity.virtual_entities())
    for piece in pieces:
        curve = piece.dxftype() == "ARC"
        if curve and _too_wide(piece):
            handle = readable(str(entity.dxf.handle))
            raise LostPlaceError(
                f"多段线 {handle} 的一段弧过大，无法读取",
                f"an arc of polyline {handle} is too wide to be read",
            )
        ends = list(piece.flattening(ARC_M)) if curve else [piece.dxf.start, piece.dxf.end]
        # An arc runs against the clock whichever way the polyline passes it.
        if start.distance(ends[-1]) < start.distance(ends[0]):
            ends.reverse()
        if not start.distance(ends[0]) <= NEARLY:  # NaN neither
            handle = readable(str(entity.dxf.handle))
            raise LostPlaceError(
                f"多段线 {handle} 丢失一条边（凸度不是数？），无法读取",
                f"cannot be read: a side of polyline {handle} is lost: is a bulge no number?",
            )
        places += ends[1:]
        start = places[-1]
    return places


# -- texts -----------------------------------------------------------------------------------------


def _anchor(text: Any) -> tuple[float, float]:
    """Return where a text is fastened, in the drawing's own system.

    A text that is not left-aligned on its baseline is fastened at a second point; its first one
    is what the program made of it, often nothing (0, 0).
    """
    place = text.dxf.insert
    if text.dxftype() == "MTEXT":
        return float(place.x), float(place.y)
    across, up = int(text.dxf.get("halign", 0)), int(text.dxf.get("valign", 0))
    if (across or up) and text.dxf.hasattr("align_point"):
        second = text.dxf.align_point
        place = place.lerp(second) if across in _BETWEEN else second
    place = text.ocs().to_wcs(place)
    return float(place.x), float(place.y)


def _words(entity: Any) -> str:
    if entity.dxftype() == "MTEXT":
        entity.text = _HARD_SPACE.sub(" ", decoded(entity.text))
    else:
        entity.dxf.text = decoded(str(entity.dxf.get("text", "")))
    return " ".join(readable(str(entity.plain_text())).split())
