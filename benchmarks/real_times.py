"""How long the real files take: whole processes, cold and with snapshots."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from real_sets import SETS, prepare, write_workspace

ROOT = Path(__file__).resolve().parent.parent


def times(data: Path) -> str:
    """Return the table of seconds, each run a process of its own; cold without any snapshot."""
    lines = ["| data set | subjects | cold s | warm s | CPU s, cold | CPU s, warm | peak MB |"]
    lines.append("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(data, folder)
        for one in SETS:
            workspace = write_workspace(one, data, folder)
            verb = ["screen"]
            if one.vetted:
                verb = ["vet", *one.vetted, "--layer", "tailings_facility"]
            command = [sys.executable, "-m", "webmap.cli", *verb]
            command += [
                "-w",
                workspace.name,
                "-o",
                f"{one.key}-out",
                "--rules",
                ",".join(one.rules),
            ]
            cold, warm = (_launched(command, folder) for _ in range(2))
            counts = json.loads((folder / f"{one.key}-out" / "report.json").read_text("utf-8"))
            lines.append(
                f"| {one.title} | {len(counts['subjects'])} | {cold['wall_s']:.1f} | "
                f"{warm['wall_s']:.1f} | {cold['cpu_s']:.1f} | "
                f"{warm['cpu_s']:.1f} | {cold['peak_mb']:.0f} |"
            )
            _forget(folder / ".minezone")
    return "\n".join(lines)


def _launched(command: list[str], folder: Path) -> dict[str, float]:
    launch = [sys.executable, str(ROOT / "benchmarks" / "launch.py"), *command]
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        launch, cwd=folder, capture_output=True, text=True, encoding="utf-8",
        env=os.environ | {"PYTHONPATH": paths},
    )  # fmt: skip
    taken: dict[str, float] = json.loads(done.stdout)
    assert taken["status"] in (0, 1, 3), done.stderr
    return taken


def _forget(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()


def machine() -> str:
    """Return one line on what was measured where."""
    git = ["git", "describe", "--always", "--dirty=, with uncommitted changes", "--abbrev=10"]
    commit = subprocess.run(git, cwd=ROOT, capture_output=True, text=True).stdout.strip()
    load = f", load {os.getloadavg()[0]:.1f} before the runs" if hasattr(os, "getloadavg") else ""
    return (
        f"Commit {commit or 'unknown'}; Python {platform.python_version()}, "
        f"{os.cpu_count()} cores{load}; whole processes, start to end."
    )
