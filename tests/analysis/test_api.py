"""The whole way, from files to written verdicts, through the face that CLI and server use."""

import json
from datetime import date
from pathlib import Path

import geopandas as gpd
import pyarrow.parquet as pq
import pytest
import shapely

from analysis import api, batch, session
from analysis.io import OutputError
from analysis.model import Verdict
from layers.errors import LayerError

AS_OF = date(2026, 1, 1)
ZONE_37 = 4525  # CGCS2000, 3 degrees, with prefix


def square(east, north, size=1000.0):
    x, y = 37_500_000 + east, 4_300_000 + north
    return shapely.box(x, y, x + size, y + size)


def write_rights(path, rows, **columns):
    """Write (licence_no, status, geometry) rows as a GeoPackage in zone 37."""
    frame = gpd.GeoDataFrame(
        {
            "licence_no": [r[0] for r in rows],
            "status": [r[1] for r in rows],
            "right_type": ["mining"] * len(rows),
            **columns,
        },
        geometry=[r[2] for r in rows],
        crs=ZONE_37,
    )
    frame.to_file(path)
    return path


@pytest.fixture
def workspace(tmp_path):
    write_rights(
        tmp_path / "登记.gpkg",
        [("甲", "granted", square(0, 0)), ("乙", "granted", square(5000, 0))],
    )
    path = tmp_path / "workspace.toml"
    path.write_text('[layers.mining_right]\nsource = "登记.gpkg"\n', encoding="utf-8")
    return path


# These tests are of the engine's face: one rule that always decides is enough.
ONE_RULE = ("MR101",)


def vet(workspace, files, out, **options):
    return api.vet(files, workspace, out, as_of=AS_OF, **{"rules": ONE_RULE, **options})


def pairs(outcome):
    table = outcome.results.findings
    return {
        (outcome.results.subject_layer[s], r, Verdict(int(v)).name)
        for s, r, v in zip(table.subject, table.reason, table.verdict, strict=True)
    }


def test_an_application_over_a_granted_right(workspace, tmp_path):
    file = write_rights(tmp_path / "申请.gpkg", [("丙", "applied", square(900, 0))])
    outcome = vet(workspace, [file], tmp_path / "out")
    assert outcome.exit_status == 1
    findings = pq.read_table(tmp_path / "out" / "findings.parquet").to_pylist()
    assert [f["verdict"] for f in findings] == ["FAIL", "FAIL"]
    assert findings[1]["measured"] == pytest.approx(0.1, rel=1e-6)
    report = json.loads((tmp_path / "out" / "report.json").read_bytes())
    (subject,) = report["subjects"]
    assert (subject["source_id"], subject["verdict"], subject["area_km2"]) == ("丙", "FAIL", 1.0)
    named = [f for f in report["findings"] if f["related"]]
    assert named[0]["related"][0]["source_id"] == "甲"
    assert "第二十三条" in {r["article"] for r in report["references"].values()}


def test_the_same_input_twice_gives_the_same_bytes(workspace, tmp_path):
    file = write_rights(tmp_path / "申请.gpkg", [("丙", "applied", square(900, 0))])
    for name in ("fresh", "cached"):
        vet(workspace, [file], tmp_path / name)
    for written in (tmp_path / "fresh").iterdir():
        first, second = written.read_bytes(), (tmp_path / "cached" / written.name).read_bytes()
        if written.name == "report.json":
            a, b = json.loads(first), json.loads(second)
            assert a.pop("report_id") != b.pop("report_id")
            a.pop("created_at"), b.pop("created_at")
            assert a == b
        else:
            assert first == second, written.name


# -- what only the map shows ---------------------------------------------------------------------


@pytest.fixture
def with_river(workspace):
    """A river 500 m north of the registered right, which no rule of these tests reads."""
    line = shapely.LineString([(37_499_000, 4_301_500), (37_502_000, 4_301_500)])
    frame = gpd.GeoDataFrame({"river_no": ["HL"]}, geometry=[line], crs=ZONE_37)
    frame.to_file(workspace.parent / "河流.gpkg")
    text = workspace.read_text(encoding="utf-8") + '\n[layers.river]\nsource = "河流.gpkg"\n'
    workspace.write_text(text, encoding="utf-8")
    return workspace


def drawn(out):
    table = pq.read_table(out / "outlines.parquet")
    rows = zip(table["role"].to_pylist(), table["feature_id"].to_pylist(), strict=True)
    return list(rows), json.loads(table.schema.metadata[b"minezone"])["unread"]


