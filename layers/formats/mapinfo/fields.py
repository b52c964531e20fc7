"""Fields of MapInfo tables: their names, types, bytes and what they mean.

Values that are none of their type are null and told; GDAL makes 0, ``F`` or a date of them.

Source: MapInfo Professional User Guide, appendix "MapInfo Data Interchange Format"; the layout of
native ``.dat`` files as documented by the MITAB library.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from layers.account import Issue
from layers.formats.encoding import Text, decode, guess, normal_name, remarks, require
from layers.formats.source import refusal
from layers.issues import label_en, listed, warning

_CHARSETS = {
    "windowssimpchinese": "GB18030", "windowstradchinese": "Big5", "windowslatin1": "cp1252",
    "windowslatin2": "cp1250", "windowscyrillic": "cp1251", "windowsgreek": "cp1253",
    "windowsturkish": "cp1254", "windowshebrew": "cp1255", "windowsarabic": "cp1256",
    "windowsbalticrim": "cp1257", "windowsjapanese": "cp932", "windowskorean": "cp949",
    "windowsthai": "cp874", "codepage437": "cp437", "codepage850": "cp850",
}  # fmt: skip
_DEFINITION = re.compile(
    rb"^\s*(\S+)\s+(char|integer|smallint|largeint|decimal|float|datetime|date|time|logical)\b"
    rb"\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_WHOLE = {"smallint": 16, "integer": 32, "largeint": 64}
_TYPES = {
    "smallint": pa.int32(), "integer": pa.int32(), "largeint": pa.int64(), "float": pa.float64(),
    "decimal": pa.float64(), "date": pa.date32(), "datetime": pa.timestamp("ms"),
    "logical": pa.bool_(),
}  # fmt: skip
_FLAGS = {"T": True, "F": False, "TRUE": True, "FALSE": False, "1": True, "0": False}
_SHOWN = 20
_GBK = "GB18030"


@dataclass(frozen=True, slots=True)
class Field:
    """A field: the bytes of its name, its type in lower case, its width where one is stated."""

    name: bytes
    kind: str
    width: int


class NoValueError(ValueError):
    """A text is no value of its field's type."""


def definition(line: bytes) -> Field | None:
    """Return the field that a line of a table's header defines."""
    found = _DEFINITION.match(line)
    if found is None:
        return None
    return Field(found[1].strip(b'"'), found[2].decode().lower(), int(found[3] or 0))


def encoding_of(
    path: Path, charset: str, names: Sequence[bytes], texts: Sequence[bytes], asked: str | None
) -> tuple[str, list[Issue]]:
    """Return the encoding of names and values: asked for, or told by charset and bytes.

    GDAL writes "_" for bytes of Chinese field names; then the values alone tell.

    Raises
    ------
    FormatError
        They fit no encoding.
    """
    if asked is not None:
        return require(path, asked), []
    key = "".join(c for c in charset.lower() if c.isalnum())
    declared = _CHARSETS.get(key) or (None if key in ("", "neutral") else normal_name(charset))
    found = guess([Text(raw) for raw in (*names, *texts)], declared)
    if found is None:
        found = guess([Text(raw) for raw in texts], declared)
    if found is None:
        raise refusal(
            path,
            "文字不属于 UTF-8、GB18030 等任一编码（可能有损坏），请用 encoding 说明",
            "the text fits no encoding (damaged?); state it (encoding)",
        )
    return found.encoding, remarks(path, found, charset or declared or "")


def names_of(path: Path, fields: Sequence[Field], encoding: str) -> tuple[list[str], list[Issue]]:
    """Return the names of the fields, which must differ; those that are no text are numbered."""
    names: list[str] = []
    damaged: list[str] = []
    said = [decode(Text(field.name), encoding) for field in fields]
    spoilt = encoding == _GBK and any(name is None or _is_spoilt(name) for name in said)
    for k, name in enumerate(said, 1):
        if name is None or (spoilt and _may_be_spoilt(name)):
            name = f"字段{k}"
            damaged.append(name)
        if name in names:
            raise refusal(path, f"有两个字段都叫 {name}", f"two fields are called {name}")
        names.append(name)
    if not damaged:
        return names, []
    zh = f"{len(damaged)} 个字段的名称已损坏（不是 {encoding} 文字），按序号读：{listed(damaged)}"
    en = f"names of fields are damaged (no {encoding} text), numbered: {listed(damaged, 'en')}"
    return names, [warning("field_name_damaged", zh, en)]


