"""The face of the engine: vet, screen, batch, inspect, rules and explain.

Everything the command line and the server do goes through here.
"""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from analysis import engine, messages, registry
from analysis.errors import UnknownRuleError
from analysis.io import write_bytes
from analysis.law import Rulebook
from analysis.model import Rule, Verdict
from analysis.reports import write
from analysis.results import Results
from analysis.rulebook import load as load_rulebook
from gis.errors import MineZoneError
from gis.ragged import Ints
from layers.errors import LayerError
from layers.formats import is_dataset
from layers.layer import Layer
from layers.workspace import Workspace, load_vetted, open_workspace

DEFAULT_FORMATS = ("json", "gpkg", "csv")

Progress = Callable[[str, float], None]


@dataclass(frozen=True, eq=False)
class Outcome:
    """A finished run: what was found, where it was written, and the exit status."""

    results: Results
    out: Path
    files: tuple[Path, ...]
    exit_status: int


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
    """A finished batch; ``files`` are the summaries."""

    rows: tuple[BatchRow, ...]
    out: Path
    files: tuple[Path, ...]
    exit_status: int


def vet(
    files: Sequence[Path],
    workspace: Path,
    out: Path,
    *,
    layer: str | None = None,
    rules: Sequence[str] | None = None,
    as_of: date | None = None,
    formats: Sequence[str] = DEFAULT_FORMATS,
    constants: Mapping[str, str] | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    lang: str = "zh",
    progress: Progress | None = None,
) -> Outcome:
    """Judge the features of ``files`` against the workspace and one another.

    ``constants`` are the user's declarations for columns the files lack.
    """
    bench = _Bench(open_workspace(workspace), rules, as_of, formats, lang, progress)
    vetted: dict[str, Layer] = {}
    for file in files:
        read = bench.read(file, layer, constants, crs, encoding)
        for name, part in read.items():
            vetted[name] = vetted[name].stack(part) if name in vetted else part
    return bench.vet(vetted, out)


def screen(
    workspace: Path,
    out: Path,
    *,
    rules: Sequence[str] | None = None,
    as_of: date | None = None,
    formats: Sequence[str] = DEFAULT_FORMATS,
    lang: str = "zh",
    progress: Progress | None = None,
) -> Outcome:
    """Judge every registered feature of the workspace."""
    bench = _Bench(open_workspace(workspace), rules, as_of, formats, lang, progress)
    wanted = {name for rule in bench.rules for name in rule.subjects}
    layers = bench.registered(engine.needed_layers(bench.rules, wanted))
    subjects = {
        name: np.arange(len(layers[name]), dtype=np.int64)
        for name in engine.SUBJECT_LAYERS
        if name in layers and name in wanted
    }
    if not subjects:
        raise LayerError(
            f"{workspace}：工作区没有所选规则可判定的图层（{'、'.join(sorted(wanted))}）",
            f"{workspace}: the workspace has no layer that the chosen rules judge "
            f"({', '.join(sorted(wanted))})",
        )
    return bench.judge(layers, subjects, out)


def batch(
    paths: Sequence[Path],
    workspace: Path,
    out: Path,
    *,
    layer: str | None = None,
    rules: Sequence[str] | None = None,
    as_of: date | None = None,
    formats: Sequence[str] = DEFAULT_FORMATS,
    constants: Mapping[str, str] | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    lang: str = "zh",
    progress: Progress | None = None,
) -> BatchOutcome:
    """Vet every file by itself, one folder of results each; a bad file never stops the rest.

    Folders are searched to any depth. Exit status 2 if any file could not be judged, else that
    of the worst file (1, then 3, then 0).
    """
    files = list(_datasets(paths))
    if not files:
        names = "、".join(str(p) for p in paths)
        raise LayerError(f"{names}：没有可读的数据文件", f"{names}: no file to read")
    bench = _Bench(open_workspace(workspace), rules, as_of, formats, lang, None)
    rows: list[BatchRow] = []
    for number, (file, folder) in enumerate(zip(files, _folders(files, out), strict=True)):
        if progress:
            progress(file.name, number / len(files))
        rows.append(_batch_row(bench, file, folder, (layer, constants, crs, encoding)))
    if progress:
        progress("", 1.0)
    statuses = {_STATUS_EXIT[row.status] for row in rows}
    exit_status = next((s for s in (2, 1, 3) if s in statuses), 0)
    return BatchOutcome(tuple(rows), out, _write_summary(rows, out), exit_status)


