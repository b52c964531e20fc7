"""Report writers: one module per format, no judgement in any of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from analysis.io import OutputError, Staging, sha256_of, staged
from analysis.reports import outlines, report_json, table_csv, tables
from analysis.reports.frame import EvidenceRows, Frame
from analysis.results import Results

ALWAYS = ("subjects.parquet", "findings.parquet", "evidence.parquet", "report.json")
OPTIONAL = {"gpkg": "findings.gpkg", "csv": "findings.csv"}
# Drawn from the folder after a run; a newer run makes them untrue.
DRAWN = ("map.html", "hillshade.png", "hillshade.pgw")
# All that a run may leave or take away.
NAMES = (*ALWAYS, outlines.NAME, *OPTIONAL.values(), *DRAWN)
FORMATS = frozenset({"json", "parquet", *OPTIONAL})


def write(
    results: Results,
    out: Path,
    formats: Iterable[str] = ("json", "gpkg", "csv"),
    lang: str = "zh",
    evidence: bool = True,
    errors: Sequence[str] = (),
) -> dict[Path, str]:
    """Write a run's outputs into the folder ``out``, which is made if need be.

    The Parquet tables and report.json are always written, outlines.parquet where the run is
    small enough to be drawn from its folder. All files appear together, report.json last; files
    that an earlier run left and this one does not write, its map among them, are removed, so
    that a folder never shows two runs.

    Parameters
    ----------
    results : what the engine found
    out : folder
    formats : ``gpkg`` and ``csv`` are the optional ones
    lang : language of titles and messages where a format holds only one, ``zh`` or ``en``
    evidence : False leaves geometries of evidence out of every file
    errors : sentences for ``errors`` of report.json

    Returns
    -------
    Path -> SHA-256 of each file, in the order written.

    Raises
    ------
    OutputError
        A format is unknown, or a file cannot be written.
    RuleError
        The results contradict themselves.
    """
    wanted = _wanted(formats)
    frame = Frame(results)
    rows = frame.evidence if evidence else _none(frame.evidence)
    with staged(out) as staging:
        entries = _write_tables(frame, rows, staging)
        if "gpkg" in wanted:
            from analysis.reports.geopackage import write_geopackage

            write_geopackage(frame, rows, staging.path(OPTIONAL["gpkg"]), lang)
        if "csv" in wanted:
            table_csv.write_csv(frame, staging.path(OPTIONAL["csv"]), lang)
        # Only where an earlier run of ours left them: they may be anybody's.
        if is_result_folder(out):
            for name in sorted({*NAMES} - {*ALWAYS} - {*staging.names}):
                staging.obsolete(name)
        document = report_json.build(frame, rows, entries, errors)
        staging.path("report.json").write_bytes(report_json.dumps(document))
    return {out / name: sha256_of(out / name) for name in staging.names}


def is_result_folder(folder: Path) -> bool:
    """Return whether an earlier run wrote its report into ``folder``."""
    try:
        report = orjson.loads((folder / "report.json").read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return False
    tool = report.get("tool") if isinstance(report, dict) else None
    return isinstance(tool, dict) and tool.get("name") == "minezone"


def remove_results(folder: Path) -> None:
    """Remove what an earlier run wrote into ``folder``, the report first; no other file."""
    if is_result_folder(folder):
        for name in ("report.json", *NAMES):
            (folder / name).unlink(missing_ok=True)


def _wanted(formats: Iterable[str]) -> set[str]:
    wanted = set(formats)
    unknown = sorted(wanted - FORMATS)
    if unknown:
        known = ", ".join(sorted(FORMATS))
        raise OutputError(
            f"不支持的输出格式 {unknown[0]}（可用：{known}）",
            f"unknown output format {unknown[0]} (available: {known})",
        )
    return wanted


def _none(rows: EvidenceRows) -> EvidenceRows:
    nothing = np.empty(0, dtype=object)
    return EvidenceRows(rows.finding[:0], nothing, nothing, nothing)


def _write_tables(frame: Frame, rows: EvidenceRows, staging: Staging) -> list[dict[str, Any]]:
    """Write the tables and return their entries for report.json."""
    made = {
        "subjects.parquet": tables.subjects_table(frame),
        "findings.parquet": tables.findings_table(frame),
        "evidence.parquet": tables.evidence_table(frame, rows),
    }
    if outlines.fits(frame):
        made[outlines.NAME] = outlines.outlines_table(frame, rows)
    entries = []
    for name, table in made.items():
        path = staging.path(name)
        tables.write_table(table, path)
        entries.append({"file": name, "rows": table.num_rows, "sha256": sha256_of(path)})
    return entries
