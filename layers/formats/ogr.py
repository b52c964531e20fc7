"""Whole layers through GDAL: every row, no filter, every complaint of the library kept."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyproj

from gis.ragged import Ints, Shapes
from layers.account import Issue
from layers.errors import FormatError
from layers.formats import domains
from layers.formats.decimals import undecimal
from layers.formats.gdal_names import Name, named
from layers.formats.geometries import (
    from_wkb,
)
from layers.formats.source import refusal
from layers.issues import warning

_EXPECTED = (RuntimeError, ValueError, OSError, pa.ArrowException)
_KEPT = (
    pa.types.is_string,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_boolean,
    pa.types.is_date,
    pa.types.is_timestamp,
)


_OF_FIELDS = re.compile(
    r"parsed incompletely|clamped|field|encoding|converted|Measured \(M\)", re.IGNORECASE
)
"""What GDAL says of values, which are not read with shapes alone, and of M, which is never kept."""
_IN_CHINESE = {
    "organizePolygons() received": "有的环不足四个点，或不成面",
    "Non closed ring": "有的环首尾两点不同（或只是高程不同），按闭合读入",
    "couldn't be converted correctly from": "有的字在目标编码中没有，已丢失（UTF-8 可保留）",
}
"""What GDAL says most, by a part of it, in Chinese."""
_IN_MEMORY = re.compile(r"(?:/vsimem/[\w/]*?)?pyogrio_[0-9a-f]{32}(?:/\w+)?")


@dataclass(frozen=True, eq=False)
class Rows:
    """What GDAL delivered: field name -> array, geometries, stated CRS, complaints.

    ``lost``: field -> rows with a value that is not read (:class:`~layers.formats.source.Source`).
    """

    columns: dict[str, pa.Array]
    geometry: Shapes
    crs: str | None
    issues: tuple[Issue, ...]
    lost: dict[str, Ints] = field(default_factory=dict)


def read_rows(
    path: Path,
    target: Path | bytes,
    layer: str | None = None,
    *,
    encoding: str | None = None,
    labels: Sequence[str] | None = None,
    row_number: bool = False,
    times_as_text: bool = False,
    without: str = "",
    shapes_apart: bool = False,
    **options: str,
) -> Rows:
    """Read all rows of one layer.

    Parameters
    ----------
    path : the file named in messages
    target : what GDAL opens: the resolved path, or the bytes of the file
    labels : names of the rows, where they are not ``第 1 行`` and so on
    row_number : also deliver the primary key that GDAL keeps apart from the fields
    times_as_text : deliver instants as they are written; as numbers they lose their time zone, and
        what is none becomes 1970-01-01
    without : suffix of a part of the file that GDAL is not to see
    shapes_apart : read the geometries of a FlatGeobuf by themselves, one after the other; beside
        the fields GDAL is wrong about rows that have none
    options : open options of the driver

    Raises
    ------
    FormatError
        GDAL cannot read it, or its text is not UTF-8.
    """
    import pyogrio.raw

    with named(path, target, without) as name, warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            asked = _asked(name, layer)
            meta, table = pyogrio.raw.read_arrow(
                name.target,
                layer=asked,
                encoding=encoding,
                return_fids=row_number,
                datetime_as_string=times_as_text,
                read_geometry=not shapes_apart,
                **options,
            )
            if shapes_apart:
                meta, table = _with_shapes(name.target, asked, table)
            codes = [domains.codes_of(column) for column in table.columns]
            table = pa.table(codes, names=table.column_names).combine_chunks()
            table.validate(full=True)
        except _EXPECTED as error:
            raise _unreadable(name, error) from error
    check_names(path, table.column_names)
    geometry_name = meta["geometry_name"] or "wkb_geometry"
    if geometry_name not in table.column_names:
        raise refusal(path, f"图层 {layer} 没有几何", f"layer {layer} has no geometry")
    shapes, broken = from_wkb(_single(table.column(geometry_name)), labels)
    columns, lost, dropped = plain_columns(table.drop_columns([geometry_name]))
    # M is never kept; what is said of every row is said once.
    texts = Counter(str(w.message) for w in said if "Measured (M)" not in str(w.message))
    complaints = [
        complaint(path, name.shown(text) + (f" (×{count})" if count > 1 else ""))
        for text, count in texts.items()
    ]
    return Rows(columns, shapes, meta["crs"], (*complaints, *broken, *dropped), lost)


def _with_shapes(target: Any, layer: str | None, fields: pa.Table) -> tuple[Any, pa.Table]:
    """Return the fields of a FlatGeobuf with its geometries beside them, and what GDAL tells."""
    import pyogrio.raw

    with feature_by_feature("FLATGEOBUF"):
        meta, shapes = pyogrio.raw.read_arrow(target, layer=layer, columns=[])
    name = meta["geometry_name"] or "wkb_geometry"
    return meta, fields.append_column(name, shapes.column(name))


@contextmanager
def feature_by_feature(driver: str) -> Iterator[None]:
    """Let GDAL make columns of one feature after the other, for ``FLATGEOBUF`` or ``GPKG``.

    The quicker way of the drivers fails at a FlatGeobuf row without a geometry, and numbers the
    rows of a GeoPackage wrongly whose registered count is not theirs; this way makes null of an
    impossible time.
    """
    from pyogrio import get_gdal_config_option, set_gdal_config_options

    option = f"OGR_{driver}_STREAM_BASE_IMPL"
    before = get_gdal_config_option(option)
    set_gdal_config_options({option: True})
    try:
        yield
    finally:
        set_gdal_config_options({option: before})


def read_shapes(
    path: Path, target: Path | bytes, layer: str | int, labels: Sequence[str], **options: str
) -> Rows:
    """Read the geometries of a layer and no field, in whatever encoding its fields may be.

    ``layer`` is its name, or its number among all, from 0; ``options`` are those of the driver.

    Raises
    ------
    FormatError
        GDAL cannot read it.
    """
    import pyogrio.raw

    with named(path, target) as name, warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            meta, _, found, _ = pyogrio.raw.read(
                name.target,
                layer=layer if isinstance(layer, int) else _asked(name, layer),
                encoding="ISO-8859-1",
                columns=[],
                **options,
            )
        except _EXPECTED as error:
            raise _unreadable(name, error) from error
    if found is None:
        raise refusal(path, f"图层 {layer} 没有几何", f"layer {layer} has no geometry")
    shapes, broken = from_wkb(pa.array(found.tolist(), pa.binary()), labels)
    complaints = [
        complaint(path, name.shown(str(w.message)))
        for w in said
        if not _OF_FIELDS.search(str(w.message))
    ]
    return Rows({}, shapes, meta["crs"], (*complaints, *broken))


def check_names(path: Path, names: Sequence[str]) -> None:
    """Refuse two fields of one name: which of them is meant is not known."""
    if len(set(names)) < len(names):
        twice = Counter(names).most_common(1)[0][0]
        raise refusal(path, f"有两个字段都叫 {twice}", f"two fields are called {twice}")


def complaint(path: Path, text: str) -> Issue:
    """Return what GDAL said of a file as a warning."""
    said = _by_name(path, text)
    zh = next((words for begin, words in _IN_CHINESE.items() if begin in said), "")
    return warning("gdal", f"GDAL：{zh}（{said}）" if zh else f"GDAL：{said}", f"GDAL: {said}")


def layer_names(path: Path, target: Path | bytes, **options: str) -> list[str]:
    """Return the names of the layers that have a geometry."""
    return [name for name, kind in _layers(path, target, **options) if kind is not None]


def all_layers(path: Path, target: Path | bytes) -> list[str]:
    """Return the names of all layers in GDAL's order."""
    return [str(name) for name, _ in _layers(path, target)]


