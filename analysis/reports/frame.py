"""One run's results as flat columns, gathered once and shared by all writers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely

from analysis.errors import RuleError
from analysis.messages import render_all
from analysis.model import Objects, Verdict
from analysis.reports.citations import Citations, cite
from analysis.reports.columns import codes_of, gather
from analysis.results import Results
from gis.area import area_km2
from gis.ragged import Floats, Ints, Kind, Shapes
from layers.layer import Layer

# Areas densify outlines: a batch bounds the memory that takes.
AREA_BATCH = 16_384
VERDICTS: tuple[Verdict, ...] = tuple(reversed(Verdict))  # worst first
ROLES = (
    "overlap", "outside_part", "exclusion_zone", "corridor", "void",
    "flow_path", "ridge_run", "shortest_line",
)  # fmt: skip
# The one role whose geometry has heights: the ground along the path.
PROFILED = "flow_path"


@dataclass(frozen=True, eq=False)
class EvidenceRows:
    """All evidence, in the order of findings, then of ``ROLES``: (k,) each."""

    finding: Ints
    role: Objects
    label: Objects
    geometry: Shapes


class Frame:
    """Columns of subjects (s,) and findings (n,) in their final order.

    Raises
    ------
    RuleError
        The results contradict themselves: columns of different lengths, findings out of order,
        a reason or reference that the rulebook lacks.
    """

    def __init__(self, results: Results) -> None:
        self.results = results
        self._messages: dict[str, list[str]] = {}
        _check(results)

    # -- subjects --------------------------------------------------------------------------

    @cached_property
    def feature_id(self) -> Objects:
        """Return (s,) ids of the subjects."""
        return self._of_subjects("feature_id")

    @cached_property
    def source_id(self) -> Objects:
        """Return (s,) the subjects' own numbers."""
        return self._of_subjects("source_id")

    @cached_property
    def name(self) -> Objects:
        """Return (s,) names, None where there is none."""
        return self._of_subjects("name")

    @cached_property
    def county_code(self) -> Objects:
        """Return (s,) county codes, None where there is none."""
        return self._of_subjects("county_code")

    @cached_property
    def area_km2(self) -> Floats:
        """Return (s,) ellipsoidal areas, NaN for points and lines."""
        out = np.full(len(self.results.subject_layer), np.nan)
        for layer, at, rows in self.subject_groups:
            areal = layer.shapes.kinds[rows] == Kind.POLYGON
            for start in range(0, len(at), AREA_BATCH):
                part = np.flatnonzero(areal[start : start + AREA_BATCH]) + start
                if len(part):
                    out[at[part]] = area_km2(layer.shapes.take(rows[part]))
        return out

    @cached_property
    def bounds(self) -> Floats:
        """Return (s, 4) xmin, ymin, xmax, ymax, EPSG:4490 degrees."""
        out = np.full((len(self.results.subject_layer), 4), np.nan)
        for layer, at, rows in self.subject_groups:
            out[at] = layer.shapes.take(rows).bounds
        return out

    @cached_property
    def areal(self) -> bool:
        """Return whether every subject is an area."""
        return all(
            bool((layer.shapes.kinds[rows] == Kind.POLYGON).all())
            for layer, _, rows in self.subject_groups
        )

    @cached_property
    def verdict_counts(self) -> npt.NDArray[np.int32]:
        """Return (s, 5) findings of each subject by verdict, worst first."""
        f = self.results.findings
        columns = len(VERDICTS)
        cells = f.subject * columns + (int(VERDICTS[0]) - f.verdict)
        counts = np.bincount(cells, minlength=len(self.results.subject_layer) * columns)
        return counts.reshape(-1, columns).astype(np.int32)

    @cached_property
    def decided(self) -> npt.NDArray[np.int8]:
        """Return (s,) the worst verdict but NO_DATA; NO_DATA where nothing else was found."""
        f = self.results.findings
        out = np.full(len(self.results.subject_layer), -1, np.int8)
        known = f.verdict != Verdict.NO_DATA
        np.maximum.at(out, f.subject[known], f.verdict[known])
        out[out < 0] = Verdict.NO_DATA
        return out

    def outlines(self, subjects: Ints) -> Shapes:
        """Return the geometries of ``subjects`` ((k,) rows), EPSG:4490."""
        names, rows = self.results.subject_layer[subjects], self.results.subject_row[subjects]
        out = np.empty(len(subjects), dtype=object)
        for layer, at, own in self._groups(names, rows):
            out[at] = layer.shapes.take(own).to_shapely()
        return out

    # -- findings --------------------------------------------------------------------------

    @cached_property
    def related_feature_id(self) -> Objects:
        """Return (n,) id of the related feature, None where there is none."""
        return self._of_related("feature_id")

    @cached_property
    def related_source_id(self) -> Objects:
        """Return (n,) own number of the related feature, None where there is none."""
        return self._of_related("source_id")

    @cached_property
    def related_name(self) -> Objects:
        """Return (n,) name of the related feature, None where there is none."""
        return self._of_related("name")

    @cached_property
    def related_snapshot_row(self) -> npt.NDArray[np.int32]:
        """Return (n,) row of the related feature in its layer's snapshot, -1 = none."""
        out = np.full(len(self.results.findings), -1, np.int32)
        for layer, at, rows in self.related_groups:
            out[at] = layer.snapshot_row[rows]
        return out

    @cached_property
    def citations(self) -> Citations:
        """Return what each finding rests on."""
        return cite(self.results)

    @cached_property
    def finding_hex(self) -> list[str]:
        """Return (n,) finding ids as 32 hex digits."""
        whole = np.ascontiguousarray(self.results.finding_id).tobytes().hex()
        return [whole[k : k + 32] for k in range(0, len(whole), 32)]

    def titles(self, lang: str) -> Objects:
        """Return (n,) the title of each finding's rule."""
        rules, rule_of = codes_of(self.results.rule)
        titles = [self.results.rulebook.rules[code].title.of(lang) for code in rules]
        return np.array([*titles, None], dtype=object)[rule_of]

    def messages(self, lang: str) -> list[str]:
        """Return (n,) messages in ``lang``, rendered once."""
        if lang not in self._messages:
            self._messages[lang] = render_all(self.results, lang)
        return self._messages[lang]

    @cached_property
    def evidence(self) -> EvidenceRows:
        """Return all evidence; a missing or empty geometry shows nothing and is left out."""
        items = self.results.findings.evidence
        if not items:
            nothing = np.empty(0, dtype=object)
            return EvidenceRows(np.empty(0, np.int64), nothing, nothing, nothing)
        role = np.concatenate([np.full(len(i.finding), i.role, dtype=object) for i in items])
        blank = [np.full(len(i.finding), None) if i.label is None else i.label for i in items]
        label = np.concatenate([np.asarray(b, dtype=object) for b in blank])
        geometry = np.concatenate([np.asarray(i.geometry, dtype=object) for i in items])
        finding = np.concatenate([np.asarray(i.finding, np.int64) for i in items])
        rank = np.array([ROLES.index(r) for r in role.tolist()], np.int64)
        order = np.lexsort((rank, finding))
        shown = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
        order = order[shown[order]]
        role, shapes = role[order], geometry[order]
        flat = role != PROFILED
        shapes[flat] = shapely.force_2d(shapes[flat])
        return EvidenceRows(finding[order], role, label[order], shapes)

    # -- gathering -------------------------------------------------------------------------

    @cached_property
    def subject_groups(self) -> list[tuple[Layer, Ints, Ints]]:
        """Return each layer of subjects, rows of subjects, and their rows in the layer."""
        return self._groups(self.results.subject_layer, self.results.subject_row)

    @cached_property
    def related_groups(self) -> list[tuple[Layer, Ints, Ints]]:
        """Return each layer of related features, rows of findings, and rows in the layer."""
        f = self.results.findings
        at = np.flatnonzero(f.related >= 0)
        groups = self._groups(f.related_layer[at], f.related[at])
        return [(layer, at[own], rows) for layer, own, rows in groups]

    def _groups(self, names: Objects, rows: Ints) -> list[tuple[Layer, Ints, Ints]]:
        """Return for each layer named: the layer, positions in ``names``, rows in the layer."""
        layers, layer_of = codes_of(names)
        out = []
        for k, name in enumerate(layers):
            at = np.flatnonzero(layer_of == k)
            out.append((self.results.layers[name], at, np.asarray(rows[at], np.int64)))
        return out

    def _of_subjects(self, column: str) -> Objects:
        return gather(self.subject_groups, column, len(self.results.subject_layer))

    def _of_related(self, column: str) -> Objects:
        return gather(self.related_groups, column, len(self.results.findings))


def _check(r: Results) -> None:
    n, s = len(r.findings), len(r.subject_layer)
    sizes = {len(r.rule), len(r.finding_id), len(r.law), n}
    subject = r.findings.subject
    inside = not n or (int(subject.min()) >= 0 and int(subject.max()) < s)
    ordered = bool((np.diff(subject) >= 0).all())
    if len(sizes) > 1 or len(r.subject_row) != s or not inside or not ordered:
        raise RuleError(
            "判定结果的各列不一致或未按判定对象排序",
            "the columns of the results disagree or are not in the order of subjects",
        )
