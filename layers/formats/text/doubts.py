"""Why the coordinates of a text may not be where its numbers say."""

from __future__ import annotations

from pathlib import Path

from layers.formats.planes import Axes
from layers.formats.source import refusal
from layers.formats.stated import Stated
from layers.formats.table import disclaimers


def doubt_of(path: Path, words: str, stated: Stated, axes: Axes) -> str:
    """Return why the system of coordinates is not told, in both languages, or nothing.

    Raises
    ------
    FormatError
        The words around them say that the coordinates are wrong or void.
    """
    if (said := disclaimers.wrong(words)) is not None:
        raise refusal(path, *said)
    return disclaimers.displaced(words) or stated.doubt(axes)
