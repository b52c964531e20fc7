"""Decimal numbers of a source in types that the rest of the program reads."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa

_EXACT_DIGITS = 15  # that any float holds


def undecimal(values: pa.Array) -> pa.Array:
    """Return decimals as whole numbers or floats where those hold all digits, else as text."""
    cells = values.to_pylist()
    held = [v for v in cells if v is not None]
    whole = [v == v.to_integral_value() for v in held]
    if all(whole) and all(abs(v) < 2**63 for v in held):
        return pa.array([None if v is None else int(v) for v in cells], pa.int64())
    if not all(whole) and all(abs(v) < 10**_EXACT_DIGITS for v in held):
        return values.cast(pa.float64())
    return pa.array([None if v is None else _written(v) for v in cells], pa.string())


def _written(value: Decimal) -> str:
    return format(value.to_integral_value() if value == value.to_integral_value() else value, "f")
