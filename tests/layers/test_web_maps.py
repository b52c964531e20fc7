"""Words that name a web map's system, and words that only look like it."""

import json

import pytest
import shapely

from gis.errors import CRSError
from layers.catalog import schema
from layers.formats import read
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
        ("坐标由高德地图拾取", "备注", "GCJ-02"), ("坐标在高德地图上采集", "备注", "GCJ-02"),
        ("坐标从百度地图获取", "备注", "BD-09"), ("用百度地图定位", "备注", "BD-09"),
        ("坐标用高德地图拾取", "备注", "GCJ-02"), ("坐标在百度地图中拾取", "备注", "BD-09"),
        ("高德地图", "坐标采集方式", "GCJ-02"), ("未用百度地图定位", "备注", None),
        ("坐标由百度矿业有限公司提供", "备注", None), ("底图为高德地图", "备注", None),
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


@pytest.mark.parametrize(
    "members",
    [{"name": "GCJ02坐标"}, {"metadata": {"坐标系": "GCJ-02"}}, {"坐标来源": "高德地图"}],
)
def test_what_a_geojson_says_of_itself_counts(tmp_path, settings, members):
    square = {
        "type": "Polygon",
        "coordinates": [[[111, 39], [111.01, 39], [111, 39.01], [111, 39]]],
    }
    feature = {"type": "Feature", "properties": {"许可证号": "A1"}, "geometry": square}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature], **members}))
    with pytest.raises(CRSError, match="its own description says that the coordinates are GCJ-02"):
        load(read(path), RIGHT, settings())
    plain = {"type": "FeatureCollection", "name": "采矿权", "features": [feature]}
    path.write_text(json.dumps(plain))
    assert len(load(read(path), RIGHT, settings())) == 1


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
