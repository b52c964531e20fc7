"""Datum shifts by given parameters; expected values by formulas written out here."""

import numpy as np
import pyproj
import pytest

from gis.datum import ELLIPSOIDS, FourParameters, SevenParameters, fit_points
from gis.errors import DatumError

PLACES = np.array([[111.3, 39.5], [112.1, 37.9], [110.4, 35.2]])


def cartesian(lonlat, a, rf):
    lon, lat = np.radians(lonlat.T)
    e2 = 2 / rf - 1 / rf**2
    n = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    return np.column_stack([n * np.cos(lat) * np.cos(lon), n * np.cos(lat) * np.sin(lon),
                            n * (1 - e2) * np.sin(lat)])  # fmt: skip


def seven(convention="position_vector", **changed):
    values = {"dx": 12.3, "dy": -4.5, "dz": 6.7, "rx": 0.8, "ry": -0.9, "rz": 1.1, "scale_ppm": 2.2}
    return SevenParameters(
        "Xian 1980", **{**values, **changed}, convention=convention, accuracy_m=0.5
    )


@pytest.mark.parametrize(
    ("convention", "sense"), [("position_vector", 1), ("coordinate_frame", -1)]
)
def test_seven_parameters_by_hand(convention, sense):
    shift = seven(convention)
    rx, ry, rz = (sense * np.radians(v / 3600) for v in (0.8, -0.9, 1.1))
    turn = np.array([[1, -rz, ry], [rz, 1, -rx], [-ry, rx, 1]])
    moved = np.array([12.3, -4.5, 6.7]) + (1 + 2.2e-6) * (
        cartesian(PLACES, *ELLIPSOIDS["Xian 1980"]) @ turn.T
    )
    geod = pyproj.Geod(a=6378137, rf=298.257222101)
    found = shift.forward(PLACES)
    # The place on the new ellipsoid below the moved point: its direction from there is the normal.
    surface = cartesian(found, 6378137.0, 298.257222101)
    lon, lat = np.radians(found.T)
    normal = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    away = moved - surface
    across = away - (away * normal).sum(axis=1, keepdims=True) * normal
    assert np.abs(across).max() < 1e-3  # the linear matrix differs from the exact by r² R ~ 0.1 mm
    assert geod.inv(*PLACES[0], *found[0])[2] > 1.0


def test_seven_parameters_back():
    back = seven().backward(seven().forward(PLACES))
    assert np.abs(back - PLACES).max() * 111_000 < 1e-3  # heights taken as 0 on either side


def test_a_pure_translation_along_the_axis():
    # On the equator at 90 E the y axis points up: dz = 30.9 m is one second of latitude there.
    shift = seven(dx=0, dy=0, rx=0, ry=0, rz=0, scale_ppm=0, dz=30.7)
    ((lon, lat),) = shift.forward(np.array([[90.0, 0.0]]))
    assert lon == pytest.approx(90.0, abs=1e-12)
    assert lat * 3600 == pytest.approx(
        np.degrees(30.7 / (6378137 * (1 - 0.00669438))) * 3600, rel=1e-4
    )


FOUR = FourParameters("Beijing 1954", 111.0, 12.345, -67.89, 3.0, -4.0, 0.2)


def test_four_parameters_by_hand():
    a, rf = ELLIPSOIDS["Beijing 1954"]
    old = pyproj.Proj(proj="tmerc", lon_0=111, x_0=500000, a=a, rf=rf)
    new = pyproj.Proj(proj="tmerc", lon_0=111, x_0=500000, a=6378137, rf=298.257222101)
    y1, x1 = old(111.3, 39.5)
    t, m = np.radians(3.0 / 3600), -4e-6
    x2 = 12.345 + (1 + m) * (x1 * np.cos(t) - y1 * np.sin(t))
    y2 = -67.89 + (1 + m) * (x1 * np.sin(t) + y1 * np.cos(t))
    assert FOUR.forward(PLACES[:1])[0] == pytest.approx(new(y2, x2, inverse=True), abs=1e-12)
    assert np.abs(FOUR.backward(FOUR.forward(PLACES)) - PLACES).max() < 1e-11


def plane(shift, xy):
    t, m = np.radians(shift.rotation_s / 3600), shift.scale_ppm * 1e-6
    turn = (1 + m) * np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]])
    return xy @ turn.T + [shift.dx, shift.dy]


def test_a_fit_finds_the_parameters_again():
    rng = np.random.default_rng(5)
    old = np.array([4_300_000, 500_000]) + rng.uniform(-20_000, 20_000, (6, 2))
    fit = fit_points("Beijing 1954", 111.0, old, plane(FOUR, old))
    assert fit.shift.dx == pytest.approx(FOUR.dx, abs=1e-4)
    assert fit.shift.dy == pytest.approx(FOUR.dy, abs=1e-4)
    assert fit.shift.rotation_s == pytest.approx(3.0, abs=1e-6)
    assert fit.shift.scale_ppm == pytest.approx(-4.0, abs=1e-5)
    assert np.abs(fit.residuals).max() < 1e-6


def test_residuals_and_accuracy_by_hand():
    # A square of 2 km; one new point lies 0.4 m too far north. By symmetry the similarity takes a
    # quarter as shift; what rotation and scale take follows from u·v / |u|².
    old = np.array([[0.0, 0], [0, 2000], [2000, 2000], [2000, 0]])
    new = old + np.array([[0, 0], [0, 0], [0.4, 0], [0, 0]])
    fit = fit_points("Xian 1980", 111.0, old, new)
    design = np.array([row for x, y in old for row in ([1, 0, x, -y], [0, 1, y, x])])
    solution, *_ = np.linalg.lstsq(design, new.ravel(), rcond=None)
    expected = (new.ravel() - design @ solution).reshape(-1, 2)
    assert fit.residuals == pytest.approx(expected, abs=1e-6)
    sigma = np.sqrt((expected**2).sum() / (8 - 4))
    assert fit.shift.accuracy_m == pytest.approx(sigma * np.sqrt(2), rel=1e-6)


@pytest.mark.parametrize(
    ("old", "said"),
    [([[0, 0], [1, 1]], "2 control points; at least 3"), ([[5.0, 5]] * 3, "one place")],
)
def test_points_that_tell_nothing(old, said):
    old = np.array(old, float)
    with pytest.raises(DatumError, match=said):
        fit_points("Xian 1980", 111.0, old, old + 100)
