"""A source written in another exchange format: what ``minezone convert`` does.

Attributes go along as they stand. Coordinates are left alone where the target may keep the
source's system; else they go through CGCS2000 by an exact operation or not at all.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj
import shapely

from gis.crs import Transformation, is_cgcs2000, zone_prefix
from gis.errors import CRSError
from layers.account import Issue
from layers.cells import is_blank
from layers.datum_file import DatumFile
from layers.fields import ROW_NUMBERS
from layers.formats import read_back
from layers.formats.accuracy_written import carry
from layers.formats.gdal_writing import DRIVERS, field_names, write_by_gdal
from layers.formats.geojson.writing import write_geojson
from layers.formats.moving import DEGREES, check_degrees, move, system_for
from layers.formats.places_in_fields import left_behind
from layers.formats.planes import width_of
from layers.formats.source import Source, refusal
from layers.formats.target import check_target, move_in
from layers.formats.text import corner_writing
from layers.formats.unwritable import (
    refuse_off_globe,
    refuse_unplaced,
    refuse_unread,
    refuse_wild,
)
from layers.issues import label_en, listed, warning

_CORNERS: dict[str, Callable[[Source, Path, int], list[Issue]]] = {
    "txt": corner_writing.national_text,
    "registration": corner_writing.registration_string,
    "xlsx": corner_writing.workbook,
    "dxf": corner_writing.drawing,
}
TARGETS = (*DRIVERS, "geojson", *_CORNERS)
"""Forms that can be written; ``txt`` is the national corner text."""

_UNCHECKED = frozenset({"dxf"})  # a drawing has no rows to compare


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a conversion, their coordinate system, and what had to be said of it.

    ``way``: how places came from the source's datum to the target's, None where it is the same.
    """

    files: tuple[Path, ...]
    crs: str
    issues: tuple[Issue, ...]
    way: Transformation | None = None


def write(
    source: Source,
    target: Path,
    *,
    form: str | None = None,
    crs: pyproj.CRS | None = None,
    encoding: str = "GBK",
    datum: DatumFile | None = None,
) -> Written:
    """Write all rows of ``source`` to ``target``.

    Parameters
    ----------
    form : one of ``TARGETS``; None: what the suffix says
    crs : system of the target; None: the source's own where the format may keep it, else
        CGCS2000 degrees (GeoJSON, KML) or the 3-degree zone in which the rows lie (corner forms)
    encoding : of a Shapefile's attributes, ``GBK`` or ``UTF-8``
    datum : the way from the source's old datum to CGCS2000

    Raises
    ------
    FormatError
        No such format, it cannot hold what the source holds, or the target exists already.
    CRSError, DatumError
        The source states no system, no exact operation leads to the target's, or ``datum`` was
        given and the rows stay on the old one.
    OSError
        The target cannot be written.
    """
    kind = form or target.suffix.lower().removeprefix(".")
    if kind not in TARGETS:
        known = " ".join(TARGETS)
        raise refusal(target, f"不能写 {kind}（可写：{known}）", f"cannot write {kind} ({known})")
    check_target(target, kind)
    if len(source) == 0:
        raise refusal(source.path, "没有可写的行", "holds no rows to write")
    if source.crs is None:
        raise CRSError(
            f"{source.path}：没有坐标系，请用 --crs 给出",
            f"{source.path}: states no coordinate system; give it by --crs",
        )
    for whole in (source, *source.companions.values()):
        refuse_unplaced(whole)
    unread = refuse_unread(
        source, corner_writing.written(source, kind) if kind in _CORNERS else None
    )
    if crs is not None and kind in DEGREES:
        check_degrees(target, crs)
    moved = move(source, crs or system_for(source, kind, datum), datum)
    for whole in (moved.source, *moved.source.companions.values()):
        refuse_wild(whole, "超出目标坐标系的范围", "a place that the target's system does not hold")
    if kind in DEGREES:
        refuse_off_globe(moved.source)
    rows, said = carry(moved, has_fields=kind not in _CORNERS)
    with _beside(target) as folder:
        issues = _made(rows, Path(folder) / target.name, kind, encoding)
        files = move_in(Path(folder), target)
    assert rows.crs is not None
    told = (*unread, *moved.issues, *said, *issues, *left_behind(source, rows))
    return Written(files, rows.crs.name, told, moved.way)


def _beside(target: Path) -> tempfile.TemporaryDirectory[str]:
    """Return a folder of ours in that of the target, where what is written is read again."""
    try:
        return tempfile.TemporaryDirectory(dir=target.parent, prefix=".minezone-")
    except OSError as fault:
        why = fault.strerror or type(fault).__name__
        raise refusal(
            target, f"所在文件夹不能写入（{why}）", f"its folder cannot be written to ({why})"
        ) from fault


def _made(source: Source, path: Path, kind: str, encoding: str) -> list[Issue]:
    """Write ``path`` and read it again; return what has to be said of it."""
    issues = _left_out(source, kind)
    if kind in _CORNERS:
        issues += _CORNERS[kind](source, path, _zone_of(source))
        return issues if kind in _UNCHECKED else issues + read_back.check(
            corner_writing.as_read(source, kind), path, kind, {}
        )  # fmt: skip
    fields, told = field_names(source, kind, encoding)
    issues += told
    if kind == "geojson":
        write_geojson(source, path)
    else:
        issues += write_by_gdal(source, path, kind, encoding, fields)
    return issues + read_back.check(source, path, kind, fields)


def _left_out(source: Source, kind: str) -> list[Issue]:
    """Tell what the form has no place for."""
    issues = []
    crossing = [source.labels[k] for k in np.flatnonzero(~shapely.is_valid(source.geometry))]
    if crossing:
        zh = f"{listed(crossing, shown=3)}：界线自交或有重叠，照原样写出"
        en = f"{listed([label_en(n) for n in crossing], 'en', 3)}: crosses itself; written as it is"
        issues.append(warning("outline_invalid", zh, en))
    parts = source.companions.get("right_part")
    if parts is not None and kind != "registration":
        zh = f"登记区块 {len(parts)} 个（加减号、各自的标高）不写出，只写合并后的范围"
        en = f"{len(parts)} registered parts (signs, elevations of their own) are not written"
        issues.append(warning("parts_not_written", zh, en))
    if kind in _CORNERS:
        held = corner_writing.written(source, kind)
        named = dict.fromkeys([*source.columns, *source.lost])
        lost = [name for name in named if name not in held and _is_missed(source, name)]
        if lost:
            zh, en = f"字段不写出：{listed(lost)}", f"fields not written: {listed(lost, 'en')}"
            issues.append(warning("fields_not_written", zh, en))
    return issues


def _is_missed(source: Source, name: str) -> bool:
    """Tell whether a field says anything that is more than the number of the row."""
    if len(source.lost.get(name, ())):
        return True
    return (
        name.casefold() not in ROW_NUMBERS
        and name in source.columns
        and not is_blank(source.columns[name])
    )


def _zone_of(source: Source) -> int:
    zone = zone_prefix(source.crs)
    if zone is None or width_of(zone) is None or not is_cgcs2000(source.crs):
        raise CRSError(
            f"{source.path}：界址点须写在带带号的 CGCS2000 高斯克吕格坐标系中",
            f"{source.path}: corners are written in CGCS2000 Gauss-Krüger with zone prefix",
        )
    return zone
