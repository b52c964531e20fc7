"""The rulebook: what is in force when and where, literal quotes, and a strict format."""

import os
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import rulebook
from analysis.errors import RulebookError, RuleError, UnknownRuleError
from analysis.law import Parameter, Text, Value

EVERYWHERE = ("CN", "CN-14", "CN-54", "CN-5401")


def in_force(jurisdiction, rule, name, day):
    resolved = rulebook.load(jurisdiction).resolve(date.fromisoformat(day))
    (row,) = [r for r in resolved if (r.rule, r.name) == (rule, name)]
    return row.value, row.reference


# -- the law itself ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("jurisdiction", "rule", "name", "day", "value", "reference"),
    [
        ("CN", "MR101", "overlap_limit_km2", "2025-06-30", None, None),
        ("CN", "MR101", "overlap_limit_km2", "2025-07-01", 0, "mineral_resources_law_2024_art_23"),
        ("CN-14", "MR101", "overlap_limit_km2", "2025-06-30", None, None),
        ("CN-54", "MR101", "overlap_limit_km2", "2024-05-23", None, None),
        ("CN-54", "MR101", "overlap_limit_km2", "2024-05-24", 0, "xizang_2024_mine_safety"),
        ("CN-5401", "MR101", "overlap_limit_km2", "2023-11-07", None, None),
        ("CN-5401", "MR101", "overlap_limit_km2", "2023-11-08", 0, "lhasa_2023_24"),
        ("CN-540121", "MR101", "overlap_limit_km2", "2024-01-01", 0, "lhasa_2023_24"),
        ("CN-5401", "MR101", "overlap_limit_km2", "2025-07-01", 0,
         "mineral_resources_law_2024_art_23"),
        ("CN", "TF203", "yellow_main_stem_m", "2020-02-20", None, None),
        ("CN", "TF203", "yellow_main_stem_m", "2020-02-21", 3000, "mem_2020_15"),
        ("CN-14", "TF203", "yellow_main_stem_m", "2022-12-30", 3000, "mem_2020_15"),
        ("CN-14", "TF203", "yellow_main_stem_m", "2022-12-31", 3000, "shanxi_2022_136"),
        ("CN-14", "TF203", "yellow_tributary_m", "2026-01-01", 1000, "shanxi_2022_136"),
        ("CN", "TF203", "yellow_tributary_m", "2026-01-01", 1000, "mem_2020_15"),
        ("CN", "TF203", "yangtze_main_stem_m", "2021-02-28", 3000, "mem_2020_15"),
        ("CN", "TF203", "yangtze_main_stem_m", "2021-03-01", 3000, "yangtze_law_art_26"),
        ("CN", "TF203", "yangtze_tributary_m", "2021-03-01", 1000, "yangtze_law_art_26"),
        ("CN", "TF203", "yellow_control_zone", "2023-03-31", None, None),
        ("CN", "TF203", "yellow_control_zone", "2023-04-01", 1, "yellow_river_law_art_26"),
        ("CN", "GF301", "outside_limit_m2", "2025-06-30", 0, "mineral_resources_law_2009_art_40"),
        ("CN", "GF301", "outside_limit_m2", "2025-07-01", 0, "mineral_resources_law_2024_art_64"),
        ("CN", "TF204", "dam_height_cap_m", "2022-08-09", None, None),
        ("CN", "TF204", "dam_height_cap_m", "2022-08-10", 200, "mine_safety_plan_2022"),
        ("CN-14", "TF204", "dam_height_cap_m", "2022-12-31", 200, "shanxi_2022_136_item_23"),
        ("CN-54", "TF204", "dam_height_cap_m", "2024-05-24", 200, "xizang_2024_mine_safety_ponds"),
        ("CN", "TF205", "one_step_from_grade", "2023-01-19", 4, "nmsa_2023_9_one_step"),
        ("CN-54", "TF205", "one_step_from_grade", "2024-01-01", 4, "xizang_2024_2026_plan_ponds"),
        ("CN-5401", "TF205", "one_step_from_grade", "2026-01-01", 4, "lhasa_2023_24_ponds"),
        ("CN", "TF205", "grade_2_volume_m3", "2026-01-01", 1e8, "gb_50863_table_3_3_1"),
        ("CN", "TF205", "grade_3_volume_m3", "2026-01-01", 1e7, "gb_50863_table_3_3_1"),
        ("CN", "TF205", "grade_4_volume_m3", "2026-01-01", 1e6, "gb_50863_table_3_3_1"),
        ("CN", "TF205", "grade_2_height_m", "2026-01-01", 100, "gb_50863_table_3_3_1"),
        ("CN", "TF205", "grade_3_height_m", "2026-01-01", 60, "gb_50863_table_3_3_1"),
        ("CN", "TF205", "grade_4_height_m", "2026-01-01", 30, "gb_50863_table_3_3_1"),
        ("CN", "TF206", "independent_forbidden", "2023-01-18", 0, "mine_safety_plan_2022"),
        ("CN", "TF206", "independent_forbidden", "2023-01-19", 1, "nmsa_2023_9_concentrator"),
        ("CN-14", "TF206", "independent_forbidden", "2026-01-01", 0, "shanxi_2022_136_item_23"),
        ("CN", "TF207", "stop_years_limit", "2023-01-18", None, None),
        ("CN", "TF207", "stop_years_limit", "2023-01-19", 3, "nmsa_2023_9_closure"),
        ("CN-14", "TF207", "stop_years_limit", "2020-06-23", 3, "shanxi_2020_closure_plan"),
        ("CN-54", "TF207", "stop_years_limit", "2024-01-01", 3, "xizang_2024_2026_plan_closure"),
        ("CN", "TF209", "reuse_limit_m2", "2020-02-20", None, None),
        ("CN", "TF209", "reuse_limit_m2", "2020-02-21", 0, "mem_2020_15_closure"),
        ("CN-5401", "TF209", "reuse_limit_m2", "2023-11-08", 0, "lhasa_2023_24_ponds"),
        ("CN", "TF210", "count_cap", "2026-01-01", 0, "minezone_count_cap"),
        ("CN-14", "TF210", "count_cap", "2020-05-12", 1, "shanxi_2020_tailings_plan"),
        ("CN-54", "TF210", "count_cap", "2023-12-31", 0, "minezone_count_cap"),
        ("CN-54", "TF210", "count_cap", "2024-01-01", 2, "xizang_2024_2026_plan_ponds"),
        ("CN", "COMMON", "k_sigma", "2000-01-01", 2, "minezone_sigma"),
        ("CN", "COMMON", "sliver_width_m", "2000-01-01", 0.1, "minezone_sliver"),
        ("CN", "COMMON", "touch_width_m", "2000-01-01", 0.001, "minezone_touch"),
        ("CN", "COMMON", "neighbour_search_m", "2000-01-01", 1000, "minezone_search"),
    ],
)  # fmt: skip
def test_value_in_force(jurisdiction, rule, name, day, value, reference):
    assert in_force(jurisdiction, rule, name, day) == (value, reference)


