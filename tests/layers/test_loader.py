"""From raw rows to a layer: every row accounted for, every complaint made at once."""

import dataclasses

import numpy as np
import pyarrow as pa
import pyproj
import pytest
import shapely
from hypothesis import HealthCheck, given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from gis.errors import CRSError, DatumError
from layers.catalog import catalog, schema
from layers.errors import LayerError
from layers.layer import Layer
from layers.loader import load

RIGHT = schema("mining_right")
BOW_TIE = shapely.Polygon([(111, 39), (111.01, 39.01), (111.01, 39), (111, 39.01)])


def box(k=0.0, side=0.01):
    return shapely.box(111 + k, 39, 111 + k + side, 39 + side)


def unfinished(x):
    with np.errstate(invalid="ignore"):
        return shapely.Polygon([(111, 39), (x, 39), (111, 40)])


def account(layer):
    provenance = layer.provenance[0]
    return provenance.declared, provenance.read, len(layer), provenance.refused


# -- columns -----------------------------------------------------------------------------------


def test_a_layer_with_chinese_fields(make_source, settings):
    source = make_source(
        {
            "许可证号": ["C1400002010", "Ｃ２"],
            "矿山名称": ["甲矿", "乙矿"],
            "开采主矿种": ["铁矿", "建筑石料用灰岩"],
            "开采方式": ["露天开采", "地下开采"],
            "开采标高": ["由1250米至980米标高", "300~-50"],
            "生产规模（万吨/年）": [30.0, 1.1],
            "有效期止": ["2030年12月31日", "20301231"],
            "状态": ["有效", "注销"],
        }
    )
    layer = load(source, RIGHT, settings())
    assert layer.table.column_names == [
        "feature_id", "source_id", *(c.name for c in RIGHT.columns),
    ]  # fmt: skip
    assert layer.feature_id.tolist() == ["mining_right:C1400002010", "mining_right:C2"]
    assert layer.text("name").tolist() == ["甲矿", "乙矿"]
    assert layer.text("mineral_class").tolist() == ["metal", "building_stone"]
    assert layer.is_code("method", "open_pit").tolist() == [True, False]
    assert layer.number("top_elevation_m").tolist() == [1250.0, 300.0]
    assert layer.number("bottom_elevation_m").tolist() == [980.0, -50.0]
    assert layer.number("capacity_kt_a").tolist() == [300.0, 11.0]
    assert layer.day("valid_to").astype(str).tolist() == ["2030-12-31"] * 2
    assert layer.text("status").tolist() == ["granted", "cancelled"]
    assert "right_type" in layer.absent and "mineral_class" not in layer.absent
    assert account(layer) == (2, 2, 2, 0)


def test_column_types(make_source, settings):
    table = load(make_source({"licence_no": ["A"]}), RIGHT, settings()).table
    kinds = {
        "text": pa.string(), "code": pa.string(), "number": pa.float64(),
        "integer": pa.int64(), "flag": pa.bool_(), "date": pa.date32(),
    }  # fmt: skip
    for column in RIGHT.columns:
        assert table.schema.field(column.name).type == kinds[column.dtype], column.name


def test_missing_columns_are_said_and_stay_null(make_source, settings, codes_of):
    layer = load(make_source({"licence_no": ["A"]}), RIGHT, settings())
    issue = next(i for i in layer.issues if i.code == "column_absent")
    assert issue.severity == "warning"
    assert issue.en == "权.gpkg: no right_type, status; rules that need it answer NO_DATA"
    assert layer.is_null("status").all()
    assert {"completeness_not_stated", "accuracy_not_stated"} <= set(codes_of(layer.issues))


def test_a_doubtful_field_leaves_open_what_no_other_field_gives(make_source, settings):
    columns = {
        "licence_no": ["A", "B", "C"],
        "开采方式": ["地下", None, None],
        "开采方式（变更前）": ["露天", "露天", None],
    }
    layer = load(make_source(columns), RIGHT, settings())
    assert layer.text("method").tolist() == ["underground", None, None]
    assert layer.is_unread("method").tolist() == [False, True, False]


def test_a_constant_stands_where_only_a_doubtful_field_is(make_source, settings):
    columns = {"licence_no": ["A"], "开采方式（变更前）": ["露天"]}
    layer = load(make_source(columns), RIGHT, settings())
    assert layer.is_unread("method").tolist() == [True] and "method" in layer.absent
    layer = load(make_source(columns), RIGHT, settings(constants={"method": "地下"}))
    assert layer.text("method").tolist() == ["underground"]
    assert layer.is_unread("method").tolist() == [False]


