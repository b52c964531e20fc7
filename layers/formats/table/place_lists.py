"""Tables that list places, one in every row, though a column of theirs is called as corners are.

点号、村名、X、Y under 村庄位置一览表: read as corners, the villages would be one outline.
"""

from __future__ import annotations

import re

from layers.formats.angles import clean
from layers.formats.table.header import Header
from layers.formats.table.numbers import is_number_like
from layers.formats.table.rings import cell_of
from layers.formats.table.rows import names_a_corner
from layers.formats.table.sheets import Sheet

_CORNER = re.compile(r"拐点|界址|角点")
_OUTLINE = re.compile(r"(?<![米m])范围(?![内外])|边界|界线|红线|轮廓|圈定|四至|占地")
_LIST = re.compile(
    r"(?:村庄|自然村|行政村|居民[点区]|村民|民房|住户|学校|敏感(?:点|目标)|保护(?:目标|对象)|建[构]?筑物"
    r"|[监观]测点|采样点|钻孔)[^，。矿场司厂]{0,6}?(?:位置|一览|分布|名单|统计|坐标|表|情况|调查|清单|[（(]|$)"
    r"|点位(?:一览|分布|统计)"
)
_NAMING = re.compile(r"(?!.*(?:坐标|测绘|单位)).*(?:名称?|村庄|居民点|编[号码])")
_GENERIC = re.compile(r"名称?|编[号码]")
_NAMED = 0.5
"""Share of the rows of a list that have a name of their own; of corners, at most a third have."""


def lists_places(sheet: Sheet, header: Header) -> bool:
    """Tell whether each row names a place of its own, or a title says that places are listed."""
    above = [sheet.name, *(c for cells in sheet.rows[: header.row] for c in dict.fromkeys(cells))]
    corners = any(map(_CORNER.search, [*above, *sheet.rows[header.row]]))
    if corners or "ring" in header.roles.values() or any(map(_OUTLINE.search, above)):
        return False
    return any(map(_LIST.search, above)) or _has_names(sheet, header)


def _has_names(sheet: Sheet, header: Header) -> bool:
    """Return whether a column names something else in most rows, and no corners."""
    pairs = {c for p in header.pairs for c in (p.first, p.second)}
    rows = [
        row
        for row in range(header.row + 1, len(sheet.rows))
        if all(is_number_like(clean(cell_of(sheet, row, c) or "")) for c in pairs)
    ]
    for column, title in enumerate(header.names):
        if header.roles.get(column, "group") != "group" or not _NAMING.fullmatch(title):
            continue
        names = {name for row in rows if (name := cell_of(sheet, row, column))}
        corners = _GENERIC.fullmatch(title) and any(names_a_corner(n, frozenset()) for n in names)
        if not corners and len(names) > _NAMED * len(rows):
            return True
    return False
