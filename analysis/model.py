"""What rules, engine, reports and maps share. Read this file first, then one rule.

A rule looks at *all* subjects at once and answers with a :class:`FindingTable`: one row per
subject at least, and further rows for each neighbour worth naming.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from analysis.errors import RuleError
from gis.ragged import Floats, Ints, Ragged, Shapes
from layers.layer import Layer

if TYPE_CHECKING:
    from gis.terrain import Terrain
    from gis.terrain import Window as TerrainWindow
    from gis.zonal import Zonal

Objects = npt.NDArray[np.object_]


class Verdict(IntEnum):
    """Answer of a rule; the greater decides when several are combined."""

    NOT_APPLICABLE = 0
    PASS = 1
    NO_DATA = 2
    REVIEW = 3
    FAIL = 4


@dataclass(frozen=True, slots=True)
class Within:
    """The rule needs features of the layer up to a distance from each subject.

    The reach in metres is the sum of ``metres`` and the rulebook values named in
    ``parameters``, and of ``factor`` times the greatest value of ``column`` in the needed layer.
    An ``optional`` layer is read where there is one and never missed. With ``own_extent`` the
    rule does not look all around the subject and says itself where the layer may lack something;
    the engine then only asks that the layer is there.
    """

    metres: float = 0.0
    parameters: tuple[str, ...] = ()
    column: str | None = None
    factor: float = 0.0
    optional: bool = False
    own_extent: bool = False


@dataclass(frozen=True, slots=True)
class Same:
    """The rule needs the features whose ``column`` equals the subject's ``own`` column."""

    column: str
    own: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """The rule needs the terrain up to a distance from each subject.

    The reach in metres is the sum of ``metres`` and the rulebook values named in
    ``parameters``. An ``optional`` terrain is read where there is one and never missed.
    """

    metres: float = 0.0
    parameters: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True, eq=False)
class Ground:
    """The terrain as far as a rule declared that it looks.

    Attributes
    ----------
    reach_m : from a place to each side
    sigma_m : vertical accuracy of the elevations, one sigma, NaN where none is stated
    """

    terrain: Terrain
    reach_m: float
    sigma_m: float

    def windows(
        self, lon: npt.ArrayLike, lat: npt.ArrayLike, half_m: npt.ArrayLike | None = None
    ) -> Iterator[tuple[int, TerrainWindow]]:
        """Yield (k, window) about each place in degrees, near ones together.

        ``half_m``, (k,) metres to each side, may be less than the reach but never more.

        Raises
        ------
        RuleError
            The rule looks farther than it declared.
        """
        half = np.full(np.shape(lon), self.reach_m) if half_m is None else np.asarray(half_m)
        if np.any(half > self.reach_m):
            raise RuleError(
                f"规则只声明了 {self.reach_m} 米的地形",
                f"only {self.reach_m} m of terrain declared",
            )
        for k, window in self.terrain.windows(lon, lat, half):
            yield k, window.without_fill()

    def under(self, ground: Ragged, share: float, coarsest_m: float) -> Zonal:
        """Return the highest and lowest ground under polygons (:func:`gis.zonal.zonal`).

        They are the subjects' own outlines or parts of them: a reach of 0 m suffices.
        """
        from gis.zonal import zonal

        return zonal(self.terrain, ground, share, coarsest_m)


Need = Within | Same | Window


@dataclass(frozen=True, slots=True)
class Rule:
    """One check, as its module declares it; titles, law and messages are in its YAML.

    Attributes
    ----------
    code : never reused
    subjects : layers whose features it judges
    needs : layer name -> how far it looks; a rule sees only what it declares
    parameters : rulebook values without which it cannot judge (none in force: NO_DATA)
    optional_parameters : rulebook values that may be None on a date
    empty_tells : layer -> columns of which an empty cell is an answer: that there is none, or
        that something else counts. Of a cell that could not be read it is not, and the engine
        lets no PASS rest on it
    evaluate : the check
    """

    code: str
    subjects: tuple[str, ...]
    needs: Mapping[str, Need]
    evaluate: Callable[[Layer, RuleContext], FindingTable]
    parameters: tuple[str, ...] = ()
    optional_parameters: tuple[str, ...] = ()
    empty_tells: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class RuleContext:
    """All that a rule may read: no files, no clock, no environment, no network.

    Attributes
    ----------
    rule : the rule's code
    layers : the declared layers; one that the workspace lacks is empty
    values : rulebook values in force on ``as_of``, None where none is
    as_of : the day whose law applies
    rows : (n,) row of each subject in its own layer, where that layer is declared
    ground : the terrain, None where the rule declared none or the workspace has none
    """

    rule: str
    layers: Mapping[str, Layer]
    values: Mapping[str, float | None]
    as_of: date
    rows: Ints
    ground: Ground | None = None

    def layer(self, name: str) -> Layer:
        """Return a declared layer; RuleError for any other."""
        try:
            return self.layers[name]
        except KeyError:
            raise RuleError(
                f"规则 {self.rule} 未声明图层 {name}", f"rule {self.rule} did not declare {name}"
            ) from None

    def value(self, name: str) -> float:
        """Return a required rulebook value (the engine has made sure that there is one)."""
        value = self.optional_value(name)
        if value is None:
            raise RuleError(
                f"规则 {self.rule}：参数 {name} 无现行值", f"rule {self.rule}: no {name} in force"
            )
        return value

    def optional_value(self, name: str) -> float | None:
        """Return a rulebook value, None where the law of ``as_of`` has none."""
        try:
            return self.values[name]
        except KeyError:
            raise RuleError(
                f"规则 {self.rule} 未声明参数 {name}", f"rule {self.rule} did not declare {name}"
            ) from None


