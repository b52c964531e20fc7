"""Reports of the server on disk: whole folders under random ids, the oldest removed.

    STATE/reports/<id>/   results of one vetting, the file it was made from, and request.json
    STATE/screens/<key>/  results of judging the whole workspace
    STATE/incoming/       what is being received or judged; nothing here is ever shown

A folder appears under its id by one rename, so a reader sees all of a report or none.
"""

from __future__ import annotations

import re
import shutil
import threading
import uuid
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import orjson

from webmap.settings import MIB, ServerSettings

ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
KEY: Final = re.compile(r"[0-9a-f]{16,64}-\d{4}-\d{2}-\d{2}")
REQUEST: Final = "request.json"
GROUND: Final = "hillshade.png"
MADE_LATER: Final = ("findings.gpkg", "findings.csv")
DOWNLOADS: Final[dict[str, str]] = {
    "report.json": "application/json",
    "findings.gpkg": "application/geopackage+sqlite3",
    "findings.csv": "text/csv; charset=utf-8",
    "map.html": "text/html; charset=utf-8",
    "subjects.parquet": "application/vnd.apache.parquet",
    "findings.parquet": "application/vnd.apache.parquet",
    "evidence.parquet": "application/vnd.apache.parquet",
    "outlines.parquet": "application/vnd.apache.parquet",
}
"""Names that may be asked for and their media types; nothing else of a folder is served."""


class ReportStore:
    """The folders of a server; safe for several threads.

    Parameters
    ----------
    state : folder of the server, of this user alone
    settings : how much is kept
    """

    def __init__(self, state: Path, settings: ServerSettings) -> None:
        self.reports, self.screens = state / "reports", state / "screens"
        self.incoming = state / "incoming"
        self._most, self._most_bytes = settings.max_reports, settings.max_reports_mb * MIB
        self._lock = threading.Lock()
        self._known: OrderedDict[str, int] = OrderedDict()
        shutil.rmtree(self.incoming, ignore_errors=True)  # left by a server that was killed
        for folder in (self.reports, self.screens, self.incoming):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = [p for p in self.reports.iterdir() if ID.fullmatch(p.name)]
        for folder in sorted(found, key=lambda p: p.stat().st_mtime_ns):
            self._known[folder.name] = _size(folder)
        self._screened = {
            _screen_id(p): p for p in self.screens.iterdir() if (p / REQUEST).is_file()
        }
        self._prune()

    def __len__(self) -> int:
        """Return how many reports are kept."""
        return len(self._known)

    @contextmanager
    def receiving(self) -> Iterator[Path]:
        """Yield a new folder outside everything that is shown; it is gone afterwards."""
        folder = self.incoming / str(uuid.uuid4())
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def keep(self, folder: Path, report_id: str) -> Path:
        """Give a folder its id and remove the oldest reports beyond what is kept.

        Raises
        ------
        ValueError
            ``report_id`` is no random UUID in its usual spelling.
        """
        if not ID.fullmatch(report_id):
            raise ValueError("report id")
        target = self.reports / report_id
        folder.rename(target)
        with self._lock:
            self._known[report_id] = _size(target)
            self._prune()
        return target

    def grown(self, report_id: str) -> None:
        """Count a report again after a file was added to it."""
        with self._lock:
            if report_id in self._known:
                self._known[report_id] = _size(self.reports / report_id)
                self._prune()

    def keep_screen(self, folder: Path, key: str) -> Path:
        """Keep the results of the whole workspace in the place of all earlier ones."""
        if not KEY.fullmatch(key):
            raise ValueError("screen key")
        target = self.screens / key
        report_id = _screen_id(folder)
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)
        for other in self.screens.iterdir():
            if other != target:
                shutil.rmtree(other, ignore_errors=True)
        self._screened = {report_id: target}
        return target

    def report(self, report_id: str) -> Path | None:
        """Return the folder of a report, None where there is none; any text may be asked for."""
        if not ID.fullmatch(report_id):
            return None
        folder = self._screened.get(report_id, self.reports / report_id)
        return folder if (folder / "report.json").is_file() else None

    def id_of_screen(self, folder: Path) -> str:
        """Return the report id of a kept screen."""
        return next(key for key, home in self._screened.items() if home == folder)

    def screen(self, key: str) -> Path | None:
        """Return the folder of a kept screen."""
        folder = self.screens / key
        return folder if KEY.fullmatch(key) and (folder / "report.json").is_file() else None

    def _prune(self) -> None:
        total = sum(self._known.values())
        # The newest stays whatever its size: its id has just been given away.
        while len(self._known) > 1 and (len(self._known) > self._most or total > self._most_bytes):
            oldest, size = self._known.popitem(last=False)
            total -= size
            shutil.rmtree(self.reports / oldest, ignore_errors=True)


def _screen_id(folder: Path) -> str:
    return str(orjson.loads((folder / REQUEST).read_bytes())["report_id"])


def _size(folder: Path) -> int:
    return sum(p.stat().st_size for p in folder.iterdir() if p.is_file())
