"""The page that ``inspect --map`` writes: look at features, their corners and how they were read."""

import json

import pytest

pytestmark = pytest.mark.browser

INNER = [
    [111.302, 39.602],
    [111.304, 39.602],
    [111.304, 39.604],
    [111.302, 39.604],
    [111.302, 39.602],
]
OUTER = [[111.3, 39.6], [111.31, 39.6], [111.31, 39.61], [111.3, 39.61], [111.3, 39.6]]


def right(number, ring, **more):
    values = {"许可证号": number, "权利状态": "有效", "矿业权类型": "采矿权", **more}
    return {
        "type": "Feature",
        "properties": values,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


@pytest.fixture
def look(tmp_path, visit):
    """Return a function that opens the page of features."""
    from webmap import cli

    def open_page(*features, **more):
        source, page = tmp_path / "申请.geojson", tmp_path / "图.html"
        source.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
        assert cli.main(["inspect", str(source), "--map", str(page)]) == 0
        return visit(page.as_uri(), **more)

    return open_page


def rows(page):
    return [" ".join(t.split()) for t in page.locator(".mz-look-row").all_inner_texts()]


def test_features_issues_and_language(look):
    page = look(right("C1", OUTER, 矿山名称="东山石料厂"), right("C2", INNER, 矿山名称="西沟铁矿"))
    assert page.title() == "申请.geojson"
    assert page.inner_text(".mz-notes").endswith("读入 2 个要素，拒绝 0 个")
    assert rows(page) == [
        "东山石料厂 C1 · 矿业权 · 0.9535 km²",
        "西沟铁矿 C2 · 矿业权 · 0.0381 km²",
    ]
    assert "字段未使用" not in page.inner_text(".mz-look-issues")
    page.click("#mz-language")
    assert rows(page)[0] == "东山石料厂 C1 · Mining right · 0.9535 km²"
    assert page.evaluate("document.documentElement.lang") == "en"


def test_a_row_opens_and_shows_the_feature(look):
    page = look(right("C1", OUTER, 矿山名称="东山石料厂"), right("C2", INNER, 矿山名称="西沟铁矿"))
    page.click(".mz-look-row >> nth=1")
    assert page.locator('.mz-look-row[aria-expanded="true"]').count() == 1
    assert "采矿权" in page.inner_text(".mz-look-rows .mz-facts")
    west, north = page.evaluate("(b => [b.getWest(), b.getNorth()])(minezone.app.map.getBounds())")
    assert west > 111.295 and north < 39.609
    # The outline and its four corners.
    assert page.evaluate("minezone.app.ground.shown.chosen.getLayers().length") == 6
    page.keyboard.press("Escape")
    assert page.locator('.mz-look-row[aria-expanded="true"]').count() == 0


def test_the_map_chooses_the_smallest_under_the_pointer(look):
    page = look(right("C1", OUTER), right("C2", INNER))
    at = page.evaluate(
        "(p => [p.x, p.y])(minezone.app.map.latLngToContainerPoint([39.603, 111.303]))"
    )
    box = page.locator("#mz-main").bounding_box()
    page.mouse.click(box["x"] + at[0], box["y"] + at[1])
    page.wait_for_selector('.mz-look-row[aria-expanded="true"]')
    assert page.locator('.mz-look-row[aria-expanded="true"]').get_attribute("data-row") == "1"


def test_a_single_feature_is_open_on_a_phone_too(look):
    page = look(right("C1", OUTER), size=(390, 780))
    assert page.locator('.mz-look-row[aria-expanded="true"]').count() == 1
    high = page.locator("#mz-main").bounding_box()["height"]
    assert high > 300
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
