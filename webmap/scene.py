"""The scene: one JSON document with all that the map page shows of a result folder.

A pure function of the folder, and of this package's schemas and styles: the same folder gives
the same document wherever it lies. The server answers the same pieces over HTTP.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from shapely.errors import ShapelyError

from analysis.model import Verdict
from analysis.reports import outlines
from analysis.style import VERDICT_STYLES
from gis.ragged import Floats, Ints, Shapes
from webmap import looks, result_folder
from webmap.facts import facts_of
from webmap.result_folder import TooLargeError

Json = dict[str, Any]
VERDICTS = tuple(VERDICT_STYLES)  # worst first
# Decimals of degrees: 1 cm, less than the line that draws it.
DECIMALS = 7
# What one page in a browser carries without becoming slow.
MOST_SUBJECTS = 10_000
MOST_BYTES = 32_000_000


class Scene:
    """A result folder, read once.

    Parameters
    ----------
    folder : of a run, or its report.json

    Raises
    ------
    ResultError
        It holds no result of minezone, or its files do not belong together.
    TooLargeError
        It has no outlines to draw because there are too many subjects.
    """

    def __init__(self, folder: Path) -> None:
        self.result = result_folder.read(folder)
        self.report = self.result.report

    # -- the document ------------------------------------------------------------------------

    def document(self, lang: str = "zh") -> Json:
        """Return the whole scene for a page that stands alone.

        Raises
        ------
        TooLargeError
            There are more subjects than one page carries.
        ResultError
            The files are not as a run writes them.
        """
        count = len(self.report["subjects"])
        if count > MOST_SUBJECTS:
            raise TooLargeError.of(self.result.folder, count)
        order = self.order.tolist()
        try:
            return {
                **self.head(lang),
                "hillshade": self.result.hillshade(),
                "subjects": [self.subject(k) for k in order],
                "findings": [f for k in order for f in self.findings(k)],
                "features": self.features(np.arange(len(self.result.outlines))),
            }
        except (KeyError, TypeError, ValueError, ShapelyError):
            raise result_folder.damaged(self.result.folder) from None

    def head(self, lang: str = "zh", mode: str = "inline", base: str = "") -> Json:
        """Return the scene without subjects, findings, features and terrain.

        A served page is told in ``rule_counts`` what another counts from its subjects.
        """
        report, said = self.report, self.result.said
        west, south, east, north = said["focus"]
        return {
            "mode": mode,
            "base": base,
            "title": said["title"],
            "report_id": report["report_id"],
            "created_at": report["created_at"],
            "as_of": report["as_of"],
            "jurisdiction": report["jurisdiction"],
            "rulebook": report["rulebook"]["version"],
            "lang": lang,
            "notes": self.result.notes(),
            "styles": self.styles(),
            "rules": said["rules"],
            "references": report["references"],
            "counts": self.counts(range(len(report["subjects"]))),
            "total": len(report["subjects"]),
            "subjects": [],
            "findings": [],
            "features": [],
            "hillshade": None,
            "bounds": [[south, west], [north, east]],
            "truncated": said["left_out"],
            **({"rule_counts": self.rule_counts()} if mode == "server" else {}),
        }

    def styles(self) -> Json:
        """Return how verdicts, evidence and the layers of this result look."""
        judged = {subject["layer"] for subject in self.report["subjects"]}
        return looks.styles_of(judged, {*judged, *self.result.column("layer")})

    # -- subjects and findings -----------------------------------------------------------------

    @cached_property
    def order(self) -> Ints:
        """Return positions of subjects, worst verdict first, then as they were judged."""
        return np.argsort(self._severity, kind="stable")

    @cached_property
    def _severity(self) -> Ints:
        """Return the place of each subject's verdict, 0 the worst."""
        rank = {verdict.name: k for k, verdict in enumerate(VERDICTS)}
        return np.array([rank[s["verdict"]] for s in self.report["subjects"]], np.int64)

    @cached_property
    def place(self) -> Mapping[str, int]:
        """Return the position of each subject by its id."""
        return {s["subject_id"]: k for k, s in enumerate(self.report["subjects"])}

    def counts(self, subjects: Iterable[int]) -> Json:
        """Return how many of the subjects came to each verdict."""
        found = Counter(self.report["subjects"][k]["verdict"] for k in subjects)
        return {verdict.name: found[verdict.name] for verdict in VERDICTS}

    def rule_counts(self) -> Json:
        """Return for each rule how many subjects it gave which verdict."""
        found: dict[str, Counter[str]] = {}
        for rules in self._rules:
            for code, verdict in rules.items():
                found.setdefault(code, Counter())[verdict.name] += 1
        return found

    def subject(self, k: int, facts: bool = True) -> Json:
        """Return the subject at position ``k``, with its attributes unless told otherwise."""
        told = self.report["subjects"][k]
        rules = self._rules[k]
        out = {
            "id": told["subject_id"],
            "layer": told["layer"],
            "number": told["source_id"],
            "name": told["name"],
            "verdict": told["verdict"],
            "decided": _decided(told["counts"]),
            "undecided": told["counts"]["NO_DATA"] > 0,
            "counts": told["counts"],
            "area_km2": told["area_km2"],
            "bbox": self.result.bounds[self._row[k]].tolist(),
            "rules": {code: verdict.name for code, verdict in rules.items()},
        }
        if facts:
            out["facts"] = facts_of(told["layer"], self.result.facts(self._row[k]))
        return out

    def findings(self, k: int) -> list[Json]:
        """Return the findings of the subject at position ``k``, with their evidence."""
        return [
            {"id": f["finding_id"], "subject": f["subject_id"]} | {key: f[key] for key in _FINDING}
            for f in self._findings[k]
        ]

    @cached_property
    def _findings(self) -> list[list[Json]]:
        out: list[list[Json]] = [[] for _ in self.report["subjects"]]
        for finding in self.report["findings"]:
            out[self.place[finding["subject_id"]]].append(finding)
        return out

    @cached_property
    def _rules(self) -> list[dict[str, Verdict]]:
        """Return for each subject the combined verdict of each rule."""
        out: list[dict[str, Verdict]] = []
        for findings in self._findings:
            rules: dict[str, Verdict] = {}
            for finding in findings:
                code, verdict = finding["rule"], Verdict[finding["verdict"]]
                rules[code] = max(verdict, rules.get(code, verdict))
            out.append(rules)
        return out

    @cached_property
    def _row(self) -> list[int]:
        """Return the row of each subject's outline."""
        return [self.result.row[s["subject_id"]] for s in self.report["subjects"]]

    # -- features ------------------------------------------------------------------------------

    def features(self, rows: Ints, tolerance: float = 0.0) -> list[Json]:
        """Return outlines at ``rows``; ``tolerance`` in degrees leaves out finer corners."""
        shapes = self.result.geometry[rows]
        if tolerance:
            shapes = shapely.simplify(shapes, tolerance)
        texts = geojson(shapes)
        columns = [self.result.column(n) for n in ("role", "layer", "feature_id", "name")]
        numbers = self.result.column("source_id")
        return [
            {
                "layer": columns[1][row],
                "id": columns[2][row],
                "subject": columns[0][row] == outlines.ROLES[0],
                "name": columns[3][row],
                "number": numbers[row],
                **self._verdict_of(columns[2][row]),
                "geometry": orjson.loads(text),
            }
            for row, text in zip(rows.tolist(), texts, strict=True)
        ]

    def _verdict_of(self, feature_id: str) -> Json:
        """Return what colours a judged feature; nothing for others."""
        if feature_id not in self.place:
            return {}
        told = self.report["subjects"][self.place[feature_id]]
        counts = told["counts"]
        return {
            "verdict": told["verdict"],
            "decided": _decided(counts),
            "undecided": counts["NO_DATA"] > 0,
        }

    def rows_of(self, k: int) -> Ints:
        """Return rows of the outlines of a subject and of the features its findings name."""
        named = [r["feature_id"] for f in self._findings[k] for r in f["related"]]
        rows = [self._row[k], *(self.result.row[n] for n in named if n in self.result.row)]
        return np.array(list(dict.fromkeys(rows)), np.int64)

    def rows_in(self, bbox: Sequence[float]) -> Ints:
        """Return rows of the outlines whose envelopes meet ``bbox`` (west, south, east, north).

        Subjects come first, worst verdict first; what was not judged follows, nearest first.
        """
        west, south, east, north = bbox
        box: Floats = self.result.bounds
        meets = (box[:, 0] <= east) & (box[:, 2] >= west)
        meets &= (box[:, 1] <= north) & (box[:, 3] >= south)
        rank = np.full(len(meets), len(VERDICTS))
        rank[self._row] = self._severity
        rows = np.flatnonzero(meets)
        return rows[np.argsort(rank[rows], kind="stable")]


