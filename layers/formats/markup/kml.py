"""KML: one layer per folder; fields as the text has them, geometries by GDAL, compared with it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyproj
import shapely

from gis.ragged import Ints, Shapes
from layers.account import Issue
from layers.catalog import catalog
from layers.formats import geometries, ogr
from layers.formats.markup.kml_scan import Container, Mark, Scan
from layers.formats.markup.source import read_markup, without_prefix
from layers.formats.source import Source, digest_file, refusal, row_labels
from layers.issues import info, label_en, listed, warning
from layers.parse import folded

_SHOWN = 20
_FOLDERS = 6
_LABEL = "Name"
_NAMESPACE = rb"https?://(?:www\.opengis\.net|earth\.google\.com)/kml/[\d.]+/?"
_BLANK, _NAMELESS = re.compile(r"\s*(?:\(#\d+\))?"), "（未命名）"


def list_layers(path: Path, encoding: str | None = None) -> list[str]:
    """Return the folders that hold outlines; where there are none, all that hold placemarks.

    A folder that is called like a layer of the contract is among them, whatever it holds.

    Raises
    ------
    FormatError
        It is no KML, or holds no placemark.
    """
    _, (_, named) = read_markup(path, encoding, _parsed)
    return [name for name in named if _is_offered(name, named)]


def all_layers(path: Path, encoding: str | None = None) -> list[str]:
    """Return all folders that hold placemarks, of outlines or not.

    Raises
    ------
    FormatError
        It is no KML, or holds no placemark.
    """
    _, (_, named) = read_markup(path, encoding, _parsed)
    return list(named)


def read(path: Path, layer: str, encoding: str | None = None) -> Source:
    """Read one folder; every placemark in it must come out of GDAL with the corners of the text.

    Raises
    ------
    FormatError
        It is no KML, or GDAL reads other folders or placemarks of it.
    """
    markup, (scan, named) = read_markup(path, encoding, _parsed)
    marks = named[layer].marks
    labels = row_labels(len(marks))
    rows = ogr.read_shapes(path, scan.data, scan.layers.index(named[layer]), labels)
    if len(rows.geometry) != len(marks):
        raise refusal(
            path,
            f"有 {len(marks)} 个地标，只能读出 {len(rows.geometry)} 个",
            f"holds {len(marks)} placemarks, {len(rows.geometry)} can be read",
        )
    shapes, complaints = _compared(marks, rows, labels)
    titled, renamed = _titled(scan, marks)
    columns, lost, told = _columns(titled, labels)
    return Source(
        path=path,
        format="KML",
        layer=layer,
        sha256=digest_file(path),
        encoding=markup.encoding,
        crs=pyproj.CRS.from_user_input("OGC:CRS84"),
        crs_note="KML: WGS 84 (OGC 12-007r2)",
        declared=len(marks),
        columns=columns,
        lost=lost,
        geometry=shapes,
        labels=labels,
        issues=(
            *markup.issues,
            *complaints,
            *renamed,
            *told,
            *_ignored(scan, marks),
            *_hidden(marks, labels),
            *_passed_over(layer, named),
        ),
    )


def _parsed(path: Path, data: bytes) -> tuple[Scan, dict[str, Container]]:
    scan = Scan(path, without_prefix(data, _NAMESPACE))
    return scan, _named(path, scan)


def _named(path: Path, scan: Scan) -> dict[str, Container]:
    """Return the folders with placemarks by GDAL's names; it calls the file itself like the file.

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
    return {n: layer for n, layer in zip(names, scan.layers, strict=True) if layer.marks}


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
    zh = f"这些文件夹没有面或闭合线，未读：{listed(held, shown=_FOLDERS)}"
    en = f"folders without an area or closed line are not read: {listed(held, 'en', _FOLDERS)}"
    return [warning("layers_not_read", zh, en)]


def _counted(kinds: Counter[str]) -> str:
    return ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items()))


