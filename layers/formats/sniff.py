"""What a file is: its suffix and its first bytes must say the same."""

from __future__ import annotations

import re
from pathlib import Path

from layers.formats import corner_text, registration, registration_grammar
from layers.formats.encoding import read_text
from layers.formats.source import refusal

SUPPORTED = {
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".kml": "KML",
    ".gdb": "OpenFileGDB",
    ".gdb.zip": "OpenFileGDB",
    ".fgb": "FlatGeobuf",
    ".parquet": "GeoParquet",
    ".geoparquet": "GeoParquet",
    ".txt": "text",
    ".csv": "text",
}
"""Suffix -> format; ``text`` is one of the three corner texts, told by its lines."""

CONTAINERS = frozenset({"GPKG", "KML", "OpenFileGDB", "FlatGeobuf"})
"""Formats that hold named layers."""

_CONVERT = {
    ".dwg": ("请在 CAD 中另存为 DXF 或导出为 Shapefile", "save it as DXF or Shapefile"),
    ".wt": ("请在 MapGIS 中导出为 Shapefile", "export it from MapGIS as Shapefile"),
    ".kmz": ("请解压后使用其中的 .kml", "unzip it and use the .kml inside"),
    ".zip": ("请先解压", "unzip it first"),
}
_CONVERT |= dict.fromkeys((".wl", ".wp", ".mpj", ".wat", ".wap"), _CONVERT[".wt"])
_SIDECARS = {
    ".shx": ".shp", ".dbf": ".shp", ".prj": ".shp", ".cpg": ".shp", ".sbn": ".shp", ".sbx": ".shp",
}  # fmt: skip
_MAGIC = {
    "GPKG": b"SQLite format 3\0",
    "ESRI Shapefile": b"\x00\x00\x27\x0a",
    "FlatGeobuf": b"fgb\x03fgb",
    "GeoParquet": b"PAR1",
    "OpenFileGDB": b"PK\x03\x04",
}
_MARKUP = {"GeoJSON": b"{", "KML": b"<"}
_BOM = b"\xef\xbb\xbf"


def suffix_of(path: Path) -> str:
    """Return the suffix in lower case; ``.gdb.zip`` is one."""
    name = path.name.lower()
    return ".gdb.zip" if name.endswith(".gdb.zip") else path.suffix.lower()


def is_dataset(path: Path) -> bool:
    """Tell whether a walk through folders should take ``path`` as a source.

    Main files and ``.gdb`` folders count, also those that will be refused with advice; sidecar
    files, hidden files and unknown suffixes do not.
    """
    suffix = suffix_of(path)
    if path.name.startswith("."):
        return False
    if path.is_dir():
        return suffix == ".gdb"
    if suffix == ".gdb":
        return False
    return path.is_file() and (suffix in SUPPORTED or suffix in _CONVERT)


def kind_of(path: Path, encoding: str | None = None) -> str:
    """Return the format of a file that is what its suffix says.

    Raises
    ------
    FormatError
        Missing, empty, of an unknown suffix, or of other content than its suffix says.
    """
    suffix = suffix_of(path)
    if not path.exists():
        raise refusal(path, "文件不存在", "no such file")
    if suffix in _CONVERT:
        zh, en = _CONVERT[suffix]
        raise refusal(path, f"不能直接读取 {suffix}，{zh}", f"{suffix} cannot be read; {en}")
    if suffix not in SUPPORTED:
        raise refusal(path, f"不认识的文件类型 {suffix}{_hint(suffix)[0]}",
                      f"unknown type of file {suffix}{_hint(suffix)[1]}")  # fmt: skip
    kind = SUPPORTED[suffix]
    if path.is_dir():
        return _folder(path, suffix)
    _check_content(path, suffix, kind)
    return _text_kind(path, encoding) if kind == "text" else kind


def _hint(suffix: str) -> tuple[str, str]:
    main = _SIDECARS.get(suffix)
    return (f"（请给出 {main} 文件）", f" (give the {main} file)") if main else ("", "")


def _folder(path: Path, suffix: str) -> str:
    if suffix != ".gdb":
        raise refusal(path, "是文件夹而不是文件", "is a folder, not a file")
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
    elif kind in _MARKUP:
        fits = _opening(head).startswith(_MARKUP[kind])
    else:
        fits = b"\0" not in head or head[:2] in (b"\xff\xfe", b"\xfe\xff")
    if not fits:
        raise refusal(
            path,
            f"内容与后缀 {suffix} 不符，不是 {kind} 文件",
            f"its content is not what {suffix} says ({kind})",
        )


def _opening(head: bytes) -> bytes:
    for mark, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return head[2:].decode(codec, "ignore").lstrip().encode("utf-8")
    return head.removeprefix(_BOM).lstrip()


def _text_kind(path: Path, encoding: str | None) -> str:
    """Tell the corner texts apart by the first line that is typical of one."""
    text, _ = read_text(path, encoding)
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    if any(line in (corner_text.HEADER, corner_text.BODY) for _, line in lines):
        return corner_text.FORMAT
    first = next((p for p in lines if not registration_grammar.is_preamble(p[1])), None)
    if first and (
        re.match(r"\d{1,6}\s*,\s*\d{1,6}\s*,", first[1])  # <rings>, <corners>,
        or (registration_grammar.is_corner(first[1]) and any(line[0] == "*" for _, line in lines))
    ):
        return registration.STRING
    number, line = first or (1, "")
    raise refusal(
        path,
        f"第 {number} 行不属于已知的坐标文本格式：{line[:40]}",
        f"line {number} fits no known corner text: {line[:40]}",
    )
