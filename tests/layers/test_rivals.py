"""Fields beside those of a column: the same field twice, its state in other words, its extreme."""

import numpy as np
import pytest

from layers.catalog import schema
from layers.loader import load

DUMP, PIT, RIGHT, POND, GOAF = map(
    schema, ("waste_dump", "open_pit", "mining_right", "tailings_facility", "goaf")
)


@pytest.fixture
def read(make_source, settings):
    def make(shape, column, columns):
        """Return the value of one row, whether it is unread, and the codes of what was said."""
        columns = {name: [cell] for name, cell in columns.items()}
        layer = load(make_source({shape.number: ["A1"], **columns}), shape, settings())
        said = {i.code for i in layer.issues if i.code.startswith("field_")} - {"field_double"}
        unread = bool(np.asarray(layer.is_unread(column))[0])
        return layer.table.column(column).to_pylist()[0], unread, said

    return make


READ, LOST = (False, set()), (None, True, {"field_conflict"})


@pytest.mark.parametrize(
    ("shape", "column", "field"),
    [
        (DUMP, "height_m", "排土场堆置高度"), (DUMP, "height_m", "现状堆高"),
        (PIT, "height_m", "现状边坡高度(m)"), (PIT, "height_m", "边坡总高(m)"),
        (RIGHT, "burial_depth_m", "埋深"), (RIGHT, "burial_depth_m", "矿体埋深2"),
        (POND, "total_dam_height_m", "总坝高/百米"), (POND, "total_dam_height_m", "ZBG_1"),
        (POND, "total_volume_m3", "全部库容"),
    ],
)  # fmt: skip
def test_a_nearly_right_name_leaves_an_empty_column_open(read, shape, column, field):
    assert read(shape, column, {field: 50.0}) == (None, True, {"field_ambiguous"})


@pytest.mark.parametrize(
    ("shape", "column", "field"),
    [
        (DUMP, "height_m", "设计堆置高度"), (DUMP, "height_m", "最大堆置高度"),
        (DUMP, "height_m", "堆积高度"), (PIT, "height_m", "最终边坡高度"),
        (PIT, "height_m", "采场边坡高度"), (RIGHT, "burial_depth_m", "最小埋藏深度"),
        (RIGHT, "burial_depth_m", "最浅埋深"), (RIGHT, "burial_depth_m", "矿体埋藏深度"),
    ],
)  # fmt: skip
def test_what_is_certainly_the_column_is_read(read, shape, column, field):
    assert read(shape, column, {field: 50.0}) == (50.0, *READ)


@pytest.mark.parametrize(
    ("shape", "column", "field"),
    [
        (PIT, "height_m", "台阶高度"), (DUMP, "height_m", "海拔高度"),
        (DUMP, "height_m", "挡土墙高度"), (RIGHT, "burial_depth_m", "地下水埋深"),
        (POND, "total_dam_height_m", "总坝高程"), (POND, "grade", "防洪等别"),
    ],
)  # fmt: skip
def test_what_is_of_another_thing_leaves_nothing_open(read, shape, column, field):
    assert read(shape, column, {field: 50.0}) == (None, *READ)


@pytest.mark.parametrize(
    ("shape", "column", "columns", "value"),
    [
        (DUMP, "height_m", {"堆置高度": 20.0, "设计堆置高度": 210.0}, None),
        (DUMP, "height_m", {"堆置高度": 210.0, "堆积高度": 20.0}, 210.0),
        (PIT, "height_m", {"边坡高度": 20.0, "现状边坡高度(m)": 210.0}, None),
        (PIT, "height_m", {"边坡高度": 210.0, "台阶高度": 15.0}, 210.0),
        (DUMP, "height_m", {"堆置高度": 20.0, "海拔高度": 1250.0}, 20.0),
        (RIGHT, "burial_depth_m", {"矿体埋深": 300.0, "埋深": 50.0}, None),
        (RIGHT, "burial_depth_m", {"矿体埋深": 300.0, "最大埋深": 800.0}, 300.0),
        (RIGHT, "burial_depth_m", {"矿体埋深": 300.0, "地下水埋深": 5.0}, 300.0),
        (POND, "total_dam_height_m", {"坝高": 30.0, "后期堆积高度": 190.0}, None),
        (POND, "total_dam_height_m", {"总坝高": 150.0, "坝高上限": 250.0}, None),
        (POND, "total_dam_height_m", {"总坝高": 150.0, "初期坝坝高": 30.0}, 150.0),
    ],
)  # fmt: skip
def test_an_extreme_is_none_that_another_field_goes_beyond(read, shape, column, columns, value):
    assert read(shape, column, columns) == ((value, *READ) if value else LOST)


