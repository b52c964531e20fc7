"""Names of files and layers, and what a file says of itself, against the system that it states.

采矿权_西安80.shp with a CGCS2000 ``.prj``: the one or the other was not changed with the
coordinates, and nobody but who handed it in can say which.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pyproj

from layers.formats.remarks import of_datum, stated_of
from layers.formats.row_datums import into_2000, is_of_system, stated_by
from layers.formats.source import Source
from layers.formats.stated import Reason, Stated
from layers.issues import warning
from layers.whereabouts import crs_name

_VECTOR = frozenset(
    {"ESRI Shapefile", "GPKG", "OpenFileGDB", "FlatGeobuf", "GeoJSON", "GeoParquet", "GML",
     "MapInfo"}
)  # fmt: skip
"""Formats whose titles and descriptions no reader has heard yet."""
_LONGEST = 60


def questioned(source: Source, file: str) -> Source:
    """Return a source without its system where a name in it, or ``file``, has another datum.

    The system is asked for then, and must agree with the stated one but for the datum.
    """
    if source.crs is None or (said := _against(source, file, source.crs)) is None:
        return source
    crs, (zh, en) = source.crs, said
    # A slash with spaces parts the halves of a note.
    zh, en, name = (word.replace(" / ", "/") for word in (zh, en, crs_name(crs)))
    note = f"{zh}，与所注坐标系 {name} 不同 / {en}, not {name} as stated"
    parts = {n: replace(c, crs=None, crs_note=note) for n, c in source.companions.items()}
    stated = replace(source.stated, system=crs, any_ellipsoid=True)
    return replace(source, crs=None, crs_note=note, companions=parts, stated=stated)


def told(source: Source, file: str) -> Source:
    """Return a source with a warning where its user gave another system than a name has."""
    if source.crs is None or any(i.code == "stated_in_name" for i in source.issues):
        return source
    if (said := _against(source, file, source.crs)) is None:
        return source
    zh = f"{said[0]}，按所给的 {source.crs.name}，请核对"
    en = f"{said[1]}; {source.crs.name} is taken, as given: check it"
    return replace(source, issues=(*source.issues, warning("stated_in_name", zh, en)))


def _against(source: Source, file: str, system: pyproj.CRS) -> Reason | None:
    """Return which name claims another datum than a system has, and which."""
    for zh, en, stated in _statements(source, file):
        said = stated.contradiction(system) if stated.datums or stated.former else None
        if said is not None:
            return f"{zh}{said[0]}", f"{en} {said[1]}"
    return None


def _statements(source: Source, file: str) -> Iterator[tuple[str, str, Stated]]:
    """Yield each name, in both languages, with what it says of a datum."""
    names = {"文件名": (file, "the file's name"), "图层名": (source.layer, "the layer's name")}
    for zh, (name, en) in names.items():
        if name:
            words = into_2000(" ".join(name.replace("_", " ").split()))
            yield f"{zh}“{name}”", f"{en} '{name}'", of_datum(stated_of(words))
    for line in source.prose.splitlines() if source.format in _VECTOR else ():
        key, _, value = line.partition("：")
        of_it = is_of_system(key) or value.lower().count("epsg") == 1
        stated = stated_by(key, value) if of_it else stated_of(into_2000(value.replace("_", " ")))
        shown = line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
        yield f"文件中的“{shown}”", f"its own '{shown}'", of_datum(stated)