def test_chain_runs_by_code_prefix():
    assert rulebook.chain_of("CN") == ("CN",)
    assert rulebook.chain_of("CN-14") == ("CN", "CN-14")
    assert rulebook.chain_of("CN-540121") == ("CN", "CN-54", "CN-5401", "CN-540121")


@pytest.mark.parametrize("code", ["", "cn", "CN-", "CN-5", "CN-541", "CN-5401210", "US", "CN14"])
def test_malformed_jurisdiction_is_refused(code):
    with pytest.raises(RulebookError, match="法域"):
        rulebook.load(code)


def test_jurisdiction_without_files_inherits_everything():
    other, national = rulebook.load("CN-3202"), rulebook.load("CN")
    assert other.chain == ("CN", "CN-32", "CN-3202")
    assert other.rules == national.rules and other.sha256 == national.sha256


def test_content_decides_the_digest():
    digests = {code: rulebook.load(code).sha256 for code in EVERYWHERE}
    assert len(set(digests.values())) == len(EVERYWHERE)
    assert all(len(d) == 64 for d in digests.values())


def test_loading_twice_is_one_object():
    assert rulebook.load("CN-14") is rulebook.load("CN-14")


def test_every_folder_is_tested_here():
    assert rulebook.jurisdictions() == EVERYWHERE


