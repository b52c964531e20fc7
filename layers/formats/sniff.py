"""What a file is: its suffix and its first bytes must say the same."""

from __future__ import annotations

import errno
import re
from pathlib import Path

from layers.errors import FormatError
from layers.formats.encoding import read_any_text
from layers.formats.source import refusal
from layers.formats.table import reader as table
from layers.formats.text import (
    corner_checks,
    corner_lines,
    corner_text,
    exploration,
    registration,
    registration_lines,
)

SUPPORTED = {
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".kml": "KML",
    ".ovkml": "KML",
    ".gdb": "OpenFileGDB",
    ".gdb.zip": "archive",
    ".fgb": "FlatGeobuf",
    ".parquet": "GeoParquet",
    ".geoparquet": "GeoParquet",
    ".txt": "text",
    ".csv": "text",
    ".tsv": "text",
    ".dxf": "DXF",
    ".gml": "GML",
    ".mif": "MapInfo",
    ".tab": "MapInfo",
    ".zip": "archive",
    ".kmz": "archive",
    ".xlsx": table.WORKBOOK,
    ".xlsm": table.WORKBOOK,
    ".xls": table.WORKBOOK,
    ".et": table.WORKBOOK,
    ".ods": table.WORKBOOK,
}
"""Suffix -> format; ``text`` is a corner text or a table, told by its lines."""

ARCHIVES = frozenset({".zip", ".kmz", ".gdb.zip"})
WORKBOOKS = frozenset(s for s, kind in SUPPORTED.items() if kind == table.WORKBOOK)

CONTAINERS = frozenset(
    {"GPKG", "KML", "OpenFileGDB", "FlatGeobuf", "DXF", "GML", "MapInfo", table.WORKBOOK}
)
"""Formats that hold named layers."""

_TO_SHAPEFILE = "请转换为 GeoPackage 或 Shapefile", "convert it to GeoPackage or Shapefile"
_FROM_MAPGIS = "请在 MapGIS 中导出为 Shapefile", "export it from MapGIS as Shapefile"
_FROM_GIS = "请在 GIS 软件中导出其数据", "export its data from the GIS program"
_AS_CORNERS = "请将界址点存为坐标文本", "write the corners as a corner text (.txt)"
_AS_TABLE = (
    "请转换为带图形的 GeoPackage，或坐标文本",
    "convert it to a GeoPackage with outlines, or to a corner text (.txt)",
)
_UNPACK = "请先解压", "unpack it first"
CONVERT = {
    ".dwg": ("请在 CAD 中另存为 DXF", "save it as DXF in the CAD program"),
    **dict.fromkeys((".wt", ".wl", ".wp", ".mpj", ".wat", ".wap"), _FROM_MAPGIS),
    **dict.fromkeys((".mxd", ".aprx", ".qgs", ".qgz"), _FROM_GIS),
    **dict.fromkeys(
        (".dgn", ".vct", ".e00", ".gpx", ".sqlite", ".topojson", ".geojsonl", ".ovobj"),
        _TO_SHAPEFILE,
    ),
    **dict.fromkeys((".mdb", ".accdb"), _AS_TABLE),
    **dict.fromkeys((".docx", ".doc", ".wps", ".pdf"), _AS_CORNERS),
    **dict.fromkeys((".rar", ".7z", ".tar", ".gz", ".tgz"), _UNPACK),
}  # fmt: skip
"""Suffixes in which data are sent but which are not read yet -> what to do, zh and en."""

SIDECARS = {
    **dict.fromkeys((".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj"), ".shp"),
    **dict.fromkeys((".dat", ".map", ".id"), ".tab"),
    ".mid": ".mif",
}
"""Suffix of a part -> suffix of the main file."""

_MAGIC: dict[str, bytes | tuple[bytes, ...]] = {
    "GPKG": b"SQLite format 3\0",
    "ESRI Shapefile": b"\x00\x00\x27\x0a",
    "FlatGeobuf": b"fgb\x03fgb",
    "GeoParquet": b"PAR1",
    "OpenFileGDB": b"PK\x03\x04",
    "archive": b"PK\x03\x04",
    table.WORKBOOK: (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),
}
_DWG = re.compile(rb"AC10\d\d")
_MARKUP = {"GeoJSON": b"{", "KML": b"<", "GML": b"<"}
_BOM = b"\xef\xbb\xbf"


