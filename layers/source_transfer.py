"""Raw rows as bytes between processes, for what goes on as rows (``minezone convert``).

Field names and labels are data like all others: they travel as Arrow, never as names in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyproj
import shapely

from gis.ragged import Ints
from layers.account import Issue
from layers.errors import LayerError
from layers.formats.source import Source
from layers.frames import Frame

_PLAIN = ("format", "layer", "sha256", "encoding", "crs_note")


def pack(source: Source) -> Frame:
    """Return rows, and the further rows of the same file, as one message."""
    told, blocks = [], []
    for name, one in [("", source), *source.companions.items()]:
        block = _table(one)
        told.append({**_told(one), "name": name, "size": len(block)})
        blocks.append(block)
    return Frame({"sources": told}, b"".join(blocks))


def unpack(frame: Frame, path: Path) -> Source:
    """Return the rows of ``path`` that a message holds.

    Raises
    ------
    LayerError
        The message is not what :func:`pack` makes.
    """
    try:
        (_, first), *others = _sources(frame, path)
        return Source(**first, companions={name: Source(**one) for name, one in others})
    except (
        AssertionError, KeyError, TypeError, ValueError, IndexError, OverflowError,
        pa.ArrowException, pyproj.exceptions.CRSError, shapely.errors.ShapelyError,
    ) as fault:  # fmt: skip
        raise LayerError(
            f"{path}：读取进程的结果不可信，不予采用",
            f"{path}: what the reading process returned cannot be trusted",
        ) from fault


def _told(source: Source) -> dict[str, Any]:
    return {
        **{key: getattr(source, key) for key in _PLAIN},
        "crs": source.crs.to_wkt() if source.crs else None,
        "issues": [asdict(issue) for issue in source.issues],
        "fields": list(source.columns),
        "lost": [[name, np.asarray(rows).tolist()] for name, rows in source.lost.items()],
    }


def _table(source: Source) -> bytes:
    arrays = [pa.array(source.labels, pa.string())]
    arrays.append(pa.array(shapely.to_wkb(source.geometry).tolist(), pa.binary()))
    arrays += source.columns.values()
    table = pa.table(arrays, names=[str(k) for k in range(len(arrays))])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def _sources(frame: Frame, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    at = 0
    for told in frame.header["sources"]:
        block = frame.body[at : at + told["size"]]
        at += len(block)
        table = pa.ipc.open_stream(block).read_all().combine_chunks()
        table.validate(full=True)
        labels, shapes, *columns = table.columns
        wkb = np.array(shapes.to_pylist(), dtype=object)
        yield (
            str(told["name"]),
            {
                **{key: told[key] for key in _PLAIN},
                "path": path,
                "crs": pyproj.CRS.from_wkt(told["crs"]) if told["crs"] else None,
                "declared": table.num_rows,
                "columns": {
                    str(name): pa.concat_arrays(column.chunks)
                    if column.num_chunks
                    else pa.array([], column.type)
                    for name, column in zip(told["fields"], columns, strict=True)
                },
                "geometry": np.asarray(shapely.from_wkb(wkb), dtype=object),
                "labels": tuple(labels.to_pylist()),
                "issues": tuple(Issue(**issue) for issue in told["issues"]),
                "lost": {str(name): _rows(rows, table.num_rows) for name, rows in told["lost"]},
            },
        )
    if at != len(frame.body):
        raise ValueError("length")


def _rows(numbers: list[int], count: int) -> Ints:
    rows = np.array(numbers, np.int64)
    if len(rows) and not 0 <= rows.min() <= rows.max() < count:
        raise IndexError("rows")
    return rows
