"""Files to be vetted: which layer they are, how their rows are named."""

import numpy as np
import pyarrow as pa
import pytest
import shapely

from gis.errors import CRSError, MineZoneError
from layers import formats, vetted
from layers.errors import LayerError
from layers.vetted import guess_layer, load_vetted


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (["许可证号", "名称"], ("mining_right", True)),
        (["尾矿库编号", "名称"], ("tailings_facility", True)),
        (["总坝高", "名称"], ("tailings_facility", True)),
        (["开采方式"], ("mining_right", True)),
        (["总库容", "开采方式", "筑坝方式"], ("tailings_facility", True)),
        (["许可证号", "总库容", "总坝高"], ("mining_right", True)),
        (["名称", "状态"], ("mining_right", False)),
        (["地块编号", "地块名称"], ("mining_right", False)),
        ([], ("mining_right", False)),
    ],
)
def test_the_fields_tell_the_layer(fields, expected):
    assert guess_layer(fields) == expected


def test_a_file_without_numbers(write_gpkg, codes_of):
    path = write_gpkg("申请.gpkg", {"开采方式": ["露天", "地下"]})
    layers = load_vetted(path)
    assert list(layers) == ["mining_right"]
    layer = layers["mining_right"]
    assert layer.source_id.tolist() == ["申请-1", "申请-2"]
    assert layer.is_null("licence_no").all()
    assert (layer.registered, layer.provenance[0].role) == (False, "vetted")
    assert layer.provenance[0].source == str(path)
    assert layer.snapshot_row.tolist() == [0, 1]
    assert "ids_by_row" in codes_of(layer.issues)
    assert "completeness_not_stated" not in codes_of(layer.issues)


def test_rows_keep_the_order_of_the_file(write_gpkg):
    shapes = [shapely.box(x, 39, x + 0.01, 39.01) for x in (115, 100, 110)]
    path = write_gpkg("申请.gpkg", {"许可证号": ["丙", "甲", "甲"]}, shapes)
    layer = load_vetted(path)["mining_right"]
    assert layer.source_id.tolist() == ["丙", "甲", "甲#2"]


def test_the_stated_layer_wins(write_gpkg, codes_of):
    path = write_gpkg("f.gpkg", {"编号": ["1"]})
    assert "layer_assumed" in codes_of(load_vetted(path)["mining_right"].issues)
    layer = load_vetted(path, "tailings_facility")["tailings_facility"]
    assert "layer_assumed" not in codes_of(layer.issues)
    with pytest.raises(LayerError, match="did you mean tailings_facility"):
        load_vetted(path, "tailing_facility")


def test_layers_called_like_the_contract_are_all_taken(write_gpkg, codes_of):
    write_gpkg("a.gpkg", {"licence_no": ["A"]}, layer="mining_right")
    write_gpkg("a.gpkg", {"goaf_no": ["G"]}, layer="goaf")
    path = write_gpkg("a.gpkg", {"x": ["1"]}, layer="sketch")
    layers = load_vetted(path)
    assert list(layers) == ["mining_right", "goaf"]
    issue = layers["mining_right"].issues[0]
    assert (issue.code, issue.severity) == ("layers_ignored", "warning")
    assert "sketch" in issue.en
    chosen = load_vetted(path, "goaf")
    assert list(chosen) == ["goaf"]
    (issue,) = [i for i in chosen["goaf"].issues if i.code == "layers_ignored"]
    assert issue.en.endswith("layers not used: mining_right, sketch")


def test_several_strange_layers_are_not_guessed_among(write_gpkg):
    write_gpkg("a.gpkg", {"x": ["1"]}, layer="one")
    path = write_gpkg("a.gpkg", {"x": ["1"]}, layer="two")
    with pytest.raises(LayerError, match="several layers and no way to tell which: one, two"):
        load_vetted(path)


