"""Parameters that several addresses take."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import Path, Query

from webmap.errors import Problem
from webmap.report_store import ReportStore

Id = Annotated[str, Path(description="Id of a report.", max_length=64)]
Box = Annotated[
    str,
    Query(
        description="West,south,east,north in degrees of CGCS2000.",
        pattern=r"^-?[0-9.]{1,24}(,-?[0-9.]{1,24}){3}$",
        examples=["110.0,34.8,110.9,35.6"],
    ),
]
Zoom = Annotated[
    int | None,
    Query(ge=0, le=24, description="Zoom of a web map: outlines finer than half a pixel go."),
]


def box_of(text: str) -> list[float]:
    """Return west, south, east and north.

    Raises
    ------
    Problem
        422, they are no box on earth.
    """
    try:
        west, south, east, north = map(float, text.split(","))
        good = all(map(math.isfinite, (west, south, east, north)))
    except ValueError:
        good = False
    if not (good and -180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Problem(
            422,
            "参数 bbox 应为 西,南,东,北（度），且西≤东、南≤北",
            "parameter bbox must be west,south,east,north in degrees, west ≤ east, south ≤ north",
        )
    return [west, south, east, north]


def folder_of(store: ReportStore, report_id: str) -> str:
    """Return the folder of a report.

    Raises
    ------
    Problem
        404, there is none of that id (any more).
    """
    folder = store.report(report_id)
    if folder is None:
        raise Problem(
            404,
            "没有这份报告，或已被新的报告替换",
            "there is no such report, or newer ones have taken its place",
        )
    return str(folder)