_FINDING = (
    "rule", "verdict", "reason", "message", "measured", "threshold", "related", "reference_ids",
    "evidence",
)  # fmt: skip


def dumps(document: Json) -> str:
    r"""Return a scene as JSON that may stand inside a script element.

    ``& < >`` and the two line separators that old engines take for line ends are written as
    ``\uXXXX``: whatever the data hold, they cannot end the element.

    Raises
    ------
    TooLargeError
        It is longer than one page carries.
    """
    text = orjson.dumps(document)
    if len(text) > MOST_BYTES:
        raise TooLargeError.of(Path(document["title"]), document["total"])
    return text.decode("utf-8").translate(_ESCAPES)


_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "&<>\u2028\u2029"}


def _decided(counts: Mapping[str, int]) -> str:
    """Return the worst verdict of a subject's findings but NO_DATA: what colours it."""
    known = (v.name for v in VERDICTS if v != Verdict.NO_DATA and counts[v.name])
    return next(known, Verdict.NO_DATA.name)


def geojson(shapes: Shapes) -> list[str]:
    """Return GeoJSON geometries of (n,) shapes in degrees, to ``DECIMALS``, rings as RFC 7946."""
    rounded = shapely.transform(shapes, lambda xy: np.round(xy, DECIMALS))
    texts: list[str] = shapely.to_geojson(shapely.orient_polygons(rounded)).tolist()
    return texts
