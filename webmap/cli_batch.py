"""What ``batch`` prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analysis.api import BatchOutcome
from analysis.model import Verdict
from webmap.cli_io import clean
from webmap.cli_lines import PLAIN, Look
from webmap.cli_text import say
from webmap.cli_view import word


def batch_lines(outcome: BatchOutcome, lang: str, look: Look = PLAIN) -> Iterator[str]:
    """Yield one line for each file of a batch, then the total."""
    for row in outcome.rows:
        if row.error is not None:
            yield clean(f"! {say('error', lang)}{row.error.text(lang)}")
            continue
        refused = f"  {say('refused_rows', lang, n=row.refused_rows)}" if row.refused_rows else ""
        yield clean(f"{word(Verdict[row.status], lang)}  {row.source}{refused}")
    bad = sum(row.error is not None for row in outcome.rows)
    yield clean(say("batch_total", lang, n=len(outcome.rows), bad=bad, out=outcome.files[0]))


def batch_record(outcome: BatchOutcome) -> dict[str, Any]:
    """Return the machine's summary of a batch."""
    rows = [
        {
            "source": row.source,
            "status": row.status,
            "verdict": row.verdict,
            "counts": dict(row.counts),
            "refused_rows": row.refused_rows,
            "error": row.error and {"zh": row.error.zh, "en": row.error.en},
            "out": row.out,
        }
        for row in outcome.rows
    ]
    return {"exit_status": outcome.exit_status, "out": outcome.out, "files": rows}
