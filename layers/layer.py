"""A loaded layer: columns, ragged coordinates, where it came from and what was refused."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gis.ragged import Bools, Floats, Ints, Ragged, Shapes, spans
from layers.schema import Schema

if TYPE_CHECKING:
    import geopandas as gpd

Severity = Literal["error", "warning", "info"]

ARROW_TYPES = {
    "text": pa.string(),
    "code": pa.string(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "flag": pa.bool_(),
    "date": pa.date32(),
}
"""Column type of each dtype of a schema."""


@dataclass(frozen=True, slots=True)
class Issue:
    """Something a reader of the report must know about the input.

    ``error``: a row or file was refused; ``warning``: repaired, ignored or assumed;
    ``info``: worth knowing. ``source`` is set where a layer joins several sources.
    """

    severity: Severity
    code: str
    feature: str | None
    zh: str
    en: str
    source: str | None = None

    @property
    def message(self) -> str:
        """Return both languages in one line, as report.json carries it."""
        return f"{self.zh} / {self.en}"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where rows came from and what reading did to them.

    ``declared`` = ``read`` = kept + ``refused``, always. Accuracies are one sigma in metres;
    None = not stated. ``source`` is the path as the user wrote it.
    """

    role: Literal["workspace", "vetted"]
    source: str
    source_layer: str | None
    sha256: str
    format: str
    encoding: str | None
    crs: str
    transformation: str
    transformation_accuracy_m: float | None
    positional_accuracy_m: float | None
    coverage: str | None
    declared: int
    read: int
    repaired: int
    refused: int
    constants: dict[str, str] = field(default_factory=dict)
    valid_on: date | None = None
    snapshot: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Rows that were read but not kept.

    ``bounds`` (k, 4) float64 in EPSG:4490 degrees, NaN where unknown (it could be anywhere);
    ``numbers`` the row's own number where it was readable, else None.
    """

    bounds: Floats
    numbers: tuple[str | None, ...]

    @staticmethod
    def none() -> Refused:
        """Return the empty account."""
        return Refused(np.empty((0, 4)), ())

    def __len__(self) -> int:
        """Return how many rows were refused."""
        return len(self.numbers)


@dataclass(frozen=True, eq=False)
class Layer:
    """Features of one schema.

    Attributes
    ----------
    table : Arrow table with ``feature_id``, ``source_id`` and every column of the schema
        (``name`` included); a column that the source lacks is all null and in ``absent``
    shapes : geometries, EPSG:4490 degrees, valid and non-empty, one per row of ``table``
    provenance : one entry per source
    part : (n,) int16, the entry of ``provenance`` each row came from
    issues : everything reading had to say
    refused : rows that were not kept
    absent : schema columns for which no source had a field, constant or derivation
    coverage : where the layer is complete, or None where that is not stated
    registered : False for a layer that holds only vetted files (the workspace has none)
    empty_means_none : the user's word that an empty layer means there are none
    snapshot_row : (n,) int32, row in the snapshot of the registered layer; vetted rows follow
        after its last row
    displaced : numbers of registered features whose places vetted ones have taken
    """

    schema: Schema
    table: pa.Table
    shapes: Ragged
    provenance: tuple[Provenance, ...]
    part: npt.NDArray[np.int16]
    issues: tuple[Issue, ...]
    refused: Refused
    absent: frozenset[str]
    coverage: Ragged | None
    registered: bool
    empty_means_none: bool
    snapshot_row: npt.NDArray[np.int32]
    displaced: frozenset[str] = frozenset()

    def __len__(self) -> int:
        """Return the number of features."""
        return len(self.shapes)

    @property
    def name(self) -> str:
        """Return the contract name of the layer."""
        return self.schema.name

    # -- columns ---------------------------------------------------------------------------

    def text(self, column: str) -> npt.NDArray[np.object_]:
        """Return a text, code or id column as (n,) str objects, None where null."""
        values: npt.NDArray[np.object_] = self._column(column).to_numpy(zero_copy_only=False)
        return values

    def entries(self, column: str) -> tuple[Ints, npt.NDArray[np.object_]]:
        """Return (rows, entries) of a text column that lists several values parted by ``;``.

        Full-width semicolons, commas and blanks around an entry are accepted.
        """
        lists = pc.split_pattern_regex(self._column(column), "[;；,，、]").combine_chunks()
        rows = np.asarray(pc.list_parent_indices(lists).to_numpy(), np.int64)
        texts = pc.utf8_trim_whitespace(pc.list_flatten(lists))
        filled = np.asarray(pc.not_equal(texts, "").to_numpy(zero_copy_only=False), bool)
        return rows[filled], texts.to_numpy(zero_copy_only=False)[filled]

    def number(self, column: str) -> Floats:
        """Return a number or integer column as (n,) float64, NaN where null."""
        values = pc.cast(self._column(column), pa.float64())
        return np.asarray(values.fill_null(np.nan).to_numpy(zero_copy_only=False), np.float64)

    def flag(self, column: str) -> npt.NDArray[np.int8]:
        """Return a flag column as (n,) int8: 1 true, 0 false, -1 null."""
        values = pc.cast(self._column(column), pa.int8()).fill_null(-1)
        return np.asarray(values.to_numpy(zero_copy_only=False), np.int8)

    def matches(self, column: str, other: Layer, other_column: str) -> tuple[Ints, Ints]:
        """Return (i, j): rows whose ``column`` equals ``other_column`` of row j of ``other``.

        Null equals nothing. Sorted by i, then j.
        """
        own, theirs = self.text(column), other.text(other_column)
        rows = np.flatnonzero(np.array([v is not None for v in theirs], bool))
        keys = theirs[rows].astype(str)
        order = np.argsort(keys, kind="stable")
        rows, keys = rows[order], keys[order]
        known = np.flatnonzero(np.array([v is not None for v in own], bool))
        wanted = own[known].astype(str)
        first = np.searchsorted(keys, wanted, side="left")
        count = np.searchsorted(keys, wanted, side="right") - first
        return np.repeat(known, count), rows[spans(first, count)]

    def day(self, column: str) -> npt.NDArray[np.datetime64]:
        """Return a date column as (n,) datetime64[D], NaT where null."""
        return np.asarray(
            self._column(column).to_numpy(zero_copy_only=False), dtype="datetime64[D]"
        )

    def is_code(self, column: str, *codes: str) -> Bools:
        """Return (n,) bool: the column holds one of ``codes``; null is False.

        Raises
        ------
        KeyError
            A code is not one the schema knows: a misspelt code would never match.
        """
        known = self.schema.column(column).codes
        for code in codes:
            if code not in known:
                raise KeyError(f"{self.name}.{column}: {code}")
        hit = pc.is_in(self._column(column), value_set=pa.array(list(codes), pa.string()))
        return np.asarray(hit.to_numpy(zero_copy_only=False), np.bool_)

    def is_null(self, column: str) -> Bools:
        """Return (n,) bool: the column has no value there."""
        return np.asarray(pc.is_null(self._column(column)).to_numpy(zero_copy_only=False), bool)

    def _column(self, column: str) -> pa.ChunkedArray:
        return self.table.column(column)

    @property
    def feature_id(self) -> npt.NDArray[np.object_]:
        """Return ``<layer>:<source_id>``, unique."""
        return self.text("feature_id")

    @property
    def source_id(self) -> npt.NDArray[np.object_]:
        """Return the source's own numbers."""
        return self.text("source_id")

    # -- geometry --------------------------------------------------------------------------

    @cached_property
    def geometry(self) -> Shapes:
        """Return shapely geometries (n,), EPSG:4490, built on first use."""
        return self.shapes.to_shapely()

    @property
    def gdf(self) -> gpd.GeoDataFrame:
        """Return a GeoDataFrame (EPSG:4490) for users; rules do not need it."""
        import geopandas as gpd

        return gpd.GeoDataFrame(self.table.to_pandas(), geometry=self.geometry, crs="EPSG:4490")

    @cached_property
    def sigma_m(self) -> Floats:
        """Return (n,) positional accuracy, one sigma in metres, NaN where none is stated.

        Where the position's accuracy is stated, the accuracy of the datum transformation is
        added to it (root of the sum of squares).
        """
        values = [
            np.nan
            if p.positional_accuracy_m is None
            else float(np.hypot(p.positional_accuracy_m, p.transformation_accuracy_m or 0.0))
            for p in self.provenance
        ]
        return np.array([*values, np.nan])[self.part]

    # -- making other layers ---------------------------------------------------------------

    @staticmethod
    def missing(schema: Schema) -> Layer:
        """Return the stand-in for a layer that the workspace lacks: no rows, not registered."""
        fields = [pa.field("feature_id", pa.string()), pa.field("source_id", pa.string())]
        fields += [pa.field(c.name, ARROW_TYPES[c.dtype]) for c in schema.columns]
        return Layer(
            schema=schema,
            table=pa.schema(fields).empty_table(),
            shapes=Ragged.concat([]),
            provenance=(),
            part=np.empty(0, np.int16),
            issues=(),
            refused=Refused.none(),
            absent=frozenset(),
            coverage=None,
            registered=False,
            empty_means_none=False,
            snapshot_row=np.empty(0, np.int32),
        )

    def take(self, rows: npt.ArrayLike) -> Layer:
        """Return the features at ``rows``; provenance, refusals and coverage stay."""
        rows = np.asarray(rows, np.int64)
        return replace(
            self,
            table=self.table.take(pa.array(rows)),
            shapes=self.shapes.take(rows),
            part=self.part[rows],
            snapshot_row=self.snapshot_row[rows],
        )

    def join(self, vetted: Layer) -> Layer:
        """Return this registered layer with a vetted one beside it.

        A vetted feature that carries a registered feature's number takes its place. The rows
        of ``vetted`` come last.
        """
        number = self.schema.number
        own: Any = pa.array([v for v in vetted.text(number) if v is not None], pa.string())
        taken = np.asarray(pc.is_in(self._column(number), value_set=own).to_numpy(), bool)
        shift = int(self.snapshot_row.max(initial=-1)) + 1
        base = replace(
            self.take(np.flatnonzero(~taken)), displaced=frozenset(self.text(number)[taken])
        )
        return base._followed_by(vetted, shift, "vetted")

    def stack(self, other: Layer) -> Layer:
        """Return the features of both layers, ``other`` last; nothing is replaced.

        A feature of ``other`` whose id is taken gets ``#2`` added.
        """
        shift = int(self.snapshot_row.max(initial=-1)) + 1
        return self._followed_by(other, shift, "2")

    def _followed_by(self, other: Layer, shift: int, mark: str) -> Layer:
        taken = np.isin(other.feature_id.astype(str), self.feature_id.astype(str))
        while taken.any():
            other = other.renumbered(np.flatnonzero(taken), mark)
            taken = np.isin(other.feature_id.astype(str), self.feature_id.astype(str))
        return replace(
            self,
            table=pa.concat_tables([self.table, other.table]),
            shapes=Ragged.concat([self.shapes, other.shapes]),
            provenance=self.provenance + other.provenance,
            part=np.concatenate([self.part, other.part + len(self.provenance)]).astype(np.int16),
            issues=self._signed_issues() + other._signed_issues(),
            refused=Refused(
                np.concatenate([self.refused.bounds, other.refused.bounds]),
                self.refused.numbers + other.refused.numbers,
            ),
            absent=self.absent & other.absent,
            snapshot_row=np.concatenate([self.snapshot_row, other.snapshot_row + shift]).astype(
                np.int32
            ),
        )

    def _signed_issues(self) -> tuple[Issue, ...]:
        if len(self.provenance) != 1:
            return self.issues
        source = self.provenance[0].source
        return tuple(i if i.source else replace(i, source=source) for i in self.issues)

    def renumbered(self, rows: Ints, mark: str) -> Layer:
        """Return the layer with ``#mark`` added to the ids of ``rows``."""
        ids = self.source_id.copy()
        ids[rows] = [f"{v}#{mark}" for v in ids[rows]]
        table = self.table.set_column(
            self.table.schema.get_field_index("source_id"), "source_id", pa.array(ids, pa.string())
        )
        full = pa.array([f"{self.name}:{v}" for v in ids], pa.string())
        table = table.set_column(table.schema.get_field_index("feature_id"), "feature_id", full)
        return replace(self, table=table)
