"""Symbols of QGIS 3.22 and later as XML: fills, patterns, lines and markers.

Only what differs from QGIS's own defaults is stated. Widths are CSS pixels outside, millimetres
inside. Nothing here reads attributes as HTML or as expressions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from xml.etree.ElementTree import Element, SubElement

MM_PER_PIXEL = 25.4 / 96
OPAQUE = 255

Kind = Literal["fill", "line", "marker"]


@dataclass(frozen=True, slots=True)
class Paint:
    """One symbol layer: its class in QGIS, its settings, and what a pattern repeats."""

    kind: str
    settings: tuple[tuple[str, str], ...]
    repeated: Paint | None = None


def rgba(colour: str, alpha: int = OPAQUE) -> str:
    """Return ``#rrggbb`` as QGIS writes it: ``red,green,blue,alpha``.

    Examples
    --------
    >>> rgba("#c8402f")
    '200,64,47,255'
    """
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"{red},{green},{blue},{alpha}"


def darker(colour: str) -> str:
    """Return the colour at six tenths of its brightness, for what lies on an area of it.

    Examples
    --------
    >>> darker("#c8402f")
    '#78261c'
    """
    parts = (int(colour[k : k + 2], 16) * 6 // 10 for k in (1, 3, 5))
    return "#" + "".join(f"{part:02x}" for part in parts)


def millimetres(pixels: float) -> str:
    """Return a width in CSS pixels as millimetres of the map."""
    return f"{pixels * MM_PER_PIXEL:.2f}"


def area(
    fill: str | None, outline: str, weight: float, *, alpha: int = OPAQUE, style: str = "solid"
) -> Paint:
    """Return an area of one colour with its outline; ``fill`` None leaves it open."""
    settings = (
        ("color", rgba(fill or outline, alpha)),
        ("joinstyle", "miter"),
        ("outline_color", rgba(outline)),
        ("outline_style", style),
        ("outline_width", millimetres(weight)),
        ("outline_width_unit", "MM"),
        ("style", "solid" if fill else "no"),
    )
    return Paint("SimpleFill", settings)


def stripes(colour: str, angle: int, *, gap: float, weight: float) -> Paint:
    """Return parallel lines across an area; ``gap`` in CSS pixels from line to line."""
    settings = (
        ("angle", str(angle)),
        ("color", rgba(colour)),
        ("distance", millimetres(gap)),
        ("distance_unit", "MM"),
    )
    return Paint("LinePatternFill", settings, stroke(colour, weight))


def stroke(colour: str, weight: float, style: str = "solid") -> Paint:
    """Return a line of one colour."""
    settings = (
        ("capstyle", "flat" if style == "dash" else "round"),
        ("joinstyle", "round"),
        ("line_color", rgba(colour)),
        ("line_style", style),
        ("line_width", millimetres(weight)),
        ("line_width_unit", "MM"),
    )
    return Paint("SimpleLine", settings)


def heads(colour: str, size: float, gap: float) -> Paint:
    """Return arrowheads along a line, in its direction; ``gap`` in CSS pixels from head to head."""
    head = (
        ("color", rgba(colour)),
        ("name", "filled_arrowhead"),
        ("outline_color", rgba("#ffffff")),
        ("outline_width", millimetres(1)),
        ("outline_width_unit", "MM"),
        ("size", millimetres(size)),
        ("size_unit", "MM"),
    )
    settings = (
        ("interval", millimetres(gap)),
        ("interval_unit", "MM"),
        ("offset_along_line", millimetres(gap / 2)),
        ("offset_along_line_unit", "MM"),
        ("placement", "interval"),
        ("rotate", "1"),
    )
    return Paint("MarkerLine", settings, Paint("SimpleMarker", head))


def dot(colour: str, size: float) -> Paint:
    """Return a disc with a white rim."""
    settings = (
        ("color", rgba(colour)),
        ("name", "circle"),
        ("outline_color", rgba("#ffffff")),
        ("outline_width", millimetres(1)),
        ("outline_width_unit", "MM"),
        ("size", millimetres(size)),
        ("size_unit", "MM"),
    )
    return Paint("SimpleMarker", settings)


def symbol(name: str, kind: Kind, paints: Sequence[Paint], level: int = 0) -> Element:
    """Return a symbol; those of a higher ``level`` are drawn above the others of the layer."""
    out = Element("symbol", name=name, type=kind, alpha="1", clip_to_extent="1", force_rhr="0")
    for number, paint in enumerate(paints):
        layer = SubElement(
            out, "layer", {"class": paint.kind, "pass": str(level), "locked": "0", "enabled": "1"}
        )
        options = SubElement(layer, "Option", type="Map")
        for key, value in paint.settings:
            SubElement(options, "Option", name=key, type="QString", value=value)
        if paint.repeated is not None:
            inner: Kind = "marker" if paint.repeated.kind == "SimpleMarker" else "line"
            layer.append(symbol(f"@{name}@{number}", inner, [paint.repeated]))
    return out
