"""A centre that is stated beside corners: near them it says nothing, far away it is told."""

import pyproj
import pytest

from layers.formats import read

CORNERS = [(3760000, 38500000), (3761000, 38500000), (3761000, 38501000), (3760000, 38501000)]
TABLE = "点号,X,Y\n" + "".join(f"{n},{x},{y}\n" for n, (x, y) in enumerate(CORNERS, 1))
LINES = "".join(f"{n}、X={x}，Y={y}；" for n, (x, y) in enumerate(CORNERS, 1)) + "\n"


@pytest.fixture
def told(tmp_path):
    def told(text, suffix, crs=None):
        path = tmp_path / f"拐点{suffix}"
        path.write_text(text, encoding="utf-8")
        return [i.en for i in read(path, crs=crs).issues if i.code == "centre_elsewhere"]

    return told


@pytest.mark.parametrize(
    "centre",
    [
        "中心点坐标：东经113°00′00″，北纬34°00′00″",
        "矿区中心点地理坐标为北纬34°00′、东经113°00′",
        "中心坐标,113°00′00″,34°00′00″",
    ],
)
@pytest.mark.parametrize(("corners", "suffix"), [(TABLE, ".csv"), (LINES, ".txt")])
def test_a_centre_in_another_place_is_told(told, centre, corners, suffix):
    # The corners lie from 114.0000 to 114.0108: one degree at 34 N is 92.3 km.
    (said,) = told(f"2000国家大地坐标系\n{centre}\n{corners}", suffix)
    assert said == (
        "the centre that is stated (113.0000°, 34.0000°) lies some 92 km from the corners: "
        "check zone, system and centre"
    )


@pytest.mark.parametrize(
    "centre",
    [
        "中心点坐标：东经114°00′20″，北纬33°58′10″",
        "中心点坐标：东经114°01′，北纬33°58′",
        "中心点坐标另见附图",
        "中心点坐标：东经13°00′00″，北纬34°00′00″",
    ],
)
def test_a_centre_among_the_corners_says_nothing(told, centre):
    assert told(f"2000国家大地坐标系\n{centre}\n{LINES}", ".txt") == []


def test_a_given_system_is_held_against_the_centre(told):
    text = f"中心点坐标：东经114°00′20″，北纬33°58′10″\n{TABLE}".replace("38500", "500")
    text = text.replace("38501", "501")
    assert told(text, ".csv", pyproj.CRS.from_epsg(4547)) == []
    (said,) = told(text, ".csv", pyproj.CRS.from_epsg(4548))
    assert "some 276 km from the corners" in said


@pytest.mark.parametrize(
    ("centre", "km"),
    [
        ("中心位置（经度：113.0000，纬度：34.0000）", 92),
        ("河道中心线东经113°00′00″，北纬34°00′00″", 0),
    ],
)
def test_other_words_in_a_table(told, centre, km):
    said = told(f"2000国家大地坐标系\n{centre}\n{TABLE}", ".csv")
    assert [f"some {km} km" in line for line in said] == [True] * bool(km)
