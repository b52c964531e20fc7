"""Archives and workbooks: bombs, ways out, links, names."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

import xlsxwriter

from .case import SOUND, Case, Read, Refused, World, one
from .shapefile_cases import sound

Entry = tuple[str | zipfile.ZipInfo, bytes]


def packed(entries: Sequence[Entry], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return sink.getvalue()


def cases(world: World) -> Iterator[Case]:
    for name, data, expected in (*_zips(world), *_damaged()):
        yield one(f"zip {name}", "a.zip", data, expected)
    yield one("gdb.zip that leads out", "a.gdb.zip",
              packed([("../a.gdb/a00000001.gdbtable", b"x")]), Refused("leads out"))  # fmt: skip
    yield one("gdb.zip of noise", "a.gdb.zip", packed([("a.gdb/a00000001.gdbtable", b"x" * 99)]),
              Refused("a.gdb.zip"))  # fmt: skip
    yield from _workbooks(world)


Row = tuple[str, bytes, Read | Refused]
TEXT = SOUND.encode()


def _zips(world: World) -> Iterator[Row]:
    parts = [(name, data) for name, data in sound().items() if isinstance(data, bytes)]
    yield "sound", packed(parts), Read(1)
    yield "in a folder", packed([(f"报件/{n}", d) for n, d in parts]), Read(1)
    yield "stored", packed(parts, zipfile.ZIP_STORED), Read(1)
    yield "LZMA", packed(parts, zipfile.ZIP_LZMA), Read(1)
    for name in ("../a.geojson", "x/../../a.geojson", "/etc/a.geojson", "C:\\a.geojson",
                 "..\\a.geojson", "\\\\host\\a.geojson"):  # fmt: skip
        yield f"name {name}", packed([(name, TEXT)]), Refused("leads out of it")
    for name in ("CON.geojson", "a.geojson.", "a\x1b[2J.geojson", "a\nb.geojson", "长" * 60
                 + ".geojson", "-rf.geojson", "$(x).geojson", "{{7*7}}.geojson"):  # fmt: skip
        expected = Refused("exactly one dataset") if name.endswith(".") else Read(1)
        yield f"name {name[:12]!a}", packed([(name, TEXT)]), expected
    link = zipfile.ZipInfo("a.geojson")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    yield "link", packed([(link, world.canary.encode())]), Refused("holds a link")
    device = zipfile.ZipInfo("a.geojson")
    device.external_attr = (stat.S_IFCHR | 0o666) << 16
    yield "device", packed([(device, b"")]), Refused("holds a link")
    yield "nested", packed([("b.zip", packed(parts))]), Refused("another archive")
    hidden = [("a.geojson", packed(parts))]
    yield "nested under another name", packed(hidden), Refused("an archive itself")
    yield "name twice in capitals", packed([("a.geojson", TEXT), ("A.GEOJSON", TEXT)]), Refused(
        "twice"
    )  # fmt: skip
    yield "two datasets", packed([("a.geojson", TEXT), ("b.geojson", TEXT)]), Refused("exactly one")
    yield "nothing", packed([]), Refused("not what .zip says")
    yield "nothing to read", packed([("a.exe", b"MZ")]), Refused("exactly one dataset")
    yield "1,001 entries", packed([(f"{k}.txt", b"") for k in range(1001)]), Refused("1001 entries")
    bomb = packed([("a.geojson", b" " * (6 << 20))])
    yield "bomb of 6 MB", bomb, Refused("a bomb?")
    dbf = [(n, d + bytes(6 << 20) if n == "a.dbf" else d) for n, d in parts]
    yield "bomb in a table", packed(dbf), Refused("a bomb?")
    lying = bytearray(packed([("a.geojson", b" " * (6 << 20))]))
    at = lying.rfind(b"PK\x01\x02")
    lying[at + 24 : at + 28] = struct.pack("<I", 10)
    yield "bomb that declares 10 bytes", bytes(lying), Refused("a.zip")
    vrt = f"<OGRVRTDataSource><SrcDataSource>{world.canary}</SrcDataSource></OGRVRTDataSource>"
    for inner in ("a.kml", "a.shp", "a.gpkg", "a.geojson", "m.gdb/a00000001.gdbtable", "a.tab"):
        yield f"virtual table as {inner}", packed([(inner, vrt.encode())]), Refused("a.zip")
    gbk = "东山采石场.geojson".encode("gbk").decode("cp437")
    info = zipfile.ZipInfo("x" * len(gbk))
    raw = packed([(info, TEXT)]).replace(
        ("x" * len(gbk)).encode(), "东山采石场.geojson".encode("gbk")
    )
    yield "GBK name", raw, Read(1)


def _damaged() -> Iterator[Row]:
    whole = packed([("a.geojson", TEXT)])
    yield "cut", whole[:-30], Refused("damaged")
    yield "of noise", b"PK\x03\x04" + b"\xa5" * 200, Refused("damaged")
    flagged = bytearray(whole)
    flagged[6] |= 1
    flagged[whole.rfind(b"PK\x01\x02") + 8] |= 1
    yield "encrypted", bytes(flagged), Refused("encrypted")
    method = bytearray(whole)
    method[8:10] = method[whole.rfind(b"PK\x01\x02") + 10 : whole.rfind(b"PK\x01\x02") + 12] = (
        b"\x63\0"
    )
    yield "unknown method", bytes(method), Refused("unknown")
    sums = bytearray(whole)
    sums[whole.rfind(b"PK\x01\x02") + 16] ^= 0xFF
    yield "wrong checksum", bytes(sums), Refused("damaged")
    broken = bytearray(whole)
    broken[60:80] = b"\xff" * 20
    yield "broken stream", bytes(broken), Refused("damaged")
    yield "called zip", TEXT, Refused("not what .zip says")
    yield "behind a program", b"MZ" + bytes(500) + whole, Refused("not what .zip says")


HEAD = ("许可证号", "权利类型", "状态", "经度", "纬度", "点号")
CORNERS = ((111.2, 39.6), (111.21, 39.6), (111.21, 39.61), (111.2, 39.61))


def workbook(rows: Sequence[Sequence[Any]] | None = None, change: Any = None) -> bytes:
    """Return a workbook of one right's corners; ``change`` may do more to its sheet."""
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, {"in_memory": True})
    sheet = book.add_worksheet("拐点")
    if rows is None:
        rows = [HEAD, *(("C1", "采矿权", "申请", x, y, k) for k, (x, y) in enumerate(CORNERS, 1))]
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    if change is not None:
        change(book, sheet)
    book.close()
    return sink.getvalue()


