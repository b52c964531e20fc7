"""A bureau's folder of 50 Shapefiles, 30 of them broken: what is judged, refused, and told.

benchmarks/bureau_folder.py does the same with 400.
"""

import csv
import importlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from analysis import api
from analysis.api import BatchOutcome, BatchRow
from gis.errors import MineZoneError
from layers.workspace import Workspace
from webmap import cli
from webmap.cli_batch import batch_lines, batch_record
from webmap.cli_lines import Look

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
applications, broken_files, bureau_folder = (
    importlib.import_module(name) for name in ("applications", "broken_files", "bureau_folder")
)

GOOD = 20


class Run:
    """The folder, and what one run of the command made of it."""

    def __init__(self, root):
        self.workspace, self.good, self.broken = bureau_folder.draw(root, GOOD)
        self.folder, self.out = root / "报件 2026", root / "结果"
        words = ["batch", self.folder, "-w", self.workspace, "-o", self.out, "--rules", "MR101"]
        words += ["--format", "json", "--as-of", "2026-01-01"]
        self.done = subprocess.run(
            [sys.executable, "-m", "webmap.cli", *map(str, words)],
            capture_output=True, encoding="utf-8", timeout=600,
        )  # fmt: skip
        self.lines = self.done.stdout.splitlines()
        record = json.loads((self.out / "summary.json").read_text(encoding="utf-8"))
        self.record, self.rows = record, {Path(row["file"]): row for row in record["rows"]}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Run(tmp_path_factory.mktemp("县 局"))


def test_all_files_are_found_and_exactly_the_readable_are_judged(run):
    assert (len(run.good), len(run.broken)) == (GOOD, 30)
    assert len({case.stem for case in broken_files.BROKEN}) == 30
    assert set(run.rows) == {a.path for a in run.good} | set(run.broken)
    assert {p for p, row in run.rows.items() if row["status"] == "ERROR"} == set(run.broken)
    assert run.record["files"] == 50
    assert run.record["totals"] == {
        "FAIL": 3, "REVIEW": 3, "NO_DATA": 5, "PASS": 6, "NOT_APPLICABLE": 3, "ERROR": 30
    }  # fmt: skip


def test_every_judged_file_has_the_verdict_it_was_drawn_with(run):
    assert {a.path: run.rows[a.path]["status"] for a in run.good} == {
        a.path: a.verdict for a in run.good
    }
    for application in run.good:
        folder = run.out / run.rows[application.path]["out"]
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        assert report["subjects"][0]["name"] in applications.MINERS


@pytest.mark.parametrize("number", range(30), ids=[case.stem for case in broken_files.BROKEN])
def test_every_broken_file_is_refused_with_its_cause_in_one_line(run, number):
    case, path = broken_files.BROKEN[number], run.broken[number]
    row = run.rows[path]
    assert (row["status"], row["out"], set(row["counts"].values())) == ("ERROR", None, {0})
    for lang, cause in (("zh", case.zh), ("en", case.en)):
        said = row["error"][lang]
        assert said.startswith(str(path)[:-3]) and "\n" not in said
        assert cause in said
    shown = "\n".join(run.lines)
    assert str(path.relative_to(run.folder)) in shown and case.zh in shown


def test_the_exit_status_says_that_some_could_not_be_judged(run):
    assert run.done.returncode == 2
    assert run.done.stderr == ""
    assert "Traceback" not in run.done.stdout and "程序错误" not in run.done.stdout


def test_the_screen_begins_and_ends_with_the_account(run):
    assert run.lines[0] == "批量审查 50 个文件：判定 20 个，无法判定 30 个"
    assert run.lines[1] == f"文件名都在 {run.folder} 之下"
    assert run.lines[-1] == f"共 50 个文件，30 个无法判定；汇总见 {run.out / 'summary.csv'}"
    heads = [line for line in run.lines if line[:1] in tuple("✗?○✓–")]
    assert heads == [
        "✗ 不符合 FAIL  3 个文件", "? 待核 REVIEW  3 个文件", "○ 缺数据 NO_DATA  5 个文件",
        "✓ 符合 PASS  6 个文件", "– 不适用 NOT_APPLICABLE  3 个文件",
    ]  # fmt: skip
    at = run.lines.index("无法判定的 30 个文件和原因")
    refused = run.lines[at + 1 : run.lines.index("", at)]
    # Two files have content that is no Shapefile's: told once.
    assert refused[0] == "  ! 2 个文件：内容与后缀 .shp 不符，不是 ESRI Shapefile 文件"
    assert len([line for line in refused if line.startswith("  ! ")]) == 29
    assert len(run.lines) < 150


def test_the_table_holds_the_same_as_the_record(run):
    with (run.out / "summary.csv").open(encoding="utf-8-sig", newline="") as stream:
        table = list(csv.DictReader(stream))
    assert len(table) == 50
    for line in table:
        row = run.rows[Path(line["file"])]
        assert line["status"] == row["status"]
        assert line["error_zh"] == (row["error"]["zh"] if row["error"] else "")
        assert line["out"] == (row["out"] or "")


