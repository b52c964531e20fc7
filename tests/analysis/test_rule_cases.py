"""Every rule keeps its promises: one YAML file of situations per rule.

A case gives layers in metres about a point (see conftest), the subject's number, and what the
rule must answer. The mutation test below takes every case and spoils its data one thing at a
time: what was not PASS must never become PASS.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from analysis import engine, registry
from analysis.model import FindingTable, Same, Verdict, Window, Within
from analysis.rulebook import load
from layers.catalog import catalog
from layers.layer import Layer

CASES = Path(__file__).parent / "rule_cases"
OPTIONS = (
    "accuracy_m", "coverage", "refused", "registered", "empty_means_none", "absent", "doubtful",
    "unread",
    "predecessors", "predecessors_doubtful",
)  # fmt: skip
TODAY = date(2026, 1, 1)

Make = Callable[..., Any]
Case = dict[str, Any]


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
PAGES = [
    yaml.load(file.read_text(encoding="utf-8"), _LOADER) for file in sorted(CASES.glob("*.yaml"))
]


def load_cases() -> dict[str, tuple[str, Case]]:
    """Return case id -> (rule code, case)."""
    out = {}
    for page in PAGES:
        defaults = page.get("defaults", {})
        for name, case in page["cases"].items():
            out[f"{page['rule']}-{name}"] = (page["rule"], {**defaults, **case})
    return out


ALL = load_cases()


def judge(
    make: Make, elevate: Make, code: str, case: Case
) -> tuple[FindingTable, dict[str, Layer], str]:
    """Return the findings on the case's subject, the layers and the subject's layer."""
    layers = {}
    for name, content in case["layers"].items():
        options = {k: v for k, v in content.items() if k in OPTIONS}
        layers[name] = make(
            name, content.get("rows", []), **options, origin=case.get("at", (111.0, 39.0))
        )
    terrain, at = case.get("terrain"), case.get("at", (111.0, 39.0))
    elevation = elevate(**terrain, origin=at) if terrain else None
    rule = registry.get([code])[0]
    layer = case.get("subject_layer", rule.subjects[0])
    ids = list(layers[layer].source_id)
    row = ids.index(str(case["subject"])) if "subject" in case else 0
    rows = np.arange(len(ids)) if case.get("screen", True) else np.array([row])
    table = engine.evaluate(
        rule,
        layers,
        layer,
        rows,
        load(case.get("jurisdiction", "CN")),
        case.get("as_of", TODAY),
        elevation,
    )
    mine = np.flatnonzero(table.subject == (row if case.get("screen", True) else 0))
    return _rows(table, mine), layers, layer


def _rows(table: FindingTable, rows: np.ndarray) -> FindingTable:
    columns = {name: getattr(table, name)[rows] for name in FindingTable.columns()}
    place = {int(r): k for k, r in enumerate(rows)}
    evidence = []
    for item in table.evidence:
        keep = [k for k, f in enumerate(item.finding) if int(f) in place]
        if keep:
            evidence.append((item.role, [place[int(item.finding[k])] for k in keep]))
    out = FindingTable(**columns, evidence=())
    object.__setattr__(out, "evidence", tuple(evidence))
    return out


@pytest.mark.parametrize("name", ALL)
def test_rule_case(name: str, make_layer: Make, make_elevation: Make) -> None:
    code, case = ALL[name]
    table, layers, _ = judge(make_layer, make_elevation, code, case)
    worst = Verdict(int(table.verdict.max()))
    assert worst.name == case["verdict"], list(zip(table.reason, table.verdict, strict=True))
    top = table.verdict == worst
    if "reason" in case:
        assert case["reason"] in set(table.reason[top])
    if "measured" in case:
        chosen = np.flatnonzero(top & (table.reason == case.get("reason", table.reason[top][0])))
        got = table.measured[chosen[0]]
        if case["measured"] is None:
            assert np.isnan(got)
        else:
            assert got == pytest.approx(case["measured"], abs=case.get("tolerance", 1e-3))
    if "threshold" in case:
        assert case["threshold"] in table.threshold[top]
    if "related" in case:
        found = {
            layers[layer].source_id[row]
            for layer, row in zip(table.related_layer, table.related, strict=True)
            if row >= 0
        }
        assert found == {str(v) for v in case["related"]}
    if "evidence" in case:
        assert {role for role, _ in table.evidence} == set(case["evidence"])
    if "findings" in case:
        got_pairs = sorted(
            (Verdict(int(v)).name, r) for v, r in zip(table.verdict, table.reason, strict=True)
        )
        assert got_pairs == sorted((v, r) for v, r in case["findings"])


@pytest.mark.parametrize("rule", registry.get(None), ids=lambda rule: rule.code)
def test_every_verdict_has_a_case_or_cannot_occur(rule: Any) -> None:
    page = load("CN").rules[rule.code]
    shown = {case["verdict"] for code, case in ALL.values() if code == rule.code}
    for verdict in Verdict:
        assert (verdict.name in shown) != (verdict.name in page.cannot), verdict.name


@pytest.mark.parametrize("rule", registry.get(None), ids=lambda rule: rule.code)
def test_every_reason_of_the_yaml_has_a_case(
    rule: Any, make_layer: Make, make_elevation: Make
) -> None:
    page = load("CN").rules[rule.code]
    cases = [case for code, case in ALL.values() if code == rule.code]
    # What a case names, test_rule_case holds it to.
    shown = {case["reason"] for case in cases if "reason" in case}
    shown |= {reason for case in cases for _, reason in case.get("findings", ())}
    for case in cases:
        if not set(page.reasons) <= shown:
            shown |= set(judge(make_layer, make_elevation, rule.code, case)[0].reason)
    assert set(page.reasons) <= shown


# -- spoiling data ------------------------------------------------------------------------------


def mutations(case: Case, code: str, accuracies: Sequence[float]) -> Iterator[tuple[str, Case]]:
    """Yield (what was spoilt, spoilt case) for one case."""
    rule = registry.get([code])[0]
    subject_layer = case.get("subject_layer", rule.subjects[0])
    if case.get("terrain"):
        yield "terrain dropped", {**case, "terrain": None}
        holes = [*case["terrain"].get("nodata", []), [-9e5, -9e5, 9e5, 9e5]]
        yield "terrain all nodata", {**case, "terrain": {**case["terrain"], "nodata": holes}}
        yield "terrain within 20 m", {**case, "terrain": {**case["terrain"], "accuracy_m": 20.0}}
        yield "terrain of 90 m", {**case, "terrain": {**case["terrain"], "cell_m": 90.0}}
    for name in case["layers"]:
        number = catalog()[name].number
        own = name == subject_layer
        subject = str(case.get("subject", _first(case, subject_layer)))
        yield f"{name} dropped", _dropped(case, name, own, subject)
        yield f"{name} covers nothing", _with(case, name, coverage=[9e5, 9e5, 9.1e5, 9.1e5])
        yield f"{name} lies elsewhere", _with(case, name, coverage=[])
        stated = case["layers"][name].get("accuracy_m") or 0.0
        for sigma in (s for s in accuracies if s > stated):
            yield f"{name} within {sigma} m", _with(case, name, accuracy_m=sigma)
        rows = case["layers"][name].get("rows", [])
        for column in sorted({c for row in rows for c in row} - {"box", "polygon", "line"}):
            if column in {"point", "wkt", "holes", "id"}:
                continue
            yield f"{name}.{column} null", _nulled(case, name, column, range(len(rows)))
            if column != number:
                yield f"{name}.{column} absent", _absent(case, name, column)
            for k in range(len(rows)) if len(rows) > 1 else ():  # one row: done above
                yield f"{name}.{column} null in row {k}", _nulled(case, name, column, [k])
        for k, row in enumerate(rows):
            if own and str(row.get("id", row.get(number))) == subject:
                continue
            yield f"{name} row {k} in doubt", _with(case, name, doubtful=[k])
            yield f"{name} row {k} refused", _refused(case, name, k, row)
            yield f"{name} row {k} refused, place unknown", _refused(case, name, k, {})


def _first(case: Case, layer: str) -> str:
    row = case["layers"][layer]["rows"][0]
    return str(row.get("id", row.get(catalog()[layer].number, 1)))


def _with(case: Case, layer: str, **options: Any) -> Case:
    out = copy.deepcopy(case)
    out["layers"][layer].update(options)
    return out


def _dropped(case: Case, layer: str, own: bool, subject: str) -> Case:
    out = copy.deepcopy(case)
    number = catalog()[layer].number
    rows = out["layers"][layer].get("rows", [])
    kept = [r for r in rows if own and str(r.get("id", r.get(number))) == subject]
    accuracy = out["layers"][layer].get("accuracy_m")
    out["layers"][layer] = {"rows": kept, "registered": False, "accuracy_m": accuracy}
    return out


def _keep_id(row: dict[str, Any], layer: str) -> None:
    number = catalog()[layer].number
    row.setdefault("id", row.get(number))


def _nulled(case: Case, layer: str, column: str, rows: Any) -> Case:
    out = copy.deepcopy(case)
    for k in rows:
        row = out["layers"][layer]["rows"][k]
        _keep_id(row, layer)
        row.pop(column, None)
    return out


def _absent(case: Case, layer: str, column: str) -> Case:
    out = _nulled(case, layer, column, range(len(case["layers"][layer]["rows"])))
    out["layers"][layer]["absent"] = [column]
    return out


def _refused(case: Case, layer: str, k: int, row: Mapping[str, Any]) -> Case:
    out = copy.deepcopy(case)
    out["layers"][layer]["rows"].pop(k)
    before = out["layers"][layer].get("refused", [])
    out["layers"][layer]["refused"] = [*before, dict(row)]
    return out


@cache
def exempt(code: str) -> dict[str, str]:
    """Return mutations that verdicts.md itself lets pass, with the reason."""
    for page in PAGES:
        if page["rule"] == code:
            return dict(page.get("mutations_that_may_pass", {}))
    return {}


def spoilt() -> Iterator[Any]:
    """Yield every case for the long run, and for every run one of each verdict but PASS."""
    seen = set()
    for name, (code, case) in ALL.items():
        answer = code, case.get("verdict")
        if answer not in seen and case["verdict"] != "PASS":  # of which only crashes are asked
            yield pytest.param(name, [5.0], id=name)
        seen.add(answer)
        yield pytest.param(name, [0.5, 5.0, 50.0], id=f"{name}-long", marks=pytest.mark.slow)


@pytest.mark.parametrize(("name", "accuracies"), list(spoilt()))
def test_spoilt_data_never_turn_into_pass(
    name: str, accuracies: Sequence[float], make_layer: Make, make_elevation: Make
) -> None:
    code, case = ALL[name]
    before = int(judge(make_layer, make_elevation, code, case)[0].verdict.max())
    allowed = {**exempt(code), **case.get("mutations_that_may_pass", {})}
    for what, spoilt in mutations(case, code, accuracies):
        after = int(judge(make_layer, make_elevation, code, spoilt)[0].verdict.max())
        if before != Verdict.PASS and what not in allowed:
            assert after != Verdict.PASS, what


def test_needs_are_reaches_or_keys() -> None:
    for rule in registry.get(None):
        for need in rule.needs.values():
            assert isinstance(need, Within | Same | Window)


# -- values that could not be read ----------------------------------------------------------------


def _unread(case: Case, layer: str, column: str, k: int) -> Case:
    out = _nulled(case, layer, column, [k])
    out["layers"][layer].setdefault("unread", []).append((k, column))
    return out


def _valued(case: Case, layer: str, column: str, k: int, value: Any) -> Case:
    out = copy.deepcopy(case)
    row = out["layers"][layer]["rows"][k]
    _keep_id(row, layer)
    row[column] = value
    return out


def cells(case: Case) -> Iterator[tuple[str, str, int]]:
    """Yield (layer, column, row) of every attribute that a case states."""
    for layer, content in case["layers"].items():
        columns = {c.name for c in catalog()[layer].columns} - {"name"}
        for k, row in enumerate(content.get("rows", [])):
            for column in sorted(columns & set(row)):
                yield layer, column, k


def values_of(layer: str, column: str) -> list[Any]:
    """Return all that a cell may hold where that can be counted."""
    shape = catalog()[layer].column(column)
    if shape.dtype == "flag":
        return [True, False]
    if shape.dtype == "code":
        return list(shape.codes)
    return [int(code) for code in shape.codes] if shape.dtype == "integer" else []


def unread_cases() -> Iterator[Any]:
    """Yield every case for the long run, and for every run one of each verdict."""
    seen = set()
    for name, (code, case) in ALL.items():
        answer = code, case["verdict"]
        marks = [pytest.mark.slow] if answer in seen else []
        seen.add(answer)
        yield pytest.param(name, id=name, marks=marks)


@pytest.mark.parametrize("name", list(unread_cases()))
def test_a_value_that_could_not_be_read_is_not_an_empty_one(
    name: str, make_layer: Make, make_elevation: Make
) -> None:
    """It may be any value: where one leads to more than PASS, so does what could not be read."""
    code, case = ALL[name]

    def worst(spoilt: Case) -> int:
        return int(judge(make_layer, make_elevation, code, spoilt)[0].verdict.max())

    before = worst(case)
    for layer, column, k in cells(case):
        after = worst(_unread(case, layer, column, k))
        if after > Verdict.PASS:
            continue
        said = f"{layer}.{column} unread in row {k}: {Verdict(after).name}"
        assert before <= Verdict.PASS, said
        for value in values_of(layer, column):
            assert worst(_valued(case, layer, column, k, value)) <= Verdict.PASS, (said, value)
