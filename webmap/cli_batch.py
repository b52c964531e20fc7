"""What ``batch`` prints: how it went, what fails, what could not be judged and why."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from analysis.api import BatchOutcome, BatchRow
from analysis.model import Verdict
from layers.issues import listed
from webmap.cli_io import clean, in_both
from webmap.cli_lines import PLAIN, Look
from webmap.cli_text import say
from webmap.cli_view import colour, word

# A list that is longer is for the summary, not for a screen.
MOST_FILES = 30


def batch_lines(outcome: BatchOutcome, lang: str, look: Look = PLAIN) -> Iterator[str]:
    """Yield counts, files by verdict, what could not be judged by cause, where results are.

    Files are named below the folder that they share. Of each verdict the first are listed, of
    many that pass none; what could not be judged is listed whole, for each of these files needs
    a hand.
    """
    bad = [row for row in outcome.rows if row.error is not None]
    base = _shared_folder(outcome.rows)
    n = len(outcome.rows)
    yield look.paint(say("batch_head", lang, n=n, good=n - len(bad), bad=len(bad)), "bold")
    if base is not None:
        yield from look.hang("", clean(say("batch_base", lang, folder=base)), 2)
    for verdict in reversed(Verdict):
        rows = [row for row in outcome.rows if row.error is None and row.status == verdict.name]
        yield from _judged_lines(rows, verdict, base, lang, look)
    if bad:
        yield ""
        yield look.paint(say("batch_bad", lang, n=len(bad)), "bold")
        yield from _refused_lines(bad, base, lang, look)
    if outcome.passed:
        names = listed([Path(name).name for name in outcome.passed], lang, 10)
        yield ""
        said = say("batch_passed", lang, n=len(outcome.passed), names=names)
        yield from look.hang("", clean(said), 2)
    yield ""
    yield from look.hang("", clean(say("batch_results", lang, out=outcome.out)), 2)
    total = say("batch_total", lang, n=n, bad=len(bad), out=outcome.files[0])
    yield from look.hang("", clean(total), 2, "bold")


def _judged_lines(
    rows: Sequence[BatchRow], verdict: Verdict, base: Path | None, lang: str, look: Look
) -> Iterator[str]:
    if not rows:
        return
    yield ""
    lead = look.paint(word(verdict, lang), f"bold {colour(verdict)}")
    yield f"{lead}  {say('batch_files', lang, n=len(rows))}"
    if verdict <= Verdict.PASS and len(rows) > MOST_FILES:
        return
    for row in rows[:MOST_FILES]:
        refused = say("refused_rows", lang, n=row.refused_rows) if row.refused_rows else ""
        yield from look.hang("    ", clean(f"{_name(row, base)}  {refused}".rstrip()), 6)
    if len(rows) > MOST_FILES:
        yield f"    {say('batch_more', lang, n=len(rows) - MOST_FILES)}"


def _refused_lines(
    rows: Sequence[BatchRow], base: Path | None, lang: str, look: Look
) -> Iterator[str]:
    """Yield one line a file; files that are wrong in the same way stand below what it is."""
    groups: dict[str, list[BatchRow]] = {}
    for row in rows:
        groups.setdefault(_cause(row, lang, "*"), []).append(row)
    mark = look.paint("!", "bold")
    for cause, own in sorted(groups.items(), key=lambda item: -len(item[1])):
        if len(own) == 1:
            line = say("batch_refused", lang, file=_name(own[0], base), why=_cause(own[0], lang))
            yield from look.hang(f"  {mark} ", clean(line), 6)
            continue
        head = say("batch_cause", lang, n=len(own), why=cause)
        yield from look.hang(f"  {mark} ", clean(head), 6)
        for row in own:
            yield from look.hang("      ", clean(_name(row, base)), 8)


def _cause(row: BatchRow, lang: str, stem: str | None = None) -> str:
    """Return why a file was refused, without its own path; ``stem`` stands for its name."""
    text = row.error.text(lang) if row.error else ""
    colon = ": " if lang == "en" else "："
    source = Path(row.source)
    for suffix in (source.suffix, ".dbf", ".shx", ".prj", ".cpg"):
        own = f"{source.with_suffix(suffix)}{colon}"
        if text.startswith(own):
            part = "" if suffix == source.suffix else f"{suffix}{colon}"
            text = part + text.removeprefix(own)
            break
    # Only in the name of the file or of a part of it: a stem may be any word or number.
    name = rf"(?<!\w){re.escape(source.stem)}(?=\.[A-Za-z][A-Za-z0-9]{{1,7}}(?!\w))"
    return re.sub(name, lambda _: stem, text) if stem else text


def _shared_folder(rows: Sequence[BatchRow]) -> Path | None:
    """Return the folder that all files lie in, None where naming it would save nothing."""
    if len(rows) < 2:
        return None
    try:
        shared = Path(os.path.commonpath([Path(row.source).parent for row in rows]))
    except ValueError:  # relative and absolute, or two drives
        return None
    return shared if shared.parts else None


def _name(row: BatchRow, base: Path | None) -> str:
    return str(Path(row.source).relative_to(base)) if base is not None else row.source


def batch_record(outcome: BatchOutcome) -> dict[str, Any]:
    """Return the machine's summary of a batch."""
    rows = [
        {
            "source": row.source,
            "status": row.status,
            "verdict": row.verdict,
            "counts": dict(row.counts),
            "refused_rows": row.refused_rows,
            "error": row.error and in_both(row.error),
            "out": row.out,
        }
        for row in outcome.rows
    ]
    return {
        "exit_status": outcome.exit_status,
        "out": outcome.out,
        "files": rows,
        "not_read": list(outcome.passed),
    }
