"""What was written is read again and compared: nothing changes on the way without a word."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from layers.account import Issue
from layers.errors import FormatError
from layers.formats import read
from layers.formats.source import Source, refusal
from layers.issues import label_en, listed, warning

_ROUNDED = {"geojson": 9, "txt": 3, "registration": 3, "xlsx": 3}
"""Form -> decimals to which it rounds coordinates."""
_PLAIN_TEXT = frozenset({"shp", "kml"})
"""Forms that keep no blanks at the ends of text, and reals to 15 digits."""
_BLANK = frozenset({"shp", "kml"})
"""Forms in which an empty text and none are one."""
_KML_DEGREES = 1e-12
_MANY = 3000  # corners, beyond which only equal outlines are the same


def check(source: Source, target: Path, form: str, fields: Mapping[str, str]) -> list[Issue]:
    """Compare a written file with the rows that went into it.

    Parameters
    ----------
    source : the rows as they were given to the writer, in the target's system
    fields : field as written -> field of the source

    Returns
    -------
    Warnings about fields that are missing or changed, and about a system that got lost.

    Raises
    ------
    FormatError
        The file cannot be read again, or has other rows or other outlines.
    """
    again = _read(source, target)
    if len(again) != len(source):
        raise _not_the_same(
            source, f"写出 {len(source)} 行，读回 {len(again)} 行",
            f"of {len(source)} rows {len(again)} come back",
        )  # fmt: skip
    wrong = [k for k in range(len(source))
             if not _same_place(source.geometry[k], again.geometry[k], form)]  # fmt: skip
    if wrong:
        _check_words(source, again)
        names = [source.labels[k] for k in wrong]
        told = listed([label_en(n) for n in names], "en", 3)
        raise _not_the_same(
            source, f"{listed(names, shown=3)}：写出后读回的图形不同",
            f"{told}: another outline comes back",
        )  # fmt: skip
    issues = []
    if again.crs is None or again.crs_doubt is not None:
        zh, en = (
            "坐标系不能以此格式写明，读回时须给出",
            "this form cannot state the system; give it",
        )
        note_zh, _, note_en = again.crs_note.partition(" / ")
        if again.stated.system is not None and note_en:
            zh, en = (
                f"写出的坐标系读回时不予采信：{note_zh}",
                f"it is not believed again: {note_en}",
            )
        issues.append(warning("crs_not_written", zh, en))
    for written, field in fields.items():
        issues += _changes(source, again, written, field, form)
    return issues


def _read(source: Source, target: Path) -> Source:
    try:
        return read(target)
    except FormatError as fault:
        zh, en = (word.replace(str(target), target.name) for word in (fault.zh, fault.en))
        raise _not_the_same(source, f"写出后读不回：{zh}", f"cannot be read again: {en}") from fault


def _check_words(source: Source, again: Source) -> None:
    """Refuse rows whose fields say that they are in the system that they were moved from."""
    said = next((i for i in again.issues if i.code == "crs_contradicted"), None)
    if said is not None:
        zh, en = f"写出后读回时不予采信：{said.zh}", f"not believed when read again: {said.en}"
        raise _not_the_same(source, zh, en)


def _not_the_same(source: Source, zh: str, en: str) -> FormatError:
    return refusal(source.path, f"{zh}；没有写出文件", f"{en}; nothing was written")


# -- outlines --------------------------------------------------------------------------------------


def _same_place(before: shapely.Geometry, after: shapely.Geometry | None, form: str) -> bool:
    if after is None:
        return False
    places = _ROUNDED.get(form)
    if places is not None:
        before = shapely.transform(before, lambda xy: np.round(xy, places))
    near = 1.1 * 10.0**-places if places is not None else _KML_DEGREES if form == "kml" else 0.0
    one, other = (shapely.normalize(_lone(shape)) for shape in (before, after))
    if shapely.equals_exact(one, other, near):
        return True
    if _shape_of(one) != _shape_of(other) or shapely.get_num_coordinates(one) > _MANY:
        return False
    return bool(near) and shapely.hausdorff_distance(one, other) <= 2 * near


def _lone(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the only part of a geometry of one part, and any other as it is."""
    parts = shapely.get_parts(shape)
    return parts[0] if len(parts) == 1 else shape


def _shape_of(shape: shapely.Geometry) -> tuple[str, list[int]]:
    parts = shapely.get_parts(shape)
    return shape.geom_type, sorted(shapely.get_num_interior_rings(parts).tolist())


# -- fields ----------------------------------------------------------------------------------------


def _changes(source: Source, again: Source, written: str, field: str, form: str) -> list[Issue]:
    values = source.columns[field].to_pylist()
    if written not in again.columns:
        if all(v is None or v == "" for v in values):
            return []
        zh, en = f"字段 {field} 写出后读不回", f"field {field} does not come back"
        return [warning("field_lost", zh, en)]
    found = again.columns[written].to_pylist()
    pairs = enumerate(zip(values, found, strict=True))
    rows = [k for k, (value, back) in pairs if not _same_value(value, back, form)]
    if not rows:
        return []
    names: Sequence[str] = [source.labels[k] for k in rows]
    told = listed([label_en(n) for n in names], "en", 3)
    first, back = _shown(values[rows[0]]), _shown(found[rows[0]])
    zh = f"字段 {field}：{listed(names, shown=3)} 的值不能照样写出（{first} 读回为 {back}）"
    en = f"field {field}: {told} cannot be written as they are ({first} comes back as {back})"
    return [warning("value_changed", zh, en)]


def _shown(value: Any) -> str:
    return "NULL" if value is None else re.sub(r"[\r\n\t]", " ", str(value))[:40]


def _same_value(before: Any, after: Any, form: str) -> bool:
    one, other = _plain(before, form), _plain(after, form)
    if one is None or other is None:
        return one is other
    if isinstance(one, str) or isinstance(other, str):
        return _word(one) == _word(other) or _number(one) == _number(other) is not None
    if one == other:
        return True
    near = form in _PLAIN_TEXT and isinstance(one, float) and isinstance(other, (int, float))
    return near and math.isclose(one, other, rel_tol=2e-14)


def _plain(value: Any, form: str) -> Any:
    """Return a value as text, number or None, without what the form is known not to keep."""
    if isinstance(value, datetime.date):  # a datetime is one, too
        return value.isoformat()
    if isinstance(value, float) and math.isnan(value):
        return None  # no number, as null is none
    if isinstance(value, str) and form in _PLAIN_TEXT:
        value = value.strip()
        return None if form in _BLANK and not value else value
    return int(value) if isinstance(value, bool) else value


def _word(value: Any) -> str:
    """Return a value as a word, dates with hyphens."""
    return re.sub(r"^(\d{4})/(\d\d)/(\d\d)$", r"\1-\2-\3", str(value))


def _number(value: Any) -> float | int | None:
    """Return a value of a form without numbers as one; a whole one keeps all its digits."""
    try:
        return int(value) if isinstance(value, (int, str)) else float(value)
    except (ValueError, TypeError):
        pass
    try:
        return float(value)
    except (ValueError, TypeError):
        return None
