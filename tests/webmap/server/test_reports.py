"""Reports in pieces, as the map page asks for them, and their files."""

import json
import re
import sqlite3
from urllib.parse import quote

import pytest

from webmap import judge_reports
from webmap.report_store import DOWNLOADS
from webmap.scene import Scene

from .conftest import is_problem, post_geojson
from .test_store import OUTSIDE

WORST_FIRST = ["FAIL", "REVIEW", "NO_DATA", "PASS", "NOT_APPLICABLE"]


@pytest.fixture(scope="session")
def base(vetted):
    return f"/api/reports/{vetted['report_id']}"


@pytest.fixture(scope="session")
def whole(client):
    """Return the report of the whole workspace, which the first page leaves."""
    for _ in range(900):
        page = client.get("/")
        assert page.status_code == 200, page.text
        if "refresh" not in page.headers:
            break
        client.portal.call(__import__("anyio").sleep, 0.1)
    (folder,) = client.app.state.server.store.screens.iterdir()
    return Scene(folder)


@pytest.fixture(scope="session")
def whole_base(whole):
    return f"/api/reports/{whole.report['report_id']}"


def test_subjects_are_those_of_the_scene_worst_first(client, whole, whole_base):
    answer = client.get(f"{whole_base}/subjects", params={"limit": 1000}).json()
    subjects = [whole.subject(k, facts=False) for k in whole.order.tolist()]
    assert answer["subjects"] == json.loads(json.dumps(subjects))
    assert answer["total"] == len(subjects) > 10
    ranks = [WORST_FIRST.index(s["verdict"]) for s in answer["subjects"]]
    assert ranks == sorted(ranks)
    counted = {v: sum(s["verdict"] == v for s in subjects) for v in WORST_FIRST}
    assert answer["counts"] == counted


def test_subjects_page_by_page(client, whole_base):
    all_of = client.get(f"{whole_base}/subjects", params={"limit": 1000}).json()["subjects"]
    pages = []
    for offset in range(0, len(all_of) + 4, 4):
        query = {"offset": offset, "limit": 4}
        pages += client.get(f"{whole_base}/subjects", params=query).json()["subjects"]
    assert pages == all_of


def test_search_is_by_words_of_number_and_name(client, whole_base):
    one = client.get(f"{whole_base}/subjects").json()["subjects"][0]
    number = one["number"].lower()
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in number)
    for q in (number, wide, f" {number[:4]}  {number[-3:]} "):
        found = client.get(f"{whole_base}/subjects", params={"q": q}).json()["subjects"]
        assert one["id"] in [s["id"] for s in found], q
    nothing = client.get(f"{whole_base}/subjects", params={"q": "no such thing"}).json()
    assert nothing["total"] == 0 and set(nothing["counts"].values()) == {0}


def test_filters_by_verdict_and_rule(client, whole_base):
    def ask(**query):
        return client.get(f"{whole_base}/subjects", params={"limit": 1000, **query}).json()

    everything = ask()
    failed = ask(verdict="FAIL,REVIEW")
    assert {s["verdict"] for s in failed["subjects"]} == {"FAIL", "REVIEW"}
    assert failed["counts"] == everything["counts"]
    assert failed["total"] == everything["counts"]["FAIL"] + everything["counts"]["REVIEW"]
    ruled = ask(rule="MR101")
    assert ruled["subjects"] == [s for s in everything["subjects"] if "MR101" in s["rules"]]
    answers = [s["rules"]["MR101"] for s in ruled["subjects"]]
    assert ruled["counts"] == {v: answers.count(v) for v in WORST_FIRST}
    only = ask(rule="MR101", verdict="FAIL")
    assert only["total"] == answers.count("FAIL") > 0
    assert ask(rule="XX999")["total"] == 0


def test_a_subject_with_findings_and_outlines(client, base, vetted):
    told = vetted["subjects"][0]
    answer = client.get(f"{base}/subjects/{quote(told['subject_id'], safe='')}").json()
    assert answer["subject"]["id"] == told["subject_id"] and answer["subject"]["facts"]
    own = [f["finding_id"] for f in vetted["findings"] if f["subject_id"] == told["subject_id"]]
    assert [f["id"] for f in answer["findings"]] == own
    drawn = {f["id"] for f in answer["features"]}
    related = {r["feature_id"] for f in vetted["findings"] for r in f["related"]}
    assert drawn == {told["subject_id"], *related}


def test_ids_with_any_sign(client):
    odd = "矿/权#1?&x=../.."
    square = [[[111.0, 39.0], [111.01, 39.0], [111.01, 39.01], [111.0, 39.0]]]
    feature = {"type": "Feature", "properties": {"licence_no": odd, "right_type": "mining"}}
    feature["geometry"] = {"type": "Polygon", "coordinates": square}
    report = post_geojson(client, json.dumps(feature)).json()
    subject_id = report["subjects"][0]["subject_id"]
    url = f"/api/reports/{report['report_id']}/subjects/{quote(subject_id, safe='')}"
    answer = client.get(url)
    assert answer.status_code == 200 and answer.json()["subject"]["number"] == odd


def test_the_page_is_told_the_verdicts_of_each_rule(client, whole, whole_base):
    text = client.get("/").text
    told = json.loads(re.search(r'"rule_counts":(\{.*?\}\})', text).group(1))
    subjects = [whole.subject(k, facts=False) for k in whole.order.tolist()]
    counted = {}
    for subject in subjects:
        for code, verdict in subject["rules"].items():
            counted.setdefault(code, {}).setdefault(verdict, 0)
            counted[code][verdict] += 1
    assert told == counted and len(told) > 15


