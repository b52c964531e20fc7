"""Features whose own values contradict each other: told, and judged as their values are given.

Which of two values is wrong nobody knows; that one is must be known to whoever relies on a
verdict that rests on the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis.area import area_m2
from gis.ragged import Bools, Kind
from layers.account import Issue
from layers.issues import listed, warning
from layers.keys import folded
from layers.layer import Layer

SHOWN = 5

# 国土资发〔2004〕208号: whatever the mineral, a small mine moves less than 1 million tonnes a year.
_SMALL_KT_A = 1_000.0
# Slopes of one site differ; no slope is a third of what the site's own elevations span.
_SPAN_SHARE = 3.0
# Outlines are drawn wide, some a hundred times what was mined; 万 left out is 10,000 times.
_VOLUME_SHARE = 1_000.0
_MOST_M_PER_DEGREE = 112_000.0


class Check(NamedTuple):
    """Which rows contradict themselves, and what is wrong with them, in both languages."""

    is_hit: Callable[[Layer], Bools]
    zh: str
    en: str


def _discharges_though_closed(ponds: Layer) -> Bools:
    return ponds.is_code("status", "closed") & np.equal(ponds.flag("discharging"), 1)


def _small_but_large(rights: Layer) -> Bools:
    large = rights.number("capacity_kt_a") > _SMALL_KT_A
    return np.asarray(rights.is_code("size_class", "small") & large, np.bool_)


def _deeper_than_the_mine(rights: Layer) -> Bools:
    return np.asarray(rights.number("burial_depth_m") > rights.number("mine_depth_m"), np.bool_)


def _span(layer: Layer) -> np.ndarray:
    return layer.number("top_elevation_m") - layer.number("bottom_elevation_m")


def _lower_than_its_elevations(sites: Layer) -> Bools:
    return np.asarray(sites.number("height_m") * _SPAN_SHARE < _span(sites), np.bool_)


def _holds_more(goafs: Layer) -> Bools:
    least = goafs.number("volume_m3") * _VOLUME_SHARE
    span = _span(goafs)
    # No outline is larger than its box, and that is soon known.
    sides = (goafs.shapes.bounds[:, 2:] - goafs.shapes.bounds[:, :2]) * _MOST_M_PER_DEGREE
    out = np.asarray(least < sides.prod(axis=1) * span, np.bool_)
    rows = np.flatnonzero(out)
    out[rows] = least[rows] < area_m2(goafs.shapes.take(rows)) * span[rows]
    return out


def _is_flat(voids: Layer) -> Bools:
    flat = np.equal(_span(voids), 0.0) & np.equal(voids.shapes.kinds, Kind.POLYGON)
    if voids.name == "working":  # a drive is drawn by the level of its floor
        flat &= ~voids.is_code("kind", "development", "shaft")
    return np.asarray(flat, np.bool_)


_FLAT = Check(
    _is_flat,
    "顶板标高等于底板标高，没有高度",
    "top and bottom elevations are equal, which leaves no height",
)
_SITE = Check(
    _lower_than_its_elevations,
    "所填高度不足上下限标高之差的三分之一",
    "the height is less than a third of what the elevations span",
)
CHECKS: Mapping[str, tuple[Check, ...]] = {
    "tailings_facility": (
        Check(
            _discharges_though_closed,
            "运行状况为已闭库，而正在排放为“是”",
            "the status is closed, and it is said to be discharging",
        ),
    ),
    "mining_right": (
        Check(
            _small_but_large,
            "矿山规模为小型，而生产规模在 100 万吨/年以上，超过任何矿种的小型上限",
            "the size class is small, and the capacity over 1,000 kt/a, beyond any small mine",
        ),
        Check(
            _deeper_than_the_mine,
            "矿体埋深大于矿井深度",
            "the orebody is said to lie deeper than the mine goes",
        ),
    ),
    "open_pit": (_SITE,),
    "waste_dump": (_SITE,),
    "goaf": (
        _FLAT,
        Check(
            _holds_more,
            "体积不足其范围与标高所容的千分之一",
            "the volume is less than a thousandth of what outline and elevations hold",
        ),
    ),
    "working": (_FLAT,),
}


def told(layer: Layer, file: str) -> Layer:
    """Return the layer with a warning for each way in which rows contradict themselves."""
    said = [
        _warn(file, check.zh, check.en, layer.source_id[rows].tolist())
        for check in CHECKS.get(layer.name, ())
        if len(rows := np.flatnonzero(check.is_hit(layer)))
    ]
    said += _alike(layer, file)
    return replace(layer, issues=(*layer.issues, *said)) if said else layer


def _warn(file: str, zh: str, en: str, names: list[str]) -> Issue:
    n = len(names)
    return warning(
        "contradiction",
        f"{file}：{n} 个要素{zh}，其中必有一误，请核对（按所填值判定）："
        f"{listed(names, 'zh', SHOWN)}",
        f"{file}: {n} features: {en}; one of the two is wrong (judged as given): "
        f"{listed(names, 'en', SHOWN)}",
        names[0],
    )


def _alike(layer: Layer, file: str) -> list[Issue]:
    """Tell of numbers that differ only in how they were typed: to the rules they are one."""
    number = layer.table.column(layer.schema.number)
    if pc.count_distinct(number).as_py() == len(number) - number.null_count:
        return []
    counts = pc.value_counts(number.drop_null().combine_chunks())
    twice = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    rows = np.flatnonzero(np.asarray(pc.is_in(number, value_set=twice)))
    stems = pc.replace_substring_regex(pa.array(layer.source_id[rows], pa.string()), "#.*$", "")
    own = np.asarray(pc.equal(folded(stems), number.take(pa.array(rows)).combine_chunks()))
    typed = pa.table({"number": number.take(pa.array(rows)), "typed": stems}).filter(pa.array(own))
    forms = typed.group_by("number").aggregate([("typed", "distinct")])
    several = forms.filter(pc.greater(pc.list_value_length(forms["typed_distinct"]), 1))
    names = ["/".join(sorted(v)) for v in several["typed_distinct"].to_pylist()]
    if not names:
        return []
    return [
        warning(
            "numbers_alike",
            f"{file}：编号只有大小写或“号”字之别，按同一编号判定：{listed(names, 'zh', SHOWN)}",
            f"{file}: numbers that differ only in letter case or a 号 are judged as one: "
            f"{listed(names, 'en', SHOWN)}",
            names[0],
        )
    ]
