"""findings.csv: one row per finding, for spreadsheets."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from analysis.model import Objects, Verdict
from analysis.reports.columns import finite, shortest
from analysis.reports.frame import Frame
from analysis.reports.text import inert

HEADERS = (
    "subject", "feature_id", "source_id", "name", "layer", "rule", "rule_title", "verdict",
    "reason", "measured", "threshold", "unit", "comparison", "uncertainty", "related_layer",
    "related", "article", "quote", "message_zh", "message_en",
)  # fmt: skip


def write_csv(frame: Frame, path: Path, lang: str) -> None:
    """Write all findings: UTF-8 with BOM, CRLF, numbers unrounded, no live formulas.

    ``related`` is the neighbour's own number; what is not there is an empty cell.
    """
    columns = _columns(frame, lang)
    # The BOM tells Excel that the file is UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        out = csv.writer(stream, lineterminator="\r\n")
        out.writerow(HEADERS)
        out.writerows(zip(*(columns[h] for h in HEADERS), strict=True))


def _columns(frame: Frame, lang: str) -> dict[str, list[Any]]:
    r, f = frame.results, frame.results.findings
    names = np.array([v.name for v in Verdict], dtype=object)
    texts: dict[str, Any] = {
        "feature_id": frame.feature_id[f.subject],
        "source_id": frame.source_id[f.subject],
        "name": frame.name[f.subject],
        "layer": r.subject_layer[f.subject],
        "rule": r.rule,
        "rule_title": frame.titles(lang),
        "verdict": names[f.verdict],
        "reason": f.reason,
        "unit": f.unit,
        "comparison": f.comparison,
        "related_layer": f.related_layer,
        "related": frame.related_source_id,
        "article": frame.citations.article(),
        "quote": frame.citations.quote(),
        "message_zh": frame.messages("zh"),
        "message_en": frame.messages("en"),
    }
    columns: dict[str, list[Any]] = {name: _cells(values) for name, values in texts.items()}
    columns["subject"] = f.subject.tolist()
    columns["measured"] = finite(f.measured)
    columns["threshold"] = finite(f.threshold)
    columns["uncertainty"] = finite(shortest(f.uncertainty))
    return columns


def _cells(values: Objects | list[str]) -> list[str | None]:
    cells: list[str | None] = inert(pa.array(values, pa.string())).to_pylist()
    return cells
