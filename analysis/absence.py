"""When an answer that rests on *finding nothing* may stand: the engine's guard against absence.

Where a layer is missing, empty, known to be incomplete around the subject, or had rows refused
within reach, PASS becomes NO_DATA. A rule cannot forget this. The same where a value could not be
read of which the rule takes an empty cell for an answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from analysis.model import (
    FindingTable,
    Objects,
    Rule,
    RuleContext,
    Same,
    Verdict,
    Window,
    Within,
)
from analysis.subjects import is_new_pond, is_new_right
from analysis.verdict import combined_sigma
from gis.distance import inside, near_boxes
from gis.ragged import Bools
from layers.layer import Layer
from layers.parse import same_name

RESTS_ON_ABSENCE = ("no_neighbour", "owner_not_found")
"""Reasons that, like PASS, say only that nothing was found."""

RESTS_ON_EMPTY = (*RESTS_ON_ABSENCE, "no_orebody", "no_workings")
"""Reasons that, like PASS, may rest on what an empty cell says."""


def gate(rule: Rule, subjects: Layer, context: RuleContext, table: FindingTable) -> FindingTable:
    """Turn PASS into NO_DATA where a needed layer could not have shown a hit."""
    table = gate_unread(rule, subjects, context, table)
    rests = _rests(table, RESTS_ON_ABSENCE, len(subjects))
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
    table = replace(table, verdict=verdicts, reason=reasons, args=args)
    return _gate_numbers(rule, subjects, context, table)


def _gate_numbers(
    rule: Rule, subjects: Layer, context: RuleContext, table: FindingTable
) -> FindingTable:
    """Turn into REVIEW what rests on a neighbour gone only because a new project has its number.

    A project that is new has no number yet, least of all that of another holder: a slip in it would
    take the very right away that the project overlaps.
    """
    need = rule.needs.get(subjects.name)
    if not isinstance(need, Within) or need.own_extent or subjects.predecessors is None:
        return table
    reach = _reach(need, subjects, context.layer(subjects.name), context)
    near = _near_other_predecessor(subjects, reach)
    rests = _rests(table, RESTS_ON_ABSENCE, len(subjects)) & near[table.subject]
    verdicts, reasons = table.verdict.copy(), table.reason.copy()
    verdicts[rests], reasons[rests] = Verdict.REVIEW, "number_of_another"
    return replace(table, verdict=verdicts, reason=reasons)


def _near_other_predecessor(subjects: Layer, reach: float) -> Bools:
    """Return (n,) new projects within ``reach`` of another holder's feature that they displaced."""
    out = np.zeros(len(subjects), bool)
    before, number = subjects.predecessors, subjects.schema.number
    names = {c.name for c in subjects.schema.columns}
    owner = next((name for name in ("holder", "operator") if name in names), None)
    if before is None or owner is None or "project_type" not in names:
        return out
    vetted = np.array([p.role == "vetted" for p in subjects.provenance], bool)[subjects.part]
    new = vetted & (is_new_pond if owner == "operator" else is_new_right)(subjects)
    i, j = subjects.matches(number, before, number)
    mine, theirs = subjects.text(owner)[i], before.text(owner)[j]
    other = np.array(
        [None not in pair and not same_name(*pair) for pair in zip(mine, theirs, strict=True)], bool
    )
    for row, place in zip(i[other & new[i]], j[other & new[i]], strict=True):
        out[row] |= near_boxes(subjects.take([row]), before.shapes.bounds[[place]], reach)[0]
    return out


def gate_unread(
    rule: Rule, subjects: Layer, context: RuleContext, table: FindingTable
) -> FindingTable:
    """Turn into NO_DATA what rests on a cell that is null only because it could not be read."""
    rests = _rests(table, RESTS_ON_EMPTY, len(subjects))
    verdicts, reasons, args = table.verdict.copy(), table.reason.copy(), table.args.copy()
    for name, column, gap in _unread(rule, subjects, context):
        hit = rests & gap[table.subject]
        verdicts[hit], reasons[hit] = Verdict.NO_DATA, "attribute_missing"
        args[hit] = json.dumps({"column": column, "layer": name}, ensure_ascii=False)
        rests = rests & ~hit
    return replace(table, verdict=verdicts, reason=reasons, args=args)


def _unread(rule: Rule, subjects: Layer, context: RuleContext) -> Iterator[tuple[str, str, Bools]]:
    """Yield layer, column and (n,) subjects that the unread cells of that column concern."""
    for name, columns in rule.empty_tells.items():
        for column in columns:
            if name == subjects.name and subjects.is_unread(column).any():
                yield name, column, subjects.is_unread(column)
            need = rule.needs.get(name)
            if need is None or isinstance(need, Window):
                continue
            layer = context.layer(name)
            lost = layer.is_unread(column)
            if not lost.any():
                continue
            if isinstance(need, Within):
                reach = _reach(need, subjects, layer, context)
                yield name, column, near_boxes(subjects, layer.shapes.bounds[lost], reach)
            elif column == need.column:  # it may be anyone's
                yield name, column, np.ones(len(subjects), bool)


def _rests(table: FindingTable, reasons: tuple[str, ...], n: int) -> Bools:
    """Return findings that are PASS or have one of ``reasons``, and speak for their subject."""
    rests = (table.verdict == Verdict.PASS) | np.isin(table.reason.astype(str), reasons)
    # A neighbour's own PASS row beside the subject's summary says only what was found.
    summed = np.zeros(n, bool)
    summed[table.subject[table.related < 0]] = True
    return np.asarray(rests & ((table.related < 0) | ~summed[table.subject]), np.bool_)


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
    # That an empty layer means none is said of an empty one, not of one that lies elsewhere.
    if layer.astray:
        return [("layer_astray", everywhere)]
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


def _doubtful_with_key(need: Same, subjects: Layer, layer: Layer) -> Bools:
    out = np.zeros(len(subjects), bool)
    if layer.doubtful.any():
        i, j = subjects.matches(need.own, layer, need.column)
        out[i[layer.doubtful[j]]] = True
    return out
