"""One server for most tests, on the sample county; others are made where a test needs its own."""

import shutil
import zipfile

import pytest
from starlette.testclient import TestClient

from webmap.app import create_app
from webmap.cli_demo import SAMPLE
from webmap.settings import ServerSettings

DAY = "2026-06-01"


def county(folder):
    ignored = shutil.ignore_patterns("*.py", "__pycache__", ".minezone")
    shutil.copytree(SAMPLE, folder, ignore=ignored)
    return folder / "workspace.toml"


@pytest.fixture(scope="session")
def workspace(tmp_path_factory):
    return county(tmp_path_factory.mktemp("server") / "county")


@pytest.fixture(scope="session")
def client(workspace, tmp_path_factory):
    """Return a client of a running server with two judging processes."""
    settings = ServerSettings(
        workspace, workers=2, state=tmp_path_factory.mktemp("state"), max_upload_mb=4,
        max_geojson_mb=1,
    )  # fmt: skip
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as made:
        yield made


@pytest.fixture
def lone_client(workspace, tmp_path):
    """Return a function that starts a server of its own with given settings."""
    started = []

    def start(home=workspace, **given):
        given = {"workers": 1, "state": tmp_path / "state", **given}
        app = create_app(ServerSettings(home, **given))
        made = TestClient(app, base_url="http://127.0.0.1:8000")
        made.__enter__()
        started.append(made)
        return made

    yield start
    for made in started:
        made.__exit__(None, None, None)


@pytest.fixture(scope="session")
def prospect():
    return SAMPLE / "applications" / "prospect.geojson"


@pytest.fixture(scope="session")
def pond():
    return SAMPLE / "applications" / "new_pond.gpkg"


@pytest.fixture(scope="session")
def vetted(client, prospect):
    """Return the report of one vetting."""
    answer = post_geojson(client, prospect.read_bytes(), name=prospect.name)
    assert answer.status_code == 201, answer.text
    return answer.json()


def post_geojson(client, data, kind="application/geo+json", **query):
    query = {"as_of": DAY, **query}
    return client.post("/api/vet", content=data, headers={"content-type": kind}, params=query)


def post_file(client, name, data, **query):
    query = {"as_of": DAY, **query}
    return client.post("/api/vet", files={"file": (name, data)}, params=query)


def zipped(entries, path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path.read_bytes()


def is_problem(answer, status, said=""):
    """Assert that an answer is a problem of RFC 9457 that says ``said`` in one of its texts."""
    assert answer.status_code == status, (answer.status_code, answer.text[:500])
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["title"] and told["detail"] == f"{told['zh']['detail']} / {told['en']['detail']}"
    assert said in told["detail"], told["detail"]
    assert "Traceback" not in answer.text and "\\n" not in told["detail"]
    return told
