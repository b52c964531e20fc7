"""What results look like as text: verdict words first, worst first, each with its article."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from analysis.api import BatchOutcome, Outcome
from analysis.messages import render_all
from analysis.model import FindingTable, Verdict
from analysis.reports.citations import cite
from analysis.results import Results
from analysis.style import label_of
from gis.ragged import Ints
from webmap.cli_io import clean
from webmap.cli_text import SEVERITY, say

MOST_SUBJECTS = 20
MOST_ISSUES = 10
MARKS = {
    Verdict.FAIL: "✗",
    Verdict.REVIEW: "?",
    Verdict.NO_DATA: "○",
    Verdict.PASS: "✓",
    Verdict.NOT_APPLICABLE: "–",
}


def word(verdict: int, lang: str) -> str:
    """Return mark, word and contract name of a verdict: never colour alone."""
    kind = Verdict(verdict)
    return f"{MARKS[kind]} {label_of(kind, lang)} {kind.name}"


def outcome_lines(outcome: Outcome, lang: str) -> Iterator[str]:
    """Yield what ``vet`` and ``screen`` say: subjects worst first, totals, where the files are."""
    results: Results = outcome.results
    yield clean(
        say(
            "as_of_line",
            lang,
            title=results.title,
            jurisdiction=results.rulebook.jurisdiction,
            as_of=results.as_of.isoformat(),
        )
    )
    shown = worst_subjects(results, MOST_SUBJECTS)
    for subject in shown:
        yield ""
        yield from subject_lines(results, int(subject), lang)
    rest = len(results.subject_layer) - len(shown)
    if rest:
        yield ""
        yield say("more", lang, n=rest)
    yield ""
    yield from closing_lines(outcome, lang)


def closing_lines(outcome: Outcome, lang: str) -> Iterator[str]:
    """Yield totals, data issues and files of one run."""
    results: Results = outcome.results
    yield say("totals", lang, n=len(results.subject_layer), counts=totals(results, lang))
    yield from issue_lines(results, lang)
    files = "  ".join(f.name for f in outcome.files)
    yield clean(say("written", lang, out=outcome.out, files=files))


def worst_subjects(results: Results, most: int) -> Ints:
    """Return up to ``most`` rows of subjects, worst verdict first, then in their order."""
    order = np.argsort(-results.subject_verdict.astype(np.int64), kind="stable")
    return order[:most]


def totals(results: Results, lang: str) -> str:
    """Return how many subjects came to each verdict, worst first."""
    found = np.bincount(results.subject_verdict, minlength=len(Verdict))
    return "  ".join(f"{word(v, lang)} {found[v]}" for v in reversed(Verdict) if found[v])


def issue_counts(results: Results) -> dict[str, int]:
    """Return the number of errors and warnings that reading the layers gave."""
    every = [issue.severity for layer in results.layers.values() for issue in layer.issues]
    return {severity: every.count(severity) for severity in ("error", "warning")}


def issue_lines(results: Results, lang: str) -> Iterator[str]:
    """Yield the first errors and warnings of reading the layers, and how many there are."""
    counts = issue_counts(results)
    if not (counts["error"] or counts["warning"]):
        return
    yield say("issues", lang, **counts)
    shown = MOST_ISSUES
    for severity in ("error", "warning"):
        for layer in results.layers.values():
            for issue in layer.issues:
                if issue.severity == severity and shown:
                    shown -= 1
                    text = issue.en if lang == "en" else issue.zh
                    yield clean(f"    {SEVERITY[severity].of(lang)}: {text}")


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of a subject: one rule, or several that have the same to say.

    Attributes
    ----------
    rules : their codes; several only of NO_DATA for the same lack and of NOT_APPLICABLE
    text : the message with its articles; empty where the codes of rules say it all
    """

    rules: tuple[str, ...]
    verdict: Verdict
    text: str

    @property
    def collapsed(self) -> bool:
        """Return whether the codes belong in the text, for they stand for a whole group."""
        return len(self.rules) > 1 or not self.text

    def why(self, lang: str) -> str:
        """Return the text; of a group with the codes in front."""
        if not self.collapsed:
            return self.text
        codes = say("list_separator", lang).join(self.rules)
        return say("group", lang, rules=codes, text=self.text) if self.text else codes


