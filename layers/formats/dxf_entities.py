"""Opening DXF drawings, the damaged ones too."""

from __future__ import annotations

import logging
import struct
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, NamedTuple

from layers.errors import FormatError
from layers.formats.encoding import read_any_text
from layers.formats.source import refusal

_HEADER = "  0\nSECTION\n  2\nHEADER\n  9\n$ACADVER\n  1\nAC1015\n  0\nENDSEC\n"
logging.getLogger("ezdxf").addHandler(logging.NullHandler())  # what it says is told as issues


class Opened(NamedTuple):
    """What a drawing holds.

    Attributes
    ----------
    entities, hidden : of the model space; those that a drawer would see, and the others
    mended : what was damaged
    encoding : where it was told
    blocks : names of the blocks set into the model space that hold closed lines
    """

    entities: list[Any]
    hidden: list[Any]
    mended: tuple[str, ...] = ()
    encoding: str | None = None
    blocks: tuple[str, ...] = ()


def _opened(drawing: Any, mended: tuple[str, ...] = (), encoding: str | None = None) -> Opened:
    unseen = {layer.dxf.name.casefold() for layer in drawing.layers
              if layer.is_off() or layer.is_frozen()}  # fmt: skip
    shown: list[Any] = []
    hidden: list[Any] = []
    for entity in drawing.modelspace():
        away = entity.dxf.get("invisible", 0) or str(entity.dxf.layer).casefold() in unseen
        (hidden if away else shown).append(entity)
    inserts = [e for e in (*shown, *hidden) if e.dxftype() == "INSERT"]
    return Opened(shown, hidden, mended, encoding, _blocks_with_outlines(drawing, inserts))


def _blocks_with_outlines(drawing: Any, inserts: list[Any]) -> tuple[str, ...]:
    """Return the blocks set into the model space that hold closed lines, at any depth."""
    found = []
    for name in sorted({str(insert.dxf.name) for insert in inserts}):
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            block = drawing.blocks.get(waiting.pop())
            if block is None:
                continue
            if any(map(_is_closed, block)):
                found.append(readable(name))
                break
            deeper = {str(e.dxf.name) for e in block if e.dxftype() == "INSERT"} - seen
            seen |= deeper
            waiting += deeper
    return tuple(found)


def _is_closed(entity: Any) -> bool:
    kind = entity.dxftype()
    if kind in ("CIRCLE", "ELLIPSE"):
        return kind == "CIRCLE" or bool(entity.dxf.end_param - entity.dxf.start_param > 6.28)
    if kind not in ("LWPOLYLINE", "POLYLINE"):
        return False
    if entity.dxf.get("flags", 0) & 1:
        return True
    places = list(entity.vertices_in_wcs() if kind == "LWPOLYLINE" else entity.points_in_wcs())
    return len(places) > 3 and places[0].isclose(places[-1], abs_tol=1e-3)


def anchor(entity: Any) -> tuple[float, float]:
    """Return where a text stands, in the drawing's own system.

    An aligned text stands at its second point, or between its two; its first is then of no
    account, and often (0, 0). Places of a text lie in its own system, which may be mirrored.
    """
    if entity.dxftype() == "MTEXT":
        place = entity.dxf.insert
    else:
        _, first, second = entity.get_placement()
        place = first if second is None else first.lerp(second)
        place = entity.ocs().to_wcs(place)
    return float(place.x), float(place.y)


def entities_of(path: Path) -> Opened:
    """Return what a drawing holds; a damaged one is mended, and that is told.

    Raises
    ------
    FormatError
        The drawing is damaged beyond mending, or in a number, or a polyline lacks corners.
    """
    from ezdxf import filemanagement, recover
    from ezdxf.lldxf.const import DXFError
    from ezdxf.lldxf.encoding import decode_dxf_unicode, decode_mif_to_unicode

    raw = path.read_bytes()
    try:
        if raw.startswith(b"AutoCAD Binary DXF"):
            return _opened(filemanagement.readfile(path))
        try:
            text, encoding = read_any_text(path)
        except FormatError:  # one drawing may hold texts of several encodings
            return _mended(path, *recover.read(BytesIO(raw)))
        if "$ACADVER" not in text and "AcDbEntity" in text:
            text = _HEADER + text  # a bare list of entities would be read as one of 1992
        text = decode_dxf_unicode(text.replace("\r\n", "\n"))
        if _MIF in text:  # before texts of several lines are taken apart at their backslashes
            text = decode_mif_to_unicode(text)
        _check_corners(path, text)
        try:
            drawing = filemanagement.read(StringIO(text))
            return _opened(drawing, encoding=encoding)
        except DXFError:
            return _mended(path, *recover.read(BytesIO(raw)))
    except (
        DXFError, UnicodeError, ValueError, LookupError, TypeError, AttributeError, OverflowError,
        struct.error,
    ) as fault:  # fmt: skip
        why = " ".join(readable(str(fault)).split())[:120]
        raise refusal(path, f"图形文件无法读取：{why}", f"cannot be read: {why}") from fault


NO_CHARACTER = "\ufffd"
_MIF = "\\M+"


def readable(text: str) -> str:
    r"""Return a text of a drawing with U+FFFD for what is no character.

    The library gives bytes that its encoding does not know, and ``\U+D800``, as lone surrogates,
    which no table and no report can hold. AutoCAD's ``\\M+5C6D5`` is a character of GBK.
    """
    if _MIF in text:
        from ezdxf.lldxf.encoding import decode_mif_to_unicode

        text = decode_mif_to_unicode(text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _check_corners(path: Path, text: str) -> None:
    """Refuse a polyline of other corners than it declares (group 90), which the library trusts."""
    lines = text.split("\n")
    declared, corners, inside, handle = None, 0, False, ""
    for code, value in zip(lines[::2], [*lines[1::2], ""], strict=False):
        group = code.strip()
        if group == "0":
            if inside and declared not in (None, str(corners)):
                raise refusal(
                    path,
                    f"多段线 {handle} 声明 {declared} 个顶点，实有 {corners} 个",
                    f"polyline {handle} declares {declared} corners, it has {corners}",
                )
            declared, corners, inside, handle = None, 0, value.strip() == "LWPOLYLINE", ""
        elif inside and group == "10":
            corners += 1
        elif inside and group == "90" and declared is None:
            declared = value.strip().lstrip("0") or "0"
        elif inside and group == "5":
            handle = value.strip()


def _mended(path: Path, drawing: Any, audit: Any) -> Opened:
    """Return what a mended drawing holds, unless a number was cut where it broke off."""
    entries = (*audit.errors, *audit.fixes)
    said = [" ".join(readable(entry.message).split())[:120] for entry in entries]
    number = next((text for text in said if "floating point" in text), None)
    if number is not None:
        raise refusal(path, f"图形文件中的数字有误：{number}", f"a number is damaged: {number}")
    return _opened(drawing, tuple(said))
