"""The sample county comes out as it was drawn, and the demo shows it."""

import csv
import importlib.util
import json
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from analysis import api
from analysis.model import Verdict
from layers.formats import read
from webmap import cli, cli_demo, cli_view

SAMPLE = cli_demo.SAMPLE
AS_OF = date(2026, 1, 1)
LARGEST = 300_000


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return cli_demo.copy_sample(tmp_path_factory.mktemp("county"))


def expected(run):
    with (SAMPLE / "expected_verdicts.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["run"] == run]


def verdict_of(results, layer, source_id, rule):
    """Return the combined verdict of one rule on one subject; any subject for an empty id."""
    ids = [
        results.layers[name].source_id[row]
        for name, row in zip(results.subject_layer, results.subject_row, strict=True)
    ]
    hit = (results.subject_layer == layer) & np.array([source_id in ("", v) for v in ids])
    (subject,) = np.flatnonzero(hit)
    rows = (results.findings.subject == subject) & (results.rule == rule)
    return Verdict(int(results.findings.verdict[rows].max())).name


def judged(results):
    """Return every (subject, rule) pair that has a finding."""
    return set(zip(results.findings.subject.tolist(), results.rule.tolist(), strict=True))


def test_screening_answers_every_planted_question(workspace, tmp_path):
    results = api.screen(workspace, tmp_path, as_of=AS_OF, formats=("json",)).results
    rows = expected("screen")
    answers = {
        (r["source_id"], r["rule"]): verdict_of(results, r["layer"], r["source_id"], r["rule"])
        for r in rows
    }
    assert answers == {(r["source_id"], r["rule"]): r["verdict"] for r in rows}
    assert len(rows) == len(answers) == len(judged(results))
    assert {r["verdict"] for r in rows} == {v.name for v in Verdict}


@pytest.mark.parametrize("name", list(cli_demo.APPLICATIONS))
def test_applications_answer_as_drawn(workspace, tmp_path, name):
    constants = dict(cli_demo.APPLICATIONS[name])
    file = workspace.parent / "applications" / name
    outcome = api.vet(
        [file], workspace, tmp_path, constants=constants, as_of=AS_OF, formats=("json",)
    )
    rows = expected(name)
    answers = {
        r["rule"]: verdict_of(outcome.results, r["layer"], r["source_id"], r["rule"]) for r in rows
    }
    assert answers == {r["rule"]: r["verdict"] for r in rows}
    assert len(rows) == len(answers) == len(judged(outcome.results))


def test_measured_values_are_those_drawn(workspace, tmp_path):
    results = api.screen(workspace, tmp_path, as_of=AS_OF, formats=("json",)).results

    def measured(layer, source_id, rule):
        where = [
            i
            for i, (name, row) in enumerate(
                zip(results.subject_layer, results.subject_row, strict=True)
            )
            if name == layer and results.layers[name].source_id[row] == source_id
        ]
        rows = (results.findings.subject == where[0]) & (results.rule == rule)
        return results.findings.measured[rows].max()

    # Drawn in the plane; its scale 17 km from the meridian is 1 + 3.6e-6.
    assert measured("mining_right", "KQ-11", "MR101") == pytest.approx(0.0100, rel=2e-5)
    assert measured("mining_right", "KQ-02", "MR101") == pytest.approx(0.0800, rel=2e-5)
    assert measured("goaf", "CK-02", "GF301") == pytest.approx(3600, rel=2e-5)
    assert measured("tailings_facility", "WK-02", "TF203") == pytest.approx(2100, abs=0.02)
    assert measured("tailings_facility", "WK-05", "TF203") == pytest.approx(3004, abs=0.02)


@pytest.mark.parametrize(("lang", "words"), [("zh", "不符合 FAIL"), ("en", "Fail FAIL")])
def test_the_demo_exits_0_and_shows_verdicts_in_words(tmp_path, capsys, lang, words):
    assert cli.main(["demo", "--out", str(tmp_path / "演示"), "--lang", lang]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert words in out and "KQ-11" in out and "SQ-2026-03" in out
    assert "…" not in out.replace("……", "")  # nothing is cut off to fit
    for run in ("screen", "applications/quarry_corners"):
        report = json.loads((tmp_path / "演示" / run / "report.json").read_text(encoding="utf-8"))
        assert report["complete"] is True
    assert not (SAMPLE / ".minezone").exists() or SAMPLE.parent.name != "site-packages"


def test_exit_statuses_of_the_command_are_those_of_the_verdicts(workspace, tmp_path, capsys):
    w, files = str(workspace), workspace.parent / "applications"
    common = ["-w", w, "-o", str(tmp_path / "o"), "--as-of", "2026-01-01", "--format", "json"]
    assert cli.main(["vet", str(files / "prospect.geojson"), *common]) == 3
    decided = ["--rules", "MR101,GF304"]
    assert cli.main(["vet", str(files / "prospect.geojson"), *decided, *common]) == 0
    assert cli.main(["vet", str(files / "new_pond.gpkg"), *common]) == 1
    undeclared = ["vet", str(files / "quarry_corners.txt"), "--set", "right_type=mining", *common]
    assert cli.main(undeclared) == 3
    assert cli.main(["vet", str(files / "nothing.txt"), *common]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "nothing.txt" in err
    assert cli.main(["screen", "--json", *common]) == 1
    summary = json.loads(capsys.readouterr().out)
    assert summary["verdict"] == "FAIL" and summary["exit_status"] == 1
    assert sum(summary["subjects"].values()) == len({r["source_id"] for r in expected("screen")})


def test_screen_says_verdict_rule_measure_and_article(workspace, tmp_path, capsys):
    command = ["screen", "-w", str(workspace), "-o", str(tmp_path), "--as-of", "2026-01-01"]
    assert cli.main(command) == 1
    out = capsys.readouterr().out
    blocks = {
        block.splitlines()[0]: block for block in out.split("\n\n") if "(采空区 CK-02)" in block
    }
    ((head, block),) = blocks.items()
    assert head == "✗ 不符合 FAIL  石窑湾二采区 (采空区 CK-02)"
    assert "✗ 不符合 FAIL     GF301" in block and "3,600 m²" in block and "〔" in block
    assert "其余 4 个对象" in out  # 24 subjects, 20 shown
    first = [line.split()[0] for line in out.splitlines() if line[:1] in tuple("✗?○✓–")]
    assert first == sorted(first, key="✗?○✓–".index)


def test_the_line_of_a_rule_is_its_worst_finding(workspace, tmp_path):
    results = api.screen(workspace, tmp_path, as_of=AS_OF, formats=("json",)).results
    for subject in range(len(results.subject_layer)):
        rows = np.flatnonzero(results.findings.subject == subject)
        lead = cli_view.leading_rows(results, rows)
        assert sorted(results.rule[lead]) == sorted(set(results.rule[rows]))
        for row in lead:
            same = rows[results.rule[rows] == results.rule[row]]
            assert results.findings.verdict[row] == results.findings.verdict[same].max()


def test_every_rule_is_in_exactly_one_answer(workspace, tmp_path):
    results = api.screen(workspace, tmp_path, as_of=AS_OF, formats=("json",)).results
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
    assert "声明 1 = 读入 1 = 保留 1 + 拒绝 0" in out and "0.5100 平方千米" in out
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


def test_the_committed_data_are_what_the_script_draws(tmp_path):
    script = SAMPLE / "make_sample.py"
    spec = importlib.util.spec_from_file_location("make_sample_of_the_county", script)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    module.make(tmp_path)
    made = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file())
    assert made
    for path in made:
        if path.suffix in (".gpkg", ".geojson", ".shp", ".txt"):
            new, old = read(tmp_path / path), read(SAMPLE / path)
            assert new.columns == old.columns and new.encoding == old.encoding, path
            for one, other in zip(new.geometry, old.geometry, strict=True):
                assert one.equals_exact(other, 2e-9), path
    data = [p for p in SAMPLE.rglob("*") if p.is_file() and ".minezone" not in p.parts]
    assert sum(p.stat().st_size for p in data if p.suffix != ".pyc") <= LARGEST


def test_nothing_of_the_sample_is_missing_where_it_is_installed():
    assert (Path(cli_demo.SAMPLE) / "workspace.toml").is_file()