@pytest.mark.parametrize("code", EVERYWHERE)
def test_unused_law_of_the_general_level_is_not_carried(code):
    for page in rulebook.load(code).rules.values():
        used = {v.reference for p in page.parameters.values() for v in p.history}
        used |= {r for reason in page.reasons.values() for r in reason.references}
        assert set(page.references) == used


def test_reason_of_rule_then_of_engine_then_error():
    book = rulebook.load("CN")
    assert book.reason("MR101", "overlap").verdicts == ("FAIL",)
    assert book.reason("MR101", "layer_missing") is book.common.reasons["layer_missing"]
    with pytest.raises(RuleError, match="nonsense"):
        book.reason("MR101", "nonsense")
    with pytest.raises(UnknownRuleError, match="MR999"):
        book.page("MR999")


GAPS = ("layer_empty", "layer_astray", "outside_coverage")


def test_absence_of_data_or_law_is_never_a_pass():
    book = rulebook.load("CN")
    for page in (book.common, *book.rules.values()):
        for key, reason in page.reasons.items():
            if "missing" in key or "absent" in key or key in GAPS:
                assert set(reason.verdicts) <= {"NO_DATA", "REVIEW"}, key


# -- quotes ------------------------------------------------------------------------------------

# Where the literal words stand. `read` = read in full elsewhere; the YAML says where.
SOURCES = {
    "mineral_resources_law_2024_art_23": "law.md",
    "yellow_river_law_art_26": "law.md",
    "yangtze_law_art_26": "law.md",
    "shanxi_2022_136": "seeds/003",
    "lhasa_2023_24": "seeds/001",
    "mineral_resources_law_2024_art_64": "read",
    "mineral_resources_law_2009_art_40": "read",
    "mnr_2023_6_part_2": "read",
    "xizang_2024_mine_safety": "read",
    "mem_2020_15": "not seen",
    "saws_order_39_art_12": "law.md",
    "saws_order_39_art_2": "read",
    "nmsa_2022_4_pillar": "law.md",
    "nmsa_2023_9_pillar": "seeds/002",
    "nmsa_2023_9_connected": "seeds/002",
    "nmsa_2023_9_orebody": "seeds/002",
    "nmsa_2023_9_merge": "seeds/002",
    "lhasa_2023_24_pillar": "seeds/001",
    "lhasa_2023_24_orebody": "seeds/001",
    "lhasa_2023_24_merge": "seeds/001",
    "mine_safety_regulation_art_5": "read",
    "mine_safety_regulation_art_13": "read",
    "saws_2011_179_goafs": "seeds/000",
    "nature_reserve_regulation_art_26": "read",
    "nature_reserve_regulation_art_32": "read",
    "nature_reserve_regulation_2026": "not seen",
    "basic_farmland_regulation_art_17": "read",
    "water_pollution_law_2017_art_65": "read",
    "water_pollution_law_2017_art_66": "read",
    "mnr_2022_142": "read",
    "mineral_resources_law_2024_art_18": "read",
    "lhasa_2023_24_plan": "seeds/001",
    "mine_safety_plan_2022": "read",
    "nmsa_2023_9_one_step": "seeds/002",
    "nmsa_2023_9_concentrator": "seeds/002",
    "nmsa_2023_9_closure": "seeds/002",
    "gb_50863_art_3_3_1": "read",
    "gb_50863_table_3_3_1": "read",
    "mem_2020_15_closure": "not seen",
    "shanxi_2022_136_item_22": "seeds/003",
    "shanxi_2022_136_item_23": "seeds/003",
    "shanxi_2020_tailings_plan": "read",
    "shanxi_2020_closure_plan": "read",
    "xizang_2024_mine_safety_ponds": "read",
    "xizang_2024_2026_plan_ponds": "seeds/004",
    "xizang_2024_2026_plan_closure": "seeds/004",
    "lhasa_2023_24_ponds": "seeds/001",
    "nmsa_2023_9_burial_depth": "seeds/002",
    "lhasa_2023_24_stone_depth": "seeds/001",
    "nmsa_2023_9_slope_monitoring": "seeds/002",
    "nmsa_2022_4_slope_analysis": "not seen",
    "saws_2011_179_slopes": "seeds/000",
    "xizang_2024_2026_plan_monitoring": "seeds/004",
    "xizang_2024_2026_plan_analysis": "seeds/004",
    "lhasa_2023_24_slopes": "seeds/001",
    "lhasa_2023_24_dumps": "seeds/001",
    "nmsa_2023_9_downstream": "seeds/002",
    "nmsa_2023_9_movement": "seeds/002",
    "saws_2011_179_influence": "seeds/000",
    "saws_2011_179_dumps": "seeds/000",
    "central_2023_ridge": "seeds/001",
    "mem_2020_15_overhead": "law.md",
}


