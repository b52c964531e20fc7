"""Mineral names as the classes that rules ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layers.account import Issue
from layers.catalog import read_yaml
from layers.issues import info, listed
from layers.parse import folded

_BETWEEN = re.compile(r"[、,;/+]|及|和")
_TAIL = re.compile(r"(?:矿石|矿产|矿)$")


@cache
def classes() -> Mapping[str, str]:
    """Return mineral (folded) -> mineral class, from ``minerals.yaml``."""
    table: dict[str, str] = {}
    for name, minerals in read_yaml("minerals.yaml").items():
        for mineral in minerals:
            if table.setdefault(folded(mineral), name) != name:
                raise ValueError(f"minerals.yaml: {mineral} has two classes")
    return table


def mineral_class(mineral: str) -> str | None:
    """Return the class of a mineral or list of minerals, None if unknown or of several classes.

    >>> mineral_class("铁矿"), mineral_class("铜、金"), mineral_class("石灰岩")
    ('metal', 'metal', None)
    """
    whole = _class_of(mineral)
    if whole:
        return whole
    found = {_class_of(part) for part in _BETWEEN.split(folded(mineral)) if part}
    return found.pop() if len(found) == 1 else None


def _class_of(mineral: str) -> str | None:
    name = folded(mineral)
    table = classes()
    return table.get(name) or table.get(_TAIL.sub("", name))


def derive(minerals: pa.Array) -> tuple[pa.Array, tuple[Issue, ...]]:
    """Return the class of each mineral ((n,) string) and an issue for those of no class."""
    encoded = pc.dictionary_encode(minerals)
    words = encoded.dictionary.to_pylist()
    found = [mineral_class(word) for word in words]
    used = np.unique(np.asarray(encoded.indices.drop_null(), np.int64))
    unknown = [words[k] for k in used if found[k] is None]
    array = pa.array(found, pa.string()).take(encoded.indices)
    if not unknown:
        return array, ()
    issue = info(
        "unknown_mineral",
        f"下列矿种无法唯一归入矿种大类，mineral_class 为空：{listed(unknown)}",
        "no single mineral class is known for these minerals, mineral_class stays empty: "
        + listed(unknown, "en"),
    )
    return array, (issue,)
