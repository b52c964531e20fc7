"""Layers drawn by measurements, without a file."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from gis.ragged import Ragged
from layers.catalog import catalog
from layers.layer import ARROW_TYPES, Layer, Provenance, Refused


def layer_of(name, rows, shapes):
    """A registered layer of rows with their numbers and shapes (EPSG:4490 degrees)."""
    schema = catalog()[name]
    n = len(shapes)
    ids = [str(row[schema.number]) for row in rows]
    columns = {"feature_id": pa.array([f"{name}:{i}" for i in ids], pa.string()),
               "source_id": pa.array(ids, pa.string())}  # fmt: skip
    for column in schema.columns:
        values = [row.get(column.name) for row in rows]
        columns[column.name] = pa.array(values, ARROW_TYPES[column.dtype])
    source = Provenance(
        role="workspace", source="drawn", source_layer=None, sha256="0" * 64, format="",
        encoding=None, crs="EPSG:4490", transformation="none", transformation_accuracy_m=0.0,
        positional_accuracy_m=None, coverage=None, declared=n, read=n, repaired=0, refused=0,
    )  # fmt: skip
    return Layer(
        schema=schema, table=pa.table(columns), shapes=Ragged.from_shapely(shapes),
        provenance=(source,), part=np.zeros(n, np.int16), issues=(), refused=Refused.none(),
        absent=frozenset(), coverage=None, registered=True, empty_means_none=False,
        snapshot_row=np.arange(n, dtype=np.int32),
    )  # fmt: skip
