"""The words of docs/real-data.md around what was measured."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from real_pairs import CLASSES
from real_sets import AS_OF, SETS
from real_words import WORDS

VERDICTS = ("FAIL", "REVIEW", "NO_DATA", "PASS", "NOT_APPLICABLE")
PLANES = {
    4326: "degrees, areas geodesic",
    32719: "UTM 19S (69° W)",
    32720: "UTM 20S (63° W)",
    22182: "Gauss-Krüger, POSGAR 94 zone 2 (69° W)",
    22183: "Gauss-Krüger, POSGAR 94 zone 3 (66° W)",
    32651: "UTM 51N (123° E)",
}
HEAD = """# Real files

Cadastres, registers and maps that other people made, through minezone as it is. The files are
not part of the project (some have no licence); the page is written by
`python benchmarks/real_data.py --write`, and `tests/test_real_data.py` makes it again, all but the
times, wherever the files are at hand (`../shared/data`, or MINEZONE_SHARED_DATA). Most of it
lies where Chinese law does not hold: what counts here is whether rows, outlines and distances
come through rightly, and what an analyst would read. All runs: jurisdiction CN, law of {day}.

Every workspace says `extent = "any"`, for most of this lies abroad. Field names in Spanish and
English are given by `fields`, what a file lacks is declared by `constants`; nothing of either
went into the alias table.

## Every row

Declared = read = kept + refused, for each source of each workspace (a run ends with an error
where it is not so).

| data | layer | declared | read | kept | refused | repaired | of these in doubt | CRS stated |
|---|---|---|---|---|---|---|---|---|
"""
TENEMENTS = """A *touching pair* is two rows i < j whose outlines, projected to one plane corner by
corner, `intersect` in GEOS: what any overlay program does. The planes are UTM 19S for Jujuy and
La Rioja, and UTM 51N for the Philippines; invalid outlines go through `make_valid`. Jujuy's {aside}
easements (servidumbres) are no tenements: they stand in the layer, their pairs are counted apart.
Each pair then belongs to the class that MR101 gives it, from both sides alike:

- **overlap**: wider than 0.10 m; **sliver**: wider than 1 mm; **touch**: no wider. All by the
  greatest width of what is shared, on the ellipsoid, edges straight in the right's own 3-degree
  zone ([ADR 2](adr/0002-edges-straight-in-own-plane.md)).
- **apart**: MR101 names no common point: the common ground or contact comes of the one plane, or
  of a spike without area that the repair cut off.
- **refused**: one of the two rows is not in the layer.

| data | touching pairs | {classes} | MR101 alone |
|---|---|---|---|---|---|---|---|
"""


def filled(text: str) -> str:
    """Return a text with its paragraphs broken at 100 characters; tables and lists as they are."""
    blocks = text.strip("\n").split("\n\n")
    return "\n\n".join(
        block
        if block.startswith(("|", "- "))
        else textwrap.fill(block, 100, break_long_words=False, break_on_hyphens=False)
        for block in blocks
    )


def page(facts: Mapping[str, Any], times: str) -> str:
    """Return the whole page."""
    parts = [HEAD.format(day=AS_OF.isoformat()), "\n".join(row_lines(facts)), "\n\n"]
    parts += ["Sources:\n\n", "\n".join(source_lines()), "\n\n", "\n".join(issue_lines(facts))]
    parts += [
        "\n\n## Pairs of rights\n\n",
        TENEMENTS.format(classes=" | ".join(CLASSES), aside=facts["jujuy"].left_aside),
    ]
    parts += ["\n".join(pair_lines(facts)), "\n\n", filled(pair_words(facts)), "\n"]
    parts += ["\n## Verdicts\n\nSubjects by the worst finding of each rule, and why.\n"]
    for one in SETS:
        parts += [f"\n### {one.title}\n\n", "\n".join(verdict_lines(facts[one.key])), "\n\n"]
        parts += [filled(WORDS[one.key](facts)), "\n"]
    parts += ["\n## Times\n\n", times, "\n"]
    return "".join(parts)


def row_lines(facts: Mapping[str, Any]) -> Iterator[str]:
    """Yield the account of each source."""
    for one in SETS:
        for part in facts[one.key].layers:
            name = f"{part.name} (vetted, invented)" if part.role == "vetted" else part.name
            yield (
                f"| {one.title} | {name} | {part.declared} | {part.read} | {part.kept} | "
                f"{part.refused} | {part.repaired} | {part.doubtful} | {part.crs} |"
            )


def source_lines() -> Iterator[str]:
    """Yield where the files come from, and under which licence."""
    for one in SETS:
        yield f"- {one.title}: {one.source}; licence: {one.licence}."


def issue_lines(facts: Mapping[str, Any]) -> Iterator[str]:
    """Yield what reading said, by code."""
    yield "Issues, by code (the report names each row):\n"
    for one in SETS:
        for part in facts[one.key].layers:
            codes = ", ".join(f"`{code}` {n}" for code, n in sorted(part.issues.items())) or "none"
            yield f"- {one.title}, {part.name}: {codes}."


def pair_lines(facts: Mapping[str, Any]) -> Iterator[str]:
    """Yield the pairs by class; below, those that share more than 1 m2 in plain overlay."""
    for one in SETS:
        found = facts[one.key]
        rows = [
            (one.title, found.pairs and found.pairs.total),
            ("… sharing > 1 m² in plain overlay", found.pairs and found.pairs.large),
            (f"{one.title}: pairs of easements", found.aside and found.aside.total),
        ]
        for title, counts in rows:
            if counts is None:
                continue
            each = " | ".join(str(counts[c]) for c in CLASSES)
            more = "" if title.startswith("…") else str(sum(beyond(found, title).values()))
            yield f"| {title} | {sum(counts.values())} | {each} | {more} |"


def beyond(found: Any, title: str) -> Mapping[str, int]:
    """Return the pairs that only MR101 names."""
    account = found.aside if title.endswith("easements") else found.pairs
    counts: Mapping[str, int] = account.beyond
    return counts


def pair_words(facts: Mapping[str, Any]) -> str:
    """Return what the pairs show."""
    jujuy, rioja, phil = (facts[k] for k in ("jujuy", "la_rioja", "philippines"))
    planes = "\n".join(
        f"| {title} | {PLANES[crs]} | {count} |"
        for title, found in (("Jujuy", jujuy), ("La Rioja", rioja), ("Philippines", phil))
        for crs, count in found.planes.items()
    )
    own = " · ".join(
        f"{title} {found.found_large}"
        for title, found in (("Jujuy", jujuy), ("La Rioja", rioja), ("Philippines", phil))
    )
    touch, apart = jujuy.pairs.large["touch"], jujuy.pairs.large["apart"]
    far, gap = phil.pairs.far, phil.pairs.widest_gap_m
    return f"""The plane decides how many pairs "overlap by more than 1 m²":