def all_references():
    out = {}
    for code in EVERYWHERE:
        book = rulebook.load(code)
        for page in (book.common, *book.rules.values()):
            out |= page.references
    return out


def domain_folder():
    shared = os.environ.get("MINEZONE_SHARED_DATA")
    data = Path(shared) if shared else Path(__file__).parents[3] / "shared" / "data"
    return data.parent / "domain"


def bare(text):
    return "".join(text.replace("*", "").split())


def test_every_reference_has_a_known_source():
    law = {k for k, r in all_references().items() if r.instrument != "minezone 技术约定"}
    assert law == set(SOURCES)


def test_only_the_unseen_clause_lacks_a_quote():
    unquoted = {k: r for k, r in all_references().items() if not r.quote}
    assert set(unquoted) == {key for key, source in SOURCES.items() if source == "not seen"}
    assert all("未核到" in reference.note.zh for reference in unquoted.values())


@pytest.mark.parametrize("key", [k for k, v in SOURCES.items() if v[:4] in ("law.", "seed")])
def test_quote_is_literal(key):
    folder = domain_folder()
    pattern = SOURCES[key] + "*.txt" if SOURCES[key].startswith("seeds") else SOURCES[key]
    files = sorted(folder.glob(pattern))
    if not files:
        pytest.skip("the law texts are not at hand (MINEZONE_SHARED_DATA)")
    assert bare(all_references()[key].quote) in bare(files[0].read_text(encoding="utf-8"))


# -- the format --------------------------------------------------------------------------------

