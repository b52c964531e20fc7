"""What is looked at before any library opens a file from outside."""

from __future__ import annotations

import re
from pathlib import Path

from layers.formats.sniff import SUPPORTED, suffix_of
from layers.formats.source import refusal

IN_PARTS = {
    ".shp": (".shp", ".shx", ".dbf", ".prj"),
    ".tab": (".tab", ".dat", ".map", ".id"),
    ".mif": (".mif", ".mid"),
    ".gdb": (".gdb",),
}
"""Suffixes of what has several parts and is sent as one ``.zip`` -> the parts."""
UPLOADS = tuple(sorted({*SUPPORTED} - {*IN_PARTS}))
"""Suffixes of single files that can be sent."""


def screen(path: Path, largest: int) -> None:
    """Refuse a file that no reader should see.

    Raises
    ------
    FormatError
        Too large, a KML with a document type, or not a plain file.
    """
    if path.is_symlink() or not path.is_file():
        raise refusal(path, "不是普通文件", "is no plain file")
    size = path.stat().st_size
    if size > largest:
        raise refusal(
            path,
            f"有 {size} 字节，超过上限 {largest} 字节",
            f"has {size} bytes, more than the limit of {largest}",
        )
    if suffix_of(path) == ".kml":
        _screen_markup(path)


def _screen_markup(path: Path) -> None:
    """Refuse document types: entities can name other files and grow without end."""
    data = path.read_bytes()
    plain = data.replace(b"\0", b"")  # UTF-16 has them between the letters
    if re.search(rb"<!\s*(DOCTYPE|ENTITY)", plain, re.IGNORECASE):
        raise refusal(
            path, "含有文档类型声明（DOCTYPE），不予读取", "has a document type (DOCTYPE)"
        )
