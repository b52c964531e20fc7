"""Where water runs on a terrain window: receivers, the way down, height above the way.

All kernels work on square windows of local metres (``gis.terrain.Window``), row 0 in the north.
Cells are numbered row by row; a receiver of -1 means that the water leaves the window there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gis import kernels

Cells = npt.NDArray[np.int32]
Heights = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Flow:
    """D8 routing of a window.

    Attributes
    ----------
    receiver : (ny * nx) int32, the cell each one drains to; -1 leaves the window, or nodata
    level : (ny, nx) float32, the surface of water poured over the window; NaN nodata
    cell_m : edge of a cell, metres
    """

    receiver: Cells
    level: Heights
    cell_m: float


def route(elevation: Heights, cell_m: float) -> Flow:
    """Return where each cell of a window drains to.

    Depressions are left over the least-cost way out (carved, not filled across), so that a pit
    or a road embankment neither stops nor diverts a flow path. Water enters nodata and the
    window's edge and is gone.

    Parameters
    ----------
    elevation : (ny, nx) float32 metres, NaN = no data
    cell_m : edge of a square cell, metres
    """
    ny, nx = elevation.shape
    z = np.full((ny + 2, nx + 2), np.nan, np.float32)
    z[1:-1, 1:-1] = elevation
    level, parent = kernels.flood(z.ravel(), ny, nx)
    receiver = kernels.descend(z.ravel(), level, parent, ny, nx)
    return Flow(receiver, level.reshape(ny + 2, nx + 2)[1:-1, 1:-1], cell_m)
