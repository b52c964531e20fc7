"""Parcels of a national corner text that may be none of their own: taken out, or given twice.

The form takes ground out by a ring of its own number within the parcel. A parcel that is called
a deduction, or has a negative area, would be a second right, and its ground part of the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import shapely

from layers.account import Issue
from layers.formats.table.deductions import is_cut
from layers.issues import label_en, warning
from layers.whereabouts import Reason

_AREA, _NUMBER, _NAME, _USE = 1, 2, 3, 6


class Parcel(Protocol):
    """A parcel line."""

    fields: list[str]

    @property
    def label(self) -> str:
        """What the parcel is called."""
        ...


def taken_out(parcel: Parcel) -> Reason | None:
    """Return why a parcel is one that is taken out of another, None where nothing says so."""
    said = next((w for at in (_NAME, _USE, _NUMBER) if is_cut(w := parcel.fields[at])), None)
    area = parcel.fields[_AREA]
    if said is None and not area.startswith(("-", "－", "−")):
        return None
    word = said if said is not None else area
    return (
        f"{parcel.label} 写有“{word}”，是扣除范围：请改作所在地块的一圈（圈号 2 起）",
        f"{label_en(parcel.label)} is taken out of another ({word}): make it a ring of that "
        "parcel, with a number from 2 on",
    )


def nested_issues(parcels: Sequence[Parcel], shapes: Sequence[shapely.Geometry]) -> list[Issue]:
    """Tell of parcels whose outline is that of one above, or lies inside another."""
    issues: list[Issue] = []
    tree = shapely.STRtree(shapes)
    for k, parcel in enumerate(parcels):
        others = sorted(int(j) for j in tree.query(shapes[k], "covered_by") if j != k)
        same = [j for j in others if j < k and shapely.equals(shapes[j], shapes[k])]
        inside = [j for j in others if not shapely.equals(shapes[j], shapes[k])]
        label, label_zh = label_en(parcel.label), parcel.label
        if same:
            other = parcels[same[0]].label
            zh = f"{label_zh}：与 {other} 的轮廓相同，是否重复"
            en = f"{label}: has the outline of {label_en(other)}: given twice?"
            issues.append(warning("parcel_repeated", zh, en, parcel.label))
        elif inside:
            other = parcels[inside[0]].label
            zh = f"{label_zh}：在 {other} 之内；若是扣除范围，请改作它的一圈（圈号 2 起）"
            en = f"{label}: lies inside {label_en(other)}; if it is taken out, make it a ring of it"
            issues.append(warning("parcel_inside", zh, en, parcel.label))
    return issues
