"""The answers of the 17 rules on outlines and attributes to every feature not planted for them.

Each states what of the feature decides; whoever reads the row can reach the verdict by hand.
"""

from __future__ import annotations

from collections.abc import Callable

from county_frame import County, Feature, true_distance
from county_ponds import FIGURES

QUARRIES = ("building_stone", "building_sand", "clay")
Told = tuple[str, str, dict[str, object]]


def answer_rest(county: County) -> None:
    """Add the answers that nothing was planted for.

    Of the rules on what lies below a pond only those are answered that need no terrain.
    """
    applied = [f for group in county.applications.values() for f in group]
    for layer, rules in RULES.items():
        for one in [*county.features[layer], *(f for f in applied if f.layer == layer)]:
            if layer == "tailings_facility":
                _without_terrain(county, one)
            for rule, told in rules.items():
                if not county.answered(one, rule) and one["unread"] is None:
                    verdict, why, numbers = told(county, one)
                    county.answer(one, rule, verdict, why, **numbers)


def _of(one: Feature, *columns: str) -> dict[str, object]:
    return {c: one[c] if one[c] is not None else "null" for c in columns}


def new_right(one: Feature) -> bool:
    """Return whether a right is new in the sense of the rules."""
    return one["project_type"] == "new" or (
        one["project_type"] is None and one["status"] == "applied"
    )


def new_pond(one: Feature) -> bool:
    """Return whether a pond is new in the sense of the rules."""
    return one["project_type"] == "new" or (
        one["project_type"] is None and one["status"] == "planned"
    )


# -- rights --------------------------------------------------------------------------------------


def mr101(county: County, one: Feature) -> Told:
    told = _of(one, "status")
    if one["status"] is None:
        return "NO_DATA", "status not filled in", told
    if one["status"] in ("expired", "cancelled"):
        return "NOT_APPLICABLE", "not in force", told
    return "PASS", "overlaps nothing in force", {**told, "overlap_km2": 0.0}


def _beyond(one: Feature, method: str) -> Told | None:
    """Return the answer where a rule on rights of one method does not apply or cannot."""
    told = _of(one, "right_type", "status", "method")
    if one["right_type"] == "exploration":
        return "NOT_APPLICABLE", "exploration right", told
    if one["status"] in ("expired", "cancelled"):
        return "NOT_APPLICABLE", "not in force", told
    if one["method"] not in (None, method, "both"):
        return "NOT_APPLICABLE", f"not {method.replace('_', ' ')}", told
    if one["status"] is None or one["method"] is None:
        return "NO_DATA", "status or method not filled in", told
    return None


def mr103(county: County, one: Feature) -> Told:
    told = _of(one, "right_type", "status", "method")
    beyond = _beyond(one, "underground")
    return beyond or ("NOT_APPLICABLE", "no neighbour within 1,000 m", {**told, "boundary_m": None})


def mr104(county: County, one: Feature) -> Told:
    told = _of(one, "right_type", "status", "method", "capacity_kt_a")
    told["mineral_class"] = one["class"] or "null"
    open_pit = one["method"] in (None, "open_pit", "both")
    if open_pit and one["class"] is not None and one["class"] not in QUARRIES:
        return "NOT_APPLICABLE", "no stone, sand or clay", told
    if (one["capacity_kt_a"] or 0) > 500 and open_pit:
        return "NOT_APPLICABLE", "larger than 500 kt/a", told
    beyond = _beyond(one, "open_pit")
    if beyond:
        return beyond[0], beyond[1], told
    if one["class"] is None:
        return "NO_DATA", "the use of the rock is not said: no mineral class", told
    return "NOT_APPLICABLE", "no such quarry within 1,000 m", {**told, "gap_m": None}


def mr105(county: County, one: Feature) -> Told:
    told = _of(one, "status")
    if one["status"] in ("expired", "cancelled"):
        return "NOT_APPLICABLE", "not in force", told
    if one["status"] is None:
        return "NO_DATA", "status not filled in", told
    return "NOT_APPLICABLE", "on no orebody", {**told, "rights_on_orebody": 0}


