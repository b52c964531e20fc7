"""The ground under a report's map: drawn by a judging process when it is first asked for."""

import base64
import json
import re

import pytest
import rasterio

from webmap.guard import DATA_POLICY
from webmap.result_folder import hillshade

from .conftest import county, is_problem, post_geojson

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


@pytest.fixture(scope="module")
def fresh(client, prospect):
    """Return address and folder of a report of which nobody has asked the ground yet."""
    report_id = post_geojson(client, prospect.read_bytes()).json()["report_id"]
    folder = client.app.state.server.store.reports / report_id
    assert not (folder / "hillshade.png").exists()  # a vetting does not wait for it
    return f"/api/reports/{report_id}", folder


def test_the_picture_is_made_when_asked_for_and_lies_where_it_says(client, fresh):
    base, folder = fresh
    told = client.get(f"{base}/hillshade").json()
    assert told["url"] == f"{base}/hillshade.png" and told["why"] is None
    (south, west), (north, east) = told["bounds"]
    report = client.get(base).json()
    shape = json.loads((folder / "request.json").read_bytes())
    assert set(shape) >= {"fingerprint", "terrain"} and report["complete"]
    focus = re.search(r'"bounds":(\[\[.*?\]\])', client.get(page_of(base)).text).group(1)
    (low, left), (high, right) = json.loads(focus)
    assert south < low < high < north and west < left < right < east
    answer = client.get(told["url"])
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/png"
    assert answer.headers["content-security-policy"] == DATA_POLICY
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    with rasterio.open(folder / "hillshade.png") as picture:
        assert len(set(picture.read(1).ravel().tolist())) > 10  # hills, not one grey
    assert answer.content == (folder / "hillshade.png").read_bytes()
    before = (folder / "hillshade.png").stat().st_mtime_ns
    assert client.get(f"{base}/hillshade").json() == told
    assert (folder / "hillshade.png").stat().st_mtime_ns == before  # once


def page_of(base):
    return base.removeprefix("/api")


def test_pages_ask_for_it_and_the_downloaded_map_carries_it(client, fresh):
    base, folder = fresh
    assert f'"hillshade":{{"ask":"{base}/hillshade"}}' in client.get(page_of(base)).text
    text = client.get(f"{base}/files/map.html").text
    picture, _ = hillshade(folder)
    assert base64.b64encode(picture).decode() in text


def test_the_picture_can_be_the_first_thing_asked_for(client, prospect):
    report_id = post_geojson(client, prospect.read_bytes()).json()["report_id"]
    answer = client.get(f"/api/reports/{report_id}/hillshade.png")
    assert answer.content.startswith(b"\x89PNG")


def test_the_ground_follows_the_workspace(lone_client, prospect, tmp_path):
    home = county(tmp_path / "county")
    client = lone_client(home)
    nothing = {"url": None, "bounds": None, "why": None}

    def vet():
        answer = post_geojson(client, prospect.read_bytes(), rules="MR101")
        return f"/api/reports/{answer.json()['report_id']}"

    before = vet()
    for tile in (home.parent / "dem").glob("*.tif"):
        tile.write_bytes(b"nothing")
    # Nothing is drawn of other elevations than those of the day it was judged.
    assert client.get(f"{before}/hillshade").json() == nothing
    is_problem(client.get(f"{before}/hillshade.png"), 404, "no picture of the ground")
    # A tile that cannot be drawn is said, and the map is there.
    base = vet()
    told = client.get(f"{base}/hillshade").json()
    assert told["url"] is None and ".tif" in told["why"]["zh"]
    assert client.get(f"{base}/files/map.html").text.startswith("<!DOCTYPE html>")
    # Where the workspace names none, no page asks.
    text = home.read_text(encoding="utf-8")
    home.write_text(text[: text.index("[terrain]")], encoding="utf-8")
    base = vet()
    assert '"hillshade":null' in client.get(page_of(base)).text
    assert client.get(f"{base}/hillshade").json() == nothing


def test_no_such_report(client):
    for name in ("hillshade", "hillshade.png"):
        is_problem(client.get(f"/api/reports/x/{name}"), 404, "no such report")
