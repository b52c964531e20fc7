"""Holds the answers of a run against the truth of the country it was run on.

Every row of every rule is compared, both ways round for pairs. Rows that the loader refused are
left out on both sides, after it was checked that they are the rows which cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
import truth
from answers import (
    FAIL,
    NO_DATA,
    NOT_APPLICABLE,
    NUMBERS,
    PASS,
    REVIEW,
    SETBACK_M,
    Answers,
    Known,
    Run,
    numbered,
)
from country import Country
from truth import OVERLAP, SLIVER, TOUCH

M2_PER_KM2 = 1e6
ABSENT = -1  # a pair of which the run says nothing
DISTANCE_M = 0.001  # what distances are promised to
RELATIVE_AREA = 1e-8  # some times what the scale of a plane leaves in an area


@dataclass(frozen=True)
class Check:
    """One line of the table: what, how many, how many too near a limit to tell, how many wrong.

    ``largest`` is the largest difference of a measured number, in the unit of ``what``.
    """

    what: str
    number: int
    undecided: int
    wrong: int
    largest: float | None = None
    may_be_none: bool = False


def compare(country: Country, facts: Known, run: Run) -> Iterator[Check]:
    """Yield every comparison; nothing is wrong where every ``wrong`` is 0."""
    for layer in facts.state:
        yield refusals(country, facts, run, layer)
    yield accounts(country, run)
    yield from overlaps(country, facts, run)
    yield from setbacks(country, facts, run)
    yield from goafs(country, facts, run)


def kept(facts: Known, run: Run, layer: str) -> np.ndarray:
    out = np.zeros(len(facts.state[layer]), bool)
    out[run.judged[layer]] = True
    return out


def refusals(country: Country, facts: Known, run: Run, layer: str) -> Check:
    """Refused are the outlines that can be read in two ways, and no others."""
    state, refused = facts.state[layer], ~kept(facts, run, layer)
    unclear = state == truth.UNDECIDED
    wrong = ((state == truth.UNREAD) != refused) & ~unclear
    twice = len(run.judged[layer]) - len(np.unique(run.judged[layer]))
    what = f"{NUMBERS[layer][0]} refused: outlines of two readings"
    number, found = int(refused.sum()), int(wrong.sum()) + twice
    return Check(what, number, int(unclear.sum()), found, may_be_none=True)


def accounts(country: Country, run: Run) -> Check:
    """Declared = read = kept + refused, and as many as were drawn, layer by layer."""
    drawn = {name: len(getattr(country, name)) for name, _ in NUMBERS.values()}
    missing = dict(drawn)
    wrong = 0
    for line in run.inputs:
        name = Path(str(line["source"])).stem
        judged = next((j for k, j in run.judged.items() if NUMBERS[k][0] == name), None)
        stays = drawn[name] if judged is None else len(judged)
        missing.pop(name, None)
        wrong += line["declared"] != drawn[name]
        wrong += line["read"] != drawn[name] or stays + line["refused"] != drawn[name]
    return Check(
        "rows declared = read = kept + refused", sum(drawn.values()), 0, wrong + len(missing)
    )


def overlaps(country: Country, facts: Known, run: Run) -> Iterator[Check]:
    answers, count = run.rules["MR101"], len(country.rights)
    status = country.rights.columns["status"]
    force = (status != "expired") & kept(facts, run, "mining_right")
    pairs = directed(facts.shared, force)
    given = answers.related >= 0
    key = answers.subject[given] * count + answers.related[given]
    order = np.argsort(key)
    key, rows = key[order], np.flatnonzero(given)[order]
    every = np.union1d(key, pairs.i * count + pairs.j)
    told = placed(every, key, kind_told(answers.reason[rows]), ABSENT)
    low, high = (placed(every, pairs.i * count + pairs.j, v, 0) for v in (pairs.least, pairs.most))
    wrong = (np.maximum(told, TOUCH) < low) | (told > high)
    twice = len(key) - len(np.unique(key))
    for kind, name in ((OVERLAP, "overlap"), (SLIVER, "overlap by a sliver only")):
        at = (high == kind) | (told == kind)
        number, unclear = int((low == kind).sum()), int((at & (low < high)).sum())
        found = int((wrong & at).sum()) + twice
        rare = kind == SLIVER
        yield Check(f"MR101 pairs that {name}", number, unclear, found, may_be_none=rare)
    yield borders(country, force, every, told, high)
    yield areas("MR101 areas shared, m2", pairs, count, key, answers.measured[rows] * M2_PER_KM2)
    yield verdicts_of_pairs(answers, rows, status)
    yield from summaries(country, facts, run, pairs)


def directed(shared: truth.Shared, force: np.ndarray) -> truth.Shared:
    """Return pairs both ways round, those in force only, sorted."""
    keep = force[shared.i] & force[shared.j]
    columns = [getattr(shared, n)[keep] for n in ("i", "j", "area_m2", "slack_m2", "least", "most")]
    i, j, *rest = columns
    i, j = np.concatenate([i, j]), np.concatenate([j, i])
    order = np.lexsort((j, i))
    return truth.Shared(i[order], j[order], *(np.tile(v, 2)[order] for v in rest))


def placed(every, key, values, absent):
    """Return ``values`` of ``key`` at the places of ``every`` (sorted), ``absent`` elsewhere."""
    out = np.full(len(every), absent, dtype=np.asarray(values).dtype)
    out[np.searchsorted(every, key)] = values
    return out


def kind_told(reason):
    return np.select([reason == "touch", reason == "sliver"], [TOUCH, SLIVER], OVERLAP)


def borders(country: Country, force, every, told, most) -> Check:
    """Borders drawn as shared are reported from both sides, as a touch.

    Where a border has corners on one side only the two are cut at different places, and what
    overlaps may be a little wider than a touch: those the truth cannot call one are left out.
    """
    licence = numbered(country, "mining_right")
    rows = [[licence[str(number)] for number in pair] for pair in country.borders]
    planted = np.array(rows, dtype=np.int64).reshape(-1, 2)
    planted = planted[force[planted].all(axis=1)]
    i, j = np.concatenate([planted, planted[:, ::-1]]).T
    key = i * len(country.rights) + j
    sure = ~np.isin(key, every[most > TOUCH])
    wrong = ~np.isin(key[sure], every[told == TOUCH])
    what = "MR101 shared borders reported as touch"
    return Check(what, len(key), int((~sure).sum()), int(wrong.sum()))


def areas(what, pairs: truth.Shared, count, key, measured) -> Check:
    """Areas are compared where both sides have one and what is shared has a width."""
    own = pairs.i * count + pairs.j
    both = np.isin(own, key) & (pairs.most > TOUCH)
    found = measured[np.searchsorted(key, own[both])]
    return area_check(what, found, pairs.area_m2[both], pairs.slack_m2[both])


def area_check(what, found, area, slack) -> Check:
    apart = np.abs(found - area)
    wrong = ~(apart <= slack + RELATIVE_AREA * area)  # NaN is wrong
    return Check(what, len(found), 0, int(wrong.sum()), float(apart.max(initial=0)))


def verdicts_of_pairs(answers: Answers, rows, status) -> Check:
    subject, other = status[answers.subject[rows]], status[answers.related[rows]]
    kind = kind_told(answers.reason[rows])
    reason = np.select(
        [kind == TOUCH, kind == SLIVER, subject == "applied", other == "applied"],
        ["touch", "sliver", "overlap", "overlapped_by_application"],
        "registered_overlap",
    )
    wrong = (answers.verdict[rows] != verdict_of_pair(kind, subject)) | (
        answers.reason[rows] != reason
    )
    return Check("MR101 verdict and reason of each pair", len(rows), 0, int(wrong.sum()))


def verdict_of_pair(kind, status):
    """Return what verdicts.md says of a right that shares ground of some width with another."""
    cases = [kind == TOUCH, (kind == OVERLAP) & (status == "applied")]
    return np.select(cases, [PASS, FAIL], REVIEW)


def summaries(country, facts, run, pairs: truth.Shared) -> Iterator[Check]:
    """Compare each right's own finding: the worst of its pairs, and the ground they share."""
    answers, status = run.rules["MR101"], country.rights.columns["status"]
    rows = np.flatnonzero(answers.related < 0)
    there = kept(facts, run, "mining_right")
    bounds = []
    for kind in (pairs.least, pairs.most):
        worst = np.full(len(status), PASS)
        np.maximum.at(worst, pairs.i, verdict_of_pair(kind, status[pairs.i]))
        worst[status == "expired"] = NOT_APPLICABLE
        bounds.append(worst)
    must, may = beside_unsure(facts, there)
    low = np.where(must & (bounds[0] == PASS), NO_DATA, bounds[0])
    high = np.where(may & (bounds[1] == PASS), NO_DATA, bounds[1])
    subject, verdict = answers.subject[rows], answers.verdict[rows]
    wrong = (verdict < low[subject]) | (verdict > high[subject])
    gone = int((np.bincount(subject, minlength=len(status)) != there).sum())
    unclear = int((low < high)[there].sum())
    yield Check("MR101 verdict of each right", len(rows), unclear, int(wrong.sum()) + gone)
    yield united(facts, answers, rows, pairs)


