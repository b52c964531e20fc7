"""Clients that vet at once against the sample county; requests go to 127.0.0.1 only.

``python benchmarks/server.py [WORKSPACE]`` prints a table; status 1 where a promise is not kept.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample_geodata"
BOUNDARY = "minezone-benchmark"
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Body:
    """What is sent."""

    path: str
    kind: str
    data: bytes


def geojson_body(file: Path) -> Body:
    return Body(f"/api/vet?name={file.name}", "application/geo+json", file.read_bytes())


def file_body(file: Path) -> Body:
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; '
        f'filename="{file.name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
    )
    data = head.encode() + file.read_bytes() + f"\r\n--{BOUNDARY}--\r\n".encode()
    declared = "?set=right_type=mining&set=status=applied" if file.suffix == ".txt" else ""
    return Body(f"/api/vet{declared}", f"multipart/form-data; boundary={BOUNDARY}", data)


def zipped(shapefile: Path, folder: Path) -> Path:
    out = folder / f"{shapefile.stem}.zip"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in shapefile.parent.glob(f"{shapefile.stem}.*"):
            archive.write(part, part.name)
    return out


@contextmanager
def serving(workspace: Path, state: Path) -> Iterator[tuple[int, int]]:
    """Start a server; yield its port and process number."""
    words = [sys.executable, "-m", "webmap.cli", "serve", "-w", str(workspace), "--port", "0"]
    process = subprocess.Popen(
        [*words, "--state", str(state), "--lang", "en"],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        found = re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())
        assert found, "the server did not start"
        port = int(found.group(1))
        _until_ready(port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


def _until_ready(port: int) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            status = ask(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "/healthz")
        except OSError:
            time.sleep(0.2)
            continue
        if status == 200:
            return
    raise TimeoutError("the server is not ready after 120 s")


def ask(line: http.client.HTTPConnection, path: str) -> int:
    line.request("GET", path)
    answer = line.getresponse()
    answer.read()
    return answer.status


def load(port: int, bodies: list[Body], clients: int, requests: int,
         each: Callable[[int], None] | None = None) -> tuple[list[float], int]:  # fmt: skip
    """Send ``requests`` bodies in turn from ``clients`` threads; return seconds and failures."""
    numbers = iter(range(requests))
    lock, times, failures = threading.Lock(), [], []

    def client() -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            if each:
                each(number)
            body = bodies[number % len(bodies)]
            started = time.perf_counter()
            line.request("POST", body.path, body.data, {"Content-Type": body.kind})
            answer = line.getresponse()
            said = answer.read()
            seconds = time.perf_counter() - started
            with lock:
                times.append(seconds)
                if answer.status != 201:
                    failures.append(said[:300])

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for said in failures[:3]:
        print(said, file=sys.stderr)
    return times, len(failures)


def readable(port: int, bodies: list[Body]) -> tuple[list[Body], int]:
    """Return the bodies that are judged at all, and how many are refused for what they are."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    good = []
    for body in bodies:
        line.request("POST", body.path, body.data, {"Content-Type": body.kind})
        answer = line.getresponse()
        answer.read()
        if answer.status == 201:
            good.append(body)
        elif answer.status != 422:
            raise AssertionError(f"{body.path}: {answer.status}")
    return good, len(bodies) - len(good)


def memory(pid: int) -> int:
    """Return the resident bytes of a process and all that it has started, shared pages once."""
    total = 0
    for number in [pid, *descendants(pid)]:
        try:
            rollup = Path(f"/proc/{number}/smaps_rollup").read_text()
            total += int(re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE).group(1)) * 1024
        except (OSError, AttributeError):
            continue
    return total


def descendants(pid: int) -> list[int]:
    out = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            out += [child, *descendants(child)]
    return out


def processor(pid: int) -> float:
    """Return the seconds of processor that a process and its descendants have used."""
    ticks = 0
    for number in [pid, *descendants(pid)]:
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def share(times: list[float], part: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * part))]


def row(what: str, times: list[float], failures: int, promise: str, good: bool) -> bool:
    p50, p99 = share(times, 0.5) * 1e3, share(times, 0.99) * 1e3
    kept = "yes" if good else "**no**"
    print(f"| {what} | {len(times)} | {p50:.0f} | {p99:.0f} | {failures} | {promise} | {kept} |")
    return good


def main() -> int:
    kept = True
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        workspace = Path(sys.argv[1]) if sys.argv[1:] else copy(folder)
        applications = sorted((workspace.parent / "applications").iterdir())
        documents = [geojson_body(f) for f in applications if f.suffix == ".geojson"]
        shapes = sorted(workspace.parent.glob("applications/*.shp"))
        files = [file_body(f) for f in applications if f.suffix in (".gpkg", ".kml", ".txt")]
        files += [file_body(zipped(f, folder)) for f in shapes]
        with serving(workspace, folder / "state") as (port, pid):
            load(port, documents, 2, 4)
            # Some of the county's applications are there to be refused.
            files, refused = readable(port, files)
            print(f"load average before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
            print("| what | requests | p50 ms | p99 ms | errors | promise | kept |")
            print("|---|---|---|---|---|---|---|")
            used = processor(pid)
            times, bad = load(port, documents, 4, 200)
            cost = (processor(pid) - used) / 200 * 1e3
            good = bad == 0 and share(times, 0.5) < 0.3
            kept &= row("4 clients, GeoJSON body", times, bad, "p50 < 300", good)
            times, bad = load(port, files, 4, 80)
            good = bad == 0 and share(times, 0.5) < 1.5
            kept &= row("4 clients, file upload", times, bad, "p50 < 1,500", good)
            times, bad = load(port, [*documents, *files], 16, 320)
            good = bad == 0 and share(times, 0.99) < 3.0
            kept &= row("16 clients, both", times, bad, "0 errors, p99 < 3,000", good)
            seen: dict[int, int] = {}
            marks = (100, 400, 700, 999)
            times, bad = load(
                port, documents, 4, 1000, lambda n: n in marks and seen.setdefault(n, memory(pid))
            )
            grown = seen[999] / seen[100] - 1
            kept &= row("1,000 requests", times, bad, "memory + < 5 %", bad == 0 and grown < 0.05)
            print(
                f"\nProcessor time of one GeoJSON vetting: {cost:.0f} ms, all processes together."
            )
            print(f"Files: {len(files)} kinds in turn; {refused} refused for what they hold.")
            sizes = ", ".join(f"{seen[m] / 2**20:.0f} after {m}" for m in marks)
            print(f"Memory of all processes (PSS, MiB): {sizes}; growth {grown:+.1%}.")
    return 0 if kept else 1


def copy(folder: Path) -> Path:
    """Copy the sample county, so that its snapshots are not left in the checkout."""
    ignored = shutil.ignore_patterns("*.py", "__pycache__", ".minezone")
    shutil.copytree(SAMPLE, folder / "county", ignore=ignored)
    return folder / "county" / "workspace.toml"


if __name__ == "__main__":
    sys.exit(main())
