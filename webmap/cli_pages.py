"""What ``inspect`` and ``rules`` print."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.api import Inspection
from analysis.law import Rulebook
from analysis.model import Rule
from gis.area import area_m2
from gis.crs import WGS84_NOTE
from gis.ragged import Bools, Kind
from layers.layer import Layer, Provenance
from layers.placing import halves
from layers.schema import Column
from webmap import text_map
from webmap.cli_io import clean, in_both, issue_record
from webmap.cli_text import SEVERITY, say


def inspection_lines(found: Inspection, lang: str) -> Iterator[str]:
    """Yield what a readable file holds, then everything repaired, assumed or refused."""
    for layer in found.layers.values():
        for part in layer.provenance:
            yield from _part_lines(layer, part, lang)
        if len(layer):
            west, south, east, north = _extent(layer)
            yield say("bounds_line", lang, west=west, south=south, east=east, north=north)
        if (layer.shapes.kinds == Kind.POLYGON).any():
            net = _area_m2(layer)
            key = "net_area_line" if _deducted(layer).any() else "area_line"
            yield say(key, lang, area=net / 1e6, hectares=net / 1e4)
        yield say("columns_line", lang, columns=_titles(layer, lang) or "—")
        yield from _issue_lines(layer, lang)
    yield from _map_lines(found, lang)
    if _is_wgs84(found):
        yield say("web_map_asked", lang)
    yield say("usable", lang)


def _is_wgs84(found: Inspection) -> bool:
    """Return whether a file was read as WGS 84, which places of web maps claim to be in."""
    every = [part for layer in found.layers.values() for part in layer.provenance]
    return any(part.transformation == WGS84_NOTE for part in every)


MOST_ALIKE = 5


def _issue_lines(layer: Layer, lang: str) -> Iterator[str]:
    """Yield how many issues there are and the first few of each kind, the gravest first."""
    if not layer.issues:
        return
    counts = {g: sum(issue.severity == g for issue in layer.issues) for g in SEVERITY}
    yield say("issue_counts", lang, **counts)
    if refused := sum(part.refused for part in layer.provenance):
        read = sum(part.read for part in layer.provenance)
        yield clean(say("refused_line", lang, read=read, refused=refused))
    for grade in SEVERITY:
        alike: dict[str, list[str]] = {}
        for issue in layer.issues:
            if issue.severity == grade:
                alike.setdefault(issue.code, []).append(issue.text(lang))
        for texts in alike.values():
            yield from (clean(f"{SEVERITY[grade].of(lang)}: {text}") for text in texts[:MOST_ALIKE])
            if len(texts) > MOST_ALIKE:
                yield say("more_alike", lang, n=len(texts) - MOST_ALIKE)


def _deducted(layer: Layer) -> Bools:
    """Return (n,) parts of a right that are taken out of it."""
    if not any(column.name == "sign" for column in layer.schema.columns):
        return np.zeros(len(layer), bool)
    return np.equal(layer.number("sign"), -1)


def _area_m2(layer: Layer) -> float:
    """Return the area of all outlines, square metres, without what is taken out."""
    if not len(layer):
        return 0.0
    return float(np.nansum(np.where(_deducted(layer), -1, 1) * area_m2(layer.shapes)))


def _map_lines(found: Inspection, lang: str) -> Iterator[str]:
    """Yield a small picture of all features, and what its signs measure."""
    drawn = text_map.draw([layer.shapes for layer in found.layers.values()], os.environ)
    if drawn is not None:
        sizes = {"east": drawn.east_m, "north": drawn.north_m, "dot": drawn.dot_m}
        yield say("map_line", lang, **{name: _metres(value) for name, value in sizes.items()})
        yield from (f"  {line}" for line in drawn.lines)


def _metres(value: float) -> str:
    """Return a size without powers of ten: 30,570 or 4.25."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def _part_lines(layer: Layer, part: Provenance, lang: str) -> Iterator[str]:
    kept = part.read - part.refused
    counts = {n: getattr(part, n) for n in ("declared", "read", "refused", "repaired")}
    title = layer.schema.en if lang == "en" else layer.schema.zh
    yield clean(say("declared_line", lang, title=title, layer=layer.name, kept=kept, **counts))
    encoding = f" ({part.encoding})" if part.encoding else ""
    yield clean(say("format_line", lang, format=part.format, encoding=encoding))
    yield clean(say("crs_line", lang, crs=part.crs, transformation=part.transformation))
    if part.crs_note:
        yield clean(say("crs_note_line", lang, note=halves(part.crs_note)[lang == "en"]))
    # As in ``Layer.sigma_m``: that of WGS 84 alone, whose places state none, does not count.
    counted = part.shifted or part.positional_accuracy_m is not None
    if part.transformation_accuracy_m and counted:
        yield say("accuracy_line", lang, metres=part.transformation_accuracy_m)


