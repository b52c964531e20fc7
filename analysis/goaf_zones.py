"""Zones in which the ground moves above goafs, computed from their depth and angles of movement.

Used by the rules on what stands in such a zone (GF303) and on zones drawn by others (GF305).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import shapely

from analysis.model import Evidence, FindingTable, Need, Objects, RuleContext, Verdict, Window
from analysis.subjects import first_null, is_given
from analysis.verdict import acute, decide, in_order, is_within, positive
from gis.plane import to_degrees
from gis.projection import densified, local_plane
from gis.ragged import Bools, Floats, Ints, Ragged, Shapes
from gis.subsidence import Moved, Movement, moved_ground
from gis.terrain import Window as TerrainWindow
from gis.terrain import half_diagonals
from gis.tiles import LOWEST_M
from layers.layer import Layer

STRIPS = {"I": "strip_i_m", "II": "strip_ii_m", "III": "strip_iii_m"}
"""Protection class -> rulebook value of the safety strip's width."""

PARAMETERS = (
    *STRIPS.values(), "reach_most_m", "outline_most_m", "window_margin_m", "dem_cell_most_m",
)  # fmt: skip
TERRAIN: Need = Window(parameters=("reach_most_m", "outline_most_m", "window_margin_m"))

_STEPS_A_CELL = 6  # of a line, while it is compared with the ground
_STRIP_SEGMENTS = 64  # a quarter circle: the chord cheats by 2 mm in 20 m


@dataclass(frozen=True, eq=False)
class Zones:
    """Zones of those goafs for which they can be computed, (k,) each.

    Attributes
    ----------
    rows : of the goafs
    area : ground that moves, without safety strip, in the plane of ``lon0``; the least that it
        can be where something is not known
    most : the same with the ground as much higher as its accuracy allows
    reach_m : greatest way from the goaf's outline to the edge of ``area``
    sigma_m : how the accuracy of the ground blurs that way, NaN where it is not stated
    """

    rows: Ints
    area: Shapes
    most: Shapes
    lon0: Floats
    reach_m: Floats
    sigma_m: Floats

    @cached_property
    def bare(self) -> Ragged:
        """Return the areas in degrees."""
        return Ragged.from_shapely(to_degrees(self.area, self.lon0))

    @cached_property
    def bare_most(self) -> Ragged:
        """Return what the areas may be at most, in degrees; the same object where that is so."""
        if all(one is other for one, other in zip(self.area, self.most, strict=True)):
            return self.bare
        return Ragged.from_shapely(to_degrees(self.most, self.lon0))

    def take(self, at: Ints) -> Zones:
        """Return some of the zones."""
        return Zones(*(getattr(self, f.name)[at] for f in fields(self)))

    def widened(self, shapes: Shapes, metres: Floats) -> Ragged:
        """Return areas widened by (k,) metres, more than 0, in degrees."""
        wide = shapely.buffer(shapes, metres, quad_segs=_STRIP_SEGMENTS)
        return Ragged.from_shapely(to_degrees(wide, self.lon0))


def strips(layer: Layer, context: RuleContext) -> Floats:
    """Return (n,) the width of the safety strip of each feature's class, NaN where null."""
    out = np.full(len(layer), np.nan)
    for code, name in STRIPS.items():
        out[layer.is_code("protection_class", code)] = context.value(name)
    return out


def narrowest(context: RuleContext) -> float:
    """Return the width that the safety strip has in any case."""
    return min(context.value(name) for name in STRIPS.values())


def widest(context: RuleContext) -> float:
    """Return the width that no safety strip exceeds."""
    return max(context.value(name) for name in STRIPS.values())


def goaf_strips(goafs: Layer, rows: Ints, context: RuleContext) -> Floats:
    """Return the width of the strip that each goaf of ``rows`` has in any case."""
    stated = strips(goafs, context)[rows]
    return np.where(np.isnan(stated), narrowest(context), stated)


def strip_names(strip: Floats, context: RuleContext) -> Objects:
    """Return the rulebook value that each width is, None for none."""
    out = np.full(len(strip), None, dtype=object)
    for name in STRIPS.values():
        out[np.equal(strip, context.value(name))] = name
    return out


