"""What cells beside coordinates say of where these lie: a datum, a zone, that they are wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from layers.formats.disclaimers import undone, wrong
from layers.formats.row_datums import is_of_system
from layers.formats.stated import Stated, stated_in
from layers.formats.table.header import Header
from layers.formats.table.sheet import Sheet
from layers.whereabouts import Reason

_REMARKS = re.compile(r"(?:备|附)?注|说明|情况|remarks?|notes?|comments?|memo", re.IGNORECASE)
_NUMBER = re.compile(r"[\d.,-]*")
# Without one of these a cell says nothing of places: 38号带 may be a vein, 北京54中学 is a school.
_SPEAKS = re.compile(r"坐标|大地|子午|经线|cgcs|wgs", re.IGNORECASE)


def said_beside(
    sheet: Sheet,
    header: Header,
    rows: Collection[int],
    of: Callable[[str], bool] | None = None,
) -> Iterator[tuple[int, str]]:
    """Yield the rows, and in words, what the cells beside their places say of these.

    Parameters
    ----------
    rows : those asked
    of : which columns are asked by their names, None for all that are no coordinates
    """
    judged: dict[tuple[int, str], str] = {}
    columns = [
        (c, name)
        for c, name in enumerate(header.names)
        # A name or number of a right is none of a system, whatever letters it has.
        if (header.roles.get(c) is None or (header.roles[c] == "group" and is_of_system(name)))
        and (of is None or of(name))
    ]
    for row in rows:
        for column, name in columns:
            key = column, sheet.cell(row, column)
            if key not in judged:
                judged[key] = _judged(name, key[1])
            if judged[key]:
                yield row, judged[key]


def _judged(name: str, cell: str) -> str:
    """Return what a cell says, with the heading of its column; nothing where it says nothing."""
    if is_of_system(name):
        return cell and f"{name}：{cell}"
    unnamed = name[:1] == "列" and denied(cell) is not None
    remark = unnamed or _REMARKS.fullmatch(name) is not None
    if _NUMBER.fullmatch(cell) or not (remark or _SPEAKS.search(cell)):
        return ""
    heading = "" if remark or stated_in(f"{name}：") != Stated() else f"{name}："
    text = heading + cell
    return text if stated_in(text) != Stated() or denied(text) is not None else ""


def denied(text: str) -> Reason | None:
    """Return how words beside a place say that it is none, or not where its numbers say."""
    return wrong(text) or undone(text)
