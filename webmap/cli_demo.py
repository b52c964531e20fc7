"""``minezone demo``: the whole way on the invented county, as two tables for people."""

from __future__ import annotations

import shutil
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from analysis import api
from analysis.model import Verdict
from analysis.style import VERDICT_STYLES
from gis.errors import MineZoneError
from gis.ragged import Ints
from layers.errors import WorkspaceError
from webmap import cli_view
from webmap.cli_answers import Answer, subject_answers
from webmap.cli_io import clean, emit, progress_bar
from webmap.cli_map import with_map
from webmap.cli_text import both, say

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

SAMPLE = Path(__file__).resolve().parent.parent / "sample_geodata"
"""Beside the packages, in a checkout and in an installed wheel alike."""

UNDECIDED = (Verdict.FAIL, Verdict.REVIEW)
NARROW = 132
"""Columns of the tables where they go into a file or a pipe."""


@dataclass(frozen=True, slots=True)
class Vetted:
    """One application: what came of it, or why it could not be read."""

    file: str
    outcome: api.Outcome | None
    error: MineZoneError | None = None


def applications(sample: Path) -> Mapping[str, Mapping[str, str]]:
    """Return the sample's application files and what is declared for each."""
    text = (sample / "applications.toml").read_text(encoding="utf-8")
    declared: dict[str, dict[str, str]] = tomllib.loads(text)
    return declared


def run(out: Path, lang: str, *, serve: bool = False) -> int:
    """Vet the sample's applications, screen its layers, print both; return 0.

    ``serve`` then serves the sample on this machine until interrupted.
    """
    workspace = copy_sample(out / "sample")
    declared = applications(workspace.parent)
    said: list[str] = []
    with progress_bar() as progress:

        def tell(what: str, share: float) -> None:
            if progress:
                progress(what, share)

        vetted = []
        for number, (name, constants) in enumerate(declared.items()):
            tell(name, number / (len(declared) + 1))
            vetted.append(_vet(workspace, out, name, constants, lang, said))
        tell("", len(declared) / (len(declared) + 1))
        screened = _with_map(
            api.screen(workspace, out / "screen", lang=lang), workspace, lang, said
        )
    emit([say("demo_intro", lang, n=len(vetted)), ""])
    _print(_vetted_table(vetted, lang))
    emit([""])
    _print(_screened_table(screened, lang))
    emit([*_closing(screened, workspace, out, lang), *dict.fromkeys(said)])
    if serve:
        from webmap.cli_serve import run as serve_forever

        return serve_forever(lang, workspace=workspace)
    return 0


def copy_sample(folder: Path) -> Path:
    """Copy the sample beside the results, so that it can be changed and judged again.

    Returns the workspace file. An older copy is replaced file by file; files the user added
    are left alone.
    """
    if not (SAMPLE / "workspace.toml").is_file():
        raise WorkspaceError(*both("no_sample", path=SAMPLE))
    ignored = shutil.ignore_patterns("*.py", "__pycache__", ".minezone")
    shutil.copytree(SAMPLE, folder, ignore=ignored, dirs_exist_ok=True)
    return folder / "workspace.toml"


def _vet(
    workspace: Path,
    out: Path,
    name: str,
    constants: Mapping[str, str],
    lang: str,
    said: list[str],
) -> Vetted:
    file = workspace.parent / "applications" / name
    target = out / "applications" / file.stem
    try:
        outcome = api.vet([file], workspace, target, constants=constants or None, lang=lang)
    except MineZoneError as error:
        return Vetted(name, None, error)
    return Vetted(name, _with_map(outcome, workspace, lang, said))


def _with_map(outcome: api.Outcome, workspace: Path, lang: str, said: list[str]) -> api.Outcome:
    outcome, lines = with_map(outcome, workspace, lang)
    said += lines
    return outcome


# -- the tables ------------------------------------------------------------------------------------


def _print(table: Table) -> None:
    from rich.console import Console

    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else NARROW)
    console.print(table)


