"""GeoParquet with WKB geometry. Source: GeoParquet specification 1.0 and 1.1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyproj

from layers.formats import ogr
from layers.formats.source import Source, digest_file, refusal, row_labels


def read(path: Path) -> Source:
    """Read all rows of a GeoParquet file."""
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            declared = file.metadata.num_rows
            metadata = file.schema_arrow.metadata or {}
            table = file.read().combine_chunks()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        first = (str(error).splitlines() or [""])[0]
        raise refusal(path, f"Parquet 已损坏：{first}", f"damaged Parquet: {first}") from error
    name, column = _geometry(path, metadata, table)
    if table.num_rows != declared:
        raise refusal(
            path,
            f"声明 {declared} 行，读出 {table.num_rows} 行",
            f"declares {declared} rows, {table.num_rows} were read",
        )
    crs, note = _crs(path, column)
    raw = table.column(name)
    values = pa.concat_arrays(raw.chunks) if raw.num_chunks else pa.array([], raw.type)
    shapes, broken = ogr.from_wkb(values)
    covering = {c for paths in column.get("covering", {}).values() for c, *_ in paths.values()}
    rest = table.drop_columns([name, *(covering & set(table.column_names))])
    columns, dropped = ogr.plain_columns(rest)
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
        labels=row_labels(declared),
        issues=(*broken, *dropped),
    )


def _geometry(
    path: Path, metadata: dict[bytes, bytes], table: pa.Table
) -> tuple[str, dict[str, Any]]:
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
    return name, column


def _crs(path: Path, column: dict[str, Any]) -> tuple[pyproj.CRS | None, str]:
    if "crs" not in column:
        return pyproj.CRS.from_user_input("OGC:CRS84"), "GeoParquet: OGC:CRS84 (default)"
    if column["crs"] is None:
        return None, "GeoParquet: crs = null"
    try:
        crs = pyproj.CRS.from_user_input(column["crs"])
    except pyproj.exceptions.CRSError as error:
        raise refusal(path, "geo 元数据中的坐标系不可用", "unusable CRS in geo metadata") from error
    return ogr.parse_stated_crs(crs.to_wkt())[0], "GeoParquet: crs"
