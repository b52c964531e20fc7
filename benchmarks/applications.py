"""One application as a Shapefile, byte by byte, so that what is wrong with a broken one is known.

Source of the layout: ESRI Shapefile Technical Description, July 1998. Imports nothing of
minezone.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyproj

ZONE = 37
PLANE = pyproj.CRS.from_epsg(4525)  # CGCS2000, 3-degree zone 37, eastings with the zone's number
DEGREES = pyproj.CRS.from_epsg(4490)
SIDE, STEP, COLUMNS = 500.0, 1500.0, 25
ORIGIN = (37_480_000.0, 4_300_000.0)

Ring = Sequence[tuple[float, float]]

MINERS = (
    "灵山铁矿",
    "红旗采石场",
    "镕堃石灰岩矿",
    "昇辉白云岩矿",
    "青石峁铝土矿",
    "柳沟建筑石料矿",
)
FIELDS = (("许可证号", 24), ("矿山名称", 40), ("权利类型", 12), ("状态", 12))


def corner(number: int) -> tuple[float, float]:
    """Return the south-western corner of application ``number``, plane metres."""
    return (
        ORIGIN[0] + STEP * (number % COLUMNS),
        ORIGIN[1] + STEP * (number // COLUMNS),
    )


def square(x: float, y: float, side: float = SIDE) -> Ring:
    """Return a ring, clockwise as the layout wants an outer one."""
    return [(x, y), (x, y + side), (x + side, y + side), (x + side, y), (x, y)]


def polygon(*rings: Ring, kind: int = 5) -> bytes:
    """Return the content of a record with one polygon (or lines, of ``kind`` 3)."""
    points = [p for ring in rings for p in ring]
    starts = [sum(len(r) for r in rings[:k]) for k in range(len(rings))]
    head = struct.pack("<i4dii", kind, *_box(points), len(rings), len(points))
    body = struct.pack(f"<{len(starts)}i", *starts)
    return head + body + b"".join(struct.pack("<2d", *p) for p in points)


def multipatch(ring: Ring) -> bytes:
    """Return the content of a record with one surface: an outer ring at a height of 0."""
    head = struct.pack("<i4diii", 31, *_box(ring), 1, len(ring), 0)
    plan = b"".join(struct.pack("<2d", *p) for p in ring)
    return head + struct.pack("<i", 2) + plan + bytes(16 + 8 * len(ring))


def _box(points: Ring) -> tuple[float, float, float, float]:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


@dataclass
class Parts:
    """The files of one Shapefile by suffix, before they are written."""

    files: dict[str, bytes] = field(default_factory=dict)

    def write(self, folder: Path, stem: str) -> None:
        for suffix, data in self.files.items():
            (folder / f"{stem}{suffix}").write_bytes(data)

    def patch(self, suffix: str, at: int, data: bytes) -> Parts:
        """Overwrite bytes in place."""
        whole = bytearray(self.files[suffix])
        whole[at : at + len(data)] = data
        self.files[suffix] = bytes(whole)
        return self

    def cut(self, suffix: str, size: int) -> Parts:
        """Leave out the last ``size`` bytes."""
        self.files[suffix] = self.files[suffix][:-size]
        return self

    def without(self, suffix: str) -> Parts:
        del self.files[suffix]
        return self

    def put(self, suffix: str, data: bytes) -> Parts:
        self.files[suffix] = data
        return self


def parts(
    contents: Sequence[bytes],
    rows: Sequence[Sequence[str]],
    *,
    fields: Sequence[tuple[str, int]] = FIELDS,
    crs: pyproj.CRS | None = PLANE,
    codec: str = "gbk",
    cpg: str | None = None,
    kind: int = 5,
) -> Parts:
    """Return a whole Shapefile: one record per content, one table row per row."""
    shp = shx = b""
    for number, content in enumerate(contents):
        shx += struct.pack(">ii", (100 + len(shp)) // 2, len(content) // 2)
        shp += struct.pack(">ii", number + 1, len(content) // 2) + content
    out = Parts({".shp": _headed(shp, kind), ".shx": _headed(shx, kind)})
    out.files[".dbf"] = table(rows, fields, codec)
    if crs is not None:
        out.files[".prj"] = crs.to_wkt("WKT1_ESRI").encode("ascii")
    if cpg is not None:
        out.files[".cpg"] = cpg.encode("ascii")
    return out


def _headed(body: bytes, kind: int) -> bytes:
    return (
        struct.pack(">i20xi", 9994, (100 + len(body)) // 2)
        + struct.pack("<ii8d", 1000, kind, *[0.0] * 8)
        + body
    )


def table(rows: Sequence[Sequence[str]], fields: Sequence[tuple[str, int]], codec: str) -> bytes:
    """Return a dBASE table of text columns."""
    length = 1 + sum(width for _, width in fields)
    out = struct.pack("<B3BIHH20x", 3, 126, 1, 1, len(rows), 33 + 32 * len(fields), length)
    for name, width in fields:
        out += name.encode(codec)[:10].ljust(11, b"\0") + b"C" + bytes(4)
        out += bytes([width, 0]) + bytes(14)
    out += b"\r"
    for row in rows:
        cells = (
            value.encode(codec)[:width].ljust(width)
            for value, (_, width) in zip(row, fields, strict=True)
        )
        out += b" " + b"".join(cells)
    return out + b"\x1a"


def application(number: int, *, fields: Sequence[tuple[str, int]] = FIELDS, **how: object) -> Parts:
    """Return application ``number`` as a Shapefile, apart from all registered rights."""
    return parts([polygon(square(*corner(number)))], [row(number, "申请")], fields=fields, **how)


def row(number: int, status: str) -> tuple[str, str, str, str]:
    return f"SQ{number:04d}", MINERS[number % len(MINERS)], "采矿权", status
