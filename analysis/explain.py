"""Everything the rulebook says of one rule, as plain data for people and for JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

from analysis.law import Parameter, Reason, Reference, Rulebook, Text

STRENGTHS = {
    "veto": Text("否决项", "veto"),
    "scored": Text("评分项", "scored"),
    "reference": Text("引用标准", "by reference"),
    "duty": Text("义务", "duty"),
    "promotion": Text("鼓励", "promotion"),
    "technical": Text("技术约定", "technical convention"),
}


def explain(rulebook: Rulebook, code: str, as_of: date | None = None) -> dict[str, Any]:
    """Return a rule's page as nested dicts, texts as ``{"zh", "en"}``, dates as ISO strings.

    Parameters
    ----------
    code : rule code, or ``COMMON`` for the engine's conventions
    as_of : the day whose values are given as ``value`` beside the whole history; None: no value

    Raises
    ------
    UnknownRuleError
        The rulebook has no such rule.
    """
    page = rulebook.page(code)
    return {
        "code": page.code,
        "jurisdiction": rulebook.jurisdiction,
        "chain": list(rulebook.chain),
        "version": rulebook.version,
        "as_of": as_of.isoformat() if as_of else None,
        "title": _both(page.title),
        "strength": page.strength,
        "strength_title": _both(STRENGTHS[page.strength]),
        "applies_to": _both(page.applies_to),
        "method": _both(page.method),
        "parameters": [_parameter(p, as_of) for p in page.parameters.values()],
        "reasons": [_reason(key, reason) for key, reason in page.reasons.items()],
        "cannot": {verdict: _both(text) for verdict, text in page.cannot.items()},
        "references": {key: _reference(ref) for key, ref in page.references.items()},
    }


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _parameter(parameter: Parameter, as_of: date | None) -> dict[str, Any]:
    now = parameter.at(as_of) if as_of else None
    return {
        "name": parameter.name,
        "title": _both(parameter.title),
        "unit": parameter.unit,
        "last_checked": parameter.last_checked.isoformat(),
        "value": now.value if now else None,
        "from": now.effective_from.isoformat() if now else None,
        "reference": now.reference if now else None,
        "history": [
            {"from": v.effective_from.isoformat(), "value": v.value, "reference": v.reference}
            for v in parameter.history
        ],
    }


def _reason(key: str, reason: Reason) -> dict[str, Any]:
    return {
        "key": key,
        "verdicts": list(reason.verdicts),
        "message": _both(reason.message),
        "summary": _both(reason.summary) if reason.summary else None,
        "references": list(reason.references),
    }


def _reference(reference: Reference) -> dict[str, Any]:
    end = reference.effective_to
    return {
        "instrument": reference.instrument,
        "article": reference.article,
        "quote": reference.quote,
        "jurisdiction": reference.jurisdiction,
        "effective_from": reference.effective_from.isoformat(),
        "effective_to": end.isoformat() if end else None,
        "note": _both(reference.note) if reference.note else None,
    }