def count_rows(path: Path, target: Path | bytes, layer: str, **options: str) -> int:
    """Return how many rows GDAL says a layer has."""
    import pyogrio

    with _quietly(path, target) as name:
        asked = _asked(name, layer)
        info = pyogrio.read_info(name.target, layer=asked, force_feature_count=True, **options)
    return int(info["features"])


def key_column(path: Path, target: Path, layer: str, **options: str) -> str | None:
    """Return the name of the primary key that GDAL keeps apart from the fields."""
    import pyogrio

    with _quietly(path, target) as name:
        asked = _asked(name, layer)
        info = pyogrio.read_info(name.target, layer=asked, **options)
    return str(info["fid_column"]) or None


def time_fields(path: Path, target: Path, layer: str, **options: str) -> list[str]:
    """Return the names of the fields that hold days with a time."""
    import pyogrio

    with _quietly(path, target) as name:
        info = pyogrio.read_info(name.target, layer=_asked(name, layer), **options)
    kinds = zip(info["fields"], info["dtypes"], strict=True)
    return [str(field) for field, kind in kinds if kind.startswith("datetime64")]


def parse_stated_crs(text: object) -> tuple[pyproj.CRS | None, str]:
    """Return the CRS GDAL reports and a note; an undefined or local one counts as none."""
    return _parsed_crs(str(text)) if text else (None, "")