def mr111(county: County, one: Feature) -> Told:
    new = new_right(one) if one.layer == "mining_right" else new_pond(one)
    told = _of(one, "status", "project_type")
    if one["status"] is None and one["project_type"] is None:
        return "NO_DATA", "neither project type nor status", told
    if not new:
        return "NOT_APPLICABLE", "not new", told
    return "PASS", "in no protected zone", {**told, "new": True, "overlap_km2": 0.0}


def _voids(county: County, one: Feature, *layers: str) -> int:
    return sum(f["owner_licence_no"] == one.id for n in layers for f in county.features[n])


def mr112(county: County, one: Feature) -> Told:
    told = _of(one, "right_type")
    if one["right_type"] == "exploration":
        return "NOT_APPLICABLE", "exploration right", told
    count = _voids(county, one, "working", "open_pit")
    if not count:
        return "NOT_APPLICABLE", "no working or open pit", {**told, "workings": 0}
    return "PASS", "all inside", {**told, "workings": count, "outside_m2": 0.0,
                                  "beyond_elevation_m": 0.0}  # fmt: skip


def mr114(county: County, one: Feature) -> Told:
    told = _of(one, "right_type", "status", "method")
    beyond = _beyond(one, "underground")
    if beyond:
        return beyond
    count = _voids(county, one, "working", "goaf")
    if not count:
        return "NO_DATA", "nothing dug is known", {**told, "voids": 0}
    return "PASS", "touches nobody's", {**told, "voids": count, "touching": 0}


def gf304(county: County, one: Feature) -> Told:
    told = _of(one, "status", "project_type")
    if not new_right(one):
        return "NOT_APPLICABLE", "not new", told
    return "PASS", "over no goaf", {**told, "new": True, "overlap_m2": 0.0}


# -- ponds ---------------------------------------------------------------------------------------


def _unknown(one: Feature) -> bool:
    return one["status"] is None and one["project_type"] is None


def _without_terrain(county: County, one: Feature) -> None:
    told = _of(one, "project_type", "status")
    if _unknown(one):
        beyond = dict.fromkeys(("TF201", "TF202"), ("NO_DATA", "neither project type nor status"))
    elif new_pond(one):
        beyond = {"TF202": ("NOT_APPLICABLE", "not built yet")}
    else:
        beyond = {"TF201": ("NOT_APPLICABLE", "not new")}
        if one["status"] == "closed":
            beyond["TF202"] = ("NOT_APPLICABLE", "closed")
    for rule, (verdict, why) in beyond.items():
        county.answer(one, rule, verdict, why, **told)


def tf203(county: County, one: Feature) -> Told:
    told = _of(one, "project_type", "status", "rebuild_purpose")
    if _unknown(one):
        return "NO_DATA", "neither project type nor status", told
    if not new_pond(one) and one["project_type"] not in ("rebuilt", "expanded"):
        return "NOT_APPLICABLE", "neither new, rebuilt nor expanded", told
    rivers = {f.id: f for f in county.features["river"]}
    away = {n: true_distance(one.shape, rivers[n].shape) for n in FIGURES}
    number = min(FIGURES, key=lambda n: away[n] - FIGURES[n])
    river = rivers[number]
    half = {"half_width_m": 30.0} if river["source_kind"] == "centreline" else {}
    return "PASS", "far enough from every river", {
        **told, "river": number, "class": river["river_class"], "source": river["source_kind"],
        "distance_m": round(away[number], 3), **half}  # fmt: skip


def _new_only(one: Feature, *columns: str) -> tuple[dict[str, object], Told | None]:
    told = _of(one, "project_type", "status", *columns)
    if _unknown(one):
        return told, ("NO_DATA", "neither project type nor status", told)
    if not new_pond(one):
        return told, ("NOT_APPLICABLE", "not new", told)
    return told, None


