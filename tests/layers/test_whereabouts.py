"""Coordinates that contradict the system they are said to be in."""

import numpy as np
import pytest
import shapely

from gis.crs import beside_zone, off_plane, other_zone, transposed, zone_prefix
from gis.errors import MineZoneError
from layers.catalog import schema
from layers.loader import load
from layers.settings import LayerSettings

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
            plane((4_300_000, 37_500_000)), PREFIXED,
            "权.gpkg：坐标（4300000–4300500, 37500000–37500500）在坐标系 EPSG:4525 中"
            " X、Y 似乎写反",
            "X and Y seem swapped in EPSG:4525",
        ),
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


UNNUMBERED = "EPSG:4547"  # CGCS2000, meridian 114 E, eastings 500,000 on it


def test_coordinates_that_no_plane_holds():
    xy = np.array([
        [3_500_001.0, 4e6], [3_500_000.0, 4e6], [-2_500_000.0, 4e6], [-2_500_001.0, 4e6],
        [5e5, 10_002_000.0], [5e5, 10_002_001.0], [38_500_000.0, 4e6],
    ])  # fmt: skip
    assert off_plane(xy, UNNUMBERED).tolist() == [True, False, False, True, False, True, True]
    assert not off_plane(xy, "EPSG:4490").any() and not off_plane(xy, "EPSG:3857").any()
    south = np.array([[5e5, 2e6], [5e5, -3e6]])  # false northing 10,000,000
    assert off_plane(south, "EPSG:32733").tolist() == [False, True]
    feet = np.array([[1_640_416.667, 12_800_000.0], [1_640_416.667, 40_000_000.0]])  # 500 km east
    assert off_plane(feet, "EPSG:2225").tolist() == [False, False]  # Lambert: nothing is told


def test_coordinates_with_x_and_y_in_each_others_place():
    xy = np.array([
        [5e5, 2e6], [2e6, 5e5], [2e6, 1_000_000.0], [2e6, 1_000_001.0], [1_500_000.0, 5e5],
        [1_500_001.0, 5e5], [4e6, 4e6],
    ])  # fmt: skip
    expected = [False, True, True, False, False, True, False]
    assert transposed(xy, UNNUMBERED).tolist() == expected
    assert transposed(xy, "EPSG:32649").tolist() == expected
    assert not transposed(xy, "EPSG:4490").any()


@pytest.mark.parametrize("crs", [UNNUMBERED, "EPSG:32650"])
def test_a_swapped_row_would_lie_in_the_south_china_sea(make_source, settings, crs):
    # 2,000 km north in Hainan; swapped it is 13 degrees east of the meridian, 4.4 degrees north.
    shapes = plane((500_000, 2_000_000), (2_000_000, 500_000))
    found = layer(make_source, settings, shapes, crs)
    assert found.source_id.tolist() == ["C0"]
    assert np.isnan(found.refused.bounds).all()
    (issue,) = [i for i in found.issues if i.code == "row_refused"]
    assert issue.zh == "权.gpkg：第 2 行（C1）未采用：坐标 (2000500, 500000) 的 X、Y 似乎写反"
    assert "(2000500, 500000) seems to have X and Y swapped" in issue.en


def test_a_swapped_row_of_a_zone_with_number_is_told_as_such(make_source, settings):
    shapes = plane((37_500_000, 4_300_000), (4_300_000, 37_500_000))
    found = layer(make_source, settings, shapes, PREFIXED)
    (issue,) = [i for i in found.issues if i.code == "row_refused"]
    assert issue.zh.endswith("坐标 (4300500, 37500000) 的 X、Y 似乎写反")


def test_one_swapped_corner_refuses_its_row(make_source, settings):
    good = plane((500_000, 2_000_000))[0]
    corners = [(500_000, 2_000_000), (2_000_000, 501_000), (501_000, 2_001_000)]
    found = layer(make_source, settings, [good, shapely.Polygon(corners)], UNNUMBERED)
    assert found.source_id.tolist() == ["C0"]


