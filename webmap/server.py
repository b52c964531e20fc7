"""What the routes of one server share."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request

from webmap.pages import Served
from webmap.pool import Pool
from webmap.report_store import ReportStore
from webmap.settings import ServerSettings, SettingError
from webmap.whole import WholeWorkspace


@dataclass
class Server:
    """The parts of a running server; ``assets`` maps file names to scripts and styles."""

    settings: ServerSettings
    store: ReportStore
    pool: Pool
    whole: WholeWorkspace
    lock: int
    assets: dict[str, Served] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: ServerSettings) -> Server:
        """Return a server that is not started yet.

        Raises
        ------
        SettingError
            The state folder cannot be written, or another server uses it.
        """
        state = settings.state_folder()
        lock = _locked(state)
        store, pool = ReportStore(state, settings), Pool(settings)
        return cls(settings, store, pool, WholeWorkspace(settings, pool, store), lock)

    async def start(self) -> None:
        """Start the processes and learn which files pages need."""
        if self.lock < 0:
            self.lock = _locked(self.settings.state_folder())
        await self.pool.start()
        try:
            await self._fetch_assets()
        except BaseException:
            await self.close()
            raise

    async def _fetch_assets(self) -> None:
        answer = await self.pool.ask(task="assets")
        at = 0
        for name, file_name, media_type, integrity, size in answer.header["assets"]:
            body = answer.body[at : at + size]
            at += size
            self.assets[file_name] = Served(name, file_name, media_type, integrity, body)

    async def close(self) -> None:
        """End the processes."""
        await self.whole.close()
        await self.pool.close()
        # A number closed twice would close what another has opened meanwhile.
        lock, self.lock = self.lock, -1
        if lock >= 0:
            os.close(lock)

    def files(self, names: tuple[str, ...]) -> list[Served]:
        """Return the scripts and styles called ``names``, in that order."""
        by_name = {served.name: served for served in self.assets.values()}
        return [by_name[name] for name in names]


def _locked(state: Path) -> int:
    """Keep other servers out of the folder: each clears what it finds half received."""
    lock = os.open(state / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as held:
        os.close(lock)
        raise SettingError(
            f"状态文件夹 {state} 正被另一个服务使用，请用 --state 另选",
            f"another server uses the state folder {state}; choose another with --state",
        ) from held
    return lock


def server_of(request: Request) -> Server:
    """Return the server that a request came to."""
    found: Server = request.app.state.server
    return found
