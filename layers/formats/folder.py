"""Which entries of a folder are data that somebody handed in."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from layers.errors import FormatError
from layers.formats.sniff import CONVERT, SIDECARS, SUPPORTED, suffix_of
from layers.formats.source import opening, refusal

_JOURNALS = re.compile(r"\.gpkg-(wal|shm|journal)$")
_PROGRAMS = frozenset({"thumbs.db", "desktop.ini"})
_TABLE_PARTS = frozenset({".dbf", ".shx", ".sbn", ".sbx"})
# A folder that holds the first of a set holds what a run of ours wrote.
_RESULTS = (
    ("subjects.parquet", "findings.parquet", "evidence.parquet", "report.json", "findings.gpkg",
     "findings.csv", "outlines.parquet", "map.html", "hillshade.png", "hillshade.pgw"),
    ("summary.json", "summary.csv"),
)  # fmt: skip


def is_dataset(path: Path) -> bool:
    """Tell whether a walk through folders should take ``path`` as a source.

    Main files and ``.gdb`` folders count, also those that will be refused with advice; sidecar
    files, hidden files and unknown suffixes do not.
    """
    suffix = suffix_of(path)
    if path.name.startswith("."):
        return False
    if path.is_dir():
        return suffix == ".gdb"
    if suffix == ".gdb" or _describes_another(path.name.lower()):
        return False
    return path.is_file() and (suffix in SUPPORTED or suffix in CONVERT)


def layers_in(folder: Path) -> list[Path]:
    """Return the data sets in a folder and below, sorted.

    Nothing handed in is left out in silence: a Shapefile whose ``.shp`` is missing, a link that
    leads nowhere or to a folder, a pipe that is called like a file, a folder that may not be
    opened and files of kinds that are not read yet are listed, and refused when they are read.
    Sidecar files, plain documents, results of our own runs and what is hidden are not listed:
    ``.minezone`` holds our own snapshots. No link to a folder is followed.

    Raises
    ------
    FormatError
        The folder itself cannot be opened.
    """
    folder = Path(folder)
    found: list[Path] = []
    with opening(folder):
        waiting = [_entries(folder)]
    while waiting:
        entries = waiting.pop()
        ours = _results(entries)
        found += _without_shp(entries)
        for entry in entries:
            if entry.name not in ours:
                taken, below = _taken(entry)
                found += taken
                waiting += below
    return sorted(found)


def passed_over(folder: Path) -> list[Path]:
    """Return what lies in a folder and below and is neither read nor a part of what is, sorted.

    Files of other kinds, those without a suffix among them, and data that are hidden; of a hidden
    folder its own name. A folder that may not be opened is told by :func:`layers_in`.
    """
    found: list[Path] = []
    waiting = [Path(folder)]
    while waiting:
        with contextlib.suppress(OSError):
            entries = sorted(waiting.pop().iterdir())
            ours = _results(entries)
            mains = {p.stem.lower() for p in [*entries, *_without_shp(entries)] if _is_main(p)}
            for entry in entries:
                taken, below = ([], []) if entry.name.startswith(".") else _taken(entry)
                if below:
                    waiting.append(entry)
                elif not taken and entry.name not in ours and not _is_known(entry, mains):
                    found.append(entry)
    return sorted(found)


def _is_main(path: Path) -> bool:
    return path.suffix.lower() == ".shp" or is_dataset(path)


def _is_known(entry: Path, mains: set[str]) -> bool:
    """Tell whether a file that is not read is a part of one that is, or a program's own."""
    name, suffix = entry.name.lower(), suffix_of(entry)
    if name.startswith("."):
        # What systems leave everywhere, and our own snapshots; not data, nor a folder of them.
        data = entry.is_dir() or suffix in SUPPORTED or suffix in CONVERT
        return name == ".minezone" or name.startswith("._") or not data
    if suffix in SIDECARS:
        return entry.stem.lower() in mains
    return name in _PROGRAMS or _describes_another(name) or bool(_JOURNALS.search(name))


def leading_out(entry: Path, folder: Path) -> FormatError | None:
    """Return the error about a link in ``folder``, or below, that leads out of it, else None.

    Such a link would have a file judged, and its outlines shown, that nobody handed in.
    """
    if not entry.is_symlink() or _leads_nowhere(entry):
        return None
    home, target = (os.path.realpath(p) for p in (folder, entry))
    if os.path.commonpath([home, target]) == home:
        return None
    return refusal(
        entry,
        "是指向文件夹之外的链接，不跟随",
        "is a link that leads out of the folder, not followed",
    )


def _entries(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if not p.name.startswith("."))


def _taken(entry: Path) -> tuple[list[Path], list[list[Path]]]:
    """Return the entry if it is to be read, or told, as it stands, else what lies in it."""
    try:
        if is_dataset(entry) or (entry.is_symlink() and (entry.is_dir() or _leads_nowhere(entry))):
            return [entry], []
        if not entry.is_dir():
            odd = entry.exists() and not entry.is_file() and suffix_of(entry) in SUPPORTED
            return ([entry] if odd else []), []
        inside = _entries(entry)
        empty = next(entry.iterdir(), None) is None
    except OSError:  # it may not be opened, or its path is too long
        return [entry], []
    # An empty folder called like a file stands where somebody meant a file to be.
    if empty and suffix_of(entry) in SUPPORTED:
        return [entry], []
    return [], [inside]


def _leads_nowhere(link: Path) -> bool:
    return suffix_of(link) not in SIDECARS and not link.exists()  # loops lead nowhere too


def _describes_another(name: str) -> bool:
    """Tell whether a file is about one beside it: ``dem.tif.aux.json``, ``a.shp.xml``."""
    about = Path(name)
    inner = Path(about.stem).suffix if about.suffix in (".json", ".xml") else ""
    return inner == ".aux" or inner in SUPPORTED or inner in SIDECARS


def _results(entries: Iterable[Path]) -> frozenset[str]:
    names = {p.name for p in entries}
    ours = [s for s in _RESULTS if set(s[:4]) <= names]
    return frozenset(name for group in ours for name in group)


def _without_shp(entries: Iterable[Path]) -> list[Path]:
    """Return the ``.shp`` files that should be there: parts of them are.

    A .prj or .cpg may as well belong to any other file of that name.
    """
    suffixes: dict[str, set[str]] = {}
    folders: dict[str, Path] = {}
    for entry in entries:
        suffixes.setdefault(entry.stem, set()).add(entry.suffix.lower())
        folders[entry.stem] = entry.parent
    out = []
    for stem, found in suffixes.items():
        parts = {suffix for suffix in found if SIDECARS.get(suffix) == ".shp"}
        others = found - parts
        if not parts or ".shp" in found or ".tab" in found or stem.lower().endswith(".vat"):
            continue
        if parts & _TABLE_PARTS or not others:
            out.append(folders[stem] / f"{stem}.shp")
    return out
