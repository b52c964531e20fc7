"""MapInfo interchange files: header and shapes (``.mif``) and values (``.mid``) as they stand.

Source: MapInfo Professional User Guide, appendix "MapInfo Data Interchange Format".
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from layers.account import Issue
from layers.errors import FormatError
from layers.formats.mapinfo.fields import (
    Field,
    column,
    definition,
    encoding_of,
    names_of,
    of_text,
)  # fmt: skip
from layers.formats.source import refusal

_NUMBER = re.compile(rb"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_KINDS = frozenset(
    {
        b"none", b"point", b"line", b"pline", b"region", b"arc", b"text", b"rect", b"roundrect",
        b"ellipse", b"multipoint", b"collection",
    }
)  # fmt: skip
_ROUND = frozenset({b"arc", b"roundrect", b"ellipse"})
_STYLES = frozenset(
    {
        b"pen", b"brush", b"symbol", b"smooth", b"center", b"font", b"spacing", b"justify",
        b"angle", b"label",
    }
)  # fmt: skip


@dataclass(slots=True)
class Shape:
    """One object of a ``.mif`` and what is known of it.

    Attributes
    ----------
    corners : all of them, in the order of the text; of a rectangle the four
    round : it is or holds an arc, an ellipse or a rectangle with round corners
    words : it is or holds a text
    """

    corners: list[tuple[float, float]] = field(default_factory=list)
    round: bool = False
    words: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before ``Data``."""

    charset: str
    delimiter: str
    system: bytes
    fields: list[Field]
    lines: int


def read_header(path: Path, raw: bytes) -> tuple[Header, list[bytes]]:
    """Return the header of a ``.mif`` and the lines of its shapes.

    Raises
    ------
    FormatError
        It has no ``Data``, other columns than it says, or a transformation.
    """
    lines = re.split(rb"\r\n|\n|\r", raw)
    words = [line.strip().lower() for line in lines]
    if b"data" not in words:
        raise refusal(path, "没有 Data 一行", "has no line Data")
    end = words.index(b"data")
    start = next((k for k in range(end) if words[k].startswith(b"columns")), end)
    head = b"\n".join(lines[:start])
    fields = [f for f in map(definition, lines[start + 1 : end]) if f]
    count = re.match(rb"columns\s+(\d+)", words[start])
    if len(fields) != (int(count[1]) if count else 0):
        raise refusal(
            path,
            f"列数与所声明的不符（读到 {len(fields)} 列）",
            f"defines {len(fields)} columns, not as many as it says",
        )
    moved = re.search(rb"^\s*transform\s+(.*)$", head, re.IGNORECASE | re.MULTILINE)
    if moved and moved[1].replace(b" ", b"").strip() not in (b"0,0,0,0", b"1,1,0,0"):
        raise refusal(path, "有 Transform 坐标变换，不读", "has a Transform, which is not read")
    system = re.search(rb"^\s*coordsys\b.*", head, re.IGNORECASE | re.MULTILINE | re.DOTALL)
    charset = re.search(rb'^\s*charset\s+"([^"]*)"', head, re.IGNORECASE | re.MULTILINE)
    return Header(
        charset[1].decode("latin-1") if charset else "",
        _delimiter(path, head),
        system[0] if system else b"",
        fields,
        end + 1,
    ), lines[end + 1 :]


def _delimiter(path: Path, head: bytes) -> str:
    found = re.search(rb'^\s*delimiter\s+"([^"\r\n]*)"', head, re.IGNORECASE | re.MULTILINE)
    text = found[1].decode("latin-1").replace("\\t", "\t") if found else "\t"
    if len(text) != 1 or not text.isascii() or text.isalnum():
        raise refusal(path, f"分隔符 {text!r} 不读", f"its delimiter {text!r} is not read")
    return text


# -- values ----------------------------------------------------------------------------------------


def read_values(
    path: Path, header: Header, raw: bytes, labels: Sequence[str], asked: str | None
) -> tuple[dict[str, pa.Array], str, list[Issue]]:
    """Return the columns of a ``.mid``, its encoding and what had to be said.

    Raises
    ------
    FormatError
        It has not as many rows as there are shapes, or a row of other length.
    """
    marked, raw = raw.startswith(codecs.BOM_UTF8), raw.removeprefix(codecs.BOM_UTF8)
    # A byte of a Chinese character is never one of an ASCII sign below "0", nor of a line end.
    lines = re.split(rb"\r\n|\n|\r", raw)
    if lines and not lines[-1].strip(b"\x1a"):
        lines.pop()
    if len(lines) != len(labels):
        lines = [line for line in lines if line.strip()]
    if len(lines) != len(labels):
        raise refusal(
            path,
            f"声明 {len(lines)} 条记录，有 {len(labels)} 个图形",
            f"declares {len(lines)} records, holds {len(labels)} shapes",
        )
    names = [f.name for f in header.fields]
    asked = "UTF-8" if marked and asked is None else asked
    encoding, issues = encoding_of(path, header.charset, names, lines, asked)
    rows = [_row(path, header, line, n, encoding) for n, line in enumerate(lines, 1)]
    columns: dict[str, pa.Array] = {}
    words, damaged = names_of(path, header.fields, encoding)
    issues += damaged
    for k, name in enumerate(words):
        kind = header.fields[k].kind
        cells = [row[k] for row in rows]
        columns[name], told = column(name, kind, cells, labels, of_text(kind))
        issues += told
    return columns, encoding, issues