def test_odd_files_are_judged_with_a_warning(run):
    odd = run.good[-len(broken_files.ODD) :]
    for case, application in zip(broken_files.ODD, odd, strict=True):
        row = run.rows[application.path]
        report = json.loads((run.out / row["out"] / "report.json").read_text(encoding="utf-8"))
        codes = {issue["code"] for entry in report["inputs"] for issue in entry["issues"]}
        assert case.warning in codes | {""}, case.stem
        assert row["refused_rows"] == (case.stem == "跨带"), case.stem


def test_the_workspace_is_loaded_once(run, tmp_path, monkeypatch):
    loaded = []
    load = Workspace.load
    monkeypatch.setattr(
        Workspace, "load", lambda self, names: loaded.append(tuple(names)) or load(self, names)
    )
    files = [a.path for a in run.good[:4]]
    outcome = api.batch(files, run.workspace, tmp_path, rules=["MR101"], formats=("json",))
    assert outcome.exit_status == 1
    assert [names for names in loaded if names] == [("mining_right",)]


# -- what is printed -------------------------------------------------------------------------


def outcome(*rows, out=Path("o")):
    made = []
    for source, status, error in rows:
        fault = MineZoneError(*error) if error else None
        verdict = None if fault else status
        made.append(BatchRow(source, status, verdict, {}, 0, fault, None if fault else out))
    return BatchOutcome(tuple(made), out, (out / "summary.csv", out / "summary.json"), 2)


def lacks_index(name):
    text = f"缺少 .shx（{name}.shx）"
    return (f"件/{name}.shp", "ERROR", (f"件/{name}.shp：{text}", f"件/{name}.shp: no .shx"))


def test_files_broken_in_the_same_way_are_told_together():
    lines = list(batch_lines(outcome(*(lacks_index(n) for n in "甲乙丙"), ("件/丁.shp", "ERROR", (
        "件/丁.dbf：被截断", "件/丁.dbf: cut off"))), "zh"))  # fmt: skip
    at = lines.index("无法判定的 4 个文件和原因")
    assert lines[at + 1 : at + 6] == [
        "  ! 3 个文件：缺少 .shx（*.shx）", "      甲.shp", "      乙.shp", "      丙.shp",
        "  ! 丁.shp：.dbf：被截断",
    ]  # fmt: skip


def test_what_was_not_read_is_counted():
    made = replace(
        outcome(("件/甲.shp", "PASS", None)), passed=tuple(f"件/{k}.bak" for k in range(12))
    )
    lines = "\n".join(batch_lines(made, "zh"))
    assert "文件夹里另有 12 个文件不是可读的数据文件，未读：0.bak、1.bak" in lines
    assert "9.bak（另有 2 个）" in lines
    assert batch_record(made)["not_read"] == list(made.passed)
    assert "未读" not in "\n".join(batch_lines(replace(made, passed=()), "zh"))


def test_a_short_name_stands_for_itself_only_where_it_is_the_files(run):
    # Stems that are a letter or a number of the text itself.
    why = "a.csv: names no datum; eastings tell 3-degree zone 37 (a.prj, line 37)"
    rows = [(f"{d}/{n}", "ERROR", (f"{d}/{n}：{t}", f"{d}/{n}: {t}"))
            for d, n, t in (("件", "a.csv", why), ("件/下", "a.csv", why),
                            ("件", "37.csv", why.replace("a.", "37.")),
                            ("件", "4525.dxf", "reads as EPSG:4525"),
                            ("件/下", "4525.dxf", "reads as EPSG:4525"))]  # fmt: skip
    lines = list(batch_lines(outcome(*rows), "en"))
    told = "names no datum; eastings tell 3-degree zone 37 (*.prj, line 37)"
    assert f"  ! 3 files: *.csv: {told}" in lines
    assert "  ! 2 files: reads as EPSG:4525" in lines


def test_a_single_file_keeps_its_whole_name():
    lines = list(batch_lines(outcome(("件/甲.shp", "PASS", None)), "en"))
    assert lines[0] == "batch of 1 files: 1 judged, 0 could not be judged"
    assert lines[1:5] == ["", "✓ Pass PASS  files: 1", "    件/甲.shp", ""]


@pytest.mark.parametrize(("status", "listed"), [("FAIL", 30), ("NO_DATA", 30), ("PASS", 0)])
def test_long_lists_are_cut_and_say_so(status, listed):
    lines = list(
        batch_lines(outcome(*((f"件/{k:02d}.shp", status, None) for k in range(34))), "zh")
    )
    assert sum(line.endswith(".shp") for line in lines) == listed
    assert ("    ……其余 4 个见汇总表" in lines) == bool(listed)


@pytest.mark.parametrize("width", [80, 120])
def test_nothing_is_wider_than_the_terminal(run, width):
    rows = [(str(p), "ERROR", tuple(run.rows[p]["error"].values())) for p in run.broken]
    lines = list(batch_lines(outcome(*rows), "en", Look(width)))
    assert max(cell_len(line) for line in lines) <= width


def test_the_command_names_a_file_whose_name_would_steer_the_terminal(run, tmp_path, capsys):
    folder = tmp_path / "坏\x1b[2J"
    folder.mkdir()
    (folder / "a.geojson").write_text("{", encoding="utf-8")
    words = ["batch", str(folder), "-w", str(run.workspace), "-o", str(tmp_path / "o")]
    assert cli.main([*words, "--rules", "MR101"]) == 2
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err and "\\x1b[2J" in out