# -- one workspace, many runs ------------------------------------------------------------------


class _Bench:
    """A workspace opened once: its rules, its law, and the layers loaded so far."""

    def __init__(
        self,
        workspace: Workspace,
        codes: Sequence[str] | None,
        as_of: date | None,
        formats: Sequence[str],
        lang: str,
        progress: Progress | None,
    ) -> None:
        self.workspace = workspace
        self.created_at = datetime.now(UTC)
        self.as_of = as_of or self.created_at.astimezone().date()
        self.rulebook: Rulebook = load_rulebook(workspace.jurisdiction)
        self.rules: tuple[Rule, ...] = registry.get(codes)
        self.formats, self.lang, self.progress = tuple(formats), lang, progress
        self._loaded: dict[str, Layer] = {}

    def read(
        self,
        file: Path,
        layer: str | None,
        constants: Mapping[str, str] | None,
        crs: str | None,
        encoding: str | None,
    ) -> dict[str, Layer]:
        """Return the vetted layers of one file."""
        return load_vetted(
            file,
            layer=layer,
            crs=crs,
            encoding=encoding,
            constants=dict(constants or {}),
            extent=self.workspace.extent,
        )

    def registered(self, names: Iterable[str]) -> dict[str, Layer]:
        """Return those of ``names`` that the workspace has, loaded once."""
        wanted = [n for n in names if n in self.workspace.layers and n not in self._loaded]
        self._loaded.update(self.workspace.load(wanted))
        return {n: self._loaded[n] for n in names if n in self._loaded}

    def vet(self, vetted: Mapping[str, Layer], out: Path) -> Outcome:
        """Judge the vetted features; they take the places of registered ones they name."""
        judged = [n for n in engine.SUBJECT_LAYERS if n in vetted]
        rules = [r for r in self.rules if set(r.subjects) & set(judged)]
        if not rules:
            raise UnknownRuleError(
                f"所选规则不判定图层 {'、'.join(vetted)}",
                f"none of the chosen rules judges {', '.join(vetted)}",
            )
        layers = self.registered(engine.needed_layers(rules, judged))
        subjects: dict[str, Ints] = {}
        for name, part in vetted.items():
            layers[name] = layers[name].join(part) if name in layers else part
            if name in judged:
                size = len(layers[name])
                subjects[name] = np.arange(size - len(part), size, dtype=np.int64)
        return self.judge(layers, subjects, out, rules)

    def judge(
        self,
        layers: Mapping[str, Layer],
        subjects: Mapping[str, Ints],
        out: Path,
        rules: Sequence[Rule] | None = None,
    ) -> Outcome:
        """Run the rules, write every output, and work out the exit status."""
        results = engine.run(
            layers,
            subjects,
            self.rules if rules is None else rules,
            self.rulebook,
            self.as_of,
            report_id=str(uuid.uuid4()),
            created_at=self.created_at,
            title=self.workspace.title,
            progress=self.progress,
        )
        files = write(results, out, self.formats, self.lang)
        return Outcome(results, out, tuple(files), exit_status(results))


def exit_status(results: Results) -> int:
    """Return 0 all PASS or NOT_APPLICABLE, 1 some FAIL, 3 something undecided.

    A row of a judged layer that was refused is as undecided as NO_DATA.
    """
    if results.verdict == Verdict.FAIL:
        return 1
    if results.verdict in (Verdict.REVIEW, Verdict.NO_DATA):
        return 3
    judged = set(results.subject_layer)
    return 3 if any(len(results.layers[name].refused) for name in judged) else 0