def test_a_field_that_the_reader_left_out_is_not_empty(make_source, settings, codes_of):
    columns = {"licence_no": ["A", "B", "C"], "生产规模": ["30万吨/年"] * 3}
    lost = {"项目性质": np.array([0, 2]), "规模单位": np.array([1]), "开采方式": np.array([], int)}
    layer = load(make_source(columns, lost=lost), RIGHT, settings())
    assert layer.is_null("project_type").all() and "project_type" not in layer.absent
    assert layer.is_unread("project_type").tolist() == [True, False, True]
    # Another unit may be stated in the second row.
    assert layer.is_null("capacity_kt_a").tolist() == [False, True, False]
    assert layer.is_unread("capacity_kt_a").tolist() == [False, True, False]
    assert "method" in layer.absent and not layer.is_unread("method").any()
    assert "field_empty" not in codes_of(layer.issues)


def test_two_fields_that_agree(make_source, settings):
    source = make_source({"许可证号": ["A", None], "采矿许可证号": ["A", "B"]})
    layer = load(source, RIGHT, settings())
    assert layer.source_id.tolist() == ["A", "B"]
    issue = next(i for i in layer.issues if i.code == "field_double")
    assert issue.severity == "warning" and "许可证号, 采矿许可证号" in issue.en


def test_two_fields_that_differ_leave_the_value_open(make_source, settings):
    source = make_source(
        {"licence_no": ["A", "B"], "开采方式": ["露天", "露天"], "KCFS": ["地下", "露天"]}
    )
    layer = load(source, RIGHT, settings())
    assert layer.text("method").tolist() == [None, "open_pit"]
    issue = next(i for i in layer.issues if i.code == "field_conflict")
    assert (issue.severity, issue.feature) == ("error", "第 1 行")
    assert "fields 开采方式, KCFS are all method but differ; 1 rows" in issue.en


def test_names_that_differ_are_only_labels(make_source, settings):
    source = make_source({"licence_no": ["A"], "矿山名称": ["甲"], "项目名称": ["乙"]})
    assert load(source, RIGHT, settings()).text("name").tolist() == ["甲"]


def test_a_top_below_its_bottom_is_said(make_source, settings):
    source = make_source(
        {"licence_no": ["A", "B", "C"], "上限标高": [10, 30, None], "下限标高": [20, 30, 5]}
    )
    layer = load(source, RIGHT, settings())
    (issue,) = [i for i in layer.issues if i.code == "elevations_reversed"]
    assert issue.zh == "权.gpkg：上限标高低于下限标高：第 1 行"
    assert issue.en == "权.gpkg: the top elevation is below the bottom elevation: row 1"
    assert layer.number("top_elevation_m")[0] == 10.0


def test_every_issue_names_the_file(make_source, settings):
    columns = {"licence_no": ["A", "B"], "状态": ["什么", "有效"], "生产规模": [1, 2],
               "开采标高": ["980", "1250~980"], "附注": ["x", "y"]}  # fmt: skip
    layer = load(make_source(columns, [BOW_TIE, box(0.5)]), RIGHT, settings())
    assert len(layer.issues) > 6
    assert all(i.zh.startswith("权.gpkg：") for i in layer.issues)
    assert all(i.en.startswith("权.gpkg: ") for i in layer.issues)
    said = "\n".join(i.zh for i in layer.issues)
    assert "值“980”不是标高范围（如 1250~980），按空值处理" in said
    assert "字段“生产规模”未注明单位，其中 2 个数值的单位可能是 kt/a、万吨/年、吨/年" in said


def test_a_class_is_stated_or_derived(make_source, settings):
    source = make_source(
        {
            "licence_no": ["A", "B", "C"],
            "矿种": ["石灰岩", "石膏", None],
            "mineral_class": ["building_stone", None, "clay"],
        }
    )
    layer = load(source, RIGHT, settings())
    assert layer.text("mineral_class").tolist() == ["building_stone", "other_nonmetal", "clay"]
    assert not unread(layer)


@pytest.mark.parametrize("stated", ["金属矿产", "其他非金属矿产"])
def test_a_class_that_is_not_the_minerals_leaves_the_value_open(make_source, settings, stated):
    fields = {
        "许可证号": ["A", "B", "C"],
        "开采矿种": ["铁矿", "建筑石料用灰岩", "建筑石料用灰岩"],
        "矿种大类": ["金属", stated, stated],
    }
    layer = load(make_source(fields), RIGHT, settings())
    assert layer.text("mineral_class").tolist() == ["metal", None, None]
    assert unread(layer) == {"mineral_class": [1, 2]}
    (said,) = [i for i in layer.issues if i.code == "field_conflict"]
    assert (said.severity, said.feature) == ("error", "第 2 行")
    assert "开采矿种“建筑石料用灰岩”与矿种大类" in said.zh and "2 行" in said.zh


# -- constants and stated fields ---------------------------------------------------------------


