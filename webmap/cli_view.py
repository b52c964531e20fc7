"""What results look like as text: verdict words first, worst first, each with its article."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from rich.cells import cell_len

from analysis.api import Outcome
from analysis.model import Verdict
from analysis.results import Results
from analysis.style import VERDICT_STYLES, label_of
from gis.ragged import Ints
from webmap.cli_answers import Answer, leading_rows, subject_answers, told
from webmap.cli_io import clean
from webmap.cli_lines import PLAIN, Look, padded
from webmap.cli_text import SEVERITY, say

__all__ = [
    "Answer", "closing_lines", "leading_rows", "outcome_lines", "outcome_record",
    "subject_answers", "subject_lines", "subject_title", "told", "totals", "word",
    "worst_subjects",
]  # fmt: skip

MOST_SUBJECTS = 20
MOST_WHOLE = 8
MOST_ISSUES = 10
MOST_LACKS = 8
MARKS = {
    Verdict.FAIL: "✗",
    Verdict.REVIEW: "?",
    Verdict.NO_DATA: "○",
    Verdict.PASS: "✓",
    Verdict.NOT_APPLICABLE: "–",
}


def colour(verdict: int) -> str:
    """Return the verdict's colour of the one table."""
    return VERDICT_STYLES[Verdict(verdict)].colour


def word(verdict: int, lang: str) -> str:
    """Return mark, word and contract name of a verdict: never colour alone."""
    kind = Verdict(verdict)
    return f"{MARKS[kind]} {label_of(kind, lang)} {kind.name}"


def outcome_lines(outcome: Outcome, lang: str, look: Look = PLAIN) -> Iterator[str]:
    """Yield what ``vet`` and ``screen`` say: subjects worst first, totals, where the files are.

    Of many subjects only what fails or needs review is told, and what is missing once for all.
    """
    results: Results = outcome.results
    head = say(
        "as_of_line",
        lang,
        title=results.title,
        jurisdiction=results.rulebook.jurisdiction,
        as_of=results.as_of.isoformat(),
    )
    yield from look.hang("", clean(head), 0)
    shown = worst_subjects(results, MOST_SUBJECTS)
    brief = len(results.subject_layer) > MOST_WHOLE
    told = True
    for subject in shown:
        lines = list(subject_lines(results, int(subject), lang, look, brief=brief))
        if told or len(lines) > 1:
            yield ""
        told = len(lines) > 1
        yield from lines
    rest = len(results.subject_layer) - len(shown)
    if rest:
        yield ""
        yield say("more", lang, n=rest)
    if brief:
        yield from lack_lines(results, lang, look)
    yield ""
    yield from closing_lines(outcome, lang, look)


def closing_lines(outcome: Outcome, lang: str, look: Look = PLAIN) -> Iterator[str]:
    """Yield totals, data issues and files of one run."""
    results: Results = outcome.results
    lead = say("totals", lang, n=len(results.subject_layer), counts="")
    yield from look.flow(lead, counted(results, lang), 2, "bold")
    yield from issue_lines(results, lang, look)
    lead = clean(say("written", lang, out=outcome.out, files=""))
    yield from look.flow(lead, [file.name for file in outcome.files], 2)


def worst_subjects(results: Results, most: int) -> Ints:
    """Return up to ``most`` rows of subjects, worst verdict first, then in their order."""
    order = np.argsort(-results.subject_verdict.astype(np.int64), kind="stable")
    return order[:most]


def totals(results: Results, lang: str) -> str:
    """Return how many subjects came to each verdict, worst first."""
    return "  ".join(counted(results, lang))


def counted(results: Results, lang: str) -> list[str]:
    """Return each verdict that subjects came to, with their number, worst first."""
    found = np.bincount(results.subject_verdict, minlength=len(Verdict))
    return [f"{word(v, lang)} {found[v]}" for v in reversed(Verdict) if found[v]]


def issue_counts(results: Results) -> dict[str, int]:
    """Return the number of errors and warnings that reading the layers gave."""
    every = [issue.severity for layer in results.layers.values() for issue in layer.issues]
    return {severity: every.count(severity) for severity in ("error", "warning")}


def issue_lines(results: Results, lang: str, look: Look = PLAIN) -> Iterator[str]:
    """Yield the first errors and warnings of reading the layers, and how many there are."""
    counts = issue_counts(results)
    if not (counts["error"] or counts["warning"]):
        return
    yield from look.hang("", say("issues", lang, **counts), 2)
    shown = MOST_ISSUES
    for severity in ("error", "warning"):
        for layer in results.layers.values():
            for issue in layer.issues:
                if issue.severity == severity and shown:
                    shown -= 1
                    lead = f"    {SEVERITY[severity].of(lang)}: "
                    yield from look.hang(lead, clean(issue.text(lang)), 6)


