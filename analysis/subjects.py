"""What the law calls a new right, an existing pond and the like, said once for all rules.

Plain functions over a :class:`~layers.layer.Layer`; each answers one bool per row unless said.
A null attribute makes none of them true: a rule asks :func:`first_null` where it decides. Where
the status stands in for a project type that is not stated, it does not for one that is stated and
could not be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from analysis.model import FindingTable, Objects, Verdict
from analysis.verdict import decide, is_past
from gis.distance import pairs_within
from gis.ragged import Bools, Floats, Ints
from layers.layer import Layer
from layers.parse import same_name

# -- mining rights -------------------------------------------------------------------------------


def is_new_right(rights: Layer) -> Bools:
    """Return rights that are new: project type new, or applied for with no project type."""
    return rights.is_code("project_type", "new") | (
        _is_empty(rights, "project_type") & rights.is_code("status", "applied")
    )


def is_existing_right(rights: Layer) -> Bools:
    """Return rights that are existing: so declared, or granted with no project type."""
    return rights.is_code("project_type", "existing") | (
        _is_empty(rights, "project_type") & rights.is_code("status", "granted")
    )


def is_unknown_right(rights: Layer) -> Bools:
    """Return where it is unknown whether a right is new or existing.

    Neither project type nor status is stated, or the project type could not be read.
    """
    return _is_type_unknown(rights)


def _is_empty(layer: Layer, column: str) -> Bools:
    """Return where a column is empty in the source itself, not only for what could be read."""
    return layer.is_null(column) & ~layer.is_unread(column)


def _is_type_unknown(layer: Layer) -> Bools:
    return layer.is_unread("project_type") | (
        layer.is_null("project_type") & layer.is_null("status")
    )


def is_lapsed(rights: Layer) -> Bools:
    """Return rights no longer in force; a passed ``valid_to`` alone does not end a right."""
    return rights.is_code("status", "expired", "cancelled")


def lapsed_on(rights: Layer, rows: Ints, as_of: date) -> Objects:
    """Return (k,) the end of a granted right's term where it has passed, else None.

    The right still counts: its status says so.
    """
    ends = rights.day("valid_to")[rows]
    passed = is_past(ends, as_of) & rights.is_code("status", "granted")[rows]
    out = np.full(len(ends), None, dtype=object)
    out[passed] = ends[passed].astype(str)
    return out


def is_open_pit(rights: Layer) -> Bools:
    """Return rights mined from the surface, wholly or in part."""
    return rights.is_code("method", "open_pit", "both")


def is_underground(rights: Layer) -> Bools:
    """Return rights mined underground, wholly or in part."""
    return rights.is_code("method", "underground", "both")


# -- tailings facilities -------------------------------------------------------------------------


def is_new_pond(ponds: Layer) -> Bools:
    """Return where a pond is new: project_type new, or planned with none stated."""
    planned = _is_empty(ponds, "project_type") & ponds.is_code("status", "planned")
    return planned | ponds.is_code("project_type", "new")


def is_existing_pond(ponds: Layer) -> Bools:
    """Return where a pond is no new one; rebuilt and expanded ponds exist already."""
    return ~is_new_pond(ponds) & ~is_unknown_pond(ponds)


def is_unknown_pond(ponds: Layer) -> Bools:
    """Return where it is unknown whether a pond is new: as of :func:`is_unknown_right`."""
    return _is_type_unknown(ponds)


# -- rows to judge, and their neighbours ---------------------------------------------------------


def first_null(layer: Layer, columns: Sequence[str]) -> Objects:
    """Return (n,) the first of ``columns`` that has no value in a row, None where all have."""
    out = np.full(len(layer), None, dtype=object)
    for column in reversed(columns):
        out[layer.is_null(column)] = column
    return out


def is_given(values: Objects) -> Bools:
    """Return where an object array holds something."""
    return np.array([v is not None for v in values], bool)


def scope(
    subjects: Layer,
    beyond: Sequence[tuple[Bools, str]],
    columns: Sequence[str],
    unread: Sequence[str] = (),
) -> tuple[Ints, FindingTable]:
    """Return the rows to judge, and the findings of the others.

    Parameters
    ----------
    beyond : (condition, reason): where it holds the rule does not apply, whatever is missing
    columns : attributes that decide whether the rule applies; null: NO_DATA
    unread : further ones that may well be empty; NO_DATA where they are not and could not be read
    """
    missing = first_null(subjects, columns)
    for column in unread:
        missing[subjects.is_unread(column)] = column
    cases = [(condition, Verdict.NOT_APPLICABLE, reason) for condition, reason in beyond]
    cases.append((is_given(missing), Verdict.NO_DATA, "attribute_missing"))
    verdict, reason = decide(len(subjects), cases, (Verdict.PASS, ""))
    rest = np.flatnonzero(~np.equal(verdict, Verdict.PASS))
    table = FindingTable.build(
        rest,
        verdict[rest],
        reason[rest],
        args={"column": missing[rest], "layer": [subjects.name] * len(rest)},
    )
    return np.flatnonzero(np.equal(verdict, Verdict.PASS)), table


def near_rights(
    subjects: Layer, judged: Ints, own_rows: Ints, rights: Layer, others: Bools, metres: float
) -> tuple[Ints, Ints, Floats]:
    """Return (i, j, distance_m) of ``judged`` subjects and the ``others`` within ``metres``.

    No right is paired with itself, nor with another row of its own licence (:func:`one_licence`).

    Parameters
    ----------
    own_rows : (n,) row of each subject in ``rights``
    others : (m,) rights that may be neighbours
    """
    rows = np.flatnonzero(others)
    i, j, distance = pairs_within(subjects.shapes.take(judged), rights.shapes.take(rows), metres)
    i, j = judged[i], rows[j]
    keep = ~np.equal(own_rows[i], j) & ~one_licence(subjects, i, rights, j)
    return i[keep], j[keep], distance[keep]


def same_text(a: Layer, i: Ints, b: Layer, j: Ints, column: str) -> Bools:
    """Return (k,) whether a text column is equal in rows i of ``a`` and j of ``b``.

    Null equals nothing: two rows without a number have two numbers.
    """
    one, other = a.text(column)[i], b.text(column)[j]
    return np.array([x is not None and x == y for x, y in zip(one, other, strict=True)], bool)


def same_holder(a: Layer, i: Ints, b: Layer, j: Ints) -> Bools:
    """Return (k,) whether rows i of ``a`` and j of ``b`` have one holder.

    Null equals nothing: two unknown holders are two holders. Blanks and the width of marks do not
    count.
    """
    pairs = zip(a.text("holder")[i], b.text("holder")[j], strict=True)
    return np.array([same_name(*pair) for pair in pairs], bool)


def one_licence(a: Layer, i: Ints, b: Layer, j: Ints) -> Bools:
    """Return (k,) whether two rows are of one licence.

    One number that two stated holders carry is a mistake in one of the two, and no licence. A
    holder that could not be read may be another.
    """
    one, other = a.text("holder")[i], b.text("holder")[j]
    two = is_given(one) & is_given(other) & ~same_holder(a, i, b, j)
    two |= a.is_unread("holder")[i] | b.is_unread("holder")[j]
    return same_text(a, i, b, j, "licence_no") & ~two


def is_number_shared(rights: Layer) -> Bools:
    """Return (n,) rights whose number is that of rights not lapsed of two stated holders."""
    number, holder = rights.text("licence_no"), rights.text("holder")
    # A holder that could not be read may be anybody; no text equals a number.
    holder = np.where(rights.is_unread("holder"), np.arange(len(rights)), holder)
    given = np.flatnonzero(is_given(number) & is_given(holder) & ~is_lapsed(rights))
    held: dict[object, object] = {}
    several = {
        number[row] for row in given
        if not same_name(held.setdefault(number[row], holder[row]), holder[row])
    }  # fmt: skip
    return np.array([name in several for name in number], bool)


def replaces(a: Layer, i: Ints, b: Layer, j: Ints) -> Bools:
    """Return (k,) whether one right of a pair names the other among the licences it replaces."""
    return _names(a, i, b, j) | _names(b, j, a, i)


def _names(a: Layer, i: Ints, b: Layer, j: Ints) -> Bools:
    rows, entries = a.entries("replaces_licences")
    named = {(int(row), str(entry)) for row, entry in zip(rows, entries, strict=True)}
    out = np.zeros(len(i), bool)
    if named:
        licences = b.text("licence_no")
        for pair in np.flatnonzero(np.isin(i, rows)):
            out[pair] = (int(i[pair]), licences[j[pair]]) in named
    return out


def names_licence(rights: Layer, i: Ints, licences: Objects) -> Bools:
    """Return (k,) whether rights[i] names the licence ``licences[k]`` among those it replaces."""
    rows, entries = rights.entries("replaces_licences")
    named = set(zip(rows.tolist(), entries.tolist(), strict=True))
    return np.array([pair in named for pair in zip(i.tolist(), licences, strict=True)], bool)
