"""Outlines written as a drawing: closed polylines with their texts inside, x being east."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import shapely

from gis.ragged import Bools, Ints, Shapes
from layers.account import Issue
from layers.formats.dxf import within as dxf_within
from layers.formats.source import Source, refusal
from layers.issues import label_en, listed, warning

_DIGITS = 3  # of coordinates: millimetres
_MOST_PAIRS = 1_000_000
_LETTER_M = 10.0
_NO_LAYER = re.compile(r"[<>/\\\":;?*=|`\x00-\x1f]")
# What a text of a drawing means by other characters, and the full-width sign written for it.
_ESCAPES = re.compile(r"%(?=%)|(?<=%)%|\^|\\(?=[UM]\+)")
_FULL_WIDTH = {"%": "％", "^": "＾", "\\": "＼"}


class _Lines(NamedTuple):
    """The closed lines of a drawing.

    Attributes
    ----------
    areas : (n,) what each encloses
    row : (n,) whose it is
    is_hole : (n,) bool
    """

    areas: Shapes
    row: Ints
    is_hole: Bools


def draw(source: Source, words: list[str], path: Path) -> list[Issue]:
    """Write the outlines of ``source`` and a text in each of their parts.

    Holes and further parts are closed lines like the others, which is told: read back, each is
    an outline of its own.

    Raises
    ------
    FormatError
        An outline is so small that it is none in whole millimetres.
    """
    import ezdxf

    parts, row = shapely.get_parts(source.geometry, return_index=True)
    _check_rounded(source, parts, row)
    lines = _closed_lines(parts, row)
    layer, issues = _layer(source)
    texts, changed = _texts(words)
    document = ezdxf.new("R2010", units=6)  # type: ignore[attr-defined]
    space = document.modelspace()
    for name in (layer, "注记"):
        if name not in document.layers:
            document.layers.add(name)
    for area in lines.areas:
        corners = shapely.get_coordinates(area)[:-1]
        space.add_lwpolyline(corners, close=True, dxfattribs={"layer": layer})
    spots = _spots(parts, lines)
    for spot, owner in zip(shapely.get_coordinates(spots), row, strict=True):
        text = space.add_text(texts[owner], height=_LETTER_M, dxfattribs={"layer": "注记"})
        text.set_placement((float(spot[0]), float(spot[1])))
    document.saveas(path)
    return [
        *_lost(source), *issues, *changed,
        *_strays(source, lines, spots, [texts[owner] for owner in row]),
    ]  # fmt: skip


def _check_rounded(source: Source, parts: Shapes, row: Ints) -> None:
    sound = shapely.is_valid(parts)
    gone = np.unique(row[sound & ~shapely.is_valid(_rounded(parts))])
    if len(gone):
        names = [source.labels[k] for k in gone]
        raise refusal(
            source.path,
            f"{listed(names, shown=3)}：图形太小，按毫米写出后不再成形",
            f"{_english(names)}: too small to be an outline in whole millimetres",
        )


def _rounded(shapes: Shapes) -> Shapes:
    return np.asarray(shapely.transform(shapes, lambda xy: np.round(xy, _DIGITS)), dtype=object)


def _closed_lines(parts: Shapes, row: Ints) -> _Lines:
    """Return every ring as it is written: of each part the outer one, then its holes."""
    rings, part = shapely.get_rings(parts, return_index=True)
    first = np.ones(len(part), np.bool_)
    first[1:] = part[1:] != part[:-1]
    return _Lines(shapely.polygons(_rounded(rings)), row[part], ~first)


def _layer(source: Source) -> tuple[str, list[Issue]]:
    """Return the name of the layer, without what a drawing allows in no name."""
    name = source.layer or source.path.stem
    plain = _NO_LAYER.sub("_", name)
    if plain == name:
        return name, []
    zh, en = f"图层 {name} 写作 {plain}", f"layer {name} is written as {plain}"
    return plain, [warning("layer_renamed", zh, en)]


def _texts(words: list[str]) -> tuple[list[str], list[Issue]]:
    r"""Return texts in which ``%%d``, ``^I`` and ``\U+7532`` stand for themselves."""
    plain = [_ESCAPES.sub(lambda m: _FULL_WIDTH[m[0]], word) for word in words]
    count = sum(a != b for a, b in zip(plain, words, strict=True))
    if not count:
        return plain, []
    zh = f"{count} 行的编号或名称含图形文字的控制符（%%、^、\\U+），已改为全角"
    en = f"{count} numbers or names hold marks that a drawing takes for other characters (%%, ^, " \
         "\\U+); they are written full-width"  # fmt: skip
    return plain, [warning("text_changed", zh, en)]


# -- where texts stand -----------------------------------------------------------------------------


def _spots(parts: Shapes, lines: _Lines) -> Shapes:
    """Return a point in each part, outside all smaller outlines where there is such a place."""
    spots: Shapes = np.asarray(shapely.point_on_surface(parts), dtype=object)
    valid = shapely.is_valid(lines.areas)
    areas = lines.areas[valid]
    if not len(areas):
        return spots
    size, of_part = shapely.area(areas), shapely.area(parts)
    part, line = shapely.STRtree(areas).query(parts, predicate="intersects")
    # A part's own line, rounded to millimetres, is no smaller outline within it.
    own = np.flatnonzero(~lines.is_hole)[part] == np.flatnonzero(valid)[line]
    smaller = ~own & (size[line] < of_part[part]) & shapely.is_valid(parts[part])
    part, line = part[smaller], line[smaller]
    if not len(part) or len(part) > _MOST_PAIRS:
        return spots
    order = np.argsort(part, kind="stable")
    owners, starts = np.unique(part[order], return_index=True)
    for k, inside in zip(owners, np.split(line[order], starts[1:]), strict=True):
        left = shapely.difference(parts[k], shapely.union_all(areas[inside]))
        if not left.is_empty:
            spots[k] = shapely.point_on_surface(left)
    return spots


def _strays(source: Source, lines: _Lines, spots: Shapes, texts: list[str]) -> list[Issue]:
    """Tell which rows do not get their own text when they are read back."""
    names = tuple(source.labels[k] for k in lines.row)
    letters = np.full(len(texts), _LETTER_M)
    placed = dxf_within.Texts(shapely.get_coordinates(spots), texts, letters)
    found = dxf_within.labels(lines.areas, placed, names).words
    outer = np.flatnonzero(~lines.is_hole)
    rows = {int(lines.row[k]) for k, text in zip(outer, texts, strict=True) if found[k] != text}
    if not rows:
        return []
    odd = [source.labels[k] for k in sorted(rows)]
    zh = f"{listed(odd, shown=3)}：图形重叠或太小，注记读回时不能只归于它"
    en = f"{_english(odd)}: outlines overlap or are too small; read back, the texts are not theirs"
    return [warning("texts_unplaced", zh, f"{en} alone")]


def _lost(source: Source) -> list[Issue]:
    """Tell which rows' holes and parts a drawing does not hold together."""
    parts, row = shapely.get_parts(source.geometry, return_index=True)
    holed = np.unique(row[shapely.get_num_interior_rings(parts) > 0])
    many = np.flatnonzero(np.bincount(row, minlength=len(source)) > 1)
    issues = []
    if len(holed):
        names = [source.labels[k] for k in holed]
        zh = f"{listed(names, shown=3)}：内环写成闭合线，图形中没有内环；读回时是另外的面"
        en = f"{_english(names)}: holes are written as closed lines; read back they are outlines " \
             "of their own"  # fmt: skip
        issues.append(warning("holes_as_outlines", zh, en))
    if len(many):
        names = [source.labels[k] for k in many]
        zh = f"{listed(names, shown=3)}：各部分写成各自的闭合线，注记相同；读回时是几行"
        en = f"{_english(names)}: parts are written as closed lines, each with the text; read " \
             "back they are rows of their own"  # fmt: skip
        issues.append(warning("parts_as_outlines", zh, en))
    return issues


def _english(names: list[str]) -> str:
    return listed([label_en(name) for name in names], "en", 3)
