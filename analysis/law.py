"""The law as dated data: the rulebook and its strict loader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Text:
    """The same text in Chinese and in English."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """Return the text in ``lang`` (``zh`` or ``en``)."""
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Reference:
    """The provision a rule or value rests on, with its literal words.

    ``id`` is unique in the whole rulebook; ``effective_to`` None = still in force.
    """

    id: str
    instrument: str
    article: str
    quote: str
    jurisdiction: str
    effective_from: date
    effective_to: date | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter's value from a day on; None = repealed from that day."""

    effective_from: date
    value: float | None
    reference: str | None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A threshold with its unit and its history, oldest first."""

    name: str
    title: Text
    unit: str
    last_checked: date
    history: tuple[Value, ...]

    def at(self, day: date) -> Value | None:
        """Return what is in force on ``day``; None before the first value or when repealed."""
        past = [v for v in self.history if v.effective_from <= day]
        return past[-1] if past and past[-1].value is not None else None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a finding says what it says: its message template, and the verdicts it may carry."""

    verdicts: tuple[str, ...]
    message: Text
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleLaw:
    """One rule's page of the rulebook, resolved for a jurisdiction."""

    code: str
    title: Text
    strength: str
    applies_to: Text
    method: Text
    references: Mapping[str, Reference]
    parameters: Mapping[str, Parameter]
    reasons: Mapping[str, Reason]
    cannot: Mapping[str, Text]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A parameter as it stood on the day judged by: one row of the resolved-parameter table."""

    rule: str
    name: str
    value: float | None
    unit: str
    effective_from: date | None
    reference: str | None


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules' law for one jurisdiction.

    ``chain`` is general to special, for example ``("CN", "CN-54", "CN-5401")``; ``common``
    holds the tolerances and reasons that belong to the engine, under the code ``COMMON``.
    """

    jurisdiction: str
    chain: tuple[str, ...]
    version: str
    sha256: str
    rules: Mapping[str, RuleLaw]
    common: RuleLaw

    def resolve(self, day: date) -> tuple[Resolved, ...]:
        """Return every parameter as it stands on ``day``, by rule code, then name."""
        pages = [self.common, *(self.rules[code] for code in sorted(self.rules))]
        out: list[Resolved] = []
        for page in pages:
            for name in sorted(page.parameters):
                parameter = page.parameters[name]
                now = parameter.at(day)
                out.append(
                    Resolved(
                        page.code,
                        name,
                        now.value if now else None,
                        parameter.unit,
                        now.effective_from if now else None,
                        now.reference if now else None,
                    )
                )
        return tuple(out)
