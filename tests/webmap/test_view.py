"""What people read on the terminal: verdicts in columns, figures against limits, articles."""

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import shapely
from rich.cells import cell_len
from rich.color import ColorSystem

from analysis import api
from analysis.model import FindingTable, Verdict
from webmap import cli, cli_answers, cli_explain, cli_lines, cli_view
from webmap.cli_lines import Look, padded, wrapped

AS_OF = date(2026, 1, 1)
RULES = ("MR101", "MR103", "MR104", "MR105", "MR111", "MR112", "MR114", "GF304")


def feature(shape, **properties):
    return {
        "type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)
    }  # fmt: skip


def right(number, west, *, name=None, **more):
    west, south = 111 + west, 39.5
    properties = {
        "licence_no": number, "name": name, "right_type": "mining", "status": "granted",
        "holder": f"{number}公司", "method": None, **more,
    }  # fmt: skip
    return feature(shapely.box(west, south, west + 0.01, south + 0.01), **properties)


def write(path, features):
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False),
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="module")
def vetted(tmp_path_factory):
    """One application over the edge of a granted right, everything else unknown."""
    folder = tmp_path_factory.mktemp("县")
    write(folder / "rights.geojson", [right("KQ-1", 0, name="老矿")])
    (folder / "workspace.toml").write_text(
        'title = "某县"\njurisdiction = "CN"\n[layers.mining_right]\nsource = "rights.geojson"\n',
        encoding="utf-8",
    )
    file = write(folder / "申请.geojson", [right("SQ-1", 0.009, name="新矿", status="applied")])
    return api.vet(
        [file], folder / "workspace.toml", folder / "out", rules=RULES, as_of=AS_OF,
        formats=("json",),
    )  # fmt: skip


def lines_of(outcome, lang, look=cli_lines.PLAIN, **how):
    return list(cli_view.subject_lines(outcome.results, 0, lang, look, **how))


# -- one subject -----------------------------------------------------------------------------


def test_every_rule_has_its_line_with_verdict_rule_figures_and_article(vetted):
    assert lines_of(vetted, "zh") == [
        "✗ 不符合 FAIL  新矿 (矿业权 SQ-1)",
        "  规则 8 条：不符合 1  缺数据 7",
        "  ✗ 不符合 FAIL     MR101  与 老矿（KQ-1） 重叠 0.0955 km²（应 ≤ 0 km²）（另有 1 条分项） "
        "〔中华人民共和国矿产资源法（2024年修订） 第二十三条〕",
        "  ○ 缺数据 NO_DATA  MR103、MR104、MR114：属性“开采方式”（method）为空或未能识别，无法判断",
        "  ○ 缺数据 NO_DATA  GF304  工作区没有图层“采空区”（goaf），无法判断",
        "  ○ 缺数据 NO_DATA  MR105  工作区没有图层“矿体”（orebody），无法判断",
        "  ○ 缺数据 NO_DATA  MR111  工作区没有图层“保护区与禁限区”（protected_zone），无法判断",
        "  ○ 缺数据 NO_DATA  MR112  工作区没有图层“井巷工程”（working），无法判断",
    ]


def test_both_languages_say_the_same_of_the_same_rules(vetted):
    told = {lang: cli_answers.subject_answers(vetted.results, 0, lang) for lang in ("zh", "en")}
    shape = {
        lang: [(answer.rules, answer.verdict, bool(answer.articles)) for answer in answers]
        for lang, answers in told.items()
    }
    assert shape["zh"] == shape["en"]
    assert told["en"][0].text == "overlaps 老矿 (KQ-1) by 0.0955 km² (must be ≤ 0 km²) (and 1 more)"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_on_a_terminal_nothing_is_wider_than_it_and_nothing_is_lost(vetted, lang, width):
    plain = lines_of(vetted, lang)
    folded = lines_of(vetted, lang, Look(width))
    assert max(cell_len(line) for line in folded) <= width
    assert "".join("".join(folded).split()) == "".join("".join(plain).split())


def test_columns_stand_below_one_another(vetted):
    folded = lines_of(vetted, "zh", Look(80))
    starts = [cell_len(line[: line.index("MR")]) for line in folded if "○" in line and "MR" in line]
    assert set(starts) == {20}
    below = [line for line in folded if not line.strip().startswith(tuple("✗○✓规"))]
    assert below and {len(line) - len(line.lstrip()) for line in below} <= {20, 27}


def test_colour_is_only_added_to_words(vetted):
    painted = lines_of(vetted, "zh", Look(None, ColorSystem.TRUECOLOR))
    assert painted[0].startswith("\x1b[1;38;2;200;64;47m✗ 不符合 FAIL\x1b[0m")
    assert [cli_lines._bare(line) for line in painted] == lines_of(vetted, "zh")


def test_of_many_subjects_only_what_fails_or_needs_review_is_told(vetted):
    told = lines_of(vetted, "zh", brief=True)
    assert [line.split()[0] for line in told] == ["✗", "规则", "✗"]


def test_what_is_missing_is_told_once_for_all(vetted):
    lines = list(cli_view.lack_lines(vetted.results, "zh"))
    assert lines[:2] == ["", "缺什么（1 个对象有判不了的规则）："]
    assert "  ○ 1 个对象：属性“开采方式”（method）为空或未能识别，无法判断" in lines
    assert len(lines) == 2 + 5


# -- figures ---------------------------------------------------------------------------------


