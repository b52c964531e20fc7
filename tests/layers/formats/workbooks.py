"""Workbooks written part by part, as no office program would write them."""

import struct
import zipfile

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships'
    '+xml"/></Types>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
CORNERS = [
    ["点号", "X", "Y"],
    ["1", 3760000, 38500000],
    ["2", 3761000, 38500000],
    ["3", 3761000, 38501000],
]


def cell(reference, value):
    if isinstance(value, str):
        return f'<c r="{reference}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{reference}"><v>{value}</v></c>'


def sheet(rows=CORNERS, more="", merged=(), head=""):
    body = ""
    for r, row in enumerate(rows, 1):
        cells = "".join(cell(f"{'ABCDEF'[c]}{r}", v) for c, v in enumerate(row))
        body += f'<row r="{r}">{cells}</row>'
    ranges = "".join(f'<mergeCell ref="{m}"/>' for m in merged)
    ranges = f"<mergeCells>{ranges}</mergeCells>" if merged else ""
    return (
        f'<?xml version="1.0"?>{head}<worksheet xmlns="{MAIN}"><sheetData>{body}{more}'
        f"</sheetData>{ranges}</worksheet>"
    )


def xlsx(path, sheet_xml, more=()):
    """Write a workbook of one sheet called 拐点, with further parts (name, content)."""
    book = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="拐点" sheetId="1" '
        'r:id="rId1"/></sheets></workbook>'
    )
    root = f'<Relationships xmlns="{RELS}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
    own = f'<Relationships xmlns="{RELS}"><Relationship Id="rId1" Type="{OFFICE}/worksheet" '
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", TYPES)
        made.writestr("_rels/.rels", f'{root}Target="xl/workbook.xml"/></Relationships>')
        made.writestr("xl/workbook.xml", book)
        made.writestr(
            "xl/_rels/workbook.xml.rels", f'{own}Target="worksheets/sheet1.xml"/></Relationships>'
        )
        made.writestr("xl/worksheets/sheet1.xml", sheet_xml)
        for name, content in more:
            made.writestr(name, content)
    return path


def ods(path, rows):
    """Write an OpenDocument table; ``rows`` is the markup of its rows."""
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for short, name in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    content = (
        f'<office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="拐点">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" manifest:media-type='
        '"application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr("META-INF/manifest.xml", manifest)
        made.writestr("content.xml", content)
    return path


def ods_row(values, more="", repeated=""):
    return f"<table:table-row {repeated}>{''.join(map(ods_cell, values))}{more}</table:table-row>"


def ods_cell(value, repeated=""):
    kind = "string" if isinstance(value, str) else "float"
    number = "" if isinstance(value, str) else f'office:value="{value}"'
    return (
        f'<table:table-cell office:value-type="{kind}" {number} {repeated}>'
        f"<text:p>{value}</text:p></table:table-cell>"
    )


def record(kind, body=b""):
    """Return a record of BIFF8."""
    return struct.pack("<HH", kind, len(body)) + body


def xls(path, rows=CORNERS, more=b"", formats=()):
    """Write a workbook of Excel 97: BIFF8 records in a compound file of one stream.

    ``more`` are records of the sheet, ``formats`` the number formats of its columns.
    """

    def text(value, width):
        return struct.pack(width, len(value)) + b"\1" + value.encode("utf-16-le")

    cells = b""
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            at = struct.pack("<HHH", r, c, c if formats else 0)
            if isinstance(value, str):
                cells += record(0x0204, at + text(value, "<H"))
            else:
                cells += record(0x0203, at + struct.pack("<d", value))
    size = struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0)
    begin = struct.pack("<HHHHII", 0x0600, 0, 1997, 1997, 0, 6)
    bound = struct.pack("<IBB", 0, 0, 0) + text("拐点", "<B")
    globals_ = begin[:2] + b"\x05\0" + begin[4:]
    sheet_ = begin[:2] + b"\x10\0" + begin[4:]
    head = record(0x0809, globals_) + record(0x0042, struct.pack("<H", 1200))
    for k, code in enumerate(formats):
        head += record(0x041E, struct.pack("<H", 164 + k) + text(code, "<H"))
    for k in range(len(formats)):
        head += record(0x00E0, struct.pack("<HH16x", 0, 164 + k))
    offset = len(head) + len(record(0x0085, bound)) + len(record(0x000A))
    bound = struct.pack("<IBB", offset, 0, 0) + text("拐点", "<B")
    stream = head + record(0x0085, bound) + record(0x000A)
    stream += record(0x0809, sheet_) + record(0x0200, size) + cells + more + record(0x000A)
    path.write_bytes(compound(b"Workbook".decode(), stream))
    return path


def compound(name, stream):
    """Return a compound file (MS-CFB, version 3) of one stream of at least 4096 bytes."""
    stream = stream.ljust(4096, b"\0")
    stream += bytes(-len(stream) % 512)
    count = len(stream) // 512
    end, free, fat_sector, none = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
    fat = [fat_sector, end, *range(3, count + 2), end]
    fat += [free] * (128 - len(fat))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, end, 0, end, 0)
    head += struct.pack("<109I", 0, *[free] * 108)

    def entry(label, kind, child, start, length):
        raw = label.encode("utf-16-le")
        size = len(raw) + 2 if label else 0
        links = struct.pack("<3I", none, none, child)
        return (
            raw.ljust(64, b"\0")
            + struct.pack("<HBB", size, kind, 1)
            + links
            + bytes(36)
            + struct.pack("<IQ", start, length)
        )

    folder = entry("Root Entry", 5, 1, end, 0) + entry(name, 2, none, 2, len(stream))
    folder += 2 * entry("", 0, none, 0, 0)
    return head + struct.pack("<128I", *fat) + folder + stream
