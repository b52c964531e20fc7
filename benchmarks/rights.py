"""Mining rights of an invented country: clusters along belts, and all that goes wrong in them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from outlines import (
    DECIMALS,
    Drawn,
    metres_per_radian,
    moved,
    pierced,
    polygons,
    scaled,
    stars,
)

ROOM = 1.55  # half the side of the square kept free about a right, in mean radii
SHARE = {
    "overlap": 0.03,
    "split": 0.025,  # each makes two neighbours
    "enclave": 0.02,
    "tied": 0.025,
    "wound": 0.0005,
    "holed": 0.06,
    "two_part": 0.04,
}
RIGHTS_PER_CLUSTER = 290
BELTS = [  # axes along which clusters lie: lon, lat
    [(118, 40), (123, 41), (127, 43.5), (131, 46.5)],
    [(110, 35), (111.5, 37.5), (113, 40), (117, 41.5)],
    [(84, 44), (88, 45), (93, 43)],
    [(101, 25), (104, 25.5), (107, 24.5), (110, 25)],
    [(108, 28), (111, 28.5), (114, 28), (117, 28.5)],
    [(112, 24.5), (115, 25), (117.5, 25.5)],
    [(103.5, 34), (107, 34.2), (111, 34), (114, 34.5), (117.5, 36.5)],
    [(96, 37), (100, 38.5), (104, 37)],
    [(76, 39.5), (81, 42), (85, 41.5)],
    [(110, 41), (115, 43.5), (119.5, 46)],
    [(116, 30.5), (118.5, 31.5), (119.5, 30)],
]
EXTENT = (74.0, 20.0, 133.5, 50.0)


@dataclass
class Sketch:
    """Rights while they are drawn: one open ring each, and what became of it."""

    rings: list[np.ndarray]
    centres: list[np.ndarray]
    radii: list[float]
    kinds: list[str]
    holes: dict[int, np.ndarray] = field(default_factory=dict)
    second: dict[int, np.ndarray] = field(default_factory=dict)
    borders: list[tuple[int, int]] = field(default_factory=list)
    tied: set[int] = field(default_factory=set)
    one_sided: int = 0

    def add(self, ring, centre, radius, kind):
        self.rings.append(ring)
        self.centres.append(np.asarray(centre))
        self.radii.append(float(radius))
        self.kinds.append(kind)
        return len(self.rings) - 1

    def shuffled(self, rng) -> Sketch:
        """Return the same rights in another order: files are not sorted by what is wrong."""
        order = rng.permutation(len(self.rings))
        new = np.argsort(order).tolist()
        return Sketch(
            *([column[k] for k in order] for column in (
                self.rings, self.centres, self.radii, self.kinds
            )),
            holes={new[row]: hole for row, hole in self.holes.items()},
            second={new[row]: ring for row, ring in self.second.items()},
            borders=[(new[one], new[other]) for one, other in self.borders],
            tied={new[row] for row in self.tied},
            one_sided=self.one_sided,
        )  # fmt: skip


def draw_clusters(rng, rights):
    """Return (k, 3): lon, lat and spread in degrees, in turn along the belts."""
    count = max(4, round(rights / RIGHTS_PER_CLUSTER))
    out = np.empty((count, 3))
    for row in range(count):
        belt = np.array(BELTS[row % len(BELTS)], np.float64)
        whole, part = divmod(rng.uniform(0, len(belt) - 1), 1)
        at = belt[int(whole)] + (belt[int(whole) + 1] - belt[int(whole)]) * part
        out[row] = [*(at + rng.normal(0, 0.35, 2)), rng.uniform(0.12, 0.3)]
    return out


def clustered(rng, clusters, count, spread=1.0):
    """Return (count, 2) points scattered about clusters."""
    chosen = clusters[rng.integers(0, len(clusters), count)]
    points = chosen[:, :2] + rng.standard_normal((count, 2)) * chosen[:, 2:] * [1.2, 1] * spread
    return np.clip(points, EXTENT[:2], EXTENT[2:])


def sketch_rights(rng, count, clusters) -> Sketch:
    """Draw exactly ``count`` rights."""
    number = {kind: round(share * count) for kind, share in SHARE.items()}
    base = count - number["overlap"] - number["split"] - number["enclave"]
    sketch = plain_rights(rng, base, clusters)
    split_rights(rng, sketch, number["split"])
    under = overlapping_rights(rng, sketch, base, number["overlap"])
    wind(rng, sketch, under, number["wound"])
    tie(rng, sketch, number["tied"])
    whole = [k for k, kind in enumerate(sketch.kinds) if kind == "plain" and k not in sketch.tied]
    whole = rng.permutation(whole)
    holed, rest = np.split(whole, [number["holed"]])
    pierce(rng, sketch, holed, number["enclave"])
    double(sketch, rest[: number["two_part"]])
    return sketch.shuffled(rng)


def plain_rights(rng, count, clusters) -> Sketch:
    """Draw rights that keep clear of one another."""
    area_km2 = np.clip(np.exp(rng.normal(np.log(0.18), 1.25, count)), 0.01, 10)
    radius = np.sqrt(area_km2 * 1e6 / np.pi)
    centres = settled(rng, clusters, radius)
    corners = np.round(np.exp(rng.normal(np.log(11), 0.6, count))).astype(int)
    rings = stars(rng, centres, np.clip(corners, 5, 60), radius)
    return Sketch(rings, list(centres), radius.tolist(), ["plain"] * count)


def settled(rng, clusters, radius):
    """Return centres about clusters; those whose squares meet move until none does."""
    centres = clustered(rng, clusters, len(radius))
    for attempt in range(200):
        meridian, parallel = metres_per_radian(centres[:, 1])
        half = np.degrees(ROOM * radius[:, None] / np.column_stack([parallel, meridian]))
        squares = shapely.box(*(centres - half).T, *(centres + half).T)
        one, other = shapely.STRtree(squares).query(squares)
        late = np.unique(other[other > one])
        if not len(late):
            return centres
        centres[late] = clustered(rng, clusters, len(late), 1 + 0.03 * attempt)
    raise ValueError("the rights find no room: too many to a cluster")


def split_rights(rng, sketch, count):
    """Split rights through their centre into two that share their border exactly.

    Every second border gets 1 to 4 more corners on one side only, rounded like all others: what
    then overlaps is narrower than 0.8 mm.
    """
    able = [k for k, ring in enumerate(sketch.rings) if len(ring) >= 6]
    for turn, row in enumerate(rng.choice(able, count, replace=False)):
        ring, middle = sketch.rings[row], np.round(sketch.centres[row], DECIMALS)
        half = len(ring) // 2
        one = [middle, *ring[: half + 1]]
        other = [middle, *ring[half:], ring[0]]
        if turn % 2 == 0:
            inner = between(rng, middle, ring[half])
            outer = between(rng, ring[0], middle)
            other = [middle, *inner, *other[1:], *outer]
            sketch.one_sided += len(inner) + len(outer)
        radius = sketch.radii[row] / 2
        sketch.rings[row], sketch.kinds[row] = np.array(one), "neighbour"
        sketch.centres[row], sketch.radii[row] = np.mean(one, axis=0), radius
        new = sketch.add(np.array(other), np.mean(other, axis=0), radius, "neighbour")
        sketch.borders.append((int(row), new))


def between(rng, start, end):
    """Return 1 to 4 points on the way from ``start`` to ``end``."""
    share = np.sort(rng.uniform(0.05, 0.95, rng.integers(1, 5)))
    return list(np.round(start + (end - start) * share[:, None], DECIMALS))


def overlapping_rights(rng, sketch, base, count):
    """Lay rights over the edges, or just beside, rights that were there; return these rows."""
    under = rng.integers(0, base, count)
    radius = np.array(sketch.radii)[under]
    away = rng.uniform(0.3, 1.9, count) * radius
    angle = rng.uniform(0, 2 * np.pi, count)
    centres = moved(np.array(sketch.centres)[under], away * np.cos(angle), away * np.sin(angle))
    radius = radius * rng.uniform(0.5, 1.2, count)
    rings = stars(rng, centres, rng.integers(5, 40, count), radius)
    for ring, centre, reach in zip(rings, centres, radius, strict=True):
        sketch.add(ring, centre, reach, "overlap")
    return under


def wind(rng, sketch, rows, count):
    """Join every second corner, which winds an outline twice: nobody can say what it covers."""
    able = [k for k in np.unique(rows) if sketch.kinds[k] == "plain" and len(sketch.rings[k]) % 2]
    for row in rng.choice(able, count, replace=False):
        ring = sketch.rings[row]
        sketch.rings[row] = ring[2 * np.arange(len(ring)) % len(ring)]
        sketch.kinds[row] = "wound"


def tie(rng, sketch, count):
    """Swap two corners that follow one another: most such outlines cross themselves."""
    able = [k for k, kind in enumerate(sketch.kinds) if kind != "wound"]
    rows = rng.choice(able, count, replace=False)
    for row in rows:
        ring = sketch.rings[row]
        k = len(ring) // 2
        ring[[k, k - 1]] = ring[[k - 1, k]]
    sketch.tied.update(rows.tolist())


def pierce(rng, sketch, rows, enclaves):
    """Cut a hole into rights; the first ``enclaves`` holes are filled by another right."""
    for turn, row in enumerate(rows):
        factor = rng.uniform(0.15, 0.35)
        hole = scaled(sketch.rings[row], sketch.centres[row], factor)
        sketch.holes[int(row)] = hole
        sketch.kinds[row] = "holed"
        if turn < enclaves:
            reach = sketch.radii[row] * factor
            new = sketch.add(hole.copy(), sketch.centres[row], reach, "enclave")
            sketch.borders.append((int(row), new))


def double(sketch, rows):
    """Replace rights by two smaller copies of themselves side by side, one multipolygon each."""
    for row in rows:
        ring, centre = sketch.rings[row], sketch.centres[row]
        radius = sketch.radii[row]
        side = np.degrees(radius / metres_per_radian(centre[1])[1])
        sketch.rings[row] = scaled(ring, centre, 0.5, (-0.75 * side, 0))
        sketch.second[int(row)] = scaled(ring, centre, 0.45, (0.8 * side, 0))
        sketch.centres[row] = centre - [0.75 * side, 0]
        sketch.radii[row], sketch.kinds[row] = radius * 0.5, "two_part"


def finished_rights(rng, sketch) -> Drawn:
    """Put holes and second parts in, and give every right its columns."""
    shells = polygons(sketch.rings)
    shapes, count = shells.copy(), len(shells)
    rows = np.array(list(sketch.holes), dtype=np.int64)
    shapes[rows] = pierced(shells[rows], polygons(list(sketch.holes.values())))
    others = polygons(list(sketch.second.values()))
    for row, other in zip(sketch.second, others, strict=True):
        shapes[row] = shapely.MultiPolygon([shells[row], other])
    status = rng.choice(["granted", "applied", "expired"], count, p=[0.89, 0.1, 0.01])
    top = np.round(rng.uniform(-200, 1800, count), 1)
    order = rng.permutation(count)
    columns = {
        "licence_no": np.array([f"C{k:07d}" for k in order]),
        "right_type": rng.choice(["mining", "exploration"], count, p=[0.9, 0.1]),
        "status": status,
        "project_type": np.where(status == "applied", "new", "existing"),
        "method": rng.choice(["open_pit", "underground"], count, p=[0.7, 0.3]),
        "holder": np.array([f"company {k}" for k in rng.integers(0, max(2, count // 3), count)]),
        "top_elevation_m": top,
        "bottom_elevation_m": np.round(top - rng.uniform(20, 600, count), 1),
    }
    return Drawn(shapes, columns)
