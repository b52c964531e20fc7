"""Cells of files that say something else than they seem to: no verdict rests on a guess.

Each test has the right answer first, then changes one cell.
"""

import json
from datetime import date

import geopandas as gpd
import pytest
import shapely

from analysis import api
from analysis.model import Verdict

AS_OF = date(2026, 1, 1)
ZONE_37 = 4525  # CGCS2000, 3 degrees, with prefix
CLEAR = ("PASS", "NOT_APPLICABLE")


def square(east, size=1000.0):
    x, y = 37_500_000 + east, 4_300_000
    return shapely.box(x, y, x + size, y + size)


@pytest.fixture
def judge(tmp_path):
    def write(name, rows, shapes):
        columns = {key: [row.get(key) for row in rows] for key in rows[0]}
        path = tmp_path / name
        gpd.GeoDataFrame(columns, geometry=shapes, crs=ZONE_37).to_file(path)
        return path

    def make(rule, subject, place, **layers):
        """Vet the one right ``subject`` against ``layers``; return its verdicts and reasons."""
        text = ""
        for layer, (rows, shapes) in layers.items():
            write(f"{layer}.gpkg", rows, shapes)
            text += f'[layers.{layer}]\nsource = "{layer}.gpkg"\n'
        workspace = tmp_path / "workspace.toml"
        workspace.write_text(text, encoding="utf-8")
        file = write("申请.gpkg", [subject], [place])
        out = api.vet(
            [file], workspace, tmp_path / "out", as_of=AS_OF, rules=(rule,), formats=("json",)
        )
        return answers(out.results.findings)

    return make


def answers(table):
    return {
        (Verdict(int(v)).name, str(r)) for v, r in zip(table.verdict, table.reason, strict=True)
    }


QUARRY = {
    "许可证号": "B", "权利类型": "采矿权", "权利状态": "申请", "采矿权人": "乙",
    "开采方式": "露天", "开采矿种": "建筑石料用灰岩",
}  # fmt: skip
OTHER_QUARRY = {**QUARRY, "许可证号": "A", "权利状态": "有效", "采矿权人": "甲",
                "生产规模": "30万吨/年"}  # fmt: skip


@pytest.mark.parametrize(
    "cells",
    [
        {"生产规模": "4千吨/年", "矿种大类": "金属矿产"},
        {"生产规模": "4千吨/年", "矿种大类": "其他非金属矿产"},
        {"生产规模（千吨/年）": 4000.0, "生产规模单位": "吨/年"},
        {"生产规模（MT/a）": 400_000.0},
        {"生产规模": 400_000, "生产规模单位": "MT/a"},
        {"生产规模": "40,400"},
        {"生产规模": "40，400"},
        {"设计规模": 400_000.0},
    ],
    ids=str,
)
def test_a_cell_read_amiss_makes_no_quarry_large_or_another(judge, cells):
    register = {"mining_right": ([OTHER_QUARRY], [square(1250)])}
    small = {**QUARRY, "生产规模": "4千吨/年"}
    assert judge("MR104", small, square(0), **register) == {("FAIL", "too_near")}
    found = judge("MR104", {**QUARRY, **cells}, square(0), **register)
    assert {verdict for verdict, _ in found} <= {"NO_DATA", "REVIEW"}


@pytest.mark.parametrize("depth", ["30，150", "30,150", 19900.0, 9999, -999.0], ids=str)
def test_two_depths_or_centimetres_are_no_deep_orebody(judge, depth):
    mine = {
        "许可证号": "B", "权利类型": "采矿权", "权利状态": "申请", "采矿权人": "乙",
        "开采方式": "地下", "开采矿种": "石膏",
    }  # fmt: skip
    register = {"mining_right": ([OTHER_QUARRY], [square(5000)])}
    shallow = judge("MR106", {**mine, "矿体埋深": 30.0}, square(0), **register)
    assert shallow == {("REVIEW", "shallow_in_principle")}
    found = judge("MR106", {**mine, "矿体埋深": depth}, square(0), **register)
    assert {verdict for verdict, _ in found} == {"NO_DATA"}


@pytest.mark.parametrize("mark", [-999.0, -99.0, 0.0])
@pytest.mark.parametrize("rule", ["MR103", "MR114"])
def test_workings_of_unknown_elevation_are_not_far_below(judge, rule, mark):
    mine = {
        "许可证号": "B", "权利类型": "采矿权", "权利状态": "有效", "采矿权人": "乙",
        "开采方式": "地下", "开采矿种": "铁矿",
    }  # fmt: skip
    other = {**mine, "许可证号": "A", "采矿权人": "甲"}
    dug = {"工程编号": "G1", "所属许可证号": "B", "顶板标高": 1000.0, "底板标高": 960.0}
    theirs = {**dug, "工程编号": "G2", "所属许可证号": "A"}
    goaf = {"采空区编号": "K1", "所属许可证号": "A", "顶板标高": 1000.0, "底板标高": 960.0}

    def found(**ends):
        shapes = [square(900, 100), square(950, 200)]
        return judge(
            rule, mine, square(0),
            mining_right=([other], [square(1010)]),
            working=([dug, {**theirs, **ends}], shapes),
            goaf=([goaf], [square(1800, 50)]),
        )  # fmt: skip

    assert "FAIL" in {verdict for verdict, _ in found()}
    marked = {verdict for verdict, _ in found(顶板标高=mark, 底板标高=mark)}
    assert marked and not marked & set(CLEAR)


