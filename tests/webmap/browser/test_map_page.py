"""From opening the page to the evidence on the ground; what the address remembers."""

import pytest

pytestmark = pytest.mark.browser


def texts(page, selector):
    return [" ".join(t.split()) for t in page.locator(selector).all_inner_texts()]


@pytest.fixture(params=["file", "server"])
def open_map(request, open_file, open_server):
    return open_file if request.param == "file" else open_server


def test_the_head_says_what_the_result_rests_on(open_map, scene):
    page = open_map(scene)
    assert page.title() == "甲县矿业权审查"
    assert page.inner_text(".mz-notes") == (
        "规则库 CN-14 2026.11 · 法规截至 2026-11-25 · 数据 12 层，2 层未声明覆盖范围 · 数据警告 3 条"
    )


def test_subjects_are_listed_worst_first(open_map, scene):
    page = open_map(scene)
    assert texts(page, ".mz-row-name") == ["青石梁", "河口尾矿库", "Dongpo", "西沟", "无判", "南梁"]
    assert texts(page, ".mz-row-more")[0] == "C1400001 · 0.4213 km² · 矿业权"
    assert page.locator(".mz-row-count [aria-hidden]").all_inner_texts() == [
        "1 / 3", "1 / 1", "1 / 2", "1 / 2", "1 / 1", "0 / 1",
    ]  # fmt: skip
    assert texts(page, ".mz-chip") == ["不符合 2", "待核 1", "缺数据 2", "符合 1"]
    labels = [m.get_attribute("aria-label") for m in page.locator(".mz-row-mark .mz-mark").all()]
    assert labels == ["不符合", "不符合", "待核", "缺数据", "缺数据", "符合"]


def test_from_the_list_to_the_evidence(open_map, scene):
    page = open_map(scene)
    page.click(".mz-row >> nth=0")
    page.wait_for_selector("#mz-name")
    assert page.inner_text("#mz-name") == "青石梁"
    assert texts(page, ".mz-panel .mz-badge") == ["不符合", "另有未判事项"]
    assert texts(page, ".mz-panel .mz-facts dd") == ["矿业权", "C1400001", "0.4213 km²", "石灰岩"]
    assert texts(page, ".mz-group-title") == ["不符合 1", "缺数据 1 · 缺什么", "符合 1"]
    card = page.locator('.mz-card[data-rule="MR101"]')
    assert card.locator("h4").inner_text() == "矿业权范围重叠"
    assert "与 Dongpo（C1400002）重叠 0.0392 km²" in card.inner_text()
    assert texts(page, '.mz-card[data-rule="MR101"] .mz-values') == ["实测 0.0392 km² 要求 ≤ 0 km²"]
    assert card.locator(".mz-quote p").inner_text() == "不得设立其他矿业权"
    assert (
        " ".join(card.locator("cite").inner_text().split())
        == "矿产资源法 第二十三条自 2025-07-01 起施行"
    )
    card.locator(".mz-locate").click()
    page.wait_for_selector(".mz-label-evidence")
    assert texts(page, ".mz-label-evidence") == ["重叠范围 0.0392 km²"]
    view = page.evaluate(
        "(b => [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()])(minezone.app.map.getBounds())"
    )
    assert view[0] < 111.228 and view[2] > 111.230 and view[1] < 37.526 and view[3] > 37.528
    assert view[2] - view[0] < 0.03
    assert page.evaluate("location.hash").startswith(
        "#s=mining_right%3AC1400001&f=" + "0" * 31 + "1&v="
    )
    assert page.locator(".mz-located").get_attribute("data-finding") == "0" * 31 + "1"


def test_values_that_differ_never_read_alike(open_file, scene):
    page = open_file(scene, "#s=mining_right:C1400001")
    told = texts(page, '.mz-card[data-rule="MR104"] .mz-values')
    assert told == ["实测 300.00004 m (中误差 1.5 m) 要求 > 300.00000 m"]


def test_the_address_brings_back_selection_language_and_view(open_map, scene, until):
    page = open_map(
        scene, "#s=tailings_facility%3AWK-1&f=" + "0" * 31 + "8&l=en&v=37.55,111.21,14.00"
    )
    assert page.inner_text("#mz-name") == "河口尾矿库"
    assert page.evaluate("document.documentElement.lang") == "en"
    page.wait_for_selector(".mz-label-evidence")
    assert texts(page, ".mz-label-evidence") == ["Shortest line 1,324.0 m"]
    assert page.evaluate("minezone.app.map.getZoom()") == 14
    center = page.evaluate("minezone.app.map.getCenter()")
    assert (round(center["lat"], 3), round(center["lng"], 3)) == (37.55, 111.21)
    page.evaluate("location.hash = '#s=mining_right:C1400004&l=zh'")
    until(page, "document.getElementById('mz-name').textContent === '南梁'")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


def test_a_click_on_the_map_opens_what_lies_there(open_map, scene):
    page = open_map(scene)
    click(page, 37.524, 111.254)
    page.wait_for_selector("#mz-name")
    assert page.inner_text("#mz-name") == "西沟"


