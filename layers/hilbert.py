"""Order of points along the Hilbert curve: near on the curve is near on the ground."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gis.ragged import Floats

_BITS = 24


def hilbert_index(lonlat: Floats) -> npt.NDArray[np.uint64]:
    """Return (n,) uint64 place of each longitude and latitude (n, 2) on the curve.

    The curve of order 24 fills 360° x 360°, so a step is 2e-5 degrees (about 2 m). The rotation
    of quadrants follows Hilbert, D. (1891), Math. Ann. 38, 459-460.
    """
    side = np.uint64(1 << _BITS)
    unit = (np.asarray(lonlat, np.float64) + 180.0) / 360.0
    cells = np.clip(unit * float(side), 0, float(side) - 1).astype(np.uint64)
    x, y = cells[:, 0], cells[:, 1]
    out = np.zeros(len(x), np.uint64)
    for bit in reversed(range(_BITS)):
        s = np.uint64(1 << bit)
        right, upper = (x & s) > 0, (y & s) > 0
        out += s * s * ((np.uint64(3) * right) ^ upper)
        # Turn the quadrant so that the curve runs through it from its entry to its exit.
        flip = right & ~upper
        x, y = (
            np.where(flip, side - np.uint64(1) - x, x),
            np.where(flip, side - np.uint64(1) - y, y),
        )
        x, y = np.where(upper, x, y), np.where(upper, y, x)
    return out
