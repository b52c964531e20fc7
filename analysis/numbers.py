"""Measured values as people read them: decimals by unit, thousands separators, unit symbol."""

from __future__ import annotations

import math

from analysis.verdict import SAME

#: What stands where there is no value.
NONE = "—"

_SYMBOLS = {"m2": "m²", "m3": "m³", "km2": "km²", "degree": "°", "1": "", "": ""}
_YEARS = {"zh": "年", "en": "years"}
_MOST_DECIMALS = 12


def show(value: float, unit: str, lang: str = "zh") -> str:
    """Return a value with its unit.

    Metres have 1 decimal (3 below 1 m), square and cubic metres none (2 below 10), square
    kilometres 4 as in the register. A value that is not zero never reads as zero.

    Parameters
    ----------
    value : NaN reads "—", infinity "∞"
    unit : of the rulebook's closed list

    Examples
    --------
    >>> show(3000.0, "m"), show(0.05, "m"), show(1234567.8, "m2"), show(0.1, "km2")
    ('3,000.0 m', '0.050 m', '1,234,568 m²', '0.1000 km²')
    """
    return _show(value, _decimals(value, unit), unit, lang)


def show_pair(a: float, b: float, unit: str, lang: str = "zh") -> tuple[str, str]:
    """Return two values of one unit; values that differ never read alike.

    Values that are one number to the verdict (within :data:`analysis.verdict.SAME`) read alike,
    as the second: what passes 50 m does not read as less. Next to zero there is no such number,
    for an area of 1e-7 km2 is an overlap and zero is none.

    Examples
    --------
    >>> show_pair(3000.04, 3000.0, "m")
    ('3,000.04 m', '3,000.00 m')
    >>> show_pair(49.9999995, 50.0, "m")
    ('50.0 m', '50.0 m')
    """
    first, second = show(a, unit, lang), show(b, unit, lang)
    if not (math.isfinite(a) and math.isfinite(b)):
        return first, second
    if a == b or (a * b != 0 and abs(a - b) <= SAME):
        return second, second
    if first != second:
        return first, second
    decimals = max(_decimals(a, unit), _decimals(b, unit))
    while first == second and decimals < _MOST_DECIMALS:
        decimals += 1
        first, second = _show(a, decimals, unit, lang), _show(b, decimals, unit, lang)
    return first, second


def _decimals(value: float, unit: str) -> int:
    size = abs(value)
    if size == 0 or not math.isfinite(value):
        return 0
    if unit == "m":
        decimals = 1 if size >= 1 else 3
    elif unit in ("m2", "m3"):
        decimals = 0 if size >= 10 else 2
    elif unit == "km2":
        decimals = 4
    else:
        return 0 if value == int(value) else 3
    while decimals < _MOST_DECIMALS and float(f"{size:.{decimals}f}") == 0:
        decimals += 1
    return decimals


def _show(value: float, decimals: int, unit: str, lang: str) -> str:
    if math.isnan(value):
        return NONE
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    symbol = _YEARS[lang] if unit == "a" else _SYMBOLS.get(unit, unit)
    gap = "" if symbol in ("", "°") else " "
    return f"{value:,.{decimals}f}{gap}{symbol}"
