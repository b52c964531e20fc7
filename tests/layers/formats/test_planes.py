"""National planes by code, and what numbers can be."""

import numpy as np
import pyproj
import pytest

from layers.formats.planes import axes_of, datums_named, plane, width_of


@pytest.mark.parametrize(
    ("datum", "width", "zone", "prefixed", "name"),
    [
        ("CGCS2000", 3, 25, True, "CGCS2000 / 3-degree Gauss-Kruger zone 25"),
        ("CGCS2000", 3, 45, True, "CGCS2000 / 3-degree Gauss-Kruger zone 45"),
        ("CGCS2000", 3, 38, False, "CGCS2000 / 3-degree Gauss-Kruger CM 114E"),
        ("CGCS2000", 6, 13, True, "CGCS2000 / Gauss-Kruger zone 13"),
        ("CGCS2000", 6, 23, False, "CGCS2000 / Gauss-Kruger CM 135E"),
        ("Xian 1980", 3, 38, True, "Xian 1980 / 3-degree Gauss-Kruger zone 38"),
        ("Xian 1980", 3, 38, False, "Xian 1980 / 3-degree Gauss-Kruger CM 114E"),
        ("Xian 1980", 6, 19, True, "Xian 1980 / Gauss-Kruger zone 19"),
        ("Xian 1980", 6, 19, False, "Xian 1980 / Gauss-Kruger CM 111E"),
        ("Beijing 1954", 3, 25, True, "Beijing 1954 / 3-degree Gauss-Kruger zone 25"),
        ("Beijing 1954", 3, 45, False, "Beijing 1954 / 3-degree Gauss-Kruger CM 135E"),
        ("Beijing 1954", 6, 19, True, "Beijing 1954 / Gauss-Kruger zone 19"),
        ("Beijing 1954", 6, 19, False, "Beijing 1954 / Gauss-Kruger CM 111E"),
    ],
)
def test_codes_are_the_registry_s(datum, width, zone, prefixed, name):
    assert plane(datum, width, zone, prefixed).name == name


@pytest.mark.parametrize("zone", range(25, 46))
def test_every_zone_has_its_false_easting(zone):
    crs = plane("CGCS2000", 3, zone, True)
    easting, _ = pyproj.Transformer.from_crs(4490, crs, always_xy=True).transform(zone * 3, 35)
    assert easting == pytest.approx(zone * 1e6 + 5e5, abs=1e-6)


def test_no_such_zone():
    for width, zone in ((3, 24), (3, 46), (6, 25)):
        with pytest.raises(KeyError):
            plane("CGCS2000", width, zone, True)
    assert (width_of(38), width_of(19), width_of(24)) == (3, 6, None)


def axes(*pairs):
    first, second = np.array(pairs, float).T
    return axes_of(first, second)


def test_axes():
    found, _ = axes((3760000, 38500000), (3761000, 38501000))
    assert (found.kind, found.swapped, found.zone) == ("plane", False, 38)
    found, _ = axes((19500000, 3760000))
    assert (found.kind, found.swapped, found.zone) == ("plane", True, 19)
    found, _ = axes((3760000, 500000))
    assert (found.kind, found.swapped, found.zone) == ("plane", False, None)
    found, _ = axes((114.5, 34.5))
    assert (found.kind, found.swapped, found.zone) == ("degrees", True, None)
    assert found.east_north(np.array([114.5]), np.array([34.5])).tolist() == [[114.5, 34.5]]


@pytest.mark.parametrize(
    ("pairs", "row"),
    [
        ([(3760000, 38500000), (3760000, 39500000)], 1),
        ([(3760000, 38500000), (38500000, 3760000)], 1),
        ([(3760000, 3760000)], 0),
        ([(3760000, 24500000)], 0),
        ([(3760000, 38050000)], 0),
        ([(100, 200)], 0),
        ([(3760000, 38500000), (34.5, 114.5)], 1),
    ],
)
def test_numbers_that_are_no_common_plane(pairs, row):
    assert axes(*pairs) == (None, row)


def test_datum_words():
    assert datums_named("2000国家大地坐标系") == ["CGCS2000"]
    assert datums_named("国家2000") == datums_named("cgcs 2000") == ["CGCS2000"]
    assert datums_named("1980西安坐标系") == datums_named("80西安") == ["Xian 1980"]
    assert datums_named("54北京坐标系") == datums_named("北京1954") == ["Beijing 1954"]
    assert datums_named("矿区编号2000") == []
