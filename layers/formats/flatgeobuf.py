"""FlatGeobuf: the features that follow are counted before the header's count is believed.

GDAL stops at the declared number. Layout: flatgeobuf.org, specification 3: eight bytes, the
header with its length before it, a packed R-tree of 40 bytes a node, features each with its
length; header and features are tables of FlatBuffers (flatbuffers.dev, internals).
"""

from __future__ import annotations

import struct
from pathlib import Path

from layers.formats.source import refusal

_MAGIC = 8
_NODE = 40
_COUNT, _NODE_SIZE = 8, 9  # places of features_count and index_node_size in the header's table
_CRS, _WKT = 10, 4  # of crs in the header's table, and of wkt in that of crs
_USUAL_NODE_SIZE = 16


def check(path: Path) -> int:
    """Return how many features a file holds, which must be what its header declares.

    A header that declares 0 leaves the number open, as writers of streams do.

    Raises
    ------
    FormatError
        The file is cut off, or holds another number than it declares.
    """
    data = memoryview(path.read_bytes())
    try:
        declared, at = _header(data)
    except (struct.error, OverflowError) as error:
        raise refusal(path, "文件头不完整", "the header is cut off") from error
    held = 0
    while at + 4 <= len(data):
        at += 4 + int.from_bytes(data[at : at + 4], "little")
        held += 1
    if at != len(data):
        raise refusal(
            path,
            f"第 {max(held, 1)} 个要素不完整（文件被截断，或声明的要素数 {declared} 不对）",
            f"feature {max(held, 1)} is cut off, or the declared {declared} features are not there",
        )
    if declared not in (0, held):
        raise refusal(
            path,
            f"声明 {declared} 个要素，文件里有 {held} 个",
            f"declares {declared} features, the file holds {held}",
        )
    return held


def defined_system(path: Path) -> str:
    """Return the text that defines the file's system beside its code, empty where none does."""
    data = memoryview(path.read_bytes())
    try:
        table = _table(data, _MAGIC + 4)
        place = _place(data, table, _CRS)
        text = _place(data, _table(data, place), _WKT) if place else 0
        if not text:
            return ""
        start = text + struct.unpack_from("<I", data, text)[0]
        (size,) = struct.unpack_from("<I", data, start)
        return bytes(data[start + 4 : start + 4 + size]).decode("utf-8", "replace")
    except (struct.error, OverflowError):
        return ""


def _header(data: memoryview) -> tuple[int, int]:
    """Return the declared number of features and where the first one begins."""
    (size,) = struct.unpack_from("<I", data, _MAGIC)
    start = _MAGIC + 4
    table = _table(data, start)

    def value(number: int, kind: str, default: int) -> int:
        place = _place(data, table, number)
        return int(struct.unpack_from(kind, data, place)[0]) if place else default

    count, node = value(_COUNT, "<Q", 0), value(_NODE_SIZE, "<H", _USUAL_NODE_SIZE)
    return count, start + size + _index_size(count, node)


def _table(data: memoryview, place: int) -> int:
    """Return where the table begins that the offset at ``place`` leads to."""
    return int(place + struct.unpack_from("<I", data, place)[0])


def _place(data: memoryview, table: int, number: int) -> int:
    """Return where field ``number`` of a table lies, 0 where the table has none."""
    fields = table - struct.unpack_from("<i", data, table)[0]
    length = struct.unpack_from("<H", data, fields)[0]
    entry = 4 + 2 * number
    offset = struct.unpack_from("<H", data, fields + entry)[0] if entry < length else 0
    return int(table + offset) if offset else 0


def _index_size(count: int, node: int) -> int:
    """Return the bytes of a packed R-tree over ``count`` features, 0 where there is none."""
    if count == 0 or node < 2:
        return 0
    level = -(-count // node)  # one feature has a root above it, too
    nodes = count + level
    while level > 1:
        level = -(-level // node)
        nodes += level
    return nodes * _NODE
