"""What must hold of a text file, whatever it holds: read whole, or refused in one line."""

from __future__ import annotations

from pathlib import Path

from gis.errors import MineZoneError
from layers import formats


def read_all(path: Path) -> None:
    """Read every layer of a file as the reader does; all rows are there."""
    for name in formats.list_layers(path):
        source = formats.read(path, layer=name)
        assert len(source.geometry) == len(source.labels) == source.declared


def read_or_refuse(path: Path) -> None:
    """Read a file; a refusal must be a line that names it."""
    try:
        read_all(path)
    except MineZoneError as refused:
        for words in (refused.zh, refused.en):
            assert path.stem in words
            assert "\n" not in words and "Traceback" not in words
