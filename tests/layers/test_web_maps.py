"""Words that name a web map's system, and words that only look like it."""

import pytest
import shapely

from gis.errors import CRSError
from layers.catalog import schema
from layers.loader import load
from layers.web_maps import system_named

RIGHT = schema("mining_right")
ROW = {"许可证号": ["A1"], "right_type": ["mining"], "status": ["applied"]}


@pytest.mark.parametrize(
    ("text", "about", "system"),
    [
        ("坐标系：GCJ-02", "", "GCJ-02"), ("gcj02_lng", "", "GCJ-02"), ("火星坐标", "", "GCJ-02"),
        ("高德地图坐标", "备注", "GCJ-02"), ("bd09ll", "", None), ("bd09_lng", "", "BD-09"),
        ("BD-09", "坐标系", "BD-09"), ("百度坐标", "", "BD-09"), ("BD-09", "楼号", None),
        ("ＧＣＪ－０２", "备注", "GCJ-02"), ("gcj–02", "", "GCJ-02"), ("国测局坐标", "", "GCJ-02"),
        ("高德地图拾取的坐标", "备注", "GCJ-02"), ("坐标来自百度地图", "备注", "BD-09"),
        ("坐标来源：腾讯", "备注", "GCJ-02"), ("百度地图", "坐标来源", "BD-09"),
        ("百度", "coord_type", "BD-09"), ("百度矿业有限公司", "采矿权人", None),
        ("百度矿业有限公司", "坐标点数", None), ("GCJ-021", "许可证号", None),
        ("CGCS2000", "坐标系", None), ("高德小区", "名称", None),
    ],
)  # fmt: skip
def test_words(text, about, system):
    assert system_named(text, about) == system


def test_a_file_that_says_so_is_refused_and_its_user_may_know_better(make_source, settings):
    source = make_source({**ROW, "备注": ["高德地图坐标"]})
    with pytest.raises(CRSError, match="row 1, field 备注, says that the coordinates are GCJ-02"):
        load(source, RIGHT, settings(), role="vetted")
    known = settings(crs="EPSG:4490")
    assert len(load(source, RIGHT, known, role="vetted")) == 1


def test_names_of_files_count(make_source, settings):
    with pytest.raises(CRSError, match="its name says that the coordinates are GCJ-02"):
        load(make_source(ROW), RIGHT, settings(source="矿区_gcj02.gpkg"), role="vetted")


@pytest.mark.parametrize(
    ("lon", "lat", "said"),
    [
        (39.6, 111.2 - 30, "longitude and latitude seem swapped"),
        (111.2, -39.6, "the latitude is negative"),
        (-111.2, 39.6, "the longitude is negative"),
    ],
)
def test_one_row_that_is_written_wrongly(make_source, settings, lon, lat, said):
    wrong = shapely.box(lon, lat, lon + 0.01, lat + 0.01)
    source = make_source({k: [*v, "A2" if k == "许可证号" else v[0]] for k, v in ROW.items()},
                         [shapely.box(111, 39, 111.01, 39.01), wrong])  # fmt: skip
    layer = load(source, RIGHT, settings(), role="vetted")
    assert len(layer) == 1 and len(layer.refused) == 1
    assert any(said in i.en for i in layer.issues if i.code == "row_refused")
