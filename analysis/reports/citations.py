"""What findings rest on: the provisions cited by their reasons and by deciding parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.errors import RuleError
from analysis.law import Reference, Rulebook
from analysis.model import Objects
from analysis.reports.columns import codes_of
from analysis.results import Results
from gis.ragged import Ints


@dataclass(frozen=True, eq=False)
class Citations:
    """Few distinct combinations of provisions, and the one of each finding.

    Attributes
    ----------
    of : (n,) position in ``ids``
    ids : reference ids of each combination: the reason's, then the deciding parameter's
    references : every cited reference, by id
    """

    of: Ints
    ids: tuple[tuple[str, ...], ...]
    references: dict[str, Reference]

    def article(self) -> Objects:
        """Return (n,) instrument and article of each finding, None where nothing is cited."""
        return self._text(lambda r: f"{r.instrument} {r.article}".strip())

    def quote(self) -> Objects:
        """Return (n,) the quoted words, None where nothing is cited."""
        return self._text(lambda r: r.quote)

    def _text(self, say: Callable[[Reference], str]) -> Objects:
        texts = np.empty(len(self.ids), dtype=object)
        for k, ids in enumerate(self.ids):
            # Words that could not be seen are an empty quote.
            said = (say(self.references[i]) for i in ids)
            texts[k] = " / ".join(filter(None, said)) or None
        return texts[self.of]


def cite(results: Results) -> Citations:
    """Return the citations of all findings.

    Raises
    ------
    RuleError, UnknownRuleError
        A reason, a reference or a rule is not in the rulebook.
    """
    rules, rule_of = codes_of(results.rule)
    reasons, reason_of = codes_of(results.findings.reason)
    laws = len(results.resolved) + 1
    pairs = rule_of * max(len(reasons), 1) + reason_of
    keys, of = np.unique(pairs * laws + (results.law + 1), return_inverse=True)
    ids = []
    for key in keys.tolist():
        pair, law = divmod(key, laws)
        rule, reason = divmod(pair, len(reasons))
        cited = list(results.rulebook.reason(rules[rule], reasons[reason]).references)
        if law and (reference := results.resolved[law - 1].reference) is not None:
            cited.append(reference)
        ids.append(tuple(dict.fromkeys(cited)))
    return Citations(of.astype(np.int64), tuple(ids), _references(results.rulebook, ids))


def _references(book: Rulebook, ids: list[tuple[str, ...]]) -> dict[str, Reference]:
    known: dict[str, Reference] = dict(book.common.references)
    for page in book.rules.values():
        known.update(page.references)
    cited = sorted({i for group in ids for i in group})
    missing = [i for i in cited if i not in known]
    if missing:
        raise RuleError(
            f"引用 {missing[0]} 不在规则库中", f"reference {missing[0]} is not in the rulebook"
        )
    return {i: known[i] for i in cited}