# -- batches -----------------------------------------------------------------------------------

_STATUS_EXIT = {"PASS": 0, "NOT_APPLICABLE": 0, "FAIL": 1, "REVIEW": 3, "NO_DATA": 3, "ERROR": 2}


def _batch_row(
    bench: _Bench, file: Path, folder: Path, options: tuple[Any, Any, Any, Any]
) -> BatchRow:
    try:
        outcome = bench.vet(bench.read(file, *options), folder)
    except MineZoneError as error:
        return BatchRow(str(file), "ERROR", None, {}, 0, error, None)
    except Exception as fault:  # noqa: BLE001  a fault on one file must not lose the others
        broken = MineZoneError(
            f"{file}：程序错误 {type(fault).__name__}: {fault}",
            f"{file}: program fault {type(fault).__name__}: {fault}",
        )
        return BatchRow(str(file), "ERROR", None, {}, 0, broken, None)
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
    return BatchRow(str(file), status, results.verdict.name, counts, refused, None, folder)


def _datasets(paths: Sequence[Path]) -> Iterable[Path]:
    for path in paths:
        if path.is_dir() and not is_dataset(path):
            yield from sorted(_walk(path))
        else:
            yield path


def _walk(folder: Path) -> Iterable[Path]:
    for entry in sorted(folder.iterdir()):
        if is_dataset(entry):
            yield entry
        elif entry.is_dir():
            yield from _walk(entry)


def _folders(files: Sequence[Path], out: Path) -> list[Path]:
    """Return one result folder per file, named by its stem, numbered where stems repeat."""
    taken: dict[str, int] = {}
    folders = []
    for file in files:
        stem = file.stem or file.name
        taken[stem] = number = taken.get(stem, 0) + 1
        folders.append(out / (stem if number == 1 else f"{stem}~{number}"))
    return folders


def _write_summary(rows: Sequence[BatchRow], out: Path) -> tuple[Path, Path]:
    names = [v.name for v in sorted(Verdict, reverse=True)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["file", "status", *names, "refused_rows", "error_zh", "error_en", "out"])
    records = []
    for row in rows:
        counts = [row.counts.get(n, 0) for n in names]
        zh, en = (row.error.zh, row.error.en) if row.error else ("", "")
        folder = row.out.name if row.out else ""
        writer.writerow([row.source, row.status, *counts, row.refused_rows, zh, en, folder])
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
    table, record = out / "summary.csv", out / "summary.json"
    write_bytes(table, text.getvalue().encode("utf-8-sig"))
    totals = {n: sum(r.status == n for r in rows) for n in [*names, "ERROR"]}
    body = {"files": len(rows), "totals": totals, "rows": records}
    write_bytes(record, json.dumps(body, ensure_ascii=False, indent=2).encode() + b"\n")
    return table, record


# -- looking ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Inspection:
    """What a file is and whether it can be judged."""

    file: Path
    usable: bool
    layers: Mapping[str, Layer] = field(default_factory=dict)
    error: MineZoneError | None = None


def inspect(
    file: Path,
    *,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    extent: str = "china",
) -> Inspection:
    """Read ``file`` as ``vet`` would and say what was found, without judging it."""
    try:
        read = load_vetted(
            file, layer=layer, crs=crs, encoding=encoding, constants={}, extent=extent
        )
    except MineZoneError as error:
        return Inspection(file, False, {}, error)
    return Inspection(file, True, read)


def list_rules(jurisdiction: str = "CN") -> tuple[Rulebook, tuple[Rule, ...]]:
    """Return the rulebook of a jurisdiction and the rules, by code."""
    return load_rulebook(jurisdiction), registry.get(None)


def explain(code: str, jurisdiction: str = "CN", as_of: date | None = None) -> Mapping[str, Any]:
    """Return everything the rulebook says of one rule, for people and for JSON."""
    (rule,) = registry.get([code])
    return messages.explain(load_rulebook(jurisdiction), rule.code, as_of)
