"""Text of the data stays text, wherever it is put: nothing runs, nothing leaves the host."""

import json

import pytest

pytestmark = pytest.mark.browser

PAYLOADS = [
    "{{ 7*7 }}",
    "{% oops",
    '<img src=x onerror="window.PWN=1">',
    "</script><script>window.PWN=2</script>",
    "`+(window.PWN=3)+`${window.PWN=3}",
    "';window.PWN=4;//",
    '";window.PWN=5;//',
    "<!--<script>",
    "javascript:window.PWN=6",
    "\u2028window.PWN=7\u2029",
    "]]></style><svg onload=window.PWN=8>",
]


def fill(value, payload):
    """Every text of a scene becomes the payload, but keys, codes and what is looked up by name."""
    if isinstance(value, dict):
        return {k: v if k in KEEP else fill(v, payload) for k, v in value.items()}
    if isinstance(value, list):
        return [fill(v, payload) for v in value]
    return payload if isinstance(value, str) else value


KEEP = {
    "mode", "base", "lang", "created_at", "as_of", "code", "fill", "kind", "id", "subject", "layer",
    "verdict", "decided", "rule", "rules", "role", "type", "counts", "reference_ids", "unit",
    "comparison", "feature_id",
}  # fmt: skip


def hostile(make, payload):
    scene = make.county()
    rules = scene["rules"]
    scene = fill(scene, payload)
    scene["rules"] = {code: fill(rule, payload) for code, rule in rules.items()}
    for f in scene["findings"]:
        for value in ("measured", "threshold"):
            if f[value]:
                f[value] = {**f[value], "unit": payload, "comparison": payload}
    return scene


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("mode", ["file", "server"])
def test_nothing_runs(request, make, mode, payload):
    open_map = request.getfixturevalue(f"open_{mode}")
    page = open_map(hostile(make, payload))
    page.fill("#mz-search", payload)
    page.wait_for_timeout(300)
    page.fill("#mz-search", "")
    for lang in ("en", "zh"):
        page.evaluate("l => minezone.app.setLang(l)", lang)
        for of in ("mining_right:C1400001", "tailings_facility:WK-1", payload):
            page.evaluate("id => minezone.app.select(id, {fit: true})", of)
            page.wait_for_timeout(80)
    page.evaluate("minezone.app.select('mining_right:C1400001', {fit: true})")
    page.click(".mz-locate >> nth=0")
    click(page, 37.527, 111.229)
    page.wait_for_timeout(100)
    page.keyboard.press("Escape")
    click(page, 37.55, 111.265)
    page.evaluate("minezone.app.print.open()")
    page.wait_for_timeout(100)
    assert page.evaluate("window.PWN") is None
    assert page.evaluate("minezone.app.scene.subjects.length || 6") == 6
    said = page.evaluate(
        """() => {
          const numbers = document.querySelectorAll('#mz-xy, .mz-tick');
          numbers.forEach(n => { n.hidden = true; });
          return document.body.innerText.split('EPSG:4490').join('');
        }"""
    )
    assert "49" not in said
    assert payload.split("\u2028")[-1].strip("\u2029")[:6] in said
    assert page.locator("img[src='x'], svg[onload]").count() == 0
    # The browser itself reports the server's answer to an id that is none.
    page.watch.problems[:] = [p for p in page.watch.problems if "404" not in p]


def test_a_payload_in_the_address_stays_text(open_file, scene):
    page = open_file(scene, "#s=%3Cimg%20src%3Dx%20onerror%3Dwindow.PWN%3D1%3E&l=%22&v=a,b,c&f=`")
    assert page.evaluate("window.PWN") is None
    assert "<img src=x onerror=window.PWN=1>" in page.inner_text("#mz-panel")


def test_names_of_object_members_are_only_names(open_file, make):
    scene = make.county()
    text = (
        json.dumps(scene)
        .replace('"MR104"', '"constructor"')
        .replace("mining_right:C1400002", "__proto__")
    )
    page = open_file(json.loads(text), "#s=__proto__")
    assert page.inner_text("#mz-name") == "Dongpo"


def test_the_policy_stops_what_it_must(open_file, open_server, scene):
    for open_map in (open_file, open_server):
        page = open_map(scene)
        for attempt in (
            "setTimeout('window.PWN = 1')",
            "const s = document.createElement('script'); s.textContent = 'window.PWN = 2'; document.body.append(s)",
            "const d = document.createElement('div'); d.setAttribute('onclick', 'window.PWN = 3'); document.body.append(d); d.click()",
            "const i = new Image(); i.src = 'http://192.0.2.1/x.png'",
        ):
            page.evaluate(f"() => {{ {attempt} }}")
        page.wait_for_timeout(200)
        assert page.evaluate("window.PWN") is None
        assert len(page.watch.problems) >= 3 and all(
            "Content Security" in p for p in page.watch.problems
        )
        page.watch.problems.clear()
        page.watch.requests[:] = [r for r in page.watch.requests if "192.0.2.1" not in r]


def test_a_file_asks_for_nothing_but_itself(open_file, scene):
    page = open_file(scene, "#s=mining_right:C1400001")
    assert [r.split("#")[0] for r in page.watch.requests if not r.startswith("data:")] == [
        page.url.split("#")[0]
    ]


def test_downloads_quote_what_a_spreadsheet_would_run(open_file, make):
    scene = make.county()
    for s, name in zip(scene["subjects"], ["=1+1", "+cmd", "-5", "@x", 'a"b', "＝1"], strict=True):
        s["name"] = name
    page = open_file(scene)
    page.click(".mz-menu > button")
    with page.expect_download() as waiting:
        page.click(".mz-menu-item >> nth=0")
    text = waiting.value.path().read_text(encoding="utf-8-sig")
    assert waiting.value.suggested_filename == "minezone-2026-11-25.csv"
    lines = text.splitlines()
    assert (
        lines[0]
        == "layer,number,name,rule,verdict,reason,message,measured,unit,comparison,threshold,related"
    )
    assert lines[1] == (
        "mining_right,C1400001,'=1+1,MR101,FAIL,because,与 Dongpo（C1400002）重叠 0.0392 km²,0.0392,km2,<=,0,C1400002"
    )
    assert {line.split(",")[2] for line in lines[1:]} >= {"'=1+1", "'+cmd", "-5", "'@x", "'＝1"}
    page.click(".mz-menu > button")
    with page.expect_download() as waiting:
        page.click(".mz-menu-item >> nth=1")
    got = json.loads(waiting.value.path().read_text(encoding="utf-8"))
    assert [f["properties"]["verdict"] for f in got["features"]] == [
        "FAIL",
        "REVIEW",
        "NO_DATA",
        "PASS",
        "FAIL",
        "NO_DATA",
    ]


def click(page, lat, lng):
    at = page.evaluate("([a, o]) => minezone.app.map.latLngToContainerPoint([a, o])", [lat, lng])
    frame = page.locator(".folium-map").bounding_box()
    page.mouse.click(frame["x"] + at["x"], frame["y"] + at["y"])
