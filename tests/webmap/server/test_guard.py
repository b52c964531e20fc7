"""Who may ask, and the headers of every answer."""

import re

import pytest
from starlette.testclient import TestClient

from webmap.app import create_app
from webmap.guard import DATA_POLICY
from webmap.settings import ServerSettings

from .conftest import is_problem, post_geojson


def policy(answer):
    """Return a Content-Security-Policy as directive -> sources."""
    parts = answer.headers["content-security-policy"].split(";")
    words = [part.split() for part in parts if part.strip()]
    assert len({w[0] for w in words}) == len(words), "a directive given twice does not count"
    return {w[0]: w[1:] for w in words}


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil:80", "10.0.0.1", "", "[::2]",
             "127.0.0.1:x", "127.0.0.1@evil.example"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/healthz", "/", "/vet", "/assets/x"])
def test_foreign_hosts_are_refused(client, host, path):
    answer = client.get(path, headers={"host": host})
    is_problem(answer, 421, "127.0.0.1")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost:8000", "LOCALHOST", "[::1]:8000", "[::1]"]
)
def test_own_hosts_are_answered(client, host):
    assert client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "https://127.0.0.1:8000"},
        {"origin": "http://127.0.0.1:9000"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_posts_of_other_sites_are_refused(client, prospect, headers):
    headers = {"content-type": "application/geo+json", **headers}
    answer = client.post("/api/vet", content=prospect.read_bytes(), headers=headers)
    is_problem(answer, 403, "other sites")


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}, {}],
)
def test_own_posts_are_taken(client, prospect, headers):
    headers = {"content-type": "application/geo+json", **headers}
    answer = client.post("/api/vet", content=prospect.read_bytes(), headers=headers)
    assert answer.status_code == 201


def test_every_answer_bears_the_headers(client, vetted, prospect):
    report = f"/api/reports/{vetted['report_id']}"
    answers = [
        client.get(path)
        for path in (
            "/", "/vet", "/docs", "/openapi.json", "/healthz", "/nothing", "/api/layers", report,
            f"{report}/subjects", f"{report}/files/report.json",
            f"/reports/{vetted['report_id']}", f"/assets/{asset(client)}",
        )
    ]  # fmt: skip
    answers.append(post_geojson(client, b"{"))
    answers.append(client.get("/", headers={"host": "evil.example"}))
    answers.append(client.put("/api/vet"))
    for answer in answers:
        headers = answer.headers
        assert headers["x-content-type-options"] == "nosniff", answer.url
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"]
        assert "access-control-allow-origin" not in headers
        assert "server" not in headers
        said = policy(answer)
        assert said["default-src"] == ["'none'"] and said["frame-ancestors"] == ["'none'"]
        assert said["base-uri"] == ["'none'"]
        scripts = said.get("script-src", [])
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "http:"} & set(scripts)


def asset(client):
    return next(iter(client.app.state.server.assets))


def test_pages_run_scripts_of_one_nonce_only(client, vetted):
    seen = set()
    for path in ("/vet", f"/reports/{vetted['report_id']}", "/docs", "/vet"):
        answer = client.get(path)
        said = policy(answer)
        (source,) = said["script-src"]
        nonce = re.fullmatch(r"'nonce-([A-Za-z0-9_-]{24})'", source).group(1)
        assert nonce not in seen
        seen.add(nonce)
        assert said["connect-src"] == ["'self'"] and said["form-action"] == ["'self'"]
        assert said["img-src"] == ["'self'", "data:", "blob:"]
        scripts = re.findall(r"<script\b([^>]*)>", answer.text)
        for attributes in scripts:
            assert f'nonce="{nonce}"' in attributes or 'type="application/json"' in attributes
        assert not re.search(r"\son\w+\s*=", answer.text.partition("application/json")[0])
        for address in re.findall(r'(?:src|href)="([^"]*)"', answer.text):
            assert address.startswith(("/", "#")) or address == "data:,", address
            assert not address.startswith("//")


def test_data_are_sandboxed(client, vetted):
    answer = client.get(f"/api/reports/{vetted['report_id']}")
    assert answer.headers["content-security-policy"] == DATA_POLICY
    assert answer.headers["cache-control"] == "no-store"


def test_a_crash_says_nothing_of_its_inside(workspace, tmp_path, caplog):
    app = create_app(ServerSettings(workspace, workers=1, state=tmp_path))

    @app.get("/api/broken")
    async def broken():
        raise ZeroDivisionError("the secret of the house")

    # Without its lifespan: no process is needed for this.
    answer = TestClient(app, base_url="http://127.0.0.1").get("/api/broken")
    told = is_problem(answer, 500, "the server's log")
    assert "secret" not in answer.text and "ZeroDivision" not in answer.text
    assert policy(answer)["default-src"] == ["'none'"]
    assert told["file"] is None and "the secret of the house" in caplog.text


def test_other_methods_are_told_which(client):
    answer = client.delete("/api/vet")
    is_problem(answer, 405)
    assert answer.headers["allow"] == "POST"


def test_people_get_a_page_and_programs_get_data(client):
    page = client.get("/nothing", headers={"accept": "text/html", "accept-language": "en"})
    assert page.status_code == 404 and page.headers["content-type"].startswith("text/html")
    assert "Not found" in page.text and 'lang="en"' in page.text
    is_problem(client.get("/nothing"), 404)
    is_problem(client.get("/api/nothing", headers={"accept": "text/html"}), 404)