def test_the_worst_come_first_where_not_all_are_sent(whole, monkeypatch):
    west, south, east, north = -180, -90, 180, 90
    ranks = [
        WORST_FIRST.index(f["verdict"]) if f["subject"] else len(WORST_FIRST)
        for f in whole.features(whole.rows_in([west, south, east, north]))
    ]
    assert ranks == sorted(ranks) and set(ranks) == set(range(6))
    monkeypatch.setattr(judge_reports, "MOST_FEATURES", 7)
    question = {"folder": str(whole.result.folder), "zoom": None}
    answer = judge_reports._features(None, question | {"bbox": [west, south, east, north]})
    told = json.loads(answer.body)
    assert told["truncated"] and [f["verdict"] for f in told["features"]] == ["FAIL"] * 7


def test_outlines_in_a_box(client, whole, whole_base):
    (south, west), (north, east) = whole.head()["bounds"]
    box = f"{west},{south},{east},{north}"
    answer = client.get(f"{whole_base}/features", params={"bbox": box}).json()
    rows = whole.rows_in([west, south, east, north])
    assert answer == {"features": whole.features(rows), "truncated": False} and len(rows) > 20
    far = client.get(f"{whole_base}/features", params={"bbox": "0,0,1,1"}).json()
    assert far == {"features": [], "truncated": False}
    coarse = client.get(f"{whole_base}/features", params={"bbox": box, "zoom": 3}).text
    fine = client.get(f"{whole_base}/features", params={"bbox": box, "zoom": 24}).text
    assert len(coarse) < len(fine)


@pytest.mark.parametrize(
    "box", ["", "1,2,3", "1,2,3,x", "3,1,2,4", "1,4,2,3", "-181,0,1,1", "0,0,0,91", "1,2,3,4,5",
            "nan,1,2,3", "1.2.3,1,2,3"],
)  # fmt: skip
def test_boxes_that_are_none(client, base, box):
    is_problem(client.get(f"{base}/features", params={"bbox": box}), 422, "bbox")


@pytest.mark.parametrize(
    ("query", "name"),
    [({"limit": 0}, "limit"), ({"limit": 1001}, "limit"), ({"offset": -1}, "offset"),
     ({"verdict": "BAD"}, "verdict"), ({"rule": "x"}, "rule"), ({"q": "x" * 201}, "q")],
)  # fmt: skip
def test_parameters_out_of_range(client, base, query, name):
    is_problem(client.get(f"{base}/subjects", params=query), 422, name)


@pytest.mark.parametrize("text", [t for t in OUTSIDE if t and "\0" not in t])
@pytest.mark.parametrize("piece", ["", "/subjects", "/subjects/x", "/features?bbox=0,0,1,1",
                                   "/files/report.json"])  # fmt: skip
def test_ids_that_are_none(client, text, piece):
    quoted = quote(text, safe="").replace(".", "%2e")
    is_problem(client.get(f"/api/reports/{quoted}{piece}"), 404)
    is_problem(client.get(f"/reports/{quoted}"), 404)


def test_no_such_subject(client, base):
    is_problem(client.get(f"{base}/subjects/mining_right:none"), 404, "no such subject")


# -- files -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(DOWNLOADS))
def test_every_file_can_be_downloaded(client, base, name):
    answer = client.get(f"{base}/files/{name}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["content-type"] == DOWNLOADS[name]
    magic = {"gpkg": b"SQLite format 3\0", "parquet": b"PAR1", "json": b"{", "html": b"<!DOCTYPE"}
    start = magic.get(name.rpartition(".")[2], "\ufeff".encode())
    assert answer.content.startswith(start)


def test_files_made_later_are_those_of_the_report(client, vetted, base, tmp_path):
    path = tmp_path / "f.gpkg"
    path.write_bytes(client.get(f"{base}/files/findings.gpkg").content)
    with sqlite3.connect(path) as database:
        tables = [r[0] for r in database.execute("SELECT table_name FROM gpkg_contents")]
        assert tables
    rows = client.get(f"{base}/files/findings.csv").content.decode("utf-8-sig").splitlines()
    assert len(rows) == len(vetted["findings"]) + 1
    again = client.get(base).json()
    assert again == vetted


@pytest.mark.parametrize(
    "name", ["request.json", "%2e%2e", "%2e%2e%2freport.json", "report.json/", "x",
             "findings.xlsx", "%2e", "REPORT.JSON", "report.json%00"],
)  # fmt: skip
def test_other_names_of_files(client, base, name):
    is_problem(client.get(f"{base}/files/{name}"), 404)


def test_the_upload_itself_is_not_served(client, vetted, base):
    folder = client.app.state.server.store.reports / vetted["report_id"]
    (own,) = [p.name for p in folder.glob("*.geojson")]
    is_problem(client.get(f"{base}/files/{own}"), 404)


def test_files_are_not_made_from_another_workspace(lone_client, workspace, prospect, tmp_path):
    from .conftest import county

    home = county(tmp_path / "county")
    client = lone_client(home)
    report = post_geojson(client, prospect.read_bytes()).json()
    text = home.read_text(encoding="utf-8")
    home.write_text(text + "\n# changed\n", encoding="utf-8")
    base = f"/api/reports/{report['report_id']}"
    is_problem(client.get(f"{base}/files/findings.gpkg"), 409, "vet the file again")
    assert client.get(base).json() == report