def suffix_of(path: Path) -> str:
    """Return the suffix in lower case; ``.gdb.zip`` is one."""
    name = path.name.lower()
    return ".gdb.zip" if name.endswith(".gdb.zip") else path.suffix.lower()


def missing(path: Path) -> FormatError:
    """Return the error about a file that is not there, telling what is there in its place."""
    if path.is_symlink():
        if _turns_round(path):
            return refusal(path, "链接绕回自身", "is a link that leads back to itself")
        return refusal(path, "链接指向的文件不存在", "is a link to a file that does not exist")
    rest = parts_of(path) if path.suffix.lower() == ".shp" else []
    if rest:
        names = "、".join(rest), ", ".join(rest)
        return refusal(
            path,
            f"缺少 .shp 文件，而同名的 {names[0]} 还在",
            f"the .shp file is missing while its companions exist ({names[1]})",
        )
    return refusal(path, "文件不存在", "no such file")


def _turns_round(link: Path) -> bool:
    try:
        link.stat()
    except OSError as fault:
        return fault.errno == errno.ELOOP
    return False


def parts_of(path: Path) -> list[str]:
    """Return the suffixes of the files beside a ``.shp`` that belong to it, sorted."""
    if not path.parent.is_dir():
        return []
    beside = [p for p in path.parent.iterdir() if p.stem == path.stem]
    return sorted(p.suffix for p in beside if SIDECARS.get(p.suffix.lower()) == ".shp")


def kind_of(path: Path, encoding: str | None = None) -> str:
    """Return the format of a file that is what its suffix says.

    Raises
    ------
    FormatError
        Missing, empty, of an unknown suffix, or of other content than its suffix says.
    """
    suffix = suffix_of(path)
    if not path.exists():
        raise missing(path)
    if suffix in CONVERT:
        raise refusal(path, *not_yet(suffix))
    check_regular(path)
    if path.is_dir():
        next(path.iterdir(), None)  # a folder that may not be opened is told as such
        if suffix != ".gdb":
            raise _no_file(path)
    if suffix not in SUPPORTED:
        raise refusal(path, f"不认识的文件类型 {suffix}{_hint(suffix)[0]}",
                      f"unknown type of file {suffix}{_hint(suffix)[1]}")  # fmt: skip
    kind = SUPPORTED[suffix]
    if path.is_dir():
        return _geodatabase(path)
    _check_content(path, suffix, kind)
    return _text_kind(path, encoding) if kind == "text" else kind


def not_yet(suffix: str) -> tuple[str, str]:
    """Return, of a suffix in ``CONVERT``, that it is not read and what to do."""
    zh, en = CONVERT[suffix]
    return f"尚不支持 {suffix} 文件，{zh}", f"{suffix} is not supported yet; {en}"


