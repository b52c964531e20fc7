"""GML: one layer per feature type; fields of the text, geometries by GDAL, compared with it.

Coordinates are taken as they are written; the order of axes follows from the form of ``srsName``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import shapely

from gis.ragged import Shapes
from layers.account import Issue
from layers.errors import FormatError
from layers.formats import geometries, ogr
from layers.formats.markup.gml_fields import columns_of
from layers.formats.markup.gml_scan import Member, Scan
from layers.formats.markup.gml_system import system_of
from layers.formats.markup.source import Markup, read_markup
from layers.formats.source import Source, digest_file, refusal, row_labels
from layers.issues import error, label_en

_AS_WRITTEN = {
    "INVERT_AXIS_ORDER_IF_LAT_LONG": "NO",
    "CONSIDER_EPSG_AS_URN": "NO",
    "SWAP_COORDINATES": "NO",
}
"""Options of GDAL by which it leaves the order of axes as the text has it."""
_SKIP = "GML_SKIP_CORRUPTED_FEATURES"
_OUTWARD = re.compile(rb"(?<=:)(?:schemaLocation|noNamespaceSchemaLocation|href)(?=\s*=)")


def list_layers(path: Path, encoding: str | None = None) -> list[str]:
    """Return the feature types that have a geometry."""
    markup, _ = read_markup(path, encoding, Scan)
    return ogr.layer_names(path, _closed(markup))


def read(path: Path, layer: str, encoding: str | None = None) -> Source:
    """Read one feature type; every member of the collection must be in one of GDAL's layers.

    Raises
    ------
    FormatError
        A document type, damage, members that GDAL does not deliver, several coordinate systems,
        an answer of a server that says itself that it is not whole.
    """
    markup, scan = read_markup(path, encoding, Scan)
    data = _closed(markup)
    names = ogr.layer_names(path, data)
    counts = {name: ogr.count_rows(path, data, name) for name in names}
    if sum(counts.values()) != len(scan.members):
        raise refusal(
            path,
            f"有 {len(scan.members)} 个要素，只能读出 {sum(counts.values())} 个",
            f"holds {len(scan.members)} members, {sum(counts.values())} can be read",
        )
    members = [m for m in scan.members if m.kind == layer]
    system = system_of(path, members, scan.envelope)
    rows = _rows(path, data, layer, members)
    shapes, issues = _compared(members, rows)
    if system.north_first:
        shapes = np.asarray(shapely.transform(shapes, lambda xy: xy[:, ::-1]), dtype=object)
    columns, lost, told = columns_of(path, members)
    return Source(
        path=path,
        format="GML",
        layer=layer,
        sha256=digest_file(path),
        encoding=markup.encoding,
        crs=system.crs,
        crs_note=system.note,
        declared=len(members),
        columns=columns,
        geometry=shapes,
        labels=row_labels(len(members)),
        lost=lost,
        issues=(*markup.issues, *rows.issues, *told, *issues, *system.issues),
        stated=system.stated,
    )


def _closed(markup: Markup) -> bytes:
    """Return the text without what leads out of it: no schema or reference is ever opened."""
    return _OUTWARD.sub(lambda name: b"x" * len(name[0]), markup.data)


# -- what GDAL delivers ----------------------------------------------------------------------------


def _rows(path: Path, data: bytes, layer: str, members: Sequence[Member]) -> ogr.Rows:
    """Return the geometry of every member, None where curves make no ring: GDAL stops there."""
    labels = row_labels(len(members))
    try:
        rows = ogr.read_shapes(path, data, layer, labels, **_AS_WRITTEN)
    except FormatError:
        whole = [k for k, member in enumerate(members) if not member.open_ring]
        if len(whole) == len(members):
            raise
        with _skipping():
            rows = ogr.read_shapes(path, data, layer, [labels[k] for k in whole], **_AS_WRITTEN)
        if len(rows.geometry) != len(whole):
            raise
        return _with_gaps(rows, whole, labels, members)
    if len(rows.geometry) != len(members):
        raise refusal(
            path,
            f"图层 {layer} 有 {len(members)} 个要素，读出 {len(rows.geometry)} 行",
            f"layer {layer} has {len(members)} members, {len(rows.geometry)} were read",
        )
    return rows


@contextmanager
def _skipping() -> Iterator[None]:
    """Let GDAL go on to the next feature where it can make nothing of a geometry."""
    from pyogrio import get_gdal_config_option, set_gdal_config_options

    before = get_gdal_config_option(_SKIP)
    set_gdal_config_options({_SKIP: True})
    try:
        yield
    finally:
        set_gdal_config_options({_SKIP: before})


def _with_gaps(
    rows: ogr.Rows, whole: Sequence[int], labels: Sequence[str], members: Sequence[Member]
) -> ogr.Rows:
    """Return the rows in the places of their members, with an error for each that GDAL skipped."""
    shapes = np.full(len(members), None, dtype=object)
    shapes[whole] = rows.geometry
    lost = [_no_ring(labels[k], m.open_ring) for k, m in enumerate(members) if m.open_ring]
    complaints = [i for i in rows.issues if i.code != "gdal"]  # of the same features
    return ogr.Rows({}, shapes, rows.crs, (*complaints, *lost))


def _no_ring(label: str, line: int) -> Issue:
    zh = f"{label}：第 {line} 行处的环由几段线连成，各段没有首尾相接"
    en = f"{label_en(label)}: the curves of the ring at line {line} do not follow on one another"
    return error("unreadable_geometry", zh, en, label)


def _compared(members: Sequence[Member], rows: ogr.Rows) -> tuple[Shapes, list[Issue]]:
    """Return the geometries that have the corners of the text, and an error for each other one."""
    shapes = rows.geometry.copy()
    labels = row_labels(len(shapes))
    told = {i.feature for i in rows.issues if i.code in geometries.LOST_GEOMETRY}
    issues: list[Issue] = []
    for k, (member, label) in enumerate(zip(members, labels, strict=True)):
        exact = None if member.arcs else geometries.with_corners(shapes[k], member.corners)
        if label in told or exact is not None or (shapes[k] is None and not member.corners):
            shapes[k] = exact
            if not member.line_of_shape and member.reference:
                issues.append(_by_reference(label))
            continue
        shapes[k] = None
        lost = geometries.curved_geometry if member.arcs else geometries.unreadable_geometry
        issues.append(lost(label))
    return shapes, issues


def _by_reference(label: str) -> Issue:
    zh = f"{label}：没有图形；由引用（xlink:href）给出的不读"
    en = f"{label_en(label)}: has no geometry; what is given by reference (xlink:href) is not read"
    return error("unreadable_geometry", zh, en, label)