def test_constants_fill_columns_the_source_lacks(make_source, settings):
    layer = load(
        make_source({"licence_no": ["A", "B"]}),
        RIGHT,
        settings(constants={"status": "有效", "overall_design": True, "capacity_kt_a": 50}),
    )
    assert layer.text("status").tolist() == ["granted", "granted"]
    assert layer.flag("overall_design").tolist() == [1, 1]
    assert layer.number("capacity_kt_a").tolist() == [50.0, 50.0]
    assert layer.provenance[0].constants == {
        "status": "granted", "overall_design": "True", "capacity_kt_a": "50.0",
    }  # fmt: skip
    assert "status" not in layer.absent


@pytest.mark.parametrize(
    ("constants", "message"),
    [
        ({"status": "granted"}, "the source has this column; a constant cannot replace it"),
        ({"statuz": "granted"}, r"mining_right has no such column \(did you mean status"),
        ({"method": "水采"}, "constant method: cannot read '水采'"),
        ({"capacity_kt_a": "很多"}, "constant capacity_kt_a: cannot read"),
    ],
)
def test_wrong_constants_are_refused(make_source, settings, constants, message):
    source = make_source({"licence_no": ["A", "B"], "status": [None, "x"]})
    with pytest.raises(LayerError, match=message):
        load(source, RIGHT, settings(constants=constants))


def test_a_constant_may_stand_for_a_field_that_is_empty_in_every_row(make_source, settings):
    source = make_source({"licence_no": ["A", "B"], "STATUS": [None, " "]})
    silent = load(source, RIGHT, settings())
    (said,) = [i for i in silent.issues if i.code == "field_empty"]
    assert said.severity == "warning" and "STATUS is empty in every row: no status" in said.en
    assert silent.is_null("status").all()
    layer = load(source, RIGHT, settings(constants={"status": "granted"}))
    assert layer.is_code("status", "granted").all()
    assert layer.provenance[0].constants == {"status": "granted"}
    (said,) = [i for i in layer.issues if i.code == "field_empty"]
    assert said.severity == "info" and said.zh.startswith("权.gpkg：字段 STATUS 各行均为空")


def test_a_constant_never_stands_for_a_value_that_cannot_be_read(make_source, settings):
    source = make_source({"licence_no": ["A"], "status": ["in limbo"]})
    with pytest.raises(LayerError, match="the source has this column"):
        load(source, RIGHT, settings(constants={"status": "granted"}))


def test_stated_fields(make_source, settings):
    source = make_source({"A": ["x1"], "许可证号": ["other"]})
    layer = load(source, RIGHT, settings(fields={"licence_no": "A"}))
    assert layer.source_id.tolist() == ["x1"]
    with pytest.raises(LayerError, match="no field 'Z'"):
        load(source, RIGHT, settings(fields={"licence_no": "Z"}))


# -- ids ---------------------------------------------------------------------------------------


def test_a_registered_layer_needs_its_number(make_source, settings):
    with pytest.raises(LayerError, match="no number field licence_no"):
        load(make_source({"x": ["A"]}), RIGHT, settings())


def test_rows_without_number_are_refused_with_their_bounds(make_source, settings):
    source = make_source({"licence_no": ["A", None, " "]})
    layer = load(source, RIGHT, settings())
    assert account(layer) == (3, 3, 1, 2)
    assert layer.refused.numbers == (None, None)
    assert layer.refused.bounds[0].tolist() == [*shapely.bounds(source.geometry[1])]
    refused = [i for i in layer.issues if i.code == "row_refused"]
    assert refused[0].en == "权.gpkg: row 2 refused: it has no number"
    assert refused[0].severity == "error"


def test_numbers_given_twice_are_refused_in_one_line(make_source, settings):
    source = make_source({"licence_no": ["A", "B", "A", "Ａ", "B"]})
    with pytest.raises(LayerError) as caught:
        load(source, RIGHT, settings())
    assert caught.value.en == (
        "权.gpkg: numbers given twice: A (row 1, row 3, row 4); B (row 2, row 5)"
    )
    assert "\n" not in str(caught.value)


def test_numbers_given_twice_may_be_numbered(make_source, settings, codes_of):
    source = make_source({"licence_no": ["A", "A", "A#2", "A"]})
    layer = load(source, RIGHT, settings(duplicate_ids="number"))
    assert layer.source_id.tolist() == ["A", "A#2#2", "A#2", "A#3"]
    assert layer.text("licence_no").tolist() == ["A", "A", "A#2", "A"]
    assert "duplicate_ids" in codes_of(layer.issues)


def test_ids_by_row(make_source, settings, codes_of):
    layer = load(make_source({"licence_no": ["A", "A"]}), RIGHT, settings(ids="row"))
    assert layer.source_id.tolist() == ["权-1", "权-2"]
    assert layer.text("licence_no").tolist() == ["A", "A"]
    (said,) = [i.en for i in layer.issues if i.code == "ids_by_row"]
    assert said == '权.gpkg: 2 rows are named by file and row (ids = "row")'


