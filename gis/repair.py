"""Repair of geometries, with an account of what was done to each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gis.area import area_m2
from gis.projection import gauss_kruger, inverse_gauss_kruger
from gis.ragged import Bools, Floats, Ints, Ragged, Shapes

AMBIGUOUS_SHARE = 1e-3
"""Two readings of a broken outline that differ by more than this share of area: refused."""

DOUBTFUL_SHARE = 1e-3
"""A repair that changes the area by more than this share leaves the true outline in doubt."""

HOLE_SHARE = 0.1
"""A hole more of which lies outside its shell is no hole of it."""

LEAST_WIDTH_M = 0.001
"""An outline that is narrower on average covers no ground: what it meets it touches at most."""

LEAST_AREA_M2 = 0.01
"""So does one that is smaller: a point, or an outline in a wrong unit."""

STRAY_WIDTH_M = 0.10
"""A hole that reaches farther out of its shell leaves the true outline in doubt: corners of a
survey repeat to within this."""

_DEGREE_M = 111_320.0

# What GEOS finds wrong with an outline.
_FAULTS_ZH = {
    "Self-intersection": "自相交",
    "Ring Self-intersection": "环与自身相接",
    "Interior is disconnected": "内部不连通",
    "Hole lies outside shell": "内环在外环之外",
    "Holes are nested": "内环相套",
    "Nested shells": "外环相套",
    "Duplicate Rings": "环重复",
    "Too few points in geometry component": "点数不足",
}

_POINTS, _LINES, _POLYGONS, _COLLECTION = (0, 4), (1, 2, 5), (3, 6), 7
_MULTI = (4, 5, 6)

Reason = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Repaired:
    """Geometries after repair, (n,) each.

    Attributes
    ----------
    shapes : valid, non-empty, two-dimensional; None where refused
    repaired, refused : what became of each
    doubtful : repaired, but the area changed by more than :data:`DOUBTFUL_SHARE`: corners in the
        wrong order, say; or a hole reached more than :data:`STRAY_WIDTH_M` out of its shell. What
        is there counts; that nothing else is, nobody can say
    reason_zh, reason_en : why, empty strings where nothing was done
    area_before_m2, area_after_m2 : of repaired and refused polygons and of their repair, NaN
        elsewhere; before counts each shell less its holes, whatever they cross
    """

    shapes: Shapes
    repaired: Bools
    refused: Bools
    doubtful: Bools
    reason_zh: Shapes
    reason_en: Shapes
    area_before_m2: Floats
    area_after_m2: Floats


def repair(shapes: Shapes) -> Repaired:
    """Repair geometries in EPSG:4490 degrees, or refuse them.

    Z and M are dropped. Null and empty geometries, coordinates that are not finite and outlines
    without area are refused. Of collections the polygons are kept. A polygon whose outline
    crosses itself is rebuilt in its own Gauss-Krueger plane; corners keep their given floats.

    A broken outline can be read in two ways: by crossings (even-odd), which loses ground that is
    wound round twice, or by structure, which loses holes that lie outside. Where the readings
    differ by more than :data:`AMBIGUOUS_SHARE`, nobody can say what is meant, and a loss could
    hide an overlap: refused. Below that, ground in either reading is kept, but not what a hole
    takes in outside its shell: by crossings alone is that ground, and the outline is in doubt. Is
    it more than :data:`AMBIGUOUS_SHARE` of the outline or :data:`HOLE_SHARE` of the hole, the
    outline is refused.

    Returns
    -------
    Repaired
    """
    n = len(shapes)
    out = shapely.force_2d(np.asarray(shapes, dtype=object))
    state = Repaired(
        out,
        np.zeros(n, np.bool_),
        np.zeros(n, np.bool_),
        np.zeros(n, np.bool_),
        np.full(n, "", dtype=object),
        np.full(n, "", dtype=object),
        np.full(n, np.nan),
        np.full(n, np.nan),
    )
    _refuse_unusable(state)
    _unpack_collections(state)
    _drop_empty_parts(state)
    _drop_repeats(state)
    kind = shapely.get_type_id(out)
    _refuse(state, ~state.refused & ~np.isin(kind, (*_POINTS, *_LINES, *_POLYGONS)), (
        "几何类型不支持", "the geometry type is not supported"
    ))  # fmt: skip
    _repair_polygons(state)
    _tell_same_ground(state)
    out[state.refused] = None
    return state


def _refuse(state: Repaired, rows: Bools, reason: Reason) -> None:
    state.refused[rows] = True
    state.reason_zh[rows], state.reason_en[rows] = reason


def _refuse_unusable(state: Repaired) -> None:
    none = shapely.is_missing(state.shapes) | shapely.is_empty(state.shapes)
    _refuse(state, none, ("几何为空", "the geometry is empty"))
    xy, owner = shapely.get_coordinates(state.shapes, return_index=True)
    wild = np.zeros(len(state.shapes), np.bool_)
    wild[owner[~np.isfinite(xy).all(axis=1)]] = True
    _refuse(state, wild, ("坐标不是有限数值", "a coordinate is not a finite number"))
    state.shapes[state.refused] = None


def _unpack_collections(state: Repaired) -> None:
    rows = np.flatnonzero(shapely.get_type_id(state.shapes) == _COLLECTION)
    if not len(rows):
        return
    kept = _polygons_of(state.shapes[rows])
    found = ~shapely.is_empty(kept)
    state.shapes[rows] = kept
    _refuse(state, _mask(state, rows[~found]), (
        "几何集合中没有面", "the geometry collection holds no polygon"
    ))  # fmt: skip
    good = rows[found]
    state.repaired[good] = True
    state.reason_zh[good] = "几何集合，只取其中的面"
    state.reason_en[good] = "a geometry collection: only its polygons were taken"


def _drop_empty_parts(state: Repaired) -> None:
    rows = np.flatnonzero(np.isin(shapely.get_type_id(state.shapes), _MULTI))
    parts, owner = shapely.get_parts(state.shapes[rows], return_index=True)
    empty = shapely.is_empty(parts)
    for at in np.unique(owner[empty]).tolist():
        row = rows[at]
        kept = parts[(owner == at) & ~empty]
        state.shapes[row] = type(state.shapes[row])(list(kept))
        state.repaired[row] = True
        state.reason_zh[row] = "含空的部分，已略去"
        state.reason_en[row] = "an empty part was left out"


def _drop_repeats(state: Repaired) -> None:
    """Drop parts and holes that are there twice, the same to the bit: nothing is in doubt."""
    polygon = np.isin(shapely.get_type_id(state.shapes), _POLYGONS) & ~state.refused
    rows = np.flatnonzero(polygon)
    for row in rows[~shapely.is_valid(state.shapes[rows])].tolist():
        parts = shapely.get_parts(state.shapes[row])
        once = _once([_once_holed(part) for part in parts])
        kept = once[0] if len(once) == 1 else shapely.multipolygons(once)
        if shapely.get_num_coordinates(kept) < shapely.get_num_coordinates(state.shapes[row]):
            state.shapes[row] = kept
            state.repaired[row] = True
            state.reason_zh[row] = "同一个环或部分重复，只取一次"
            state.reason_en[row] = "a ring or part that is there twice was taken once"


def _once_holed(part: shapely.Polygon) -> shapely.Polygon:
    holes = _once([shapely.Polygon(ring) for ring in part.interiors])
    return shapely.Polygon(part.exterior, [hole.exterior for hole in holes])


def _once(shapes: list[shapely.Polygon]) -> list[shapely.Polygon]:
    """Return shapes without those that are the same as an earlier one, wherever it begins."""
    found = {shapely.to_wkb(shapely.normalize(shape)): shape for shape in reversed(shapes)}
    return list(found.values())[::-1]


def _mask(state: Repaired, rows: Ints | int) -> Bools:
    out = np.zeros(len(state.shapes), np.bool_)
    out[rows] = True
    return out


def _polygons_of(shapes: Shapes) -> Shapes:
    """Return the polygonal part of each geometry, an empty polygon where there is none."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    while (shapely.get_type_id(parts) > 3).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    areal = shapely.get_type_id(parts) == 3
    out = np.full(len(shapes), shapely.Polygon(), dtype=object)
    keep, rows = parts[areal], owner[areal]
    single = np.bincount(rows, minlength=len(shapes))
    many = np.flatnonzero(single > 1)
    out[rows] = keep
    for row in many:
        out[row] = shapely.multipolygons(keep[rows == row])
    return out


