"""Where the rivers run, and how they fall."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString

# River courses: local metres east and north of the grid's south-west corner, upstream first.
MAIN_STEM = [
    (10200, 30200), (8900, 27300), (6300, 25300), (8200, 22200), (9300, 19600), (6500, 17400),
    (4200, 14600), (5600, 11600), (9600, 9900), (13300, 9300), (15800, 7000), (14200, 4300),
    (15600, 1900), (15000, -800),
]  # fmt: skip
NORTH_RIVER = [
    (35000, 21900), (31800, 22700), (29000, 21300), (26200, 22400), (23000, 21000), (20300, 22000),
    (17500, 21100), (14600, 21700), (12000, 20300), (9000, 20200),
]  # fmt: skip
MIDDLE_RIVER = [
    (35000, 13600), (31700, 14900), (28200, 13800), (25100, 15300), (21900, 14000), (18700, 14700),
    (15300, 13100), (12100, 13300), (9000, 12300), (6100, 11300),
]  # fmt: skip
SOUTH_RIVER = [
    (35000, 7300), (31900, 6300), (28800, 7300), (25900, 5900), (22900, 6700), (20100, 5600),
    (17600, 6800), (15500, 6900),
]  # fmt: skip


def course(points: list[tuple[float, float]], steps: int = 16) -> LineString:
    """Return a smooth line (Catmull-Rom) through ``points``."""
    xy = np.array([points[0], *points, points[-1]], float)
    t = np.arange(steps)[:, None] / steps
    curve = [
        0.5
        * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t
           + (3 * b - a - 3 * c + d) * t * t * t)
        for a, b, c, d in zip(xy, xy[1:], xy[2:], xy[3:], strict=False)
    ]  # fmt: skip
    return LineString(np.vstack([*curve, xy[-1:]]))


@dataclass(frozen=True)
class River:
    """A river cut into the ground: bed elevation at its mouth, fall in m/m, width of its floor."""

    line: LineString
    mouth_m: float
    fall: float
    floor_m: float

    def bed(self, along: np.ndarray) -> np.ndarray:
        """Return the bed at metres ``along`` the course from its source."""
        return self.mouth_m + self.fall * (self.line.length - along)


def rivers() -> dict[str, River]:
    """Return the rivers, each tributary meeting the main stem at its bed."""
    main = River(course(MAIN_STEM), 816.0, 0.0008, 560.0)
    out = {"main": main}
    for name, points, fall, floor in (
        ("north", NORTH_RIVER, 0.0055, 330.0),
        ("middle", MIDDLE_RIVER, 0.0062, 120.0),
        ("south", SOUTH_RIVER, 0.0068, 150.0),
    ):
        line = course(points)
        meets = main.line.project(shapely.Point(line.coords[-1]))
        out[name] = River(line, float(main.bed(np.array(meets))) + 0.5, fall, floor)
    return out