def test_id_from_another_field(make_source, settings):
    source = make_source({"right_id": [7.0, 8.0], "licence_no": ["A", None]})
    layer = load(source, RIGHT, settings(id="right_id"))
    assert layer.source_id.tolist() == ["7", "8"]
    assert layer.text("licence_no").tolist() == ["A", None]
    # Whatever names the rows, a refused one is known by its licence number.
    lost = load(make_source({"right_id": [7, 8], "licence_no": ["A", "B"]}, [box(), None]),
                RIGHT, settings(id="right_id"))  # fmt: skip
    assert lost.refused.numbers == ("B",)
    with pytest.raises(
        LayerError, match=r"no field 'right_ix', stated as id \(did you mean right_id"
    ):
        load(source, RIGHT, settings(id="right_ix"))


def test_vetted_rows_are_named_by_number_else_by_row(make_source, settings):
    source = make_source({"licence_no": ["A", None, "A"]})
    vetted = settings(source="dir/申请.gpkg", ids="auto", duplicate_ids="number")
    layer = load(source, RIGHT, vetted, role="vetted")
    assert layer.source_id.tolist() == ["A", "申请-2", "A#2"]
    layer = load(make_source({"x": ["1", "2"]}), RIGHT, vetted, role="vetted")
    assert layer.source_id.tolist() == ["申请-1", "申请-2"]
    assert layer.is_null("licence_no").all()


def test_a_refused_centre_line_is_as_wide_as_it_says(make_source, settings):
    widths = [1000.0, 8000.0, None]
    source = make_source({"river_no": ["R1", None, None], "width_m": widths})
    layer = load(source, schema("river"), settings())
    west, south, east, north = shapely.bounds(source.geometry[1])
    (w, s, e, n), other = layer.refused.bounds
    assert other.tolist() == [*shapely.bounds(source.geometry[2])]
    # At least 4,000 m on every side, and not much more.
    for away in ((west - w) * 111_320 * np.cos(np.radians(n)), (south - s) * 110_570,
                 (e - east) * 111_320 * np.cos(np.radians(n)), (n - north) * 110_570):  # fmt: skip
        assert 4_000 <= away < 4_100


def test_a_river_may_have_one_feature_per_kind_of_source(make_source, settings):
    river = schema("river")
    kinds = ["centreline", "control_zone", "shoreline", "shoreline"]
    source = make_source({"river_no": ["R1", "R1", "R1", "R2"], "source_kind": kinds})
    layer = load(source, river, settings())
    assert layer.source_id.tolist() == ["R1", "R1#control_zone", "R1#shoreline", "R2"]
    twice = make_source({"river_no": ["R1", "R1"], "source_kind": ["shoreline", "岸线"]})
    with pytest.raises(LayerError, match="numbers given twice: R1"):
        load(twice, river, settings())


def test_parts_of_one_right_share_its_number(make_source, settings, codes_of):
    source = make_source({"parent_licence_no": ["A", "A"], "sign": [1, -1]})
    layer = load(source, schema("right_part"), settings())
    assert layer.source_id.tolist() == ["A", "A#2"]
    assert layer.number("sign").tolist() == [1.0, -1.0]
    assert "duplicate_ids" not in codes_of(layer.issues)


# -- geometry ----------------------------------------------------------------------------------


def test_unusable_geometries_are_refused(make_source, settings):
    nan = unfinished(np.nan)
    shapes = [
        box(),
        None,
        shapely.Polygon(),
        shapely.Point(111, 39),
        nan,
        shapely.box(10, 50, 11, 51),
    ]
    layer = load(make_source({"licence_no": list("ABCDEF")}, shapes), RIGHT, settings())
    assert account(layer) == (6, 6, 1, 5)
    assert layer.refused.numbers == ("B", "C", "D", "E", "F")
    reasons = [i.en for i in layer.issues if i.code == "row_refused"]
    assert reasons == [
        "权.gpkg: row 2 (B) refused: no geometry",
        "权.gpkg: row 3 (C) refused: no geometry",
        "权.gpkg: row 4 (D) refused: the geometry is a point, mining_right takes polygon",
        "权.gpkg: row 5 (E) refused: a coordinate is not a finite number",
        reasons[4],
    ]
    assert reasons[4].endswith("lies outside China")
    # A row whose coordinates are wrong could be anywhere; that of the point is known.
    known = ~np.isnan(layer.refused.bounds).any(axis=1)
    assert known.tolist() == [False, False, True, False, False]


