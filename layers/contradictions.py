"""Features whose own values contradict each other: told, and judged as their values are given.

Which of two values is wrong nobody knows; that one is must be known to whoever relies on a
verdict that rests on the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis.area import area_m2
from gis.ragged import Bools, Ints, Kind
from layers.account import Issue
from layers.catalog import read_yaml
from layers.cells import without
from layers.issues import listed, warning
from layers.keys import folded_numbers
from layers.layer import Layer

SHOWN = 5

# Numbers of mining licences since 2007: C and 22 digits; those of exploration begin with T.
_MINING_LICENCE = r"^C\d{18,}$"
_MOST_M_PER_DEGREE = 112_000.0


class Limit(NamedTuple):
    """How far values may go before they contradict each other; in words, as warnings give it."""

    value: float
    unit: str
    zh: str
    en: str
    source: str
    date: str


@cache
def limits() -> Mapping[str, Limit]:
    """Return the limits by name, from ``contradictions.yaml``."""
    return {name: Limit(**given) for name, given in read_yaml("contradictions.yaml").items()}


class Check(NamedTuple):
    """Which rows contradict themselves, and what is wrong with them, in both languages.

    ``{}`` stands for the limit's own words, where there is a limit. Of ``leaves_open``, a column,
    the values are not believed: that it is wrong would turn what must be judged into nothing.
    """

    is_hit: Callable[[Layer], Bools]
    zh: str
    en: str
    limit: str | None = None
    leaves_open: str | None = None


def _discharges_though_closed(ponds: Layer) -> Bools:
    return ponds.is_code("status", "closed") & np.equal(ponds.flag("discharging"), 1)


def _is_in_use_though_new(ponds: Layer) -> Bools:
    """Return ponds that are still to be built and yet have been in use."""
    planned = ponds.is_null("project_type") & ponds.is_code("status", "planned")
    used = ponds.is_code("status", "operating", "stopped", "under_closure", "closed")
    used |= ~ponds.is_null("stopped_on") | ~ponds.is_null("last_discharge_on")
    for flag in ("discharging", "at_final_level"):
        used |= np.equal(ponds.flag(flag), 1)
    return np.asarray((planned | ponds.is_code("project_type", "new")) & used, np.bool_)


def _explores_under_a_mining_licence(rights: Layer) -> Bools:
    numbers = rights.table.column("licence_no").combine_chunks()
    mining = np.asarray(pc.match_substring_regex(numbers, _MINING_LICENCE).fill_null(False))
    return np.asarray(rights.is_code("right_type", "exploration") & mining, np.bool_)


def _mines_though_exploring(rights: Layer) -> Bools:
    mines = ~rights.is_null("method") | rights.is_code("mine_stage", "production")
    mines |= rights.number("capacity_kt_a") > 0
    return np.asarray(rights.is_code("right_type", "exploration") & mines, np.bool_)


def _small_but_large(rights: Layer) -> Bools:
    large = rights.number("capacity_kt_a") > limits()["small_mine"].value
    return np.asarray(rights.is_code("size_class", "small") & large, np.bool_)


def _deeper_than_the_mine(rights: Layer) -> Bools:
    return np.asarray(rights.number("burial_depth_m") > rights.number("mine_depth_m"), np.bool_)


def _span(layer: Layer) -> np.ndarray:
    return layer.number("top_elevation_m") - layer.number("bottom_elevation_m")


def _lower_than_its_elevations(sites: Layer) -> Bools:
    share = limits()["height_of_span"].value
    return np.asarray(sites.number("height_m") * share < _span(sites), np.bool_)


def _holds_more(goafs: Layer) -> Bools:
    least = goafs.number("volume_m3") * limits()["volume_of_space"].value
    span = _span(goafs)
    # No outline is larger than its box, and that is soon known.
    sides = (goafs.shapes.bounds[:, 2:] - goafs.shapes.bounds[:, :2]) * _MOST_M_PER_DEGREE
    out = np.asarray(least < sides.prod(axis=1) * span, np.bool_)
    rows = np.flatnonzero(out)
    out[rows] = least[rows] < area_m2(goafs.shapes.take(rows)) * span[rows]
    return out


def _has_no_soil_but_its_angle(goafs: Layer) -> Bools:
    bare = np.equal(goafs.number("soil_thickness_m"), 0.0)
    return np.asarray(bare & ~goafs.is_null("soil_angle_deg"), np.bool_)


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
    "所填高度不足上下限标高之差的{}",
    "the height is less than {} of what the elevations span",
    "height_of_span",
)
CHECKS: Mapping[str, tuple[Check, ...]] = {
    "tailings_facility": (
        Check(
            _discharges_though_closed,
            "运行状况为已闭库，而正在排放为“是”",
            "the status is closed, and it is said to be discharging",
        ),
        Check(
            _is_in_use_though_new,
            "建设性质为新建（或状况为拟建、在建），而已投入使用、停用或闭库（建设性质按本次项目填写，"
            "不是当年建库时的性质）",
            "the pond is new (or planned), and yet in use, stopped or closed; project_type is that "
            "of the project now judged, not of the day it was built",
        ),
    ),
    "mining_right": (
        Check(
            _explores_under_a_mining_licence,
            "矿业权类型为探矿权，而许可证号是采矿许可证号（C 开头）",
            "the type is exploration, and the number that of a mining licence (C...)",
            leaves_open="right_type",
        ),
        Check(
            _mines_though_exploring,
            "矿业权类型为探矿权，而填有开采方式、生产规模，或矿山阶段为生产",
            "the type is exploration, and yet there is a mining method, a capacity or production",
        ),
        Check(
            _small_but_large,
            "矿山规模为小型，而生产规模在 {}以上，超过任何矿种的小型上限",
            "the size class is small, and the capacity over {}, beyond any small mine",
            "small_mine",
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
            _has_no_soil_but_its_angle,
            "表土厚度为 0（可能是空值），而填有表土移动角",
            "the soil is 0 m thick (an empty cell may read so), and yet has an angle of movement",
        ),
        Check(
            _holds_more,
            "体积不足其范围与标高所容的{}",
            "the volume is less than {} of what outline and elevations hold",
            "volume_of_space",
        ),
    ),
    "working": (_FLAT,),
}


def told(layer: Layer, file: str) -> Layer:
    """Return the layer with a warning for each way in which rows contradict themselves."""
    said = []
    for check in CHECKS.get(layer.name, ()):
        rows = np.flatnonzero(check.is_hit(layer))
        if len(rows):
            said.append(_said(check, layer, file, layer.source_id[rows].tolist()))
        if len(rows) and check.leaves_open:
            layer = _without(layer, check.leaves_open, rows)
    said += _alike(layer, file)
    return replace(layer, issues=(*layer.issues, *said)) if said else layer


def _without(layer: Layer, column: str, rows: Ints) -> Layer:
    """Return the layer with ``column`` null and unread at ``rows``."""
    at, unread = layer.table.schema.get_field_index(column), layer.unread.copy()
    unread[rows] |= np.uint64(layer.schema.bit(column))
    values = without(layer.table.column(at).combine_chunks(), rows)
    return replace(layer, table=layer.table.set_column(at, column, values), unread=unread)


def _said(check: Check, layer: Layer, file: str, names: list[str]) -> Issue:
    n, limit, title = len(names), limits().get(check.limit or ""), ""
    zh, en = check.zh, check.en
    if limit is not None:
        zh, en = zh.format(limit.zh), en.format(limit.en)
    if check.leaves_open:
        title = layer.schema.column(check.leaves_open).zh
    how_zh = f"{title}按空值处理" if title else "按所填值判定"
    how_en = f"{check.leaves_open} is taken as missing" if title else "judged as given"
    return contradiction(
        file,
        f"{n} 个要素{zh}，其中必有一误，请核对（{how_zh}）",
        f"{n} features: {en}; one of the two is wrong ({how_en}):",
        names,
    )


def contradiction(file: str, zh: str, en: str, names: list[str]) -> Issue:
    """Return the warning that ``names`` contradict something; ``en`` ends in a colon or query."""
    return warning(
        "contradiction",
        f"{file}：{zh}：{listed(names, 'zh', SHOWN)}",
        f"{file}: {en} {listed(names, 'en', SHOWN)}",
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
    own = np.asarray(pc.equal(folded_numbers(stems), number.take(pa.array(rows)).combine_chunks()))
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
