"""One source to one layer: columns, CRS, repair, ids; all that is wrong is said at once.

``declared`` = ``read`` = kept + refused: a row is in the layer or in its account of refusals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pyarrow as pa

from gis.errors import CRSError, MineZoneError
from gis.ragged import Floats, Ints, Ragged
from layers import contradictions, keys, placing, stated_accuracy, toes
from layers import coverage as covering
from layers.account import Issue, Provenance, Refused
from layers.columns import Built, build_columns
from layers.errors import LayerError
from layers.formats.source import Source
from layers.issues import error, info, label_en
from layers.layer import Bits, Layer
from layers.numbering import Numbered, number_rows
from layers.placing import Placed
from layers.schema import Schema
from layers.settings import Extent, LayerSettings
from layers.whereabouts import Reason

Role = Literal["workspace", "vetted"]
_SHAPEFILE = "ESRI Shapefile"
_LEAST_M_PER_DEGREE = 110_000.0  # of latitude, and of longitude at the equator


def load(
    source: Source,
    schema: Schema,
    settings: LayerSettings,
    *,
    role: Role = "workspace",
    extent: Extent = "china",
    coverage: Ragged | None = None,
) -> Layer:
    """Return the rows of ``source`` as a layer of ``schema``, in the order of the source.

    Raises
    ------
    LayerError, CRSError
        The file cannot be used; one line with everything that stands in the way: no CRS, all
        coordinates outside China, no numbers, numbers given twice, a wrong constant; for a
        vetted file also no row left.
    """
    file = settings.source
    if role == "vetted" and not len(source):
        raise _nothing_left(file, 0, {}, ())
    settings, said = _with_accuracy(source, settings)
    built = build_columns(
        source.columns,
        source.labels,
        schema,
        settings,
        file=file,
        cut=source.format == _SHAPEFILE,
        lost=source.lost,
        rests=source.rests,
    )
    placed = placing.place(source, schema, settings, extent, file)
    if not built.columns:
        raise _joined([*built.errors, *placed.errors])
    built = toes.in_cgcs2000(built, list(source.columns), placed.system, schema, settings)
    numbered = number_rows(built, source, schema, settings)
    errors = [*built.errors, *placed.errors, *numbered.errors]
    if errors:
        raise _joined(errors)
    refused = dict(placed.refused)
    for row in np.flatnonzero(numbered.unnamed):
        refused.setdefault(int(row), ("没有编号", "it has no number"))
    layer = _assemble(
        source, schema, settings, built, placed, numbered, refused, said, role=role,
        coverage=coverage,
    )  # fmt: skip
    return contradictions.told(layer, file)


def _with_accuracy(
    source: Source, settings: LayerSettings
) -> tuple[LayerSettings, tuple[Issue, ...]]:
    """Return the settings with the accuracy that the file itself states, where it is the worse."""
    file = settings.source
    own = stated_accuracy.worst(source.columns, source.labels, file, source.lost)
    if own is None or own <= (settings.positional_accuracy_m or 0.0):
        return settings, ()
    return replace(settings, positional_accuracy_m=own), (stated_accuracy.told(file, own),)


def _assemble(
    source: Source,
    schema: Schema,
    settings: LayerSettings,
    built: Built,
    placed: Placed,
    numbered: Numbered,
    refused: Mapping[int, Reason],
    told: Sequence[Issue],
    *,
    role: Role,
    coverage: Ragged | None,
) -> Layer:
    file, n = settings.source, len(source)
    gone = np.array(sorted(refused), np.int64)
    kept = np.delete(np.arange(n, dtype=np.int64), gone)
    if role == "vetted" and not len(kept):
        raise _nothing_left(file, n, refused, source.labels)
    if len(kept) + len(gone) != source.declared:
        raise AssertionError(f"{file}: {source.declared} declared, {len(kept)} + {len(gone)}")
    said = [
        _naming(file, issue)
        for issue in (*source.issues, *told, *built.issues, *placed.issues, *numbered.issues)
    ]
    said += _refusals(file, refused, source.labels, numbered)
    if role == "workspace":
        said += _not_stated(file, settings, coverage, placed)
    shapes = Ragged.from_shapely(placed.shapes[kept])
    if coverage is not None and len(kept) and not covering.holds_one(coverage, shapes):
        said.append(covering.astray(file, len(kept), str(settings.coverage)))
        coverage = covering.NOWHERE
    return Layer(
        schema=schema,
        table=_table(schema, built.columns, numbered.source_id, kept),
        shapes=shapes,
        provenance=(_provenance(source, settings, built, placed, kept, len(gone), role),),
        part=np.zeros(len(kept), np.int16),
        issues=tuple(said),
        refused=Refused(
            _widened(placed.bounds[gone], built.columns, gone),
            tuple(keys.folded_numbers(pa.array(numbered.number[gone], pa.string())).to_pylist()),
        ),
        absent=built.absent,
        coverage=coverage,
        registered=role == "workspace",
        empty_means_none=settings.empty_means_none,
        snapshot_row=np.arange(len(kept), dtype=np.int32),
        doubtful=placed.doubtful[kept],
        unread=_unread(schema, built, len(source))[kept],
    )


def _widened(bounds: Floats, columns: Mapping[str, pa.Array], rows: Ints) -> Floats:
    """Return bounds (k, 4) of ``rows`` with half the stated width of a centre line around them.

    Rules add the half width of the rows they have; a refused one brings its own.
    """
    if "width_m" not in columns:
        return bounds
    widths = columns["width_m"].take(pa.array(rows)).cast(pa.float64()).fill_null(0.0)
    up = np.clip(np.asarray(widths) / 2 / _LEAST_M_PER_DEGREE, 0.0, 90.0)
    widest = np.minimum(np.abs(bounds[:, [1, 3]]).max(axis=1, initial=0.0) + up, 89.0)
    aside = up / np.cos(np.radians(widest))
    return np.asarray(bounds + np.column_stack([-aside, -up, aside, up]), np.float64)


def _naming(file: str, issue: Issue) -> Issue:
    if issue.zh.startswith(file):
        return issue
    return replace(issue, zh=f"{file}：{issue.zh}", en=f"{file}: {issue.en}")


def _table(
    schema: Schema, columns: Mapping[str, pa.Array], source_id: np.ndarray, kept: Ints
) -> pa.Table:
    ids = source_id[kept]
    feature_ids = [f"{schema.name}:{i}" for i in ids]
    rows = pa.array(kept)
    arrays = {
        "feature_id": pa.array(feature_ids, pa.string()),
        "source_id": pa.array(ids, pa.string()),
    } | {c.name: keys.compared(columns[c.name].take(rows), c) for c in schema.columns}
    return pa.table(arrays)


def _unread(schema: Schema, built: Built, n: int) -> Bits:
    """Return the bits of each row's columns that could not be read."""
    out = np.zeros(n, np.uint64)
    for name, rows in built.unread.items():
        out[rows] |= np.uint64(schema.bit(name))
    return out


