"""The outlines and the ground of the sample county are what their constructions say.

Measured in a transverse Mercator plane about each subject, with pyproj and shapely alone.
"""

import csv
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import rasterio
import rasterio.features
import rasterio.merge
import shapely

SAMPLE = Path(__file__).resolve().parents[2] / "sample_geodata"
MILLIMETRE, CELL, NODATA = 0.0015, 30.0, -9999.0
NUMBERS = {
    "mining_right": "许可证号", "tailings_facility": "尾矿库编号", "goaf": "采空区编号",
    "river": "要素编码", "orebody": "矿体编号", "geohazard": "灾害点编号",
    "building": "建筑物编号", "working": "工程编号", "open_pit": "采场编号",
    "waste_dump": "排土场编号", "settlement": "编号", "ridge_line": "山脊线编号",
}  # fmt: skip
FILES = {
    "mining_right": "mining_rights.shp", "tailings_facility": "tailings_facilities.gpkg",
    "goaf": "goafs.gpkg", "river": "rivers.geojson", "orebody": "orebodies.gpkg",
    "geohazard": "geohazards.geojson", "building": "buildings.gpkg", "working": "workings.gpkg",
    "open_pit": "open_pits.gpkg", "waste_dump": "waste_dumps.gpkg",
    "settlement": "settlements.geojson", "ridge_line": "ridge_lines.geojson",
}  # fmt: skip


def told(row):
    return dict(part.split("=", 1) for part in row["construction"].split(";"))


@cache
def rows():
    with (SAMPLE / "expected_verdicts.csv").open(encoding="utf-8", newline="") as file:
        return [r | {"c": told(r)} for r in csv.DictReader(file)]


def having(rule, *keys, run="screen"):
    return [
        r
        for r in rows()
        if r["rule"] == rule and (run is None or r["run"] == run)
        and all(r["c"].get(k) not in (None, "none", "wide") for k in keys)
    ]  # fmt: skip


@cache
def layer(name):
    """Return number -> geometry in CGCS2000 degrees, and the attributes."""
    kinds = {"encoding": "GBK"} if FILES[name].endswith(".shp") else {}
    table = gpd.read_file(SAMPLE / FILES[name], **kinds).to_crs(4490).set_index(NUMBERS[name])
    assert table.index.is_unique
    return table


@cache
def applied(run):
    kinds = {"encoding": "GBK"} if run.endswith(".shp") else {}
    table = gpd.read_file(SAMPLE / "applications" / run, **kinds).to_crs(4490)
    number = "许可证号" if "许可证号" in table else "尾矿库编号"
    return table.set_index(number)


@cache
def zones():
    """Read the corner text: number -> polygon in zone 37, moved to degrees."""
    text = (SAMPLE / "protected_zones.txt").read_text(encoding="gb18030")
    rings, out = {}, {}
    for line in text.splitlines()[10:]:
        fields = line.split(",")
        if fields[-1] == "@":
            rings = out.setdefault(fields[2], {})
        else:
            rings.setdefault(fields[1], []).append((float(fields[3]), float(fields[2])))
    return {
        k: shapely.transform(
            shapely.Polygon(v["1"], [h for n, h in v.items() if n != "1"]), degrees(4525)
        )
        for k, v in out.items()
    }


def degrees(code):
    move = pyproj.Transformer.from_crs(code, 4490, always_xy=True)
    return lambda xy: np.column_stack(move.transform(xy[:, 0], xy[:, 1]))


def plane(*shapes):
    """Return shapes in true metres about the first."""
    c = shapely.centroid(shapes[0])
    move = pyproj.Transformer.from_crs(
        4490, f"+proj=tmerc +lat_0={c.y} +lon_0={c.x} +k=1 +ellps=GRS80", always_xy=True
    )

    def metres(xy):
        return np.column_stack(move.transform(xy[:, 0], xy[:, 1]))

    return [shapely.transform(s, metres) for s in shapes]


