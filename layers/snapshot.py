"""Normalised copies of layers, named by what they were made of.

A snapshot is a GeoParquet file in Hilbert order with bounding-box columns. Its name is a hash of
the source, the settings and the code that read it, so a vetting can be repeated on exactly what
it saw. A copy whose digest does not fit its bytes is made again, never trusted.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import importlib.metadata
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely

from gis.__about__ import __version__
from gis.ragged import Ragged
from layers import catalog, places
from layers.account import Issue, Provenance, Refused
from layers.hilbert import hilbert_index
from layers.layer import Layer
from layers.schema import Schema
from layers.wkb import ragged_from_wkb

_FORMAT = 2
_META = b"minezone"


def key_of(parts: Mapping[str, Any]) -> str:
    """Return the content hash that names a snapshot.

    ``parts`` are digests and settings (JSON values); the schemas, this package's version and
    code, and the libraries that read, place and repair geometries are always part of it.
    """
    whole = {
        **parts,
        "format": _FORMAT,
        "version": __version__,
        "code": _code_digest(),
        "schemas": catalog.digest(),
        "pyogrio": importlib.metadata.version("pyogrio"),
        "proj": pyproj.proj_version_str,
        "geos": shapely.geos_version_string,
    }
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _code_digest() -> str:
    """Return the sha256 of the modules that turn files into layers."""
    total = hashlib.sha256()
    home = Path(__file__).parents[1]
    for folder in ("gis", "layers"):  # to any depth: most formats are folders of their own
        for path in sorted((home / folder).rglob("*.py")):
            name = path.relative_to(home).as_posix()
            total.update(name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def in_hilbert_order(layer: Layer) -> Layer:
    """Return the layer with its rows along the Hilbert curve (ties keep their order)."""
    order = np.argsort(hilbert_index(layer.shapes.centres), kind="stable")
    ordered = layer.take(order)
    return replace(
        ordered,
        table=ordered.table.combine_chunks(),
        snapshot_row=np.arange(len(order), dtype=np.int32),
    )


def folders(root: Path) -> list[Path]:
    """Return where snapshots may lie: beside the workspace, else the user's cache folder."""
    return places.folders(root, "snapshots")


def find(homes: list[Path], key: str, schema: Schema) -> Layer | None:
    """Return the snapshot called ``key``, None where there is none that is whole."""
    for folder in homes:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, pa.ArrowException):
            return _read(folder / f"{schema.name}-{key}.parquet", key, schema)
    return None


def keep(homes: list[Path], key: str, layer: Layer) -> Path | None:
    """Write the layer as snapshot ``key`` to the first folder that takes it."""
    data = to_bytes(layer)
    for folder in homes:
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{layer.name}-{key}.parquet"
            _write(path, data)
            _write(_digest_path(path), hashlib.sha256(data).hexdigest().encode())
            return path
    return None


