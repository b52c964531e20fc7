"""A source written in another exchange format: what ``minezone convert`` does.

Attributes go along as they stand. Coordinates are left alone where the target may keep the
source's system; else they go through CGCS2000 by an exact operation or not at all.
"""

from __future__ import annotations

import re
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyproj
import shapely

from gis.crs import (
    from_cgcs2000,
    gauss_kruger_crs,
    is_cgcs2000,
    off_plane,
    other_zone,
    to_cgcs2000,
    transposed,
    zone_prefix,
)
from gis.datum import Shift
from gis.errors import CRSError
from gis.ragged import Shapes
from layers.account import Issue
from layers.formats import gdal_names, ogr, read_back
from layers.formats.geojson.writing import write_geojson
from layers.formats.places_in_fields import left_behind
from layers.formats.row_datums import kinds_of
from layers.formats.source import Source, refusal
from layers.formats.target import check_target, move_in
from layers.formats.text import corner_writing
from layers.issues import label_en, listed, warning

_DRIVERS = {"gpkg": "GPKG", "shp": "ESRI Shapefile", "kml": "KML"}
_OWN_SYSTEM = frozenset({"gpkg", "shp"})
_DEGREES = frozenset({"geojson", "kml"})
_CORNERS: dict[str, Callable[[Source, Path, corner_writing.Zone], list[Issue]]] = {
    "txt": corner_writing.national_text,
    "registration": corner_writing.registration_string,
    "xlsx": corner_writing.workbook,
    "dxf": corner_writing.drawing,
}
TARGETS = (*_DRIVERS, "geojson", *_CORNERS)
"""Forms that can be written; ``txt`` is the national corner text."""

_UNCHECKED = frozenset({"dxf"})  # a drawing has no rows to compare
_OF_GDAL = frozenset({"ogc_fid"})
_TAKEN = {
    "geojson": frozenset[str](),
    "kml": _OF_GDAL | {"id", "timestamp", "begin", "end", "altitudemode", "tessellate", "extrude",
                       "visibility", "draworder", "icon", "snippet"},
}  # fmt: skip
"""Form -> names that GDAL or the form use for something else."""
_FIELD_BYTES = 10
_TEXT_BYTES = 254


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a conversion, their coordinate system, and what had to be said of it."""

    files: tuple[Path, ...]
    crs: str
    issues: tuple[Issue, ...]


def write(
    source: Source,
    target: Path,
    *,
    form: str | None = None,
    crs: pyproj.CRS | None = None,
    encoding: str = "GBK",
    shift: Shift | None = None,
) -> Written:
    """Write all rows of ``source`` to ``target``.

    Parameters
    ----------
    form : one of ``TARGETS``; None: what the suffix says
    crs : system of the target; None: the source's own where the format may keep it, else
        CGCS2000 degrees (GeoJSON, KML) or the 3-degree zone in which the rows lie (corner forms)
    encoding : of a Shapefile's attributes, ``GBK`` or ``UTF-8``
    shift : the way from the source's old datum to CGCS2000

    Raises
    ------
    FormatError
        No such format, it cannot hold what the source holds, or the target exists already.
    CRSError, DatumError
        The source states no system, or no exact operation leads to the target's.
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
        lost = shapely.is_missing(whole.geometry) | shapely.is_empty(whole.geometry)
        _refuse_rows(whole, np.flatnonzero(lost), "没有可读的图形", "no outline that can be read")
        _refuse_wild(whole, "坐标不是有限数值", "a coordinate that is not a finite number")
        told = "坐标与坐标系不符（度或米）", "degrees where metres should be, or metres for degrees"
        _refuse_rows(whole, kinds_of(whole), *told)
        told = "坐标不在坐标系的平面或带内", "a coordinate of another zone or off the plane"
        _refuse_rows(whole, _off_planes(whole), *told)
    moved = _moved(source, crs or _system(source, kind, shift), shift)
    for whole in (moved, *moved.companions.values()):
        _refuse_wild(
            whole, "超出目标坐标系的范围", "a place that the target's system does not hold"
        )
    assert moved.crs is not None
    if kind in _DEGREES:
        _refuse_off_globe(moved)
    with _beside(target) as folder:
        issues = _made(moved, Path(folder) / target.name, kind, encoding)
        files = move_in(Path(folder), target)
    return Written(files, moved.crs.name, (*issues, *left_behind(source, moved)))


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
    fields, told = _field_names(list(source.columns), kind, encoding)
    issues += told
    if kind == "geojson":
        write_geojson(source, path)
    else:
        issues += _by_gdal(source, path, kind, encoding, fields)
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
        lost = [name for name in source.columns if name not in corner_writing.written(source, kind)]
        if lost:
            zh, en = f"字段不写出：{listed(lost)}", f"fields not written: {listed(lost, 'en')}"
            issues.append(warning("fields_not_written", zh, en))
    return issues


