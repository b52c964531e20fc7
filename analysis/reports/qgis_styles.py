"""How QGIS draws the tables of findings.gpkg, made from :mod:`analysis.style`.

Every style is rule-based, so that worse verdicts lie above better ones and a hatch can stand
over what is also undecided. Labels show text as text, never as HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from analysis.law import Text
from analysis.model import Verdict
from analysis.reports.qgis_symbols import (
    Kind,
    Paint,
    area,
    darker,
    dot,
    heads,
    rgba,
    stripes,
    stroke,
    symbol,
)
from analysis.style import ROLE_LABELS, ROLE_STYLES, VERDICT_STYLES

QGIS_VERSION = "3.22.0"
DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
# Opaque enough to be the strongest thing on the map, and a basemap still shows through.
SOLID, LIGHT, FAINT = 175, 90, 45
HATCH = 45
INK, PAPER = "#1f2933", "#ffffff"
# At this scale and nearer there is room for every name; before, for those that matter.
NEAR = 50_000
UNDECIDED = Text("另有缺数据未判", "also undecided: data missing")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a legend: what it takes in, what it is called, how it is drawn."""

    key: str
    condition: str
    label: Text
    paints: tuple[Paint, ...]
    level: int


@dataclass(frozen=True, slots=True)
class Label:
    """What is written beside features, and which of them.

    Attributes
    ----------
    condition : QGIS expression, empty for all features
    scale : denominator of the smallest scale at which it is written; 0: at any
    priority : where labels meet, the greater (0 to 10) stays
    """

    condition: str
    scale: int
    size: float
    priority: int
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Style:
    """How one table is drawn, and the QGIS expression that ``labels`` write."""

    kind: Kind
    entries: tuple[Entry, ...]
    text: str
    labels: tuple[Label, ...]


# -- what is drawn -------------------------------------------------------------------------


def subjects_style() -> Style:
    """Return subjects by their worst decided verdict, hatched where something is undecided."""
    entries = [
        Entry(v.name.lower(), f"\"decided\" = '{v.name}'", style.label, verdict_paints(v), int(v))
        for v, style in VERDICT_STYLES.items()
    ]
    grey = VERDICT_STYLES[Verdict.NO_DATA].colour
    entries.append(
        Entry(
            "undecided",
            '"n_no_data" > 0 AND "decided" <> \'NO_DATA\'',
            UNDECIDED,
            (stripes(darker(grey), HATCH, gap=11, weight=0.8),),
            len(Verdict),
        )
    )
    text = "coalesce(\"name\" || '\\n', '') || \"source_id\""
    labels = (
        Label("\"decided\" IN ('FAIL', 'REVIEW')", 0, 8.5, 10, bold=True),
        Label("\"decided\" NOT IN ('FAIL', 'REVIEW')", NEAR, 7.5, 8),
    )
    return Style("fill", tuple(entries), text, labels)


def findings_style() -> Style:
    """Return open findings by verdict."""
    entries = tuple(
        Entry(
            v.name.lower(),
            f"\"verdict\" = '{v.name}'",
            style.label,
            verdict_paints(v),
            int(v),
        )
        for v, style in VERDICT_STYLES.items()
        if v >= Verdict.NO_DATA
    )
    return Style("fill", entries, '"rule"', (Label("", NEAR, 7.5, 0),))


def evidence_style(kind: Kind, roles: Iterable[str]) -> Style:
    """Return evidence by what it shows and by the verdict that it supports.

    Only ``roles`` that occur have a line in the legend.
    """
    present = set(roles)
    entries = []
    for role, title in ROLE_LABELS.items():
        for verdict in (Verdict.FAIL, Verdict.REVIEW):
            if role not in present:
                continue
            word = VERDICT_STYLES[verdict].label
            entries.append(
                Entry(
                    f"{role}_{verdict.name.lower()}",
                    f"\"role\" = '{role}' AND \"verdict\" = '{verdict.name}'",
                    Text(f"{title.zh}（{word.zh}）", f"{title.en} ({word.en})"),
                    _PAINTERS[kind](role, VERDICT_STYLES[verdict].colour),
                    int(verdict),
                )
            )
    text = '"rule" || \' \' || coalesce("label", "role_label")'
    return Style(kind, tuple(entries), text, (Label("", NEAR, 7.5, 5),))


def verdict_paints(verdict: Verdict) -> tuple[Paint, ...]:
    """Return how an area with the verdict is drawn."""
    style = VERDICT_STYLES[verdict]
    outline = area(None, style.colour, style.weight)
    if style.fill == "solid":
        return (area(style.colour, darker(style.colour), style.weight, alpha=SOLID),)
    if style.fill == "light":
        return (area(style.colour, style.colour, style.weight, alpha=LIGHT),)
    if style.hatched:
        return stripes(style.colour, HATCH, gap=8, weight=1), outline
    return (outline,)