def tf204(county: County, one: Feature) -> Told:
    told, beyond = _new_only(one, "total_dam_height_m")
    low = one["total_dam_height_m"] <= 200
    return beyond or (("PASS", "no higher than 200 m", told) if low
                      else ("FAIL", "higher than 200 m", told))  # fmt: skip


def tf205(county: County, one: Feature) -> Told:
    told, beyond = _new_only(one, "grade", "total_volume_m3", "total_dam_height_m", "dam_method")
    if beyond:
        return beyond
    if one["dam_method"] != "one_step":
        return "FAIL", "grade 4 and not built in one step", told
    return "PASS", "built in one step, the grade agrees with the table", told


def tf206(county: County, one: Feature) -> Told:
    told, beyond = _new_only(one, "independent_concentrator")
    if beyond:
        return beyond
    own = one["independent_concentrator"]
    if own is None:
        return "NO_DATA", "whose concentrator is not said", told
    return ("REVIEW", "of an independent concentrator: strictly controlled in Shanxi", told) if own \
        else ("PASS", "of a mine's own concentrator", told)  # fmt: skip


def tf207(county: County, one: Feature) -> Told:
    told = _of(one, "project_type", "status")
    if _unknown(one):
        return "NO_DATA", "neither project type nor status", told
    if new_pond(one):
        return "NOT_APPLICABLE", "not built yet", told
    if one["status"] == "closed":
        return "PASS", "closed", told
    return "PASS", "in use", {**told, **_of(one, "discharging", "at_final_level", "ownerless")}


def tf209(county: County, one: Feature) -> Told:
    told = _of(one, "project_type", "status")
    if _unknown(one):
        return "NO_DATA", "neither project type nor status", told
    if not new_pond(one) and one["project_type"] != "expanded":
        return "NOT_APPLICABLE", "neither new nor expanded", told
    return "PASS", "on no closed pond", {**told, "overlap_m2": 0.0}


def tf210(county: County, one: Feature) -> Told:
    told, beyond = _new_only(one, "replaces_facility")
    if beyond:
        return beyond
    if one["replaces_facility"]:
        return "PASS", "replaces another", told
    return "REVIEW", "the number of ponds is not to rise, in principle", told


# -- goafs ---------------------------------------------------------------------------------------


def gf301(county: County, one: Feature) -> Told:
    owner = one["owner_licence_no"]
    if owner is None:
        return "NO_DATA", "nobody's goaf", {"owner": "null"}
    rights = {f.id: f for f in county.features["mining_right"]}
    if owner not in rights:
        return "NO_DATA", "its owner is not in the layer", {"owner": "unlisted"}
    return "PASS", "inside the licence", {"owner": owner, "outside_m2": 0.0,
                                          "owner_status": rights[owner]["status"]}  # fmt: skip


def gf302(county: County, one: Feature) -> Told:
    told = {**_of(one, "treated", "volume_m3")}
    if one["treated"]:
        return "PASS", "treated", told
    total = sum(
        f["volume_m3"] or 0
        for f in county.features["goaf"]
        if f["owner_licence_no"] == one["owner_licence_no"] and f["treated"] is not True
    )
    return "PASS", "within both limits", {**told, "owner_total_m3": float(total)}


Rules = dict[str, Callable[[County, Feature], Told]]
RULES: dict[str, Rules] = {
    "mining_right": {"MR101": mr101, "MR103": mr103, "MR104": mr104, "MR105": mr105,
                     "MR111": mr111, "MR112": mr112, "MR114": mr114, "GF304": gf304},
    "tailings_facility": {"MR111": mr111, "TF203": tf203, "TF204": tf204, "TF205": tf205,
                          "TF206": tf206, "TF207": tf207, "TF209": tf209, "TF210": tf210},
    "goaf": {"GF301": gf301, "GF302": gf302},
}  # fmt: skip
