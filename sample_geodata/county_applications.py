"""The applications to vet: what came in over the counter, in the forms in which it came."""

from __future__ import annotations

from pathlib import Path

from county_files import (
    corner_text,
    registration_string,
    starred_list,
    write_geojson,
    write_geopackage,
    write_shapefile,
)
from county_frame import County, Feature, apart, blob, fixed_point, lapped, true_distance
from county_pond_cast import PLANNED
from county_ponds import Sites, village_below
from county_rights import APPLIED, heading, right
from county_surface import crested
from shapely import Point, Polygon
from shapely.affinity import scale

PARTS: dict[str, list[tuple]] = {}


def draw_applications(county: County) -> None:
    """Draw all applications for rights; their registered neighbours are added to the layers."""
    _quarry(county)
    _prospect(county)
    _iron(county)
    _registration(county)
    _notice(county)
    _clean(county)
    _broken(county)


def _quarry(county: County) -> None:
    at, way = county.site(620.0), heading(county)
    old = right(county, "limestone", blob(county.rng, at, 270.0))
    shape = lapped(blob(county.rng, (at[0] + 300, at[1]), 240.0), old.shape, way, 0.0123)
    one = right(county, "stone", fixed_point(shape, 3), "quarry_corners.txt",
                licence_no="quarry_corners-1", name="柳沟石料厂", capacity_kt_a=500.0,
                **APPLIED)  # fmt: skip
    county.answer(one, "MR101", "FAIL", "lies over a registered right", status="applied",
                  other=old.id, other_status="granted", overlap_km2=0.0123, width_m="wide")  # fmt: skip
    county.answer(one, "MR112", "NO_DATA", "without a number nobody can say which workings are its",
                  right_type="mining", licence_no=None)  # fmt: skip


def _prospect(county: County) -> None:
    at = county.site(700.0, spacing=200.0)
    county.apply("prospect.geojson", "mining_right", "SQ-2026-02",
                 blob(county.rng, at, 620.0, 9), name="北梁铁矿普查", right_type="exploration",
                 holder="白崖勘查有限公司", mineral="铁矿", status="applied",
                 project_type="new")  # fmt: skip


def _iron(county: County) -> None:
    """An enlargement that replaces the old licence and comes too near to a neighbour."""
    at, way = county.site(900.0), heading(county)
    old = right(county, "iron", blob(county.rng, at, 260.0, 8))
    wide = fixed_point(scale(old.shape, 1.3, 1.3))
    next_to = blob(county.rng, (at[0] + way[0] * 700, at[1] + way[1] * 700), 250.0)
    other = right(county, "iron", apart(next_to, wide, way, 49.5))
    one = right(county, "iron", wide, "iron_expansion.shp", licence_no="SQ-2026-03",
                name=str(old["name"]) + "扩界", holder=old["holder"], status="applied",
                project_type="expanded", replaces_licences=old.id)  # fmt: skip
    one.values["project_type"] = "expanded"
    county.answer(one, "MR101", "PASS", "replaces the licence of the same holder it covers",
                  status="applied", other=old.id, other_status="granted", overlap_km2=round(
                      old.shape.area / 1e6, 4), width_m="wide", replaces=True,
                  same_holder=True)  # fmt: skip
    county.answer(one, "MR103", "REVIEW", "boundary 49.5 m from another holder's",
                  method="underground", other=other.id, same_holder=False, boundary_m=49.5,
                  voids="none")  # fmt: skip
    gap = true_distance(old.shape, other.shape)
    for x, y in ((old, other), (other, old)):
        county.answer(x, "MR103", "PASS", "the old boundaries are far enough apart",
                      method="underground", other=y.id, same_holder=False,
                      boundary_m=round(gap, 3), voids="none")  # fmt: skip


def _registration(county: County) -> None:
    """A gypsum mine as registration string, with a body deducted between its own elevations."""
    at = county.site(420.0)
    shape = fixed_point(blob(county.rng, at, 340.0, 9), 3)
    one = right(county, "gypsum", shape, "gypsum_registration.txt", licence_no="SQ-2026-04",
                name=None, **APPLIED)  # fmt: skip
    cut = fixed_point(blob(county.rng, at, 90.0, 5), 3)
    top, bottom = one["top_elevation_m"], one["bottom_elevation_m"]
    PARTS["gypsum_registration.txt"] = [
        (shape, top, bottom, "", 1), (cut, top - 40, top - 110, "扣除老采空区", -1)]  # fmt: skip