def _refuse_wild(source: Source, zh: str, en: str) -> None:
    xy, row = shapely.get_coordinates(source.geometry, return_index=True)
    _refuse_rows(source, np.unique(row[~np.isfinite(xy).all(axis=1)]), zh, en)


def _off_planes(source: Source) -> npt.NDArray[np.int64]:
    if source.crs is None:
        return np.empty(0, np.int64)
    xy, row = shapely.get_coordinates(source.geometry, return_index=True)
    off = transposed(xy, source.crs) | off_plane(xy, source.crs) | other_zone(xy, source.crs)
    return np.unique(row[off])


def _refuse_off_globe(source: Source) -> None:
    xy, row = shapely.get_coordinates(source.geometry, return_index=True)
    off = ~((np.abs(xy[:, 0]) <= 360) & (np.abs(xy[:, 1]) <= 90))
    _refuse_rows(source, np.unique(row[off]), "经纬度不在地球上", "a place off the globe")


def _placed(shapes: Shapes, xy: npt.NDArray[np.float64]) -> Shapes:
    """Return copies of the shapes with other coordinates."""
    return np.asarray(shapely.set_coordinates(shapes.copy(), xy), dtype=object)


def _refuse_rows(source: Source, rows: npt.NDArray[np.int64], zh: str, en: str) -> None:
    """Refuse the whole if there are ``rows`` that cannot be written: none is left out."""
    if len(rows):
        names = [source.labels[k] for k in rows]
        where = listed([label_en(name) for name in names], "en", 3)
        raise refusal(source.path, f"{listed(names, shown=3)}：{zh}", f"{where}: {en}")


# -- coordinates -----------------------------------------------------------------------------------


def _system(source: Source, kind: str, shift: Shift | None) -> pyproj.CRS:
    assert source.crs is not None
    if kind in _DEGREES:
        return pyproj.CRS.from_epsg(4490)
    if kind in _OWN_SYSTEM or (zone_prefix(source.crs) is not None and is_cgcs2000(source.crs)):
        return source.crs
    lonlat, _ = to_cgcs2000(shapely.get_coordinates(source.geometry), source.crs, shift)
    _refuse_off_globe(replace(source, geometry=_placed(source.geometry, lonlat)))
    west, east = lonlat[:, 0].min(), lonlat[:, 0].max()
    zone = round((west + east) / 2 / 3)
    if max(abs(west - 3 * zone), abs(east - 3 * zone)) > 3.0:
        raise refusal(
            source.path,
            f"东西跨 {east - west:.1f} 度，不能写入一个 3 度带",
            f"spans {east - west:.1f} degrees, too much for one 3-degree zone",
        )
    if not 25 <= zone <= 45:
        zh, en = "不在中国，不能写入国家 3 度带", "is not in China; no zone of its own"
        raise refusal(source.path, zh, en)
    return gauss_kruger_crs(zone)


def _moved(source: Source, crs: pyproj.CRS, shift: Shift | None) -> Source:
    assert source.crs is not None
    if crs.equals(source.crs, ignore_axis_order=True):
        return source

    def move(xy: np.ndarray) -> np.ndarray:
        lonlat, _ = to_cgcs2000(xy, source.crs, shift)
        return from_cgcs2000(lonlat, crs)[0]

    shapes = np.asarray(shapely.transform(source.geometry, move), dtype=object)
    parts = {name: _moved(part, crs, shift) for name, part in source.companions.items() if part.crs}
    return replace(source, crs=crs, geometry=shapes, companions=parts)


def _zone_of(source: Source) -> corner_writing.Zone:
    zone = zone_prefix(source.crs)
    if zone is None or not is_cgcs2000(source.crs):
        raise CRSError(
            f"{source.path}：界址点须写在带带号的 CGCS2000 高斯克吕格坐标系中",
            f"{source.path}: corners are written in CGCS2000 Gauss-Krüger with zone prefix",
        )
    return corner_writing.Zone(zone, 3 if zone >= 25 else 6)


# -- formats of GDAL -------------------------------------------------------------------------------