def _compared(
    marks: Sequence[Mark], rows: ogr.Rows, labels: Sequence[str]
) -> tuple[Shapes, list[Issue]]:
    """Return the geometries that have the corners of the text, and an error for each other one."""
    shapes = rows.geometry.copy()
    # Altitudes are counted in the text.
    issues = [i for i in rows.issues if i.code != "altitude_unused"]
    told = {i.feature for i in issues if i.code in geometries.LOST_GEOMETRY}
    for k, (mark, label) in enumerate(zip(marks, labels, strict=True)):
        if mark.ring and len(mark.corners) > 1:  # a closed line, of which GDAL makes nothing
            shapes[k] = shapely.LineString(mark.corners)
            issues = [
                i for i in issues if i.feature != label or i.code not in geometries.LOST_GEOMETRY
            ]
            continue
        drawn = bool(mark.corners) or shapely.get_num_coordinates(shapes[k]) > 0
        if not drawn:
            continue
        shapes[k] = geometries.with_corners(shapes[k], mark.corners)
        if shapes[k] is None and label not in told:
            issues.append(geometries.unreadable_geometry(label))
    return np.asarray(shapes, dtype=object), issues


def _columns(
    marks: Sequence[Mark], labels: Sequence[str]
) -> tuple[dict[str, pa.Array], dict[str, Ints], list[Issue]]:
    """Return all fields as text, under their own names; blank is null, and so are several values.

    The placemarks that have several come with the field's name.
    """
    given = dict.fromkeys(name for mark in marks for name in mark.fields)
    named = any(folded(name) in _names_of_mines() for name in given)
    own = dict.fromkeys(name for mark in marks for name in mark.own)
    columns: dict[str, pa.Array] = {}
    lost: dict[str, Ints] = {}
    issues: list[Issue] = []
    for name in own:
        cells = [_distinct(mark.own, name) for mark in marks]
        if name not in given:
            # What the map shows, often a number, must not go before a field called 矿山名称.
            called = f"{name} (Placemark)" if named and name == _LABEL else name
            columns[called], lost[called] = _single(cells), _multiple(cells)
            issues += _several(name, cells, labels)
        elif cells != [_distinct(mark.fields, name) for mark in marks]:
            # A field of that name is somebody's data, the other is what the map shows.
            columns[f"{name} (Placemark)"] = _single(cells)
            issues.append(_renamed(name))
    for name in given:
        cells = [_distinct(mark.fields, name) for mark in marks]
        columns[name], lost[name] = _single(cells), _multiple(cells)
        issues += _several(name, cells, labels)
    said = {n: c for n, c in columns.items() if c.null_count < len(c) or len(lost.get(n, ()))}
    return said, lost, issues


def _titled(scan: Scan, marks: Sequence[Mark]) -> tuple[Sequence[Mark], list[Issue]]:
    """Return the placemarks with fields such as f1 under their titles, where those are known ones.

    A title that stands for several fields, or is a field's name, renames none.
    """
    given = dict.fromkeys(name for mark in marks for name in mark.fields)
    titles = {name: next(iter(scan.titles[name])) for name in given
              if len(scan.titles.get(name, ())) == 1}  # fmt: skip
    times = Counter(titles.values())
    called = {
        name: title for name, title in titles.items()
        if times[title] == 1 and title not in given and _is_known(title) and not _is_known(name)
    }  # fmt: skip
    if not called:
        return marks, []
    renamed = [
        replace(mark, fields={called.get(name, name): v for name, v in mark.fields.items()})
        for mark in marks
    ]
    pairs = [f"{name} → {title}" for name, title in called.items()]
    zh = f"字段按其显示名（displayName）读：{listed(pairs, shown=_SHOWN)}"
    en = f"fields are called by their titles (displayName): {listed(pairs, 'en', _SHOWN)}"
    return renamed, [info("field_titled", zh, en)]


def _is_known(field: str) -> bool:
    # A unit may stand behind: 矿区面积（km²）.
    return folded(re.sub(r"[(（].*", "", field)) in _known_names()


