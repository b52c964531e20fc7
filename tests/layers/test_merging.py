"""Several fields of one column: which of them is asked, and what is told."""

import numpy as np
import pytest

from layers.catalog import schema
from layers.errors import LayerError
from layers.loader import load

RIGHT, POND, GOAF = schema("mining_right"), schema("tailings_facility"), schema("goaf")


@pytest.fixture
def read(make_source, settings):
    def make(shape, column, columns):
        """Return the values, the unread rows, and what was said of fields and values."""
        n = len(next(iter(columns.values())))
        number = {} if column == shape.number else {shape.number: [f"A{k}" for k in range(n)]}
        layer = load(make_source({**number, **columns}), shape, settings())
        said = [
            i for i in layer.issues if i.code in ("field_double", "field_conflict", "unknown_code")
        ]
        values = layer.table.column(column).to_pylist()
        return values, np.flatnonzero(layer.is_unread(column)).tolist(), said

    return make


@pytest.mark.parametrize(
    ("shape", "column", "columns", "values"),
    [
        (RIGHT, "status", {"权利状态": ["有效"] * 2, "状态": ["生产", "变更"]}, ["granted"] * 2),
        (RIGHT, "licence_no", {"采矿权编号": ["K1", "K2"], "许可证号": ["C1", "C2"]}, ["C1", "C2"]),
        (RIGHT, "project_type", {"建设性质": ["新建", "改建"], "项目类型": ["采矿权"] * 2},
         ["new", "rebuilt"]),
        (RIGHT, "capacity_kt_a", {"年产量（万吨）": [12.5, 43], "生产规模（万吨/年）": [30.0, 50]},
         [300.0, 500.0]),
        (RIGHT, "holder", {"申请人": ["李四", "王五"], "采矿权人": ["甲", "乙"]}, ["甲", "乙"]),
        (RIGHT, "top_elevation_m",
         {"开采标高": ["1250~980", "900~700"], "开采深度": ["270~0", "200~0"]}, [1250.0, 900.0]),
        (POND, "total_dam_height_m",
         {"坝高（m）": [30.0, 50], "设计坝高（m）": [60.0, 50]}, [60.0, 50.0]),
        (GOAF, "treated", {"是否治理": ["否", "是"], "是否充填": ["是", "否"]}, [False, True]),
    ],
)  # fmt: skip
def test_a_generic_field_beside_one_of_the_column_is_not_asked(
    read, shape, column, columns, values
):
    found, unread, said = read(shape, column, columns)
    assert (found, unread) == (values, [])
    assert {(i.severity, i.code) for i in said} == {("info", "field_double")}


def test_what_is_told_of_a_generic_field(read):
    _, _, (said,) = read(RIGHT, "status", {"权利状态": ["有效", "过期"], "状态": ["生产", "停产"]})
    assert said.zh == "权.gpkg：权利状态（status）取自字段 权利状态；状态 只在其为空的行采用"
    assert said.en.endswith(
        "status is taken from 权利状态; 状态 is asked only in rows where it is empty"
    )


def test_a_generic_field_is_asked_where_the_other_is_empty(read):
    columns = {"权利状态": ["有效", None, "/", "？"], "状态": ["生产", "注销", "停产", "过期"]}
    values, unread, said = read(RIGHT, "status", columns)
    assert values == ["granted", "cancelled", None, None] and unread == [2, 3]
    assert sorted(i.code for i in said) == ["field_double", "unknown_code", "unknown_code"]
    # A field that is empty throughout leaves the word to the generic one.
    assert read(RIGHT, "status", {"权利状态": [None], "状态": ["注销"]})[0] == ["cancelled"]


def test_a_generic_code_that_contradicts_is_not_passed_over(read):
    columns = {"权利状态": ["有效", "有效"], "状态": ["注销", "正常"]}
    values, unread, said = read(RIGHT, "status", columns)
    assert (values, unread) == ([None, "granted"], [0])
    assert [(i.severity, i.code) for i in said][-1] == ("error", "field_conflict")


def test_a_constant_may_stand_beside_a_generic_field(make_source, settings, codes_of):
    zones = schema("protected_zone")
    declared = settings(constants={"zone_class": "permanent_basic_farmland"})
    layer = load(make_source({"zone_no": ["1"], "类型": ["水田"]}), zones, declared)
    assert layer.text("zone_class").tolist() == ["permanent_basic_farmland"]
    assert codes_of([i for i in layer.issues if "类型" in i.zh]) == ["field_double"]
    kept = load(
        make_source({"zone_no": ["1", "2"], "类型": ["水田", "生态保护红线区"]}), zones, settings()
    )
    assert kept.text("zone_class").tolist() == ["水田", "ecological_red_line"]
    (said,) = [i for i in kept.issues if i.code == "unknown_code"]
    assert said.severity == "info" and said.zh.endswith("不作为已知类别判定：水田")
    with pytest.raises(LayerError, match="the source has this column"):
        load(make_source({"zone_no": ["1"], "分区类别": ["水田"]}), zones, declared)


def test_two_fields_of_the_column_itself_still_contradict(read):
    columns = {"证载规模（万吨/年）": [30.0, 50], "设计生产能力（万吨/年）": [30.0, 60]}
    values, unread, said = read(RIGHT, "capacity_kt_a", columns)
    assert (values, unread) == ([300.0, None], [1])
    assert [i.code for i in said] == ["field_conflict"]
    columns = {"权利状态": ["有效", "有效"], "矿业权状态": ["有效", "封存"]}
    values, unread, said = read(RIGHT, "status", columns)
    assert (values, unread) == (["granted", None], [1])
    assert "1 行中有字段未能识别，按空值处理" in said[-1].zh
    assert "in 1 rows one of them could not be read: taken as missing" in said[-1].en