def subject_lines(
    results: Results, subject: int, lang: str, look: Look = PLAIN, *, brief: bool = False
) -> Iterator[str]:
    """Yield a subject's verdict and name, its rules counted, a line for each answer of theirs.

    ``brief`` tells only what fails or needs review, and where nothing does the first line alone.
    """
    verdict = int(results.subject_verdict[subject])
    title = subject_title(results, subject, lang)
    lead = look.paint(word(verdict, lang), f"bold {colour(verdict)}") + "  "
    yield from look.hang(lead, title, 4, "bold")
    if brief and verdict < Verdict.REVIEW:
        return
    answers = subject_answers(results, subject, lang)
    counts = "  ".join(
        f"{label_of(v, lang)} {n}"
        for v in reversed(Verdict)
        if (n := sum(len(a.rules) for a in answers if a.verdict == v))
    )
    n = sum(len(answer.rules) for answer in answers)
    if n > 1:
        yield look.paint(f"  {say('rules_counted', lang, n=n, counts=counts)}", "dim")
    for answer in answers:
        if not brief or answer.verdict >= Verdict.REVIEW:
            yield from answer_lines(answer, lang, look)


def answer_lines(answer: Answer, lang: str, look: Look) -> Iterator[str]:
    """Yield one answer: verdict, rule, what was measured against what, the articles.

    Verdicts and codes stand in columns. Where a line is too narrow for both, the articles go
    below the message.
    """
    widest = max(cell_len(word(v, lang)) for v in Verdict if v != Verdict.NOT_APPLICABLE)
    verdict = look.paint(padded(word(answer.verdict, lang), widest), colour(answer.verdict))
    indent = 2 + widest + 2
    if answer.collapsed:
        yield from look.hang(f"  {verdict}  ", answer.why(lang), indent)
        return
    code, text, articles = answer.rules[0], answer.text, answer.articles
    lead = f"  {verdict}  {look.paint(code, 'bold')}  "
    indent += len(code) + 2
    if articles and (look.width is None or indent + cell_len(answer.why(lang)) <= look.width):
        yield f"{lead}{text} {look.paint(articles, 'dim')}"
        return
    yield from look.hang(lead, text, indent)
    if articles:
        yield from look.hang(" " * indent, articles, indent, "dim")


def lack_lines(results: Results, lang: str, look: Look = PLAIN) -> Iterator[str]:
    """Yield what is missing in the whole run, what most subjects lack first."""
    f = results.findings
    rows = np.flatnonzero(f.verdict == Verdict.NO_DATA)
    if not len(rows):
        return
    # Rendering one of each kind is enough: what the kinds say is all that differs.
    kinds = pa.array([f"{r}\0{a}" for r, a in zip(f.reason[rows], f.args[rows], strict=True)])
    coded = kinds.dictionary_encode()
    kind = coded.indices.to_numpy()
    _, first = np.unique(kind, return_index=True)
    texts = [message for message, _ in told(results, rows[first], lang)]
    text_of = np.unique(texts, return_inverse=True)[1]
    pairs = np.unique(np.column_stack([text_of[kind], f.subject[rows]]), axis=0)
    said = dict(zip(text_of.tolist(), texts, strict=True))
    counts = np.bincount(pairs[:, 0])
    order = np.argsort(-counts, kind="stable")
    yield ""
    yield look.paint(say("lacks", lang, n=len(np.unique(f.subject[rows]))), "bold")
    for k in order[:MOST_LACKS].tolist():
        yield from look.hang("  ○ ", say("lack", lang, n=counts[k], text=said[k]), 4)
    if len(order) > MOST_LACKS:
        yield f"  {say('more_lacks', lang, n=len(order) - MOST_LACKS)}"


def subject_title(results: Results, subject: int, lang: str) -> str:
    """Return a subject's name, what it is, and its own number."""
    layer = results.layers[str(results.subject_layer[subject])]
    row = int(results.subject_row[subject])
    kind = layer.schema.en if lang == "en" else layer.schema.zh
    name, number = layer.text("name")[row], layer.source_id[row]
    return clean(f"{name} ({kind} {number})" if name else f"{kind} {number}")


def outcome_record(outcome: Outcome) -> dict[str, Any]:
    """Return the machine's summary of a run; report.json holds the rest."""
    results: Results = outcome.results
    found = np.bincount(results.subject_verdict, minlength=len(Verdict))
    return {
        "verdict": results.verdict.name,
        "exit_status": outcome.exit_status,
        "as_of": results.as_of.isoformat(),
        "jurisdiction": results.rulebook.jurisdiction,
        "subjects": {v.name: int(found[v]) for v in reversed(Verdict)},
        "counts": results.counts(),
        "issues": issue_counts(results),
        "out": outcome.out,
        "files": list(outcome.files),
    }