def test_constants_go_to_the_layers_that_have_the_column(write_gpkg):
    write_gpkg("a.gpkg", {"licence_no": ["A"]}, layer="mining_right")
    path = write_gpkg("a.gpkg", {"goaf_no": ["G"]}, layer="goaf")
    layers = load_vetted(path, constants={"status": "申请", "treated": "是"})
    assert layers["mining_right"].text("status").tolist() == ["applied"]
    assert layers["goaf"].flag("treated").tolist() == [1]
    with pytest.raises(LayerError, match="constant statuz"):
        load_vetted(path, constants={"statuz": "x"})


def test_a_guessed_layer_is_said_where_it_does_not_fit(write_gpkg):
    point = [shapely.Point(111, 39)]
    path = write_gpkg("places.gpkg", {"x": ["1"]}, point, kind="Point")
    with pytest.raises(LayerError, match="mining_right is a guess, state it by --layer") as caught:
        load_vetted(path)
    assert "图层 mining_right 是推定的，可用 --layer 指定" in caught.value.zh
    with pytest.raises(LayerError, match=r"mining_right takes polygon$"):
        load_vetted(path, "mining_right")
    assert len(load_vetted(path, "settlement")["settlement"]) == 1


@pytest.fixture
def source_with_parts(make_source, monkeypatch):
    parts = make_source(
        {"parent_licence_no": pa.nulls(2, pa.string()), "sign": [1, -1],
         "top_elevation_m": [285.0, 192.0], "bottom_elevation_m": [8.0, 185.0]},
        [shapely.box(111, 39, 111.1, 39.1), shapely.box(111.02, 39.02, 111.03, 39.03)],
    )  # fmt: skip
    source = make_source(
        {"top_elevation_m": [285.0]}, [shapely.box(111, 39, 111.1, 39.1)],
        companions={"right_part": parts},
    )  # fmt: skip
    monkeypatch.setattr(formats, "list_layers", lambda path, encoding=None: [path.stem])
    monkeypatch.setattr(vetted, "read_source", lambda *a: source)


def test_parts_carry_the_id_of_their_right(source_with_parts):
    layers = load_vetted("登记.txt")
    assert list(layers) == ["mining_right", "right_part"]
    assert layers["mining_right"].source_id.tolist() == ["登记-1"]
    parts = layers["right_part"]
    assert parts.text("parent_licence_no").tolist() == ["登记-1", "登记-1"]
    assert parts.source_id.tolist() == ["登记-1", "登记-1#2"]
    assert parts.number("sign").tolist() == [1.0, -1.0]
    layers = load_vetted("登记.txt", constants={"licence_no": "C1"})
    assert layers["right_part"].text("parent_licence_no").tolist() == ["C1", "C1"]


def test_parts_find_a_right_named_by_an_odd_file_name(source_with_parts):
    layers = load_vetted("申请（１） 副本.txt")
    assert layers["mining_right"].source_id.tolist() == ["申请(1)副本-1"]
    assert set(layers["right_part"].text("parent_licence_no")) == {"申请(1)副本-1"}


@pytest.mark.parametrize("wild", [(np.nan, 39), (111, np.nan), (np.nan, np.nan), (np.inf, 39)])
def test_a_coordinate_that_is_no_number_refuses_its_row_without_noise(write_gpkg, wild):
    corners = [(111, 39), wild, (111.01, 39.01), (111, 39.01), (111, 39)]
    with np.errstate(invalid="ignore"):
        shapes = [shapely.box(111.1, 39, 111.2, 39.1), shapely.Polygon(corners)]
        path = write_gpkg("nan.gpkg", {"licence_no": ["A", "B"]}, shapes)
    layer = load_vetted(path)["mining_right"]  # warnings are errors here
    assert layer.source_id.tolist() == ["A"] and layer.refused.numbers == ("B",)
    said = [i.en for i in layer.issues if i.code == "row_refused"]
    assert said == [f"{path}: row 2 (B) refused: a coordinate is not a finite number"]


