"""A workspace opened once: its law, its rules and layers, and any number of runs."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from analysis import engine, registry
from analysis.errors import UnknownRuleError
from analysis.io import OutputError
from analysis.law import Rulebook
from analysis.model import Rule, Verdict
from analysis.reports import NAMES, outlines, write
from analysis.results import Results
from analysis.rulebook import load as load_rulebook
from gis.errors import MineZoneError
from gis.ragged import Ints
from layers import between, coverage
from layers.errors import LayerError
from layers.given import Given
from layers.layer import Layer
from layers.outside import load_in_turn, load_outside
from layers.workspace import Workspace

Progress = Callable[[str, float], None]

# What people find their way by on a map. Drawn where it costs little, whatever the rules read.
GROUND = ("county", "river", "settlement")
MOST_GROUND_BYTES = 16_000_000


@dataclass(frozen=True, eq=False)
class Outcome:
    """A finished run: what was found, where it was written, and the exit status."""

    results: Results
    out: Path
    files: tuple[Path, ...]
    exit_status: int


@dataclass(frozen=True)
class ReadOptions:
    """What the user says of files to be vetted.

    ``constants`` declare columns that the files lack; ``crs`` and ``encoding`` hold only where a
    file states none; ``datum`` is a file with the parameters of a datum shift.
    """

    layer: str | None = None
    constants: Mapping[str, str] | None = None
    crs: str | None = None
    encoding: str | None = None
    datum: Path | None = None


class Session:
    """A workspace opened once: its rules, its law, and the layers loaded so far."""

    def __init__(
        self,
        workspace: Workspace,
        codes: Sequence[str] | None,
        as_of: date | None,
        formats: Sequence[str],
        lang: str,
        progress: Progress | None,
    ) -> None:
        self.workspace = workspace
        # A run that repeats an earlier one bears its id and its time.
        self.report_id: str | None = None
        self.created_at = datetime.now(UTC)
        self.as_of = as_of or self.created_at.astimezone().date()
        self.rulebook: Rulebook = load_rulebook(workspace.jurisdiction)
        self.rules: tuple[Rule, ...] = registry.get(codes)
        self.formats, self.lang, self.progress = tuple(formats), lang, progress
        # Processes for rules on the terrain, where subjects are many; more would starve a server.
        self.workers = 1
        self._loaded: dict[str, Layer] = {}
        self._unread: dict[str, dict[str, str]] = {}

    def another(self, codes: Sequence[str] | None = None, as_of: date | None = None) -> Session:
        """Return a session for a further run on the layers that this one has loaded."""
        made = Session(self.workspace, codes, as_of, self.formats, self.lang, None)
        made._loaded, made._unread = self._loaded, self._unread
        return made

    def read(self, file: Path, options: ReadOptions) -> dict[str, Layer]:
        """Return the vetted layers of one file."""
        return load_outside(self._given(file, options))

    def read_in_turn(
        self, files: Iterable[Path], options: ReadOptions
    ) -> Iterator[Callable[[], dict[str, Layer]]]:
        """Yield for each file what reads it; the next is read while one is judged."""
        return load_in_turn(self._given(file, options) for file in files)

    def _given(self, file: Path, options: ReadOptions) -> Given:
        return Given(
            file,
            layer=options.layer,
            crs=options.crs,
            encoding=options.encoding,
            constants=options.constants,
            extent=self.workspace.extent,
            datum=options.datum,
        )

    def registered(self, names: Iterable[str]) -> dict[str, Layer]:
        """Return those of ``names`` that the workspace has, loaded once."""
        wanted = [n for n in names if n in self.workspace.layers and n not in self._loaded]
        self._loaded.update(self.workspace.load(wanted))
        return {n: self._loaded[n] for n in names if n in self._loaded}

    def vet(self, vetted: Mapping[str, Layer], out: Path) -> Outcome:
        """Judge the vetted features; they take the places of registered ones they name."""
        judged = [n for n in engine.SUBJECT_LAYERS if n in vetted]
        rules = [r for r in self.rules if set(r.subjects) & set(judged)]
        if not rules:
            raise UnknownRuleError(
                f"所选规则不判定图层 {'、'.join(vetted)}",
                f"none of the chosen rules judges {', '.join(vetted)}",
            )
        layers = self.registered(engine.needed_layers(rules, judged))
        subjects: dict[str, Ints] = {}
        for name, part in vetted.items():
            layers[name] = layers[name].join(part) if name in layers else part
            if name in judged:
                size = len(layers[name])
                subjects[name] = np.arange(size - len(part), size, dtype=np.int64)
        return self.judge(layers, subjects, out, rules)

    def screen(self, out: Path) -> Outcome:
        """Judge every registered feature of the layers that the rules judge."""
        wanted = {name for rule in self.rules for name in rule.subjects}
        layers = self.registered(engine.needed_layers(self.rules, wanted))
        subjects = {
            name: np.arange(len(layers[name]), dtype=np.int64)
            for name in engine.SUBJECT_LAYERS
            if name in layers and name in wanted
        }
        if not subjects:
            file, names = self.workspace.path, sorted(wanted)
            raise LayerError(
                f"{file}：工作区没有所选规则可判定的图层（{'、'.join(names)}）",
                f"{file}: the workspace has no layer that the chosen rules judge "
                f"({', '.join(names)})",
            )
        return self.judge(layers, subjects, out)

    def ground(self, subjects: int) -> dict[str, Layer]:
        """Return the layers that only the map of a run of so many ``subjects`` shows.

        One that cannot be read takes no verdict with it: it is told on the map's own account.
        """
        if subjects > outlines.MOST_SUBJECTS:
            return {}
        for name in GROUND:
            if name in self._loaded or name in self._unread or name not in self.workspace.layers:
                continue
            try:
                if self.workspace.source_bytes(name) <= MOST_GROUND_BYTES:
                    self.registered([name])
            except MineZoneError as error:
                self._unread[name] = {"zh": error.zh, "en": error.en}
        return {name: self._loaded[name] for name in GROUND if name in self._loaded}

    def _inputs(self, layers: Mapping[str, Layer]) -> Iterable[Path]:
        yield self.workspace.path
        for layer in layers.values():
            for part in layer.provenance:
                base = self.workspace.root if part.role == "workspace" else Path()
                yield from (base / name for name in (part.source, part.coverage) if name)

    def judge(
        self,
        layers: Mapping[str, Layer],
        subjects: Mapping[str, Ints],
        out: Path,
        rules: Sequence[Rule] | None = None,
    ) -> Outcome:
        """Run the rules, write every output, and work out the exit status."""
        layers = between.checked(coverage.checked(layers))
        results = engine.run(
            layers,
            subjects,
            self.rules if rules is None else rules,
            self.rulebook,
            self.as_of,
            report_id=self.report_id or str(uuid.uuid4()),
            created_at=self.created_at,
            title=self.workspace.title,
            elevation=self.workspace.elevation,
            progress=self.progress,
            workers=self.workers,
        )
        ground = self.ground(sum(len(rows) for rows in subjects.values()))
        results = replace(results, context=ground, unread=dict(self._unread))
        _refuse_overwriting(out, self._inputs({**ground, **layers}))
        files = write(results, out, self.formats, self.lang)
        return Outcome(results, out, tuple(files), exit_status(results, subjects))


def _refuse_overwriting(out: Path, inputs: Iterable[Path]) -> None:
    """Raise OutputError where a result would take the place of something that was read."""
    read = {path.resolve() for path in inputs}
    for name in NAMES:
        target = out / name
        if target.resolve() in read:
            raise OutputError(
                f"输出 {target} 会覆盖输入文件，请另选输出文件夹",
                f"output {target} would replace an input file: choose another folder",
            )


def exit_status(results: Results, asked: Iterable[str]) -> int:
    """Return 0 all PASS or NOT_APPLICABLE, 1 some FAIL, 3 something undecided.

    A refused row of a layer in ``asked``, the layers that were to be judged, is as undecided as
    NO_DATA; so is a layer without a row to judge, unless it is declared that there are none.
    """
    if results.verdict == Verdict.FAIL:
        return 1
    if results.verdict in (Verdict.REVIEW, Verdict.NO_DATA):
        return 3
    judged = set(results.subject_layer)
    for name in asked:
        layer = results.layers[name]
        if len(layer.refused) or (name not in judged and not layer.empty_means_none):
            return 3
    return 0
