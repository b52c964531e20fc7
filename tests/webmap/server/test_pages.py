"""Pages for people, and the files they load."""

import hashlib
import re

import pytest

from webmap import assets, pages
from webmap.routes.pages import VET_FILES

from .conftest import is_problem


def test_the_first_page_waits_and_then_is_the_map(lone_client):
    client = lone_client()
    first = client.get("/")
    assert first.headers["refresh"] == "3" and "正在判定整个工作区" in first.text
    assert 'href="/vet"' in first.text and "<script" not in first.text
    page = first
    for _ in range(900):
        if "refresh" not in page.headers:
            break
        client.portal.call(__import__("anyio").sleep, 0.1)
        page = client.get("/")
    assert "minezone-scene" in page.text
    store = client.app.state.server.store
    (kept,) = store.screens.iterdir()
    assert (kept / "findings.gpkg").is_file()
    base = re.search(r'"base":"(/api/reports/[0-9a-f-]{36})"', page.text).group(1)
    assert client.get(base).json()["complete"] is True
    assert client.get(f"{base}/files/findings.gpkg").status_code == 200
    assert "refresh" not in client.get("/").headers  # kept, not made again


def test_a_workspace_without_anything_to_judge(lone_client, tmp_path):
    home = tmp_path / "workspace.toml"
    home.write_text('title = "空"\n', encoding="utf-8")
    client = lone_client(home)
    for _ in range(600):
        answer = client.get("/")
        if answer.status_code != 200:
            break
        client.portal.call(__import__("anyio").sleep, 0.1)
    is_problem(answer, 503, "no layer that the chosen rules judge")


@pytest.mark.parametrize(
    ("query", "lang"), [("", "zh-CN"), ("?lang=en", "en"), ("?lang=zh", "zh-CN")]
)
def test_languages(client, vetted, query, lang):
    for path in ("/vet", "/docs", f"/reports/{vetted['report_id']}"):
        assert f'<html lang="{lang}">' in client.get(path + query).text
    english = {"accept-language": "fr;q=0.9, en-US"}
    assert '<html lang="en">' in client.get("/vet", headers=english).text
    is_problem(client.get("/vet?lang=xx"), 422, "lang")


def test_the_upload_page_has_its_files_and_its_data(client):
    text = client.get("/vet").text
    loaded = re.findall(r'(?:src|href)="(/assets/[^"]+)" integrity="([^"]+)"', text)
    assert [url.partition("-")[2] for url, _ in loaded] == sorted(
        VET_FILES, key=lambda n: (not n.endswith(".css"), VET_FILES.index(n))
    )
    assert '"max_bytes":4194304' in text and "minezone.startVet(" in text


def test_every_file_that_pages_load_is_served_as_it_is(client, vetted):
    found = set()
    for path in ("/vet", "/docs", f"/reports/{vetted['report_id']}"):
        said = client.get(path).text
        found |= set(re.findall(r'(?:src|href)="(/assets/[^"]+)" integrity="([^"]+)"', said))
    assert len(found) > 10
    for url, integrity in found:
        answer = client.get(url)
        assert answer.status_code == 200
        assert assets.integrity_of(answer.content) == integrity
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert hashlib.sha256(answer.content).hexdigest()[:16] in url


@pytest.mark.parametrize("name", ["x", "leaflet.js", "app.js", "%2e%2e%2fapp.py", "a" * 200])
def test_other_files_are_not(client, name):
    answer = client.get(f"/assets/{name}")
    assert answer.status_code in (404, 422) and "create_app" not in answer.text


def test_text_in_scripts_cannot_end_them():
    said = pages.in_script({"a": "</script><!--&\u2028"})
    assert not re.search(r"[<>&\u2028]", said)
    element = pages.json_element("x", {"a": "</script>"})
    assert element.count("<") == 2


def test_the_documentation_page_names_every_address(client):
    text = client.get("/docs?lang=en").text
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in text
    assert "<script" not in text
