"""The way to the process that reads files from outside (:mod:`layers.child`)."""

from __future__ import annotations

import socket
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from gis import errors as gis_errors
from gis.errors import MineZoneError
from layers import confine, errors, transfer
from layers.errors import LayerError, ReaderError
from layers.frames import LARGEST_ANSWER, Frame, FrameError, receive, send
from layers.launching import TARGET, can_confine, launch, launched_early
from layers.layer import Layer
from layers.uploads import Upload

# With what it takes to start, a file is answered for within 20 s.
DEADLINE_S: Final = 19.0
# Errors that a child may raise in the caller; any other name becomes a LayerError.
_ERRORS = {
    kind.__name__: kind
    for home in (gis_errors, errors)
    for kind in vars(home).values()
    if isinstance(kind, type) and issubclass(kind, MineZoneError)
}
_START_S = 60.0


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
        # The coordinate system of the last file: that of the next one, most likely.
        self.expect: str | None = None

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
        if not can_confine():
            raise ReaderError(
                "读取外来文件需要 Linux", "files from outside can be read on Linux only"
            )
        ours = self.target == TARGET and self.home is None
        made = (launched_early() if ours else None) or launch(self.target, self.home)
        self._process, self._channel = made.process, made.channel
        try:
            self.abilities = receive(made.channel, _START_S, 0).header
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
        return self.layers(upload.request(), upload.name)

    def layers(self, request: dict[str, Any], name: str) -> dict[str, Layer]:
        """Return the vetted layers that the target answers with; errors as :meth:`read`."""
        found = transfer.unpack(self.call(request, name), name)
        self.expect = next(iter(found.values())).provenance[0].crs
        return found

    def call(self, request: dict[str, Any], name: str) -> Frame:
        """Return what the target answers to ``request``; ``name`` is the file's, for messages."""
        limits = {f: getattr(self.limits, f) for f in self.limits.__slots__}
        question = {
            "request": request,
            "limits": limits,
            "deadline_s": self.deadline_s,
            "expect": self.expect,
        }
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
    if why in ("deadline", "cpu", "memory") and name.lower().endswith(".dxf"):
        zh += "（图形过大？可删去界线和注记以外的图层再存）"
        en += " (is the drawing too large? keep the layers of outlines and texts alone)"
    return ReaderError(f"{name}：{zh}，未予采用", f"{name}: {en}; not used")
