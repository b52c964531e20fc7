"""The XML suites of JTS and GEOS through gis/: overlay, validity, distance, area.

    python benchmarks/peer_suites.py

Each case is drawn a kilometre wide at 111 E 39 N, where the plane of the meridian is true to
1e-8, goes through degrees, and is measured in metres by the functions that rules use. Needs the
two suites (MINEZONE_SHARED_DATA); without them it says so.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import real_sets
import shapely

from gis.area import area_m2
from gis.distance import pairs_within
from gis.overlay import outside, overlaps
from gis.projection import gauss_kruger, inverse_gauss_kruger
from gis.ragged import Ragged
from gis.repair import repair

SUITES = ("jts_xml", "geos_xml")
SIZE_M = 1000.0
NORTH = float(gauss_kruger(111.0, 39.0, 111.0)[1])
POLYGONS = ("Polygon", "MultiPolygon")
EXPLAINED = {
    "an empty part": "valid to OGC; minezone leaves the part out and says so",
    "touching": "a corner that lies exactly on an edge, or an edge on itself, does not survive the "
    "way through degrees by a rounding of 1e-9 m; either answer is right for the outline that is "
    "left, and areas agree",
    "no area": "a sliver less than a millimetre wide on average is an outline without area",
}
"""Why validity may differ."""


@dataclass(frozen=True)
class Case:
    """One operation of a suite."""

    file: str
    number: int
    op: str
    fixed: bool
    a: shapely.Geometry | None
    b: shapely.Geometry | None
    swapped: bool
    distance: float
    expected: str


def geometry(text):
    words = " ".join((text or "").split())
    if not words:
        return None
    read = shapely.from_wkb if re.fullmatch("[0-9A-Fa-f]+", words) else shapely.from_wkt
    try:
        with np.errstate(invalid="ignore"):  # some coordinates are no numbers, on purpose
            return read(words)
    except (shapely.errors.GEOSException, NotImplementedError):
        return None  # a form that shapely does not read


def cases(folder) -> Iterator[Case]:
    """Yield the operations of all files below a folder, in order."""
    for path in sorted(folder.rglob("*.xml")):
        root = ET.parse(path).getroot()  # the suites' own files
        model = root.find("precisionModel")
        kind = "" if model is None else (model.get("type") or "")
        fixed = kind.upper() == "FIXED" or (model is not None and model.get("scale") is not None)
        for number, case in enumerate(root.iter("case")):
            a, b = geometry(case.findtext("a")), geometry(case.findtext("b"))
            for op in case.iter("op"):
                given = op.get("arg3") or ""
                yield Case(
                    str(path.relative_to(folder.parent)), number, (op.get("name") or "").lower(),
                    fixed, a, b, (op.get("arg1") or "a").lower() != "a",
                    float(given) if re.fullmatch(r"[-+.\dEe]+", given) else np.nan,
                    (op.text or "").strip(),
                )  # fmt: skip


def placed(shapes):
    """Draw shapes a kilometre wide in degrees; return them and metres for one unit, or None."""
    xy = np.concatenate([shapely.get_coordinates(g) for g in shapes])
    if not len(xy) or not np.isfinite(xy).all():
        return None
    low, size = xy.min(axis=0), float(np.ptp(xy, axis=0).max())
    if size == 0:
        return None
    scale = SIZE_M / size

    def move(points):
        east, north = ((points - low) * scale).T
        return np.column_stack(inverse_gauss_kruger(east, north + NORTH, 111.0))

    return [shapely.transform(g, move) for g in shapes], scale


# -- one operation: True, False, or None where it says nothing of ours --------------------------


def validity(case: Case) -> bool | None:
    shape = case.b if case.swapped else case.a
    if shape is None or shape.geom_type not in POLYGONS or shape.is_empty:
        return None
    drawn = placed([shape])
    if drawn is None:
        return None
    done = repair(np.array(drawn[0], dtype=object))
    sound = not (done.repaired[0] or done.refused[0])
    return sound == (case.expected.lower() == "true")


def why_valid(case: Case) -> str:
    """Return the explanation of a difference in validity, "" for none."""
    shape = case.b if case.swapped else case.a
    if shapely.is_empty(shapely.get_parts(shape)).any():
        return "an empty part"
    drawn, scale = placed([shape])
    done = repair(np.array(drawn, dtype=object))
    if done.refused[0]:
        return "no area" if "no area" in done.reason_en[0] else ""
    kept = float(area_m2([done.shapes[0]])[0])
    return "touching" if abs(kept - shapely.area(shape) * scale**2) < 1e-8 * SIZE_M**2 else ""


def two_polygons(case: Case):
    first, second = (case.b, case.a) if case.swapped else (case.a, case.b)
    for g in (first, second):
        if g is None or g.geom_type not in POLYGONS or g.is_empty or not g.is_valid:
            return None
    drawn = placed([first, second])
    return None if drawn is None else ([Ragged.from_shapely([g]) for g in drawn[0]], drawn[1])


def overlay(case: Case) -> bool | None:
    both, wanted = two_polygons(case), geometry(case.expected)
    if both is None or wanted is None or case.fixed:
        return None
    (one, other), scale = both
    if case.op.startswith("intersection"):
        found = float(overlaps(one, other)[2].sum())
    else:
        found = float(outside(one, other, ([0], [0]))[1][0])
    return bool(abs(found - shapely.area(wanted) * scale**2) <= 1e-6 * SIZE_M**2)


def areas(case: Case) -> bool | None:
    """Tell whether what two outlines share and what they do not make up the area of each."""
    both = two_polygons(case)
    if both is None:
        return None
    (one, other), _ = both
    shared = float(overlaps(one, other)[2].sum())
    for own, against in ((one, other), (other, one)):
        rest = float(outside(own, against, ([0], [0]))[1][0])
        if abs(shared + rest - float(area_m2(own)[0])) > 1e-6 * SIZE_M**2:
            return False
    return True


def meeting(case: Case) -> bool | None:
    both = two_polygons(case)
    if both is None:
        return None
    (one, other), _ = both
    meets = len(overlaps(one, other)[0]) > 0
    return meets == ((case.expected.lower() == "true") == (case.op == "intersects"))


def apart(case: Case) -> bool | None:
    shapes = [case.a, case.b]
    if any(g is None or g.is_empty or "Collection" in g.geom_type for g in shapes):
        return None
    drawn = placed(shapes)
    if drawn is None:
        return None
    one, other = (Ragged.from_shapely([g]) for g in drawn[0])
    if case.op == "distance":
        metres = pairs_within(one, other, np.array([10 * SIZE_M]))[2]
        return bool(abs(metres[0] - float(case.expected) * drawn[1]) <= 1e-3)
    near = len(pairs_within(one, other, np.array([case.distance * drawn[1]]))[0]) > 0
    return near == (case.expected.lower() == "true")


OPERATIONS: dict[str, Callable[[Case], bool | None]] = {
    "isvalid": validity,
    "intersection": overlay,
    "intersectionng": overlay,
    "difference": overlay,
    "differenceng": overlay,
    "intersects": meeting,
    "disjoint": meeting,
    "areatest": areas,
    "overlayareatest": areas,
    "distance": apart,
    "iswithindistance": apart,
}


def results(folder):
    """Return counts by suite, operation and answer, and the explanation of each difference."""
    count, why = Counter(), Counter()
    for suite in SUITES:
        for case in cases(folder / suite):
            if case.op not in OPERATIONS:
                continue
            answer = OPERATIONS[case.op](case)
            count[suite, case.op, answer] += 1
            if answer is False:
                reason = why_valid(case) if case.op == "isvalid" else ""
                why[reason or f"{case.file} case {case.number} {case.op}"] += 1
    return count, why


def main() -> int:
    folder = real_sets.data_folder() / "peer_suites"
    if not all((folder / suite).is_dir() for suite in SUITES):
        print("Not run: the suites are not at hand (MINEZONE_SHARED_DATA).")
        return 0
    count, why = results(folder)
    print("| operation | JTS passed | JTS differ | GEOS passed | GEOS differ | not ours |")
    print("|---|---|---|---|---|---|")
    total = Counter()
    for op in OPERATIONS:
        numbers = [count[suite, op, answer] for suite in SUITES for answer in (True, False)]
        idle = sum(count[suite, op, None] for suite in SUITES)
        total.update(passed=numbers[0] + numbers[2], differ=numbers[1] + numbers[3])
        print(f"| {op} | {' | '.join(map(str, numbers))} | {idle} |")
    print(f"\n{total['passed']} passed, {total['differ']} differ:\n")
    for reason, n in why.items():
        print(f"- {n}: {EXPLAINED.get(reason, reason)}")
    print(
        "\nNot ours: points and lines under overlay, empty or invalid input, results on a coarse "
        "grid, forms that shapely does not read; and the operations that gis/ has none of (union, "
        "unionArea, symmetric difference, relate and its predicates, buffer, hulls, simplifying)."
    )
    return int(any(reason not in EXPLAINED for reason in why))


if __name__ == "__main__":
    raise SystemExit(main())
