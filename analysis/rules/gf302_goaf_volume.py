"""GF302: large untreated goafs, single or of one owner together, are to be treated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.model import FindingTable, Objects, Rule, RuleContext, Same, Verdict
from analysis.verdict import Verdicts, above_zero, decide, must_be_at_most
from gis.distance import inside
from gis.ragged import Bools, Floats, Ints
from layers.layer import Layer

SINGLE, TOTAL = "single_volume_m3", "total_volume_m3"
OWNER = "owner_licence_no"


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Compare the volume of each untreated goaf, and the sum of its owner's, with the limits.

    Two findings per goaf: by itself, and with every other untreated goaf of its licence. What
    is not known is taken both ways: if either way leads to the same answer it stands.

    Where the layer states a coverage, a sum is that of all the owner's goafs only if the coverage
    holds the owner's licence and all that is known of its goafs.

    Limits: an owner is a licence; goafs that touch are not joined.
    """
    goafs = _Goafs(context.layer("goaf"), context)
    mine = _Goafs(subjects, context)
    sums = _Sums(mine, goafs, _unheld(goafs.layer, context))
    return FindingTable.concat([_single(mine), _total(mine, sums)])


class _Goafs:
    """Volumes and treatment of a layer's goafs, (n,) each."""

    def __init__(self, layer: Layer, context: RuleContext) -> None:
        self.layer = layer
        # A goaf of no volume is none: 0 stands for an empty cell. A negative one is no volume
        # either, and must not make a sum smaller.
        self.volume: Floats = above_zero(layer.number("volume_m3"))
        self.unmeasured: Bools = np.isnan(self.volume)
        treated = layer.flag("treated")
        self.treated: Bools = treated == 1
        self.untreated: Bools = treated == 0
        self.limits: dict[str, float] = {name: context.value(name) for name in (SINGLE, TOTAL)}

    def sums(self, counted: Bools, keys: Ints, count: int) -> Floats:
        """Return (count,) known volume of the counted goafs of each key."""
        rows = np.flatnonzero(counted & ~self.unmeasured)
        volume = np.bincount(keys[rows], weights=self.volume[rows], minlength=count)
        return np.asarray(volume, np.float64)


class _Sums:
    """What the owner of each goaf judged has in all, (n,) each, and what nobody owns.

    Attributes
    ----------
    least, most : volume untreated for sure, and with what is not stated to be treated
    unknown : a goaf that may count has no volume
    uncovered : goafs of the owner may lie where the layer does not show them
    nobodys : volume that may count, of goafs without a stated owner; infinite if one is unknown
    """

    def __init__(self, mine: _Goafs, goafs: _Goafs, unheld: tuple[Bools, Bools]) -> None:
        self.owner: Objects = mine.layer.text(OWNER)
        self.ownerless: Bools = mine.layer.is_null(OWNER)
        every = goafs.layer.text(OWNER)
        names = {name: key for key, name in enumerate(dict.fromkeys([None, *every, *self.owner]))}
        keys = np.array([names[v] for v in every], np.int64)
        at = np.array([names[v] for v in self.owner], np.int64)
        count = len(names)
        least = goafs.sums(goafs.untreated, keys, count)
        most = goafs.sums(~goafs.treated, keys, count)
        unmeasured = np.zeros(count, bool)
        unmeasured[keys[~goafs.treated & goafs.unmeasured]] = True
        open_end = np.zeros(count, bool)
        open_end[keys[unheld[0]]] = True
        # A goaf that names no owner may be anyone's, and he may have more where it was found.
        open_end |= (unheld[1] & goafs.layer.is_null(OWNER)).any()
        self.uncovered: Bools = open_end[at]
        highest = np.where(unmeasured, np.inf, most)
        # Key 0 is nobody: its goafs may be anyone's.
        self.nobodys = float(highest[0])
        largest = float(highest[1:].max(initial=0.0))
        self.least, self.most, self.unknown = least[at], most[at], unmeasured[at]
        self.ceiling: Floats = np.where(self.ownerless, largest, self.most) + self.nobodys


