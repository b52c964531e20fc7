"""MapInfo tables (.tab, .mif): read by GDAL once nothing in them leads out of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from layers.formats import ogr
from layers.formats.encoding import Text, decode, guess
from layers.formats.source import Source, digest_files, refusal, row_labels, twice
from layers.issues import warning

_TAB_PARTS = (".tab", ".dat", ".map", ".id")
_MIF_PARTS = (".mif", ".mid")
_LINES = re.IGNORECASE | re.MULTILINE
_SHAPES = re.compile(
    r"^\s*(?:None|Point|Line|Pline|Region|Arc|Text|Rect|RoundRect|Ellipse|MultiPoint|Collection)\b",
    _LINES,
)


def list_layers(path: Path) -> list[str]:
    """Return the one layer of a MapInfo table; it is called like the file."""
    _parts(path)
    return ogr.layer_names(path, path.resolve())


def read(path: Path, layer: str) -> Source:
    """Read a native table or an interchange file.

    Raises
    ------
    FormatError
        A part is missing, the table is a view of others, or rows and records do not agree.
    """
    parts = _parts(path)
    drawn = _check_interchange(path, parts) if ".mif" in parts else None
    rows = ogr.read_rows(path, path.resolve(), layer)
    n = len(rows.geometry)
    declared = _records(path, parts, n)
    if declared != n:
        raise refusal(
            path,
            f"声明 {declared} 条记录，读出 {n} 条",
            f"declares {declared} records, {n} were read",
        )
    if drawn is not None and drawn != n:
        raise refusal(
            path, f"有 {drawn} 个图形，读出 {n} 行", f"holds {drawn} shapes, {n} rows were read"
        )
    return _source(path, "MapInfo", layer, _in_its_own_encoding(path, rows), digest(path))


def _in_its_own_encoding(path: Path, rows: ogr.Rows) -> ogr.Rows:
    """Decode text anew that a table declares Western while it is not, as bureaus' programs do."""
    texts = {n: c for n, c in rows.columns.items() if pa.types.is_string(c.type)}
    words = {w for c in texts.values() for w in c.to_pylist() if w and not w.isascii()}
    try:
        raw = {word: word.encode("cp1252") for word in words}
    except UnicodeEncodeError:
        return rows  # decoded as something that is no Western script
    found = guess([Text(word) for word in raw.values()], "cp1252")
    if not raw or found is None or not found.contradicts or found.doubtful:
        return rows
    read = {word: decode(Text(data), found.encoding) for word, data in raw.items()}
    columns = {
        name: pa.array([read.get(w, w) for w in column.to_pylist()], pa.string())
        for name, column in texts.items()
    }
    zh = f"{path.name} 声明西文编码，实为 {found.encoding}：{found.zh}"
    en = f"{path.name} declares a Western charset, its text is {found.encoding}: {found.en}"
    told = warning("encoding_contradicted", zh, en)
    return replace(rows, columns={**rows.columns, **columns}, issues=(*rows.issues, told))


def _check_interchange(path: Path, parts: Mapping[str, Path]) -> int | None:
    """Return how many shapes a ``.mif`` draws, None where it says no more; GDAL stops early.

    Source: MapInfo Interchange File format, MapInfo Professional user guide, appendix J.
    """
    text = path.read_bytes().decode("latin-1").replace("\r", "\n")
    head, *body = re.split(r"^\s*Data\s*$", text, maxsplit=1, flags=_LINES)
    columns = re.search(r"^\s*Columns\s+(\d+)", head, _LINES)
    if columns and int(columns[1]) and ".mid" not in parts:
        raise refusal(path, "缺少同名的 .mid 文件", "its .mid file is missing")
    if not body:
        return None
    # A collection draws its members, which begin like shapes of their own.
    within = sum(int(n) for n in re.findall(r"^\s*Collection\s+(\d{1,2})\s*$", body[0], _LINES))
    return len(_SHAPES.findall(body[0])) - within


def digest(path: Path) -> str:
    """Return the SHA-256 over the parts of a MapInfo table, each with its suffix and size."""
    return digest_files((suffix, part) for suffix, part in sorted(_parts(path).items()))


def _parts(path: Path) -> Mapping[str, Path]:
    """Return suffix -> file of a table's parts, whatever the case of their names."""
    wanted = _TAB_PARTS if path.suffix.lower() == ".tab" else _MIF_PARTS
    found = {path.suffix.lower(): path}
    for part in sorted(p for p in path.parent.iterdir() if p.stem == path.stem):
        suffix = part.suffix.lower()
        if suffix not in wanted or not part.is_file():
            continue
        if found.setdefault(suffix, part).name != part.name:
            raise twice(path, found[suffix].name, part.name)
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


def _records(path: Path, parts: Mapping[str, Path], read: int) -> int:
    """Return the number of records that the attribute file holds."""
    if ".dat" in parts:
        head = parts[".dat"].read_bytes()[:8]
        return int.from_bytes(head[4:8], "little")
    if ".mid" not in parts:
        return read
    lines = parts[".mid"].read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    return sum(1 for line in lines if line) or read


def _source(path: Path, kind: str, layer: str, rows: ogr.Rows, sha256: str) -> Source:
    crs, note = ogr.parse_stated_crs(rows.crs)
    n = len(rows.geometry)
    return Source(
        path=path,
        format=kind,
        layer=layer,
        sha256=sha256,
        encoding=None,
        crs=crs,
        crs_note=note or (f"来自 {kind} / from the {kind}" if crs else "没有说明 / none"),
        declared=n,
        columns=rows.columns,
        geometry=rows.geometry,
        labels=row_labels(n),
        issues=rows.issues,
    )