def shape_of(row):
    """Return the subject's outline in degrees, of the layer or of the application."""
    table = layer(row["layer"]) if row["run"] == "screen" else applied(row["run"])
    return table.geometry[row["source_id"]]


def pair(row, name):
    """Return subject and the other feature its construction names, in metres."""
    other = zones() if name == "protected_zone" else layer(name).geometry
    return plane(shape_of(row), other[row["c"]["other"]])


def width(shape):
    """Return the diameter of the largest circle inside."""
    return 0.0 if shape.is_empty else 2 * shapely.maximum_inscribed_circle(shape).length


# -- distances and overlaps ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "key"), [("MR103", "boundary_m"), ("MR104", "gap_m"), ("MR113", "distance_m")]
)
def test_distances_to_the_named_neighbour(rule, key):
    found = having(rule, key, "other")
    assert len(found) >= 4
    for row in found:
        a, b = pair(row, "geohazard" if rule == "MR113" else "mining_right")
        assert a.distance(b) == pytest.approx(float(row["c"][key]), abs=MILLIMETRE), row


def test_the_enlarged_iron_mine_is_as_near_as_it_says():
    (row,) = having("MR103", "boundary_m", run="iron_expansion.shp")
    a, b = pair(row, "mining_right")
    assert a.distance(b) == pytest.approx(49.5, abs=MILLIMETRE)


def test_who_has_no_neighbour_has_none_within_a_kilometre():
    for rule, key, method in (("MR103", "boundary_m", "地下开采"), ("MR104", "gap_m", "露天开采")):
        table = layer("mining_right")
        alone = [r for r in rows() if r["rule"] == rule and r["c"].get(key) == "none"]
        assert len(alone) > 10
        for row in alone:
            if row["run"] != "screen":
                continue
            others = table[(table["开采方式"] == method) & (table.index != row["source_id"])]
            near = others.cx[slice(*(_span(row, 0))), slice(*(_span(row, 1)))]
            minerals = near["开采矿种"].isin(["建筑石料用灰岩", "建筑用砂", "砖瓦用粘土"])
            near = near[minerals] if rule == "MR104" else near
            subject, *rest = plane(shape_of(row), *near.geometry)
            assert all(subject.distance(r) > 1000 for r in rest), row


def _span(row, axis):
    bounds = shape_of(row).bounds
    return bounds[axis] - 0.02, bounds[axis + 2] + 0.02


def test_overlaps_are_of_the_planted_area():
    found = having("MR101", "other", "overlap_km2")
    assert len(found) >= 12
    for row in found:
        a, b = pair(row, "mining_right")
        area = a.intersection(b).area / 1e6
        assert area == pytest.approx(float(row["c"]["overlap_km2"]), abs=2e-8), row
        if row["c"]["width_m"] == "wide":
            assert width(a.intersection(b)) > 5


def test_the_sliver_is_six_centimetres_wide_and_the_touch_has_no_width():
    for row in having("MR101", "width_m"):
        a, b = pair(row, "mining_right")
        expected = float(row["c"]["width_m"])
        shared = a.intersection(b)
        if expected:
            assert shared.area / shapely.length(shared) * 2 == pytest.approx(expected, abs=2e-3)
        else:
            assert shared.area < 0.01 and a.distance(b) < MILLIMETRE


def test_rights_clear_of_others_overlap_none():
    table = layer("mining_right")
    planted = {r["source_id"] for r in having("MR101", "other")}
    shapes = plane(*table.geometry)
    for row in having("MR101", "overlap_km2"):
        if row["source_id"] in planted or row["run"] != "screen":
            continue
        own = table.index.get_loc(row["source_id"])
        others = [s for k, s in enumerate(shapes) if k != own]
        assert not any(shapes[own].intersects(s) for s in others), row


