"""Coordinates, lengths and areas of the page against PROJ, which shares no code with it."""

import math
import random

import pytest
from pyproj import CRS, Geod, Transformer

pytestmark = pytest.mark.browser

GEOD = Geod(a=6378137, rf=298.257222101)


@pytest.fixture
def page(open_file, scene):
    return open_file(scene)


def test_zone_coordinates_to_the_centimetre(page):
    rng = random.Random(20261125)
    for zone in range(25, 46):  # EPSG:4513 is zone 25, EPSG:4533 zone 45
        crs = CRS.from_epsg(4488 + zone)
        there = Transformer.from_crs(4490, crs, always_xy=True)
        for _ in range(20):
            lon = zone * 3 + rng.uniform(-1.4999, 1.4999)
            lat = rng.uniform(3, 54)
            east, north = there.transform(lon, lat)
            got = page.evaluate("([o, a]) => minezone.geodesy.zone3(o, a)", [lon, lat])
            assert got["zone"] == zone
            assert got["x"] == pytest.approx(north, abs=1e-6)
            assert got["y"] == pytest.approx(east, abs=1e-6)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (112.518948333, "112°31′08.214″"),
        (37.0, "37°00′00.000″"),
        (37.9999999999, "38°00′00.000″"),
        (-0.0166666667, "0°01′00.000″"),
        (59.99999986, "59°59′59.999″"),
        (59.99999987, "60°00′00.000″"),
    ],
)
def test_degrees_to_a_thousandth_of_a_second(page, value, text):
    assert page.evaluate("v => minezone.geodesy.dms(v)", value) == text


def test_the_read_out_follows_the_pointer(page):
    frame = page.locator(".folium-map").bounding_box()
    page.mouse.move(frame["x"] + 300, frame["y"] + 200)
    box = page.locator("#mz-xy")
    lon, lat = (float(box.get_attribute(f"data-{k}")) for k in ("lon", "lat"))
    at = page.evaluate("minezone.app.map.containerPointToLatLng([300, 200])")
    assert (lon, lat) == (pytest.approx(at["lng"], abs=1e-9), pytest.approx(at["lat"], abs=1e-9))
    east, north = Transformer.from_crs(4490, 4525, always_xy=True).transform(lon, lat)
    told = page.locator("#mz-xy span").all_inner_texts()
    assert told[1:] == ["37 带", f"X {north:.2f}", f"Y {east:.2f}", "CGCS2000"]


def test_lengths_and_areas_are_geodesic(page):
    rng = random.Random(7)
    for _ in range(60):
        lon, lat = rng.uniform(75, 134), rng.uniform(18, 52)
        reach = rng.choice([0.001, 0.01, 0.1, 1.0, 4.0])
        ring = [
            [
                lon + reach * math.cos(k) * rng.uniform(0.4, 1),
                lat + reach * math.sin(k) * rng.uniform(0.4, 1),
            ]
            for k in (0.1, 1.1, 2.0, 3.3, 4.4, 5.6)
        ]
        area, length = GEOD.polygon_area_perimeter(*zip(*ring, strict=True))
        got = page.evaluate(
            "r => [minezone.geodesy.area(r), minezone.geodesy.length(r.concat([r[0]]))]", ring
        )
        assert got[0] == pytest.approx(abs(area), rel=1e-9, abs=1e-3)
        assert got[1] == pytest.approx(length, abs=1e-4)


@pytest.mark.parametrize("mode", ["line", "area"])
def test_the_measure_control(page, mode):
    page.click(f'[data-tool="measure_{mode}"]')
    places = [(37.54, 111.235), (37.55, 111.25), (37.53, 111.26)]
    for lat, lng in places:
        click(page, lat, lng)
    page.keyboard.press("Enter")
    drawn = page.evaluate("minezone.app.ground.shown.measure.getLayers().length")
    assert drawn == 4  # the figure and its three corners
    corners = page.evaluate(
        "minezone.app.ground.shown.measure.getLayers().slice(1).map(c => [c.getLatLng().lng, c.getLatLng().lat])"
    )
    if mode == "line":
        length = GEOD.line_length(*zip(*corners, strict=True))
        told = page.locator('[data-measure="length"]')
        assert float(told.get_attribute("data-value")) == pytest.approx(length, abs=1e-4)
        assert told.inner_text() == f"{length:,.2f} m"
    else:
        area, around = GEOD.polygon_area_perimeter(*zip(*corners, strict=True))
        told = page.locator('[data-measure="surface"]')
        assert float(told.get_attribute("data-value")) == pytest.approx(abs(area), rel=1e-9)
        assert told.inner_text() == f"{abs(area) / 1e6:,.4f} km² · {abs(area):,.0f} m²"
        told = page.locator('[data-measure="perimeter"]')
        assert float(told.get_attribute("data-value")) == pytest.approx(around, abs=1e-4)
    assert page.locator("#mz-name").count() == 0  # measuring selects nothing
    page.keyboard.press("Escape")
    assert page.locator("#mz-measure").is_hidden()
    assert page.evaluate("minezone.app.ground.shown.measure.getLayers().length") == 0


def test_measuring_by_keyboard(page):
    page.click('[data-tool="measure_line"]')
    page.locator(".folium-map").focus()
    page.keyboard.press(" ")
    start = page.evaluate("minezone.app.map.getCenter()")
    page.evaluate("minezone.app.map.panBy([200, 0], {animate: false})")
    page.keyboard.press(" ")
    end = page.evaluate("minezone.app.map.getCenter()")
    page.keyboard.press("Enter")
    length = GEOD.inv(start["lng"], start["lat"], end["lng"], end["lat"])[2]
    value = float(page.locator('[data-measure="length"]').get_attribute("data-value"))
    assert value == pytest.approx(length, abs=1e-4)
    page.keyboard.press("Backspace")
    assert page.locator('[data-measure="length"]').get_attribute("data-value") == "0"


def test_the_scale_bar_is_true(page):
    bar = page.locator(".mz-legend .mz-scale")
    metres = float(bar.get_attribute("data-metres"))
    wide = page.locator(".mz-legend .mz-scale-line").bounding_box()["width"]
    across = page.evaluate("w => minezone.metresAcross(minezone.app.map, w)", wide)
    assert across == pytest.approx(metres, rel=0.01)
    size = page.evaluate("minezone.app.map.getSize()")
    a, b = (
        page.evaluate(
            "p => minezone.app.map.containerPointToLatLng(p)", [size["x"] / 2 + d, size["y"] / 2]
        )
        for d in (-50, 50)
    )
    true = GEOD.inv(a["lng"], a["lat"], b["lng"], b["lat"])[2]
    assert page.evaluate("minezone.metresAcross(minezone.app.map, 100)") == pytest.approx(
        true, rel=1e-9
    )


def click(page, lat, lng):
    at = page.evaluate("([a, o]) => minezone.app.map.latLngToContainerPoint([a, o])", [lat, lng])
    frame = page.locator(".folium-map").bounding_box()
    page.mouse.click(frame["x"] + at["x"], frame["y"] + at["y"])