def test_broken_outlines_are_repaired_and_said(make_source, settings):
    source = make_source({"licence_no": ["A", "B"]}, [box(), BOW_TIE])
    layer = load(source, RIGHT, settings())
    provenance = layer.provenance[0]
    assert (len(layer), provenance.repaired, provenance.refused) == (2, 1, 0)
    assert shapely.is_valid(layer.geometry).all()
    (issue,) = [i for i in layer.issues if i.code == "repaired"]
    assert (issue.severity, issue.feature) == ("warning", "第 2 行")
    begin = "权.gpkg: row 2: outline repaired: invalid outline (Self-intersection), area 0.0 → "
    assert issue.en.startswith(begin)
    assert issue.zh.startswith("权.gpkg：第 2 行：图形已修复：轮廓无效（自相交），面积 0.0 → ")


def test_an_ambiguous_outline_is_refused(make_source, settings):
    # A ring that winds twice round the same ground.
    twice = shapely.Polygon([*box().exterior.coords[:-1], *box(0.002, 0.006).exterior.coords[:-1]])
    layer = load(make_source({"licence_no": ["A", "B"]}, [box(0.5), twice]), RIGHT, settings())
    assert account(layer) == (2, 2, 1, 1)
    assert layer.refused.numbers == ("B",)
    assert not np.isnan(layer.refused.bounds).any()


def test_z_is_dropped(make_source, settings):
    solid = shapely.force_3d(box(), 12.0)
    layer = load(make_source({"licence_no": ["A"]}, [solid]), RIGHT, settings())
    assert not shapely.has_z(layer.geometry).any()
    assert layer.geometry[0].equals(box())


def test_gauss_kruger_coordinates_become_degrees(make_source, settings):
    to_plane = pyproj.Transformer.from_crs(4490, 4525, always_xy=True)
    plane = shapely.transform(
        box(), lambda c: np.column_stack(to_plane.transform(c[:, 0], c[:, 1]))
    )
    source = make_source({"licence_no": ["A"]}, [plane], crs="EPSG:4525")
    layer = load(source, RIGHT, settings())
    assert np.abs(layer.shapes.xy - shapely.get_coordinates(box())).max() < 1e-9
    assert layer.provenance[0].crs == "EPSG:4525"


def test_a_missing_crs_is_asked_for(make_source, settings):
    source = make_source({"licence_no": ["A"]}, crs=None)
    with pytest.raises(CRSError, match=r"the file states no CRS.*give crs") as caught:
        load(source, RIGHT, settings())
    assert caught.value.zh.startswith("权.gpkg：文件未注明坐标系")
    layer = load(source, RIGHT, settings(crs="EPSG:4490"))
    assert layer.provenance[0].crs == "EPSG:4490"


def test_a_stated_crs_must_not_contradict_the_file(make_source, settings):
    source = make_source({"licence_no": ["A"]})
    assert len(load(source, RIGHT, settings(crs="EPSG:4490"))) == 1
    with pytest.raises(CRSError, match="which differs from the given crs = EPSG:4526"):
        load(source, RIGHT, settings(crs="EPSG:4526"))


def test_a_stated_crs_may_be_the_file_s_own_otherwise_written(make_source, settings):
    zone = pyproj.CRS.from_epsg(4526)
    shapes = [shapely.box(38499000, 3900000, 38500000, 3901000)]
    prj = zone.to_wkt("WKT1_ESRI").replace("CGCS2000_3_Degree_GK_Zone_38", "unnamed")
    height = pyproj.CRS.from_epsg(5737)
    for own in (prj, pyproj.crs.CompoundCRS("both", [zone, height])):
        source = make_source({"licence_no": ["A"]}, shapes, crs=own)
        layer = load(source, RIGHT, settings(crs="EPSG:4526"))
        assert layer.provenance[0].transformation == "CGCS2000"
        with pytest.raises(CRSError, match="differs from the given crs = EPSG:4527"):
            load(source, RIGHT, settings(crs="EPSG:4527"))


@pytest.mark.parametrize(
    ("east", "crs", "said"),
    [
        (38499000, 4547, "begin with 38, but EPSG:4547 has no zone; EPSG:4526 seems meant"),
        (499000, 4526, "have no zone in front, but EPSG:4526 has one; EPSG:4547 seems meant"),
        (19499000, 4508, "begin with 19, but EPSG:4508 has no zone; EPSG:4497 seems meant"),
    ],
)
def test_the_plane_with_or_without_zone_number_that_is_meant(
    make_source, settings, east, crs, said
):
    shapes = [shapely.box(east, 3900000, east + 1000, 3901000)]
    with pytest.raises(LayerError, match=said):
        load(make_source({"licence_no": ["A"]}, shapes, crs=f"EPSG:{crs}"), RIGHT, settings())


def test_notes_are_in_the_language_of_the_message(make_source, settings):
    source = dataclasses.replace(
        make_source({"licence_no": ["A"]}), crs_note="来自 .prj / from .prj"
    )
    with pytest.raises(CRSError) as caught:
        load(source, RIGHT, settings(crs="EPSG:4526"))
    assert "（来自 .prj），" in caught.value.zh and "(from .prj), " in caught.value.en


