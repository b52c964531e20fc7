"""How a verdict looks: the one table behind map, reports and QGIS styles.

A verdict is never told by colour alone: the word, the outline's weight and the fill differ too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from analysis.law import Text
from analysis.model import Verdict

Fill = Literal["solid", "light", "hatched", "none"]


@dataclass(frozen=True, slots=True)
class VerdictStyle:
    """Look of one verdict.

    Attributes
    ----------
    colour : ``#rrggbb``
    fill : ``solid`` (opaque), ``light`` (translucent), ``hatched`` (diagonal lines) or ``none``
    weight : outline width in CSS pixels
    label : the word that always stands beside the colour
    """

    colour: str
    fill: Fill
    weight: float
    label: Text

    @property
    def hatched(self) -> bool:
        """Return whether the area is drawn with diagonal lines."""
        return self.fill == "hatched"


@dataclass(frozen=True, slots=True)
class LayerStyle:
    """Look of a layer's features where they carry no verdict.

    Attributes
    ----------
    colour : ``#rrggbb``
    dash : whether the outline is broken
    fill : whether the area has a translucent fill
    """

    colour: str
    dash: bool = False
    fill: bool = False


# Worst first, as legends list them.
VERDICT_STYLES: Mapping[Verdict, VerdictStyle] = MappingProxyType(
    {
        Verdict.FAIL: VerdictStyle("#c8402f", "solid", 2.5, Text("不符合", "Fail")),
        Verdict.REVIEW: VerdictStyle("#d98b06", "light", 2.0, Text("待核", "Review")),
        Verdict.NO_DATA: VerdictStyle("#7b8794", "hatched", 1.5, Text("缺数据", "No data")),
        Verdict.PASS: VerdictStyle("#22835a", "none", 1.0, Text("符合", "Pass")),
        Verdict.NOT_APPLICABLE: VerdictStyle(
            "#b8c1ca", "none", 0.5, Text("不适用", "Not applicable")
        ),
    }
)

# Colours of the map that speak no verdict stay away from the five above.
LAYER_COLOURS: Mapping[str, LayerStyle] = MappingProxyType(
    {
        "mining_right": LayerStyle("#1f2933"),
        "tailings_facility": LayerStyle("#7a5ea8", fill=True),
        "dam_toe": LayerStyle("#7a5ea8"),
        "settlement": LayerStyle("#5c5347", fill=True),
        "building": LayerStyle("#5c5347", fill=True),
        "river": LayerStyle("#2f7fc1", fill=True),
        "goaf": LayerStyle("#6b4f3a", dash=True, fill=True),
        "working": LayerStyle("#6b4f3a"),
        "movement_zone": LayerStyle("#6b4f3a", dash=True),
        "right_part": LayerStyle("#1f2933", dash=True),
        "open_pit": LayerStyle("#8d7b68", fill=True),
        "waste_dump": LayerStyle("#8d7b68", dash=True, fill=True),
        "orebody": LayerStyle("#b0578d", dash=True, fill=True),
        "protected_zone": LayerStyle("#2e8b8b", dash=True, fill=True),
        "geohazard": LayerStyle("#a0522d", dash=True, fill=True),
        "county": LayerStyle("#616e7c", dash=True),
        "ridge_line": LayerStyle("#4f6d7a"),
    }
)

ROLE_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "overlap": "#c8402f",
        "outside_part": "#c8402f",
        "exclusion_zone": "#0b5cad",
        "corridor": "#d9682b",
        "void": "#6b4f3a",
        "flow_path": "#d9682b",
        "ridge_run": "#d98b06",
        "shortest_line": "#1f2933",
    }
)

Pattern = Literal["solid", "crossed", "rows", "upright", "light", "dashed", "arrows"]


@dataclass(frozen=True, slots=True)
class RoleStyle:
    """Look of one kind of evidence; its colour is that of the finding's verdict.

    Attributes
    ----------
    pattern : how it is drawn. Areas: ``solid``, ``crossed`` (lattice), ``rows`` (level lines),
        ``upright`` (upright lines), ``light`` (translucent) or ``dashed`` (translucent, broken
        outline). Lines and points: ``dashed``, ``arrows`` (whole, with heads in its direction) or
        whole.
    weight : width of the line or outline in CSS pixels
    """

    pattern: Pattern
    weight: float


ROLE_STYLES: Mapping[str, RoleStyle] = MappingProxyType(
    {
        "overlap": RoleStyle("crossed", 2.0),
        "shortest_line": RoleStyle("solid", 2.5),
        "flow_path": RoleStyle("arrows", 4.0),
        "corridor": RoleStyle("light", 1.5),
        "exclusion_zone": RoleStyle("dashed", 2.0),
        "ridge_run": RoleStyle("solid", 6.0),
        "void": RoleStyle("upright", 1.5),
        "outside_part": RoleStyle("rows", 2.0),
    }
)

# What a piece of evidence shows on the ground.
ROLE_LABELS: Mapping[str, Text] = MappingProxyType(
    {
        "overlap": Text("重叠范围", "Overlap"),
        "shortest_line": Text("最短距离线", "Shortest line"),
        "flow_path": Text("下泄流径", "Flow path"),
        "corridor": Text("下泄走廊", "Corridor"),
        "exclusion_zone": Text("禁止范围", "Exclusion zone"),
        "ridge_run": Text("沿山脊段", "Run along the ridge"),
        "void": Text("采空范围", "Void"),
        "outside_part": Text("越界部分", "Part outside"),
    }
)


def label_of(verdict: int, lang: str) -> str:
    """Return the word for a verdict in ``lang`` (``zh`` or ``en``)."""
    return VERDICT_STYLES[Verdict(verdict)].label.of(lang)