def test_protected_zones_are_met_as_planted():
    found = having("MR111", "other")
    assert len(found) == 6
    for row in found:
        a, b = pair(row, "protected_zone")
        area = a.intersection(b).area / 1e6
        assert area == pytest.approx(float(row["c"]["overlap_km2"]), abs=6e-7), row
        if row["c"].get("gap_m") not in (None, "none"):
            assert a.distance(b) == pytest.approx(float(row["c"]["gap_m"]), abs=MILLIMETRE)
    clear = [r for r in having("MR111", "overlap_km2") if "other" not in r["c"]]
    assert len(clear) > 30
    for row in clear:
        subject, *rest = plane(shape_of(row), *zones().values())
        assert not any(subject.intersects(z) for z in rest), row


def test_ponds_lie_as_far_from_rivers_as_they_say():
    for run in ("screen", "new_pond.gpkg", "pond_relocation.geojson"):
        for row in having("TF203", "distance_m", run=run):
            number = row["c"]["river"]
            number = "HL-04-G" if row["c"]["source"] == "control_zone" else number
            a, b = plane(shape_of(row), layer("river").geometry[number])
            assert a.distance(b) == pytest.approx(float(row["c"]["distance_m"]), abs=0.002), row
            assert width(a.intersection(b)) > 20 or float(row["c"]["distance_m"]) > 0


def test_no_pond_that_passes_is_near_any_river():
    figures = {"HL-01": 3000, "HL-02": 1000, "HL-03": 1030, "HL-04": 1000}
    for row in having("TF203", "distance_m"):
        if row["verdict"] == "PASS":
            for number, figure in figures.items():
                a, b = plane(shape_of(row), layer("river").geometry[number])
                assert a.distance(b) > figure, (row, number)


def test_a_closed_pond_is_used_again():
    (row,) = having("TF209", "other")
    a, b = pair(row, "tailings_facility")
    assert a.intersection(b).area == pytest.approx(float(row["c"]["overlap_m2"]), rel=1e-5)


# -- underground ---------------------------------------------------------------------------------


def voids(licence):
    found = [layer(n)[layer(n)["所属许可证号"] == licence] for n in ("working", "goaf")]
    return [(r.geometry, r["顶板标高"], r["底板标高"]) for t in found for _, r in t.iterrows()]


def test_workings_are_as_far_apart_as_they_say():
    found = having("MR103", "plan_m")
    assert len(found) == 12
    for row in found:
        mine, other = voids(row["source_id"]), voids(row["c"]["other"])
        assert len(mine) == len(other) == 1
        (a, top, bottom), (b, other_top, other_bottom) = mine[0], other[0]
        p, q = plane(a, b)
        assert p.distance(q) == pytest.approx(float(row["c"]["plan_m"]), abs=MILLIMETRE)
        rise = max(bottom - other_top, other_bottom - top)
        if row["c"]["rise_m"] == "none":
            assert np.isnan(rise)
        else:
            assert rise == pytest.approx(float(row["c"]["rise_m"]), abs=1e-4)


def test_connected_stopes_overlap_in_plan_by_metres():
    found = having("MR114", "plan_m")
    assert len(found) == 6
    for row in found:
        ((a, *_),), ((b, *_),) = voids(row["source_id"]), voids(row["c"]["other"])
        p, q = plane(a, b)
        assert width(p.intersection(q)) > 5


def test_what_lies_outside_a_licence_is_of_the_planted_size():
    for row in having("GF301", "outside_m2"):
        owner = layer("goaf")["所属许可证号"][row["source_id"]]
        a, b = plane(shape_of(row), layer("mining_right").geometry[owner])
        out = a.difference(b)
        assert out.area == pytest.approx(float(row["c"]["outside_m2"]), abs=0.3), row
    for row in having("MR112", "kind"):
        mine, *dug = plane(shape_of(row), *(v[0] for v in voids(row["source_id"])))
        out = shapely.union_all([d.difference(mine) for d in dug])
        told_ = row["c"]
        if "outside_length_m" in told_:
            assert out.length == pytest.approx(float(told_["outside_length_m"]), abs=MILLIMETRE)
        elif told_.get("outside_width_m") == "wide":
            assert width(out) > 5
        if "outside_m2" in told_:
            assert out.area == pytest.approx(float(told_["outside_m2"]), abs=0.3), row
        if "beyond_elevation_m" in told_:
            table = layer("mining_right")
            beyond = max(
                max(top - table["上限标高"][row["source_id"]],
                    table["下限标高"][row["source_id"]] - bottom)
                for _, top, bottom in voids(row["source_id"])
            )  # fmt: skip
            assert beyond == pytest.approx(float(told_["beyond_elevation_m"]), abs=1e-6)