@cache
def _known_names() -> frozenset[str]:
    """Return what any column of the contract is called."""
    columns = (c for schema in catalog().values() for c in schema.columns)
    words = (w for c in columns for w in (c.name, c.zh, *c.aliases, *c.whole_names))
    return frozenset(map(folded, words))


@cache
def _names_of_mines() -> frozenset[str]:
    """Return what a field is called, in any layer, that holds the names of its features."""
    columns = (c for schema in catalog().values() for c in schema.columns if c.name == "name")
    return frozenset(folded(word) for c in columns for word in (c.zh, *c.aliases, *c.whole_names))


def _distinct(fields: Mapping[str, Sequence[str]], name: str) -> list[str]:
    return sorted({value for value in fields.get(name, ()) if value})


def _single(cells: Sequence[Sequence[str]]) -> pa.Array:
    return pa.array([c[0] if len(c) == 1 else None for c in cells], pa.string())


def _multiple(cells: Sequence[Sequence[str]]) -> Ints:
    return np.flatnonzero([len(c) > 1 for c in cells])


def _renamed(name: str) -> Issue:
    zh = f"数据字段 {name} 与地标自身的同名，后者写作 {name} (Placemark)"
    en = f"a data field is called {name} like the placemark's own, now {name} (Placemark)"
    return warning("field_renamed", zh, en)


def _several(name: str, cells: Sequence[Sequence[str]], labels: Sequence[str]) -> list[Issue]:
    """Tell of placemarks that have several values of one name: which of them counts is unknown."""
    issues = []
    rows = [k for k, values in enumerate(cells) if len(values) > 1]
    for k in rows[:_SHOWN]:
        said = [value[:40] for value in cells[k]]
        zh = f"{labels[k]}：字段 {name} 有几个值（{listed(said, shown=3)}），按空值"
        shown = listed(said, "en", 3)
        en = f"{label_en(labels[k])}: {name} has several values ({shown}); taken as null"
        issues.append(warning("bad_value", zh, en, labels[k]))
    if len(rows) > _SHOWN:
        more = len(rows) - _SHOWN
        zh = f"字段 {name} 另有 {more} 行有几个值，按空值"
        issues.append(
            warning("bad_value", zh, f"{name}: {more} more rows have several values; null")
        )
    return issues


def _hidden(marks: Sequence[Mark], labels: Sequence[str]) -> list[Issue]:
    """Tell which placemarks are switched off, as outlines are kept that are superseded."""
    off = [
        (label, f"“{mark.own[_LABEL][0]}”" if mark.own.get(_LABEL) else "")
        for mark, label in zip(marks, labels, strict=True) if mark.hidden
    ]  # fmt: skip
    if not off:
        return []
    zh = listed([f"{label}{name}" for label, name in off], shown=_FOLDERS)
    en = listed([f"{label_en(label)} {name}".strip() for label, name in off], "en", _FOLDERS)
    zh = f"{len(off)} 个地标关闭了显示（visibility 0），照读，请核对是否已作废：{zh}"
    en = f"{len(off)} placemarks are switched off (visibility 0) and read like the others; are " \
         f"they superseded? {en}"  # fmt: skip
    return [warning("hidden_entities", zh, en)]


def _ignored(scan: Scan, marks: Sequence[Mark]) -> list[Issue]:
    issues = []
    if n := scan.overlays:
        zh, en = f"{n} 个叠加图像未读", f"{n} overlays (images) are not read"
        issues.append(info("kml_overlay", zh, en))
    if n := scan.counts.get("NetworkLink", 0):
        zh, en = f"忽略了 {n} 个网络链接", f"{n} network links were ignored"
        issues.append(warning("kml_ignored", zh, en))
    if n := sum(mark.high for mark in marks):
        zh, en = f"{n} 行的坐标带有高程，未用", f"the altitudes of {n} rows are not used"
        issues.append(info("altitude_unused", zh, en))
    return issues
