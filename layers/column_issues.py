"""What is to be said of a source's columns: lacking, empty, doubled, contradicting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis.ragged import Ints
from layers import near_names
from layers.account import Issue
from layers.cells import as_text, rows_where
from layers.issues import error, info, label_en, listed, warning
from layers.schema import Column, Schema


def empty(
    schema: Schema, blank: Mapping[str, list[str]], constants: Mapping[str, Any], file: str
) -> list[Issue]:
    """Say which columns the source has without a value: declared by constant, or lacking."""
    said = []
    for name, fields in blank.items():
        column, (zh, en) = schema.column(name), (listed(fields), listed(fields, "en"))
        title = f"{column.zh}（{name}）"
        if name in constants:
            said.append(
                info(
                    "field_empty",
                    f"{file}：字段 {zh} 各行均为空，{title}取声明的常量",
                    f"{file}: {en} is empty in every row; the constant declared for {name} is used",
                )
            )
        elif not column.nullable and name != schema.number:
            said.append(
                warning(
                    "field_empty",
                    f"{file}：字段 {zh} 各行均为空，缺少{title}，相关规则将答“资料不足”",
                    f"{file}: {en} is empty in every row: no {name}; "
                    "rules that need it answer NO_DATA",
                )
            )
    return said


def missing(schema: Schema, absent: Sequence[str], file: str) -> list[Issue]:
    """Return the warning about columns that every row should have and no field holds."""
    wanted = [
        schema.column(a) for a in absent if not schema.column(a).nullable and a != schema.number
    ]
    if not wanted:
        return []
    titles = "、".join(f"{c.zh}（{c.name}）" for c in wanted)
    return [
        warning(
            "column_absent",
            f"{file}：缺少列 {titles}，相关规则将答“资料不足”",
            f"{file}: no {', '.join(c.name for c in wanted)}; rules that need it answer NO_DATA",
        )
    ]


def upside_down(columns: Mapping[str, pa.Array], labels: Sequence[str]) -> list[Issue]:
    """Return a warning about rows whose top lies below their bottom; nothing is swapped."""
    if not {"top_elevation_m", "bottom_elevation_m"} <= set(columns):
        return []
    below = pc.less(columns["top_elevation_m"], columns["bottom_elevation_m"])
    rows = [labels[int(k)] for k in rows_where(below)]
    if not rows:
        return []
    return [
        warning(
            "elevations_reversed",
            f"上限标高低于下限标高：{listed(rows)}",
            "the top elevation is below the bottom elevation: "
            + listed([label_en(row) for row in rows], "en"),
            rows[0],
        )
    ]


def unknown_words(schema: Schema, columns: Mapping[str, pa.Array], file: str) -> list[Issue]:
    """Return notes about words that are none of a text column's known classes and are kept."""
    said = []
    for column in schema.columns:
        if column.dtype != "text" or not column.codes:
            continue
        words = columns[column.name].drop_null().unique().to_pylist()
        unknown = [word for word in words if word not in column.codes]
        if unknown:
            said.append(
                info(
                    "unknown_code",
                    f"{file}：{column.zh}（{column.name}）有不属于已知类别的，按原文保留，"
                    f"不作为已知类别判定：{listed(unknown)}",
                    f"{file}: {column.name} has words of no known class; they are kept as they "
                    f"are and judged as none: {listed(unknown, 'en')}",
                )
            )
    return said


def double(column: Column, names: list[str], file: str, unread: int = 0) -> Issue:
    """Return the issue about fields that say the same of one column.

    Parameters
    ----------
    unread : rows in which one of the fields could not be read
    """
    make = info if column.name == "name" else warning
    but_zh = f"；{unread} 行中有字段未能识别，按空值处理" if unread else ""
    but_en = f"; in {unread} rows one of them could not be read: taken as missing" if unread else ""
    return make(
        "field_double",
        f"{file}：{column.zh}（{column.name}）有多个来源字段：{'、'.join(names)}，"
        f"依次取第一个有值的{but_zh}",
        f"{file}: {column.name} has several source fields: {', '.join(names)}; "
        f"the first that has a value is used{but_en}",
    )


