"""Findings in words: exact sentences, numbers by unit, and the vectorised way equals the plain."""

import math
from datetime import UTC, date, datetime
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import messages, rulebook, templates
from analysis.errors import UnknownRuleError
from analysis.model import FindingTable, Verdict
from analysis.numbers import show, show_pair
from analysis.results import Results
from analysis.verdict import must_be_at_least
from layers.catalog import catalog
from layers.schema import Column, Schema

BOOK = rulebook.load("CN")


# -- numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (3000.0, "m", "3,000.0 m"),
        (1.0, "m", "1.0 m"),
        (0.9994, "m", "0.999 m"),
        (0.05, "m", "0.050 m"),
        (0.00004, "m", "0.00004 m"),
        (0.0, "m", "0 m"),
        (-12.34, "m", "-12.3 m"),
        (1234567.8, "m2", "1,234,568 m²"),
        (9.994, "m2", "9.99 m²"),
        (10.0, "m2", "10 m²"),
        (30000.0, "m3", "30,000 m³"),
        (0.1, "km2", "0.1000 km²"),
        (12.34567, "km2", "12.3457 km²"),
        (0.00002, "km2", "0.00002 km²"),
        (300.0, "kt/a", "300 kt/a"),
        (2.0, "1", "2"),
        (0.15, "1", "0.150"),
        (45.0, "degree", "45°"),
        (math.nan, "m", "—"),
        (math.inf, "m", "∞"),
    ],
)
def test_numbers_by_unit(value, unit, text):
    assert show(value, unit) == text


def test_years_are_named_in_the_language():
    assert (show(5.0, "a", "zh"), show(5.0, "a", "en")) == ("5 年", "5 years")


def test_values_that_differ_never_read_alike():
    assert show_pair(3000.0, 3000.0, "m") == ("3,000.0 m", "3,000.0 m")
    assert show_pair(3000.04, 3000.0, "m") == ("3,000.04 m", "3,000.00 m")
    assert show_pair(2999.9996, 3000.0, "m") == ("2,999.9996 m", "3,000.0000 m")
    assert show_pair(math.nan, 3000.0, "m") == ("—", "3,000.0 m")
    assert show_pair(math.inf, 3000.0, "m") == ("∞", "3,000.0 m")
    assert show_pair(0.9996, 1.0, "m") == ("1.000 m", "1.0 m")
    assert show_pair(49.999998, 50.0, "m") == ("49.999998 m", "50.000000 m")


@pytest.mark.parametrize(
    ("measured", "limit", "unit", "text"),
    [
        (49.9999995, 50.0, "m", "50.0 m"),
        (50.0000005, 50.0, "m", "50.0 m"),
        (49.9499998, 49.9500005, "m", "50.0 m"),
        (0.9999999, 1.0, "m", "1.0 m"),
        (9.9999999, 10.0, "m2", "10 m²"),
    ],
)
def test_one_number_to_the_verdict_reads_as_one(measured, limit, unit, text):
    assert list(must_be_at_least([measured], [limit])) == [Verdict.PASS]
    assert show_pair(measured, limit, unit) == (text, text)


def test_next_to_nothing_is_not_nothing():
    assert show_pair(1e-7, 0.0, "km2") == ("0.0000001 km²", "0 km²")


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(value=st.floats(1e-9, 1e9), unit=st.sampled_from(["m", "m2", "m3", "km2"]))
def test_what_is_not_zero_never_reads_as_zero(value, unit):
    digits = show(value, unit).split()[0].replace(",", "")
    assert float(digits) > 0


# -- templates ---------------------------------------------------------------------------------


def test_optional_part_and_required_names():
    template = templates.parse("距 {related} {measured}[，半宽 {width}]，100%")
    assert template.names == {"related", "measured", "width"}
    assert template.required == {"related", "measured"}


@pytest.mark.parametrize("text", ["a {b", "a b}", "[x", "x]", "[none]", "{B}", "[[{a}]]", "{}"])
def test_stray_brackets_are_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        templates.parse(text)


# -- sentences ---------------------------------------------------------------------------------

RIVER = Schema(
    "river", "河流", "Rivers", frozenset(), "river_no",
    (Column("river_class", "code", "河流等级", "River class"),),
)  # fmt: skip
RIGHT = Schema(
    "mining_right", "矿业权", "Mining rights", frozenset(), "licence_no",
    (Column("status", "code", "状态", "Status"), Column("river_class", "code", "错", "wrong")),
)  # fmt: skip
SCHEMAS = {"mining_right": RIGHT, "river": RIVER}


def say(code, key, lang="zh", schemas=SCHEMAS, **found):
    return messages.render(BOOK.page(code), BOOK.reason(code, key), lang, schemas=schemas, **found)


def test_overlap_with_a_neighbour():
    found = {
        "measured": 0.1, "threshold": 0.0, "unit": "km2", "comparison": "<=",
        "related": "东山矿（C1400）",
        "args": {"top_elevation": 500.0, "bottom_elevation": 320.0, "width": 99.0},
    }  # fmt: skip
    assert say("MR101", "overlap", **found) == (
        "与 东山矿（C1400） 重叠 0.1000 km²；开采标高重合段 320.0 m 至 500.0 m"
    )
    assert say("MR101", "overlap", "en", **found) == (
        "overlaps 东山矿（C1400） by 0.1000 km²; the elevations coincide from 320.0 m to 500.0 m"
    )


