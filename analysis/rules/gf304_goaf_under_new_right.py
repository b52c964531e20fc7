"""GF304: old goafs of others under a new right are known and dealt with."""

from __future__ import annotations

import numpy as np

from analysis.model import FindingTable, Objects, Rule, RuleContext, Verdict, Within
from analysis.overlap_findings import Overlaps, neighbours, overlap_findings
from analysis.subjects import is_new_right, is_unknown_right, names_licence, same_holder
from analysis.verdict import Verdicts, decide, is_within
from gis.ragged import Bools, Ints
from layers.layer import Layer

LIMIT = "overlap_limit_m2"


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Overlay each new right with the goafs of other licences and of unknown owners.

    Goafs of a licence that the right replaces do not count if the holder is the same.

    Limits: in plan; the depth of a goaf under the right is for the officer to look at.
    """
    new, unknown = is_new_right(subjects), is_unknown_right(subjects)
    pairs = Overlaps.among(subjects, context.layer("goaf"), new)
    verdict, reason = _judge(pairs, context)
    law = np.full(len(verdict), LIMIT, dtype=object)
    owner = pairs.others.text("owner_licence_no")[pairs.j]
    rest = np.flatnonzero(~new)
    return FindingTable.concat(
        [
            overlap_findings(
                pairs,
                verdict,
                reason,
                law,
                np.flatnonzero(new),
                clear=("clear", LIMIT),
                args={
                    "neighbours": neighbours(pairs.i, verdict),
                    "width": pairs.width,
                    "owner": owner,
                    "volume": pairs.others.number("volume_m3")[pairs.j],
                },
            ),
            FindingTable.build(
                rest,
                np.where(unknown[rest], Verdict.NO_DATA, Verdict.NOT_APPLICABLE),
                np.where(unknown[rest], "attribute_missing", "not_new").astype(object),
                args={"column": ["project_type"] * len(rest)},
            ),
        ]
    )


def _judge(pairs: Overlaps, context: RuleContext) -> tuple[Verdicts, Objects]:
    subjects, goafs, i, j = pairs.subjects, pairs.others, pairs.i, pairs.j
    own, other = subjects.text("licence_no")[i], goafs.text("owner_licence_no")[j]
    ownerless = goafs.is_null("owner_licence_no")[j]
    mine = np.array([a is not None and a == b for a, b in zip(own, other, strict=True)], bool)
    replaced = names_licence(subjects, i, other)
    held = replaced & _same_holder_throughout(pairs, context.layer("mining_right"))
    unsure = is_within(pairs.width, context.value("k_sigma") * pairs.sigma())
    cases: list[tuple[Bools, Verdict, str]] = [
        (pairs.touches(context), Verdict.PASS, "touch"),
        (mine, Verdict.PASS, "own_goaf"),
        (held, Verdict.PASS, "replaced"),
        # What the stated accuracies cannot tell from nothing is undecided.
        (unsure, Verdict.REVIEW, "near_threshold"),
        (pairs.slivers(context), Verdict.PASS, "sliver"),
        (replaced, Verdict.REVIEW, "replacement_consent"),
        (ownerless, Verdict.REVIEW, "goaf_of_unknown_owner"),
    ]
    return decide(len(i), cases, (Verdict.REVIEW, "goaf_of_another"))


def _same_holder_throughout(pairs: Overlaps, rights: Layer) -> Bools:
    """Return (k,) bool: the goaf's licence is registered, and all its rows have our holder.

    A row that was refused, or whose number could not be read, may be of another holder.
    """
    goaf, right = pairs.others.matches("owner_licence_no", rights, "licence_no")
    first = np.searchsorted(goaf, pairs.j, side="left")
    count: Ints = np.searchsorted(goaf, pairs.j, side="right") - first
    pair = np.repeat(np.arange(len(pairs.j)), count)
    at = np.repeat(first - (np.cumsum(count) - count), count) + np.arange(len(pair))
    equal = same_holder(pairs.subjects, pairs.i[pair], rights, right[at])
    throughout = count.astype(bool) & (np.bincount(pair[equal], minlength=len(count)) == count)
    refused = rights.refused.numbers
    owner = pairs.others.text("owner_licence_no")[pairs.j]
    doubt = [None in refused or v in refused for v in owner]
    throughout &= not rights.is_unread("licence_no").any()
    return np.asarray(throughout & ~np.array(doubt, bool), np.bool_)


RULE = Rule(
    code="GF304",
    subjects=("mining_right",),
    needs={"goaf": Within(), "mining_right": Within(optional=True)},
    parameters=(LIMIT,),
    evaluate=evaluate,
)
