"""Many files, one after the other, against one workspace."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from analysis.io import write_bytes
from analysis.model import Verdict
from analysis.reports import remove_results
from analysis.reports.text import inert
from analysis.session import Progress, ReadOptions, Session
from gis.errors import MineZoneError
from layers.errors import LayerError
from layers.formats import is_dataset, layers_in, leading_out, passed_over
from layers.given import shown
from layers.layer import Layer

SUMMARY = ("summary.csv", "summary.json")
# Names that Windows keeps for itself, with any ending.
_DEVICES = frozenset(
    ["CON", "PRN", "AUX", "NUL", *(f"{port}{k}" for port in ("COM", "LPT") for k in range(1, 10))]
)


@dataclass(frozen=True)
class BatchRow:
    """One file of a batch: judged, or refused with its reason."""

    source: str
    status: str
    verdict: str | None
    counts: Mapping[str, int]
    refused_rows: int
    error: MineZoneError | None
    out: Path | None


@dataclass(frozen=True)
class BatchOutcome:
    """A finished batch; ``files`` are the summaries, ``passed`` what in folders was not read."""

    rows: tuple[BatchRow, ...]
    out: Path
    files: tuple[Path, ...]
    exit_status: int
    passed: tuple[str, ...] = ()


def run(
    session: Session,
    paths: Sequence[Path],
    out: Path,
    options: ReadOptions,
    progress: Progress | None = None,
) -> BatchOutcome:
    """Vet every file by itself, one folder of results each; a bad file never stops the rest.

    Folders are searched to any depth. Exit status 2 if any file could not be judged, else that
    of the worst file (1, then 3, then 0).
    """
    found = list(_datasets(paths))
    files = [file for file, _ in found]
    passed = tuple(
        shown(entry)
        for path in paths
        if path.is_dir() and not is_dataset(path)
        for entry in passed_over(path)
    )
    if not files:
        names = "、".join(str(p) for p in paths)
        raise LayerError(f"{names}：没有可读的数据文件", f"{names}: no file to read")
    rows: list[BatchRow] = []
    reads = session.read_in_turn([file for file, why in found if why is None], options)
    for number, (file, folder) in enumerate(zip(files, _folders(files, out), strict=True)):
        if progress:
            progress(file.name, number / len(files))
        why = found[number][1]
        rows.append(
            _row(session, file, folder, next(reads))
            if why is None
            else _not_read(file, folder, why)
        )
    if progress:
        progress("", 1.0)
    statuses = {_STATUS_EXIT[row.status] for row in rows}
    exit_status = next((s for s in (2, 1, 3) if s in statuses), 0)
    return BatchOutcome(tuple(rows), out, _write_summary(rows, out, passed), exit_status, passed)


_STATUS_EXIT = {"PASS": 0, "NOT_APPLICABLE": 0, "FAIL": 1, "REVIEW": 3, "NO_DATA": 3, "ERROR": 2}


def _row(
    session: Session, file: Path, folder: Path, read: Callable[[], dict[str, Layer]]
) -> BatchRow:
    try:
        outcome = session.vet(read(), folder)
    except MineZoneError as error:
        return _not_read(file, folder, error)
    except Exception as fault:  # noqa: BLE001  a fault on one file must not lose the others
        broken = MineZoneError(
            f"{file}：程序错误 {type(fault).__name__}: {fault}",
            f"{file}: program fault {type(fault).__name__}: {fault}",
        )
        return _not_read(file, folder, broken)
    results = outcome.results
    counts = {
        v.name: int((results.subject_verdict == v).sum()) for v in sorted(Verdict, reverse=True)
    }
    refused = sum(
        p.refused
        for name in set(results.subject_layer)
        for p in results.layers[name].provenance
        if p.role == "vetted"
    )
    status = results.verdict.name
    if outcome.exit_status == 3 and _STATUS_EXIT[status] == 0:
        status = Verdict.NO_DATA.name
    return BatchRow(shown(file), status, results.verdict.name, counts, refused, None, folder)


def _not_read(file: Path, folder: Path, why: MineZoneError) -> BatchRow:
    # What an earlier run said of the file no longer holds.
    remove_results(folder)
    return BatchRow(shown(file), "ERROR", None, {}, 0, why, None)


def _datasets(paths: Sequence[Path]) -> Iterable[tuple[Path, MineZoneError | None]]:
    """Yield the files to judge, and of those that may not be read, why."""
    for path in paths:
        # A folder may itself be a data set (.gdb); a link that is named is meant.
        if path.is_dir() and not is_dataset(path):
            for file in layers_in(path):
                yield file, leading_out(file, path)
        else:
            yield path, None


def _folders(files: Sequence[Path], out: Path) -> list[Path]:
    """Return one result folder per file, named by its stem, numbered where stems repeat.

    All lie in ``out``, no two are the same on any file system, and none takes the place of a
    summary. A stem that would be another file's numbered name is that file's own.
    """
    stems = [_folder_name(file.stem) for file in files]
    own, taken = {_key(stem) for stem in stems}, {_key(name) for name in SUMMARY}
    last: dict[str, int] = {}
    folders = []
    for stem in stems:
        name, key, number = stem, _key(stem), last.get(_key(stem), 1)
        while key in taken or (number > 1 and key in own):
            number += 1
            name = f"{stem}~{number}"
            key = _key(name)
        last[_key(stem)] = number
        taken.add(key)
        folders.append(out / name)
    return folders


def _folder_name(stem: str) -> str:
    """Return the stem as the name of a folder: no ``..``, nor an end that Windows drops."""
    name = stem.rstrip(" .")
    return f"{name}_" if not name or name.partition(".")[0].upper() in _DEVICES else name


def _key(name: str) -> str:
    """Return what is equal for names that some file system takes for one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _write_summary(rows: Sequence[BatchRow], out: Path, passed: Sequence[str]) -> tuple[Path, Path]:
    names = [v.name for v in sorted(Verdict, reverse=True)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["file", "status", *names, "refused_rows", "error_zh", "error_en", "out"])
    records = []
    for row in rows:
        counts = [row.counts.get(n, 0) for n in names]
        zh, en = (row.error.zh, row.error.en) if row.error else ("", "")
        folder = row.out.name if row.out else ""
        source, told_zh, told_en, place = inert(
            pa.array([row.source, zh, en, folder], pa.string())
        ).to_pylist()
        writer.writerow([source, row.status, *counts, row.refused_rows, told_zh, told_en, place])
        records.append(
            {
                "file": row.source,
                "status": row.status,
                "counts": dict(zip(names, counts, strict=True)),
                "refused_rows": row.refused_rows,
                "error": {"zh": zh, "en": en} if row.error else None,
                "out": folder or None,
            }
        )
    table, record = (out / name for name in SUMMARY)
    write_bytes(table, text.getvalue().encode("utf-8-sig"))
    totals = {n: sum(r.status == n for r in rows) for n in [*names, "ERROR"]}
    body = {"files": len(rows), "totals": totals, "rows": records, "not_read": list(passed)}
    write_bytes(record, json.dumps(body, ensure_ascii=False, indent=2).encode() + b"\n")
    return table, record
