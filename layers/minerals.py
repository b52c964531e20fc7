"""Mineral names as the classes that rules ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import pyarrow as pa

from layers.account import Issue
from layers.catalog import read_yaml
from layers.cells import by_word
from layers.issues import info, listed
from layers.parse import folded

_BETWEEN = re.compile(r"[、,;/+]|及|和")
_TAIL = re.compile(r"(?:矿石|矿产|矿)$")
_REMARK = re.compile(r"(.+?)\(([^()]+)\)")
# Any rock of which the use is said; of 建筑石料用灰岩、白云岩 all parts.
_FOR_BUILDING = re.compile(r"(?:普通)?(?:建筑石料用|建筑用石料用?|建筑用)(.+)")
_ROCK = re.compile(r"[^()用砂土]{0,8}(?:岩|玢岩|砂岩|斑岩)")
NON_METAL = frozenset({
    "building_stone", "building_sand", "clay", "dimension_stone", "other_nonmetal",
})  # fmt: skip
# Words of a class column that say no more than that it is one of these.
_ANY_NON_METAL = frozenset({
    "非金属", "非金属矿", "非金属矿产", "建材", "建材非金属", "建材非金属矿产", "建材类非金属",
    "建材类非金属矿产", "建材及其他非金属", "建材及其他非金属矿产", "建筑材料", "建筑材料类",
})  # fmt: skip


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


@cache
def agree(one: str, other: str) -> bool:
    """Return whether two lists of minerals are of one class, and one names what the other does.

    >>> agree("铁", "铁矿"), agree("铁矿、铜矿", "铁矿"), agree("铁矿", "金矿"), agree("铁矿", "煤")
    (True, True, False, False)
    """
    first, second = (
        {_TAIL.sub("", p) for p in _BETWEEN.split(folded(v)) if p} for v in (one, other)
    )
    kind = mineral_class(one)
    return (
        kind is not None and kind == mineral_class(other) and (first <= second or second <= first)
    )


def is_any_non_metal(word: str) -> bool:
    """Return whether a mineral class is said to be one of non-metals, not which.

    >>> is_any_non_metal("非金属矿产"), is_any_non_metal("其他非金属矿产")
    (True, False)
    """
    return folded(word) in _ANY_NON_METAL


def _class_of(mineral: str) -> str | None:
    name = folded(mineral).removesuffix("(矿)")
    known = _listed(name)
    found = _REMARK.fullmatch(name)
    if known or not found:
        return known
    base, remark = found.groups()
    # 石灰岩（建筑石料用） is 建筑石料用石灰岩; 金矿（岩金） says it twice, 铁矿（煤） does not.
    for whole in (remark + base, base + remark):
        if _listed(whole):
            return _listed(whole)
    said = _listed(base), _listed(remark)
    rock = _ROCK.fullmatch(base if said[0] is None else remark)
    return said[0] or said[1] if said[0] == said[1] or (rock and None in said) else None


def _listed(name: str) -> str | None:
    table = classes()
    bare = _TAIL.sub("", name)
    known = table.get(name) or table.get(bare)
    if known:
        return known
    use = _FOR_BUILDING.fullmatch(bare)
    if use and all(_ROCK.fullmatch(_TAIL.sub("", part)) for part in _BETWEEN.split(use[1])):
        return "building_stone"
    return None


def derive(minerals: pa.Array) -> tuple[pa.Array, tuple[Issue, ...]]:
    """Return the class of each mineral ((n,) string) and an issue for those of no class."""
    found = by_word(minerals, mineral_class, pa.string())
    unknown = minerals.filter(found.is_null()).drop_null().unique().to_pylist()
    if not unknown:
        return found, ()
    issue = info(
        "unknown_mineral",
        f"下列矿种无法唯一归入矿种大类，mineral_class 为空：{listed(unknown)}",
        "no single mineral class is known for these minerals, mineral_class stays empty: "
        + listed(unknown, "en"),
    )
    return found, (issue,)