def test_parts_of_a_right_whose_number_names_nobody(tmp_path):
    path = tmp_path / "登记.txt"
    ring = "1,3760000,38500000,2,3761000,38500000,3,3761000,38501000,4,3760000,38501000,285,8,,1,"
    path.write_text(f"2000国家大地坐标系\n许可证号：暂无\n1,4,{ring}\n", encoding="utf-8")
    layers = load_vetted(path)
    right, part = layers["mining_right"], layers["right_part"]
    assert right.source_id.tolist() == ["登记-1"] and right.text("licence_no").tolist() == [None]
    assert part.text("parent_licence_no").tolist() == ["登记-1"]
    assert [i.code for i in right.issues] == ["column_absent", "ids_by_row"]


# -- real files of other people, where they are at hand --------------------------------------------


def test_the_two_pengbu_files_are_the_same_land(shared_data):
    from gis.area import area_m2

    files = sorted((shared_data / "awkward" / "txt_coords").glob("pengbu*"))
    layers = [load_vetted(f)["mining_right"] for f in files]
    assert len(layers) == 2
    for layer in layers:
        assert len(layer) == 1 and len(layer.refused) == 0
        assert round(float(area_m2(layer.shapes)[0]) / 1e4, 4) == 5.7089
    assert np.array_equal(layers[0].shapes.xy, layers[1].shapes.xy)


def test_files_without_a_crs_are_asked_for_it(shared_data):
    path = shared_data / "awkward" / "gbk_noprj" / "bou2_4p.shp"
    with pytest.raises(CRSError, match="give crs"):
        load_vetted(path)


def test_a_geojson_of_metres_is_refused(tmp_path):
    ring = [[38500000, 4370000], [38501000, 4370000], [38501000, 4371000], [38500000, 4370000]]
    path = tmp_path / "m.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'
        f'{{"type":"Polygon","coordinates":[{ring}]}}}}]}}'
    )
    with pytest.raises(MineZoneError, match=r"m\.geojson"):
        load_vetted(path)


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "空.geojson"
    path.write_text('{"type":"FeatureCollection","features":[]}')
    with pytest.raises(LayerError, match="the file holds no features"):
        load_vetted(path)
    with pytest.raises(LayerError, match=r"无\.geojson"):
        load_vetted(tmp_path / "无.geojson")


def test_a_gbk_shapefile_with_cut_chinese_names(tmp_path):
    import pyogrio.raw

    path = tmp_path / "权.shp"
    names = ["采矿许可证号", "矿山名称", "有效期限起", "设计生产规模"]
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array([shapely.box(111, 39, 111.1, 39.1)], dtype=object)),
        field_data=[np.array([v], dtype=object) for v in ("C1", "甲矿", "2024年1月31日", "30万吨")],
        fields=[n.encode("gbk")[:10].decode("gbk") for n in names],
        driver="ESRI Shapefile",
        geometry_type="Polygon",
        crs="EPSG:4490",
        encoding="GBK",
    )
    path.with_suffix(".cpg").unlink(missing_ok=True)
    layer = load_vetted(path)["mining_right"]
    assert layer.source_id.tolist() == ["C1"]
    assert layer.text("name").tolist() == ["甲矿"]
    assert layer.day("valid_from").astype(str).tolist() == ["2024-01-31"]
    assert layer.number("capacity_kt_a").tolist() == [300.0]


def test_the_encoding_that_is_asked_for_settles_a_short_text(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("X,Y,name\n1,2,亘\n".encode("gbk"))
    with pytest.raises(MineZoneError, match="so little text may be GB18030 as well as UTF-8"):
        load_vetted(path, crs="EPSG:4526")
    with pytest.raises(MineZoneError) as told:  # what is told next is of its numbers
        load_vetted(path, crs="EPSG:4526", encoding="GBK")
    assert "look like degrees" in told.value.en
