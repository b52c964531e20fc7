"""Vetting over HTTP: the same answers as the command line, and every way to be refused."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.reports import schema as report_schema
from layers.screening import UPLOADS
from webmap import assets, cli
from webmap.report_store import ID

from ...layers.formats import samples
from .conftest import DAY, is_problem, post_file, post_geojson, zipped

VOLATILE = ("report_id", "created_at")


def lasting(report):
    """Return a report without what differs from run to run, and without the tables' digests."""
    kept = {k: v for k, v in report.items() if k not in VOLATILE}
    return kept | {"tables": [t["file"] for t in report["tables"]]}


@pytest.fixture(scope="session")
def by_command(workspace, tmp_path_factory):
    """Return a function that vets by the command line and returns the folder."""

    def run(file, *options):
        out = tmp_path_factory.mktemp("cli")
        words = ["vet", str(file), "-w", str(workspace), "-o", str(out), "--as-of", DAY]
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(file.parent)
            words[1] = file.name
            assert cli.main([*words, *options]) in (0, 1, 3)
        return out

    return run


def server_folder(client, report):
    return client.app.state.server.store.reports / report["report_id"]


def same_tables(one, other):
    for name in ("subjects", "findings", "evidence"):
        a, b = (as_bytes(pq.read_table(folder / f"{name}.parquet")) for folder in (one, other))
        assert a == b, name


def as_bytes(table):
    """Return a table's buffers without its metadata, which name the run; NaN is a value."""
    sink = pa.BufferOutputStream()
    bare = table.replace_schema_metadata(None)
    with pa.ipc.new_stream(sink, bare.schema) as stream:
        stream.write_table(bare)
    return sink.getvalue().to_pybytes()


def test_a_body_is_judged_as_the_command_judges_the_file(client, vetted, prospect, by_command):
    folder = by_command(prospect)
    expected = json.loads((folder / "report.json").read_bytes())
    assert lasting(vetted) == lasting(expected)
    assert json.dumps(vetted["findings"]) == json.dumps(expected["findings"])
    same_tables(folder, server_folder(client, vetted))


def test_an_uploaded_file_is_judged_as_the_command_judges_it(client, pond, by_command):
    answer = post_file(client, pond.name, pond.read_bytes())
    assert answer.status_code == 201, answer.text
    folder = by_command(pond)
    expected = json.loads((folder / "report.json").read_bytes())
    assert lasting(answer.json()) == lasting(expected)
    same_tables(folder, server_folder(client, answer.json()))


def test_declarations_rules_and_day_are_passed_on(client, prospect, by_command):
    file = prospect.with_name("quarry_corners.txt")
    constants = ["right_type=mining", "status=applied"]
    answer = post_file(
        client, file.name, file.read_bytes(), set=constants, rules="mr101,MR103", as_of="2025-01-01"
    )
    options = [w for c in constants for w in ("--set", c)]
    folder = by_command(file, *options, "--rules", "MR101,MR103", "--as-of", "2025-01-01")
    report = answer.json()
    assert report["as_of"] == "2025-01-01" and set(report["counts"]) == {"MR101", "MR103"}
    expected = json.loads((folder / "report.json").read_bytes())
    assert lasting(report) == lasting(expected)


def test_the_answer_is_a_report_with_its_address(client, prospect):
    answer = post_geojson(client, prospect.read_bytes())
    report = answer.json()
    jsonschema.validate(report, report_schema.schema())
    assert ID.fullmatch(report["report_id"])
    assert answer.headers["location"] == f"/api/reports/{report['report_id']}"
    assert client.get(answer.headers["location"]).content == answer.content
    vetted = [i for i in report["inputs"] if i["role"] == "vetted"]
    assert [i["source"] for i in vetted] == ["body.geojson"]


def test_many_at_once_get_the_answer_of_one(client, vetted, prospect, pond):
    alone = lasting(post_file(client, pond.name, pond.read_bytes()).json())

    def one(number):
        if number % 2:
            return post_file(client, pond.name, pond.read_bytes()).json()
        return post_geojson(client, prospect.read_bytes(), name=prospect.name).json()

    with ThreadPoolExecutor(8) as pool:
        reports = list(pool.map(one, range(16)))
    assert len({r["report_id"] for r in reports}) == 16
    for number, report in enumerate(reports):
        assert lasting(report) == (alone if number % 2 else lasting(vetted))


