"""Dam toes in columns of the facility: degrees on a datum of their own, moved as its outline is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import pyarrow as pa
import pyproj

from gis import crs as gis_crs
from gis.crs_names import datums_claimed
from gis.errors import CRSError
from gis.ragged import Floats, Ints
from layers.account import Issue
from layers.cells import take_out
from layers.columns import Built
from layers.errors import LayerError
from layers.fields import map_fields
from layers.formats.planes import Datum, datums_named, geographic
from layers.issues import listed, warning
from layers.schema import Schema
from layers.settings import LayerSettings

COLUMNS = ("toe_lon", "toe_lat")
_AS_THEY_STAND = ("CGCS2000", gis_crs.WGS84_NOTE)


def in_cgcs2000(
    built: Built,
    fields: Sequence[str],
    system: pyproj.CRS | None,
    schema: Schema,
    settings: LayerSettings,
) -> Built:
    """Return the columns with ``toe_lon`` and ``toe_lat`` as degrees of CGCS2000.

    They are degrees on the datum that their fields' names state, else on that of the file, and
    go the way that its outlines go. Where no way is known, or the two fields name different
    datums, they are unread; so is one without the other on another datum.

    Parameters
    ----------
    fields : names of the source's fields
    system : the file's, None where it has none that can be used
    """
    given = [built.columns.get(name) for name in COLUMNS]
    if system is None or any(column is None for column in given):
        return built
    lon, lat = (_floats(column) for column in given)
    degrees = np.column_stack([lon, lat])
    rows = np.flatnonzero(~np.isnan(degrees).all(axis=1))
    if not len(rows):
        return built
    names = _names(fields, schema, settings)
    try:
        base = _base(names, system)
        moved, way = _moved(degrees[rows], base, settings)
    except CRSError as fault:
        return _unread(built, rows, _not_moved(settings.source, names, fault))
    if way in _AS_THEY_STAND:
        return built
    degrees[rows] = moved
    columns = {n: pa.array(d, from_pandas=True) for n, d in zip(COLUMNS, degrees.T, strict=True)}
    built = replace(built, columns={**built.columns, **columns})
    alone = rows[np.isnan(moved).any(axis=1)]
    return _unread(built, alone, _told(settings.source, names, base, way))


def _floats(column: pa.Array) -> Floats:
    return np.array(column.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)


def _names(fields: Sequence[str], schema: Schema, settings: LayerSettings) -> list[list[str]]:
    """Return the fields that hold longitude, and those that hold latitude."""
    try:
        mapped = map_fields(list(fields), schema, settings.fields, file=settings.source)
    except LayerError:
        return [[], []]
    return [[m.field for m in mapped.matches.get(name, ())] for name in COLUMNS]


def _base(names: list[list[str]], system: pyproj.CRS) -> pyproj.CRS:
    """Return the system that the toes' degrees are in: as their fields say, else the file's."""
    own = gis_crs.degrees_of(system)
    file = _one_for_both(datums_claimed(own))
    said = [_one_for_both({d for name in column for d in datums_named(name)}) for column in names]
    lon, lat = (datums or file for datums in said)
    if lon != lat or len(lon) > 1:
        raise CRSError("字段名所称的基准不一", "the names of the fields tell several datums")
    return own if lon == file else geographic(cast(Datum, next(iter(lon))))


def _one_for_both(datums: Collection[str]) -> frozenset[str]:
    """Return the datums with CGCS2000 for WGS 84, which counts as the same."""
    return frozenset("CGCS2000" if datum == "WGS 84" else datum for datum in datums)


def _moved(degrees: Floats, base: pyproj.CRS, settings: LayerSettings) -> tuple[Floats, str]:
    shift = settings.shift.shift if settings.shift else None
    # What lies elsewhere is no toe, and is told as one far from its pond.
    within = gis_crs.in_china(degrees)
    there, way = gis_crs.to_cgcs2000(degrees[within], base, shift)
    out = degrees.copy()
    out[within] = there
    return out, way.description


def _unread(built: Built, rows: Ints, issue: Issue) -> Built:
    """Return the columns without the toes of ``rows``, and with what is to be said."""
    columns, unread = dict(built.columns), dict(built.unread)
    for name in COLUMNS:
        take_out(columns, unread, name, rows)
    return replace(built, columns=columns, unread=unread, issues=(*built.issues, issue))


def _shown(names: list[list[str]], language: str) -> str:
    return listed([n for column in names for n in column] or list(COLUMNS), language)


def _told(file: str, names: list[list[str]], base: pyproj.CRS, way: str) -> Issue:
    zh, en = _shown(names, "zh"), _shown(names, "en")
    return warning(
        "toe_moved",
        f"{file}：坝脚经纬度（{zh}）按 {base.name} 理解，已随图形转换到 CGCS2000（{way}）；"
        "若本来就是 CGCS2000，请以图层 dam_toe 给出",
        f"{file}: the dam toes ({en}) are taken as degrees of {base.name} and moved to CGCS2000 "
        f"as the outlines are ({way}); if they are CGCS2000 already, give them as a layer dam_toe",
    )


def _not_moved(file: str, names: list[list[str]], fault: CRSError) -> Issue:
    zh, en = _shown(names, "zh"), _shown(names, "en")
    return warning(
        "toe_unread",
        f"{file}：坝脚经纬度（{zh}）未采用：无法转换到 CGCS2000：{fault.zh}",
        f"{file}: the dam toes ({en}) are not used, no way leads to CGCS2000: {fault.en}",
    )