def _by_gdal(
    source: Source, path: Path, kind: str, encoding: str, fields: Mapping[str, str]
) -> list[Issue]:
    import pyogrio
    from pyogrio import errors

    columns = {written: source.columns[field] for written, field in fields.items()}
    issues = _long_texts(columns, encoding) if kind == "shp" else []
    options = {"encoding": encoding} if kind == "shp" else {}
    if kind == "gpkg":
        options["FID"] = _free("fid", [] if _is_key(columns.get("fid")) else list(columns))
    table = pa.table(columns) if columns else pa.table({"id": list(range(1, len(source) + 1))})
    geometry = _free("geom", table.column_names)
    shape, shapes = _one_kind(source, kind)
    if kind == "gpkg":
        options["GEOMETRY_NAME"] = geometry
    table = table.append_column(geometry, pa.array(shapely.to_wkb(shapes), pa.binary()))
    assert source.crs is not None
    with gdal_names.written(path) as made, warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            pyogrio.write_arrow(
                table,
                made.target,
                layer=path.stem,
                driver=_DRIVERS[kind],
                geometry_name=geometry,
                geometry_type=shape,
                crs=source.crs.to_wkt(),
                **options,
            )
        except (errors.DataSourceError, errors.DataLayerError, errors.GeometryError,
                errors.CRSError, errors.FeatureError, errors.FieldError) as fault:  # fmt: skip
            why = made.shown(str(fault))
            raise refusal(source.path, f"不能写成 {kind}：{why}", f"no {kind}: {why}") from fault
    return issues + [ogr.complaint(path, made.shown(str(w.message))) for w in said]


def _is_key(values: pa.Array | None) -> bool:
    """Tell whether a column can number the rows of a GeoPackage."""
    if values is None or not pa.types.is_integer(values.type) or values.null_count:
        return False
    return len(values.unique()) == len(values)


def _free(name: str, taken: Sequence[str]) -> str:
    """Return ``name``, lengthened until none of ``taken`` is the same but for case."""
    used = {other.casefold() for other in taken}
    while name.casefold() in used:
        name += "_"
    return name


def _one_kind(source: Source, form: str) -> tuple[str, npt.NDArray[np.object_]]:
    """Return the geometry type of a layer, and single polygons beside others as MultiPolygons.

    Raises
    ------
    FormatError
        A Shapefile is asked for more than one of points, lines and areas.
    """
    shapes = source.geometry
    families = {shape.geom_type.removeprefix("Multi") for shape in shapes}
    if form == "shp" and (len(families) > 1 or "GeometryCollection" in families):
        told = ", ".join(sorted(families))
        raise refusal(
            source.path,
            f"有多种图形（{told}），一个 Shapefile 只能存一种",
            f"holds {told}; a Shapefile has room for one kind",
        )
    kinds = {shape.geom_type for shape in shapes}
    if kinds == {"Polygon", "MultiPolygon"}:
        many = [shapely.multipolygons([s]) if s.geom_type == "Polygon" else s for s in shapes]
        return "MultiPolygon", np.array(many, dtype=object)
    return (kinds.pop() if len(kinds) == 1 else "Unknown"), shapes


def _field_names(
    names: Sequence[str], kind: str, encoding: str
) -> tuple[dict[str, str], list[Issue]]:
    """Return field as written -> field of the source, and what is told of changed names.

    All are different also where case does not count, which only GeoJSON lets; in a Shapefile
    they have at most ten bytes.
    """
    out: dict[str, str] = {}
    issues = []
    for name in names:
        full = f"{name}_" if name.casefold() in _TAKEN.get(kind, _OF_GDAL) else name
        if kind == "kml":
            full = "Name" if full.casefold() == "name" else full  # what the form calls it
            full = re.sub(r"[^\w .()（）-]", "_", full)  # the writer of GDAL escapes none
        size = _FIELD_BYTES if kind == "shp" else None
        short, number = _cut(full, encoding, size), 1
        while kind != "geojson" and short.casefold() in {k.casefold() for k in out}:
            number += 1
            short = _cut(full, encoding, size and size - len(f"{number}")) + f"{number}"
        out[short] = name
        if short != name:
            zh, en = f"字段 {name} 写作 {short}", f"field {name} is written as {short}"
            issues.append(warning("field_renamed", zh, en))
    return out, issues


def _cut(text: str, encoding: str, size: int | None) -> str:
    if size is None:
        return text
    raw = text.encode(encoding, "replace")[:size]
    return raw.decode(encoding, "ignore")


def _long_texts(columns: dict[str, pa.Array], encoding: str) -> list[Issue]:
    issues = []
    for name, values in columns.items():
        if not pa.types.is_string(values.type):
            continue
        far = [k for k, v in enumerate(values.to_pylist(), 1)
               if v and len(v.encode(encoding, "replace")) > _TEXT_BYTES]  # fmt: skip
        if far:
            zh = (
                f"字段 {name} 有 {len(far)} 行超过 {_TEXT_BYTES} 字节，将被截断（第 {far[0]} 行起）"
            )
            en = f"field {name}: {len(far)} rows exceed {_TEXT_BYTES} bytes and are cut " \
                 f"(from row {far[0]})"  # fmt: skip
            issues.append(warning("text_cut", zh, en))
    return issues
