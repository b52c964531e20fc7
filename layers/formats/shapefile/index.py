"""The .shx of a Shapefile against its .shp: every record must be where the index says.

Source of the layout: ESRI Shapefile Technical Description, July 1998.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gis.ragged import Ints
from layers.formats.shapefile import dbf
from layers.formats.source import refusal

_HEADER = 100
_SMALLEST = 12  # bytes of a null shape, the shortest record


def check_index(path: Path, index: Path) -> Ints:
    """Return the shape type of every record after checking that .shx lists all of .shp."""
    shapes = _checked(path, _SMALLEST)
    listed = _checked(index, 8)
    if (len(listed) - _HEADER) % 8:
        raise refusal(index, "长度不是整条记录（被截断）", "ends inside a record (cut off)")
    pairs = listed[_HEADER:].copy().view(">i4").astype(np.int64).reshape(-1, 2) * 2
    start, size = pairs[:, 0], pairs[:, 1]
    ends = start + 8 + size
    order = np.argsort(start, kind="stable")
    tiled = np.concatenate([[_HEADER], ends[order]])
    if not (np.all(size >= 4) and np.array_equal(tiled[:-1], start[order])):
        raise refusal(path, ".shx 与 .shp 不一致", "its .shx does not describe its .shp")
    if tiled[-1] != len(shapes):
        rest = len(shapes) - tiled[-1]
        raise refusal(
            path,
            f".shx 列出 {len(start)} 个图形，.shp 里还有 {rest} 字节未列出或缺失",
            f"its .shx lists {len(start)} shapes; {rest} bytes of the .shp are unlisted or missing",
        )
    return _check_records(path, shapes, start, size)


def _checked(path: Path, smallest: int) -> dbf.Bytes:
    """Return the bytes that the header declares; fewer than a record may follow them."""
    data = np.fromfile(path, np.uint8)
    if len(data) < _HEADER or int.from_bytes(data[:4].tobytes(), "big") != 9994:
        raise refusal(path, "不是 Shapefile（文件头不对）", "not a Shapefile (wrong header)")
    stated = int.from_bytes(data[24:28].tobytes(), "big") * 2
    if stated < _HEADER or not 0 <= len(data) - stated < smallest:
        raise refusal(
            path,
            f"文件头声明 {stated} 字节，实际 {len(data)} 字节",
            f"the header declares {stated} bytes, the file has {len(data)}",
        )
    return data[:stated]


def _check_records(path: Path, shapes: dbf.Bytes, start: Ints, size: Ints) -> Ints:
    """Return the shape types; each record's own length must be the one .shx gives.

    So must its own number, where numbers were kept at all: some programs write 0 everywhere.
    """
    own = _int32(shapes, start + 4, ">i4") * 2
    if not np.array_equal(own, size):
        row = int(np.flatnonzero(own != size)[0]) + 1
        raise refusal(
            path, f"第 {row} 个图形的长度与 .shx 不符", f"shape {row} has not the length .shx gives"
        )
    number, place = _int32(shapes, start, ">i4"), np.arange(1, len(start) + 1)
    kept = bool((np.diff(start) < 0).any()) or np.array_equal(np.sort(number), place)
    if kept and not np.array_equal(number, place):
        row = int(np.flatnonzero(number != place)[0])
        raise refusal(
            path,
            f".shx 的第 {row + 1} 个图形在 .shp 中编号为 {number[row]}，图形与属性可能错位",
            f"shape {row + 1} of the .shx has the number {number[row]} in the .shp: shapes and "
            "attributes may not belong together",
        )
    return _int32(shapes, start + 8, "<i4")


def _int32(data: dbf.Bytes, at: Ints, kind: str) -> Ints:
    cells = np.ascontiguousarray(data[at[:, None] + np.arange(4)])
    return cells.view(kind).ravel().astype(np.int64)