@dataclass(frozen=True, eq=False)
class Evidence:
    """Geometries on the ground for some rows of a FindingTable.

    Attributes
    ----------
    role : overlap, shortest_line, flow_path, corridor, exclusion_zone, ridge_run, void,
        outside_part
    finding : (k,) rows of the table
    geometry : (k,) shapely, EPSG:4490; of a flow_path Z is the ground's elevation, metres: its
        longitudinal profile
    label : (k,) str or None
    """

    role: str
    finding: Ints
    geometry: Shapes
    label: Objects | None = None


@dataclass(frozen=True, eq=False)
class FindingTable:
    """Findings of one rule on subjects of one layer, column by column, (n,) each.

    Attributes
    ----------
    subject : row of the subject in the layer that was judged
    verdict : int8, values of :class:`Verdict`
    reason : key of ``reasons`` in the rule's YAML (or of the engine's common reasons)
    measured, threshold : float64, NaN = none, unrounded
    uncertainty : float32, one sigma, NaN = not stated
    unit, comparison : str; ``comparison`` is the relation that must hold for PASS
    related : row in ``related_layer``, -1 = none
    related_layer : str or None
    law : name of the rulebook parameter that decided, or None
    args : JSON object for the message template, or None
    evidence : geometries, for FAIL and REVIEW
    """

    subject: Ints
    verdict: npt.NDArray[np.int8]
    reason: Objects
    measured: Floats
    threshold: Floats
    uncertainty: npt.NDArray[np.float32]
    unit: Objects
    comparison: Objects
    related: Ints
    related_layer: Objects
    law: Objects
    args: Objects
    evidence: tuple[Evidence, ...] = field(default=())

    def __len__(self) -> int:
        """Return the number of findings."""
        return len(self.subject)

    @staticmethod
    def build(
        subject: npt.ArrayLike,
        verdict: npt.ArrayLike,
        reason: str | Objects,
        *,
        measured: npt.ArrayLike = np.nan,
        threshold: npt.ArrayLike = np.nan,
        uncertainty: npt.ArrayLike = np.nan,
        unit: str | Objects = "",
        comparison: str | Objects = "",
        related: npt.ArrayLike = -1,
        related_layer: str | Objects | None = None,
        law: str | Objects | None = None,
        args: Mapping[str, Sequence[Any] | npt.NDArray[Any]] | None = None,
        evidence: Sequence[Evidence] = (),
    ) -> FindingTable:
        """Return a table; scalars are spread over all rows.

        ``args`` maps a template name to one value per row; they are kept for every verdict but
        PASS and NOT_APPLICABLE. A row whose value is None or NaN lacks that name.
        """
        rows = np.atleast_1d(np.asarray(subject, np.int64))
        n = len(rows)
        verdicts = _spread(verdict, n, np.int8)
        return FindingTable(
            subject=rows,
            verdict=verdicts,
            reason=_objects(reason, n),
            measured=_spread(measured, n, np.float64),
            threshold=_spread(threshold, n, np.float64),
            uncertainty=_spread(uncertainty, n, np.float32),
            unit=_objects(unit, n),
            comparison=_objects(comparison, n),
            related=_spread(related, n, np.int64),
            related_layer=_objects(related_layer, n),
            law=_objects(law, n),
            args=_json_args(args, verdicts),
            evidence=tuple(evidence),
        )

    @staticmethod
    def columns() -> tuple[str, ...]:
        """Return the names of the per-finding columns."""
        return _COLUMNS

    @staticmethod
    def empty() -> FindingTable:
        """Return a table without rows."""
        return FindingTable.build(np.empty(0, np.int64), np.empty(0, np.int8), "")

    @staticmethod
    def concat(tables: Sequence[FindingTable]) -> FindingTable:
        """Return the rows of all ``tables``; their evidence follows its rows."""
        if not tables:
            return FindingTable.empty()
        evidence: list[Evidence] = []
        base = 0
        for table in tables:
            for item in table.evidence:
                evidence.append(Evidence(item.role, item.finding + base, item.geometry, item.label))
            base += len(table)
        columns = {name: np.concatenate([getattr(t, name) for t in tables]) for name in _COLUMNS}
        return FindingTable(**columns, evidence=tuple(evidence))


_COLUMNS = (
    "subject", "verdict", "reason", "measured", "threshold", "uncertainty", "unit",
    "comparison", "related", "related_layer", "law", "args",
)  # fmt: skip


def _spread(value: npt.ArrayLike, n: int, dtype: Any) -> npt.NDArray[Any]:
    return np.array(np.broadcast_to(np.asarray(value, dtype), (n,)))


def _objects(value: str | Objects | None, n: int) -> Objects:
    out = np.empty(n, dtype=object)
    out[:] = value
    return out


def _json_args(
    args: Mapping[str, Sequence[Any] | npt.NDArray[Any]] | None,
    verdicts: npt.NDArray[np.int8],
) -> Objects:
    out = np.empty(len(verdicts), dtype=object)
    if not args:
        return out
    for row in np.flatnonzero(verdicts > Verdict.PASS):
        record = {k: _plain(v[int(row)]) for k, v in args.items()}
        record = {k: v for k, v in record.items() if v is not None}
        if record:
            out[row] = json.dumps(record, ensure_ascii=False, sort_keys=True)
    return out


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and value != value:
        return None
    return value