@pytest.mark.parametrize("cells", [{"体积": 97.5001}, {"体积（m3）": 0.0}], ids=str)
def test_a_goaf_of_no_stated_size_is_not_small(tmp_path, cells):
    def found(**volume):
        row = {"采空区编号": "K1", "所属许可证号": "A", "是否治理": "否", **volume}
        frame = gpd.GeoDataFrame([row], geometry=[square(0)], crs=ZONE_37)
        frame.to_file(tmp_path / "goaf.gpkg")
        workspace = tmp_path / "workspace.toml"
        workspace.write_text('[layers.goaf]\nsource = "goaf.gpkg"\n', encoding="utf-8")
        out = api.screen(workspace, tmp_path / "out", as_of=AS_OF, rules=("GF302",))
        return answers(out.results.findings)

    assert ("FAIL", "single_too_large") in found(**{"体积（万m3）": 97.5001})
    assert found(**cells) == {("NO_DATA", "volume_missing"), ("NO_DATA", "total_volume_missing")}


ENDED = [
    {"权利状态": "到期", "有效期止": "2035-02-28"},
    {"权利状态": "过期", "有效期止": "2026-01-01"},  # the day judged is in the term
    {"权利状态": "失效", "有效期止": "长期"},
]


@pytest.mark.parametrize("cells", ENDED, ids=str)
def test_a_right_called_expired_whose_term_runs_is_not_out_of_force(judge, cells):
    mine = {**QUARRY, "权利状态": "有效", "权利类型": "采矿权", "采矿权人": "甲"}
    over = {**QUARRY, "许可证号": "C", "权利状态": "申请"}
    truth = judge("MR101", over, square(500), mining_right=([mine], [square(0)]))
    assert truth == {("FAIL", "overlap")}
    found = judge("MR101", over, square(500), mining_right=([{**mine, **cells}], [square(0)]))
    assert found == {("NO_DATA", "neighbour_status_missing")}
    register = {"mining_right": ([OTHER_QUARRY], [square(1250)])}
    for rule, reason in (("MR101", "status_missing"), ("MR104", "attribute_missing")):
        subject = {**QUARRY, "生产规模": "4千吨/年", **cells}
        assert judge(rule, subject, square(0), **register) == {("NO_DATA", reason)}


@pytest.mark.parametrize(
    "cells",
    [
        {"权利状态": "注销", "有效期止": "2035-02-28"},
        {"权利状态": "到期", "有效期止": "2025-12-31"},
        {"权利状态": "到期", "有效期止": None},
    ],
    ids=str,
)
def test_a_right_that_has_ended_is_out_of_force(judge, cells):
    over = {**QUARRY, "许可证号": "C"}
    ended = {**QUARRY, "采矿权人": "甲", **cells}
    found = judge("MR101", over, square(500), mining_right=([ended], [square(0)]))
    assert found == {("PASS", "clear")}
    register = {"mining_right": ([OTHER_QUARRY], [square(1250)])}
    subject = {**QUARRY, "生产规模": "4千吨/年", **cells}
    assert judge("MR104", subject, square(0), **register) == {("NOT_APPLICABLE", "not_in_force")}


def test_the_message_names_status_and_term(judge, tmp_path):
    ended = {**QUARRY, "许可证号": "A", "采矿权人": "甲", **ENDED[0]}
    judge("MR101", QUARRY, square(500), mining_right=([ended], [square(0)]))
    report = json.loads((tmp_path / "out" / "report.json").read_bytes())
    (told,) = [f["message"] for f in report["findings"] if f["related"]]
    assert told["zh"].endswith(
        "（A 的权利状态（status）为过期，有效期止（valid_to）为 2035-02-28，尚未届满，两者不符，"
        "状态按不明处理）"
    )
    assert "the status of A is expired but its valid_to is 2035-02-28" in told["en"]
    judge("MR104", {**QUARRY, **ENDED[2]}, square(500), mining_right=([OTHER_QUARRY], [square(0)]))
    report = json.loads((tmp_path / "out" / "report.json").read_bytes())
    (told,) = [f["message"] for f in report["findings"]]
    assert told["zh"].endswith(
        "（B 的权利状态（status）为过期，有效期止（valid_to）未能识别，两者不符，状态按不明处理）"
    )