def check_regular(path: Path) -> None:
    """Refuse a pipe, socket or device: opening one may wait for ever, reading one never end.

    Raises
    ------
    FormatError
        It is neither a file nor a folder.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise refusal(path, "不是普通文件（管道或设备）", "is no regular file but a pipe or device")


def _no_file(path: Path) -> FormatError:
    if path.is_symlink():
        return refusal(path, "是指向文件夹的链接，不跟随", "is a link to a folder, not followed")
    return refusal(path, "是文件夹而不是文件", "is a folder, not a file")


def _hint(suffix: str) -> tuple[str, str]:
    main = SIDECARS.get(suffix)
    return (f"（请给出 {main} 文件）", f" (give the {main} file)") if main else ("", "")


def _geodatabase(path: Path) -> str:
    if not (path / "a00000001.gdbtable").is_file():
        raise refusal(
            path, "不是文件地理数据库（没有 a00000001.gdbtable）", "is not a file geodatabase"
        )
    return "OpenFileGDB"


def _check_content(path: Path, suffix: str, kind: str) -> None:
    with path.open("rb") as stream:
        head = stream.read(64)
    if not head:
        raise refusal(path, "文件是空的（0 字节）", "the file is empty (0 bytes)")
    if kind == "OpenFileGDB" and suffix == ".gdb":
        raise refusal(path, "不是文件地理数据库文件夹", "is not a file geodatabase folder")
    if kind in _MAGIC:
        fits = head.startswith(_MAGIC[kind])
    elif kind == "DXF":
        fits = bool(re.match(rb"(\xef\xbb\xbf)?\s*(0|999)\s|AutoCAD Binary DXF", head))
    elif kind in _MARKUP:
        fits = _opening(head).startswith(_MARKUP[kind])
    else:
        fits = b"\0" not in head or head[:2] in (b"\xff\xfe", b"\xfe\xff")
    if not fits:
        zh, en = _really(head) if kind == "workbook" else ("", "")
        if _DWG.match(head):
            zh, en = f"，而是 DWG；{CONVERT['.dwg'][0]}", f"; it is a DWG: {CONVERT['.dwg'][1]}"
        raise refusal(
            path,
            f"内容与后缀 {suffix} 不符，不是 {kind} 文件{zh}",
            f"its content is not what {suffix} says ({kind}){en}",
        )


def _really(head: bytes) -> tuple[str, str]:
    """Say what a workbook is that offices call so: they export pages and texts as .xls."""
    start = _opening(head).lower()
    zh, en = "", ""
    if b"\0" not in head:
        zh, en = "文本", "a text"
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta")):
        zh, en = "网页（HTML）", "a web page"
    elif start.startswith(b"<?xml"):
        zh, en = " XML 表格", "an XML table"
    advice = f"，而是{zh}；请在 Excel 或 WPS 中打开，另存为 .xlsx"
    return (advice, f"; it is {en}: save it as .xlsx") if zh else ("", "")


def _opening(head: bytes) -> bytes:
    for mark, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return head[2:].decode(codec, "ignore").lstrip().encode("utf-8")
    return head.removeprefix(_BOM).lstrip()


def _text_kind(path: Path, encoding: str | None) -> str:
    """Tell the corner texts apart by the first line that is typical of one."""
    text, _ = read_any_text(path, encoding)
    parted = registration_lines.with_commas(text).splitlines()
    lines = [(n, line.strip()) for n, line in enumerate(parted, 1) if line.strip()]
    if any(corner_text.is_section(line) for _, line in lines):
        return corner_text.FORMAT
    at = next((k for k, p in enumerate(lines) if not registration_lines.is_preamble(p[1])), None)
    first = None if at is None else lines[at]
    if at is not None and first is not None:
        words = [line for _, line in lines]
        kind = None if _is_columns(words, at) else _corner_kind(words[at:])
        if kind is None and _is_published(words):
            kind = registration.STRING  # which names the line that does not fit
        if kind is not None:
            return kind
    if corner_lines.shares_its_header(text):
        return corner_lines.FORMAT
    if table.is_table(path, encoding):
        return table.FORMAT
    if corner_lines.is_corner_lines(text):
        return corner_lines.FORMAT
    number, line = first or (1, "")
    zh = f"第 {number} 行不属于已知的坐标文本格式：{line[:40]}"
    en = f"line {number} fits no known corner text: {line[:40]}"
    raise refusal(path, *corner_checks.with_advice(text, zh, en))


def _corner_kind(lines: list[str]) -> str | None:
    """Return the format of a text without header that begins with these lines."""
    joined = lines[0]
    for line in lines[1:4]:
        joined += line if joined.endswith(",") else ""  # a string may be broken after any field
    if exploration.is_exploration(joined):
        return exploration.FORMAT
    if re.match(r"\d{1,6}\s*,\s*\d{1,6}\s*,", joined):  # <rings>, <corners>,
        return registration.STRING
    closed = any(map(registration_lines.is_closing, lines))
    return registration.STRING if closed and registration_lines.is_corner(lines[0]) else None


def _is_published(lines: list[str]) -> bool:
    """Tell whether a text is a published list below some words that are none of its own."""
    if any(map(registration_lines.heads_published, lines)):
        return True
    ends = [k for k, line in enumerate(lines) if registration_lines.is_closing(line)]
    return bool(ends) and all(k and registration_lines.is_corner(lines[k - 1]) for k in ends)


def _is_columns(lines: list[str], at: int) -> bool:
    """Tell whether line ``at`` is the first row below a heading of as many columns.

    Such a row may begin with whole numbers, as a registration string does. The heading of a
    published list, whose parts are closed by ``*``, is none of a table.
    """
    columns = lines[at - 1].count(",") if at else 0
    return (
        columns > 1
        and all(line.count(",") == columns for line in lines[at : at + 2])
        and not any(map(registration_lines.is_closing, lines))
    )