def _notice(county: County) -> None:
    """A bauxite right of two parts in the form of published notices."""
    at = county.site(620.0)
    parts = [fixed_point(blob(county.rng, (at[0] + dx, at[1] + dx / 3), 230.0), 3)
             for dx in (-300, 300)]  # fmt: skip
    cut = fixed_point(blob(county.rng, parts[0].centroid.coords[0], 60.0, 5), 3)
    one = right(county, "bauxite", parts[0].union(parts[1]), "bauxite_notice.txt",
                licence_no="SQ-2026-05", name=None, **APPLIED)  # fmt: skip
    top, bottom = one["top_elevation_m"], one["bottom_elevation_m"]
    PARTS["bauxite_notice.txt"] = [
        (parts[0], top, bottom, "一采区", 1), (parts[1], top, bottom, "二采区", 1),
        (cut, top, bottom + 30, "扣除村庄保安矿柱", -1)]  # fmt: skip


def _clean(county: County) -> None:
    """A quarry with nothing against it."""
    at = county.site(420.0)
    drawn = [blob(county.rng, (at[0] + dx, at[1] + dy), 250.0, 9)
             for dx in (0, 130, -130) for dy in (0, 130, -130) for _ in range(3)]  # fmt: skip
    shape = min(drawn, key=lambda d: crested(county, d))
    one = right(county, "stone", shape, "clean_quarry.gpkg", licence_no="SQ-2026-06",
                name="鹰崖石料厂", capacity_kt_a=1200.0, size_class="large", **APPLIED)  # fmt: skip
    county.answer(one, "MR102", "PASS", "follows no ridge", method="open_pit", new=True,
                  mineral_class="building_stone", ridge="dem", offset_m=None, share=0.0,
                  run_m=0.0, crosses=False)  # fmt: skip


def _broken(county: County) -> None:
    """Two outlines that cannot be taken as they are."""
    at = county.site(330.0)
    # Corners in the wrong order: the outline crosses itself, what it should hold is in doubt.
    xy = [(-250, -200), (260, 210), (240, -190), (-230, 220)]
    shape = Polygon([(at[0] + x, at[1] + y) for x, y in xy])
    one = county.apply("bow_tie.geojson", "mining_right", "SQ-2026-07", shape, name="红崖砖瓦厂",
                       right_type="mining", holder="红崖砖瓦有限公司", mineral="砖瓦用粘土",
                       method="open_pit", capacity_kt_a=60.0, **APPLIED, **{"class": "clay"})  # fmt: skip
    for rule in ("MR101", "MR104", "MR111", "GF304"):
        county.answer(one, rule, "NO_DATA", "nothing was found, but the outline is in doubt",
                      ring="bow_tie")  # fmt: skip
    # Digits of a notice were masked before it was published: nobody knows where it lies.
    shape = fixed_point(blob(county.rng, at, 240.0, 6), 3)
    one = right(county, "bauxite", shape, "masked_notice.txt", licence_no="SQ-2026-10",
                name=None, unread=True, **APPLIED)  # fmt: skip
    PARTS["masked_notice.txt"] = [(shape, 1100.0, 1000.0, "", 1)]
    county.answer(one, "READ", "REFUSED", "digits of a coordinate are masked", corner="masked")


