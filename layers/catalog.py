"""The schemas of all layers, read strictly from ``schemas.yaml``."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any, get_args

import yaml

from gis.ragged import Kind
from layers.errors import LayerError
from layers.parse import UNITS, folded
from layers.schema import Column, Dtype, Schema

# Pairs of columns of which one field may hold both, as a range.
ENDS = (("top_elevation_m", "bottom_elevation_m"), ("valid_from", "valid_to"))
_KINDS = {"point": Kind.POINT, "line": Kind.LINE, "polygon": Kind.POLYGON}
_LAYER_KEYS = {"zh", "en", "kinds", "number", "columns"}
_COLUMN_KEYS = {
    "type", "zh", "en", "unit", "required", "aliases", "codes", "derived", "unclear_aliases",
    "bare_units", "unit_fields", "bounds", "whole_names",
}  # fmt: skip


class _Strict(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A YAML loader that refuses duplicate keys."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        """Return the mapping; a key given twice is an error."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {str(k) for k in keys if keys.count(k) > 1}
        if twice:
            where = f"{node.start_mark.name}:{node.start_mark.line + 1}"
            raise _fault(f"{where}: {', '.join(sorted(twice))} given twice")
        return super().construct_mapping(node, deep=deep)  # type: ignore[no-any-return]


def data_text(name: str) -> str:
    """Return the text of a data file of this package."""
    return (resources.files("layers") / name).read_text(encoding="utf-8")


def read_yaml(name: str) -> Any:
    """Return a YAML data file of this package; LayerError for duplicate keys."""
    # The loader derives from PyYAML's safe loader: it builds plain values only.
    loader: Any = _Strict(data_text(name))
    loader.name = name
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


@cache
def catalog() -> Mapping[str, Schema]:
    """Return the schema of every layer by its contract name, in the order of the file.

    Raises
    ------
    LayerError
        ``schemas.yaml`` holds an unknown or doubled key, a wrong value, or an alias that
        belongs to two columns of one layer.
    """
    return build(read_yaml("schemas.yaml"))


def schema(name: str) -> Schema:
    """Return the schema called ``name``; LayerError with the nearest names for any other."""
    known = catalog()
    if name not in known:
        zh, en = nearest(name, known)
        raise LayerError(f"没有名为“{name}”的图层{zh}", f"no layer is called '{name}'{en}")
    return known[name]


@cache
def digest() -> str:
    """Return the sha256 of the data that decide what is read and said of source values."""
    texts = map(data_text, ("schemas.yaml", "minerals.yaml", "contradictions.yaml"))
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def nearest(word: str, known: Iterable[str]) -> tuple[str, str]:
    """Return "did you mean" in both languages, empty where nothing is near."""
    close = difflib.get_close_matches(word, list(known), n=2, cutoff=0.6)
    if not close:
        return "", ""
    return f"（是否想写 {'、'.join(close)}？）", f" (did you mean {' or '.join(close)}?)"


def build(data: Any) -> dict[str, Schema]:
    """Return the schemas described by the parsed YAML ``data``."""
    _only(data, {"code_sets", "shared", "generic_aliases", "layers"}, "schemas.yaml")
    generic = frozenset(_strings(data.get("generic_aliases", []), "generic_aliases"))
    sets = {name: _codes(value, name) for name, value in data.get("code_sets", {}).items()}
    shared = data.get("shared", {})
    schemas = {name: _schema(name, value, sets, shared) for name, value in data["layers"].items()}
    return {name: replace(s, columns=_ranked(s.columns, generic)) for name, s in schemas.items()}


def _ranked(columns: tuple[Column, ...], generic: frozenset[str]) -> tuple[Column, ...]:
    """Return the columns with those of their aliases that are ``generic``; a title never is."""
    return tuple(
        replace(c, generic_aliases=frozenset(a for a in c.aliases if a in generic and a != c.zh))
        for c in columns
    )


