"""Layers of the workspace as GeoJSON."""

import shapely

from layers.workspace import open_workspace

from .conftest import county, is_problem, post_geojson


def test_the_list_says_what_is_there(client, workspace):
    answer = client.get("/api/layers").json()["layers"]
    loaded = open_workspace(workspace).load()
    assert [entry["name"] for entry in answer] == sorted(loaded)
    for entry in answer:
        layer = loaded[entry["name"]]
        assert entry["features"] == len(layer) and entry["title"]["zh"] == layer.schema.zh
        assert [c["name"] for c in entry["columns"]] == [c.name for c in layer.schema.columns]
        assert entry["bbox"] == shapely.total_bounds(layer.geometry).tolist()


def test_features_are_those_of_the_layer(client, workspace):
    answer = client.get("/api/layers/mining_right/features", params={"limit": 10_000})
    assert answer.headers["content-type"] == "application/geo+json"
    told, layer = answer.json(), open_workspace(workspace).load(["mining_right"])["mining_right"]
    assert told["coordinate_system"] == "EPSG:4490" and told["numberMatched"] == len(layer)
    assert [f["id"] for f in told["features"]] == layer.feature_id.tolist()
    for feature, shape in zip(told["features"], layer.geometry, strict=True):
        drawn = shapely.geometry.shape(feature["geometry"])
        assert drawn.symmetric_difference(shape).area < 1e-9
        assert feature["properties"]["source_id"] == feature["id"].removeprefix("mining_right:")


def test_page_by_page_by_the_links(client):
    everything = client.get("/api/layers/settlement/features", params={"limit": 10_000}).json()
    url, seen = "/api/layers/settlement/features?limit=3", []
    while url:
        answer = client.get(url)
        seen += answer.json()["features"]
        assert answer.json()["truncated"] == ("link" in answer.headers)
        url = answer.headers.get("link", "").partition(">")[0].lstrip("<")
    assert seen == everything["features"] and everything["truncated"] is False


def test_a_box_and_a_zoom(client, workspace):
    layer = open_workspace(workspace).load(["mining_right"])["mining_right"]
    west, south, east, north = layer.shapes.bounds[0].tolist()
    box = f"{west:.9f},{south:.9f},{east:.9f},{north:.9f}"
    ask = "/api/layers/mining_right/features"
    found = client.get(ask, params={"bbox": box}).json()
    touching = shapely.box(*shapely.bounds(layer.geometry).T).tolist()
    here = shapely.box(west, south, east, north)
    expected = [i for i, b in zip(layer.feature_id, touching, strict=True) if b.intersects(here)]
    assert [f["id"] for f in found["features"]] == expected
    assert client.get(ask, params={"bbox": "0,0,1,1"}).json()["features"] == []
    river = "/api/layers/river/features"
    assert len(client.get(river, params={"zoom": 4}).text) < len(client.get(river).text)


def test_the_worst_come_first_with_their_verdict(client):
    ask, query = "/api/layers/mining_right/features", {"order": "worst", "limit": 10_000}
    for _ in range(900):  # the first judging may have to compile the kernels
        answer = client.get(ask, params=query)
        if answer.status_code != 409:
            break
        assert answer.headers["retry-after"] == "3"
        client.portal.call(__import__("anyio").sleep, 0.1)
    worst = answer.json()["features"]
    words = ["FAIL", "REVIEW", "NO_DATA", "PASS", "NOT_APPLICABLE", None]
    ranks = [words.index(f["verdict"]) for f in worst]
    assert ranks == sorted(ranks) and len(set(ranks)) > 3
    plain = client.get(ask, params={"limit": 10_000}).json()["features"]
    assert "verdict" not in plain[0]
    assert sorted(f["id"] for f in worst) == sorted(f["id"] for f in plain)
    url, seen = f"{ask}?order=worst&limit=40", []
    while url:
        page = client.get(url)
        seen += page.json()["features"]
        url = page.headers.get("link", "").partition(">")[0].lstrip("<")
    assert seen == worst
    towns = client.get("/api/layers/settlement/features", params=query).json()["features"]
    assert {f["verdict"] for f in towns} == {None}  # never judged


def test_layers_that_are_not_there(client):
    for name in ("ridge", "nonsense", "..", "mining_right%00", "采矿权"):
        is_problem(client.get(f"/api/layers/{name}/features"), 404)


def test_parameters_out_of_range(client):
    for query in ({"limit": 0}, {"limit": 10_001}, {"after": -1}, {"zoom": 25}, {"bbox": "x"}):
        is_problem(client.get("/api/layers/river/features", params=query), 422)


def test_a_changed_workspace_is_judged_as_it_is_now(lone_client, prospect, tmp_path):
    home = county(tmp_path / "county")
    client = lone_client(home, workers=2)
    before = post_geojson(client, prospect.read_bytes()).json()
    assert before["jurisdiction"] == "CN-14" or before["jurisdiction"] == "CN"
    text = home.read_text(encoding="utf-8")
    changed = [line for line in text.splitlines() if not line.startswith("jurisdiction")]
    home.write_text('jurisdiction = "CN-54"\n' + "\n".join(changed), encoding="utf-8")
    for _ in range(4):  # whichever process answers
        after = post_geojson(client, prospect.read_bytes()).json()
        assert after["jurisdiction"] == "CN-54"


def test_a_broken_workspace_is_503_and_heals(lone_client, prospect, tmp_path):
    home = county(tmp_path / "county")
    client = lone_client(home)
    text = home.read_text(encoding="utf-8")
    home.write_text(text.replace("[layers.", "[layer."), encoding="utf-8")
    told = is_problem(post_geojson(client, prospect.read_bytes()), 503, "the workspace")
    assert told["file"] is None
    is_problem(client.get("/api/layers"), 503)
    home.write_text(text, encoding="utf-8")
    assert post_geojson(client, prospect.read_bytes()).status_code == 201
