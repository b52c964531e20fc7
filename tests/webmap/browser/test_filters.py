"""Search, chips and the rule filter, on the list and on the map."""

import pytest

pytestmark = pytest.mark.browser


def names(page):
    return page.locator(".mz-row-name").all_inner_texts()


@pytest.fixture(params=["file", "server"])
def page(request, open_file, open_server, scene):
    return (open_file if request.param == "file" else open_server)(scene)


def rows(n):
    return f"document.querySelectorAll('.mz-row:not(.mz-row-empty)').length === {n}"


def test_search_by_number_and_by_name(page, until):
    page.fill("#mz-search", "c1400003")
    until(page, rows(1))
    assert names(page) == ["西沟"]
    assert page.inner_text(".mz-status").split("\n")[0].startswith("1 / 6 个对象")
    page.fill("#mz-search", "尾矿")
    until(page, "document.querySelector('.mz-row-name').textContent === '河口尾矿库'")
    assert names(page) == ["河口尾矿库"]


def test_no_hit_is_said_and_can_be_cleared(page, until):
    page.fill("#mz-search", "没有这个矿")
    until(page, rows(0))
    assert page.inner_text(".mz-list .mz-message") == "没有符合条件的对象。"
    page.click(".mz-status .mz-link")
    until(page, rows(6))
    assert page.input_value("#mz-search") == ""
    assert page.evaluate("document.activeElement.id") == "mz-search"


def test_chips_add_up_and_say_what_they_would_show(page, until):
    page.click('[data-verdict="FAIL"].mz-chip')
    until(page, rows(2))
    page.click('[data-verdict="PASS"].mz-chip')
    until(page, rows(3))
    assert names(page) == ["青石梁", "河口尾矿库", "南梁"]
    assert page.locator(".mz-chip b").all_inner_texts() == ["2", "1", "2", "1"]
    pressed = page.locator('.mz-chip[aria-pressed="true"]').all_inner_texts()
    assert [" ".join(t.split()) for t in pressed] == ["不符合 2", "符合 1"]


def test_the_rule_filter_speaks_of_that_rule(page, until):
    page.select_option(".mz-list select", "MR103")
    until(page, rows(3))
    assert names(page) == ["青石梁", "西沟", "南梁"]
    assert page.locator('[data-verdict="NO_DATA"].mz-chip b').inner_text() == "2"
    page.click('[data-verdict="NO_DATA"].mz-chip')
    until(page, rows(2))
    assert names(page) == ["青石梁", "西沟"]


def test_what_the_list_leaves_out_steps_back_on_the_map(page, until):
    def drawn(number):
        return page.evaluate(
            "id => minezone.app.ground.entry('mining_right', id).paths[0].options.opacity",
            f"mining_right:{number}",
        )

    assert drawn("C1400003") == 1
    page.fill("#mz-search", "南梁")
    until(page, rows(1))
    assert (drawn("C1400003"), drawn("C1400004")) == (0.35, 1)


def test_full_width_digits_find_half_width_numbers(open_file, scene, until):
    page = open_file(scene)
    page.fill("#mz-search", "Ｃ１４００００３")
    until(page, rows(1))
    assert names(page) == ["西沟"]


def test_only_the_last_search_counts(open_server, scene, until):
    page = open_server(scene)
    before = len(page.site.api.asked)
    page.locator("#mz-search").press_sequentially("C1400", delay=15)
    until(page, rows(5))
    asked = [q["q"] for path, q in page.site.api.asked[before:] if path == "/subjects"]
    assert asked == ["C1400"]


def test_layers_can_be_switched_off(page):
    page.click(".mz-layers summary")
    page.uncheck('input[data-layer="tailings_facility"]')
    count = "minezone.app.ground.entry('tailings_facility', 'tailings_facility:WK-1').paths.length"
    assert page.evaluate(count) == 0
    page.check('input[data-layer="tailings_facility"]')
    assert page.evaluate(count) == 1
