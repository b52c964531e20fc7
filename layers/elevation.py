"""The workspace's terrain: which files hold elevations, how accurate they are, how to open them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING

from layers.account import Provenance
from layers.errors import WorkspaceError
from layers.formats.source import digest_file

if TYPE_CHECKING:
    from gis.terrain import Terrain


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

    @cached_property
    def terrain(self) -> Terrain:
        """Return the open files; each process opens its own.

        Raises
        ------
        TerrainError
            A file cannot be used.
        """
        from gis.terrain import Terrain

        return Terrain(self.files)

    @cached_property
    def provenance(self) -> tuple[Provenance, ...]:
        """Return one entry per file, for the report's inputs."""
        grids = self.terrain.described
        return tuple(
            Provenance(
                role="workspace",
                source=name,
                source_layer=None,
                sha256=digest_file(path),
                format=grids[path].driver,
                encoding=None,
                crs=grids[path].crs,
                transformation=grids[path].transformation.description,
                transformation_accuracy_m=grids[path].transformation.accuracy_m,
                positional_accuracy_m=None,
                coverage=None,
                declared=1,
                read=1,
                repaired=0,
                refused=0,
            )
            for name, path in zip(self.names, self.files, strict=True)
        )

    def __getstate__(self) -> dict[str, object]:
        """Leave open files behind: they do not pass from process to process."""
        return {k: self.__dict__[k] for k in ("files", "names", "vertical_accuracy_m")}


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
