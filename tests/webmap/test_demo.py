"""The sample county comes out as it was drawn, and the demo shows it."""

import contextlib
import csv
import io
import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from analysis import api, registry
from analysis.model import Verdict
from gis._jit import SECONDS
from webmap import cli, cli_demo, cli_view
from webmap.cli_text import say

SAMPLE = cli_demo.SAMPLE
AS_OF = date(2026, 1, 1)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return cli_demo.copy_sample(tmp_path_factory.mktemp("county"))


def planted(rule, verdict, run="screen"):
    """Return the numbers of the features for which a verdict is planted."""
    with (SAMPLE / "expected_verdicts.csv").open(encoding="utf-8", newline="") as file:
        return [
            r["source_id"]
            for r in csv.DictReader(file)
            if (r["run"], r["rule"], r["verdict"]) == (run, rule, verdict)
        ]


def run_demo(out, lang):
    """Return the exit status of ``minezone demo``, its output and its messages."""
    told, said = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(said):
        status = cli.main(["demo", "--out", str(out), "--lang", lang])
    return status, told.getvalue(), said.getvalue()


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Return the folder of one run of the demo, and what it said."""
    folder = tmp_path_factory.mktemp("shown") / "演示"
    return folder, *run_demo(folder, "zh")


@pytest.fixture(scope="module")
def screened(workspace, tmp_path_factory):
    out = tmp_path_factory.mktemp("screened")
    return api.screen(workspace, out, as_of=AS_OF, formats=("json",)).results


def tells_of_every_application(folder, out, err, lang, words):
    # Kernels may be compiled here for the first time, which is said.
    assert err in ("", say("compiling", lang, n=SECONDS) + "\n")
    declared = cli_demo.applications(SAMPLE)
    assert len(declared) >= 8
    assert [w for w in [*declared, *words] if w not in out] == []
    assert "…" not in out.replace("……", "")  # nothing is cut off to fit
    told = {p.name for p in (folder / "applications").iterdir()}
    assert told == {Path(n).stem for n in declared} - {"masked_notice"}
    for run in ("screen", "applications/quarry_corners"):
        report = json.loads((folder / run / "report.json").read_text(encoding="utf-8"))
        assert report["complete"] is True


def test_the_demo_tells_of_every_application_and_exits_0(shown):
    folder, status, out, err = shown
    assert status == 0
    words = ["不符合 FAIL", "不能判定", "没有不符合或待核的", "另有：", "重叠 0.0123 km²", "〔"]
    tells_of_every_application(folder, out, err, "zh", words)
    assert not (SAMPLE / ".minezone").exists() or SAMPLE.parent.name != "site-packages"


@pytest.mark.slow
def test_the_demo_in_english(tmp_path):
    status, out, err = run_demo(tmp_path, "en")
    assert status == 0
    words = ["Fail FAIL", "cannot be judged", "none fails", "also: ", "by 0.0123 km²", "〔"]
    tells_of_every_application(tmp_path, out, err, "en", words)


def test_the_demo_counts_the_county_by_rule(shown):
    """One line a rule: how many fail, need review, lack data, pass."""
    lines = shown[2].splitlines()
    (line,) = [line for line in lines if line.strip().startswith("MR101 ")]
    counts = [len(planted("MR101", v)) for v in ("FAIL", "REVIEW", "NO_DATA", "PASS")]
    assert [int(n) for n in line.split()[-4:]] == counts
    (line,) = [line for line in lines if line.strip().startswith("GF304 ")]
    assert line.split()[-4:] == ["·", "2", "·", str(len(planted("GF304", "PASS")))]


def test_every_application_is_declared_and_no_other(workspace):
    parts = (".dbf", ".shx", ".prj")
    files = {p.name for p in (workspace.parent / "applications").iterdir() if p.suffix not in parts}
    assert set(cli_demo.applications(workspace.parent)) == files


def test_exit_statuses_of_the_command_are_those_of_the_verdicts(workspace, tmp_path, capsys):
    w, files = str(workspace), workspace.parent / "applications"
    common = ["-w", w, "-o", str(tmp_path / "o"), "--as-of", "2026-01-01", "--format", "json"]
    decided = ["--rules", "MR101,GF304"]
    assert cli.main(["vet", str(files / "prospect.geojson"), *decided, *common]) == 0
    assert cli.main(["vet", str(files / "iron_expansion.shp"), "--rules", "MR103", *common]) == 3
    assert cli.main(["vet", str(files / "bow_tie.geojson"), "--rules", "MR101", *common]) == 3
    assert cli.main(["vet", str(files / "new_pond.gpkg"), *common]) == 1
    undeclared = ["vet", str(files / "quarry_corners.txt"), "--set", "right_type=mining", *common]
    assert cli.main(undeclared) == 3
    assert cli.main(["vet", str(files / "masked_notice.txt"), *common]) == 2
    assert cli.main(["vet", str(files / "nothing.txt"), *common]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 2 and "masked_notice.txt" in err and "nothing.txt" in err
    assert cli.main(["screen", "--json", *common]) == 1
    summary = json.loads(capsys.readouterr().out)
    assert summary["verdict"] == "FAIL" and summary["exit_status"] == 1
    with (SAMPLE / "expected_verdicts.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["run"] == "screen"]
    there = {rule.code for rule in registry.get(None)}
    subjects = {(r["layer"], r["source_id"]) for r in rows if r["rule"] in there}
    assert sum(summary["subjects"].values()) == len(subjects)


def test_screen_says_verdict_rule_measure_and_article(workspace, tmp_path, capsys):
    command = ["screen", "-w", str(workspace), "-o", str(tmp_path), "--as-of", "2026-01-01"]
    (number,) = planted("GF301", "FAIL")
    assert cli.main([*command, "--rules", "GF301"]) == 1
    out = capsys.readouterr().out
    ((head, block),) = [
        (block.splitlines()[0], block)
        for block in out.split("\n\n")
        if f"(采空区 {number})" in block
    ]
    assert head.startswith("✗ 不符合 FAIL  ")
    assert "✗ 不符合 FAIL     GF301" in block and "3,600 m²" in block and "〔" in block
    assert cli.main(command) == 1
    out = capsys.readouterr().out
    assert "其余 " in out and " 个对象见 findings.csv" in out
    first = [line.split()[0] for line in out.splitlines() if line[:1] in tuple("✗?○✓–")]
    assert first == sorted(first, key="✗?○✓–".index)


def test_the_line_of_a_rule_is_its_worst_finding(screened):
    results = screened
    for subject in range(len(results.subject_layer)):
        rows = np.flatnonzero(results.findings.subject == subject)
        lead = cli_view.leading_rows(results, rows)
        assert sorted(results.rule[lead]) == sorted(set(results.rule[rows]))
        for row in lead:
            same = rows[results.rule[rows] == results.rule[row]]
            assert results.findings.verdict[row] == results.findings.verdict[same].max()


def test_every_rule_is_in_exactly_one_answer(screened):
    results = screened
    for subject in range(len(results.subject_layer)):
        rows = results.findings.subject == subject
        answers = cli_view.subject_answers(results, subject, "zh")
        told = {code: answer.verdict for answer in answers for code in answer.rules}
        assert sum(len(answer.rules) for answer in answers) == len(told)
        assert told == {
            code: results.findings.verdict[rows & (results.rule == code)].max()
            for code in set(results.rule[rows])
        }
        for answer in answers:
            collapsible = (Verdict.NO_DATA, Verdict.NOT_APPLICABLE)
            assert len(answer.rules) == 1 or answer.verdict in collapsible


def test_a_batch_goes_on_after_a_bad_file(workspace, tmp_path, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    files = workspace.parent / "applications"
    for name in ("prospect.geojson", "new_pond.gpkg"):
        (folder / name).write_bytes((files / name).read_bytes())
    (folder / "broken.geojson").write_text("{", encoding="utf-8")
    common = ["-w", str(workspace), "-o", str(tmp_path / "o"), "--as-of", "2026-01-01"]
    common += ["--rules", "MR101,TF203"]
    assert cli.main(["batch", str(folder), *common]) == 2
    out = capsys.readouterr().out
    assert "✓ 符合 PASS" in out and "✗ 不符合 FAIL" in out
    assert "  ! broken.geojson：" in out and "共 3 个文件，1 个无法判定" in out
    assert cli.main(["batch", str(folder), *common, "--json"]) == 2
    assert len(json.loads(capsys.readouterr().out)["files"]) == 3


def test_inspect_accounts_for_a_file_or_names_it(workspace, capsys):
    files = workspace.parent / "applications"
    assert cli.main(["inspect", str(files / "quarry_corners.txt")]) == 0
    out = capsys.readouterr().out
    assert "声明 1 = 读入 1 = 保留 1 + 拒绝 0" in out and " 平方千米" in out
    assert cli.main(["inspect", str(files / "quarry_corners.txt"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["layers"][0]["features"] == 1
    assert cli.main(["inspect", str(files / "absent.gpkg"), "--lang", "en"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("error: ") and "absent.gpkg" in err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_rules_and_explain_speak_both_languages(capsys, lang):
    assert cli.main(["rules", "--lang", lang]) == 0
    assert "MR101" in capsys.readouterr().out
    assert cli.main(["explain", "mr101", "--lang", lang, "--as-of", "2026-01-01"]) == 0
    out = capsys.readouterr().out
    assert "矿产资源法" in out and "overlap_limit_km2" in out
    assert cli.main(["explain", "MR999", "--lang", lang]) == 2
    assert cli.main(["rules", "--json"]) == 0
    assert cli.main(["explain", "TF203", "--json"]) == 0


def test_nothing_of_the_sample_is_missing_where_it_is_installed():
    assert (Path(cli_demo.SAMPLE) / "workspace.toml").is_file()
