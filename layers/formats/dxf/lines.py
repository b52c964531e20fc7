"""Lines of a drawing in more than one encoding, each decoded by itself.

Texts pasted from elsewhere, and damaged ones, keep a drawing from being in one encoding as a
whole; and what its header names is that of the program, not of the texts (``ANSI_1252`` over GBK).

Source: DXF Reference, ``$ACADVER`` (from AC1021 on texts are UTF-8) and ``$DWGCODEPAGE``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_UTF8, _GBK, _BIG5 = "UTF-8", "GB18030", "Big5"
_BIG5_COMMON = 0xC6  # first byte of the last character in common use
_CODE_PAGES = {
    b"936": _GBK, b"gb2312": _GBK, b"950": _BIG5, b"big5": _BIG5, b"932": "cp932",
    b"949": "cp949",
}  # fmt: skip
_HEADER = 50_000  # bytes that hold both variables
_VERSION = re.compile(rb"\$ACADVER\s+1\s+AC(\d{4})")
_PAGE = re.compile(rb"\$DWGCODEPAGE\s+3\s+(?:ansi_)?(\w+)", re.IGNORECASE)
_UTF8_SINCE = 1021
_HAN = re.compile("[一-龥]")
_ENOUGH = 0.5  # of the lines that are not ASCII


class Lines(NamedTuple):
    """The text of a drawing, the encoding of most of it, how many lines are in another one."""

    text: str
    encoding: str
    other: int


def of_most(raw: bytes) -> Lines | None:
    """Return the text by the encoding of most lines, None where no one fits most.

    A line that is in the other of UTF-8 and GB18030 is read by that; what is in neither gets
    U+FFFD for its characters.
    """
    lines = raw.replace(b"\r\n", b"\n").split(b"\n")
    odd = [k for k, line in enumerate(lines) if not line.isascii()]
    declared = _declared(raw[:_HEADER])
    candidates = dict.fromkeys(filter(None, (declared, _UTF8, _GBK)))
    fits = {name: sum(_is_likely(lines[k], name) for k in odd) for name in candidates}
    most = max(fits, key=lambda name: fits[name])
    if fits[most] < max(1, _ENOUGH * len(odd)):
        return None
    texts = [line.decode("ascii", "replace") for line in lines]
    other = 0
    for k in odd:
        found = _decoded(lines[k], most)
        if found is None and most in (_UTF8, _GBK):
            found = _decoded(lines[k], _UTF8 if most == _GBK else _GBK)
            other += found is not None
        texts[k] = lines[k].decode(most, "replace") if found is None else found
    text, stray = with_utf8("\n".join(texts)) if most == _GBK else ("\n".join(texts), 0)
    return Lines(text, most, other + stray)


def with_utf8(text: str) -> tuple[str, int]:
    """Return a text read as GB18030 with its lines of UTF-8 read as such, and how many there are.

    青山 in UTF-8 is 闈掑北 in GBK: a line counts as UTF-8 where that makes plain characters of
    rare ones.
    """
    lines, count = text.split("\n"), 0
    for k, line in enumerate(lines):
        if line.isascii() or _is_plain(line):
            continue
        try:
            found = line.encode(_GBK).decode(_UTF8)
        except UnicodeError:
            continue
        if _is_plain(found) and _HAN.search(found):
            lines[k] = found
            count += 1
    return ("\n".join(lines), count) if count else (text, 0)


def _declared(header: bytes) -> str | None:
    version, page = _VERSION.search(header), _PAGE.search(header)
    if version is not None and int(version[1]) >= _UTF8_SINCE:
        return _UTF8
    return _CODE_PAGES.get(page[1].lower()) if page is not None else None


def _is_likely(line: bytes, encoding: str) -> bool:
    """Return whether a line may be text of an encoding: almost any bytes are rare characters."""
    found = _decoded(line, encoding)
    if found is None or encoding not in (_GBK, _BIG5):
        return found is not None
    if encoding == _GBK:
        return _is_plain(found)
    return all(c.isascii() or c.encode(_BIG5)[0] <= _BIG5_COMMON for c in found)


def _decoded(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeError:
        return None


def _is_plain(text: str) -> bool:
    """Return whether all characters are those of GB 2312, the 6,763 in common use."""
    try:
        text.encode("gb2312")
    except UnicodeError:
        return False
    return True