def _repair_polygons(state: Repaired) -> None:
    polygon = np.isin(shapely.get_type_id(state.shapes), _POLYGONS)
    rows = np.flatnonzero(polygon & ~state.refused & ~shapely.is_valid(state.shapes))
    if len(rows):
        why = shapely.is_valid_reason(state.shapes[rows])
        state.area_before_m2[rows] = area_m2(Ragged.from_shapely(state.shapes[rows]))
        rebuilt, twofold, stray, harm = _rebuilt(state.shapes[rows])
        state.shapes[rows] = rebuilt
        state.repaired[rows] = True
        told = [w.split("[")[0].strip() for w in why]
        state.reason_zh[rows] = [f"轮廓无效（{_FAULTS_ZH.get(w, w)}）" for w in told]
        state.reason_en[rows] = [f"invalid outline ({w})" for w in told]
        _refuse(state, _mask(state, rows[twofold]), (
            "轮廓无效且有两种读法，覆盖范围无法确定",
            "an invalid outline that can be read in two ways: what it covers is unknown",
        ))  # fmt: skip
        harmed = harm > _NO_HARM
        _tell_strays(state, rows[harmed], stray[harmed], harm[harmed])
    flat = polygon & ~state.refused
    flat[flat] = _has_no_ground(state.shapes[flat])
    _refuse(state, flat, ("轮廓没有面积", "the outline has no area"))
    good = rows[~state.refused[rows]]
    if len(good):
        state.area_after_m2[good] = area_m2(Ragged.from_shapely(state.shapes[good]))
        before, after = state.area_before_m2[good], state.area_after_m2[good]
        state.doubtful[good] |= np.abs(after - before) > DOUBTFUL_SHARE * after
        _tell_area(state, good)
    state.repaired[state.refused] = False
    state.doubtful[state.refused] = False