@pytest.mark.parametrize(("word", "reads"), [("无", None), ("有", None), ("是", 1), ("否", 0)])
def test_no_and_some_below_a_heading_that_says_no(judge, word, reads):
    pond = {
        "尾矿库编号": "W1", "建设性质": "已有", "运行状况": "运行", "最后排放日期": "2025-12-20",
        "已达最终标高": "否", "正在排放": "是", "无生产经营主体": word,
    }  # fmt: skip
    found = {verdict for verdict, _ in judge("TF207", pond, square(0))}
    assert found == {{None: "NO_DATA", 1: "FAIL", 0: "PASS"}[reads]}


@pytest.mark.parametrize("flag", [None, "否"])
@pytest.mark.parametrize(
    ("word", "verdict"),
    [("甲公司", "PASS"), ("无主尾矿库", "NO_DATA"), ("无主（县政府代管）", "NO_DATA"),
     ("原企业已注销", "NO_DATA"), ("甲公司（已注销）", "NO_DATA"), ("失联", "NO_DATA"),
     ("责任主体缺失", "NO_DATA"), ("无人管理", "NO_DATA"), ("无锡矿业公司", "PASS")],
)  # fmt: skip
def test_an_operator_that_is_said_to_be_none(judge, word, verdict, flag):
    pond = {
        "尾矿库编号": "W1", "建设性质": "已有", "运行状况": "运行", "最后排放日期": "2025-12-20",
        "已达最终标高": "否", "正在排放": "是", "生产经营单位": word, "无主": flag,
    }  # fmt: skip
    assert {found for found, _ in judge("TF207", pond, square(0))} == {verdict}


def test_a_state_authority_operates_nothing(judge):
    pond = {
        "尾矿库编号": "W1", "建设性质": "已有", "运行状况": "运行", "最后排放日期": "2025-12-20",
        "已达最终标高": "否", "正在排放": "是", "生产经营单位": "盂县人民政府",
    }  # fmt: skip
    assert judge("TF207", pond, square(0)) == {("NO_DATA", "attribute_missing")}
    # It is no word against a flag.
    assert judge("TF207", {**pond, "无主": "否"}, square(0)) == {("PASS", "not_due")}


@pytest.mark.parametrize("word", ["待出让", "竞得人", "县自然资源局", "市公共资源挂牌出让"])
def test_rights_still_to_be_sold_have_no_holder_in_common(judge, word):
    mine = {**QUARRY, "开采方式": "地下", "采矿权人": word}
    near = {**mine, "许可证号": "A", "权利状态": "有效"}
    register = {"mining_right": ([near], [square(1020)])}
    assert judge("MR103", mine, square(0), **register) == {("REVIEW", "workings_unknown")}
    same = {"mining_right": ([{**near, "采矿权人": "甲公司"}], [square(1020)])}
    held = {**mine, "采矿权人": "甲公司"}
    assert judge("MR103", held, square(0), **same) == {("NOT_APPLICABLE", "no_neighbour")}


@pytest.mark.parametrize(
    ("word", "answer"),
    [("KT-9和KT-10", ("FAIL", "orebody_taken")), ("KT-9/KT-10", ("FAIL", "orebody_taken")),
     ("九号矿体", ("PASS", "alone")), ("KT-8~KT-10", ("NO_DATA", "neighbour_orebody_missing"))],
)  # fmt: skip
def test_lists_and_ranges_of_orebodies(judge, word, answer):
    mine = {**QUARRY, "矿体编号": "KT-9"}
    near = {**mine, "许可证号": "A", "权利状态": "有效", "采矿权人": "甲", "矿体编号": word}
    found = judge("MR105", mine, square(0), mining_right=([near], [square(1500)]))
    assert found == {answer}


def test_a_range_of_orebodies_of_a_right_far_away(judge):
    mine = {**QUARRY, "矿体编号": "KT-9"}
    near = {**mine, "许可证号": "A", "权利状态": "有效", "采矿权人": "甲", "矿体编号": "KT-8~KT-10"}
    found = judge("MR105", mine, square(0), mining_right=([near], [square(4000)]))
    assert found == {("NO_DATA", "attribute_missing")}
    lapsed = [{**near, "权利状态": "注销"}]
    assert judge("MR105", mine, square(0), mining_right=(lapsed, [square(4000)])) == {
        ("PASS", "alone")
    }


def test_a_range_of_orebodies_may_be_what_another_right_is_on(judge):
    mine = {**QUARRY, "矿体编号": "KT-8~KT-10"}
    near = {**QUARRY, "许可证号": "A", "采矿权人": "甲", "矿体编号": "KT-9"}
    found = judge("MR105", mine, square(0), mining_right=([near], [square(1500)]))
    assert found == {("NO_DATA", "attribute_missing")}
