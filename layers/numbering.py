"""The id of every row: its own number, or its place in the file where it has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gis.errors import MineZoneError
from gis.ragged import Bools, Ints
from layers.account import Issue
from layers.catalog import nearest
from layers.columns import Built
from layers.errors import LayerError
from layers.field_issues import REMEDY_EN, REMEDY_ZH
from layers.formats.source import Source
from layers.issues import label_en, listed, warning
from layers.keys import matchable
from layers.schema import Column, Schema
from layers.settings import LayerSettings
from layers.values import convert

Objects = npt.NDArray[np.object_]

# Several parts carry the number of one right by nature.
_REPEATED = frozenset({"right_part"})


@dataclass(frozen=True, eq=False)
class Numbered:
    """Ids of all rows.

    Attributes
    ----------
    source_id : (n,) str, unique among rows that have one, None where ``unnamed``
    number : (n,) str or None, the layer's own number column, whatever names the rows
    unnamed : (n,) bool, rows to refuse because they carry no number
    """

    source_id: Objects
    number: Objects
    unnamed: Bools
    issues: tuple[Issue, ...]
    errors: tuple[MineZoneError, ...]


def number_rows(built: Built, source: Source, schema: Schema, settings: LayerSettings) -> Numbered:
    """Return the id of each row as ``settings.ids`` and ``settings.duplicate_ids`` ask."""
    file, labels, n = settings.source, source.labels, len(source.labels)
    by_row = _row_names(file, n)
    nobody = np.zeros(n, np.bool_)
    numbers = _objects(built.columns[schema.number])
    if settings.ids == "row":
        return Numbered(by_row, numbers, nobody, (_as_asked(file, n),), ())
    keys, errors, told = _keys(built, source, schema, settings)
    if keys is None:
        said = [] if errors else [_by_row(file, n)]
        return Numbered(by_row, numbers, nobody, tuple(said), tuple(errors))
    null = np.array([k is None for k in keys], np.bool_)
    issues = told
    if settings.ids == "auto" and null.any():
        issues = (*told, _by_row(file, int(null.sum())))
        named = np.where(null, by_row, keys)
    else:
        named = keys.copy()
    kinds = _objects(built.columns["source_kind"]) if schema.name == "river" else None
    unique, repeated = _unique(named, kinds)
    errors, twice = _judge_repeated(named, repeated, labels, schema, settings, file)
    unnamed = nobody if settings.ids == "auto" else null
    return Numbered(unique, numbers, unnamed, (*issues, *twice), tuple(errors))


def _keys(
    built: Built, source: Source, schema: Schema, settings: LayerSettings
) -> tuple[Objects | None, list[MineZoneError], tuple[Issue, ...]]:
    """Return the number of each row, None where the rows are named by their places."""
    file, fields, labels = settings.source, source.columns, source.labels
    if settings.id is not None:
        if settings.id not in fields:
            zh, en = nearest(settings.id, fields)
            fault = LayerError(
                f"{file}：没有字段“{settings.id}”（id 指定）{zh}",
                f"{file}: no field '{settings.id}', stated as id{en}",
            )
            return None, [fault], ()
        as_key = Column("stated_id", "text", "编号", "id")
        read = convert(fields[settings.id], as_key, settings.id, labels)
        return _objects(read.array), [], read.issues
    if schema.number not in built.absent:
        return _objects(built.columns[schema.number]), [], ()
    if settings.ids == "auto":
        return None, [], ()
    if not labels:
        return np.empty(0, dtype=object), [], ()
    title = schema.column(schema.number).zh
    cut_zh = f"。字段名已被截断，{REMEDY_ZH}" if source.rests else ""
    cut_en = f". Names of fields are cut. {REMEDY_EN}" if source.rests else ""
    fault = LayerError(
        f"{file}：没有编号字段 {title}（{schema.number}）；请用 id 或 fields 指定，"
        '或设 ids = "row"；'
        f"现有字段：{listed(list(fields))}{cut_zh}",
        f"{file}: no number field {schema.number}; state it by id or fields, "
        f'or set ids = "row"; fields: {listed(list(fields), "en")}{cut_en}',
    )
    return None, [fault], ()


def _objects(array: pa.Array) -> Objects:
    return np.asarray(array.to_numpy(zero_copy_only=False), dtype=object)


def _row_names(file: str, n: int) -> Objects:
    # In the form of all ids, or the parts of a right named so would not find it.
    stem = matchable(pa.array([PurePath(file.replace("\\", "/")).stem], pa.string()))[0].as_py()
    return np.array([f"{stem}-{row}" for row in range(1, n + 1)], dtype=object)


def _ranks(groups: Ints) -> Ints:
    """Return how many rows of the same group come before each row."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else ordered
    sizes = np.diff(np.r_[starts, len(ordered)])
    out = np.empty(len(groups), np.int64)
    out[order] = np.arange(len(groups)) - np.repeat(starts, sizes)
    return out