@pytest.mark.parametrize("crs", ["EPSG:4610", "EPSG:2362", "EPSG:4214"])
def test_old_datums_are_refused(make_source, settings, crs):
    shapes = (
        [box()]
        if crs.endswith(("4610", "4214"))
        else [shapely.box(38499000, 4370000, 38500000, 4371000)]
    )
    with pytest.raises(DatumError, match=r"^权\.gpkg"):
        load(make_source({"licence_no": ["A"]}, shapes, crs=crs), RIGHT, settings())


def test_everything_outside_china_is_an_error_with_a_hint(make_source, settings):
    swapped = shapely.box(39, 111, 39.01, 111.01)
    with pytest.raises(LayerError, match="longitude and latitude seem swapped"):
        load(
            make_source({"licence_no": ["A"]}, [shapely.box(39, 89, 39.1, 89.1)]), RIGHT, settings()
        )
    with pytest.raises(LayerError, match="outside China"):
        load(make_source({"licence_no": ["A"]}, [swapped]), RIGHT, settings())
    chile = make_source({"licence_no": ["A"]}, [shapely.box(-70, -30, -69, -29)])
    with pytest.raises(LayerError, match='for data abroad set extent = "any"'):
        load(chile, RIGHT, settings())
    assert len(load(chile, RIGHT, settings(), extent="any")) == 1


# -- whole files -------------------------------------------------------------------------------


def test_all_that_is_wrong_is_said_in_one_line(make_source, settings):
    source = make_source({"licence_no": ["A", "A"], "status": ["x", "y"]}, crs=None)
    with pytest.raises(CRSError) as caught:
        load(source, RIGHT, settings(constants={"status": "granted"}))
    line = caught.value.en
    assert "states no CRS" in line
    assert "numbers given twice: A" in line
    assert "constant status" in line
    assert "\n" not in line


def test_empty_files(make_source, settings):
    nothing = make_source({"licence_no": pa.array([], pa.string())}, [])
    layer = load(nothing, RIGHT, settings(empty_means_none=True))
    assert (len(layer), layer.registered, layer.empty_means_none) == (0, True, True)
    with pytest.raises(LayerError, match="the file holds no features"):
        load(nothing, RIGHT, settings(), role="vetted")
    useless = make_source({"licence_no": ["A"]}, [None])
    assert len(load(useless, RIGHT, settings())) == 0
    with pytest.raises(LayerError, match="none of 1 features can be used; row 1: no geometry"):
        load(useless, RIGHT, settings(), role="vetted")


def test_reader_issues_are_passed_on(make_source, settings, codes_of):
    from layers.issues import warning

    source = make_source({"licence_no": ["A"]}, issues=(warning("encoding_guessed", "甲", "a"),))
    assert codes_of(load(source, RIGHT, settings()).issues)[0] == "encoding_guessed"


def test_the_stand_in_for_a_missing_layer(make_source, settings):
    layer = Layer.missing(RIGHT)
    full = load(make_source({"licence_no": ["A"]}), RIGHT, settings())
    assert layer.table.schema == full.table.schema
    assert (len(layer), len(layer.geometry), layer.registered) == (0, 0, False)
    joined = layer.join(dataclasses.replace(full, registered=False))
    assert (len(joined), joined.absent) == (1, full.absent)


@pytest.mark.parametrize("name", list(catalog()))
def test_every_layer_can_be_loaded(make_source, settings, name):
    shape = schema(name)
    by_kind = {0: shapely.Point(111, 39), 1: shapely.LineString([(111, 39), (112, 39)]), 2: box()}
    shapes = [by_kind[int(kind)] for kind in sorted(shape.kinds)]
    numbers = [f"N{k}" for k in range(len(shapes))]
    layer = load(make_source({shape.number: numbers}, shapes), shape, settings())
    assert layer.feature_id.tolist() == [f"{name}:{v}" for v in numbers]
    assert layer.shapes.kinds.tolist() == [int(kind) for kind in sorted(shape.kinds)]


GEOMETRIES = st.sampled_from(
    [
        box(),
        box(0.5),
        BOW_TIE,
        None,
        shapely.Polygon(),
        shapely.Point(111, 39),
        shapely.box(0, 0, 1, 1),
        unfinished(np.inf),
        shapely.Polygon([(111, 39), (111, 39), (111, 39)]),
        shapely.MultiPolygon([box(), box(0.3)]),
        shapely.GeometryCollection([box(), shapely.Point(111, 39)]),
        shapely.GeometryCollection([shapely.Point(111, 39)]),
    ]
)


