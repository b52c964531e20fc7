"""Files to be vetted: which layer they are, and their rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any, cast, get_args

import pyarrow as pa
import pyarrow.compute as pc

from layers import formats
from layers.account import Issue
from layers.catalog import catalog, schema
from layers.datum_file import read_datum
from layers.errors import LayerError
from layers.fields import map_fields
from layers.formats.source import Source
from layers.headings import Rest
from layers.issues import listed, warning
from layers.layer import Layer
from layers.loader import load
from layers.reading import ignored, read_source
from layers.settings import Extent, LayerSettings
from layers.values import convert

_SUBJECTS = ("mining_right", "tailings_facility")


def load_vetted(
    path: str | Path,
    layer: str | None = None,
    *,
    crs: str | None = None,
    encoding: str | None = None,
    constants: Mapping[str, Any] | None = None,
    extent: str = "china",
    name: str | None = None,
    datum: Path | None = None,
) -> dict[str, Layer]:
    """Return the layers of a file to be vetted, by contract name, rows in the file's order.

    Parameters
    ----------
    layer : contract name of what the file holds. Not given: layers of a container that are
        called like contract layers, else what the fields tell, else mining rights
    crs : only for a file that states none
    extent : ``china``, or ``any`` to lift the check that coordinates lie in China
    constants : column -> value, the user's declaration for columns the file lacks
    name : what the file is called where it lies under another name
    datum : file with the parameters of a datum shift, for files in Xian 1980 or Beijing 1954

    Raises
    ------
    LayerError, CRSError, GeometryError
        The file cannot be judged; the line names it.
    """
    path = Path(path)
    within = _extent(extent)
    settings = LayerSettings(
        source=name or str(path), ids="auto", duplicate_ids="number", encoding=encoding, crs=crs,
        shift=read_datum(datum) if datum else None,
    )  # fmt: skip
    sources, said = _sources(path, layer, settings)
    shares = _share_constants(constants or {}, list(sources))
    layers: dict[str, Layer] = {}
    for kind, source in sources.items():
        own = replace(settings, layer=source.layer, constants=shares[kind])
        layers[kind] = _loaded(source, kind, own, within, said)
        for other, companion in source.companions.items():
            companion = _with_parent(companion, layers[kind])
            layers[other] = load(companion, schema(other), settings, role="vetted", extent=within)
    first = next(iter(layers))
    layers[first] = replace(layers[first], issues=(*said, *layers[first].issues))
    return layers


def _loaded(
    source: Source, name: str, settings: LayerSettings, extent: Extent, said: list[Issue]
) -> Layer:
    """Return the layer; where the file may well be another one, its error says so."""
    try:
        return load(source, schema(name), settings, role="vetted", extent=extent)
    except LayerError as fault:
        if all(issue.code != "layer_assumed" for issue in said):
            raise
        raise LayerError(
            f"{fault.zh}；图层 {name} 是推定的，可用 --layer 指定",
            f"{fault.en}; the layer {name} is a guess, state it by --layer",
        ) from fault


def _extent(word: str) -> Extent:
    if word not in get_args(Extent):
        raise LayerError(
            f"extent 应为 china 或 any，而不是“{word}”",
            f"extent must be china or any, not '{word}'",
        )
    return cast(Extent, word)


def guess_layer(
    fields: Iterable[str],
    *,
    cut: bool = False,
    rests: Mapping[str, Rest] | None = None,
    cells: Mapping[str, pa.Array] | None = None,
) -> tuple[str, bool]:
    """Return which layer fields speak of, and whether they do: a number, else telling columns."""
    fields = list(fields)
    found = {
        n: map_fields(fields, schema(n), {}, file="", cut=cut, rests=rests, cells=cells).matches
        for n in _SUBJECTS
    }
    numbered = [n for n in _SUBJECTS if schema(n).number in found[n]]
    if len(numbered) == 1:
        return numbered[0], True
    used = {n: {m.field for ms in found[n].values() for m in ms} for n in _SUBJECTS}
    right, facility = (len(used[a] - used[b]) for a, b in (_SUBJECTS, _SUBJECTS[::-1]))
    if right == facility:
        return "mining_right", False
    return ("mining_right", True) if right > facility else ("tailings_facility", True)


def _sources(
    path: Path, layer: str | None, settings: LayerSettings
) -> tuple[dict[str, Source], list[Issue]]:
    """Return contract name -> source, and what choosing them had to say."""
    if layer is not None:
        schema(layer)
    names = formats.list_layers(path, settings.encoding)
    if not names:
        raise formats.without_layers(path)
    called = PurePath(settings.source).stem
    if names == [path.stem] != [called]:  # a file without layers, kept under another name
        if layer is None and called in catalog():
            return {called: read_source(path, settings, called)}, []
        names = [called]
    known = [n for n in names if n in catalog()]
    if layer is None and known:
        return _known_layers(path, known, [n for n in names if n not in known], settings)
    if len(names) > 1 and layer not in names:
        raise LayerError(
            f"{path}：有多个图层，不知取哪一个：{listed(names)}；"
            "请将要审查的图层命名为 mining_right 或 tailings_facility；都要审查的，先合并为一个",
            f"{path}: several layers and no way to tell which: {listed(names, 'en')}; call the one "
            "to be vetted mining_right or tailings_facility, or merge them where all are",
        )
    source = read_source(path, settings, layer or names[0])
    if layer is not None:
        return {layer: source}, []
    cut = source.format == "ESRI Shapefile"
    name, sure = guess_layer(source.columns, cut=cut, rests=source.rests, cells=source.columns)
    return {name: source}, [] if sure else [_assumed(path)]


def _known_layers(
    path: Path, known: list[str], others: list[str], settings: LayerSettings
) -> tuple[dict[str, Source], list[Issue]]:
    read = {n: read_source(path, replace(settings, layer=n), n) for n in known}
    filled = {n: s for n, s in read.items() if len(s)}
    empty = [n for n in known if n not in filled]
    said = []
    if others:
        said.append(ignored(path, others))
    if filled and empty:
        said.append(
            warning(
                "layers_empty",
                f"{path}：空图层：{listed(empty)}",
                f"{path}: empty layers: {listed(empty, 'en')}",
            )
        )
    return filled or read, said


def _share_constants(constants: Mapping[str, Any], names: list[str]) -> dict[str, dict[str, Any]]:
    """Return each layer's constants; one that no layer knows goes to the first, which says so."""
    columns = {n: {c.name for c in schema(n).columns} for n in names}
    shares: dict[str, dict[str, Any]] = {n: {} for n in names}
    for column, value in constants.items():
        for name in [n for n in names if column in columns[n]] or names[:1]:
            shares[name][column] = value
    return shares


def _with_parent(companion: Source, parent: Layer) -> Source:
    """Name the only right of a file where a part does not name it."""
    number = "parent_licence_no"
    if number not in companion.columns or len(parent) != 1 or parent.provenance[0].declared != 1:
        return companion
    written, column = companion.columns[number], schema("right_part").column(number)
    own = pa.scalar(parent.source_id[0], pa.string())
    named = pc.coalesce(convert(written, column, number, companion.labels).array, own)
    return replace(companion, columns={**companion.columns, number: named})


def _assumed(path: Path) -> Issue:
    return warning(
        "layer_assumed",
        f"{path}：字段未表明是矿业权还是尾矿库，按矿业权审查；可用 --layer 指定",
        f"{path}: no field tells a mining right from a tailings facility; vetted as mining "
        "rights, state it by --layer",
    )
