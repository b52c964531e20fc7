"""Where the dams of tailings facilities stand, and what lies below them.

Used by the rules on new facilities (TF201) and on overhead ponds 头顶库 (TF202), which ask the
same question of different facilities.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import shapely

from analysis import below
from analysis.below import Below, follow
from analysis.model import Objects, RuleContext
from analysis.verdict import above_zero, is_within
from gis.distance import distances
from gis.flow import route
from gis.ragged import Bools, Floats, Ints, Ragged
from gis.terrain import Window, half_diagonals
from layers.layer import Layer

PARAMETERS = (
    *below.PARAMETERS, "toe_allowance_m", "toe_allowance_heights", "toe_allowance_most_m",
)  # fmt: skip
REACH = ("downstream_m", "point_radius_m", "toe_allowance_most_m")
GROUND = (*REACH, "window_margin_m")

_FARTHEST_DEG = 1.0  # a toe farther off belongs to another place; the way there is not measured


@dataclass(frozen=True, eq=False)
class Toes:
    """Where the flow paths of facilities start, (t,) each.

    Attributes
    ----------
    subject : row of the facility
    lon, lat : degrees
    rim : the toe is not known; the place is the middle of the footprint, and the path starts at
        the lowest point of the footprint's rim
    allowance_m : how much farther the path is followed for that, NaN where it would have to be
        more than the law's own allowance
    number : of the dam toe, None where it has none
    off_m : distance from the footprint, metres
    """

    subject: Ints
    lon: Floats
    lat: Floats
    rim: Bools
    allowance_m: Floats
    number: Objects
    off_m: Floats


def find_toes(ponds: Layer, judged: Ints, context: RuleContext) -> Toes:
    """Return the starter-dam toes of the facilities ``judged``.

    Points of the layer dam_toe come first, all of them; else the facility's own toe_lon and
    toe_lat; else none is known.
    """
    layer = context.layer("dam_toe")
    i, j = ponds.matches("facility_no", layer, "facility_no")
    keep = np.isin(i, judged)
    i, points = i[keep], layer.shapes.take(j[keep])
    of_point = points.feature_of_vertex
    lon, lat = ponds.number("toe_lon"), ponds.number("toe_lat")
    rest = np.setdiff1d(judged, i)
    own = rest[~np.isnan(lon[rest]) & ~np.isnan(lat[rest])]
    unknown = np.setdiff1d(rest, own)
    middle = ponds.shapes.take(unknown).centres
    subject = np.concatenate([i[of_point], own, unknown])
    places = np.concatenate(
        [points.xy, np.column_stack([lon[own], lat[own]]), middle.reshape(-1, 2)]
    )
    rim = np.isin(np.arange(len(subject)), np.arange(len(subject) - len(unknown), len(subject)))
    number = np.full(len(subject), None, dtype=object)
    number[: len(of_point)] = layer.text("toe_no")[j[keep]][of_point]
    allowance = np.where(rim, _allowance(ponds, context)[subject], 0.0)
    off = _off(ponds, subject, places, rim)
    return Toes(subject, places[:, 0], places[:, 1], rim, allowance, number, off)


def doubtful_toes(ponds: Layer, toes: Toes, rows: Ints, context: RuleContext) -> Toes:
    """Return the rims of those of ``rows`` whose stated toe does not fit the footprint.

    It lies in the footprint, whose lowest rim may be far below it, or farther off than a dam of
    that height reaches. No allowance is given: these look only whether it matters.
    """
    reach = np.nan_to_num(_allowance(ponds, context), nan=np.inf)
    stated = ~toes.rim
    odd = stated & (is_within(toes.off_m, 0.0) | ~is_within(toes.off_m, reach[toes.subject]))
    subject = np.intersect1d(rows, toes.subject[odd])
    middle = ponds.shapes.take(subject).centres.reshape(-1, 2)
    n = len(subject)
    none, nought = np.full(n, None, dtype=object), np.zeros(n)
    return Toes(subject, middle[:, 0], middle[:, 1], np.ones(n, bool), nought, none, nought)


def _allowance(ponds: Layer, context: RuleContext) -> Floats:
    # A dam of no height is one whose height is not known: 0 must not make the reach smaller.
    height = above_zero(ponds.number("total_dam_height_m"))
    by_height = context.value("toe_allowance_heights") * height
    wanted = np.where(np.isnan(height), context.value("toe_allowance_m"), by_height)
    return np.where(is_within(wanted, context.value("toe_allowance_most_m")), wanted, np.nan)


def _off(ponds: Layer, subject: Ints, places: Floats, rim: Bools) -> Floats:
    """Return how far toes lie from their footprints, infinite where they lie degrees away."""
    off = np.where(rim, 0.0, np.inf)
    bounds = ponds.shapes.bounds[subject]
    away = np.maximum(bounds[:, :2] - places, places - bounds[:, 2:]).max(axis=1)
    given = np.flatnonzero(~rim & (away <= _FARTHEST_DEG))
    if len(given):
        points = Ragged.from_shapely(shapely.points(places[given]))
        off[given] = distances(points, ponds.shapes, np.arange(len(given)), subject[given])
    return off


def look_below(ponds: Layer, toes: Toes, context: RuleContext) -> Iterator[Below]:
    """Yield what lies below each toe, in the order in which the terrain is stored."""
    ground = context.ground
    if ground is None:
        return
    length = context.value("downstream_m") + context.value("point_radius_m")
    size = _sizes(ponds, toes)
    most = context.value("toe_allowance_most_m")
    allowance = np.where(np.isnan(toes.allowance_m), most, toes.allowance_m)
    # A footprint larger than the allowance leaves less margin; the reach is what was declared.
    half = np.minimum(length + context.value("window_margin_m") + allowance + size, ground.reach_m)
    for k, window in ground.windows(toes.lon, toes.lat, half):
        yield _below(ponds, toes, k, window, length + allowance[k], context)


def _sizes(ponds: Layer, toes: Toes) -> Floats:
    """Return half the diagonal of the footprints whose rim is searched, metres, else 0."""
    return np.where(toes.rim, half_diagonals(ponds.shapes.bounds)[toes.subject], 0.0)


def _below(
    ponds: Layer, toes: Toes, k: int, window: Window, length_m: float, context: RuleContext
) -> Below:
    start = _start(ponds, toes, k, window)
    allowance = float(np.nan_to_num(toes.allowance_m[k]))
    place = Below(k, int(toes.subject[k]), window, allowance)
    if start is None:
        assert context.ground is not None
        held = context.ground.terrain.holds(toes.lon[k], toes.lat[k])
        return replace(place, outside_dem=not bool(held[0]))
    flow = route(window.elevation, window.cell_m)
    return follow(place, flow, start, length_m, context)


def _start(ponds: Layer, toes: Toes, k: int, window: Window) -> tuple[float, float] | None:
    """Return the path's start in fractional (row, column), None on no data."""
    if toes.rim[k]:
        row, column = below.rim(ponds, int(toes.subject[k]), window)
    else:
        row, column = window.cells(toes.lon[k : k + 1], toes.lat[k : k + 1])
    heights = below.heights(window, row, column)
    # A rim of which a part is not known may be lowest there.
    if np.isnan(heights).any():
        return None
    lowest = int(np.argmin(heights))
    return float(row[lowest]), float(column[lowest])