def _area_paints(role: str, colour: str) -> tuple[Paint, ...]:
    style, dark = ROLE_STYLES[role], darker(colour)
    gap, weight = 6, 1.0
    rim = area(PAPER, dark, style.weight, alpha=LIGHT)
    if style.pattern == "crossed":
        lattice = (stripes(dark, angle, gap=gap, weight=weight) for angle in (45, 135))
        return (rim, *lattice)
    if style.pattern in ("rows", "upright"):
        return rim, stripes(dark, 0 if style.pattern == "rows" else 90, gap=gap, weight=weight)
    broken = "dash" if style.pattern == "dashed" else "solid"
    return (area(colour, dark, style.weight, alpha=FAINT, style=broken),)


def _line_paints(role: str, colour: str) -> tuple[Paint, ...]:
    style = ROLE_STYLES[role]
    broken = "dash" if style.pattern == "dashed" else "solid"
    # A white casing keeps the line apart from whatever it crosses.
    line = stroke(PAPER, style.weight + 2.5), stroke(darker(colour), style.weight, broken)
    return (*line, heads(darker(colour), 14, 60)) if style.pattern == "arrows" else line


def _point_paints(_role: str, colour: str) -> tuple[Paint, ...]:
    return (dot(darker(colour), 10),)


_PAINTERS: dict[Kind, Callable[[str, str], tuple[Paint, ...]]] = {
    "fill": _area_paints,
    "line": _line_paints,
    "marker": _point_paints,
}


# -- XML -----------------------------------------------------------------------------------


def qml(style: Style) -> str:
    """Return the style as QGIS keeps it in ``layer_styles.styleQML``."""
    root = Element(
        "qgis",
        version=QGIS_VERSION,
        styleCategories="Symbology|Labeling",
        labelsEnabled="1",
    )
    root.extend(drawing(style))
    return DOCTYPE + tostring(root, encoding="unicode")


def drawing(style: Style) -> tuple[Element, Element]:
    """Return the renderer and the labels of a layer."""
    return _renderer(style), _labels(style)


def _renderer(style: Style) -> Element:
    out = Element("renderer-v2", type="RuleRenderer", symbollevels="1", forceraster="0")
    rules = SubElement(out, "rules", key="{all}")
    symbols = SubElement(out, "symbols")
    for number, entry in enumerate(style.entries):
        SubElement(
            rules,
            "rule",
            key=f"{{{entry.key}}}",
            filter=entry.condition,
            label=f"{entry.label.zh} {entry.label.en}",
            symbol=str(number),
        )
        symbols.append(symbol(str(number), style.kind, entry.paints, entry.level))
    return out


def _labels(style: Style) -> Element:
    out = Element("labeling", type="rule-based")
    rules = SubElement(out, "rules", key="{labels}")
    for number, label in enumerate(style.labels):
        rule = SubElement(rules, "rule", key=f"{{label{number}}}", filter=label.condition)
        if label.scale:
            rule.attrib |= {"scalemindenom": "1", "scalemaxdenom": str(label.scale)}
        _settings(SubElement(rule, "settings"), style, label)
    return out


def _settings(settings: Element, style: Style, label: Label) -> None:
    text = SubElement(
        settings,
        "text-style",
        fieldName=style.text,
        isExpression="1",
        allowHtml="0",
        fontFamily="Sans Serif",
        namedStyle="Bold" if label.bold else "Regular",
        fontWeight="75" if label.bold else "50",
        fontSize=f"{label.size:g}",
        fontSizeUnit="Point",
        textColor=rgba(INK),
        textOpacity="1",
        multilineHeight="0.8",
    )
    SubElement(
        text,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.8",
        bufferSizeUnits="MM",
        bufferColor=rgba(PAPER),
        bufferOpacity="0.85",
    )
    SubElement(settings, "text-format", multilineAlign="1")
    SubElement(settings, "placement", _PLACEMENTS[style.kind], priority=str(label.priority))
    SubElement(settings, "rendering", drawLabels="1", obstacle="0")


# Around the middle of an area, above a line, beside a point.
_PLACEMENTS: dict[Kind, dict[str, str]] = {
    "fill": {"placement": "0", "quadOffset": "4", "polygonPlacementFlags": "2"},
    "line": {"placement": "2", "placementFlags": "10"},
    "marker": {"placement": "6", "dist": "1", "distUnits": "MM"},
}