def zone_evidence(goafs: Layer, zones: Zones, subject: Ints, context: RuleContext) -> Evidence:
    """Return the zone with its strip for the first of the findings ``subject`` on each goaf.

    A finding of -1 shows none.
    """
    rows, first = np.unique(subject, return_index=True)
    first, rows = first[rows >= 0], rows[rows >= 0]
    at = np.searchsorted(zones.rows, rows)
    strip = goaf_strips(goafs, zones.rows, context)
    wide = zones.take(at)
    shapes = wide.widened(wide.area, strip[at]).to_shapely()
    return Evidence("exclusion_zone", first.astype(np.int64), shapes)


def find_zones(goafs: Layer, judged: Ints, context: RuleContext) -> tuple[Zones, FindingTable]:
    """Return the zones of the goafs ``judged``, and what is not known about them.

    A goaf with a finding here must not pass; one with a zone may still be hit for certain.
    """
    angles = _Angles(goafs)
    verdict, reason = decide(
        len(goafs),
        [
            (is_given(angles.missing), Verdict.NO_DATA, "attribute_missing"),
            (angles.impossible, Verdict.NO_DATA, "angle_impossible"),
            (angles.upside_down, Verdict.NO_DATA, "upside_down"),
            (
                ~is_within(half_diagonals(goafs.shapes.bounds), context.value("outline_most_m")),
                Verdict.NO_DATA,
                "goaf_too_large",
            ),
        ],
        (Verdict.PASS, ""),
    )
    if context.ground is None:
        verdict[np.equal(verdict, Verdict.PASS)] = Verdict.NO_DATA
        reason = np.where(reason == "", "terrain_missing", reason).astype(object)
    clear = np.equal(verdict, Verdict.PASS)
    told = judged[~clear[judged]]
    known = FindingTable.build(
        told, verdict[told], reason[told],
        args={"column": angles.missing[told], "layer": [goafs.name] * len(told)},
    )  # fmt: skip
    zones, doubts = _computed(goafs, judged[clear[judged]], angles, context)
    classless = zones.rows[goafs.is_null("protection_class")[zones.rows]]
    unclassed = FindingTable.build(
        classless, Verdict.NO_DATA, "attribute_missing",
        args={"column": ["protection_class"] * len(classless)},
    )  # fmt: skip
    return zones, FindingTable.concat([known, doubts, unclassed])


class _Angles:
    """What the goafs state, (n,) each; ``missing`` names the first column that they lack."""

    def __init__(self, goafs: Layer) -> None:
        rock, soil = goafs.number("movement_angle_deg"), goafs.number("soil_angle_deg")
        thickness = goafs.number("soil_thickness_m")
        bare = np.equal(thickness, 0)
        self.missing: Objects = first_null(
            goafs,
            ["top_elevation_m", "bottom_elevation_m", "movement_angle_deg", "soil_thickness_m"],
        )
        lacks_soil = ~is_given(self.missing) & goafs.is_null("soil_angle_deg") & ~bare
        self.missing[lacks_soil] = "soil_angle_deg"
        self.rock, self.thickness = acute(rock), positive(thickness)
        self.soil: Floats = np.where(bare, self.rock, acute(soil))
        self.impossible: Bools = np.isnan(self.rock + self.soil + self.thickness)
        top, bottom = goafs.number("top_elevation_m"), goafs.number("bottom_elevation_m")
        self.bottom = bottom
        self.upside_down: Bools = np.isnan(in_order(top, bottom)[1]) & ~np.isnan(bottom)

    def movement(self, row: int, lower_m: float) -> Movement:
        return Movement(
            float(self.bottom[row]) - lower_m,
            float(self.rock[row]),
            float(self.soil[row]),
            float(self.thickness[row]),
        )


