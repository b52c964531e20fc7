"""Runs every measurement and writes what it printed into docs/verify.md.

``python benchmarks/verify.py [--print]``; status 1 if a measurement failed or is missing.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "verify.md"
START, END = "<!-- measured -->", "<!-- /measured -->"
LIBRARIES = ("numpy", "shapely", "pyproj", "pyarrow", "pyogrio")

MEASUREMENTS = {
    "A bare machine": "benchmarks/bare.py",
    "Refused, in one line": "benchmarks/refusals.py",
    "Accuracy": "benchmarks/accuracy.py",
    "The suites of JTS and GEOS": "benchmarks/peer_suites.py",
    "One application": "benchmarks/one_application.py",
    "National scale": "benchmarks/national.py",
    "A bureau's folder of Shapefiles": "benchmarks/bureau_folder.py",
    "Real files": "benchmarks/real_data.py",
    "Ridges beside boundaries": "benchmarks/terrain_ridges.py",
    "Flow paths below dams": "benchmarks/terrain_flow.py",
    "The server under load": "benchmarks/server.py",
}


def commit() -> str:
    """Return the commit that is measured, marked where files differ from it."""
    git = ["git", "describe", "--always", "--dirty=, with uncommitted changes", "--abbrev=10"]
    done = subprocess.run(git, cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() or "no git"


def measured(title: str, script: str) -> tuple[str, bool]:
    """Return a section of the page and whether its measurement succeeded."""
    head = f"### {title}\n\n`python {script}`\n\n"
    if not (ROOT / script).is_file():
        return f"{head}Not measured: the script is missing.\n", False
    done = subprocess.run(
        [sys.executable, script], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    text = f"{head}{done.stdout.strip()}\n"
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        text += f"\n**Failed** with status {done.returncode}: {' '.join(last)}\n"
    return text, done.returncode == 0


def page_with(text: str) -> str:
    """Return the page with ``text`` between its marks."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    after = rest.partition(END)[2]
    return f"{before}{START}\n{text}\n{END}{after}"


def main() -> int:
    """Measure, then print or write."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    lines = [
        f"Commit {commit()}, {datetime.now(UTC):%Y-%m-%d}. "
        f"Python {platform.python_version()} on {os.cpu_count()} cores; {libraries}.\n",
    ]
    good = True
    for title, script in MEASUREMENTS.items():
        text, succeeded = measured(title, script)
        lines.append(text)
        good = good and succeeded
    if "--print" in sys.argv[1:]:
        print("\n".join(lines))
    else:
        PAGE.write_text(page_with("\n".join(lines)), encoding="utf-8")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
