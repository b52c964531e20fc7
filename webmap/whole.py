"""The judged workspace behind the first page: made in the background, kept on disk."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from anyio import to_thread

from layers.frames import FrameError
from webmap.errors import Problem
from webmap.pool import Pool, Worker, checked
from webmap.report_store import ReportStore
from webmap.settings import ServerSettings


class WholeWorkspace:
    """The results of judging every registered feature, by the law of the day.

    They are made when first asked for, again when the workspace, the law or the day has
    changed, and by a process of their own, so that nobody's vetting waits for them.
    """

    def __init__(self, settings: ServerSettings, pool: Pool, store: ReportStore) -> None:
        self._settings, self._pool, self._store = settings, pool, store
        self._task: asyncio.Task[None] | None = None
        self._key = ""
        self._failed: Problem | None = None
        self._worker: Worker | None = None
        self._since = 0.0

    @property
    def seconds(self) -> float:
        """Return for how long the judging that runs has been running."""
        return time.monotonic() - self._since

    async def folder(self) -> Path | None:
        """Return the folder of the results, None while they are being made.

        Raises
        ------
        Problem
            The workspace cannot be judged as it is now.
        """
        key = str((await self._pool.ask(task="state")).header["key"])
        kept = self._store.screen(key)
        if kept is not None:
            return kept
        if self._task is not None and not self._task.done():
            return None
        if self._failed is not None and self._key == key:
            raise self._failed
        self._key, self._failed, self._since = key, None, time.monotonic()
        self._task = asyncio.create_task(self._make(key))
        return None

    async def _make(self, key: str) -> None:
        worker = self._worker = Worker(self._settings)
        try:
            with self._store.receiving() as folder:
                question = {"task": "screen", "out": str(folder / "out")}
                limit = self._settings.screen_seconds
                checked(await to_thread.run_sync(worker.ask, question, limit))
                await to_thread.run_sync(self._store.keep_screen, folder / "out", key)
        except Problem as problem:
            self._failed = problem
        except (FrameError, OSError):
            self._failed = Problem(
                503,
                "判定整个工作区超时或进程中断",
                "judging the whole workspace took too long or broke off",
            )
        finally:
            await asyncio.to_thread(worker.end)

    async def close(self) -> None:
        """End what still runs."""
        if self._task is not None and not self._task.done():
            if self._worker is not None:
                self._worker.kill()
            await asyncio.gather(self._task, return_exceptions=True)
