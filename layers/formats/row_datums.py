"""Rows that cannot be in the system of their file: by their own fields, or by their numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyproj
import shapely

from gis.crs_names import central_meridian, datums_claimed
from gis.ragged import Bools, Floats, Ints
from layers.account import Issue
from layers.formats.notes import lines_in
from layers.formats.planes import Datum, width_of
from layers.formats.remarks import is_remark, objection
from layers.formats.source import Source
from layers.formats.stated import Reason, Stated, stated_in
from layers.issues import error, label_en, listed, warning

# 原坐标系 is that of the paper, not of the coordinates.
_FIELD = re.compile(
    r"(?:所[用属]|采用|平面|大地|空间)?坐标系统?(?:名称|类型|代码)?|(?:大地|坐标|测量|平面)基准面?|基准面?"
    r"|坐标类型|(?:投影坐标|空间参考)系?统?|(?:投影|分|[36三六]?度分?带?)?带号?|中央(?:(?:子午|经)线(?:经度)?|经度)"
    r"|几度分?带"
    r"|crs|srs|srid|wkid|epsg(?:code)?|datum|(?:ov)?coord(?:inate)?(?:sys(?:tem)?|type)"
    r"|(?:coordinate|spatial)ref(?:erence)?(?:sys(?:tem)?)?",
    re.IGNORECASE,
)
# A field of a Shapefile is called by the first letters of the words in pinyin.
_PINYIN = {
    "zbx": "坐标系", "zbxt": "坐标系统", "zbxmc": "坐标系名称", "zbxtmc": "坐标系统名称",
    "zbxlx": "坐标系类型", "zbxdm": "坐标系代码", "zblx": "坐标类型", "ddjz": "大地基准",
    "zbjz": "坐标基准", "kjck": "空间参考", "kjckx": "空间参考系", "tydh": "投影带号",
    "fdh": "分带号", "zyzwx": "中央子午线", "zyjx": "中央经线", "zyjd": "中央经度",
}  # fmt: skip
_ZONE_FIELD = "dh"  # also of a telephone or a plot: only its values tell
_CODE = re.compile(r"(?<!\d)(?:epsg\s*[:：]{1,2}\s*)?(\d{4,5})(?!\d)", re.IGNORECASE)
_INTO_2000 = re.compile(r"(转换?[为成到至]?|→|->)\s*2000(?!\d)")  # 西安80转2000
_MAY_STATE = re.compile(
    r"坐标系|基准|西安|北京|独立|地方|城市|任意|假定|自定义|局部|相对|抵偿|epsg|crs|srs|datum"
    r"|(?<!\d)(?:(?:19)?(?:80|54|84)|2000)(?!\d)",
    re.IGNORECASE,
)
_FORMERLY = re.compile(r"(?:原|旧|老|转换前).{0,8}(?:坐标|基准)")
_OF_CODES = re.compile(r"epsg|crs|srs|srid|wkid|ref|空间参考", re.IGNORECASE)
_OF_DATUMS = re.compile(r"系|基准|类型|参考|crs|srs|datum|sys|ref", re.IGNORECASE)
# Enough for a datum in a field that holds nothing else.
_SHORT: tuple[tuple[Datum, re.Pattern[str]], ...] = (
    ("CGCS2000", re.compile(r"(?:国家|cgcs|c)?2000[年系]?|cgcs", re.IGNORECASE)),
    ("Xian 1980", re.compile(r"(?:国家|c|gdz)?(?:19)?80[年系]?|西安|xi'?an", re.IGNORECASE)),
    ("Beijing 1954", re.compile(r"(?:国家|p)?(?:19)?54[年系]?|北京|beijing", re.IGNORECASE)),
    ("WGS 84", re.compile(r"(?:19)?84|wgs", re.IGNORECASE)),
)


def contradicting(source: Source) -> Source:
    """Return the source without the places of rows whose own fields name another datum or zone.

    Each is told by an error ``crs_contradicted``; a remark that names a datum in passing by a
    warning ``stated_in_remark``. Nothing can be told where the source has no system.
    """
    parts = {name: contradicting(part) for name, part in source.companions.items()}
    if source.crs is None:
        return replace(source, companions=parts) if parts else source
    refused = _contradicted(source, source.crs)
    doubts = _remarked(source, source.crs, refused)
    if not refused and not doubts:
        return replace(source, companions=parts) if parts else source
    shapes = source.geometry.copy()
    shapes[list(refused)] = None
    issues = [_issue(source.labels[row], said) for row, said in sorted(refused.items())]
    issues = [*source.issues, *issues, *doubts]
    return replace(source, geometry=shapes, issues=tuple(issues), companions=parts)


def is_of_system(name: str) -> bool:
    """Tell whether a field says of each row in which system it is.

    >>> is_of_system("坐标系"), is_of_system("投影带（3度）"), is_of_system("原坐标系")
    (True, True, False)
    >>> is_of_system("ZBXMC"), is_of_system("DH")
    (True, False)
    """
    return _FIELD.fullmatch(_plain(name)) is not None


def into_2000(text: str) -> str:
    """Return a text in which 转2000 has the name of the datum that is meant."""
    return _INTO_2000.sub(r"\1 CGCS2000", text)


def _plain(name: str) -> str:
    plain = re.sub(r"[\s_:：]|[(（].*", "", name)
    return _PINYIN.get(plain.lower(), plain)


def _issue(label: str, said: Reason) -> Issue:
    zh, en = f"{label}：{said[0]}", f"{label_en(label)}: {said[1]}"
    return error("crs_contradicted", zh, en, label)


def _contradicted(source: Source, system: pyproj.CRS) -> dict[int, Reason]:
    refused: dict[int, Reason] = {}
    for name, values in source.columns.items():
        plain = _heading(name, values, system)
        if plain is None and name not in source.notes:
            continue
        for value, rows in _each(values):
            stated = stated_in_note(str(value)) if plain is None else [stated_by(plain, value)]
            said = next(filter(None, (s.contradiction(system) for s in stated)), None)
            if said is None:
                continue
            zh = f"字段 {name} {said[0]}，与文件的坐标系 {system.name} 不同"
            en = f"field {name} {said[1]}, the file is in {system.name}"
            for row in rows():
                refused.setdefault(row, (zh, en))
    return refused


def _heading(name: str, values: pa.Array, system: pyproj.CRS) -> str | None:
    """Return the words for what a field says of a system, None where it says nothing of one."""
    if is_of_system(name):
        return _plain(name)
    if _plain(name).lower() != _ZONE_FIELD or central_meridian(system) is None:
        return None
    held = {_shown(value).strip() for value in pc.unique(values).to_pylist() if value is not None}
    zones = all(v.isdecimal() and width_of(int(v)) is not None for v in held)
    return "带号" if held and zones else None


def _each(values: pa.Array) -> Iterator[tuple[object, Callable[[], list[int]]]]:
    """Yield each value of a column once, with what returns its rows."""
    coded = values.dictionary_encode()

    def rows(k: int) -> list[int]:
        same = pc.equal(coded.indices, k).fill_null(False)
        return [int(row) for row in pc.indices_nonzero(same).to_pylist()]

    for k, value in enumerate(coded.dictionary.to_pylist()):
        yield value, partial(rows, k)


def stated_in_note(text: str) -> list[Stated]:
    r"""Return what free text says of the system of the coordinates beside it.

    A line such as 坐标系：西安80 is heard like a field of that name, and 原坐标系 is none.

    >>> [said.datums for said in stated_in_note("坐标系：西安80\n原坐标系：北京54")]
    [('Xian 1980',), ()]
    """
    if not _MAY_STATE.search(text):
        return []
    lines = [line for line in lines_in(text) if not _FORMERLY.match(line[0])]
    own = [stated_by(name, said) for name, said in lines if is_of_system(name)]
    rest = [f"{name}：{said}" if name else said for name, said in lines if not is_of_system(name)]
    return [*own, stated_in("\n".join(filter(_MAY_STATE.search, rest)), all_meant=True)]


def _remarked(source: Source, system: pyproj.CRS, refused: dict[int, Reason]) -> list[Issue]:
    """Add to ``refused`` the rows whose remarks do, and return the warnings about others."""
    passing: dict[Reason, list[int]] = {}
    # Of others the reader has said why; that of a table hears remarks itself.
    there = ~np.asarray(shapely.is_missing(source.geometry))
    for name, values in source.columns.items():
        if not pa.types.is_string(values.type) or not is_remark(name):
            continue
        for text, rows in _each(values):
            found = objection(str(text), system)
            if found is None:
                continue
            against, (zh, en) = found
            zh, en = f"字段 {name} {zh}", f"field {name} {en}"
            placed = [row for row in rows() if there[row] and row not in refused]
            if not against and placed:
                passing.setdefault((zh, en), []).extend(placed)
            for row in placed if against else ():
                refused.setdefault(row, (zh, f"{en}; the file is in {system.name}"))
    return [
        _in_passing([source.labels[row] for row in sorted(rows)], said, system)
        for said, rows in passing.items()
    ]


def _in_passing(labels: list[str], said: Reason, system: pyproj.CRS) -> Issue:
    zh, en = listed(labels, shown=5), listed([label_en(label) for label in labels], "en", 5)
    return warning(
        "stated_in_remark",
        f"{zh}：{said[0]}，而文件的坐标系为 {system.name}，请核对",
        f"{en}: {said[1]}, the file is in {system.name}: check it",
        labels[0],
    )


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def stated_by(name: str, value: object) -> Stated:
    """Return what one value of a field of a system says; ``name`` in any of its ways."""
    name, text = _plain(name), into_2000(_shown(value))
    if _OF_DATUMS.search(name):
        short = text.replace(" ", "")
        text = next((d for d, pattern in _SHORT if pattern.fullmatch(short)), text)
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
