"""Fields that are called nearly like a column, and may say what it must not be without.

A pond whose 项目建设性质 is 新建 must not count as one of which nothing is said: it is not read
under a name that nobody listed, but its column is unread, not empty. Where the column has a value,
a field that says another thing of the same (建设性质_1, 治理情况) is not passed over either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from layers.headings import Heading, is_measured
from layers.parse import folded
from layers.schema import Column

# Columns of which an empty cell is an answer, and the words that speak of them beside the aliases.
_EMPTY_TELLS: Mapping[str, tuple[str, ...]] = {
    "project_type": (), "status": (), "stopped_on": (), "last_discharge_on": (),
    "discharging": (), "ownerless": (), "at_final_level": (), "valid_to": (), "width_m": ("宽",),
    "licence_no": (), "owner_licence_no": (), "replaces_licences": (), "facility_no": (),
    "orebody_id": ("矿体编", "矿体号", "矿体代码", "矿体名"), "grade": ("等别",),
    "total_volume_m3": ("库容",), "total_dam_height_m": ("坝高",),
    "height_m": ("高度", "坡高", "堆高", "总高"), "burial_depth_m": ("埋深", "埋藏深"),
    "top_elevation_m": (), "bottom_elevation_m": (),
}  # fmt: skip
# What holds these words and is of another thing.
_OF_ANOTHER: Mapping[str, re.Pattern[str]] = {
    name: re.compile(words)
    for name, words in {
        "licence_no": "安全|排污|取水|爆破|营业|生产许可|用地|林",
        "owner_licence_no": "安全|排污|取水|爆破|营业|生产许可|用地|林",
        "valid_to": "安全|排污|取水|爆破|营业|生产许可|用地|林",
        "grade": "防洪|构筑物|建筑物",
        "total_volume_m3": "系数|曲线|利用率",
        "total_dam_height_m": "坝高[程标宽]",
        "height_m": "海拔|高程|台阶|分段|阶段|平台|墙|坝|围堰|水|提升",
        "burial_depth_m": "水|管",
    }.items()
}
_SHORTEST = 4  # letters: 无主 may stand in anything
# Lengths and volumes that stand at their extreme, the words of the others beside them, and
# whether it is the greater of them that contradicts.
_EXTREMES: Mapping[str, tuple[re.Pattern[str], bool]] = {
    "total_dam_height_m": (re.compile("坝高|坝体高|堆积高"), True),
    "total_volume_m3": (re.compile("库容"), True),
    "height_m": (re.compile("高度|坡高|堆高|总高"), True),
    "burial_depth_m": (re.compile("埋深|埋藏深"), False),
}
# How programs tell apart two fields of one name: ArcGIS ZBG_1, a dBase file ZBG1, pandas ZBG.1.
_TWIN = re.compile(r"(?:[_.]?[1-9]|_[xy])$")
# What is asked of one state in other words: 是否完成治理, 治理情况, 治理进度.
_ASKED = re.compile("^(?:是否|有无|已|完成|全部|彻底|完全){1,4}")
_SHARE = re.compile("(?:进度|进展|程度|比例|率)$")
_STATE = re.compile(
    "(?:完成|完毕|结束|情况|状态|状况|说明|描述|结果|备注|代码|进度|进展|程度|比例|率){1,3}$"
)
_UNIT_WORD = re.compile(r"[_.|@/\-]?(?:的?(?:计量|数值)?单位|uom|units?|dw)$")


def covers(column: Column) -> bool:
    """Return whether fields called nearly like the column leave it open where it is empty."""
    return column.name in _EMPTY_TELLS


def near(names: Mapping[str, Heading], column: Column) -> list[str]:
    """Return the fields whose names hold one of a column whose emptiness is an answer.

    Parameters
    ----------
    names : fields that have found no column
    """
    if not covers(column):
        return []
    aliases = _own_names(column)
    words = [a for a in aliases if len(a) >= _SHORTEST and not a.isascii()]
    words += _EMPTY_TELLS[column.name]
    return [
        field
        for field, name in names.items()
        if (any(w in name.stem for w in words) or not _twins(name).isdisjoint(aliases))
        and not _is_of_another(name, column)
        and not _UNIT_WORD.search(name.whole)
    ]


def _is_of_another(name: Heading, column: Column) -> bool:
    other = _OF_ANOTHER.get(column.name)
    return other is not None and other.search(name.stem) is not None


def is_extreme(column: Column) -> bool:
    """Return whether the column is the extreme of what other fields may say of today."""
    return column.name in _EXTREMES


def is_greatest(column: Column) -> bool:
    """Return whether it is a greater number of another field that contradicts an extreme."""
    return _EXTREMES[column.name][1]


def of_the_same(names: Mapping[str, Heading], column: Column) -> list[str]:
    """Return the fields that hold a length or volume of which a column is the extreme."""
    words = _EXTREMES[column.name][0]
    return [f for f, n in names.items() if words.search(n.base) and not _is_of_another(n, column)]


def twin_of(name: Heading, matched: Mapping[str, Heading], column: Column) -> str | None:
    """Return the field of the column of which a name is the same with a number behind it.

    Where none is called so, but the column is, it is the first field of the column.
    """
    words = _twins(name)
    for field, other in matched.items() if words else ():
        if not words.isdisjoint({other.whole, other.base, other.stem}):
            return field
    called = words and not words.isdisjoint(_own_names(column))
    return next(iter(matched), None) if called else None


def _own_names(column: Column) -> frozenset[str]:
    """Return the names of the column that stand for nothing else, folded."""
    aliases = (a for a in column.aliases if a not in column.generic_aliases)
    return _all_folded((column.name, *aliases))


def _twins(name: Heading) -> set[str]:
    """Return what the name may be without the number that tells two of one name apart."""
    parts = (name.whole, name.base.casefold(), name.stem)
    return {_TWIN.sub("", part) for part in parts if _TWIN.search(part)}


def tells_state(name: Heading, column: Column) -> bool:
    """Return whether a field tells of the same state as a flag or code in other words."""
    if column.dtype not in ("flag", "code"):
        return False
    words = _all_folded((column.zh, *column.aliases))
    core = _core(name.stem)
    return bool(core) and name.stem not in words and core in _cores(words)


def tells_share(name: Heading) -> bool:
    """Return whether a field tells how much of something is done: 治理进度, 治理率."""
    return _SHARE.search(name.stem) is not None


@lru_cache(maxsize=512)
def _all_folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(folded, words))


@lru_cache(maxsize=512)
def _cores(words: frozenset[str]) -> frozenset[str]:
    return frozenset(map(_core, words))


@lru_cache(maxsize=4096)
def _core(word: str) -> str:
    return _STATE.sub("", _ASKED.sub("", word))


def holds_unit(name: Heading, words: Iterable[str], column: Column) -> bool:
    """Return whether a field is called as one that holds the unit of a measured column.

    Parameters
    ----------
    words : names of the column's fields, folded
    """
    if not is_measured(column):
        return False
    said = [part for part in (name.whole, name.base.casefold()) if _UNIT_WORD.search(part)]
    parts = {_UNIT_WORD.sub("", part) for part in said}
    known = _all_folded((column.name, column.en, *column.aliases))
    return not (parts.isdisjoint(known) and parts.isdisjoint(words))