@bounded(
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    rows=st.lists(st.tuples(st.sampled_from(["A", "B", " ", None]), GEOMETRIES), max_size=8),
    ids=st.sampled_from(["required", "row", "auto"]),
)
def test_every_row_is_kept_or_refused(make_source, settings, rows, ids):
    numbers = pa.array([r[0] for r in rows], pa.string())
    source = make_source({"licence_no": numbers}, [r[1] for r in rows])
    try:
        layer = load(source, RIGHT, settings(ids=ids, duplicate_ids="number"))
    except LayerError as fault:
        assert "all coordinates lie outside China" in fault.en
        return
    declared, read, kept, refused = account(layer)
    assert declared == read == kept + refused == len(rows)
    assert len(layer.refused) == refused == len(layer.refused.bounds)
    assert len([i for i in layer.issues if i.code == "row_refused"]) == refused
    assert len(set(layer.feature_id)) == kept
    assert shapely.is_valid(layer.geometry).all() and not shapely.is_empty(layer.geometry).any()


@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        (["C1", "暂无", "000"], "placeholder"),
        (pa.array([1.0, 2.0**53, 1.4e18]), "number_precision"),
    ],
)
def test_rows_whose_number_names_nobody(make_source, settings, codes_of, numbers, code):
    source = make_source({"licence_no": numbers})
    layer = load(source, RIGHT, settings())
    assert account(layer) == (3, 3, 1, 2) and layer.refused.numbers == (None, None)
    assert codes_of(layer.issues)[:4] == [code, "column_absent", "row_refused", "row_refused"]
    vetted = load(source, RIGHT, settings(ids="auto"), role="vetted")
    first = "C1" if code == "placeholder" else "1"
    assert vetted.source_id.tolist() == [first, "权-2", "权-3"]
    assert vetted.text("licence_no").tolist() == [first, None, None]
    assert code in codes_of(vetted.issues) and "ids_by_row" in codes_of(vetted.issues)


def test_a_stated_id_that_lost_digits_is_told(make_source, settings, codes_of):
    source = make_source({"licence_no": ["A", "B"], "n": [5.0, 1.4e18]})
    layer = load(source, RIGHT, settings(id="n"))
    assert layer.source_id.tolist() == ["5"] and account(layer) == (2, 2, 1, 1)
    assert "number_precision" in codes_of(layer.issues)
    with pytest.raises(LayerError, match="numbers given twice"):
        load(make_source({"licence_no": ["A", "B"], "n": [0, 0]}), RIGHT, settings(id="n"))


def test_a_placeholder_is_no_constant(make_source, settings):
    with pytest.raises(LayerError, match="cannot read '暂无'"):
        load(make_source({"licence_no": ["A"]}), RIGHT, settings(constants={"holder": "暂无"}))


@pytest.mark.parametrize(
    ("lon", "lat", "values", "told"),
    [
        ("坝脚经度", "坝脚纬度", (113.3512, 35.24), True),
        ("坝脚经度(度)", "坝脚纬度(度)", (113.3512, 35.24), False),
        ("坝脚经度", "坝脚纬度", (113.7512, 35.74), False),
        ("toe_lon", "toe_lat", (113.3512, 35.24), False),
    ],
)
def test_toes_that_may_be_in_packed_degrees_are_told(
    make_source, settings, codes_of, lon, lat, values, told
):
    columns = {"facility_no": ["W1"], lon: [values[0]], lat: [values[1]]}
    layer = load(make_source(columns), schema("tailings_facility"), settings())
    assert (layer.number("toe_lon")[0], layer.number("toe_lat")[0]) == values
    assert ("degrees_assumed" in codes_of(layer.issues)) == told


# -- values that could not be read ----------------------------------------------------------------


def unread(layer):
    """Return column -> rows of what could not be read."""
    rows = {c.name: np.flatnonzero(layer.is_unread(c.name)).tolist() for c in layer.schema.columns}
    return {name: found for name, found in rows.items() if found}


def test_what_could_not_be_read_is_null_and_not_empty(make_source, settings):
    source = make_source(
        {
            "许可证号": ["A", "B", "C", "D"],
            "建设性质": ["改扩建??", "", None, "新建"],
            "有效期止": ["2030-13-01", "—", "2030-12-31", "长期"],
            "生产系统数": ["2", "1.5", "无", ""],
            "一次性总体设计": ["是", "或许", "否", "N/A"],
            "生产规模（万吨/年）": ["30", "三十", "", "30万立方米"],
            "原许可证号": ["暂无", "1.4E+18", "", "A1"],
        }
    )
    layer = load(source, RIGHT, settings())
    assert unread(layer) == {
        "project_type": [0],
        "valid_to": [0, 3],
        "production_systems": [1],
        "overall_design": [1],
        "capacity_kt_a": [1, 3],
        "replaces_licences": [1],
    }
    assert layer.is_null("project_type").tolist() == [True, True, True, False]
    assert layer.is_unread("project_type", "valid_to").tolist() == [True, False, False, True]


