"""Layers that contradict one another: owners nobody has, orebodies that cannot be one.

What is told here changes no verdict: it says on which ground a verdict may stand wrongly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from gis.ragged import Bools
from layers.account import Issue
from layers.cells import flat
from layers.contradictions import SHOWN, contradiction, limits
from layers.issues import info, listed, warning
from layers.layer import Layer
from layers.orebodies import keys

RIGHT, POND = "mining_right", "tailings_facility"
_OWNER = {
    **dict.fromkeys(
        ("goaf", "working", "movement_zone", "open_pit", "waste_dump"), "owner_licence_no"
    ),
    "dam_toe": "facility_no",
}
_REPLACED = {RIGHT: "replaces_licences", POND: "replaces_facility"}


def checked(layers: Mapping[str, Layer]) -> dict[str, Layer]:
    """Return the layers of a run, each with what it says that another layer contradicts."""
    out = {}
    for name, layer in layers.items():
        said = [*_told(layer, layers)] if len(layer) else []
        out[name] = replace(layer, issues=(*layer.issues, *said)) if said else layer
    return out


def _told(layer: Layer, layers: Mapping[str, Layer]) -> Iterator[Issue]:
    if layer.name in _OWNER:
        owners = layers.get(POND if layer.name == "dam_toe" else RIGHT)
        if owners is not None and owners.registered and len(owners) and not owners.astray:
            yield from _unknown_owners(layer, owners)
            if layer.name in ("goaf", "working"):
                yield from _beyond_elevations(layer, owners)
            if layer.name == "working":
                yield from _where_nobody_digs(layer, owners)
    if layer.name == RIGHT:
        yield from _far_orebodies(layer, layers.get("orebody"))
    if layer.name == "orebody" and RIGHT in layers:
        yield from _unreached(layer, layers[RIGHT])


def _file(layer: Layer) -> str:
    return layer.provenance[0].source


def _unknown_owners(layer: Layer, owners: Layer) -> Iterator[Issue]:
    """Tell of owners that no feature is, was, or is to replace.

    Goafs of mines long closed are many, and GF301 answers for each: they are worth knowing, and a
    warning only where none at all is known.
    """
    column = layer.table.column(_OWNER[layer.name])
    lost = has_unknown_owner(layer, owners) & ~_in(column, _replaced(owners))
    if not lost.any():
        return
    numbers = column.filter(pa.array(lost)).unique().to_pylist()
    make = warning if layer.name != "goaf" or lost.all() else info
    yield make(
        "owner_unknown",
        f"{_file(layer)}：{int(lost.sum())} 个要素所属的编号在图层 {owners.name} 中没有，"
        f"不计入任何一家，请核对：{listed(numbers, 'zh', SHOWN)}",
        f"{_file(layer)}: {int(lost.sum())} features belong to numbers that {owners.name} does "
        f"not have, and count as nobody's; check them: {listed(numbers, 'en', SHOWN)}",
        numbers[0],
    )


def has_unknown_owner(layer: Layer, owners: Layer) -> Bools:
    """Return (n,) features that state an owner which no row of ``owners`` is, or was, refused too.

    A number that a row of ``owners`` is to replace is none of its own.
    """
    column, number = layer.table.column(_OWNER[layer.name]), owners.schema.number
    known = [owners.table.column(number), pa.array(owners.refused.numbers, pa.string())]
    if owners.predecessors is not None:
        known.append(owners.predecessors.table.column(number))
    numbers = pa.concat_arrays([flat(k) for k in known]).drop_null()
    stated = np.asarray(pc.is_valid(column).combine_chunks(), np.bool_)
    return np.asarray(stated & ~_in(column, numbers), np.bool_)


def _replaced(owners: Layer) -> pa.Array:
    lists = pc.split_pattern(owners.table.column(_REPLACED[owners.name]).drop_null(), ";")
    return flat(pc.list_flatten(lists))


def _in(column: pa.ChunkedArray, numbers: pa.Array) -> Bools:
    return np.asarray(pc.is_in(column, value_set=numbers).combine_chunks(), np.bool_)


def _beyond_elevations(voids: Layer, rights: Layer) -> Iterator[Issue]:
    """Tell of voids that lie wholly above or below the elevations of the licence they are of."""
    numbers = rights.table.column("licence_no").combine_chunks()
    counts = pc.value_counts(numbers.drop_null())
    once = counts.field("values").filter(pc.equal(counts.field("counts"), 1))
    owner = voids.table.column("owner_licence_no").combine_chunks()
    single = np.asarray(pc.is_in(owner, value_set=once), np.bool_)
    at = np.asarray(pc.index_in(owner, value_set=numbers).fill_null(0), np.int64)
    above = voids.number("bottom_elevation_m") - rights.number("top_elevation_m")[at]
    below = rights.number("bottom_elevation_m")[at] - voids.number("top_elevation_m")
    most = limits()["void_aside"]
    rows = np.flatnonzero(single & ((above > most.value) | (below > most.value)))
    if len(rows):
        yield contradiction(
            _file(voids),
            f"{len(rows)} 个要素的标高与所属许可证的开采标高相距 {most.zh} 以上，"
            "标高是否有误（按所填值判定）",
            f"{len(rows)} features lie over {most.en} above or below the elevations of their "
            "licence; are theirs wrong (judged as given)?",
            voids.source_id[rows].tolist(),
        )


def _where_nobody_digs(workings: Layer, rights: Layer) -> Iterator[Issue]:
    """Tell of rights with stopes or shafts that no rule on underground mines counts."""
    live = ~rights.is_code("status", "expired", "cancelled")
    exploring = rights.is_code("right_type", "exploration")
    pits = rights.is_code("method", "open_pit") & ~exploring
    owner = workings.table.column("owner_licence_no")
    kinds = [
        (pits, ("stope", "shaft"), "的开采方式为露天，却有采场或井筒",
         "are mined by open pit and yet have stopes or shafts"),
        (exploring, ("stope",), "的类型为探矿权，却有采场",
         "are for exploration and yet have stopes"),
    ]  # fmt: skip
    for chosen, dug, zh, en in kinds:
        numbers = rights.table.column("licence_no").filter(pa.array(live & chosen))
        hit = workings.is_code("kind", *dug) & _in(owner, numbers.combine_chunks().drop_null())
        if hit.any():
            names = owner.filter(pa.array(hit)).unique().to_pylist()
            yield contradiction(
                _file(workings),
                f"{len(names)} 个矿业权{zh}，不作为地下矿山判定，请核对",
                f"{len(names)} rights {en}; they are not judged as underground mines, check them:",
                names,
            )


def _far_orebodies(rights: Layer, orebodies: Layer | None) -> Iterator[Issue]:
    """Tell of orebody numbers, drawn nowhere, of rights too far apart to lie on one orebody."""
    if rights.is_null("orebody_id").all():
        return
    live = ~rights.is_code("status", "expired", "cancelled")
    rows, names = rights.entries("orebody_id")
    rows, names = rows[live[rows]], names[live[rows]]
    body, first, group = np.unique(keys(names).astype(str), return_index=True, return_inverse=True)
    bounds = rights.shapes.take(rows).bounds
    low, high = np.full((len(body), 2), np.inf), np.full((len(body), 2), -np.inf)
    np.minimum.at(low, group, bounds[:, 2:])
    np.maximum.at(high, group, bounds[:, :2])
    # From the nearer edges of the outermost rights: those of one group that meet give nothing.
    most = limits()["orebody_rights_apart"]
    far = (high - low > most.value).any(axis=1)
    if orebodies is not None:
        far &= ~np.isin(body, keys(orebodies.text("orebody_id")).astype(str))
    if far.any():
        yield contradiction(
            _file(rights),
            f"同一矿体编号见于相距 {most.zh} 以上的矿业权，按同一矿体判定；"
            "如为各矿自编的编号，请改为全图层唯一",
            f"rights over {most.en} apart name one orebody and are judged to be on it; if each "
            "mine numbers its own, make the numbers unique:",
            names[first[far]].tolist(),
        )


def _unreached(orebodies: Layer, rights: Layer) -> Iterator[Issue]:
    """Tell of orebodies whose top no mine on them comes near: burial depths are read from it."""
    top = orebodies.number("top_elevation_m")
    high, low = rights.number("top_elevation_m"), rights.number("bottom_elevation_m")
    live = ~rights.is_code("status", "expired", "cancelled") & (high >= low)
    mines = np.flatnonzero(live & rights.is_code("method", "underground", "both"))
    tops = np.flatnonzero(~np.isnan(top))
    if not len(tops) or not len(mines):
        return
    tree = shapely.STRtree(shapely.box(*orebodies.shapes.bounds[tops].T))
    i, j = tree.query(shapely.box(*rights.shapes.bounds[mines].T))
    i, j = mines[i], tops[j]
    most = limits()["orebody_top_aside"]
    off = np.maximum(top[j] - high[i], low[i] - top[j]) > most.value
    i, j = i[off], j[off]
    crossed = shapely.intersects(
        rights.shapes.take(i).to_shapely(), orebodies.shapes.take(j).to_shapely()
    )
    rows = np.unique(j[crossed])
    if len(rows):
        yield contradiction(
            _file(orebodies),
            f"{len(rows)} 个矿体的顶标高与其上地下矿山的开采标高相距 {most.zh} 以上，"
            "标高是否有误（按所填值判定）",
            f"the tops of {len(rows)} orebodies lie over {most.en} above or below the elevations "
            "of an underground mine on them; are they wrong (judged as given)?",
            orebodies.source_id[rows].tolist(),
        )