def beside_unsure(facts: Known, there):
    """Return which rights meet the box of a refused or doubtful one, and which perhaps do."""
    shapes, doubt = facts.shapes["mining_right"], facts.doubt["mining_right"]
    own = shapely.box(*shapely.bounds(shapes).T)
    must, may = np.zeros((2, len(shapes)), bool)
    sure = shapely.STRtree(own[~there | (doubt == 1)])
    must[sure.query(shapes, predicate="intersects")[0]] = True
    # A hair wider than the boxes: mended outlines are a hair off the drawn ones.
    perhaps = shapely.STRtree(own[~there | (doubt > 0)])
    may[perhaps.query(shapely.buffer(own, 1e-7), predicate="intersects")[0]] = True
    return must, may


def with_doubt(bounds, *doubts):
    """Return verdicts, least and most, where no PASS rests on an outline in doubt."""
    low, high = bounds
    sure = np.any([d == 1 for d in doubts], axis=0)
    perhaps = np.any([d > 0 for d in doubts], axis=0)
    return (
        np.where(sure & (low == PASS), NO_DATA, low),
        np.where(perhaps & (high == PASS), NO_DATA, high),
    )


def united(facts, answers, rows, pairs: truth.Shared) -> Check:
    """Compare the ground that several neighbours share with one right, counted once."""
    wide = pairs.least > TOUCH
    several = np.bincount(pairs.i[wide], minlength=len(facts.state["mining_right"])) > 1
    several[pairs.i[pairs.least != pairs.most]] = False
    use = wide & several[pairs.i]
    found = truth.covered(facts.shapes["mining_right"], pairs.i[use], pairs.j[use])
    told = dict(zip(answers.subject[rows], answers.measured[rows] * M2_PER_KM2, strict=True))
    area, slack = np.array(list(found.values())).reshape(-1, 2).T
    measured = np.array([told.get(row, np.nan) for row in found])
    return area_check("MR101 areas under several neighbours, m2", measured, area, slack)