def test_new_rights_over_old_goafs():
    goafs = layer("goaf").geometry
    for row in having("GF304", "overlap_m2"):
        subject, *rest = plane(shape_of(row), *goafs)
        area = sum(subject.intersection(g).area for g in rest)
        assert area == pytest.approx(float(row["c"]["overlap_m2"]), abs=0.3), row


def test_orebodies_carry_as_many_rights_as_they_say():
    rights = layer("mining_right")
    for row in having("MR105", "orebody"):
        body, *rest = plane(layer("orebody").geometry[row["c"]["orebody"]], *rights.geometry)
        crossed = sum(width(body.intersection(r)) > 1 for r in rest if body.intersects(r))
        assert crossed == int(row["c"]["rights_on_orebody"])


# -- the ground ----------------------------------------------------------------------------------


@cache
def dem():
    tiles = sorted((SAMPLE / "dem").glob("*.tif"))
    z, place = rasterio.merge.merge(tiles)
    return z[0], place


def on_ground(shape):
    move = pyproj.Transformer.from_crs(4490, 4546, always_xy=True)
    return shapely.transform(shape, lambda xy: np.column_stack(move.transform(xy[:, 0], xy[:, 1])))


def height(x, y):
    z, place = dem()
    column, row = ~place * (x, y)
    return z[int(row), int(column)]


def toes(row):
    if row["run"] == "screen":
        table = gpd.read_file(SAMPLE / "dam_toes.geojson").to_crs(4490)
        return [on_ground(g) for g in table.geometry[table["尾矿库编号"] == row["source_id"]]]
    one = applied(row["run"]).loc[row["source_id"]]
    return [on_ground(shapely.Point(one["坝脚经度"], one["坝脚纬度"]))]


def water(start, metres):
    """Follow the ground downhill from cell to cell, over flats and small rises too."""
    z, place = dem()
    column, row = (int(v) for v in ~place * (start.x, start.y))
    path, length, seen = [(row, column)], 0.0, {(row, column)}
    while length < metres:
        around = [
            (z[r, c], r, c)
            for r in range(row - 1, row + 2) for c in range(column - 1, column + 2)
            if (r, c) not in seen and 0 <= r < z.shape[0] and 0 <= c < z.shape[1]
        ]  # fmt: skip
        if not around:
            return path, "edge"
        low, r, c = min(around, key=lambda n: (
            (n[0] - z[row, column]) / np.hypot(n[1] - row, n[2] - column)))  # fmt: skip
        if low == NODATA:
            return path, "nodata"
        if r in (0, z.shape[0] - 1) or c in (0, z.shape[1] - 1):
            return path, "edge"
        length += CELL * np.hypot(r - row, c - column)
        row, column = r, c
        seen.add((r, c))
        path.append((r, c))
    return path, "runs on"


@pytest.mark.parametrize("rule", ["TF201", "TF202"])
def test_the_way_down_from_the_toe_meets_what_the_rows_say(rule):
    found = [r for r in rows() if r["rule"] == rule and "new" in r["c"]]
    homes = [on_ground(g) for g in layer("settlement").geometry]
    _, place = dem()
    for row in found:
        told_ = row["c"]
        met = []
        for toe in toes(row):
            path, end = water(toe, 1000.0)
            met.append(end)
            line = shapely.LineString([place * (c + 0.5, r + 0.5) for r, c in path])
            near = [h for h in homes if h.distance(line) < 25.0]
            if told_.get("corridor_path_m") not in (None, "none"):
                metres = float(told_["corridor_path_m"])
                straight = [h.centroid.distance(toe) for h in homes]
                assert any(0.4 * metres < s < 1.02 * metres for s in straight) or told_.get("toes")
            if row["verdict"] == "PASS":
                assert not near, row
        if told_.get("path_ends") in ("nodata", "edge"):
            assert met == [told_["path_ends"]], row
        if told_.get("corridor_path_m", "none") != "none" and row["verdict"] != "PASS":
            hits = [
                h
                for toe in toes(row)
                for h in homes
                if h.distance(_line(water(toe, 1150.0)[0])) < 45.0
            ]
            assert hits, row


