"""What a reading process could be made to do by a hostile file; run inside the child."""

import ctypes
import os
import socket
import time
from pathlib import Path

from layers.frames import Frame


def endless(request, folder):
    time.sleep(3600)
    return Frame({})


def spinning(request, folder):
    while True:
        pass


def hungry(request, folder):
    blocks = []
    while True:
        blocks.append(b"x" * (64 << 20))


def crashing(request, folder):
    ctypes.string_at(0)
    return Frame({})


def failing(request, folder):
    raise RuntimeError(f"secret of {request['path']}")


def babbling(request, folder):
    os.write(1, b"x")
    return Frame({"layers": [["mining_right", 4]]}, b"junk")


def tried(action):
    try:
        action()
    except OSError as fault:
        return type(fault).__name__
    return "done"


def prying(request, folder):
    """Try everything that a taken-over reader would like to do, and say how far it came."""
    wanted = request["wanted"]
    return Frame(
        {
            "own": Path(request["path"]).read_text(encoding="utf-8"),
            "read": tried(lambda: Path(wanted["canary"]).read_text(encoding="utf-8")),
            "list": tried(lambda: list(Path(wanted["canary"]).parent.iterdir())),
            "write": tried(lambda: Path(wanted["outside"]).write_text("x", encoding="utf-8")),
            "execute": tried(lambda: os.execv("/bin/true", ["true"])),
            "connect": tried(lambda: socket.create_connection(("127.0.0.1", wanted["port"]), 2)),
            "inside": tried(lambda: (folder / "own").write_text("x", encoding="utf-8")),
            "big": tried(lambda: (folder / "big").write_bytes(b"x" * (2 << 20))),
            "environment": sorted(os.environ),
            "open": [
                str(Path(f"/proc/self/fd/{n}").readlink())
                for n in range(3, 256)
                if tried(lambda n=n: os.fstat(n)) == "done"
            ],
        }
    )
