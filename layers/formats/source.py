"""What a reader hands on: the rows of one file as they stand, before any layer is made of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyproj

from gis.ragged import Ints, Shapes
from layers.account import Issue
from layers.errors import FormatError
from layers.formats.stated import Stated
from layers.headings import Rest


@dataclass(frozen=True, eq=False)
class Source:
    """Rows of one source, in the source's own words and its own coordinates.

    Attributes
    ----------
    path : as the user gave it
    format : name of the exchange format, as printed in the provenance
    layer : name of the layer inside a container, None where the format has no layers
    sha256 : of the file. Shapefile: over .shp, .shx, .dbf, .prj, .cpg in that order, each as
        suffix, size and bytes. ``.gdb`` folder: the same over sorted relative names.
    encoding : of the attribute text as decoded, None where that says nothing
    crs : what the source states, or None
    crs_note : where that statement was found, or what the coordinates suggest
    crs_doubt : why the source's statement cannot be believed, in both languages
    stated : what it says of its system where that is not enough for one
    declared : rows the source says it holds, or that a second count found
    columns : field name -> Arrow array, one value per row
    geometry : (n,) shapely geometries in ``crs``, easting or longitude first, without Z and M;
        None where the row has none that can be read
    labels : how to name each row to a person, e.g. ``第 3 行``
    issues : everything reading had to say
    lost : field name -> rows whose cell holds something of which the reader could make nothing;
        null in ``columns``, or not there where the reader leaves out the whole field
    rests : field name -> what is left of the character in the middle of which the name was cut
    prose : what it says outside its rows, titles and remarks, as far as the reader kept it
    notes : columns of free text, which may say anything of their row, also of its system
    companions : contract layer name -> further rows of the same file, e.g. ``right_part``
    """

    path: Path
    format: str
    layer: str | None
    sha256: str
    encoding: str | None
    crs: pyproj.CRS | None
    crs_note: str
    declared: int
    columns: dict[str, pa.Array]
    geometry: Shapes
    labels: tuple[str, ...]
    issues: tuple[Issue, ...] = ()
    lost: dict[str, Ints] = field(default_factory=dict)
    companions: dict[str, Source] = field(default_factory=dict)
    crs_doubt: tuple[str, str] | None = None
    stated: Stated = field(default_factory=Stated)
    rests: dict[str, Rest] = field(default_factory=dict)
    prose: str = ""
    notes: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Hold the account: every column, label and geometry has a row, and none is missing."""
        sizes = {len(c) for c in self.columns.values()} | {len(self.labels), len(self.geometry)}
        if sizes != {self.declared}:
            raise AssertionError(f"{self.path}: rows {sorted(sizes)}, declared {self.declared}")

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.geometry)


def refusal(path: Path, zh: str, en: str) -> FormatError:
    """Return the error that refuses ``path``, in one line that names it."""
    return FormatError(f"{path}：{_one_line(zh)}", f"{path}: {_one_line(en)}")


def twice(path: Path, one: str, other: str) -> FormatError:
    """Return the error that a part of ``path`` is there as ``a.dbf`` and ``a.DBF``."""
    return refusal(
        path,
        f"同一部分有两个文件（{one}、{other}），不知以哪个为准",
        f"one of its parts is there twice ({one}, {other}); which of them counts is not known",
    )


@contextmanager
def opening(path: Path) -> Iterator[None]:
    """Refuse ``path`` in one line where it, or a file beside or inside it, cannot be opened."""
    try:
        yield
    except OSError as fault:
        other = Path(str(fault.filename)).name if fault.filename is not None else path.name
        of_zh, of_en = ("", "") if other == path.name else (f" {other}", f": {other}")
        denied = isinstance(fault, PermissionError)
        why = fault.strerror or type(fault).__name__
        why_zh, why_en = ("没有读取权限", "permission denied") if denied else (why, why)
        raise refusal(
            path, f"无法打开{of_zh}：{why_zh}", f"cannot be opened{of_en}: {why_en}"
        ) from fault


def row_labels(count: int) -> tuple[str, ...]:
    """Return ``第 1 行`` … for formats whose rows have no better name."""
    return tuple(f"第 {n} 行" for n in range(1, count + 1))


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def file_state(path: Path) -> tuple[str, int, int, int, int]:
    """Return name, size, times and number of a file; size -1 where there is none.

    Two equal states mean that it was not written, replaced, added or removed in between, as far
    as the file system tells.
    """
    try:
        status = path.stat()
    except OSError:
        return str(path), -1, 0, 0, 0
    times = status.st_mtime_ns, status.st_ctime_ns
    return str(path), status.st_size, *times, status.st_ino


def digest_files(members: Iterable[tuple[str, Path]]) -> str:
    """Return one SHA-256 over several files: name, size and bytes of each, in that order."""
    total = hashlib.sha256()
    for name, path in members:
        total.update(f"{name}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as stream:
            _feed(total, stream)
    return total.hexdigest()


def _feed(total: hashlib._Hash, stream: BinaryIO) -> None:
    while block := stream.read(1 << 20):
        total.update(block)


def _one_line(text: str) -> str:
    return " ".join(text.split())
