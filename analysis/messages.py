"""Findings in words: the rulebook's templates filled with what was found.

Results keep reasons and numbers, not sentences; every writer and the map render them here.
The text is plain: escaping belongs to whoever writes it into HTML or a spreadsheet.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from analysis import templates, terms
from analysis.explain import explain
from analysis.law import Reason, RuleLaw, Text
from analysis.numbers import NONE, show, show_pair
from analysis.results import Results
from gis.ragged import Ints
from layers.catalog import catalog
from layers.layer import Layer
from layers.schema import Schema

__all__ = ["explain", "relation_of", "render", "render_all"]

_COMPARISONS = {"<=": "≤", ">=": "≥", "<": "<", ">": ">", "==": "=", "!=": "≠"}
_DISPLACED = Text("（登记中的 {} 由送审要素取代）", " (takes the place of {} in the register)")


def relation_of(comparison: str) -> str:
    """Return a comparison as people write it: ``<=`` is ``≤``."""
    return _COMPARISONS.get(comparison, comparison)


_Values = Sequence[str | None]


def render(
    law_page: RuleLaw,
    reason: Reason | str,
    lang: str,
    *,
    subject: str | None = None,
    measured: float = math.nan,
    threshold: float = math.nan,
    uncertainty: float = math.nan,
    unit: str = "",
    comparison: str = "",
    related: str | None = None,
    args: Mapping[str, Any] | str | None = None,
    schemas: Mapping[str, Schema] | None = None,
) -> str:
    """Return the sentence of one finding.

    Parameters
    ----------
    law_page : the rule's page, for titles of parameters
    reason : the reason, or its key on ``law_page``
    lang : ``zh`` or ``en``
    subject, related : how the features are called; ``related`` None takes the summary template
    args : the finding's arguments, or their JSON
    schemas : layers by name, for the titles of layers and columns
    """
    found = law_page.reasons[reason] if isinstance(reason, str) else reason
    words = _Words(law_page, lang, schemas or {})
    text = json.dumps(args) if isinstance(args, Mapping) else args
    shown = show_pair(measured, threshold, unit, lang)
    columns: dict[str, _Values] = {
        "subject": [subject],
        "related": [related],
        "measured": [_known(measured, shown[0])],
        "threshold": [_known(threshold, shown[1])],
        "uncertainty": [_known(uncertainty, show(uncertainty, unit, lang))],
        "comparison": [relation_of(comparison) or None],
        **words.columns(found, [text]),
    }
    message = found.message if related is not None or found.summary is None else found.summary
    return _fill(message.of(lang), columns, 1)[0] + words.tails([text])[0]


def render_all(results: Results, lang: str) -> list[str]:
    """Return the sentence of every finding, in their order.

    Rows are rendered by rule, reason and whether they name a related feature, each group at
    once: some 130,000 findings take about a second.
    """
    findings = results.findings
    out: list[str] = [""] * len(findings)
    names = _Names(results, lang)
    # A missing layer has a title too; the layers at hand come first.
    schemas = {name: layer.schema for name, layer in results.layers.items()}
    schemas = {**schemas, **{n: s for n, s in catalog().items() if n not in schemas}}
    for code, key, related, rows in _groups(results):
        page = results.rulebook.page(code)
        reason = results.rulebook.reason(code, key)
        message = reason.message if related or reason.summary is None else reason.summary
        template = message.of(lang)
        words = _Words(page, lang, schemas)
        columns = _columns(results, names, template, rows, lang)
        args = list(findings.args[rows])
        columns.update(words.columns(reason, args))
        texts = _fill(template, columns, len(rows))
        tails = words.tails(args)
        for row, text, tail in zip(rows.tolist(), texts, tails, strict=True):
            out[row] = text + tail
    return out


def _groups(results: Results) -> Iterator[tuple[str, str, bool, Ints]]:
    """Yield rule, reason, whether a related feature is named, and the rows."""
    findings = results.findings
    if not len(findings):
        return
    rule = pa.array(results.rule, pa.string()).dictionary_encode()
    reason = pa.array(findings.reason, pa.string()).dictionary_encode()
    related = findings.related >= 0
    key = (
        rule.indices.to_numpy().astype(np.int64) * len(reason.dictionary)
        + reason.indices.to_numpy()
    ) * 2 + related
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    for rows in np.split(order, starts[1:]):
        first = int(rows[0])
        yield results.rule[first], findings.reason[first], bool(related[first]), rows


def _columns(
    results: Results, names: _Names, template: str, rows: Ints, lang: str
) -> dict[str, _Values]:
    """Return the built-in placeholders that ``template`` uses, one value per row."""
    findings = results.findings
    used = templates.parse(template).names
    out: dict[str, _Values] = {}
    if "subject" in used:
        out["subject"] = names.subjects(findings.subject[rows])
    if "related" in used:
        out["related"] = names.related(rows)
    if "comparison" in used:
        out["comparison"] = [relation_of(c) or None for c in findings.comparison[rows]]
    units = findings.unit[rows].tolist()
    measured = findings.measured[rows].tolist()
    if "threshold" in used:
        limits = findings.threshold[rows].tolist()
        pairs = [show_pair(m, t, u, lang) for m, t, u in zip(measured, limits, units, strict=True)]
        out["threshold"] = [_known(t, p[1]) for t, p in zip(limits, pairs, strict=True)]
        out["measured"] = [_known(m, p[0]) for m, p in zip(measured, pairs, strict=True)]
    elif "measured" in used:
        out["measured"] = [
            _known(m, show(m, u, lang)) for m, u in zip(measured, units, strict=True)
        ]
    if "uncertainty" in used:
        sigma = findings.uncertainty[rows].tolist()
        out["uncertainty"] = [
            _known(s, show(s, u, lang)) for s, u in zip(sigma, units, strict=True)
        ]
    return out


def _known(value: float, text: str) -> str | None:
    return text if math.isfinite(value) else None


def _fill(template: str, columns: Mapping[str, _Values], n: int) -> list[str]:
    """Return ``n`` texts; an optional part with an unknown value is left out."""
    pieces: list[Sequence[str]] = []
    for part in templates.parse(template).parts:
        if not part.names:
            pieces.append([part.pattern % ()] * n)
            continue
        values = [columns.get(name, [None] * n) for name in part.names]
        if part.optional:
            pieces.append(["" if None in row else part.pattern % row for row in zip(*values)])  # noqa: B905
        else:
            filled = [[NONE if v is None else v for v in column] for column in values]
            pieces.append([part.pattern % row for row in zip(*filled, strict=True)])
    return ["".join(row) for row in zip(*pieces, strict=True)]


class _Words:
    """Arguments of findings as text, by what the reason says they are."""

    def __init__(self, page: RuleLaw, lang: str, schemas: Mapping[str, Schema]) -> None:
        self.page, self.lang, self.schemas = page, lang, schemas

    def columns(self, reason: Reason, args: Sequence[str | None]) -> dict[str, _Values]:
        """Return each argument of the reason, one value per row of JSON ``args``."""
        if not reason.args:
            return {}
        # Most rows of a group carry the very same arguments.
        seen: dict[str | None, tuple[str | None, ...]] = {}
        rows: list[tuple[str | None, ...]] = []
        for text in args:
            if text not in seen:
                record = json.loads(text) if text else {}
                seen[text] = tuple(
                    self._say(name, kind, record) for name, kind in reason.args.items()
                )
            rows.append(seen[text])
        return {name: [row[k] for row in rows] for k, name in enumerate(reason.args)}

    def tails(self, args: Sequence[str | None]) -> list[str]:
        """Return what the engine adds to sentences: a place taken, a status that cannot be."""
        return [
            self._tail(json.loads(text))
            if text and ('"displaced"' in text or '"contradiction"' in text)
            else ""
            for text in args
        ]

    def _tail(self, record: Mapping[str, Any]) -> str:
        taken = record.get("displaced")
        place = "" if taken is None else _DISPLACED.of(self.lang).format(taken)
        return terms.said(record, self.lang) + place

    def _say(self, name: str, kind: str, record: Mapping[str, Any]) -> str | None:
        value = record.get(name)
        if value is None:
            return None
        if kind == "code":
            return self._code(name, str(value))
        if kind == "layer":
            return self._title(self.schemas.get(str(value)), str(value))
        if kind == "column":
            return self._title(self._column(str(value), record.get("layer")), str(value))
        if kind == "parameter":
            parameter = self.page.parameters.get(str(value))
            return parameter.title.of(self.lang) if parameter else str(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return str(value)
        return f"{value:,}" if kind in ("count", "text") else show(value, kind, self.lang)

    def _code(self, name: str, value: str) -> str:
        """Return the word for a code of whichever layer has it in a column called ``name``."""
        for schema in self.schemas.values():
            for column in schema.columns:
                if column.name == name and column.codes.get(value):
                    return column.codes[value][0] if self.lang == "zh" else value.replace("_", " ")
        return value

    def _column(self, name: str, layer: Any) -> Any:
        own = [self.schemas[layer]] if layer in self.schemas else []
        for schema in (*own, *self.schemas.values()):
            for column in schema.columns:
                if column.name == name:
                    return column
        return None

    def _title(self, titled: Any, name: str) -> str:
        if titled is None:
            return f"“{name}”"
        return f"“{titled.zh}”（{name}）" if self.lang == "zh" else f"“{titled.en}” ({name})"


class _Names:
    """How features are called: name and number; each layer is read once."""

    def __init__(self, results: Results, lang: str) -> None:
        self.results = results
        self.pattern = "{}（{}）" if lang == "zh" else "{} ({})"
        self._texts: dict[str, tuple[Any, Any]] = {}

    def subjects(self, subject: Ints) -> _Values:
        """Return the names of subjects."""
        layer, row = self.results.subject_layer, self.results.subject_row
        return self._call(layer[subject], row[subject])

    def related(self, rows: Ints) -> _Values:
        """Return the names of the findings' related features, None where there is none."""
        findings = self.results.findings
        return self._call(findings.related_layer[rows], findings.related[rows])

    def _call(self, layers: Any, rows: Ints) -> _Values:
        out: list[str | None] = []
        for layer, row in zip(layers.tolist(), rows.tolist(), strict=True):
            if layer is None or row < 0:
                out.append(None)
                continue
            if layer not in self._texts:
                self._texts[layer] = self._read(self.results.layers[layer])
            numbers, names = self._texts[layer]
            name = names[row]
            out.append(self.pattern.format(name, numbers[row]) if name else numbers[row])
        return out

    def _read(self, layer: Layer) -> tuple[Any, Any]:
        return layer.source_id, layer.text("name")
