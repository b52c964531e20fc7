"""Shapefiles, byte by byte (ESRI Shapefile Technical Description, July 1998)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import Any

from .case import Case, Link, Read, Refused, World, ring

PRJ = (
    'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]]'
)
FIELDS = (
    ("许可证号", b"C", 16),
    ("权利类型", b"C", 16),
    ("矿山名称", b"C", 40),
    ("状态", b"C", 16),
)
ROW = ("C1", "采矿权", "青山采石场东采区", "申请")
NAN = float("nan")


def shape(*rings: Any, kind: int = 5, parts: int | None = None, points: int | None = None) -> bytes:
    """Return the content of a record; ``parts`` and ``points`` lie about their number."""
    flat = [p for one in rings for p in one]
    xs, ys = [p[0] for p in flat] or [0.0], [p[1] for p in flat] or [0.0]
    starts = [sum(len(r) for r in rings[:k]) for k in range(len(rings))]
    head = struct.pack("<i4d", kind, min(xs), min(ys), max(xs), max(ys))
    head += struct.pack(
        "<ii", len(rings) if parts is None else parts, len(flat) if points is None else points
    )
    body = struct.pack(f"<{len(starts)}i", *starts)
    return head + body + b"".join(struct.pack("<2d", *p[:2]) for p in flat)


def main(contents: list[bytes], kind: int = 5) -> tuple[bytes, bytes]:
    """Return .shp and .shx."""
    shp = shx = b""
    for number, content in enumerate(contents, 1):
        shx += struct.pack(">ii", (100 + len(shp)) // 2, len(content) // 2)
        shp += struct.pack(">ii", number, len(content) // 2) + content
    return _headed(shp, kind), _headed(shx, kind)


def _headed(body: bytes, kind: int) -> bytes:
    words = struct.pack(">i20xi", 9994, (100 + len(body)) // 2)
    return words + struct.pack("<ii8d", 1000, kind, 111, 39, 112, 40, 0, 0, 0, 0) + body


def table(
    rows: list[tuple[str, ...]],
    *,
    codec: str = "gbk",
    fields: Any = FIELDS,
    count: int | None = None,
    length: int | None = None,
    header: int | None = None,
    ldid: int = 0,
) -> bytes:
    """Return a .dbf; ``count``, ``length`` and ``header`` lie."""
    true = 1 + sum(width for _, _, width in fields)
    out = struct.pack(
        "<B3BIHH17xB2x", 3, 120, 1, 1, len(rows) if count is None else count,
        33 + 32 * len(fields) if header is None else header,
        true if length is None else length, ldid,
    )  # fmt: skip
    for name, kind, width in fields:
        raw = name.encode(codec) if isinstance(name, str) else name
        out += raw[:11].ljust(11, b"\0") + kind + bytes(4) + bytes([width, 0]) + bytes(14)
    out += b"\r"
    for row in rows:
        cells = zip(row, fields, strict=True)
        out += b" " + b"".join(
            (v.encode(codec) if isinstance(v, str) else v)[:w].ljust(w) for v, (_, _, w) in cells
        )
    return out + b"\x1a"


def sound() -> dict[str, bytes | Link]:
    shp, shx = main([shape(ring()[::-1])])
    return {"a.shp": shp, "a.shx": shx, "a.dbf": table([ROW]), "a.prj": PRJ.encode()}


def cases(world: World) -> Iterator[Case]:
    for name, parts, expected in (*_parts(world), *_tables(), *_texts(), *_shapes()):
        yield Case(f"shapefile {name}", "a.shp", parts, expected)
    yield Case("shapefile handed in by its table", "a.dbf", sound(), Refused("give the .shp file"))


Row = tuple[str, Mapping[str, bytes | Link], Read | Refused]


def _with(**changed: bytes | Link | None) -> dict[str, bytes | Link]:
    parts = sound()
    for suffix, data in changed.items():
        parts.pop(f"a.{suffix}", None)
        if data is not None:
            parts[f"a.{suffix}"] = data
    return parts


def _parts(world: World) -> Iterator[Row]:
    yield "two tables", {**sound(), "a.DBF": sound()["a.dbf"]}, Refused("there twice")
    shp, shx = main([shape(ring()[::-1])])
    yield "sound", sound(), Read(1)
    for suffix in ("shx", "dbf"):
        yield (
            f"without {suffix}",
            _with(**{suffix: None}),
            Refused(f"its .{suffix} file is missing"),
        )
    yield "without shp", _with(shp=None), Refused(".shp file is missing while its companions")
    yield "without prj", _with(prj=None), Refused("states no CRS")
    yield "prj garbage", _with(prj=b"PROJCS[\x00\xff\xfe"), Refused("states no CRS")
    yield "prj empty", _with(prj=b""), Refused("states no CRS")
    yield "prj of 1 MB", _with(prj=b"GEOGCS[" * 150_000), Refused("states no CRS")
    yield "prj that names a file", _with(prj=b"+init=" + world.canary.encode()), Refused("CRS")
    grids = f"+proj=longlat +ellps=GRS80 +nadgrids={world.canary} +no_defs".encode()
    yield "prj with a grid", _with(prj=grids), Refused("a.shp")
    yield "prj with an address", _with(prj=f"{world.url}/crs".encode()), Refused("states no CRS")
    yield "shx cut", _with(shx=shx[:-4]), Refused("declares 108 bytes")
    yield "shx of another file", _with(shx=main([shape(ring()), shape(ring())])[1]), Refused(
        "unlisted or missing"
    )  # fmt: skip
    far = shx[:100] + struct.pack(">ii", 2**30, len(shp) // 2)
    yield "shx beyond the end", _with(shx=far), Refused("does not describe")
    yield "shx with a negative length", _with(shx=shx[:104] + struct.pack(">i", -8)), Refused(
        "does not describe"
    )  # fmt: skip
    yield "shp cut", _with(shp=shp[:-20]), Refused("the header declares")
    yield "shp header alone", _with(shp=shp[:100]), Refused("the header declares")
    yield "shp of 40 bytes", _with(shp=shp[:40]), Refused("a.shp")
    long = shp[:104] + struct.pack(">i", 2**31 - 1) + shp[108:]
    yield "record of 4 GB", _with(shp=long), Refused("has not the length")
    yield "shp is a link that leads away", _with(shp=Link(world.canary)), Refused("not what .shp")
    yield "dbf is a link that leads away", _with(dbf=Link(world.canary)), Refused("leads elsewhere")
    yield "shp is a folder of links", _with(shp=Link("/")), Refused("link to a folder")
    yield "another shp beside", {**sound(), "b.shp": shp}, Read(1)


def _tables() -> Iterator[Row]:
    yield "dbf says 0 rows", _with(dbf=table([ROW], count=0)), Refused("holds 1")
    yield "dbf says 3 rows", _with(dbf=table([ROW], count=3)), Refused("cut off")
    yield "dbf says 4e9 rows", _with(dbf=table([ROW], count=2**32 - 1)), Refused("cut off")
    yield "record length 0", _with(dbf=table([ROW], length=0)), Refused("wide")
    yield "record length 65535", _with(dbf=table([ROW], length=65535)), Refused("65535")
    yield "header length 65535", _with(dbf=table([ROW], header=65535)), Refused("a.dbf")
    yield "header length 0", _with(dbf=table([ROW], header=0)), Refused("a.dbf")
    yield "dbf of 20 bytes", _with(dbf=table([ROW])[:20]), Refused("header is cut off")
    yield "dbf empty", _with(dbf=b""), Refused("cut off")
    yield "dbf of two rows", _with(dbf=table([ROW, ROW])), Refused("1 shapes but 2")
    yield "no field", _with(dbf=table([()], fields=())), Refused("the file holds 2")
    two = (*FIELDS, FIELDS[0])
    yield "field twice", _with(dbf=table([(*ROW, "C2")], fields=two)), Refused("two fields")
    odd = (*FIELDS, ("备注", b"?", 5))
    yield "field of an unknown kind", _with(dbf=table([(*ROW, "x")], fields=odd)), Read(1)
    wide = tuple((f"f{k}", b"C", 254) for k in range(250))
    yield "250 wide fields", _with(dbf=table([("",) * 250], fields=wide)), Read(
        1, codes=("column_absent", "ids_by_row", "layer_assumed")
    )  # fmt: skip
    number = (*FIELDS, ("生产规模", b"N", 10))
    for text, codes in (
        ("NaN", ("bad_value",)), ("1e999", ("bad_value",)),
        ("**********", ()), ("12 kt", ("bad_value",)), ("\0\0\0", ()),
    ):  # fmt: skip
        made = table([(*ROW, text)], fields=number)
        yield f"number cell {text!a}", _with(dbf=made), Read(1, codes=codes)
    dated = (*FIELDS, ("有效期起", b"D", 8))
    yield "date 99999999", _with(dbf=table([(*ROW, "99999999")], fields=dated)), Read(
        1, codes=("bad_value",)
    )  # fmt: skip


def _texts() -> Iterator[Row]:
    short = tuple((n, *f[1:]) for n, f in zip(("licence_no", "right_type", "name", "status"), FIELDS,
                  strict=True))  # fmt: skip
    utf8 = table([ROW], codec="utf-8", fields=short)
    yield "utf-8 without cpg", _with(dbf=utf8), Read(1)
    cut = table([ROW], codec="utf-8")
    yield "utf-8 names cut inside a letter", _with(dbf=cut), Read(1)
    term = (*FIELDS, *((name, b"C", 12) for name in ("有效期起", "有效期止")))
    alike = table([(*ROW, "2020-01-01", "2030-01-01")], codec="utf-8", fields=term)
    yield "utf-8 names that only a cut letter tells apart", _with(dbf=alike), Read(1)
    yield "utf-8 called GBK", _with(dbf=utf8, cpg=b"GBK"), Read(
        1, codes=("encoding_contradicted",)
    )  # fmt: skip
    yield "gbk called UTF-8", _with(cpg=b"UTF-8"), Read(1, codes=("encoding_contradicted",))
    yield "cpg garbage", _with(cpg=b"\xff\xfe\0\0 65001 ../x"), Read(1)
    yield "cpg of 1 MB", _with(cpg=b"UTF-8" * 200_000), Read(1)
    bad = table([(b"C1", b"\xff\xfe\x81", b"\xff\xff", b"")])
    yield "no encoding fits", _with(dbf=bad), Refused("fits no encoding")
    nul = table([(b"C\x001", *[v.encode("gbk") for v in ROW[1:]])])
    yield "NUL in a cell", _with(dbf=nul), Read(1)
    control = table([("C\n\x1b[2J", *ROW[1:])])
    yield "newline and escape in a cell", _with(dbf=control), Read(1)
    template = table([("{{7*7}}", "采矿权", "<script>x</script>", "申请")])
    yield "template code in a cell", _with(dbf=template), Read(1)


def _shapes() -> Iterator[Row]:
    def of(*contents: bytes, kind: int = 5) -> dict[str, bytes | Link]:
        shp, shx = main(list(contents), kind)
        return _with(shp=shp, shx=shx, dbf=table([ROW] * len(contents)))

    yield "null shape", of(struct.pack("<i", 0)), Refused("no geometry")
    yield "no row", of(), Refused("holds no features")
    yield "point", of(struct.pack("<idd", 1, 111.2, 39.6), kind=1), Refused("is a point")
    yield "line", of(shape(ring(), kind=3), kind=3), Refused("is a line")
    yield "2e9 parts", of(shape(ring(), parts=2**31 - 1)), Refused("row 1")
    yield "2e9 points", of(shape(ring(), points=2**31 - 1)), Refused("row 1")
    yield "-1 parts", of(shape(ring(), parts=-1)), Refused("row 1")
    yield "0 parts", of(shape(parts=0, points=0)), Refused("row 1")
    yield "NaN corner", of(shape([ring()[0], [NAN, NAN], *ring()[2:]])), Refused("finite number")
    yield "infinite corner", of(shape([ring()[0], [1e999, 0], *ring()[2:]])), Refused("finite")
    yield "1e308 corner", of(shape([ring()[0], [1e308, 0], *ring()[2:]])), Refused("outside China")
    yield "unclosed", of(shape(ring()[:-1])), Refused("not closed")
    yield "unknown kind 99", of(shape(ring(), kind=99), kind=99), Refused("a.shp")
    yield "kind differs from the header", of(shape(ring()[::-1], kind=3)), Refused("row 1")
    flat = shape(ring()[::-1])
    tail = struct.pack("<7d", 0, 0, 0, 0, 0, 0, 0)
    yield "with M", of(b"\x19\0\0\0" + flat[4:] + tail, kind=25), Read(1)
    yield "with Z", of(b"\x0f\0\0\0" + flat[4:] + tail, kind=15), Read(1)
    patch = struct.pack("<i4diii", 31, 111.2, 39.6, 111.21, 39.61, 1, 5, 0) + struct.pack("<i", 2)
    patch += b"".join(struct.pack("<2d", *p) for p in ring()[::-1]) + tail
    yield "multipatch", of(patch, kind=31), Read(1, codes=("multipatch",))
    yield "two shells", of(shape(ring()[::-1], ring(111.3)[::-1])), Read(1)
