"""The server as it runs: a process of its own, real sockets, processes that break."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from webmap import cli

from .conftest import HOME, Running


@pytest.fixture(scope="module")
def running(workspace, tmp_path_factory):
    server = Running(
        workspace, tmp_path_factory.mktemp("state"), MINEZONE_MAX_UPLOAD_MB="2",
        MINEZONE_MAX_GEOJSON_MB="1", MINEZONE_JUDGE_SECONDS="20",
    )  # fmt: skip
    yield server
    server.end()


GEOJSON = {"Content_Type": "application/geo+json"}


def test_a_file_over_real_sockets(running, prospect):
    status, data = running.ask("POST", "/api/vet", prospect.read_bytes(), **GEOJSON)
    assert status == 201 and json.loads(data)["complete"] is True


def test_300_megabytes_are_cut_off_at_the_limit(running):
    store_before = files_of(running)
    sent = 0
    with socket.create_connection(("127.0.0.1", running.port)) as line:
        line.settimeout(20)
        head = (
            "POST /api/vet HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n"
            "Content-Type: application/geo+json\r\n\r\n"
        )
        line.sendall(head.encode())
        block = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        try:
            for _ in range(300 << 4):
                line.sendall(block)
                sent += len(block)
        except OSError:
            pass  # cut off, as it should be
        try:
            answer = line.recv(4096)
        except OSError:
            answer = b""
    assert sent < 64 << 20
    if answer:
        assert b" 413 " in answer.split(b"\r\n")[0]
    assert running.ask("GET", "/healthz")[0] == 200
    assert files_of(running) == store_before


def files_of(running):
    words = Path(f"/proc/{running.process.pid}/cmdline").read_bytes().split(b"\0")
    state = Path(words[words.index(b"--state") + 1].decode())
    return sorted(p for p in (state / "incoming").rglob("*"))


def test_a_declared_length_beyond_the_limit_is_refused_unread(running):
    line = http.client.HTTPConnection("127.0.0.1", running.port, timeout=20)
    line.putrequest("POST", "/api/vet")
    line.putheader("Content-Type", "multipart/form-data; boundary=x")
    line.putheader("Content-Length", str(300 << 20))
    line.endheaders()
    answer = line.getresponse()
    assert answer.status == 413 and answer.getheader("Connection") == "close"
    assert "2 MiB" in json.loads(answer.read())["detail"]


def test_a_sender_that_breaks_off_leaves_nothing(running):
    with socket.create_connection(("127.0.0.1", running.port)) as line:
        head = (
            "POST /api/vet HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n"
            'Content-Type: application/geo+json\r\n\r\n{"type": '
        )
        line.sendall(head.encode())
    running.until(lambda: files_of(running) == [])
    assert running.ask("GET", "/healthz")[0] == 200


def test_ids_with_percent_signs(running):
    feature = {"type": "Feature", "properties": {"licence_no": "A%2e%2e/B"}}
    ring = [[111.0, 39.0], [111.01, 39.0], [111.01, 39.01], [111.0, 39.0]]
    feature["geometry"] = {"type": "Polygon", "coordinates": [ring]}
    data = json.loads(running.ask("POST", "/api/vet", json.dumps(feature), **GEOJSON)[1])
    url = f"/api/reports/{data['report_id']}/subjects/mining_right%3AA%252e%252e%2FB"
    status, told = running.ask("GET", url)
    assert status == 200 and json.loads(told)["subject"]["number"] == "A%2e%2e/B"


def test_paths_that_climb(running):
    for path in (
        "/api/reports/../../etc/passwd",
        "/assets/../../webmap/app.py",
        "/../x",
        "/api/reports/%2e%2e/%2e%2e",
        "/assets/..%2f..%2fpyproject.toml",
        "//etc/passwd",
    ):
        status, data = running.ask("GET", path)
        assert status == 404, path
        assert b"root:" not in data and b"create_app" not in data


@pytest.mark.slow
def test_a_judge_that_is_killed_is_replaced(running, prospect):
    judges = [pid for pid, words in running.children().items() if "webmap.judge" in words]
    assert len(judges) == 2
    for pid in judges:
        os.kill(pid, signal.SIGKILL)
    answers = [
        running.ask("POST", "/api/vet", prospect.read_bytes(), **GEOJSON)[0] for _ in range(6)
    ]
    assert set(answers) <= {201, 503} and answers[-2:] == [201, 201]
    assert json.loads(running.ask("GET", "/healthz")[1])["workers"]["running"] >= 1


@pytest.mark.slow
def test_a_reader_that_is_killed_is_replaced(running, pond):
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.gpkg"\r\n\r\n'
        + pond.read_bytes()
        + b"\r\n--x--\r\n"
    )
    kind = {"Content_Type": "multipart/form-data; boundary=x"}
    assert running.ask("POST", "/api/vet", body, **kind)[0] == 201
    readers = [pid for pid, words in running.children().items() if "layers.child" in words]
    for pid in readers:
        os.kill(pid, signal.SIGKILL)
    assert [running.ask("POST", "/api/vet", body, **kind)[0] for _ in range(3)] == [201] * 3


@pytest.mark.slow
def test_a_judge_that_hangs_is_ended(workspace, tmp_path, prospect):
    server = Running(workspace, tmp_path, MINEZONE_JUDGE_SECONDS="0.5", MINEZONE_READ_SECONDS="0.5")
    try:
        for pid, words in server.children().items():
            if "webmap.judge" in words:
                os.kill(pid, signal.SIGSTOP)
        status, data = server.ask("POST", "/api/vet", prospect.read_bytes(), **GEOJSON)
        assert status == 503 and "took too long" in json.loads(data)["detail"]
        server.ask("POST", "/api/vet", prospect.read_bytes(), **GEOJSON)
        server.until(
            lambda: server.ask("POST", "/api/vet", prospect.read_bytes(), **GEOJSON)[0] == 201
        )
    finally:
        server.end()


@pytest.mark.slow
def test_all_processes_end_with_the_server(workspace, tmp_path):
    server = Running(workspace, tmp_path)
    started = list(server.children())
    assert len(started) >= 4  # two judges with a reader each
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    server.process.communicate()
    server.until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in started), 20)


@pytest.mark.slow
def test_it_ends_quietly(workspace, tmp_path):
    server = Running(workspace, tmp_path)
    said = server.end()
    assert "Traceback" not in said
    assert server.process.returncode == 0


def test_a_port_that_is_taken(running, workspace, tmp_path):
    words = [sys.executable, "-m", "webmap.cli", "serve", "-w", str(workspace), "--lang", "en"]
    done = subprocess.run(
        [*words, "--port", str(running.port), "--state", str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(HOME)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert "cannot listen on 127.0.0.1" in done.stderr and "--port" in done.stderr


def test_two_servers_never_share_a_state_folder(running, workspace, capsys):
    words = Path(f"/proc/{running.process.pid}/cmdline").read_bytes().split(b"\0")
    state = words[words.index(b"--state") + 1].decode()
    options = ["--port", "0", "--state", state, "--lang", "en"]
    assert cli.main(["serve", "-w", str(workspace), *options]) == 2
    assert f"another server uses the state folder {state}" in capsys.readouterr().err


def test_it_listens_on_this_machine_only(running):
    tables = [Path(f"/proc/net/{name}").read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    rows = [line.split() for table in tables for line in table]
    port = f":{running.port:04X}"
    assert [r[1] for r in rows if r[3] == "0A" and r[1].endswith(port)] == [f"0100007F{port}"]
