"""Where a file is written: under its own name, and over nothing that is there already."""

from __future__ import annotations

from pathlib import Path

from layers.formats.source import refusal

SUFFIXES: dict[str, tuple[str, ...]] = {
    "gpkg": (".gpkg",),
    "shp": (".shp",),
    "geojson": (".geojson", ".json"),
    "kml": (".kml",),
    "dxf": (".dxf",),
    "txt": (".txt",),
    "registration": (".txt",),
    "xlsx": (".xlsx",),
}
"""Form -> suffixes that a file of it may have."""

# What programs open along with a file, by its name.
_BESIDE = {
    ".shp": (".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj", ".ain", ".aih",
             ".fix", ".cst", ".idm", ".ind", ".atx", ".mxs", ".ixs", ".fbn", ".fbx", ".shp.xml"),
    ".gpkg": (".gpkg-wal", ".gpkg-journal", ".gpkg-shm"),
}  # fmt: skip


def check_target(target: Path, form: str) -> None:
    """Refuse a target of another suffix, or one beside which something is in the way.

    Raises
    ------
    FormatError
        The suffix is of another form, the target's folder is none, or the target or a file that
        would be taken for a part of it exists.
    """
    if target.suffix.lower() not in SUFFIXES[form]:
        due = " ".join(SUFFIXES[form])
        raise refusal(target, f"{form} 文件的后缀应为 {due}", f"a {form} file is called {due}")
    if not target.parent.is_dir():
        raise refusal(target, "没有这个文件夹", "there is no such folder")
    if target.exists() or target.is_symlink():
        raise refusal(target, "文件已经存在，请另取名字", "exists already; choose another name")
    suffixes = (target.suffix.lower(), *_BESIDE.get(target.suffix.lower(), ()))
    taken = {f"{target.stem}{suffix}".casefold() for suffix in suffixes}
    for other in sorted(target.parent.iterdir()):
        if other.name.casefold() in taken:
            raise _in_the_way(target, other.name)


def move_in(folder: Path, target: Path) -> tuple[Path, ...]:
    """Move all files of ``folder`` beside ``target``, over none; return where they are.

    Raises
    ------
    FormatError
        One of them exists there; none is moved then.
    """
    parts = sorted(folder.iterdir())
    for part in parts:
        place = target.parent / part.name
        if place.exists() or place.is_symlink():
            raise _in_the_way(target, part.name)
    for part in parts:
        part.replace(target.parent / part.name)
    return tuple(target.parent / part.name for part in parts)


def _in_the_way(target: Path, name: str) -> Exception:
    return refusal(
        target,
        f"旁边已有 {name}，会被当作它的一部分或被覆盖，请另取名字",
        f"{name} beside it would be taken for a part of it or be lost; choose another name",
    )
