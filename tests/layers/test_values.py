"""Source columns of every Arrow type as typed columns of the contract."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.catalog import catalog, schema
from layers.cells import as_text
from layers.keys import is_key, matchable
from layers.values import convert

RIGHT = schema("mining_right")
POND = schema("tailings_facility")


def read(array, column, shape=RIGHT, **more):
    array = array if isinstance(array, pa.Array) else pa.array(array)
    labels = [f"第 {k} 行" for k in range(1, len(array) + 1)]
    values = convert(array, shape.column(column), "字段", labels, **more)
    return values.array.to_pylist(), values.issues


def test_text_is_trimmed_and_blanks_are_null():
    assert read([" 甲 ", "", "  ", "无", "/", None, "<Null>"], "holder") == (
        ["甲", None, None, None, None, None, None],
        (),
    )


def test_numbers_as_text_keep_leading_zeros_and_lose_full_width():
    assert read(["００7", " C140 "], "licence_no")[0] == ["007", "C140"]


NUMBERS = {
    "mining_right": {"licence_no", "orebody_id", "overlap_exception", "replaces_licences",
                     "county_code"},
    "tailings_facility": {"facility_no", "replaces_facility"},
    "dam_toe": {"toe_no", "facility_no"},
    "goaf": {"goaf_no", "owner_licence_no"},
    "working": {"working_no", "owner_licence_no"},
    "movement_zone": {"zone_no", "owner_licence_no"},
    "open_pit": {"site_no", "owner_licence_no"},
    "waste_dump": {"site_no", "owner_licence_no"},
}  # fmt: skip


@pytest.mark.parametrize("shape", list(catalog().values()), ids=lambda s: s.name)
def test_which_columns_are_matched(shape):
    found = {c.name for c in shape.columns if is_key(c)}
    assert found == NUMBERS.get(shape.name, {shape.number})


@pytest.mark.parametrize(
    "column",
    [(s.name, c.name) for s in catalog().values() for c in s.columns if is_key(c)],
    ids=".".join,
)
def test_numbers_are_read_in_the_form_in_which_they_match(column):
    layer, name = column
    written = [
        "C1400(2)-a", "Ｃ１４００（２）－ａ", "\u3000C1400 (2)\u00a0-a\u2003",
        "\ufeffC14\u200b00(2)-a\t", "C1400(2)–a", "C1400(2)−a", "c1400(2)-A", "－", "　", "\u200b",
    ]  # fmt: skip
    assert read(written, name, schema(layer))[0] == ["C1400(2)-a"] * 6 + [
        "c1400(2)-A", None, None, None,
    ]  # fmt: skip


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_the_form_of_a_number_is_final(word):
    (once,) = matchable(pa.array([word])).to_pylist()
    assert matchable(pa.array([once], pa.string())).to_pylist() == [once]
    assert once is None or (once and not any(c.isspace() for c in once))


def test_float_numbers_become_whole_text():
    assert read(pa.array([123.0, None, 5.5]), "licence_no")[0] == ["123", None, "5.5"]
    assert as_text(pa.array([1e15, -3.0])).to_pylist() == ["1000000000000000", "-3"]


@pytest.mark.parametrize(
    ("array", "left"),
    [
        (pa.array([1.0, 2.0**53 - 1, 2.0**53, None, 1.4e18]), ["1", "9007199254740991"]),
        (pa.array([1.0, 2.0**24 - 1, 2.0**24, None, 1.4e18], pa.float32()), ["1", "16777215"]),
        (pa.array(["1", "1E5", "1.40000202E+18", None, "1e+18"]), ["1", "1E5"]),
        (pa.array(["2.5E3", "2E18", "1.40000202001712E18", None, "1.4e18"]), ["2.5E3", "2E18"]),
    ],
)
@pytest.mark.parametrize("column", ["licence_no", "county_code", "replaces_licences"])
def test_numbers_that_lost_digits_are_missing_and_named(array, left, column):
    values, issues = read(array, column)
    assert values == [*left, None, None, None]
    assert [(i.severity, i.code, i.feature) for i in issues] == [
        ("error", "number_precision", "第 3 行")
    ]
    assert "第 3 行、第 5 行；请将该字段存为文本" in issues[0].zh
    assert "2 rows" in issues[0].en and "row 3, row 5; store the field as text" in issues[0].en


def test_whole_and_decimal_numbers_keep_their_digits():
    assert read(pa.array([1400002020017120142]), "licence_no") == (["1400002020017120142"], ())
    assert read(pa.array([13.4567]), "capacity_kt_a") == ([13.4567], ())


PLACEHOLDERS = [
    "暂无", "待定", "待办", "待核", "待查", "新立", "新设", "办理中", "申请中", "在办",
    "未办理", "未办", "拟设", "未知", "不详", "不明", "未定", "无证", "无号", "*", "**", "?",
    "？？", "xx", "XXX", "ＸＸ", "unknown", "TBD", "n.a.", "nil", "None", "null", "nan",
    "（暂无）", "【待定】", "<未知>", "暂\u3000无", "暂无（新立）", "新立/办理中", "待定。",
    "×", "0", "0.0", "000000", "０００", "0-00", "不涉及", "不适用", "否", "没有", "无需", "新建",
    "待落实", "同上", "详见附件", "无主", "无生产经营主体", "No", "N/A", "Not applicable",
]  # fmt: skip
IDENTITIES = [
    ("mining_right", "licence_no"), ("mining_right", "replaces_licences"),
    ("mining_right", "holder"), ("tailings_facility", "facility_no"),
    ("tailings_facility", "replaces_facility"), ("tailings_facility", "operator"),
    ("dam_toe", "facility_no"), ("goaf", "owner_licence_no"), ("right_part", "parent_licence_no"),
    ("mining_right", "orebody_id"), ("orebody", "orebody_id"),
]  # fmt: skip


@pytest.mark.parametrize("column", IDENTITIES, ids=".".join)
def test_placeholders_name_nobody(column):
    layer, name = column
    values, issues = read([*PLACEHOLDERS, "C1"], name, schema(layer))
    assert values == [None] * len(PLACEHOLDERS) + ["C1"]
    assert [(i.severity, i.code, i.feature) for i in issues] == [
        ("warning", "placeholder", "第 1 行")
    ]


def test_what_placeholders_are_told():
    values, issues = read(["C1", "暂无", "0", "暂无", "/", None], "licence_no")
    assert values == ["C1", None, None, None, None, None]
    assert [i.zh for i in issues] == [
        "许可证号（字段“字段”）的占位文字按空值处理：“暂无”（2 行）、“0”（1 行），首见于第 2 行"
    ]
    assert issues[0].en == (
        "licence_no (field '字段'): placeholders taken as missing: '暂无' (2 rows), '0' (1 rows); "
        "first in row 2"
    )


def test_only_the_placeholders_leave_a_list():
    values, issues = read(["C1；暂无", "C1,C2", "待定、0", "无"], "replaces_licences")
    assert values == ["C1", "C1;C2", None, None]
    assert [i.code for i in issues] == ["placeholder"] and "“C1;暂无”（1 行）" in issues[0].zh


def test_answers_to_what_is_replaced_are_no_numbers():
    none = ["不需替代", "无需替代", "不占用指标", "N", "0座", "暂无替代库"]
    some = ["WK-1", "等量替换", "1", "无名沟库"]
    ponds = schema("tailings_facility")
    values, issues = read([*none, "WK-1；无需替代", *some[1:]], "replaces_facility", ponds)
    assert values == [None] * 6 + some
    assert [i.code for i in issues] == ["placeholder"]


@pytest.mark.parametrize(
    "word", ["阳泉矿务局", "甲省煤炭地质局", "中铁十二局", "河底村村民委员会", "甲公司破产管理人",
             "县政府招待所石料厂", "盂县关闭矿山修复公司", "A"],
)  # fmt: skip
def test_firms_that_have_an_authority_in_their_names_stay(word):
    assert read([word], "holder") == ([word], ())


@pytest.mark.parametrize("word", ["新立矿业", "C0", "X", "x1", "00100", "无锡矿", "办理中心"])
def test_names_that_only_look_like_placeholders_stay(word):
    assert read([word], "holder") == ([word], ())
    assert read([word], "licence_no") == ([word], ())


@pytest.mark.parametrize("column", [("mining_right", "holder"), ("tailings_facility", "operator")])
def test_masked_names_and_kinds_of_owner_name_nobody(column):
    layer, name = column
    none = [
        "见备注", "同前", "同左", "详见附表", "未登记", "未提供", "待补录", "不清楚", "某矿",
        "个体经营", "自营", "建设单位", "变更中", "拟转让", "土地储备中心", "法院查封", "县国资委",
        "多家", "采矿权人1",
        "王**", "张*", "李某", "李某某", "某公司", "XX公司", "山西××矿业有限公司", "王○○", "赵先生",
        "个人", "自然人", "个体", "个体（自然人）", "集体", "村集体", "私营", "国有", "国有企业",
        "集体所有制企业", "有限责任公司", "保密", "不公开", "本公司",
    ]  # fmt: skip
    named = ["王五（个人）", "国家能源集团", "二○八队", "Maxx Mining", "村前矿业", "X矿业", "王一"]
    named += ["未来矿业", "同德化工", "待王店石料厂", "新中", "管理村采石场", "两家子石料厂"]
    values, issues = read([*none, *named], name, schema(layer))
    assert values == [None] * len(none) + named
    assert [(i.severity, i.code, i.feature) for i in issues] == [
        ("warning", "placeholder", "第 1 行")
    ]


def test_long_names_are_read_in_time():
    # Words that may be parted in two ways each would take for ever.
    words = ["有限责任公司" * 2000 + "甲", "国有有限公司" * 500, "某" * 50_000]
    assert read(words, "holder")[0] == [*words[:2], None]


def test_masked_numbers_stay():
    assert read(["C1400*****1", "个体"], "licence_no") == (["C1400*****1", "个体"], ())


def test_other_numbers_may_be_zero():
    for layer, name in [
        ("river", "river_no"),
        ("settlement", "settlement_no"),
        ("goaf", "goaf_no"),
    ]:
        assert read(["0", "未知"], name, schema(layer)) == (["0", "未知"], ())
    assert read(["暂无"], "name") == (["暂无"], ())


def test_nan_and_infinity_are_null_and_named():
    values, issues = read(pa.array([1.5, float("nan"), float("inf"), None]), "mine_depth_m")
    assert values == [1.5, None, None, None]
    assert [(i.code, i.feature) for i in issues] == [
        ("unreadable_value", "第 2 行"),
        ("unreadable_value", "第 3 行"),
    ]


def test_text_numbers_and_their_issue_line():
    values, issues = read(["30万吨/年", "abc", "abc", None], "capacity_kt_a")
    assert values == [300.0, None, None, None]
    assert [i.zh for i in issues] == [
        "第 2 行等 2 行：生产规模（字段“字段”）的值“abc”不是数值，按空值处理"
    ]
    assert [i.en for i in issues] == [
        "row 2 and 1 more: capacity_kt_a (field '字段'): 'abc' is not a number; taken as missing"
    ]


def test_a_stated_unit_converts_bare_numbers_only():
    assert read(["30", "500千吨"], "capacity_kt_a", unit="万吨/年")[0] == [300.0, 500.0]
    assert read(pa.array([1.1, 30.0]), "capacity_kt_a", unit="万吨/年")[0] == [11.0, 300.0]
    units = pa.array(["万吨/年", "万立方米/年", None])
    assert read(pa.array([3, 3, 3]), "capacity_kt_a", unit=units)[0] == [30.0, None, 3.0]


def test_integers_are_whole():
    values, issues = read(pa.array([2.0, 2.5, None]), "production_systems")
    assert values == [2, None, None]
    assert [i.feature for i in issues] == ["第 2 行"]
    assert read(["3个", "2.5"], "production_systems")[0] == [3, None]


@pytest.mark.parametrize("array", [["是", "否", "x", None], ["True", "0", "2", ""]])
def test_flags_from_text(array):
    values, issues = read(array, "overall_design")
    assert values == [True, False, None, None]
    assert [i.feature for i in issues] == ["第 3 行"]


def test_flags_from_numbers_and_booleans():
    assert read(pa.array([1, 0, 2]), "overall_design")[0] == [True, False, None]
    assert read(pa.array([1.0, 0.0]), "overall_design")[0] == [True, False]
    assert read(pa.array([True, None]), "overall_design")[0] == [True, None]


def test_dates_from_dates_and_instants():
    assert read(pa.array([date(2024, 1, 31)]), "valid_to")[0] == [date(2024, 1, 31)]
    naive = pa.array([datetime(2024, 1, 31, 23, 30)])  # noqa: DTZ001
    assert read(naive, "valid_to")[0] == [date(2024, 1, 31)]
    # Midnight in China is 16:00 of the day before in Greenwich.
    instant = pa.array([datetime(2024, 1, 30, 16, 0, tzinfo=UTC)])
    assert read(instant, "valid_to")[0] == [date(2024, 1, 31)]
    assert read(pa.array([20240131]), "valid_to")[0] == [date(2024, 1, 31)]
    early = pa.array([datetime(1969, 12, 31, 20, 0, tzinfo=UTC), None])
    assert read(early, "valid_to")[0] == [date(1970, 1, 1), None]
    assert read(["2024-01-30T16:00:00Z"], "valid_to")[0] == [date(2024, 1, 31)]


@pytest.mark.parametrize("zone", [None, "UTC"])
@pytest.mark.parametrize("unit", ["s", "ms", "us"])
@pytest.mark.parametrize("number", [2**62, 2**63 - 1, -(2**62), -(2**63)])
def test_instants_of_no_year_are_missing_and_named(unit, zone, number):
    array = pa.array([0, number, None], pa.int64()).cast(pa.timestamp(unit, zone))
    values, issues = read(array, "valid_to")
    assert values == [date(1970, 1, 1), None, None]
    assert [(i.code, i.feature) for i in issues] == [("unreadable_value", "第 2 行")]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_instants_are_dated_by_the_second(unit):
    moments = [datetime(2024, 1, 31, 15, 59, 59, tzinfo=UTC), datetime(2024, 1, 31, 16, tzinfo=UTC),
               datetime(1960, 2, 28, 16, tzinfo=UTC)]  # fmt: skip
    zoned = pa.array(moments, pa.timestamp(unit, "America/New_York"))
    days = [date(2024, 1, 31), date(2024, 2, 1), date(1960, 2, 29)]
    assert read(zoned, "valid_to")[0] == days
    plain = zoned.cast(pa.timestamp(unit, "UTC")).cast(pa.timestamp(unit))
    assert read(plain, "valid_to")[0] == [date(2024, 1, 31)] * 2 + [date(1960, 2, 28)]


@pytest.mark.parametrize(
    "kind", [pa.date32(), pa.date64(), pa.timestamp("us"), pa.timestamp("ms", "UTC")]
)
def test_the_empty_date_of_databases_is_missing_and_named(kind):
    array = pa.array([date(2024, 1, 31), date(1899, 12, 30), None], pa.date32()).cast(kind)
    values, issues = read(array, "valid_to")
    assert values == [date(2024, 1, 31), None, None]
    assert [(i.code, i.feature) for i in issues] == [("unreadable_value", "第 2 行")]


def test_codes_in_chinese_and_unknown_codes():
    values, issues = read(["露天开采", "OPEN_PIT", "露天 / 地下", "水采", None], "method")
    assert values == ["open_pit", "open_pit", "both", None, None]
    assert [(i.code, i.feature) for i in issues] == [("unknown_code", "第 4 行")]


def test_integer_codes():
    values, issues = read(["三等", "Ⅲ", "3", "6", "四等库"], "grade", POND)
    assert values == [3, 3, 3, None, 4]
    assert [i.code for i in issues] == ["unknown_code"]
    assert read(pa.array([5.0, 2.0]), "grade", POND)[0] == [5, 2]


def test_words_that_are_no_known_zone_class_are_kept():
    zone = schema("protected_zone")
    assert read(["生态红线", "风景名胜区", "无"], "zone_class", zone) == (
        ["ecological_red_line", "风景名胜区", None],
        (),
    )


def test_elevation_range():
    assert read(["1250~980"], "top_elevation_m", elevation_range=True)[0] == [1250.0]
    values, issues = read(["1250~980", "980"], "bottom_elevation_m", elevation_range=True)
    assert values == [980.0, None]
    assert len(issues) == 1


def test_an_elevation_range_in_another_height_system_is_not_read():
    for unit, expected in [("1985国家高程基准", 1250.0), ("米", 1250.0), ("1956黄海", None)]:
        text = pa.array(["1250~980"])
        assert read(text, "top_elevation_m", unit=unit, elevation_range=True)[0] == [expected]


def test_types_that_cannot_be_read_are_null_and_said():
    values, issues = read(pa.array([[1], [2]]), "mine_depth_m")
    assert values == [None, None]
    assert "list<item: int64>" in issues[0].en


def test_dictionary_columns():
    assert read(pa.array(["露天", "地下"]).dictionary_encode(), "method")[0] == [
        "open_pit",
        "underground",
    ]


def test_many_bad_values_are_listed_shortly():
    _, issues = read([f"x{k}" for k in range(30)], "mine_depth_m")
    assert len(issues) == 21
    assert "另有 10 种" in issues[-1].zh


def test_lists_of_licences_have_one_separator():
    assert read(["A；B，C、 D", "A\r\nＢ"], "replaces_licences")[0] == ["A;B;C;D", "A;B"]
    listed = ["same_holder_gap： C１；C2", "无"]
    assert read(listed, "overlap_exception")[0] == ["same_holder_gap:C1;C2", None]


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("10⁴t/a", [500.0, 15.0, 200.0]),
        ("104t/a", [500.0, 15.0, 200.0]),
        ("×10⁴t/a", [500.0, 15.0, 200.0]),
        ("10kt/a", [500.0, 15.0, 200.0]),
        ("万吨/年", [500.0, 15.0, 200.0]),
        ("kt/a", [50.0, 1.5, 200.0]),
        ("Mt/a", [50000.0, 1500.0, 200.0]),
        ("10⁴m³/a", [None, None, 200.0]),
    ],
)
def test_a_unit_with_digits_stays_apart_from_the_number(unit, expected):
    column = schema("mining_right").column("capacity_kt_a")
    words = pa.array(["50", "1.5", "20万吨/年"])
    for units in (unit, pa.array([unit] * 3)):
        assert convert(words, column, "f", list("abc"), unit=units).array.to_pylist() == expected


@pytest.mark.parametrize("unit", ["1985国家高程基准", "85高程", "米"])
def test_elevations_under_a_heading_that_names_the_datum(unit):
    column = schema("mining_right").column("top_elevation_m")
    read = convert(pa.array([1250.0, 980.5]), column, "f", list("ab"), unit=unit)
    assert (read.array.to_pylist(), read.issues) == ([1250.0, 980.5], ())
    both = convert(pa.array(["1250~980"]), column, "f", ["a"], unit=unit, elevation_range=True)
    assert (both.array.to_pylist(), both.issues) == ([1250.0], ())


@pytest.mark.parametrize("word", ["#REF!", "#N/A", "#DIV/0!", "#公式未计算", "Err:502"])
@pytest.mark.parametrize("column", ["licence_no", "name", "replaces_licences", "capacity_kt_a"])
def test_errors_of_formulas_are_no_values(word, column):
    values, issues = read([word, "7", word], column)
    assert values == [None, 7.0 if column == "capacity_kt_a" else "7", None]
    assert [(i.severity, i.code, i.feature) for i in issues] == [
        ("warning", "unreadable_value", "第 1 行")
    ]
    assert f"“{word}”" in issues[0].zh


N1, N2, N3 = "C1400002020017120142", "C1400002020017120143", "T14120080101000001"


@pytest.mark.parametrize(
    "between",
    [",", "，", "、", "；", "|", "/", " / ", " ", "\u3000", "\n", "和", " 及 ", "以及", "\t"],
)
def test_whatever_parts_the_numbers_of_a_list(between):
    assert read([between.join([N1, N2, N3])], "replaces_licences") == ([f"{N1};{N2};{N3}"], ())
    assert read([between.join([N1[1:], N2[1:]])], "replaces_licences")[0] == [f"{N1[1:]};{N2[1:]}"]


@pytest.mark.parametrize(
    ("word", "left"),
    [
        ("C1400 (2)", "C1400(2)"),
        ("C1400 0020 2001 7120 142", "C1400002020017120142"),
        ("C14000020200 17120142", "C1400002020017120142"),
        ("矿采2020/001", "矿采2020/001"),
        ("WK-01/02", "WK-01/02"),
        ("甲矿和乙矿", "甲矿和乙矿"),
    ],
)
def test_what_parts_no_numbers(word, left):
    assert read([word], "replaces_licences")[0] == [left]


@pytest.mark.parametrize("word", [f'="{N1}"', f"'{N1}", f"＇{N1}", f'="{N1} "', f'\u200b="{N1}"'])
def test_marks_of_text_are_no_part_of_a_number(word):
    assert read([word], "licence_no") == ([N1], ())


def test_angles_of_a_toe():
    column = schema("tailings_facility").column("toe_lon")
    words = ["113°35′12″", "东经113度35分12秒", "113.5", "113°61′0″", "113.3512"]
    read = convert(pa.array(words), column, "坝脚经度", list("abcde"))
    angle = 113 + 35 / 60 + 12 / 3600
    assert read.array.to_pylist() == [pytest.approx(angle), pytest.approx(angle), 113.5, None,
                                      113.3512]  # fmt: skip
    assert [(i.code, i.feature) for i in read.issues] == [("unreadable_value", "d")]
    read = convert(pa.array(words), column, "坝脚经度", list("abcde"), unit="度分秒")
    half = pytest.approx(113 + 50 / 60)
    assert read.array.to_pylist() == [
        pytest.approx(angle), pytest.approx(angle), half, None, pytest.approx(angle),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "mark", [-999, "-999", -9999, -9999.0, -32768, -2147483648, -99999, -3.4028234663852886e38,
             -1.79769313486e308, 1e38, 9001, -3001, "-9999", "-9999.0"]
)  # fmt: skip
def test_what_programs_write_for_null_is_no_elevation(mark):
    column = schema("mining_right").column("bottom_elevation_m")
    values = pa.array([mark, mark * 0 + 830 if not isinstance(mark, str) else "830"])
    read = convert(values, column, "下限标高", list("ab"))
    assert read.array.to_pylist() == [None, 830.0]
    assert read.unread.tolist() == [0]
    assert [(i.code, i.feature) for i in read.issues] == [("unreadable_value", "a")]


@pytest.mark.parametrize(
    "mark", [-999, "-999", -9999, -3.4028234663852886e38, -32768, 9999, "99999.99", 999999.0]
)
def test_what_programs_write_for_null_is_no_capacity(mark):
    column = schema("mining_right").column("capacity_kt_a")
    array = pa.array([str(mark), "300"] if isinstance(mark, str) else [mark, 300.0])
    read = convert(array, column, "生产规模", list("ab"))
    assert read.array.to_pylist() == [None, 300.0] and read.unread.tolist() == [0]


@pytest.mark.parametrize("elevation", [-3000, -155, 0, 8848.86, 9000])
def test_elevations_of_the_earth_are_read(elevation):
    column = schema("mining_right").column("top_elevation_m")
    read = convert(pa.array([elevation]), column, "上限标高", ["a"])
    assert read.array.to_pylist() == [elevation] and not read.issues


@pytest.mark.parametrize("word", ["-999~-999", "9500~980", "-9999～-9999"])
def test_ranges_of_elevations_that_no_ground_has_are_not_read(word):
    column = schema("mining_right").column("top_elevation_m")
    array = pa.array([word, "1250~980"])
    read = convert(array, column, "开采标高", list("ab"), elevation_range=True)
    assert read.array.to_pylist() == [None, 1250.0] and read.unread.tolist() == [0]


@pytest.mark.parametrize(
    ("heading", "word", "ends"),
    [
        ("开采深度", "0~300", None),
        ("开采深度", "50-300米", None),
        ("开采深度（米）", "由0米至300米", None),
        ("KCSD", "由0m至-300m", None),
        ("开采深度", "由50米至300米标高", [300.0, 50.0]),
        ("开采深度", "1250~980", [1250.0, 980.0]),
        ("开采深度", "50~-300", [50.0, -300.0]),
        ("开采深度标高", "980~1250", [1250.0, 980.0]),
        ("开采标高", "0~300", [300.0, 0.0]),
    ],
)
def test_depths_from_the_ground_are_no_elevations(heading, word, ends):
    for side, name in enumerate(("top_elevation_m", "bottom_elevation_m")):
        column = schema("mining_right").column(name)
        read = convert(pa.array([word]), column, heading, ["a"], elevation_range=True)
        assert read.array.to_pylist() == [None if ends is None else ends[side]]
        assert read.unread.tolist() == ([0] if ends is None else [])
        assert ["距地表的深度" in i.zh for i in read.issues] == [True] * (ends is None)


@pytest.mark.parametrize("shape", list(catalog().values()), ids=lambda s: s.name)
def test_every_number_has_bounds(shape):
    for column in shape.columns:
        if column.dtype in ("number", "integer") and not column.codes:
            low, high = column.bounds
            assert low < high, column.name


@pytest.mark.parametrize(
    ("shape", "column", "beyond", "within"),
    [
        ("mining_right", "burial_depth_m", 19900.0, 1990.0),
        ("mining_right", "burial_depth_m", "30,150", "1150"),
        ("mining_right", "burial_depth_m", 8888, 0),
        ("mining_right", "capacity_kt_a", 400_000, 70_000),
        ("mining_right", "operators", -1, 1),
        ("tailings_facility", "total_dam_height_m", 5800, 325),
        ("goaf", "volume_m3", 1e9, 3e7),
        ("goaf", "movement_angle_deg", 6500, 65),
        ("goaf", "top_elevation_m", 12500, 1250),
    ],
)
def test_numbers_beyond_all_bounds_are_missing_and_named(shape, column, beyond, within):
    column = schema(shape).column(column)
    read = convert(pa.array([within, beyond]), column, "字段", list("ab"))
    number = float(str(within).replace(",", ""))
    assert read.array.to_pylist() == [number, None] and read.unread.tolist() == [1]
    (said,) = read.issues
    assert (said.code, said.feature) == ("unreadable_value", "b")
    assert f"{column.bounds[0]:g} 至 {column.bounds[1]:g}" in said.zh and "按空值处理" in said.zh


@pytest.mark.parametrize(
    ("shape", "column", "word", "value"),
    [
        ("mining_right", "burial_depth_m", "0,300", None),
        ("mining_right", "burial_depth_m", "2,350", None),
        ("mining_right", "burial_depth_m", "2,350米", None),
        ("mining_right", "burial_depth_m", "2,350.5", 2350.5),
        ("mining_right", "slope_height_m", "1,150", None),
        ("tailings_facility", "total_dam_height_m", "0,120", None),
        ("mining_right", "capacity_kt_a", "0,300万吨/年", None),
        ("mining_right", "capacity_kt_a", "0,051百万吨/年", None),
        ("mining_right", "capacity_kt_a", "1,200万吨/年", 12000.0),
        ("goaf", "volume_m3", "2,350", 2350.0),
        ("mining_right", "top_elevation_m", "1,250", 1250.0),
        ("river", "width_m", "1,250", 1250.0),
    ],
)
def test_a_comma_that_may_part_two_numbers_is_not_read(shape, column, word, value):
    column = schema(shape).column(column)
    read = convert(pa.array([word, "200"]), column, "字段", list("ab"))
    assert read.array.to_pylist()[0] == value
    assert read.unread.tolist() == ([0] if value is None else [])
    assert [(i.severity, i.feature) for i in read.issues] == [("warning", "a")] * (value is None)


@pytest.mark.parametrize("heading", ["无主", "无主尾矿库", "无生产经营主体", "是否无主"])
def test_some_and_none_say_either_below_a_heading_that_says_no(heading):
    words = ["是", "否", "有", "无", "没有", "1", "false", "", "—"]
    read = convert(pa.array(words), POND.column("ownerless"), heading, list("abcdefghi"))
    assert read.array.to_pylist() == [True, False, None, None, None, True, False, None, None]
    assert read.unread.tolist() == [2, 3, 4]
    assert [i.feature for i in read.issues] == ["c", "d", "e"]


@pytest.mark.parametrize("heading", ["ownerless", "独立选矿厂", "是否排放", "有无在线监测"])
def test_some_and_none_elsewhere(heading):
    read = convert(pa.array(["有", "无"]), POND.column("ownerless"), heading, list("ab"))
    assert read.array.to_pylist() == [True, False] and not read.issues


@pytest.mark.parametrize("day", [date(2200, 1, 1), date(2500, 1, 1), date(9999, 12, 30)])
def test_days_of_words_and_of_databases_have_one_range(day):
    words, days = pa.array([str(day), "2199-12-31"]), pa.array([day, date(2199, 12, 31)])
    for array in (words, days, days.cast(pa.timestamp("ms"))):
        read = convert(array, RIGHT.column("valid_to"), "有效期止", list("ab"))
        assert read.array.to_pylist() == [None, date(2199, 12, 31)]
        assert read.unread.tolist() == [0] and [i.code for i in read.issues] == ["unreadable_value"]


@pytest.mark.parametrize(
    "word", ["9999-12-31", date(9999, 12, 31), datetime(9999, 12, 31, tzinfo=UTC)], ids=str
)
def test_only_a_term_is_without_end(word):
    array = pa.array([word, None])
    read = convert(array, RIGHT.column("valid_to"), "有效期止", list("ab"))
    assert read.array.to_pylist() == [date(9999, 12, 31), None] and not read.issues
    for name in ("stopped_on", "last_discharge_on", "drainage_inspected_on"):
        read = convert(array, POND.column(name), "字段", list("ab"))
        assert read.array.to_pylist() == [None, None] and read.unread.tolist() == [0]
        assert [(i.code, i.feature) for i in read.issues] == [("unreadable_value", "a")]


def test_nines_are_a_mark_of_measures_and_not_of_counts():
    people = schema("settlement").column("population")
    metres = schema("tailings_facility").column("total_dam_height_m")
    assert people.unit is None and metres.unit == "m"
    for column, kept in ((people, True), (metres, False)):
        values = convert(pa.array(["9999"]), column, "f", ["第 1 行"])
        assert values.array[0].is_valid is kept


@pytest.mark.parametrize(
    ("layer", "name", "word", "value"),
    [
        ("tailings_facility", "total_volume_m3", "120万立方", 1_200_000.0),
        ("tailings_facility", "total_volume_m3", "120万m^3", 1_200_000.0),
        ("tailings_facility", "total_volume_m3", "1200000立方", 1_200_000.0),
        ("goaf", "top_elevation_m", "1250米标高", 1250.0),
        ("goaf", "top_elevation_m", "海拔1250m", 1250.0),
        ("goaf", "top_elevation_m", "标高：+1250", 1250.0),
        # An elevation is no depth.
        ("mining_right", "burial_depth_m", "1250米标高", None),
        ("mining_right", "burial_depth_m", "海拔1250", None),
        ("mining_right", "capacity_kt_a", "50 万立方米/年", None),
        ("open_pit", "safety_factor", "98", None),
        ("open_pit", "safety_factor", "1.25", 1.25),
        ("tailings_facility", "total_dam_height_m", "0.2005", None),
        ("tailings_facility", "total_dam_height_m", "0", None),
    ],
)
def test_numbers_with_words_and_beyond_all_sense(layer, name, word, value):
    column = schema(layer).column(name)
    read = convert(pa.array([word]), column, "字段", ["a"])
    assert read.array.to_pylist() == [value] and len(read.unread) == (value is None)
    told = "".join(i.zh for i in read.issues)
    assert ("体积等单位不能换算为质量" in told) == (name == "capacity_kt_a")


def test_flags_that_tables_write_with_a_decimal():
    assert read(["1.0", "0.0", "1"], "ownerless", schema("tailings_facility"))[0] == [
        True, False, True,
    ]  # fmt: skip
