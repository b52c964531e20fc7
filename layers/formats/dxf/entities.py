"""Opening DXF drawings, the damaged ones too."""

from __future__ import annotations

import logging
import re
import struct
import unicodedata
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, NamedTuple

from layers.errors import FormatError
from layers.formats.dxf import check as dxf_check
from layers.formats.dxf import lines as dxf_lines
from layers.formats.encoding import read_any_text
from layers.formats.source import refusal

_HEADER = "  0\nSECTION\n  2\nHEADER\n  9\n$ACADVER\n  1\nAC1015\n  0\nENDSEC\n"
logging.getLogger("ezdxf").addHandler(logging.NullHandler())  # what it says is told as issues


_UNICODE = re.compile(r"\\U\+([0-9A-Fa-f]{4})")
_MULTIBYTE = re.compile(r"\\M\+([1-5])([0-9A-Fa-f]{4})")
_CODE_PAGES = {"1": "cp932", "2": "cp950", "3": "cp949", "4": "johab", "5": "gb18030"}
_CONTROLS = ("Cc", "Zl", "Zp")


class Opened(NamedTuple):
    """A drawing, the entities of its model space, what was mended, its encoding where told.

    ``other_lines`` : how many of its lines are in another encoding than the most.
    """

    document: Any
    entities: list[Any]
    mended: tuple[str, ...] = ()
    encoding: str | None = None
    other_lines: int = 0


def entities_of(path: Path) -> Opened:
    """Return what a drawing holds; a damaged one is mended, and that is told.

    Raises
    ------
    FormatError
        The drawing is damaged beyond mending, or in a number, or a polyline lacks corners.
    """
    from ezdxf import filemanagement, recover
    from ezdxf.lldxf.const import DXFError

    raw = path.read_bytes()
    try:
        if raw.startswith(b"AutoCAD Binary DXF"):
            dxf_check.check(path, dxf_check.groups_in(raw))
            drawing = filemanagement.readfile(path)
            return Opened(drawing, list(drawing.modelspace()))
        found = _text_of(path, raw)
        if found is None:
            plain = dxf_check.unified(raw.decode("latin-1"))
            dxf_check.check(path, dxf_check.groups_of(plain))
            return _mended(path, *recover.read(BytesIO(raw)))
        text = found.text
        if "$ACADVER" not in text and "AcDbEntity" in text:
            text = _HEADER + text  # a bare list of entities would be read as one of 1992
        text = decoded(dxf_check.unified(text))
        dxf_check.check(path, dxf_check.groups_of(text))
        try:
            drawing = filemanagement.read(StringIO(text))
            opened = Opened(drawing, list(drawing.modelspace()))
        except DXFError:
            opened = _mended(path, *recover.read(BytesIO(_escaped(text))))
        ended = () if text.rstrip().endswith("EOF") else ("no EOF at its end",)
        return opened._replace(
            encoding=found.encoding, other_lines=found.other, mended=(*opened.mended, *ended)
        )
    except (
        DXFError, UnicodeError, ValueError, LookupError, TypeError, AttributeError, OverflowError,
        struct.error,
    ) as fault:  # fmt: skip
        why = " ".join(readable(str(fault)).split())[:120]
        raise refusal(path, f"图形文件无法读取：{why}", f"cannot be read: {why}") from fault


def _text_of(path: Path, raw: bytes) -> dxf_lines.Lines | None:
    """Return the text of a drawing, None where its header alone tells how it is encoded."""
    try:
        text, encoding = read_any_text(path)
    except FormatError:  # one drawing may hold texts of several encodings
        return dxf_lines.of_most(raw)
    text, other = dxf_lines.with_utf8(text) if encoding == "GB18030" else (text, 0)
    return dxf_lines.Lines(text, encoding, other)


def _escaped(text: str) -> bytes:
    r"""Return a text in ASCII, ``\U+7532`` for what is not: whatever its header says holds."""
    escaped = re.sub(r"[^\x00-\x7f]", lambda c: f"\\U+{min(ord(c[0]), 0xFFFD):04X}", text)
    return escaped.encode("ascii")


NO_CHARACTER = "\ufffd"


def readable(text: str) -> str:
    r"""Return a text of a drawing with U+FFFD for what is no character.

    The library gives bytes that its encoding does not know, and ``\U+D800``, as lone surrogates,
    which no table and no report can hold. AutoCAD's ``\M+5BCD7`` is a character of GBK.
    """
    return decoded(text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def decoded(text: str) -> str:
    r"""Return a text with ``\U+7532`` and ``\M+5BCD7`` as the characters they stand for.

    Control characters stay as written: a line break would end the value that holds it.
    """
    return _MULTIBYTE.sub(_of_bytes, _UNICODE.sub(_of_number, text))


def _of_number(found: re.Match[str]) -> str:
    return _unless_control(chr(int(found[1], 16)), found)


def _of_bytes(found: re.Match[str]) -> str:
    return _unless_control(bytes.fromhex(found[2]).decode(_CODE_PAGES[found[1]], "replace"), found)


def _unless_control(text: str, found: re.Match[str]) -> str:
    return found[0] if any(unicodedata.category(c) in _CONTROLS for c in text) else text


def _mended(path: Path, drawing: Any, audit: Any) -> Opened:
    """Return what a mended drawing holds, unless a number was cut where it broke off."""
    entries = (*audit.errors, *audit.fixes)
    said = [" ".join(readable(entry.message).split())[:120] for entry in entries]
    number = next((text for text in said if "floating point" in text), None)
    if number is not None:
        raise refusal(path, f"图形文件中的数字有误：{number}", f"a number is damaged: {number}")
    return Opened(drawing, list(drawing.modelspace()), tuple(said))
