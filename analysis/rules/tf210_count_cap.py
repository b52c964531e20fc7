"""TF210: where their number is capped, a new tailings facility replaces an old one."""

from __future__ import annotations

import numpy as np

from analysis.model import FindingTable, Rule, RuleContext, Same, Verdict
from analysis.subjects import is_new_pond, is_unknown_pond
from analysis.verdict import decide
from gis.ragged import Bools, Ints
from layers.layer import Layer

BUILT = ("operating", "stopped", "under_closure", "closed")
"""Status of a facility that can be counted out."""


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Ask of each new facility which one it replaces, where the jurisdiction caps the number.

    The facility named must be registered and built, and no other facility may name it as well.

    Limits: that the facility named is struck off is for the officer to check; the count itself
    is an item of the county assessment.
    """
    ponds = context.layer("tailings_facility")
    new, unknown = is_new_pond(subjects), is_unknown_pond(subjects)
    strictness = context.value("count_cap")
    capped = np.full(len(subjects), not np.equal(strictness, 0))
    strict = np.full(len(subjects), np.equal(strictness, 2))
    named = _Named(subjects, ponds)
    verdict, reason = decide(
        len(subjects),
        [
            (~capped, Verdict.NOT_APPLICABLE, "no_cap"),
            (unknown, Verdict.NO_DATA, "attribute_missing"),
            (~new, Verdict.NOT_APPLICABLE, "existing"),
            (named.any(named.built & named.sole), Verdict.PASS, "replaces"),
            (named.any(named.built), Verdict.REVIEW, "replaced_by_several"),
            (named.any() & (not ponds.registered), Verdict.NO_DATA, "layer_missing"),
            (named.any(), Verdict.REVIEW, "replaced_not_found"),
            (strict, Verdict.FAIL, "no_replacement"),
        ],
        (Verdict.REVIEW, "cap_in_principle"),
    )
    related = np.where(np.equal(reason, "replaces"), named.first(), -1)
    return FindingTable.build(
        np.arange(len(subjects)),
        verdict,
        reason,
        related=related,
        related_layer=np.array([ponds.name, None], dtype=object)[np.equal(related, -1).astype(int)],
        law="count_cap",
        args={
            "column": ["project_type"] * len(subjects),
            "layer": [ponds.name] * len(subjects),
            "named": subjects.text("replaces_facility"),
        },
    )


class _Named:
    """Facilities that subjects name as replaced, other than themselves, (k,) entries.

    Attributes
    ----------
    built : the number is that of a facility that exists, registered or displaced by an application
    sole : no other facility names it
    """

    def __init__(self, subjects: Layer, ponds: Layer) -> None:
        self.n = len(subjects)
        rows, entries = subjects.entries("replaces_facility")
        other = ~np.equal(entries, subjects.text("facility_no")[rows])
        self.rows, self.entries = rows[other], entries[other].astype(str)
        self.numbers, self.place = _built(ponds)
        self.built: Bools = np.isin(self.entries, self.numbers)
        if ponds.predecessors is not None:
            self.built |= np.isin(self.entries, _built(ponds.predecessors)[0])
        self.sole: Bools = np.isin(self.entries, _named_once(ponds))

    def any(self, entries: Bools | None = None) -> Bools:
        """Return (n,) which subjects have one of the chosen entries."""
        out = np.zeros(self.n, bool)
        out[self.rows if entries is None else self.rows[entries]] = True
        return out

    def first(self) -> Ints:
        """Return (n,) the row in the layer of the first facility replaced, -1 where none is."""
        out = np.full(self.n, -1, np.int64)
        good = np.flatnonzero(self.sole & np.isin(self.entries, self.numbers))[::-1]
        out[self.rows[good]] = self.place[np.searchsorted(self.numbers, self.entries[good])]
        return out


def _built(ponds: Layer) -> tuple[np.ndarray, Ints]:
    """Return the numbers of facilities that exist, sorted and each once, and a row of each."""
    rows = np.flatnonzero(ponds.is_code("status", *BUILT) & ~ponds.is_null("facility_no"))
    numbers, first = np.unique(ponds.text("facility_no")[rows].astype(str), return_index=True)
    return numbers, rows[first]


def _named_once(ponds: Layer) -> np.ndarray:
    """Return the numbers that one facility of the layer alone names as replaced.

    None where a facility's word could not be read: it may name any of them.
    """
    if ponds.is_unread("replaces_facility").any():
        return np.empty(0, str)
    rows, entries = ponds.entries("replaces_facility")
    pairs = np.unique(np.array([rows.astype(str), entries.astype(str)]), axis=1)
    numbers, count = np.unique(pairs[1], return_counts=True)
    return np.asarray(numbers[np.equal(count, 1)])


RULE = Rule(
    code="TF210",
    subjects=("tailings_facility",),
    needs={"tailings_facility": Same("facility_no", "replaces_facility", optional=True)},
    parameters=("count_cap",),
    evaluate=evaluate,
)
