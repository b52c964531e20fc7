"""A loaded layer: columns, ragged coordinates, where it came from and what was refused."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gis.ragged import Bools, Floats, Ints, Ragged, Shapes, spans
from layers.account import Issue, Provenance, Refused
from layers.errors import LayerError
from layers.joining import renamed, same_file, takes_place, takes_place_of_another
from layers.parse import same_name
from layers.schema import Schema

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["ARROW_TYPES", "Issue", "Layer", "Provenance", "Refused"]

Bits = npt.NDArray[np.uint64]

ARROW_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "code": pa.string(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "flag": pa.bool_(),
    "date": pa.date32(),
}
"""Column type of each dtype of a schema."""


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
    coverage : where the layer is complete (no polygon: nowhere), None where that is not stated
    registered : False for a layer that holds only vetted files (the workspace has none)
    empty_means_none : the user's word that an empty layer means there are none
    snapshot_row : (n,) int32, row in the snapshot of the registered layer; vetted rows follow
        after its last row
    predecessors : registered features whose places vetted ones have taken, as a layer of their
        own; None where there are none. No neighbours, but what was true of them stays true
    doubtful : (n,) bool, outlines whose repair leaves the true one open: what they hit counts,
        but that they hit nothing is not known
    unread : (n,) uint64, a bit for each column (:meth:`Schema.bit`) whose cell in the source held
        something that could not be read: null here, and yet not empty
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
    predecessors: Layer | None = None
    doubtful: Bools = field(default_factory=lambda: np.zeros(0, np.bool_))
    unread: Bits = field(default_factory=lambda: np.zeros(0, np.uint64))

    def __post_init__(self) -> None:
        """Take a layer built without word of doubtful outlines or unread values to have none."""
        if len(self.doubtful) != len(self):
            object.__setattr__(self, "doubtful", np.zeros(len(self), np.bool_))
        if len(self.unread) != len(self):
            object.__setattr__(self, "unread", np.zeros(len(self), np.uint64))

    def __len__(self) -> int:
        """Return the number of features."""
        return len(self.shapes)

    @property
    def name(self) -> str:
        """Return the contract name of the layer."""
        return self.schema.name

    @property
    def astray(self) -> bool:
        """Return whether no registered row lies where the layer was said to be complete."""
        return self.coverage is not None and len(self.coverage) == 0

    @property
    def displaced(self) -> frozenset[str]:
        """Return the numbers of registered features whose places vetted ones have taken."""
        if self.predecessors is None:
            return frozenset()
        return frozenset(self.predecessors.text(self.schema.number))

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

        Null equals nothing. Sorted by i, then j. Numbers of features are in the form in which
        they are compared (:func:`layers.keys.folded_numbers`).
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

    def is_unread(self, *columns: str) -> Bools:
        """Return (n,) bool: one of ``columns`` is null because its value could not be read."""
        mask = sum({self.schema.bit(column) for column in columns})
        return np.asarray((self.unread & np.uint64(mask)) != 0, np.bool_)

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
        added to it (root of the sum of squares). That of a shift by the user's own parameters
        counts by itself.
        """
        return np.append(self._sigmas(), np.nan)[self.part]

    @cached_property
    def worst_sigma_m(self) -> float:
        """Return the greatest stated accuracy of any source, refused rows included; 0 if none."""
        return float(np.nanmax(np.append(self._sigmas(), 0.0)))

    def _sigmas(self) -> Floats:
        values = [
            np.nan
            if p.positional_accuracy_m is None and not p.shifted
            else float(np.hypot(p.positional_accuracy_m or 0.0, p.transformation_accuracy_m or 0.0))
            for p in self.provenance
        ]
        return np.array(values, np.float64)

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
            absent=frozenset(c.name for c in schema.columns),
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
            doubtful=self.doubtful[rows],
            unread=self.unread[rows],
        )

    def join(self, vetted: Layer) -> Layer:
        """Return this registered layer with a vetted one beside it.

        A vetted feature that carries a registered feature's number takes its place. The rows
        of ``vetted`` come last.
        """
        number = self.schema.number
        own: Any = pa.array([v for v in vetted.text(number) if v is not None], pa.string())
        taken = np.asarray(pc.is_in(self._column(number), value_set=own).to_numpy(), bool)
        base = replace(
            self.take(np.flatnonzero(~taken)),
            predecessors=self._predecessors_and(np.flatnonzero(taken)),
            issues=(*self._signed_issues(), *self._places_taken(np.flatnonzero(taken), vetted)),
        )
        # Counted before rows were taken out: a snapshot's row number never names another row.
        return base._followed_by(vetted, self._next_row, "#vetted")

    def _predecessors_and(self, rows: Ints) -> Layer | None:
        """Return the predecessors there are, and the features at ``rows`` as further ones."""
        if not len(rows):
            return self.predecessors
        new, old = replace(self.take(rows), predecessors=None), self.predecessors
        if old is None:
            return new
        # Sources are only ever added behind, so that ``part`` of the older rows still holds.
        return replace(
            new,
            table=pa.concat_tables([old.table, new.table]),
            shapes=Ragged.concat([old.shapes, new.shapes]),
            part=np.concatenate([old.part, new.part]),
            snapshot_row=np.concatenate([old.snapshot_row, new.snapshot_row]),
            doubtful=np.concatenate([old.doubtful, new.doubtful]),
            unread=np.concatenate([old.unread, new.unread]),
        )

    def _places_taken(self, rows: Ints, vetted: Layer) -> tuple[Issue, ...]:
        """Say which registered features no longer count, and where the holder is another."""
        if not len(rows):
            return ()
        number = self.schema.number
        names = self.text(number)[rows].tolist()
        said = takes_place(names)
        owner = next((c.name for c in self.schema.columns if c.name in ("holder", "operator")), "")
        if not owner:
            return (said,)
        holder = dict(zip(vetted.text(number), vetted.text(owner), strict=True))
        held = zip(names, self.text(owner)[rows], strict=True)
        other = [
            n for n, old in held if None not in (old, holder[n]) and not same_name(old, holder[n])
        ]
        return (said, takes_place_of_another(other)) if other else (said,)

    def stack(self, other: Layer) -> Layer:
        """Return the features of both layers, ``other`` last; nothing is replaced.

        A feature of ``other`` whose id is taken gets ``#2`` (``#3``, ...) added, with a warning.
        A file that is already here, by its bytes, is warned about: its features would be judged
        against themselves.
        """
        known = {(p.sha256, p.source_layer) for p in self.provenance}
        again = [p for p in other.provenance if (p.sha256, p.source_layer) in known]
        other = replace(other, issues=(*other._signed_issues(), *map(same_file, again)))
        return self._followed_by(other, self._next_row, "")

    @property
    def _next_row(self) -> int:
        return int(self.snapshot_row.max(initial=-1)) + 1

    def _followed_by(self, other: Layer, shift: int, mark: str) -> Layer:
        other = other._renamed_beside(self, mark)
        if len(self.provenance) + len(other.provenance) > np.iinfo(np.int16).max:
            raise LayerError(
                "一次读入的文件过多，请分批审查", "too many files at once; vet in batches"
            )
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
            doubtful=np.concatenate([self.doubtful, other.doubtful]),
            unread=np.concatenate([self.unread, other.unread]),
        )

    def _signed_issues(self) -> tuple[Issue, ...]:
        if len(self.provenance) != 1:
            return self.issues
        source = self.provenance[0].source
        return tuple(i if i.source else replace(i, source=source) for i in self.issues)

    def _renamed_beside(self, other: Layer, mark: str) -> Layer:
        """Return the layer with ids that neither ``other`` nor the layer itself has twice.

        A taken id ``X`` becomes ``X`` + ``mark``, and ``#2``, ``#3``, ... until it is free.
        """
        ids = self.source_id.copy()
        rows = np.flatnonzero(np.isin(ids.astype(str), other.source_id.astype(str)))
        if not len(rows):
            return self
        taken = {*other.source_id, *ids}
        for row in rows:
            stem = f"{ids[row]}{mark}"
            free = stem if stem not in taken else None
            ids[row] = free or next(n for k in count(2) if (n := f"{stem}#{k}") not in taken)
            taken.add(ids[row])
        full = [f"{self.name}:{v}" for v in ids]
        table = self.table
        for name, values in (("source_id", ids), ("feature_id", full)):
            at = table.schema.get_field_index(name)
            table = table.set_column(at, name, pa.array(values, pa.string()))
        said = renamed(self.source_id[rows].tolist(), ids[rows].tolist())
        return replace(self, table=table, issues=(*self.issues, said))
