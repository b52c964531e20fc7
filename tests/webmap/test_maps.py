"""The page: one file, nothing from outside, nothing that runs but its own named scripts."""

import hashlib
import json
import re
import subprocess
import sys
from base64 import b64encode
from html.parser import HTMLParser

import pytest

from webmap import assets, maps, scene
from webmap.result_folder import ResultError
from webmap.scene import Scene

FETCHES = {"src", "href", "srcset", "action", "data", "poster", "background", "ping", "formaction"}


class Reader(HTMLParser):
    """Reads a page as a browser does: elements with their attributes, raw text of scripts."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.raw, self._open = [], [], None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self._open = (tag, dict(attributes)) if tag in ("script", "style", "title") else None
        if self._open:
            self.raw.append([*self._open, ""])

    def handle_endtag(self, tag):
        self._open = None

    def handle_data(self, data):
        if self._open:
            self.raw[-1][2] += data

    def texts(self, tag):
        return [(attributes, text) for name, attributes, text in self.raw if name == tag]

    def scripts(self):
        return [t for a, t in self.texts("script") if a.get("type") != "application/json"]

    def scene(self):
        ((attributes, text),) = [
            (a, t) for a, t in self.texts("script") if a.get("type") == "application/json"
        ]
        assert attributes["id"] == "minezone-scene"
        return json.loads(text)

    def policy(self):
        (content,) = [a["content"] for t, a in self.elements if "http-equiv" in a]
        parts = [part.split() for part in content.split(";")]
        return {part[0]: part[1:] for part in parts}


@pytest.fixture
def page(result):
    return maps.write(result).read_text(encoding="utf-8")


def test_the_page_holds_the_scene_and_folium_draws_the_map(result, page):
    read = Reader(page)
    assert read.scene() == Scene(result).document()
    (title,) = read.texts("title")
    assert title[1] == "某县矿区"
    assert ("div", {"class": "folium-map", "id": "map_minezone"}) in read.elements
    assert read.elements[0] == ("html", {"lang": "zh-CN"})
    last = read.scripts()[-1]
    assert last.startswith("var map_minezone = L.map(\n")
    assert re.search(
        r"minezone\.start\(map_minezone, JSON\.parse\(\s*"
        r'document\.getElementById\("minezone-scene"\)\.textContent\)\);$',
        last,
    )
    assert read.scripts()[0] == assets.covered(assets.LEAFLET_JS).text
    assert read.scripts()[1:-1] == [assets.own(name).text for name in maps.SCRIPTS]
    assert 'lang="en"' in maps.page(Scene(result).document("en"))


def test_the_policy_names_every_script_by_its_digest_and_allows_nothing_else(page):
    read = Reader(page)
    digests = [b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in read.scripts()]
    assert read.policy() == {
        "default-src": ["'none'"],
        "img-src": ["data:", "blob:"],
        "style-src": ["'unsafe-inline'"],
        "script-src": [f"'sha256-{d}'" for d in digests],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    assert len(set(digests)) == len(maps.SCRIPTS) + 2  # Leaflet, ours, folium's
    # A policy in the page holds for what follows it.
    first = next(k for k, (tag, _) in enumerate(read.elements) if tag in ("script", "style"))
    assert any("http-equiv" in a for _, a in read.elements[:first])


def check_nothing_is_fetched(page):
    read = Reader(page)
    for tag, attributes in read.elements:
        assert not [a for a in attributes if a.startswith("on")], (tag, attributes)
        for name in FETCHES & set(attributes):
            assert attributes[name].startswith(("data:", "#")), (tag, name, attributes[name])
    for _, style in read.texts("style"):
        assert "@import" not in style
        for address in re.findall(r"url\(([^)]*)\)", style):
            assert address.strip("'\"").startswith(("data:", "#")), address


def test_nothing_is_fetched(page):
    check_nothing_is_fetched(page)


def test_hostile_texts_stay_texts(hostile, payloads):
    text = maps.write(hostile).read_text(encoding="utf-8")
    read, calm = Reader(text), Reader(maps.page(calm_scene()))
    # Not one element, attribute or script more than the page of an empty scene has.
    assert [tag for tag, _ in read.elements] == [tag for tag, _ in calm.elements]
    assert read.scripts() == calm.scripts()
    check_nothing_is_fetched(text)
    assert read.scene() == Scene(hostile).document()
    assert read.texts("title") == [({}, "".join(payloads.values()))]
    outside = text[: text.index("minezone-scene")]
    assert not [p for name, p in payloads.items() if name != "lines" and p in outside]
    assert "X49X" not in text


def calm_scene():
    return {"lang": "zh", "title": "x", "total": 0}


def test_template_signs_in_texts_are_not_run_on_the_server():
    text = maps.page({**calm_scene(), "title": "X{{ 7*7 }}X", "note": "X{{ 7*7 }}X{% oops"})
    assert "X49X" not in text
    assert Reader(text).scene()["note"] == "X{{ 7*7 }}X{% oops"
    assert Reader(text).texts("title") == [({}, "X{{ 7*7 }}X")]


def test_the_same_result_gives_the_same_bytes(result, page):
    assert maps.write(result).read_text(encoding="utf-8") == page
    code = (
        "import sys; from pathlib import Path; from webmap import maps\n"
        "sys.stdout.buffer.write(maps.write(Path(sys.argv[1])).read_bytes())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(result)], capture_output=True, check=True
    )
    assert done.stdout.decode("utf-8") == page


def test_a_served_page_names_files_by_digest_and_carries_its_nonce(result):
    text = maps.served(Scene(result).head("zh", "server", "/api/reports/x"), "n0nce", url_of)
    read = Reader(text)
    scripts = [a for a, _ in read.texts("script") if a.get("type") != "application/json"]
    assert {a["nonce"] for a in scripts} == {"n0nce"}
    files = assets.page_assets((*maps.STYLES, *maps.SCRIPTS))
    assert [(a["src"], a["integrity"]) for a in scripts[:-1]] == [
        (url_of(f), f.integrity) for f in files if f.is_script
    ]
    links = [a for t, a in read.elements if t == "link" and a["rel"] == "stylesheet"]
    assert [(a["href"], a["integrity"]) for a in links] == [
        (url_of(f), f.integrity) for f in files if not f.is_script
    ]
    assert not [a for _, a in read.elements if "http-equiv" in a]
    assert read.scene()["base"] == "/api/reports/x"


def url_of(asset):
    return f"/assets/{asset.file_name}"


def test_a_nonce_or_address_cannot_leave_its_attribute(result):
    text = maps.served(calm_scene(), '"><img src=x>', lambda asset: '"><img src=y>')
    assert "img" not in {tag for tag, _ in Reader(text).elements}


def test_where_it_is_written(result, tmp_path):
    assert maps.write(result) == result / "map.html"
    target = tmp_path / "别处" / "图.html"
    assert maps.write(result / "report.json", "en", target) == target
    assert Reader(target.read_text(encoding="utf-8")).scene()["lang"] == "en"
    assert maps.write(result / "report.json") == result / "map.html"


def test_a_page_that_cannot_be_drawn_leaves_the_old_one(result, monkeypatch):
    before = maps.write(result).read_bytes()
    monkeypatch.setattr(scene, "MOST_BYTES", 10)
    with pytest.raises(ResultError):
        maps.write(result)
    assert (result / "map.html").read_bytes() == before


def test_folium_names_no_file_that_is_not_here():
    named = [url for _, url in (*maps.PageMap.default_js, *maps.PageMap.default_css)]
    assert sorted(named) == sorted(entry.url for entry in assets.THIRD_PARTY)
    assert all(assets.covered(url).body for url in named)