@lru_cache(maxsize=64)
def _parsed_crs(text: str) -> tuple[pyproj.CRS | None, str]:
    """Parse once what a folder of files states over and over; 10 ms each."""
    try:
        crs = pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError:
        return None, f"无法识别的坐标系说明 / unreadable CRS: {text[:60]}"
    if crs.is_engineering or crs.name.lower().startswith(("undefined", "unknown")):
        return None, f"坐标系为 {crs.name}，等于没有说明 / {crs.name} states nothing"
    return crs, ""


def plain_columns(table: pa.Table) -> tuple[dict[str, pa.Array], dict[str, Ints], list[Issue]]:
    """Return the columns of plain types; strings as ``string``, decimals by :func:`undecimal`.

    Lists, structures, times of day and bytes are left out, each with an info issue and the rows
    that hold one.
    """
    columns: dict[str, pa.Array] = {}
    lost: dict[str, Ints] = {}
    issues: list[Issue] = []
    for name, chunked in zip(table.column_names, table.columns, strict=True):
        values = _simplified(_single(chunked))
        if any(test(values.type) for test in _KEPT):
            columns[name] = values
        else:
            lost[name] = np.flatnonzero(np.asarray(values.is_valid()))
            kind = str(values.type)
            zh = f"字段 {name} 的类型 {kind} 不用，已略去"
            issues.append(
                Issue("info", "column_ignored", None, zh, f"field {name} of type {kind} left out")
            )
    return columns, lost, issues


def _simplified(values: pa.Array) -> pa.Array:
    kind = values.type
    if pa.types.is_dictionary(kind):
        values = values.dictionary_decode()
        kind = values.type
    if pa.types.is_null(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return values.cast(pa.string())
    return undecimal(values) if pa.types.is_decimal(kind) else values


def _single(chunked: pa.ChunkedArray) -> pa.Array:
    combined = chunked.combine_chunks()
    return pa.concat_arrays(combined.chunks) if isinstance(combined, pa.ChunkedArray) else combined


def _layers(path: Path, target: Path | bytes, **options: str) -> npt.NDArray[Any]:
    import pyogrio

    with _quietly(path, target) as name:
        found = np.asarray(pyogrio.list_layers(name.target, **options))
        found[:, 0] = [name.shown(layer) for layer in found[:, 0]]
    return found


def _asked(name: Name, layer: str | None) -> str | None:
    """Return what GDAL calls the layer, which may be called like the file."""
    import pyogrio

    if not name.may_name(layer):
        return layer
    return name.asked(layer, pyogrio.list_layers(name.target)[:, 0])


@contextmanager
def _quietly(path: Path, target: Path | bytes) -> Iterator[Name]:
    """Open without warnings, which reading the rows reports."""
    with named(path, target) as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield name
        except _EXPECTED as error:
            raise _unreadable(name, error) from error


def _by_name(path: Path, text: str) -> str:
    """Name the file in a text of GDAL, which gives the whole path, its links resolved."""
    text = text.replace(str(path.resolve()), path.name).replace(str(path), path.name)
    return _IN_MEMORY.sub(path.name, text)


def _unreadable(name: Name, error: Exception) -> FormatError:
    told = _by_name(name.path, name.shown(str(error)))
    first = (told.splitlines() or [type(error).__name__])[0]
    return refusal(name.path, f"无法读取：{first}", f"cannot be read: {first}")
