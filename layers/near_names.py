"""Fields that are called nearly like a column of which an empty cell is an answer.

A pond whose 项目建设性质 is 新建 must not count as one of which nothing is said: it is not read
under a name that nobody listed, but its column is unread, not empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from layers.account import Issue
from layers.headings import Heading
from layers.issues import warning
from layers.parse import folded
from layers.schema import Column

_EMPTY_TELLS = frozenset({
    "project_type", "status", "stopped_on", "last_discharge_on", "discharging", "ownerless",
    "at_final_level", "valid_to",
})  # fmt: skip
_SHORTEST = 4  # letters: 无主 may stand in anything


def near_names(
    names: Mapping[str, Heading], columns: Iterable[Column], file: str
) -> tuple[dict[str, tuple[str, ...]], list[Issue]]:
    """Return column -> fields whose names hold one of its own, and a warning about each.

    Parameters
    ----------
    names : fields that have found no column
    columns : those that have found no field
    """
    near: dict[str, tuple[str, ...]] = {}
    issues = []
    for column in columns:
        if column.name not in _EMPTY_TELLS:
            continue
        aliases = [folded(a) for a in column.aliases if a not in column.generic_aliases]
        words = [a for a in aliases if len(a) >= _SHORTEST and not a.isascii()]
        fields = tuple(f for f, h in names.items() if any(w in h.stem for w in words))
        if fields:
            near[column.name] = fields
            issues += [_told(file, field, column) for field in fields]
    return near, issues


def _told(file: str, field: str, column: Column) -> Issue:
    return warning(
        "field_ambiguous",
        f"{file}：字段名“{field}”近似{column.zh}（{column.name}），不能认定就是它，未采用，"
        f"有值的行按未能识别处理；如果是，请把字段改名为“{column.zh}”或 {column.name}",
        f"{file}: the field name '{field}' is near {column.name} and may not be it; not used, and "
        f"rows where it has a value count as unread. If it is, rename the field to '{column.zh}' "
        f"or '{column.name}'",
    )
