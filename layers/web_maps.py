"""Coordinates of web maps (GCJ-02, BD-09): some hundred metres off, and nothing in them tells.

Only words can: a field, value, layer or file that names such a system. Where one does, the file
is refused until its user says what its coordinates are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import PurePath

import pyarrow as pa
import pyarrow.compute as pc
import pyproj

from gis.crs_names import names_of
from gis.errors import CRSError
from layers.formats.notes import lines_in
from layers.formats.source import Source
from layers.issues import label_en
from layers.settings import LayerSettings
from layers.whereabouts import Reason

_GCJ = re.compile(r"gcj[\W_]?0?2(?!\d)|火星坐标|国测局(坐标|02)", re.IGNORECASE)
_BD = re.compile(r"(?<![a-z0-9])bd[\W_]?09(?!\d)", re.IGNORECASE)
_VENDORS = {"高德": "GCJ-02", "腾讯": "GCJ-02", "百度": "BD-09"}
_BY = "(?:由|在|从|用|以|通过|使用|利用|采用|借助)"
# 高德坐标, 百度地图拾取的坐标, 坐标来自百度: the word for a position stands near the map's name.
_NEAR = re.compile(
    r"(高德|腾讯|百度)(?:地图)?(?:(?:上|中)?(?:拾取|采集|查询|获取)\w{0,4})?\s*(?:坐标|经纬度)"
    r"|(?:坐标|经纬度)\s*(?:来源|取自|来自|采自|为|是|[:：(（])\w{0,2}[:：]?\s*(高德|腾讯|百度)"
    rf"|(?:坐标|经纬度)[均都系是]{{0,2}}{_BY}(高德|腾讯|百度)"
    r"(?:地图|[上中里]?(?:定位|拾取|采集|获取|查询|取点))"
    rf"|(?<![不未没非]){_BY}(高德|腾讯|百度)(?:地图)?[上中里]?(?:定位|拾取|取点|采点)"
)
# BD-09 is also a number that a building may have; 百度 also a company's name.
_OF_PLACES = re.compile(r"坐标|经度|纬度|coord|crs|srs|datum|lng|lon|lat", re.IGNORECASE)
_OF_ORIGIN = re.compile(
    r"(坐标|经纬度).*(来源|系|类型|说明|采集|获取|拾取|方式|方法)|coord|crs|srs|datum",
    re.IGNORECASE,
)
_COARSE = "(?i)gcj|火星|国测局|高德|腾讯|百度|bd[^a-z0-9]?09"


def refused(source: Source, settings: LayerSettings) -> CRSError | None:
    """Return the error about a file that calls its coordinates a web map's.

    ``crs`` in the settings is its user's word that they are something else.
    """
    if settings.crs is not None:
        return None
    for name, (zh, en) in _told(source, settings):
        file = settings.source
        return CRSError(
            f"{file}：{zh}写明坐标为 {name}，比实地偏移数百米，且没有公开的精确换算；"
            "请换用原始坐标；若坐标其实是 CGCS2000，请给出 crs（--crs EPSG:4490）",
            f"{file}: {en} says that the coordinates are {name}, some hundred metres off, with no "
            "exact published conversion; hand in the original ones, or, if they are CGCS2000 after "
            "all, state it (--crs EPSG:4490)",
        )
    return None


def system_named(text: str, about: str = "") -> str | None:
    """Return the web map's system that a text names; ``about`` is what the text is about.

    Examples
    --------
    >>> system_named("坐标系：GCJ-02")
    'GCJ-02'
    >>> system_named("百度地图", "坐标来源"), system_named("BD-09", "楼号")
    ('BD-09', None)
    """
    text, about = (unicodedata.normalize("NFKC", word) for word in (text, about))
    if _GCJ.search(text):
        return "GCJ-02"
    if _BD.search(text) and _OF_PLACES.search(f"{about} {text}"):
        return "BD-09"
    near = _NEAR.search(text)
    if near:
        return _VENDORS[next(filter(None, near.groups()))]
    named = [system for word, system in _VENDORS.items() if word in text]
    return named[0] if named and _OF_ORIGIN.search(about) else None


def claimed_by(crs: pyproj.CRS | None) -> Reason | None:
    """Return how a name in a coordinate system claims a web map's, whatever its numbers are.

    >>> claimed_by(pyproj.CRS.from_epsg(4490)) is None
    True
    """
    if crs is None:
        return None
    for name in (*names_of(crs), crs.ellipsoid.name if crs.ellipsoid is not None else ""):
        if (found := system_named(name, "crs")) is not None:
            shown = name.replace(" / ", "/")  # which parts the halves of a note
            return f"坐标系名称 {shown} 指 {found}", f"its system is called '{shown}', {found}"
    return None


def _told(source: Source, settings: LayerSettings) -> Iterator[tuple[str, Reason]]:
    """Yield each system named, and where."""
    yield from _in_names([PurePath(settings.source).stem], "文件名", "its name")
    yield from _in_names([source.layer or ""], "图层名", "the layer's name")
    yield from _in_names(source.prose.splitlines(), "文件中的说明", "its own description")
    for field, values in source.columns.items():
        yield from _in_names([field], f"字段 {field} ", f"field {field}")
        yield from _in_values(source, field, values)
    yield from _in_names([source.crs_note], "坐标系的名称", "the name of its system")


def _in_names(names: Iterable[str], zh: str, en: str) -> Iterator[tuple[str, Reason]]:
    for name in names:
        found = system_named(name)
        if found:
            yield found, (zh, en)


def _in_values(source: Source, field: str, values: pa.Array) -> Iterator[tuple[str, Reason]]:
    if not pa.types.is_string(values.type):
        return
    likely = pc.match_substring_regex(pc.utf8_normalize(values, "NFKC"), _COARSE).fill_null(False)
    for row in pc.indices_nonzero(likely).to_pylist():
        text = values[row].as_py()
        lines = lines_in(text) if field in source.notes else []
        told = (system_named(said, name or field) for name, said in (("", text), *lines))
        if found := next(filter(None, told), None):
            label = source.labels[row]
            yield found, (f"{label}字段 {field} ", f"{label_en(label)}, field {field},")