def _has_no_ground(shapes: Shapes) -> Bools:
    """Return where polygons in degrees are empty, or below the least mean width or area.

    Corners on one line enclose nothing, but for the rounding of their coordinates.
    """
    middle = np.radians(shapely.bounds(shapes)[:, [1, 3]].mean(axis=1))
    area = shapely.area(shapes) * np.cos(middle) * _DEGREE_M**2
    with np.errstate(invalid="ignore", divide="ignore"):
        width = 2 * area / (shapely.length(shapes) * _DEGREE_M)
        ground = (width > LEAST_WIDTH_M) & (area > LEAST_AREA_M2)
    return np.asarray(shapely.is_empty(shapes) | ~ground, np.bool_)


def _tell_strays(state: Repaired, rows: Ints, area: Floats, harm: Ints) -> None:
    for row, stray, bad in zip(rows, area, harm == _REFUSED, strict=True):
        zh = f"内环有 {stray:.1f} m² 在外环之外"
        en = f"{stray:.1f} m² of holes lie outside their shell"
        if bad:
            why = f"{zh}，覆盖范围无法确定", f"{en}: what it covers is unknown"
            _refuse(state, _mask(state, row), why)
            continue
        state.doubtful[row] = True
        state.reason_zh[row] += f"，{zh}"
        state.reason_en[row] += f", {en}"


def _tell_area(state: Repaired, rows: Ints) -> None:
    for row in rows:
        before, after = state.area_before_m2[row], state.area_after_m2[row]
        old, new = f"{before:.1f}", f"{after:.1f}"
        zh, en = (
            (f"{old} → {new} m²",) * 2 if old != new else (f"{new} m² 不变", f"{new} m² as before")
        )
        state.reason_zh[row] += f"，面积 {zh}"
        state.reason_en[row] += f", area {en}"
        if state.doubtful[row]:
            state.reason_zh[row] += "，真实轮廓存疑，请核对界址点及其次序"
            state.reason_en[row] += (
                "; the true outline is in doubt: check the corners and their order"
            )


def _tell_same_ground(state: Repaired) -> None:
    """Tell the area of polygons that lost nothing but what covers no ground, or is there twice."""
    polygon = np.isin(shapely.get_type_id(state.shapes), _POLYGONS)
    rows = np.flatnonzero(state.repaired & polygon & np.isnan(state.area_after_m2))
    if len(rows):
        area = area_m2(Ragged.from_shapely(state.shapes[rows]))
        state.area_before_m2[rows] = state.area_after_m2[rows] = area
        _tell_area(state, rows)


