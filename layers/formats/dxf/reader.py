"""DXF drawings: closed polylines as outlines, with the texts inside them as their labels.

A drawing states no coordinate system; its x is east, unless the numbers of an outline tell that a
surveyor drew his X (north) along it. Blocks are not opened: what they hold is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from gis.ragged import Bools, Floats, Shapes
from layers.account import Issue
from layers.formats.dxf import doubts, said
from layers.formats.dxf import within as dxf_within
from layers.formats.dxf.drawn import Drawing, Drawn, drawing_of
from layers.formats.dxf.entities import NO_CHARACTER
from layers.formats.dxf.system import stated_by
from layers.formats.planes import axes_of, codes_of
from layers.formats.source import Source, digest_file, refusal, row_labels
from layers.formats.stated import Stated
from layers.formats.text.corner_columns import is_licence_number
from layers.issues import error, label_en, listed, warning

_SHOWN = 6
_UNITS = {
    1: ("英寸", "inches", 0.0254), 2: ("英尺", "feet", 0.3048), 4: ("毫米", "millimetres", 0.001),
    5: ("厘米", "centimetres", 0.01), 7: ("千米", "kilometres", 1000.0),
    14: ("分米", "decimetres", 0.1), 15: ("十米", "decametres", 10.0),
    16: ("百米", "hectometres", 100.0), 21: ("美国测量英尺", "US survey feet", 1200 / 3937),
}  # fmt: skip
"""``$INSUNITS`` other than metres: names, and how many metres one is (DXF Reference, header)."""
_PLANES = 100  # what numbers tell is degrees below this code, a plane from it on


def list_layers(path: Path) -> list[str]:
    """Return the layers with closed polylines; where there are none, those with any shape.

    Raises
    ------
    FormatError
        The file is damaged, or holds nothing that could be an outline, a line or a point.
    """
    drawing = drawing_of(path)
    shown = {name: d for name, d in drawing.layers.items() if d.shapes}
    if not shown:
        raise _nothing_in(path, drawing)
    return sorted(filter(lambda n: _has_outline(shown[n]), shown)) or sorted(shown)


def _nothing_in(path: Path, drawing: Drawing) -> Exception:
    other = sum((said.counts(d) for d in drawing.layers.values()), Counter())
    kinds = said.counted(other + Counter({"TEXT": len(drawing.texts)})) or "—"
    zh = [f"模型空间里没有多段线、线或点；有：{kinds}"]
    en = [f"no polyline, line or point in the model space; it has: {kinds}"]
    if other["HATCH"]:
        zh.append("填充的边界有曲线、相交或不全，未读，请把界线画成闭合多段线，或导出为 GeoPackage")
        en.append("the boundaries of its hatches have curves, cross or lack corners; draw the "
                  "outlines as closed polylines, or export to GeoPackage")  # fmt: skip
    blocks = [i for i in drawing.issues if i.severity == "warning"]
    return refusal(
        path, "；".join([*zh, *(i.zh for i in blocks)]), "; ".join([*en, *(i.en for i in blocks)])
    )


def _has_outline(drawn: Drawn) -> bool:
    return any(shape.geom_type == "Polygon" for shape in drawn.shapes)


def _other_layers(drawn: dict[str, Drawn]) -> list[Issue]:
    """Tell what the layers hold that are not offered: an outline may have been left open."""
    if not any(map(_has_outline, drawn.values())):
        return []
    left = [
        (name, Counter(d.kinds) + said.counts(d)) for name, d in sorted(drawn.items())
        if not _has_outline(d) and (d.kinds or d.ignored or d.marks)
    ]  # fmt: skip
    if not left:
        return []
    shown = ", ".join(f"{name} ({said.counted(kinds)})" for name, kinds in left[:_SHOWN])
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
    drawing = drawing_of(path)
    found = drawing.layers[layer]
    _check_unit(path, drawing.units, shapely.get_coordinates(found.shapes))
    names = row_labels(len(found.shapes))
    shapes, placing, swapped = _placed(found, names)
    texts = dxf_within.Texts(
        _spots(drawing.spots, swapped), drawing.texts, np.array(drawing.heights, float)
    )
    labels = dxf_within.labels(shapes, texts, names)
    words = [layer, *drawing.texts]
    written = (*drawing.texts, *drawing.words_elsewhere)
    stated = stated_by(layer, written)
    doubted = doubts.issues(path, (layer, *written), stated)
    columns = {
        "图层": pa.array([layer] * len(shapes), pa.string()),
        "实体": pa.array(found.kinds, pa.string()),
        "句柄": pa.array(found.handles, pa.string()),
        "标高": pa.array(found.elevations, pa.float64()),
        **_named(labels.words),
    }
    return Source(
        path=path,
        format="DXF",
        layer=layer,
        sha256=digest_file(path),
        encoding=drawing.encoding,
        crs=None,
        crs_note=_note(found.shapes, stated),
        stated=stated,
        declared=len(shapes),
        columns=columns,
        geometry=shapes,
        labels=names,
        issues=(
            *said.of_texts(drawing, sum(NO_CHARACTER in w for w in words)),
            *doubted,
            *placing,
            *said.of_layer(found, drawing.mended),
            *dxf_within.doubtful_pairs(shapes, names),
            *labels.issues,
            *drawing.issues,
            *_other_layers(drawing.layers),
        ),
    )


# -- coordinates -----------------------------------------------------------------------------------


def _check_unit(path: Path, units: int, xy: Floats) -> None:
    """Refuse numbers that are no plane of China as metres, but are one in the drawing's unit.

    Many drawings in metres state another unit, as their template did: it counts for nothing
    where the numbers are metres.
    """
    if units not in _UNITS:
        return
    zh, en, metres = _UNITS[units]
    planes = [codes_of(k * xy[:, 1], k * xy[:, 0]) >= _PLANES for k in (1.0, metres)]
    if len(xy) and not planes[0].any() and planes[1].all():
        raise refusal(
            path,
            f"图形单位是{zh}（$INSUNITS = {units}），坐标按{zh}才像平面坐标；请换算为米",
            f"the drawing is in {en} ($INSUNITS = {units}), and its coordinates fit a plane only "
            "as such; convert it to metres",
        )


def _named(labels: Sequence[str | None]) -> dict[str, pa.Array]:
    """Return what texts inside the outlines say: names, and the one licence number of each."""
    parted = [label.split() if label else [] for label in labels]
    numbers = [[w for w in words if is_licence_number(w)] for words in parted]
    rest = [
        " ".join(w for w in words if w not in own) or None if len(own) == 1 else label
        for words, own, label in zip(parted, numbers, labels, strict=True)
    ]
    columns = {"文字": pa.array(rest, pa.string())}
    if any(len(own) == 1 for own in numbers):
        only = [own[0] if len(own) == 1 else None for own in numbers]
        columns["许可证号"] = pa.array(only, pa.string())
    return columns


def _note(shapes: list[shapely.Geometry], stated: Stated) -> str:
    xy = shapely.get_coordinates(shapes)
    axes, _ = axes_of(xy[:, 1], xy[:, 0])
    told = axes.note() if axes else "坐标不像中国的平面坐标 / no plane coordinates of China"
    said = f"图中写有{stated.words} / it says {stated.words}；" if stated.words else ""
    return f"DXF 不含坐标系；{said}{told}"


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


def _placed(found: Drawn, names: tuple[str, ...]) -> tuple[Shapes, list[Issue], bool]:
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
