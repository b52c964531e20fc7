"""What of a drawing is not read, or not seen in it: blocks, layouts, layers that are off."""

from __future__ import annotations

from collections import defaultdict
from math import inf, isfinite
from typing import Any

from layers.account import Issue
from layers.formats.dxf.entities import readable
from layers.formats.dxf.marks import SMALL_M
from layers.formats.dxf.places import closed_size, is_closed
from layers.issues import info, listed, warning

_NAMED = 6
_DEGREES, _MOST_STEPS = 180, 1_000_000
_EXTERNAL = 4 | 8  # bits of a block: an external reference, one laid over the drawing


def elsewhere(document: Any, entities: list[Any]) -> list[Issue]:
    """Tell which blocks that stand in the model space, and which layouts, hold closed lines."""
    inserts = [e for e in entities if e.dxftype() == "INSERT"]
    issues = _blocks(document, inserts) if inserts else []
    sheets = []
    for layout in document.layouts:
        count = 0 if layout.is_modelspace else sum(map(is_closed, layout))
        if count:
            sheets.append(f"{readable(layout.name)} ({count})")
    if sheets:
        zh = f"图纸空间里的闭合线未读：{listed(sheets, shown=_NAMED)}"
        en = f"closed lines of the paper space are not read: {listed(sheets, 'en', _NAMED)}"
        issues.append(info("outlines_in_layouts", zh, en))
    return issues


def _blocks(document: Any, inserts: list[Any]) -> list[Issue]:
    sizes, external = _holding(document)
    issues = []
    told = {_name_of(i) for i in inserts if _is_outline(i, sizes.get(_name_of(i).lower()))}
    if told:
        names = [readable(n) for n in sorted(told)]
        zh = f"图块中有闭合线，未读，请先分解：{listed(names, shown=_NAMED)}"
        en = "blocks hold closed lines, which are not read; explode them first: " \
             f"{listed(names, 'en', _NAMED)}"  # fmt: skip
        issues.append(warning("blocks_not_read", zh, en))
    told = {_name_of(i) for i in inserts if _name_of(i).lower() in external}
    if told:
        names = [readable(n) for n in sorted(told)]
        zh = f"这些块是外部参照，不在文件中：{listed(names, shown=_NAMED)}"
        en = f"blocks that refer to other drawings are not read: {listed(names, 'en', _NAMED)}"
        issues.append(warning("blocks_elsewhere", zh, en))
    return issues


def _name_of(insert: Any) -> str:
    return str(insert.dxf.get("name", ""))


def _scale_of(insert: Any) -> float:
    found = max(abs(float(insert.dxf.get(k, 1.0))) for k in ("xscale", "yscale"))
    return found if isfinite(found) else inf


def _is_outline(insert: Any, size: float | None) -> bool:
    """Return whether the closed lines of a block are more than a symbol where it stands.

    Corners, control points and shafts are drawn as blocks with a small circle or square. Numbers
    that may be degrees tell nothing of the size.
    """
    if size is None:
        return False
    place = insert.dxf.insert
    degrees = abs(place.x) <= _DEGREES and abs(place.y) <= _DEGREES
    return degrees or not size * _scale_of(insert) <= SMALL_M


def _holding(document: Any) -> tuple[dict[str, float], set[str]]:
    """Return how wide the closed lines of blocks are, however deep, and external references."""
    users: dict[str, list[tuple[str, float]]] = defaultdict(list)
    sizes: dict[str, float] = {}
    external = set()
    for block in document.blocks:
        name = block.name.lower()
        if int(block.block.dxf.get("flags", 0)) & _EXTERNAL:
            external.add(name)
        for entity in block:
            if entity.dxftype() == "INSERT":
                users[_name_of(entity).lower()].append((name, _scale_of(entity)))
            elif (size := closed_size(entity)) is not None:
                sizes[name] = max(size, sizes.get(name, 0.0))
    left, steps = list(sizes), 0
    while left:
        inner = left.pop()
        for user, scale in users.get(inner, ()):
            steps += 1
            size = sizes[inner] * scale if steps < _MOST_STEPS else inf
            if user not in sizes or size > sizes[user]:  # blocks may hold one another
                sizes[user] = size if size <= SMALL_M else inf
                left.append(user)
    return sizes, external


def unseen(document: Any) -> set[str]:
    """Return the layers that are off or frozen, in small letters."""
    return {layer.dxf.name.lower() for layer in document.layers
            if layer.is_off() or layer.is_frozen()}  # fmt: skip
