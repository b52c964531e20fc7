"""``minezone demo``: the whole way on the invented county, as a table for people."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis import api
from analysis.style import VERDICT_STYLES
from layers.errors import WorkspaceError
from webmap import cli_view
from webmap.cli_io import emit, progress_bar
from webmap.cli_map import with_map
from webmap.cli_text import both, say

if TYPE_CHECKING:
    from rich.table import Table

SAMPLE = Path(__file__).resolve().parent.parent / "sample_geodata"
"""Beside the packages, in a checkout and in an installed wheel alike."""

# The corner text says nothing of what is applied for; the user declares it.
APPLICATIONS: Mapping[str, Mapping[str, str]] = {
    "quarry_corners.txt": {"right_type": "mining", "status": "applied"},
    "prospect.geojson": {},
    "new_pond.gpkg": {},
}


@dataclass(frozen=True, slots=True)
class Step:
    """One run of the demo under its heading."""

    heading: str
    outcome: api.Outcome
    said: list[str]


def run(out: Path, lang: str, *, serve: bool = False) -> int:
    """Vet the sample's applications, screen its layers, print both; return 0.

    ``serve`` then serves the sample on this machine until interrupted.
    """
    workspace = copy_sample(out / "sample")
    with progress_bar() as progress:
        if progress:
            progress("", 0.0)
        steps = list(_steps(workspace, out, lang))
    emit([say("demo_intro", lang, n=len(APPLICATIONS)), ""])
    for step in steps:
        _print(step, lang)
    emit(_closing(workspace, out, lang))
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


def _steps(workspace: Path, out: Path, lang: str) -> Iterator[Step]:
    for name, constants in APPLICATIONS.items():
        file = workspace.parent / "applications" / name
        target = out / "applications" / file.stem
        outcome = api.vet([file], workspace, target, constants=constants or None, lang=lang)
        yield Step(say("demo_vet", lang, name=name), *with_map(outcome, workspace, lang))
    outcome = api.screen(workspace, out / "screen", lang=lang)
    yield Step(say("demo_screen", lang), *with_map(outcome, workspace, lang))


def _print(step: Step, lang: str) -> None:
    from rich.console import Console

    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 132)
    console.print(_table(step, lang))
    totals = cli_view.totals(step.outcome.results, lang)
    console.print(
        say("totals", lang, n=len(step.outcome.results.subject_layer), counts=totals),
        markup=False,
        highlight=False,
    )
    for line in step.said:
        console.print(line, markup=False, highlight=False)
    console.print()


def _table(step: Step, lang: str) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(step.heading), title_justify="left", box=box.SIMPLE_HEAD)
    for key in ("table_subject", "table_rule", "table_verdict", "table_why"):
        # Chinese has no spaces to break at: fold, or the rest of a sentence would be cut off.
        table.add_column(
            say(key, lang), overflow="fold", no_wrap=key in ("table_rule", "table_verdict")
        )
    results = step.outcome.results
    for subject in cli_view.worst_subjects(results, len(results.subject_layer)):
        title = cli_view.subject_title(results, int(subject), lang)
        for answer in cli_view.subject_answers(results, int(subject), lang):
            table.add_row(
                Text(title),
                "" if answer.collapsed else answer.rules[0],
                Text(
                    cli_view.word(answer.verdict, lang),
                    style=VERDICT_STYLES[answer.verdict].colour,
                ),
                Text(answer.why(lang)),
            )
            title = ""
    return table


def _closing(workspace: Path, out: Path, lang: str) -> Iterator[str]:
    yield say("demo_out", lang, out=out)
    command = (
        f"minezone vet {workspace.parent / 'applications' / 'new_pond.gpkg'} "
        f"-w {workspace} -o {out / 'mine'}"
    )
    yield say("demo_try", lang, command=command)
