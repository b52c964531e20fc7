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


def _header(data: memoryview) -> tuple[int, int]:
    """Return the declared number of features and where the first one begins."""
    (size,) = struct.unpack_from("<I", data, _MAGIC)
    start = _MAGIC + 4
    table = start + struct.unpack_from("<I", data, start)[0]
    fields = table - struct.unpack_from("<i", data, table)[0]

    def value(number: int, kind: str, default: int) -> int:
        length = struct.unpack_from("<H", data, fields)[0]
        place = 4 + 2 * number
        offset = struct.unpack_from("<H", data, fields + place)[0] if place < length else 0
        return int(struct.unpack_from(kind, data, table + offset)[0]) if offset else default

    count, node = value(_COUNT, "<Q", 0), value(_NODE_SIZE, "<H", _USUAL_NODE_SIZE)
    return count, start + size + _index_size(count, node)


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
