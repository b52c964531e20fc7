"""Rows brought into the system in which they are written, and what is known of the way there.

Coordinates are left alone where the target may keep the source's system; else they go through
CGCS2000 by an exact operation or not at all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import numpy as np
import pyproj
import shapely

from gis.crs import (
    Transformation,
    degrees_of,
    from_cgcs2000,
    gauss_kruger_crs,
    is_cgcs2000,
    to_cgcs2000,
    zone_prefix,
)
from gis.crs_names import datums_claimed
from gis.datum import OldDatum
from gis.errors import CRSError, DatumError
from gis.ragged import Floats, Shapes
from layers.account import Issue
from layers.datum_file import DatumFile
from layers.formats.source import Source, refusal
from layers.formats.unwritable import refuse_off_globe
from layers.issues import warning
from layers.whereabouts import Reason

_OWN_SYSTEM = frozenset({"gpkg", "shp"})
DEGREES = frozenset({"geojson", "kml"})
"""Forms that are written in degrees."""
_HALF_WIDTH = 3.0
_OLD = frozenset(get_args(OldDatum))
_ASKED = "；参数文件用 --datum 给出", "; name the file of parameters by --datum"
_WRONG = "（--datum）", " (--datum)"


@dataclass(frozen=True, eq=False)
class Moved:
    """Rows in the target's system.

    Attributes
    ----------
    way : how they came there, None where no datum was left
    shifted : by the user's own parameters, whose accuracy is then that of the places
    """

    source: Source
    way: Transformation | None = None
    shifted: bool = False
    issues: tuple[Issue, ...] = ()


def system_for(source: Source, kind: str, datum: DatumFile | None) -> pyproj.CRS:
    """Return the system in which a form is written where the user names none.

    Raises
    ------
    CRSError, FormatError
        No exact operation leads to CGCS2000, or no national zone holds the rows.
    """
    assert source.crs is not None
    if kind in DEGREES:
        return pyproj.CRS.from_epsg(4490)
    if kind in _OWN_SYSTEM or (zone_prefix(source.crs) is not None and is_cgcs2000(source.crs)):
        return source.crs
    lonlat, _ = _in_degrees(source, datum)
    refuse_off_globe(replace(source, geometry=_placed(source.geometry, lonlat)))
    west, east = lonlat[:, 0].min(), lonlat[:, 0].max()
    zone = round((west + east) / 2 / 3)
    if max(abs(west - 3 * zone), abs(east - 3 * zone)) > _HALF_WIDTH:
        raise refusal(
            source.path,
            f"东西跨 {east - west:.1f} 度，不能写入一个 3 度带",
            f"spans {east - west:.1f} degrees, too much for one 3-degree zone",
        )
    if not 25 <= zone <= 45:
        zh, en = "不在中国，不能写入国家 3 度带", "is not in China; no zone of its own"
        raise refusal(source.path, zh, en)
    return gauss_kruger_crs(zone)


def check_degrees(target: Path, crs: pyproj.CRS) -> None:
    """Refuse a system for a form that is read as degrees of WGS 84, whatever is in it.

    Raises
    ------
    FormatError
        It is no system of degrees, or one on another datum.
    """
    datum = degrees_of(crs)
    if crs.is_geographic and (is_cgcs2000(datum) or datums_claimed(datum) == {"WGS 84"}):
        return
    kind = target.suffix.lower().removeprefix(".")
    raise refusal(
        target,
        f"{kind} 只能写 CGCS2000 或 WGS 84 的经纬度，不能写 {crs.name}；"
        "请去掉 --to-crs 或写 gpkg、shp",
        f"{kind} holds degrees of CGCS2000 or WGS 84 only, not {crs.name}; leave out --to-crs, or "
        "write gpkg or shp",
    )


def move(source: Source, crs: pyproj.CRS, datum: DatumFile | None) -> Moved:
    """Return the rows in ``crs``, and all that the way there has to say.

    Raises
    ------
    CRSError, DatumError
        No exact operation leads there, or ``datum`` was given and the rows stay on the old one.
    """
    assert source.crs is not None
    if crs.equals(source.crs, ignore_axis_order=True):
        return Moved(source, issues=_unused(source, datum))
    lonlat, way = _in_degrees(source, datum)
    with _naming(source.path):
        xy, onward = from_cgcs2000(lonlat, crs)
    shifted = datum is not None and way.description == datum.shift.description
    said = datum.told(lonlat) if datum and shifted else _unused(source, datum)
    parts = {
        name: move(part, crs, datum if shifted else None).source
        for name, part in source.companions.items()
        if part.crs
    }
    there = replace(source, crs=crs, geometry=_placed(source.geometry, xy), companions=parts)
    return Moved(there, _whole(way, onward), shifted, said)


def _in_degrees(source: Source, datum: DatumFile | None) -> tuple[Floats, Transformation]:
    assert source.crs is not None
    shift = datum.shift if datum else None
    old = bool(datums_claimed(source.crs) & _OLD)
    with _naming(source.path, (_WRONG if datum else _ASKED) if old else ("", "")):
        return to_cgcs2000(shapely.get_coordinates(source.geometry), source.crs, shift)


def _whole(way: Transformation, onward: Transformation) -> Transformation | None:
    """Return both halves of a way as one, None where it ends on the datum it began on."""
    if way == onward:
        return None
    steps = [step for step in (way, onward) if step.accuracy_m or step.description != "CGCS2000"]
    return Transformation(
        "; ".join(step.description for step in steps), math.hypot(way.accuracy_m, onward.accuracy_m)
    )


def _unused(source: Source, datum: DatumFile | None) -> tuple[Issue, ...]:
    """Tell parameters that have nothing to do; refuse rows that stay where they lead away from."""
    if datum is None:
        return ()
    assert source.crs is not None
    lonlat, way = _in_degrees(source, datum)
    if way.description != datum.shift.description:
        zh = f"--datum 的转换参数没有用到：{source.crs.name} 不是 {datum.shift.datum}"
        en = f"the parameters of --datum are not used: {source.crs.name} is not {datum.shift.datum}"
        return (warning("datum_unused", zh, en),)
    middle = float(lonlat[:, 0].min() + lonlat[:, 0].max()) / 2
    code = gauss_kruger_crs(min(max(round(middle / 3), 25), 45)).to_epsg()
    raise DatumError(
        f"{source.path}：给了 --datum，写出的文件却仍在 {source.crs.name} 中，转换参数没有用到；"
        f"请用 --to-crs 给出 CGCS2000 的坐标系（如 EPSG:{code}），或去掉 --datum",
        f"{source.path}: the file would stay in {source.crs.name} and the parameters of --datum "
        f"be of no use; name a system of CGCS2000 by --to-crs (EPSG:{code}, say), or leave out "
        "--datum",
    )


@contextmanager
def _naming(path: Path, hint: Reason = ("", "")) -> Iterator[None]:
    """Let errors name the file, and say by what option parameters are given."""
    try:
        yield
    except CRSError as fault:
        zh, en = hint if isinstance(fault, DatumError) else ("", "")
        raise type(fault)(f"{path}：{fault.zh}{zh}", f"{path}: {fault.en}{en}") from fault


def _placed(shapes: Shapes, xy: Floats) -> Shapes:
    """Return copies of the shapes with other coordinates."""
    return np.asarray(shapely.set_coordinates(shapes.copy(), xy), dtype=object)
