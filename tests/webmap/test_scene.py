"""The scene: exactly what a small result holds, and one clear line for what is none."""

import json
import shutil
import struct

import numpy as np
import orjson
import pytest
import shapely

from analysis.reports import outlines
from webmap import result_folder, scene
from webmap.facts import facts_of
from webmap.result_folder import ResultError, TooLargeError
from webmap.scene import Scene, dumps

KEYS = {
    "mode", "base", "title", "report_id", "created_at", "as_of", "jurisdiction", "rulebook",
    "lang", "notes", "styles", "rules", "references", "counts", "total", "subjects", "findings",
    "features", "hillshade", "bounds", "truncated",
}  # fmt: skip


def said(zh, en):
    return {"zh": zh, "en": en}


def test_the_head_says_what_was_judged_by_which_law(result):
    report = json.loads((result / "report.json").read_bytes())
    document = Scene(result).document()
    assert set(document) == KEYS
    assert (document["mode"], document["base"], document["lang"]) == ("inline", "", "zh")
    assert document["title"] == "某县矿区"
    assert document["report_id"] == report["report_id"]
    assert document["created_at"] == report["created_at"]
    assert (document["as_of"], document["jurisdiction"]) == ("2026-01-01", "CN")
    assert document["rulebook"] == report["rulebook"]["version"]
    # Only rights were judged by: river and county are on the map alone.
    assert document["notes"] == {
        "layers": 1, "coverage_not_stated": 1, "warnings": 0, "errors": 0,
    }  # fmt: skip
    assert document["references"] == report["references"]
    assert set(document["rules"]) == {"MR101", "MR111"}
    assert document["rules"]["MR101"]["strength"] == "veto"
    assert document["rules"]["MR101"]["title"]["zh"] == "矿业权范围重叠"
    assert document["counts"] == {
        "FAIL": 1, "REVIEW": 0, "NO_DATA": 0, "PASS": 0, "NOT_APPLICABLE": 0,
    }  # fmt: skip
    assert (document["total"], document["truncated"], document["hillshade"]) == (1, {}, None)
    # The evidence's edge is straight in the plane: 1 cm beyond a parallel of 500 m.
    assert np.array(document["bounds"]) == pytest.approx(
        np.array([[39.0, 111.0], [39.01, 111.01]]), abs=2e-7
    )


def test_a_subject_has_its_verdicts_and_its_attributes(result):
    (subject,) = Scene(result).document()["subjects"]
    area = subject.pop("area_km2")
    assert area == pytest.approx(0.9612, abs=5e-4)  # 865.9 m by 1,110.1 m
    assert subject == {
        "id": "mining_right:丙",
        "layer": "mining_right",
        "number": "丙",
        "name": "新梁",
        "verdict": "FAIL",
        "decided": "FAIL",
        "undecided": True,
        "counts": {"FAIL": 2, "REVIEW": 0, "NO_DATA": 1, "PASS": 0, "NOT_APPLICABLE": 0},
        "bbox": [111.0, 39.0, 111.01, 39.01],
        "rules": {"MR101": "FAIL", "MR111": "NO_DATA"},
        "facts": [
            [said("矿业权类型", "Right type"), said("采矿权", "mining")],
            [said("开采方式", "Mining method"), said("露天", "open pit")],
            [said("权利状态", "Status of the right"), said("申请", "applied")],
            [said("生产规模", "Production capacity"), "1,234.500 kt/a"],
            [said("服务年限", "Service life"), said("8.500 年", "8.500 years")],
            [said("有效期起", "Valid from"), "2026-01-31"],
            [said("一次性总体设计", "Overall design"), said("是", "yes")],
        ],
    }


