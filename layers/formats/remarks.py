"""Remarks of rows on their own coordinates: that these are wrong, or in another datum."""

from __future__ import annotations

import re
from dataclasses import replace

import pyproj

from layers.formats.disclaimers import wrong
from layers.formats.planes import DATUMS, with_marks
from layers.formats.stated import Reason, Stated, stated_in

_FIELD = re.compile(
    r"(?!原|旧|历史).{0,8}(?:备注|附注|说明|描述)|注|情况|bz(?:sm)?|sm|remarks?|notes?|comments?|memo"
    r"|desc(?:ription)?",
    re.IGNORECASE,
)
_OF_PLACE = re.compile(
    "坐标|位置|点位|范围|[边界]界|界[线址]|图[形斑]|轮廓|废|无效|失效|撤销|注销|删除"
)
_SHOWN = 40
_FIRST = 0xE000
_LOCAL = chr(_FIRST + len(DATUMS))
_NAMED = f"[{chr(_FIRST)}-{_LOCAL}]"
_CLAUSE = re.compile(r"[，,。;；、\n()（）【】<>|]")
# 本图斑坐标系为…, 矿界采用…, or the datum alone; 参照…编制 and 另有…成果 say it of something else.
_SAYS = re.compile(
    r"(?:本|此|该|以上|所有|全部|各|均|都|皆|仍|还|的|之|矿区|矿界|矿权|采矿权|探矿权|范围|拐点"
    r"|界址|边界|图斑|地块|图形|要素|数据|成果|平面|空间|大地|坐标|系统|系|基准|值|位置|投影|点|面){0,9}"
    r"\s{0,3}[:：]?\s{0,3}(?:采用|使用|属于|属|为|是|用|按|在|系)?的?\s{0,3}(?:国家|中国)?"
    rf"{_NAMED}(?:国家|大地|平面|直角|空间|坐标|系统|系|基准|成果|数据|投影|高斯|下|中|的|值"
    r"|[\d三六]{1,3}[度号°]?|分?带|\s){0,9}"
)
# A level, 80平面图, is no year of a datum.
_PLAN = re.compile(r"(?<!\d)\d+\s*(?:平面|直角)(?!直角|坐标)")


def is_remark(name: str) -> bool:
    """Tell whether a field holds remarks.

    >>> is_remark("备注"), is_remark("BZ"), is_remark("原坐标说明"), is_remark("备注日期")
    (True, True, False, False)
    """
    return _FIELD.fullmatch(re.sub(r"[\s_\d]+", "", name)) is not None


def stated_of(words: str) -> Stated:
    """Return what a name or a remark says of a system, plans of a level left out."""
    return stated_in(_PLAN.sub(" ", words), all_meant=True)


def of_datum(stated: Stated) -> Stated:
    """Return a statement without its zones and meridians."""
    return replace(stated, zones=frozenset(), meridians=frozenset(), widths=frozenset())


def objection(text: str, system: pyproj.CRS) -> tuple[bool, Reason] | None:
    """Return what a remark says against coordinates in ``system``, None where nothing.

    Returns
    -------
    Whether it says so of the coordinates, not only in passing, and in which words.
    """
    if (said := wrong(text)) is not None:
        if _OF_PLACE.search(text) is not None:
            return True, said
        # 待核实 alone may be said of anything that the row holds.
        shown = " ".join(text.split())[:_SHOWN]
        return False, (f"写有“{shown}”", f"says {shown!r}")
    stated = stated_of(text)
    if stated == Stated():
        return None
    words = stated.unsettled or _due(stated, system)
    open_ = f"写有“{words}”", f"says {words!r}"
    if words and "坐标" in text:
        return True, (f"{open_[0]}，坐标不能采用", f"{open_[1]} of its coordinates")
    other = stated.contradiction(system)
    if other is None:
        return (False, open_) if stated.unsettled else None
    of_its_own = bool(stated.datums or stated.local) and (
        of_datum(stated).contradiction(system) is not None
    )
    return of_its_own and (bool(stated.unconverted) or _says(text, stated.local)), other


def _due(stated: Stated, system: pyproj.CRS) -> str:
    """Return words that a conversion is still due, where ``system`` is one after it."""
    new = of_datum(replace(stated, datums=("CGCS2000",)))
    after = not stated.datums and new.contradiction(system) is None
    return stated.unconverted if after else ""


def _says(text: str, local: str) -> bool:
    """Tell whether a clause says of the coordinates that they are in the datum it names."""
    marked = with_marks(text.replace(local, _LOCAL) if local else text, _FIRST)
    return any(_SAYS.fullmatch(part.strip()) is not None for part in _CLAUSE.split(marked))