def _unique(keys: Objects, kinds: Objects | None) -> tuple[Objects, Bools]:
    """Return ids made unique and which rows repeat an earlier one.

    A river may be drawn once as each kind of source (shoreline, centre line, control zone); its
    second kind is no repetition and becomes ``<river_no>#<source_kind>``.
    """
    out = keys.copy()
    repeated = np.zeros(len(keys), np.bool_)
    rows = np.flatnonzero(np.array([k is not None for k in keys], np.bool_))
    if not len(rows):
        return out, repeated
    _, group = np.unique(keys[rows].astype(str), return_inverse=True)
    ranks = _ranks(group.astype(np.int64))
    if not ranks.any():
        return out, repeated
    again = ranks > 0
    suffix: Any = ranks + 1
    if kinds is not None:
        again, suffix = _river_suffixes(group.astype(np.int64), ranks, kinds[rows])
    repeated[rows] = again
    taken = set(keys[rows])
    for k in np.flatnonzero(ranks > 0):
        row, name = rows[k], f"{keys[rows[k]]}#{suffix[k]}"
        while name in taken:
            name += f"#{row + 1}"
        taken.add(name)
        out[row] = name
    return out, repeated


def _river_suffixes(group: Ints, ranks: Ints, kinds: Objects) -> tuple[Bools, Objects]:
    words = np.array(["unknown" if k is None else str(k) for k in kinds])
    _, kind = np.unique(words, return_inverse=True)
    within = _ranks(group * (int(kind.max()) + 1) + kind)
    suffix = words.astype(object)
    for k in np.flatnonzero(within > 0):
        suffix[k] = f"{words[k]}#{within[k] + 1}"
    # The first row of a river carries the bare number, whatever kind it is; a later row of that
    # kind is numbered as a repetition.
    return within > 0, suffix


def _judge_repeated(
    keys: Objects,
    repeated: Bools,
    labels: Sequence[str],
    schema: Schema,
    settings: LayerSettings,
    file: str,
) -> tuple[list[MineZoneError], list[Issue]]:
    if not repeated.any() or schema.name in _REPEATED:
        return [], []
    shown = list(dict.fromkeys(keys[repeated]))
    where = [_places(keys, key, labels) for key in shown[:3]]
    more = len(shown) - len(where)
    zh = "；".join(w[0] for w in where) + (f"；另有 {more} 个" if more else "")
    en = "; ".join(w[1] for w in where) + (f"; and {more} more" if more else "")
    if settings.duplicate_ids == "refuse":
        fault = LayerError(f"{file}：编号重复：{zh}", f"{file}: numbers given twice: {en}")
        return [fault], []
    said = warning(
        "duplicate_ids",
        f"{file}：编号重复，后出现者加 #2 等后缀：{zh}",
        f"{file}: numbers given twice, later ones carry #2 and so on: {en}",
    )
    return [], [said]


def _places(keys: Objects, key: str, labels: Sequence[str]) -> tuple[str, str]:
    rows = [labels[int(r)] for r in np.flatnonzero(keys == key)]
    names = [label_en(r) for r in rows]
    return f"{key}（{listed(rows, 'zh', 5)}）", f"{key} ({listed(names, 'en', 5)})"


def _as_asked(file: str, n: int) -> Issue:
    return warning(
        "ids_by_row",
        f'{file}：{n} 行按文件名和行号命名（ids = "row"）',
        f'{file}: {n} rows are named by file and row (ids = "row")',
    )


def _by_row(file: str, n: int) -> Issue:
    return warning(
        "ids_by_row",
        f"{file}：{n} 行没有编号，按文件名和行号命名",
        f"{file}: {n} rows have no number and are named by file and row",
    )
