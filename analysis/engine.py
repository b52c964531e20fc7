"""Runs rules over whole layers and turns their answers into :class:`Results`.

A rule measures; ``analysis.absence`` decides when an answer that rests on *finding nothing* may
stand; ``analysis.partition`` shares many subjects among processes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

import numpy as np

from analysis import terms
from analysis.absence import gate
from analysis.errors import RuleError
from analysis.law import Rulebook, RuleLaw
from analysis.model import FindingTable, Objects, Rule, Verdict
from analysis.partition import (
    Ask,
    Crew,
    Question,
    answer,
    context_of,
    is_vector,
    looks_at_terrain,
    subjects_of,
)
from analysis.results import Results
from gis.ragged import Ints
from layers.catalog import catalog
from layers.elevation import Elevation
from layers.layer import Layer

SUBJECT_LAYERS = ("mining_right", "tailings_facility", "goaf", "open_pit", "waste_dump")
"""Layers whose features are judged, in the order of subjects.parquet."""

Progress = Callable[[str, float], None]


def needed_layers(rules: Iterable[Rule], subjects: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the layers that ``rules`` read or judge, in the order of the catalogue."""
    wanted = set(subjects)
    for rule in rules:
        wanted |= {*rule.subjects, *(n for n, need in rule.needs.items() if is_vector(need))}
    return tuple(name for name in catalog() if name in wanted)


def run(
    layers: Mapping[str, Layer],
    subjects: Mapping[str, Ints],
    rules: Sequence[Rule],
    rulebook: Rulebook,
    as_of: date,
    *,
    report_id: str,
    created_at: datetime,
    title: str = "",
    elevation: Elevation | None = None,
    progress: Progress | None = None,
    workers: int = 1,
) -> Results:
    """Judge ``subjects`` (rows of their layers) by ``rules`` under the law of ``as_of``.

    Many subjects of rules on the terrain are shared among ``workers`` processes; the results do
    not depend on how many.
    """
    names = [name for name in SUBJECT_LAYERS if name in subjects and name in layers]
    starts = dict(zip(names, np.cumsum([0, *(len(subjects[n]) for n in names)]), strict=False))
    tables: list[FindingTable] = []
    codes: list[Objects] = []
    with Crew(workers, rules, terms.as_judged(layers, as_of), elevation) as crew:
        for done, rule in enumerate(rules):
            if progress:
                progress(rule.code, done / len(rules))
            for name in rule.subjects:
                if name not in starts or not len(subjects[name]):
                    continue
                table = evaluate(
                    rule, layers, name, subjects[name], rulebook, as_of, elevation, crew.answer
                )
                tables.append(replace(table, subject=table.subject + starts[name]))
                codes.append(np.full(len(table), rule.code, dtype=object))
    if progress:
        progress("", 1.0)
    rule_column = np.concatenate([np.empty(0, dtype=object), *codes])
    findings, rule_column = _sorted(FindingTable.concat(tables), rule_column)
    subject_layer = np.concatenate(
        [np.empty(0, dtype=object), *(np.full(len(subjects[n]), n, dtype=object) for n in names)]
    )
    subject_row = np.concatenate([np.empty(0, np.int64), *(subjects[n] for n in names)])
    resolved = rulebook.resolve(as_of)
    results = Results(
        report_id=report_id,
        created_at=created_at,
        title=title,
        as_of=as_of,
        rulebook=rulebook,
        layers=layers,
        subject_layer=subject_layer,
        subject_row=subject_row.astype(np.int64),
        rule=rule_column,
        findings=findings,
        finding_id=np.empty((0, 16), np.uint8),
        resolved=resolved,
        law=_law_rows(rule_column, findings.law, [(r.rule, r.name) for r in resolved]),
        rules=tuple(sorted(rule.code for rule in rules)),
        inputs=elevation.provenance() if elevation and any(map(looks_at_terrain, rules)) else (),
    )
    return replace(results, finding_id=_finding_ids(results))


def evaluate(
    rule: Rule,
    layers: Mapping[str, Layer],
    subject_layer: str,
    rows: Ints,
    rulebook: Rulebook,
    as_of: date,
    elevation: Elevation | None = None,
    ask: Ask = answer,
) -> FindingTable:
    """Judge the features at ``rows`` of ``subject_layer`` by one rule.

    ``ask`` has the rule answer, here or elsewhere.

    Raises
    ------
    RuleError
        The rule broke its contract: it was silent on a subject, or gave a reason or verdict
        that its YAML does not list.
    """
    page = rulebook.rules[rule.code]
    as_read, layers = layers, terms.as_judged(layers, as_of)
    question = Question(rule, subject_layer, np.asarray(rows, np.int64), {}, as_of)
    subjects = subjects_of(question, layers)
    values = _values(rule, page, rulebook.common, as_of)
    lacking = [name for name in rule.parameters if values[name] is None]
    if lacking:
        return FindingTable.build(
            np.arange(len(subjects)),
            Verdict.NO_DATA,
            "law_missing",
            args={"parameter": [lacking[0]] * len(subjects)},
        )
    question = replace(question, values=values)
    table = ask(question, layers, elevation)
    _check(rule, page, rulebook.common, table, len(subjects))
    context = context_of(question, layers, elevation)
    table = terms.mark(
        gate(rule, subjects, context, table), as_read, subject_layer, question.rows, as_of
    )
    return _mark_displaced(subjects, table)


