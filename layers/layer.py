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

from gis.ragged import Bools, Floats, Ints, Ragged, Shapes
from layers.schema import Schema

if TYPE_CHECKING:
    import geopandas as gpd

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Issue:
    """Something a reader of the report must know about the input.

    ``error``: a row or file was refused; ``warning``: repaired, ignored or assumed;
    ``info``: worth knowing.
    """

    severity: Severity
    code: str
    feature: str | None
    zh: str
    en: str

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
        return self._column(column).to_numpy(zero_copy_only=False)

    def number(self, column: str) -> Floats:
        """Return a number or integer column as (n,) float64, NaN where null."""
        values = pc.cast(self._column(column), pa.float64())
        return np.asarray(values.fill_null(np.nan).to_numpy(zero_copy_only=False), np.float64)

    def flag(self, column: str) -> npt.NDArray[np.int8]:
        """Return a flag column as (n,) int8: 1 true, 0 false, -1 null."""
        values = pc.cast(self._column(column), pa.int8()).fill_null(-1)
        return np.asarray(values.to_numpy(zero_copy_only=False), np.int8)

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
        keep: Ints = np.flatnonzero(
            ~np.asarray(pc.is_in(self._column(number), value_set=own).to_numpy(), bool)
        )
        base = self.take(keep)
        taken = np.isin(vetted.feature_id, base.feature_id)
        if taken.any():
            vetted = vetted.renumbered(np.flatnonzero(taken))
        shift = int(self.snapshot_row.max(initial=-1)) + 1
        return replace(
            base,
            table=pa.concat_tables([base.table, vetted.table]),
            shapes=Ragged.concat([base.shapes, vetted.shapes]),
            provenance=base.provenance + vetted.provenance,
            part=np.concatenate([base.part, vetted.part + len(base.provenance)]).astype(np.int16),
            issues=base.issues + vetted.issues,
            refused=Refused(
                np.concatenate([base.refused.bounds, vetted.refused.bounds]),
                base.refused.numbers + vetted.refused.numbers,
            ),
            absent=self.absent & vetted.absent,
            snapshot_row=np.concatenate(
                [base.snapshot_row, vetted.snapshot_row + shift]
            ).astype(np.int32),
        )

    def renumbered(self, rows: Ints) -> Layer:
        """Return the layer with ``#vetted`` added to the ids of ``rows``.

        Vetted rows named by their row number may carry the id of an unrelated registered row.
        """
        ids = self.source_id.copy()
        ids[rows] = [f"{v}#vetted" for v in ids[rows]]
        table = self.table.set_column(
            self.table.schema.get_field_index("source_id"), "source_id", pa.array(ids, pa.string())
        )
        full = pa.array([f"{self.name}:{v}" for v in ids], pa.string())
        table = table.set_column(table.schema.get_field_index("feature_id"), "feature_id", full)
        return replace(self, table=table)
