"""Names under which GDAL opens exactly the file that is meant.

A name is a small language to pyogrio and GDAL: ``a!b.gpkg`` is ``b.gpkg`` in an archive ``a``,
``a;b.gpkg`` is a file ``a``, a line break is left out. A file whose name could be read so is opened
through a link of a plain name, in a folder that holds nothing but the link and those of its parts.

Sources: pyogrio ``util.vsi_path``, ``urllib.parse.urlparse``; GDAL, "Virtual File Systems".
"""

from __future__ import annotations

import re
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from layers.formats.source import refusal

# What neither takes for more than a letter. Chinese names need no link; surrogates are bytes
# that are no UTF-8, in which GDAL is called.
_PLAIN = re.compile(
    r"(?:[A-Za-z]:)?/(?!/|vsi)(?:[A-Za-z0-9_ ./()+-]|[\u00a0-\ud7ff\ue000-\U0010ffff])*"
)
_PARTS = {
    ".shp": (".shx", ".dbf", ".prj", ".cpg"),
    ".tab": (".dat", ".map", ".id", ".ind"),
    ".mif": (".mid",),
}
"""Suffix -> suffixes of the further files that GDAL opens by itself."""
_NAMED_LIKE_THE_FILE = frozenset({".fgb", ".kml", ".ovkml", ".tab", ".mif"})


@dataclass(frozen=True, slots=True)
class Name:
    """What GDAL is given in place of a path.

    Attributes
    ----------
    path : the file that is meant
    target : what GDAL opens
    stem : of the link, a word that stands in no file; None where there is no link
    """

    path: Path
    target: Path | bytes
    stem: str | None = None

    @property
    def place(self) -> Path:
        """The file that GDAL writes."""
        assert isinstance(self.target, Path)
        return self.target

    def shown(self, word: str) -> str:
        """Return a word of GDAL with the file's own name in place of the link's."""
        if self.stem is not None:
            word = word.replace(str(self.target), str(self.path))
            word = word.replace(self.stem, self.path.stem)
        return word

    def may_name(self, layer: str | None) -> bool:
        """Tell whether GDAL may call a layer by the link's name: where the format has none."""
        return (
            self.stem is not None
            and layer == self.path.stem
            and self.path.suffix.lower() in _NAMED_LIKE_THE_FILE
        )

    def asked(self, layer: str | None, listed: Iterable[str]) -> str | None:
        """Return what GDAL calls a layer; it calls some like the file.

        Raises
        ------
        FormatError
            A layer of the file's name and one without a name cannot be told apart.
        """
        names = {*listed} & {self.stem, layer}
        if len(names) > 1:
            raise refusal(
                self.path, f"有两个图层都叫 {layer}", f"two of its layers are called {layer}"
            )
        return next(iter(names), layer)


@contextmanager
def named(path: Path, target: Path | bytes, without: str = "") -> Iterator[Name]:
    """Give what GDAL may open in place of ``target``, for as long as it is read.

    Parameters
    ----------
    path : the file as messages name it
    target : bytes, or the resolved path
    without : suffix of a part that GDAL is not to see

    Raises
    ------
    FormatError
        The name needs a link, and none can be made.
    """
    if isinstance(target, bytes) or (is_plain(target) and not without):
        yield Name(path, target)
        return
    with _folder(path) as folder:
        stem = uuid.uuid4().hex
        suffix = ".gdb.zip" if target.name.lower().endswith(".gdb.zip") else target.suffix.lower()
        _link(path, folder / f"{stem}{suffix}", target)
        for part in _parts(target):
            if part.suffix.lower() == without:
                continue
            _link(path, folder / f"{stem}{part.suffix.lower()}", part)
        yield Name(path, folder / f"{stem}{suffix}", stem)


@contextmanager
def written(path: Path) -> Iterator[Name]:
    """Give what GDAL may write in place of ``path``; the files are called like it afterwards.

    Raises
    ------
    FormatError
        The name needs a link, and none can be made.
    """
    target = path.resolve()
    if is_plain(target):
        yield Name(path, target)
        return
    with _folder(path) as place:
        _link(path, place / "out", target.parent)
        stem = uuid.uuid4().hex
        try:
            yield Name(path, place / "out" / f"{stem}{target.suffix}", stem)
        except BaseException:
            for part in target.parent.glob(f"{stem}*"):
                part.unlink()
            raise
        for part in target.parent.glob(f"{stem}*"):
            part.rename(target.parent / part.name.replace(stem, target.stem))


def is_plain(path: Path) -> bool:
    """Tell whether pyogrio and GDAL take a resolved path for nothing but a path."""
    # /vsizip/ ends at the first ".zip", be it a folder's.
    within = any(".zip" in part.lower() for part in path.parts[:-1])
    return not within and _PLAIN.fullmatch(path.as_posix()) is not None


@contextmanager
def _folder(path: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="minezone-") as made:
        folder = Path(made).resolve()
        if not is_plain(folder):
            raise refusal(
                path,
                f"文件名须经临时文件夹打开，而 {folder} 也含特殊字符；请改名",
                f"its name needs a link, and {folder} is no place for one; rename the file",
            )
        yield folder


def _parts(target: Path) -> list[Path]:
    """Return the further files of a data set, whatever the case of their suffixes.

    Of MapInfo the case of the whole name counts for nothing, as where it comes from.
    """
    wanted = _PARTS.get(target.suffix.lower(), ())
    if not wanted:
        return []
    alike = {target.stem}
    if target.suffix.lower() in (".tab", ".mif"):
        alike |= {p.stem for p in target.parent.iterdir() if p.stem.lower() == target.stem.lower()}
    beside = sorted(
        (p for p in target.parent.iterdir() if p.stem in alike),
        key=lambda p: (p.stem != target.stem, p.name),
    )
    found: dict[str, Path] = {}
    for part in beside:
        if part.suffix.lower() in wanted and part.is_file():
            found.setdefault(part.suffix.lower(), part)
    return list(found.values())


def _link(path: Path, link: Path, target: Path) -> None:
    try:
        link.symlink_to(target)
    except OSError as fault:
        raise refusal(
            path,
            "文件名含特殊字符，无法安全打开；请改名",
            "cannot be opened safely under this name; rename the file",
        ) from fault
