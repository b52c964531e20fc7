"""Source geometries as valid shapes in CGCS2000 longitude and latitude."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

from gis import crs as gis_crs
from gis import repair as gis_repair
from gis.crs_names import are_one
from gis.errors import CRSError, MineZoneError
from gis.ragged import KIND_OF_TYPE, Bools, Floats, Ints, Kind, Shapes
from gis.spikes import spikes
from layers import web_maps, whereabouts
from layers.account import Issue
from layers.formats.geometries import LOST_GEOMETRY
from layers.formats.row_datums import of_another_kind
from layers.formats.source import Source
from layers.issues import label_en, warning
from layers.schema import Schema
from layers.settings import Extent, LayerSettings
from layers.whereabouts import Reason, crs_name

_COLLECTION = 7
_KINDS = {Kind.POINT: ("点", "point"), Kind.LINE: ("线", "line"), Kind.POLYGON: ("面", "polygon")}


@dataclass(frozen=True, eq=False)
class Placed:
    """Where every row lies.

    Attributes
    ----------
    shapes : (n,) shapely, EPSG:4490 degrees, valid; None where refused
    refused : row -> why, in both languages
    bounds : (n, 4) degrees of rows whose coordinates can be believed, NaN for the others
    repaired : (n,) bool
    doubtful : (n,) bool, repaired in a way that leaves the true outline open
    crs, transformation, accuracy_m, shifted : for the provenance
    system : what the coordinates are given in, None where nothing can be used
    """

    shapes: Shapes
    refused: dict[int, Reason]
    bounds: Floats
    repaired: Bools
    doubtful: Bools
    crs: str
    transformation: str
    accuracy_m: float | None
    shifted: bool
    issues: tuple[Issue, ...]
    errors: tuple[MineZoneError, ...]
    system: pyproj.CRS | None = None


def place(
    source: Source, schema: Schema, settings: LayerSettings, extent: Extent, file: str
) -> Placed:
    """Return all geometries of ``source`` in CGCS2000, repaired, with those that had to go.

    A row is refused that has no geometry, one of another kind than the layer's, coordinates that
    are no numbers or lie outside China (unless ``extent`` is ``any``), or an outline that cannot
    be repaired without changing what it covers. The bounds of a row whose coordinates are wrong
    are unknown: it could be anywhere.
    """
    shapes = shapely.force_2d(np.asarray(source.geometry, dtype=object))
    if (said := web_maps.refused(source, settings)) is not None:
        return _nowhere(len(shapes), said)
    unreadable, wrong = _unusable(shapes, source), _wrong_kinds(shapes, schema)
    rows = _rest(len(shapes), unreadable)
    try:
        system = _system(source, settings, shapes[rows], file)
        coordinates = shapely.get_coordinates(shapes[rows])
        given = settings.shift
        lonlat, transformation = gis_crs.to_cgcs2000(
            coordinates, system, given.shift if given else None
        )
    except CRSError as fault:
        named = type(fault)(_named(file, fault.zh, "："), _named(file, fault.en, ": "))
        return _nowhere(len(shapes), named)
    out = np.full(len(shapes), None, dtype=object)
    out[rows] = _moved(shapes[rows], lonlat)
    counts = _vertex_counts(shapes[rows])
    shifted = given is not None and given.shift.description == transformation.description
    located = whereabouts.Located(rows, counts, coordinates, lonlat, system)
    gone = _elsewhere(located, extent)
    errors: list[MineZoneError] = []
    if len(rows) and len(gone) == len(rows):
        errors.append(whereabouts.misplaced(coordinates, lonlat, system, extent, file))
    out[list(gone)] = None
    doubts = whereabouts.doubtful(located.without(gone), source.labels, extent)
    bounds = shapely.bounds(out)
    refused = {**gone, **wrong, **unreadable}
    repaired, doubtful, repairs, kept = _repaired(out, refused, schema, source.labels)
    return Placed(
        shapes=kept,
        refused=refused,
        bounds=bounds,
        repaired=repaired,
        doubtful=doubtful,
        crs=crs_name(system),
        transformation=transformation.description,
        accuracy_m=transformation.accuracy_m,
        shifted=shifted,
        issues=(*(given.told(lonlat) if given and shifted else ()), *doubts, *repairs),
        errors=tuple(errors),
        system=system,
    )


def _elsewhere(located: whereabouts.Located, extent: Extent) -> dict[int, Reason]:
    """Return the rows whose coordinates cannot be right, and why."""
    rows, counts, xy, lonlat, system = located
    gone = whereabouts.outside(rows, lonlat, counts, extent)
    gone.update(whereabouts.off_planes(rows, xy, counts, system))
    gone.update(whereabouts.other_zones(rows, xy, counts, system))
    gone.update(of_another_kind(rows, xy, counts, system))
    return gone


def _rest(n: int, refused: dict[int, Reason]) -> Ints:
    return np.delete(np.arange(n, dtype=np.int64), list(refused))


def _named(file: str, text: str, colon: str) -> str:
    return text if text.startswith(file) else f"{file}{colon}{text}"


def _nowhere(n: int, fault: MineZoneError) -> Placed:
    none = np.full(n, None, dtype=object)
    bounds = np.full((n, 4), np.nan)
    nobody = np.zeros(n, np.bool_)
    return Placed(none, {}, bounds, nobody, nobody, "", "", None, False, (), (fault,))


def _unusable(shapes: Shapes, source: Source) -> dict[int, Reason]:
    empty = (shapely.get_type_id(shapes) < 0) | shapely.is_empty(shapes)
    lost = {i.feature: i for i in source.issues if i.code in LOST_GEOMETRY}
    refused = {}
    for row in np.flatnonzero(empty).tolist():
        label = source.labels[row]
        said = lost.get(label)
        refused[row] = (
            (said.zh.removeprefix(f"{label}："), said.en.removeprefix(f"{label_en(label)}: "))
            if said
            else ("几何为空", "no geometry")
        )
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    for row in np.unique(owner[~np.isfinite(xy).all(axis=1)]):
        refused[int(row)] = ("坐标不是有限数值", "a coordinate is not a finite number")
    return refused


def _wrong_kinds(shapes: Shapes, schema: Schema) -> dict[int, Reason]:
    types = shapely.get_type_id(shapes)
    allowed = [t for t, kind in KIND_OF_TYPE.items() if kind in schema.kinds]
    wrong = ~np.isin(types, [-1, _COLLECTION, *allowed])
    return {int(r): _wrong_kind(int(types[r]), schema) for r in np.flatnonzero(wrong)}


def _wrong_kind(kind: int, schema: Schema) -> Reason:
    names = [_KINDS[k] for k in sorted(schema.kinds)]
    found = _KINDS[Kind(KIND_OF_TYPE[kind])] if kind in KIND_OF_TYPE else ("其他", "other")
    return (
        f"几何是{found[0]}，{schema.zh}应为{'或'.join(n[0] for n in names)}",
        f"the geometry is a {found[1]}, {schema.name} takes {' or '.join(n[1] for n in names)}",
    )


def _system(source: Source, settings: LayerSettings, shapes: Shapes, file: str) -> pyproj.CRS:
    """Return the system the source states, else the one the user states; never a guess."""
    stated = gis_crs.parse_crs(settings.crs) if settings.crs is not None else None
    if source.crs is None:
        if stated is None:
            raise _no_crs(source, shapes, file)
        return stated
    if stated is not None and not are_one(source.crs, stated):
        note_zh, note = halves(source.crs_note)
        raise CRSError(
            f"{file}：文件自带坐标系 {crs_name(source.crs)}（{note_zh}），"
            f"与给出的 crs = {settings.crs} 不同",
            f"{file}: the file states {crs_name(source.crs)} ({note}), "
            f"which differs from the given crs = {settings.crs}",
        )
    return source.crs


def _no_crs(source: Source, shapes: Shapes, file: str) -> CRSError:
    zh, en = _looks_like(shapely.get_coordinates(shapes))
    note_zh, note = halves(source.crs_note)
    note = f" ({note})" if note else ""
    note_zh = f"（{note_zh}）" if note_zh else ""
    return CRSError(
        f"{file}：文件未注明坐标系{note_zh}；{zh}；请给出 crs（--crs 或工作区的 crs）",
        f"{file}: the file states no CRS{note}; {en}; give crs (--crs, or crs of the workspace)",
    )


def halves(note: str) -> Reason:
    """Return the Chinese and the English half of a note, which may have but one for both."""
    zh, slash, en = note.partition(" / ")
    return zh, en if slash else note


def _looks_like(xy: Floats) -> Reason:
    """Say what the coordinates may be; the datum is never told by numbers."""
    if not len(xy):
        return "没有坐标", "it holds no coordinates"
    found = gis_crs.recognise(xy)
    swapped = found.axis == "yx"
    order = ("，且 X、Y 次序相反", " with the axes swapped") if swapped else ("", "")
    if found.kind == "degrees":
        return (
            f"坐标像经纬度{order[0]}，若为 CGCS2000 则 crs = EPSG:4490",
            f"the coordinates look like degrees{order[1]}, crs = EPSG:4490 if they are CGCS2000",
        )
    if found.kind != "gauss_kruger":
        return "从坐标看不出坐标系", "the coordinates could be anything"
    if found.zone is None or found.width is None:
        return (
            f"坐标像高斯-克吕格平面坐标{order[0]}，无带号，中央子午线不明",
            f"the coordinates look like Gauss-Krüger{order[1]} without a zone prefix; "
            "the central meridian is unknown",
        )
    code = crs_name(gis_crs.gauss_kruger_crs(found.zone, found.width, found.prefix))
    return (
        f"坐标像高斯-克吕格 {found.width} 度带第 {found.zone} 带{order[0]}，"
        f"若为 CGCS2000 则 crs = {code}",
        f"the coordinates look like Gauss-Krüger {found.width}-degree zone {found.zone}"
        f"{order[1]}, crs = {code} if they are CGCS2000",
    )


def _vertex_counts(shapes: Shapes) -> Ints:
    return np.asarray(shapely.get_num_coordinates(shapes), np.int64)


def _moved(shapes: Shapes, lonlat: Floats) -> Shapes:
    # GEOS objects are immutable: the call replaces the elements of the array it is given.
    return shapely.set_coordinates(shapes.copy(), lonlat) if len(shapes) else shapes


def _repaired(
    shapes: Shapes, refused: dict[int, Reason], schema: Schema, labels: tuple[str, ...]
) -> tuple[Bools, Bools, tuple[Issue, ...], Shapes]:
    """Repair the rows still there; adds to ``refused`` those that could not be."""
    kept = np.full(len(shapes), None, dtype=object)
    mask, doubtful = np.zeros((2, len(shapes)), np.bool_)
    rows = _rest(len(shapes), refused)
    if not len(rows):
        return mask, doubtful, (), kept
    result = gis_repair.repair(shapes[rows])
    types = shapely.get_type_id(result.shapes)
    issues = []
    for k in np.flatnonzero(result.refused | result.repaired):
        row, zh, en = int(rows[k]), result.reason_zh[k], result.reason_en[k]
        if result.refused[k]:
            refused[row] = (zh, en)
        else:
            issues.append(_repair_issue(labels[row], zh, en))
    allowed = [t for t, kind in KIND_OF_TYPE.items() if kind in schema.kinds]
    for k in np.flatnonzero(~result.refused & ~np.isin(types, allowed)):
        refused[int(rows[k])] = _wrong_kind(int(types[k]), schema)
    left = np.isin(rows, list(refused), invert=True)
    issues += _spikes(result.shapes[left], [labels[int(row)] for row in rows[left]])
    kept[rows[left]] = result.shapes[left]
    mask[rows[left]] = result.repaired[left]
    doubtful[rows[left]] = result.doubtful[left]
    return mask, doubtful, tuple(issues), kept


def _spikes(shapes: Shapes, labels: list[str]) -> list[Issue]:
    """Return a warning for each outline with spikes, with the longest of them."""
    found = spikes(shapes)
    issues = []
    for row in np.unique(found.row).tolist():
        own = np.flatnonzero(found.row == row)
        k = own[np.argmax(found.length_m[own])]
        (lon, lat), label = found.place[k], labels[row]
        more_zh, more_en = (f"等 {len(own)} 处", f" and {len(own) - 1} more") \
            if len(own) > 1 else ("", "")  # fmt: skip
        size_zh = f"长 {found.length_m[k]:.1f} m、宽 {found.width_m[k]:.2f} m"
        size_en = f"{found.length_m[k]:.1f} m long and {found.width_m[k]:.2f} m wide"
        issues.append(
            warning(
                "spike",
                f"{label}：轮廓有尖刺，{size_zh}，端点 {lon:.6f}, {lat:.6f}{more_zh}，请核对界址点",
                f"{label_en(label)}: the outline has a spike {size_en} with its tip at "
                f"{lon:.6f}, {lat:.6f}{more_en}; check its corners",
                label,
            )
        )
    return issues


def _repair_issue(label: str, zh: str, en: str) -> Issue:
    line = f"{label_en(label)}: outline repaired: {en}"
    return warning("repaired", f"{label}：图形已修复：{zh}", line, label)
