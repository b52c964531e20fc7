"""The map page: folium's map inside our own page, as one file or as the server sends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import folium
from branca.element import Figure, MacroElement
from folium.template import Template
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analysis.io import write_bytes
from webmap import assets, scene
from webmap.assets import Asset
from webmap.folium_text import entities, keep_text

NAME = "map.html"
SCENE_ID = "minezone-scene"
MAP_ID = "minezone"
TEMPLATES = Path(__file__).resolve().parent / "templates"
# Our scripts in the order they need one another, and our style sheets.
SCRIPTS: tuple[str, ...] = (
    "words.js",
    "dom.js",
    "numbers.js",
    "geodesy.js",
    "geometry.js",
    "canvas.js",
    "source.js",
    "styles.js",
    "labels.js",
    "flow.js",
    "names.js",
    "terrain.js",
    "ground.js",
    "header.js",
    "shell.js",
    "list.js",
    "profile.js",
    "findings.js",
    "panel.js",
    "legend.js",
    "measure.js",
    "tools.js",
    "sheet.js",
    "print.js",
    "app.js",
)
STYLES: tuple[str, ...] = ("page.css", "map.css", "print.css")


@dataclass(frozen=True, slots=True)
class Kind:
    """A page around the map: its template, scripts in the order they need one another, styles."""

    template: str
    scripts: tuple[str, ...]
    styles: tuple[str, ...]


RESULT = Kind(NAME, SCRIPTS, STYLES)
LOOK = Kind(
    "look.html",
    (
        "words.js",
        "dom.js",
        "numbers.js",
        "geodesy.js",
        "geometry.js",
        "canvas.js",
        "styles.js",
        "labels.js",
        "measure.js",
        "tools.js",
        "look.js",
    ),
    ("page.css", "map.css", "look.css"),
)
LANGUAGES = {"zh": "zh-CN", "en": "en"}


class PageMap(folium.Map):
    """A folium map that names no file of other hosts than Leaflet's own two."""

    default_js = [("leaflet", assets.LEAFLET_JS)]  # noqa: RUF012  as folium has it
    default_css = [("leaflet_css", assets.LEAFLET_CSS)]  # noqa: RUF012


class Start(MacroElement):
    """Hands the map and the scene to our own scripts."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            minezone.start({{ this._parent.get_name() }}, JSON.parse(
                document.getElementById({{ this.scene_id|tojson }}).textContent));
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Start"
        self._id = MAP_ID
        self.scene_id = SCENE_ID


@dataclass(frozen=True, slots=True)
class Drawn:
    """What folium makes of the map: its element and its script."""

    html: str
    script: str


@cache
def drawn() -> Drawn:
    """Return folium's part of the page: always the same, for all data are in the scene.

    Its name for the map is ``map_minezone``; where it opens is the scene's ``bounds``.
    """
    keep_text()
    page = PageMap(
        location=(0, 0),
        zoom_start=2,
        tiles=None,
        prefer_canvas=True,
        zoom_control=False,
        attribution_control=False,
    )
    page._id = MAP_ID
    Start().add_to(page)
    figure = page.get_root()
    assert isinstance(figure, Figure)
    # Rendering the whole puts every element's pieces into the figure's three parts.
    figure.render()
    return Drawn(figure.html.render().strip(), figure.script.render().strip())


def page(document: Mapping[str, Any], kind: Kind = RESULT) -> str:
    """Return a scene, or what ``inspect`` read, as one HTML file that needs nothing beside it.

    Every script is named in the policy by its digest, so that no other one can run, and the same
    scene gives the same bytes.

    Raises
    ------
    TooLargeError
        The scene is longer than one page carries.
    """
    files = assets.page_assets((*kind.styles, *kind.scripts))
    scripts = [a.text for a in files if a.is_script] + [drawn().script]
    return _render(
        document,
        kind,
        policy=Markup('<meta http-equiv="Content-Security-Policy" content="{}">').format(
            Markup(file_policy(scripts))
        ),
        styles=[_element("style", a.text) for a in files if not a.is_script],
        scripts=[_element("script", text) for text in scripts],
    )


def served(document: Mapping[str, Any], nonce: str, url_of: Callable[[Asset], str]) -> str:
    """Return a scene as the server sends it: scripts and styles by address, with its ``nonce``.

    Parameters
    ----------
    url_of : where an asset is served, for example ``"/assets/" + asset.file_name``
    """
    files = assets.page_assets((*STYLES, *SCRIPTS))
    links = [
        Markup('<link rel="stylesheet" href="{}" integrity="{}">').format(url_of(a), a.integrity)
        for a in files
        if not a.is_script
    ]
    tags = [
        Markup('<script nonce="{}" src="{}" integrity="{}"></script>').format(
            nonce, url_of(a), a.integrity
        )
        for a in files
        if a.is_script
    ]
    tags.append(_element("script", drawn().script, nonce))
    return _render(document, RESULT, policy=Markup(), styles=links, scripts=tags)


def file_policy(scripts: Sequence[str]) -> str:
    """Return the Content-Security-Policy of a page that stands alone."""
    hashes = " ".join(f"'{assets.integrity_of(text.encode())}'" for text in scripts)
    return (
        "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; "
        f"script-src {hashes}; base-uri 'none'; form-action 'none'"
    )


def write(out: Path, lang: str = "zh", target: Path | None = None) -> Path:
    """Draw the result in folder ``out`` (or its report.json) into ``target``: OUT/map.html.

    Raises
    ------
    ResultError, TooLargeError
        The folder holds no result that one page can show.
    OutputError
        The file cannot be written.
    """
    whole = scene.Scene(out)
    text = page(whole.document(lang))
    path = target or whole.result.folder / NAME
    write_bytes(path, text.encode("utf-8"))
    return path


def _render(
    document: Mapping[str, Any],
    kind: Kind,
    policy: Markup,
    styles: list[Markup],
    scripts: list[Markup],
) -> str:
    """Fill the page's template; whatever of the data enters it is text or escaped JSON."""
    data = scene.dumps(dict(document))
    holder = Markup('<script type="application/json" id="{}">{}</script>')
    text: str = _template(kind.template).render(
        lang=LANGUAGES[document["lang"]],
        title=entities(document["title"]),
        policy=policy,
        styles=Markup("\n").join(styles),
        map=Markup(drawn().html),
        scene=holder.format(SCENE_ID, Markup(data)),
        scripts=Markup("\n").join(scripts),
    )
    return text


@cache
def _template(name: str) -> Any:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template(name)


def _element(tag: str, text: str, nonce: str | None = None) -> Markup:
    """Return a script or style element around trusted text, to the letter."""
    said = Markup(' nonce="{}"').format(nonce) if nonce else Markup()
    return Markup("<{0}{1}>{2}</{0}>").format(tag, said, Markup(text))
