"""A question to a rule, and who answers it: this process, or several that share the subjects.

Only rules on the terrain are shared out: they look at one subject at a time and take
milliseconds for each, where the others take microseconds and compare everything with everything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from multiprocessing import get_context

import numpy as np
import pyarrow as pa

from analysis.model import FindingTable, Ground, Need, Rule, RuleContext, Window
from gis.ragged import Ints
from layers.catalog import catalog
from layers.elevation import Elevation
from layers.hilbert import hilbert_index
from layers.layer import Layer

FEWEST = 300
"""Subjects below which further processes take longer to start than they save."""

_LEAST_PART = 32
_PARTS_EACH = 8  # parts a process, so that none is waited for long at the end


@dataclass(frozen=True, eq=False)
class Question:
    """What one rule is asked; the layers and the terrain stand beside it.

    Attributes
    ----------
    rows : of the subjects in their layer
    values : rulebook values in force on ``as_of``
    """

    rule: Rule
    subject_layer: str
    rows: Ints
    values: Mapping[str, float | None]
    as_of: date


Layers = Mapping[str, Layer]
Ask = Callable[[Question, Layers, Elevation | None], FindingTable]


def answer(question: Question, layers: Layers, elevation: Elevation | None) -> FindingTable:
    """Return the rule's own answer; its subjects are places in ``question.rows``."""
    subjects = subjects_of(question, layers)
    return question.rule.evaluate(subjects, context_of(question, layers, elevation))


def subjects_of(question: Question, layers: Layers) -> Layer:
    """Return the subjects as a layer."""
    layer, rows = layers[question.subject_layer], question.rows
    everything = len(rows) == len(layer) and bool((rows == np.arange(len(rows))).all())
    return layer if everything else layer.take(rows)


def context_of(question: Question, layers: Layers, elevation: Elevation | None) -> RuleContext:
    """Return all that the rule may read: what it declared, and nothing else."""
    rule = question.rule
    seen = {
        name: layers[name] if name in layers else Layer.missing(catalog()[name])
        for name, need in rule.needs.items()
        if is_vector(need)
    }
    ground = _ground(rule, question.values, elevation)
    return RuleContext(rule.code, seen, question.values, question.as_of, question.rows, ground)


def is_vector(need: Need) -> bool:
    """Return whether a need is one of a layer, not of the terrain."""
    return not isinstance(need, Window)


def looks_at_terrain(rule: Rule) -> bool:
    """Return whether the rule declared that it looks at the terrain."""
    return not all(is_vector(need) for need in rule.needs.values())


def _ground(
    rule: Rule, values: Mapping[str, float | None], elevation: Elevation | None
) -> Ground | None:
    need = next((n for n in rule.needs.values() if isinstance(n, Window)), None)
    if need is None or elevation is None:
        return None
    reach = need.metres + sum(values[name] or 0.0 for name in need.parameters)
    sigma = elevation.vertical_accuracy_m
    return Ground(elevation.terrain, reach, np.nan if sigma is None else sigma)


# -- several processes ---------------------------------------------------------------------------


class Crew:
    """Processes that share the subjects of rules on the terrain; started when first worth it.

    Each is started afresh (spawned, so that it inherits no lock and no open file), and is given
    the layers once. A script that asks for several must guard its main module as
    :mod:`multiprocessing` describes.

    Parameters
    ----------
    workers : processes, 1 = none but this one
    rules, layers, elevation : of the run
    """

    def __init__(
        self, workers: int, rules: Sequence[Rule], layers: Layers, elevation: Elevation | None
    ) -> None:
        self._workers = workers if elevation is not None else 1
        self._elevation = elevation
        names: set[str] = set()
        for rule in rules:
            if looks_at_terrain(rule):
                names |= {*rule.subjects, *rule.needs}
        self._layers = {name: layer for name, layer in layers.items() if name in names}
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Crew:
        """Return the crew itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def answer(
        self, question: Question, layers: Layers, elevation: Elevation | None
    ) -> FindingTable:
        """Return what :func:`answer` returns, the rows of each subject in the same order."""
        parts = self._parts(question, layers)
        if len(parts) < 2:
            return answer(question, layers, elevation)
        asked = [replace(question, rows=question.rows[part]) for part in parts]
        # The first part is answered here before any process starts: it leaves the kernels compiled
        # for all of them, and finds what is wrong with the terrain.
        here = 0 if self._pool else 1
        tables = [answer(question, layers, elevation) for question in asked[:here]]
        tables += self._started().map(_answer_there, asked[here:])
        return FindingTable.concat(
            [replace(t, subject=part[t.subject]) for t, part in zip(tables, parts, strict=True)]
        )

    def _parts(self, question: Question, layers: Layers) -> list[Ints]:
        """Return the places in ``question.rows`` of each part, near ones together."""
        n = len(question.rows)
        if self._workers < 2 or n < FEWEST or not looks_at_terrain(question.rule):
            return [np.arange(n)]
        centres = layers[question.subject_layer].shapes.take(question.rows).centres
        order = np.argsort(hilbert_index(centres), kind="stable")
        size = max(_LEAST_PART, -(-n // (self._workers * _PARTS_EACH)))
        return [order[k : k + size] for k in range(0, n, size)]

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._workers,
                mp_context=get_context("spawn"),
                initializer=_begin,
                initargs=(self._layers, self._elevation),
            )
        return self._pool


_given: list[tuple[Layers, Elevation | None]] = []


def _begin(layers: Layers, elevation: Elevation | None) -> None:
    """Keep what every question to this process is about."""
    pa.set_cpu_count(1)  # there are several of these processes
    _given[:] = [(layers, elevation)]


def _answer_there(question: Question) -> FindingTable:
    return answer(question, *_given[0])
