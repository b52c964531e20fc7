"""Writing files so that a reader sees the old one or the new one, never half of one."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gis.errors import MineZoneError


class OutputError(MineZoneError):
    """A result cannot be written; the message names the file or folder."""

    @classmethod
    def of(cls, path: Path, cause: Exception) -> OutputError:
        """Return the error for ``path``, with the system's own words."""
        words = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
        return cls(f"无法写入 {path}：{words}", f"cannot write {path}: {words}")


class Staging:
    """Files of one run under temporary names beside their final ones.

    Use :func:`staged`; all files appear together when it ends without an error.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._token = secrets.token_hex(6)
        self._names: list[str] = []
        self._obsolete: list[str] = []

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names asked for so far, in that order."""
        return tuple(self._names)

    def path(self, name: str) -> Path:
        """Return where to write the file that is to be called ``name``.

        The suffix is kept: drivers go by it. Files appear in the order of these calls.
        """
        if name not in self._names:
            self._names.append(name)
        return self._temporary(name)

    def obsolete(self, name: str) -> None:
        """Remove ``name``, left by an earlier run, once this run's files are in place."""
        self._obsolete.append(name)

    def commit(self) -> None:
        """Flush every file to disk and give it its name."""
        for name in self._names:
            _flush(self._temporary(name))
        for name in self._names:
            target = self.folder / name
            try:
                self._temporary(name).replace(target)
            except OSError as cause:
                raise OutputError.of(target, cause) from cause
        for name in self._obsolete:
            (self.folder / name).unlink(missing_ok=True)
        _flush_folder(self.folder)

    def discard(self) -> None:
        """Remove whatever is left under temporary names, side files of drivers included."""
        for left in self.folder.glob(f".{self._token}.*"):
            left.unlink(missing_ok=True)

    def _temporary(self, name: str) -> Path:
        return self.folder / f".{self._token}.{name}"


@contextmanager
def staged(folder: Path) -> Iterator[Staging]:
    """Create ``folder`` if need be and yield a :class:`Staging` for it.

    Raises
    ------
    OutputError
        The folder cannot be made, or a file cannot be written or renamed. Files of an earlier
        run are then still whole.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise OutputError.of(folder, cause) from cause
    staging = Staging(folder)
    try:
        yield staging
        staging.commit()
    except OSError as cause:
        raise OutputError.of(folder, cause) from cause
    finally:
        staging.discard()


def write_bytes(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path``: temporary name in the same folder, flushed, renamed."""
    with staged(path.parent) as staging:
        staging.path(path.name).write_bytes(data)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, lower-case hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _flush(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _flush_folder(folder: Path) -> None:
    # Windows cannot open a folder; its rename is durable without this.
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
