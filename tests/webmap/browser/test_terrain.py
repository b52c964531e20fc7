"""Paths below dams: direction, distances, who is there, and the ground's profile."""

import re

import pytest
from pyproj import Geod

from analysis.style import ROLE_LABELS

from .conftest import SOUTH, WEST

pytestmark = pytest.mark.browser

GEOD = Geod(a=6378137, rf=298.257222101)
START = (WEST + 0.025, SOUTH + 0.05)
DETAIL = "minezone.flows(minezone.app.panel.detail())"


def along(metres, aside=0.0):
    """A place so far north of the path's start, and so far east of the path."""
    lon, lat, _ = GEOD.fwd(*START, 0, metres)
    return list(GEOD.fwd(lon, lat, 90, aside)[:2])


def path(high=True):
    """1,200 m due north, falling 3 in 100 from 900 m."""
    corners = [along(m) + ([900 - 0.03 * m] if high else []) for m in range(0, 1201, 100)]
    return {"type": "LineString", "coordinates": corners}


def line(metres, aside):
    return {"type": "LineString", "coordinates": [along(metres, aside), along(metres)]}


def piece(role, geometry):
    return {"role": role, "label": None, "geometry": geometry}


def related(number, name):
    return [{"layer": "settlement", "feature_id": f"settlement:{number}", "source_id": number, "name": name}]  # fmt: skip


@pytest.fixture
def dam(make):
    """The county, a pond with a village on the path and another aside of it."""
    scene = make.county()
    pond = next(s for s in scene["subjects"] if s["id"] == "tailings_facility:WK-1")
    pond["rules"]["TF201"], pond["counts"]["REVIEW"] = "FAIL", 1
    limit = {"value": 1000, "unit": "m", "comparison": ">"}
    corridor = make.box(2.4, 5.0, 0.002, 0.009)
    scene["findings"] += [
        make.finding(
            20, "TF201", pond, "FAIL", make.both("李家坪在走廊内", "Lijiaping is in the corridor"),
            measured={"value": 546.9, "unit": "m", "uncertainty": 5.2}, threshold=limit,
            related=related("S2", "李家坪"),
            evidence=[piece("corridor", corridor), piece("flow_path", path()),
                      piece("shortest_line", line(560, 40))],
        ),
        make.finding(
            21, "TF201", pond, "REVIEW", make.both("王家庄在扇形内", "Wangjiazhuang in the sector"),
            threshold=limit, related=related("S3", "王家庄"),
            evidence=[piece("shortest_line", line(800, 300))],
        ),
    ]  # fmt: skip
    scene["features"] += [
        {"layer": "settlement", "id": f"settlement:{number}", "subject": False, "name": name,
         "number": number, "geometry": {"type": "Point", "coordinates": along(metres, aside)}}
        for number, name, metres, aside in [("S2", "李家坪", 560, 40), ("S3", "王家庄", 800, 300)]
    ]  # fmt: skip
    scene["rules"]["TF201"] = {"title": make.both("下游1公里", "1 km below"), "strength": "veto"}
    return scene


HASH = "#s=tailings_facility:WK-1"
CHOSEN = f"{HASH}&f={20:032x}"


def texts(page, selector):
    return [" ".join(t.split()) for t in page.locator(selector).all_inner_texts()]


@pytest.fixture(params=["file", "server"])
def open_map(request):
    return request.getfixturevalue(f"open_{request.param}")


def test_the_path_is_measured_and_marked(open_map, dam):
    page = open_map(dam, CHOSEN)
    page.wait_for_selector(".mz-label-mark")
    assert sorted(texts(page, ".mz-label-mark")) == ["1 km", "500 m", "起点 0"]
    # The neighbour's name stands once, with its distance along the path, not that of the line.
    assert texts(page, ".mz-label-evidence") == ["李家坪 546.9 m"]
    assert "李家坪" not in texts(page, ".mz-label-related")
    (one,) = page.evaluate(f"{DETAIL}.map(p => ({{chain: p.chain, limit: p.limit}}))")
    assert one["chain"] == pytest.approx(range(0, 1201, 100), abs=1e-3)
    assert one["limit"] == 1000
    marks = page.evaluate(f"minezone.flowMarks({DETAIL}[0])")
    assert [(m["metres"], m["limit"]) for m in marks] == [(0, False), (500, False), (1000, True)]
    for mark in marks:
        assert mark["at"][:2] == pytest.approx(along(mark["metres"]), abs=1e-9)
        assert mark["at"][2] == pytest.approx(900 - 0.03 * mark["metres"], abs=1e-6)
    within, beyond = page.evaluate(f"minezone.flowParts({DETAIL}[0])")
    assert within[-1][:2] == beyond[0][:2] == pytest.approx(along(1000), abs=1e-9)
    assert beyond[-1][:2] == pytest.approx(along(1200), abs=1e-9)


