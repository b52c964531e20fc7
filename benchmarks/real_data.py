"""Other people's files through minezone, every row and every touching pair accounted for.

``python benchmarks/real_data.py`` prints the tables that ``benchmarks/verify.py`` takes over;
``--write`` writes docs/real-data.md, times included. The data stand beside the tree
(``../shared/data``) or where MINEZONE_SHARED_DATA says; they are not part of the project.
``tests/test_real_data.py`` makes the page again and compares all of it but the times.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from real_pairs import (
    Account,
    Said,
    account,
    checked_areas,
    meeting,
    plain_overlay,
    plain_width,
    said_by_mr101,
)
from real_rivers import offsets
from real_sets import (
    AS_OF,
    EASEMENTS,
    SETS,
    DataSet,
    data_folder,
    missing_files,
    outlines,
    prepare,
    texts,
    write_workspace,
)
from real_text import page, summary
from real_times import machine, times

from analysis import api
from analysis.model import Verdict
from analysis.results import Results
from layers.layer import Layer
from layers.workspace import open_workspace

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "real-data.md"
START, END = "<!-- times -->", "<!-- /times -->"
OVERLAYS = {  # the first is the plain overlay whose pairs are accounted for
    "jujuy": (32719, 4326, 32720, 22183),
    "la_rioja": (32719, 4326, 32720, 22182),
    "philippines": (32651, 4326),
}


@dataclass(frozen=True, eq=False)
class LayerAccount:
    """What became of the rows of one source."""

    name: str
    role: str
    crs: str
    declared: int
    read: int
    kept: int
    refused: int
    repaired: int
    doubtful: int
    issues: Counter[str]


@dataclass(frozen=True, eq=False)
class Measured:
    """Everything the page says of one data set but the times."""

    layers: list[LayerAccount]
    verdicts: dict[str, Counter[str]]
    reasons: dict[str, Counter[str]]
    subjects: int
    exit_status: int
    pairs: Account | None = None
    aside: Account | None = None
    planes: dict[int, int] | None = None
    found_large: int = 0
    quiet_width: float = 0.0
    left_aside: int = 0
    without_outline: int = 0
    unnumbered: int = 0
    areas: dict[str, float] | None = None
    touching_degrees: int = 0
    zone_hits: dict[str, int] | None = None


def layer_accounts(layers: dict[str, Layer]) -> list[LayerAccount]:
    """Return the account of each source; a row that went missing ends the run."""
    out = []
    for name, layer in layers.items():
        for number, part in enumerate(layer.provenance):
            own = layer.part == number
            kept = int(own.sum())
            assert part.declared == part.read == kept + part.refused, (name, part)
            codes = Counter(i.code for i in layer.issues)
            out.append(
                LayerAccount(
                    name, part.role, part.crs, part.declared, part.read, kept, part.refused,
                    part.repaired, int(layer.doubtful[own].sum()), codes,
                )
            )  # fmt: skip
    return out


def verdict_counts(results: Results) -> dict[str, Counter[str]]:
    """Return rule -> verdict -> number of subjects by the worst finding of the rule."""
    out: dict[str, Counter[str]] = {}
    for rule in sorted(set(results.rule.astype(str))):
        rows = np.flatnonzero(results.rule == rule)
        worst: dict[int, int] = {}
        for subject, verdict in zip(
            results.findings.subject[rows].tolist(),
            results.findings.verdict[rows].tolist(),
            strict=True,
        ):
            worst[subject] = max(worst.get(subject, 0), verdict)
        assert len(worst) == len(results.subject_layer), rule
        out[rule] = Counter(Verdict(v).name for v in worst.values())
    return out


def reason_counts(results: Results) -> dict[str, Counter[str]]:
    """Return rule -> reason -> subjects whose worst finding gives it, their summary if it does."""
    table = results.findings
    out = {}
    for rule in sorted(set(results.rule.astype(str))):
        rows = np.flatnonzero(results.rule == rule)
        order = np.lexsort((table.related[rows], -table.verdict[rows].astype(int)))
        rows = rows[order]
        _, first = np.unique(table.subject[rows], return_index=True)
        out[rule] = Counter(table.reason[rows[first]].astype(str).tolist())
    return out


def source_rows(layer: Layer, numbers: list[str | None] | None) -> np.ndarray:
    """Return the row of the source of each feature, by its running number or its own number."""
    if numbers is None:
        return np.array([int(i.rsplit("-", 1)[1]) - 1 for i in layer.source_id])
    seen: Counter[str] = Counter()
    place = {}
    for row, number in enumerate(numbers):
        key = "".join(str(number).split())
        seen[key] += 1
        place[key if seen[key] == 1 else f"{key}#{seen[key]}"] = row
    return np.array([place[i] for i in layer.source_id])


def zone_hits(results: Results, rights: Path, zones: Path) -> dict[str, int]:
    """Return how many pairs of tenement (AFTA left out) and ancestral domain meet.

    ``plain`` by the outlines as they stand; of these ``refused`` with a row that is not in the
    layer, ``named`` by MR111 and ``missed``; ``beyond`` by MR111 alone.
    """
    table, own = results.findings, results.layers["mining_right"]
    kinds, row = texts(rights, "layer"), source_rows(own, None)
    about = (results.rule == "MR111") & (table.related >= 0)
    left = row[results.subject_row[table.subject[about]]].tolist()
    right = source_rows(results.layers["protected_zone"], None)[table.related[about]].tolist()
    classes = texts(zones, "layer")
    plain = meeting(outlines(rights), outlines(zones))

    def counted(pairs: set[tuple[int, int]]) -> set[tuple[int, int]]:
        return {(a, b) for a, b in pairs if kinds[a] != "AFTA" and classes[b] == "CADT"}

    drawn, named = counted(plain), counted(set(zip(left, right, strict=True)))
    kept = set(row.tolist())
    refused = {p for p in drawn if p[0] not in kept}
    return {
        "plain": len(drawn),
        "refused": len(refused),
        "named": len(drawn & named),
        "missed": len(drawn - named - refused),
        "beyond": len(named - drawn),
    }


def measured(one: DataSet, data: Path, folder: Path) -> Measured:
    """Judge one data set and account for it."""
    workspace = write_workspace(one, data, folder)
    out = folder / one.key
    options: dict[str, Any] = {"as_of": AS_OF, "rules": one.rules, "lang": "en"}
    if one.vetted:
        files = [folder / name for name in one.vetted]
        done = api.vet(files, workspace, out, layer="tailings_facility", **options)
    else:
        done = api.screen(workspace, out, **options)
    results = done.results
    unread = [n for n in one.layers if n not in results.layers]
    layers = dict(results.layers) | open_workspace(workspace).load(unread)
    keep = {k: v for k, v in layers.items() if v.provenance}
    facts = {
        "layers": layer_accounts(keep),
        "verdicts": verdict_counts(results),
        "reasons": reason_counts(results),
        "subjects": len(results.subject_layer),
        "exit_status": done.exit_status,
    }
    if one.key in OVERLAYS:
        facts |= overlay_facts(one, results, data, folder)
    return Measured(**facts)


def overlay_facts(one: DataSet, results: Results, data: Path, folder: Path) -> dict[str, object]:
    """Return what plain overlays find, and what MR101 says of each of their pairs."""
    file = one.files["mining_right"]
    path = data / file if "/" in file else folder / file
    shapes = outlines(path)
    numbers = list(texts(path, "expediente")) if one.key == "jujuy" else None
    rows = source_rows(results.layers["mining_right"], numbers)
    said = said_by_mr101(results, rows, len(shapes))
    aside: frozenset[int] = frozenset()
    if one.key == "jujuy":
        kinds = texts(path, "layer")
        aside = frozenset(r for r, k in enumerate(kinds) if k == EASEMENTS)
    plain = {crs: plain_overlay(shapes, crs) for crs in OVERLAYS[one.key]}
    first = plain[OVERLAYS[one.key][0]]
    repaired = frozenset(np.flatnonzero(~shapely.is_valid(shapes)).tolist())
    facts: dict[str, object] = {
        "pairs": account(first, said, aside),
        "left_aside": len(aside),
        "without_outline": int((shapely.is_missing(shapes) | shapely.is_empty(shapes)).sum()),
        "planes": {crs: _large(found, aside) for crs, found in plain.items()},
        "found_large": _large(said.areas, aside),
        "quiet_width": plain_width(
            shapes,
            OVERLAYS[one.key][0],
            [p for p in first if not aside.intersection(p) and said.of(p) in ("touch", "apart")],
        ),
        "areas": checked_areas(shapes, said, repaired),
        "touching_degrees": len([p for p in plain[4326] if not aside.intersection(p)]),
    }
    if one.key == "la_rioja":
        facts["unnumbered"] = list(texts(path, "EXPEDIENTE")).count(None)
    if aside:
        others = frozenset(range(len(shapes))) - aside
        rest = {p: a for p, a in first.items() if not set(p) <= others}
        facts["aside"] = account(rest, _only(said, aside), frozenset())
    if one.key == "philippines":
        facts["zone_hits"] = zone_hits(results, path, folder / one.files["protected_zone"])
    return facts


def _only(said: Said, aside: frozenset[int]) -> Said:
    classes = {p: w for p, w in said.classes.items() if aside.intersection(p)}
    return Said(classes, said.areas, said.gap_m, said.refused)


def _large(areas: dict[tuple[int, int], float], aside: frozenset[int]) -> int:
    return sum(area > 1.0 for pair, area in areas.items() if not aside.intersection(pair))


def everything(data: Path, folder: Path) -> dict[str, Any]:
    """Prepare the files and judge all data sets."""
    prepare(data, folder)
    facts: dict[str, Any] = {one.key: measured(one, data, folder) for one in SETS}
    return facts | {"offset": offsets(data)}


def without_times(text: str) -> str:
    """Return a page less what stands between the marks of times."""
    before, _, rest = text.partition(START)
    return before + rest.partition(END)[2]


def main() -> int:
    """Measure, then print the tables, or write the page."""
    data = data_folder()
    lacking = missing_files(data)
    if lacking:
        print(f"Not measured: absent from the data folder: {', '.join(lacking)}.")
        return 0
    with tempfile.TemporaryDirectory() as name:
        facts = everything(data, Path(name))
    if "--write" not in sys.argv[1:]:
        print(summary(facts))
        return 0
    here = machine()
    PAGE.write_text(page(facts, f"{START}\n{here}\n\n{times(data)}\n{END}"), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
