"""Forms that GDAL writes: GeoPackage, Shapefile and KML."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from layers.account import Issue
from layers.formats import gdal_names, ogr
from layers.formats.short_names import shorten
from layers.formats.source import Source, refusal
from layers.formats.text.corner_columns import NAMES, column_of, first_field
from layers.issues import label_en, listed, warning

DRIVERS = {"gpkg": "GPKG", "shp": "ESRI Shapefile", "kml": "KML"}
"""Form -> what GDAL calls it."""
_OF_GDAL = frozenset({"ogc_fid"})
_TAKEN = {
    "geojson": frozenset[str](),
    "kml": _OF_GDAL | {"id", "timestamp", "begin", "end", "altitudemode", "tessellate", "extrude",
                       "visibility", "draworder", "icon", "snippet"},
}  # fmt: skip
"""Form -> names that GDAL or the form use for something else."""
_TEXT_BYTES = 254


def write_by_gdal(
    source: Source, path: Path, kind: str, encoding: str, fields: Mapping[str, str]
) -> list[Issue]:
    """Write the rows as a form of GDAL; return what it had to say.

    Parameters
    ----------
    fields : field as written -> field of the source

    Raises
    ------
    FormatError
        GDAL cannot write them.
    """
    import pyogrio
    from pyogrio import errors

    columns = {written: source.columns[field] for written, field in fields.items()}
    if kind == "kml":
        columns |= _shown_names(source, fields)
    if kind == "shp":
        _refuse_letters(source, encoding)
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
                driver=DRIVERS[kind],
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


def _shown_names(source: Source, fields: Mapping[str, str]) -> dict[str, pa.Array]:
    """Return what a map shows beside placemarks: the names of rights, where no field is so called.

    They stay in their own field as well; one that is read again is that.
    """
    name = first_field(source, NAMES)
    if name is None or any(written.casefold() == "name" for written in fields):
        return {}
    words = [word or None for word in column_of(source, name)]
    return {"Name": pa.array(words, pa.string())}


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


def field_names(source: Source, kind: str, encoding: str) -> tuple[dict[str, str], list[Issue]]:
    """Return field as written -> field of the source, and what is told of changed names.

    All are different also where case does not count, which only GeoJSON lets; in a Shapefile
    they have at most ten bytes.
    """
    if kind == "shp":
        short = shorten(source, encoding)
        return short.fields, [*_renamed(short.fields), *_unknown(short.unknown, encoding)]
    out: dict[str, str] = {}
    for name in source.columns:
        full = f"{name}_" if name.casefold() in _TAKEN.get(kind, _OF_GDAL) else name
        if kind == "kml":
            full = "Name" if full.casefold() == "name" else full  # what the form calls it
            full = re.sub(r"[^\w .()（）-]", "_", full)  # the writer of GDAL escapes none
        other, number = full, 1
        while kind != "geojson" and other.casefold() in {k.casefold() for k in out}:
            number += 1
            other = f"{full}{number}"
        out[other] = name
    return out, _renamed(out)


def _renamed(fields: Mapping[str, str]) -> list[Issue]:
    return [
        warning(
            "field_renamed", f"字段 {name} 写作 {written}", f"field {name} is written as {written}"
        )
        for written, name in fields.items()
        if written != name
    ]


def _unknown(names: Sequence[str], encoding: str) -> list[Issue]:
    if not names:
        return []
    told, hint = listed(names), (" 或 GBK 编码", " or GBK") if encoding == "UTF-8" else ("", "")
    return [
        warning(
            "field_not_known_again",
            f"字段 {told} 的名称在 Shapefile 中放不下（最多 10 字节），读回时认不出原来的含义；"
            f"请改用 gpkg{hint[0]}",
            f"the names of {listed(names, 'en')} do not fit a Shapefile (10 bytes) and are not "
            f"read for the same again; use gpkg{hint[1]}",
        )
    ]


def _refuse_letters(source: Source, encoding: str) -> None:
    """Refuse texts with a letter that the encoding has not: without it a name is another one.

    Of other signs the comparison with what was read again tells.
    """
    for field, values in source.columns.items():
        if not pa.types.is_string(values.type) and not pa.types.is_large_string(values.type):
            continue
        for label, value in zip(source.labels, values.to_pylist(), strict=True):
            gone = _strange(value or "", encoding)
            if gone is not None:
                raise refusal(
                    source.path,
                    f"{label}：字段 {field} 的“{gone}”不在 {encoding} 中，请用 --to-encoding UTF-8",
                    f"{label_en(label)}: field {field} holds '{gone}', which {encoding} has not; "
                    "--to-encoding UTF-8 keeps it",
                )


def _strange(text: str, encoding: str) -> str | None:
    """Return the first letter or digit that an encoding has not."""
    kept = text.encode(encoding, "ignore").decode(encoding)
    if kept == text:
        return None
    return next((c for c in text if c.isalnum() and c not in kept), None)


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
