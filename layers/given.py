"""Files that a user names on the command line: from outside like uploads, and read like them.

They lie where the user put them, under their own names, and may have parts beside them. The
child that reads one may open these and nothing else; of their folder it learns the names of
files. It works in the caller's folder, so that paths, numbers and messages are those of a plain
reading.

Source of the list of parts: the readers' own, :mod:`layers.formats`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gis.crs import parse_crs
from layers import formats
from layers.datum_file import named_points
from layers.formats.sniff import SIDECARS, suffix_of
from layers.formats.source import Source, opening, refusal
from layers.layer import Layer
from layers.vetted import load_vetted

VETTED: Final = "vetted"
ROWS: Final = "rows"
_TABLES = {".tab": (".dat", ".map", ".id", ".ind"), ".mif": (".mid",)}


@dataclass(frozen=True, slots=True)
class Given:
    """A file and what its user says of it; see :func:`layers.vetted.load_vetted`.

    Attributes
    ----------
    layer : contract name, or for :data:`ROWS` the layer of a container
    """

    path: Path
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    constants: Mapping[str, Any] | None = None
    extent: str = "china"
    datum: Path | None = None

    def request(self, task: str) -> dict[str, Any]:
        """Return the question to a child, with the files that it may open.

        Raises
        ------
        FormatError
            The path is no UTF-8 text, a part is a link that leads elsewhere, or the folder may
            not be opened.
        """
        path = as_text(self.path)
        readable, listed = _scope(self.path)
        if self.datum is not None:
            readable += [p for p in (self.datum, named_points(self.datum)) if p and p.is_file()]
        return {
            "task": task,
            "path": path,
            "layer": self.layer,
            "crs": self.crs,
            "encoding": self.encoding,
            "constants": dict(self.constants or {}),
            "extent": self.extent,
            "datum": as_text(self.datum) if self.datum else None,
            "scope": {
                "cwd": as_text(Path.cwd()),
                "readable": [as_text(p) for p in readable],
                "listed": [as_text(p) for p in listed],
            },
        }


def as_text(path: Path) -> str:
    """Return a path as a reading process knows it.

    Raises
    ------
    FormatError
        The bytes of its name, or of the folder it starts from, are no UTF-8.
    """
    for name in (path, path.absolute()):
        try:
            text = os.fsencode(name).decode("utf-8")
        except UnicodeDecodeError:
            raise refusal(
                Path(shown(name)),
                "文件名或文件夹名不是 UTF-8（多为 GBK），请改名后再试",
                "the name of the file or its folder is not UTF-8 (GBK?); rename it",
            ) from None
        if name is path:
            own = text
    return own


def shown(path: Path) -> str:
    """Return a path as text for people: what is no UTF-8 as the GBK that it most likely is."""
    raw = os.fsencode(path)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def _scope(path: Path) -> tuple[list[Path], list[Path]]:
    """Return the files a child may open to read ``path``, and the folders it may list."""
    with opening(path):
        if path.is_dir():
            return ([path], []) if suffix_of(path) == ".gdb" else ([], [path])
        readable = [path] if path.exists() else []
        suffix = path.suffix.lower()
        wanted = _TABLES.get(suffix, tuple(SIDECARS) if suffix == ".shp" else ())
        if not wanted or not path.parent.is_dir():
            return readable, []
        home = _folder_behind(path)
        for part in path.parent.iterdir():
            same = part.stem == path.stem
            if suffix in _TABLES:  # MapInfo takes its parts whatever the case of their names
                same = part.stem.lower() == path.stem.lower()
            if not same or part.suffix.lower() not in wanted:
                continue
            if part.is_symlink() and _folder_behind(part) != home:
                raise refusal(
                    path,
                    f"{part.name} 是指向别处的链接，不跟随",
                    f"{part.name} is a link that leads elsewhere, not followed",
                )
            if part.is_file():
                readable.append(part)
        return readable, [path.parent]


def _folder_behind(path: Path) -> str:
    return os.path.dirname(os.path.realpath(path))  # noqa: PTH120 - Path fails on loops


# -- in the child ----------------------------------------------------------------------------


def load_given(request: Mapping[str, Any]) -> dict[str, Layer]:
    """Return the vetted layers of the file that a request of ours is about."""
    datum = request["datum"]
    return load_vetted(
        Path(request["path"]),
        request["layer"],
        crs=request["crs"],
        encoding=request["encoding"],
        constants=request["constants"],
        extent=request["extent"],
        datum=Path(datum) if datum else None,
    )


def read_given(request: Mapping[str, Any]) -> Source:
    """Return the raw rows of the file that a request of ours is about."""
    return formats.read(
        Path(request["path"]),
        layer=request["layer"],
        encoding=request["encoding"],
        crs=parse_crs(request["crs"]) if request["crs"] else None,
    )
