"""Small workspaces and results for the map, judged by the real engine, and a browser."""

import json
from datetime import date
from pathlib import Path

import pytest

from analysis import api

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
AS_OF = date(2026, 1, 1)
PAYLOADS = {
    "img": '<img src=x onerror="window.PWN=1">',
    "script": "</script><script>window.PWN=2</script>",
    "backtick": "`+(window.PWN=3)+`${window.PWN=3}",
    "quote": "';window.PWN=4;//",
    "double": '";window.PWN=5;//',
    "jinja": "{{ 7*7 }}{{ cycler.__init__.__globals__.os.getpid() }}",
    "broken jinja": "{% oops",
    "comment": "<!--<script>",
    "lines": "a\u2028b\u2029c",
    "style": "</style></title><svg onload=window.PWN=6>",
}


def box(west, south, east, north):
    """Return a rectangle given in thousandths of a degree from 111° E, 39° N, as GeoJSON."""
    x = [round(111 + v / 1000, 9) for v in (west, east)]
    y = [round(39 + v / 1000, 9) for v in (south, north)]
    ring = [[x[0], y[0]], [x[1], y[0]], [x[1], y[1]], [x[0], y[1]], [x[0], y[0]]]
    return {"type": "Polygon", "coordinates": [ring]}


def write_layer(path, rows):
    features = [{"type": "Feature", "properties": p, "geometry": g} for p, g in rows]
    body = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    return path


def right(number, geometry, **properties):
    base = {"licence_no": number, "right_type": "mining", "status": "granted"}
    return {**base, **properties}, geometry


REGISTERED = {
    "mining_right": [
        right("甲", box(5, 0, 15, 10), name="青石梁", holder="青石石料有限公司"),
        right("乙", box(60, 0, 70, 10)),
    ],
    "river": [
        ({"river_no": "HL", "name": "黄河", "source_kind": "shoreline"}, box(-9, -20, 40, -8))
    ],
    "county": [({"county_code": "140100", "county_name": "某县"}, box(-500, -500, 500, 500))],
}


def make_workspace(folder, layers=None, title="某县矿区", terrain=""):
    folder.mkdir(parents=True, exist_ok=True)
    text = [f"title = {json.dumps(title, ensure_ascii=False)}"]
    for name, rows in (REGISTERED if layers is None else layers).items():
        write_layer(folder / f"{name}.geojson", rows)
        text.append(f'[layers.{name}]\nsource = "{name}.geojson"')
    path = folder / "workspace.toml"
    path.write_text("\n".join([*text, terrain, ""]), encoding="utf-8")
    return path


APPLIED = right(
    "丙", box(0, 0, 10, 10), name="新梁", status="applied", capacity_kt_a=1234.5,
    service_life_a=8.5, overall_design=True, valid_from="2026-01-31", method="open_pit",
)  # fmt: skip


def judge(workspace, out, rows=(APPLIED,), rules=("MR101", "MR111"), name="申请.geojson"):
    file = write_layer(workspace.parent / name, rows)
    return api.vet(
        [file], workspace, out, rules=rules, as_of=AS_OF, layer="mining_right", formats=("json",)
    )


@pytest.fixture(scope="session")
def chromium():
    """One browser for all tests: a process can drive only one at a time."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}")
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def workspace(tmp_path):
    return make_workspace(tmp_path / "工作区")


@pytest.fixture
def application(workspace):
    """A file beside the workspace: one right, half of it over a granted one."""
    return write_layer(workspace.parent / "申请.geojson", [APPLIED])


@pytest.fixture
def result(workspace, tmp_path):
    """A folder of results: one right applied for, half of it over a granted one."""
    judge(workspace, tmp_path / "结果")
    return tmp_path / "结果"


@pytest.fixture
def payloads():
    """Texts that run where they are not taken as text."""
    return PAYLOADS


@pytest.fixture
def hostile(tmp_path):
    """A folder of results whose every text is hostile: title, numbers, attributes, file name."""
    every = list(PAYLOADS.values())
    texts = {
        "name": every[0], "holder": every[1], "mineral": every[2], "orebody_id": every[5],
        "hoist_type": every[7], "exploration_grade": every[9],
    }  # fmt: skip
    applied = [
        right(text, box(20 * k, 0, 20 * k + 10, 10), **{**texts, "name": text}, status="applied")
        for k, text in enumerate(every)
    ]
    layers = {
        "mining_right": [
            right(f"{text}#", box(20 * k + 5, 0, 20 * k + 12, 10), name=text)
            for k, text in enumerate(every)
        ],
        "settlement": [
            ({"settlement_no": v, "kind": "village", "name": v}, box(20 * k, 20, 20 * k + 1, 21))
            for k, v in enumerate(every)
        ],
        "county": [({"county_code": "140100", "county_name": every[1], "name": every[1]},
                    box(-500, -500, 500, 500))],
    }  # fmt: skip
    workspace = make_workspace(tmp_path / "敌意", layers, title="".join(every))
    out = tmp_path / "敌意结果"
    judge(workspace, out, applied, name="<img src=x onerror=PWN=7>{{7*7}}'`${PWN=8}.geojson")
    return out
