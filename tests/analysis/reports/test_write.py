"""What a run leaves in its folder: whole, repeatable, nothing of another run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from analysis import io, messages
from analysis.io import OutputError, staged, write_bytes
from analysis.model import Verdict
from analysis.reports import NAMES, remove_results, write
from analysis.reports.frame import ROLES, Frame
from analysis.style import (
    LAYER_COLOURS,
    ROLE_COLOURS,
    ROLE_LABELS,
    VERDICT_STYLES,
    label_of,
)
from layers.catalog import catalog
from layers.formats import folder

FILES = {
    "subjects.parquet", "findings.parquet", "evidence.parquet", "outlines.parquet", "report.json",
    "findings.gpkg", "findings.csv",
}  # fmt: skip


def contents(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_all_files_and_nothing_else(results, tmp_path):
    out = tmp_path / "deep" / "out"
    written = write(results, out)
    assert set(contents(out)) == FILES
    assert [p.name for p in written] == [
        "subjects.parquet", "findings.parquet", "evidence.parquet", "outlines.parquet",
        "findings.gpkg", "findings.csv", "report.json",
    ]  # fmt: skip
    assert all(io.sha256_of(path) == digest for path, digest in written.items())


def test_two_runs_differ_only_in_id_and_time(results, other_run, tmp_path):
    write(results, tmp_path / "a")
    write(other_run, tmp_path / "b")
    a, b = contents(tmp_path / "a"), contents(tmp_path / "b")
    reports = [json.loads(x.pop("report.json")) for x in (a, b)]
    assert a == b
    assert reports[0]["report_id"] != reports[1]["report_id"]
    for report in reports:
        del report["report_id"], report["created_at"]
        report["inputs"][1]["source"] = "rights.gpkg"
    assert reports[0] == reports[1]


SCRIPT = """
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
spec = spec_from_file_location("reports_conftest", sys.argv[1])
module = module_from_spec(spec)
spec.loader.exec_module(module)
module.frame_module.render_all = module.render_stub
from analysis.reports import NAMES, remove_results, write
write(module.make_results(), Path(sys.argv[2]))
"""


def test_another_process_writes_the_same_bytes(results, tmp_path):
    write(results, tmp_path / "a")
    # Another seed of str hashes: no order may come from a set.
    subprocess.run(
        [sys.executable, "-c", SCRIPT, str(Path(__file__).with_name("conftest.py")),
         str(tmp_path / "b")],
        check=True, env={**os.environ, "PYTHONHASHSEED": "12345", "TZ": "Asia/Shanghai"},
    )  # fmt: skip
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_an_earlier_run_is_replaced_and_its_optional_files_removed(results, many, tmp_path):
    write(many(5), tmp_path)
    (tmp_path / "note.txt").write_text("kept")
    write(results, tmp_path, {"csv"})
    assert set(contents(tmp_path)) == FILES - {"findings.gpkg"} | {"note.txt"}
    assert len(json.loads((tmp_path / "report.json").read_bytes())["subjects"]) == 4


def test_what_was_drawn_of_an_earlier_run_does_not_outlive_it(results, many, tmp_path):
    drawn = ("map.html", "hillshade.png", "hillshade.pgw")
    for name in drawn:
        (tmp_path / name).write_text("somebody's")
    write(many(5), tmp_path)
    assert all((tmp_path / name).exists() for name in drawn)  # no run of ours had left them
    write(results, tmp_path)
    assert set(contents(tmp_path)) == FILES


def test_all_that_a_run_left_is_removed_and_nothing_else(results, tmp_path):
    write(results, tmp_path)
    for name in ("map.html", "note.txt"):
        (tmp_path / name).write_text("")
    remove_results(tmp_path)
    assert set(contents(tmp_path)) == {"note.txt"}


def test_a_walk_through_folders_knows_every_file_of_a_run():
    assert set(folder._RESULTS[0]) == set(NAMES)


def test_a_failing_writer_leaves_the_earlier_run_whole(results, many, tmp_path, monkeypatch):
    write(results, tmp_path)
    before = contents(tmp_path)

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("analysis.reports.table_csv.write_csv", fail)
    with pytest.raises(OutputError) as caught:
        write(many(5), tmp_path)
    assert "No space left on device" in caught.value.en
    assert str(tmp_path) in caught.value.zh
    assert contents(tmp_path) == before


def test_unknown_format_is_refused_before_anything_is_written(results, tmp_path):
    with pytest.raises(OutputError, match="docm"):
        write(results, tmp_path / "out", {"json", "docm"})
    assert not (tmp_path / "out").exists()


def test_a_file_where_the_folder_should_be(results, tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match="out"):
        write(results, tmp_path / "out")


def test_staged_files_appear_together_or_not_at_all(tmp_path):
    (tmp_path / "a").write_text("old")
    with pytest.raises(ValueError, match="stop"), staged(tmp_path) as staging:
        staging.path("a").write_text("new")
        assert (tmp_path / "a").read_text() == "old"
        raise ValueError("stop")
    assert contents(tmp_path) == {"a": b"old"}
    with staged(tmp_path) as staging:
        staging.path("a").write_text("new")
        staging.path("b").write_text("b")
        assert set(contents(tmp_path)) >= {"a"}
        assert not (tmp_path / "b").exists()
    assert contents(tmp_path) == {"a": b"new", "b": b"b"}


def test_write_bytes_flushes_before_it_renames(tmp_path, monkeypatch):
    events = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (events.append("flush"), real(handle)))
    replace = Path.replace
    monkeypatch.setattr(
        Path, "replace", lambda self, target: (events.append("rename"), replace(self, target))[1]
    )
    write_bytes(tmp_path / "x.bin", b"\x00\x01")
    assert events[:2] == ["flush", "rename"]
    assert (tmp_path / "x.bin").read_bytes() == b"\x00\x01"


def test_every_verdict_and_role_has_a_look():
    assert list(VERDICT_STYLES) == list(reversed(Verdict))
    assert {v.name: s.colour for v, s in VERDICT_STYLES.items()} == {
        "FAIL": "#c8402f", "REVIEW": "#d98b06", "NO_DATA": "#7b8794", "PASS": "#22835a",
        "NOT_APPLICABLE": "#b8c1ca",
    }  # fmt: skip
    assert [v.name for v, s in VERDICT_STYLES.items() if s.hatched] == ["NO_DATA"]
    # Never colour alone: the word and the weight differ for each.
    assert len({s.weight for s in VERDICT_STYLES.values()}) == 5
    for lang in ("zh", "en"):
        assert len({label_of(v, lang) for v in Verdict}) == 5
    assert set(ROLE_LABELS) == set(ROLE_COLOURS) == set(ROLES)
    assert list(LAYER_COLOURS) == list(catalog())


def test_the_worst_decided_verdict_ignores_what_lacks_data(results):
    assert [Verdict(v).name for v in Frame(results).decided] == [
        "FAIL", "REVIEW", "PASS", "NOT_APPLICABLE",
    ]  # fmt: skip


def test_messages_are_rendered_from_the_rulebook(results, monkeypatch):
    monkeypatch.setattr("analysis.reports.frame.render_all", messages.render_all)
    assert Frame(results).messages("zh") == ["文"] * 8
    assert Frame(results).messages("en") == ["text"] * 8