def _rebuilt(shapes: Shapes) -> tuple[Shapes, Bools, Floats, Ints]:
    """Return repaired polygons in degrees, where two readings of the outline disagree, and strays.

    The last two are the area, m2, of holes outside their shells, and what it means.
    """
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    bounds = shapely.bounds(shapes)
    meridian = 3.0 * np.round((bounds[:, 0] + bounds[:, 2]) / 6.0)
    east, north = gauss_kruger(xy[:, 0], xy[:, 1], meridian[owner])
    plane = shapely.set_coordinates(shapes.copy(), np.column_stack([east, north]))
    crossings = _polygons_of(shapely.make_valid(plane, method="linework"))
    structure = _polygons_of(shapely.make_valid(plane, method="structure", keep_collapsed=False))
    both = shapely.union(crossings, structure)
    area = shapely.area(both)
    differ = area - shapely.area(shapely.intersection(crossings, structure))
    doubtful = differ > AMBIGUOUS_SHARE * area
    kept = _polygons_of(np.where(differ > 0, both, crossings))
    kept, stray, harm = _without_strays(kept, plane)
    degrees = _to_degrees(kept, meridian, (owner, east, north), xy)
    # Needles of some nanometres do not survive the rounding to degrees.
    broken = ~shapely.is_valid(degrees)
    sound = shapely.make_valid(degrees[broken], method="structure", keep_collapsed=False)
    degrees[broken] = _polygons_of(sound)
    return degrees, doubtful, stray, harm


_NO_HARM, _DOUBTFUL, _REFUSED = range(3)


def _without_strays(kept: Shapes, plane: Shapes) -> tuple[Shapes, Floats, Ints]:
    """Return the outlines without what their holes take in outside their shells, and its area.

    Parameters
    ----------
    kept : (n,) repaired outlines
    plane : (n,) the same as given, metres

    Returns
    -------
    shapes, area, harm : area in m2; harm says whether the outline is sound, in doubt or refused
    """
    parts, owner = shapely.get_parts(plane, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    hole = np.zeros(len(rings), np.bool_)
    hole[1:] = part[1:] == part[:-1]
    area, harm = np.zeros(len(plane)), np.full(len(plane), _NO_HARM)
    if not hole.any():
        return kept, area, harm
    filled = shapely.make_valid(shapely.polygons(rings), method="structure", keep_collapsed=False)
    shells, holes, of = filled[~hole], filled[hole], owner[part[hole]]
    beyond = shapely.difference(holes, shells[part[hole]])
    size = shapely.area(beyond)
    np.add.at(area, of, size)
    out = kept.copy()
    for row in np.unique(of[size > 0]).tolist():
        # What lies in another shell of the outline is not lost.
        others = shapely.union_all(shells[owner == row])
        taken = shapely.difference(shapely.union_all(beyond[of == row]), others)
        out[row] = _without_needles(shapely.difference(kept[row], taken))
        if not shapely.is_empty(shapely.buffer(taken, -STRAY_WIDTH_M / 2)):
            harm[row] = _DOUBTFUL
    # A sliver of a hole that lies on the edge, as unions of layers leave it, is no such hole.
    wide = ~shapely.is_empty(shapely.buffer(beyond, -STRAY_WIDTH_M / 2))
    harm[of[wide & (size > HOLE_SHARE * shapely.area(holes))]] = _REFUSED
    harm[area > AMBIGUOUS_SHARE * shapely.area(kept)] = _REFUSED
    return out, area, harm


def _without_needles(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons in metres of a geometry that are no mere needles."""
    parts = np.array([p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"], object)
    parts = parts[2 * shapely.area(parts) > LEAST_WIDTH_M * shapely.length(parts)]
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def _to_degrees(
    plane: Shapes, meridian: Floats, source: tuple[Ints, Floats, Floats], given: Floats
) -> Shapes:
    """Return plane polygons in degrees; corners that came through unchanged keep their floats."""
    known = {key: k for k, key in enumerate(zip(*(v.tolist() for v in source), strict=True))}
    xy, owner = shapely.get_coordinates(plane, return_index=True)
    lon, lat = inverse_gauss_kruger(xy[:, 0], xy[:, 1], meridian[owner])
    out = np.column_stack([lon, lat])
    keys = zip(owner.tolist(), xy[:, 0].tolist(), xy[:, 1].tolist(), strict=True)
    place = np.array([known.get(key, -1) for key in keys], np.int64)
    out[place >= 0] = given[place[place >= 0]]
    moved: Shapes = shapely.set_coordinates(plane.copy(), out)
    return moved
