"""Which datum a coordinate system is on, by the name and the ellipsoid of its datum.

Sources: EPSG Geodetic Parameter Dataset (datum 1043, ellipsoid 1024); the names that Esri, GDAL,
MapGIS and SuperMap write.
"""

from __future__ import annotations

import re

import pyproj

from gis.crs_names import datums_claimed, names_no_datum

_CGCS2000_DATUMS = {
    "china2000", "dchina2000", "cgcs2000", "dcgcs2000", "chinageodeticcoordinatesystem2000",
    "chinesegeodeticcoordinatesystem2000", "gcschinageodeticcoordinatesystem2000",
    "dchinageodeticcoordinatesystem2000", "中国2000", "国家2000", "中国2000大地坐标系",
    "国家2000大地坐标系", "中国2000国家大地坐标系", "2000中国大地坐标系", "2000国家大地坐标系",
    "中国大地坐标系2000", "国家大地坐标系2000", "cgcs2000国家大地坐标系",
}  # fmt: skip
_AXIS_M = 6378137.0
_INVERSE_FLATTENING = 298.257222101
_ROUNDED = 2e-7  # 298.257222 is the same ellipsoid to 0.01 mm
_WGS84_DATUMS = ("worldgeodeticsystem1984", "wgs84", "wgs1984", "dwgs1984")
# The words that a datum's name holds; New Beijing is another adjustment than Beijing 1954.
_OLD_DATUMS = {"newbeijing": "新北京54", "xian": "西安1980", "beijing": "北京1954"}
_MOST_PARAMETER = 1e-3  # of TOWGS84: a millimetre, a milliarcsecond, a part in 10^9
_FRAMES = re.compile(r"itrf|internationalterrestrialreferenceframe|grs(19)?80")


def datum_name(crs: pyproj.CRS) -> str:
    """Return the letters and figures of the datum's name, in small letters."""
    geodetic = crs.geodetic_crs
    name = geodetic.datum.name if geodetic is not None and geodetic.datum is not None else ""
    return "".join(c for c in name.lower() if c.isalnum())


def on_cgcs2000(crs: pyproj.CRS) -> bool:
    """Return whether the datum is CGCS2000, by its name and its ellipsoid."""
    ellipsoid = crs.ellipsoid
    return (
        ellipsoid is not None
        and abs(ellipsoid.semi_major_metre - _AXIS_M) < 1e-4
        and abs(ellipsoid.inverse_flattening - _INVERSE_FLATTENING) < _ROUNDED
        and datum_name(crs) in _CGCS2000_DATUMS
    )


def on_wgs84(crs: pyproj.CRS) -> bool:
    """Return whether the datum is WGS 84, in any of its realisations."""
    return datum_name(crs).startswith(_WGS84_DATUMS)


def old_datum(crs: pyproj.CRS) -> str | None:
    """Return the Chinese name of the old datum of China that a system is on, None for others."""
    return next((zh for key, zh in _OLD_DATUMS.items() if key in datum_name(crs)), None)


def may_be_cgcs2000(crs: pyproj.CRS) -> bool:
    """Tell whether a system that is not written as one on CGCS2000 may be one for all it says.

    It names CGCS2000 somewhere and no other datum of China; or leaves its datum open; or names a
    frame of the ITRF, of which CGCS2000 is one, or the ellipsoid alone.
    """
    if claimed := datums_claimed(crs):
        return claimed == {"CGCS2000"}
    return names_no_datum(crs) or _FRAMES.search(datum_name(crs)) is not None


def datum_differs(crs: pyproj.CRS) -> tuple[str, str] | None:
    """Return what a system writes of its datum that the datum it names has not, else None.

    Degrees of China, and of WGS 84, begin at Greenwich; neither CGCS2000 nor WGS 84 has
    parameters (TOWGS84) that move a place.
    """
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    claimed = datums_claimed(crs)
    origin = (crs.source_crs if crs.is_bound and crs.source_crs is not None else crs).prime_meridian
    if claimed and origin is not None and origin.longitude != 0.0:
        return (
            f"起始子午线写作“{origin.name}”（{origin.longitude:.10g}），不是格林尼治",
            f"its prime meridian is '{origin.name}' ({origin.longitude:.10g}), not Greenwich",
        )
    given = crs.coordinate_operation if crs.is_bound else None
    shift = [float(value) for value in given.towgs84] if given is not None else []
    if claimed & {"CGCS2000", "WGS 84"} and any(abs(v) > _MOST_PARAMETER for v in shift):
        shown = ", ".join(f"{value:.10g}" for value in shift)
        return (
            f"{'、'.join(sorted(claimed))} 带有转换参数 TOWGS84[{shown}]",
            f"{', '.join(sorted(claimed))} is written with parameters, TOWGS84[{shown}]",
        )
    return None