def test_the_ground_is_drawn_and_no_rule_sees_it(with_river, tmp_path):
    file = write_rights(tmp_path / "申请.gpkg", [("丙", "applied", square(2000, 0))])
    assert vet(with_river, [file], tmp_path / "out").exit_status == 0
    assert drawn(tmp_path / "out") == (
        [
            ("subject", "mining_right:丙"), ("context", "mining_right:乙"),
            ("context", "mining_right:甲"), ("context", "river:HL"),
        ],
        {},
    )  # fmt: skip
    report = json.loads((tmp_path / "out" / "report.json").read_bytes())
    assert {i["source"] for i in report["inputs"]} == {"登记.gpkg", str(file)}
    metadata = pq.read_schema(tmp_path / "out" / "findings.parquet").metadata[b"minezone"]
    assert list(json.loads(metadata)["layers"]) == ["mining_right"]


def test_ground_that_cannot_be_read_takes_no_verdict_with_it(with_river, tmp_path):
    (with_river.parent / "河流.gpkg").write_bytes(b"no package")
    file = write_rights(tmp_path / "申请.gpkg", [("丙", "applied", square(2000, 0))])
    assert vet(with_river, [file], tmp_path / "out").exit_status == 0
    rows, unread = drawn(tmp_path / "out")
    assert {name.partition(":")[0] for _, name in rows} == {"mining_right"}
    assert "河流.gpkg" in unread["river"]["zh"] and "河流.gpkg" in unread["river"]["en"]


def test_ground_that_would_cost_much_is_left_out(with_river, tmp_path, monkeypatch):
    monkeypatch.setattr(session, "MOST_GROUND_BYTES", 1)
    file = write_rights(tmp_path / "申请.gpkg", [("丙", "applied", square(2000, 0))])
    vet(with_river, [file], tmp_path / "out")
    rows, unread = drawn(tmp_path / "out")
    assert {name.partition(":")[0] for _, name in rows} == {"mining_right"}
    assert unread == {}


def test_a_changed_source_is_read_again(workspace, tmp_path):
    file = write_rights(tmp_path / "申请.gpkg", [("丙", "applied", square(2000, 0))])
    assert vet(workspace, [file], tmp_path / "out").exit_status == 0
    (workspace.parent / "登记.gpkg").unlink()
    write_rights(workspace.parent / "登记.gpkg", [("丁", "granted", square(2500, 0))])
    assert vet(workspace, [file], tmp_path / "out").exit_status == 1


def test_applications_are_each_others_neighbours(workspace, tmp_path):
    one = write_rights(tmp_path / "一.gpkg", [("丙", "applied", square(2000, 0))])
    two = write_rights(tmp_path / "二.gpkg", [("丁", "applied", square(2500, 0))])
    assert vet(workspace, [one], tmp_path / "a").exit_status == 0
    outcome = vet(workspace, [one, two], tmp_path / "b")
    assert outcome.exit_status == 1
    assert len(outcome.results.subject_layer) == 2


def test_an_application_takes_the_place_of_its_number(workspace, tmp_path):
    file = write_rights(tmp_path / "变更.gpkg", [("甲", "applied", square(100, 0))])
    outcome = vet(workspace, [file], tmp_path / "out")
    assert outcome.exit_status == 0
    report = json.loads((tmp_path / "out" / "report.json").read_bytes())
    assert "甲" in report["findings"][0]["message"]["zh"]


def test_a_refused_row_is_never_a_clean_bill(workspace, tmp_path):
    rows = [("丙", "applied", square(20_000, 0)), ("丁", "applied", shapely.Polygon())]
    file = write_rights(tmp_path / "申请.gpkg", rows)
    outcome = vet(workspace, [file], tmp_path / "out")
    assert outcome.exit_status == 3
    report = json.loads((tmp_path / "out" / "report.json").read_bytes())
    vetted = next(i for i in report["inputs"] if i["role"] == "vetted")
    assert (vetted["declared"], vetted["read"], vetted["refused"]) == (2, 2, 1)
    assert len(report["subjects"]) == vetted["read"] - vetted["refused"]


def test_without_the_registered_layer_nothing_passes(tmp_path):
    empty = tmp_path / "workspace.toml"
    empty.write_text('title = "空"\n', encoding="utf-8")
    file = write_rights(tmp_path / "申请.gpkg", [("丙", "applied", square(0, 0))])
    outcome = vet(empty, [file], tmp_path / "out")
    assert outcome.exit_status == 3
    assert pairs(outcome) == {("mining_right", "layer_missing", "NO_DATA")}


