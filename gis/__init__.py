"""Coordinate systems, true metres, overlay, repair. Knows geometry, never what it stands for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gis.area import area_km2 as area_km2
    from gis.area import area_m2 as area_m2
    from gis.area import length_m as length_m
    from gis.crs import from_cgcs2000 as from_cgcs2000
    from gis.crs import gauss_kruger_crs as gauss_kruger_crs
    from gis.crs import in_china as in_china
    from gis.crs import parse_crs as parse_crs
    from gis.crs import recognise as recognise
    from gis.crs import to_cgcs2000 as to_cgcs2000
    from gis.distance import inside as inside
    from gis.distance import near_boxes as near_boxes
    from gis.distance import pairs_within as pairs_within
    from gis.distance import shortest_lines as shortest_lines
    from gis.overlay import buffers as buffers
    from gis.overlay import covered as covered
    from gis.overlay import covered_shapes as covered_shapes
    from gis.overlay import outside as outside
    from gis.overlay import outside_shapes as outside_shapes
    from gis.overlay import overlap_shapes as overlap_shapes
    from gis.overlay import overlaps as overlaps
    from gis.projection import densified as densified
    from gis.projection import gauss_kruger as gauss_kruger
    from gis.projection import inverse_gauss_kruger as inverse_gauss_kruger
    from gis.projection import local_plane as local_plane
    from gis.projection import own_meridian as own_meridian
    from gis.ragged import Ragged as Ragged
    from gis.ragged import as_ragged as as_ragged

# Names are looked up on first use: the errors alone must not cost the import of PROJ and GEOS.
_HOME = {
    "gis.area": ("area_km2", "area_m2", "length_m"),
    "gis.crs": (
        "from_cgcs2000",
        "gauss_kruger_crs",
        "in_china",
        "parse_crs",
        "recognise",
        "to_cgcs2000",
    ),
    "gis.distance": ("inside", "near_boxes", "pairs_within", "shortest_lines"),
    "gis.overlay": (
        "buffers",
        "covered",
        "covered_shapes",
        "outside",
        "outside_shapes",
        "overlap_shapes",
        "overlaps",
    ),
    "gis.projection": (
        "densified",
        "gauss_kruger",
        "inverse_gauss_kruger",
        "local_plane",
        "own_meridian",
    ),
    "gis.ragged": ("Ragged", "as_ragged"),
}
_MODULE = {name: module for module, names in _HOME.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"module 'gis' has no attribute {name!r}")
    return getattr(import_module(_MODULE[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULE])