def _extent(layer: Layer) -> tuple[float, float, float, float]:
    west, south = layer.shapes.bounds[:, :2].min(axis=0)
    east, north = layer.shapes.bounds[:, 2:].max(axis=0)
    return float(west), float(south), float(east), float(north)


def _titles(layer: Layer, lang: str) -> str:
    """Return the columns that hold values, in Chinese by their titles."""
    if lang == "en":
        return ", ".join(c.name for c in _filled(layer))
    return "、".join(c.zh for c in _filled(layer))


def _filled(layer: Layer) -> list[Column]:
    known = [column for column in layer.schema.columns if column.name not in layer.absent]
    return [column for column in known if not layer.is_null(column.name).all()]


def draw_inspection(found: Inspection, target: Path, lang: str) -> None:
    """Write the page of what was read (:func:`webmap.look.write`)."""
    from webmap import look  # folium takes a while to load

    look.write(found, target, lang)


def inspection_record(found: Inspection) -> dict[str, Any]:
    """Return the machine's account of a file."""
    error = found.error and in_both(found.error)
    layers = [_layer_record(layer) for layer in found.layers.values()]
    asked = {lang: say("web_map_asked", lang) for lang in ("zh", "en")}
    return {
        "file": found.file,
        "usable": found.usable,
        "error": error,
        "check": asked if _is_wgs84(found) else None,
        "layers": layers,
    }


def _layer_record(layer: Layer) -> dict[str, Any]:
    names = (
        "format", "encoding", "crs", "transformation", "transformation_accuracy_m",
        "positional_accuracy_m", "declared", "read", "repaired", "refused", "sha256",
    )  # fmt: skip
    return {
        "layer": layer.name,
        "features": len(layer),
        "sources": [{name: getattr(part, name) for name in names} for part in layer.provenance],
        "bbox": list(_extent(layer)) if len(layer) else None,
        "area_m2": _area_m2(layer),
        "columns": [column.name for column in _filled(layer)],
        "crs_note": layer.provenance[0].crs_note or None,
        "issues": [issue_record(issue) for issue in layer.issues],
    }


def rules_lines(rulebook: Rulebook, rules: Sequence[Rule], lang: str) -> Iterator[str]:
    """Yield one line for each rule: code, title, what it judges, strength."""
    yield say("rules_head", lang, jurisdiction=" > ".join(rulebook.chain), version=rulebook.version)
    for rule in rules:
        page = rulebook.rules[rule.code]
        layers = ", ".join(rule.subjects)
        yield f"{rule.code}  {page.title.of(lang)}  [{layers}; {page.strength}]"


def rules_record(rulebook: Rulebook, rules: Sequence[Rule]) -> dict[str, Any]:
    """Return the list of rules for machines."""
    return {
        "jurisdiction": rulebook.jurisdiction,
        "chain": list(rulebook.chain),
        "version": rulebook.version,
        "sha256": rulebook.sha256,
        "rules": [
            {
                "code": rule.code,
                "title": in_both(rulebook.rules[rule.code].title),
                "strength": rulebook.rules[rule.code].strength,
                "applies_to": in_both(rulebook.rules[rule.code].applies_to),
                "subjects": list(rule.subjects),
                "needs": sorted(rule.needs),
            }
            for rule in rules
        ],
    }
