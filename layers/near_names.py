"""Fields that are called nearly like a column, and may say what it must not be without.

A pond whose 项目建设性质 is 新建 must not count as one of which nothing is said: it is not read
under a name that nobody listed, but its column is unread, not empty.
"""

from __future__ import annotations

from collections.abc import Mapping

from layers.headings import Heading
from layers.parse import folded
from layers.schema import Column

# Columns of which an empty cell is an answer, and the words that speak of them beside the aliases.
_EMPTY_TELLS: Mapping[str, tuple[str, ...]] = {
    "project_type": (), "status": (), "stopped_on": (), "last_discharge_on": (),
    "discharging": (), "ownerless": (), "at_final_level": (), "valid_to": (), "width_m": ("宽",),
}  # fmt: skip
_SHORTEST = 4  # letters: 无主 may stand in anything
# Totals that stand at their greatest, and what they are totals of.
_TOTALS = {"total_dam_height_m": "坝高", "total_volume_m3": "库容"}


def near(names: Mapping[str, Heading], column: Column) -> list[str]:
    """Return the fields whose names hold one of a column whose emptiness is an answer.

    Parameters
    ----------
    names : fields that have found no column
    """
    if column.name not in _EMPTY_TELLS:
        return []
    aliases = [folded(a) for a in column.aliases if a not in column.generic_aliases]
    words = [a for a in aliases if len(a) >= _SHORTEST and not a.isascii()]
    words += _EMPTY_TELLS[column.name]
    return [field for field, name in names.items() if any(w in name.stem for w in words)]


def is_total(column: Column) -> bool:
    """Return whether the column is the greatest of what other fields may say of today."""
    return column.name in _TOTALS


def of_the_same(names: Mapping[str, Heading], column: Column) -> list[str]:
    """Return the fields that hold a height or volume of which a total is the greatest."""
    return [f for f, name in names.items() if name.base.endswith(_TOTALS[column.name])]
