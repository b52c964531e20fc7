"""The server's own pages besides the map: upload, waiting, documentation, errors."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson
from fastapi import Query
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from webmap.guard import page_policy

TEMPLATES: Final = Path(__file__).resolve().parent / "templates"
LANGUAGES: Final = {"zh": "zh-CN", "en": "en"}
LANGUAGE: Final = Query(pattern="^(zh|en)$", description="Language of the page.")
_ESCAPES: Final = {ord(c): f"\\u{ord(c):04x}" for c in "&<>\u2028\u2029"}


@dataclass(frozen=True, slots=True)
class Served:
    """A script or style that pages load from ``/assets/``."""

    name: str
    file_name: str
    media_type: str
    integrity: str
    body: bytes

    @property
    def url(self) -> str:
        """Return the address: it changes with the content."""
        return f"/assets/{self.file_name}"


def language(request: Request) -> str:
    """Return the language asked for: ``?lang=``, else the browser's first of ours, else zh."""
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        return asked
    for word in request.headers.get("accept-language", "").split(","):
        if word.strip()[:2].lower() in LANGUAGES:
            return word.strip()[:2].lower()
    return "zh"


def new_nonce() -> str:
    """Return a number used once, for the scripts of one answer."""
    return secrets.token_urlsafe(18)


def answer(html: str, nonce: str, status: int = 200, **headers: str) -> HTMLResponse:
    """Return a page with its policy."""
    return HTMLResponse(html, status, {"Content-Security-Policy": page_policy(nonce), **headers})


def in_script(value: Any) -> str:
    r"""Return JSON that cannot end the script element it stands in: ``& < >`` as ``\uXXXX``."""
    return orjson.dumps(value).decode("utf-8").translate(_ESCAPES)


def render(
    template: str,
    lang: str,
    title: str,
    nonce: str,
    files: Sequence[Served] = (),
    start: str = "",
    **values: Any,
) -> str:
    """Return a page made of a template.

    Parameters
    ----------
    files : scripts and styles in the order they are loaded
    start : our own script that runs last, trusted text
    values : text for the template; escaped there
    """
    styles = [
        Markup('<link rel="stylesheet" href="{}" integrity="{}">').format(f.url, f.integrity)
        for f in files
        if f.media_type == "text/css"
    ]
    scripts = [
        Markup('<script nonce="{}" src="{}" integrity="{}"></script>').format(
            nonce, f.url, f.integrity
        )
        for f in files
        if f.media_type != "text/css"
    ]
    if start:
        scripts.append(Markup('<script nonce="{}">{}</script>').format(nonce, Markup(start)))
    made: str = (
        _environment()
        .get_template(template)
        .render(
            lang=LANGUAGES[lang],
            zh=lang == "zh",
            title=title,
            policy=Markup(),
            styles=Markup("\n").join(styles),
            scripts=Markup("\n").join(scripts),
            **values,
        )
    )
    return made


def json_element(element_id: str, value: Mapping[str, Any]) -> Markup:
    """Return data for scripts as an element that is no script."""
    holder = Markup('<script type="application/json" id="{}">{}</script>')
    return holder.format(element_id, Markup(in_script(value)))


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
