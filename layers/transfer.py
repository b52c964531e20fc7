"""Layers as bytes between processes; what comes back is checked before it is a layer.

The bytes are those of a snapshot. The process that read a hostile file may have been taken
over, so nothing of what it says is believed that a rule or a report relies on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from layers import snapshot
from layers.catalog import catalog
from layers.errors import LayerError
from layers.frames import Frame
from layers.layer import ARROW_TYPES, Layer
from layers.schema import Schema


def pack(layers: Mapping[str, Layer]) -> Frame:
    """Return vetted layers as one message."""
    blocks = [snapshot.to_bytes(layer) for layer in layers.values()]
    sizes = [[name, len(block)] for name, block in zip(layers, blocks, strict=True)]
    return Frame({"layers": sizes}, b"".join(blocks))


def unpack(frame: Frame, file: str) -> dict[str, Layer]:
    """Return the layers of a message, all of them vetted ones of ``file``.

    Raises
    ------
    LayerError
        The message is not what :func:`pack` makes.
    """
    out: dict[str, Layer] = {}
    at = 0
    try:
        for name, size in frame.header["layers"]:
            block = frame.body[at : at + _whole(size)]
            at += size
            out[name] = _checked(snapshot.from_bytes(block, catalog()[name]), catalog()[name])
        if at != len(frame.body) or not out:
            raise ValueError("length")
    except (KeyError, TypeError, ValueError, IndexError, OverflowError, pa.ArrowException) as fault:
        raise LayerError(
            f"{file}：读取进程的结果不可信，不予采用",
            f"{file}: what the reading process returned cannot be trusted",
        ) from fault
    return out


def _whole(size: Any) -> int:
    if type(size) is not int or size < 0:
        raise ValueError("size")
    return size


def _checked(layer: Layer, schema: Schema) -> Layer:
    """Return the layer if it is what reading and repairing leave behind."""
    layer.table.validate(full=True)
    types = {"feature_id": pa.string(), "source_id": pa.string()}
    types |= {c.name: ARROW_TYPES[c.dtype] for c in schema.columns}
    if dict(zip(layer.table.column_names, layer.table.schema.types, strict=True)) != types:
        raise ValueError("columns")
    ids, numbers = layer.feature_id.tolist(), layer.source_id.tolist()
    if ids != [f"{schema.name}:{n}" for n in numbers] or len(set(ids)) != len(ids):
        raise ValueError("ids")
    if layer.coverage is not None or layer.empty_means_none:
        raise ValueError("claims of a workspace")
    if not layer.absent <= {c.name for c in schema.columns}:
        raise ValueError("absent")
    for issue in layer.issues:
        if not all(isinstance(t, str) for t in (issue.severity, issue.code, issue.zh, issue.en)):
            raise TypeError("issue")
    xy = layer.shapes.xy
    if not (np.isfinite(xy).all() and (np.abs(xy) <= (180.0, 90.0)).all()):
        raise ValueError("coordinates")
    if not shapely.is_valid(layer.geometry).all() or shapely.is_empty(layer.geometry).any():
        raise ValueError("geometry")
    for p in layer.provenance:
        if p.snapshot or p.positional_accuracy_m is not None or p.coverage is not None:
            raise ValueError("claims of a workspace")
        if p.role != "vetted" or p.declared != p.read or p.read < p.refused:
            raise ValueError("account")
    kept = sum(p.read - p.refused for p in layer.provenance)
    if kept != len(layer) or (layer.part != 0).any() or len(layer.provenance) != 1:
        raise ValueError("account")
    if sum(p.refused for p in layer.provenance) != len(layer.refused):
        raise ValueError("refused")
    return layer
