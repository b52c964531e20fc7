"""What the command line does about maps: drawn after a run, or from a folder of results."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path

from analysis.api import Outcome
from gis.errors import MineZoneError
from webmap.cli_io import clean
from webmap.cli_text import say


def load_map() -> None:
    """Load what maps need: worth it while the reading process starts, half a second."""
    importlib.import_module("webmap.maps")
    importlib.import_module("webmap.relief")
    # The first transformation of rasterio's opens its tables.
    warp = importlib.import_module("rasterio.warp")
    warp.transform_bounds("EPSG:4490", "EPSG:3857", 111.0, 39.0, 112.0, 40.0)


def with_map(outcome: Outcome, workspace: Path, lang: str) -> tuple[Outcome, list[str]]:
    """Draw the map of a finished run; return the outcome with its file, and lines to say.

    A run stands without its map: one that is too large for a page is told how it can be seen.
    """
    # folium takes a while to load, and rules, explain and inspect never need it.
    from webmap import maps, relief

    said = [
        clean(say("not_drawn", lang, layer=name, why=words[lang]))
        for name, words in outcome.results.unread.items()
    ]
    files = list(outcome.files)
    try:
        files += relief.write(outcome.out, workspace)
    except MineZoneError as error:
        said.append(clean(say("no_terrain", lang, why=error.text(lang))))
    try:
        files.append(maps.write(outcome.out, lang))
    except MineZoneError as error:
        said.append(clean(say("no_map", lang, why=error.text(lang))))
    return replace(outcome, files=tuple(files)), said
