"""Corners of a table that may be copied wrong, and outlines that may be of no right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from layers.account import Issue
from layers.formats.table.header import Header
from layers.formats.table.places import Places
from layers.formats.table.rings import Parcel, Ring, is_closed
from layers.formats.table.sheet import Sheet
from layers.formats.table.stated_corners import corners_told
from layers.formats.text.corner_numbers import repeated, repeated_told
from layers.issues import label_en, warning

_ANGLE = r"\D{0,4}\d{1,3}\s?[°度]"
_SECONDS = re.compile(rf"{_ANGLE}\s?\d{{1,2}}\s?['′‘’分]\s?\d{{1,2}}\.\d+\D{{0,6}}")
_COARSE = re.compile(rf"{_ANGLE}(?:\s?\d{{1,2}}\s?['′‘’分]?)?\s?[EN]?|\d{{1,3}}")
# Outlines that stand beside that of a right and are none: before its change, of a neighbour.
_OF_ANOTHER = re.compile(
    r"(?:变更|调整|扩界|缩减|整合)前|^原|[相毗]邻|邻近|邻矿|工业场地|排[土岩]场|废石场|^尾矿[库池]|尾矿[库池](?:范围|用地)|弃渣场|选矿?厂"
    r"|办公|生活区|炸药库|(?:储量|资源量?)估算|估算范围|红线|征地|用地|复垦|治理区|影响范围|评估范围"
)
# A title that says so; 原平 and 原阳 are places, 变更前后 compares.
_TITLE_OF_ANOTHER = re.compile(
    r"(?:(?:变更|调整|扩[大界]|缩[小减]|整合)[之以]?前(?![后、])|(?<![一-鿿])原(?=[矿采探许]|范围|批准|登记)"
    r"|[相毗]邻|邻近|邻矿|(?:已|被)(?:经|依法)?(?:注销|吊销|废止|撤销)|(?:注销|废止)的?(?:采矿|探矿|矿))"
    r"[^:：,，。;；]{0,20}(?:坐标|拐点|界址|范围|边界)"
)


def corner_doubts(
    sheet: Sheet, header: Header, parcels: Sequence[Parcel], places: Places
) -> list[Issue]:
    """Tell of corners at one place, of angles without seconds, and of outlines of no right."""
    issues: list[Issue] = []
    for parcel in parcels:
        for ring in parcel.rings:
            issues += _repeated(sheet, parcel, ring, places)
    told = {n for r in range(len(sheet.rows)) if (n := corners_told(sheet.text(r))) is not None}
    if len(parcels) == 1:
        issues += _closes_counted(sheet, parcels[0], told, places)
    return issues + _coarse(sheet, header, parcels) + _of_another(sheet, header, parcels)


def _repeated(sheet: Sheet, parcel: Parcel, ring: Ring, places: Places) -> list[Issue]:
    size = len(ring.rows) - is_closed(ring, places)
    at = [places.at[row] for row in ring.rows[:size]]
    if (pair := repeated(ring.names[:size], at)) is None:
        return []
    said = repeated_told(ring.names[pair[0]], ring.names[pair[1]])
    return [_at(sheet, ring.rows[pair[1]], parcel, "corner_numbers", *said)]


def _closes_counted(sheet: Sheet, parcel: Parcel, told: set[int], places: Places) -> list[Issue]:
    """Tell of a last corner at the place of the first that a stated count takes for its own."""
    ring = parcel.rings[-1]
    own = bool(ring.names[-1]) and ring.names[-1] != ring.names[0] and is_closed(ring, places)
    if len(parcel.rings) > 1 or not own or told != {len(ring.rows)}:
        return []
    said = repeated_told(ring.names[0], ring.names[-1])
    return [_at(sheet, ring.rows[-1], parcel, "corner_numbers", *said)]


def _coarse(sheet: Sheet, header: Header, parcels: Sequence[Parcel]) -> list[Issue]:
    """Tell of angles in whole minutes among others in fractions of a second."""
    cells = [(p, row, sheet.cell(row, c)) for p in parcels for row in p.rows
             for c in header.coordinates]  # fmt: skip
    fine = sum(_SECONDS.fullmatch(cell) is not None for *_, cell in cells)
    coarse = [found for found in cells if _COARSE.fullmatch(found[2])]
    if not coarse or fine < len(coarse):
        return []
    parcel, row, cell = coarse[0]
    zh = f"“{cell}”没有秒，而其余各点写到秒以下，是否漏写"
    en = f"{cell} has no seconds, the others have fractions of one: left out?"
    return [_at(sheet, row, parcel, "angles_without_seconds", zh, en)]


def _of_another(sheet: Sheet, header: Header, parcels: Sequence[Parcel]) -> list[Issue]:
    """Tell of outlines called otherwise than a right beside others that are not, or by a title."""
    named = [" ".join(w for w in (*p.key, p.heading) if w) for p in parcels]
    other = [_OF_ANOTHER.search(name) is not None for name in named]
    beside = not all(other)
    titles = filter(_TITLE_OF_ANOTHER.search, map(sheet.text, range(header.row)))
    return [
        _at(sheet, parcels[0].rows[0], parcels[0], "parcel_of_another",
            f"标题“{title[:40]}”像是以前的范围或别的矿权的范围，不能当作本矿权现在的范围",
            f"by the title {title[:40]!r} this is a former outline or one of another right")
        for title in islice(titles, 1)
    ] + [
        _at(sheet, parcel.rows[0], parcel, "parcel_of_another",
            f"“{name[:40]}”像不是矿权本身的范围，按另一地块读；若不是矿权，请删去",
            f"{name[:40]!r} may be no right of its own; take it out if it is none")
        for parcel, name, found in zip(parcels, named, other, strict=True) if found and beside
    ]  # fmt: skip


def _at(sheet: Sheet, row: int, parcel: Parcel, code: str, zh: str, en: str) -> Issue:
    label, line = parcel.label, sheet.lines[row]
    zh, en = f"{label} 第 {line} 行：{zh}", f"{label_en(label)} row {line}: {en}"
    return warning(code, zh, en, label)