def test_what_could_not_be_read_goes_where_its_row_goes(make_source, settings):
    first = load(
        make_source({"许可证号": ["A", "B", "C"], "状态": ["有效", "??", "!!"]}), RIGHT, settings()
    )
    other = load(make_source({"许可证号": ["B", "X"], "状态": ["##", "有效"]}), RIGHT, settings())
    assert unread(first.take([2, 0])) == {"status": [0]}
    assert unread(first.stack(other)) == {"status": [1, 2, 3]}
    joined = first.join(other)
    assert joined.text("licence_no").tolist() == ["A", "C", "B", "X"]
    assert unread(joined) == {"status": [1, 2]}
    assert unread(joined.predecessors) == {"status": [0]}


def test_rows_that_are_refused_take_their_bits_along(make_source, settings):
    shapes = [BOW_TIE, None, box(1)]
    fields = {"许可证号": ["A", "B", "C"], "状态": ["有效", "??", "!!"]}
    layer = load(make_source(fields, shapes), RIGHT, settings())
    assert layer.text("licence_no").tolist()[-1] == "C"
    assert unread(layer) == {"status": [len(layer) - 1]}


def test_one_field_that_cannot_be_read_spoils_what_another_says(make_source, settings):
    source = make_source(
        {
            "许可证号": ["A", "B", "C", "D"],
            "状态": ["有效", "有效", "有效", None],
            "许可证状态": ["有效(已注销?)", None, "注销", "注销"],
        }
    )
    layer = load(source, RIGHT, settings())
    assert layer.text("status").tolist() == [None, "granted", None, "cancelled"]
    assert unread(layer) == {"status": [0, 2]}


def test_the_text_of_a_range_does_not_spoil_elevations_of_their_own(make_source, settings):
    source = make_source(
        {
            "许可证号": ["A", "B"],
            "开采标高上限": [1250, None],
            "开采标高": ["1250米至980米，共 4 个拐点", "见附图"],
        }
    )
    layer = load(source, RIGHT, settings())
    assert layer.number("top_elevation_m")[0] == 1250.0
    assert unread(layer) == {"top_elevation_m": [1], "bottom_elevation_m": [0, 1]}


def test_a_class_that_could_not_be_read_is_not_derived(make_source, settings):
    fields = {
        "许可证号": ["A", "B"],
        "开采矿种": ["铁矿", "铁矿"],
        "矿种大类": ["建筑石料?", None],
    }
    layer = load(make_source(fields), RIGHT, settings())
    assert layer.text("mineral_class").tolist() == [None, "metal"]
    assert unread(layer) == {"mineral_class": [0]}


def test_a_column_of_which_nothing_could_be_read_is_not_an_absent_one(make_source, settings):
    source = make_source({"许可证号": ["A"], "状态": [None]})
    lost = dataclasses.replace(source, lost={"状态": np.array([0])})
    layer = load(lost, RIGHT, settings())
    assert "status" not in layer.absent and unread(layer) == {"status": [0]}


def test_a_spike_is_told_with_its_place(make_source, settings):
    corners = [(111, 39), (111.01, 39), (111.01, 39.005), (111.2, 39.005), (111.01, 39.0050002)]
    thorn = shapely.Polygon([*corners, (111.01, 39.01), (111, 39.01)])
    layer = load(make_source({"许可证号": ["A", "B"]}, [box(), thorn]), RIGHT, settings())
    (said,) = [i for i in layer.issues if i.code == "spike"]
    assert (said.severity, said.feature) == ("warning", "第 2 行")
    assert "16457.9 m long and 0.02 m wide" in said.en and "111.200000, 39.005000" in said.en
    assert "长 16457.9 m、宽 0.02 m" in said.zh and "111.200000, 39.005000" in said.zh
    assert len(layer) == 2


def test_single_levels_under_a_heading_of_ranges_are_told_once(make_source, settings):
    levels = [str(840 + k) for k in range(30)]
    columns = {"许可证号": [f"A{k}" for k in range(30)], "开采标高": levels}
    layer = load(make_source(columns, [box(k) for k in range(30)]), RIGHT, settings())
    (said,) = [i for i in layer.issues if i.code == "unreadable_value"]
    assert said.feature == "第 1 行" and "有 30 行只有一个标高" in said.zh
    assert "30 rows have one elevation and no range" in said.en
    ends = ("top_elevation_m", "bottom_elevation_m")
    assert all(layer.is_null(end).all() and layer.is_unread(end).all() for end in ends)


def test_the_end_that_alone_is_beyond_all_elevations_is_told(make_source, settings):
    columns = {"许可证号": ["A"], "开采标高": ["1250~-9999"]}
    layer = load(make_source(columns, [box(0)]), RIGHT, settings())
    assert layer.number("top_elevation_m").tolist() == [1250.0]
    (said,) = [i for i in layer.issues if i.code == "unreadable_value"]
    assert "开采标高下限" in said.zh
