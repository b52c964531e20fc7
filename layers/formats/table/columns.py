"""What the columns of a table of corners say of its parcels."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from gis.ragged import Ints
from layers.account import Issue
from layers.formats.table.corner_names import numbered
from layers.formats.table.doubts import states_attribute
from layers.formats.table.header import Header
from layers.formats.table.naming import masked_issues, names_a_parcel
from layers.formats.table.rings import Parcel
from layers.formats.table.sheet import Sheet
from layers.issues import info, label_en, listed, warning

_OF_CORNERS = re.compile(r"高程|高度|[HZhz]|边长|距离|方位角|角度")
_REMARK = re.compile(rf"{_OF_CORNERS.pattern}|备注|说明|附注|坡度|[界标][桩石志].{{0,4}}")
_TWIN = re.compile(r"(.+)_\d{1,2}")
_OWN_ROLES = frozenset({"north", "east", "lon", "lat", "corner", "number", "ring", "sign"})


def columns_of(
    sheet: Sheet, header: Header, parcels: Sequence[Parcel]
) -> tuple[dict[str, pa.Array], dict[str, Ints], list[Issue]]:
    """Return a value per parcel for each column, and tell of columns that say several things.

    The parcels of which a column says several come with its name.
    """
    columns: dict[str, pa.Array] = {}
    lost: dict[str, Ints] = {}
    issues: list[Issue] = []
    corner_columns: list[str] = []
    labels = [p.label for p in parcels]
    keys = [c for c, role in sorted(header.roles.items()) if role == "group"]
    for c, name in enumerate(header.names):
        if header.roles.get(c) in _OWN_ROLES:
            continue
        alone = [_beside_one(sheet, p, c) for p in parcels]
        said = [
            _said(sheet, p, c) if row is None else [] for p, row in zip(parcels, alone, strict=True)
        ]
        if c in keys:  # a number over several parcels is written once
            said = [[*filter(None, p.key[keys.index(c) :][:1])] for p in parcels]
        if name[:1] == "列" and not any(said):
            continue  # neither heading nor values
        columns[name] = pa.array([v[0] if len(v) == 1 else None for v in said], pa.string())
        if name[:1] == "列":
            continue  # a column without heading
        varies = any(len(v) > 1 for v in said) and _OF_CORNERS.fullmatch(name)
        if _REMARK.fullmatch(name) or header.roles.get(c) == "group":
            alone = [None for _ in parcels]
        issues += _misplaced(sheet, name, labels, alone)
        # What differs within a parcel, or may be about a corner, is unread, not empty.
        unread = [len(v) > 1 or row is not None for v, row in zip(said, alone, strict=True)]
        lost[name] = np.flatnonzero(unread)
        if varies or _of_corners(parcels, said):
            corner_columns.append(name)
        else:
            issues += _mixed(name, labels, said)
    if corner_columns:
        zh, en = listed(corner_columns), listed(corner_columns, "en")
        issues.append(
            info(
                "column_ignored",
                f"各拐点取值不同的列不属于地块，未采用：{zh}",
                f"columns that differ from corner to corner are left out: {en}",
            )
        )
    issues += _unheaded(sheet, header, parcels) + twins(header, columns, lost, labels)
    columns.update(_of_headings(columns, parcels))
    for title in dict.fromkeys(t for p in parcels for t in p.told):
        issues += masked_issues(title, [p.told.get(title) for p in parcels], labels)
    return columns, lost, issues


def twins(
    header: Header, columns: dict[str, pa.Array], lost: dict[str, Ints], labels: Sequence[str]
) -> list[Issue]:
    """Take columns of one heading as unread where they say two things, and tell of them."""
    issues = []
    places = {header.names[c] for c in header.coordinates}
    for other in [name for name in columns if name not in places]:
        found = _TWIN.fullmatch(other)
        if found is None or found[1] not in columns or _REMARK.fullmatch(found[1]):
            continue
        name = found[1]
        values = [*zip(columns[name].to_pylist(), columns[other].to_pylist(), strict=True)]
        differ = [k for k, (one, two) in enumerate(values) if None not in (one, two) and one != two]
        if not differ:
            continue
        first, second = values[differ[0]]
        kept = [None if k in {*differ} else one for k, (one, _) in enumerate(values)]
        columns[name] = pa.array(kept, pa.string())
        lost[name] = np.union1d(lost.get(name, np.array([], np.int64)), differ)
        label, more = labels[differ[0]], len(differ)
        zh = f"{label}：有两列都叫 {name}，取值不同（{first}、{second}），按空值" + (
            f"；共 {more} 行" if more > 1 else ""
        )
        en = f"{label_en(label)}: two columns are called {name} and differ ({first}, {second}); " \
             "taken as null" + (f"; so in {more} rows" if more > 1 else "")  # fmt: skip
        issues.append(warning("field_conflict", zh, en, label))
    return issues


def _of_headings(columns: dict[str, pa.Array], parcels: Sequence[Parcel]) -> dict[str, pa.Array]:
    """Return what headings and rows between the corners say: names, numbers, elevations."""
    more: dict[str, list[str | None]] = {}
    if any(p.heading for p in parcels):
        more["块段名称"] = [p.heading or None for p in parcels]
    for title in dict.fromkeys(t for p in parcels for t in p.told):
        more[title] = [p.told.get(title) for p in parcels]
    arrays = {t: pa.array(v, pa.string()) for t, v in more.items() if t not in columns}
    for at, name in enumerate(("top_elevation_m", "bottom_elevation_m")):
        if any(p.depth for p in parcels):
            values = [p.depth[at] if p.depth else None for p in parcels]
            arrays[name] = pa.array(values, pa.string())
    return arrays


def _said(sheet: Sheet, parcel: Parcel, column: int) -> list[str]:
    """Return what a column says of a parcel: one value, or several where its rows differ.

    What stands beside the corners of a ring that is cut out is not about the parcel.
    """
    rings = [ring.rows for ring in parcel.rings if not ring.cut]
    return list(dict.fromkeys(c for rows in rings for r in rows if (c := sheet.cell(r, column))))


def _beside_one(sheet: Sheet, parcel: Parcel, column: int) -> int | None:
    """Return the one row that has a value, where it is not the first of its ring.

    It may be about that corner.
    """
    rings = [ring.rows for ring in parcel.rings if not ring.cut]
    told = [row for rows in rings for row in rows if sheet.cell(row, column)]
    return told[0] if len(told) == 1 and told[0] not in {rows[0] for rows in rings} else None


def _misplaced(
    sheet: Sheet, name: str, labels: Sequence[str], alone: Sequence[int | None]
) -> list[Issue]:
    """Tell of values that stand beside one corner, and not the first of its ring."""
    found = [(row, label) for row, label in zip(alone, labels, strict=True) if row is not None]
    if not found:
        return []
    (row, label), n = found[0], len(found)
    line = sheet.lines[row]
    zh = f"{label}：列 {name} 只写在第 {line} 行的拐点旁，分不清是否属于整个地块，按空值；" \
         "请写在地块的第一行"  # fmt: skip
    en = f"{label_en(label)}: {name} stands beside the corner of row {line} alone and may not be " \
         "of the whole parcel; taken as null. Write it in the first row"  # fmt: skip
    more = (f"；共 {n} 个地块", f"; so in {n} parcels") if n > 1 else ("", "")
    return [warning("field_conflict", zh + more[0], en + more[1], label)]


def _unheaded(sheet: Sheet, header: Header, parcels: Sequence[Parcel]) -> list[Issue]:
    """Tell of names and values in columns without a heading beside the corners: 开采矿种 | 铁矿."""
    unnamed = {c for c, name in enumerate(header.names) if name[:1] == "列"}
    for parcel in parcels:
        for row in parcel.rows:
            cells = enumerate(sheet.rows[row])
            said = [t for c, t in cells if t and (c in unnamed or c >= len(header.names))]
            if len(said) > 1 and (names_a_parcel(said[0]) or states_attribute(said)):
                line, text = sheet.lines[row], " ".join(said)
                return [
                    warning(
                        "column_ignored",
                        f"拐点旁没有表头的各列未采用（第 {line} 行起：{text}）；"
                        "请写在表头之上，或各成一列",
                        f"columns without heading beside the corners are left out (from row {line} "
                        f"on: {text}); write them above the header or as columns",
                    )
                ]
    return []


def _of_corners(parcels: Sequence[Parcel], said: Sequence[list[str]]) -> bool:
    """Return whether a column is about the corners (lengths of sides): nearly every row differs.

    A value that a program filled down, growing by one from row to row, is one of the parcel.
    """
    mixed = [k for k, values in enumerate(said) if len(values) > 1]
    if not mixed or any(_filled_down(said[k]) for k in mixed):
        return False
    return all(len(said[k]) >= len(parcels[k].rows) - 1 for k in mixed)


def _filled_down(values: Sequence[str]) -> bool:
    """Return whether values grow by one, 30 31 32, and do not count the corners."""
    numbers = [numbered(v) for v in values]
    first = numbers[0]
    if first is None or first[1] < 2:
        return False
    return all(n == (first[0], first[1] + k) for k, n in enumerate(numbers))


def _mixed(name: str, labels: Sequence[str], said: Sequence[list[str]]) -> list[Issue]:
    """Tell of a column whose rows differ within a parcel: its value is left out."""
    mixed = [k for k, values in enumerate(said) if len(values) > 1]
    if not mixed:
        return []
    k, n = mixed[0], len(mixed)
    values = "、".join(said[k][:3])
    zh = f"{labels[k]}：列 {name} 各行不同（{values}），按空值" + (
        f"；共 {n} 个地块" if n > 1 else ""
    )
    en = f"{label_en(labels[k])}: rows of {name} differ ({values}); taken as null"
    return [
        warning("field_conflict", zh, en + (f"; so in {n} parcels" if n > 1 else ""), labels[k])
    ]