def _unheld(goafs: Layer, context: RuleContext) -> tuple[Bools, Bools]:
    """Return (m,) goafs of whose owner the layer may not show every goaf, and those not covered.

    The goaf, or the licence that it names, is not wholly covered, or the layer of mining rights
    does not surely hold the whole licence.
    """
    if goafs.coverage is None:
        nothing = np.zeros(len(goafs), bool)
        return nothing, nothing
    rights = context.layer("mining_right")
    i, j = goafs.matches(OWNER, rights, "licence_no")
    refused = rights.refused.numbers
    missing = [None in refused or v in refused for v in goafs.text(OWNER)]
    lost = np.array(missing, bool) | rights.is_unread("licence_no").any()
    known = ~lost & np.isin(np.arange(len(goafs)), i)
    known[i[rights.doubtful[j] | ~inside(rights.shapes.take(j), goafs.coverage, 0.0)]] = False
    bare = ~inside(goafs, goafs.coverage, 0.0)
    return bare | ~known, bare


def _single(mine: _Goafs) -> FindingTable:
    over = _over(mine.volume, mine.limits[SINGLE])
    cases: list[tuple[Bools, Verdict, str]] = [
        (mine.treated, Verdict.PASS, "treated"),
        (mine.unmeasured, Verdict.NO_DATA, "volume_missing"),
        (over & mine.untreated, Verdict.FAIL, "single_too_large"),
        (over, Verdict.REVIEW, "single_treatment_unknown"),
    ]
    verdict, reason = decide(len(over), cases, (Verdict.PASS, "single_within"))
    return _table(mine, verdict, reason, mine.volume, SINGLE)


def _total(mine: _Goafs, sums: _Sums) -> FindingTable:
    limit = mine.limits[TOTAL]
    owned = ~sums.ownerless
    least, most = _over(sums.least, limit), _over(sums.most, limit)
    cases: list[tuple[Bools, Verdict, str]] = [
        (mine.treated, Verdict.PASS, "treated"),
        (owned & least & mine.untreated, Verdict.FAIL, "total_too_large"),
        (owned & most, Verdict.REVIEW, "total_treatment_unknown"),
        (owned & sums.unknown, Verdict.NO_DATA, "total_volume_missing"),
        (_over(sums.ceiling, limit), Verdict.NO_DATA, "owner_missing"),
        (sums.uncovered, Verdict.NO_DATA, "outside_coverage"),
        (sums.ownerless, Verdict.PASS, "owner_immaterial"),
    ]
    verdict, reason = decide(len(least), cases, (Verdict.PASS, "total_within"))
    measured = np.where(sums.ownerless, np.nan, np.where(least, sums.least, sums.most))
    measured = np.where(mine.treated, np.nan, measured)
    nobodys = sums.nobodys if np.isfinite(sums.nobodys) else np.nan
    return _table(
        mine,
        verdict,
        reason,
        measured,
        TOTAL,
        args={
            "owner": sums.owner,
            "ownerless": np.full(len(least), nobodys),
            "layer": np.full(len(least), "goaf", dtype=object),
        },
    )


def _over(volume: Floats, limit: float) -> Bools:
    finite = np.nan_to_num(volume, nan=0.0, posinf=np.finfo(np.float64).max)
    return np.equal(must_be_at_most(finite, limit), Verdict.FAIL)


def _table(
    mine: _Goafs,
    verdict: Verdicts,
    reason: Objects,
    measured: Floats,
    law: str,
    args: Mapping[str, npt.NDArray[Any]] | None = None,
) -> FindingTable:
    return FindingTable.build(
        np.arange(len(verdict)),
        verdict,
        reason,
        measured=measured,
        threshold=mine.limits[law],
        unit="m3",
        comparison="<=",
        law=law,
        args=args,
    )


RULE = Rule(
    code="GF302",
    subjects=("goaf",),
    needs={
        "goaf": Same(OWNER, own=OWNER),
        "mining_right": Same("licence_no", own=OWNER, optional=True),
    },
    parameters=(SINGLE, TOTAL),
    evaluate=evaluate,
)
