"""The account of reading: what was said, where rows came from, which were refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np

from gis.ragged import Floats

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Issue:
    """Something a reader of the report must know about the input.

    ``error``: a row or file was refused; ``warning``: repaired, ignored or assumed;
    ``info``: worth knowing. ``source`` is set where a layer joins several sources.
    """

    severity: Severity
    code: str
    feature: str | None
    zh: str
    en: str
    source: str | None = None

    def text(self, lang: str) -> str:
        """Return what is said in ``lang`` (``zh`` or ``en``)."""
        return self.en if lang == "en" else self.zh

    @property
    def message(self) -> str:
        """Return both languages in one line, as report.json carries it."""
        return f"{self.zh} / {self.en}"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where rows came from and what reading did to them.

    ``declared`` = ``read`` = kept + ``refused``, always. Accuracies are one sigma in metres;
    None = not stated. ``source`` is the path as the user wrote it. ``shifted``: the way to CGCS2000
    was the user's own, whose accuracy is stated with it and counts whatever else is stated.
    ``crs_note`` tells where the file states its system, in both languages.
    """

    role: Literal["workspace", "vetted"]
    source: str
    source_layer: str | None
    sha256: str
    format: str
    encoding: str | None
    crs: str
    transformation: str
    transformation_accuracy_m: float | None
    positional_accuracy_m: float | None
    coverage: str | None
    declared: int
    read: int
    repaired: int
    refused: int
    constants: dict[str, str] = field(default_factory=dict)
    valid_on: date | None = None
    snapshot: str | None = None
    shifted: bool = False
    crs_note: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Rows that were read but not kept.

    ``bounds`` (k, 4) float64 in EPSG:4490 degrees, NaN where unknown (it could be anywhere);
    ``numbers`` the row's own number where it was readable, else None.
    """

    bounds: Floats
    numbers: tuple[str | None, ...]

    @staticmethod
    def none() -> Refused:
        """Return the empty account."""
        return Refused(np.empty((0, 4)), ())

    def __len__(self) -> int:
        """Return how many rows were refused."""
        return len(self.numbers)
