"""Runs rules over whole layers and turns their answers into :class:`Results`.

The engine alone decides when an answer that rests on *finding nothing* may stand: where a
layer is missing, empty, known to be incomplete around the subject, or had rows refused within
reach, PASS becomes NO_DATA. A rule cannot forget this.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

import numpy as np

from analysis.errors import RuleError
from analysis.law import Rulebook, RuleLaw
from analysis.model import (
    FindingTable,
    Ground,
    Need,
    Objects,
    Rule,
    RuleContext,
    Same,
    Verdict,
    Window,
    Within,
)
from analysis.results import Results
from analysis.verdict import combined_sigma
from gis.distance import inside, near_boxes
from gis.ragged import Bools, Ints
from layers.catalog import catalog
from layers.elevation import Elevation
from layers.layer import Layer

SUBJECT_LAYERS = ("mining_right", "tailings_facility", "goaf", "open_pit", "waste_dump")
"""Layers whose features are judged, in the order of subjects.parquet."""

RESTS_ON_ABSENCE = ("no_neighbour", "owner_not_found")
"""Reasons that, like PASS, say only that nothing was found."""

Progress = Callable[[str, float], None]


def needed_layers(rules: Iterable[Rule], subjects: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the layers that ``rules`` read or judge, in the order of the catalogue."""
    wanted = set(subjects)
    for rule in rules:
        wanted |= {*rule.subjects, *(n for n, need in rule.needs.items() if _is_vector(need))}
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
) -> Results:
    """Judge ``subjects`` (rows of their layers) by ``rules`` under the law of ``as_of``."""
    names = [name for name in SUBJECT_LAYERS if name in subjects and name in layers]
    starts = dict(zip(names, np.cumsum([0, *(len(subjects[n]) for n in names)]), strict=False))
    tables: list[FindingTable] = []
    codes: list[Objects] = []
    for done, rule in enumerate(rules):
        if progress:
            progress(rule.code, done / len(rules))
        for name in rule.subjects:
            if name not in starts or not len(subjects[name]):
                continue
            table = evaluate(rule, layers, name, subjects[name], rulebook, as_of, elevation)
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
        inputs=elevation.provenance() if elevation and _looks_at_terrain(rules) else (),
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
) -> FindingTable:
    """Judge the features at ``rows`` of ``subject_layer`` by one rule.

    Raises
    ------
    RuleError
        The rule broke its contract: it was silent on a subject, or gave a reason or verdict
        that its YAML does not list.
    """
    page = rulebook.rules[rule.code]
    layer = layers[subject_layer]
    subjects = layer if len(rows) == len(layer) and _is_all(rows) else layer.take(rows)
    values = _values(rule, page, rulebook.common, as_of)
    lacking = [name for name in rule.parameters if values[name] is None]
    if lacking:
        return FindingTable.build(
            np.arange(len(subjects)),
            Verdict.NO_DATA,
            "law_missing",
            args={"parameter": [lacking[0]] * len(subjects)},
        )
    seen = {
        name: layers[name] if name in layers else Layer.missing(catalog()[name])
        for name, need in rule.needs.items()
        if _is_vector(need)
    }
    ground = _ground(rule, values, elevation)
    context = RuleContext(rule.code, seen, values, as_of, np.asarray(rows, np.int64), ground)
    table = rule.evaluate(subjects, context)
    _check(rule, page, rulebook.common, table, len(subjects))
    return _mark_displaced(subjects, _gate(rule, subjects, context, table))


def _looks_at_terrain(rules: Iterable[Rule]) -> bool:
    return any(isinstance(need, Window) for rule in rules for need in rule.needs.values())


def _ground(
    rule: Rule, values: Mapping[str, float | None], elevation: Elevation | None
) -> Ground | None:
    need = next((n for n in rule.needs.values() if isinstance(n, Window)), None)
    if need is None or elevation is None:
        return None
    reach = need.metres + sum(values[name] or 0.0 for name in need.parameters)
    sigma = elevation.vertical_accuracy_m
    return Ground(elevation.terrain, reach, np.nan if sigma is None else sigma)


def _is_vector(need: Need) -> bool:
    return not isinstance(need, Window)


def _is_all(rows: Ints) -> bool:
    return bool((rows == np.arange(len(rows))).all())


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


# -- answers that rest on absence --------------------------------------------------------------