def test_the_profile_shows_ground_limit_and_people_where_they_are(open_file, dam):
    page = open_file(dam, CHOSEN)
    page.wait_for_selector(".mz-profile svg")
    assert texts(page, '.mz-card[data-rule="TF201"][data-verdict="FAIL"] figcaption') == [
        "纵剖面 1200 m · 高程 900.0 → 864.0 m · 竖向 ×11"
    ]
    assert page.locator(".mz-profile").count() == 1  # with the finding that has the path
    # 270 units of width to 1,200 m from 36 on; 96 units of height from 900 m down to 860 m.
    ground = page.locator(".mz-profile svg > g > path[fill=none]").first.get_attribute("d")
    x, y = zip(*(map(float, p.split()) for p in ground[1:].split(" L")), strict=True)
    assert x == pytest.approx([36 + 22.5 * k for k in range(11)], abs=0.06)
    top = y[0]
    assert y == pytest.approx([top + 96 * 3 * k / 40 for k in range(11)], abs=0.06)
    stems = page.locator(".mz-profile-person")
    assert stems.locator("text").all_text_contents() == ["李家坪 546.9 m", "王家庄 （走廊外）"]
    at = [
        float(re.match(r"M([\d.]+)", d)[1])
        for d in stems.locator("path").evaluate_all("all => all.map(p => p.getAttribute('d'))")
    ]
    assert at == pytest.approx([36 + 0.225 * 546.9, 36 + 0.225 * 800], abs=0.06)
    fills = stems.locator("path").evaluate_all("all => all.map(p => p.getAttribute('fill'))")
    assert fills[0].startswith("#") and fills[1] == "#fff"  # hollow: not in the corridor
    limit = page.locator(".mz-profile svg > line[stroke-dasharray]")
    assert float(limit.get_attribute("x1")) == pytest.approx(36 + 225, abs=0.06)
    spoken = page.locator(".mz-profile svg").get_attribute("aria-label")
    assert "李家坪 546.9 m" in spoken and "900.0" in spoken


def test_names_in_a_profile_never_cross(open_file, dam, make):
    for k, metres in enumerate([530, 560, 600, 640, 980, 995]):
        dam["findings"].append(
            make.finding(
                30 + k, "TF201", dam["subjects"][1], "FAIL", make.both("", ""),
                measured={"value": metres, "unit": "m", "uncertainty": None},
                related=related(f"N{k}", "很长的村庄名称甲乙丙丁戊"),
                evidence=[piece("shortest_line", line(metres, 20))],
            )
        )  # fmt: skip
    page = open_file(dam, CHOSEN)
    page.wait_for_selector(".mz-profile svg")
    assert page.locator(".mz-profile-person > path").count() == 8  # every one has its mark
    boxes = page.locator(".mz-profile-person > text").evaluate_all(
        "all => all.map(t => { const b = t.getBoundingClientRect();"
        " return [b.left, b.top, b.right, b.bottom]; })"
    )
    frame = page.locator(".mz-profile svg").bounding_box()
    assert 2 <= len(boxes) <= 6
    for k, a in enumerate(boxes):
        assert frame["x"] <= a[0] and a[2] <= frame["x"] + frame["width"]
        for b in boxes[:k]:
            apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] + 2 or b[3] <= a[1] + 2
            assert apart, (a, b)


def test_without_heights_there_is_no_profile_but_the_path(open_file, dam):
    dam["findings"][-2]["evidence"][1]["geometry"] = path(high=False)
    page = open_file(dam, CHOSEN)
    page.wait_for_selector(".mz-label-mark")
    assert page.locator(".mz-profile").count() == 0


