"""Opening the files that layers and coverages come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyproj
import shapely

from gis.crs import parse_crs
from gis.errors import CRSError
from gis.ragged import Ragged
from layers import formats
from layers.account import Issue
from layers.catalog import schema
from layers.errors import WorkspaceError
from layers.formats.source import Source
from layers.issues import listed, warning
from layers.loader import load
from layers.settings import Extent, LayerSettings


def read_source(path: Path, settings: LayerSettings, name: str) -> Source:
    """Return the raw rows of layer ``name`` in ``path``.

    They are those of the stated layer of a container, else of the one called ``name``, else of
    the only one; of a file that holds further rows for ``name`` beside its own, those. Layers
    passed over because one is called ``name`` are told.
    """
    layer, others = settings.layer, []
    if layer is None:
        names = formats.list_layers(path, settings.encoding)
        layer = name if len(names) > 1 and name in names else None
        others = [n for n in names if layer is not None and n != layer]
    crs = stated_crs(settings)
    source = formats.read(path, layer=layer, encoding=settings.encoding, crs=crs)
    source = source.companions.get(name, source)
    return replace(source, issues=(*source.issues, ignored(path, others))) if others else source


def ignored(path: Path, layers: Sequence[str]) -> Issue:
    """Return the warning that layers of a file are not used."""
    return warning(
        "layers_ignored",
        f"{path}：未采用的图层：{listed(layers)}",
        f"{path}: layers not used: {listed(layers, 'en')}",
    )


def stated_crs(settings: LayerSettings) -> pyproj.CRS | None:
    """Return the CRS the user states, None where the source must know."""
    if settings.crs is None:
        return None
    try:
        return parse_crs(settings.crs)
    except CRSError as fault:
        file = settings.source
        raise CRSError(f"{file}：crs：{fault.zh}", f"{file}: crs: {fault.en}") from fault


def read_coverage(path: Path, written: str, extent: Extent) -> tuple[Ragged, tuple[Issue, ...]]:
    """Return the union of the polygons of ``path``, and what reading them had to say."""
    settings = LayerSettings(source=written, ids="row")
    # Only outlines are asked for; any layer of polygons without fields will do.
    source = replace(read_source(path, settings, "county"), columns={}, lost={})
    layer = load(source, schema("county"), settings, role="vetted", extent=extent)
    if len(layer.refused):
        bad = next(i for i in layer.issues if i.code == "row_refused")
        raise WorkspaceError(f"coverage：{bad.zh}", f"coverage: {bad.en}")
    kept = tuple(i for i in layer.issues if i.code == "repaired")
    return Ragged.from_shapely(np.array([shapely.union_all(layer.geometry)], dtype=object)), kept