def setbacks(country: Country, facts: Known, run: Run) -> Iterator[Check]:
    answers, rivers = run.rules["TF203"], len(country.rivers)
    ponds = country.ponds.columns
    there = kept(facts, run, "tailings_facility")
    exempt = (ponds["project_type"] == "rebuilt") & (ponds["rebuild_purpose"] == "safety")
    applies = there & ~exempt & (ponds["project_type"] != "existing")
    near = facts.near
    figure = np.array([SETBACK_M[kind] for kind in country.rivers.columns["river_class"]])
    use = applies[near.pond]
    pond, river, metres = near.pond[use], near.river[use], near.metres[use]
    sure = metres <= figure[river] - DISTANCE_M
    maybe = metres <= figure[river] + DISTANCE_M
    key = pond * rivers + river
    failed = np.flatnonzero(answers.verdict == FAIL)
    told = answers.subject[failed] * rivers + answers.related[failed]
    wrong = len(np.setdiff1d(key[sure], told)) + len(np.setdiff1d(told, key[maybe]))
    twice = len(told) - len(np.unique(told))
    unclear = int((maybe & ~sure).sum())
    yield Check("TF203 ponds and rivers too near", int(sure.sum()), unclear, wrong + twice)
    order = np.argsort(key)
    both = np.isin(told, key)
    known_m = metres[order][np.searchsorted(key[order], told[both])]
    apart = np.abs(answers.measured[failed][both] - known_m)
    off = int((~(apart <= DISTANCE_M)).sum())
    yield Check("TF203 distances, m", len(apart), 0, off, float(apart.max(initial=0)))
    low, high = (np.where(applies, PASS, NOT_APPLICABLE) for _ in range(2))
    low[pond[sure]], high[pond[maybe]] = FAIL, FAIL
    limits = with_doubt((low, high), facts.doubt["tailings_facility"])
    yield by_subject("TF203 verdict of each pond", answers, *limits, there)


