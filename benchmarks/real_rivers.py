"""How far Natural Earth's Yellow River lies from the one of the national 1:4 million map."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import shapely

ELLIPSOID = pyproj.Geod(ellps="GRS80")
FILES = ("rivers/ne_10m_rivers_yellow_river_box.geojson", "rivers/hyd1_4l.shp")


def offsets(data: Path) -> dict[str, float]:
    """Return shares of Natural Earth's line (points every 0.01 degrees) and their distance, m.

    The national map has no .prj; its degrees are taken as they stand.
    """
    world = pyogrio.read_dataframe(data / FILES[0])
    nation = pyogrio.read_dataframe(data / FILES[1], encoding="GBK")
    huang = np.array(world[world["name"] == "Huang"].geometry.values, dtype=object)
    yellow = np.array(nation[nation["NAME"] == "黄河"].geometry.values, dtype=object)
    points = shapely.points(shapely.get_coordinates(shapely.segmentize(huang, 0.01)))
    lines = shapely.shortest_line(points, shapely.union_all(shapely.segmentize(yellow, 0.002)))
    ends = shapely.get_coordinates(lines).reshape(-1, 4)
    away = ELLIPSOID.inv(*ends.T)[2]
    half, most, nearly = np.percentile(away, [50, 68, 90])
    return {"half": float(half), "sigma": float(most), "nine_tenths": float(nearly)}
