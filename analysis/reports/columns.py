"""Small tools on columns that several writers share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from analysis.model import Objects
from gis.ragged import Ints
from layers.layer import Layer


def codes_of(values: Objects) -> tuple[list[str], Ints]:
    """Return the distinct texts of (n,) ``values``, sorted, and each one's position (-1 = None)."""
    coded: Any = pa.array(values, pa.string()).dictionary_encode()
    texts = np.array(coded.dictionary.to_pylist(), dtype=object)
    order = np.argsort(texts)
    place = np.empty(len(texts) + 1, np.int64)
    place[order] = np.arange(len(texts))
    place[-1] = -1
    indices = coded.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)
    return texts[order].tolist(), place[indices]


def gather(groups: Sequence[tuple[Layer, Ints, Ints]], column: str, n: int) -> Objects:
    """Return (n,) texts of ``column``; a group is a layer, positions in the result, its rows.

    None where no group reaches, or its layer has no such column.
    """
    out = np.empty(n, dtype=object)
    for layer, at, rows in groups:
        if column in layer.table.column_names:
            taken = layer.table.column(column).take(pa.array(rows))
            out[at] = taken.to_numpy(zero_copy_only=False)
    return out


def finite(values: npt.NDArray[np.float64]) -> list[float | None]:
    """Return floats as they are, None for NaN and the infinities (nothing within reach)."""
    out = values.astype(object)
    out[~np.isfinite(values)] = None
    cells: list[float | None] = out.tolist()
    return cells


def shortest(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return float32 as the float64 of the same shortest decimals: 0.1, not 0.10000000149."""
    # Few distinct accuracies are ever stated, and text is slow.
    distinct, of = np.unique(values, return_inverse=True)
    return distinct.astype("U32").astype(np.float64)[of]
