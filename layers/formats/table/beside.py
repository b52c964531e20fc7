"""What cells beside coordinates say of where these lie: a datum, a zone, that they are wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from layers.formats.disclaimers import wrong
from layers.formats.row_datums import is_of_system
from layers.formats.stated import Stated, stated_in
from layers.formats.table.header import Header
from layers.formats.table.sheet import Sheet

_REMARKS = re.compile(r"(?:备|附)?注|说明|情况|remarks?|notes?|comments?|memo", re.IGNORECASE)
_NUMBER = re.compile(r"[\d.,-]*")
# Without one of these no cell says anything of places.
_MAY_SAY = re.compile(
    r"坐标|带|子午|经线|西安|北京|国家|投影|换|平移|偏|密|位|面|数|作废|cgcs|wgs|xi|bj|zone|cm|utm|20|80|54",
    re.IGNORECASE,
)


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
        (c, name, is_of_system(name))
        for c, name in enumerate(header.names)
        if header.roles.get(c) in (None, "group") and (of is None or of(name))
    ]
    for row in rows:
        for column, name, system in columns:
            cell = sheet.cell(row, column)
            if not ((system and cell) or (_MAY_SAY.search(cell) and not _NUMBER.fullmatch(cell))):
                continue
            key = column, cell
            if key not in judged:
                judged[key] = _judged(name, cell, system=system)
            if judged[key]:
                yield row, judged[key]


def _judged(name: str, cell: str, *, system: bool) -> str:
    """Return what a cell says, with the heading of its column; nothing where it says nothing."""
    heading = "" if _REMARKS.fullmatch(name) else f"{name}："
    if system:
        return heading + cell
    if heading and stated_in(heading) != Stated():
        heading = ""
    text = heading + cell
    return text if stated_in(text) != Stated() or wrong(text) is not None else ""