def _inside(name: str, text: bytes, data: bytes | None = None) -> bytes:
    """Return a workbook in which one part is replaced."""
    with zipfile.ZipFile(io.BytesIO(data or workbook())) as archive:
        entries = [(n, archive.read(n)) for n in archive.namelist()]
    return packed([(n, text if n == name else d) for n, d in entries])


def _workbooks(world: World) -> Iterator[Case]:
    sheet = "xl/worksheets/sheet1.xml"
    start = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    laughs = b"<!DOCTYPE x [<!ENTITY a0 'x'>" + b"".join(
        b"<!ENTITY a%d '%s'>" % (k, b"&a%d;" % (k - 1) * 10) for k in range(1, 12)
    ) + b"]>"  # fmt: skip
    entity = f"<!DOCTYPE x [<!ENTITY e SYSTEM 'file://{world.canary}'>]>".encode()
    cell = b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>%s</t></is></c></row></sheetData></worksheet>'
    far = start + b'<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    far += b'<row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>'
    wide = (
        start + b'<sheetData><row r="1"><c r="ZZZZZZ1"><v>1</v></c></row></sheetData></worksheet>'
    )
    for name, data, expected in (
        ("laughs", _inside(sheet, laughs + start + cell % b"&a11;"), Refused("a.xlsx")),
        ("entity", _inside(sheet, entity + start + cell % b"&e;"), Refused("a.xlsx")),
        ("cell at the last corner", _inside(sheet, far), Refused("too large")),
        ("cell beyond the last column", _inside(sheet, wide), Refused("is too large")),
        ("bomb", _inside(sheet, start + b" " * (40 << 20)), Refused("a.xlsx")),
        ("no sheet", _inside(sheet, b""), Refused("a.xlsx")),
        ("truncated", workbook()[:-200], Refused("a.xlsx")),
        ("of another archive", packed([("a.geojson", TEXT)]), Refused("a.xlsx")),
        ("empty sheet", workbook([]), Refused("a.xlsx")),
        ("header alone", workbook([HEAD]), Refused("a.xlsx")),
    ):  # fmt: skip
        yield one(f"xlsx {name}", "a.xlsx", data, expected)
    yield one("xlsx old format of noise", "a.xls", b"\xd0\xcf\x11\xe0" + b"\xa5" * 2000,
              Refused("a.xls"))  # fmt: skip
    yield from _cells(world)


def _cells(world: World) -> Iterator[Case]:
    system = {"crs": "EPSG:4490"}

    def merged(book: Any, sheet: Any) -> None:
        sheet.merge_range("A8:F9", "备注：以上坐标")

    def formulas(book: Any, sheet: Any) -> None:
        sheet.write_formula("D2", "=1/0", None, "#DIV/0!")

    def outside(book: Any, sheet: Any) -> None:
        sheet.write_formula("G2", f"='[{world.url}/x.xlsx]S'!A1", None, 7)
        sheet.write_url("G3", f"{world.url}/click")

    def hidden(book: Any, sheet: Any) -> None:
        book.add_worksheet("隐藏").hide()

    yield one("xlsx sound", "a.xlsx", workbook(), Read(1), **system)
    yield one("xlsx merged remark", "a.xlsx", workbook(change=merged), Read(1), **system)
    yield one("xlsx formula that failed", "a.xlsx", workbook(change=formulas),
              Refused("a.xlsx"), **system)  # fmt: skip
    yield one("xlsx links to other files", "a.xlsx", workbook(change=outside), Read(1), **system)
    yield one(
        "xlsx hidden sheet",
        "a.xlsx",
        workbook(change=hidden),
        Read(1, codes=("hidden_sheets",)),
        **system,
    )
    yield one("xlsx without a system", "a.xlsx", workbook(), Refused("CRS"))
    words = [HEAD, *(("=1+1", "{{7*7}}", "\x1b[2J", x, y, k) for k, (x, y) in enumerate(CORNERS))]
    yield one("xlsx formulas as text", "a.xlsx", workbook(words), Read(1, codes=("ids_by_row", "unknown_code", "unreadable_value")),
              **system)  # fmt: skip
