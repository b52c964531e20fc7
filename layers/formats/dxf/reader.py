"""DXF drawings: closed polylines as outlines, with the texts inside them as their labels.

A drawing states no coordinate system; its x is east, unless the numbers of an outline tell that a
surveyor drew his X (north) along it. Blocks are not opened: what they hold is told.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from gis.ragged import Bools, Floats, Shapes
from layers.account import Issue
from layers.formats.dxf import unread as dxf_unread
from layers.formats.dxf import within as dxf_within
from layers.formats.dxf.entities import NO_CHARACTER, Opened, entities_of, readable
from layers.formats.dxf.places import CURVES, NEARLY, OUTLINES, TEXTS, corners, properties, texts_of
from layers.formats.planes import axes_of, codes_of
from layers.formats.source import Source, digest_file, refusal, row_labels
from layers.issues import error, info, label_en, listed, warning

_CLOSED = 1  # bit of the flags of a polyline
_SHOWN = 6
_PLANES = 100  # what numbers tell is degrees below this code, a plane from it on


@dataclass
class _Drawn:
    """What one layer of a drawing holds."""

    shapes: list[shapely.Geometry] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    handles: list[str] = field(default_factory=list)
    elevations: list[float | None] = field(default_factory=list)
    nearly_closed: int = 0
    arcs: bool = False
    ignored: dict[str, list[str]] = field(default_factory=dict)
    """Kind of entity -> handles of those that are not read."""
    hidden: list[str] = field(default_factory=list)
    """Handles of those that cannot be seen in the drawing."""
    unseen: bool = False
    """The layer is off or frozen."""


@dataclass
class _Drawing:
    """The model space by layer, and its texts with their anchors."""

    opened: Opened
    layers: dict[str, _Drawn] = field(default_factory=dict)
    spots: list[tuple[float, float]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    unseen_texts: int = 0
    issues: list[Issue] = field(default_factory=list)
    off: set[str] = field(default_factory=set)
    _names: dict[str, _Drawn] = field(default_factory=dict)

    def layer(self, name: str) -> _Drawn:
        """Return a layer; names that differ in capitals alone are one."""
        found = self._names.get(name.lower())
        if found is None:
            found = self._names[name.lower()] = _Drawn(unseen=name.lower() in self.off)
            self.layers[name] = found
        return found


def list_layers(path: Path) -> list[str]:
    """Return the layers with closed polylines; where there are none, those with any shape.

    Raises
    ------
    FormatError
        The file is damaged, or holds nothing that could be an outline, a line or a point.
    """
    drawing = _drawing(path)
    shown = {name: d for name, d in drawing.layers.items() if d.shapes}
    if not shown:
        other = sum((_counts(d) for d in drawing.layers.values()), Counter())
        kinds = _counted(other + Counter({"TEXT": len(drawing.texts)})) or "—"
        blocks = [i for i in drawing.issues if i.severity == "warning"]
        raise refusal(
            path,
            "；".join([f"模型空间里没有多段线、线或点；有：{kinds}", *(i.zh for i in blocks)]),
            "; ".join([f"no polyline, line or point in the model space; it has: {kinds}",
                       *(i.en for i in blocks)]),
        )  # fmt: skip
    return sorted(filter(lambda n: _has_outline(shown[n]), shown)) or sorted(shown)


def _has_outline(drawn: _Drawn) -> bool:
    return any(shape.geom_type == "Polygon" for shape in drawn.shapes)


def _other_layers(drawn: dict[str, _Drawn]) -> list[Issue]:
    """Tell what the layers hold that are not offered: an outline may have been left open."""
    if not any(map(_has_outline, drawn.values())):
        return []
    left = [
        (name, Counter(d.kinds) + _counts(d)) for name, d in sorted(drawn.items())
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
    drawing = _drawing(path)
    found = drawing.layers[layer]
    names = row_labels(len(found.shapes))
    shapes, placing, swapped = _placed(found, names)
    labels = dxf_within.labels(shapes, _spots(drawing.spots, swapped), drawing.texts, names)
    words = [layer, *drawing.texts]
    columns = {
        "图层": pa.array([layer] * len(shapes), pa.string()),
        "实体": pa.array(found.kinds, pa.string()),
        "句柄": pa.array(found.handles, pa.string()),
        "标高": pa.array(found.elevations, pa.float64()),
        "文字": pa.array(labels.words, pa.string()),
    }
    return Source(
        path=path,
        format="DXF",
        layer=layer,
        sha256=digest_file(path),
        encoding=drawing.opened.encoding,
        crs=None,
        crs_note=_note(found.shapes),
        declared=len(shapes),
        columns=columns,
        geometry=shapes,
        labels=names,
        issues=(
            *_text_issues(drawing, sum(NO_CHARACTER in w for w in words)),
            *placing,
            *_issues(found, drawing.opened.mended),
            *dxf_within.doubtful_pairs(shapes, names),
            *labels.issues,
            *drawing.issues,
            *_other_layers(drawing.layers),
        ),
    )


def _drawing(path: Path) -> _Drawing:
    """Return the model space by layer, and its texts with their places."""
    from ezdxf.lldxf.const import DXFError

    drawing = _Drawing(entities_of(path))
    try:
        drawing.off = dxf_unread.unseen(drawing.opened.document)
        for entity in drawing.opened.entities:
            _sort(entity, drawing)
        document = drawing.opened.document
        drawing.issues = dxf_unread.elsewhere(document, drawing.opened.entities)
    except (
        DXFError, ArithmeticError, ValueError, LookupError, TypeError, AttributeError, MemoryError,
    ) as fault:  # fmt: skip
        why = " ".join(readable(str(fault)).split())[:120]
        raise refusal(path, f"图形文件无法读取：{why}", f"cannot be read: {why}") from fault
    return drawing


def _sort(entity: Any, drawing: _Drawing) -> None:
    """Put an entity where it belongs."""
    kind, (layer, unseen) = readable(entity.dxftype()), properties(entity)
    into = drawing.layer(layer)
    if kind in TEXTS and unseen:
        drawing.unseen_texts += 1
        return
    for spot, words in () if unseen else texts_of(entity):
        if words:
            drawing.spots.append(spot)
            drawing.texts.append(words)
    if (unseen or into.unseen) and kind not in TEXTS:
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


def _add(into: _Drawn, entity: Any, shape: shapely.Geometry, elevation: float | None) -> None:
    into.shapes.append(shape)
    into.kinds.append(entity.dxftype())
    into.handles.append(_handle(entity))
    into.elevations.append(elevation or None)


def _add_path(into: _Drawn, entity: Any) -> None:
    """Add a polyline or curve: closed ones as polygons."""
    kind = entity.dxftype()
    places = corners(entity)
    if places is None or len(places) < 2:
        name = "POLYFACE" if kind == "POLYLINE" else kind
        into.ignored.setdefault(name, []).append(_handle(entity))
        return
    into.arcs |= kind in CURVES or bool(getattr(entity, "has_arc", False))
    heights = places[:, 2]
    elevation = float(heights[0]) if (heights == heights[0]).all() else None
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
    _add(into, entity, shape, elevation)


# -- coordinates -----------------------------------------------------------------------------------


def _note(shapes: list[shapely.Geometry]) -> str:
    xy = shapely.get_coordinates(shapes)
    axes, _ = axes_of(xy[:, 1], xy[:, 0])
    told = axes.note() if axes else "坐标不像中国的平面坐标 / no plane coordinates of China"
    return f"DXF 不含坐标系；{told}"


def _along(xy: Floats, degrees: bool) -> tuple[Bools, Bools]:
    """Return (n,) bool each: the numbers tell that x is east, that x is north.

    Numbers of a plane of China tell it alone; degrees are numbers as any sheet may have them.
    """
    codes = codes_of(xy[:, 1], xy[:, 0])
    told = codes >= (0 if degrees else _PLANES)
    return told & (codes % 2 == 0), told & (codes % 2 == 1)


def _in_degrees(xy: Floats) -> bool:
    codes = codes_of(xy[:, 1], xy[:, 0])
    return bool(((codes >= 0) & (codes < _PLANES)).all())


def _placed(found: _Drawn, names: tuple[str, ...]) -> tuple[Shapes, list[Issue], bool]:
    """Return the rows with x east, what was done to them, and whether all were turned.

    Which axis is which shows in the size of the numbers, outline by outline. One with corners of
    both kinds, as where X and Y of one are swapped, is refused.
    """
    shapes = np.empty(len(found.shapes), dtype=object)
    shapes[:] = found.shapes
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    is_east, is_north = _along(xy, _in_degrees(xy))
    east, north, other = np.zeros((3, len(shapes)), np.bool_)
    east[owner[is_east]], north[owner[is_north]] = True, True
    other[owner[~is_north]] = True
    both = np.flatnonzero(east & north).tolist()
    shapes[both] = None
    turn = np.flatnonzero(north & ~other)
    shapes[turn] = [_turned(s) for s in shapes[turn]]
    issues = [_of_two_axes(names[k], found.handles[k]) for k in both]
    if len(turn):
        issues.append(_of_other_axes([found.handles[k] for k in turn], whole=not east.any()))
    return shapes, issues, bool(len(turn)) and not east.any()


def _of_two_axes(name: str, handle: str) -> Issue:
    zh = f"{name}：图元 {handle} 的一些顶点横轴是东，另一些是北，X、Y 似乎写反"
    en = (
        f"{label_en(name)}: entity {handle} has east along x at some corners and north at others; "
        "are X and Y swapped?"
    )
    return error("axes_differ", zh, en, name)


def _of_other_axes(handles: list[str], whole: bool) -> Issue:
    if whole:
        zh = "图中横轴是北（测量坐标的 X），已对调"
        return warning("axes_swapped", zh, "the drawing has north along its x; swapped")
    n, shown = len(handles), listed(handles, "en", _SHOWN)
    zh = f"{n} 个图元的横轴是北（测量坐标的 X），与其余的相反，已对调：句柄 {shown}"
    en = f"{n} entities have north along x, unlike the others; swapped: handles {shown}"
    return warning("axes_swapped", zh, en)


def _turned(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: xy[:, ::-1])


def _spots(spots: list[tuple[float, float]], swapped: bool) -> Floats:
    """Return (n, 2) anchors of texts with x east, told by their own numbers or the outlines'."""
    xy = np.array(spots, float).reshape(-1, 2)
    east, north = _along(xy, swapped)
    turned = ~east if swapped else north
    xy[turned] = xy[turned][:, ::-1]
    return xy