def test_constants_are_the_users_word_and_said(workspace, tmp_path):
    file = tmp_path / "界址.txt"
    corners = ["37520000,4300000", "37521000,4300000", "37521000,4301000", "37520000,4301000"]
    lines = [f"J{k},1,{c.split(',')[1]},{c.split(',')[0]}" for k, c in enumerate(corners, 1)]
    head = "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号=37\n[地块坐标]\n"
    file.write_text(head + "4,100,1,新矿,面,,,,@\n" + "\n".join(lines), encoding="gb18030")
    bare = vet(workspace, [file], tmp_path / "bare")
    assert bare.exit_status == 3
    assert ("mining_right", "status_missing", "NO_DATA") in pairs(bare)
    told = vet(workspace, [file], tmp_path / "told", constants={"status": "applied"})
    assert told.exit_status == 0
    provenance = told.results.layers["mining_right"].provenance[-1]
    assert provenance.constants == {"status": "applied"}


def test_a_batch_loses_nothing(workspace, tmp_path):
    folder = tmp_path / "申请"
    (folder / "下级").mkdir(parents=True)
    write_rights(folder / "好.gpkg", [("丙", "applied", square(20_000, 0))])
    write_rights(folder / "下级" / "好.gpkg", [("丁", "applied", square(0, 500))])
    (folder / "坏.geojson").write_text("{", encoding="utf-8")
    (folder / "空.gpkg").write_bytes(b"")
    (folder / "说明").write_bytes(b"no suffix")
    seen = []
    outcome = api.batch(
        [folder],
        workspace,
        tmp_path / "out",
        as_of=AS_OF,
        rules=ONE_RULE,
        progress=lambda *a: seen.append(a),
    )
    assert outcome.exit_status == 2
    by_status = sorted((row.status, row.source.rsplit("/", 1)[-1]) for row in outcome.rows)
    assert by_status == [
        ("ERROR", "坏.geojson"), ("ERROR", "空.gpkg"), ("FAIL", "好.gpkg"), ("PASS", "好.gpkg"),
    ]  # fmt: skip
    assert len({row.out for row in outcome.rows if row.out}) == 2
    summary = json.loads((tmp_path / "out" / "summary.json").read_bytes())
    assert summary["files"] == 4
    assert summary["not_read"] == [str(folder / "说明")] == list(outcome.passed)
    assert summary["totals"]["ERROR"] == 2
    assert all("坏" in r["error"]["zh"] for r in summary["rows"] if "坏" in r["file"])
    assert len(seen) == 5


def folders_of(out, *names):
    made = batch._folders([Path(name) for name in names], out)
    assert all(folder.parent == out for folder in made)
    return [folder.name for folder in made]


def test_every_file_of_a_batch_has_a_folder_of_its_own(tmp_path):
    assert folders_of(tmp_path, "库.gpkg", "下/库.gpkg", "下/库~2.gpkg", "再/库.gpkg") == [
        "库", "库~3", "库~2", "库~4",
    ]  # fmt: skip
    # Some file systems take these for one name; an end of dots and blanks Windows drops.
    assert folders_of(tmp_path, "a.gpkg", "A.csv", "a .txt", "a..dxf", "a~2.kml") == [
        "a", "A~3", "a~4", "a~5", "a~2",
    ]  # fmt: skip
    assert folders_of(tmp_path, "é.csv", "é.csv") == ["é", "é~2"]


def test_no_folder_of_a_batch_lies_outside_or_in_place_of_a_summary(tmp_path):
    assert folders_of(tmp_path, "...geojson", "..geojson", " .csv", ".geojson") == [
        "_", "_~2", "_~3", ".geojson",
    ]  # fmt: skip
    assert folders_of(tmp_path, "summary.json.geojson", "Summary.CSV.xlsx", "con.dxf") == [
        "summary.json~2", "Summary.CSV~2", "con_",
    ]  # fmt: skip


def test_the_papers_of_a_batch_are_those_of_their_file(workspace, tmp_path):
    folder = tmp_path / "申请"
    (folder / "下").mkdir(parents=True)
    write_rights(folder / "矿.gpkg", [("丙", "applied", square(20_000, 0))])
    write_rights(folder / "下" / "矿.gpkg", [("丁", "applied", square(0, 500))])
    write_rights(folder / "下" / "矿~2.gpkg", [("戊", "applied", square(30_000, 0))])
    out = tmp_path / "out"
    options = {"as_of": AS_OF, "rules": ONE_RULE}
    outcome = api.batch([folder], workspace, out, **options)
    told = {}
    for row in outcome.rows:
        report = json.loads((row.out / "report.json").read_bytes())
        (subject,) = report["subjects"]
        told[row.source.removeprefix(f"{folder}/")] = subject["source_id"], subject["verdict"]
        assert subject["verdict"] == row.status
    assert told == {
        "矿.gpkg": ("丙", "PASS"), "下/矿.gpkg": ("丁", "FAIL"), "下/矿~2.gpkg": ("戊", "PASS"),
    }  # fmt: skip
    # A file that is refused takes no other's papers with it, nor what lies beside the folder.
    (folder / "下" / "矿~2.gpkg").write_bytes(b"")
    (folder / "...geojson").write_text("{", encoding="utf-8")
    again = api.batch([folder, folder / "...geojson"], workspace, out / "更深", **options)
    assert [row.status for row in again.rows].count("ERROR") == 2
    kept = [row.out for row in again.rows if row.out] + [row.out for row in outcome.rows]
    assert len(kept) == 5 and all((place / "report.json").is_file() for place in kept)


