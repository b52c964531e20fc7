"""Heights that rules read from the terrain under an outline, and how far they can be relied on.

Used by the rules on burial depth (MR106), slopes of open pits (SL401) and dumps (SL402). The
ground within a cell and the accuracies of outline and elevations widen what was read to what
the ground may be; a rule passes only where that passes too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.model import Objects, RuleContext, Verdict
from analysis.subjects import is_given
from analysis.verdict import above_zero, combined_sigma, is_within, must_be_at_least, positive
from gis.buffer import buffers
from gis.projection import local_plane, own_meridian
from gis.ragged import Floats, Ints, Ragged
from gis.terrain import FILLS
from gis.width import widths
from layers.layer import Layer

PARAMETERS = ("dem_cell_most_m", "cell_step_share")
"""Rulebook values of every rule that reads heights."""


@dataclass(frozen=True, eq=False)
class Under:
    """Ground under outlines, (n,) each; metres, NaN where no cell under the outline is known.

    Attributes
    ----------
    lowest, highest : of the cells that the outline touches
    may_be_lowest, may_be_highest : how far the ground may go beyond that within the cells, and
        within the stated accuracy of the outline
    gap : why the ground is not known, or not known under all of the outline: ``no_elevation``,
        ``dem_coarse``, ``nodata_under``, the engine's ``terrain_missing``; None where it is
    cell_m : greater side of the cells read, NaN = none
    """

    lowest: Floats
    highest: Floats
    may_be_lowest: Floats
    may_be_highest: Floats
    gap: Objects
    cell_m: Floats


def ground_under(outlines: Ragged, sigma_m: npt.ArrayLike, context: RuleContext) -> Under:
    """Return the ground under each outline.

    Parameters
    ----------
    outlines : polygons, EPSG:4490 degrees, within the subjects
    sigma_m : their accuracy, one sigma, one for all or (n,); NaN = not stated

    Heights read from cells that are too large count as not known; so does ground that is
    a number with which voids are filled, around the outline too: a pit would have no depth in it.
    """
    n = len(outlines)
    nothing = np.full(n, np.nan)
    ground = context.ground
    if ground is None:
        gap = np.full(n, "terrain_missing", dtype=object)
        return Under(nothing, nothing, nothing, nothing, gap, nothing)
    share, coarsest = context.value("cell_step_share"), context.value("dem_cell_most_m")
    drawn = ground.under(outlines, share, coarsest)
    level = drawn.known & np.equal(drawn.may_be_lowest, drawn.may_be_highest)
    filled = level & np.isin(drawn.may_be_lowest, FILLS)
    spread = context.value("k_sigma") * np.nan_to_num(np.broadcast_to(sigma_m, n))
    low, high, whole = drawn.may_be_lowest, drawn.may_be_highest, drawn.whole
    blurred = np.flatnonzero(spread)
    if len(blurred):
        grown = Ragged.from_shapely(buffers(outlines.take(blurred), spread[blurred]))
        wide = ground.under(grown, share, coarsest)
        low[blurred] = np.fmin(low[blurred], wide.may_be_lowest)
        high[blurred] = np.fmax(high[blurred], wide.may_be_highest)
        whole[blurred] &= wide.whole
    whole &= ~filled
    coarse = drawn.known & ~is_within(drawn.cell_m, coarsest)
    gap = np.full(n, None, dtype=object)
    gap[~whole] = "nodata_under"
    gap[coarse] = "dem_coarse"
    gap[np.isnan(drawn.cell_m)] = "no_elevation"
    lowest, highest, low, high = (
        np.where(coarse | filled, np.nan, v) for v in (drawn.lowest, drawn.highest, low, high)
    )
    return Under(lowest, highest, low, high, gap, drawn.cell_m)


# -- heights of pits and dumps --------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Heights:
    """Heights of sites, (n,) each, metres.

    Attributes
    ----------
    height : as stated, else highest less lowest ground under the outline; NaN = not known
    least, most : between which the true height lies as far as the data tell; ``most`` is NaN
        where part of the ground is not known
    sigma : one sigma, NaN where none is stated
    gap : why the height is not or not wholly known, None where it is
    cell_m : of the elevations it was read from, NaN where it is stated
    span_m : between the stated top and bottom elevations, where that is more than was read
    """

    height: Floats
    least: Floats
    most: Floats
    sigma: Floats
    gap: Objects
    cell_m: Floats
    span_m: Floats


def site_heights(sites: Layer, context: RuleContext) -> Heights:
    """Return the height of each site.

    A stated height decides; 0 counts as not stated, a number below 0 as no height at all, for
    which the terrain does not stand in.
    """
    n = len(sites)
    given = sites.number("height_m")
    height = above_zero(given)
    out = Heights(
        height.copy(), height.copy(), height.copy(),
        np.full(n, np.nan), np.full(n, None, dtype=object), np.full(n, np.nan), np.full(n, np.nan),
    )  # fmt: skip
    negative = ~np.isnan(given) & np.isnan(positive(given))
    out.gap[negative] = "height_negative"
    rows = np.flatnonzero(np.isnan(height) & ~negative)
    if len(rows):
        _read(sites, rows, out, context)
    return out


def _read(sites: Layer, rows: Ints, out: Heights, context: RuleContext) -> None:
    """Fill in what the terrain says of ``rows``."""
    outlines = sites.shapes.take(rows)
    under = ground_under(outlines, sites.sigma_m[rows], context)
    vertical = context.ground.sigma_m if context.ground is not None else np.nan
    sigma = combined_sigma(vertical, vertical)  # of a difference of two elevations
    band = context.value("k_sigma") * np.nan_to_num(sigma)
    gap = _narrow(outlines, under, context)
    height = under.highest - under.lowest
    height[np.equal(gap, "too_narrow")] = np.nan
    most = under.may_be_highest - under.may_be_lowest + band
    most[is_given(gap)] = np.nan
    # Elevations that someone stated may show a pit or dump that is younger than the terrain.
    top, bottom = (sites.number(f"{end}_elevation_m")[rows] for end in ("top", "bottom"))
    span = np.abs(top - bottom)
    more = ~is_within(span, most) & ~np.isnan(span) & ~np.isnan(most)
    out.height[rows], out.least[rows] = height, height - band
    out.most[rows] = np.where(more, span, most)
    out.sigma[rows] = np.where(np.isnan(height), np.nan, sigma)
    out.gap[rows], out.cell_m[rows] = gap, under.cell_m
    out.span_m[rows[more]] = span[more]


def _narrow(outlines: Ragged, under: Under, context: RuleContext) -> Objects:
    """Return the gaps, with those outlines added that are only a few cells wide."""
    gap = under.gap.copy()
    width = widths(local_plane(outlines, own_meridian(outlines)).to_shapely(), least=True)
    least = context.value("cells_across_least") * under.cell_m
    narrow = ~np.isnan(least) & np.equal(must_be_at_least(width, least), Verdict.FAIL)
    gap[narrow & ~np.equal(gap, "dem_coarse")] = "too_narrow"
    return gap
