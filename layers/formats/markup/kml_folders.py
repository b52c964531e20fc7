"""Folders of a KML as layers: which there are by GDAL's names, and which are offered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from layers.account import Issue
from layers.catalog import catalog
from layers.formats import ogr
from layers.formats.markup.kml_scan import Container, Mark, Scan
from layers.formats.markup.source import without_prefix
from layers.formats.source import refusal
from layers.headings import is_measured
from layers.issues import listed, warning
from layers.parse import folded

_SHOWN = 6
_NAMESPACE = rb"https?://(?:www\.opengis\.net|earth\.google\.com)/kml/[\d.]+/?"
_BLANK, _NAMELESS = re.compile(r"\s*(?:\(#\d+\))?"), "（未命名）"


class Folders:
    """The folders of a text that hold placemarks; not to be changed.

    Folders of one name, wherever they stand, are one layer: who names it means all of them. GDAL
    tells them apart by a number, 矿界 (#2), by which one alone can be asked for.

    Attributes
    ----------
    scan : the text
    named : by GDAL's names, without those that hold no placemark
    alike : name of a layer -> the folders that have it for their own name
    number : name -> place among GDAL's layers
    offered : those that may hold what is to be vetted
    joined : what the offered ones are called together, empty where they are no one layer

    Raises
    ------
    FormatError
        It is no KML, there is no placemark, or GDAL has other folders.
    """

    def __init__(self, path: Path, data: bytes) -> None:
        self.scan = Scan(path, without_prefix(data, _NAMESPACE))
        names = _names(path, self.scan)
        layers = list(zip(names, self.scan.layers, strict=True))
        self.named = {name: folder for name, folder in layers if folder.marks}
        self.number = {name: k for k, name in enumerate(names)}
        self.alike = _alike(layers)
        marks = {name: [m for n in own for m in self.named[n].marks]
                 for name, own in self.alike.items()}  # fmt: skip
        self.offered = [name for name in marks if _is_offered(name, marks)]
        self.joined = ""
        self._marks = marks
        if _are_one([marks[name] for name in self.offered], names):
            self.joined = _free(listed(self.offered, shown=2), names)

    @property
    def every(self) -> list[str]:
        """The names of all layers: folders, those of one name together, and all that are one."""
        return list(filter(None, dict.fromkeys([*self.alike, *self.named, self.joined])))

    def of(self, layer: str) -> list[str]:
        """Return the folders that a layer is made of."""
        layers = self.offered if layer == self.joined else [layer]
        return [name for one in layers for name in self.alike.get(one, [one])]

    def titles(self, layer: str) -> list[str]:
        """Return what the folders of a layer are called; of one name with those around them."""
        return [
            _path(self.named[name]) if len(self.alike.get(one, ())) > 1 else name
            for one in (self.offered if layer == self.joined else [layer])
            for name in self.alike.get(one, [one])
        ]

    def told(self, layer: str) -> list[Issue]:
        """Tell what the folders hold that are not offered, and which are read as one."""
        left = {name: own for name, own in self._marks.items() if name not in self.offered}
        issues = _passed_over(left) if layer not in left else []
        issues += self._beside(layer)
        titles = self.titles(layer)
        n = len(titles)
        if layer == self.joined:
            zh, en = f"{n} 个文件夹的字段相同", f"{n} folders have the same fields and"
        elif n > 1:
            zh, en = f"{n} 个文件夹同名", f"{n} folders have one name and"
        else:
            return issues
        zh = f"{zh}，作为一层依次读入：{listed(titles, shown=_SHOWN)}"
        en = f"{en} are read as one layer: {listed(titles, 'en', _SHOWN)}"
        return [*issues, warning("folders_joined", zh, en)]

    def _beside(self, layer: str) -> list[Issue]:
        """Tell which other folders hold what may belong to the one that is read."""
        if layer not in self._marks or layer not in self.offered:
            return []
        beside = [
            name for name in self.offered if name != layer and name not in catalog()
            and _same_fields([self._marks[layer], self._marks[name]])
        ]  # fmt: skip
        if not beside:
            return []
        zh = f"这些文件夹与 {layer} 的字段相同，未读：{listed(beside, shown=_SHOWN)}"
        en = f"folders with the same fields as {layer} are not read: " \
             f"{listed(beside, 'en', _SHOWN)}"  # fmt: skip
        return [warning("layers_not_read", zh, en)]


def _alike(layers: Sequence[tuple[str, Container]]) -> dict[str, list[str]]:
    """Return the folders that hold placemarks, those of one name under the first one's."""
    first: dict[str, str] = {}
    alike: dict[str, list[str]] = {}
    for name, folder in layers:
        own = folded(folder.name)
        called = first.setdefault(own, name) if own else name
        if folder.marks:
            alike.setdefault(called, []).append(name)
    return alike


def _path(folder: Container) -> str:
    """Return the names of a folder and of those around it, without the document's."""
    around = [c.name.strip() for c in folder.chain() if c.above is not None]
    return "/".join(filter(None, reversed(around))) or folder.name.strip()


def _are_one(folders: Sequence[Sequence[Mark]], names: Sequence[str]) -> bool:
    """Tell whether folders hold parts of one layer: outlines alone, all with the same fields.

    Among these must be the number of a right or a facility: what else may stand in folders, such
    as protected areas, has none.
    """
    if len(folders) < 2 or any(name in catalog() for name in names):
        return False
    if not all(mark.outline for marks in folders for mark in marks):
        return False
    return _same_fields(folders)


def _same_fields(folders: Sequence[Sequence[Mark]]) -> bool:
    """Tell whether folders have the same fields, the number of a right or facility among them."""
    fields = {frozenset(f for mark in marks for f in mark.fields) for marks in folders}
    return len(fields) == 1 and any(folded(name) in _numbers() for name in next(iter(fields)))


def _names(path: Path, scan: Scan) -> list[str]:
    """Return GDAL's names of all folders; it calls the file itself like the file.

    Raises
    ------
    FormatError
        There is no placemark, or GDAL has other folders.
    """
    if not any(layer.marks for layer in scan.layers):
        raise _without_placemarks(path, scan)
    names = ogr.all_layers(path, scan.data)
    if len(names) != len(scan.layers):
        raise refusal(
            path,
            f"有 {len(scan.layers)} 个文件夹，只能读出 {len(names)} 个",
            f"holds {len(scan.layers)} folders, {len(names)} can be read",
        )
    if scan.containers[0].marks and not scan.containers[0].name.strip():
        names[0] = _free(path.stem, names)
    for k, name in enumerate(names):
        if _BLANK.fullmatch(name):
            names[k] = _free(_NAMELESS, names)
    return names


def _free(name: str, taken: Sequence[str]) -> str:
    """Return a name for a folder that no other has."""
    numbered = (f"{name} (#{k})" for k in range(2, len(taken) + 3))
    return next(n for n in (name, *numbered) if n not in taken)


def _without_placemarks(path: Path, scan: Scan) -> Exception:
    zh, en = "没有地标（Placemark）", "holds no placemark"
    if n := scan.counts.get("NetworkLink", 0):
        zh += f"，只有 {n} 个网络链接：数据不在本文件里，请在 Google Earth 中打开后另存数据本身"
        en += f", only {n} network links: the data are elsewhere; open and save them themselves"
    elif scan.overlays:
        zh += f"，只有 {scan.overlays} 个叠加图像：图像不能判定，请画出界线"
        en += f", only {scan.overlays} images: draw the outlines"
    return refusal(path, zh, en)


def _is_offered(name: str, layers: Mapping[str, Sequence[Mark]]) -> bool:
    if not any(map(_has_outline, layers.values())):
        return True
    return _has_outline(layers[name]) or name in catalog()


def _has_outline(marks: Sequence[Mark]) -> bool:
    return any(mark.outline for mark in marks)


def _passed_over(left: Mapping[str, Sequence[Mark]]) -> list[Issue]:
    """Tell what the folders hold that are not offered: an outline may have been left open."""
    if not left:
        return []
    held = [
        f"{name} ({_counted(Counter((mark.kinds or ['-'])[0] for mark in marks))})"
        for name, marks in left.items()
    ]
    zh = f"这些文件夹没有面或闭合线，未读：{listed(held, shown=_SHOWN)}"
    en = f"folders without an area or closed line are not read: {listed(held, 'en', _SHOWN)}"
    return [warning("layers_not_read", zh, en)]


def _counted(kinds: Counter[str]) -> str:
    return ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items()))


