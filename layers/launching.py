"""Starting the process that reads files from outside (:mod:`layers.child`).

Light on purpose: a command starts it before it loads anything else, so that both load at once.
"""

from __future__ import annotations

import atexit
import socket
import subprocess
import sys
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Final

TARGET: Final = "layers.child:read"


@dataclass(frozen=True, slots=True)
class Launched:
    """A reading process and the line to it; it says what it can do once it is ready."""

    process: subprocess.Popen[bytes]
    channel: socket.socket


_early: list[Launched] = []
_asked: list[bool] = []


class _NoDataFrames(MetaPathFinder):
    def find_spec(self, name: str, *_: object) -> None:
        if name in ("pandas", "geopandas"):
            raise ModuleNotFoundError(name, name=name)


def without_data_frames() -> None:
    """Have pandas and geopandas count as not installed in the rest of this process.

    pyogrio and folium load them, where they are, for callers that hand over data frames. Commands
    do not, and loading takes them a quarter of a second.
    """
    sys.meta_path.insert(0, _NoDataFrames())


def can_confine() -> bool:
    """Return whether this system has what a reading process needs."""
    return sys.platform.startswith("linux")


def launch(target: str = TARGET, home: Path | None = None) -> Launched:
    """Start a reading process without waiting for it.

    Parameters
    ----------
    target : ``module:function`` that runs in its children
    home : folder where the target's module is found, if it is none of ours
    """
    from layers import confine  # not on every system

    ours, theirs = socket.socketpair()
    words = [sys.executable, "-P", "-m", "layers.child", str(theirs.fileno()), target]
    with theirs:
        process = subprocess.Popen(
            words,
            pass_fds=[theirs.fileno()],
            env=confine.environment(home),
            stdin=subprocess.DEVNULL,
            cwd="/",
            # Ctrl-C is for the caller; the process ends when the line to it is cut.
            process_group=0,
        )
    return Launched(process, ours)


def launch_early() -> None:
    """Start the process that the first file from outside will need, once and where it can be."""
    if can_confine() and not _asked:
        _asked.append(True)
        _early.append(launch())
        atexit.register(_end_unused)


def _end_unused() -> None:
    for made in _early:
        made.channel.close()
        made.process.kill()
        made.process.wait()


def launched_early() -> Launched | None:
    """Return the process that was started early, once."""
    return _early.pop() if _early else None