def _values(rule: Rule, page: RuleLaw, common: RuleLaw, as_of: date) -> dict[str, float | None]:
    names = {*rule.parameters, *rule.optional_parameters}
    out: dict[str, float | None] = {}
    for name in [*common.parameters, *names]:
        parameter = page.parameters.get(name) or common.parameters.get(name)
        if parameter is None:
            raise RuleError(
                f"规则 {rule.code} 的规则书缺少参数 {name}", f"{rule.code}: no parameter {name}"
            )
        value = parameter.at(as_of)
        out[name] = value.value if value else None
    return out


def _check(rule: Rule, page: RuleLaw, common: RuleLaw, table: FindingTable, n: int) -> None:
    silent = np.setdiff1d(np.arange(n), table.subject)
    if len(silent):
        raise RuleError(
            f"规则 {rule.code} 未对第 {silent[0] + 1} 个对象作出判定",
            f"rule {rule.code} said nothing about subject {silent[0] + 1}",
        )
    pairs = {(r, int(v)) for r, v in zip(table.reason, table.verdict, strict=True)}
    for reason, number in sorted(pairs):
        known = page.reasons.get(reason) or common.reasons.get(reason)
        if known is None or Verdict(number).name not in known.verdicts:
            raise RuleError(
                f"规则 {rule.code}：规则书未列出理由 {reason}（{Verdict(number).name}）",
                f"rule {rule.code}: its YAML lists no {reason} for {Verdict(number).name}",
            )


def _mark_displaced(subjects: Layer, table: FindingTable) -> FindingTable:
    """Have the message say so where a vetted feature took a registered one's place."""
    if not subjects.displaced:
        return table
    numbers = subjects.text(subjects.schema.number)
    vetted = np.array([p.role == "vetted" for p in subjects.provenance], bool)[subjects.part]
    taken = vetted & np.array([n in subjects.displaced for n in numbers], bool)
    args = table.args.copy()
    for row in np.flatnonzero(taken[table.subject]):
        record = json.loads(args[row]) if args[row] else {}
        record["displaced"] = numbers[table.subject[row]]
        args[row] = json.dumps(record, ensure_ascii=False, sort_keys=True)
    return replace(table, args=args)


# -- final order, law and identity -------------------------------------------------------------


def _sorted(table: FindingTable, rule: Objects) -> tuple[FindingTable, Objects]:
    layer = np.array([v or "" for v in table.related_layer], dtype=str)
    order = np.lexsort((table.related, layer, rule.astype(str), table.subject))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    moved = tuple(replace(e, finding=place[e.finding]) for e in table.evidence)
    columns = {name: getattr(table, name)[order] for name in FindingTable.columns()}
    return FindingTable(**columns, evidence=moved), rule[order]


def _law_rows(rule: Objects, law: Objects, known: list[tuple[str, str]]) -> np.ndarray:
    rows = {key: row for row, key in enumerate(known)}
    out = np.full(len(rule), -1, np.int16)
    for number, (code, name) in enumerate(zip(rule, law, strict=True)):
        if name is not None:
            row = rows.get((code, name), rows.get(("COMMON", name)))
            if row is None:
                raise RuleError(f"规则 {code} 无参数 {name}", f"rule {code} has no {name}")
            out[number] = row
    return out


def _finding_ids(results: Results) -> np.ndarray:
    """Return (n, 16) uint8: BLAKE2b of rule, subject's id and related feature's id.

    A rule that says two things of the same pair gets a running number from the second on.
    """
    names = subject_ids(results)
    related = related_ids(results)
    seen: dict[str, int] = {}
    digests = bytearray()
    for rule, subject, other in zip(
        results.rule, names[results.findings.subject], related, strict=True
    ):
        key = f"{rule}\x1f{subject}\x1f{other or ''}"
        seen[key] = times = seen.get(key, 0) + 1
        text = key if times == 1 else f"{key}\x1f{times}"
        digests += hashlib.blake2b(text.encode(), digest_size=16).digest()
    return np.frombuffer(bytes(digests), np.uint8).reshape(-1, 16)


def subject_ids(results: Results) -> Objects:
    """Return (s,) feature_id of each subject."""
    out = np.empty(len(results.subject_layer), dtype=object)
    for name in set(results.subject_layer):
        mask = results.subject_layer == name
        out[mask] = results.layers[name].feature_id[results.subject_row[mask]]
    return out


def related_ids(results: Results) -> Objects:
    """Return (n,) feature_id of each finding's related feature, None where there is none."""
    table = results.findings
    out = np.empty(len(table), dtype=object)
    for name in {v for v in table.related_layer if v is not None}:
        mask = (table.related_layer == name) & (table.related >= 0)
        out[mask] = results.layers[name].feature_id[table.related[mask]]
    return out
