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
from layers.formats.markup.kml_scan import Container, Scan
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

    Attributes
    ----------
    scan : the text
    named : by the names that they are asked for
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
        self.offered = [name for name in self.named if _is_offered(name, self.named)]
        self.joined = ""
        if _are_one([self.named[name] for name in self.offered], names):
            self.joined = _free(listed(self.offered, shown=2), names)

    def of(self, layer: str) -> list[str]:
        """Return the folders that a layer is made of."""
        return self.offered if layer == self.joined else [layer]

    def told(self, layer: str) -> list[Issue]:
        """Tell what the folders hold that are not offered, and which are read as one."""
        issues = _passed_over(layer, self.named)
        if layer == self.joined:
            n = len(self.offered)
            zh = f"{n} 个文件夹的字段相同，作为一层依次读入：{listed(self.offered, shown=_SHOWN)}"
            en = f"{n} folders have the same fields and are read as one layer: " \
                 f"{listed(self.offered, 'en', _SHOWN)}"  # fmt: skip
            issues.append(warning("folders_joined", zh, en))
        return issues


def _are_one(folders: Sequence[Container], names: Sequence[str]) -> bool:
    """Tell whether folders hold parts of one layer: outlines alone, all with the same fields.

    Among these must be the number of a right or a facility: what else may stand in folders, such
    as protected areas, has none.
    """
    if len(folders) < 2 or any(name in catalog() for name in names):
        return False
    if not all(mark.outline for folder in folders for mark in folder.marks):
        return False
    fields = {frozenset(f for mark in folder.marks for f in mark.fields) for folder in folders}
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


def _is_offered(name: str, named: Mapping[str, Container]) -> bool:
    if not any(map(_has_outline, named.values())):
        return True
    return _has_outline(named[name]) or name in catalog()


def _has_outline(folder: Container) -> bool:
    return any(mark.outline for mark in folder.marks)


def _passed_over(layer: str, named: Mapping[str, Container]) -> list[Issue]:
    """Tell what the folders hold that are not offered: an outline may have been left open."""
    left = {n: folder for n, folder in named.items() if not _is_offered(n, named)}
    if not left or layer in left:
        return []
    held = [
        f"{name} ({_counted(Counter((mark.kinds or ['-'])[0] for mark in folder.marks))})"
        for name, folder in left.items()
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
