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
from layers.stated_accuracy import MOST_M


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
    if not (
        _has_columns(layer, schema)
        and _has_ids(layer, schema)
        and _has_sound_shapes(layer)
        and _adds_up(layer)
        and _claims_nothing(layer, schema)
        and _nothing_unread_is_given(layer, schema)
    ):
        raise ValueError(schema.name)
    return layer


def _has_columns(layer: Layer, schema: Schema) -> bool:
    types = {"feature_id": pa.string(), "source_id": pa.string()}
    types |= {c.name: ARROW_TYPES[c.dtype] for c in schema.columns}
    return types == dict(zip(layer.table.column_names, layer.table.schema.types, strict=True))


def _has_ids(layer: Layer, schema: Schema) -> bool:
    ids, numbers = layer.feature_id.tolist(), layer.source_id.tolist()
    return ids == [f"{schema.name}:{n}" for n in numbers] and len(set(ids)) == len(ids)


def _has_sound_shapes(layer: Layer) -> bool:
    xy = layer.shapes.xy
    on_earth = np.isfinite(xy).all() and (np.abs(xy) <= (180.0, 90.0)).all()
    return bool(
        on_earth
        and len(layer.shapes) == layer.table.num_rows
        and shapely.is_valid(layer.geometry).all()
        and not shapely.is_empty(layer.geometry).any()
    )


def _adds_up(layer: Layer) -> bool:
    """Tell whether one source accounts for all rows: declared = read = kept + refused."""
    if len(layer.provenance) != 1 or (layer.part != 0).any():
        return False
    p = layer.provenance[0]
    refused = len(layer.refused)
    return p.declared == p.read == len(layer) + refused and p.refused == refused


def _nothing_unread_is_given(layer: Layer, schema: Schema) -> bool:
    """Tell whether what could not be read is null, and no bit names a column that is none."""
    known = sum(schema.bit(c.name) for c in schema.columns)
    given = [(layer.is_unread(c.name) & ~layer.is_null(c.name)).any() for c in schema.columns]
    return not any(given) and not (layer.unread & ~np.uint64(known)).any()


def _claims_nothing(layer: Layer, schema: Schema) -> bool:
    """Tell whether the layer says only what a vetted file can say, in words.

    The accuracy it states of itself makes bands wider, never narrower.
    """
    p = layer.provenance[0]
    of_workspace = p.snapshot, p.coverage, layer.coverage
    accuracy = p.positional_accuracy_m
    words = [p.crs_note, *(t for i in layer.issues for t in (i.severity, i.code, i.zh, i.en))]
    return (
        p.role == "vetted"
        and all(claim is None for claim in of_workspace)
        and (accuracy is None or (type(accuracy) is float and 0 < accuracy <= MOST_M))
        and not layer.empty_means_none
        and layer.absent <= {c.name for c in schema.columns}
        and all(isinstance(word, str) for word in words)
    )
