"""Formats that GDAL reads as they are: Esri file geodatabases and FlatGeobuf."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from gis.crs_names import difference
from layers.account import Issue
from layers.formats import domains, flatgeobuf, ogr
from layers.formats.source import Source, digest_file, digest_files, refusal, row_labels
from layers.issues import label_en, listed, warning
from layers.web_maps import claimed_by

_EPOCH = "1970-01-01T00:00:00"


def list_layers(path: Path) -> list[str]:
    """Return the layers with a geometry."""
    return ogr.layer_names(path, path.resolve())


def read_gdb(path: Path, layer: str) -> Source:
    """Read a feature class of a ``.gdb`` folder."""
    return _read(path, layer, "OpenFileGDB", digest_folder)


def read_fgb(path: Path, layer: str) -> Source:
    """Read a FlatGeobuf file whose header declares as many features as follow."""
    flatgeobuf.check(path)
    return _read(path, layer, "FlatGeobuf", digest_file)


def digest_folder(folder: Path) -> str:
    """Return the SHA-256 over a folder's files by name, without the locks of open programs."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix.lower() != ".lock")
    return digest_files((p.relative_to(folder).as_posix(), p) for p in files)


def _read(path: Path, layer: str, kind: str, digest: Callable[[Path], str]) -> Source:
    target = path.resolve()
    stated = ogr.count_rows(path, target, layer)
    key = ogr.key_column(path, target, layer)
    rows = ogr.read_rows(
        path,
        target,
        layer,
        row_number=key is not None,
        times_as_text=True,
        shapes_apart=kind == "FlatGeobuf",
    )
    issues = list(rows.issues)
    for name in ogr.time_fields(path, target, layer):
        texts = rows.columns[name]
        if kind == "OpenFileGDB":
            # A geodatabase's times have no zone, though GDAL says UTC.
            texts = pc.replace_substring_regex(texts, "Z$", "")
            issues += _doubtful_days(name, texts)
        rows.columns[name] = _as_times(texts)
    if len(rows.geometry) != stated:
        raise refusal(
            path,
            f"图层 {layer} 声明 {stated} 行，读出 {len(rows.geometry)} 行",
            f"layer {layer} declares {stated} rows, {len(rows.geometry)} were read",
        )
    crs, note = ogr.parse_stated_crs(rows.crs)
    # GDAL goes by the code alone.
    geodatabase = kind == "OpenFileGDB"
    xml = _definition(target, layer) if geodatabase else ""
    columns, lost = rows.columns, rows.lost
    if "<DomainName>" in xml or "<Subtype " in xml or "<Subtype>" in xml:
        items = _items(target)
        words, unknown = domains.of_geodatabase(xml, items)
        columns, lost = domains.without(columns, lost, unknown)
        issues += [domains.missing(name, unknown[name]) for name in unknown]
        own = domains.by_subtype(columns, xml, items, words)
        columns = {**domains.with_words(columns, words), **own}
    text = _system_in(xml) if geodatabase else flatgeobuf.defined_system(path)
    defined, _ = ogr.parse_stated_crs(text)
    return Source(
        path=path,
        format=kind,
        layer=layer,
        sha256=digest(path),
        encoding=None,
        crs=crs,
        crs_note=note or (f"来自 {kind} / from the {kind}" if crs else "没有说明 / none"),
        declared=stated,
        columns=columns,
        geometry=rows.geometry,
        labels=row_labels(stated),
        issues=tuple(issues),
        lost=lost,
        crs_doubt=claimed_by(defined) or (difference(crs, defined) if crs and defined else None),
    )


def _definition(target: Path, layer: str) -> str:
    """Return the XML that defines a feature class, empty where there is none."""
    import pyogrio.raw

    try:
        _, told = pyogrio.raw.read_arrow(target, sql=f"GetLayerDefinition {layer}")
        return str(told.column(0)[0])
    except (RuntimeError, ValueError, OSError, LookupError, pa.ArrowException):
        return ""


def _system_in(xml: str) -> str:
    found = re.search(r"<WKT>(.*?)</WKT>", xml, re.DOTALL)
    return html.unescape(found[1]) if found else ""


def _items(target: Path) -> list[tuple[str, str]]:
    """Return name and XML of the items of a geodatabase: domains are among them."""
    import pyogrio.raw

    try:
        _, told = pyogrio.raw.read_arrow(target, sql="SELECT Name, Definition FROM GDB_Items")
        rows = told.select(["Name", "Definition"]).to_pylist()
    except (RuntimeError, ValueError, OSError, LookupError, pa.ArrowException):
        return []
    return [(str(r["Name"]), str(r["Definition"])) for r in rows if r["Name"] and r["Definition"]]


def _as_times(texts: pa.Array) -> pa.Array:
    """Return texts as times, all without zone or all with one, else as they are."""
    for kind in (pa.timestamp("ms"), pa.timestamp("ms", "UTC")):
        with suppress(pa.ArrowInvalid):
            return texts.cast(kind)
    return texts


def _doubtful_days(name: str, texts: pa.Array) -> list[Issue]:
    """Return the warning that GDAL writes 1970-01-01 also for a cell that is damaged."""
    rows = pc.indices_nonzero(pc.equal(texts, _EPOCH).fill_null(False)).to_pylist()
    if not rows:
        return []
    labels = row_labels(len(texts))
    found = [labels[k] for k in rows]
    where = listed(found), listed([label_en(label) for label in found], "en")
    return [
        warning(
            "date_doubtful",
            f"字段 {name} 的 1970-01-01 也可能是损坏的日期，请核对：{where[0]}",
            f"field {name}: 1970-01-01 may be a damaged date, too; check {where[1]}",
            found[0],
        )
    ]