def test_a_batch_of_nothing_is_an_error(workspace, tmp_path):
    (tmp_path / "空").mkdir()
    with pytest.raises(LayerError, match="no file"):
        api.batch([tmp_path / "空"], workspace, tmp_path / "out")


def test_screening_counts_every_registered_feature(workspace, tmp_path):
    outcome = api.screen(workspace, tmp_path / "out", as_of=AS_OF, rules=ONE_RULE)
    assert outcome.exit_status == 0
    assert len(outcome.results.subject_layer) == 2
    with pytest.raises(LayerError, match="no layer"):
        api.screen(workspace, tmp_path / "out", rules=["TF203"])


def test_inspection_says_what_vet_would_read(tmp_path):
    good = write_rights(tmp_path / "好.gpkg", [("丙", "applied", square(0, 0))])
    found = api.inspect(good)
    assert found.usable
    assert len(found.layers["mining_right"]) == 1
    bad = tmp_path / "坏.gpkg"
    bad.write_bytes(b"no database")
    found = api.inspect(bad)
    assert not found.usable
    assert "坏.gpkg" in found.error.zh


def test_nothing_left_to_judge_is_no_clean_bill(tmp_path):
    path = tmp_path / "workspace.toml"
    path.write_text('[layers.mining_right]\nsource = "rights.gpkg"\n', encoding="utf-8")
    write_rights(tmp_path / "rights.gpkg", [("甲", "granted", None)])
    assert api.screen(path, tmp_path / "out", as_of=AS_OF, rules=ONE_RULE).exit_status == 3


def test_an_outline_in_doubt_hides_nothing(workspace, tmp_path):
    x, y = 37_520_000, 4_300_000
    bow = shapely.Polygon([(x, y), (x, y + 1000), (x + 1000, y), (x + 1000, y + 1000)])
    file = write_rights(tmp_path / "乱序.gpkg", [("丙", "applied", bow)])
    outcome = vet(workspace, [file], tmp_path / "out")
    assert pairs(outcome) == {("mining_right", "doubtful_outline", "NO_DATA")}
    write_rights(workspace.parent / "登记.gpkg", [("丁", "granted", bow)])
    inner = write_rights(tmp_path / "内.gpkg", [("戊", "applied", square(20_450, 900, 100))])
    for name in ("fresh", "cached"):
        outcome = vet(workspace, [inner], tmp_path / name)
        assert pairs(outcome) == {("mining_right", "doubtful_outline", "NO_DATA")}


def test_no_result_takes_the_place_of_an_input(workspace, tmp_path):
    file = write_rights(tmp_path / "findings.gpkg", [("丙", "applied", square(900, 0))])
    before = file.read_bytes()
    with pytest.raises(OutputError, match="replace an input"):
        vet(workspace, [file], tmp_path)
    assert file.read_bytes() == before
    assert not (tmp_path / "report.json").exists()


def test_files_of_others_are_left_alone(workspace, tmp_path):
    file = write_rights(tmp_path / "申请.gpkg", [("丙", "applied", square(900, 0))])
    out = tmp_path / "out"
    out.mkdir()
    (out / "findings.csv").write_text("mine", encoding="utf-8")
    vet(workspace, [file], out, formats=["json"])
    assert (out / "findings.csv").read_text(encoding="utf-8") == "mine"
    vet(workspace, [file], out, formats=["gpkg"])
    vet(workspace, [file], out, formats=["json"])
    assert not (out / "findings.gpkg").exists()


def test_a_batch_neither_reads_its_results_nor_keeps_stale_ones(workspace, tmp_path):
    folder = tmp_path / "申请"
    folder.mkdir()
    file = write_rights(folder / "好.gpkg", [("丙", "applied", square(20_000, 0))])
    out = folder / "结果"
    for _ in range(2):
        outcome = api.batch([folder], workspace, out, as_of=AS_OF, rules=ONE_RULE)
        assert [row.status for row in outcome.rows] == ["PASS"]
    file.write_bytes(b"junk")
    outcome = api.batch([folder], workspace, out, as_of=AS_OF, rules=ONE_RULE)
    assert [row.status for row in outcome.rows] == ["ERROR"]
    assert not (out / "好" / "report.json").exists()
    assert not (out / "好" / "findings.gpkg").exists()