def test_features_that_lie_upon_each_other_are_all_offered(open_map, scene):
    page = open_map(scene)
    click(page, 37.527, 111.229)
    page.wait_for_selector("#mz-chooser:not([hidden])")
    assert texts(page, ".mz-chooser p") == ["此处有 2 个要素"]
    assert sorted(texts(page, ".mz-choice-item")) == [
        "Dongpo 矿业权 · C1400002", "青石梁 矿业权 · C1400001",
    ]  # fmt: skip
    page.keyboard.press("Escape")
    assert page.locator("#mz-chooser").is_hidden()
    click(page, 37.527, 111.229)
    page.click('.mz-choice-item:has-text("Dongpo")')
    page.wait_for_selector("#mz-name")
    assert page.inner_text("#mz-name") == "Dongpo"


def test_context_is_said_not_to_be_judged(open_map, scene):
    page = open_map(scene)
    click(page, 37.55, 111.265)
    page.wait_for_selector("#mz-name")
    assert page.inner_text("#mz-name") == "李家坪"
    assert "参照要素，本次未作判定。" in page.inner_text("#mz-panel")


def test_related_features_can_be_opened(open_map, scene, until):
    page = open_map(scene, "#s=mining_right:C1400001")
    page.click(".mz-related .mz-link")
    until(page, "document.getElementById('mz-name').textContent === 'Dongpo'")


def test_not_applicable_is_folded_away(open_map, scene):
    page = open_map(scene, "#s=mining_right:C1400004")
    folded = page.locator(".mz-folded")
    assert folded.locator("summary").first.inner_text() == "不适用 1 项"
    assert not folded.locator(".mz-card").is_visible()
    folded.locator("summary").first.click()
    assert "不是地下开采" in folded.inner_text()


def test_what_is_known_of_an_undecided_value_never_reads_as_met(open_file, scene):
    finding = scene["findings"][1]
    finding["measured"] = {"value": 0, "unit": "m2", "uncertainty": None}
    finding["threshold"] = {"value": 0, "unit": "m2", "comparison": "<="}
    page = open_file(scene, "#s=mining_right:C1400001")
    told = texts(page, '.mz-card[data-rule="MR103"] .mz-values')
    assert told == ["已知部分（不足以判定） 0 m² 要求 ≤ 0 m²"]


def test_many_attributes_are_folded(open_file, make):
    scene = make.county()
    scene["subjects"][0]["facts"] = [[make.both(f"项{k}", f"item {k}"), str(k)] for k in range(9)]
    page = open_file(scene, "#s=mining_right:C1400001")
    assert texts(page, ".mz-head > .mz-facts dd") == [
        "矿业权",
        "C1400001",
        "0.4213 km²",
        "0",
        "1",
        "2",
        "3",
    ]
    assert page.inner_text(".mz-more-facts summary") == "其余 5 项属性"
    page.click(".mz-more-facts summary")
    assert texts(page, ".mz-more-facts dd") == ["4", "5", "6", "7", "8"]


def test_the_overview_counts_rules_and_leads_to_them(open_file, scene, until):
    page = open_file(scene)
    rows = texts(page, ".mz-table tbody tr")
    assert rows[0] == "MR101 矿业权范围重叠 1 1 1 2"
    page.click('.mz-table button[aria-label="MR101 符合 2"]')
    until(page, "document.querySelectorAll('.mz-row').length === 2")
    assert texts(page, ".mz-row-name") == ["西沟", "南梁"]


def test_states_are_said_in_words(open_map, make, scene):
    page = open_map(make.head([]))
    assert texts(page, ".mz-list .mz-message") == ["本次结果中没有判定对象。"]
    page = open_map(scene, "#s=mining_right:nothing")
    assert texts(page, "#mz-panel .mz-message") == ["没有编号为 mining_right:nothing 的对象。"]
    page.watch.problems.clear()  # the browser itself reports the server's 404


def test_a_result_without_its_findings_says_where_they_are(open_file, scene):
    page = open_file({**scene, "findings": []}, "#s=mining_right:C1400001")
    assert texts(page, "#mz-panel .mz-message") == [
        "结果过大，页内不含逐条判定；见 findings.csv，或用 minezone serve 打开。"
    ]


def test_a_server_that_fails_is_said_and_tried_again(open_server, scene, until):
    page = open_server(scene)
    page.site.api.broken = True
    page.fill("#mz-search", "C14")
    page.wait_for_selector(".mz-list .mz-message button")
    assert texts(page, ".mz-list .mz-message p") == ["读取失败：稍后再试"]
    page.site.api.broken = False
    page.click(".mz-list .mz-message button")
    until(page, "document.querySelectorAll('.mz-row').length === 5")
    page.watch.problems.clear()  # the browser itself reports the server's 503


def click(page, lat, lng):
    at = page.evaluate("([a, o]) => minezone.app.map.latLngToContainerPoint([a, o])", [lat, lng])
    frame = page.locator(".folium-map").bounding_box()
    page.mouse.click(frame["x"] + at["x"], frame["y"] + at["y"])
