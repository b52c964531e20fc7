"""Names and numbers of a system that are of two systems."""

from contextlib import suppress

import numpy as np
import pyproj
import pytest
from pyproj.database import query_crs_info

from gis.crs import to_cgcs2000
from gis.crs_names import contradiction, datums_of, difference
from gis.datum import FourParameters
from gis.errors import DatumError

ESRI = (
    'PROJCS["{name}",GEOGCS["{base}",DATUM["{datum}",SPHEROID["{ellipsoid}",{a},{rf}]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",{east}],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",{meridian}],PARAMETER["Scale_Factor",{scale}],'
    'PARAMETER["Latitude_Of_Origin",{latitude}],UNIT["Meter",1.0]{code}]'
)
ZONE_38 = {
    "name": "CGCS2000_3_Degree_GK_Zone_38",
    "base": "GCS_China_Geodetic_Coordinate_System_2000",
    "datum": "D_China_2000",
    "ellipsoid": "CGCS2000",
    "a": 6378137.0,
    "rf": 298.257222101,
    "east": 38500000.0,
    "meridian": 114.0,
    "scale": 1.0,
    "latitude": 0.0,
    "code": "",
}
XIAN = {"base": "GCS_Xian_1980", "datum": "D_Xian_1980"}
IAG = {"ellipsoid": "Xian_1980", "a": 6378140.0, "rf": 298.257}


def system(**changes):
    return pyproj.CRS.from_wkt(ESRI.format(**{**ZONE_38, **changes}))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "CGCS2000_3_Degree_GK_CM_114E", "east": 500000.0},
        {"east": 500000.0},  # zone in the name, none in the eastings
        {"name": "矿区", "meridian": 113.5, "east": 500000.0},  # a plane of one's own
        {"ellipsoid": "GRS_1980"},
        {"base": "GCS_WGS_1984", "datum": "D_WGS_1984", "rf": 298.257223563},
        {**XIAN, **IAG, "name": "Xian_1980_3_Degree_GK_Zone_38"},
        {"name": "2000国家大地坐标系_3度带_38带"},
        {"name": "2000国家大地坐标系_3度带_中央子午线114"},
        {"name": "CGCS2000_3_Degree_GK_CM_113_30E", "meridian": 113.5, "east": 500000.0},
        {"name": "CGCS2000_3_Degree_GK_CM_113.5E", "meridian": 113.5, "east": 500000.0},
        {"name": "2000国家大地坐标系_高斯_中央子午线113°30′", "meridian": 113.5, "east": 500000.0},
        {"code": ',AUTHORITY["EPSG","4526"]'},
    ],
)
def test_what_agrees_is_believed(changes):
    assert contradiction(system(**changes)) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"meridian": 117.0}, "has the central meridian 114°, but 117° is written"),
        ({"name": "CGCS2000_3_Degree_GK_CM_114E", "meridian": 117.0, "east": 500000.0}, "114°"),
        ({"name": "CGCS2000_GK_CM_113_30E", "meridian": 113.0, "east": 500000.0}, "113.5°"),
        ({"name": "矿区_3度带_38带", "meridian": 117.0, "east": 500000.0}, "114°"),
        ({"name": "西安80_中央子午线111_高斯", **XIAN, **IAG, "east": 500000.0}, "111°"),
        ({"name": "a", "east": 39500000.0}, "false easting 39500000 m begins with zone 39"),
        ({"east": 39500000.0}, "false easting 39500000 m"),
        ({"latitude": 1.0}, "latitude 1°"),
        ({"scale": 0.9996}, "has the scale 1, but 0.9996 is written"),
        ({"name": "矿区_UTM_Zone_49N", "east": 500000.0}, "central meridian 111°"),
        ({"name": "Xian_1980_3_Degree_GK_Zone_38"}, "is Xian 1980, but 'China 2000' is CGCS2000"),
        ({**XIAN, "name": "Xian_1980_3_Degree_GK_Zone_38"}, "a=6378140, 1/f=298.257"),
        ({**IAG}, "a=6378137, 1/f=298.257222101"),
        ({"name": "西安80转CGCS2000"}, "is Xian 1980, but"),
        (
            {"name": "a", "east": 500000.0, "meridian": 117.0, "code": ',AUTHORITY["EPSG","4547"]'},
            "EPSG:4547 (CGCS2000 / 3-degree Gauss-Kruger CM 114E) is written, but the numbers are",
        ),
    ],
)
def test_what_contradicts_itself_says_how(changes, said):
    zh, en = contradiction(system(**changes))
    assert said in en
    assert zh and "None" not in zh


def test_a_compound_or_bound_system_is_taken_apart():
    wrong = system(meridian=117.0)
    height = pyproj.CRS.from_epsg(5737)
    assert contradiction(pyproj.crs.CompoundCRS("two", [wrong, height])) is not None


@pytest.mark.slow
def test_the_registry_contradicts_itself_nowhere():
    """Systems of China, and some of the others, as the registry and as older files write them."""
    kinds = [pyproj.enums.PJType.PROJECTED_CRS, pyproj.enums.PJType.GEOGRAPHIC_2D_CRS]
    infos = [i for a in ("EPSG", "ESRI") for i in query_crs_info(auth_name=a, pj_types=kinds)]
    chosen = [i for k, i in enumerate(infos) if datums_of(i.name) or k % 50 == 0]
    chosen = [i for k, i in enumerate(chosen) if k % 3 == 0 and "grid system" not in i.name]
    assert len(chosen) > 150
    for info in chosen:
        native = pyproj.CRS.from_user_input(f"{info.auth_name}:{info.code}")
        assert contradiction(native) is None, info
        with suppress(pyproj.exceptions.CRSError):  # methods that older forms do not know
            older = native.to_wkt("WKT1_ESRI")
            assert contradiction(pyproj.CRS.from_wkt(older)) is None, info


def test_two_statements():
    cgcs, other = pyproj.CRS.from_epsg(4526), pyproj.CRS.from_epsg(4527)
    assert difference(cgcs, pyproj.CRS.from_wkt(cgcs.to_wkt("WKT1_ESRI"))) is None
    assert difference(cgcs, other)[1] == (
        "it says CGCS2000 / 3-degree Gauss-Kruger zone 38 (114°) and also "
        "CGCS2000 / 3-degree Gauss-Kruger zone 39 (117°), which differ"
    )
    assert difference(cgcs, pyproj.CRS.from_epsg(2362)) is not None


def test_new_beijing_is_not_beijing_1954():
    assert datums_of("New_Beijing_3_Degree_GK_Zone_38") == ["New Beijing"]
    assert datums_of("新北京54坐标系") == ["New Beijing"]
    assert datums_of("D_Beijing_1954") == ["Beijing 1954"]


def test_parameters_of_beijing_1954_are_not_for_new_beijing():
    degrees = np.array([[114.0, 34.0]])
    shift = FourParameters("Beijing 1954", 114.0, 0.0, 0.0, 0.0, 0.0, 0.1)
    assert to_cgcs2000(degrees, "EPSG:4214", shift)[0] == pytest.approx(degrees, abs=1e-3)
    with pytest.raises(DatumError, match="New Beijing: the given parameters are for Beijing 1954"):
        to_cgcs2000(degrees, "EPSG:4555", shift)
    with pytest.raises(DatumError, match="New Beijing: no public transformation") as told:
        to_cgcs2000(degrees, "EPSG:4555")
    assert "新北京54" in told.value.zh