def finding(measured, threshold, comparison="<=", unit="km2"):
    return FindingTable.build(
        [0], Verdict.FAIL, "x", measured=measured, threshold=threshold, unit=unit,
        comparison=comparison,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "message", "figures"),
    [
        ((0.03, 0.0), "重叠 0.0300 km²", "（应 ≤ 0 km²）"),  # "0 km²" ends the other number
        ((0.03, 0.0), "有重叠", "（实测 0.0300 km²，应 ≤ 0 km²）"),
        ((1650.0, 3000.0, ">", "m"), "距河 1,650.0 m，应大于 3,000.0 m", ""),
        ((1650.0, 3000.0, ">", "m"), "应大于 3,000.0 m", "（实测 1,650.0 m）"),
        ((float("nan"), 3.0, ">=", "1"), "未填", "（应 ≥ 3）"),
        ((float("nan"), float("nan")), "未填", ""),
        ((49.96, 50.0, ">=", "m"), "间距不足", "（实测 49.96 m，应 ≥ 50.00 m）"),
    ],
)
def test_figures_are_added_where_the_message_lacks_them(values, message, figures):
    assert cli_answers.figures(finding(*values), 0, message, "zh") == figures


# -- lines -----------------------------------------------------------------------------------


def test_lines_break_where_chinese_allows():
    assert wrapped("距离不足，应大于 3,000.0 m（第二十六条）", 20) == [
        "距离不足，应大于", "3,000.0 m（第二十六", "条）",
    ]  # fmt: skip
    # Neither a comma first nor a bracket last; a long word is cut.
    assert wrapped("一二三四五六七八九十，（甲）", 20) == ["一二三四五六七八九", "十，（甲）"]
    assert wrapped("x" * 45, 20) == ["x" * 20, "x" * 20, "x" * 5]
    assert wrapped("", 20) == [""]


def test_padding_counts_cells_not_characters():
    assert padded("符合", 6) + "|" == "符合  |"


def test_items_stay_whole():
    assert list(Look(20).flow("共：", ["✗ 不符合 3", "✓ 符合 4", "○ 缺 5"], 2)) == [
        "共：✗ 不符合 3", "  ✓ 符合 4  ○ 缺 5",
    ]  # fmt: skip


def test_a_pipe_gets_plain_whole_lines(monkeypatch):
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert cli_lines.terminal_look() == cli_lines.PLAIN


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("environment", "colours"),
    [
        ({"TERM": "xterm-256color"}, ColorSystem.EIGHT_BIT),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, ColorSystem.TRUECOLOR),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, None),
        ({"TERM": "dumb"}, None),
    ],
)
def test_a_terminal_gets_its_width_and_its_colours(monkeypatch, environment, colours):
    for name in ("TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"COLUMNS": "100", **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout", Terminal())
    look = cli_lines.terminal_look()
    assert look.colours == colours
    assert look.width == (100 if environment["TERM"] != "dumb" else look.width)


# -- explain ---------------------------------------------------------------------------------


def explained(code, lang, **how):
    return list(cli_explain.explain_lines(api.explain(code, **how), lang))


def test_explain_quotes_the_clause_and_dates_the_limits():
    lines = explained("MR101", "zh", as_of=AS_OF)
    assert lines[0] == "MR101  矿业权范围重叠"
    at = lines.index("  中华人民共和国矿产资源法（2024年修订） 第二十三条 (2025-07-01 起)")
    assert lines[at + 1].startswith("    “在已经登记的勘查、开采区域内，不得设立其他矿业权")
    assert (
        "    2025-07-01 起  0 km²  ◀ 2026-01-01 有效  中华人民共和国矿产资源法（2024年修订） "
        "第二十三条"
    ) in lines
    assert "    2020-01-01: 无现行规定" in explained("MR101", "zh", as_of=date(2020, 1, 1))


def test_explain_says_what_each_verdict_means():
    lines = explained("MR101", "zh")
    heads = [line for line in lines if line[2:3] in tuple("✗?○✓–")]
    assert heads == [
        "  ✗ 不符合 FAIL", "  ? 待核 REVIEW", "  ○ 缺数据 NO_DATA", "  ✓ 符合 PASS",
        "  – 不适用 NOT_APPLICABLE",
    ]  # fmt: skip
    assert lines[lines.index(heads[0]) + 1] == "    · 与 〈相关对象〉 重叠 〈实测值〉"
    assert lines[lines.index(heads[3]) - 1].startswith("    · 缺少所需图层或属性")


def test_words_that_were_not_seen_are_not_quoted():
    assert "    （原文未核到，不引）" in explained("TF203", "zh")
    assert not any("“”" in line for line in explained("TF203", "en"))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("code", [rule.code for rule in api.list_rules()[1]])
def test_every_rule_can_be_explained_on_a_narrow_terminal(code, lang):
    lines = list(cli_explain.explain_lines(api.explain(code, as_of=AS_OF), lang, Look(80)))
    assert max(cell_len(line) for line in lines) <= 80
    assert not any("{" in line or "[" in line for line in lines)
    assert sum(line[2:3] in tuple("✗?○✓–") for line in lines) == len(Verdict)


def test_explain_tells_people_what_holds_today_and_machines_the_history(capsys):
    assert cli.main(["explain", "MR101"]) == 0
    assert f"◀ {datetime.now(UTC).astimezone().date().isoformat()} 有效" in capsys.readouterr().out
    assert cli.main(["explain", "MR101", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["as_of"] is None


def test_control_characters_of_a_name_steer_no_terminal(vetted):
    results = vetted.results
    layer = results.layers["mining_right"]
    at = layer.table.schema.get_field_index("name")
    names = ["\x1b[2J坏\n矿"] * len(layer)
    table = layer.table.set_column(at, "name", [names])
    changed = replace(
        results, layers={**results.layers, "mining_right": replace(layer, table=table)}
    )
    first = next(iter(cli_view.subject_lines(changed, 0, "zh")))
    assert "\\x1b[2J坏\\n矿" in first
