"""DXF drawings: closed polylines as outlines, with the texts inside them as their labels.

A drawing states no coordinate system; its x is east, unless the numbers tell that a surveyor drew
his X (north) along it. Blocks are not opened: what they hold is counted and told.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from gis.ragged import Floats
from layers.account import Issue
from layers.formats import dxf_places
from layers.formats.dxf_entities import NO_CHARACTER, anchor, entities_of, readable
from layers.formats.source import Source, digest_file, refusal, row_labels
from layers.issues import info, listed, warning

ARC_M = 0.001
"""An arc is drawn by chords that stay this close to it, in units of the drawing (metres)."""

_OUTLINES = frozenset({"LWPOLYLINE", "POLYLINE"})
_CURVES = frozenset({"ARC", "SPLINE", "ELLIPSE", "CIRCLE"})
_TEXTS = frozenset({"TEXT", "MTEXT", "ATTRIB"})
_CLOSED = 1  # bit of the flags of a polyline
_NEARLY = 0.001
_SHOWN = 6
_FARTHEST = 1e7  # no curve of a mine is as wide as a continent; its chords would fill the memory


@dataclass
class _Drawn:
    """What one layer of a drawing holds."""

    name: str
    shapes: list[shapely.Geometry] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    handles: list[str] = field(default_factory=list)
    elevations: list[float | None] = field(default_factory=list)
    nearly_closed: int = 0
    arcs: bool = False
    ignored: Counter[str] = field(default_factory=Counter)
    mended: tuple[str, ...] = ()
    encoding: str | None = None
    hidden: int = 0
    blocks: tuple[str, ...] = ()


def list_layers(path: Path) -> list[str]:
    """Return the layers with closed polylines; where there are none, those with any shape.

    Raises
    ------
    FormatError
        The file is damaged, or holds nothing that could be an outline, a line or a point.
    """
    drawn, texts = _drawing(path)
    shown = {name: d for name, d in drawn.items() if d.shapes}
    if not shown:
        other = sum((d.ignored for d in drawn.values()), Counter({"TEXT": len(texts)}))
        kinds = _counted(other) or "—"
        raise refusal(
            path,
            f"模型空间里没有多段线、线或点；有：{kinds}",
            f"no polyline, line or point in the model space; it has: {kinds}",
        )
    return sorted(filter(lambda n: _has_outline(shown[n]), shown)) or sorted(shown)


def _has_outline(drawn: _Drawn) -> bool:
    return any(shape.geom_type == "Polygon" for shape in drawn.shapes)


def _other_layers(drawn: dict[str, _Drawn]) -> list[Issue]:
    """Tell what the layers hold that are not offered: an outline may have been left open."""
    if not any(map(_has_outline, drawn.values())):
        return []
    left = [
        (name, Counter(d.kinds) + d.ignored) for name, d in sorted(drawn.items())
        if not _has_outline(d) and (d.kinds or d.ignored)
    ]  # fmt: skip
    if not left:
        return []
    shown = ", ".join(f"{name} ({_counted(kinds)})" for name, kinds in left[:_SHOWN])
    more = len(left) - _SHOWN
    zh = f"这些图层没有闭合线，未读：{shown}" + (f" 等 {len(left)} 层" if more > 0 else "")
    en = f"layers without a closed line are not read: {shown}"
    return [warning("layers_not_read", zh, en + (f" and {more} more" if more > 0 else ""))]


def read(path: Path, layer: str) -> Source:
    """Read one layer of a drawing.

    Raises
    ------
    FormatError
        The file is damaged beyond what a reader of drawings mends, or the layer is empty.
    """
    drawn, texts = _drawing(path)
    found = drawn[layer]
    spots = np.array([place for place, _ in texts], float).reshape(-1, 2)
    shapes, spots, turn, note = dxf_places.turned(found.shapes, spots)
    words = [layer, *(text for _, text in texts)]
    columns = {
        "图层": pa.array([layer] * len(shapes), pa.string()),
        "实体": pa.array(found.kinds, pa.string()),
        "句柄": pa.array(found.handles, pa.string()),
        "标高": pa.array(found.elevations, pa.float64()),
        "文字": pa.array(dxf_places.labels(shapes, spots, [t[1] for t in texts]), pa.string()),
    }
    return Source(
        path=path,
        format="DXF",
        layer=layer,
        sha256=digest_file(path),
        encoding=found.encoding,
        crs=None,
        crs_note=note,
        declared=len(shapes),
        columns=columns,
        geometry=shapes,
        labels=row_labels(len(shapes)),
        issues=(
            *dxf_places.axes_issues(turn, found.handles),
            *_issues(found, sum(NO_CHARACTER in w for w in words)),
            *dxf_places.inside_issues(shapes, found.handles),
            *_other_layers(drawn),
        ),
    )


def _drawing(path: Path) -> tuple[dict[str, _Drawn], list[tuple[tuple[float, float], str]]]:
    """Return the model space by layer, and its texts with their places."""
    from ezdxf.lldxf.const import DXFError

    drawn: dict[str, _Drawn] = {}
    texts: list[tuple[tuple[float, float], str]] = []
    opened = entities_of(path)
    try:
        for entity in opened.entities:
            _sort(entity, drawn, texts)
        for entity in opened.hidden:
            _sort(entity, drawn, texts)
            drawn[readable(str(entity.dxf.layer)).casefold()].hidden += 1
    except (
        DXFError, ArithmeticError, ValueError, LookupError, TypeError, AttributeError, MemoryError,
    ) as fault:  # fmt: skip
        why = " ".join(readable(str(fault)).split())[:120]
        raise refusal(path, f"图形文件无法读取：{why}", f"cannot be read: {why}") from fault
    for into in drawn.values():
        into.mended, into.encoding = opened.mended, opened.encoding
        into.blocks = opened.blocks
    return {into.name: into for into in drawn.values()}, texts


def _sort(
    entity: Any, drawn: dict[str, _Drawn], texts: list[tuple[tuple[float, float], str]]
) -> None:
    """Put an entity where it belongs; names of layers differ by more than case."""
    kind, layer = readable(entity.dxftype()), readable(str(entity.dxf.layer))
    into = drawn.setdefault(layer.casefold(), _Drawn(layer))
    if kind in _TEXTS:
        texts.append(_text(entity))
    elif kind == "INSERT":
        texts.extend(_text(attribute) for attribute in entity.attribs)
        into.ignored[kind] += 1
    elif kind == "POINT":
        place = entity.dxf.location
        _add(into, entity, shapely.Point(place.x, place.y), place.z)
    elif kind in _OUTLINES or kind in _CURVES or kind == "LINE":
        _add_path(into, entity)
    else:
        into.ignored[kind] += 1


def _text(entity: Any) -> tuple[tuple[float, float], str]:
    return anchor(entity), " ".join(readable(str(entity.plain_text())).split())


def _add(into: _Drawn, entity: Any, shape: shapely.Geometry, elevation: float | None) -> None:
    into.shapes.append(shape)
    into.kinds.append(entity.dxftype())
    into.handles.append(readable(str(entity.dxf.handle or "")))
    into.elevations.append(elevation or None)


def _add_path(into: _Drawn, entity: Any) -> None:
    """Add a polyline or curve: closed ones as polygons."""
    kind = entity.dxftype()
    corners = _corners(entity)
    if corners is None or len(corners) < 2:
        into.ignored["POLYFACE" if kind == "POLYLINE" else kind] += 1
        return
    into.arcs |= kind in _CURVES or bool(getattr(entity, "has_arc", False))
    heights = corners[:, 2]
    elevation = float(heights[0]) if (heights == heights[0]).all() else None
    flags = int(entity.dxf.get("flags", 0)) if kind in _OUTLINES else 0
    with np.errstate(invalid="ignore"):  # infinite corners are refused as coordinates
        gap = float(np.hypot(*(corners[0, :2] - corners[-1, :2])))
    closed = bool(flags & _CLOSED) or gap == 0
    if not closed and len(corners) > 3 and gap <= _NEARLY:
        closed = True
        into.nearly_closed += 1
    if closed and len(np.unique(corners[:, :2], axis=0)) >= 3:
        shape: shapely.Geometry = shapely.Polygon(corners[:, :2])
    else:
        shape = shapely.LineString(corners[:, :2])
    _add(into, entity, shape, elevation)


def _corners(entity: Any) -> Floats | None:
    """Return (n, 3) places along an entity in the drawing's own system, None for a mesh."""
    kind = entity.dxftype()
    if _reach(entity) > _FARTHEST:
        return None
    if kind == "LINE":
        places = [entity.dxf.start, entity.dxf.end]
    elif kind in _CURVES:
        places = list(entity.flattening(ARC_M))
    elif kind == "POLYLINE" and not (entity.is_2d_polyline or entity.is_3d_polyline):
        return None
    else:
        places = list(entity.vertices_in_wcs() if kind == "LWPOLYLINE" else entity.points_in_wcs())
        if places and entity.has_arc:
            places = _with_arcs(entity, places[0])
    return np.array([tuple(p) for p in places], float).reshape(-1, 3)


