"""Runs the README's two commands on a fresh copy of the checkout with an empty environment.

``python benchmarks/bare.py`` copies what git tracks, then runs ``make demo`` and ``make test``,
each on its own copy, with nothing in the environment but a new HOME and the system's PATH.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMITS = {"demo": 180.0, "test": 300.0}


def fresh_copy(folder: Path) -> None:
    """Unpack the files of HEAD into ``folder``."""
    archive = folder / "tree.tar"
    subprocess.run(["git", "archive", "-o", str(archive), "HEAD"], cwd=ROOT, check=True)
    # Debian 12's tarfile knows no filter yet; the archive is git's own.
    subprocess.run(["tar", "-xf", str(archive), "-C", str(folder)], check=True)
    archive.unlink()


def run(target: str) -> tuple[int, float, str]:
    """Return exit status, seconds and the last line of ``make target`` on a fresh copy."""
    with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as home:
        fresh_copy(Path(place))
        started = time.perf_counter()
        done = subprocess.run(
            ["make", target],
            cwd=place,
            env={"HOME": home, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        seconds = time.perf_counter() - started
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    if target == "test":
        lines = [line for line in lines if re.search(r"\d+ passed", line)] or lines
    return done.returncode, seconds, lines[-1].strip() if lines else ""


def main() -> int:
    """Print the table; status 1 if a command fails or takes too long."""
    print("| on a fresh copy, `env -i HOME=… PATH=/usr/bin:/bin` | exit | s | last line |")
    print("|---|---|---|---|")
    good = True
    for target, limit in LIMITS.items():
        status, seconds, last = run(target)
        print(f"| `make {target}` | {status} | {seconds:.0f} | {last} |")
        good = good and status == 0 and seconds <= limit
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