def _computed(
    goafs: Layer, rows: Ints, angles: _Angles, context: RuleContext
) -> tuple[Zones, FindingTable]:
    seen: list[_Seen] = []
    if context.ground is not None:
        bounds = goafs.shapes.bounds[rows]
        lon, lat = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
        reach = context.value("reach_most_m") + context.value("window_margin_m")
        for k, window in context.ground.windows(
            lon, lat, half_diagonals(goafs.shapes.bounds)[rows] + reach
        ):
            outline = local_plane(densified(goafs.shapes.take(rows[k : k + 1])), window.lon0)
            seen.append(_look(int(rows[k]), outline.to_shapely()[0], window, angles, context))
    seen.sort(key=lambda one: one.row)
    doubts = [(one.row, *doubt) for one in seen for doubt in one.doubts(context)]
    table = FindingTable.build(
        [row for row, *_ in doubts],
        [int(verdict) for _, verdict, _, _ in doubts],
        np.array([why for _, _, why, _ in doubts], dtype=object),
        args={"metres": [metres for *_, metres in doubts]},
    )
    return _zones([one for one in seen if one.known], angles, context), table


@dataclass(frozen=True, eq=False)
class _Seen:
    """One goaf in its window: the zone on the ground as given, and on ground as high as it may be.

    ``known``: there is ground about it at all.
    """

    row: int
    lon0: float
    cell_m: float
    known: bool
    least: Moved
    most: Moved

    def doubts(self, context: RuleContext) -> list[tuple[Verdict, str, float | None]]:
        """Return what is not known about the zone: verdict, reason, metres that belong to it."""
        reach, cell = context.value("reach_most_m"), context.value("dem_cell_most_m")
        coarse = self.known and not bool(is_within(self.cell_m, cell))
        cases: list[tuple[bool, Verdict, str, float | None]] = [
            (coarse, Verdict.NO_DATA, "dem_coarse", self.cell_m),
            (self.least.unknown or self.most.unknown, Verdict.NO_DATA, "no_elevation", None),
            (self.least.open, Verdict.NO_DATA, "not_below_ground", None),
            (self.least.cut or self.most.cut, Verdict.REVIEW, "zone_too_wide", reach),
        ]
        return [(verdict, why, metres) for true, verdict, why, metres in cases if true]


def _look(
    row: int, outline: shapely.Geometry, window: TerrainWindow, angles: _Angles,
    context: RuleContext,
) -> _Seen:  # fmt: skip
    window = _without_fill(window, outline)
    heights = window.elevation[~np.isnan(window.elevation)]
    highest = float(heights.max(initial=LOWEST_M))
    step = window.cell_m / _STEPS_A_CELL
    moved = []
    for lower in sorted({0.0, _blur(context)}):
        movement = angles.movement(row, lower)
        # No line goes farther than it would below the highest ground about.
        most = min(context.value("reach_most_m"), max(float(movement.reach(highest)), 0.0) + step)
        moved.append(moved_ground(outline, movement, window.heights, step_m=step, most_m=most))
    cell = window.resolution_m
    return _Seen(row, window.lon0, cell, len(heights) > 0, moved[0], moved[-1])


def _without_fill(window: TerrainWindow, outline: shapely.Geometry) -> TerrainWindow:
    """Return no ground where all of it along an outline is a number with which voids are filled.

    A void of the elevations that was filled would be as good as any ground.
    """
    x, y = shapely.get_coordinates(outline).T
    row, column = (window.north - y) / window.cell_m - 0.5, (x - window.west) / window.cell_m - 0.5
    if not window.is_filled(row, column).all():
        return window
    return replace(window, elevation=np.full_like(window.elevation, np.nan))


def _blur(context: RuleContext) -> float:
    """Return how much higher than given the ground may be, metres."""
    assert context.ground is not None
    return context.value("k_sigma") * float(np.nan_to_num(context.ground.sigma_m))


def _zones(seen: list[_Seen], angles: _Angles, context: RuleContext) -> Zones:
    rows = np.array([one.row for one in seen], np.int64)
    sigma = context.ground.sigma_m if context.ground is not None else np.nan
    return Zones(
        rows,
        _shapes([one.least.area for one in seen]),
        _shapes([one.most.area for one in seen]),
        np.array([one.lon0 for one in seen], np.float64),
        np.array([one.least.reach_m for one in seen], np.float64),
        np.asarray(sigma / np.tan(np.radians(angles.rock[rows])), np.float64),
    )


def _shapes(shapes: list[shapely.Geometry]) -> Shapes:
    out = np.empty(len(shapes), dtype=object)
    out[:] = shapes
    return out
