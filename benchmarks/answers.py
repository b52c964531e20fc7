"""What a run said of a country, and what is so of it, both by the country's own rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import truth
from country import Country

NOT_APPLICABLE, PASS, NO_DATA, REVIEW, FAIL = range(5)
RANK = {"NOT_APPLICABLE": 0, "PASS": 1, "NO_DATA": 2, "REVIEW": 3, "FAIL": 4}
SETBACK_M = {"main_stem": 3000.0, "important_tributary": 1000.0}
NUMBERS = {
    "mining_right": ("rights", "licence_no"),
    "tailings_facility": ("ponds", "facility_no"),
    "goaf": ("goafs", "goaf_no"),
    "river": ("rivers", "river_no"),
}


@dataclass(frozen=True)
class Answers:
    """Findings of one rule, (n,) each; rows are those of the country, -1 none."""

    subject: np.ndarray
    related: np.ndarray
    verdict: np.ndarray
    reason: np.ndarray
    measured: np.ndarray


@dataclass(frozen=True)
class Run:
    """What a run wrote: rows of the country it judged by layer, findings by rule, counts."""

    judged: dict[str, np.ndarray]
    rules: dict[str, Answers]
    inputs: list[dict[str, object]]


@dataclass(frozen=True)
class Known:
    """The truth of a country."""

    state: dict[str, np.ndarray]
    doubt: dict[str, np.ndarray]
    shapes: dict[str, np.ndarray]
    shared: truth.Shared
    left: truth.Shared
    near: truth.Near
    owner: np.ndarray


def read(country: Country, snapshots: Path, out: Path) -> Run:
    """Read the tables of a run; ``snapshots`` holds a copy of each layer as judged."""
    row_of = {layer: numbered(country, layer) for layer in NUMBERS}
    subjects = pq.read_table(out / "subjects.parquet", columns=["source_id", "layer"])
    layer, number = (subjects[name].to_numpy() for name in ("layer", "source_id"))
    row = np.array([row_of[a][b] for a, b in zip(layer, number, strict=True)], dtype=np.int64)
    copies = {name: copy_of(snapshots, name, row_of[name]) for name in row_of}
    table = pq.read_table(out / "findings.parquet")
    column = {name: table[name].to_numpy() for name in table.column_names}
    related = np.full(len(table), -1)
    for name, rows in copies.items():
        own = (column["related_layer"] == name) & (column["related"] >= 0)
        related[own] = rows[column["related"][own]]
    rank = np.array([RANK[v] for v in column["verdict"]], dtype=np.int8)
    whole = (row[column["subject"]], related, rank, column["reason"], column["measured"])
    rules = {
        str(code): Answers(*(values[column["rule"] == code] for values in whole))
        for code in np.unique(column["rule"].astype(str))
    }
    judged = {name: row[layer == name] for name in row_of if name != "river"}
    inputs = json.loads((out / "report.json").read_text(encoding="utf-8"))["inputs"]
    return Run(judged, rules, [i for i in inputs if i["declared"] is not None])


def numbered(country: Country, layer: str) -> dict[str, int]:
    drawn, column = NUMBERS[layer]
    numbers = getattr(country, drawn).columns[column]
    return {str(number): row for row, number in enumerate(numbers)}


def copy_of(snapshots: Path, layer: str, row_of: dict[str, int]) -> np.ndarray:
    # An edit of the code that reads files makes another copy: the last is the one judged.
    path = max(snapshots.glob(f"{layer}-*.parquet"), key=lambda p: p.stat().st_mtime)
    numbers = pq.read_table(path, columns=["source_id"])["source_id"].to_pylist()
    return np.array([row_of[number] for number in numbers], dtype=np.int64)


def known(country: Country) -> Known:
    """Work out the truth of every pair; it knows nothing of any run."""
    shapes, state, doubt = {}, {}, {}
    for layer in ("mining_right", "tailings_facility", "goaf"):
        drawn = getattr(country, NUMBERS[layer][0])
        shapes[layer], state[layer], doubt[layer] = truth.mended(drawn.shapes)
    licence = numbered(country, "mining_right")
    owner = np.array([licence[str(n)] for n in country.goafs.columns["owner_licence_no"]])
    rivers = country.rivers
    limits = np.array([SETBACK_M[kind] for kind in rivers.columns["river_class"]])
    return Known(
        state,
        doubt,
        shapes,
        truth.overlaps(shapes["mining_right"]),
        truth.outside(shapes["goaf"], shapes["mining_right"], owner),
        truth.near(shapes["tailings_facility"], rivers.shapes, limits),
        owner,
    )
