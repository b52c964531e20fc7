"""Readers from files to raw rows: one way in, whatever the exchange format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyproj
import shapely

from gis.crs import check_computable
from gis.crs_names import are_one, contradiction, names_no_datum
from gis.datum_names import datum_differs, may_be_cgcs2000, on_cgcs2000
from gis.errors import CRSError
from gis.zone_numbers import twin
from layers import web_maps
from layers.account import Issue
from layers.errors import FormatError
from layers.formats import archives, containers, own_names, parquet
from layers.formats.dxf import reader as dxf
from layers.formats.folder import is_dataset, layers_in, leading_out, passed_over
from layers.formats.geojson import reader as geojson
from layers.formats.gpkg import reader as gpkg
from layers.formats.mapinfo import reader as mapinfo
from layers.formats.markup import gml, kml
from layers.formats.row_datums import contradicting
from layers.formats.shapefile import reader as _shapefile
from layers.formats.sniff import CONTAINERS, SUPPORTED, WORKBOOKS, check_regular, kind_of, missing
from layers.formats.source import Source, digest_file, opening, refusal
from layers.formats.stated_area import area_issues
from layers.formats.stated_centre import centre_issues
from layers.formats.table import reader as table
from layers.formats.text import corner_lines, corner_text, exploration, registration
from layers.formats.unusual_planes import doubted
from layers.issues import warning

__all__ = [
    "SUPPORTED", "Source", "digest", "is_dataset", "layers_in", "leading_out", "list_layers",
    "passed_over", "read",
]  # fmt: skip

_LAYERS: dict[str, Callable[[Path], list[str]]] = {
    "GPKG": gpkg.list_layers,
    "OpenFileGDB": containers.list_layers,
    "FlatGeobuf": containers.list_layers,
    "DXF": dxf.list_layers,
    table.WORKBOOK: table.list_tables,
}
_LAYERED: dict[str, Callable[[Path, str], Source]] = {
    "GPKG": gpkg.read,
    "OpenFileGDB": containers.read_gdb,
    "FlatGeobuf": containers.read_fgb,
    "DXF": dxf.read,
    table.WORKBOOK: table.read_sheet,
}
_ENCODED_LAYERS: dict[str, Callable[[Path, str | None], list[str]]] = {
    "GML": gml.list_layers,
    "KML": kml.list_layers,
    "MapInfo": mapinfo.list_layers,
}
_ENCODED: dict[str, Callable[[Path, str, str | None], Source]] = {
    "GML": gml.read,
    "KML": kml.read,
    "MapInfo": mapinfo.read,
}
"""Containers whose text has an encoding that its user may know."""
_TEXTS: dict[str, Callable[[Path, str | None], Source]] = {
    "ESRI Shapefile": _shapefile.read,
    corner_text.FORMAT: corner_text.read,
    corner_lines.FORMAT: corner_lines.read,
    exploration.FORMAT: exploration.read,
    registration.STRING: registration.read,
    table.FORMAT: table.read,
}


def list_layers(path: Path, encoding: str | None = None) -> list[str]:
    """Return the names of a source's layers that have a geometry.

    A format without layers has one, called like the file.

    Parameters
    ----------
    encoding : encoding of the text, where the user knows it

    Raises
    ------
    FormatError
        The file is missing, not what its name says, or cannot be read.
    """
    path = Path(path)
    with opening(path):
        kind = kind_of(path, encoding)
        if kind == "archive":
            with archives.unpacked(path) as (inner, _):
                return list_layers(inner, encoding)
        return _names(kind, path, encoding) if kind in CONTAINERS else [path.stem]


def digest(path: Path) -> str:
    """Return what ``read(path).sha256`` would be, without reading.

    Raises
    ------
    FormatError
        The file, or a part of a Shapefile, is missing.
    """
    path = Path(path)
    with opening(path):
        if not path.exists():
            raise missing(path)
        check_regular(path)
        if path.is_dir():
            kind_of(path)  # any other folder may hold a whole disk
            return containers.digest_folder(path)
        if path.suffix.lower() in (".tab", ".mif"):
            return mapinfo.digest(path)
        return _shapefile.digest(path) if path.suffix.lower() == ".shp" else digest_file(path)


def read(
    path: Path,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    crs: pyproj.CRS | None = None,
) -> Source:
    """Read one layer of one source, whole.

    Parameters
    ----------
    path : file or ``.gdb`` folder
    layer : layer of a container; needed where it has several
    encoding : encoding of the text, where the user knows it
    crs : coordinate system, only for a source that states none

    Raises
    ------
    FormatError
        One line that names the file and what is wrong with it.
    """
    path = Path(path)
    with opening(path):
        kind = kind_of(path, encoding)
        if kind == "archive":
            return _inside(path, layer, encoding, crs)
        if kind in CONTAINERS:
            every = kind == "KML" and layer is not None  # also a folder of points alone
            names = kml.all_layers(path, encoding) if every else _names(kind, path, encoding)
            chosen = _choose(path, names, layer)
            source = _read_layer(kind, path, chosen, encoding)
        else:
            _choose(path, [path.stem], layer)
            source = _read_single(kind, path, encoding, crs)
    source = own_names.questioned(_believed(source), path.stem)
    if crs is not None:
        source = own_names.told(_with_crs(source, crs), path.stem)
    _check_computable(source)
    source = contradicting(source)
    issues = (*source.issues, *area_issues(source), *centre_issues(source))
    return replace(source, issues=issues)


def _names(kind: str, path: Path, encoding: str | None) -> list[str]:
    if kind in _ENCODED_LAYERS:
        return _ENCODED_LAYERS[kind](path, encoding)
    return _LAYERS[kind](path)


def _read_layer(kind: str, path: Path, layer: str, encoding: str | None) -> Source:
    if kind in _ENCODED:
        return _ENCODED[kind](path, layer, encoding)
    source = _LAYERED[kind](path, layer)
    return source if encoding is None else _with_unused(source, encoding)


def _inside(path: Path, layer: str | None, encoding: str | None, crs: pyproj.CRS | None) -> Source:
    """Read the dataset of an archive; the source is the archive."""
    with archives.unpacked(path) as (inner, name):
        source = read(inner, layer=layer, encoding=encoding, crs=crs)
    for file in (path.stem, Path(name).stem):
        source = own_names.questioned(source, file) if crs is None else own_names.told(source, file)
    parts = {name: replace(c, path=path) for name, c in source.companions.items()}
    return replace(source, path=path, sha256=digest_file(path), companions=parts)


def _read_single(kind: str, path: Path, encoding: str | None, crs: pyproj.CRS | None) -> Source:
    if kind == "GeoJSON":
        return geojson.read(path, encoding, crs)
    if kind == "GeoParquet":
        return parquet.read(path)
    return _TEXTS[kind](path, encoding)


def _choose(path: Path, names: list[str], wanted: str | None) -> str:
    listed = "、".join(names[:12]) + ("…" if len(names) > 12 else "")
    if not names:
        raise without_layers(path)
    if wanted is None and len(names) > 1:
        raise refusal(path, f"有多个图层，请指定其一：{listed}", f"has several layers: {listed}")
    if wanted is not None and wanted not in names:
        raise refusal(path, f"没有图层 {wanted}，有：{listed}", f"no layer {wanted}; has {listed}")
    return names[0] if wanted is None else wanted


def without_layers(path: Path) -> FormatError:
    """Return the error about a file that holds no places."""
    if path.suffix.lower() not in WORKBOOKS:
        return refusal(path, "没有空间图层", "has no layer with a geometry")
    return refusal(
        path,
        "没有一张工作表写明坐标列（每点一行，表头写 X坐标 Y坐标，或 经度 纬度；"
        "写在一格里的坐标请分成两列）",
        "no sheet names columns of coordinates (a row for each point under X坐标 Y坐标, or "
        "经度 纬度; put a pair that stands in one cell into two columns)",
    )


def _with_unused(source: Source, encoding: str) -> Source:
    """Say that the encoding a user gave was not needed: the format has its own."""
    own = f"（{source.encoding}）" if source.encoding else ""
    zh = f"{source.format} 自定文字编码{own}，所给的 {encoding} 未用"
    own = f" ({source.encoding})" if source.encoding else ""
    en = f"{source.format} settles the encoding of its text{own}; {encoding} was not used"
    return replace(source, issues=(*source.issues, warning("encoding_unused", zh, en)))


def _check_computable(source: Source) -> None:
    """Refuse a source in a system that cannot be computed."""
    for one in (source, *source.companions.values()):
        if one.crs is None:
            continue
        try:
            check_computable(one.crs)
        except CRSError as fault:
            raise refusal(source.path, fault.zh, fault.en) from None


def _believed(source: Source) -> Source:
    """Set a statement aside whose names and numbers are of two systems: which is meant is unknown.

    Further rows of the file share its statement.
    """
    if source.crs is not None and names_no_datum(source.crs):
        return _without_datum(source, source.crs)
    if source.crs is not None and (claim := web_maps.claimed_by(source.crs)) is not None:
        return _asked(source, source.crs, " / ".join(claim))
    said = source.crs_doubt
    if said is None and source.crs is not None:
        said = contradiction(source.crs) or datum_differs(source.crs)
    if said is None:
        return source
    zh, en = f"所注坐标系自相矛盾，不予采信：{said[0]}", f"its CRS contradicts itself: {said[1]}"
    note = f"{zh} / {en}"
    parts = {n: replace(c, crs=None, crs_note=note) for n, c in source.companions.items()}
    issues = (*source.issues, warning("crs_disbelieved", zh, en))
    return replace(source, crs=None, crs_note=note, companions=parts, issues=issues)


def _without_datum(source: Source, crs: pyproj.CRS) -> Source:
    """Ask for a system that agrees with what is written but for the datum, which is not."""
    return _asked(source, crs, f"{crs.name} 没有写明基准 / {crs.name} leaves its datum open")


def _asked(source: Source, crs: pyproj.CRS, note: str) -> Source:
    parts = {n: replace(c, crs=None, crs_note=note) for n, c in source.companions.items()}
    stated = replace(source.stated, system=crs)
    return replace(source, crs=None, crs_note=note, companions=parts, stated=stated)


def _with_crs(source: Source, crs: pyproj.CRS) -> Source:
    if source.crs is not None:
        if are_one(source.crs, crs):
            open_datum = not on_cgcs2000(source.crs) and may_be_cgcs2000(source.crs)
            return _datum_given(source, crs) if open_datum and on_cgcs2000(crs) else source
        meant = twin(source.crs, shapely.get_coordinates(source.geometry))
        if meant is not None and are_one(meant, crs):
            return _zone_given(source, source.crs, crs)
        raise refusal(
            source.path,
            f"自带坐标系 {source.crs.name}，与所给的 {crs.name} 不同",
            f"states its own CRS, {source.crs.name}, not the given {crs.name}",
        )
    said = source.stated.contradiction(crs)
    if said is not None:
        raise refusal(
            source.path,
            f"{said[0]}，与所给的 {crs.name} 不同",
            f"{said[1]}, not what is given: {crs.name}",
        )
    note = "由使用者给出 / given by the user"
    parts = {name: replace(c, crs=crs, crs_note=note) for name, c in source.companions.items()}
    issues = source.issues
    if source.stated.system is None:
        issues = (*issues, *doubted(source.geometry, crs))
    return replace(source, crs=crs, crs_note=note, companions=parts, issues=issues)


def _zone_given(source: Source, own: pyproj.CRS, crs: pyproj.CRS) -> Source:
    """Take the user's word for the zone number that a file's eastings have and its system lacks."""
    zh = f"文件注为 {own.name}，与横坐标有无带号不符，按所给的 {crs.name}"
    en = f"{own.name} is stated, which is wrong about a zone number in front of the eastings; "
    return _given(source, crs, warning("zone_as_given", zh, f"{en}{crs.name} is taken, as given"))


def _given(source: Source, crs: pyproj.CRS, said: Issue) -> Source:
    note = "由使用者给出 / given by the user"
    parts = {n: replace(c, crs=crs, crs_note=note) for n, c in source.companions.items()}
    issues = (*source.issues, said)
    return replace(source, crs=crs, crs_note=note, companions=parts, issues=issues)


def _datum_given(source: Source, crs: pyproj.CRS) -> Source:
    """Take the user's word that the plane a file states is one on CGCS2000."""
    own = source.crs.geodetic_crs if source.crs is not None else None
    name = own.datum.name if own is not None and own.datum is not None else "?"
    zh = f"文件的基准写作“{name}”，按所给的 {crs.name} 取为 CGCS2000"
    en = f"the file calls its datum '{name}'; as {crs.name} is given, it is taken for CGCS2000"
    return _given(source, crs, warning("datum_as_given", zh, en))
