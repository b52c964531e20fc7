"""The workspace: which file is which layer, and what the user says of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

from gis.ragged import Ragged
from layers import formats, snapshot
from layers.account import Issue
from layers.catalog import catalog, nearest, schema
from layers.datum_file import read_datum
from layers.elevation import Elevation, find_elevation, matching
from layers.errors import WorkspaceError
from layers.formats.source import opening
from layers.layer import Layer
from layers.loader import load
from layers.reading import read_coverage, read_source
from layers.schema import Schema
from layers.settings import Duplicates, Extent, Ids, LayerSettings
from layers.toml_table import Table, read_toml
from layers.vetted import load_vetted

__all__ = ["TerrainSettings", "Workspace", "load_vetted", "open_workspace"]

_JURISDICTION = re.compile(r"CN(-\d{2}(\d{2}(\d{2})?)?)?")
_TOP_KEYS = ("title", "jurisdiction", "extent", "layers", "terrain")
_LAYER_KEYS = (
    "source", "layer", "id", "ids", "duplicate_ids", "encoding", "crs", "fields", "constants",
    "positional_accuracy_m", "coverage", "empty_means_none", "datum",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TerrainSettings:
    """Elevation tiles (paths or patterns as written) and their vertical accuracy, one sigma."""

    dem: tuple[str, ...]
    vertical_accuracy_m: float | None = None


@dataclass(frozen=True, eq=False)
class Workspace:
    """A ``workspace.toml``, read strictly.

    Attributes
    ----------
    path : of the file; relative paths in it start from its folder, ``root``
    jurisdiction : ``CN`` (the default), or ``CN-`` and the first digits of a GB/T 2260 code
    extent : ``china`` or ``any``
    layers : contract name -> settings
    terrain : or None
    sha256 : of the file
    """

    path: Path
    title: str
    jurisdiction: str
    extent: Extent
    layers: Mapping[str, LayerSettings]
    terrain: TerrainSettings | None
    sha256: str
    snapshots: tuple[Path, ...] = field(default=())

    @cached_property
    def root(self) -> Path:
        """Return the folder that relative paths start from."""
        return self.path.parent

    def load(self, names: Iterable[str] | None = None) -> dict[str, Layer]:
        """Return the layers called ``names`` (default: all) that the workspace has.

        Each comes from its snapshot where there is one, and leaves one where there is none.

        Raises
        ------
        LayerError, CRSError, GeometryError
            A source cannot be used; the line names it.
        """
        wanted = self.layers if names is None else names
        return {name: self._load(name) for name in wanted if name in self.layers}

    @cached_property
    def elevation(self) -> Elevation | None:
        """Return the terrain, None where the workspace names none.

        Raises
        ------
        WorkspaceError
            A pattern matches no file.
        """
        if self.terrain is None:
            return None
        return find_elevation(
            self.root, self.path.name, self.terrain.dem, self.terrain.vertical_accuracy_m
        )

    def source_bytes(self, name: str) -> int:
        """Return the size of a layer's source file, or of all files of its folder.

        Raises
        ------
        WorkspaceError
            There is no such file.
        """
        path = self._path(self.layers[name].source, f"layers.{name}.source")
        with opening(path):
            files = path.rglob("*") if path.is_dir() else [path]
            return sum(file.stat().st_size for file in files)

    def terrain_files(self) -> tuple[Path, ...]:
        """Return the files that the patterns of ``[terrain] dem`` name, each once, in order."""
        patterns = self.terrain.dem if self.terrain else ()
        found = [path for pattern in patterns for path in matching(self.root, pattern)]
        return tuple(dict.fromkeys(found))

    def _load(self, name: str) -> Layer:
        settings, shape = self.layers[name], schema(name)
        path = self._path(settings.source, f"layers.{name}.source")
        parts = {
            "layer": name,
            "source": formats.digest(path),
            "settings": _as_json(settings),
            "extent": self.extent,
            "coverage": None,
        }
        if settings.coverage is not None:
            cover = self._path(settings.coverage, f"layers.{name}.coverage")
            parts["coverage"] = formats.digest(cover)
        if settings.datum is not None:
            shift = read_datum(self._path(settings.datum, f"layers.{name}.datum"))
            settings = replace(settings, shift=shift)
            parts["datum"] = shift.sha256
        key = snapshot.key_of(parts)
        places = list(self.snapshots) or snapshot.folders(self.root)
        found = snapshot.find(places, key, shape)
        if found is not None:
            return found
        coverage, said = self._coverage(name)
        source = read_source(path, settings, name)
        if source.sha256 != parts["source"]:
            raise WorkspaceError(
                f"{settings.source}：读取过程中文件被改动，请重试",
                f"{settings.source}: the file changed while it was read; try again",
            )
        layer = load(source, shape, settings, extent=self.extent, coverage=coverage)
        layer = snapshot.in_hilbert_order(layer)
        provenance = tuple(replace(p, snapshot=key) for p in layer.provenance)
        layer = replace(layer, provenance=provenance, issues=(*layer.issues, *said))
        snapshot.keep(places, key, layer)
        return layer

    def _coverage(self, name: str) -> tuple[Ragged | None, tuple[Issue, ...]]:
        settings = self.layers[name]
        if settings.coverage is None:
            return None, ()
        path = self._path(settings.coverage, f"layers.{name}.coverage")
        return read_coverage(path, settings.coverage, self.extent)

    def _path(self, written: str, key: str) -> Path:
        path = self.root / written
        with opening(path):
            there = path.exists()
        if not there:
            raise WorkspaceError(
                f"{self.path.name}：{key}：文件不存在：{written}",
                f"{self.path.name}: {key}: no such file: {written}",
            )
        return path


def open_workspace(path: str | Path) -> Workspace:
    """Return the workspace described by ``path``.

    Raises
    ------
    WorkspaceError
        The file is missing or no TOML, or a key is unknown, missing or of the wrong kind; the
        line names the key.
    """
    path = Path(path)
    raw, data = read_toml(path)
    top = Table(path.name, "", data, _TOP_KEYS)
    # The national law holds everywhere; stricter local law must be asked for by its code.
    jurisdiction = top.text("jurisdiction", default="CN")
    if not _JURISDICTION.fullmatch(jurisdiction):
        raise top.fault(
            "jurisdiction",
            "应为 CN 或 CN-加行政区代码，如 CN-14",
            "must be CN or CN- and a division code, such as CN-14",
        )
    return Workspace(
        path=path,
        title=top.text("title", default=path.resolve().parent.name),
        jurisdiction=jurisdiction,
        extent=top.choice("extent", get_args(Extent), "china"),
        layers=_layers(top),
        terrain=_terrain(top),
        sha256=sha256(raw).hexdigest(),
    )


def _as_json(settings: LayerSettings) -> dict[str, Any]:
    return {key: getattr(settings, key) for key in _LAYER_KEYS}


def _layers(top: Table) -> dict[str, LayerSettings]:
    known = catalog()
    out = {}
    for name, data in top.table("layers").items():
        if name not in known:
            zh, en = nearest(name, known)
            raise top.fault(f"layers.{name}", f"没有这种图层{zh}", f"is no layer{en}")
        table = Table(top.file, f"layers.{name}.", data, _LAYER_KEYS)
        out[name] = _settings(table, known[name])
    return out


def _settings(table: Table, shape: Schema) -> LayerSettings:
    source = table.text("source", required=True)
    if re.match(r"[a-z][a-z0-9+]+://", source):
        raise table.fault("source", "数据库来源尚未支持", "database sources are not supported yet")
    return LayerSettings(
        source=source,
        layer=table.text_or_none("layer"),
        id=table.text_or_none("id"),
        ids=table.choice("ids", [c for c in get_args(Ids) if c != "auto"], "required"),
        duplicate_ids=table.choice("duplicate_ids", get_args(Duplicates), "refuse"),
        encoding=table.text_or_none("encoding"),
        crs=table.text_or_none("crs"),
        fields=table.columns("fields", shape, (str,)),
        constants=table.columns("constants", shape, (str, bool, int, float)),
        positional_accuracy_m=table.positive("positional_accuracy_m"),
        coverage=table.text_or_none("coverage"),
        datum=table.text_or_none("datum"),
        empty_means_none=table.flag("empty_means_none"),
    )


def _terrain(top: Table) -> TerrainSettings | None:
    if "terrain" not in top.data:
        return None
    table = Table(top.file, "terrain.", top.data["terrain"], ("dem", "vertical_accuracy_m"))
    dem = table.data.get("dem")
    if not isinstance(dem, list) or not dem or not all(isinstance(d, str) and d for d in dem):
        raise table.fault("dem", "应为文件或通配符的列表", "must be a list of files or patterns")
    return TerrainSettings(tuple(dem), table.positive("vertical_accuracy_m"))
