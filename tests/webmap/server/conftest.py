"""One server for most tests, on the sample county; others are made where a test needs its own."""

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import webmap
from webmap.app import create_app
from webmap.cli_demo import SAMPLE
from webmap.settings import ServerSettings

DAY = "2026-06-01"
HOME = Path(webmap.__file__).parent.parent


class Running:
    """A server in a process of its own."""

    def __init__(self, workspace, state, **environ):
        words = [sys.executable, "-m", "webmap.cli", "serve", "-w", str(workspace), "--port", "0"]
        self.process = subprocess.Popen(
            [*words, "--workers", "2", "--state", str(state), "--lang", "en"],
            env={**os.environ, "PYTHONPATH": str(HOME), "PYTHONUTF8": "1", **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        said = self.process.stdout.readline()
        self.port = int(re.search(r"http://127\.0\.0\.1:(\d+)/ ", said).group(1))
        self.until(lambda: self.ask("GET", "/healthz")[0] == 200)

    def until(self, condition, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if condition():
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError("did not come true")

    def ask(self, method, path, body=None, **headers):
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {k.replace("_", "-"): v for k, v in headers.items()}
        line.request(method, path, body, headers)
        answer = line.getresponse()
        data = answer.read()
        line.close()
        return answer.status, data

    def children(self, pid=None):
        """Return process number -> words of all that the server has started."""
        out = {}
        for task in Path(f"/proc/{pid or self.process.pid}/task").glob("*/children"):
            for child in map(int, task.read_text().split()):
                words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
                out[child] = b" ".join(words).decode()
                out |= self.children(child)
        return out

    def end(self):
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.communicate(timeout=30)[1]
        finally:
            self.process.kill()


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
