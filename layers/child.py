"""Files from outside are read in a child process that can do nothing else.

A *reader* process, started once, has all libraries loaded and holds no data of anyone. For each
file it forks a child, which gives up networks, other files, memory and time beyond its limits
(:mod:`layers.confine`), reads, and sends the layers back as bytes; the reader kills it at a
deadline. The caller checks what comes back (:mod:`layers.transfer`). A cold start takes about a
second, a child a few hundredths.

Linux only; elsewhere :class:`Reader` refuses to start.
"""

from __future__ import annotations

import importlib
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from gis import errors as gis_errors
from gis.errors import MineZoneError
from layers import confine, errors, transfer
from layers.errors import LayerError, ReaderError
from layers.frames import Frame, FrameError, receive, send, unpacked
from layers.layer import Layer
from layers.uploads import Upload, read_upload

DEADLINE_S: Final = 20.0
LARGEST_ANSWER: Final = 512 << 20
TARGET: Final = "layers.child:read"
# Errors that a child may raise in the caller; any other name becomes a LayerError.
_ERRORS = {
    kind.__name__: kind
    for home in (gis_errors, errors)
    for kind in vars(home).values()
    if isinstance(kind, type) and issubclass(kind, MineZoneError)
}
_START_S = 60.0

Target = Callable[[dict[str, Any], Path], Frame]


class Reader:
    """The caller's side: one reader process, one file at a time.

    Parameters
    ----------
    deadline_s : seconds a child may take
    limits : what a child may use
    target : ``module:function`` that runs in the child; tests put hostile ones here
    home : folder where the target's module is found, if it is none of ours
    """

    def __init__(
        self,
        deadline_s: float = DEADLINE_S,
        limits: confine.Limits | None = None,
        target: str = TARGET,
        home: Path | None = None,
    ) -> None:
        self.deadline_s = deadline_s
        self.limits = limits or confine.Limits()
        self.target, self.home = target, home
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self.abilities: dict[str, Any] = {}

    def start(self) -> None:
        """Start the reader process if it does not run, and learn what isolation it has.

        Raises
        ------
        ReaderError
            It cannot be started.
        """
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        if not sys.platform.startswith("linux"):
            raise ReaderError(
                "读取外来文件需要 Linux", "files from outside can be read on Linux only"
            )
        ours, theirs = socket.socketpair()
        words = [sys.executable, "-P", "-m", "layers.child", str(theirs.fileno()), self.target]
        with theirs:
            self._process = subprocess.Popen(
                words,
                pass_fds=[theirs.fileno()],
                env=confine.environment(self.home),
                stdin=subprocess.DEVNULL,
                cwd="/",
            )
        self._channel = ours
        try:
            self.abilities = receive(ours, _START_S, 0).header
        except FrameError as fault:
            self.close()
            raise ReaderError("读取进程没有启动", "the reading process did not start") from fault

    @property
    def pid(self) -> int | None:
        """Return the number of the reader process, None where there is none."""
        return self._process.pid if self._process else None

    def read(self, upload: Upload) -> dict[str, Layer]:
        """Return the vetted layers of a file from outside.

        Raises
        ------
        MineZoneError
            The file cannot be judged, or breaks a limit; the line gives the sender's name.
        """
        return transfer.unpack(self.call(upload.request(), upload.name), upload.name)

    def call(self, request: dict[str, Any], name: str) -> Frame:
        """Return what the target answers to ``request``; ``name`` is the file's, for messages."""
        limits = {f: getattr(self.limits, f) for f in self.limits.__slots__}
        question = {"request": request, "limits": limits, "deadline_s": self.deadline_s}
        try:
            answer = self._asked(Frame(question))
        except FrameError:
            # The reader itself was ended from outside; the file may be sound.
            self.close()
            try:
                answer = self._asked(Frame(question))
            except FrameError as fault:
                self.close()
                raise _ended(name, "") from fault
        if "error" in answer.header:
            raise _error_of(answer.header["error"])
        if "ended" in answer.header:
            raise _ended(name, str(answer.header["ended"]), self.deadline_s)
        return answer

    def _asked(self, question: Frame) -> Frame:
        self.start()
        assert self._channel is not None
        send(self._channel, question)
        return receive(self._channel, self.deadline_s + 10.0, LARGEST_ANSWER)

    def close(self) -> None:
        """End the reader process."""
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(2.0)
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
        self._process = self._channel = None


def _error_of(told: Any) -> MineZoneError:
    kind = _ERRORS.get(str(told.get("kind")), LayerError)
    return kind(str(told.get("zh")), str(told.get("en")))


def _ended(name: str, why: str, deadline_s: float = DEADLINE_S) -> ReaderError:
    said = {
        "deadline": (f"读取超过 {deadline_s:g} 秒", f"reading took more than {deadline_s:g} s"),
        "memory": ("读取所需内存超过上限", "reading needs more memory than allowed"),
        "cpu": ("读取所需时间超过上限", "reading needs more processor time than allowed"),
        "size": ("解开后超过上限", "it unpacks to more than allowed"),
    }
    zh, en = said.get(
        why, ("读取进程意外终止，文件可能已损坏", "reading broke off; is it damaged?")
    )
    return ReaderError(f"{name}：{zh}，未予采用", f"{name}: {en}; not used")


# -- in the child ----------------------------------------------------------------------------


def read(request: dict[str, Any], folder: Path) -> Frame:
    """Read an upload and return its layers as a message."""
    return transfer.pack(read_upload(Upload.of(request), folder, confine.write_no_more))


def _answer(target: Target, question: dict[str, Any], folder: Path) -> Frame:
    """Give up everything but the file, then read it; every failure is an answer."""
    try:
        confine.limit(confine.Limits(**question["limits"]))
        path = Path(question["request"]["path"])
        confine.isolate([path], [folder])
        return target(question["request"], folder)
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
    try:
        os.closerange(3, pipe)
        os.closerange(pipe + 1, 256)
        data = memoryview(_answer(target, question, folder).packed())
        while data:
            data = data[os.write(pipe, data) :]
    finally:
        os._exit(0)


# -- in the reader ---------------------------------------------------------------------------


def _serve(channel: socket.socket, target: Target) -> None:
    """Answer one question after the other until the caller is gone."""
    while True:
        try:
            question = receive(channel, None, 0).header
        except FrameError:
            return
        folder = Path(tempfile.mkdtemp(prefix="minezone-"))
        try:
            answer = _supervised(target, question, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        send(channel, answer)


def _supervised(target: Target, question: dict[str, Any], folder: Path) -> Frame:
    """Fork a child and return its answer; kill it at the deadline."""
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


def _warm() -> None:
    """Load what every child needs, so that none has to; leave GDAL its few drivers."""
    importlib.import_module("pyogrio.raw")
    importlib.import_module("shapely")
    for codec in ("gb18030", "big5", "utf-16", "cp1252"):
        "".encode(codec)
    from layers.catalog import catalog
    from layers.minerals import mineral_class

    catalog()
    mineral_class("")


def main(words: list[str]) -> None:
    """Run the reader process: ``python -m layers.child FD MODULE:FUNCTION``."""
    os.umask(0o077)
    module, function = words[1].split(":")
    with socket.socket(fileno=int(words[0])) as channel:
        _warm()
        drivers = confine.allow_drivers()
        target: Target = getattr(importlib.import_module(module), function)
        send(channel, Frame({**confine.abilities(), "drivers": drivers}))
        _serve(channel, target)


if __name__ == "__main__":
    main(sys.argv[1:])