def set_aside(column: Column, named: list[str], generic: list[str], file: str) -> Issue:
    """Return the note about fields of generic names beside those of a column's own."""
    return info(
        "field_double",
        f"{file}：{column.zh}（{column.name}）取自字段 {'、'.join(named)}；"
        f"{'、'.join(generic)} 只在其为空的行采用",
        f"{file}: {column.name} is taken from {', '.join(named)}; {', '.join(generic)} is asked "
        "only in rows where it is empty",
    )


def of_another(column: Column, field: str, array: pa.Array, file: str) -> Issue:
    """Return the note about a field that tells of another thing than its name says."""
    words = as_text(array).drop_null().unique().to_pylist()
    return info(
        "field_double",
        f"{file}：字段 {field} 所填（{listed(words, 'zh', 3)}）不是{column.zh}（{column.name}），"
        "未采用；其他字段为空的行按未能识别处理",
        f"{file}: what {field} says ({listed(words, 'en', 3)}) is no {column.name} and not used; "
        "rows where no other field has a value count as unread",
    )


def declared(column: Column, generic: list[str], file: str) -> Issue:
    """Return the note about fields of generic names where the user declares the column."""
    return info(
        "field_double",
        f"{file}：{column.zh}（{column.name}）取声明的常量，字段 {'、'.join(generic)} 未采用",
        f"{file}: the constant declared for {column.name} is used, not {', '.join(generic)}",
    )


def contradiction(
    column: Column, names: list[str], clash: Any, labels: Sequence[str], file: str
) -> Issue:
    """Return the error about fields of one column that differ in the rows of ``clash``."""
    rows = np.flatnonzero(clash)
    first = labels[int(rows[0])]
    return error(
        "field_conflict",
        f"{file}：字段 {'、'.join(names)} 都是{column.zh}（{column.name}）而值不同，"
        f"{len(rows)} 行按空值处理，首见于{first}",
        f"{file}: fields {', '.join(names)} are all {column.name} but differ; {len(rows)} rows "
        f"are taken as missing, first {label_en(first)}",
        first,
    )


def doubted(column: Column, fields: list[str], rows: int, file: str) -> Issue:
    """Return the warning about rows where only fields that may be the column have a value."""
    return warning(
        "field_ambiguous",
        f"{file}：{rows} 行的{column.zh}（{column.name}）为空，而字段 {listed(fields)} 有值，"
        "不能认定就是它，按未能识别处理；如果是，请填入其本名的字段",
        f"{file}: {column.name} is empty in {rows} rows where {listed(fields, 'en')} has a value, "
        "which may be it: they count as unread. If it is, write it into the field of its own name",
    )


def not_extreme(column: Column, field: str, rows: Ints, labels: Sequence[str], file: str) -> Issue:
    """Return the error about rows where another field goes beyond what a column is the end of."""
    first = labels[int(rows[0])]
    greater = near_names.is_greatest(column)
    zh, en = ("大于", "greater") if greater else ("小于", "less")
    end_zh, end_en = (
        ("设计最终", "the final one of the design") if greater else ("最小", "the least")
    )
    return error(
        "field_conflict",
        f"{file}：字段“{field}”的值{zh}{column.zh}（{column.name}），{len(rows)} 行的{column.zh}"
        f"按空值处理，首见于{first}；请写明{end_zh}的{column.zh}",
        f"{file}: '{field}' is {en} than {column.name}, which is taken as missing in "
        f"{len(rows)} rows, first {label_en(first)}; state {end_en}",
        first,
    )


def class_conflict(
    column: Column,
    mineral: Column,
    columns: Mapping[str, pa.Array],
    stated: pa.Array,
    rows: Ints,
    labels: Sequence[str],
    file: str,
) -> Issue:
    """Return the error about rows whose stated mineral class is not that of their mineral."""
    row = int(rows[0])
    first, word, code = labels[row], columns[mineral.name][row].as_py(), stated[row].as_py()
    title = column.codes[code][0] if code else "非金属矿产"
    return error(
        "field_conflict",
        f"{file}：{first}的{mineral.zh}“{word}”与{column.zh}“{title}”"
        f"（{column.name}）矛盾，{len(rows)} 行的{column.zh}按空值处理",
        f"{file}: {label_en(first)}: {mineral.name} '{word}' contradicts {column.name} "
        f"{code or title}; {column.name} is taken as missing in {len(rows)} rows",
        first,
    )
