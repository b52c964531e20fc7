"""How long an official waits for one application: the whole process, from the shell and back.

``python benchmarks/one_application.py`` vets four applications against the sample county, all
files and the map written. *Cold* is the first on a workspace that nobody has opened, whose layers
must be read and kept; *warm* the best and the worst of five afterwards.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from launch import launch

ROOT = Path(__file__).resolve().parent.parent
RIGHTS = {
    "iron_expansion.shp": "a right, underground",
    "quarry_corners.txt": "a right, quarry: ridge by the elevations",
    "gypsum_registration.txt": "a right of several parts in elevation",
}
PONDS = {"new_pond.gpkg": "a tailings pond: flow path by the elevations"}
RUNS = 5
LIMIT_S = 2.0
"""For a right, all caches warm."""


def seconds(county: Path, file: str, out: Path) -> float:
    """Return the seconds of one vetting; ends the benchmark where it is none."""
    shutil.rmtree(out, ignore_errors=True)
    words = [sys.executable, "-m", "webmap.cli", "vet", str(county / "applications" / file)]
    used = launch([*words, "-w", str(county / "workspace.toml"), "-o", str(out)])
    if used["status"] not in (0, 1, 3) or not (out / "map.html").is_file():
        sys.exit(f"{file}: exit status {used['status']}")
    return float(used["wall_s"])


def main() -> int:
    """Print the table; status 1 if a right takes longer than it may."""
    print(f"Load before: {os.getloadavg()[0]:.1f}.\n")
    print("| application | cold, s | warm, best of 5, s | worst, s |")
    print("|---|---|---|---|")
    good = True
    with tempfile.TemporaryDirectory() as place:
        for file, what in (RIGHTS | PONDS).items():
            county, out = Path(place) / file / "county", Path(place) / file / "out"
            shutil.copytree(
                ROOT / "sample_geodata", county, ignore=shutil.ignore_patterns(".*", "__*")
            )
            cold = seconds(county, file, out)
            warm = sorted(seconds(county, file, out) for _ in range(RUNS))
            print(f"| `{file}`: {what} | {cold:.1f} | {warm[0]:.2f} | {warm[-1]:.2f} |")
            good = good and (warm[0] <= LIMIT_S or file in PONDS)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
