"""The law as dated data: what ``analysis.rulebook.load`` answers with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from analysis.errors import RuleError, UnknownRuleError


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

    ``id`` is unique in the whole rulebook; ``effective_to`` None = still in force. ``note`` says
    what a reader must know of the source: words not seen, a date inferred. ``quote`` is empty
    only where the words could not be seen, and ``note`` then says so.
    """

    id: str
    instrument: str
    article: str
    quote: str
    jurisdiction: str
    effective_from: date
    effective_to: date | None = None
    note: Text | None = None


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
    """Why a finding says what it says: its message template, and the verdicts it may carry.

    ``message`` speaks of one related feature; ``summary``, where given, of the subject as a whole
    (no related feature). ``args`` are the names a rule may hand to the template and what they
    are: text, code (of a column of that name), count, layer, column, parameter or a unit.
    """

    verdicts: tuple[str, ...]
    message: Text
    references: tuple[str, ...] = ()
    summary: Text | None = None
    args: Mapping[str, str] = field(default_factory=dict)


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

    def page(self, code: str) -> RuleLaw:
        """Return a rule's page (``COMMON``: the engine's); UnknownRuleError if there is none."""
        page = self.common if code == self.common.code else self.rules.get(code)
        if page is None:
            raise UnknownRuleError(
                f"规则库 {self.jurisdiction} 中没有规则 {code}",
                f"no rule {code} in the rulebook of {self.jurisdiction}",
            )
        return page

    def reason(self, code: str, key: str) -> Reason:
        """Return a reason of the rule, else of the engine; RuleError if neither has it."""
        reason = self.page(code).reasons.get(key) or self.common.reasons.get(key)
        if reason is None:
            raise RuleError(
                f"规则 {code} 的规则库中没有理由 {key}", f"rule {code} has no reason {key}"
            )
        return reason

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
