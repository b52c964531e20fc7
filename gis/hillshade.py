"""The ground as a quiet picture: multi-directional hillshade, on paper."""

from __future__ import annotations

import math
import warnings

import numpy as np
import numpy.typing as npt

from gis.dem import Grid
from gis.ragged import Floats

# Mark, R. K. (1992): Multidirectional, oblique-weighted, shaded-relief image of the Island of
# Hawaii. USGS Open-File Report 92-422.
AZIMUTHS = (225.0, 270.0, 315.0, 360.0)
ALTITUDE = 45.0
EXAGGERATION = 1.5
# Lit ground is paper, shade a cool grey: what speaks on the map are the verdicts.
LIT, SHADED = (253, 252, 248), (112, 121, 128)
LEVELS = 32
# Shades between which the tones run: level ground lies at sin(ALTITUDE) = 0.71.
DARKEST, LIGHTEST = 0.1, 0.85


def hillshade(grid: Grid) -> Floats:
    """Return (h, w) how much light each cell gets, 0 to 1, NaN where the slope is not known.

    Four lights from the west half of the sky; each counts by the square of the sine between it
    and the slope's own direction, so that ridges along a light are not lost.
    """
    cell = grid.ground_cell_m
    with np.errstate(invalid="ignore"):
        south, east = np.gradient(grid.heights.astype(np.float64))
    p, q = EXAGGERATION * east / cell, -EXAGGERATION * south / cell
    slope2 = p**2 + q**2
    length = np.sqrt(1 + slope2)
    down = np.sqrt(np.where(slope2 > 0, slope2, 1))
    high = math.radians(ALTITUDE)
    total = np.zeros_like(p)
    for azimuth in np.radians(AZIMUTHS):
        along = -(p * math.sin(azimuth) + q * math.cos(azimuth))
        light = np.maximum(math.sin(high) + math.cos(high) * along, 0) / length
        total += light * np.where(slope2 > 0, 1 - (along / down) ** 2, 0.5)
    return total / 2


def picture(grid: Grid) -> bytes:
    """Return the hillshade as a paletted PNG, clear where there is nothing to show."""
    from rasterio.errors import NotGeoreferencedWarning
    from rasterio.io import MemoryFile

    tones = tones_of(hillshade(grid))
    rows, columns = tones.shape
    with warnings.catch_warnings(), MemoryFile() as memory:
        # A PNG has no place for its place.
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with memory.open(
            driver="PNG", width=columns, height=rows, count=1, dtype="uint8", zlevel=7
        ) as image:
            image.write(tones, 1)
            image.write_colormap(1, palette())
        return bytes(memory.read())


def tones_of(light: Floats) -> npt.NDArray[np.uint8]:
    """Return palette entries: 0 nothing, 1 darkest to ``LEVELS`` lightest."""
    share = np.clip((light - DARKEST) / (LIGHTEST - DARKEST), 0, 1)
    levels = 1 + np.rint(np.nan_to_num(share) * (LEVELS - 1))
    return np.where(np.isnan(light), 0, levels).astype(np.uint8)


def palette() -> dict[int, tuple[int, int, int, int]]:
    """Return red, green, blue and opacity of each entry."""
    dark, lit = np.array(SHADED), np.array(LIT)
    share = np.linspace(0, 1, LEVELS)[:, None]
    ramp = np.rint(dark + share * (lit - dark)).astype(int).tolist()
    return {0: (0, 0, 0, 0)} | {k: (r, g, b, 255) for k, (r, g, b) in enumerate(ramp, start=1)}