def test_findings_carry_numbers_neighbours_and_evidence(result):
    report = json.loads((result / "report.json").read_bytes())
    findings = Scene(result).document()["findings"]
    assert [(f["rule"], f["verdict"]) for f in findings] == [
        ("MR101", "FAIL"), ("MR101", "FAIL"), ("MR111", "NO_DATA"),
    ]  # fmt: skip
    for mine, theirs in zip(findings, report["findings"], strict=True):
        assert mine["id"] == theirs["finding_id"]
        assert mine["subject"] == theirs["subject_id"] == "mining_right:丙"
        rest = set(mine) - {"id", "subject"}
        assert rest == set(theirs) - {"finding_id", "subject_id"}
        assert all(mine[key] == theirs[key] for key in rest)
    (named,) = [f for f in findings if f["related"]]
    assert named["related"][0]["feature_id"] == "mining_right:甲"
    (evidence,) = named["evidence"]
    overlap = shapely.from_geojson(json.dumps(evidence["geometry"]))
    # Edges are straight in the plane, so that there may be corners on the way.
    drawn = shapely.box(111.005, 39.0, 111.01, 39.01)
    assert shapely.hausdorff_distance(overlap, drawn) < 2e-7


def test_features_are_the_subject_what_it_meets_and_what_lies_around(result):
    features = Scene(result).document()["features"]
    assert [(f["layer"], f["id"], f["subject"], f["name"], f["number"]) for f in features] == [
        ("mining_right", "mining_right:丙", True, "新梁", "丙"),
        ("mining_right", "mining_right:甲", False, "青石梁", "甲"),
        ("river", "river:HL", False, "黄河", "HL"),
        ("county", "county:140100", False, None, "140100"),
    ]
    # Only what was judged has a verdict to be coloured by.
    assert [f.get("decided") for f in features] == ["FAIL", None, None, None]
    assert (features[0]["verdict"], features[0]["undecided"]) == ("FAIL", True)
    shape = shapely.from_geojson(json.dumps(features[0]["geometry"]))
    assert shape.equals(shapely.box(111.0, 39.0, 111.01, 39.01))
    # RFC 7946: shells run anticlockwise.
    assert shapely.is_ccw(shape.exterior)


def test_styles_are_those_of_the_reports_and_of_the_layers_there(result):
    styles = Scene(result).document()["styles"]
    assert [v["code"] for v in styles["verdicts"]] == [
        "FAIL", "REVIEW", "NO_DATA", "PASS", "NOT_APPLICABLE",
    ]  # fmt: skip
    assert styles["verdicts"][2] == {
        "code": "NO_DATA", "colour": "#7b8794", "fill": "hatched", "weight": 1.5,
        "label": said("缺数据", "No data"),
    }  # fmt: skip
    assert styles["roles"]["overlap"] == {
        "label": said("重叠范围", "Overlap"), "colour": "#c8402f",
    }  # fmt: skip
    assert {n: s["kind"] for n, s in styles["layers"].items()} == {
        "mining_right": "subject", "river": "context", "county": "context",
    }  # fmt: skip
    assert styles["layers"]["river"] == {
        "title": said("河流", "River"), "kind": "context", "colour": "#2f7fc1", "dash": False,
        "fill": True,
    }  # fmt: skip


def test_the_worst_come_first_and_nodata_never_colours(tmp_path):
    whole = Scene.__new__(Scene)
    verdicts = ["PASS", "NO_DATA", "FAIL", "REVIEW", "NO_DATA"]
    whole.report = {"subjects": [{"verdict": v} for v in verdicts]}
    assert whole.order.tolist() == [2, 3, 1, 4, 0]
    assert whole.counts([0, 1, 4]) == {
        "FAIL": 0, "REVIEW": 0, "NO_DATA": 2, "PASS": 1, "NOT_APPLICABLE": 0,
    }  # fmt: skip
    none = dict.fromkeys(("FAIL", "REVIEW", "NO_DATA", "PASS", "NOT_APPLICABLE"), 0)
    assert scene._decided({**none, "NO_DATA": 3, "PASS": 1}) == "PASS"
    assert scene._decided({**none, "NO_DATA": 3}) == "NO_DATA"
    assert scene._decided({**none, "NO_DATA": 3, "REVIEW": 1, "PASS": 9}) == "REVIEW"


