"""What the header of a national corner text says about its coordinates."""

from __future__ import annotations

from pathlib import Path

import pyproj

from layers.account import Issue
from layers.formats.planes import Axes, Datum, datums_named, geographic, plane, width_of
from layers.formats.source import refusal
from layers.formats.stated import Stated, stated_in
from layers.issues import warning


def stated_crs(
    path: Path, keys: dict[str, str], axes: Axes
) -> tuple[pyproj.CRS | None, str, Stated]:
    """Return the CRS of the corners, None where header and eastings do not tell it, and why.

    Last comes all that is written of it.

    Raises
    ------
    FormatError
        The header names an unknown datum or contradicts the eastings.
    """
    datum = _datum(path, keys.get("坐标系", ""))
    words = "\n".join(f"{key}={value}" for key, value in keys.items() if value)
    stated = stated_in(words).of((datum,) if datum else ())
    width, zone = _zone(path, keys, axes, stated) if axes.kind == "plane" else (3, None)
    said = f"坐标系={keys.get('坐标系', '')}, 带号={keys.get('带号', '')}; {axes.note()}"
    doubt = stated.doubt(axes)
    if datum is None or doubt:
        return None, f"{doubt}；{axes.note()}", stated
    if axes.kind == "degrees":
        return geographic(datum), said, stated
    if zone is None:
        return None, said, stated
    try:
        return plane(datum, width, zone, axes.zone is not None), said, stated
    except KeyError:
        raise refusal(
            path, f"没有 {width} 度带第 {zone} 带", f"there is no {width}-degree zone {zone}"
        ) from None


def _datum(path: Path, stated: str) -> Datum | None:
    if not stated:
        return None
    named = datums_named(stated)
    if len(named) != 1:
        raise refusal(path, f"坐标系={stated} 不能识别", f"坐标系={stated} is not understood")
    return named[0]


def _zone(path: Path, keys: dict[str, str], axes: Axes, stated: Stated) -> tuple[int, int | None]:
    """Return zone width and number; header and eastings must not contradict each other."""
    header = _header_integer(path, keys, "带号")
    width = _header_integer(path, keys, "几度分带")
    if keys.get("投影类型", "") not in ("", "高斯克吕格", "高斯-克吕格", "高斯投影"):
        kind = keys["投影类型"]
        raise refusal(path, f"投影类型={kind} 不能识别", f"投影类型={kind} is not understood")
    if keys.get("计量单位", "") not in ("", "米", "m", "M"):
        unit = keys["计量单位"]
        raise refusal(
            path, f"计量单位={unit} 与坐标不符", f"计量单位={unit} contradicts the numbers"
        )
    if header and axes.zone and header != axes.zone:
        raise refusal(
            path,
            f"带号={header}，但横坐标的带号是 {axes.zone}",
            f"带号={header}, but the eastings tell zone {axes.zone}",
        )
    if (said := stated.zone_conflict(axes)) is not None:
        raise refusal(path, *said)
    zone = axes.zone or header or stated.zone()
    told = width_of(zone) if zone else None
    if (zone and told is None) or (width and told and width != told):
        raise refusal(
            path,
            f"几度分带={keys.get('几度分带', '')} 与带号 {zone} 矛盾",
            f"几度分带={keys.get('几度分带', '')} contradicts zone {zone}",
        )
    return told or 3, zone


def _header_integer(path: Path, keys: dict[str, str], key: str) -> int | None:
    value = keys.get(key, "")
    if not value:
        return None
    if not value.isdecimal():
        raise refusal(path, f"{key}={value} 不是整数", f"{key}={value} is not an integer")
    return int(value)


def header_issues(keys: dict[str, str], axes: Axes) -> list[Issue]:
    """Return warnings about what the header says and the reader did not follow."""
    issues: list[Issue] = []
    if axes.swapped and axes.kind == "plane":
        zh = "X、Y 与规定相反（横坐标在前），已对调"
        issues.append(warning("axes_swapped", zh, "easting stands before northing; swapped"))
    if axes.kind == "degrees" and keys.get("计量单位", "") in ("米", "m", "M"):
        zh = "计量单位=米，但坐标是经纬度，按经纬度读"
        en = "计量单位=米, but the numbers are longitude and latitude; read as such"
        issues.append(warning("unit_contradicted", zh, en))
    shifts = [p for p in keys.get("转换参数", "").split(",") if p.strip(" 0.+-")]
    if shifts:
        zh = "转换参数不为零，未使用：坐标按所述坐标系读"
        en = "转换参数 is not zero and not applied: coordinates are taken as they stand"
        issues.append(warning("parameters_ignored", zh, en))
    return issues
