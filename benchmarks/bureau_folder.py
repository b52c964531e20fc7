"""A folder as a bureau hands it over: 400 Shapefiles, 30 of them broken in 30 different ways.

    python benchmarks/bureau_folder.py [FOLDER]

draws the folder, judges it by ``minezone batch`` and prints how long a file took. Every file is
written byte by byte from the published layout (ESRI Shapefile Technical Description, July 1998),
so that what is wrong with a broken one is known, and only that.

Each application is a square of 500 m. What the rule on overlaps says of it follows from how it is
drawn against the registered rights: apart, 100 m into one, 5 cm into one, not in force, or of a
status that is not stated.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pyproj
from applications import (
    DEGREES,
    FIELDS,
    MINERS,
    PLANE,
    SIDE,
    corner,
    parts,
    polygon,
    row,
    square,
)  # fmt: skip
from broken_files import BROKEN, ODD
from launch import launch

GOOD = 370
TO_DEGREES = pyproj.Transformer.from_crs(PLANE, DEGREES, always_xy=True)

# Kind of application -> (how far it reaches into a registered right, status, verdict of MR101).
KINDS = (
    (None, "申请", "PASS"),
    (100.0, "申请", "FAIL"),
    (0.05, "申请", "REVIEW"),
    (None, "注销", "NOT_APPLICABLE"),
    (None, None, "NO_DATA"),
)
FOLDERS = ("东部 乡镇", "西部/石窑湾镇", "西部/老窑沟 镇/补报", "北山[2026]", "报件(第3批)")


@dataclass(frozen=True)
class Application:
    """A readable file: where it is, and what the rule on overlaps must say."""

    path: Path
    verdict: str


def draw(root: Path, count: int = GOOD) -> tuple[Path, list[Application], list[Path]]:
    """Write workspace and folder below ``root``, with ``count`` readable files.

    Returns the workspace file, the readable files, and the broken ones in the order of BROKEN.
    """
    folder = root / "报件 2026"
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    good = [_good(folder, number) for number in range(count - len(ODD))]
    for number, odd in enumerate(ODD):
        path = folder / FOLDERS[number % len(FOLDERS)] / f"怪{number + 1} {odd.stem}.shp"
        odd.make(GOOD + 100 + number).write(path.parent, path.stem)
        good.append(Application(path, odd.verdict))
    broken = []
    for number, case in enumerate(BROKEN):
        place = folder / FOLDERS[number % len(FOLDERS)]
        stem = f"坏{number + 1:02d} {case.stem}"
        made = case.make(GOOD + number)
        if callable(made):
            made(place / f"{stem}.shp")
        else:
            made.write(place, stem)
        broken.append(place / f"{stem}.shp")
    return _workspace(root, len(good) - len(ODD)), good, broken


def _good(folder: Path, number: int) -> Application:
    _, status, verdict = KINDS[number % len(KINDS)]
    in_degrees, codec, cpg = number % 3 == 1, ("gbk", "utf-8")[number % 4 == 2], number % 2 == 1
    ring = square(*corner(number))
    if in_degrees:
        ring = list(zip(*TO_DEGREES.transform(*zip(*ring, strict=True)), strict=True))
    fields = FIELDS if status else FIELDS[:3]
    cells = row(number, status or "")[: len(fields)]
    made = parts(
        [polygon(ring)],
        [cells],
        fields=fields,
        crs=DEGREES if in_degrees else PLANE,
        codec=codec,
        cpg={"gbk": "GBK", "utf-8": "UTF-8"}[codec] if cpg else None,
    )
    if number % 11 == 3:  # as old software writes names
        made.files = {suffix.upper(): data for suffix, data in made.files.items()}
    place = folder / FOLDERS[number % len(FOLDERS)]
    stem = f"{MINERS[number % len(MINERS)]} {number:03d}"
    made.write(place, stem)
    return Application(place / f"{stem}{next(iter(made.files))}", verdict)


def _workspace(root: Path, count: int) -> Path:
    """Write the registered rights: one beside each application that reaches into one."""
    reaches = [(n, KINDS[n % len(KINDS)][0]) for n in range(count)]
    taken = [(n, reach) for n, reach in reaches if reach is not None]
    contents, rows = [], []
    for n, reach in taken:
        x, y = corner(n)
        contents.append(polygon(square(x + SIDE - reach, y)))
        rows.append((f"DJ{n:04d}", f"登记矿{n}", "采矿权", "有效"))
    parts(contents, rows).write(root, "登记")
    file = root / "workspace.toml"
    file.write_text(
        'title = "某县矿区"\njurisdiction = "CN"\n[layers.mining_right]\nsource = "登记.shp"\n',
        encoding="utf-8",
    )
    return file


def main() -> int:
    """Draw, judge, and print what came out; status 1 unless it is what was drawn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path)
    root = parser.parse_args().folder or Path(tempfile.mkdtemp(prefix="minezone-batch-"))
    root.mkdir(parents=True, exist_ok=True)
    workspace, good, broken = draw(root)
    words = [sys.executable, "-m", "webmap.cli", "batch", root / "报件 2026", "-w", workspace]
    words += ["-o", root / "out", "--rules", "MR101"]
    used = launch([str(word) for word in words])
    told = json.loads((root / "out" / "summary.json").read_text(encoding="utf-8"))
    status = {row["file"]: row["status"] for row in told["rows"]}
    right = sum(status.get(str(a.path)) == a.verdict for a in good)
    refused = sum(status.get(str(path)) == "ERROR" for path in broken)
    print("| files | judged rightly | refused | exit | s | ms a file | MB |")
    print("|---|---|---|---|---|---|---|")
    print(
        f"| {len(status)} | {right} of {len(good)} | {refused} of {len(broken)} | {used['status']} "
        f"| {used['wall_s']:.1f} | {1000 * used['wall_s'] / len(status):.0f} "
        f"| {used['peak_mb']:.0f} |"
    )
    whole = right == len(good) and refused == len(broken) and used["status"] == 2
    return int(not (whole and len(status) == len(good) + len(broken)))


if __name__ == "__main__":
    sys.exit(main())
