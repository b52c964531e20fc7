"""A UTM zone or web Mercator that only the user states is told: nothing in the numbers does."""

import geopandas
import pytest
import shapely

from layers.vetted import load_vetted

SQUARE = shapely.box(500_000, 4_380_000, 501_000, 4_381_000)
SOUTHERN = shapely.box(500_000, 14_380_000, 501_000, 14_381_000)
MERCATOR = shapely.box(12_357_000, 4_796_000, 12_358_000, 4_797_000)


def told(path, crs):
    """Return the warnings about an unusual plane, in English."""
    (layer,) = load_vetted(path, "mining_right", crs=crs).values()
    return [i.en for i in layer.issues if i.code == "plane_unusual"]


def written(tmp_path, shape, crs):
    """Write a Shapefile that states a system, or none."""
    path = tmp_path / "矿.shp"
    frame = geopandas.GeoDataFrame({"licence_no": ["A"]}, geometry=[shape], crs=crs or 4546)
    frame.to_file(path)
    if crs is None:
        path.with_suffix(".prj").unlink()
    return path


@pytest.mark.parametrize(
    ("shape", "crs"),
    [(SQUARE, "EPSG:32649"), (SOUTHERN, "EPSG:32749")],
)
def test_a_utm_zone_given_by_hand_is_told_with_what_it_makes(tmp_path, shape, crs):
    (said,) = told(written(tmp_path, shape, None), crs)
    assert "differ by 400 ppm of the distance from the equator, some 1.8 km here" in said


def test_web_mercator_given_by_hand_is_told(tmp_path):
    (said,) = told(written(tmp_path, MERCATOR, None), "EPSG:3857")
    assert "no surveyor's plane" in said


@pytest.mark.parametrize("crs", ["EPSG:4546", "EPSG:4490"])
def test_national_systems_given_by_hand_are_not_told(tmp_path, crs):
    shape = SQUARE if crs == "EPSG:4546" else shapely.box(111, 39.5, 111.01, 39.51)
    assert told(written(tmp_path, shape, None), crs) == []


@pytest.mark.parametrize(("shape", "crs"), [(SQUARE, "EPSG:32649"), (MERCATOR, "EPSG:3857")])
def test_a_file_that_states_them_itself_is_believed(tmp_path, shape, crs):
    path = written(tmp_path, shape, crs)
    assert told(path, None) == told(path, crs) == []