def test_nothing_is_left_in_the_incoming_folder(client, vetted):
    assert list(client.app.state.server.store.incoming.iterdir()) == []
    post_geojson(client, b"{")
    assert list(client.app.state.server.store.incoming.iterdir()) == []


def test_a_report_folder_holds_no_name_of_the_sender(client, pond):
    report = post_file(client, "../../我的 机密.gpkg", pond.read_bytes()).json()
    folder = server_folder(client, report)
    assert sorted(p.suffix for p in folder.iterdir() if ID.fullmatch(p.stem)) == [".gpkg"]
    assert not [p for p in folder.iterdir() if "机密" in p.name]
    assert [i["source"] for i in report["inputs"] if i["role"] == "vetted"] == ["我的 机密.gpkg"]


# -- refusals ----------------------------------------------------------------------------------


def test_what_cannot_be_judged_names_file_and_feature(client):
    square = [[[1.0, 2.0], [1.1, 2.0], [1.1, 2.1], [1.0, 2.0]]]
    feature = {"type": "Feature", "properties": {"licence_no": "X"}}
    feature["geometry"] = {"type": "Polygon", "coordinates": square}
    told = is_problem(post_geojson(client, json.dumps(feature), name="境外.geojson"), 422)
    assert told["file"] == "境外.geojson"
    assert told["zh"]["detail"].startswith("境外.geojson：")
    feature["geometry"]["coordinates"] = [[[37510000, 4e6], [37510001, 4e6], [37510000, 4e6]]]
    told = is_problem(post_geojson(client, json.dumps(feature), name="a.geojson"), 422, "metres")
    assert (told["file"], told["feature"]) == ("a.geojson", "第 1 个要素")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "not valid JSON"),
        (b"[1, 2]", "not what .geojson says"),
        (b"", "empty"),
        (b'{"type": "FeatureCollection", "features": []}', "no features"),
        (b'{"a": ' + b"[" * 70 + b"]" * 70 + b"}", "nested too deep"),
        (b'{"type": "Point", "coordinates": [1, 2], "crs": {"type": "link"}}', "links"),
        ('{"type": "Topology"}'.encode("utf-16"), "Topology"),
        (b"\x00\xff\xfe\x80", ""),
    ],
)
def test_bodies_that_are_no_geojson(client, body, said):
    told = is_problem(post_geojson(client, body), 422, said)
    assert told["file"] == "body.geojson"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"layer": "Mining Right"}, "layer"),
        ({"layer": "nonsense"}, "no layer is called 'nonsense'"),
        ({"rules": "MR999"}, "MR999"),
        ({"rules": " , "}, "names no rule"),
        ({"rules": "TF203"}, "none of the chosen rules judges"),
        ({"as_of": "yesterday"}, "as_of"),
        ({"set": "status"}, "COLUMN=VALUE"),
        ({"set": ["status=applied", "status=granted"]}, "once"),
        ({"set": "status=granted"}, "constant status: the source has this column"),
        ({"crs": "EPSG:0"}, "EPSG:0"),
        ({"encoding": "no such"}, "encoding"),
    ],
)
def test_parameters_that_cannot_be_right(client, prospect, query, said):
    is_problem(post_geojson(client, prospect.read_bytes(), **query), 422, said)


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "multipart/mixed"])
def test_other_types_of_body(client, kind):
    is_problem(post_geojson(client, b"{}", kind=kind), 415, "multipart/form-data")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.dwg", "save it as DXF"),
        ("a.shp", "send .shp, .shx, .dbf and .prj together in one .zip"),
        ("a.TAB", "send .tab, .dat, .map and .id together in one .zip"),
        ("a.mid", "send .mif and .mid together in one .zip"),
        ("a.gdb", "send .gdb in one .zip"),
        ("a.wl", "export it from MapGIS as Shapefile"),
        ("a.exe", "not accepted"),
        ("a", "not accepted"),
        ("a.gpkg.vrt", "not accepted"),
        ("a.kml.gz", "unpack it first"),
    ],
)
def test_other_types_of_file(client, name, said):
    told = is_problem(post_file(client, name, b"x"), 415, said)
    assert told["file"] == name


