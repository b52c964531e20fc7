"""Which system coordinates are in, and no silent datum."""

import numpy as np
import pytest

from gis.crs import (
    check_computable,
    from_cgcs2000,
    gauss_kruger_crs,
    in_china,
    parse_crs,
    recognise,
    to_cgcs2000,
)
from gis.errors import CRSError, DatumError

ESRI = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_38",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",38500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def one(x, y):
    return np.array([[x, y]], float)


@pytest.mark.parametrize(
    ("zone", "width", "prefix", "code"),
    [
        (13, 6, True, 4491), (23, 6, True, 4501), (13, 6, False, 4502), (23, 6, False, 4512),
        (25, 3, True, 4513), (45, 3, True, 4533), (25, 3, False, 4534), (45, 3, False, 4554),
        (38, 3, True, 4526), (38, 3, False, 4547),
    ],
)  # fmt: skip
def test_zones_have_their_codes(zone, width, prefix, code):
    crs = gauss_kruger_crs(zone, width, prefix)
    assert crs.to_epsg() == code
    lonlat, how = to_cgcs2000(one((zone * 1e6 if prefix else 0) + 5e5, 3_760_000), crs)
    assert lonlat[0, 0] == pytest.approx(zone * width - (3 if width == 6 else 0), abs=1e-12)
    assert how.accuracy_m == 0.0


def test_a_zone_that_china_lacks():
    with pytest.raises(CRSError):
        gauss_kruger_crs(46)


@pytest.mark.parametrize("crs", [ESRI, "EPSG:4526"])
def test_the_same_plane_under_two_names(crs):
    # Meridian arc of 3,760,000 m on the CGCS2000 ellipsoid, from pyproj.Geod.
    lonlat, how = to_cgcs2000(one(38_500_000, 3_760_000), crs)
    assert lonlat[0] == pytest.approx([114.0, 33.96699087], abs=1e-8)
    assert how.description == "CGCS2000"


@pytest.mark.parametrize("crs", [4326, "OGC:CRS84", 9057, 3857, 32649])
def test_wgs84_is_the_one_exception_and_says_so(crs):
    there, _ = from_cgcs2000(one(111, 34), crs)
    lonlat, how = to_cgcs2000(there, crs)
    assert lonlat[0] == pytest.approx([111, 34], abs=1e-9)
    assert how.accuracy_m == 1.0
    assert "WGS 84" in how.description


@pytest.mark.parametrize("crs", [4610, 2362, 4214, 2415, 4555])
def test_old_datums_are_asked_for_parameters(crs):
    with pytest.raises(DatumError, match="parameters"):
        to_cgcs2000(one(114, 34), crs)


@pytest.mark.parametrize("crs", [4674, 4269, 7912, 27700])
def test_no_ballpark_shift(crs):
    with pytest.raises(DatumError, match="ballpark"):
        to_cgcs2000(one(114, 34), crs)


def test_a_geocentric_system_is_none():
    with pytest.raises(CRSError):
        to_cgcs2000(one(1, 2), 4479)


@pytest.mark.parametrize(
    "method",
    ["Transverse_Mercator_South_Orientated", "Bonne", "Local", "Krovak", "Not_A_Projection"],
)
def test_a_projection_that_cannot_be_computed_is_refused(method):
    crs = ESRI.replace("Gauss_Kruger", method).replace("CGCS2000_3_Degree_GK_Zone_38", "矿区")
    for use in (
        lambda: check_computable(crs),
        lambda: to_cgcs2000(one(38_500_000, 3_760_000), crs),
        lambda: from_cgcs2000(one(114, 34), crs),
    ):
        with pytest.raises(CRSError, match="the projection of 矿区 cannot be computed") as caught:
            use()
        assert "坐标系 矿区 的投影无法计算" in caught.value.zh


def test_projections_that_can_be_computed_are_not_refused():
    for crs in (ESRI, "EPSG:4490", "EPSG:3857", "EPSG:32649", "EPSG:27700", "EPSG:5514"):
        check_computable(crs)


def test_nonsense_is_refused():
    with pytest.raises(CRSError, match="没有这个"):
        parse_crs("没有这个")


@pytest.mark.parametrize(
    ("xy", "kind", "axis", "zone", "width"),
    [
        ((38_500_000, 3_760_000), "gauss_kruger", "xy", 38, 3),
        ((3_760_000, 38_500_000), "gauss_kruger", "yx", 38, 3),
        ((20_500_000, 3_760_000), "gauss_kruger", "xy", 20, 6),
        ((500_000, 3_760_000), "gauss_kruger", "xy", None, None),
        ((3_760_000, 500_000), "gauss_kruger", "yx", None, None),
        ((111.5, 39.5), "degrees", "xy", None, None),
        ((39.5, 111.5), "degrees", "yx", None, None),
        ((-65.2, -23.1), "degrees", "xy", None, None),
        ((24_500_000, 3_760_000), "unknown", "xy", None, None),
        ((5.0, 4e9), "unknown", "xy", None, None),
    ],
)
def test_coordinates_show_their_zone_but_not_their_datum(xy, kind, axis, zone, width):
    found = recognise([xy])
    assert (found.kind, found.axis, found.zone, found.width) == (kind, axis, zone, width)


def test_two_zones_in_one_file_are_not_one_zone():
    assert recognise([(38_500_000, 3_760_000), (39_500_000, 3_760_000)]).kind == "unknown"


def test_china():
    points = np.array([[111, 39], [72.9, 39], [111, 54.1], [np.nan, 39]])
    assert list(in_china(points)) == [True, False, False, False]
