"""What a run came to: subjects, findings in their final order, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt

from analysis import verdict
from analysis.law import Resolved, Rulebook
from analysis.model import FindingTable, Objects, Verdict
from gis.ragged import Ints
from layers.layer import Layer, Provenance


@dataclass(frozen=True, eq=False)
class Results:
    """All findings of one run.

    Attributes
    ----------
    report_id : random; ``created_at`` : start of the run, UTC. Nothing else in any output
        depends on them
    title : of the workspace
    as_of : the day whose law was applied
    layers : every layer that a rule could read, as judged (vetted features joined in)
    subject_layer : (s,) layer name of each subject
    subject_row : (s,) its row in that layer
    rule : (n,) rule code of each finding
    findings : (n) rows; ``subject`` is a row of the subjects above. Sorted by subject, rule,
        related layer, related row
    finding_id : (n, 16) uint8, BLAKE2b of rule, subject's and related feature's id
    resolved : the rulebook's parameters on ``as_of``
    law : (n,) int16, row of ``resolved`` that decided, -1 none
    inputs : files read that are no layer: the workspace file, coverage files
    context : layers that no rule could read, for the map alone
    unread : such layers that could not be read, with the reason in both languages
    """

    report_id: str
    created_at: datetime
    title: str
    as_of: date
    rulebook: Rulebook
    layers: Mapping[str, Layer]
    subject_layer: Objects
    subject_row: Ints
    rule: Objects
    findings: FindingTable
    finding_id: npt.NDArray[np.uint8]
    resolved: tuple[Resolved, ...]
    law: npt.NDArray[np.int16]
    rules: tuple[str, ...]
    inputs: tuple[Provenance, ...] = ()
    context: Mapping[str, Layer] = field(default_factory=dict)
    unread: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def subject_verdict(self) -> npt.NDArray[np.int8]:
        """Return (s,) the combined verdict of each subject."""
        return verdict.worst_by(
            self.findings.subject, self.findings.verdict, len(self.subject_layer)
        )

    @property
    def verdict(self) -> Verdict:
        """Return the combined verdict of all findings."""
        return verdict.combine(np.unique(self.findings.verdict))

    def counts(self) -> dict[str, dict[str, int]]:
        """Return rule code -> verdict name -> number of findings, every verdict named."""
        out = {code: {v.name: 0 for v in reversed(Verdict)} for code in self.rules}
        pairs = np.stack([self.rule, self.findings.verdict.astype(object)])
        keys, count = np.unique(pairs.astype(str), axis=1, return_counts=True)
        for code, number, n in zip(keys[0], keys[1], count, strict=True):
            out[code][Verdict(int(number)).name] = int(n)
        return out
