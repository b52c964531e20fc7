"""What a user would learn from each of the real data sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from real_sets import RIVER_SIGMA_M


def _jujuy(facts: Mapping[str, Any]) -> str:
    found, count = facts["jujuy"].verdicts["MR101"], facts["jujuy"].subjects
    return f"""
Declared: all are mining rights, all granted. The numbers (`expediente`) repeat; later ones carry
#2. {found["REVIEW"]} of {count} registered rights overlap another registered one or share a sliver
with it: REVIEW on both, for nobody's application is at stake. {found["PASS"]} are clear or only
touch. Nothing fails, because nothing is applied for: the pairs are a list of what the register has
to mend, widest first. Method of mining, workings and orebodies are not in the file; MR103 to MR105,
MR112 and MR114 say so instead of passing.
"""


def _la_rioja(facts: Mapping[str, Any]) -> str:
    found, pairs = facts["la_rioja"].verdicts["MR101"], facts["la_rioja"].pairs.total
    touch, every = pairs["touch"], sum(pairs.values())
    unnumbered = facts["la_rioja"].unnumbered
    return f"""
Three layers merged in one file: exploration rights keep their number in `CATEO`, the others in
`EXPEDIENTE`. With `ids = "row"` every row is named by its place and none is lost; asked for the
number of `EXPEDIENTE`, {unnumbered} rows would be refused. {found["REVIEW"]} rights are for review,
{found["PASS"]} clear. Most neighbours share their border exactly: {touch} of {every} touching pairs
are just that.
"""


def _philippines(facts: Mapping[str, Any]) -> str:
    found = facts["philippines"]
    rights, zones = found.layers
    mr101, mr111, hits = found.verdicts["MR101"], found.verdicts["MR111"], found.zone_hits
    whole, repaired = rights.declared + zones.declared, rights.repaired + zones.repaired
    empty = found.without_outline
    twofold = rights.refused - empty
    return f"""
One file of {whole} rows, MultiPolygon Z (the heights are 0), {repaired + twofold} outlines of them
invalid. Its {rights.declared} tenements and applications went to `mining_right`, the
{zones.declared} ancestral domains (CADT), community areas and key biodiversity areas to
`protected_zone`. Of the invalid outlines {repaired} are repaired, with the area told before and
after, {rights.doubtful} of them in doubt (the area changed by more than 0.1 %, or a hole reaches
out of its shell); {twofold} can be read in two ways and are refused, with {empty} rows that have no
outline at all. The merged file has a `STATUS` without a value in any row, so that the status could
not be declared until an empty field counted as lacking.

Declared as if all were applied for today, {mr101["FAIL"]} overlap another and fail. All that would
pass is NO_DATA ({mr101["NO_DATA"]}), because of the {empty} rows without outline: they could lie
anywhere. Once they are mended or deleted, only rights beside a refused or doubtful outline still
wait. MR111 finds {mr111["REVIEW"]} over a zone of a class that Chinese law does not name: REVIEW.
Ancestral domains and tenements (AFTA left out) meet in {hits["plain"]} pairs of plain overlay =
{hits["named"]} named by MR111 + {hits["refused"]} of refused rows + {hits["missed"]} missed;
{hits["beyond"]} more by MR111 alone.
"""


def _chile(facts: Mapping[str, Any]) -> str:
    part = facts["chile"].layers[0]
    return f"""
The register has points, a pond is an outline. All {part.refused} rows are refused by name, each in
`report.json`, the first ten on the screen; `screen` ends with exit status 3, never as if there were
no ponds. minezone draws no circles: a distance measured to a point is too long by up to the pond's
own breadth, and a PASS from it worth nothing. The user learns what to ask for: footprints.
"""


def _rivers(facts: Mapping[str, Any]) -> str:
    found, offset = facts["rivers"].verdicts["TF203"], facts["offset"]
    by_name = {part.name: part.declared for part in facts["rivers"].layers}
    rivers, places = by_name["river"], by_name["settlement"]
    ponds = facts["rivers"].subjects
    half, sigma, nine = (offset[k] for k in ("half", "sigma", "nine_tenths"))
    return f"""
{rivers} centre lines of the world map at 1:10 million and {places} places (none of these rules
reads settlements; they are held, with number and name). To see what TF203 makes of such rivers, an
invented pond of about 200 m by 200 m was put on each of the {ponds} places between 95–120° E and
32–42° N and vetted as new. The map says neither class nor basin of a river: {found["REVIEW"]} ponds
within the largest figure of any river are REVIEW, none fails, and {found["PASS"]} pass as far as
{rivers} rivers go, for the whole map of a country's rivers is longer; the report says that
completeness is not stated (`coverage`), and a user who knows better states it.

How good is the line? Against the Yellow River of the national 1:4 million map, half of it lies
within {half:.0f} m, 68 % within {sigma:.0f} m, 90 % within {nine:.0f} m; hence
`positional_accuracy_m = {RIVER_SIGMA_M:.0f}`, which turns everything within two sigma of a figure
into REVIEW.
"""


def _main_stem(facts: Mapping[str, Any]) -> str:
    found, rows = facts["main_stem"].verdicts["TF203"], facts["main_stem"].layers[0].declared
    return f"""
The user who knows that the {rows} rows named Huang are the Yellow River's main stem declares it. Of
the same ponds {found["FAIL"]} now fail: even with the line off by 2 km they would lie within 3 km.
{found["REVIEW"]} are REVIEW (3 km, 500 m for half the river's width, 2 km for the line),
{found["PASS"]} pass. A survey of the shoreline would settle them; this map cannot.
"""


WORDS = {
    "jujuy": _jujuy,
    "la_rioja": _la_rioja,
    "philippines": _philippines,
    "chile": _chile,
    "rivers": _rivers,
    "main_stem": _main_stem,
}
"""Data set -> its paragraphs, from what was measured."""
