"""Why coordinates may not be where their numbers say."""

from __future__ import annotations

from pathlib import Path

from layers import web_maps
from layers.formats import disclaimers
from layers.formats.planes import Axes
from layers.formats.source import refusal
from layers.formats.stated import Stated


def doubt_of(path: Path, words: str, stated: Stated, axes: Axes | None) -> str:
    """Return why the system of coordinates is not told, in both languages, or nothing.

    Raises
    ------
    FormatError
        The words around them say that the coordinates are wrong or void.
    """
    if (said := disclaimers.wrong(words)) is not None:
        raise refusal(path, *said)
    if (web_map := web_maps.system_named(words, "坐标")) is not None:
        return f"写有 {web_map} / names {web_map}"
    return stated.doubt(axes)
