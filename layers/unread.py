"""What to say of values that could not be read."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from gis.ragged import Ints
from layers.issues import SHOWN, label_en, warning
from layers.layer import Issue
from layers.schema import Column

_WORDS = {
    "number": ("数值", "a number"),
    "integer": ("整数", "a whole number"),
    "flag": ("是/否", "yes or no"),
    "date": ("日期", "a date"),
    "code": ("已知代码", "a known code"),
}


def bad_values(
    text: pa.Array,
    rows: Ints,
    column: Column,
    field: str,
    labels: Sequence[str],
    code: str = "unreadable_value",
) -> tuple[Issue, ...]:
    """Return one warning per distinct bad value, with its first row and how many there are.

    Parameters
    ----------
    text : (n,) the values as text; ``rows`` : those that are bad; ``labels`` : (n,) row names
    """
    if not len(rows):
        return ()
    words = np.asarray(text.take(pa.array(rows)).to_pylist(), dtype=object).astype(str)
    distinct, first, counts = np.unique(words, return_index=True, return_counts=True)
    order = np.argsort(first)
    issues = []
    for k in order[:SHOWN]:
        word, n, label = _short(distinct[k]), int(counts[k]), labels[int(rows[first[k]])]
        more_zh, more_en = (f"等 {n} 行", f" and {n - 1} more") if n > 1 else ("", "")
        kind_zh, kind_en = _WORDS["code" if code == "unknown_code" else column.dtype]
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


def unreadable(column: Column, field: str, kind: pa.DataType) -> Issue:
    """Return the warning about a field whose type cannot hold the column."""
    return warning(
        "unreadable_value",
        f"字段“{field}”的类型 {kind} 无法作为{column.zh}读取，按空值处理",
        f"field '{field}' of type {kind} cannot be read as {column.name}; taken as missing",
    )


def _short(word: str) -> str:
    word = re.sub(r"\s+", " ", word)
    return word if len(word) <= 40 else word[:39] + "…"