def test_the_pieces_a_server_answers(result):
    whole = Scene(result)
    head = whole.head("en", "server", "/api/reports/x")
    assert set(head) == {*KEYS, "rule_counts"}
    assert head["rule_counts"] == {"MR101": {"FAIL": 1}, "MR111": {"NO_DATA": 1}}
    assert (head["mode"], head["base"], head["lang"]) == ("server", "/api/reports/x", "en")
    assert (head["subjects"], head["findings"], head["features"]) == ([], [], [])
    assert whole.place == {"mining_right:丙": 0}
    assert "facts" not in whole.subject(0, facts=False)
    assert whole.rows_of(0).tolist() == [0, 1]
    assert whole.rows_in((110.0, 38.0, 110.999, 39.1)).tolist() == [2, 3]  # river and county
    assert whole.rows_in((111.015, 39.0, 112.0, 39.001)).tolist() == [1, 3]
    assert whole.rows_in((0.0, 0.0, 1.0, 1.0)).tolist() == []


def test_far_out_outlines_lose_corners_that_would_not_be_seen(result):
    whole = Scene(result)
    x = np.linspace(111.0, 111.01, 101)
    wave = np.column_stack([x, 39 + 1e-6 * (np.arange(101) % 2)])
    whole.result.geometry[0] = shapely.LineString(wave)
    (fine,) = whole.features(np.array([0]))
    (rough,) = whole.features(np.array([0]), tolerance=1e-4)
    assert len(fine["geometry"]["coordinates"]) == 101
    assert rough["geometry"]["coordinates"] == [[111.0, 39.0], [111.01, 39.0]]


def test_a_folder_gives_the_same_scene_wherever_it_lies(result, tmp_path):
    shutil.copytree(result, tmp_path / "b")
    assert Scene(result).document() == Scene(tmp_path / "b" / "report.json").document()


def test_json_for_a_script_element_holds_no_sign_of_markup(hostile, payloads):
    document = Scene(hostile).document()
    text = dumps(document)
    assert not set("&<>\u2028\u2029") & set(text)
    assert json.loads(text) == document
    assert {s["name"] for s in document["subjects"]} == set(payloads.values())
    assert document["title"] == "".join(payloads.values())


def test_facts_read_as_people_read_them():
    values = {
        "facility_no": "W", "name": "x", "grade": 4, "total_dam_height_m": 33.0,
        "dam_method": "one_step", "discharging": False, "last_discharge_on": "2020-05-01",
        "operator": "<b>", "total_volume_m3": None,
    }  # fmt: skip
    facts = {title["en"]: text for title, text in facts_of("tailings_facility", values)}
    assert facts == {
        "Operator": "<b>",
        "Total dam height": "33.0 m",
        "Grade (1 to 5)": "4",
        "Dam building method": said("一次筑坝", "one step"),
        "Last discharge": "2020-05-01",
        "Discharging": said("否", "no"),
    }


# -- the hillshade --------------------------------------------------------------------------------


def header(width, height):
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", width, height)
    )


def test_a_hillshade_is_placed_by_its_world_file(result):
    # The first quarter of the plane's width: 0 to 90 degrees east, 0 to 66.51 north.
    quarter = np.pi * 6378137 / 2
    (result / "hillshade.png").write_bytes(header(4, 4))
    cell = quarter / 4
    lines = (cell, 0.0, 0.0, -cell, cell / 2, quarter - cell / 2)
    (result / "hillshade.pgw").write_text("\n".join(map(repr, lines)))
    shade = Scene(result).document()["hillshade"]
    assert shade["url"].startswith("data:image/png;base64,iVBOR")
    (south, west), (north, east) = shade["bounds"]
    assert (south, west, east) == pytest.approx((0, 0, 90), abs=1e-9)
    assert north == pytest.approx(66.51326044311186, abs=1e-9)


