"""Eastings that carry the number of their zone, in a system that has none, and the reverse.

A .prj without the number (EPSG:4547) beside eastings with it (38,400,223 m) is usual: programs
offer both planes of a zone under names that look alike.
"""

from __future__ import annotations

import numpy as np
import pyproj

from gis import crs as gis_crs
from gis.crs_names import are_one, central_meridian
from gis.ragged import Bools, Floats


def twin(crs: pyproj.CRS, xy: Floats) -> pyproj.CRS | None:
    """Return the plane of CGCS2000 that differs from ``crs`` by its zone number alone, and fits.

    None where coordinates (n, 2) fit ``crs``, or do not all fit the other.
    """
    if central_meridian(crs) is None:
        return None
    zone = gis_crs.zone_prefix(crs)
    found = gis_crs.recognise(xy)
    number = found.zone if zone is None else zone
    width = next((w for w in (3, 6) if number in gis_crs.ZONES[w]), None)
    if number is None or width is None or not len(xy):
        return None
    own = gis_crs.gauss_kruger_crs(number, width, prefix=zone is not None)
    other = gis_crs.gauss_kruger_crs(number, width, prefix=zone is None)
    fits = are_one(crs, own) and _fit(xy, other).all() and not _fit(xy, crs).any()
    return other if fits else None


def _fit(xy: Floats, crs: pyproj.CRS) -> Bools:
    """Return (n,) bool: the coordinate lies within a zone's reach of the plane."""
    odd = gis_crs.other_zone(xy, crs) | gis_crs.off_plane(xy, crs) | gis_crs.beside_zone(xy, crs)
    return np.asarray(~odd, np.bool_)
