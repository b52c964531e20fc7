"""A feature's attributes as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.numbers import show
from layers.catalog import catalog
from layers.schema import Column

Words = str | dict[str, str]
_FLAGS = {True: {"zh": "是", "en": "yes"}, False: {"zh": "否", "en": "no"}}


def facts_of(layer: str, values: Mapping[str, Any]) -> list[list[Words]]:
    """Return ``[title, text]`` of each column with a value, in the schema's order.

    Name and number are left out: they are the heading. A text is one string where both
    languages write it alike, else ``{zh, en}``.
    """
    schema = catalog()[layer]
    columns = [c for c in schema.columns if c.name not in ("name", schema.number)]
    return [
        [{"zh": c.zh, "en": c.en}, _text(c, values[c.name])]
        for c in columns
        if values.get(c.name) is not None
    ]


def _text(column: Column, value: Any) -> Words:
    if column.dtype == "flag":
        return _FLAGS[bool(value)]
    if column.dtype in ("number", "integer"):
        unit = column.unit or ""
        return _one({lang: show(float(value), unit, lang) for lang in ("zh", "en")})
    if column.dtype == "code" and column.codes.get(value):
        return _one({"zh": column.codes[value][0], "en": str(value).replace("_", " ")})
    return str(value)


def _one(words: dict[str, str]) -> Words:
    return words["zh"] if words["zh"] == words["en"] else words
