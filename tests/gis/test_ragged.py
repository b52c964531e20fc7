"""What counts as features."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
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


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("MULTIPOLYGON (EMPTY, ((0 0, 1 0, 1 1, 0 0)))", "POLYGON ((0 0, 1 0, 1 1, 0 0))"),
        ("MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), EMPTY)", "POLYGON ((0 0, 1 0, 1 1, 0 0))"),
        (
            "MULTILINESTRING ((0 0, 1 0), EMPTY, (2 2, 3 3))",
            "MULTILINESTRING ((0 0, 1 0), (2 2, 3 3))",
        ),
        ("MULTIPOINT (EMPTY, (1 2))", "POINT (1 2)"),
        (
            "MULTIPOLYGON (((0 0, 9 0, 9 9, 0 0), EMPTY, (4 1, 5 1, 5 2, 4 1)))",
            "POLYGON ((0 0, 9 0, 9 9, 0 0), (4 1, 5 1, 5 2, 4 1))",
        ),
    ],
)
def test_empty_parts_and_rings_are_left_out(given, kept):
    """Parts without rings used to end the process in GEOS."""
    both = Ragged.from_shapely([shapely.from_wkt(given), shapely.from_wkt(kept)])
    one, other = both.to_shapely()
    assert shapely.to_wkt(one) == shapely.to_wkt(other) == shapely.to_wkt(shapely.from_wkt(kept))
