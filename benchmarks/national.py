"""Screens a synthetic country and compares the answers with what was planted.

``python benchmarks/national.py [--scale 1.0] [--keep FOLDER]`` draws 100,000 rights, 12,000 ponds,
20,000 goafs and a main stem with tributaries, runs ``minezone screen`` on them twice (the second
run reads the snapshots of the first), and prints time, peak memory and the check of every
planted overlap, touch and crossing. Status 1 if an answer is wrong or a limit is passed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely
from pyogrio.raw import write

SECONDS, GIGABYTES = 30.0, 2.0
RULES = "MR101,TF203,GF301"
CELL_E, CELL_N = 1500.0, 1200.0  # metres; rights of two cells never meet
CLUSTER = (40, 25)  # cells
KM_PER_DEGREE = 111.32
STEM = [(96, 35), (101, 34), (104, 36), (107, 40), (111, 40), (110.4, 35), (114, 35), (119, 37.7)]

WORKSPACE = """
title = "national benchmark"
jurisdiction = "CN"
[layers.mining_right]
source = "rights.gpkg"
[layers.tailings_facility]
source = "ponds.gpkg"
[layers.river]
source = "rivers.gpkg"
[layers.goaf]
source = "goafs.gpkg"
"""


def cells(n, rng):
    """Return (n, 2) centres of lattice cells in degrees, in clusters all over the country."""
    east, north = CLUSTER
    clusters = -(-n // (east * north))
    columns = int(np.ceil(np.sqrt(clusters)))
    k = np.arange(clusters)
    corner = np.column_stack(
        [82 + 46.0 * (k % columns) / columns, 22 + 25.0 * (k // columns) / columns]
    )
    corner += rng.uniform(0, 0.2, corner.shape)
    i, j = np.meshgrid(np.arange(east), np.arange(north))
    lat = corner[:, 1, None] + j.ravel() * CELL_N / 1e3 / KM_PER_DEGREE
    scale = np.cos(np.radians(corner[:, 1, None]))
    lon = corner[:, 0, None] + i.ravel() * CELL_E / 1e3 / KM_PER_DEGREE / scale
    return np.column_stack([lon.ravel(), lat.ravel()])[:n]


def stars(centres, radius, rng, corners=12):
    """Return (n, corners, 2) rings in degrees, star-shaped about their centres."""
    angle = 2 * np.pi * (np.arange(corners) + rng.uniform(-0.3, 0.3, (len(centres), corners)))
    angle /= corners
    reach = np.asarray(radius)[:, None] * rng.uniform(0.7, 1.0, angle.shape)
    degrees = reach / 1e3 / KM_PER_DEGREE
    lon = centres[:, :1] + degrees * np.cos(angle) / np.cos(np.radians(centres[:, 1:]))
    return np.stack([lon, centres[:, 1:] + degrees * np.sin(angle)], axis=-1)


def polygons(rings):
    return shapely.polygons(np.round(rings, 9))


def draw_rights(n, rng):
    """Return outlines, status, and the pairs that overlap and that touch."""
    overlapping, touching = round(0.03 * n), round(0.025 * n)
    base = n - overlapping - touching
    centres = cells(base, rng)
    rings = stars(centres, rng.uniform(120, 330, base), rng)
    outlines = polygons(rings)
    chosen = rng.permutation(base)
    over, cut = chosen[:overlapping], chosen[overlapping : overlapping + touching]
    # A copy about one of its own corners overlaps its model and stays in its cell.
    second = polygons(rings[over] * 0.6 + rings[over][:, :1] * 0.4)
    middle = np.round(centres[cut], 9)[:, None]
    ring = np.round(rings[cut], 9)
    halves = [np.concatenate([middle, ring[:, :7]], axis=1)]
    halves.append(np.concatenate([middle, ring[:, 6:], ring[:, :1]], axis=1))
    outlines[cut] = shapely.polygons(halves[0])
    shapes = np.concatenate([outlines, second, shapely.polygons(halves[1])])
    status = np.full(n, "granted", dtype=object)
    status[base : base + overlapping] = "applied"
    pairs = {
        "overlap": np.column_stack([over, base + np.arange(overlapping)]),
        "touch": np.column_stack([cut, base + overlapping + np.arange(touching)]),
    }
    return shapes, status, pairs, (centres, rings, np.setdiff1d(np.arange(base), cut))


def draw_goafs(n, drawn, rng):
    """Return outlines, owners and which of them lie outside their owner."""
    centres, rings, whole = drawn
    owner = rng.choice(whole, n, replace=False)
    crossing = rng.random(n) < 0.04
    shift = np.where(crossing, 700.0 / 1e3 / KM_PER_DEGREE, 0.0)
    moved = centres[owner] + np.column_stack([np.zeros(n), shift])
    return (
        polygons(moved[:, None] + (rings[owner] - centres[owner][:, None]) * 0.5),
        owner,
        crossing,
    )


def draw_river(points, levels, rng):
    xy = np.array(points, float)
    for _ in range(levels):
        step = np.diff(xy, axis=0)
        side = np.column_stack([-step[:, 1], step[:, 0]]) * rng.normal(0, 0.13, (len(step), 1))
        out = np.empty((2 * len(xy) - 1, 2))
        out[::2], out[1::2] = xy, (xy[1:] + xy[:-1]) / 2 + side
        xy = out
    return shapely.linestrings(xy)


def draw_rivers(scale, rng):
    stem = draw_river(STEM, 13, rng)
    ends = shapely.get_coordinates(stem)
    lines = [stem]
    for _ in range(round(400 * scale)):
        mouth = ends[rng.integers(len(ends))]
        source = mouth + rng.normal(0, 1.2, 2)
        lines.append(draw_river([source, (source + mouth) / 2, mouth], 9, rng))
    return np.array(lines, dtype=object)


def save(path, shapes, **columns):
    write(
        str(path), geometry=shapely.to_wkb(shapes), crs="EPSG:4490", driver="GPKG",
        fields=np.array(list(columns), dtype=object), layer=path.stem, geometry_type="Unknown",
        field_data=[np.asarray(v, dtype=object) for v in columns.values()],
    )  # fmt: skip


def draw(folder, scale, seed=11):
    """Write the workspace; return what was planted."""
    rng = np.random.default_rng(seed)
    n, m, g = (round(v * scale) for v in (100_000, 12_000, 20_000))
    shapes, status, pairs, drawn = draw_rights(n, rng)
    numbers = np.array([f"C{k:06d}" for k in range(n)], dtype=object)
    mining = np.full(n, "mining", dtype=object)
    save(folder / "rights.gpkg", shapes, licence_no=numbers, right_type=mining, status=status)
    goafs, owner, crossing = draw_goafs(g, drawn, rng)
    goaf_no = np.array([f"G{k:06d}" for k in range(g)], dtype=object)
    save(folder / "goafs.gpkg", goafs, goaf_no=goaf_no, owner_licence_no=numbers[owner])
    rivers = draw_rivers(scale, rng)
    kinds = np.array(["main_stem"] + ["important_tributary"] * (len(rivers) - 1), dtype=object)
    save(
        folder / "rivers.gpkg", rivers, river_no=[f"R{k}" for k in range(len(rivers))],
        river_class=kinds, basin=["yellow"] * len(rivers), source_kind=["shoreline"] * len(rivers),
    )  # fmt: skip
    near = shapely.get_coordinates(rivers)
    near = near[rng.integers(len(near), size=m // 2)] + rng.normal(0, 0.03, (m // 2, 2))
    centres = np.vstack([near, cells(m - m // 2, rng)])
    ponds = polygons(stars(centres, rng.uniform(40, 400, m), rng, 20))
    pond_no = np.array([f"T{k:05d}" for k in range(m)], dtype=object)
    save(
        folder / "ponds.gpkg", ponds, facility_no=pond_no, project_type=["new"] * m,
        status=["planned"] * m,
    )  # fmt: skip
    (folder / "workspace.toml").write_text(WORKSPACE, encoding="utf-8")
    return {
        "overlap": {tuple(sorted(numbers[p])) for p in pairs["overlap"]},
        "touch": {tuple(sorted(numbers[p])) for p in pairs["touch"]},
        "crossing": set(goaf_no[crossing]),
        "counts": (n, m, g),
        "rivers": (rivers, kinds),
        "ponds": ponds,
    }


def screen(folder, out):
    """Return seconds, peak gigabytes and status of one run in a process of its own."""
    code = (
        "import resource, sys; from webmap.cli import main; status = main(sys.argv[1:]); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr); "
        "sys.exit(status)"
    )
    words = ["screen", "-w", folder / "workspace.toml", "-o", out, "--rules", RULES, "--json"]
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)], capture_output=True, text=True, cwd=folder
    )
    seconds = time.perf_counter() - started
    if done.returncode not in (1, 3):
        raise SystemExit(f"screen ended with {done.returncode}: {done.stderr}")
    return seconds, int(done.stderr.split()[-1]) / 2**20, done.returncode


def check(folder, out, planted):
    """Yield what was compared, how many there are, and how many differ."""
    subjects = pq.read_table(out / "subjects.parquet", columns=["source_id"])
    names = np.asarray(subjects["source_id"].to_numpy(zero_copy_only=False), dtype=object)
    table = pq.read_table(out / "findings.parquet")
    column = {c: table[c].to_numpy(zero_copy_only=False) for c in table.column_names[1:9]}
    column["related"] = table["related"].to_numpy()
    rule, subject = column["rule"], names[column["subject"]]
    snapshot = rights_of(folder)
    for what, reasons in (
        ("overlap", ("overlap", "overlapped_by_application")),
        ("touch", ("touch",)),
    ):
        rows = (rule == "MR101") & (column["related"] >= 0) & np.isin(column["reason"], reasons)
        pairs = zip(subject[rows], snapshot[column["related"][rows]], strict=True)
        found = [tuple(sorted(pair)) for pair in pairs]
        wrong = len(planted[what] ^ set(found)) + abs(len(found) - 2 * len(planted[what]))
        yield f"MR101 pairs that {what}", len(planted[what]), wrong
    fails = set(subject[(rule == "GF301") & (column["verdict"] == "FAIL")])
    yield "GF301 goafs outside", len(planted["crossing"]), len(fails ^ planted["crossing"])
    yield ("TF203 least distances, 1 mm", *distances(column, rule, subject, planted))


def rights_of(folder):
    """Return the licence numbers in the order of the snapshot the run was made on."""
    for path in sorted((folder / ".minezone").rglob("*.parquet")):
        schema = pq.read_schema(path)
        if "licence_no" in schema.names:
            table = pq.read_table(path, columns=["licence_no"])
            return np.asarray(table["licence_no"].to_numpy(zero_copy_only=False), dtype=object)
    raise SystemExit("no snapshot of the rights")


def distances(column, rule, subject, planted, most=300):
    """Compare FAIL distances with a plane centred on each of some ponds."""
    rivers, kinds = planted["rivers"]
    rows = np.flatnonzero((rule == "TF203") & (column["verdict"] == "FAIL"))
    rows = rows[column["related"][rows] < 0] if (column["related"][rows] < 0).any() else rows
    rows = rows[:: max(1, len(rows) // most)]
    wrong = 0
    for row in rows:
        pond = planted["ponds"][int(subject[row][1:])]
        lon, lat = shapely.get_coordinates(pond.centroid)[0]
        plane = pyproj.Proj(proj="tmerc", ellps="GRS80", lon_0=lon, lat_0=lat)
        near = shapely.clip_by_rect(rivers, lon - 0.1, lat - 0.1, lon + 0.1, lat + 0.1)
        limit = np.where(kinds == "main_stem", 3000.0, 1000.0)

        def flat(shape, plane=plane):
            return shapely.transform(shape, lambda xy: np.column_stack(plane(*xy.T)))

        found = np.array([flat(pond).distance(flat(s)) if not s.is_empty else np.inf for s in near])
        truth = found[found <= limit]
        wrong += not (len(truth) and np.abs(truth - column["measured"][row]).min() < 1e-3)
    return len(rows), wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00Z"})
        planted = draw(folder, options.scale)
        n, m, g = planted["counts"]
        print(f"{n:,} rights, {m:,} ponds, {g:,} goafs; `screen --rules {RULES}`, all outputs.\n")
        print("| run | seconds | peak GB |\n|---|---|---|")
        good = True
        for name in ("from GeoPackage", "from snapshots"):
            seconds, peak, _ = screen(folder, folder / "out")
            good = good and seconds < SECONDS and peak < GIGABYTES
            print(f"| {name} | {seconds:.1f} | {peak:.2f} |")
        print("\n| compared with what was planted | number | wrong |\n|---|---|---|")
        for what, number, wrong in check(folder, folder / "out", planted):
            good = good and number > 0 and not wrong
            print(f"| {what} | {number:,} | {wrong} |")
    return 0 if good else 1


if __name__ == "__main__":
    os.environ["PYTHONUTF8"] = "1"
    sys.exit(main())
