"""XML texts as UTF-8, whatever they are in: expat and GDAL know few encodings of China."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from layers.account import Issue
from layers.formats.encoding import Text, guess, normal_name, remarks, require
from layers.formats.source import refusal

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_MARKS = (
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF16_LE, "UTF-16-LE"),
    (codecs.BOM_UTF16_BE, "UTF-16-BE"),
)

S = TypeVar("S")
_LAST: dict[tuple[object, ...], tuple[Markup, Any]] = {}


@dataclass(frozen=True, slots=True)
class Markup:
    """An XML text: UTF-8 bytes that declare it, the encoding of the file, what it had to say."""

    data: bytes
    encoding: str
    issues: tuple[Issue, ...]


def read_markup(
    path: Path, asked: str | None, scan: Callable[[Path, bytes], S]
) -> tuple[Markup, S]:
    """Return the text of an XML file and what ``scan`` makes of it; neither is to be changed.

    The last file is remembered by its bytes: its layers are asked for, and then one is read.

    Raises
    ------
    FormatError
        As :func:`_markup` and ``scan`` raise it.
    """
    raw = path.read_bytes()
    key = path.name, hashlib.sha256(raw).digest(), asked, scan  # a KMZ is unpacked each time
    if key not in _LAST:
        _LAST.clear()  # before the next takes its place in memory
        markup = _markup(path, raw, asked)
        _LAST[key] = markup, scan(path, markup.data)
    found: tuple[Markup, S] = _LAST[key]
    return found


def _markup(path: Path, raw: bytes, asked: str | None) -> Markup:
    """Return the text of an XML file without document type.

    A byte order mark settles the encoding, else what the user says, else the declaration where
    the bytes bear it out.

    Raises
    ------
    FormatError
        The bytes are in no encoding that can be told, or there is a document type.
    """
    encoding, body, issues = _encoding(path, raw, asked)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise refusal(
            path, f"第 {line} 行不是 {encoding} 文字", f"line {line} is not {encoding} text"
        ) from error
    text = re.sub(r"^\s*<\?xml.*?\?>", '<?xml version="1.0" encoding="UTF-8"?>', text, count=1)
    if re.search(r"<!\s*(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise refusal(path, "含有 DOCTYPE，不予读取", "has a DOCTYPE, which is not read")
    return Markup(text.encode("utf-8"), encoding, tuple(issues))


def _encoding(path: Path, raw: bytes, asked: str | None) -> tuple[str, bytes, list[Issue]]:
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return name, raw[len(mark) :], []
    if asked is not None:
        return require(path, asked), raw, []
    found = _DECLARED.match(raw)
    stated = found[1].decode("ascii") if found else "UTF-8"
    declared = normal_name(stated)
    if declared is None or declared.lower().startswith("utf-16"):
        declared = "UTF-8"  # without a mark its bytes would not have begun like this
    # Words between tags: a whole file may stand in one line. No sign of them ends a character.
    told = guess([Text(word) for word in re.split(rb'[<>"\r\n]', raw)], declared)
    if told is None:
        raise refusal(
            path,
            f"文字不是所声明的 {stated}，也判断不出编码，请用 encoding 说明",
            f"its text is not {stated} as declared, and fits no encoding; state it (encoding)",
        )
    return told.encoding, raw, remarks(path, told, stated)


def without_prefix(data: bytes, namespace: bytes) -> bytes:
    """Return a text whose elements of a namespace have no prefix: GDAL knows plain names alone.

    Parameters
    ----------
    namespace : pattern of its names; a prefix that stands for others too is kept
    """
    declared = re.findall(rb"""\sxmlns:([\w.-]+)\s*=\s*["']([^"']*)["']""", data)
    own = {prefix for prefix, name in declared if re.fullmatch(namespace, name)}
    own -= {prefix for prefix, name in declared if not re.fullmatch(namespace, name)}
    if not own:
        return data
    any_of = b"|".join(map(re.escape, sorted(own)))
    tags = re.compile(rb"<!\[CDATA\[.*?\]\]>|<!--.*?-->|(</?)(?:" + any_of + rb"):", re.DOTALL)
    return tags.sub(lambda found: found[1] or found[0], data)