def _is_spoilt(name: str) -> bool:
    """Tell whether a name shows what GDAL does to GBK: it writes "_" for bytes from 80 to BF.

    Such a byte is most often the second of a character, and makes another, rare one of it: 有效期
    comes out as 有衉期.
    """
    return any(c.encode(_GBK)[1:2] == b"_" for c in name)


def _may_be_spoilt(name: str) -> bool:
    """Tell whether a name of a table in which others are spoilt may be so too."""
    return not name.strip("_") or (not name.isascii() and ("_" in name or _is_spoilt(name)))


def column(
    name: str, kind: str, cells: Sequence[Any], labels: Sequence[str], read: Callable[[Any], Any]
) -> tuple[pa.Array, list[Issue]]:
    """Return the values of a field; those that cannot be read are null, each with a warning."""
    values: list[Any] = []
    bad: list[int] = []
    for k, cell in enumerate(cells):
        try:
            values.append(read(cell))
        except ValueError:
            values.append(None)
            bad.append(k)
    issues = [_misread(labels[k], name, cells[k]) for k in bad[:_SHOWN]]
    if len(bad) > _SHOWN:
        zh = f"字段 {name} 另有 {len(bad) - _SHOWN} 个值读不成该类型，按空值"
        en = f"{name}: {len(bad) - _SHOWN} more values are none of its type; taken as null"
        issues.append(warning("bad_value", zh, en))
    return pa.array(values, _TYPES.get(kind, pa.string())), issues


def of_text(kind: str) -> Callable[[str], Any]:
    """Return what reads the text of a value of a type; blanks are null, but not in texts."""
    if kind == "char":
        return lambda text: text
    readers: dict[str, Callable[[str], Any]] = {
        "float": number, "decimal": number, "date": date, "datetime": moment, "logical": flag,
        "time": clock,
    }  # fmt: skip
    reader = readers.get(kind) or (lambda text: whole(text, _WHOLE[kind]))
    return lambda text: reader(text.strip()) if text.strip() else None


def number(text: str) -> float:
    """Return a decimal number."""
    if not _NUMBER.fullmatch(text):
        raise NoValueError(text)
    return float(text)


def whole(text: str, bits: int) -> int:
    """Return a whole number that fits ``bits`` bits; ``3.0`` is one, ``3.5`` is none."""
    value = int(text) if re.fullmatch(r"[+-]?\d+", text) else number(text)
    if value != int(value) or not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
        raise NoValueError(text)
    return int(value)


def date(text: str) -> datetime.date:
    """Return the day of ``20240131``, ``2024-01-31`` or ``2024/1/31``."""
    found = re.fullmatch(r"(\d{4})(\d\d)(\d\d)|(\d{4})[-/](\d{1,2})[-/](\d{1,2})", text)
    if found is None:
        raise NoValueError(text)
    year, month, day = (int(part) for part in found.groups() if part)
    return datetime.date(year, month, day)


def moment(text: str) -> datetime.datetime:
    """Return the moment of ``20240131235959999``, the thousandths being optional."""
    if not re.fullmatch(r"\d{14}(\d{3})?", text):
        raise NoValueError(text)
    hours, minutes, seconds = (int(text[k : k + 2]) for k in (8, 10, 12))
    time = datetime.time(hours, minutes, seconds, int(text[14:] or 0) * 1000)
    return datetime.datetime.combine(date(text[:8]), time)


def clock(text: str) -> str:
    """Return a time of day as text."""
    if not re.fullmatch(r"\d{6}(\d{3})?|\d\d?:\d\d(:\d\d)?", text):
        raise NoValueError(text)
    return text


def flag(text: str) -> bool:
    """Return a truth value."""
    if text.upper() not in _FLAGS:
        raise NoValueError(text)
    return _FLAGS[text.upper()]


def _misread(label: str, name: str, cell: Any) -> Issue:
    said = cell if isinstance(cell, str) else cell.decode("ascii", "replace").strip(" \0")
    zh = f"{label}：字段 {name} 的值 {said[:40]!r} 读不成该类型，按空值"
    en = f"{label_en(label)}: {name} holds {said[:40]!r}, no value of its type; taken as null"
    return warning("bad_value", zh, en, label)
