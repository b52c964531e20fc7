"""What a drawing holds, by layer: shapes, texts with their anchors, and what is not read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from layers.account import Issue
from layers.formats.dxf import unread as dxf_unread
from layers.formats.dxf.entities import Opened, entities_of, readable
from layers.formats.dxf.hatches import miscounted, outlines_of
from layers.formats.dxf.marks import Round, are_marks, round_of
from layers.formats.dxf.places import (
    CURVES,
    NEARLY,
    OUTLINES,
    TEXTS,
    LostPlaceError,
    corners,
    properties,
    texts_of,
)
from layers.formats.dxf.system import texts_elsewhere
from layers.formats.source import digest_file, refusal

_CLOSED = 1  # bit of the flags of a polyline


@dataclass
class Drawn:
    """What one layer of a drawing holds."""

    shapes: list[shapely.Geometry] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    handles: list[str] = field(default_factory=list)
    elevations: list[float | None] = field(default_factory=list)
    rounds: dict[int, Round] = field(default_factory=dict)
    """Row -> what is known of it, of those that are circles."""
    marks: list[str] = field(default_factory=list)
    """Handles of circles that mark a corner or a place."""
    nearly_closed: int = 0
    sloping: int = 0
    """Lines whose corners are of different heights."""
    curved: set[int] = field(default_factory=set)
    """Rows of which an arc is drawn as chords."""
    ignored: dict[str, list[str]] = field(default_factory=dict)
    """Kind of entity -> handles of those that are not read."""
    hidden: list[str] = field(default_factory=list)
    """Handles of those that cannot be seen in the drawing."""
    unseen: bool = False
    """The layer is off or frozen."""

    def drop(self, rows: list[int]) -> None:
        """Take rows out, as marks."""
        gone, marks = set(rows), {self.handles[k] for k in rows} - {""}
        self.marks += [self.handles[k] for k in rows]
        kept = [k for k in range(len(self.shapes)) if k not in gone]
        self.hidden = [handle for handle in self.hidden if handle not in marks]
        self.curved = {n for n, k in enumerate(kept) if k in self.curved}
        self.rounds = {n: self.rounds[k] for n, k in enumerate(kept) if k in self.rounds}
        self.shapes = [self.shapes[k] for k in kept]
        self.kinds = [self.kinds[k] for k in kept]
        self.handles = [self.handles[k] for k in kept]
        self.elevations = [self.elevations[k] for k in kept]


@dataclass
class Drawing:
    """The model space by layer, and its texts with their anchors and heights."""

    mended: tuple[str, ...] = ()
    encoding: str | None = None
    other_lines: int = 0
    """Lines in another encoding than the most."""
    units: int = 0
    """``$INSUNITS`` of the header."""
    layers: dict[str, Drawn] = field(default_factory=dict)
    spots: list[tuple[float, float]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    heights: list[float] = field(default_factory=list)
    unseen_texts: int = 0
    words_elsewhere: list[str] = field(default_factory=list)
    """Texts of blocks and of the paper space."""
    issues: list[Issue] = field(default_factory=list)
    off: set[str] = field(default_factory=set)
    _names: dict[str, Drawn] = field(default_factory=dict)

    def layer(self, name: str) -> Drawn:
        """Return a layer; names that differ in capitals alone are one."""
        found = self._names.get(name.lower())
        if found is None:
            found = self._names[name.lower()] = Drawn(unseen=name.lower() in self.off)
            self.layers[name] = found
        return found


_LAST: dict[tuple[Path, str], Drawing] = {}
"""The drawing read last, by path and digest: its layers are asked for, and then one is read."""


def drawing_of(path: Path) -> Drawing:
    """Return the model space by layer, and its texts with their places; not to be changed.

    Raises
    ------
    FormatError
        The file is damaged.
    """
    key = path, digest_file(path)
    if key not in _LAST:
        _LAST.clear()  # before the next takes its place in memory
        _LAST[key] = _drawing(path)
    return _LAST[key]


def _drawing(path: Path) -> Drawing:
    from ezdxf.lldxf.const import DXFError

    opened = entities_of(path)
    drawing = Drawing(opened.mended, opened.encoding, opened.other_lines)
    try:
        drawing.units = int(opened.document.header.get("$INSUNITS", 0))
        _fill(drawing, path, opened)
    except LostPlaceError as fault:
        raise refusal(path, fault.zh, fault.en) from fault
    except (
        DXFError, ArithmeticError, ValueError, LookupError, TypeError, AttributeError, MemoryError,
    ) as fault:  # fmt: skip
        why = " ".join(readable(str(fault)).split())[:120]
        raise refusal(path, f"图形文件无法读取：{why}", f"cannot be read: {why}") from fault
    return drawing


def _fill(drawing: Drawing, path: Path, opened: Opened) -> None:
    drawing.off = dxf_unread.unseen(opened.document)
    for entity in opened.entities:
        _sort(entity, drawing)
    drawing.words_elsewhere = list(texts_elsewhere(opened.document, opened.entities))
    drawing.issues = dxf_unread.elsewhere(opened.document, opened.entities)
    _set_marks_aside(list(drawing.layers.values()))
    _read_hatches(drawing, path, opened)


def _read_hatches(drawing: Drawing, path: Path, opened: Opened) -> None:
    """Take hatches for outlines in a drawing that holds no line and no point."""
    found = [e for e in opened.entities if readable(e.dxftype()) == "HATCH"]
    if not found or any(drawn.shapes for drawn in drawing.layers.values()):
        return
    wrong = miscounted(path)
    for hatch in found:
        layer, unseen = properties(hatch)
        into, handle = drawing.layer(layer), _handle(hatch)
        areas = outlines_of(hatch, wrong)
        for area in areas:
            _add(into, hatch, area, float(hatch.dxf.elevation.z))
        if areas:
            left = [h for h in into.ignored.pop("HATCH") if h != handle]
            into.ignored |= {"HATCH": left} if left else {}
            into.hidden += [handle] if unseen or into.unseen else []


def _set_marks_aside(layers: list[Drawn]) -> None:
    """Take the circles that mark corners of any layer out of their own."""
    rounds = [(drawn, row, found) for drawn in layers for row, found in drawn.rounds.items()]
    if not rounds:
        return
    lines = [s for d in layers for k, s in enumerate(d.shapes) if k not in d.rounds]
    marks = are_marks([found for *_, found in rounds], np.array(lines, dtype=object))
    for drawn in layers:
        rows = [row for (d, row, _), m in zip(rounds, marks, strict=True) if m and d is drawn]
        drawn.drop(rows)


def _sort(entity: Any, drawing: Drawing) -> None:
    """Put an entity where it belongs."""
    kind, (layer, unseen) = readable(entity.dxftype()), properties(entity)
    into = drawing.layer(layer)
    unseen = unseen or into.unseen
    if kind in TEXTS and unseen:
        drawing.unseen_texts += 1
        return
    for text in () if unseen else texts_of(entity):
        if text.words:
            drawing.spots.append(text.spot)
            drawing.texts.append(text.words)
            drawing.heights.append(text.height)
    if unseen and kind not in TEXTS:
        into.hidden.append(_handle(entity))
    if kind == "POINT":
        place = entity.dxf.location
        _add(into, entity, shapely.Point(place.x, place.y), place.z)
    elif kind in OUTLINES or kind in CURVES or kind == "LINE":
        _add_path(into, entity)
    elif kind not in TEXTS:
        into.ignored.setdefault(kind, []).append(_handle(entity))


def _handle(entity: Any) -> str:
    return readable(str(entity.dxf.handle or ""))


def _add(into: Drawn, entity: Any, shape: shapely.Geometry, elevation: float | None) -> None:
    into.shapes.append(shape)
    into.kinds.append(entity.dxftype())
    into.handles.append(_handle(entity))
    into.elevations.append(elevation or None)


def _add_path(into: Drawn, entity: Any) -> None:
    """Add a polyline or curve: closed ones as polygons."""
    kind = entity.dxftype()
    places = corners(entity)
    if places is None or len(places) < 2:
        name = "POLYFACE" if kind == "POLYLINE" else kind
        into.ignored.setdefault(name, []).append(_handle(entity))
        return
    if kind in CURVES or getattr(entity, "has_arc", False):
        into.curved.add(len(into.shapes))
    heights = places[:, 2]
    level = bool((heights == heights[0]).all())
    into.sloping += not level
    flags = int(entity.dxf.get("flags", 0)) if kind in OUTLINES else 0
    finite = bool(np.isfinite(places).all())
    gap = float(np.hypot(*(places[0, :2] - places[-1, :2]))) if finite else np.inf
    closed = bool(flags & _CLOSED) or gap == 0
    if not closed and len(places) > 3 and gap <= NEARLY:
        closed = True
        into.nearly_closed += 1
    is_area = finite and closed and len(np.unique(places[:, :2], axis=0)) >= 3
    with np.errstate(invalid="ignore"):  # what is not finite is refused as a coordinate
        shape = (shapely.Polygon if is_area else shapely.LineString)(places[:, :2])
    found = round_of(entity, places) if is_area else None
    if found is not None:
        into.rounds[len(into.shapes)] = found
    _add(into, entity, shape, float(heights[0]) if level else None)
