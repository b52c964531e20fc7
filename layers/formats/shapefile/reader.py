"""ESRI Shapefile: the sidecars are made to agree before GDAL is asked.

Source of the layout: ESRI Shapefile Technical Description, July 1998.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyproj
import shapely

from gis.ragged import Bools, Ints, Shapes
from layers.account import Issue
from layers.formats import geometries, ogr
from layers.formats.encoding import (
    Text,
    decode,
    guess,
    normal_name,
    of_language_id,
    remarks,
    require,
)  # fmt: skip
from layers.formats.shapefile import dbf
from layers.formats.shapefile.index import check_index
from layers.formats.shapefile.winding import inside_out, stray_holes
from layers.formats.source import Source, digest_files, refusal, twice
from layers.headings import Rest
from layers.issues import error, info, label_en, listed, warning

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_MULTIPATCH = 31
_WINDING = "invalid winding order"
_SAID_BELOW = ("parsed incompletely", _WINDING)


@dataclass(frozen=True, eq=False)
class _Text:
    """Decoded attribute text: the encoding, field names and what had to be said."""

    encoding: str
    names: list[str]
    rests: dict[str, Rest]
    issues: list[Issue]


def read(path: Path, encoding: str | None) -> Source:
    """Read a Shapefile; .shp, .shx and .dbf must be there and agree on the number of rows."""
    files = sidecars(path)
    kinds = check_index(path, files[".shx"])
    table = dbf.read_table(files[".dbf"])
    if len(table.cells) != len(kinds):
        raise refusal(
            path,
            f"图形 {len(kinds)} 个，属性 {len(table.cells)} 条，数目不符",
            f"{len(kinds)} shapes but {len(table.cells)} attribute records",
        )
    text = _encoding(path, table, files.get(".cpg"), encoding)
    kept = np.flatnonzero(~table.deleted)
    labels = tuple(f"第 {k + 1} 行" for k in kept)
    stated, note, crs_issues = _crs(files.get(".prj"))
    rows = ogr.read_rows(
        path,
        path.resolve(),
        encoding="ISO-8859-1",
        labels=labels,
        without=".prj" if _is_odd(files.get(".prj"), stated) else "",
    )
    if len(rows.geometry) != len(kept) or len(rows.columns) != len(table.fields):
        raise refusal(
            path,
            f"应有 {len(kept)} 行 {len(table.fields)} 个字段，"
            f"只读出 {len(rows.geometry)} 行 {len(rows.columns)} 个字段",
            f"{len(kept)} rows of {len(table.fields)} fields expected, "
            f"{len(rows.geometry)} of {len(rows.columns)} read",
        )
    columns, lost, issues = _columns(path, table, rows, text, labels)
    geometry, turned = _turned(path, files[".shx"], rows, kept, labels)
    return Source(
        path=path,
        format="ESRI Shapefile",
        layer=None,
        sha256=digest(path),
        encoding=text.encoding,
        crs=stated,
        crs_note=note,
        declared=len(kept),
        columns=columns,
        geometry=geometry,
        labels=labels,
        lost=lost,
        rests=text.rests,
        issues=(
            *text.issues,
            *crs_issues,
            *_deleted(len(table.cells) - len(kept)),
            *(i for i in rows.issues if not any(words in i.en for words in _SAID_BELOW)),
            *turned,
            *issues,
            *_surfaces(kinds[kept], rows),
            *_unread(kinds[kept], rows, labels),
        ),
    )


def digest(path: Path) -> str:
    """Return the SHA-256 over the parts that decide what is read."""
    files = sidecars(path)
    return digest_files((s, files[s]) for s in _PARTS if s in files)


def sidecars(path: Path) -> dict[str, Path]:
    """Return suffix -> file for the parts of a Shapefile that exist, in any letter case.

    Raises
    ------
    FormatError
        .shx or .dbf is missing, or a part is there twice.
    """
    files = {".shp": path}
    # Folders hold thousands of files: only those of the name are sorted.
    own = [p for p in path.parent.iterdir() if p.name.startswith(f"{path.stem}.")]
    for other in sorted(own):
        suffix = other.suffix.lower()
        if other.stem != path.stem or suffix not in _PARTS or not other.is_file():
            continue
        if files.setdefault(suffix, other).name != other.name:
            raise twice(path, files[suffix].name, other.name)
    for suffix in (".shx", ".dbf"):
        if suffix not in files:
            raise refusal(
                path,
                f"缺少同名的 {suffix} 文件（{path.stem}{suffix}）",
                f"its {suffix} file is missing ({path.stem}{suffix})",
            )
    return files


def _encoding(path: Path, table: dbf.Table, cpg: Path | None, asked: str | None) -> _Text:
    if asked is not None:
        name = require(path, asked)
        return _Text(name, *_names(path, table, name), [])
    stated = cpg.read_bytes()[:40].decode("ascii", "replace").strip() if cpg else ""
    declared = normal_name(stated) if stated else of_language_id(table.language_id)
    found = guess(table.texts(), declared)
    if found is None:
        raise refusal(
            path,
            "属性文字不属于 UTF-8、GB18030 等任一编码（可能有损坏），请用 encoding 说明",
            "the attribute text fits no encoding (damaged?); state it (encoding)",
        )
    issues = remarks(path, found, stated or declared or "")
    return _Text(found.encoding, *_names(path, table, found.encoding), issues)


def _names(path: Path, table: dbf.Table, encoding: str) -> tuple[list[str], dict[str, Rest]]:
    """Return the names of the fields, and what is left of a letter in which one was cut.

    A name cut inside a letter has ``…`` beside its like, and a number beside another so cut:
    总库容 and what ten bytes of UTF-8 leave of 总库容单位 are two, and so are those of 有效期起 and
    有效期止, which differ in the byte left of the last letter alone.
    """
    names: list[str] = []
    cut: dict[int, Rest] = {}
    parts = [field.name_parts for field in table.fields]
    for k, (text, number) in enumerate(parts):
        name = decode(text, encoding)
        if name is None:
            raise refusal(
                path, f"字段名不是 {encoding} 文字", f"a field name is not {encoding} text"
            )
        names.append(name + number)
        whole = len(name.encode(encoding))
        if whole < len(text.raw):
            others = [other.raw for j, (other, _) in enumerate(parts) if j != k and other.full]
            # A program that numbers the second of two names shortens it once more.
            alone = not any(text.raw.startswith(other) for other in others)
            cut[k] = Rest(text.raw[whole:], encoding, alone)
    names = [_apart(k, names, cut) for k in range(len(names))]
    ogr.check_names(path, names)
    return names, {names[k]: rest for k, rest in cut.items() if not parts[k][1]}


def _apart(k: int, names: list[str], cut: dict[int, Rest]) -> str:
    """Return the name of field ``k``, told apart from others where it was cut inside a letter."""
    like = [j for j, name in enumerate(names) if name == names[k]]
    if k not in cut or len(like) == 1:
        return names[k]
    rests = list(dict.fromkeys(cut[j].raw for j in like if j in cut))
    return f"{names[k]}…" + (str(rests.index(cut[k].raw) + 1) if len(rests) > 1 else "")


def _columns(
    path: Path, table: dbf.Table, rows: ogr.Rows, text: _Text, labels: tuple[str, ...]
) -> tuple[dict[str, pa.Array], dict[str, Ints], list[Issue]]:
    out: dict[str, pa.Array] = {}
    lost: dict[str, Ints] = {}
    issues: list[Issue] = []
    stars: dict[str, list[str]] = {}
    arrays = list(rows.columns.values())
    for field, name, values in zip(table.fields, text.names, arrays, strict=True):
        if field.is_text:
            out[name] = _decoded(path, field, name, values, text.encoding)
        elif field.is_read:
            out[name], lost[name], said = _values(table, field, name, values, labels)
            issues += said
            over = np.flatnonzero(table.overflowed(field)[~table.deleted])
            stars |= {name: [labels[k] for k in over]} if len(over) else {}
        else:
            cells = table.column(field)[~table.deleted]
            lost[name] = np.flatnonzero([bool(c.tobytes().strip(b" \0")) for c in cells])
            issues.append(_left_out(name, field.kind))
    return out, lost, issues + _overflowed(stars)


def _values(
    table: dbf.Table, field: dbf.Field, name: str, values: pa.Array, labels: tuple[str, ...]
) -> tuple[pa.Array, Ints, list[Issue]]:
    """Return a column of numbers, days or truths as its cells are, and those that are none."""
    kept = ~table.deleted
    exact = table.truths(field) if field.kind == "L" else table.restored(field)
    if exact is not None:
        values = pa.array(exact, pa.bool_() if field.kind == "L" else None).filter(pa.array(kept))
    bad, cells = table.misread(field)[kept], table.column(field)[kept]
    issues = [_misread(labels[k], name, cells[k].tobytes()) for k in np.flatnonzero(bad)]
    read = pc.if_else(pa.array(~bad), values, pa.scalar(None, values.type))
    return read, np.flatnonzero(bad), issues


def _left_out(name: str, kind: str) -> Issue:
    zh = f"字段 {name} 的类型 {kind!r} 不用，已略去"
    return info("column_ignored", zh, f"field {name} of type {kind!r} left out")


def _overflowed(stars: dict[str, list[str]]) -> list[Issue]:
    """Tell of asterisks: GDAL writes them for an empty cell, others for a number too long."""
    if not stars:
        return []
    rows = next(iter(stars.values()))
    zh = "；".join(f"{f}（{listed(r, 'zh', 5)}）" for f, r in list(stars.items())[:5])
    en = "; ".join(
        f"{f} ({listed([label_en(row) for row in r], 'en', 5)})" for f, r in list(stars.items())[:5]
    )
    more_zh, more_en = ("等", " and others") if len(stars) > 5 else ("", "")
    return [
        info(
            "number_overflow",
            f"{len(stars)} 个数值字段写有星号（空值，或数值超过字段宽度而丢失），按空值："
            f"{zh}{more_zh}",
            f"asterisks in {len(stars)} fields of numbers (empty, or a number too long), taken as "
            f"null: {en}{more_en}",
            rows[0],
        )
    ]


def _decoded(path: Path, field: dbf.Field, name: str, values: pa.Array, encoding: str) -> pa.Array:
    """Return the column decoded from the bytes that GDAL passed through as ISO-8859-1."""
    if encoding == "ISO-8859-1" or pc.all(pc.string_is_ascii(values)).as_py() is not False:
        return values
    coded = values.dictionary_encode()
    out: list[str] = []
    for value in coded.dictionary.to_pylist():
        raw = value.encode("latin-1")
        text = decode(Text(raw, len(raw) == field.width), encoding)
        if text is None:
            row = pc.index(values, value).as_py() + 1
            raise refusal(
                path,
                f"第 {row} 行字段 {name} 的文字不是 {encoding}",
                f"row {row}, field {name}: the text is not {encoding}",
            )
        out.append(text)
    return pa.array(out, pa.string()).take(coded.indices)


def _misread(label: str, name: str, raw: bytes) -> Issue:
    said = raw.decode("ascii", "replace").strip(" \0")
    zh = f"{label}：字段 {name} 的值 {said!r} 读不成该类型，按空值"
    en = f"{label_en(label)}: {name} holds {said!r}, which is no value of its type; taken as null"
    return warning("bad_value", zh, en, label)


def _crs(prj: Path | None) -> tuple[pyproj.CRS | None, str, list[Issue]]:
    if prj is None:
        return None, "没有 .prj / no .prj", []
    raw = prj.read_bytes()
    text = raw.decode("utf-8-sig", "replace").strip("\0 \r\n\t")
    if "\ufffd" in text:
        text = raw.decode("gb18030", "replace")
    stated, problem = ogr.parse_stated_crs(text)
    if stated is not None:
        return stated, "来自 .prj / from .prj", []
    zh, en = f"{prj.name} 不是可用的坐标系说明", f"{prj.name} holds no usable CRS"
    note = problem or "空的 .prj / empty .prj"
    return None, note, [warning("crs_unreadable", zh, en)]


def _is_odd(prj: Path | None, stated: pyproj.CRS | None) -> bool:
    """Return whether pyogrio may break off at a ``.prj``: it says nothing, or says it in GBK."""
    if prj is None:
        return False
    try:
        prj.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return True
    return stated is None


def _turned(
    path: Path, index: Path, rows: ogr.Rows, kept: Ints, labels: tuple[str, ...]
) -> tuple[Shapes, list[Issue]]:
    """Return the outlines, and what there is to say of rings that run the wrong way round."""
    turned = inside_out(path, index)
    if not turned and not any(_WINDING in i.en for i in rows.issues):
        return rows.geometry, []
    zh = "有的环方向与规范相反，内外按位置判断"
    issues = [warning("ring_direction", zh, "rings run the wrong way round; their place decides")]
    stray = np.flatnonzero(np.isin(kept, np.setdiff1d(stray_holes(path, index), list(turned))))
    shapes = rows.geometry.copy()
    shapes[stray] = None
    for k in np.flatnonzero(np.isin(kept, list(turned))).tolist():
        shapes[k] = turned[int(kept[k])]
    for label in (labels[k] for k in stray.tolist()):
        zh = f"{label}：一圈按方向是内环，却不在任何外环之内，覆盖范围无法确定"
        en = f"{label_en(label)}: a ring that is a hole by its direction lies in no outer ring"
        issues.append(error("unreadable_geometry", zh, en, label))
    return shapes, issues


def _deleted(count: int) -> list[Issue]:
    if not count:
        return []
    zh = f"有 {count} 条记录带删除标记，未读"
    return [warning("deleted_records", zh, f"{count} records are marked as deleted, not read")]


def _surfaces(kinds: Ints, rows: ogr.Rows) -> list[Issue]:
    """Tell of bodies made of faces in space: from above, walls vanish and floors lie in roofs."""
    read: Bools = ~np.asarray(shapely.is_missing(rows.geometry))
    count = int(((kinds == _MULTIPATCH) & read).sum())
    if not count:
        return []
    zh = f"{count} 行是多面体（multipatch），按各面的水平投影读"
    en = f"{count} rows are multipatches; their faces are read as they lie in plan"
    return [warning("multipatch", zh, en)]


def _unread(kinds: Ints, rows: ogr.Rows, labels: tuple[str, ...]) -> list[Issue]:
    """Return an error for each record that has a shape which GDAL did not deliver."""
    lost: Bools = (kinds != 0) & np.asarray(shapely.is_missing(rows.geometry))
    said = {i.feature for i in rows.issues}
    missed = (labels[k] for k in np.flatnonzero(lost))
    return [geometries.unreadable_geometry(label) for label in missed if label not in said]
