"""Coordinates that contradict the system they are said to be in."""

import numpy as np
import pytest
import shapely

from gis.crs import other_zone, zone_prefix
from gis.errors import MineZoneError
from layers.catalog import schema
from layers.loader import load

RIGHTS = schema("mining_right")
PREFIXED = "EPSG:4525"  # 3-degree zone 37, eastings 37,500,000 on the meridian


def plane(*corners):
    return [shapely.box(x, y, x + 500, y + 500) for x, y in corners]


def layer(make_source, settings, shapes, crs):
    numbers = {"许可证号": [f"C{k}" for k in range(len(shapes))]}
    return load(make_source(numbers, shapes, crs=crs), RIGHTS, settings())


@pytest.mark.parametrize(
    ("crs", "prefix"),
    [
        ("EPSG:4525", 37), ("EPSG:4546", None), ("EPSG:4490", None), ("EPSG:4495", 17),
        ("EPSG:32649", None), ("EPSG:3857", None), ("EPSG:2361", 37), ("EPSG:22183", 3),
    ],
)  # fmt: skip
def test_the_zone_stands_in_the_false_easting(crs, prefix):
    assert zone_prefix(crs) == prefix


def test_an_easting_of_another_zone_is_seen():
    xy = np.array([[37_500_000.0, 4e6], [38_000_000.0, 4e6], [36_999_999.0, 4e6], [500_000, 4e6]])
    assert other_zone(xy, PREFIXED).tolist() == [False, True, True, True]
    assert not other_zone(xy, "EPSG:4546").any()


def test_a_row_of_another_zone_is_refused_and_could_be_anywhere(make_source, settings):
    # In zone 37's system 38,500,000 would be some 122.6 degrees east: still in China.
    shapes = plane((37_500_000, 4_300_000), (38_500_000, 4_300_000))
    found = layer(make_source, settings, shapes, PREFIXED)
    assert found.source_id.tolist() == ["C0"]
    assert np.isnan(found.refused.bounds).all()
    (issue,) = [i for i in found.issues if i.code == "row_refused"]
    assert issue.zh == (
        "权.gpkg：第 2 行（C1）未采用：坐标 (38500500, 4300000) 的带号与坐标系的第 37 带不符"
    )
    assert "does not begin with 37" in issue.en


@pytest.mark.parametrize(
    ("shapes", "crs", "zh", "en"),
    [
        (
            plane((38_500_000, 4_300_000)), PREFIXED,
            "权.gpkg：坐标（38500000–38500500, 4300000–4300500）的带号"
            "与坐标系 EPSG:4525 的第 37 带不符",
            "do not begin with 37, the zone of EPSG:4525",
        ),
        (
            [shapely.box(111, 39, 111.01, 39.01)], PREFIXED,
            "权.gpkg：坐标系 EPSG:4525 是平面坐标（米），而坐标像经纬度（111–111.01, 39–39.01）",
            "EPSG:4525 is a plane in metres, but the coordinates look like degrees",
        ),
        (
            [shapely.box(111, 39, 111.01, 39.01)], "EPSG:4546",
            "权.gpkg：坐标系 EPSG:4546 是平面坐标（米），而坐标像经纬度（111–111.01, 39–39.01）",
            "EPSG:4546 is a plane in metres",
        ),
        (
            plane((37_500_000, 4_300_000)), "EPSG:4490",
            "权.gpkg：坐标系 EPSG:4490 是经纬度，而坐标像平面坐标"
            "（37500000–37500500, 4300000–4300500）",
            "EPSG:4490 is longitude and latitude, but the coordinates look like metres",
        ),
    ],
)  # fmt: skip
def test_a_file_whose_coordinates_contradict_its_system_is_refused(
    make_source, settings, shapes, crs, zh, en
):
    with pytest.raises(MineZoneError) as caught:
        layer(make_source, settings, shapes, crs)
    assert caught.value.zh == zh
    assert en in caught.value.en
