"""What ``explain`` prints: the clause, the limits and their dates, what each verdict means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.cells import cell_len

from analysis import templates
from analysis.model import Verdict
from analysis.numbers import show
from webmap.cli_lines import PLAIN, Look, padded
from webmap.cli_text import say
from webmap.cli_view import colour, word

INDENT = 4


def explain_lines(page: Mapping[str, Any], lang: str, look: Look = PLAIN) -> Iterator[str]:
    """Yield a rule's page: what it asks, the clauses, its limits over time, its answers."""
    yield look.paint(f"{page['code']}  {page['title'][lang]}", "bold")
    chain = " > ".join(page["chain"])
    yield say("rules_head", lang, jurisdiction=chain, version=page["version"])
    yield ""
    facts = {
        "strength": page["strength_title"],
        "applies_to": page["applies_to"],
        "method": page["method"],
    }
    widest = max(cell_len(say(key, lang)) for key in facts)
    for key, text in facts.items():
        lead = look.paint(padded(say(key, lang), widest), "bold") + "  "
        yield from look.hang(lead, text[lang], widest + 2)
    yield ""
    yield look.paint(say("references", lang), "bold")
    for reference in page["references"].values():
        yield from _reference_lines(reference, lang, look)
    if page["parameters"]:
        yield ""
        yield look.paint(say("parameters", lang), "bold")
        for parameter in page["parameters"]:
            yield from _parameter_lines(parameter, page, lang, look)
    yield ""
    yield look.paint(say("reasons", lang), "bold")
    for verdict in reversed(Verdict):
        yield from _verdict_lines(page, verdict, lang, look)


def _reference_lines(reference: Mapping[str, Any], lang: str, look: Look) -> Iterator[str]:
    dates = say("from", lang, day=reference["effective_from"])
    if reference["effective_to"]:
        dates += say("until", lang, day=reference["effective_to"])
    yield from look.hang("  ", f"{_source(reference)} ({dates})", INDENT)
    quote = f"“{reference['quote']}”" if reference["quote"] else say("no_quote", lang)
    yield from look.hang(" " * INDENT, quote, INDENT)
    if reference["note"]:
        note = say("note", lang, text=reference["note"][lang])
        yield from look.hang(" " * INDENT, note, INDENT, "dim")


def _source(reference: Mapping[str, Any]) -> str:
    return f"{reference['instrument']} {reference['article']}"


def _parameter_lines(
    parameter: Mapping[str, Any], page: Mapping[str, Any], lang: str, look: Look
) -> Iterator[str]:
    yield from look.hang("  ", f"{parameter['title'][lang]} ({parameter['name']})", INDENT)
    values = [
        say("repealed", lang)
        if entry["value"] is None
        else show(entry["value"], parameter["unit"], lang)
        for entry in parameter["history"]
    ]
    widest = max((cell_len(value) for value in values), default=0)
    for entry, value in zip(parameter["history"], values, strict=True):
        now = page["as_of"] and entry["from"] == parameter["from"]
        since = say("from", lang, day=entry["from"])
        lead = f"{' ' * INDENT}{since}  {padded(value, widest)}  "
        source = page["references"].get(entry["reference"])
        text = _source(source) if source else ""
        if now:
            text = say("in_force", lang, day=page["as_of"]) + (f"  {text}" if text else "")
        yield from look.hang(lead, text, cell_len(lead))
    if page["as_of"] and parameter["value"] is None:
        yield f"{' ' * INDENT}{page['as_of']}: {say('none_in_force', lang)}"
    yield look.paint(f"{' ' * INDENT}{say('checked', lang, day=parameter['last_checked'])}", "dim")


def _verdict_lines(
    page: Mapping[str, Any], verdict: Verdict, lang: str, look: Look
) -> Iterator[str]:
    """Yield a verdict and when it is given; why not, where it cannot be given."""
    yield "  " + look.paint(word(verdict, lang), f"bold {colour(verdict)}")
    told = [
        _plain(r["message"][lang], lang) for r in page["reasons"] if verdict.name in r["verdicts"]
    ]
    if verdict.name in page["cannot"]:
        told.append(say("never", lang, text=page["cannot"][verdict.name][lang]))
    if verdict == Verdict.NO_DATA:
        told.append(say("lacks_any", lang))
    for text in told:
        yield from look.hang(f"{' ' * INDENT}· ", text, INDENT + 2)


def _plain(template: str, lang: str) -> str:
    """Return a message with its blanks named; parts that may be left out are."""
    parts = [part for part in templates.parse(template).parts if not part.optional]
    return "".join(part.pattern % tuple(_blank(n, lang) for n in part.names) for part in parts)


def _blank(name: str, lang: str) -> str:
    key = f"blank_{name}"
    return say(key, lang) if name in templates.BUILT_IN else f"〈{name}〉"
