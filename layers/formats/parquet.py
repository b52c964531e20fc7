"""GeoParquet with WKB geometry. Source: GeoParquet specification 1.0 and 1.1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyproj
import shapely

from gis.crs_names import difference
from gis.ragged import Shapes
from layers.account import Issue
from layers.formats import geometries, ogr
from layers.formats.source import Source, digest_file, refusal, row_labels
from layers.issues import error, label_en, warning


def read(path: Path) -> Source:
    """Read all rows of a GeoParquet file."""
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            declared = file.metadata.num_rows
            metadata = file.schema_arrow.metadata or {}
            table = file.read().combine_chunks()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        first = (str(error).splitlines() or [""])[0]
        raise refusal(path, f"Parquet 已损坏：{first}", f"damaged Parquet: {first}") from error
    ogr.check_names(path, table.column_names)
    name, column, others = _geometry(path, metadata, table)
    if table.num_rows != declared:
        raise refusal(
            path,
            f"声明 {declared} 行，读出 {table.num_rows} 行",
            f"declares {declared} rows, {table.num_rows} were read",
        )
    crs, note = _crs(path, column)
    raw = table.column(name)
    values = pa.concat_arrays(raw.chunks) if raw.num_chunks else pa.array([], raw.type)
    labels = row_labels(declared)
    shapes, broken = geometries.from_wkb(values)
    rest = table.drop_columns([name, *_covering(column, table.schema), *others])
    columns, lost, dropped = ogr.plain_columns(rest)
    srids = _other_srids(crs, shapes, labels)
    shapes = shapes.copy()
    shapes[list(srids)] = None
    return Source(
        path=path,
        format="GeoParquet",
        layer=None,
        sha256=digest_file(path),
        encoding=None,
        crs=crs,
        crs_note=note,
        declared=declared,
        columns=columns,
        geometry=shapes,
        labels=labels,
        lost=lost,
        issues=(*broken, *srids.values(), *map(_other_geometry, others), *dropped),
    )


def _geometry(
    path: Path, metadata: dict[bytes, bytes], table: pa.Table
) -> tuple[str, dict[str, Any], list[str]]:
    """Return the name of the main geometry, what is said of it, and the other geometries."""
    try:
        geo = json.loads(metadata[b"geo"])
        name = geo["primary_column"]
        column = geo["columns"][name]
        encoding, edges = column["encoding"], column.get("edges", "planar")
        kind = table.schema.field(name).type
    except (KeyError, TypeError, ValueError) as error:
        raise refusal(
            path, "没有可用的 geo 元数据，不是 GeoParquet", "no usable geo metadata: not GeoParquet"
        ) from error
    if encoding != "WKB" or not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
        raise refusal(
            path,
            f"几何编码 {encoding} 不支持，请存为 WKB",
            f"geometry encoding {encoding}: use WKB",
        )
    if edges != "planar":
        raise refusal(path, f"边为 {edges}，不支持", f"edges are {edges}, which is not supported")
    return name, column, [c for c in table.column_names if c in geo["columns"] and c != name]


def _covering(column: dict[str, Any], schema: pa.Schema) -> list[str]:
    """Return the columns that hold the bounds of each row, which its geometry has anyway."""
    covering = column.get("covering")
    boxes = covering.values() if isinstance(covering, dict) else ()
    paths = [p for box in boxes if isinstance(box, dict) for p in box.values()]
    homes = {p[0] for p in paths if isinstance(p, list) and p and isinstance(p[0], str)}
    return [f.name for f in schema if f.name in homes and pa.types.is_struct(f.type)]


def _other_geometry(name: str) -> Issue:
    return warning(
        "column_ignored",
        f"字段 {name} 也是图形，未读（只读主图形字段）",
        f"field {name} holds geometries, too, and is not read; the primary one is",
    )


def _other_srids(
    crs: pyproj.CRS | None, shapes: Shapes, labels: tuple[str, ...]
) -> dict[int, Issue]:
    """Return row -> error for geometries that name another system than the file does."""
    ids = np.where(shapely.is_missing(shapes), 0, shapely.get_srid(shapes))
    odd = [int(k) for k in np.unique(ids) if k > 0 and not _is_system(crs, int(k))]
    return {
        int(row): error(
            "unreadable_geometry",
            f"{labels[row]}：图形注明的坐标系（SRID {ids[row]}）不是文件的",
            f"{label_en(labels[row])}: its geometry is of SRID {ids[row]}, not of the file's CRS",
            labels[row],
        )
        for row in np.flatnonzero(np.isin(ids, odd))
    }


def _is_system(crs: pyproj.CRS | None, code: int) -> bool:
    other = ogr.parse_stated_crs(f"EPSG:{code}")[0]
    return crs is not None and other is not None and difference(crs, other) is None


def _crs(path: Path, column: dict[str, Any]) -> tuple[pyproj.CRS | None, str]:
    if "crs" not in column:
        return pyproj.CRS.from_user_input("OGC:CRS84"), "GeoParquet: OGC:CRS84 (default)"
    if column["crs"] is None:
        return None, "GeoParquet: crs = null"
    try:
        said = column["crs"]
        if not isinstance(said, dict) and (not isinstance(said, str) or "+proj" in said):
            # A string of PROJ's parameters can name files.
            raise pyproj.exceptions.CRSError("no PROJJSON")
        crs = pyproj.CRS.from_user_input(column["crs"])
    except pyproj.exceptions.CRSError as error:
        raise refusal(path, "geo 元数据中的坐标系不可用", "unusable CRS in geo metadata") from error
    return ogr.parse_stated_crs(crs.to_wkt())[0], "GeoParquet: crs"
