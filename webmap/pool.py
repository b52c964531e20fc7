"""The server's judging processes: questions wait for a free one, never the event loop.

A process that breaks, or takes too long, is ended and replaced; only its own question fails.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from anyio import CapacityLimiter, to_thread

from layers.frames import Frame, FrameError, receive, send
from webmap.errors import Problem, fault, problem
from webmap.settings import ServerSettings

LARGEST_ANSWER = 256 << 20
START_S = 600.0  # a country's layers may have to be read for the first time


class Worker:
    """One judging process and the line to it."""

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.first: dict[str, Any] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._one_at_a_time = Lock()
        self._asked = 0

    @property
    def pid(self) -> int | None:
        """Return the number of the process while it runs."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if running and self._process else None

    def start(self) -> None:
        """Start the process and wait until it has loaded the workspace."""
        self.end()
        ours, theirs = socket.socketpair()
        words = [sys.executable, "-P", "-m", "webmap.judge", str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(
                words, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env=_environment()
            )
        self._channel = ours
        told = {
            "workspace": str(self.settings.workspace.resolve()),
            "read_seconds": self.settings.read_seconds,
        }
        send(ours, Frame(told))
        self.first = receive(ours, START_S, LARGEST_ANSWER).header

    def ask(self, question: dict[str, Any], seconds: float) -> Frame:
        """Return the answer; the process is ended if none comes in time.

        A question is numbered and its answer must carry the number: what is said of one file
        can never be handed to the sender of another.

        Raises
        ------
        FrameError
            The process broke, could not be started, took too long or answered something else.
        """
        with self._one_at_a_time:
            self._asked += 1
            try:
                if self.pid is None:
                    self.start()
                assert self._channel is not None
                send(self._channel, Frame({**question, "number": self._asked}))
                answer = receive(self._channel, seconds, LARGEST_ANSWER)
                if answer.header.get("number") != self._asked:
                    raise FrameError("the answer to another question")
            except FrameError:
                self.end()
                raise
        return answer

    def kill(self) -> None:
        """Break off whatever the process does; for another thread that waits for its answer."""
        if self._process is not None:
            self._process.kill()

    def end(self) -> None:
        """End the process, at once if it does not go by itself."""
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            # A process that waits for a question sees that the line is cut; a busy one does not.
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.5)
            if self._process.poll() is None:
                self._process.kill()
            self._process.wait()
        self._process = self._channel = None


class Pool:
    """All judging processes; to be used inside one event loop."""

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.workers = [Worker(settings) for _ in range(settings.processes)]
        self._free: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()
        self._waiting = 0
        self._running = False
        self._threads = CapacityLimiter(len(self.workers) + 1)

    async def start(self) -> None:
        """Start every process; one that fails is tried again when it is needed.

        Raises
        ------
        RuntimeError
            They run already: two would then be handed out as four.
        """
        if self._running:
            raise RuntimeError("the judging processes run already")
        self._running, self._free = True, asyncio.LifoQueue()
        # The first alone: it leaves the snapshots that the others then find.
        for some in (self.workers[:1], self.workers[1:]):
            await asyncio.gather(*(self._start(worker) for worker in some))
        for worker in self.workers:
            self._free.put_nowait(worker)

    async def _start(self, worker: Worker) -> None:
        with suppress(FrameError, OSError):
            await to_thread.run_sync(worker.start, limiter=self._threads)

    async def ask(self, seconds: float | None = None, **question: Any) -> Frame:
        """Return a worker's answer.

        Raises
        ------
        Problem
            What the worker says went wrong; 503 where too many wait or it took too long.
        """
        if self._waiting >= self.settings.max_waiting:
            raise Problem(
                503,
                "正在判定的文件过多，请稍后再试",
                "too many files are being judged; try again soon",
                headers={"Retry-After": "5"},
            )
        self._waiting += 1
        try:
            worker = await self._free.get()
        finally:
            self._waiting -= 1
        try:
            limit = seconds or self.settings.judge_seconds + self.settings.read_seconds
            answer = await to_thread.run_sync(worker.ask, question, limit, limiter=self._threads)
        except FrameError as broken:
            raise Problem(
                503,
                "判定超时或进程中断，未得出结论",
                "judging took too long or broke off; nothing was judged",
                headers={"Retry-After": "5"},
            ) from broken
        finally:
            self._free.put_nowait(worker)
        return checked(answer)

    async def close(self) -> None:
        """End all processes."""
        self._running = False
        await asyncio.gather(*(asyncio.to_thread(worker.end) for worker in self.workers))


def _environment() -> dict[str, str]:
    """Return this process's environment; the packages are found where this one found them."""
    home = str(Path(__file__).resolve().parent.parent)
    known = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (home, known)))}


def checked(answer: Frame) -> Frame:
    """Return the answer unless it tells of a problem, which is raised."""
    if "problem" in answer.header:
        raise problem(**answer.header["problem"])
    if answer.header.get("fault"):
        raise fault()
    return answer
