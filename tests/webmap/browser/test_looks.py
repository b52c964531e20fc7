"""How verdicts look: an undecided PASS never looks like a PASS; never told by colour alone."""

import re

import pytest

from analysis.style import VERDICT_STYLES
from webmap.assets import STATIC

pytestmark = pytest.mark.browser


def style_of(page, **subject):
    return page.evaluate("s => minezone.app.styles.subject(s)", subject)


def test_what_is_undecided_is_hatched(open_file, scene):
    page = open_file(scene)
    plain = style_of(page, decided="PASS", verdict="PASS", undecided=False)
    assert (plain["color"], plain["hatch"], plain["dashArray"], plain["fillOpacity"]) == (
        "#22835a",
        None,
        None,
        0,
    )
    open_pass = style_of(page, decided="PASS", verdict="NO_DATA", undecided=True)
    assert open_pass["hatch"] == "#5d6873" and open_pass["dashArray"] == "6 3"
    nothing = style_of(page, decided="NOT_APPLICABLE", verdict="NO_DATA", undecided=True)
    assert (nothing["color"], nothing["hatch"]) == ("#7b8794", "#5d6873")
    fail = style_of(page, decided="FAIL", verdict="FAIL", undecided=True)
    assert fail["color"] == "#c8402f" and fail["fillOpacity"] == 0.3 and fail["hatch"]


def test_a_subject_without_verdict_is_drawn_as_no_data(open_file, make):
    scene = make.county()
    for f in scene["features"]:
        if f["id"] == "mining_right:C1400004":
            f["id"] = "mining_right:unknown"
            del f["verdict"], f["decided"], f["undecided"]
    page = open_file(scene)
    options = page.evaluate(
        "minezone.app.ground.entry('mining_right', 'mining_right:unknown').paths[0].options"
    )
    assert (options["color"], options["hatch"]) == ("#7b8794", "#5d6873")


def test_the_hatch_is_on_the_canvas(open_file, scene):
    page = open_file(scene)

    def inks(lat, lng):
        """Shades of alpha in 30 × 30 pixels about a place."""
        return page.evaluate(
            """([lat, lng]) => {
              const map = minezone.app.map, r = minezone.app.ground.renderers.subjects;
              const p = map.latLngToLayerPoint([lat, lng]).subtract(r._bounds.min);
              const d = minezone.density();
              const data = r._ctx.getImageData((p.x - 15) * d, (p.y - 15) * d, 30 * d, 30 * d).data;
              const seen = new Set();
              for (let i = 3; i < data.length; i += 4) { seen.add(data[i]); }
              return seen.size;
            }""",
            [lat, lng],
        )

    assert inks(37.544, 111.255) == 1  # PASS: nothing inside
    assert inks(37.524, 111.255) > 3  # NO_DATA: lines and gaps
    # Chromium advises on reading a canvas twice, as only this test does.
    page.watch.problems[:] = [p for p in page.watch.problems if "readback" not in p]


def test_marks_differ_in_shape(open_file, scene):
    page = open_file(scene)
    shapes = page.evaluate(
        """Object.keys({FAIL: 1, REVIEW: 1, NO_DATA: 1, PASS: 1, NOT_APPLICABLE: 1}).map(v => {
          const m = minezone.mark(v, {colour: '#000000'});
          return m.firstChild.tagName + ' ' + m.lastChild.getAttribute('d');
        })"""
    )
    assert len(set(shapes)) == 5


def test_words_of_verdicts_stand_out_from_paper(open_file, scene):
    page = open_file(scene)
    for style in VERDICT_STYLES.values():
        colour = page.evaluate("c => minezone.legible(c)", style.colour)
        assert contrast(colour) >= 4.5


def contrast(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def test_only_colours_are_taken_for_colours(open_file, scene):
    scene["styles"]["verdicts"][0]["colour"] = 'red;background:url("x")'
    scene["styles"]["layers"]["river"]["colour"] = "url(http://192.0.2.1/x)"
    page = open_file(scene)
    assert page.evaluate("minezone.app.styles.colour('FAIL')") == "#7b8794"
    assert page.evaluate("minezone.app.styles.context('river').color") == "#7b8794"


def test_the_upload_page_has_the_one_table_of_verdicts():
    text = (STATIC / "vet.js").read_text(encoding="utf-8")
    found = re.findall(
        r'code: "(\w+)", colour: "(#\w+)", label: \{ zh: "(\S+)", en: "([\w ]+)" \}', text
    )
    expected = [(v.name, s.colour, s.label.zh, s.label.en) for v, s in VERDICT_STYLES.items()]
    assert found == expected
