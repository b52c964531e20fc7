"""Short ways to write issues, and to keep long lists of them readable in both languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from gis.ragged import Ints
from layers.account import Issue
from layers.schema import Column

SHOWN = 20
_COUNT_WORDS = {"行": "row", "个矿权": "right", "块": "part"}
_COUNTED = re.compile(r"第\s*(\d+)\s*(行|个矿权|块)")
_VALUE_KINDS = {
    "number": ("数值", "a number"),
    "mass": (
        "可换算为千吨/年的数值（体积等单位不能换算为质量）",
        "a number of kt/a (volumes are not turned into masses)",
    ),
    "integer": ("整数", "a whole number"),
    "flag": ("是/否", "yes or no"),
    "null_mark": ("数值（是空值的标记）", "a number (a mark for null)"),
    "date": ("日期", "a date"),
    "code": ("已知代码", "a known code"),
    "formula": ("公式的结果", "a formula's result"),
    "downwards": (
        "由高到低的标高范围（如 1250~980；由低到高或由 0 起的可能是距地表的深度，须写明“标高”）",
        "a range of elevations downwards such as 1250~980 (upwards or from 0 it may be of depths "
        "below the ground: say 标高)",
    ),
    "orebodies": (
        "逐个列明的矿体编号（如 KT-8、KT-9、KT-10）",
        "numbers of orebodies, each named (KT-8、KT-9、KT-10)",
    ),
    "term": ("起止日期（如 2020年3月至2030年3月）", "a term such as 2020-03-01~2030-02-28"),
    "range": ("标高范围（如 1250~980）", "a range of elevations such as 1250~980"),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where values come from: a field of a source that is read as a column.

    Attributes
    ----------
    field : the source's name for it
    labels : (n,) how to name a row to a human
    """

    column: Column
    field: str
    labels: Sequence[str]


def error(code: str, zh: str, en: str, feature: str | None = None) -> Issue:
    """Return an issue about something that was refused."""
    return Issue("error", code, feature, zh, en)


def warning(code: str, zh: str, en: str, feature: str | None = None) -> Issue:
    """Return an issue about something repaired, ignored or assumed."""
    return Issue("warning", code, feature, zh, en)


def info(code: str, zh: str, en: str, feature: str | None = None) -> Issue:
    """Return an issue worth knowing."""
    return Issue("info", code, feature, zh, en)


def listed(words: Sequence[str], lang: str = "zh", shown: int = SHOWN) -> str:
    """Return the first ``shown`` words as one text and how many more there are."""
    comma = "、" if lang == "zh" else ", "
    text = comma.join(words[:shown])
    rest = len(words) - shown
    if rest <= 0:
        return text
    return f"{text}（另有 {rest} 个）" if lang == "zh" else f"{text} (and {rest} more)"


def label_en(label: str) -> str:
    """Return a row's label, as the readers give it in Chinese, for an English sentence."""
    label = label.replace("地块 ", "parcel ").replace("许可证 ", "licence ")
    return _COUNTED.sub(lambda m: f"{_COUNT_WORDS[m[2]]} {m[1]}", label)


def bad_values(
    text: pa.Array,
    rows: Ints,
    origin: Origin,
    code: str = "unreadable_value",
    kind: str | tuple[str, str] | None = None,
) -> tuple[Issue, ...]:
    """Return one warning per distinct bad value, with its first row and how many there are.

    Parameters
    ----------
    text : (n,) the values as text
    rows : (k,) those that are bad
    kind : what the value should be, in both languages or as a key of the table above; None = the
        column's own type
    """
    if not len(rows):
        return ()
    column, field, labels = origin.column, origin.field, origin.labels
    words = np.asarray(text.take(pa.array(rows)).to_pylist(), dtype=object).astype(str)
    distinct, first, counts = np.unique(words, return_index=True, return_counts=True)
    order = np.argsort(first)
    issues = []
    for k in order[:SHOWN]:
        word, n, label = _short(distinct[k]), int(counts[k]), labels[int(rows[first[k]])]
        more_zh, more_en = (f"等 {n} 行", f" and {n - 1} more") if n > 1 else ("", "")
        kind_zh, kind_en = kind if isinstance(kind, tuple) else _VALUE_KINDS[kind or column.dtype]
        issues.append(
            warning(
                code,
                f"{label}{more_zh}：{column.zh}（字段“{field}”）的值“{word}”不是{kind_zh}，按空值处理",
                f"{label_en(label)}{more_en}: {column.name} (field '{field}'): '{word}' is not "
                f"{kind_en}; taken as missing",
                label,
            )
        )
    rest = len(order) - SHOWN
    if rest > 0:
        issues.append(
            warning(
                code,
                f"{column.zh}（字段“{field}”）另有 {rest} 种无法识别的值，按空值处理",
                f"{column.name} (field '{field}'): {rest} more unreadable values taken as missing",
            )
        )
    return tuple(issues)


def no_day(words: Sequence[str], origin: Origin) -> Issue:
    """Return the note about ends of a term that name no more than a month or a year, or more."""
    column, field = origin.column, origin.field
    shown = [_short(word) for word in words]
    return info(
        "date_rounded",
        f"{column.zh}（字段“{field}”）不是单独的日期，取其所指的最后一天：{listed(shown)}",
        f"{column.name} (field '{field}'): no single days; the last day that is meant is taken: "
        f"{listed(shown, 'en')}",
    )


def one_level(text: pa.Array, rows: Ints, origin: Origin) -> Issue:
    """Return the warning about rows that give one elevation where a range is asked."""
    column, field, first = origin.column, origin.field, origin.labels[int(rows[0])]
    words = [_short(word) for word in text.take(pa.array(rows)).unique().to_pylist()]
    return warning(
        "unreadable_value",
        f"{column.zh}（字段“{field}”）有 {len(rows)} 行只有一个标高，不是标高范围（如 1250~980），"
        f"按空值处理，首见于{first}：{listed(words, 'zh', 5)}",
        f"{column.name} (field '{field}'): {len(rows)} rows have one elevation and no range such "
        f"as 1250~980; taken as missing, first {label_en(first)}: {listed(words, 'en', 5)}",
        first,
    )


def unreadable(origin: Origin, kind: pa.DataType) -> Issue:
    """Return the warning about a field whose type cannot hold the column."""
    column, field = origin.column, origin.field
    return warning(
        "unreadable_value",
        f"字段“{field}”的类型 {kind} 无法作为{column.zh}读取，按空值处理",
        f"field '{field}' of type {kind} cannot be read as {column.name}; taken as missing",
    )


def _short(word: str) -> str:
    word = re.sub(r"\s+", " ", word)
    return word if len(word) <= 40 else word[:39] + "…"
