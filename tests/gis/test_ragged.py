"""What counts as features."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from gis.ragged import Ragged, as_ragged


def test_every_kind_of_input_gives_the_same_coordinates():
    shapes = [shapely.Point(1, 2), shapely.box(0, 0, 1, 1), shapely.LineString([(0, 0), (2, 3)])]
    ragged = Ragged.from_shapely(shapes)
    series = gpd.GeoSeries(shapes, crs=4490)
    for given in (shapes, np.array(shapes), series, gpd.GeoDataFrame(geometry=series), ragged):
        assert as_ragged(given).xy.tolist() == ragged.xy.tolist()
    assert len(as_ragged(shapes[1])) == 1
    assert as_ragged(ragged) is ragged
    assert shapely.equals_exact(ragged.to_shapely(), np.array(shapes)).all()
