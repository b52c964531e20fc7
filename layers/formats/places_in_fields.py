"""Fields that hold places of their own: they stay as they stand where outlines change datum."""

from __future__ import annotations

import re

from gis.crs_names import datums_claimed
from layers.account import Issue
from layers.formats.source import Source
from layers.issues import listed, warning

_NAMES = re.compile(r"[经纬]度|[横纵]坐标|(?:^|_)(?:lon|lat|lng|longitude|latitude)(?:_|$)", re.I)
_ONE = frozenset({"CGCS2000", "WGS 84"})


def left_behind(source: Source, moved: Source) -> list[Issue]:
    """Return the warning about fields whose places are still on the datum of ``source``."""
    if source.crs is None or moved.crs is None:
        return []
    before, after = datums_claimed(source.crs), datums_claimed(moved.crs)
    if before == after or before | after <= _ONE:
        return []
    names = [name for name in source.columns if _NAMES.search(name)]
    if not names:
        return []
    return [
        warning(
            "field_places_not_moved",
            f"图形已转换到 {moved.crs.name}，而字段 {listed(names)} 的坐标照原值写出，"
            f"仍在 {source.crs.name} 中",
            f"the outlines are now in {moved.crs.name}; the places in {listed(names, 'en')} are "
            f"written as they stand, in {source.crs.name}",
        )
    ]
