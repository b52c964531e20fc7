"""KML: one layer per folder; fields as the text has them, geometries by GDAL, compared with it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from gis.ragged import Ints, Shapes
from layers.account import Issue
from layers.formats import geometries, ogr
from layers.formats.markup.kml_folders import Folders, is_known, is_measured_name, names_of_mines
from layers.formats.markup.kml_scan import Mark, Scan
from layers.formats.markup.kml_system import WGS_84, system_around
from layers.formats.markup.source import read_markup
from layers.formats.source import Source, digest_file, refusal, row_labels
from layers.issues import info, label_en, listed, warning
from layers.parse import folded

_SHOWN = 20
_FOLDERS = 6
_FOLDER = "文件夹"
# A title with a unit behind it, of whatever spelling.
_UNIT = re.compile(r"([^(（/\s]{1,60})[(（/\s]([^()（）]{1,60})[)）]?")
_LABEL = "Name"
_NOTES = frozenset({"description", "description (Placemark)"})


def list_layers(path: Path, encoding: str | None = None) -> list[str]:
    """Return the folders that hold outlines; where there are none, all that hold placemarks.

    A folder that is called like a layer of the contract is among them, whatever it holds. Folders
    of outlines alone with the same fields, such as one for each township, are one layer, and so
    are all that have one name.

    Raises
    ------
    FormatError
        It is no KML, or holds no placemark.
    """
    _, folders = read_markup(path, encoding, Folders)
    return [folders.joined] if folders.joined else folders.offered


def all_layers(path: Path, encoding: str | None = None) -> list[str]:
    """Return all folders that hold placemarks, of outlines or not, and what they make together.

    Raises
    ------
    FormatError
        It is no KML, or holds no placemark.
    """
    _, folders = read_markup(path, encoding, Folders)
    return folders.every


def read(path: Path, layer: str, encoding: str | None = None) -> Source:
    """Read a layer; every placemark in it must come out of GDAL with the corners of the text.

    Raises
    ------
    FormatError
        It is no KML, or GDAL reads other folders or placemarks of it.
    """
    markup, folders = read_markup(path, encoding, Folders)
    scan, within = folders.scan, folders.of(layer)
    marks = [mark for name in within for mark in folders.named[name].marks]
    labels = row_labels(len(marks))
    rows = _rows(path, folders, within, labels)
    shapes, complaints = _compared(marks, rows, labels)
    system = system_around([folders.named[name] for name in within], marks)
    titled, renamed = _titled(scan, marks)
    columns, lost, told = _columns(titled, labels)
    if len(within) > 1 and _FOLDER not in columns:
        titles = zip(folders.titles(layer), within, strict=True)
        names = [title for title, name in titles for _ in folders.named[name].marks]
        columns[_FOLDER] = pa.array(names, pa.string())
    return Source(
        path=path,
        format="KML",
        layer=layer,
        sha256=digest_file(path),
        encoding=markup.encoding,
        crs=WGS_84,
        crs_note="KML: WGS 84 (OGC 12-007r2)",
        declared=len(marks),
        columns=columns,
        lost=lost,
        geometry=shapes,
        labels=labels,
        crs_doubt=system.doubt,
        stated=system.stated,
        prose=system.prose,
        notes=_NOTES,
        issues=(
            *markup.issues,
            *complaints,
            *renamed,
            *told,
            *_ignored(scan, marks),
            *_hidden(marks, labels),
            *folders.told(layer),
        ),
    )


def _rows(path: Path, folders: Folders, within: Sequence[str], labels: Sequence[str]) -> ogr.Rows:
    """Return what GDAL makes of the placemarks of some folders, one folder after the other."""
    shapes: list[Shapes] = []
    issues: list[Issue] = []
    start = 0
    for name in within:
        count = len(folders.named[name].marks)
        own = labels[start : start + count]
        rows = ogr.read_shapes(path, folders.scan.data, folders.number[name], own)
        if len(rows.geometry) != count:
            raise refusal(
                path,
                f"有 {count} 个地标，只能读出 {len(rows.geometry)} 个",
                f"holds {count} placemarks, {len(rows.geometry)} can be read",
            )
        shapes.append(rows.geometry)
        issues += rows.issues
        start += count
    return ogr.Rows({}, np.concatenate(shapes), rows.crs, tuple(issues))


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
    named = any(folded(name) in names_of_mines() for name in given)
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

    A title that stands for several fields, or is a field's name, renames none. The unit that it
    states of a measured column is added to a name that states none: ZBG(百米).
    """
    given = dict.fromkeys(name for mark in marks for name in mark.fields)
    titles = {name: next(iter(scan.titles[name])) for name in given
              if len(scan.titles.get(name, ())) == 1}  # fmt: skip
    times = Counter(titles.values())
    called = {
        name: title for name, title in titles.items()
        if times[title] == 1 and title not in given and not is_known(name)
        and (is_known(title) or _with_unit(title))
    }  # fmt: skip
    for name, title in titles.items():
        unit = _with_unit(title) if is_measured_name(name) else None
        if unit and f"{name}({unit})" not in given:
            called[name] = f"{name}({unit})"
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


def _with_unit(title: str) -> str | None:
    """Return the unit behind the name of a measured column, None where there is none."""
    found = _UNIT.fullmatch(title)
    return found[2] if found and is_measured_name(found[1]) else None


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
