"""The workspace's terrain: which files hold elevations, how accurate they are, how to open them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from glob import glob
from os.path import normpath, relpath
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from layers.account import Provenance
from layers.errors import WorkspaceError
from layers.formats.source import digest_file, file_state

if TYPE_CHECKING:
    from gis.terrain import Terrain
    from gis.tiles import Tile

States = frozenset[tuple[str, int, int, int, int]]


@dataclass(frozen=True, eq=False)
class Elevation:
    """Elevation tiles of a workspace, in metres above the 1985 national height datum.

    Attributes
    ----------
    files : paths, sorted
    names : the same as seen from the workspace's folder
    vertical_accuracy_m : one sigma, None = not stated
    """

    files: tuple[Path, ...]
    names: tuple[str, ...]
    vertical_accuracy_m: float | None

    @property
    def terrain(self) -> Terrain:
        """Return the open files; each process opens its own.

        Raises
        ------
        TerrainError
            A file cannot be used.
        """
        return self._opened[0]

    @cached_property
    def _opened(self) -> tuple[Terrain, States]:
        from gis.terrain import Terrain

        # Looked at before any is opened: what changes from now on is seen by `provenance`.
        states = self._states()
        return Terrain(self.files), states

    def _states(self) -> States:
        from gis.tiles import parts

        return frozenset(file_state(part) for path in self.files for part in parts(path))

    def provenance(self) -> tuple[Provenance, ...]:
        """Return one entry per file, for the report's inputs; a VRT's own files follow it.

        Called after a run: no run may report heights from files that are not those it names.

        Raises
        ------
        TerrainError
            A file was changed, added beside one, or removed since the terrain was opened.
        """
        self._refuse_changed()
        entries = self._entries
        self._refuse_changed()
        return entries

    def _refuse_changed(self) -> None:
        changed = self._opened[1] ^ self._states()
        if changed:
            from gis.tiles import TerrainError

            file = min(changed)[0]
            raise TerrainError(
                f"{file}：高程数据在读取过程中被改动，请重新运行",
                f"{file}: the elevations changed while they were read; run again",
            )

    @cached_property
    def _entries(self) -> tuple[Provenance, ...]:
        from gis.tiles import examined, sources

        entries = []
        for name, path, tile in zip(self.names, self.files, self.terrain.tiles, strict=True):
            entries.append(_entry(name, path, tile))
            for source in sources(path):
                beside = relpath(source, path.parent)
                inside = PurePosixPath(normpath(PurePosixPath(name).parent / beside))
                entries.append(_entry(inside.as_posix(), source, examined(source)))
        return tuple(entries)

    def __getstate__(self) -> dict[str, object]:
        """Leave open files behind: they do not pass from process to process."""
        return {k: self.__dict__[k] for k in ("files", "names", "vertical_accuracy_m")}


def _entry(name: str, path: Path, tile: Tile) -> Provenance:
    return Provenance(
        role="workspace",
        source=name,
        source_layer=None,
        sha256=digest_file(path),
        format=tile.driver,
        encoding=None,
        crs=tile.crs_name,
        transformation=tile.transformation.description,
        transformation_accuracy_m=tile.transformation.accuracy_m,
        positional_accuracy_m=None,
        coverage=None,
        declared=1,
        read=1,
        repaired=0,
        refused=0,
    )


def find_elevation(
    root: Path, workspace: str, patterns: Sequence[str], vertical_accuracy_m: float | None
) -> Elevation:
    """Return the tiles that ``patterns`` (paths or globs seen from ``root``) name.

    Raises
    ------
    WorkspaceError
        A pattern matches no file.
    """
    found: dict[str, Path] = {}
    for pattern in patterns:
        hits = matching(root, pattern)
        if not hits:
            raise WorkspaceError(
                f"{workspace}：terrain.dem：没有匹配的文件：{pattern}",
                f"{workspace}: terrain.dem: no file matches {pattern}",
            )
        for hit in hits:
            inside = hit.is_relative_to(root)
            found[hit.relative_to(root).as_posix() if inside else hit.as_posix()] = hit
    names = sorted(found)
    return Elevation(tuple(found[n] for n in names), tuple(names), vertical_accuracy_m)


def matching(root: Path, pattern: str) -> list[Path]:
    """Return the files that a path or pattern seen from ``root`` names, in order."""
    # Not Path.glob: patterns may be absolute or lead out of the folder.
    names = glob(pattern, root_dir=root, recursive=True)  # noqa: PTH207
    return [root / name for name in sorted(names) if (root / name).is_file()]
