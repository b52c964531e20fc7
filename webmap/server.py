"""What the routes of one server share."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.requests import Request

from webmap.pages import Served
from webmap.pool import Pool
from webmap.report_store import ReportStore
from webmap.settings import ServerSettings
from webmap.whole import WholeWorkspace


@dataclass
class Server:
    """The parts of a running server; ``assets`` maps file names to scripts and styles."""

    settings: ServerSettings
    store: ReportStore
    pool: Pool
    whole: WholeWorkspace
    assets: dict[str, Served] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: ServerSettings) -> Server:
        """Return a server that is not started yet."""
        store = ReportStore(settings.state_folder(), settings)
        pool = Pool(settings)
        return cls(settings, store, pool, WholeWorkspace(settings, pool, store))

    async def start(self) -> None:
        """Start the processes and learn which files pages need."""
        await self.pool.start()
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

    def files(self, names: tuple[str, ...]) -> list[Served]:
        """Return the scripts and styles called ``names``, in that order."""
        by_name = {served.name: served for served in self.assets.values()}
        return [by_name[name] for name in names]


def server_of(request: Request) -> Server:
    """Return the server that a request came to."""
    found: Server = request.app.state.server
    return found