def test_a_file_that_is_swapped_throughout_is_refused(make_source, settings):
    with pytest.raises(MineZoneError) as caught:
        layer(make_source, settings, plane((2_000_000, 500_000)), UNNUMBERED)
    assert caught.value.zh == (
        "权.gpkg：坐标（2000000–2000500, 500000–500500）在坐标系 EPSG:4547 中 X、Y 似乎写反"
    )


def test_coordinates_beside_every_zone():
    # Four degrees from the meridian are 420 km on the latitude of Hainan.
    xy = np.array([[8e4, 4e6], [79_999.0, 4e6], [-5e5, 4e6], [920_000, 4e6], [920_001.0, 4e6]])
    expected = [False, True, True, False, True]
    assert beside_zone(xy, UNNUMBERED).tolist() == expected
    assert beside_zone(xy, "EPSG:32649").tolist() == expected
    assert beside_zone(np.add(xy, (37e6, 0)), PREFIXED).tolist() == expected
    assert not beside_zone(xy, "EPSG:3857").any()


@pytest.mark.parametrize(
    ("crs", "odd", "code", "zh"),
    [
        (UNNUMBERED, (-500_000, 4_300_000), "beside_zone",
         "权.gpkg：第 2 行离坐标系 EPSG:4547 的中央子午线 420 千米以上，超出一带："
         "横坐标、中央子午线是否有误"),
        (UNNUMBERED, (500_000, 430_000), "far_south",
         "权.gpkg：第 2 行在北纬 15 度以南的海上：坐标是否漏位、X 与 Y 是否写反"),
    ],
)  # fmt: skip
def test_a_row_that_is_hardly_where_it_says_is_told(make_source, settings, crs, odd, code, zh):
    # A sign too many puts it 1,000 km west, a digit too few into the South China Sea.
    shapes = [*plane((500_000, 4_300_000), odd), shapely.box(9e6, 4e6, 9e6 + 1, 4e6 + 1)]
    found = layer(make_source, settings, shapes, crs)
    assert found.source_id.tolist() == ["C0", "C1"]
    (issue,) = [i for i in found.issues if i.severity == "warning" and i.code != "column_absent"]
    assert (issue.code, issue.zh) == (code, zh)
    assert "row 2: " in issue.en
    good = layer(make_source, settings, plane((500_000, 4_300_000)), crs)
    assert code not in [i.code for i in good.issues]


def test_a_file_in_millimetres_is_refused_as_off_the_plane(make_source, settings):
    with pytest.raises(MineZoneError) as caught:
        layer(make_source, settings, plane((5e8, 4.3e9)), UNNUMBERED)
    assert caught.value.zh == (
        "权.gpkg：坐标（500000000–500000500, 4300000000–4300000500）在坐标系 EPSG:4547 中"
        "离中央子午线 3000 千米以上，或越过极点：单位、带号或坐标轴有误"
    )


@pytest.mark.parametrize(
    ("crs", "corner", "said"),
    [
        ("EPSG:4490", (111, -39), True), ("EPSG:4490", (40, 80), True),
        ("EPSG:4490", (111, 39), False), ("EPSG:4326", (40, 80), False),
    ],
)  # fmt: skip
def test_data_abroad_in_a_system_of_china(make_source, crs, corner, said):
    shape = shapely.box(*corner, corner[0] + 0.01, corner[1] + 0.01)
    source = make_source({"许可证号": ["C1"]}, [shape], crs=crs)
    found = load(source, RIGHTS, LayerSettings(source="a.gpkg"), extent="any")
    assert ("outside_area_of_use" in [i.code for i in found.issues]) == said


def test_data_abroad_may_lie_in_the_south(make_source):
    source = make_source({"许可证号": ["C1"]}, [shapely.box(20, -10, 20.01, -9.99)])
    found = load(source, RIGHTS, LayerSettings(source="a.gpkg"), extent="any")
    assert "far_south" not in [i.code for i in found.issues]
