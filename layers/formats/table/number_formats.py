"""What the number formats of workbooks show beside the digits: units, percent, a shifted point.

A cell may hold 30 and show 30万吨/年, or hold 300000 and show 30.0万. What is shown is what was
meant.

Source: ECMA-376 part 1, 18.8.31 (numFmts).
"""

from __future__ import annotations

import re
from decimal import Decimal

from layers.parse import UNITS, folded

BUILT_IN = {9: "0%", 10: "0.00%"}
_GENERAL = re.compile(r"general|g/通用格式", re.IGNORECASE)
_BRACKET = re.compile(r"\[[^\]]*\]")
_CONDITION = re.compile(r"\[[<>=]")
_TOKEN = re.compile(r'"([^"]*)"|[\\!](.)|_.|\*.|(.)', re.DOTALL)
# Numbers of features: WK007 is 7 with the format "WK"000.
_NUMBERED = re.compile(r'(?:"([A-Za-z][A-Za-z-]*)"|((?:[\\!][A-Za-z])+))?(0+)(?<!^0)')
_DATE = re.compile(r"[ymdhs]", re.IGNORECASE)
_KNOWN = frozenset(word for table in UNITS.values() for word in table)
# Beside the digits, and no part of what the number means: signs, brackets, currencies, angles.
_SAYS_NOTHING = " \t\u00a0\u3000+-−()（）¥￥$€/'’′\"”″°度分秒"


def shown_as(code: str) -> str | None:
    """Return what a format adds to a number: a unit, ``%``, words, or the whole format.

    The whole where it shifts the point, or shows further digits. None where it shows the number
    itself, or a date. Words before the number stand with ``{}`` for it.

    >>> shown_as('0.0"万吨/年"'), shown_as("0!m"), shown_as("0.00%"), shown_as("#,##0.00_ ")
    ('万吨/年', 'm', '%', None)
    >>> shown_as('0!.0,"万"'), shown_as("yyyy-mm-dd"), shown_as('"WK"000')
    ('[0!.0,"万"]', None, 'WK000…')
    >>> shown_as('0.0"万"'), shown_as('"约"0"m"'), shown_as('0"~250"'), shown_as('"2"0')
    ('万', '约{}m', '[0"~250"]', '["2"0]')
    """
    if whole := _NUMBERED.fullmatch(code):
        before = re.sub(r"[\\!]", "", whole[1] or whole[2] or "")
        return f"{before}{whole[3]}…"
    sections = [_read(s) for s in _sections(code)]
    used = [s for s in sections if s is not None]
    units = {unit for unit, _ in used if unit}
    if any(scaled for _, scaled in used):
        return f"[{code}]"
    if len(units) > 1:
        return f"[{code}]"
    if _CONDITION.search(code) and len({unit for unit, _ in used}) > 1:
        return f"[{code}]"
    first = used[0][0] if used else ""
    return first or None


def as_shown(number: str, shown: str) -> str:
    """Return a number as its format shows it: with its unit, in percent.

    >>> as_shown("30", "万吨/年"), as_shown("0.125", "%"), as_shown("7", "WK000…")
    ('30万吨/年', '12.5%', 'WK007')
    >>> as_shown("30", "约{}m")
    '约30m'
    """
    if shown[-1] == "…":
        before = shown[:-1].rstrip("0")
        width = len(shown) - 1 - len(before)
        return f"{before}{number.zfill(width)}" if number.isdecimal() else number
    if shown == "%":
        return f"{(Decimal(number) * 100).normalize():f}%"
    return shown.replace("{}", number) if "{}" in shown else number + shown


def _sections(code: str) -> list[str]:
    """Return the parts for positive, negative and zero; a quoted semicolon parts nothing."""
    out = [""]
    for found in _TOKEN.finditer(_GENERAL.sub("0", code)):
        if found[3] == ";":
            out.append("")
        else:
            out[-1] += found[0]
    return out[:3]


def _read(section: str) -> tuple[str, bool] | None:
    """Return what a section says beside the digits, and whether it shifts the point.

    None for dates and texts. What is said is as :func:`shown_as` returns it.
    """
    before, between, after = "", "", ""
    percent = scaled = digits = False
    for found in _TOKEN.finditer(_BRACKET.sub("", section)):
        sign = found[3] or ""
        if _DATE.fullmatch(sign) or sign == "@":
            return None
        if sign and sign in "0#?":
            between, after, scaled, digits = between + after, "", False, True
        elif sign == ",":
            scaled |= digits
        elif sign == "%":
            percent = True
        elif sign != ".":
            word = found[1] or found[2] or sign
            before, after = (before, after + word) if digits else (before + word, after)
    if not digits:
        return None
    # A written point or comma, or words, between the digits: they show another number.
    moved = between.strip(_SAYS_NOTHING) != ""
    if percent:
        return "%", scaled or moved
    after = after.strip() if folded(after) in _KNOWN else after.strip(_SAYS_NOTHING)
    before = before.strip(_SAYS_NOTHING)
    odd = before if folded(after) in _KNOWN else before + after
    moved |= any(c.isdigit() for c in odd)
    return f"{before}{{}}{after}" if before else after, scaled or moved
