"""What of a drawing is not read, or not seen in it: blocks, layouts, layers that are off."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from layers.account import Issue
from layers.formats.dxf.entities import readable
from layers.formats.dxf.places import is_closed
from layers.issues import info, listed, warning

_NAMED = 6
_EXTERNAL = 4 | 8  # bits of a block: an external reference, one laid over the drawing


def elsewhere(document: Any, entities: list[Any]) -> list[Issue]:
    """Tell which blocks that stand in the model space, and which layouts, hold closed lines."""
    inserted = {str(e.dxf.get("name", "")) for e in entities if e.dxftype() == "INSERT"}
    issues = _blocks(document, inserted) if inserted else []
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


def _blocks(document: Any, inserted: set[str]) -> list[Issue]:
    holding, external = _holding(document)
    issues = []
    told = [readable(n) for n in sorted(inserted) if n.lower() in holding]
    if told:
        zh = f"图块中有闭合线，未读，请先分解：{listed(told, shown=_NAMED)}"
        en = "blocks hold closed lines, which are not read; explode them first: " \
             f"{listed(told, 'en', _NAMED)}"  # fmt: skip
        issues.append(warning("blocks_not_read", zh, en))
    told = [readable(n) for n in sorted(inserted) if n.lower() in external]
    if told:
        zh = f"这些块是外部参照，不在文件中：{listed(told, shown=_NAMED)}"
        en = f"blocks that refer to other drawings are not read: {listed(told, 'en', _NAMED)}"
        issues.append(warning("blocks_elsewhere", zh, en))
    return issues


def _holding(document: Any) -> tuple[set[str], set[str]]:
    """Return the blocks with a closed line in them, however deep, and external references."""
    users: dict[str, set[str]] = defaultdict(set)
    holding, external = set(), set()
    for block in document.blocks:
        name = block.name.lower()
        if int(block.block.dxf.get("flags", 0)) & _EXTERNAL:
            external.add(name)
        for entity in block:
            if entity.dxftype() == "INSERT":
                users[str(entity.dxf.get("name", "")).lower()].add(name)
            elif is_closed(entity):
                holding.add(name)
    left = list(holding)
    while left:
        more = users.pop(left.pop(), set()) - holding
        holding |= more
        left += more
    return holding, external


def unseen(document: Any) -> set[str]:
    """Return the layers that are off or frozen, in small letters."""
    return {layer.dxf.name.lower() for layer in document.layers
            if layer.is_off() or layer.is_frozen()}  # fmt: skip
