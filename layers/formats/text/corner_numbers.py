"""Plain numbers, and those of corners: where they do not run on, one may be lost or doubled."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from layers.formats.angles import clean

_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_LAST_DIGITS = re.compile(r"([0-9]{1,9})[^0-9]*$")


def plain_number(text: str) -> float | None:
    """Return a plain decimal number, also one in full-width digits; None where it is none.

    >>> plain_number("３７６.5"), plain_number("3.7e6"), plain_number("3.")
    (376.5, None, None)
    """
    digits = clean(text)
    return float(digits) if _PLAIN.fullmatch(digits) else None


def first_break(names: Sequence[str]) -> int | None:
    """Return the position of the first corner that does not follow the one before it.

    ``names`` are those of an open ring, J1, J2, ...; where some carry no digits, only a name
    given twice is a break. Where a ring begins is left open: its numbers may run on.

    >>> first_break(["J8", "J9", "J10"]), first_break(["1", "2", "4"]), first_break(["1", "2", "2"])
    (None, 2, 2)
    """
    numbers = [int(m[1]) for name in names if (m := _LAST_DIGITS.search(name))]
    if len(numbers) == len(names):
        steps = [b - a for a, b in pairwise(numbers)]
        return next((k for k, step in enumerate(steps, 1) if step != 1), None)
    seen: set[str] = set()
    for k, name in enumerate(names):
        if name in seen:
            return k
        seen.add(name)
    return None


def repeated(names: Sequence[str], places: Sequence[object]) -> tuple[int, int] | None:
    """Return the first two corners of an open ring that have one place and two names.

    >>> repeated(["1", "2", "3"], [(0, 0), (1, 1), (1, 1)])
    (1, 2)
    """
    seen: dict[object, int] = {}
    for k, place in enumerate(places):
        other = seen.setdefault(place, k)
        if names[k] and names[other] and names[k] != names[other]:
            return other, k
    return None


def repeated_told(one: str, other: str) -> tuple[str, str]:
    """Return what is wrong with two corners at one place, in both languages."""
    return (
        f"点号 {one} 与 {other} 坐标相同，是否抄重（少了一个拐点）",
        f"corners {one} and {other} have the same coordinates: copied twice, and a corner lost?",
    )


def break_told(names: Sequence[str], at: int) -> tuple[str, str]:
    """Return what is wrong at a break, in both languages."""
    before, here = names[at - 1], names[at]
    if here in names[:at]:
        return f"点号 {here} 重复", f"corner number {here} is given twice"
    return f"点号由 {before} 跳到 {here}", f"corner numbers jump from {before} to {here}"
