"""Text that stays text on its way through folium, branca and Jinja.

branca compiles whatever text it is handed as a Jinja template on the server: ``{{ … }}`` in the
name of a mine would run there. :func:`keep_text` ends that; :func:`entities` is for the boundary
where the text of data enters markup.
"""

from __future__ import annotations

from typing import Any

from branca.element import Element
from markupsafe import Markup

# Beyond HTML's own five: what begins a Jinja expression, a JavaScript template or an escape.
_ENTITIES = {
    ord(sign): f"&#{ord(sign)};" for sign in ("&", "<", ">", '"', "'", "{", "}", "$", "\\", "`")
}
_MARK = "_minezone_keeps_text"


class _Said:
    """Finished text where branca expects a compiled template."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.module = object()

    def render(self, *_: Any, **__: Any) -> str:
        """Return the text, whatever it looks like."""
        return self._text


def keep_text() -> None:
    """Have branca take text given to ``Element(text)`` as text, from now on; once is enough.

    branca hands its own rendered pieces on as such text, so that nothing else changes. Template
    classes and files of templates are compiled as before.
    """
    if getattr(Element, _MARK, False):
        return
    start, restore = Element.__init__, Element.__setstate__

    def init(self: Any, template: str | None = None, template_name: str | None = None) -> None:
        start(self, None, None if template is not None else template_name)
        self._template_str = template
        if template is not None:
            self._template = _Said(template)

    def setstate(self: Any, state: dict[str, Any]) -> None:
        text = state["_template_str"]
        restore(self, {**state, "_template_str": None})
        if text is not None:
            self._template_str, self._template = text, _Said(text)

    for name, value in {"__init__": init, "__setstate__": setstate, _MARK: True}.items():
        setattr(Element, name, value)


def entities(text: object) -> Markup:
    """Return ``text`` so that HTML, Jinja and JavaScript all read it as nothing but text.

    Examples
    --------
    >>> str(entities("<b>{{ 7*7 }}"))
    '&#60;b&#62;&#123;&#123; 7*7 &#125;&#125;'
    """
    return Markup(str(text).translate(_ENTITIES))