def is_known(field: str) -> bool:
    """Tell whether a field is called like a column of the contract."""
    # A unit may stand behind: 矿区面积（km²）.
    return folded(re.sub(r"[(（].*", "", field)) in _known_names()


def is_measured_name(field: str) -> bool:
    """Tell whether a field is called, without a unit, like a column that holds a measure."""
    return folded(field) in _measured_names()


@cache
def _measured_names() -> frozenset[str]:
    columns = (c for schema in catalog().values() for c in schema.columns if is_measured(c))
    return frozenset(folded(w) for c in columns for w in (c.name, c.zh, *c.aliases))


@cache
def _known_names() -> frozenset[str]:
    """Return what any column of the contract is called."""
    columns = (c for schema in catalog().values() for c in schema.columns)
    words = (w for c in columns for w in (c.name, c.zh, *c.aliases, *c.whole_names))
    return frozenset(map(folded, words))


@cache
def _numbers() -> frozenset[str]:
    """Return what the number of a right or facility is called."""
    schemas = [catalog()[name] for name in ("mining_right", "tailings_facility")]
    columns = [schema.column(schema.number) for schema in schemas if schema.number]
    return frozenset(folded(word) for c in columns for word in (c.name, c.zh, *c.aliases))


@cache
def names_of_mines() -> frozenset[str]:
    """Return what a field is called, in any layer, that holds the names of its features."""
    columns = (c for schema in catalog().values() for c in schema.columns if c.name == "name")
    return frozenset(folded(word) for c in columns for word in (c.zh, *c.aliases, *c.whole_names))
