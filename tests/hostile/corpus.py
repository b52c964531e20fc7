"""The corpus: every hostile and broken input by name, with what must come of it."""

from __future__ import annotations

from collections.abc import Iterator

from . import (
    archive_cases,
    database_cases,
    drawing_cases,
    geojson_cases,
    markup_cases,
    shapefile_cases,
    text_cases,
)
from .case import Case, World

SOURCES = (
    geojson_cases, shapefile_cases, database_cases, markup_cases, archive_cases, text_cases,
    drawing_cases,
)  # fmt: skip
NOWHERE = World("/canary", "/target", 9)


def corpus(world: World) -> Iterator[Case]:
    """Yield all cases; what hostile files would reach for is ``world``'s."""
    for source in SOURCES:
        yield from source.cases(world)
