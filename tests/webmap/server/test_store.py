"""Reports on disk: whole or not at all, never beyond what is kept, by random ids only."""

import time
import uuid
from pathlib import Path

import orjson
import pytest

from webmap.report_store import REQUEST, ReportStore
from webmap.settings import ServerSettings

OUTSIDE = [
    "", ".", "..", "../reports", "..%2f..", "/etc", "x" * 36, "\0", "a/b",
    "00000000-0000-0000-0000-000000000000", "{}", "报告",
    "6F9619FF-8B86-4D01-B42D-00CF4FC964FF", "6f9619ff-8b86-4d01-b42d-00cf4fc964ff\n",
]  # fmt: skip


@pytest.fixture
def settings():
    return ServerSettings(Path("w.toml"), max_reports=3, max_reports_mb=1)


@pytest.fixture
def store(tmp_path, settings):
    return ReportStore(tmp_path, settings)


def keep(store, size=10):
    report_id = str(uuid.uuid4())
    with store.receiving() as folder:
        (folder / "report.json").write_bytes(b"x" * size)
        store.keep(folder, report_id)
    return report_id


def test_a_report_is_found_by_its_id(store):
    report_id = keep(store)
    assert (store.report(report_id) / "report.json").read_bytes() == b"x" * 10
    assert list(store.incoming.iterdir()) == []


@pytest.mark.parametrize("text", OUTSIDE)
def test_other_texts_lead_nowhere(store, text, tmp_path):
    (tmp_path / "report.json").write_text("{}", encoding="utf-8")
    assert store.report(text) is None and store.screen(text) is None
    with store.receiving() as folder, pytest.raises(ValueError, match="id"):
        store.keep(folder, text)


def test_what_fails_leaves_nothing(store):
    with pytest.raises(ZeroDivisionError), store.receiving() as folder:
        (folder / "half").write_text("x", encoding="utf-8")
        raise ZeroDivisionError
    assert list(store.incoming.iterdir()) == []


def test_the_oldest_go_beyond_the_count(store):
    ids = [keep(store) for _ in range(5)]
    assert [bool(store.report(i)) for i in ids] == [False, False, True, True, True]
    assert len(store) == 3 == len(list(store.reports.iterdir()))


def test_the_oldest_go_beyond_the_size(store):
    first, second = keep(store, 600_000), keep(store, 600_000)
    assert store.report(first) is None and store.report(second)
    huge = keep(store, 3_000_000)  # the newest stays: its id has just been given away
    assert store.report(huge) and len(store) == 1


def test_a_file_added_later_counts(store):
    first, second = keep(store), keep(store)
    (store.report(second) / "findings.gpkg").write_bytes(b"x" * 2_000_000)
    store.grown(second)
    assert store.report(first) is None and store.report(second)


def test_another_start_knows_what_is_there(store, tmp_path, settings):
    ids = []
    for _ in range(3):
        ids.append(keep(store))
        time.sleep(0.02)
    (store.incoming / "left").mkdir()
    again = ReportStore(tmp_path, settings)
    assert list(again.incoming.iterdir()) == []
    newest = keep(again)
    assert again.report(ids[0]) is None
    assert all(again.report(i) for i in (*ids[1:], newest))


def test_screens_replace_one_another(store, tmp_path, settings):
    folders = []
    for number in range(2):
        report_id = str(uuid.uuid4())
        with store.receiving() as place:
            out = place / "out"
            out.mkdir()
            (out / "report.json").write_text("{}", encoding="utf-8")
            (out / REQUEST).write_bytes(orjson.dumps({"report_id": report_id}))
            key = f"{'ab' * 32}-2026-06-0{number + 1}"
            folders.append((key, report_id, store.keep_screen(out, key)))
    assert store.screen(folders[0][0]) is None and store.report(folders[0][1]) is None
    key, report_id, folder = folders[1]
    for one in (store, ReportStore(tmp_path, settings)):
        assert one.screen(key) == folder == one.report(report_id)
        assert one.id_of_screen(folder) == report_id