def test_unknown_elevations_leave_their_part_out():
    text = say("MR101", "overlap", measured=0.1, unit="km2", related="C1", args={})
    assert text == "与 C1 重叠 0.1000 km²"


def test_summary_of_the_subject():
    found = {"measured": 1.25, "unit": "km2", "args": '{"neighbours": 3}'}
    assert say("MR101", "overlap", **found) == (
        "与 3 个其他矿业权重叠，合计 1.2500 km²（重复部分只计一次）"
    )
    assert say("MR101", "overlap", "en", **found) == (
        "overlaps other rights (3) by 1.2500 km² in all (shared parts counted once)"
    )


def test_setback_shows_that_it_is_broken_by_a_little():
    text = say("TF203", "within_setback", measured=2999.98, threshold=3000.0, unit="m",
               related="黄河（H1）")  # fmt: skip
    assert text == "距 黄河（H1） 2,999.98 m，应大于 3,000.00 m"


def test_clear_without_any_river():
    assert say("TF203", "clear", threshold=3000.0, unit="m", measured=math.inf) == (
        "不在黄河、长江岸线管控范围或规定距离内，应大于 3,000.0 m"
    )


def test_missing_value_in_a_required_place_is_a_dash():
    assert say("TF203", "within_setback", unit="m") == "距岸线 —，应大于 —"


def test_layer_column_and_parameter_are_named_by_their_titles():
    assert say("TF203", "layer_missing", args={"layer": "river"}) == (
        "工作区没有图层“河流”（river），无法判断"
    )
    # The layer named beside the column decides whose column it is.
    assert say("TF203", "column_absent", args={"layer": "river", "column": "river_class"}) == (
        "图层“河流”（river）没有规则所需的字段“河流等级”（river_class），无法判断"
    )
    assert say("MR101", "attribute_missing", "en", args={"column": "status"}) == (
        "attribute “Status” (status) is empty or could not be read: cannot be judged"
    )
    assert say("MR101", "law_missing", args={"parameter": "overlap_limit_km2"}) == (
        "判断日没有“允许的重叠面积”的现行规定，无法判断"
    )


def test_codes_are_said_in_words():
    known = {"measured": 546.9, "threshold": 1000.0, "unit": "m", "related": "李家坪（JM-1）"}
    known["schemas"] = catalog()
    zh = say("TF201", "in_corridor", args={"kind": "village", "depth": 10.0}, **known)
    assert zh.startswith("李家坪（JM-1）（村庄）沿流经路径距坝脚 546.9 m")
    en = say("TF201", "in_corridor", "en", args={"kind": "water_source", "depth": 10.0}, **known)
    assert "(water source)" in en
    # What is no code of any layer is said as it stands.
    own = say("TF201", "in_corridor", args={"kind": "民房", "depth": 10.0}, **known)
    assert "（民房）" in own


def test_unknown_titles_fall_back_on_the_name():
    text = messages.render(
        BOOK.page("TF203"), BOOK.common.reasons["layer_missing"], "en", args={"layer": "weather"}
    )
    assert text == "the workspace has no layer “weather”: cannot be judged"


