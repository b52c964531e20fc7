"""Uploads that mean harm: refused in one line, nothing read, nobody contacted."""

import json
import socket
import sqlite3
import threading

import pytest

from .conftest import is_problem, post_file, post_geojson, zipped

CANARY = "canary-7f3a91"


@pytest.fixture
def canary(tmp_path):
    """Return a file beside nothing that a server should ever read."""
    path = tmp_path / "canary.geojson"
    square = [[[111, 39], [111.01, 39], [111.01, 39.01], [111, 39]]]
    feature = {"type": "Feature", "properties": {"licence_no": CANARY}}
    feature["geometry"] = {"type": "Polygon", "coordinates": square}
    path.write_text(json.dumps(feature), encoding="utf-8")
    return path


@pytest.fixture
def listener():
    """Yield the port of a listener on this machine; nobody may have called it at the end."""
    calls = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        ended = threading.Event()

        def wait():
            while not ended.is_set():
                try:
                    calls.append(server.accept()[1])
                except TimeoutError:
                    continue

        thread = threading.Thread(target=wait)
        thread.start()
        yield server.getsockname()[1]
        ended.set()
        thread.join()
    assert calls == []


def vrt(canary):
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="canary"><SrcDataSource>{canary}</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    ).encode()


def refused(client, name, data, said=""):
    answer = post_file(client, name, data)
    told = is_problem(answer, 422, said)
    assert told["file"] == name
    assert CANARY not in answer.text
    return told


@pytest.mark.parametrize(
    "name",
    ["a.geojson", "a.json", "a.kml", "a.gpkg", "a.fgb", "a.parquet", "a.txt", "a.csv"],
)
def test_a_linked_document_under_any_name(client, canary, name):
    refused(client, name, vrt(canary))


@pytest.mark.parametrize("inner", ["a.kml", "a.shp", "a.gpkg", "a.geojson", "m.gdb/a.gdbtable"])
def test_a_linked_document_inside_an_archive(client, canary, tmp_path, inner):
    data = zipped([(inner, vrt(canary))], tmp_path / "z.zip")
    answer = post_file(client, "a.zip", data)
    is_problem(answer, 422)
    assert CANARY not in answer.text


def test_a_pipeline_named_geojson(client, canary):
    pipeline = {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline read {canary}"}
    refused(client, "a.geojson", json.dumps(pipeline).encode())
    is_problem(post_geojson(client, json.dumps(pipeline)), 422)


def test_linked_coordinate_systems(client, listener):
    for kind in ("link", "EPSG"):
        crs = {"type": kind, "properties": {"href": f"http://127.0.0.1:{listener}/crs"}}
        point = {"type": "Point", "coordinates": [111, 39], "crs": crs}
        is_problem(post_geojson(client, json.dumps(point)), 422)
    name = f"http://127.0.0.1:{listener}/def/crs/EPSG/0/4490"
    crs = {"type": "name", "properties": {"name": name}}
    point = {"type": "Point", "coordinates": [111, 39], "crs": crs}
    is_problem(post_geojson(client, json.dumps(point)), 422)


def test_a_kml_that_names_other_files(client, canary, listener):
    entity = f'<!DOCTYPE kml [<!ENTITY x SYSTEM "file://{canary}">]>'
    refused(client, "a.kml", f"<?xml version='1.0'?>{entity}<kml>&x;</kml>".encode(), "DOCTYPE")
    bomb = "".join(f'<!ENTITY a{k} "{f"&a{k - 1};" * 10}">' for k in range(1, 12))
    refused(client, "b.kml", f"<!DOCTYPE k [{bomb}]><kml>&a11;</kml>".encode(), "DOCTYPE")
    link = (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><NetworkLink><Link><href>'
        f"http://127.0.0.1:{listener}/x.kml</href></Link></NetworkLink></Document></kml>"
    )
    refused(client, "c.kml", link.encode())


@pytest.fixture
def database(pond, tmp_path):
    """Return a function that changes a copy of a sound GeoPackage and returns its bytes."""

    def change(*statements):
        path = tmp_path / "changed.gpkg"
        path.write_bytes(pond.read_bytes())
        connection = sqlite3.connect(path)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()
        return path.read_bytes()

    return change


def test_geopackages_with_views_triggers_and_virtual_tables(client, database):
    endless = (
        "CREATE VIEW v AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
        "SELECT x FROM n"
    )
    refused(client, "view.gpkg", database(endless), "a view (v)")
    trigger = "CREATE TRIGGER evil AFTER INSERT ON gpkg_contents BEGIN SELECT 1; END"
    refused(client, "trigger.gpkg", database(trigger), "a trigger (evil)")
    refused(
        client, "virtual.gpkg", database("CREATE VIRTUAL TABLE f USING fts5(x)"), "a virtual table"
    )


def test_a_geopackage_whose_counts_lie_loses_no_row(client, database, pond):
    honest = post_file(client, "a.gpkg", pond.read_bytes()).json()
    lying = database("UPDATE gpkg_ogr_contents SET feature_count = 0")
    told = post_file(client, "a.gpkg", lying).json()
    assert len(told["subjects"]) == len(honest["subjects"]) >= 1
    issues = next(i["issues"] for i in told["inputs"] if i["role"] == "vetted")
    assert "count_contradicted" in {i["code"] for i in issues}


def test_archives(client, pond, tmp_path):
    data = pond.read_bytes()
    for number, (entries, said) in enumerate(
        [
            ([("../../evil.gpkg", data)], "leads out of it"),
            ([("a.gpkg", data), ("b.gpkg", data)], "exactly one dataset"),
            ([("a.zip", data)], "another archive"),
            ([("a.gpkg", b"\0" * (8 << 20))], "bomb"),
            ([(f"{k}.x", b"") for k in range(1001)], "1001 entries"),
        ]
    ):
        refused(client, "a.zip", zipped(entries, tmp_path / f"{number}.zip"), said)
    refused(client, "b.zip", b"PK\x03\x04" + b"\0" * 100, "damaged")


@pytest.mark.parametrize(
    "name", ["a.gpkg", "a.fgb", "a.parquet", "a.geojson", "a.kml", "a.txt", "a.zip", "a.gdb.zip"]
)
@pytest.mark.parametrize(
    "data", [b"", b"\0" * 4096, b"MZ" + b"\x90" * 600], ids=["0", "nul", "exe"]
)
def test_content_of_another_kind(client, name, data):
    answer = post_file(client, name, data)
    is_problem(answer, 422)


def test_a_slow_file_ends_at_the_deadline(lone_client, pond):
    client = lone_client(read_seconds=0.001)
    told = is_problem(
        post_file(client, "慢.gpkg", pond.read_bytes()), 422, "took more than 0.001 s"
    )
    assert told["file"] == "慢.gpkg"
    assert client.get("/healthz").json()["status"] == "ok"


def test_text_of_others_stays_text(client):
    name = "{{ 7*7 }}<img src=x onerror=alert(1)>${1}`'\"</script>.geojson"
    square = [[[111.0, 39.0], [111.01, 39.0], [111.01, 39.01], [111.0, 39.0]]]
    feature = {"type": "Feature", "properties": {"licence_no": name, "name": name}}
    feature["geometry"] = {"type": "Polygon", "coordinates": square}
    report = post_geojson(client, json.dumps(feature), name=name).json()
    assert report["subjects"][0]["name"] == name
    page = client.get(f"/reports/{report['report_id']}").text
    assert "<img src=x" not in page and "49<img" not in page