def _provenance(
    source: Source,
    settings: LayerSettings,
    built: Built,
    placed: Placed,
    kept: Ints,
    refused: int,
    role: Role,
) -> Provenance:
    return Provenance(
        role=role,
        source=settings.source,
        source_layer=source.layer,
        sha256=source.sha256,
        format=source.format,
        encoding=source.encoding,
        crs=placed.crs,
        transformation=placed.transformation,
        transformation_accuracy_m=placed.accuracy_m,
        positional_accuracy_m=settings.positional_accuracy_m,
        shifted=placed.shifted,
        crs_note=source.crs_note,
        coverage=settings.coverage,
        declared=source.declared,
        read=len(source),
        repaired=int(placed.repaired[kept].sum()),
        refused=refused,
        constants=built.constants,
    )


def _refusals(
    file: str,
    refused: Mapping[int, Reason],
    labels: Sequence[str],
    numbered: Numbered,
) -> list[Issue]:
    issues = []
    for row in sorted(refused):
        zh, en = refused[row]
        number = numbered.number[row]
        name_zh = labels[row] + (f"（{number}）" if number else "")
        name_en = label_en(labels[row]) + (f" ({number})" if number else "")
        issues.append(
            error(
                "row_refused",
                f"{file}：{name_zh}未采用：{zh}",
                f"{file}: {name_en} refused: {en}",
                number or labels[row],
            )
        )
    return issues


def _not_stated(
    file: str, settings: LayerSettings, coverage: Ragged | None, placed: Placed
) -> list[Issue]:
    issues = []
    if coverage is None:
        issues.append(
            info(
                "completeness_not_stated",
                f"{file}：未说明数据在何范围内完整（coverage），按完整判定",
                f"{file}: where the data are complete is not stated (coverage); "
                "judged as if they were",
            )
        )
    if settings.positional_accuracy_m is None:
        zh, en = ("只计坐标转换的不确定度", "only that of the datum shift is counted") \
            if placed.shifted else ("不计不确定度", "no uncertainty is counted")  # fmt: skip
        issues.append(
            info(
                "accuracy_not_stated",
                f"{file}：未说明位置精度（positional_accuracy_m），{zh}",
                f"{file}: positional_accuracy_m is not stated; {en}",
            )
        )
    return issues


def _nothing_left(
    file: str, n: int, refused: Mapping[int, Reason], labels: Sequence[str]
) -> LayerError:
    if not n:
        return LayerError(f"{file}：文件中没有要素", f"{file}: the file holds no features")
    row = min(refused)
    zh, en = refused[row]
    return LayerError(
        f"{file}：{n} 个要素均不可用；{labels[row]}：{zh}",
        f"{file}: none of {n} features can be used; {label_en(labels[row])}: {en}",
    )


def _joined(errors: Sequence[MineZoneError]) -> MineZoneError:
    """Return one error that says all of ``errors`` in one line."""
    first = next((e for e in errors if isinstance(e, CRSError)), errors[0])
    if len(errors) == 1:
        return first
    others = [e for e in errors if e is not first]
    return type(first)(
        "；".join([first.zh, *(e.zh for e in others)]),
        "; ".join([first.en, *(e.en for e in others)]),
    )
