"""Where people live and work: along the rivers and streams, clear of what is planted."""

from __future__ import annotations

import numpy as np
import shapely
from county_frame import County, blob, fixed_point
from shapely import Point


def settle(county: County, most: int = 175) -> None:
    """Add villages along the rivers and streams, schools, works and houses."""
    rng = county.rng
    busy = shapely.union_all(
        [
            f.shape
            for n in ("mining_right", "tailings_facility", "waste_dump")
            for f in county.features[n]
            if f["right_type"] != "exploration"
        ]
    )
    free = shapely.union_all(county.people_free)
    spots: list[tuple[float, float]] = [
        f.shape.centroid.coords[0] for f in county.features["settlement"]]  # fmt: skip
    lines = [f.shape for f in county.features["river"] if f["source_kind"] == "centreline"]
    lines += [s.boundary for s in (f.shape for f in county.features["river"]
              if f["source_kind"] == "shoreline")]  # fmt: skip
    kinds = ["village"] * 14 + ["school", "factory", "residential", "hospital", "reservoir", "road"]
    words = {"village": "村", "school": "小学", "factory": "砖厂", "residential": "镇",
             "hospital": "卫生院", "reservoir": "水库", "road": "公路桥"}  # fmt: skip
    inner = county.outline.buffer(-150.0)
    for _ in range(30_000):
        if len(county.features["settlement"]) >= most:
            break
        line = lines[int(rng.integers(len(lines)))]
        p = line.interpolate(float(rng.uniform(0, line.length)))
        x, y = p.x + rng.normal(0, 170), p.y + rng.normal(0, 170)
        spot = Point(x, y)
        if not inner.contains(spot) or free.contains(spot):
            continue
        if busy.distance(spot) < 190 or county.water.distance(spot) < 45:
            continue
        if any(np.hypot(x - a, y - b) < 520 for a, b in spots):
            continue
        spots.append((x, y))
        kind = kinds[int(rng.integers(len(kinds)))]
        size = {"village": 75.0, "residential": 150.0}.get(kind, 35.0)
        shape = spot if rng.random() < 0.45 else blob(rng, (x, y), size * rng.uniform(0.7, 1.3))
        people = int(rng.integers(4, 90)) * 10 if kind in ("village", "residential") else None
        name = county.name()
        county.add("settlement", "JM-", fixed_point(shape, 2), kind=kind, population=people,
                   name=name if kind == "village" else f"{name}{words[kind]}")  # fmt: skip
    for home in list(county.features["settlement"])[::4]:
        c = home.shape.centroid
        spot = (c.x + rng.uniform(-60, 60), c.y + rng.uniform(-60, 60))
        county.add("building", "FW-", blob(rng, spot, 9.0, 4), kind="民房",
                   name=f"{home['name']}民房", protection_class="III")  # fmt: skip