RULE = {
    "rule": "XX901",
    "title": {"zh": "题", "en": "title"},
    "strength": "veto",
    "applies_to": {"zh": "全部", "en": "all"},
    "method": {"zh": "量", "en": "measured"},
    "references": {
        "law_a": {"instrument": "法", "article": "一", "quote": "文", "from": date(2020, 1, 1),
                  "jurisdiction": "CN"},
    },
    "parameters": {
        "limit_m": {
            "title": {"zh": "限", "en": "limit"}, "unit": "m", "last_checked": date(2026, 1, 1),
            "history": [{"from": date(2020, 1, 1), "value": 5, "reference": "law_a"},
                        {"from": date(2024, 1, 1), "value": None, "reference": "law_a"}],
        }
    },
    "reasons": {
        "fine": {"verdicts": ["PASS"], "zh": "好 {measured}", "en": "fine {measured}"},
        "bad": {"verdicts": ["FAIL", "REVIEW"], "args": {"width": "m"},
                "zh": "距 {related}[ {width}]", "en": "from {related}[ {width}]",
                "zh_all": "坏", "en_all": "bad"},
    },
    "cannot": {"NOT_APPLICABLE": {"zh": "无", "en": "never"}},
}  # fmt: skip
COMMON = {
    "rule": "COMMON", "version": "1", "title": {"zh": "公", "en": "common"},
    "strength": "technical", "applies_to": {"zh": "全", "en": "all"},
    "method": {"zh": "法", "en": "how"}, "references": {}, "parameters": {},
    "reasons": {"gone": {"verdicts": ["NO_DATA"], "zh": "缺", "en": "missing"}},
}  # fmt: skip
OVERRIDE = {
    "rule": "XX901",
    "references": {"law_b": {"instrument": "令", "article": "二", "quote": "句",
                             "from": date(2022, 1, 1), "jurisdiction": "CN-14"}},
    "parameters": {"limit_m": {"title": {"zh": "限", "en": "limit"}, "unit": "m",
                               "last_checked": date(2026, 1, 1),
                               "history": [{"from": date(2022, 1, 1), "value": 9,
                                            "reference": "law_b"}]}},
}  # fmt: skip


def write_book(root, rule=RULE, override=None, raw=None):
    for code, name, data in [
        ("CN", "common.yaml", COMMON),
        ("CN", "xx901_demo.yaml", rule),
        ("CN-14", "xx901_demo.yaml", override),
    ]:
        if data is not None:
            (root / code).mkdir(exist_ok=True)
            text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
            (root / code / name).write_text(text, encoding="utf-8")
    if raw is not None:
        (root / "CN" / "xx901_demo.yaml").write_text(raw, encoding="utf-8")
    return root


def changed(data, path, value):
    """Return a deep copy with the value at a dotted path set (None of `...` deletes the key)."""
    copy = yaml.safe_load(yaml.safe_dump(data))
    *way, last = path.split(".")
    node = copy
    for step in way:
        node = node[int(step)] if isinstance(node, list) else node[step]
    last = int(last) if isinstance(node, list) else last
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return copy


def test_small_book_loads_and_repeals(tmp_path):
    page = rulebook.load("CN", write_book(tmp_path)).rules["XX901"]
    limit = page.parameters["limit_m"]
    assert limit.at(date(2019, 12, 31)) is None
    assert limit.at(date(2023, 12, 31)) == Value(date(2020, 1, 1), 5.0, "law_a")
    assert limit.at(date(2024, 1, 1)) is None
    assert page.reasons["bad"].summary == Text("坏", "bad")