def draw_pond_applications(county: County, sites: Sites) -> None:
    """Draw the applications for ponds, while the valleys are still free."""
    one, shape = sites.at_distance("HL-01", 2100.0, alone=True)
    pond = county.apply("new_pond.gpkg", "tailings_facility", "SQ-2026-08", shape,
                        name="河西尾矿库", **{**PLANNED, "independent_concentrator": None}, **_toe(one))  # fmt: skip
    village_below(county, one, 700.0, population=340)
    _guard(county, one, shape)
    county.answer(pond, "TF203", "FAIL", "2,100 m from the main stem", project_type="new",
                  status="planned", distance_m=2100.0, river="HL-01", source="shoreline",
                  **{"class": "main_stem"})  # fmt: skip
    county.answer(pond, "TF201", "FAIL", "a village on the valley floor below", new=True,
                  corridor_path_m=700.0, kind="village")  # fmt: skip
    one = sites.find(lambda v: sites.clear(v.cut(0.0), 300.0) and v.inland(county),
                     sites.beyond(300.0))  # fmt: skip
    old = [k for k, v in county.answers.items() if k[3] == "TF202" and v[0] == "REVIEW"][1]
    shape = fixed_point(one.cut(0.0))
    pond = county.apply("pond_relocation.geojson", "tailings_facility", "SQ-2026-09", shape,
                        name="东川替代尾矿库", **{**PLANNED, "replaces_facility": old[2]},
                        **_toe(one))  # fmt: skip
    _guard(county, one, shape)
    county.answer(pond, "TF201", "PASS", "nobody within 1 km below, nor in the sector", new=True,
                  corridor_path_m=None, sector_m=None, straight_below_m=None)  # fmt: skip


def _toe(one) -> dict[str, object]:
    from county_files import in_degrees

    toe = in_degrees(Point(one.path[0]))
    return {"toe_lon": toe.x, "toe_lat": toe.y}


def _guard(county: County, one, shape: Polygon) -> None:
    county.quiet.append(shape.buffer(60.0))
    county.people_free.append(Point(one.path[0]).buffer(1650.0))


# -- files ---------------------------------------------------------------------------------------

ORDER = [
    "quarry_corners.txt", "prospect.geojson", "iron_expansion.shp", "gypsum_registration.txt",
    "bauxite_notice.txt", "clean_quarry.gpkg", "bow_tie.geojson", "new_pond.gpkg",
    "pond_relocation.geojson", "masked_notice.txt",
]  # fmt: skip
DECLARED = {
    "quarry_corners.txt": {
        "right_type": "mining", "status": "applied", "project_type": "new",
        "mineral": "建筑石料用灰岩", "method": "open_pit", "capacity_kt_a": "500",
    },
    "gypsum_registration.txt": {
        "right_type": "mining", "status": "applied", "project_type": "new", "mineral": "石膏",
        "method": "underground", "capacity_kt_a": "300", "name": "枣湾石膏矿",
    },
    "bauxite_notice.txt": {
        "right_type": "mining", "status": "applied", "project_type": "new", "mineral": "铝土矿",
        "method": "open_pit", "capacity_kt_a": "600", "name": "磨石坪铝土矿",
    },
}  # fmt: skip


def write_applications(county: County, folder: Path) -> None:
    """Write the application files and ``applications.toml``, which says what they leave out."""
    place = folder / "applications"
    place.mkdir(parents=True, exist_ok=True)
    for name, features in county.applications.items():
        path, one = place / name, features[0]
        if path.suffix == ".shp":
            write_shapefile(path, features, one.layer)
        elif path.suffix == ".gpkg":
            write_geopackage(path, features, one.layer)
        elif path.suffix == ".geojson":
            write_geojson(path, features, one.layer)
        else:
            path.write_bytes(_text(name, one).encode("gb18030"))
    lines = [
        "# 申请文件本身没有写明、由申请人另行声明的内容（等同于 vet --set）",
        "# What the application files leave out and the applicant declares (as vet --set)",
    ]
    for name in sorted(county.applications, key=ORDER.index):
        lines += ["", f'["{name}"]']
        lines += [f'{k} = "{v}"' for k, v in DECLARED.get(name, {}).items()]
    text = "\n".join(lines) + "\n"
    (folder / "applications.toml").write_bytes(text.encode("utf-8"))


def _text(name: str, one: Feature) -> str:
    if name == "quarry_corners.txt":
        return corner_text([one], lambda _: "采矿")
    if name == "gypsum_registration.txt":
        return registration_string(one.id, PARTS[name])
    text = starred_list(one.id, PARTS[name])
    if name == "masked_notice.txt":
        first = text.index("\r\n2,") + 4
        text = text[: first + 4] + "***" + text[first + 7 :]
    return text