def by_subject(what, answers: Answers, low, high, there) -> Check:
    """Compare the worst verdict of each subject; each has a finding, refused ones have none."""
    worst = np.full(len(there), -1)
    np.maximum.at(worst, answers.subject, answers.verdict)
    wrong = np.where(there, (worst < low) | (worst > high), worst >= 0)
    unclear = int((low < high)[there].sum())
    return Check(what, int(there.sum()), unclear, int(wrong.sum()))


def goafs(country: Country, facts: Known, run: Run) -> Iterator[Check]:
    answers, left = run.rules["GF301"], facts.left
    there, rights = kept(facts, run, "goaf"), kept(facts, run, "mining_right")
    idle = country.rights.columns["status"][facts.owner] != "granted"
    owned = rights[facts.owner]
    least, most = left.least, left.most  # one row per goaf, in order
    limits = [np.where(owned, verdict_of_goaf(kind, idle), NO_DATA) for kind in (least, most)]
    limits = with_doubt(limits, facts.doubt["goaf"], facts.doubt["mining_right"][facts.owner])
    sure = there & owned & (least == OVERLAP)
    told = np.zeros(len(there), bool)
    told[answers.subject[answers.verdict == FAIL]] = True
    wrong = (sure & ~told) | (told & ~(there & owned & (most == OVERLAP)))
    unclear = int((there & (least < most)).sum())
    yield Check("GF301 goafs outside their right", int(sure.sum()), unclear, int(wrong.sum()))
    once = np.bincount(answers.subject, minlength=len(there))
    verdict = by_subject("GF301 verdict of each goaf", answers, *limits, there)
    twice = int((once > 1).sum())
    owner = np.where(owned, facts.owner, -1)[answers.subject]
    astray = int((answers.related != owner).sum())
    yield replace(verdict, wrong=verdict.wrong + twice + astray)
    use = (owned & there)[answers.subject]
    row = answers.subject[use]
    yield area_check(
        "GF301 areas outside, m2", answers.measured[use], left.area_m2[row], left.slack_m2[row]
    )


def verdict_of_goaf(kind, idle):
    return np.select([kind == OVERLAP, idle], [FAIL, REVIEW], PASS)


def table(checks: list[Check], told: Callable[[str], object] = print) -> bool:
    """Print the comparisons as Markdown; return whether nothing is wrong."""
    told("| compared with the truth | rows | too near to tell | wrong | largest difference |")
    told("|---|---|---|---|---|")
    for check in checks:
        largest = "" if check.largest is None else f"{check.largest:.1e}"
        line = (
            f"| {check.what} | {check.number:,} | {check.undecided} | {check.wrong} | {largest} |"
        )
        told(line)
    return not any(check.wrong for check in checks)
