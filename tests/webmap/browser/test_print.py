"""The printed sheet: what stands on it, its scale, and the PDF that Chromium makes of it."""

import re

import pytest
from pyproj import Geod

pytestmark = pytest.mark.browser

GEOD = Geod(a=6378137, rf=298.257222101)


def open_sheet(open_file, scene, fragment="#s=mining_right:C1400001"):
    page = open_file(scene, fragment)
    page.click("#mz-print-button")
    return page


def texts(page, selector):
    return [" ".join(t.split()) for t in page.locator(selector).all_inner_texts()]


def true_scale(page):
    """The denominator of the scale in the middle of the sheet, by the geodesic."""
    size = page.evaluate("minezone.app.map.getSize()")
    a, b = (
        page.evaluate(
            "p => minezone.app.map.containerPointToLatLng(p)", [size["x"] / 2 + d, size["y"] / 2]
        )
        for d in (-96, 96)
    )  # two inches
    return GEOD.inv(a["lng"], a["lat"], b["lng"], b["lat"])[2] / 0.0508


def test_the_sheet_has_all_a_map_needs(open_file, scene):
    page = open_sheet(open_file, scene)
    assert texts(page, ".mz-sheet-head h1") == ["甲县矿业权审查"]
    foot = texts(page, ".mz-sheet-foot span")
    assert foot[0].startswith("坐标系 CGCS2000（EPSG:4490）")
    assert re.fullmatch(r"制图日期 \d{4}-\d\d-\d\d", foot[1])
    assert foot[2:] == ["判定时间 2026-11-25 08:30 UTC", "报告编号 r-1"]
    assert page.locator(".mz-north").get_attribute("aria-label") == "北"
    assert texts(page, ".mz-sheet-strip .mz-legend-list li") == [
        "不符合", "待核", "缺数据", "符合", "斜线：有事项缺数据未判", "重叠范围",
    ]  # fmt: skip
    assert texts(page, ".mz-sheet-scale") == ["1:10 000"]
    assert true_scale(page) == pytest.approx(10000, rel=1e-3)
    assert texts(page, ".mz-sheet-side h2") == ["青石梁"]
    assert texts(page, ".mz-sheet-side .mz-card h4") == ["矿业权范围重叠", "保安矿柱", "采石场间距"]
    assert page.locator(".mz-sheet-side .mz-quote").first.is_visible()
    assert texts(page, ".mz-sheet .mz-label-chosen") == ["青石梁"]
    assert len(texts(page, ".mz-tick-x0")) >= 2 and len(texts(page, ".mz-tick-y0")) >= 2


def test_paper_and_scale_can_be_chosen(open_file, scene):
    page = open_sheet(open_file, scene)
    page.select_option("#mz-print-scale", "25000")
    assert texts(page, ".mz-sheet-scale") == ["1:25 000"]
    assert true_scale(page) == pytest.approx(25000, rel=1e-3)
    page.select_option("#mz-print-paper", "A3")
    assert true_scale(page) == pytest.approx(25000, rel=1e-3)
    page.fill("#mz-print-title", "请示用图")
    page.keyboard.press("Tab")
    assert texts(page, ".mz-sheet-head h1") == ["请示用图"]
    assert page.locator(".mz-sheet").bounding_box()["width"] == pytest.approx(
        400 / 25.4 * 96, abs=1
    )


def test_the_sheet_holds_the_evidence_too(open_file, scene):
    page = open_sheet(open_file, scene, "#s=tailings_facility:WK-1")
    west = page.evaluate("minezone.app.map.getBounds().getWest()")
    east = page.evaluate("minezone.app.map.getBounds().getEast()")
    assert west < 111.205 and east > 111.23  # the end of the line, and the pond


def test_ticks_stand_where_they_say(open_file, scene):
    page = open_sheet(open_file, scene)
    tick = page.locator(".mz-tick-x0").first
    degrees, minutes, seconds = re.fullmatch(
        r"(\d+)°(\d+)′(?:(\d+)″)?E", tick.inner_text().strip()
    ).groups()
    lon = int(degrees) + int(minutes) / 60 + int(seconds or 0) / 3600
    at = float(tick.evaluate("n => n.style.left").removesuffix("px"))
    assert page.evaluate(
        "x => minezone.app.map.containerPointToLatLng([x, 5]).lng", at
    ) == pytest.approx(lon, abs=2e-5)


def test_closing_brings_back_the_page_as_it_was(open_file, scene):
    page = open_file(scene, "#s=mining_right:C1400001")
    where = "(c => [c.lat, c.lng, minezone.app.map.getZoom()])(minezone.app.map.getCenter())"
    before = page.evaluate(where)
    page.click("#mz-print-button")
    page.keyboard.press("Escape")
    assert page.locator("#mz-print").is_hidden()
    assert page.evaluate(where) == pytest.approx(before, abs=5e-5)  # a pixel
    assert page.evaluate("location.hash").startswith("#s=mining_right%3AC1400001&v=")
    assert page.evaluate("document.activeElement.id") == "mz-print-button"
    assert page.evaluate("minezone.app.map.getContainer().parentNode.id") == "mz-main"
    page.click(".mz-row >> nth=5")
    page.wait_for_selector("#mz-name:text-is('南梁')")


@pytest.mark.parametrize(("paper", "size"), [("A4", (841.89, 595.28)), ("A3", (1190.55, 841.89))])
def test_the_pdf(open_file, scene, paper, size):
    page = open_sheet(open_file, scene)
    page.select_option("#mz-print-paper", paper)
    sizes = pages(page.pdf(prefer_css_page_size=True, print_background=True))
    assert len(sizes) == 1
    assert sizes[0] == (pytest.approx(size[0], abs=1), pytest.approx(size[1], abs=1))


def test_printing_without_the_button_makes_the_sheet_too(open_file, scene):
    page = open_file(scene, "#s=mining_right:C1400001")
    data = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(pages(data)) == 1
    assert pages(data)[0][0] == pytest.approx(841.89, abs=1)
    assert page.locator("#mz-print").is_hidden()


def test_what_finds_no_room_goes_on_to_further_pages(open_file, make):
    scene = make.county()
    a = scene["subjects"][0]
    for k in range(30):
        code = f"MR{200 + k}"
        scene["rules"][code] = {"title": make.both(f"规则{k}", f"Rule {k}"), "strength": "veto"}
        scene["findings"].append(
            make.finding(100 + k, code, a, "FAIL", make.both("说明" * 60, "word " * 60))
        )
    page = open_sheet(open_file, scene)
    here, there = (
        page.locator(f"{box} .mz-card").count() for box in (".mz-sheet-side", ".mz-sheet-next")
    )
    assert here + there == 33 and here > 0 and there > 20
    assert texts(page, ".mz-sheet-next h1") == ["甲县矿业权审查 · 青石梁（续）"]
    inside = page.evaluate(
        "(s => s.scrollHeight <= s.clientHeight + 1)(document.querySelector('.mz-sheet-side'))"
    )
    assert inside
    assert len(pages(page.pdf(prefer_css_page_size=True, print_background=True))) >= 2


def test_without_a_selection_the_whole_view_is_printed(open_file, scene):
    page = open_sheet(open_file, scene, "")
    assert texts(page, ".mz-sheet-side h2") == ["总览"]
    assert "未选对象：图幅为全图" in page.inner_text(".mz-sheet-side")


def pages(data):
    """Width and height of each page of a PDF, points."""
    boxes = re.findall(rb"/MediaBox\s*\[([\d. ]+)\]", data)
    return [tuple(float(v) for v in box.split())[2:] for box in boxes]
