"""The plane that differs from a stated one by the zone number in front of its eastings."""

import numpy as np
import pyproj
import pytest

from gis.zone_numbers import twin


@pytest.mark.parametrize(
    ("code", "east", "meant"),
    [
        (4547, 38_400_223.0, 4526), (4526, 400_223.0, 4547), (4508, 19_500_000.0, 4497),
        (4547, 39_400_223.0, None),  # another zone's number
        (4547, 400_223.0, None), (4526, 38_400_223.0, None),  # as it should be
        (2381, 38_400_223.0, None),  # Xian 1980
        (4490, 38_400_223.0, None), (32649, 38_400_223.0, None), (4978, 38_400_223.0, None),
        (3857, 38_400_223.0, None), (5737, 38_400_223.0, None),
    ],
)  # fmt: skip
def test_twin(code, east, meant):
    found = twin(pyproj.CRS.from_epsg(code), np.array([[east, 3_900_000.0]]))
    assert (found and found.to_epsg()) == meant


def test_all_coordinates_must_say_so():
    two = np.array([[38_400_223.0, 3_900_000.0], [400_223.0, 3_900_000.0]])
    assert twin(pyproj.CRS.from_epsg(4547), two) is None
    assert twin(pyproj.CRS.from_epsg(4526), two) is None
    assert twin(pyproj.CRS.from_epsg(4526), two[:0]) is None
