"""Answers about reports: what the map page asks for, piece by piece, and the page itself."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from analysis.model import Verdict
from gis.errors import MineZoneError
from layers.frames import Frame
from webmap import assets, maps, result_folder
from webmap.desk import Desk
from webmap.errors import Problem, problem
from webmap.scene import Scene

# More outlines than these at once would make the page slow.
MOST_FEATURES = 5_000
_PIXELS_OF_THE_WORLD = 256


@lru_cache(maxsize=8)
def scene_of(folder: str) -> Scene:
    """Return a report's scene; reports never change once they have their place."""
    try:
        return Scene(Path(folder))
    except MineZoneError as error:
        raise problem(422, error.zh, error.en) from error


@lru_cache(maxsize=8)
def _texts(folder: str) -> list[str]:
    """Return number and name of every subject as they are searched."""
    subjects = scene_of(folder).report["subjects"]
    return [_normal(f"{s['source_id'] or ''}\n{s['name'] or ''}") for s in subjects]


def _normal(text: str) -> str:
    """Return half-width and lower case: licence numbers are typed in many ways."""
    return unicodedata.normalize("NFKC", text).lower().strip()


def _subjects(desk: Desk, question: dict[str, Any]) -> Frame:
    """Return the subjects that fit a search, worst first; counts are before ``verdict``."""
    whole, texts = scene_of(question["folder"]), _texts(question["folder"])
    words = _normal(question["q"]).split()
    rule, wanted = question["rule"], set(question["verdict"])
    counts = {verdict.name: 0 for verdict in reversed(Verdict)}
    found: list[dict[str, Any]] = []
    for k in whole.order.tolist():
        if not all(word in texts[k] for word in words):
            continue
        subject = whole.subject(k, facts=False)
        verdict = subject["rules"].get(rule) if rule else subject["verdict"]
        if verdict is None:
            continue
        counts[verdict] += 1
        if not wanted or verdict in wanted:
            found.append(subject)
    start = question["offset"]
    page = found[start : start + question["limit"]]
    return Frame({}, orjson.dumps({"total": len(found), "counts": counts, "subjects": page}))


def _subject(desk: Desk, question: dict[str, Any]) -> Frame:
    whole = scene_of(question["folder"])
    k = whole.place.get(question["subject"])
    if k is None:
        raise Problem(404, "报告中没有这个对象", "the report has no such subject")
    return Frame(
        {},
        orjson.dumps(
            {
                "subject": whole.subject(k),
                "findings": whole.findings(k),
                "features": whole.features(whole.rows_of(k)),
            }
        ),
    )


def _features(desk: Desk, question: dict[str, Any]) -> Frame:
    whole = scene_of(question["folder"])
    rows = whole.rows_in(question["bbox"])
    drawn = whole.features(np.asarray(rows[:MOST_FEATURES]), half_pixel(question["zoom"]))
    answer = {"features": drawn, "truncated": len(rows) > MOST_FEATURES}
    return Frame({}, orjson.dumps(answer))


def half_pixel(zoom: int | None) -> float:
    """Return half a pixel of a web map at ``zoom`` in degrees of longitude, 0 for no zoom."""
    return 0.0 if zoom is None else 180.0 / (_PIXELS_OF_THE_WORLD * 2.0**zoom)


def _page(desk: Desk, question: dict[str, Any]) -> Frame:
    document = scene_of(question["folder"]).head(question["lang"], "server", question["base"])
    if Desk.has_terrain(Path(question["folder"])):
        document["hillshade"] = {"ask": f"{question['base']}/hillshade"}

    def address(asset: assets.Asset) -> str:
        return f"/assets/{asset.file_name}"

    return Frame({}, maps.served(document, question["nonce"], address).encode("utf-8"))


def _hillshade(desk: Desk, question: dict[str, Any]) -> Frame:
    """Draw the ground under a report, if that is not done yet, and say where it lies."""
    folder, why = Path(question["folder"]), None
    try:
        desk.draw_ground(folder)
    except MineZoneError as error:
        why = {"zh": error.zh, "en": error.en}
    found = result_folder.hillshade(folder)
    return Frame({"bounds": found and found[1], "why": why})


def _map_file(desk: Desk, question: dict[str, Any]) -> Frame:
    """Draw the report as one file beside the others."""
    with suppress(MineZoneError):  # the map is whole without its ground
        desk.draw_ground(Path(question["folder"]))
    try:
        maps.write(Path(question["folder"]))
    except MineZoneError as error:
        raise problem(422, error.zh, error.en) from error
    return Frame({})


def _assets(desk: Desk, question: dict[str, Any]) -> Frame:
    """Return every script and style that pages use."""
    names = sorted(p.name for p in assets.STATIC.iterdir() if p.suffix in assets.MEDIA_TYPES)
    files = assets.page_assets(names)
    told = [[a.name, a.file_name, a.media_type, a.integrity, len(a.body)] for a in files]
    return Frame({"assets": told}, b"".join(a.body for a in files))


HANDLERS: dict[str, Callable[[Desk, dict[str, Any]], Frame]] = {
    "assets": _assets,
    "hillshade": _hillshade,
    "map_file": _map_file,
    "page": _page,
    "report_features": _features,
    "subject": _subject,
    "subjects": _subjects,
}