def _gate(rule: Rule, subjects: Layer, context: RuleContext, table: FindingTable) -> FindingTable:
    """Turn PASS into NO_DATA where a needed layer could not have shown a hit."""
    rests = (table.verdict == Verdict.PASS) | np.isin(table.reason.astype(str), RESTS_ON_ABSENCE)
    # A neighbour's own PASS row beside the subject's summary says only what was found.
    summed = np.zeros(len(subjects), bool)
    summed[table.subject[table.related < 0]] = True
    rests &= (table.related < 0) | ~summed[table.subject]
    if not rests.any():
        return table
    verdicts, reasons, args = table.verdict.copy(), table.reason.copy(), table.args.copy()
    # An outline in doubt may reach farther than it is drawn.
    own = rests & subjects.doubtful[table.subject]
    _set_gap(own, "doubtful_outline", subjects.name, (verdicts, reasons, args))
    open_rows = rests & ~own
    for name, need in rule.needs.items():
        if need.optional:
            continue
        if isinstance(need, Window):
            if context.ground is None:
                _set_gap(open_rows, "terrain_missing", name, (verdicts, reasons, args))
                open_rows = np.zeros_like(open_rows)
            continue
        for reason, gap in _gaps(need, subjects, context.layer(name), context):
            hit = open_rows & gap[table.subject]
            _set_gap(hit, reason, name, (verdicts, reasons, args))
            open_rows = open_rows & ~hit
    return replace(table, verdict=verdicts, reason=reasons, args=args)


def _set_gap(
    rows: Bools, reason: str, layer: str, columns: tuple[np.ndarray, Objects, Objects]
) -> None:
    verdicts, reasons, args = columns
    verdicts[rows] = Verdict.NO_DATA
    reasons[rows] = reason
    args[rows] = json.dumps({"layer": layer}, ensure_ascii=False)


def _gaps(
    need: Within | Same, subjects: Layer, layer: Layer, context: RuleContext
) -> list[tuple[str, Bools]]:
    n = len(subjects)
    everywhere = np.ones(n, bool)
    registered = _registered_rows(layer)
    if not layer.registered:
        return [("layer_missing", everywhere)]
    if not registered and not layer.empty_means_none:
        return [("layer_empty", everywhere)]
    if isinstance(need, Same):
        if registered and _registered_lack(layer, need.column):
            return [("column_absent", everywhere)]
        return [
            ("refused_neighbours", _refused_with_key(need, subjects, layer)),
            ("doubtful_outline", _doubtful_with_key(need, subjects, layer)),
        ]
    if need.own_extent:
        return []
    reach = _reach(need, subjects, layer, context)
    gaps: list[tuple[str, Bools]] = []
    if len(layer.refused):
        gaps.append(("refused_neighbours", near_boxes(subjects, layer.refused.bounds, reach)))
    if layer.doubtful.any():
        bounds = layer.shapes.bounds[layer.doubtful]
        gaps.append(("doubtful_outline", near_boxes(subjects, bounds, reach)))
    if layer.coverage is not None:
        gaps.append(("outside_coverage", ~inside(subjects, layer.coverage, reach)))
    return gaps


def _registered_rows(layer: Layer) -> int:
    # As read: a vetted feature that takes the place of the only registered one empties nothing.
    return sum(p.read - p.refused for p in layer.provenance if p.role == "workspace")


def _registered_lack(layer: Layer, column: str) -> bool:
    """Return whether no registered row says anything in ``column``, whatever vetted ones say."""
    roles = np.array([p.role == "workspace" for p in layer.provenance], bool)[layer.part]
    return bool(roles.any()) and bool(layer.is_null(column)[roles].all())


def _reach(need: Within, subjects: Layer, layer: Layer, context: RuleContext) -> float:
    """Return how far the rule looks, metres: what lies farther cannot change its answer."""
    reach = need.metres + sum(context.optional_value(name) or 0.0 for name in need.parameters)
    if need.column is not None:
        reach += need.factor * float(np.nanmax(np.append(layer.number(need.column), 0.0)))
    if not reach:
        return 0.0
    # The stated accuracies blur a distance; that outlines overlap, they do not put in doubt.
    worst = combined_sigma(subjects.worst_sigma_m, layer.worst_sigma_m)
    return reach + context.value("k_sigma") * float(worst)


def _refused_with_key(need: Same, subjects: Layer, layer: Layer) -> Bools:
    """Return where a refused row carries the subject's key, or its key is unknown."""
    n = len(subjects)
    if not len(layer.refused):
        return np.zeros(n, bool)
    numbers = layer.refused.numbers
    if need.column != layer.schema.number or None in numbers:
        return np.ones(n, bool)
    return np.isin(subjects.text(need.own).astype(str), np.array(numbers, dtype=str))


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


def _doubtful_with_key(need: Same, subjects: Layer, layer: Layer) -> Bools:
    out = np.zeros(len(subjects), bool)
    if layer.doubtful.any():
        i, j = subjects.matches(need.own, layer, need.column)
        out[i[layer.doubtful[j]]] = True
    return out


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