@pytest.mark.parametrize("world", [None, "", "1 2 3", "a b c d e f"])
def test_a_picture_without_its_place_is_not_drawn(result, world):
    (result / "hillshade.png").write_bytes(header(4, 4))
    if world is not None:
        (result / "hillshade.pgw").write_text(world)
    assert Scene(result).document()["hillshade"] is None


# -- what is no result ----------------------------------------------------------------------------


def changed(result, **values):
    file = result / "report.json"
    file.write_bytes(orjson.dumps({**orjson.loads(file.read_bytes()), **values}))


def test_a_folder_without_a_report_is_named(tmp_path):
    with pytest.raises(ResultError, match=r"no result of minezone \(no readable report.json\)"):
        Scene(tmp_path)
    with pytest.raises(ResultError, match="no result of minezone"):
        Scene(tmp_path / "nowhere" / "report.json")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "the file is damaged"),
        (b"[]", "no report of minezone"),
        (b'{"tool": {"name": "other"}}', "no report of minezone"),
        (b'{"tool": {"name": "minezone"}, "schema_version": "9"}', "version 9 cannot be shown"),
        (b'{"tool": {"name": "minezone"}, "schema_version": "1.0"}', "the file is damaged"),
    ],
)
def test_a_report_that_is_none_is_named(tmp_path, body, words):
    (tmp_path / "report.json").write_bytes(body)
    with pytest.raises(ResultError, match=words) as caught:
        Scene(tmp_path)
    assert "report.json" in caught.value.zh


def test_outlines_of_another_run_are_refused(result):
    with (result / outlines.NAME).open("ab") as file:
        file.write(b" ")
    with pytest.raises(ResultError, match="not of the run"):
        Scene(result)
    (result / outlines.NAME).unlink()
    with pytest.raises(ResultError, match="cannot be read"):
        Scene(result)


def test_outlines_that_are_no_table_or_lack_a_subject_are_refused(result):
    import hashlib

    (result / outlines.NAME).write_bytes(b"PAR1")
    digest = hashlib.sha256(b"PAR1").hexdigest()
    changed(result, tables=[{"file": outlines.NAME, "rows": 1, "sha256": digest}])
    with pytest.raises(ResultError, match="damaged"):
        Scene(result)


def test_a_result_of_an_older_version_is_to_be_judged_again(result):
    changed(result, tables=[])
    with pytest.raises(ResultError, match="judge again with this version"):
        Scene(result)


def test_a_result_without_subjects_has_nothing_to_draw(result):
    changed(result, subjects=[], findings=[], tables=[])
    with pytest.raises(ResultError, match="nothing to draw"):
        Scene(result)


def test_a_report_with_other_contents_than_ours_is_damaged_and_no_fault(result):
    report = orjson.loads((result / "report.json").read_bytes())
    del report["findings"][0]["message"]
    changed(result, findings=report["findings"])
    with pytest.raises(ResultError, match="damaged"):
        Scene(result).document()
    changed(result, references=None, rulebook=1)
    with pytest.raises(ResultError, match="damaged"):
        Scene(result).document()


def test_what_is_too_large_for_a_page_is_shown_the_way(result, monkeypatch):
    monkeypatch.setattr(scene, "MOST_SUBJECTS", 0)
    with pytest.raises(TooLargeError, match="minezone serve") as caught:
        Scene(result).document()
    assert "minezone serve" in caught.value.zh and "\n" not in caught.value.zh
    monkeypatch.undo()
    monkeypatch.setattr(scene, "MOST_BYTES", 100)
    with pytest.raises(TooLargeError, match="minezone serve"):
        dumps(Scene(result).document())
    changed(result, complete=False)
    with pytest.raises(TooLargeError):
        result_folder.read(result)