| data | plane | pairs sharing > 1 m² |
|---|---|---|
{planes}

By MR101, each right in its own zone: {own}.

Jujuy's borders fit best in the Gauss-Krüger zone of 66° W, where they seem to have been drawn.
There two neighbours whose corners lie along one straight line share nothing; in the plane of
69° W, or in degrees, the long edge of the one and the several short edges of the other part by up
to decimetres ({jujuy.quiet_width:.2f} m at most among pairs that MR101 calls touching or apart),
and the overlay calls it an overlap. That is {touch} pairs that only touch and {apart} that lie
apart, among the {sum(jujuy.pairs.large.values())}: the reason why minezone draws edges straight in
their own zone.

The widest gap of a pair that is apart is {jujuy.pairs.widest_gap_m:.3f} m in Jujuy,
{rioja.pairs.widest_gap_m * 1000:.1f} mm in La Rioja, {gap * 1000:.0f} mm in the
Philippines; {far} further pair there met only at the tip of a spike without area. "MR101 alone"
are pairs that the plain overlay finds a hair apart:
{sum(jujuy.pairs.beyond.values())} in Jujuy, of which {jujuy.pairs.beyond["sliver"]} slivers, none
an overlap ({sum(f.pairs.beyond["overlap"] for f in (jujuy, rioja, phil))} in all three).

La Rioja spans two zones, and its borders fit best in the plane of 69° W for the whole province,
while minezone takes each right's own zone, as Chinese registers do, and of a pair across two zones
the narrower answer. {rioja.pairs.large["touch"] + rioja.pairs.large["apart"]} pairs share more than
1 m² in the province's plane and nothing by MR101; the widest of them shares
{rioja.quiet_width * 100:.0f} cm there. That is the size of the choice of a plane: whoever must
judge by another one than the zone's own has to know it.

**Areas checked without minezone.** Each overlap (rows without repair) was measured a second time:
outlines densified to 20 m in their own zone by PROJ, brought back to degrees, intersected by
GEOS, measured by geodesics.

| data | overlaps | km² | largest difference | as a share (> 1 ha) | of plain degrees |
|---|---|---|---|---|---|
{area_line("Jujuy", jujuy)}
{area_line("La Rioja", rioja)}
{area_line("Philippines", phil)}

The last column is the largest difference of the same intersection without densifying.
"""


def area_line(title: str, found: Any) -> str:
    """Return the row of one data set in the table of areas."""
    a = found.areas
    return (
        f"| {title} | {a['pairs']} | {a['area_km2']:.2f} | {a['m2']:.2f} m² | "
        f"{a['share']:.0e} | {a['plain_m2']:.0f} m² |"
    )


def verdict_lines(found: Any) -> Iterator[str]:
    """Yield the table of verdicts of one data set."""
    if not found.verdicts:
        yield f"No subject: no row was kept. Exit status {found.exit_status}."
        return
    yield f"{found.subjects} subjects, exit status {found.exit_status}.\n"
    yield f"| rule | {' | '.join(VERDICTS)} | reasons |"
    yield "|---|---|---|---|---|---|---|"
    for rule, counts in found.verdicts.items():
        assert sum(counts.values()) == found.subjects
        each = " | ".join(str(counts[v]) for v in VERDICTS)
        why = ", ".join(f"`{k}` {n}" for k, n in sorted(found.reasons[rule].items()))
        yield f"| {rule} | {each} | {why} |"


def summary(facts: Mapping[str, Any]) -> str:
    """Return the tables for docs/verify.md."""
    rows = "\n".join(row_lines(facts))
    head = HEAD[HEAD.index("| data |") :]
    pairs = TENEMENTS[TENEMENTS.index("| data |") :].format(classes=" | ".join(CLASSES))
    return f"{head}{rows}\n\n{pairs}" + "\n".join(pair_lines(facts))
