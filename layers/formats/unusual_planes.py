"""Planes that no survey of China is drawn in, where only the user says that a file is in one."""

from __future__ import annotations

import numpy as np
import pyproj
import shapely

from gis.crs_names import is_web_mercator, utm_shrink
from gis.ragged import Shapes
from layers.account import Issue
from layers.issues import warning


def doubted(shapes: Shapes, crs: pyproj.CRS) -> tuple[Issue, ...]:
    """Return the warning about a UTM zone or web Mercator that only its user states.

    Coordinates of a UTM zone and of the Gauss-Krüger zone on its meridian look alike: nothing but
    the scale differs, and a place taken for the other lies up to two kilometres north or south.
    """
    if is_web_mercator(crs):
        return (
            warning(
                "plane_unusual",
                f"所给坐标系 {crs.name} 是网络地图的投影，不是测绘用的平面，长度按纬度放大；"
                "文件本身没有写明坐标系，请核对坐标是否确为网络墨卡托",
                f"{crs.name}, given by the user, is a projection of web maps and no surveyor's "
                "plane; the file states no system: check that its coordinates are web Mercator",
            ),
        )
    shrink = utm_shrink(crs)
    if shrink is None:
        return ()
    north = shapely.get_coordinates(shapes)[:, 1] - shrink[1]
    north = np.abs(north[np.isfinite(north)])
    metres = float(north.max(initial=0.0)) * shrink[0]
    ppm = shrink[0] * 1e6
    return (
        warning(
            "plane_unusual",
            f"所给坐标系 {crs.name} 是 UTM（尺度 0.9996），国内矿业权、尾矿库坐标一般为"
            f"高斯-克吕格（尺度 1），二者相差距赤道距离的百万分之 {ppm:.0f}，"
            f"此处约 {metres / 1000:.1f} 千米；文件本身没有写明坐标系，请核对",
            f"{crs.name}, given by the user, is UTM (scale 0.9996); coordinates of mines in China "
            f"are as a rule Gauss-Krüger (scale 1). They differ by {ppm:.0f} ppm of the distance "
            f"from the equator, some {metres / 1000:.1f} km here; the file states no system, check",
        ),
    )
