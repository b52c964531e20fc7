"""Whether the files of a workspace are still those that were read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gis.tiles import parts
from layers.datum_file import named_points
from layers.formats.sniff import SIDECARS
from layers.formats.source import file_state
from layers.workspace import Workspace

Stamp = tuple[tuple[str, int, int, int, int], ...]

_WITH_PARTS = frozenset(SIDECARS.values())


def stamp_of(workspace: Workspace) -> Stamp:
    """Return name, size, times and number of every file that the workspace reads.

    Two equal stamps mean that no file was written, replaced, added or removed in between, as
    far as the file system tells; contents are not read. A missing file is part of the stamp.
    """
    return tuple(sorted({file_state(path) for path in _files(workspace)}))


def _files(workspace: Workspace) -> Iterator[Path]:
    yield workspace.path
    for settings in workspace.layers.values():
        yield from _parts(workspace.root / settings.source)
        if settings.coverage is not None:
            yield from _parts(workspace.root / settings.coverage)
        if settings.datum is not None:
            path = workspace.root / settings.datum
            points = named_points(path)
            yield from (path, points) if points else (path,)
    yield from terrain_parts(workspace)


def terrain_parts(workspace: Workspace) -> tuple[Path, ...]:
    """Return every file that may decide a height, those that need not exist included."""
    return tuple(part for path in workspace.terrain_files() for part in parts(path))


def _parts(path: Path) -> Iterator[Path]:
    yield path
    if path.is_dir():
        yield from path.iterdir()
    elif path.suffix.lower() in _WITH_PARTS and path.parent.is_dir():
        beside = path.parent.glob(f"{_literal(path.stem)}.*")
        yield from (p for p in beside if p.suffix.lower() in SIDECARS)


def _literal(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)
