"""Shows what the program refuses, and in which words.

``python benchmarks/refusals.py`` writes broken inputs into a temporary folder, runs the command
on each, and prints exit status and the one line that came out. Status 1 if an input was not
refused with exit status 2 and one line.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import shapely

AREA = "面积合计"


def square(x: float, y: float) -> shapely.Polygon:
    return shapely.box(x, y, x + 1000, y + 1000)


def write_inputs() -> dict[str, list[str]]:
    """Write all inputs into the current folder; return case -> arguments of the command."""
    rights = gpd.GeoDataFrame(
        {"licence_no": ["A", "B"], "status": ["applied", "granted"]},
        geometry=[square(5e5, 4.3e6), square(5.05e5, 4.3e6)],
    )
    rights.to_file("noprj.shp")
    rights.set_crs(2361).to_file("xian80.gpkg")
    rights.set_crs(4549).to_file("registered.gpkg")
    twice = rights.set_crs(4549)
    twice["licence_no"] = "A"
    twice.to_file("twice.gpkg")
    metres = {"type": "Feature", "properties": {}}
    metres["geometry"] = shapely.geometry.mapping(square(3.75e7, 4.3e6))
    collection = {"type": "FeatureCollection", "features": [metres]}
    Path("metres.geojson").write_text(json.dumps(collection), encoding="utf-8")
    collection["features"] = []
    Path("empty.geojson").write_text(json.dumps(collection), encoding="utf-8")
    for name in ("registered", "twice"):
        text = f'[layers.mining_right]\nsource = "{name}.gpkg"\n'
        Path(f"{name}.toml").write_text(text, encoding="utf-8")
    vet = ["-w", "registered.toml", "-o", "out"]
    return {
        "no .prj, coordinates that could be anything": ["vet", "noprj.shp", *vet],
        "Xian 1980 without parameters": ["vet", "xian80.gpkg", *vet],
        "GeoJSON of projected metres": ["vet", "metres.geojson", *vet],
        "empty vetted file": ["vet", "empty.geojson", *vet],
        "duplicate numbers in a registered layer": ["screen", "-w", "twice.toml", "-o", "out"],
        "missing file": ["vet", "missing.gpkg", *vet],
    }


def command(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "webmap.cli", *arguments],
        capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip


def pengbu() -> list[str]:
    """Return rows with the area that each of the two published corner texts gives."""
    root = Path(__file__).resolve().parent.parent
    data = Path(os.environ.get("MINEZONE_SHARED_DATA", root.parent / "shared" / "data"))
    rows = []
    for file in sorted((data / "awkward" / "txt_coords").glob("pengbu_*.txt")):
        lines = command(["inspect", str(file)]).stdout.splitlines()
        area = [line.split(":", 1)[1].strip() for line in lines if AREA in line]
        rows.append(f"| {file.name} | {area[0] if area else 'not read'} |")
    return rows


def main() -> int:
    """Print the tables."""
    good = True
    texts = pengbu()
    print("| input | exit | line |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        for case, arguments in write_inputs().items():
            done = command([*arguments, "--lang", "en"])
            lines = done.stderr.strip().splitlines()
            good = good and done.returncode == 2 and len(lines) == 1
            print(f"| {case} | {done.returncode} | {' / '.join(lines)} |")
        os.chdir("/")
    if texts:
        print("\n| published corner text, declared 5.7089 ha | area |\n|---|---|")
        print("\n".join(texts))
        good = good and all("5.7089 公顷" in row for row in texts)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