def _row(path: Path, header: Header, line: bytes, number: int, encoding: str) -> list[str]:
    """Return the values of one record."""
    try:
        text = line.decode(encoding)
    except UnicodeDecodeError as error:
        raise refusal(
            path,
            f".mid 第 {number} 行不是 {encoding} 文字",
            f"line {number} of its .mid is not {encoding} text",
        ) from error
    try:
        cells = next(csv.reader([text], delimiter=header.delimiter, strict=True), []) or [""]
    except csv.Error:
        cells = []
    wanted = len(header.fields)
    if len(cells) == wanted + 1 and not cells[-1].strip():
        cells.pop()
    if len(cells) != wanted:
        raise refusal(
            path,
            f".mid 第 {number} 行有 {len(cells)} 个值或引号不成对，应有 {wanted} 个",
            f"line {number} of its .mid has {len(cells)} values or unpaired quotes, not {wanted}",
        )
    return [re.sub(r"\\([n\\])", lambda m: "\n" if m[1] == "n" else "\\", cell) for cell in cells]


# -- shapes ----------------------------------------------------------------------------------------


class _Lines:
    """The lines of the shapes, one after the other, blank ones left out."""

    def __init__(self, path: Path, lines: Sequence[bytes], before: int) -> None:
        self.path = path
        self._lines = [(n, w) for n, line in enumerate(lines, before + 1) if (w := line.split())]
        self._next = 0

    def peek(self) -> list[bytes]:
        return self._lines[self._next][1] if self._next < len(self._lines) else []

    def take(self) -> list[bytes]:
        words = self.peek()
        self._next += 1
        return words

    def refusal(self, zh: str, en: str) -> FormatError:
        at = min(self._next, len(self._lines)) - 1
        line = self._lines[at][0] if self._lines else 1
        return refusal(self.path, f"第 {line} 行：{zh}", f"line {line}: {en}")

    def numbers(self, words: Sequence[bytes], count: int) -> list[float]:
        """Return the first ``count`` words as numbers."""
        if len(words) < count or not all(map(_NUMBER.fullmatch, words[:count])):
            said = b" ".join(words)[:40].decode("ascii", "replace")
            raise self.refusal(f"应为 {count} 个数字：{said}", f"no {count} numbers: {said}")
        return [float(word) for word in words[:count]]

    def count(self, words: Sequence[bytes]) -> int:
        if len(words) != 1 or not words[0].isdigit():
            said = b" ".join(words)[:40].decode("ascii", "replace")
            raise self.refusal(f"应为个数：{said}", f"no count: {said}")
        return int(words[0])

    def corners(self, count: int) -> Iterator[tuple[float, float]]:
        for _ in range(count):
            words = self.take()
            x, y = self.numbers(words, 2)
            if len(words) != 2:
                raise self.refusal("一行不止一个点", "more than one corner in a line")
            yield x, y


def read_shapes(path: Path, lines: Sequence[bytes], before: int) -> list[Shape]:
    """Return the objects that follow the header, which has ``before`` lines.

    Raises
    ------
    FormatError
        A line does not fit, or a coordinate is no number.
    """
    source = _Lines(path, lines, before)
    shapes: list[Shape] = []
    while source.peek():
        shape = Shape()
        _read_object(source, shape)
        shapes.append(shape)
    return shapes


def _read_object(source: _Lines, shape: Shape, depth: int = 0) -> None:
    first, *words = source.take()
    kind = first.lower()
    if kind not in _KINDS or depth > 2:
        raise source.refusal(
            f"不是图形：{first[:40].decode('ascii', 'replace')}",
            f"no shape: {first[:40].decode('ascii', 'replace')}",
        )
    if kind in _ROUND or kind == b"text":
        shape.round |= kind in _ROUND
        shape.words |= kind == b"text"
        while source.peek() and source.peek()[0].lower() not in _KINDS | _STYLES:
            source.take()  # its place, angles and words
    elif kind == b"collection":
        for _ in range(source.count(words)):
            _read_object(source, shape, depth + 1)
    elif kind != b"none":
        shape.corners += _corners(source, kind, words)
    while source.peek() and re.split(rb"\W", source.peek()[0].lower())[0] in _STYLES:
        source.take()


def _corners(source: _Lines, kind: bytes, words: list[bytes]) -> list[tuple[float, float]]:
    if kind == b"point":
        x, y = source.numbers(words, 2)
        return [(x, y)]
    if kind in (b"line", b"rect"):
        west, south, east, north = source.numbers(words, 4)
        ends = [(west, south), (east, north)]
        return ends if kind == b"line" else [*ends, (west, north), (east, south)]
    if kind == b"multipoint":
        return list(source.corners(source.count(words)))
    if kind == b"region":
        parts = source.count(words)
    elif words and words[0].lower() == b"multiple":
        parts = source.count(words[1:])
    else:  # the number of corners stands beside the word or below it
        return list(source.corners(source.count(words or source.take())))
    return [c for _ in range(parts) for c in source.corners(source.count(source.take()))]
