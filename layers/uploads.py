"""Files from outside, kept under names of ours and shown under the sender's."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from gis.errors import MineZoneError
from layers.formats.archives import unpack
from layers.formats.sniff import ARCHIVES, suffix_of
from layers.layer import Layer
from layers.screening import screen
from layers.vetted import load_vetted

_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Upload:
    """A file from outside and what was said of it.

    Attributes
    ----------
    path : where it lies; its stem is a random word that stands in no file
    name : what the sender calls it, cleaned by :func:`shown_name`
    largest : bytes it may have
    """

    path: Path
    name: str
    largest: int
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    constants: Mapping[str, Any] | None = None
    extent: str = "china"

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> Upload:
        """Return the upload that a message between processes describes."""
        return cls(**{**request, "path": Path(request["path"])})

    def request(self) -> dict[str, Any]:
        """Return the upload as JSON values."""
        return {
            "path": str(self.path),
            "name": self.name,
            "largest": self.largest,
            "layer": self.layer,
            "crs": self.crs,
            "encoding": self.encoding,
            "constants": dict(self.constants or {}),
            "extent": self.extent,
        }


def shown_name(name: str, fallback: str) -> str:
    """Return a sender's file name as one short line: no folders, no control characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    last = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    last = " ".join(last.split())
    if len(last) > _LONGEST_NAME:
        suffix = PurePath(last).suffix[:12]
        last = last[: _LONGEST_NAME - len(suffix)] + suffix
    return last if last.strip(". ") else fallback


def read_upload(
    upload: Upload, folder: Path, before_reading: Callable[[], None] | None = None
) -> dict[str, Layer]:
    """Return the vetted layers of a file from outside; archives are unpacked into ``folder``.

    ``before_reading`` is called when that is done and nothing has to be written any more.

    Raises
    ------
    MineZoneError
        The file cannot be judged; the line gives the sender's name for it, never ours.
    """
    path, name = upload.path, upload.name
    try:
        screen(path, upload.largest)
        if suffix_of(path) in ARCHIVES:
            path, inner = unpack(path, folder)
            name = f"{name}/{inner}"
        if before_reading:
            before_reading()
        layers = load_vetted(
            path,
            layer=upload.layer,
            crs=upload.crs,
            encoding=upload.encoding,
            constants=upload.constants,
            extent=upload.extent,
            name=name,
        )
    except MineZoneError as error:
        raise type(error)(
            _renamed(error.zh, path, name, upload), _renamed(error.en, path, name, upload)
        ) from error
    return {key: _shown(layer, path, name, upload) for key, layer in layers.items()}


def _renamed(text: str, path: Path, name: str, upload: Upload) -> str:
    """Return the text with the sender's name wherever ours stood."""
    for known, shown in ((path, name), (upload.path, upload.name)):
        text = text.replace(str(known), shown).replace(known.name, shown)
    return text.replace(path.stem, PurePath(name).stem)


def _shown(layer: Layer, path: Path, name: str, upload: Upload) -> Layer:
    def rename(text: str) -> str:
        return _renamed(text, path, name, upload)

    issues = tuple(replace(i, zh=rename(i.zh), en=rename(i.en)) for i in layer.issues)
    provenance = tuple(
        replace(p, source_layer=p.source_layer and rename(p.source_layer)) for p in layer.provenance
    )
    return replace(layer, issues=issues, provenance=provenance)
