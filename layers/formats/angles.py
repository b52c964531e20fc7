"""Degrees, minutes and seconds in the spellings that registers, licences and field books use.

All arithmetic is decimal: 113.595999 packed is 113 degrees 59' 59.99", which binary fractions turn
into 113 degrees 59' 59.98".
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from layers.parse import visible

_MARKS = str.maketrans(
    {
        **dict.fromkeys("º˚⁰゜ﾟ度", "°"),
        **dict.fromkeys("’‘´`ʹ分＇", "′"),
        "'": "′",
        **dict.fromkeys("”“ʺ〞〝秒＂", "″"),
        '"': "″",
        **dict.fromkeys("−–—－‐‑‒﹣", "-"),
        "：": ":",
        "．": ".",
        "，": ",",
        "＋": "+",
        **{chr(0xFF10 + d): str(d) for d in range(10)},
    }
)
_SIGNS = str.maketrans(dict.fromkeys("º˚⁰゜ﾟ", "°") | dict.fromkeys("´`ʹ", "′"))
_SIDES = {
    "东经": 1, "北纬": 1, "西经": -1, "南纬": -1, "E": 1, "N": 1, "W": -1, "S": -1, "O": -1, "L": 1,
}  # fmt: skip
_SIDE = "|".join(_SIDES)
_DEGREES = r"(?P<d>\d{1,3}(?:\.\d+)?)"
_SPELLINGS = tuple(
    re.compile(rf"(?P<before>{_SIDE})?\s*(?P<sign>[+-])?\s*{body}\s*(?P<after>{_SIDE})?", re.I)
    for body in (
        rf"{_DEGREES}\s*°",
        r"(?P<d>\d{1,3})\s*°\s*(?P<m>\d{1,2}(?:\.\d+)?)\s*′?",
        r"(?P<d>\d{1,3})\s*°\s*(?P<m>\d{1,2})\s*′\s*(?P<s>\d{1,2}(?:[.,]\d+)?)\s*(?:″|′′)?",
        r"(?P<d>\d{1,3})(?P<sep>[-: ])(?P<m>\d{1,2})(?P=sep)(?P<s>\d{1,2}(?:\.\d+)?)",
    )
)


def with_signs(text: str) -> str:
    """Return a text with ° and ′ for the signs that look like them and are letters or accents.

    >>> with_signs("113º30´00″"), with_signs("113˚30`")
    ('113°30′00″', '113°30′')
    """
    return text.translate(_SIGNS)


def clean(text: str) -> str:
    """Return a number or angle with full-width digits, dashes and quotes in their plain form."""
    return visible(text).translate(_MARKS).strip()


def spelled(text: str) -> float | None:
    """Return an angle that is written with marks or separators, degrees; None if it is not one.

    Sixty seconds, which programs write that round 59.9996, are taken as the next minute.

    >>> spelled("113°59′59.600″"), spelled("北纬38度06分05秒"), spelled("113-59-59.6")
    (113.99988888888889, 38.10138888888889, 113.99988888888889)
    >>> spelled("113゜59′59,6〞")
    113.99988888888889
    """
    plain = clean(text)
    for spelling in _SPELLINGS:
        found = spelling.fullmatch(plain)
        if found:
            parts = found.groupdict()
            sides = [_SIDES[w.upper()] for w in (parts["before"], parts["after"]) if w]
            if len(set(sides)) > 1 or (sides and parts["sign"]):
                return None
            sign = sides[0] if sides else -1 if parts["sign"] == "-" else 1
            size = _sum(parts["d"], parts.get("m") or "0", parts.get("s") or "0")
            return None if size is None else sign * size
    return None


def packed(text: str) -> float | None:
    """Return an angle packed as D.MMSSss (degrees, then two digits each), None if it is not one.

    >>> packed("113.595960"), packed("113.6")
    (113.99988888888889, None)
    """
    found = re.fullmatch(r"([+-]?)(\d{1,3})(?:\.(\d+))?", clean(text))
    if not found:
        return None
    sign, whole, digits = found[1], found[2], (found[3] or "").ljust(4, "0")
    size = _sum(whole, digits[:2], f"{digits[2:4]}.{digits[4:] or '0'}")
    return None if size is None else -size if sign == "-" else size


def packed_whole(text: str) -> float | None:
    """Return an angle packed as DDDMMSS or DDMMSS, None if it is not one.

    >>> packed_whole("1135960"), packed_whole("380605.5")
    (114.0, 38.101527777777775)
    """
    found = re.fullmatch(r"(\d{2,3})(\d\d)(\d\d(?:\.\d+)?)", clean(text))
    return _sum(*found.groups()) if found else None


def unit_of(text: str) -> float:
    """Return the last digit's unit of an angle that is spelled, degrees, or of a plain number.

    >>> round(3600 * unit_of("113°59′59.6″"), 9), unit_of("113.5960"), unit_of("39")
    (0.1, 0.0001, 1.0)
    """
    parts = re.findall(r"\d+(?:\.\d*)?", clean(text)) or ["0"]
    decimals = len(parts[-1].partition(".")[2])
    return float(10.0**-decimals / 60 ** min(len(parts) - 1, 2))


def _sum(degrees: str, minutes: str, seconds: str) -> float | None:
    try:
        d, m, s = Decimal(degrees), Decimal(minutes), Decimal(seconds.replace(",", "."))
    except InvalidOperation:
        return None
    if m >= 60 or s > 60 or d > 180:
        return None
    return float(d + (m * 60 + s) / 3600)