def _digest_path(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _write(path: Path, data: bytes) -> None:
    """Write under a temporary name, flush to the disk, then rename."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".tmp-", suffix=path.suffix)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def to_bytes(layer: Layer) -> bytes:
    """Return the layer as GeoParquet 1.1 with ``bbox`` covering columns."""
    bounds = layer.shapes.bounds
    names = ["xmin", "ymin", "xmax", "ymax"]
    bbox = pa.StructArray.from_arrays([pa.array(bounds[:, k]) for k in range(4)], names)
    geometry = shapely.to_wkb(layer.geometry, byte_order=1)
    table = layer.table
    table = table.append_column("part", pa.array(layer.part, pa.int16()))
    table = table.append_column("unread", pa.array(layer.unread, pa.uint64()))
    table = table.append_column("bbox", bbox)
    table = table.append_column("geometry", pa.array(geometry, pa.binary()))
    table = table.replace_schema_metadata(
        {b"geo": _geo(layer).encode(), _META: _dumps(_account(layer)).encode()}
    )
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=65_536, version="2.6")
    return bytes(sink.getvalue())


def _geo(layer: Layer) -> str:
    bounds = layer.shapes.bounds
    column = {
        "encoding": "WKB",
        "geometry_types": _types(layer),
        "crs": json.loads(pyproj.CRS.from_epsg(4490).to_json()),
        "covering": {"bbox": {k: ["bbox", k] for k in ("xmin", "ymin", "xmax", "ymax")}},
    }
    if len(bounds):
        column["bbox"] = [*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist()]
    return _dumps(
        {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    )


def _types(layer: Layer) -> list[str]:
    names = np.array(["Point", "LineString", "Polygon"])[layer.shapes.kinds]
    multi = np.where(np.diff(layer.shapes.feature_offsets) > 1, "Multi", "")
    return sorted(set(np.char.add(multi, names).tolist()))


def _account(layer: Layer) -> dict[str, Any]:
    """Return all that a layer knows besides its rows, as JSON values."""
    coverage = None
    if layer.coverage is not None:
        coverage = [base64.b64encode(w).decode() for w in _wkb(layer.coverage)]
    bounds = [[None if np.isnan(v) else float(v) for v in row] for row in layer.refused.bounds]
    return {
        "layer": layer.name,
        "rows": len(layer),
        "provenance": [asdict(p) for p in layer.provenance],
        "issues": [asdict(i) for i in layer.issues],
        "refused": {"bounds": bounds, "numbers": list(layer.refused.numbers)},
        "absent": sorted(layer.absent),
        "doubtful": np.flatnonzero(layer.doubtful).tolist(),
        "coverage": coverage,
        "empty_means_none": layer.empty_means_none,
    }


def _wkb(shapes: Ragged) -> list[bytes]:
    return list(shapely.to_wkb(shapes.to_shapely(), byte_order=1))


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def _read(path: Path, key: str, schema: Schema) -> Layer:
    data = path.read_bytes()
    if _digest_path(path).read_text() != hashlib.sha256(data).hexdigest():
        raise ValueError(f"{path}: digest")
    layer = replace(from_bytes(data, schema), registered=True)
    if any(p.snapshot != key for p in layer.provenance):
        raise ValueError(f"{path}: provenance of another snapshot")
    return layer


def from_bytes(data: bytes, schema: Schema) -> Layer:
    """Return the layer that :func:`to_bytes` wrote, as one of vetted files.

    Raises
    ------
    ValueError, KeyError, TypeError, pyarrow.ArrowException
        The bytes are not those of a layer of ``schema``.
    """
    table = pq.ParquetFile(pa.BufferReader(data)).read()
    account = json.loads(table.schema.metadata[_META])
    if account["rows"] != len(table) or account["layer"] != schema.name:
        raise ValueError(f"{schema.name}: rows")
    shapes = ragged_from_wkb(table.column("geometry"))
    part = table.column("part").to_numpy().astype(np.int16)
    names = ["feature_id", "source_id", *(c.name for c in schema.columns)]
    bounds = np.array(account["refused"]["bounds"], np.float64).reshape(-1, 4)
    doubtful = np.zeros(len(table), np.bool_)
    doubtful[account["doubtful"]] = True
    unread = table.column("unread").to_numpy().astype(np.uint64)
    return Layer(
        schema=schema,
        table=table.select(names).replace_schema_metadata(None).combine_chunks(),
        shapes=shapes,
        provenance=tuple(_provenance(p) for p in account["provenance"]),
        part=part,
        issues=tuple(Issue(**i) for i in account["issues"]),
        refused=Refused(bounds, tuple(account["refused"]["numbers"])),
        absent=frozenset(account["absent"]),
        coverage=_coverage(account["coverage"]),
        registered=False,
        empty_means_none=account["empty_means_none"],
        snapshot_row=np.arange(len(table), dtype=np.int32),
        doubtful=doubtful,
        unread=unread,
    )


def _provenance(data: dict[str, Any]) -> Provenance:
    if data["valid_on"] is not None:
        raise ValueError("provenance with a date")
    return Provenance(**data)


def _coverage(data: list[str] | None) -> Ragged | None:
    if data is None:
        return None
    return Ragged.from_shapely(shapely.from_wkb([base64.b64decode(w) for w in data]))
