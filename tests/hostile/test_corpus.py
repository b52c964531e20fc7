"""Each input of the corpus through the way that the command line takes: all as expected.

No file but its own is read, nobody is contacted, nothing is written, nothing hangs.
"""

import socket
import threading
import time
from pathlib import Path

import pytest

from gis.errors import MineZoneError
from layers.given import Given
from layers.outside import load_outside

from .case import CANARY, Link, Read, World
from .corpus import NOWHERE, corpus

MOST_S = 20.0
NAMES = [(case.name, case.slow) for case in corpus(NOWHERE)]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Yield what hostile files would reach for; at the end nobody has called."""
    folder = tmp_path_factory.mktemp("secret")
    canary = folder / "canary.geojson"
    canary.write_text(f'{{"type": "Point", "coordinates": [111, 39], "x": "{CANARY}"}}', "utf-8")
    calls = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        ended = threading.Event()

        def wait():
            while not ended.is_set():
                try:
                    calls.append(server.accept()[1])
                except TimeoutError:
                    continue

        thread = threading.Thread(target=wait)
        thread.start()
        yield World(str(canary), str(folder / "written.txt"), server.getsockname()[1])
        time.sleep(0.2)
        ended.set()
        thread.join()
    assert calls == []
    assert sorted(p.name for p in folder.iterdir()) == ["canary.geojson"]


@pytest.fixture(scope="module")
def leftovers():
    """Return what readers left behind in the folder for temporary files before."""
    return unpacked_folders()


def unpacked_folders():
    return set(Path("/tmp").glob("minezone-*"))


@pytest.fixture(scope="module")
def cases(world, leftovers):
    return {case.name: case for case in corpus(world)}


def laid_out(case, folder):
    for name, data in case.parts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(data, Link):
            path.symlink_to(data.target)
        else:
            path.write_bytes(data)
    return folder / case.file


def tree(folder):
    return {
        (str(p), p.lstat().st_size, p.lstat().st_mtime_ns) for p in (folder, *folder.rglob("*"))
    }


def outcome(path, options):
    """Return what came of it, and every word that was said."""
    try:
        layers = load_outside(Given(path, **options))
    except MineZoneError as error:
        return error.en, f"{error.zh} {error.en}"
    first = next(iter(layers.values()))
    issues = [i for layer in layers.values() for i in layer.issues]
    codes = tuple(sorted({i.code for i in issues if i.severity != "info"}))
    words = [str(layer.table.to_pydict()) for layer in layers.values()]
    words += [f"{i.zh} {i.en}" for i in issues]
    return Read(len(first), len(first.refused), codes), " ".join(words)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] if slow else []) for n, slow in NAMES]
)
def test_all_as_expected(name, cases, tmp_path, capfd):
    case = cases[name]
    path = laid_out(case, tmp_path)
    before = tree(tmp_path)
    started = time.monotonic()
    found, words = outcome(path, case.options)
    assert time.monotonic() - started < MOST_S + 2
    if isinstance(case.expected, Read):
        assert found == case.expected
    else:
        assert isinstance(found, str), found
        assert case.expected.words in found
        assert "broke off" not in found or "broke off" in case.expected.words
        assert str(path.with_suffix("")) in found and "\n" not in words
    assert CANARY not in words and "Traceback" not in words
    assert tree(tmp_path) == before
    assert capfd.readouterr() == ("", "")


def test_the_corpus_is_large_and_its_names_differ(cases):
    assert len(NAMES) == len(dict(NAMES)) == len(cases) >= 150


def test_no_folder_of_unpacked_files_stays(tmp_path, cases, leftovers):
    case = cases["zip sound"]
    assert outcome(laid_out(case, tmp_path), {})[0] == Read(1)
    # Another test may be unpacking right now.
    deadline = time.monotonic() + 5
    while unpacked_folders() - leftovers and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not unpacked_folders() - leftovers
