"""Thirty ways in which a Shapefile is broken, and some that are odd but readable."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyproj
from applications import (
    DEGREES,
    FIELDS,
    PLANE,
    SIDE,
    Parts,
    Ring,
    application,
    corner,
    multipatch,
    parts,
    polygon,
    row,
    square,
    table,
)  # fmt: skip

NAN = float("nan")
Made = Parts | Callable[[Path], None]


@dataclass(frozen=True)
class Broken:
    """One way to be broken, and words that the refusal must hold in each language."""

    stem: str
    make: Callable[[int], Made]
    zh: str
    en: str


def _shape(content: Callable[[Ring], bytes], **how: object) -> Callable[[int], Parts]:
    def make(number: int) -> Parts:
        return parts([content(square(*corner(number)))], [row(number, "申请")], **how)

    return make


def _moved(x: float, y: float, side: float, crs: pyproj.CRS | None) -> Callable[[int], Parts]:
    def make(number: int) -> Parts:
        return parts([polygon(square(x, y, side))], [row(number, "申请")], crs=crs)

    return make


def _prj(text: bytes) -> Callable[[int], Parts]:
    return lambda number: application(number).put(".prj", text)


def _two_rows(number: int) -> Parts:
    """Return two records; the table names both."""
    x, y = corner(number)
    rings = [polygon(square(x, y)), polygon(square(x + 600, y))]
    return parts(rings, [row(number, "申请"), row(number, "申请")])


def _twice_wound(ring: Ring) -> bytes:
    """Return an outline that runs round twice: nobody can say what it covers."""
    return polygon([*ring, *ring[1:]])


def _dangling(path: Path) -> None:
    path.symlink_to(path.with_name("已删除.shp"))


def _loop(path: Path) -> None:
    path.symlink_to(path)


_HTML = "<!DOCTYPE html><html><body>请先登录</body></html>".encode()
# The mine's name in the only row: after header, field list, deletion mark and number.
_TEXT_AT = 33 + 32 * len(FIELDS) + 1 + FIELDS[0][1]


def _of_kind(number: int, kind: str) -> Parts:
    """Return an application whose right is of a kind that no code knows."""
    cells = list(row(number, "申请"))
    cells[2] = kind
    return parts([polygon(square(*corner(number)))], [cells])


def _two_zones(number: int) -> Parts:
    rings = [polygon(square(*corner(number))), polygon(square(38_500_000, 4_300_000))]
    return parts(rings, [row(number, "申请"), row(number + 500, "申请")])


BROKEN = (
    Broken(
        "缺索引", lambda n: application(n).without(".shx"),
        "缺少同名的 .shx 文件", "its .shx file is missing",
    ),
    Broken(
        "缺属性", lambda n: application(n).without(".dbf"),
        "缺少同名的 .dbf 文件", "its .dbf file is missing",
    ),
    Broken(
        "缺图形", lambda n: application(n).without(".shp"),
        "缺少 .shp 文件，而同名的 .dbf、.prj、.shx 还在",
        "the .shp file is missing while its companions exist (.dbf, .prj, .shx)",
    ),
    Broken(
        "图形截断", lambda n: application(n).cut(".shp", 40),
        "文件头声明 236 字节，实际 196 字节", "declares 236 bytes, the file has 196",
    ),
    Broken(
        "索引截断", lambda n: application(n).cut(".shx", 4),
        "文件头声明 108 字节，实际 104 字节", "declares 108 bytes, the file has 104",
    ),
    Broken(
        "属性截断", lambda n: application(n).cut(".dbf", 30),
        "属性表声明 1 条记录，文件只有 0 条", "declares 1 records, the file holds 0",
    ),
    Broken(
        "零字节", lambda n: application(n).put(".shp", b""),
        "文件是空的（0 字节）", "the file is empty (0 bytes)",
    ),
    Broken(
        "属性少一条", lambda n: _two_rows(n).put(".dbf", table([row(n, "申请")], FIELDS, "gbk")),
        "图形 2 个，属性 1 条，数目不符", "2 shapes but 1 attribute records",
    ),
    Broken(
        "网页", lambda n: application(n).put(".shp", _HTML),
        "内容与后缀 .shp 不符", "its content is not what .shp says",
    ),
    Broken(
        "文件头", lambda n: application(n).patch(".shp", 0, struct.pack(">i", 9993)),
        "内容与后缀 .shp 不符", "its content is not what .shp says",
    ),
    Broken(
        "无坐标系", _moved(500_000, 4_300_000, SIDE, None),
        "文件未注明坐标系（没有 .prj", "the file states no CRS",
    ),
    Broken(
        "西安80", _moved(500_000, 4_300_000, SIDE, pyproj.CRS.from_epsg(2361)),
        "西安1980坐标系到 CGCS2000 没有公开的转换参数",
        "no public transformation leads to CGCS2000",
    ),
    Broken(
        "坐标系乱码", _prj(b"PROJCS[\x00\xff\xfe garbage"),
        "无法识别的坐标系说明", "unreadable CRS: PROJCS[",
    ),
    Broken(
        "点",
        lambda n: parts([struct.pack("<idd", 1, *corner(n))], [row(n, "申请")], kind=1),
        "几何是点，矿业权应为面", "the geometry is a point, mining_right takes polygon",
    ),
    Broken("空图层", lambda n: parts([], []), "文件中没有要素", "the file holds no features"),
    Broken(
        "非数坐标", _shape(lambda r: polygon([r[0], (NAN, NAN), *r[2:]])),
        "坐标不是有限数值", "a coordinate is not a finite number",
    ),
    Broken(
        "境外", _moved(20.0, 50.0, 0.01, DEGREES),
        "全部坐标都不在中国范围内", "all coordinates lie outside China",
    ),
    Broken(
        "经纬颠倒", _moved(39.0, 111.0, 0.01, DEGREES),
        "经纬度似乎写反", "longitude and latitude seem swapped",
    ),
    Broken(
        "空图形", _shape(lambda _: struct.pack("<i", 0)),
        "第 1 行：几何为空", "row 1: no geometry",
    ),
    Broken(
        "没有面积", _shape(lambda r: polygon([r[0], r[1], r[0], r[1], r[0]])),
        "轮廓没有面积", "the outline has no area",
    ),
    Broken(
        "索引越界", lambda n: application(n).patch(".shx", 100, struct.pack(">i", 2**30)),
        ".shx 与 .shp 不一致", "its .shx does not describe its .shp",
    ),
    Broken(
        "负长度", lambda n: application(n).patch(".shp", 104, struct.pack(">i", -8)),
        "第 1 个图形的长度与 .shx 不符", "shape 1 has not the length .shx gives",
    ),
    Broken("文件夹", lambda _: Path.mkdir, "是文件夹而不是文件", "is a folder, not a file"),
    Broken(
        "断链", lambda _: _dangling,
        "链接指向的文件不存在", "is a link to a file that does not exist",
    ),
    Broken("自环", lambda _: _loop, "链接绕回自身", "is a link that leads back to itself"),
    Broken(
        "文字损坏",
        lambda n: application(n).patch(".dbf", _TEXT_AT, b"\xff\xfe\xff\xfe\x81"),
        "属性文字不属于 UTF-8、GB18030 等任一编码", "the attribute text fits no encoding",
    ),
    Broken(
        "带号矛盾", _moved(38_500_000, 4_300_000, SIDE, PLANE),
        "带号与坐标系 EPSG:4525 的第 37 带不符", "do not begin with 37, the zone of EPSG:4525",
    ),
    Broken(
        "头长度", lambda n: application(n).patch(".shp", 24, struct.pack(">i", 5000)),
        "文件头声明 10000 字节，实际 236 字节", "declares 10000 bytes, the file has 236",
    ),
    Broken(
        "经纬度称平面", _moved(111.0, 39.0, 0.01, PLANE),
        "是平面坐标（米），而坐标像经纬度",
        "is a plane in metres, but the coordinates look like degrees",
    ),
    Broken(
        "不闭合", _shape(lambda r: polygon(r[:-1])),
        "有不闭合的环", "a ring is not closed",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Odd:
    """Odd, but readable: judged, with a warning, and never as if nothing were wrong."""

    stem: str
    make: Callable[[int], Parts]
    verdict: str
    warning: str


ODD = (
    Odd("类型不识", lambda n: _of_kind(n, "石料权"), "PASS", "unknown_code"),
    Odd("跨带", _two_zones, "NO_DATA", "row_refused"),
    Odd("绕两圈", _shape(_twice_wound), "NO_DATA", "repaired"),
    Odd(
        "蝴蝶结", _shape(lambda r: polygon([r[0], r[2], r[1], r[3], r[0]])),
        "NO_DATA", "repaired",
    ),
    Odd("重环", _shape(lambda r: polygon(r, r)), "PASS", "repaired"),
    Odd("多面体", _shape(multipatch, kind=31), "PASS", ""),
)  # fmt: skip
