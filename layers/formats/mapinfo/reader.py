"""MapInfo tables (.tab, .mif): values from their bytes, geometries by GDAL, compared with the text.

Nothing in them may lead out of them. Arcs, ellipses, rectangles with round corners and texts are
errors of their rows: GDAL would put chords and points in their places.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from gis.ragged import Shapes
from layers.account import Issue
from layers.formats import geometries, ogr
from layers.formats.mapinfo import table as mapinfo_table
from layers.formats.mapinfo import text as mapinfo_text
from layers.formats.mapinfo.system import Written, of_map, of_text, system_of
from layers.formats.source import Source, digest_files, refusal, twice
from layers.issues import error, label_en, warning

_TAB_PARTS = (".tab", ".dat", ".map", ".id")
_MIF_PARTS = (".mif", ".mid")


@dataclass(frozen=True, slots=True)
class _Told:
    """What a table says without GDAL: values, how its rows are called, what they draw.

    Attributes
    ----------
    arcs, words : rows that hold arcs, and texts, counted from 0
    shapes : the corners of the text, None for native tables
    system : what stands there of the coordinate system
    """

    columns: dict[str, pa.Array]
    encoding: str
    labels: tuple[str, ...]
    issues: list[Issue]
    arcs: frozenset[int]
    words: frozenset[int]
    shapes: list[mapinfo_text.Shape] | None
    system: Written


def list_layers(path: Path, _: str | None = None) -> list[str]:
    """Return the one layer of a MapInfo table; it is called like the file."""
    _parts(path)
    return [path.stem]


def read(path: Path, layer: str, encoding: str | None = None) -> Source:
    """Read a native table or an interchange file.

    Raises
    ------
    FormatError
        A part is missing, the table is a view of others, or rows and records do not agree.
    """
    parts = _parts(path)
    told = (_told_by_text if ".mif" in parts else _told_by_table)(path, parts, encoding)
    rows = ogr.read_shapes(path, path.resolve(), layer, told.labels)
    n = len(told.labels)
    if len(rows.geometry) != n:
        raise refusal(
            path,
            f"有 {n} 个图形，读出 {len(rows.geometry)} 行",
            f"holds {n} shapes, {len(rows.geometry)} rows were read",
        )
    shapes, lost = _sound(told, rows)
    system = system_of(told.system, rows.crs)
    return Source(
        path=path,
        format="MapInfo",
        layer=layer,
        sha256=digest(path),
        encoding=told.encoding,
        crs=system.crs,
        crs_note=system.note,
        declared=n,
        columns=told.columns,
        geometry=shapes,
        labels=told.labels,
        issues=(*told.issues, *rows.issues, *lost, *system.issues),
        stated=system.stated,
    )


def _sound(told: _Told, rows: ogr.Rows) -> tuple[Shapes, list[Issue]]:
    """Return the geometries that are what the table draws, and an error for each other one."""
    shapes = rows.geometry.copy()
    said = {i.feature for i in rows.issues if i.code in geometries.LOST_GEOMETRY}
    issues: list[Issue] = []
    for k, label in enumerate(told.labels):
        if k in told.arcs or k in told.words:
            shapes[k] = None
            if label not in said:
                issues.append(
                    geometries.curved_geometry(label) if k in told.arcs else _words(label)
                )
            continue
        if told.shapes is None or label in said or not _drawn(shapes[k], told.shapes[k]):
            continue
        shapes[k] = geometries.with_corners(shapes[k], told.shapes[k].corners)
        if shapes[k] is None:
            issues.append(geometries.unreadable_geometry(label))
    return shapes, issues


def _drawn(shape: object, told: mapinfo_text.Shape) -> bool:
    return shape is not None or bool(told.corners)


def _words(label: str) -> Issue:
    zh, en = f"{label}：是文字，没有图形", f"{label_en(label)}: is a text, not a shape"
    return error("unreadable_geometry", zh, en, label)


def digest(path: Path) -> str:
    """Return the SHA-256 over the parts of a MapInfo table, each with its suffix and size."""
    return digest_files((suffix, part) for suffix, part in sorted(_parts(path).items()))


# -- interchange files -----------------------------------------------------------------------------


def _told_by_text(path: Path, parts: Mapping[str, Path], asked: str | None) -> _Told:
    header, lines = mapinfo_text.read_header(path, path.read_bytes())
    shapes = mapinfo_text.read_shapes(path, lines, header.lines)
    labels = tuple(f"第 {k + 1} 行" for k in range(len(shapes)))
    columns: dict[str, pa.Array] = {}
    encoding, issues = "UTF-8", list[Issue]()
    if header.fields:
        if ".mid" not in parts:
            raise refusal(path, "缺少同名的 .mid 文件", "its .mid file is missing")
        raw = parts[".mid"].read_bytes()
        columns, encoding, issues = mapinfo_text.read_values(path, header, raw, labels, asked)
    if _is_affine(header.system):
        raise _affine(path)
    return _Told(
        columns,
        encoding,
        labels,
        issues,
        frozenset(k for k, s in enumerate(shapes) if s.round),
        frozenset(k for k, s in enumerate(shapes) if s.words),
        shapes,
        of_text(header.system),
    )


def _is_affine(system: bytes) -> bool:
    """Tell whether a CoordSys moves its coordinates once more, by the word or by its number.

    A number of a projection plus 1000 has the constants of an affine transformation behind its
    own, plus 2000 bounds, plus 3000 both (MapInfo Professional User Guide, "Projection Types").
    """
    number = re.search(rb"\bprojection\s+(\d+)", system, re.IGNORECASE)
    by_number = number is not None and int(number[1]) // 1000 % 2 == 1
    return by_number or re.search(rb"\baffine\b", system, re.IGNORECASE) is not None


def _affine(path: Path) -> Exception:
    return refusal(
        path, "坐标系带仿射变换（Affine），不读", "its CoordSys has an Affine clause, not read"
    )


# -- native tables ---------------------------------------------------------------------------------


def _told_by_table(path: Path, parts: Mapping[str, Path], asked: str | None) -> _Told:
    charset, fields = mapinfo_table.read_fields(path, path.read_bytes())
    records = mapinfo_table.read_records(path, parts[".dat"].read_bytes(), fields)
    labels = tuple(f"第 {n} 行" for n in records.numbers)
    columns, encoding, issues = mapinfo_table.read_values(
        path, charset, fields, records, labels, asked
    )
    drawn = parts[".map"].read_bytes()
    if mapinfo_table.is_affine(drawn):
        raise _affine(path)
    kinds = mapinfo_table.kinds_of(path, parts[".id"].read_bytes(), drawn, records.numbers)
    return _Told(
        columns,
        encoding,
        labels,
        [*_deleted(records.deleted), *issues],
        frozenset(k for k, kind in enumerate(kinds) if mapinfo_table.has_arc(kind)),
        frozenset(k for k, kind in enumerate(kinds) if mapinfo_table.is_text(kind)),
        None,
        of_map(drawn),
    )


def _deleted(count: int) -> Sequence[Issue]:
    if not count:
        return []
    zh = f"有 {count} 条记录带删除标记，未读"
    return [warning("deleted_records", zh, f"{count} records are marked as deleted, not read")]


# -- parts -----------------------------------------------------------------------------------------


def _parts(path: Path) -> Mapping[str, Path]:
    """Return suffix -> file of a table's parts, whatever the case of their names.

    Where a part is called like the table to the letter, one in other letters is another table's.
    """
    wanted = _TAB_PARTS if path.suffix.lower() == ".tab" else _MIF_PARTS
    found = {path.suffix.lower(): path}
    alike = [p for p in path.parent.iterdir() if p.stem.lower() == path.stem.lower()]
    for part in sorted(alike, key=lambda p: (p.stem != path.stem, p.name)):
        suffix = part.suffix.lower()
        if suffix not in wanted or not part.is_file():
            continue
        first = found.setdefault(suffix, part)
        if first.name != part.name and (first.stem != path.stem or part.stem == path.stem):
            raise twice(path, first.name, part.name)
    if path.suffix.lower() == ".mif":
        return found  # without columns there is no .mid
    _check_table(path)
    for suffix in wanted:
        if suffix not in found:
            raise refusal(path, f"缺少同名的 {suffix} 文件", f"its {suffix} file is missing")
    return found


def _check_table(path: Path) -> None:
    """Refuse views, linked and raster tables: they name other files."""
    text = path.read_bytes().decode("latin-1")
    kind = re.search(r"^\s*Type\s+(\w+)", text, re.IGNORECASE | re.MULTILINE)
    named = re.search(
        r"^\s*(File|Open\s+Table|Create\s+View)\b", text, re.IGNORECASE | re.MULTILINE
    )
    if kind is None or kind[1].upper() != "NATIVE" or named:
        raise refusal(
            path,
            "不是自带数据的 MapInfo 表（Type NATIVE），请导出为 MIF",
            "is no native MapInfo table; export it as MIF",
        )
    if re.search(r'"\\IsSeamless"\s*=\s*"(?!FALSE")', text, re.IGNORECASE):
        raise refusal(
            path,
            "是无缝图层（IsSeamless）：图形在它所列的其他表里，请导出为 MIF",
            "is a seamless table: its shapes are in the tables that it names; export it as MIF",
        )
