"""An invented mining country with everything that makes real layers hard, drawn from a seed.

Rights lie in clusters along mining belts, with log-normal areas and ragged outlines. Among them:
overlaps, exactly shared borders (half of them with corners on one side only), holes, enclaves
that fill a hole, rights of two parts, and outlines that cross themselves. Rivers meander at
every scale; ponds crowd their banks; goafs lie inside their rights, across the edge or over a
hole. No edge is longer than 200 m, so that straight in degrees, geodesic and straight in a
Gauss-Krueger plane differ by less than a millimetre.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from outlines import (
    Drawn,
    course_of_length,
    lines,
    meander,
    moved,
    pierced,
    polygons,
    scaled,
    stars,
)
from rights import clustered, draw_clusters, finished_rights, sketch_rights

MAIN_STEM_M = 5_464_000.0
MAIN_STEM = [
    (95.9, 35.0), (99.0, 34.4), (101.6, 33.7), (100.9, 35.6), (103.8, 36.06), (106.2, 38.5),
    (107.0, 40.3), (110.0, 40.6), (111.2, 39.6), (110.4, 36.1), (110.3, 34.6), (113.6, 34.9),
    (116.9, 36.7), (119.2, 37.75),
]  # fmt: skip


@dataclass(frozen=True)
class Size:
    """How much is drawn. ``stem_levels``: the main stem has 13 * 2**levels pieces."""

    rights: int = 100_000
    ponds: int = 12_000
    goafs: int = 20_000
    tributaries: int = 400
    stem_levels: int = 13


@dataclass(frozen=True)
class Country:
    """All layers, and what was planted (number of each; borders as pairs of licence numbers)."""

    rights: Drawn
    ponds: Drawn
    goafs: Drawn
    rivers: Drawn
    planted: dict[str, int]
    borders: np.ndarray


def country(size=None, seed=7) -> Country:
    """Draw the country: the same seed and size give the same floats."""
    size = size or Size()
    rng = np.random.default_rng(seed)
    clusters = draw_clusters(rng, size.rights)
    sketch = sketch_rights(rng, size.rights, clusters)
    rights = finished_rights(rng, sketch)
    courses = draw_courses(rng, size, seed)
    planted = {kind: sketch.kinds.count(kind) for kind in sorted(set(sketch.kinds))}
    planted |= {"tied": len(sketch.tied), "with corners on one side only": sketch.one_sided}
    goafs, planted["goafs across the edge"] = draw_goafs(rng, size.goafs, sketch, rights)
    whole = [pair for pair in sketch.borders if not sketch.tied & set(pair)]
    return Country(
        rights=rights,
        ponds=draw_ponds(rng, size.ponds, clusters, np.vstack(courses)),
        goafs=goafs,
        rivers=draw_rivers(courses),
        planted=planted,
        borders=rights.columns["licence_no"][np.array(whole, dtype=np.int64).reshape(-1, 2)],
    )


def draw_goafs(rng, count, sketch, rights) -> tuple[Drawn, int]:
    """Shrink the first outlines of mining rights; every 25th or so is pushed across the edge."""
    owner = np.flatnonzero(rights.columns["right_type"] == "mining")
    owner = rng.choice(owner, count, replace=False)
    across = rng.random(count) < 0.04
    angle = rng.uniform(0, 2 * np.pi, count)
    push = np.array(sketch.radii)[owner] * rng.uniform(0.6, 1.2, count) * across
    centres = np.array(sketch.centres)[owner]
    target = moved(centres, push * np.cos(angle), push * np.sin(angle))
    factor = rng.uniform(0.3, 0.75, count)
    rings = [
        scaled(sketch.rings[row], centre, size, shift)
        for row, centre, size, shift in zip(owner, centres, factor, target - centres, strict=True)
    ]
    columns = {
        "goaf_no": np.array([f"G{k:06d}" for k in range(count)]),
        "owner_licence_no": rights.columns["licence_no"][owner],
    }
    return Drawn(polygons(rings), columns), int(across.sum())


def draw_courses(rng, size, seed):
    """Return the courses of the main stem and of the tributaries that run into what is there."""
    courses = [course_of_length(MAIN_STEM, size.stem_levels, MAIN_STEM_M, seed + 1, 37.0)]
    for number in range(size.tributaries):
        into_stem = number < size.tributaries // 3 or rng.random() < 0.4
        receiver = courses[0 if into_stem else rng.integers(0, len(courses))]
        mouth = receiver[rng.integers(len(receiver) // 20, len(receiver))]
        reach, angle = rng.uniform(0.4, 3.5), rng.uniform(0, 2 * np.pi)
        source = mouth + reach * np.array([np.cos(angle) * 1.3, np.sin(angle)])
        middle = (mouth + source) / 2 + rng.normal(0, 0.15 * reach, 2)
        courses.append(meander(rng, [source, middle, mouth], 9, 0.22, mouth[1]))
    return courses


def draw_rivers(courses) -> Drawn:
    count = len(courses)
    columns = {
        "river_no": np.array([f"R{k}" for k in range(count)]),
        "river_class": np.array(["main_stem"] + ["important_tributary"] * (count - 1)),
        "basin": np.array(["yellow"] * count),
        "source_kind": np.array(["shoreline"] * count),
    }
    return Drawn(lines(courses), columns)


def draw_ponds(rng, count, clusters, banks) -> Drawn:
    """Draw ponds, two in five near a river; one in thirty has an island."""
    near = rng.random(count) < 0.4
    origin = np.where(
        near[:, None],
        banks[rng.integers(0, len(banks), count)],
        clustered(rng, clusters, count),
    )
    away = np.abs(rng.normal(0, 3500, count)) * near
    angle = rng.uniform(0, 2 * np.pi, count)
    centres = moved(origin, away * np.cos(angle), away * np.sin(angle))
    area_km2 = np.clip(np.exp(rng.normal(np.log(0.06), 1, count)), 0.004, 1.5)
    rings = stars(rng, centres, rng.integers(8, 41, count), np.sqrt(area_km2 * 1e6 / np.pi))
    shapes = polygons(rings)
    islands = rng.choice(count, round(0.03 * count), replace=False)
    inner = polygons([scaled(rings[k], centres[k], 0.3) for k in islands])
    shapes[islands] = pierced(shapes[islands], inner)
    kind = rng.choice(["new", "rebuilt", "expanded", "existing"], count, p=[0.58, 0.2, 0.2, 0.02])
    purpose = rng.choice(["other", "safety"], count, p=[0.9, 0.1])
    columns = {
        "facility_no": np.array([f"T{k:05d}" for k in range(count)]),
        "project_type": kind,
        "status": np.where(kind == "new", "planned", "operating"),
        "rebuild_purpose": np.where(kind == "rebuilt", purpose, None),
    }
    return Drawn(shapes, columns)
