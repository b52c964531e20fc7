"""The three counties: their common outline, and the lines between them."""

from __future__ import annotations

import numpy as np
import shapely
from county_courses import MAIN_STEM, course
from county_frame import County, fixed_point
from shapely import LineString, Polygon

OUTLINE = Polygon(
    [(1900, 3300), (4300, 1700), (8900, 2200), (12400, 1300), (17800, 1900), (22100, 1150),
     (24900, 420), (27600, 470), (30300, 2900), (32100, 5600), (32900, 9400), (32300, 13900), (33000, 18200),
     (32500, 22900), (30600, 26600), (26400, 28100), (21000, 27500), (16100, 28200),
     (11800, 27700), (7000, 28050), (3100, 26700), (1500, 22400), (2100, 17300), (1250, 12200),
     (1800, 7600)]
)  # fmt: skip
BETWEEN = [(5600, 17500), (10200, 17300), (13100, 17700), (16300, 16900), (19400, 17600), (22300, 17200),
           (25400, 18300), (28300, 17500), (31000, 17900), (34000, 17300)]  # fmt: skip
KEY, PLAIN, UNKNOWN = "149901", "149902", "149903"


def ragged(line: LineString, seed: int, step: float = 420.0, spread: float = 130.0) -> LineString:
    """Return a line that wanders a little, as boundaries along hills do; its ends stay."""
    rng = np.random.default_rng(seed)
    at = np.arange(step, line.length - step / 2, step)
    xy = np.array([line.interpolate(d).coords[0] for d in at])
    xy = xy + rng.uniform(-spread, spread, xy.shape)
    return LineString([line.coords[0], *np.round(xy, 1), line.coords[-1]])


def draw_outline() -> Polygon:
    """Return the outer boundary of the three counties together."""
    ring = ragged(LineString(OUTLINE.exterior.coords), 7)
    return fixed_point(Polygon(ring.coords))


def add_counties(county: County) -> dict[str, Polygon]:
    """Cut the outline along the river and along the hills; returns code -> local outline."""
    river = course(MAIN_STEM, 6)
    hills = ragged(LineString(BETWEEN), 8)
    lines = shapely.union_all([county.outline.exterior, river, hills])
    faces = [f for f in shapely.polygonize(list(lines.geoms)).geoms
             if county.outline.contains(f.representative_point())]  # fmt: skip
    named = {}
    for code, name, key, inside in (
        (KEY, "清岩县", True, (21_000, 23_000)),
        (PLAIN, "沙塬县", False, (22_000, 10_000)),
        (UNKNOWN, "西峁县", None, (4_500, 20_000)),
    ):
        (face,) = [f for f in faces if f.contains(shapely.Point(inside))]
        county.add("county", code, face, county_name=name, key_county=key)
        named[code] = face
    return named