def test_special_file_replaces_a_parameter_whole(tmp_path):
    book = rulebook.load("CN-1402", write_book(tmp_path, override=OVERRIDE))
    limit = book.rules["XX901"].parameters["limit_m"]
    assert [v.value for v in limit.history] == [9.0]
    assert set(book.rules["XX901"].references) == {"law_b"}
    assert book.rules["XX901"].strength == "veto"


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("colour", "red", "colour"),
        ("title", ..., "title"),
        ("title", {"zh": "题"}, "title.en"),
        ("title.en", "  ", "title.en"),
        ("rule", "XX902", "rule"),
        ("strength", "hard", "strength"),
        ("strength", "technical", "strength"),
        ("version", "1", "version"),
        ("references.law_a.page", 3, "references.law_a.page"),
        ("references.law_a.quote", "", "references.law_a.quote"),
        ("references.law_a.quote", 7, "references.law_a.quote"),
        ("references.law_a.from", "yesterday", "references.law_a.from"),
        ("references.law_a.from", date(2020, 1, 2), "parameters.limit_m.history[0]"),
        ("references.law_a.to", date(2023, 12, 31), "parameters.limit_m.history[1]"),
        ("references.law_a.to", date(2019, 1, 1), "references.law_a.to"),
        ("references.law_a.jurisdiction", "CN-14", "references.law_a.jurisdiction"),
        ("references.idle", RULE["references"]["law_a"], "references.idle"),
        ("parameters.limit_m.unit", "km", "parameters.limit_m.unit"),
        ("parameters.limit_m.last_checked", 2026, "parameters.limit_m.last_checked"),
        ("parameters.limit_m.history", {}, "parameters.limit_m.history"),
        ("parameters.limit_m.history.0.value", "5", "parameters.limit_m.history[0].value"),
        ("parameters.limit_m.history.0.value", True, "parameters.limit_m.history[0].value"),
        ("parameters.limit_m.history.0.value", float("inf"), "history[0].value"),
        ("parameters.limit_m.history.0.value", float("nan"), "history[0].value"),
        ("parameters.limit_m.history.0.value", None, "history[0].value"),
        ("parameters.limit_m.history.0.reference", "law_x", "parameters.limit_m.history[0]"),
        ("parameters.limit_m.history.1.from", date(2020, 1, 1), "history[1].from"),
        ("reasons.fine.en", ..., "reasons.fine.en"),
        ("reasons.fine.verdicts", [], "reasons.fine.verdicts"),
        ("reasons.fine.verdicts", ["GOOD"], "reasons.fine.verdicts"),
        ("reasons.fine.verdicts", ["PASS", "PASS"], "reasons.fine.verdicts"),
        ("reasons.fine.zh", "好 {mesured}", "reasons.fine.zh"),
        ("reasons.fine.en", "fine", "reasons.fine.zh"),
        ("reasons.fine.zh", "好 {measured", "reasons.fine.zh"),
        ("reasons.fine.zh", "好 {measured}[!]", "reasons.fine.zh"),
        ("reasons.fine.args", {"width": "m"}, "reasons.fine.args"),
        ("reasons.fine.args", {"measured": "m"}, "reasons.fine.args.measured"),
        ("reasons.bad.args.width", "inch", "reasons.bad.args.width"),
        ("reasons.bad.en_all", ..., "reasons.bad.en_all"),
        ("reasons.bad.references", ["law_x"], "reasons.bad.references"),
        ("reasons.gone", COMMON["reasons"]["gone"], "reasons.gone"),
        ("cannot", {}, "cannot.NOT_APPLICABLE"),
        ("cannot.PASS", {"zh": "无", "en": "never"}, "cannot.PASS"),
        ("cannot.NEVER", {"zh": "无", "en": "never"}, "cannot.NEVER"),
    ],
)
def test_fault_is_refused_with_file_and_key(tmp_path, path, value, where):
    with pytest.raises(RulebookError) as caught:
        rulebook.load("CN", write_book(tmp_path, rule=changed(RULE, path, value)))
    for text in (caught.value.zh, caught.value.en):
        assert "CN/xx901_demo.yaml" in text and where in text and "\n" not in text


def test_related_needs_a_summary_beside_it(tmp_path):
    rule = changed(changed(RULE, "reasons.bad.zh_all", ...), "reasons.bad.en_all", ...)
    with pytest.raises(RulebookError, match="zh_all"):
        rulebook.load("CN", write_book(tmp_path, rule=rule))


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("parameters.limit_n", OVERRIDE["parameters"]["limit_m"], "parameters.limit_n"),
        ("parameters.limit_m.unit", "km2", "parameters.limit_m.unit"),
        ("references.law_a", OVERRIDE["references"]["law_b"], "references.law_a"),
        ("version", "2", "version"),
        ("rule", "XX902", "rule"),
    ],
)
def test_fault_in_a_special_file(tmp_path, path, value, where):
    book = write_book(tmp_path, override=changed(OVERRIDE, path, value))
    with pytest.raises(RulebookError) as caught:
        rulebook.load("CN-14", book)
    assert "CN-14/xx901_demo.yaml" in caught.value.zh and where in caught.value.zh


