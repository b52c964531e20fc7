"""Language, keyboard, phone."""

import re

import pytest

pytestmark = pytest.mark.browser

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def told(page):
    """All that is seen or read aloud, but the quoted law and the button to the other language."""
    return page.evaluate(
        """() => {
          const quoted = document.querySelectorAll('.mz-quote, .mz-article, #mz-language');
          quoted.forEach(node => { node.hidden = true; });
          const out = [document.title, document.body.innerText];
          quoted.forEach(node => { node.hidden = false; });
          document.querySelectorAll('[aria-label], [title], [placeholder]').forEach(node => {
            if (node.id === 'mz-language') { return; }
            ['aria-label', 'title', 'placeholder'].forEach(a => out.push(node.getAttribute(a) || ''));
          });
          return out.join('\\n');
        }"""
    )


def ascii_county(make):
    scene = make.county()
    scene["title"] = "County A"
    for item in scene["subjects"] + scene["features"]:
        item["name"] = f"Mine {item.get('number')}"
    return scene


@pytest.mark.parametrize("size", [(1440, 860), (390, 844)])
def test_every_word_changes_with_the_language(open_file, make, size):
    page = open_file(ascii_county(make), size=size)
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page.click("#mz-language")
    assert page.evaluate("document.documentElement.lang") == "en"
    states = [told(page)]
    page.evaluate("minezone.app.select('mining_right:C1400001', {fit: true})")
    page.wait_for_timeout(200)
    states.append(told(page))
    page.evaluate("minezone.app.measure.start('area')")
    states.append(told(page))
    page.evaluate("minezone.app.print.open()")
    states.append(told(page))
    page.evaluate("minezone.app.print.close()")
    page.evaluate("minezone.app.select('nobody', {})")
    page.wait_for_timeout(100)
    states.append(told(page))
    assert [CHINESE.findall(text) for text in states] == [[], [], [], [], []]
    assert "Rulebook CN-14 2026.11 · Law of 2026-11-25" in page.evaluate(
        "document.querySelector('.mz-notes').textContent"
    )
    page.evaluate("document.getElementById('mz-language').click()")
    assert "法规截至 2026-11-25" in page.evaluate("document.querySelector('.mz-notes').textContent")


def test_the_words_are_complete(open_file, scene):
    """Each word used in a script is in the table, in both languages."""
    from webmap.assets import STATIC

    used = set()
    for path in STATIC.glob("*.js"):
        used |= set(
            re.findall(
                r'(?<![\w.])(?:minezone\.)?t\("(\w+)"(?! \+)', path.read_text(encoding="utf-8")
            )
        )
    page = open_file(scene)
    for word in sorted(used):
        for lang in ("zh", "en"):
            assert page.evaluate(
                "([w, l]) => { minezone.setLang(l); return minezone.t(w); }", [word, lang]
            )


def test_everything_is_reached_by_tab(open_file, scene):
    page = open_file(scene, "#s=mining_right:C1400001")
    page.evaluate("document.activeElement.blur()")
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                """(e => e.id || e.dataset.tool || e.dataset.verdict || e.className || e.tagName)(document.activeElement)"""
            )
        )
    for wanted in [
        "mz-skip-list", "mz-print-button", "mz-language", "mz-search", "FAIL", "mz-rows", "zoom_in",
        "measure_area", "mz-legend-toggle", "mz-link mz-locate", "mz-panel-close",
    ]:  # fmt: skip
        assert wanted in seen, (wanted, seen)
    assert "map_minezone" in seen


def test_focus_is_seen(open_file, scene):
    page = open_file(scene)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "mz-print-button"
    style = page.evaluate(
        "(s => [s.outlineStyle, s.outlineWidth])(getComputedStyle(document.activeElement))"
    )
    assert style == ["solid", "2px"]


def test_the_list_by_keyboard(open_file, scene, until):
    page = open_file(scene)
    page.locator("#mz-search").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.id") == "mz-rows"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.locator("#mz-rows").get_attribute("aria-activedescendant") == "mz-row-2"
    page.keyboard.press("Enter")
    until(
        page,
        "document.getElementById('mz-name') && document.getElementById('mz-name').textContent === 'Dongpo'",
    )
    chosen = page.locator('.mz-row[aria-selected="true"]')
    assert (
        chosen.get_attribute("aria-posinset") == "3" and chosen.get_attribute("aria-setsize") == "6"
    )
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    until(page, "document.getElementById('mz-name').textContent === '南梁'")
    page.keyboard.press("Escape")
    until(page, "document.getElementById('mz-name') === null")


def test_the_map_by_keyboard(open_file, scene, until):
    page = open_file(scene, "#v=37.544,111.255,15")
    page.locator(".folium-map").focus()
    page.keyboard.press("Enter")
    until(
        page,
        "document.getElementById('mz-name') && document.getElementById('mz-name').textContent === '南梁'",
    )
    before = page.evaluate("minezone.app.map.getCenter().lng")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    assert page.evaluate("minezone.app.map.getCenter().lng") > before


def test_skip_links_leave_the_selection_alone(open_file, scene):
    page = open_file(scene, "#s=mining_right:C1400004")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "mz-rows"
    assert page.inner_text("#mz-name") == "南梁"


def test_phone_shows_the_map_first_and_sheets_over_it(open_file, scene, until):
    page = open_file(scene, size=(390, 844), has_touch=True)
    assert (
        page.locator("#mz-list").is_hidden()
        and page.locator("#mz-legend .mz-legend-body").is_hidden()
    )
    assert page.locator(".folium-map").bounding_box()["width"] == 390
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.tap("#mz-open-list")
    assert page.locator("#mz-list").is_visible()
    page.tap(".mz-row >> nth=0")
    page.wait_for_selector("#mz-name")
    assert page.locator("#mz-list").is_hidden() and page.locator("#mz-panel").is_visible()
    top = page.locator("#mz-panel").bounding_box()["y"]
    assert 200 < top < 400  # the map stays in sight above the sheet
    south = page.evaluate("minezone.app.map.latLngToContainerPoint([37.52, 111.22]).y")
    assert south + page.locator(".folium-map").bounding_box()["y"] < top
    page.tap(".mz-locate")
    page.wait_for_selector(".mz-label-evidence")
    assert page.locator("#mz-panel").is_hidden()
    page.tap("#mz-open-panel")
    assert page.locator("#mz-panel").is_visible()
    page.tap(".mz-panel-close")
    until(page, "document.body.dataset.sheet === ''")
