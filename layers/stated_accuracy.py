"""How good a file says its own places are: the field ``positional_accuracy_m``.

``minezone convert`` writes it where outlines came over by the user's own datum shift, whose
uncertainty stays with them. It can only make the bands wider in which a verdict is left open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis.ragged import Floats, Ints
from layers.account import Issue
from layers.cells import as_text, by_word, flat, is_readable
from layers.errors import LayerError
from layers.issues import label_en, warning

FIELD = "positional_accuracy_m"
SHORT = "POS_ACC_M"
"""The same where a name has ten bytes at most."""
MOST_M = 100.0
"""No outline of a right is worse: beyond it nothing could be judged."""
_NAMES = frozenset({FIELD, SHORT.casefold()})


def fields_of(names: Sequence[str]) -> list[str]:
    """Return the fields that state an accuracy, one sigma in metres."""
    return [name for name in names if name.strip().casefold() in _NAMES]


def stated(
    columns: Mapping[str, pa.Array],
    labels: Sequence[str],
    file: str,
    lost: Mapping[str, Ints] | None = None,
) -> Floats | None:
    """Return (n,) the accuracy that a file states of each row, NaN for none; None without field.

    Raises
    ------
    LayerError
        A value is no accuracy: not a number above 0 and up to :data:`MOST_M`; or a cell of which
        the reader could make nothing, though it left out the whole field.
    """
    lost = lost or {}
    names = fields_of([*columns, *(name for name in lost if name not in columns)])
    if not names:
        return None
    out = np.full(len(labels), np.nan)
    for name in names:
        cells = columns.get(name, pa.nulls(len(labels)))
        sigma = _metres(cells)
        sigma[np.asarray(lost.get(name, ()), np.int64)] = np.inf
        bad = np.flatnonzero(~(np.isnan(sigma) | ((sigma > 0) & (sigma <= MOST_M))))
        if len(bad):
            row = int(bad[0])
            raise _no_accuracy(file, name, labels[row], cells[row].as_py())
        out = np.fmax(out, sigma)
    return out


def worst(columns: Mapping[str, pa.Array], labels: Sequence[str], file: str,
          lost: Mapping[str, Ints]) -> float | None:  # fmt: skip
    """Return the worst accuracy that a file states, None where it states none."""
    values = stated(columns, labels, file, lost)
    if values is None or np.isnan(values).all():
        return None
    return float(np.nanmax(values))


def told(file: str, sigma: float) -> Issue:
    """Return what there is to say of an accuracy that the file itself states."""
    return warning(
        "accuracy_of_file",
        f"{file}：文件自述点位精度（{FIELD}）±{sigma:g} 米，按此判定",
        f"{file}: the file itself states places good to {sigma:g} m ({FIELD}); judged so",
    )


def _metres(array: pa.Array) -> Floats:
    """Return (n,) the cells as metres, NaN where one is empty, infinity where it is no number."""
    array = flat(array)
    if pa.types.is_integer(array.type) or pa.types.is_floating(array.type):
        metres = pc.cast(array, pa.float64(), safe=False)
    elif is_readable(array.type):
        metres = by_word(as_text(array), _number, pa.float64())
    else:
        metres = pc.if_else(array.is_valid(), np.inf, np.nan)
    return np.array(metres.fill_null(np.nan), np.float64)


def _number(word: str) -> float:
    try:
        return float(word) if word.isascii() and "_" not in word else np.inf
    except ValueError:
        return np.inf


def _no_accuracy(file: str, name: str, label: str, value: object) -> LayerError:
    word = " ".join(str("…" if value is None else value).split())[:40]
    return LayerError(
        f"{file}：{label}：字段 {name} 的值“{word}”不是点位精度（大于 0、不超过 {MOST_M:g} 米）",
        f"{file}: {label_en(label)}: field {name}: '{word}' is no accuracy of places (metres above "
        f"0, up to {MOST_M:g})",
    )
