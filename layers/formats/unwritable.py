"""Rows that cannot be written: the whole file is refused then, and none is left out."""

from __future__ import annotations

from collections.abc import Set

import numpy as np
import numpy.typing as npt
import shapely

from gis.crs import off_plane, other_zone, transposed
from layers.account import Issue
from layers.catalog import catalog
from layers.fields import map_fields
from layers.formats.row_datums import kinds_of
from layers.formats.source import Source, refusal
from layers.issues import label_en, listed, warning
from layers.stated_accuracy import fields_of


def refuse_unplaced(source: Source) -> None:
    """Refuse rows without an outline, or with places that their system does not hold.

    Raises
    ------
    FormatError
        It names the first of them.
    """
    lost = shapely.is_missing(source.geometry) | shapely.is_empty(source.geometry)
    refuse_rows(source, np.flatnonzero(lost), "没有可读的图形", "no outline that can be read")
    refuse_wild(source, "坐标不是有限数值", "a coordinate that is not a finite number")
    told = "坐标与坐标系不符（度或米）", "degrees where metres should be, or metres for degrees"
    refuse_rows(source, kinds_of(source), *told)
    told = "坐标不在坐标系的平面或带内", "a coordinate of another zone or off the plane"
    refuse_rows(source, _off_planes(source), *told)


def refuse_unread(source: Source, held: Set[str | None] | None) -> list[Issue]:
    """Refuse cells that were not read, of columns that are judged: written they would be empty.

    Parameters
    ----------
    held : the fields that the form holds, None for all

    Returns
    -------
    Warnings about cells of other fields, which are left empty.
    """
    lost = {name: rows for name, rows in source.lost.items() if len(rows)}
    if held is not None:
        lost = {name: rows for name, rows in lost.items() if name in held}
    judged = _judged(source) if lost else set()
    issues = []
    for name, rows in lost.items():
        zh = f"字段 {name} 的值未能读取"
        en = f"field {name} holds what could not be read"
        if name in judged:
            zh, en = f"{zh}，写出后会成为空值，无从审查", f"{en} and would be written as empty"
            refuse_rows(source, rows, zh, en)
        names = [source.labels[k] for k in rows]
        where = listed([label_en(n) for n in names], "en", 3)
        issues.append(
            warning("cell_not_written", f"{listed(names, shown=3)}：{zh}，不写出",
                    f"{where}: {en}; not written")
        )  # fmt: skip
    return issues


def _judged(source: Source) -> set[str]:
    """Return the fields that hold, or may hold, a column of any layer."""
    fields = list(dict.fromkeys([*source.columns, *source.lost]))
    cut = source.format == "ESRI Shapefile"
    out = set(fields_of(fields))
    for schema in catalog().values():
        found = map_fields(fields, schema, {}, file="", cut=cut, rests=source.rests)
        out |= {match.field for matches in found.matches.values() for match in matches}
        out.update(*found.units.values(), *found.doubtful.values())
    return out


def refuse_wild(source: Source, zh: str, en: str) -> None:
    """Refuse rows with coordinates that are no finite numbers, in these words."""
    xy, row = shapely.get_coordinates(source.geometry, return_index=True)
    refuse_rows(source, np.unique(row[~np.isfinite(xy).all(axis=1)]), zh, en)


def refuse_off_globe(source: Source) -> None:
    """Refuse rows whose degrees are none."""
    xy, row = shapely.get_coordinates(source.geometry, return_index=True)
    off = ~((np.abs(xy[:, 0]) <= 360) & (np.abs(xy[:, 1]) <= 90))
    refuse_rows(source, np.unique(row[off]), "经纬度不在地球上", "a place off the globe")


def refuse_rows(source: Source, rows: npt.NDArray[np.int64], zh: str, en: str) -> None:
    """Refuse the whole if there are ``rows`` that cannot be written: none is left out."""
    if len(rows):
        names = [source.labels[k] for k in rows]
        where = listed([label_en(name) for name in names], "en", 3)
        raise refusal(source.path, f"{listed(names, shown=3)}：{zh}", f"{where}: {en}")


def _off_planes(source: Source) -> npt.NDArray[np.int64]:
    if source.crs is None:
        return np.empty(0, np.int64)
    xy, row = shapely.get_coordinates(source.geometry, return_index=True)
    off = transposed(xy, source.crs) | off_plane(xy, source.crs) | other_zone(xy, source.crs)
    return np.unique(row[off])
