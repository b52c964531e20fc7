"""Rights whose status says that they have ended while their term still runs.

One of the two is wrong, and nobody knows which: to the rules such a status is one that could not
be read. A right may be cancelled before its term ends; that is no contradiction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.law import Text
from analysis.model import FindingTable, Verdict
from analysis.verdict import is_past
from gis.ragged import Bools, Ints
from layers.layer import Layer

_RIGHTS = "mining_right"
_ENDS = Text("为 {}，尚未届满", "is {} and has not passed")
_UNREAD = Text("未能识别", "could not be read")
_SAID = Text(
    "（{} 的权利状态（status）为过期，有效期止（valid_to）{}，两者不符，状态按不明处理）",
    " (the status of {} is expired but its valid_to {}: the status is taken as unknown)",
)


def in_doubt(rights: Layer, as_of: date) -> Bools:
    """Return rights called expired whose term runs on the day judged, or cannot be read."""
    ends = rights.day("valid_to")
    runs = ~np.isnat(ends) & ~is_past(ends, as_of)
    return rights.is_code("status", "expired") & (runs | rights.is_unread("valid_to"))


def as_judged(layers: Mapping[str, Layer], as_of: date) -> Mapping[str, Layer]:
    """Return the layers with the status of such rights null and unread."""
    rights = layers.get(_RIGHTS)
    rows = np.zeros(0, bool) if rights is None else in_doubt(rights, as_of)
    if rights is None or not rows.any():
        return layers
    at = rights.table.schema.get_field_index("status")
    status = pc.if_else(pa.array(rows), pa.scalar(None, pa.string()), rights.table.column("status"))
    unread = rights.unread | np.where(rows, np.uint64(rights.schema.bit("status")), np.uint64(0))
    table = rights.table.set_column(at, rights.table.schema.field(at), status)
    return {**layers, _RIGHTS: replace(rights, table=table, unread=unread)}


def mark(
    table: FindingTable, layers: Mapping[str, Layer], subject_layer: str, rows: Ints, as_of: date
) -> FindingTable:
    """Have the message say so where such a right is the subject of a finding, or its neighbour.

    Parameters
    ----------
    layers : as they were read
    rows : (s,) of the subjects in ``subject_layer``
    """
    rights = layers.get(_RIGHTS)
    doubt = np.zeros(0, bool) if rights is None else in_doubt(rights, as_of)
    if rights is None or not doubt.any():
        return table
    doubt = np.append(doubt, False)
    right = np.full(len(table), -1, np.int64)
    near = np.equal(table.related_layer, _RIGHTS)
    right[near] = table.related[near]
    if subject_layer == _RIGHTS:
        own = rows[table.subject]
        right = np.where(doubt[own], own, right)
    numbers, ends = rights.text(rights.schema.number), rights.day("valid_to")
    args = table.args.copy()
    silent = np.isin(table.verdict, (Verdict.PASS, Verdict.NOT_APPLICABLE))
    for k in np.flatnonzero(doubt[right] & ~silent):
        row = int(right[k])
        record = json.loads(args[k]) if args[k] else {}
        end = None if np.isnat(ends[row]) else str(ends[row])
        record["contradiction"] = [numbers[row] or rights.source_id[row], end]
        args[k] = json.dumps(record, ensure_ascii=False, sort_keys=True)
    return replace(table, args=args)


def said(record: Mapping[str, Any], lang: str) -> str:
    """Return what a message adds, by the arguments of its finding; empty for most."""
    if "contradiction" not in record:
        return ""
    number, end = record["contradiction"]
    return _SAID.of(lang).format(number, _ENDS.of(lang).format(end) if end else _UNREAD.of(lang))