@pytest.mark.parametrize(
    ("shape", "column", "field", "own", "other", "value"),
    [
        (POND, "total_dam_height_m", "总坝高", 55.0, 70.0, 55.0),
        (POND, "total_dam_height_m", "ZBG", 70.0, 55.0, 70.0),
        (RIGHT, "status", "权利状态", "有效", "注销", "granted"),
        (RIGHT, "status", "权利状态", "有效", "封存", "granted"),
        (RIGHT, "valid_to", "有效期至", "2030-01-01", "2020-01-01", None),
        (RIGHT, "top_elevation_m", "开采标高", "1250~980", "1300~980", 1250.0),
        (RIGHT, "orebody_id", "矿体编号", "KT-1", "KT-2", None),
        (GOAF, "treated", "是否治理", "是", "否", True),
    ],
)
@pytest.mark.parametrize("suffix", ["_1", "2", ".1", "_y"])
def test_the_same_field_twice(read, shape, column, field, own, other, value, suffix):
    assert read(shape, column, {field: own, field + suffix: other}) == LOST
    found, *rest = read(shape, column, {field: own, field + suffix: own})
    assert tuple(rest) == READ and (found == value if value else found is not None)
    assert tuple(read(shape, column, {field: own, field + suffix: None})[1:]) == READ


def test_a_name_twice_decides_nothing(read):
    assert read(RIGHT, "name", {"矿山名称": "甲", "矿山名称_1": "乙"}) == ("甲", *READ)


@pytest.mark.parametrize(
    ("field", "word"),
    [
        ("是否处理", "否"), ("已治理", "否"), ("治理情况", "未治理"), ("治理状态", "正在治理"),
        ("治理情况", "拟于2027年治理"), ("治理进度", "0%"), ("治理进度", "50"),
        ("治理率", "0.5"), ("是否完成治理", "否"), ("治理完成情况", "未完成"),
    ],
)  # fmt: skip
def test_what_says_no_beside_a_flag(read, field, word):
    assert read(GOAF, "treated", {"是否治理": "是", field: word}) == LOST


@pytest.mark.parametrize(
    ("field", "word"),
    [
        ("是否处理", "是"), ("是否充填", "否"), ("治理情况", "已治理"), ("治理进度", "100%"),
        ("治理完成时间", "2020"), ("治理单位", "未来公司"), ("治理措施", "未充填"),
        ("治理情况", "良好"), ("治理情况", None), ("积水情况", "无积水"),
    ],
)  # fmt: skip
def test_what_says_no_other_thing_beside_a_flag(read, field, word):
    assert read(GOAF, "treated", {"是否治理": "是", field: word}) == (True, *READ)


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({"有效期至": "2030-01-01", "截止日期": "2020-01-01"}, None),
        ({"有效期至": "2030-01-01", "截止日期": "2030-01-01"}, "2030-01-01"),
        ({"有效期至": "2030-01-01", "安全生产许可证有效期至": "2020-01-01"}, "2030-01-01"),
    ],
)
def test_a_generic_day_beside_the_end_of_a_term(read, fields, value):
    found, *rest = read(RIGHT, "valid_to", fields)
    assert (str(found), *rest) == ((value, *READ) if value else ("None", *LOST[1:]))


def test_the_day_of_a_status_may_be_another_than_that_of_the_data(read):
    found, *rest = read(RIGHT, "status_on", {"状态日期": "2024-01-01", "更新日期": "2025-01-01"})
    assert (str(found), *rest) == ("2024-01-01", *READ)