def _line(path):
    _, place = dem()
    return shapely.LineString([place * (c + 0.5, r + 0.5) for r, c in path])


def test_nobody_lives_near_below_a_pond_that_passes():
    homes = [on_ground(g) for g in layer("settlement").geometry]
    for row in [r for r in rows() if r["rule"] in ("TF201", "TF202") and r["verdict"] == "PASS"]:
        for toe in toes(row):
            level = height(toe.x, toe.y)
            for home in homes:
                lower = height(*home.centroid.coords[0]) <= level
                assert home.distance(toe) > 1000 or not lower, row


def test_boundaries_along_ridges_have_lower_ground_on_both_sides():
    for row in [r for r in rows() if r["rule"] == "MR102" and r["run"] == "screen"]:
        ring = on_ground(shape_of(row)).exterior
        at = np.arange(0.0, ring.length, 20.0)
        xy = np.array([ring.interpolate(d).coords[0] for d in at])
        way = np.roll(xy, -2, axis=0) - np.roll(xy, 2, axis=0)
        way /= np.hypot(*way.T)[:, None]
        normal = np.column_stack([-way[:, 1], way[:, 0]])
        profile = np.array([
            [height(*(p + d * n)) for d in (-150, -120, -60, -30, 0, 30, 60, 120, 150)]
            for p, n in zip(xy, normal, strict=True)
        ])  # fmt: skip
        crest = profile[:, 2:7].max(axis=1)
        both = (profile[:, :2].min(axis=1) < crest - 5) & (profile[:, 7:].min(axis=1) < crest - 5)
        if row["c"]["offset_m"] == "0":
            assert both.mean() >= 0.3, row
        else:
            assert both.mean() < 0.45, row


def test_the_surveyed_ridge_line_is_the_boundary():
    (row,) = [r for r in rows() if r["rule"] == "MR102" and r["c"]["ridge"] == "surveyed"]
    mine, ridge = plane(shape_of(row), layer("ridge_line").geometry["SJ-001"])
    shared = mine.exterior.intersection(ridge.buffer(0.02)).length
    assert shared == pytest.approx(float(row["c"]["run_m"]), rel=0.01)
    assert shared / mine.exterior.length == pytest.approx(float(row["c"]["share"]), abs=0.01)


def test_orebodies_lie_as_deep_as_they_say():
    z, place = dem()
    for row in having("MR106", "least_cover_m"):
        body = layer("orebody").loc[row["c"]["orebody"]]
        touched = ~rasterio.features.geometry_mask(
            [on_ground(body.geometry)], z.shape, place, all_touched=True
        )
        cover = z[touched].min() - body["矿体顶标高"]
        assert cover == pytest.approx(float(row["c"]["least_cover_m"]), abs=0.11)


def test_houses_stand_inside_and_outside_the_reach_of_movement():
    for row in having("GF303", "reach_m"):
        goaf = layer("goaf").loc[row["source_id"]]
        void, house = on_ground(goaf.geometry), on_ground(
            layer("building").geometry[row["c"]["other"]])  # fmt: skip
        away = void.distance(house)
        assert away == pytest.approx(float(row["c"]["distance_m"]), abs=0.02)
        ground = height(*house.centroid.coords[0])
        rock = ground - goaf["底板标高"] - 15.0
        reach = 15.0 / np.tan(np.deg2rad(45)) + rock / np.tan(np.deg2rad(65)) + 15.0
        if row["verdict"] != "NO_DATA":
            assert (away <= reach) == (row["verdict"] == "REVIEW"), row
            assert abs(away - reach) > 5
