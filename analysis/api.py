"""The face of the engine: vet, screen, batch, inspect, rules and explain.

Everything the command line and the server do goes through here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from analysis import batch as batches
from analysis import messages, registry
from analysis.batch import BatchOutcome, BatchRow
from analysis.law import Rulebook
from analysis.model import Rule
from analysis.rulebook import load as load_rulebook
from analysis.session import Outcome, Progress, ReadOptions, Session, exit_status
from gis.errors import MineZoneError
from layers.given import Given
from layers.layer import Layer
from layers.outside import load_outside
from layers.workspace import open_workspace

__all__ = [
    "BatchOutcome", "BatchRow", "Inspection", "Outcome", "Progress", "ReadOptions", "Session",
    "batch", "exit_status", "explain", "inspect", "list_rules", "screen", "vet",
]  # fmt: skip

DEFAULT_FORMATS = ("json", "gpkg", "csv")


def vet(
    files: Sequence[Path],
    workspace: Path,
    out: Path,
    *,
    layer: str | None = None,
    rules: Sequence[str] | None = None,
    as_of: date | None = None,
    formats: Sequence[str] = DEFAULT_FORMATS,
    constants: Mapping[str, str] | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    datum: Path | None = None,
    lang: str = "zh",
    progress: Progress | None = None,
) -> Outcome:
    """Judge the features of ``files`` against the workspace and one another.

    ``constants`` are the user's declarations for columns the files lack.
    """
    session = Session(open_workspace(workspace), rules, as_of, formats, lang, progress)
    options = ReadOptions(layer, constants, crs, encoding, datum)
    vetted: dict[str, Layer] = {}
    for file in files:
        for name, part in session.read(file, options).items():
            vetted[name] = vetted[name].stack(part) if name in vetted else part
    return session.vet(vetted, Path(out))


def screen(
    workspace: Path,
    out: Path,
    *,
    rules: Sequence[str] | None = None,
    as_of: date | None = None,
    formats: Sequence[str] = DEFAULT_FORMATS,
    lang: str = "zh",
    progress: Progress | None = None,
    workers: int = 1,
) -> Outcome:
    """Judge every registered feature of the workspace.

    ``workers`` processes share the subjects of rules on the terrain, where they are many; the
    results are the same for any number. A script that asks for more than one must keep its main
    module from running when it is imported (``if __name__ == "__main__"``).
    """
    session = Session(open_workspace(workspace), rules, as_of, formats, lang, progress)
    session.workers = workers
    return session.screen(Path(out))


def batch(
    paths: Sequence[Path],
    workspace: Path,
    out: Path,
    *,
    layer: str | None = None,
    rules: Sequence[str] | None = None,
    as_of: date | None = None,
    formats: Sequence[str] = DEFAULT_FORMATS,
    constants: Mapping[str, str] | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    datum: Path | None = None,
    lang: str = "zh",
    progress: Progress | None = None,
) -> BatchOutcome:
    """Vet every file by itself, one folder of results each; a bad file never stops the rest.

    Folders are searched to any depth. Exit status 2 if any file could not be judged, else that
    of the worst file (1, then 3, then 0).
    """
    session = Session(open_workspace(workspace), rules, as_of, formats, lang, None)
    return batches.run(
        session, paths, Path(out), ReadOptions(layer, constants, crs, encoding, datum), progress
    )


# -- looking ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Inspection:
    """What a file is and whether it can be judged."""

    file: Path
    usable: bool
    layers: Mapping[str, Layer] = field(default_factory=dict)
    error: MineZoneError | None = None


def inspect(
    file: Path,
    *,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    datum: Path | None = None,
    extent: str = "china",
) -> Inspection:
    """Read ``file`` as ``vet`` would and say what was found, without judging it."""
    try:
        read = load_outside(
            Given(file, layer=layer, crs=crs, encoding=encoding, extent=extent, datum=datum)
        )
    except MineZoneError as error:
        return Inspection(file, False, error=error)
    return Inspection(file, True, read)


def list_rules(jurisdiction: str = "CN") -> tuple[Rulebook, tuple[Rule, ...]]:
    """Return the rulebook of a jurisdiction and the rules, by code."""
    return load_rulebook(jurisdiction), registry.get(None)


def explain(code: str, jurisdiction: str = "CN", as_of: date | None = None) -> Mapping[str, Any]:
    """Return everything the rulebook says of one rule, for people and for JSON."""
    (rule,) = registry.get([code])
    return messages.explain(load_rulebook(jurisdiction), rule.code, as_of)