def test_the_page_offers_what_the_server_takes():
    page = re.search(r"var ACCEPT = (.*?);", assets.own("vet.js").text, re.DOTALL)[1]
    offered = set(re.findall(r"\.[a-z]+", page))
    assert offered == {*UPLOADS} - {".gdb.zip"} | {".shp", ".tab", ".mif"}  # .zip stands for it


OF_ONE_RIGHT = {"rules": "MR101", "layer": "mining_right"}


@pytest.mark.parametrize("name", samples.NAMES)
def test_every_form_of_one_outline_gets_its_verdict(client, tmp_path, name):
    path = samples.write(tmp_path, name)
    more = {"crs": samples.ZONE} if name.endswith(".dxf") else {}
    # An exploration string says of which type the right is.
    said = ["status=applied"] + ["right_type=mining"] * (name != "a.txt")
    answer = post_file(client, name, path.read_bytes(), set=said, **OF_ONE_RIGHT, **more)
    assert answer.status_code == 201, answer.text
    report = answer.json()
    (subject,) = report["subjects"]
    # Far from every right of the county, and none is known to be missing there.
    assert (subject["layer"], subject["verdict"]) == ("mining_right", "NO_DATA")
    (vetted,) = [i for i in report["inputs"] if i["role"] == "vetted"]
    assert [vetted[k] for k in ("declared", "read", "repaired", "refused")] == [1, 1, 0, 0]


def test_forms_without_the_one_file(client, pond):
    data = pond.read_bytes()
    for files in (
        {"other": ("a.gpkg", data)},
        [("file", ("a.gpkg", data)), ("file", ("b.gpkg", data))],
        {"file": ("", b"")},
    ):
        is_problem(client.post("/api/vet", files=files), 422)
    both = client.post("/api/vet", files={"file": ("a.gpkg", data)}, data={"layer": "x"})
    is_problem(both, 422, "more than the one file")
    kind = {"content-type": "multipart/form-data; boundary=x"}
    for body in (b"", b"--x\r\n", b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\nabc"):
        is_problem(client.post("/api/vet", content=body, headers=kind), 422)
    kind = {"content-type": "multipart/form-data"}
    is_problem(client.post("/api/vet", content=b"x", headers=kind), 422)


def test_bodies_beyond_the_limit(client):
    is_problem(post_geojson(client, b" " * ((1 << 20) + 1)), 413, "1 MiB")
    is_problem(post_file(client, "a.gpkg", b"x" * ((4 << 20) + 1)), 413, "4 MiB")


def test_a_zipped_shapefile_is_judged(client, workspace, tmp_path):
    parts = sorted(workspace.parent.glob("mining_rights.*"))
    data = zipped([(p.name, p.read_bytes()) for p in parts], tmp_path / "a.zip")
    report = post_file(client, "全县.zip", data, rules="MR101").json()
    vetted = [i for i in report["inputs"] if i["role"] == "vetted"]
    assert [i["source"] for i in vetted] == ["全县.zip/mining_rights.shp"]
    registered = next(i for i in report["inputs"] if i["source"] == "mining_rights.shp")
    assert len(report["subjects"]) == registered["declared"]


@pytest.mark.parametrize("query", [{"as_off": DAY}, {"rule": "MR101"}, {"CRS": "EPSG:4526"}])
def test_a_parameter_that_nobody_reads_is_refused(client, prospect, query):
    answer = post_geojson(client, prospect.read_bytes(), **query)
    assert answer.status_code == 422 and next(iter(query)) in answer.text


def test_a_parameter_given_twice_is_refused(client, prospect):
    answer = client.post(
        "/api/vet?crs=EPSG:4526&crs=EPSG:4527",
        content=prospect.read_bytes(),
        headers={"content-type": "application/geo+json"},
    )
    assert answer.status_code == 422 and "crs" in answer.text
