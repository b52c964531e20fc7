"""When an answer that rests on *finding nothing* may stand: the engine's guard against absence.

Where a layer is missing, empty, known to be incomplete around the subject, or had rows refused
within reach, PASS becomes NO_DATA. A rule cannot forget this.
"""

from __future__ import annotations

import json
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
from analysis.verdict import combined_sigma
from gis.distance import inside, near_boxes
from gis.ragged import Bools
from layers.layer import Layer

RESTS_ON_ABSENCE = ("no_neighbour", "owner_not_found")
"""Reasons that, like PASS, say only that nothing was found."""


def gate(rule: Rule, subjects: Layer, context: RuleContext, table: FindingTable) -> FindingTable:
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


def _doubtful_with_key(need: Same, subjects: Layer, layer: Layer) -> Bools:
    out = np.zeros(len(subjects), bool)
    if layer.doubtful.any():
        i, j = subjects.matches(need.own, layer, need.column)
        out[i[layer.doubtful[j]]] = True
    return out
