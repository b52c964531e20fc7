"""Coordinates of web maps (GCJ-02, BD-09): some hundred metres off, and nothing in them tells.

Only words can: a field, value, layer or file that names such a system. Where one does, the file
is refused until its user says what its coordinates are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath

import pyarrow as pa
import pyarrow.compute as pc

from gis.errors import CRSError
from layers.formats.source import Source
from layers.issues import label_en
from layers.settings import LayerSettings
from layers.whereabouts import Reason

_GCJ = re.compile(r"gcj[\s_-]?0?2(?!\d)|火星坐标|(高德|腾讯)(地图)?\s*(坐标|经纬度)", re.IGNORECASE)
_BD = re.compile(r"(?<![a-z0-9])bd[\s_-]?09(?!\d)", re.IGNORECASE)
_BAIDU = re.compile(r"百度(地图)?\s*(坐标|经纬度)")
# BD-09 is also a number that a building may have.
_OF_PLACES = re.compile(r"坐标|经度|纬度|coord|crs|srs|datum|lng|lon|lat", re.IGNORECASE)
_COARSE = "(?i)gcj|火星|高德|腾讯|百度|bd[ _-]?09"


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
    >>> system_named("BD-09", "楼号") is None
    True
    """
    if _GCJ.search(text):
        return "GCJ-02"
    if _BAIDU.search(text) or (_BD.search(text) and _OF_PLACES.search(f"{about} {text}")):
        return "BD-09"
    return None


def _told(source: Source, settings: LayerSettings) -> Iterator[tuple[str, Reason]]:
    """Yield each system named, and where."""
    yield from _in_names([PurePath(settings.source).stem], "文件名", "its name")
    yield from _in_names([source.layer or ""], "图层名", "the layer's name")
    for field, values in source.columns.items():
        yield from _in_names([field], f"字段 {field} ", f"field {field}")
        yield from _in_values(source, field, values)


def _in_names(names: Iterable[str], zh: str, en: str) -> Iterator[tuple[str, Reason]]:
    for name in names:
        found = system_named(name)
        if found:
            yield found, (zh, en)


def _in_values(source: Source, field: str, values: pa.Array) -> Iterator[tuple[str, Reason]]:
    if not pa.types.is_string(values.type):
        return
    likely = pc.match_substring_regex(values, _COARSE).fill_null(False)
    for row in pc.indices_nonzero(likely).to_pylist():
        found = system_named(values[row].as_py(), field)
        if found:
            label = source.labels[row]
            yield found, (f"{label}字段 {field} ", f"{label_en(label)}, field {field},")