def test_same_reference_id_with_other_words_is_refused(tmp_path):
    other = {**RULE["references"]["law_a"], "quote": "别的"}
    override = changed(OVERRIDE, "references.law_a", other)
    override["parameters"]["limit_m"]["history"].append(
        {"from": date(2023, 1, 1), "value": 8, "reference": "law_a"}
    )
    with pytest.raises(RulebookError, match=r"references\.law_a"):
        rulebook.load("CN-14", write_book(tmp_path, override=override))


def test_special_file_without_a_general_one_is_refused(tmp_path):
    write_book(tmp_path, override=OVERRIDE)
    (tmp_path / "CN-14" / "xx901_demo.yaml").rename(tmp_path / "CN-14" / "xx901_dmo.yaml")
    with pytest.raises(RulebookError, match=r"CN-14/xx901_dmo\.yaml"):
        rulebook.load("CN-14", tmp_path)


def test_folder_that_is_no_jurisdiction_is_refused(tmp_path):
    write_book(tmp_path)
    (tmp_path / "CN14").mkdir()
    with pytest.raises(RulebookError, match="CN14"):
        rulebook.load("CN", tmp_path)


def test_common_file_is_needed(tmp_path):
    write_book(tmp_path)
    (tmp_path / "CN" / "common.yaml").unlink()
    with pytest.raises(RulebookError, match=r"common\.yaml"):
        rulebook.load("CN", tmp_path)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("rule: XX901\nrule: XX901\n", "第 2 行：键 rule 重复"),
        ("rule: XX901\nreasons: {a: {x: 1,\n  x: 2}}\n", "第 3 行：键 x 重复"),
        ("rule: XX901\n2: b\n", "第 2 行：键 2 不是文本"),
        ("base: &b {x: 1}\nrule: {<<: *b}\n", "不是有效的 YAML"),
        ("- a\n", "应为一个映射"),
        ("", "应为一个映射"),
        ("rule: [\n", "不是有效的 YAML"),
        ("rule: !!python/object:os.system x\n", "不是有效的 YAML"),
        ("rule: 2023-02-30\n", "不是有效的 YAML"),
    ],
)
def test_broken_yaml_is_refused(tmp_path, raw, words):
    with pytest.raises(RulebookError) as caught:
        rulebook.load("CN", write_book(tmp_path, raw=raw))
    assert "CN/xx901_demo.yaml" in caught.value.zh and words in caught.value.zh
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    write_book(tmp_path)
    (tmp_path / "CN" / "xx901_demo.yaml").write_bytes("rule: 规则".encode("gb18030"))
    with pytest.raises(RulebookError, match=r"CN/xx901_demo\.yaml"):
        rulebook.load("CN", tmp_path)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(
    days=st.lists(st.dates(date(1990, 1, 1), date(2030, 1, 1)), min_size=1, unique=True),
    asked=st.dates(date(1989, 1, 1), date(2031, 1, 1)),
    repealed=st.integers(0, 5),
)
def test_the_last_value_that_began_is_in_force(days, asked, repealed):
    history = tuple(
        Value(day, None if k == repealed else float(k), "r") for k, day in enumerate(sorted(days))
    )
    found = Parameter("p", Text("", ""), "m", date(2026, 1, 1), history).at(asked)
    begun = [v for v in history if v.effective_from <= asked]
    expected = max(begun, key=lambda v: v.effective_from, default=None)
    if expected is None or expected.value is None:
        assert found is None
    else:
        assert found == expected


@pytest.mark.parametrize("word", ["CN-99", "CN-16", "CN-0001"])
def test_a_division_that_does_not_exist_is_refused(word):
    with pytest.raises(RulebookError, match=word):
        rulebook.chain_of(word)
