"""One area made of many polygons: what it covers and where its border runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gis.nearest import outline_shapes
from gis.projection import is_polygon, remember
from gis.ragged import Bools, Ragged

_CLOSE_DEG = 1e-7  # about 1 cm: gaps up to twice this wide between neighbours are closed
_TOLERANCE_DEG = 1e-8  # about 1 mm


@dataclass(frozen=True, eq=False)
class Region:
    """The union of polygons.

    Attributes
    ----------
    tolerant : the area widened by ``_TOLERANCE_DEG``, prepared, degrees
    border : its border as one line feature, degrees
    """

    tolerant: shapely.Geometry
    border: Ragged

    @staticmethod
    def of(ground: Ragged) -> Region:
        """Return the union of the polygons of ``ground``; kept on it."""
        return remember(ground, "region", lambda: _union(ground))

    def covers(self, shapes: Ragged) -> Bools:
        """Return (n,) bool: the feature lies wholly in the area, border included."""
        return np.asarray(shapely.covers(self.tolerant, outline_shapes(shapes)), bool)


def _union(ground: Ragged) -> Region:
    polygons = outline_shapes(ground)[is_polygon(ground)]
    area = polygons[0]
    if len(polygons) > 1:
        wide = shapely.buffer(polygons, _CLOSE_DEG, join_style="mitre")
        area = shapely.buffer(shapely.union_all(wide), -_CLOSE_DEG, join_style="mitre")
    tolerant = shapely.buffer(area, _TOLERANCE_DEG, join_style="mitre")
    shapely.prepare(tolerant)
    lines = shapely.segmentize(shapely.boundary(area), 0.002)
    return Region(tolerant, Ragged.from_shapely([lines]))