def subject_lines(results: Results, subject: int, lang: str) -> Iterator[str]:
    """Yield a subject's verdict and name, then a line for each answer of its rules."""
    yield f"{word(results.subject_verdict[subject], lang)}  {subject_title(results, subject, lang)}"
    for answer in subject_answers(results, subject, lang):
        code = "" if answer.collapsed else f"{answer.rules[0]} "
        yield f"    {code}{word(answer.verdict, lang)}  {answer.why(lang)}"


def subject_answers(results: Results, subject: int, lang: str) -> list[Answer]:
    """Return what the rules say of a subject, worst first, every rule once.

    FAIL, REVIEW and PASS have a line per rule. Rules that lack the same thing, told in the same
    words, share one and leave their articles to the files; so do all that do not apply.
    """
    rows = np.flatnonzero(results.findings.subject == subject)
    lead = leading_rows(results, rows)
    answers: list[Answer] = []
    lacks: dict[str, list[tuple[str, str]]] = {}
    beyond: list[str] = []
    for row, (message, articles) in zip(lead, told(results, lead, lang), strict=True):
        code, verdict = str(results.rule[row]), Verdict(int(results.findings.verdict[row]))
        more = int((results.rule[rows] == code).sum()) - 1
        tail = say("related", lang, n=more) if more else ""
        if verdict == Verdict.NO_DATA:
            lacks.setdefault(message + tail, []).append((code, message + articles + tail))
        elif verdict == Verdict.NOT_APPLICABLE:
            beyond.append(code)
        else:
            answers.append(Answer((code,), verdict, message + articles + tail))
    for text, group in lacks.items():
        codes = tuple(code for code, _ in group)
        answers.append(Answer(codes, Verdict.NO_DATA, group[0][1] if len(group) == 1 else text))
    if beyond:
        answers.append(Answer(tuple(beyond), Verdict.NOT_APPLICABLE, ""))
    return sorted(answers, key=lambda a: (-a.verdict, a.rules))


def subject_title(results: Results, subject: int, lang: str) -> str:
    """Return a subject's name, what it is, and its own number."""
    layer = results.layers[str(results.subject_layer[subject])]
    row = int(results.subject_row[subject])
    kind = layer.schema.en if lang == "en" else layer.schema.zh
    name, number = layer.text("name")[row], layer.source_id[row]
    return clean(f"{name} ({kind} {number})" if name else f"{kind} {number}")


def leading_rows(results: Results, rows: Ints) -> Ints:
    """Return one finding per rule, by rule: of the worst ones the one that says most.

    That is the only one about a neighbour, which names it, else the one that sums up.
    """
    lead = []
    for code in np.unique(results.rule[rows].astype(str)):
        own = rows[results.rule[rows] == code]
        verdicts = results.findings.verdict[own]
        worst = own[verdicts == verdicts.max()]
        single = results.findings.related[worst] >= 0
        chosen = worst[single] if single.sum() == 1 or single.all() else worst[~single]
        lead.append(int(chosen[0]))
    return np.array(lead, np.int64)


def told(results: Results, rows: Ints, lang: str) -> list[tuple[str, str]]:
    """Return (message, articles it rests on) of some findings; no article is empty."""
    names = [n for n in FindingTable.__dataclass_fields__ if n != "evidence"]
    columns = {n: getattr(results.findings, n)[rows] for n in names}
    part = replace(
        results,
        rule=results.rule[rows],
        findings=FindingTable(**columns),
        finding_id=results.finding_id[rows],
        law=results.law[rows],
    )
    articles = cite(part).article()
    return [
        (clean(message), clean(f" 〔{article}〕") if article else "")
        for message, article in zip(render_all(part, lang), articles, strict=True)
    ]


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


def batch_lines(outcome: BatchOutcome, lang: str) -> Iterator[str]:
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
