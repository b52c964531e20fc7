"""Drawings, MapInfo tables, and documents of other drivers under names that are read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .case import Case, Link, Read, Refused, World, one, ring
from .database_cases import written

ASSUMED = ("column_absent", "ids_by_row", "layer_assumed")
PLANE = [(37_517_000 + x, 4_385_000 + y) for x, y in ((0, 0), (1000, 0), (1000, 1000), (0, 1000))]


def pairs(*items: Any) -> str:
    """Return group codes and values, a line each."""
    return "".join(f"{item}\n" for item in items)


def polyline(
    corners: Any = PLANE, *, closed: int = 1, layer: str = "矿界", told: Any = None
) -> str:
    body = "".join(pairs(10, x, 20, y) for x, y in corners)
    count = len(corners) if told is None else told
    return pairs(0, "LWPOLYLINE", 5, "A1", 100, "AcDbEntity", 8, layer, 100, "AcDbPolyline", 90,
                 count, 70, closed) + body  # fmt: skip


def drawing(entities: str, blocks: str = "", end: str = pairs(0, "EOF")) -> bytes:
    text = pairs(0, "SECTION", 2, "HEADER", 9, "$ACADVER", 1, "AC1015", 0, "ENDSEC")
    if blocks:
        text += pairs(0, "SECTION", 2, "BLOCKS") + blocks + pairs(0, "ENDSEC")
    text += pairs(0, "SECTION", 2, "ENTITIES") + entities + pairs(0, "ENDSEC") + end
    return text.encode("gbk")


def block(name: str, inside: str) -> str:
    return pairs(0, "BLOCK", 8, 0, 2, name, 70, 0, 10, 0, 20, 0) + inside + pairs(0, "ENDBLK")


def insert(name: str, *more: Any) -> str:
    return pairs(0, "INSERT", 8, "矿界", 2, name, 10, 0, 20, 0, *more)


def cases(world: World) -> Iterator[Case]:
    yield from _drawings()
    yield from _mapinfo(world)
    yield from _disguised(world)


def _drawings() -> Iterator[Case]:
    system = {"crs": "EPSG:4525"}
    sound = drawing(polyline())
    nested = "".join(
        block(f"B{k}", insert(f"B{k + 1}") * 20) for k in range(12)
    ) + block("B12", polyline())  # fmt: skip
    ignored = Read(1, codes=("column_absent", "entities_ignored", *ASSUMED[1:]))
    unread = Read(1, codes=("blocks_not_read", *ignored.codes))
    for name, data, expected in (
        ("sound", sound, Read(1, codes=ASSUMED)),
        ("cut", sound[: len(sound) // 2], Refused("a.dxf")),
        ("no end", drawing(polyline(), end=""),
         Read(1, codes=("column_absent", "drawing_mended", *ASSUMED[1:]))),
        ("cut between entities", sound.split(pairs(0, "ENDSEC", 0, "EOF").encode())[0],
         Refused("its section ENTITIES does not end")),
        ("of noise", b"0\nSECTION\n" + b"\xa5" * 500, Refused("a.dxf")),
        ("binary of noise", b"AutoCAD Binary DXF\r\n\x1a\0" + b"\xa5" * 500, Refused("a.dxf")),
        ("binary cut", b"AutoCAD Binary DXF\r\n\x1a\0\0\0SECTION\0", Refused("a.dxf")),
        ("empty", drawing(""), Refused("a.dxf")),
        ("block that holds itself", drawing(polyline() + insert("B"), block("B", insert("B"))),
         ignored),
        ("blocks of 20 to the 12th", drawing(polyline() + insert("B0"), nested), unread),
        ("block 30,000 by 30,000", drawing(polyline() + insert("B", 70, 30000, 71, 30000, 44, 1,
         45, 1), block("B", polyline())), unread),
        ("block that is missing", drawing(polyline() + insert("NONE")), ignored),
        ("two corners", drawing(polyline(PLANE[:2])), Refused("line")),
        ("open", drawing(polyline(closed=0)), Refused("line")),
        ("open by a hair", drawing(polyline([*PLANE, (PLANE[0][0], PLANE[0][1] + 0.0004)],
         closed=0)), Read(1, codes=("column_absent", "ids_by_row", "layer_assumed",
                                    "nearly_closed"))),
        ("NaN", drawing(polyline([*PLANE[:3], ("nan", "nan")])), Refused("a.dxf")),
        ("infinite", drawing(polyline([*PLANE[:3], ("1e999", 0)])), Refused("a.dxf")),
        ("1e308", drawing(polyline([*PLANE[:3], ("1e308", 0)])), Refused("a.dxf")),
        ("words for numbers", drawing(polyline([*PLANE[:3], ("east", "north")])), Refused("a.dxf")),
        ("count of 4e9", drawing(polyline(told=4_000_000_000)), Refused("declares 4000000000 corners, it has 4")),
        ("circle of no radius", drawing(polyline() + pairs(0, "CIRCLE", 8, "矿界", 10, PLANE[0][0],
         20, PLANE[0][1], 40, 0)), ignored),
        ("circle of 1e12", drawing(pairs(0, "CIRCLE", 8, "矿界", 10, PLANE[0][0], 20, PLANE[0][1],
         40, 1e12)), Refused("it has: CIRCLE 1")),
        ("arcs of 1e12", drawing(polyline() + pairs(0, "ARC", 8, "矿界", 10, PLANE[0][0], 20,
         PLANE[0][1], 40, 1e12, 50, 0, 51, 359)), ignored),
        ("ellipse of 1e12", drawing(polyline() + pairs(0, "ELLIPSE", 8, "矿界", 10, PLANE[0][0], 20,
         PLANE[0][1], 30, 0, 11, 1e12, 21, 0, 31, 0, 40, 0.5, 41, 0, 42, 6.28)), ignored),
        ("spline without points", drawing(polyline() + pairs(0, "SPLINE", 8, "矿界", 70, 8, 71, 3)),
         Refused("a.dxf")),
        ("picture elsewhere", drawing(polyline() + pairs(0, "IMAGE", 8, "矿界", 340, "FF")),
         Refused("cannot be read")),
        ("text with a command", drawing(polyline() + pairs(0, "TEXT", 8, "矿界", 10, PLANE[0][0] + 9,
         20, PLANE[0][1] + 9, 40, 1, 1, "{{7*7}}\x1b[2J")), Read(1, codes=ASSUMED)),
        ("layer with a command", drawing(polyline(layer="{{7*7}}<script>")),
         Read(1, codes=ASSUMED)),
        ("in two layers", drawing(polyline() + polyline(layer="别的")), Refused("several layers")),
        ("one swapped corner", drawing(polyline() + polyline([*PLANE[:3], PLANE[3][::-1]])),
         Read(1, 1, ("axes_differ", *ASSUMED, "row_refused"))),
        ("one inside another, one twice", drawing(polyline() + polyline() + polyline(
         [(x + 0.5 * (37_517_500 - x), y + 0.5 * (4_385_500 - y)) for x, y in PLANE])),
         Read(3, codes=(*ASSUMED, "outline_inside", "outline_twice"))),
        ("line breaks by their codes", drawing(polyline() + pairs(0, "TEXT", 8, "矿界", 10,
         PLANE[0][0] + 9, 20, PLANE[0][1] + 9, 40, 1, 1, r"a\U+000A  0\U+000AEOF\M+50A0A")),
         Read(1, codes=ASSUMED)),
        ("bow-tie", drawing(polyline([PLANE[k] for k in (0, 2, 1, 3)])),
         Read(1, codes=(*ASSUMED, "repaired"))),
    ):  # fmt: skip
        yield one(f"dxf {name}", "a.dxf", data, expected, **system)
    yield one("dxf without a system", "a.dxf", sound, Refused("states no CRS"))
    degrees = drawing(polyline([tuple(p) for p in ring()[:4]]))
    yield one("dxf in degrees called metres", "a.dxf", degrees, Refused("degrees"), **system)
    yield one("dxf of another zone", "a.dxf", drawing(polyline([(x + 1e6, y) for x, y in PLANE])),
              Refused("do not begin with 37"), **system)  # fmt: skip


def _mapinfo(world: World) -> Iterator[Case]:
    mif = 'Version 300\nCharset "Neutral"\nDelimiter ","\nCoordSys Earth Projection 1, 104\n'
    mif += "Columns 1\n  licence_no Char(10)\nData\n\n"
    region = "Region 1\n  5\n" + "".join(f"{x} {y}\n" for x, y in ring())
    mid = b'"C1"\r\n'
    for name, text, other, expected in (
        ("sound", mif + region, mid, Read(1, codes=("column_absent",))),
        ("no columns file", mif + region, None, Refused(".mid file is missing")),
        ("more records than shapes", mif + region, mid * 3, Refused("declares 3 records")),
        ("fewer records than shapes", mif + region * 2, mid, Refused("2 shapes")),
        ("corner count too large", mif + region.replace("\n  5\n", "\n  50\n"), mid,
         Refused("a.mif")),
        ("corner count of 2e9", mif + region.replace("\n  5\n", "\n  2000000000\n"), mid,
         Refused("a.mif")),
        ("corner count negative", mif + region.replace("\n  5\n", "\n  -5\n"), mid,
         Refused("a.mif")),
        ("region count of 1e9", mif + region.replace("Region 1", "Region 1000000000"), mid,
         Refused("a.mif")),
        ("coordinates words", mif + region.replace("111.2 39.6", "east north"), mid,
         Refused("a.mif")),
        ("coordinates NaN", mif + region.replace("111.2 39.6", "nan nan"), mid, Refused("a.mif")),
        ("affine system", (mif + region).replace("1, 104", '1, 104 Affine Units "m", 1,0,9,0,1,9'),
         mid, Refused("Affine")),
        ("transform", (mif + region).replace("Columns", "Transform 2,2,0,0\nColumns"), mid,
         Refused("Transform")),
        ("ellipse", mif + "Ellipse 111.2 39.6 111.21 39.61\n" + region, b'"C1"\r\n"C2"\r\n',
         Read(1, 1, ("column_absent", "curved_geometry", "row_refused"))),
        ("no data", mif, b"", Refused("a.mif")),
        ("noise", "Version 300\n" + "\xa5" * 500, mid, Refused("a.mif")),
        ("unknown system", (mif + region).replace("Projection 1, 104", "Projection 99, 9999"), mid,
         Refused("cannot be computed")),
    ):  # fmt: skip
        parts: dict[str, bytes | Link] = {"a.mif": text.encode("latin-1")}
        if other is not None:
            parts["a.mid"] = other
        yield Case(f"mif {name}", "a.mif", parts, expected)
    files = written("a.tab", "MapInfo File")
    yield Case("tab sound", "a.tab", files, Read(2))
    view = (
        f'!table\n!version 300\nOpen Table "{world.canary}" Hide\nCreate View x As Select * From y'
    )
    linked = f'!table\nDefinition Table\n  Type NATIVE Charset "Neutral"\n  File "{world.canary}"\n'
    raster = f'!table\nDefinition Table\n  File "{world.canary}"\n  Type "RASTER"\n'
    for name, text in (("view", view), ("linked file", linked), ("raster", raster)):
        yield Case(f"tab {name}", "a.tab", {**files, "a.tab": text.encode()},
                   Refused("no native MapInfo table"))  # fmt: skip
    seamless = files["a.tab"] + b'\nbegin_metadata\n"\\IsSeamless" = "TRUE"\nend_metadata\n'
    yield Case("tab seamless", "a.tab", {**files, "a.tab": seamless}, Refused("seamless"))
    for suffix in (".dat", ".map", ".id"):
        cut = {**files, f"a{suffix}": files[f"a{suffix}"][:60]}
        # The .id file only says where to look; what it says is checked.
        expected = Read(2) if suffix == ".id" else Refused("a.tab")
        yield Case(f"tab cut {suffix}", "a.tab", cut, expected)
        away: dict[str, bytes | Link] = {**files, f"a{suffix}": Link(world.canary)}
        yield Case(f"tab {suffix} leads away", "a.tab", away, Refused("leads elsewhere"))
    lying = bytearray(files["a.dat"])
    lying[4:8] = (2**31 - 1).to_bytes(4, "little")
    yield Case("tab says 2e9 records", "a.tab", {**files, "a.dat": bytes(lying)}, Refused("a.tab"))


def _disguised(world: World) -> Iterator[Case]:
    vrt = (
        f'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{world.canary}</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    reach = vrt.replace(world.canary, f"/vsicurl?header_file={world.canary}&amp;url={world.url}/x")
    wms = f"<GDAL_WMS><Service name='TMS'><ServerUrl>{world.url}/x</ServerUrl></Service></GDAL_WMS>"
    raster = f"<VRTDataset><VRTRasterBand><SimpleSource><SourceFilename>{world.canary}"
    mrf = f"<MRF_META><CachedSource><Source>{world.canary}</Source></CachedSource><Raster>"
    mrf += f"<DataFile>{world.target}</DataFile></Raster></MRF_META>"
    gdalg = json.dumps({"type": "gdal_streamed_alg", "command_line": f"gdal vector {world.canary}"})
    suffixes = ("shp", "gpkg", "geojson", "kml", "gml", "dxf", "txt", "fgb", "parquet", "tab",
                "mif", "xlsx", "zip", "gdb")  # fmt: skip
    for suffix in suffixes:
        yield one(f"virtual table as .{suffix}", f"a.{suffix}", vrt, Refused(f"a.{suffix}"))
    for name, text in (("reaching table", reach), ("web map", wms), ("virtual raster", raster),
                       ("raster that writes", mrf), ("pipeline", gdalg)):  # fmt: skip
        for suffix in ("kml", "gml", "json", "dxf"):
            yield one(f"{name} as .{suffix}", f"a.{suffix}", text, Refused(f"a.{suffix}"))
    for suffix in ("vrt", "tif", "sqlite", "mdb", "pdf", "html", "exe", "dwg", "shx", "prj", ""):
        name = f"a.{suffix}" if suffix else "a"
        yield one(f"suffix {suffix or 'none'}", name, vrt, Refused(name))
    yield Case("a folder", "x.shp", {"x.shp/a.txt": b"x"}, Refused("is a folder"))
    yield Case("a link to itself", "a.gpkg", {"a.gpkg": Link("a.gpkg")}, Refused("leads back"))
    yield Case("a device", "a.txt", {"a.txt": Link("/dev/zero")}, Refused("a.txt"))
    yield Case("a link that leads nowhere", "a.kml", {"a.kml": Link("b.kml")}, Refused("is a link"))
    for suffix in ("txt", "csv", "json", "kml", "gml"):
        yield Case(f"link to the canary as .{suffix}", f"a.{suffix}",
                   {f"a.{suffix}": Link(world.canary)}, Refused(f"a.{suffix}"))  # fmt: skip
