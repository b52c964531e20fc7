"""Rows that cannot be in the system of their file: by their own fields, or by their numbers."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pyarrow.compute as pc
import pyproj
import shapely

from gis.crs_names import central_meridian, datums_claimed
from gis.ragged import Bools, Floats, Ints
from layers.account import Issue
from layers.formats.source import Source
from layers.formats.stated import Reason, Stated, stated_in
from layers.issues import error, label_en

# 原坐标系 is that of the paper, not of the coordinates.
_FIELD = re.compile(
    r"(?:所[用属]|采用|平面|大地|空间)?坐标系统?(?:名称|类型|代码)?|(?:大地|坐标|测量|平面)基准面?|基准面?"
    r"|坐标类型|(?:投影坐标|空间参考)系?统?|(?:投影|分|[36三六]?度分?带?)?带号?|中央(?:(?:子午|经)线(?:经度)?|经度)"
    r"|几度分?带"
    r"|crs|srs|epsg(?:code)?|datum|coord(?:inate)?sys(?:tem)?|spatialref(?:erence)?",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?<!\d)(?:epsg\s*[:：]{1,2}\s*)?(\d{4,5})(?!\d)", re.IGNORECASE)
_INTO_2000 = re.compile(r"(转换?[为成到至]?|→|->)\s*2000(?!\d)")  # 西安80转2000
_OF_CODES = re.compile(r"epsg|crs|srs", re.IGNORECASE)


def contradicting(source: Source) -> Source:
    """Return the source without the places of rows whose own fields name another datum or zone.

    Each is told by an error ``crs_contradicted``. Nothing can be told where the source has no
    system.
    """
    parts = {name: contradicting(part) for name, part in source.companions.items()}
    refused = _contradicted(source, source.crs) if source.crs is not None else {}
    if not refused:
        return replace(source, companions=parts) if parts else source
    shapes = source.geometry.copy()
    shapes[list(refused)] = None
    issues = [_issue(source.labels[row], said) for row, said in sorted(refused.items())]
    return replace(source, geometry=shapes, issues=(*source.issues, *issues), companions=parts)


def is_of_system(name: str) -> bool:
    """Tell whether a field says of each row in which system it is.

    >>> is_of_system("坐标系"), is_of_system("投影带（3度）"), is_of_system("原坐标系")
    (True, True, False)
    """
    return _FIELD.fullmatch(_plain(name)) is not None


def _plain(name: str) -> str:
    return re.sub(r"[\s_:：]|[(（].*", "", name)


def _issue(label: str, said: Reason) -> Issue:
    zh, en = f"{label}：{said[0]}", f"{label_en(label)}: {said[1]}"
    return error("crs_contradicted", zh, en, label)


def _contradicted(source: Source, system: pyproj.CRS) -> dict[int, Reason]:
    refused: dict[int, Reason] = {}
    for name, values in source.columns.items():
        if not is_of_system(name):
            continue
        plain = _plain(name)
        coded = values.dictionary_encode()
        for k, value in enumerate(coded.dictionary.to_pylist()):
            said = _stated_by(plain, value).contradiction(system)
            if said is None:
                continue
            zh = f"字段 {name} {said[0]}，与文件的坐标系 {system.name} 不同"
            en = f"field {name} {said[1]}, the file is in {system.name}"
            rows = pc.equal(coded.indices, k).fill_null(False)
            for row in pc.indices_nonzero(rows).to_pylist():
                refused.setdefault(row, (zh, en))
    return refused


def _stated_by(name: str, value: object) -> Stated:
    """Return what one value of a field says."""
    text = f"{value:g}" if isinstance(value, float) else str(value)
    text = _INTO_2000.sub(r"\1 CGCS2000", text)
    stated = stated_in(f"{name}：{text}", all_meant=True)
    code = _CODE.search(text)
    if code is None or not (_OF_CODES.search(name) or "epsg" in text.lower()):
        return stated
    try:
        named = pyproj.CRS.from_epsg(int(code[1]))
    except pyproj.exceptions.CRSError:
        return stated
    meridian = central_meridian(named)
    datums = tuple(d for d in ("CGCS2000", "WGS 84", "Xian 1980", "Beijing 1954", "New Beijing")
                   if d in datums_claimed(named))  # fmt: skip
    return replace(
        stated.of(datums), meridians=frozenset() if meridian is None else frozenset({meridian})
    )


def of_another_kind(rows: Ints, xy: Floats, counts: Ints, system: pyproj.CRS) -> dict[int, Reason]:
    """Return rows that are degrees in a plane of metres, or metres where degrees should be.

    Parameters
    ----------
    rows : (n,) their numbers, each with at least one vertex
    xy : (m, 2) vertices of all
    counts : (n,) vertices of each
    """
    if not len(rows):
        return {}
    with np.errstate(invalid="ignore"):
        degrees: Bools = np.asarray((np.abs(xy) <= (180.0, 90.0)).all(axis=1), np.bool_)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    if system.is_geographic:
        if system.axis_info and system.axis_info[0].unit_name != "degree":
            return {}
        wrong: Bools = np.asarray(np.logical_or.reduceat(~degrees, starts), np.bool_)
        said_zh, said_en = "坐标系 {0} 是经纬度，而坐标 {1} 不是", "{0} is in degrees, {1} is not"
    else:
        wrong = np.asarray(np.logical_and.reduceat(degrees, starts), np.bool_)
        said_zh = "坐标系 {0} 是平面坐标（米），而坐标 {1} 像经纬度"
        said_en = "{0} is a plane in metres, but {1} looks like degrees"
    out = {}
    for k in np.flatnonzero(wrong):
        own = slice(int(starts[k]), int(starts[k] + counts[k]))
        odd = xy[own][degrees[own] != system.is_geographic]
        place = f"({odd[0][0]:.10g}, {odd[0][1]:.10g})"
        out[int(rows[k])] = said_zh.format(system.name, place), said_en.format(system.name, place)
    return out


def kinds_of(source: Source) -> Ints:
    """Return the rows of a source whose numbers are of another kind than its system."""
    if source.crs is None:
        return np.empty(0, np.int64)
    counts = np.asarray(shapely.get_num_coordinates(source.geometry), np.int64)
    rows = np.flatnonzero(counts > 0)
    xy = shapely.get_coordinates(source.geometry)
    return np.array(sorted(of_another_kind(rows, xy, counts[rows], source.crs)), np.int64)
