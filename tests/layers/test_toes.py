"""Dam toes in columns are on a datum, as outlines are."""

import numpy as np
import pyproj
import pytest
import shapely

from layers.catalog import schema
from layers.datum_file import read_datum
from layers.loader import load

POND = schema("tailings_facility")


def box(k=0.0, side=0.01):
    return shapely.box(111 + k, 39.5, 111 + k + side, 39.5 + side)


def stated(columns):
    """Return the user's word that the fields of ``columns`` are the toe's, whatever their names."""
    return dict(zip(("toe_lon", "toe_lat"), list(columns)[1:], strict=True))


def unread(layer):
    """Return column -> rows of what could not be read."""
    rows = {c.name: np.flatnonzero(layer.is_unread(c.name)).tolist() for c in layer.schema.columns}
    return {name: found for name, found in rows.items() if found}


def in_zone_49(lon, lat, crs):
    """Return a square about a place in degrees, on the plane of an old datum about 111 E."""
    plane = pyproj.CRS.from_user_input(crs)
    way = pyproj.Transformer.from_crs(plane.geodetic_crs, plane, always_xy=True)
    x, y = way.transform(lon, lat)
    return shapely.box(x - 100, y - 100, x + 100, y + 100)


@pytest.fixture
def to_the_east(tmp_path):
    """Parameters that move Xian 1980 by 600 m to the east, and hardly to the north."""
    path = tmp_path / "参数.toml"
    path.write_text(
        'datum = "西安80"\naccuracy_m = 0.1\n[four]\nmeridian = 111\ndx = 0\ndy = 600\n'
        "rotation_s = 0\nscale_ppm = 0\n",
        encoding="utf-8",
    )
    return read_datum(path)


@pytest.mark.parametrize("crs", ["EPSG:2382", "EPSG:4610"])
@pytest.mark.parametrize("lon", ["坝脚经度（度）", "坝脚经度_西安80", "toe_lon"])
def test_toes_go_the_way_of_their_outlines(make_source, settings, codes_of, to_the_east, crs, lon):
    outline = in_zone_49(111.2, 39.6, crs) if crs == "EPSG:2382" else box(0.2)
    columns = {"facility_no": ["W1", "W2"], lon: [111.2, None], "坝脚纬度": [39.6, None]}
    source = make_source(columns, [outline, outline], crs=crs)
    layer = load(source, POND, settings(shift=to_the_east, fields=stated(columns)))
    moved = layer.number("toe_lon")[0], layer.number("toe_lat")[0]
    away = pyproj.Geod(ellps="GRS80").inv(111.2, 39.6, *moved)[2]
    assert away == pytest.approx(600, abs=10)  # and the change of the ellipsoid
    assert moved[0] == pytest.approx(111.2 + 600 / 85_900, abs=1e-4)
    assert ("toe_moved" in codes_of(layer.issues), unread(layer)) == (True, {})
    assert np.isnan(layer.number("toe_lon")[1])


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "EPSG:4979"])
@pytest.mark.parametrize("lon", ["坝脚经度", "坝脚经度_CGCS2000", "坝脚经度_WGS84"])
def test_toes_in_cgcs2000_stay_where_they_are(make_source, settings, to_the_east, crs, lon):
    columns = {"facility_no": ["W1", "W2"], lon: [111.75, None], "坝脚纬度": [39.66, 39.6]}
    source = make_source(columns, crs=crs)
    layer = load(source, POND, settings(shift=to_the_east, fields=stated(columns)))
    assert (layer.number("toe_lon")[0], layer.number("toe_lat")[0]) == (111.75, 39.66)
    assert not {"toe_moved", "toe_unread"} & {i.code for i in layer.issues}


def test_toes_whose_fields_state_cgcs2000_stay_beside_outlines_of_another_datum(
    make_source, settings, codes_of, to_the_east
):
    columns = {
        "facility_no": ["W1"],
        "坝脚经度_CGCS2000": [111.75],
        "坝脚纬度_CGCS2000": [39.66],
    }
    source = make_source(columns, [box(0.2)], crs="EPSG:4610")
    layer = load(source, POND, settings(shift=to_the_east, fields=stated(columns)))
    assert (layer.number("toe_lon")[0], layer.number("toe_lat")[0]) == (111.75, 39.66)
    assert "toe_moved" not in codes_of(layer.issues)


@pytest.mark.parametrize(
    ("crs", "lon", "lat"),
    [
        ("EPSG:4490", "坝脚经度_西安80", "坝脚纬度_西安80"),  # no way there is given
        ("EPSG:4490", "坝脚经度_西安80", "坝脚纬度"),
        ("EPSG:4490", "坝脚经度_西安80", "坝脚纬度_北京54"),
    ],
)
def test_toes_that_no_way_leads_to_are_unread(make_source, settings, codes_of, crs, lon, lat):
    columns = {"facility_no": ["W1", "W2"], lon: [111.2, None], lat: [39.6, None]}
    layer = load(make_source(columns, crs=crs), POND, settings(fields=stated(columns)))
    assert unread(layer) == {"toe_lon": [0], "toe_lat": [0]}
    assert "toe_unread" in codes_of(layer.issues)


def test_half_a_toe_on_another_datum_is_unread(make_source, settings, to_the_east):
    columns = {"facility_no": ["W1"], "坝脚经度": [111.2], "坝脚纬度": [None]}
    source = make_source(columns, [box(0.2)], crs="EPSG:4610")
    layer = load(source, POND, settings(shift=to_the_east, fields=stated(columns)))
    assert unread(layer) == {"toe_lon": [0], "toe_lat": [0]}
