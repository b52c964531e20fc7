"""Runs a command and prints what it took, as JSON: status, wall and CPU seconds, peak memory.

``python launch.py COMMAND...``. Imports nothing heavy, and stays a process of its own: the peak
memory that the system reports of a process begins with that of the process which started it.
"""

from __future__ import annotations

import json
import os
import sys
import time


def launch(command: list[str]) -> dict[str, float]:
    """Run a command with its output on standard error; POSIX only."""
    started = time.perf_counter()
    child = os.posix_spawn(
        command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)]
    )
    _, status, used = os.wait4(child, 0)
    unit = 2**20 if sys.platform == "darwin" else 2**10  # bytes there, kilobytes elsewhere
    return {
        "status": os.waitstatus_to_exitcode(status),
        "wall_s": time.perf_counter() - started,
        "cpu_s": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss / unit,
    }


if __name__ == "__main__":
    print(json.dumps(launch(sys.argv[1:])))