@pytest.mark.parametrize(
    ("other", "column", "own"),
    [
        ("坝高（m）", "total_dam_height_m", "设计坝高（m）"),  # today's, and the final one
        ("设计最高坝高（m）", "total_dam_height_m", "坝高（m）"),
        ("现状库容（万m3）", "total_volume_m3", "总库容（万m3）"),
        ("规划终期库容（万m3）", "total_volume_m3", "库容（万m3）"),
    ],
)
def test_a_total_is_none_that_another_field_exceeds(read, other, column, own):
    columns = {own: [60.0, 60, 60, None], other: [200.5, 60, 30, None]}
    values, unread, said = read(POND, column, columns)
    factor = 1.0 if column.endswith("_m") else 1e4
    assert (values, unread) == ([None, 60 * factor, 60 * factor, None], [0])
    conflict = next(i for i in said if i.code == "field_conflict")
    assert conflict.severity == "error" and f"'{other}' is greater than {column}" in conflict.en


def test_what_is_no_height_of_the_dam_is_no_greater_one(read):
    columns = {"总坝高": [60.0, 60], "坝顶高程": [1250.0, 980], "总坝高程": [1250.0, 980]}
    assert read(POND, "total_dam_height_m", columns) == ([60.0, 60.0], [], [])


@pytest.mark.parametrize("name", ["建设性质_1", "建设性质2", "建设性质_y", "建设性质说明"])
def test_a_near_field_counts_where_the_column_is_blank(make_source, settings, name):
    columns = {"尾矿库编号": ["A1", "A2", "A3"], "建设性质": ["新建", None, None]}
    layer = load(make_source({**columns, name: ["新建", "新建", None]}), POND, settings())
    assert layer.table.column("project_type").to_pylist() == ["new", None, None]
    assert layer.is_unread("project_type").tolist() == [False, True, False]
    (said,) = [i for i in layer.issues if i.code == "field_ambiguous"]
    assert "project_type is empty in 1 rows where " + name in said.en
    # Where no row is blank, nothing is to be told.
    columns["建设性质"] = ["新建"] * 3
    layer = load(make_source({**columns, name: ["新建", "新建", None]}), POND, settings())
    assert not {"field_ambiguous", "field_conflict"} & {i.code for i in layer.issues}
    # What it says in known words is not passed over.
    columns["建设性质"] = ["已有"] * 3
    layer = load(make_source({**columns, name: ["新建", "已有", None]}), POND, settings())
    assert layer.table.column("project_type").to_pylist() == [None, "existing", "existing"]
    assert "field_conflict" in {i.code for i in layer.issues}


@pytest.mark.parametrize("name", ["河道宽（m）", "河宽m", "河床宽", "水面宽（m）"])
def test_the_width_of_a_river_under_another_name_is_open(make_source, settings, name):
    columns = {"河流编号": ["A1", "A2"], name: [7000.0, None]}
    layer = load(make_source(columns), schema("river"), settings())
    assert layer.is_unread("width_m").tolist() == [True, False]


@pytest.mark.parametrize(
    ("shape", "column", "columns", "value"),
    [
        (RIGHT, "capacity_kt_a", {"生产规模": ["小型"] * 2, "设计规模（万吨/年）": [30.0, None]},
         300.0),
        (POND, "status", {"运行状况": ["在用", None], "库状态": ["正常库", "病库"]}, "operating"),
        (POND, "project_type", {"建设性质": ["已有", None], "建设类型": ["山谷型"] * 2},
         "existing"),
    ],
)  # fmt: skip
def test_a_field_that_tells_of_another_thing_spoils_none(read, shape, column, columns, value):
    values, unread, said = read(shape, column, columns)
    # Where nothing else is said it leaves the column open.
    assert values == [value, None] and unread == [1]
    assert [(i.severity, i.code) for i in said] == [("info", "field_double")]
    assert f"不是{shape.column(column).zh}（{column}），未采用" in said[0].zh


def test_one_word_of_the_column_is_enough_to_be_heard(read):
    columns = {"运行状况": ["在用", "在用"], "库状态": ["病库", "已闭库"]}
    values, unread, _ = read(POND, "status", columns)
    assert values == [None, None] and unread == [0, 1]


def test_years_of_a_term_are_told_once_and_spoil_no_end(read):
    columns = {"有效期限（年）": [10, 10], "有效期止": ["2030-03-01", None]}
    values, unread, said = read(RIGHT, "valid_to", columns)
    assert [str(v) for v in values] == ["2030-03-01", "None"] and unread == [1]
    assert [(i.severity, i.code) for i in said if "有效期止" in i.zh] == [("info", "field_double")]


def test_lists_of_minerals_of_one_class_agree(read):
    columns = {"开采矿种": ["铁矿、铜矿", "铁", "铁矿"], "主矿种": ["铁矿", "铁矿", "金矿"]}
    values, unread, _ = read(RIGHT, "mineral", columns)
    assert values == ["铁矿、铜矿", "铁", None] and unread == [2]
    assert read(RIGHT, "mineral_class", columns)[0] == ["metal", "metal", None]


def test_a_known_class_of_a_zone_is_heard_beside_other_words(read):
    columns = {
        "类别": ["生态保护红线", "湿地公园", "生态保护红线", None],
        "类型": ["核心区", "核心区", "自然保护区", "核心区"],
    }  # fmt: skip
    values, unread, _ = read(schema("protected_zone"), "zone_class", columns)
    assert values == ["ecological_red_line", "湿地公园", None, "核心区"] and unread == [2]
