"""In Chromium against the real server: from the upload to the evidence on the map."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

import webmap

pytestmark = pytest.mark.browser

HOME = Path(webmap.__file__).parent.parent


@pytest.fixture(scope="module")
def address(workspace, tmp_path_factory):
    words = [sys.executable, "-m", "webmap.cli", "serve", "-w", str(workspace), "--port", "0"]
    process = subprocess.Popen(
        [*words, "--state", str(tmp_path_factory.mktemp("state")), "--lang", "en"],
        env={**os.environ, "PYTHONPATH": str(HOME), "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    yield re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline()).group(0)
    process.terminate()
    process.communicate(timeout=30)


@pytest.fixture
def page(chromium, address):
    """Return a page that may ask this server only and must stay free of complaints."""
    context = chromium.new_context(viewport={"width": 1440, "height": 860}, locale="zh-CN")
    made = context.new_page()
    said, asked = [], []
    made.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    made.on("pageerror", lambda e: said.append(str(e)))
    made.on("request", lambda r: asked.append(r.url))
    for _ in range(100):
        try:
            made.goto(f"{address}/vet")
            break
        except Exception:  # noqa: BLE001 - the server is still starting
            time.sleep(0.2)
    said.clear()
    yield made
    context.close()
    # Chromium itself notes every answer of 4xx; refusals are such answers.
    assert [s for s in said if "responded with a status of 4" not in s] == []
    assert [u for u in asked if not u.startswith((address, "data:", "blob:"))] == []


def upload(page, file, **declared):
    page.wait_for_selector("html[data-ready]")
    page.set_input_files("#mz-file", str(file))
    for column, value in declared.items():
        page.select_option(f"#mz-set-{column}", value)
    page.click("#mz-go")
    page.wait_for_selector(".mz-result, .mz-error")


def test_from_the_upload_to_the_evidence(page, prospect):
    upload(page, prospect)
    assert page.locator(".mz-result-row").count() == 1
    page.click("#mz-open-map")
    page.wait_for_selector("html[data-ready]")
    page.wait_for_selector("#mz-rows .mz-row:not(.mz-row-empty)")
    page.locator("#mz-rows .mz-row").first.click()
    page.wait_for_selector('#mz-panel :text("MR101")')


def test_what_lies_below_a_dam_is_shown(page, pond):
    upload(page, pond)
    page.click("#mz-open-map")
    page.wait_for_selector("#mz-rows .mz-row:not(.mz-row-empty)")
    page.locator("#mz-rows .mz-row").first.click()
    page.wait_for_selector('.mz-card[data-rule="TF201"] .mz-profile svg')
    page.locator('.mz-card[data-rule="TF201"] .mz-locate').first.click()
    page.wait_for_selector(".mz-label-mark")
    assert sorted(page.locator(".mz-label-mark").all_inner_texts()) == ["1 km", "500 m", "起点 0"]


def test_downloads_of_the_upload_page(page, pond):
    upload(page, pond)
    for name in ("report.json", "findings.gpkg", "findings.csv"):
        with page.expect_download() as got:
            page.click(f'.mz-result a[href$="/files/{name}"]')
        assert got.value.suggested_filename == name and Path(got.value.path()).stat().st_size > 100


def test_a_refusal_names_the_file(page, tmp_path):
    path = tmp_path / "坏的.geojson"
    path.write_text('{"type": "Topology"}', encoding="utf-8")
    page.wait_for_selector("html[data-ready]")
    upload(page, path)
    assert "坏的.geojson" in page.inner_text(".mz-error")


def test_the_first_page_becomes_the_map(page, address):
    page.goto(f"{address}/")
    page.wait_for_selector("html[data-ready]", timeout=60_000)
    page.wait_for_selector("#mz-rows .mz-row:not(.mz-row-empty)")
    assert page.locator("#mz-rows .mz-row").count() > 5
    # The ground comes when it is drawn, from this server; the overview counts by rule.
    picture = page.wait_for_selector(".leaflet-mz-hillshade-pane img", timeout=30_000)
    assert re.fullmatch(r"/api/reports/[0-9a-f-]{36}/hillshade\.png", picture.get_attribute("src"))
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    assert page.locator("#mz-panel .mz-table tbody tr").count() > 10


def test_pages_of_text(page, address):
    for path in ("/docs", "/nothing"):
        answer = page.goto(f"{address}{path}")
        assert answer.headers["content-security-policy"]
        assert page.locator(".mz-plain h1").count() == 1
