"""Entities of a drawing as written, checked for what the library would pass over in silence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from layers.formats.source import refusal

_SECOND = {f"{x}": f"{x + 10}" for x in range(10, 19)}
"""Group of a place's first number -> that of its second, which follows."""
_OF_ONE_PLACE = frozenset({"VERTEX", "POLYLINE", "CIRCLE", "ARC", "LINE", "POINT", "ELLIPSE"})
_NEEDED = {
    "CIRCLE": ("10", "40"), "ARC": ("10", "40", "50", "51"), "ELLIPSE": ("10", "11", "40"),
    "LINE": ("10", "11"), "POINT": ("10",), "TEXT": ("10",), "MTEXT": ("10",),
}  # fmt: skip
"""Groups without which the library takes a radius of 1, or the place (0, 0)."""


@dataclass
class _Entity:
    """What stands between two groups 0."""

    kind: str = ""
    handle: str = ""
    declared: str | None = None
    section: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    lone: str = ""
    """Group of a place whose second number does not follow."""
    last: str = ""

    def take(self, group: str, value: str) -> None:
        """Take in one group of it."""
        self.lone = self.lone or (self.last if _SECOND.get(self.last, group) != group else "")
        self.last = group
        self.counts[group] += 1
        if group == "5":
            self.handle = value.strip()
        elif group == "90" and self.declared is None:
            self.declared = value.strip().lstrip("0") or "0"
        elif group == "2" and self.kind == "SECTION":
            self.section = value.strip()


def unified(text: str) -> str:
    r"""Return a text with ``\n`` for ends of lines; transfers as text leave ``\r\r\n``."""
    return re.sub(r"\r+\n", "\n", text) if "\n" in text else text.replace("\r", "\n")


def groups_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield the groups of a drawing in text, code and value as written."""
    lines = text.split("\n")
    return zip(lines[::2], [*lines[1::2], ""], strict=False)


def groups_in(raw: bytes) -> Iterator[tuple[str, str]]:
    """Yield the groups of a binary drawing as those of a text."""
    from ezdxf.lldxf.tagger import binary_tags_loader

    return ((str(tag.code), str(tag.value)) for tag in binary_tags_loader(raw))


def check(path: Path, groups: Iterable[tuple[str, str]]) -> None:
    """Refuse a drawing in which something of a line is lost, or that breaks off in a section.

    That is a polyline of other corners than it declares (group 90), a place without its second
    number, an entity without its radius or place, and two that have run into one because what
    parts them (group 0) is missing. The library reads them all, as something else.

    Raises
    ------
    FormatError
        One line that names the entity's handle.
    """
    section, left_open = "", ""
    for entity in _entities(groups):
        if entity.kind == "SECTION" and not left_open:
            section = left_open = entity.section
        elif entity.kind in ("SECTION", "EOF"):
            break
        elif entity.kind == "ENDSEC":
            left_open = ""
        said = _fault(entity, section)
        if said is not None:
            raise refusal(path, *said)
    if left_open:
        raise refusal(
            path,
            f"文件不完整：{left_open} 段没有结束（缺 ENDSEC），其后的图元已丢失，请重新导出或下载",
            f"the file is not whole: its section {left_open} does not end (no ENDSEC), what "
            "followed is lost; export or download it anew",
        )


def _entities(groups: Iterable[tuple[str, str]]) -> Iterator[_Entity]:
    entity = _Entity()
    for code, value in groups:
        group = code.strip()
        if group == "0":
            entity.take(group, value)
            yield entity
            entity = _Entity(value.strip())
        elif group != "999":  # a remark
            entity.take(group, value)
    yield entity


def _fault(entity: _Entity, section: str) -> tuple[str, str] | None:
    """Return what is wrong with an entity, None where nothing is."""
    handle, counts = entity.handle, entity.counts
    if entity.kind == "LWPOLYLINE" and entity.declared not in (None, str(counts["10"])):
        return (
            f"多段线 {handle} 声明 {entity.declared} 个顶点，实有 {counts['10']} 个",
            f"polyline {handle} declares {entity.declared} corners, it has {counts['10']}",
        )
    if section not in ("ENTITIES", "BLOCKS"):
        return None
    if entity.lone:
        second = _SECOND[entity.lone]
        return (
            f"图元 {handle} 的坐标缺第二个数（组码 {entity.lone} 之后应为 {second}）",
            f"entity {handle}: a place lacks its second number (group {second} after "
            f"{entity.lone})",
        )
    lost = [group for group in _NEEDED.get(entity.kind, ()) if not counts[group]]
    if lost:
        return (
            f"图元 {handle}（{entity.kind}）缺组码 {lost[0]}",
            f"entity {handle} ({entity.kind}) lacks group {lost[0]}",
        )
    if _joined(entity):
        return (
            f"图元 {handle}（{entity.kind}）与下一个图元连在一起，其间缺组码 0",
            f"entity {handle} ({entity.kind}) runs into the next: group 0 is missing between",
        )
    return None


def _joined(entity: _Entity) -> bool:
    """Return whether what is there of an entity is of two."""
    if entity.kind == "SECTION":
        return set(entity.counts) - {"0", "2"} != set() and entity.section == "ENTITIES"
    most = 1 if entity.kind in _OF_ONE_PLACE else 0
    return (entity.kind == "SEQEND" or most > 0) and entity.counts["10"] > most
