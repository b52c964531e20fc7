"""Fields of GML features as columns of text, under the names that the text gives them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from gis.ragged import Ints
from layers.account import Issue
from layers.formats.markup.gml_scan import Member
from layers.formats.source import refusal
from layers.issues import warning

_MOST_FIELDS = 2_000


def columns_of(
    path: Path, members: Sequence[Member]
) -> tuple[dict[str, pa.Array], dict[str, Ints], list[Issue]]:
    """Return field name -> text of each member; blank and nil are null.

    A field within another has its whole path for a name (``QLR|KSMC``): it is that one's, not
    the feature's own. A field of which some feature has several values is left out and told;
    the features that have one come with its name.

    Raises
    ------
    FormatError
        There are more fields than a table may have.
    """
    names = dict.fromkeys(name for member in members for name in member.fields)
    if len(names) > _MOST_FIELDS:
        raise refusal(
            path,
            f"有 {len(names)} 个字段，超过 {_MOST_FIELDS} 个",
            f"has {len(names)} fields, more than {_MOST_FIELDS}",
        )
    columns: dict[str, pa.Array] = {}
    several: dict[str, Ints] = {}
    for name in names:
        cells = [list(dict.fromkeys(member.fields.get(name, ()))) for member in members]
        if max(map(len, cells)) > 1:
            several[name] = np.flatnonzero([bool(c) for c in cells])
        else:
            columns[name] = pa.array([c[0] if c else None for c in cells], pa.string())
    columns = {**_identifiers(members, names), **columns}
    return columns, several, [_left_out(name) for name in several]


def _identifiers(members: Sequence[Member], names: dict[str, None]) -> dict[str, pa.Array]:
    """Return the identifiers of the features, called as GDAL calls them, apart from any field."""
    found = [m.identifier or ("", None) for m in members]
    out: dict[str, pa.Array] = {}
    for name in dict.fromkeys(name for name, _ in found if name):
        free = name if name not in names else f"{name} (@)"
        out[free] = pa.array([v if n == name else None for n, v in found], pa.string())
    return out


def _left_out(name: str) -> Issue:
    zh = f"字段 {name} 在一个要素中有几个值，已略去"
    en = f"field {name} has several values in a feature; it is left out"
    return warning("column_ignored", zh, en)
