"""What the rules say of a subject, as few lines as say it all."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from analysis.messages import relation_of, render_all
from analysis.model import FindingTable, Verdict
from analysis.numbers import show_pair
from analysis.reports.citations import cite
from analysis.results import Results
from gis.ragged import Ints
from webmap.cli_io import clean
from webmap.cli_text import say


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of a subject: one rule, or several that have the same to say.

    Attributes
    ----------
    rules : their codes; several only of NO_DATA for the same lack and of NOT_APPLICABLE
    text : the message with what was measured against what must hold; empty where the codes of
        rules say it all
    articles : what it rests on, in brackets; empty where data are missing, which no article is
        needed to mend
    """

    rules: tuple[str, ...]
    verdict: Verdict
    text: str
    articles: str = ""

    @property
    def collapsed(self) -> bool:
        """Return whether the codes belong in the text, for they stand for a whole group."""
        return len(self.rules) > 1 or not self.text

    def why(self, lang: str) -> str:
        """Return text and articles; of a group the codes and what they share."""
        if not self.collapsed:
            return f"{self.text} {self.articles}" if self.articles else self.text
        codes = say("list_separator", lang).join(self.rules)
        return say("group", lang, rules=codes, text=self.text) if self.text else codes


def subject_answers(results: Results, subject: int, lang: str) -> list[Answer]:
    """Return what the rules say of a subject, worst first, every rule once.

    FAIL, REVIEW and PASS have a line per rule. Rules that lack the same thing, told in the same
    words, share one; so do all that do not apply.
    """
    rows = np.flatnonzero(results.findings.subject == subject)
    lead = leading_rows(results, rows)
    answers: list[Answer] = []
    lacks: dict[str, list[str]] = {}
    beyond: list[str] = []
    for row, (message, articles) in zip(lead, told(results, lead, lang), strict=True):
        code, verdict = str(results.rule[row]), Verdict(int(results.findings.verdict[row]))
        more = int((results.rule[rows] == code).sum()) - 1
        tail = say("related", lang, n=more) if more else ""
        if verdict == Verdict.NO_DATA:
            lacks.setdefault(message + tail, []).append(code)
        elif verdict == Verdict.NOT_APPLICABLE:
            beyond.append(code)
        else:
            # That nothing was found needs no figure.
            idle = verdict == Verdict.PASS and not results.findings.measured[row]
            shown = "" if idle else figures(results.findings, row, message, lang)
            text = message + shown + tail
            answers.append(Answer((code,), verdict, text, articles))
    for text, codes in lacks.items():
        answers.append(Answer(tuple(codes), Verdict.NO_DATA, text))
    if beyond:
        answers.append(Answer(tuple(beyond), Verdict.NOT_APPLICABLE, ""))
    return sorted(answers, key=lambda a: (-a.verdict, -len(a.rules), a.rules))


def figures(findings: FindingTable, row: int, message: str, lang: str) -> str:
    """Return what was measured and what must hold, as far as ``message`` does not say it."""
    measured, threshold = float(findings.measured[row]), float(findings.threshold[row])
    known, limit = show_pair(measured, threshold, str(findings.unit[row] or ""), lang)
    parts = []
    if np.isfinite(measured) and not _says(message, known):
        parts.append(say("measured", lang, value=known))
    if np.isfinite(threshold) and not _says(message, limit):
        relation = relation_of(str(findings.comparison[row] or ""))
        parts.append(say("must_be", lang, relation=relation, value=limit).replace("  ", " "))
    return say("figures", lang, text=say("clause_separator", lang).join(parts)) if parts else ""


def _says(message: str, value: str) -> bool:
    return re.search(rf"(?<![\d.,]){re.escape(value)}(?!\d)", message) is not None


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
        (clean(message), clean(f"〔{article}〕") if article else "")
        for message, article in zip(render_all(part, lang), articles, strict=True)
    ]