def _schema(name: str, data: Any, sets: Mapping[str, Any], shared: Mapping[str, Any]) -> Schema:
    _only(data, _LAYER_KEYS, name)
    columns = tuple(
        _column(f"{name}.{key}", key, value, sets, shared) for key, value in data["columns"].items()
    )
    names = [c.name for c in columns]
    if names[0] != "name" or data["number"] not in names:
        raise _fault(f"{name}: `name` comes first and `number` is a column")
    _unique_aliases(name, columns)
    kinds = frozenset(_KINDS[k] for k in data["kinds"])
    return Schema(name, _str(data["zh"]), _str(data["en"]), kinds, data["number"], columns)


def _column(
    where: str, name: str, data: Any, sets: Mapping[str, Any], shared: Mapping[str, Any]
) -> Column:
    if data == "shared":
        data = shared[name]
    elif isinstance(data, dict) and data.get("shared") is True:
        data = {**shared[name], **{k: v for k, v in data.items() if k != "shared"}}
    _only(data, _COLUMN_KEYS, where)
    codes = data.get("codes", {})
    column = Column(
        name=name,
        dtype=_dtype(data["type"], where),
        zh=_str(data["zh"]),
        en=_str(data["en"]),
        unit=data.get("unit"),
        nullable=not data.get("required", False),
        aliases=_strings(data.get("aliases", []), where),
        codes=sets[codes] if isinstance(codes, str) else _codes(codes, where),
        derived=bool(data.get("derived", False)),
        unclear_aliases=_strings(data.get("unclear_aliases", []), where),
        bare_units=_strings(data.get("bare_units", []), where),
        unit_fields=_strings(data.get("unit_fields", []), where),
        bounds=_bounds(data.get("bounds"), where),
        whole_names=_strings(data.get("whole_names", []), where),
    )
    if (column.dtype == "code") > bool(column.codes):
        raise _fault(f"{where}: a code column without codes")
    if not set(column.unclear_aliases) <= set(column.aliases):
        raise _fault(f"{where}: an unclear alias that is no alias")
    if not {folded(u) for u in column.bare_units} <= set(UNITS.get(column.unit, {})):
        raise _fault(f"{where}: a unit of bare numbers that is no unit of {column.unit}")
    return column


def _bounds(data: Any, where: str) -> tuple[float, float] | None:
    if data is None:
        return None
    if not (isinstance(data, list) and len(data) == 2 and data[0] < data[1]):
        raise _fault(f"{where}: bounds are [lowest, highest]")
    return float(data[0]), float(data[1])


def _unique_aliases(layer: str, columns: tuple[Column, ...]) -> None:
    seen: dict[str, str] = {}
    for column in columns:
        for alias in (*column.aliases, *column.whole_names, *column.unit_fields):
            other = seen.setdefault(folded(alias), column.name)
            if other != column.name and {other, column.name} not in map(set, ENDS):
                raise _fault(f"{layer}: alias {alias} belongs to {other} and {column.name}")


def _codes(data: Any, where: str) -> dict[str, tuple[str, ...]]:
    return {_str(code): _strings(words, where) for code, words in data.items()}


def _dtype(value: Any, where: str) -> Dtype:
    if value not in get_args(Dtype):
        raise _fault(f"{where}: unknown type {value}")
    return value  # type: ignore[no-any-return]


def _only(data: Any, keys: set[str], where: str) -> None:
    unknown = set(data) - keys if isinstance(data, dict) else {repr(data)}
    if unknown:
        raise _fault(f"{where}: unknown key {', '.join(sorted(map(str, unknown)))}")


def _strings(data: Any, where: str) -> tuple[str, ...]:
    out = tuple(_str(v) for v in data)
    if len(set(out)) < len(out):
        raise _fault(f"{where}: a word given twice")
    return out


def _str(value: Any) -> str:
    # YAML reads bare No, 1 or 2024-01-01 as other things than text.
    if not isinstance(value, str):
        raise _fault(f"{value!r} is not text: put it in quotes")
    return value


def _fault(en: str) -> LayerError:
    return LayerError(f"图层定义有误：{en}", f"schema definition: {en}")