def _grid(heading: str, columns: Mapping[str, Mapping[str, object]], lang: str) -> Table:
    """Return an empty table; texts fold, for Chinese has no spaces to break at."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(heading, style="bold"), title_justify="left", box=box.HORIZONTALS,
        show_lines=True, pad_edge=False,
    )  # fmt: skip
    for key, options in columns.items():
        table.add_column(say(key, lang), overflow="fold", **options)  # type: ignore[arg-type]
    return table


def _verdict(verdict: Verdict | None, lang: str) -> Text:
    from rich.text import Text

    if verdict is None:
        return Text("! " + say("unusable", lang), style="bold")
    return Text(cli_view.word(verdict, lang), style=VERDICT_STYLES[verdict].colour)


def _vetted_table(vetted: list[Vetted], lang: str) -> Table:
    from rich.text import Text

    columns: dict[str, dict[str, object]] = {
        "table_application": {"ratio": 3},
        "table_verdict": {"no_wrap": True},
        "table_worst": {"ratio": 7},
        "table_missing": {"ratio": 4},
    }
    table = _grid(say("demo_vetted", lang), columns, lang)
    for one in vetted:
        if one.outcome is None:
            why = clean(one.error.text(lang)) if one.error else ""
            at = max(why.find(one.file), 0)  # the folder is ours and says nothing
            table.add_row(Text(one.file), _verdict(None, lang), Text(why[at:]), Text("–"))
            continue
        results = one.outcome.results
        for subject in cli_view.worst_subjects(results, len(results.subject_layer)):
            answers = subject_answers(results, int(subject), lang)
            title = cli_view.subject_title(results, int(subject), lang)
            table.add_row(
                Text(f"{title}\n{one.file}"),
                _verdict(Verdict(int(results.subject_verdict[subject])), lang),
                Text(_worst(answers, lang)),
                Text(_missing(answers, lang)),
            )
    return table


def _worst(answers: list[Answer], lang: str) -> str:
    """Return the worst answer in full and the codes of the others that want a decision."""
    decided = [a for a in answers if a.verdict in UNDECIDED]
    if not decided:
        passed = sum(len(a.rules) for a in answers if a.verdict == Verdict.PASS)
        return say("demo_nothing" if passed else "demo_undecided", lang, n=passed)
    first = decided[0]
    text = f"{first.rules[0]} {first.why(lang)}"
    rest = [code for answer in decided[1:] for code in answer.rules]
    if rest:
        codes = say("list_separator", lang).join(rest)
        text += "\n" + say("demo_also", lang, rules=codes)
    return text


def _missing(answers: list[Answer], lang: str) -> str:
    lacks = [a for a in answers if a.verdict == Verdict.NO_DATA]
    separator = say("list_separator", lang)
    lines = [say("group", lang, rules=separator.join(a.rules), text=a.text) for a in lacks]
    return "\n".join(lines) or "–"


def _screened_table(screened: api.Outcome, lang: str) -> Table:
    """Return how the county's features fare, rule by rule."""
    from rich.text import Text

    results = screened.results
    shown = [v for v in reversed(Verdict) if v != Verdict.NOT_APPLICABLE]
    columns: dict[str, dict[str, object]] = {"table_rule": {}, "table_title": {"ratio": 1}}
    table = _grid(say("demo_screened", lang, n=len(results.subject_layer)), columns, lang)
    table.show_lines = False
    for verdict in shown:
        head = Text(cli_view.word(verdict, lang), style=VERDICT_STYLES[verdict].colour)
        table.add_column(head, justify="right", no_wrap=True)
    for code in results.rules:
        counts = _subjects_by_verdict(screened, code)
        if counts.sum():
            title = results.rulebook.rules[code].title.of(lang)
            numbers = [str(counts[v]) if counts[v] else "·" for v in shown]
            table.add_row(code, Text(title), *numbers)
    return table


def _subjects_by_verdict(screened: api.Outcome, code: str) -> Ints:
    """Return how many subjects came to each verdict by one rule, its worst finding counting."""
    results = screened.results
    rows = np.flatnonzero(results.rule == code)
    worst = np.full(len(results.subject_layer), -1)
    np.maximum.at(worst, results.findings.subject[rows], results.findings.verdict[rows])
    return np.asarray(np.bincount(worst[worst >= 0], minlength=len(Verdict)), np.int64)


def _closing(screened: api.Outcome, workspace: Path, out: Path, lang: str) -> Iterator[str]:
    results = screened.results
    counts = cli_view.totals(results, lang)
    yield say("totals", lang, n=len(results.subject_layer), counts=counts)
    yield say("demo_out", lang, out=out)
    command = (
        f"minezone vet {workspace.parent / 'applications' / 'new_pond.gpkg'} "
        f"-w {workspace} -o {out / 'mine'}"
    )
    yield say("demo_try", lang, command=command)
