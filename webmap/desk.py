"""What a judging process knows: the workspace as it is now, its layers, and the reader."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from analysis import engine
from analysis.api import Session
from analysis.io import sha256_of, write_bytes
from gis.__about__ import __version__
from gis.errors import MineZoneError
from layers.errors import WorkspaceError
from layers.layer import Layer
from layers.reader import Reader
from layers.uploads import Upload, read_upload
from layers.watch import Stamp, stamp_of, terrain_parts
from layers.workspace import open_workspace
from webmap import relief
from webmap.errors import Problem, problem_of
from webmap.report_store import MADE_LATER, REQUEST
from webmap.result_folder import HILLSHADE

MADE_LATER_FORMATS = ("gpkg", "csv")


class Desk:
    """One process's share of the work.

    Parameters
    ----------
    workspace : the workspace file; read again whenever one of its files has changed
    reader : reads files from outside
    """

    def __init__(self, workspace: Path, reader: Reader) -> None:
        self.workspace, self.reader = workspace, reader
        self._stamp: Stamp = ()
        self._base: Session | None = None

    # -- the workspace -------------------------------------------------------------------------

    def session(self) -> Session:
        """Return the session that holds the workspace's layers.

        Raises
        ------
        Problem
            503, the workspace cannot be used as it is now.
        """
        with _workspace_at_fault():
            if self._base is None or stamp_of(self._base.workspace) != self._stamp:
                self._base = None
                workspace = open_workspace(self.workspace)
                # Taken first: a file that changes while it is read is read again next time.
                self._stamp = stamp_of(workspace)
                base = Session(workspace, None, None, (), "zh", None)
                base.registered(engine.needed_layers(base.rules, engine.SUBJECT_LAYERS))
                self._base = base
            return self._base

    def layer(self, name: str) -> Layer:
        """Return a layer of the workspace; Problem 404 if it has none of that name."""
        session = self.session()
        with _workspace_at_fault():
            found = session.registered([name])
        if name not in found:
            raise Problem(404, f"工作区没有图层 {name}", f"the workspace has no layer {name}")
        return found[name]

    def terrain(self) -> str | None:
        """Return a digest of the elevation tiles as they are now, None where there are none."""
        tiles = {str(p) for p in terrain_parts(self.session().workspace)}
        stamps = sorted(entry for entry in self._stamp if entry[0] in tiles)
        return hashlib.sha256(json.dumps(stamps).encode()).hexdigest() if stamps else None

    def fingerprint(self) -> str:
        """Return a digest of all that decides verdicts besides the vetted file and the day."""
        session = self.session()
        layers = session.registered(engine.needed_layers(session.rules, engine.SUBJECT_LAYERS))
        parts = [
            __version__,
            session.workspace.sha256,
            session.rulebook.sha256,
            sorted((name, layer.provenance[0].snapshot) for name, layer in layers.items()),
            self.terrain(),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    # -- judging -------------------------------------------------------------------------------

    def vet(self, question: dict[str, Any], out: Path) -> dict[str, Any]:
        """Judge an upload and leave its report in ``out``.

        Raises
        ------
        Problem
            The file cannot be judged, or the workspace cannot be used.
        """
        base = self.session()
        upload = Upload.of({**question["upload"], "extent": base.workspace.extent})
        day = question["as_of"]
        try:
            layers = self._read(upload, out)
            session = base.another(question["rules"], day and date.fromisoformat(day))
            results = session.vet(layers, out).results
        except MineZoneError as error:
            raise problem_of(error, upload.name) from error
        kept = {
            "upload": {**upload.request(), "path": upload.path.name},
            "rules": question["rules"],
            "as_of": results.as_of.isoformat(),
            "created_at": results.created_at.isoformat(),
            "fingerprint": self.fingerprint(),
            "terrain": self.terrain(),
        }
        (out / REQUEST).write_bytes(orjson.dumps(kept))
        return {"report_id": results.report_id}

    def _read(self, upload: Upload, folder: Path) -> dict[str, Layer]:
        # Text alone, read by no library that follows links or looks for other files.
        if upload.path.suffix == ".geojson":
            return read_upload(upload, folder)
        return self.reader.read(upload)

    def screen(self, out: Path) -> dict[str, Any]:
        """Judge every registered feature and leave the report in ``out``."""
        base = self.session()
        session = base.another()
        session.formats = MADE_LATER_FORMATS
        with _workspace_at_fault():
            results = session.screen(out).results
        kept = {"report_id": results.report_id, "terrain": self.terrain()}
        (out / REQUEST).write_bytes(orjson.dumps(kept))
        return {"report_id": results.report_id}

    # -- the ground under maps -----------------------------------------------------------------

    @staticmethod
    def has_terrain(folder: Path) -> bool:
        """Return whether the workspace had elevations when the report was made."""
        return _asked(folder).get("terrain") is not None

    def draw_ground(self, folder: Path) -> None:
        """Draw the hillshade of a report beside it, once; when first asked for, for it takes time.

        Of other elevations than the report rests on nothing is drawn.

        Raises
        ------
        MineZoneError
            A tile cannot be used.
        """
        if (folder / HILLSHADE[1]).is_file() or not self.has_terrain(folder):
            return
        if _asked(folder)["terrain"] == self.terrain():
            relief.draw(folder, self.session().workspace.terrain_files())

    # -- files made later ----------------------------------------------------------------------

    def make_files(self, folder: Path, out: Path) -> None:
        """Add the formats that are made only when asked for, by judging again into ``out``.

        Raises
        ------
        Problem
            409, what decides verdicts has changed since: the files would tell another story.
        """
        kept = _asked(folder)
        base = self.session()
        upload = Upload.of({**kept["upload"], "path": folder / kept["upload"]["path"]})
        changed = Problem(
            409,
            "报告之后工作区或法规已变化，请重新审查后再下载",
            "the workspace or the law has changed since this report; vet the file again",
            upload.name,
        )
        if kept["fingerprint"] != self.fingerprint():
            raise changed
        session = base.another(kept["rules"], date.fromisoformat(kept["as_of"]))
        session.formats = MADE_LATER_FORMATS
        session.report_id = folder.name
        session.created_at = datetime.fromisoformat(kept["created_at"])
        try:
            session.vet(self._read(upload, out), out)
        except MineZoneError as error:
            raise problem_of(error, upload.name) from error
        name = "findings.parquet"
        if sha256_of(out / name) != sha256_of(folder / name):
            raise changed
        for name in MADE_LATER:
            write_bytes(folder / name, (out / name).read_bytes())


def _asked(folder: Path) -> dict[str, Any]:
    kept: dict[str, Any] = orjson.loads((folder / REQUEST).read_bytes())
    return kept


@contextmanager
def _workspace_at_fault() -> Iterator[None]:
    """Turn whatever is wrong with the workspace into an answer that says so, 503."""
    try:
        yield
    except MineZoneError as error:
        raise problem_of(
            WorkspaceError(f"工作区：{error.zh}", f"the workspace: {error.en}")
        ) from error
