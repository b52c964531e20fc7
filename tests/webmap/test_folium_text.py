"""Text stays text: in every place of folium and branca where a text of data may come in."""

import html
import pickle
import subprocess
import sys

import folium
import geopandas as gpd
import pytest
from branca.element import Element, Figure, Html, MacroElement
from folium import plugins
from folium.template import Template
from shapely.geometry import box

from webmap.folium_text import entities, keep_text

PAYLOADS = ("X{{ 7*7 }}X", "{% oops", "{# note", "{{ cycler.__init__.__globals__.os.getpid() }}")


@pytest.fixture(autouse=True)
def _text_is_kept():
    keep_text()


def base():
    return folium.Map([36, 108], zoom_start=9, tiles=None)


def frame(text):
    return gpd.GeoDataFrame({"名称": [text]}, geometry=[box(107.9, 35.9, 108.1, 36.1)], crs=4326)


def shown(text, **options):
    return folium.GeoJson(frame(text), **options).add_to(base())


def marker(**options):
    return folium.Marker([36, 108], **options).add_to(base())


def grouped(text):
    page = base()
    group = folium.FeatureGroup(text).add_to(page)
    return plugins.GroupedLayerControl({text: [group]}, collapsed=False).add_to(page)


def tree(text):
    page = base()
    group = folium.FeatureGroup("x").add_to(page)
    branches = {"label": text, "children": [{"label": text, "layer": group}]}
    return plugins.TreeLayerControl(overlay_tree=branches).add_to(page)


def named_layer(text):
    page = base()
    folium.GeoJson(frame("ok"), name=text).add_to(page)
    return folium.LayerControl(collapsed=False).add_to(page)


def searched(text):
    page = base()
    layer = folium.GeoJson(frame(text)).add_to(page)
    return plugins.Search(layer, search_label="名称", geom_type="Polygon").add_to(page)


def column(text):
    return frame("ok").rename(columns={"名称": text})


SURFACES = {
    "property": shown,
    "popup field": lambda t: shown(t, popup=folium.GeoJsonPopup(["名称"])),
    "tooltip field": lambda t: shown(t, tooltip=folium.GeoJsonTooltip(["名称"])),
    "tooltip alias": lambda t: shown("ok", tooltip=folium.GeoJsonTooltip(["名称"], aliases=[t])),
    "column name": lambda t: folium.GeoJson(column(t), popup=folium.GeoJsonPopup([t])).add_to(
        base()
    ),
    "popup": lambda t: marker(popup=folium.Popup(t)),
    "parsed popup": lambda t: marker(popup=folium.Popup(t, parse_html=True)),
    "lazy popup": lambda t: marker(popup=folium.Popup(t, lazy=True)),
    "escaped popup": lambda t: marker(popup=folium.Popup(html.escape(t))),
    "tooltip": lambda t: marker(tooltip=t),
    "escaped tooltip": lambda t: marker(tooltip=html.escape(t)),
    "layer name": named_layer,
    "group name": grouped,
    "tree label": tree,
    "search": searched,
    "colour": lambda t: shown(t, style_function=lambda f: {"color": f["properties"]["名称"]}),
    "attribution": lambda t: folium.TileLayer("/{z}/{x}/{y}.png", attr=t, name="t").add_to(base()),
    "icon": lambda t: marker(icon=folium.DivIcon(html=t)),
    "callback": lambda t: plugins.FastMarkerCluster([[36, 108, t]]).add_to(base()),
    "element": lambda t: Element(t).add_to(base().get_root().html),
    "html": lambda t: Html(t).add_to(base().get_root()),
}


@pytest.mark.parametrize("name", list(SURFACES))
@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_is_run_or_breaks_the_page(name, payload):
    page = SURFACES[name](payload).get_root().render()
    assert "X49X" not in page
    assert "L.map(" in page


def test_the_surfaces_are_dangerous_without_it():
    code = (
        "import folium\n"
        "m = folium.Map(tiles=None)\n"
        "folium.Marker([36, 108], tooltip='X{{ 7*7 }}X').add_to(m)\n"
        "print('X49X' in m.get_root().render())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "True", done.stderr


SAME = """
import itertools, random, sys
from branca.element import Element
numbers = itertools.count()
Element._generate_id = classmethod(lambda cls: f"{next(numbers):032x}")
import folium
from folium import plugins
if sys.argv[1] == "kept":
    from webmap.folium_text import keep_text
    keep_text(); keep_text()
m = folium.Map([36, 108], control_scale=True)
group = folium.FeatureGroup("矿权").add_to(m)
folium.Marker([36, 108], popup="hi", tooltip="tt", icon=folium.Icon()).add_to(group)
folium.GeoJson({"type": "Point", "coordinates": [108, 36]}, name="g").add_to(m)
plugins.Fullscreen().add_to(m); plugins.MousePosition().add_to(m); plugins.Draw().add_to(m)
plugins.GroupedLayerControl({"组": [group]}).add_to(m)
folium.LayerControl().add_to(m)
sys.stdout.buffer.write(m.get_root().render().encode())
"""


def test_what_folium_makes_of_harmless_texts_is_unchanged():
    pages = [
        subprocess.run(
            [sys.executable, "-c", SAME, how], capture_output=True, check=True, timeout=60
        ).stdout
        for how in ("plain", "kept")
    ]
    assert pages[0] == pages[1]
    assert len(pages[0]) > 5000


def test_once_is_enough():
    before = Element.__init__, Element.__setstate__
    keep_text()
    assert (Element.__init__, Element.__setstate__) == before


def test_templates_of_classes_and_files_are_still_compiled():
    class Sum(MacroElement):
        _template = Template("{% macro script(this, kwargs) %}{{ 6*7 }}{% endmacro %}")

    figure = Figure()
    Sum().add_to(figure)
    assert "42" in figure.render()
    assert Element(template_name=None).render() == ""


def test_a_stored_element_comes_back_as_text():
    again = pickle.loads(pickle.dumps(Element("X{{ 7*7 }}X{% oops")))
    assert again.render() == "X{{ 7*7 }}X{% oops"
    assert pickle.loads(pickle.dumps(Element())).render() == ""


def test_entities_leave_nothing_to_read_as_markup():
    signs = "&<>\"'{}$\\`"
    assert not set(entities(signs * 3)) & set("<>\"'{}$\\`")
    assert html.unescape(entities(signs)) == signs
    assert entities("采石场 1-2 (南)") == "采石场 1-2 (南)"
    assert html.unescape(entities(None)) == "None"
