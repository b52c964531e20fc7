"""Heights that rules read from the terrain under an outline, and how far they can be relied on.

Used by the rules on burial depth (MR106), slopes of open pits (SL401) and dumps (SL402). The
ground within a cell and the accuracies of outline and elevations widen what was read to what
the ground may be; a rule passes only where that passes too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.model import Objects, RuleContext
from analysis.verdict import is_within
from gis.buffer import buffers
from gis.ragged import Floats, Ragged

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

    Heights read from cells that are too large count as not known.
    """
    n = len(outlines)
    nothing = np.full(n, np.nan)
    ground = context.ground
    if ground is None:
        gap = np.full(n, "terrain_missing", dtype=object)
        return Under(nothing, nothing, nothing, nothing, gap, nothing)
    share, coarsest = context.value("cell_step_share"), context.value("dem_cell_most_m")
    drawn = ground.under(outlines, share, coarsest)
    spread = context.value("k_sigma") * np.nan_to_num(np.broadcast_to(sigma_m, n))
    low, high, whole = drawn.may_be_lowest, drawn.may_be_highest, drawn.whole
    blurred = np.flatnonzero(spread)
    if len(blurred):
        grown = Ragged.from_shapely(buffers(outlines.take(blurred), spread[blurred]))
        wide = ground.under(grown, share, coarsest)
        low[blurred] = np.fmin(low[blurred], wide.may_be_lowest)
        high[blurred] = np.fmax(high[blurred], wide.may_be_highest)
        whole[blurred] &= wide.whole
    coarse = drawn.known & ~is_within(drawn.cell_m, coarsest)
    gap = np.full(n, None, dtype=object)
    gap[~whole] = "nodata_under"
    gap[coarse] = "dem_coarse"
    gap[np.isnan(drawn.cell_m)] = "no_elevation"
    lowest, highest, low, high = (
        np.where(coarse, np.nan, v) for v in (drawn.lowest, drawn.highest, low, high)
    )
    return Under(lowest, highest, low, high, gap, drawn.cell_m)