def test_displaced_registered_feature_is_mentioned():
    assert say("MR101", "clear", args={"displaced": "C1"}) == (
        "与其他矿业权无重叠（登记中的 C1 由送审要素取代）"
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_template_renders_with_everything_and_with_nothing(lang):
    known = {"layer": "river", "column": "status", "parameter": "overlap_limit_km2", "text": "t"}
    for page in (BOOK.common, *BOOK.rules.values()):
        for key, reason in page.reasons.items():
            args = {name: known.get(kind, 7) for name, kind in reason.args.items()}
            for related in ("R（1）", None):
                full = messages.render(
                    page, key, lang, subject="S", measured=1.5, threshold=2.5, uncertainty=0.5,
                    unit="m", comparison=">", related=related, args=args, schemas=SCHEMAS,
                )  # fmt: skip
                bare = messages.render(page, key, lang, related=related)
                for text in (full, bare):
                    assert text.strip() and not set("{}[]") & set(text), key
                assert "—" not in full or related is None, (key, full)


# -- whole tables ------------------------------------------------------------------------------


class NamedLayer:
    """As much of a Layer as messages read."""

    def __init__(self, schema, ids, names):
        self.schema = schema
        self.source_id = np.array(ids, dtype=object)
        self._names = np.array(names, dtype=object)

    def text(self, column):
        assert column == "name"
        return self._names


def results_of(tables, codes):
    rights = NamedLayer(RIGHT, ["A", "B", "C"], ["甲矿", None, "丙矿"])
    rivers = NamedLayer(RIVER, ["H1"], ["黄河"])
    findings = FindingTable.concat(tables)
    rule = np.concatenate(
        [np.full(len(t), c, dtype=object) for t, c in zip(tables, codes, strict=True)]
    )
    return Results(
        report_id="r", created_at=datetime(2026, 1, 1, tzinfo=UTC), title="t",
        as_of=date(2026, 1, 1), rulebook=BOOK,
        layers={"mining_right": rights, "river": rivers},
        subject_layer=np.array(["mining_right"] * 3, dtype=object), subject_row=np.arange(3),
        rule=rule, findings=findings, finding_id=np.zeros((len(rule), 16), np.uint8),
        resolved=(), law=np.full(len(rule), -1, np.int16), rules=tuple(sorted(set(codes))),
    )  # fmt: skip


def small_results():
    overlap = FindingTable.build(
        [0, 1, 0, 2], [Verdict.FAIL, Verdict.REVIEW, Verdict.FAIL, Verdict.PASS],
        np.array(["overlap", "sliver", "overlap", "clear"], dtype=object),
        measured=[0.1, 2e-7, 0.25, 0.0], threshold=0.0, unit="km2", comparison="<=",
        related=[1, 2, -1, -1], related_layer="mining_right",
        args={"width": [9.0, 0.05, math.nan, 1.0], "neighbours": [0, 0, 2, 0]},
    )  # fmt: skip
    river = FindingTable.build(
        [1], Verdict.REVIEW, "near_threshold", measured=3001.0, threshold=3000.0,
        uncertainty=2.5, unit="m", comparison=">", related=0, related_layer="river",
    )  # fmt: skip
    gap = FindingTable.build([2], Verdict.NO_DATA, "layer_missing", args={"layer": ["river"]})
    return results_of([overlap, river, gap], ["MR101", "TF203", "TF203"])


def test_whole_table_in_chinese():
    assert messages.render_all(small_results(), "zh") == [
        "与 B 重叠 0.1000 km²",
        "与 丙矿（C） 有细条状重叠 0.0000002 km²，最大宽度 0.050 m，在测量精度以内，需核对界址点",
        "与 2 个其他矿业权重叠，合计 0.2500 km²（重复部分只计一次）",
        "与其他矿业权无重叠",
        "距 黄河（H1） 3,001.0 m，与 3,000.0 m 之差在数据精度以内（中误差 2.5 m），需实测核定",
        "工作区没有图层“河流”（river），无法判断",
    ]


def test_whole_table_in_english():
    texts = messages.render_all(small_results(), "en")
    assert texts[0] == "overlaps B by 0.1000 km²"
    assert texts[2] == "overlaps other rights (2) by 0.2500 km² in all (shared parts counted once)"
    assert texts[5] == "the workspace has no layer “Rivers” (river): cannot be judged"


def test_no_findings_no_texts():
    assert messages.render_all(results_of([FindingTable.empty()], ["MR101"]), "zh") == []


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(sorted(BOOK.rules["MR101"].reasons)),
            st.floats(0, 10) | st.just(math.nan),
            st.integers(-1, 2),
            st.floats(0, 1) | st.none(),
        ),
        min_size=1, max_size=12,
    )
)  # fmt: skip
def test_the_vectorised_way_equals_the_plain_one(rows):
    keys, measured, related, width = zip(*rows, strict=True)
    table = FindingTable.build(
        np.zeros(len(rows)), Verdict.REVIEW, np.array(keys, dtype=object), measured=measured,
        threshold=0.0, unit="km2", comparison="<=", related=related,
        related_layer="mining_right", args={"width": width},
    )  # fmt: skip
    calls = ["甲矿（A）", "B", "丙矿（C）", None]
    plain = [
        messages.render(
            BOOK.page("MR101"), k, "zh", measured=m, threshold=0.0, unit="km2",
            comparison="<=", related=calls[r], args={} if w is None else {"width": w},
            schemas=SCHEMAS,
        )
        for k, m, r, w in rows
    ]  # fmt: skip
    assert messages.render_all(results_of([table], ["MR101"]), "zh") == plain


# -- explain -----------------------------------------------------------------------------------


def test_explain_gives_value_history_and_quote():
    page = messages.explain(rulebook.load("CN-14"), "TF203", date(2026, 1, 1))
    (limit,) = [p for p in page["parameters"] if p["name"] == "yellow_main_stem_m"]
    assert (limit["value"], limit["from"]) == (3000.0, "2022-12-31")
    assert limit["reference"] == "shanxi_2022_136"
    assert [h["from"] for h in limit["history"]] == ["2020-02-21", "2022-12-31"]
    assert "黄河干流岸线3公里" in page["references"]["shanxi_2022_136"]["quote"]
    assert page["strength_title"] == {"zh": "否决项", "en": "veto"}
    old = messages.explain(rulebook.load("CN"), "MR101", date(2024, 1, 1))["parameters"][0]
    assert (old["value"], old["from"], old["reference"]) == (None, None, None)


def test_explain_of_an_unknown_rule():
    with pytest.raises(UnknownRuleError, match="ZZ1"):
        messages.explain(BOOK, "ZZ1")


def test_unknown_reason_of_a_page_is_an_error():
    with pytest.raises(KeyError):
        messages.render(SimpleNamespace(reasons={}), "nothing", "zh")