def test_the_legend_names_every_role_as_it_is_drawn(open_file, dam, make):
    dam["findings"][-1]["evidence"] += [
        piece("ridge_run", line(300, 200)),
        piece("exclusion_zone", make.box(2.1, 5.1, 0.003, 0.003)),
    ]
    page = open_file(dam, HASH)
    page.wait_for_selector(".mz-label-mark")
    shown = ["shortest_line", "flow_path", "corridor", "exclusion_zone", "ridge_run"]
    for lang, side in (("zh", "zh"), ("en", "en")):
        page.evaluate("l => minezone.app.setLang(l)", lang)
        named = texts(page, ".mz-legend-list >> nth=1 >> li")
        assert sorted(named) == sorted(getattr(ROLE_LABELS[role], side) for role in shown)
    assert sorted(texts(page, ".mz-label-mark")) == ["1 km", "500 m", "Start 0"]
    looks = page.evaluate(
        "r => r.map(role => minezone.app.styles.evidence(role, 'FAIL', false))", shown
    )
    look = dict(zip(shown, looks, strict=True))
    assert look["flow_path"]["arrows"] and not look["shortest_line"]["arrows"]
    assert 0 < look["corridor"]["fillOpacity"] < 0.5 and look["exclusion_zone"]["dashArray"]
    assert look["ridge_run"]["weight"] == max(one["weight"] for one in looks)


def test_arrows_point_the_way_the_water_goes(open_file, dam):
    page = open_file(dam, CHOSEN)
    page.wait_for_selector(".mz-label-mark")
    turns = page.evaluate(
        """() => {
          const turns = [], rotate = CanvasRenderingContext2D.prototype.rotate;
          CanvasRenderingContext2D.prototype.rotate = function (a) { turns.push(a); rotate.call(this, a); };
          minezone.app.ground.flush();
          return turns;
        }"""
    )
    assert len(turns) >= 2
    assert turns == pytest.approx([-1.5708] * len(turns), abs=0.01)  # up the screen: north


def test_the_sheet_prints_the_profile(open_file, dam):
    page = open_file(dam, CHOSEN)
    page.click("#mz-print-button")
    assert page.locator(".mz-sheet-side .mz-profile svg").is_visible()
    assert "下泄流径" in texts(page, ".mz-sheet-strip .mz-legend-list li")
    inside = page.evaluate("(s => s.scrollHeight <= s.clientHeight + 1)(document.querySelector('.mz-sheet-side'))")  # fmt: skip
    assert inside


def test_names_are_text_in_the_profile_too(open_server, dam, payloads):
    text = "".join(payloads.values())
    dam["findings"][-2]["related"][0]["name"] = text
    page = open_server(dam, CHOSEN)
    page.wait_for_selector(".mz-profile svg")
    (name, _) = page.locator(".mz-profile-person text").all_text_contents()
    assert name == f"{text[:9]}… 546.9 m"
    assert page.evaluate("window.PWN === undefined")


# -- what a served page is told ------------------------------------------------------------------


PICTURE = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # fmt: skip


def test_a_served_page_asks_for_its_terrain(open_server, scene, until):
    scene["hillshade"] = {"ask": "/api/reports/r-1/hillshade"}
    bounds = [[37.4, 111.1], [37.7, 111.4]]
    page = open_server(
        scene, answers={"/hillshade": {"url": PICTURE, "bounds": bounds, "why": None}}
    )
    until(page, "document.querySelectorAll('.leaflet-mz-hillshade-pane img').length === 1")
    assert page.get_attribute(".leaflet-mz-hillshade-pane img", "src") == PICTURE
    page.click(".mz-layers summary")
    page.uncheck('input[data-layer="hillshade"]')
    assert page.locator(".leaflet-mz-hillshade-pane img").count() == 0


def test_terrain_that_cannot_be_drawn_is_said(open_server, scene, make):
    scene["hillshade"] = {"ask": "/api/reports/r-1/hillshade"}
    why = make.both("a.tif：高程数据无法读取", "a.tif: cannot be read")
    page = open_server(scene, answers={"/hillshade": {"url": None, "bounds": None, "why": why}})
    page.wait_for_selector(".mz-legend p:has-text('地图上没有地形')")
    assert texts(page, ".mz-legend p.mz-quiet") == ["地图上没有地形：a.tif：高程数据无法读取"]


def test_a_served_overview_counts_by_rule(open_server, scene, until):
    scene["rule_counts"] = {"MR101": {"FAIL": 700, "PASS": 2}, "MR103": {"NO_DATA": 5}}
    page = open_server(scene)
    assert texts(page, ".mz-table tbody tr") == [
        "MR101 矿业权范围重叠 700 0 0 2", "MR103 保安矿柱 0 0 5 0",
    ]  # fmt: skip
