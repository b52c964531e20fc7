"""The datum of a system, by its name and its ellipsoid."""

import pyproj
import pytest

from gis.datum_names import datum_differs, may_be_cgcs2000, old_datum, on_cgcs2000, on_wgs84

WKT = (
    'PROJCS["{name}",GEOGCS["{base}",DATUM["{datum}",SPHEROID["S",{a},{rf}]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",38500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def on(datum, a=6378137.0, rf=298.257222101, name="矿区", base="B"):
    return pyproj.CRS.from_wkt(WKT.format(datum=datum, a=a, rf=rf, name=name, base=base))


@pytest.mark.parametrize(
    "datum",
    ["D_China_2000", "China_2000", "D_China_Geodetic_Coordinate_System_2000", "CGCS2000",
     "中国2000大地坐标系", "2000国家大地坐标系", "国家2000"],
)  # fmt: skip
def test_spellings_of_cgcs2000(datum):
    assert on_cgcs2000(on(datum))


@pytest.mark.parametrize(("rf", "same"), [(298.257222, True), (298.2572221, True),
                                          (298.25722, False), (298.257223563, False)])  # fmt: skip
def test_a_flattening_that_is_rounded_is_the_same(rf, same):
    assert on_cgcs2000(on("D_China_2000", rf=rf)) is same
    assert not on_cgcs2000(on("D_China_2000", rf=rf, a=6378140.0))


@pytest.mark.parametrize("datum", ["D_ITRF_2000", "D_Assumed", "基于国家2000的独立坐标系"])
def test_other_names_are_not_cgcs2000(datum):
    assert not on_cgcs2000(on(datum))


@pytest.mark.parametrize(
    ("crs", "open_datum"),
    [
        (on("D_ITRF_2000"), True),
        (on("D_Assumed"), True),
        (on("D_Unknown"), True),
        (on("D_GRS_1980"), True),
        (on("某基准", name="CGCS2000_3_Degree_GK_Zone_38"), True),
        (on("D_Xian_1980", 6378140.0, 298.257), False),
        (on("D_WGS_1984", rf=298.257223563), False),
        (on("D_WGS_1984", rf=298.257223563, name="CGCS2000_3_Degree_GK_Zone_38"), False),
        (pyproj.CRS.from_epsg(4269), False),
    ],
)
def test_what_may_be_cgcs2000_if_its_user_says_so(crs, open_datum):
    assert may_be_cgcs2000(crs) is open_datum


def test_other_datums_of_china():
    assert old_datum(pyproj.CRS.from_epsg(2362)) == "西安1980"
    assert old_datum(pyproj.CRS.from_epsg(4555)) == "新北京54"
    assert old_datum(pyproj.CRS.from_epsg(4526)) is None
    assert on_wgs84(pyproj.CRS.from_epsg(32649)) and not on_wgs84(pyproj.CRS.from_epsg(4526))


def changed(old, new, datum="D_China_2000"):
    return pyproj.CRS.from_wkt(WKT.format(datum=datum, a=6378137.0, rf=298.257222101, name="矿区",
                                          base="B").replace(old, new))  # fmt: skip


SPHEROID, MOVED = "298.257222101]", "298.257222101],TOWGS84[{}]"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (SPHEROID, MOVED.format("10,20,30,0,0,0,0"), "TOWGS84[10, 20, 30, 0, 0, 0, 0]"),
        (SPHEROID, MOVED.format("0,0,0,0,0,5,0"), "TOWGS84[0, 0, 0, 0, 0, 5, 0]"),
        ('"Greenwich",0.0', '"Paris",2.33722917', "its prime meridian is 'Paris' (2.33722917)"),
    ],
)
@pytest.mark.parametrize("datum", ["D_China_2000", "D_WGS_1984"])
def test_a_datum_that_was_moved_is_not_the_one_it_is_called(old, new, said, datum):
    assert said in datum_differs(changed(old, new, datum))[1]


@pytest.mark.parametrize(
    ("old", "new", "datum"),
    [
        ("", "", "D_China_2000"),
        (SPHEROID, MOVED.format("0,0,0,0,0,0,0"), "D_China_2000"),
        (SPHEROID, MOVED.format("0,0,0,0,0,0,0"), "D_WGS_1984"),
        (SPHEROID, MOVED.format("10,20,30"), "D_Xian_1980"),  # is asked for parameters anyway
        ('"Greenwich",0.0', '"Paris",2.33722917', "D_NTF"),
    ],
)
def test_a_datum_that_was_not_moved(old, new, datum):
    assert datum_differs(changed(old, new, datum)) is None
