"""Screens an invented country and holds every answer against the geodesic truth.

``python benchmarks/national.py [--rights 100000 --ponds 12000 --goafs 20000] [--keep FOLDER]``
draws the layers (``country.py``) into GeoPackages, runs ``minezone screen`` on them twice in a
process of its own (cold, then from the snapshots of the first run), works out the truth without
minezone's geometry (``truth.py``) and compares every row (``compare.py``). Prints Markdown;
status 1 if an answer is wrong, a check found nothing to check, or a limit is passed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import answers
import compare
import numpy as np
import pyogrio
import shapely
from country import Country, Size, country
from pyogrio.raw import write

SECONDS, MEGABYTES = 30.0, 2048.0
RULES = "MR101,TF203,GF301"
LAUNCHER = Path(__file__).with_name("launch.py")
MINEZONE = "import sys; from webmap.cli import main; sys.exit(main(sys.argv[1:]))"

WORKSPACE = """\
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


def save(drawn: Country, folder: Path) -> None:
    """Write the layers as GeoPackages, and the workspace over them."""
    folder.mkdir(parents=True, exist_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00Z"})
    for name in ("rights", "ponds", "rivers", "goafs"):
        layer = getattr(drawn, name)
        numbers = [np.issubdtype(v.dtype, np.number) for v in layer.columns.values()]
        write(
            str(folder / f"{name}.gpkg"),
            geometry=shapely.to_wkb(layer.shapes),
            field_data=[
                v if number else v.astype(object)
                for v, number in zip(layer.columns.values(), numbers, strict=True)
            ],
            fields=np.array(list(layer.columns), dtype=object),
            crs="EPSG:4490",
            driver="GPKG",
            layer=name,
            geometry_type="Unknown",
        )
    (folder / "workspace.toml").write_text(WORKSPACE, encoding="utf-8")


def screen(folder: Path, out: Path) -> dict[str, float]:
    """Run the command over the workspace; return status, seconds and memory."""
    command = ["screen", "-w", folder / "workspace.toml", "-o", out, "--rules", RULES, "--json"]
    words = [sys.executable, LAUNCHER, sys.executable, "-c", MINEZONE, *command]
    environment = os.environ | {"PYTHONUTF8": "1"}
    done = subprocess.run(
        [str(word) for word in words],
        capture_output=True, encoding="utf-8", cwd=folder, env=environment,
    )  # fmt: skip
    used = json.loads(done.stdout or '{"status": -1}')
    if used["status"] not in (1, 3):
        raise SystemExit(f"screen ended with {used['status']}: {done.stderr[-2000:]}")
    return used


def timed(folder: Path) -> bool:
    """Run cold and warm, print what each took; return whether the limits were kept."""
    print("| run | seconds | CPU seconds | peak MB | load before |")
    print("|---|---|---|---|---|")
    good = True
    shutil.rmtree(folder / ".minezone", ignore_errors=True)
    for name in ("cold, from GeoPackage", "warm, from snapshots"):
        load = os.getloadavg()[0]
        used = screen(folder, folder / "out")
        good = good and used["wall_s"] < SECONDS and used["peak_mb"] < MEGABYTES
        took = f"{used['wall_s']:.1f} | {used['cpu_s']:.1f} | {used['peak_mb']:.0f}"
        print(f"| {name} | {took} | {load:.1f} |", flush=True)
    return good


def checked(drawn: Country, folder: Path) -> list[compare.Check]:
    run = answers.read(drawn, folder / ".minezone" / "snapshots", folder / "out")
    return list(compare.compare(drawn, answers.known(drawn), run))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rights", type=int, default=100_000)
    parser.add_argument("--ponds", type=int, default=12_000)
    parser.add_argument("--goafs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--keep", type=Path, help="draw here and leave everything")
    given = parser.parse_args()
    drawn = country(Size(given.rights, given.ponds, given.goafs), given.seed)
    with tempfile.TemporaryDirectory() as temporary:
        folder = (given.keep or Path(temporary)).resolve()
        save(drawn, folder)
        planted = ", ".join(f"{n:,} {kind}" for kind, n in drawn.planted.items())
        print(f"`screen --rules {RULES}`, all outputs; {len(drawn.rights):,} rights,")
        print(
            f"{len(drawn.ponds):,} ponds, {len(drawn.goafs):,} goafs, {len(drawn.rivers)} rivers."
        )
        print(f"Planted: {planted}.\n")
        print(f"Limits: {SECONDS:.0f} s, {MEGABYTES:.0f} MB; {os.cpu_count()} cores.\n")
        fast = timed(folder)
        print()
        checks = checked(drawn, folder)
    right = compare.table(checks)
    idle = [c.what for c in checks if not c.number and not c.may_be_none]
    if idle:
        print(f"\nNothing to check: {'; '.join(idle)}.")
    return 0 if fast and right and not idle else 1


if __name__ == "__main__":
    sys.exit(main())
