"""Files from outside are read in a child process that can do nothing else.

A *reader* process, started once, has all libraries loaded and holds no data of anyone. For each
file it forks a child, which gives up networks, other files, memory and time beyond its limits
(:mod:`layers.confine`), reads, and sends the layers back as bytes; the reader kills it at a
deadline. The caller (:mod:`layers.reader`) checks what comes back (:mod:`layers.transfer`). A
cold start takes about a second, a child a few hundredths.

``python -m layers.child FD MODULE:FUNCTION``; Linux only.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from gis.errors import MineZoneError
from layers import confine, source_transfer, transfer, warming
from layers.frames import LARGEST_ANSWER, Frame, FrameError, receive, send, unpacked
from layers.given import ROWS, VETTED, load_given, read_given
from layers.launching import without_data_frames
from layers.uploads import Upload, read_upload

Target = Callable[[dict[str, Any], Path], Frame]


# -- in the child ----------------------------------------------------------------------------


def read(request: dict[str, Any], folder: Path) -> Frame:
    """Read what the request is about and return it as a message."""
    task = request.pop("task", None)
    if task == VETTED:
        return transfer.pack(load_given(request))
    if task == ROWS:
        return source_transfer.pack(read_given(request))
    return transfer.pack(read_upload(Upload.of(request), folder, confine.write_no_more))


def _answer(target: Target, question: dict[str, Any], folder: Path) -> Frame:
    """Give up everything but the file, then read it; every failure is an answer."""
    try:
        confine.limit(confine.Limits(**question["limits"]))
        request = question["request"]
        scope = request.pop("scope", None) or {"readable": [request["path"]]}
        os.chdir(scope.get("cwd", "/"))
        tempfile.tempdir = str(folder)
        confine.isolate(map(Path, scope["readable"]), [folder], map(Path, scope.get("listed", ())))
        return target(request, folder)
    except MineZoneError as error:
        told = {"kind": type(error).__name__, "zh": error.zh, "en": error.en}
        return Frame({"error": told})
    except MemoryError:
        return Frame({"ended": "memory"})
    except Exception as fault:  # noqa: BLE001 - a hostile file never shows a traceback
        if "memory" in str(fault).lower() or "bad_alloc" in str(fault):
            return Frame({"ended": "memory"})
        return Frame({"ended": f"crash: {type(fault).__name__}"})


def _child(target: Target, question: dict[str, Any], folder: Path, pipe: int) -> None:
    """Never returns: the answer goes into the pipe and the process ends."""
    gc.disable()
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):  # libraries print; the streams are the caller's
            os.dup2(null, stream)
        _close_all_but(pipe)
        data = memoryview(_answer(target, question, folder).packed())
        while data:
            data = data[os.write(pipe, data) :]
    finally:
        os._exit(0)


def _leads_to(number: int) -> str:
    return Path(f"/proc/self/fd/{number}").readlink().name


def _close_all_but(pipe: int) -> None:
    """Close what the caller and other children speak through.

    PROJ's tables stay open: PROJ goes on reading from their number, whatever file has it then.
    """
    for number in range(3, 256):
        with suppress(OSError):
            if number != pipe and _leads_to(number) != "proj.db":
                os.close(number)


# -- in the reader ---------------------------------------------------------------------------


def _serve(channel: socket.socket, target: Target) -> None:
    """Answer one question after the other until the caller is gone."""
    warmed: set[str] = set()
    for number in itertools.count():
        try:
            question = receive(channel, None, 0).header
        except FrameError:
            return
        if number and not warmed:
            warming.read_own_files()  # worth its time only where more files come
        warming.know(question.get("expect"), warmed)
        folder = Path(tempfile.mkdtemp(prefix="minezone-"))
        try:
            answer = _supervised(target, question, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        send(channel, answer)


def _supervised(target: Target, question: dict[str, Any], folder: Path) -> Frame:
    """Fork a child and return its answer; kill it at the deadline."""
    gc.freeze()  # collecting would copy every page that the child shares with this process
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        _child(target, question, folder, theirs)
    os.close(theirs)
    try:
        data = _collected(ours, time.monotonic() + float(question["deadline_s"]))
    finally:
        os.close(ours)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)  # it has said all, or said it too late
        _, status = os.waitpid(child, 0)
    if data is None:
        return Frame({"ended": "deadline"})
    try:
        return unpacked(data)
    except (FrameError, MemoryError):
        return Frame({"ended": _cause(status)})


def _collected(pipe: int, until: float) -> bytes | None:
    """Return everything that comes out of the pipe, None where it does not end in time."""
    out = bytearray()
    while True:
        left = until - time.monotonic()
        if left <= 0 or len(out) > LARGEST_ANSWER or not select.select([pipe], [], [], left)[0]:
            return None
        block = os.read(pipe, 1 << 20)
        if not block:
            return bytes(out)
        out += block


def _cause(status: int) -> str:
    killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    known: dict[int, str] = {signal.SIGXCPU: "cpu", signal.SIGXFSZ: "size"}
    return known.get(killed, "crash")


def main(words: list[str]) -> None:
    """Run the reader process: ``python -m layers.child FD MODULE:FUNCTION``."""
    os.umask(0o077)
    without_data_frames()
    module, function = words[1].split(":")
    # The caller may be gone before this is ready.
    with socket.socket(fileno=int(words[0])) as channel, suppress(FrameError):
        warming.load_libraries()
        drivers = confine.allow_drivers()
        target: Target = getattr(importlib.import_module(module), function)
        send(channel, Frame({**confine.abilities(), "drivers": drivers}))
        _serve(channel, target)


if __name__ == "__main__":
    main(sys.argv[1:])