def _reach(entity: Any) -> float:
    """Return the radius of a curve, 0 of anything else; NaN counts as without end."""
    kind, found = entity.dxftype(), 0.0
    if kind == "ELLIPSE":
        found = float(entity.dxf.major_axis.magnitude)
    elif kind in ("ARC", "CIRCLE"):
        found = float(entity.dxf.radius)
    return found if np.isfinite(found) else np.inf


def _with_arcs(entity: Any, start: Any) -> list[Any]:
    places = [start]
    for piece in entity.virtual_entities():
        curve = piece.dxftype() == "ARC"
        if _reach(piece) > _FARTHEST:
            raise ValueError(f"an arc of a polyline is wider than {_FARTHEST:.0f} m")
        ends = list(piece.flattening(ARC_M)) if curve else [piece.dxf.start, piece.dxf.end]
        # An arc runs against the clock whichever way the polyline passes it.
        if start.distance(ends[-1]) < start.distance(ends[0]):
            ends.reverse()
        places += ends[1:]
        start = places[-1]
    return places


# -- issues ----------------------------------------------------------------------------------------


def _counted(kinds: Counter[str]) -> str:
    return ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items()) if n)


def _issues(found: _Drawn, unreadable: int) -> list[Issue]:
    issues = []
    if unreadable:
        zh = f"{unreadable} 处文字有不属于其编码的字节，以 {NO_CHARACTER} 代替"
        en = f"{unreadable} texts have bytes of no character, replaced by {NO_CHARACTER}"
        issues.append(warning("text_damaged", zh, en))
    if found.mended:
        n, first = len(found.mended), found.mended[0]
        zh = f"图形文件有 {n} 处损坏，已修补：{first}"
        issues.append(warning("drawing_mended", zh, f"{n} faults of the file mended: {first}"))
    if found.nearly_closed:
        n = found.nearly_closed
        issues.append(
            warning(
                "nearly_closed",
                f"{n} 条多段线首末点相距不到 1 毫米，按闭合读",
                f"{n} polylines end less than 1 mm from their start; read as closed",
            )
        )
    if found.arcs:
        issues.append(
            info(
                "arcs_as_chords",
                "弧段按弦线读，离弧不超过 1 毫米",
                "arcs are read as chords that stay within 1 mm of them",
            )
        )
    if found.hidden:
        zh = f"{found.hidden} 个图元在图中不可见（自身隐藏，或图层关闭、冻结），照读"
        en = f"{found.hidden} entities cannot be seen in the drawing (hidden, or their layer is " \
             "off or frozen); they are read like the others"  # fmt: skip
        issues.append(warning("hidden_entities", zh, en))
    if found.blocks:
        shown = listed(list(found.blocks), shown=_SHOWN)
        zh = f"图块中有闭合线，未读，请先分解：{shown}"
        en = f"blocks hold closed lines, which are not read; explode them first: {shown}"
        issues.append(warning("blocks_not_read", zh, en))
    if found.ignored:
        kinds = _counted(found.ignored)
        issues.append(
            warning(
                "entities_ignored",
                f"未读的图元：{kinds}",
                f"entities not read: {kinds}",
            )
        )
    return issues
