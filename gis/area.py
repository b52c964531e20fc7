"""Ellipsoidal areas and lengths."""

from __future__ import annotations

from typing import cast

import numpy as np

from gis.projection import (
    ECCENTRICITY_2,
    FLATTENING,
    SEMI_MAJOR_M,
    STEP_M,
    densified,
    edge_pieces,
    edge_starts,
    geodesic_m,
    is_polygon,
    own_meridian,
    split_edges,
)
from gis.ragged import Floats, Ragged, as_ragged

_E2 = ECCENTRICITY_2
_SEMI_MINOR_M = SEMI_MAJOR_M * (1 - FLATTENING)
# The constants A ... E of TD/T 1055-2019 appendix D, e2 = first eccentricity squared.
_TRAPEZOID = (
    np.polyval([630 / 2304, 35 / 112, 30 / 80, 3 / 6, 1], _E2),
    np.polyval([420 / 2304, 21 / 112, 15 / 80, 1 / 6, 0], _E2),
    np.polyval([180 / 2304, 7 / 112, 3 / 80, 0, 0], _E2),
    np.polyval([45 / 2304, 1 / 112, 0, 0, 0], _E2),
    np.polyval([5 / 2304, 0, 0, 0, 0], _E2),
)


def area_m2(shapes: object) -> Floats:
    """Return (n,) ellipsoidal areas in square metres by TD/T 1055-2019, appendix D.

    Between two neighbouring points of the outline (B1, L1), (B2, L2) and a reference meridian
    L0 lies the trapezoid

        S = 2 b2 dL [ A sin(dB/2) cos Bm - B sin(3 dB/2) cos 3Bm + C sin(5 dB/2) cos 5Bm
                      - D sin(7 dB/2) cos 7Bm + E sin(9 dB/2) cos 9Bm ]

    with b2 = semi-minor axis squared, dB = B2 - B1, Bm = (B1 + B2) / 2,
    dL = (L1 + L2) / 2 - L0 in radians, and, with e2 = first eccentricity squared,

        A = 1 + 3/6 e2 + 30/80 e4 + 35/112 e6 + 630/2304 e8
        B = 1/6 e2 + 15/80 e4 + 21/112 e6 + 420/2304 e8
        C = 3/80 e4 + 7/112 e6 + 180/2304 e8
        D = 1/112 e6 + 45/2304 e8
        E = 5/2304 e8.

    The outline's area is the sum over its points; here L0 is the middle of the feature. The
    trapezoid takes longitude as linear in latitude between its two points, while a boundary is
    straight in the Gauss-Krueger plane, so the outline is densified in that plane. The error
    then falls with the square of the step: the sums over steps of at most 250 m and over their
    halves are extrapolated to step 0 (Richardson), which leaves below 1e-9 of the area.

    Holes count negative whatever their direction, parts are added; 0 for points and lines.
    """
    ragged = as_ragged(shapes)
    out = np.zeros(len(ragged))
    rows = np.flatnonzero(is_polygon(ragged))
    if len(rows):
        polygons = ragged if len(rows) == len(ragged) else ragged.take(rows)
        out[rows] = _polygon_area(polygons)
    return out


def area_km2(shapes: object) -> Floats:
    """Return (n,) areas in square kilometres rounded to 4 decimals, as they are registered."""
    return cast(Floats, np.round(area_m2(shapes) / 1e6, 4))


def length_m(shapes: object) -> Floats:
    """Return (n,) lengths of lines and of polygon outlines (holes included) in metres.

    0 for points. Sum of geodesics along the outline densified in its Gauss-Krueger plane.
    """
    ragged = densified(as_ragged(shapes))
    starts = np.flatnonzero(edge_starts(ragged))
    metres = geodesic_m(ragged.xy[starts], ragged.xy[starts + 1])
    return np.asarray(
        np.bincount(ragged.feature_of_vertex[starts], weights=metres, minlength=len(ragged)),
        np.float64,
    )


def _polygon_area(polygons: Ragged) -> Floats:
    meridian = own_meridian(polygons)
    pieces = edge_pieces(polygons, meridian, STEP_M)
    pieces[edge_starts(polygons)] *= 2
    outline = split_edges(polygons, meridian, pieces)
    whole = _ring_sums(outline, 2)
    halves = _ring_sums(outline, 1)
    rings = np.abs((4 * halves - whole) / 3)
    first = np.zeros(len(rings), bool)
    first[outline.part_offsets[:-1]] = True
    signed = np.where(first, rings, -rings)
    owner = np.repeat(
        np.arange(len(polygons)), np.diff(outline.part_offsets[outline.feature_offsets])
    )
    return np.asarray(np.bincount(owner, weights=signed, minlength=len(polygons)), np.float64)


def _ring_sums(outline: Ragged, stride: int) -> Floats:
    """Return (r,) signed trapezoid sums over every ``stride``-th point of each ring."""
    counts = np.diff(outline.ring_offsets)
    index = np.arange(len(outline.xy)) - np.repeat(outline.ring_offsets[:-1], counts)
    start = np.flatnonzero(edge_starts(outline) & (index % stride == 0))
    middle = outline.centres[outline.feature_of_vertex[start], 0]
    lon, lat = outline.xy[:, 0], outline.xy[:, 1]
    away = np.radians((lon[start] - middle + (lon[start + stride] - middle)) / 2)
    sums = 2 * _SEMI_MINOR_M**2 * away * _bands(lat[start], lat[start + stride])
    ring = np.repeat(np.arange(len(counts)), counts)[start]
    return np.asarray(np.bincount(ring, weights=sums, minlength=len(counts)), np.float64)


def _bands(south: Floats, north: Floats) -> Floats:
    """Return the bracket of the trapezoid formula for latitudes in degrees."""
    half = np.radians(north - south) / 2
    middle = np.radians((north + south) / 2)
    total = np.zeros(len(half))
    for k, term in enumerate(_TRAPEZOID):
        odd = 2 * k + 1
        total += (-1) ** k * term * np.sin(odd * half) * np.cos(odd * middle)
    return total