# -- issues ----------------------------------------------------------------------------------------


def _counts(drawn: _Drawn) -> Counter[str]:
    return Counter({kind: len(handles) for kind, handles in drawn.ignored.items()})


def _counted(kinds: Counter[str]) -> str:
    return ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items()) if n)


def _text_issues(drawing: _Drawing, damaged: int) -> list[Issue]:
    issues = []
    if damaged:
        zh = f"{damaged} 处文字有不属于其编码的字节，以 {NO_CHARACTER} 代替"
        en = f"{damaged} texts have bytes of no character, replaced by {NO_CHARACTER}"
        issues.append(warning("text_damaged", zh, en))
    if drawing.unseen_texts:
        n = drawing.unseen_texts
        zh, en = f"{n} 处文字在图上不可见，未作标注", f"{n} texts are invisible and label nothing"
        issues.append(warning("texts_hidden", zh, en))
    return issues


def _issues(found: _Drawn, mended: tuple[str, ...]) -> list[Issue]:
    issues = []
    if mended:
        n, first = len(mended), mended[0]
        zh = f"图形文件有 {n} 处损坏，已修补：{first}"
        issues.append(warning("drawing_mended", zh, f"{n} faults of the file mended: {first}"))
    if found.nearly_closed:
        n = found.nearly_closed
        zh = f"{n} 条多段线首末点相距不到 1 毫米，按闭合读"
        en = f"{n} polylines end less than 1 mm from their start; read as closed"
        issues.append(warning("nearly_closed", zh, en))
    if found.arcs:
        zh = "弧段按弦线读，离弧不超过 1 毫米"
        en = "arcs are read as chords that stay within 1 mm of them"
        issues.append(info("arcs_as_chords", zh, en))
    if found.ignored:
        kinds = ", ".join(
            f"{kind} {len(handles)} ({listed(handles, 'en', _SHOWN)})"
            for kind, handles in sorted(found.ignored.items())
        )
        zh, en = f"未读的图元（句柄）：{kinds}", f"entities not read (handles): {kinds}"
        issues.append(warning("entities_ignored", zh, en))
    if found.hidden:
        handles, n = listed(found.hidden, "en", _SHOWN), len(found.hidden)
        zh = f"{n} 个图元在图中不可见（自身隐藏，或图层关闭、冻结），照读：{handles}"
        en = f"{n} entities cannot be seen in the drawing (hidden, or their layer is off or " \
             f"frozen); they are read like the others: {handles}"  # fmt: skip
        issues.append(warning("hidden_entities", zh, en))
    return issues
