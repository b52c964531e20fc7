"""Opening DXF drawings, the damaged ones too."""

from __future__ import annotations

import logging
import struct
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from layers.errors import FormatError
from layers.formats.encoding import read_any_text
from layers.formats.source import refusal

_HEADER = "  0\nSECTION\n  2\nHEADER\n  9\n$ACADVER\n  1\nAC1015\n  0\nENDSEC\n"
logging.getLogger("ezdxf").addHandler(logging.NullHandler())  # what it says is told as issues


def entities_of(path: Path) -> tuple[list[Any], tuple[str, ...]]:
    """Return the entities of the model space, and what was mended in a damaged drawing.

    Raises
    ------
    FormatError
        The drawing is damaged beyond mending, or in a number.
    """
    from ezdxf import filemanagement, recover
    from ezdxf.lldxf.const import DXFError
    from ezdxf.lldxf.encoding import decode_dxf_unicode

    raw = path.read_bytes()
    try:
        if raw.startswith(b"AutoCAD Binary DXF"):
            return list(filemanagement.readfile(path).modelspace()), ()
        try:
            text, _ = read_any_text(path)
        except FormatError:  # one drawing may hold texts of several encodings
            return _mended(path, *recover.read(BytesIO(raw)))
        if "$ACADVER" not in text and "AcDbEntity" in text:
            text = _HEADER + text  # a bare list of entities would be read as one of 1992
        text = decode_dxf_unicode(text.replace("\r\n", "\n"))
        try:
            return list(filemanagement.read(StringIO(text)).modelspace()), ()
        except DXFError:
            return _mended(path, *recover.read(BytesIO(raw)))
    except (
        DXFError, UnicodeError, ValueError, LookupError, TypeError, AttributeError, OverflowError,
        struct.error,
    ) as fault:  # fmt: skip
        why = " ".join(str(fault).split())[:120]
        raise refusal(path, f"图形文件无法读取：{why}", f"cannot be read: {why}") from fault


def _mended(path: Path, drawing: Any, audit: Any) -> tuple[list[Any], tuple[str, ...]]:
    """Return the entities of a mended drawing, unless a number was cut where it broke off."""
    said = [" ".join(entry.message.split())[:120] for entry in (*audit.errors, *audit.fixes)]
    number = next((text for text in said if "floating point" in text), None)
    if number is not None:
        raise refusal(path, f"图形文件中的数字有误：{number}", f"a number is damaged: {number}")
    return list(drawing.modelspace()), tuple(said)
