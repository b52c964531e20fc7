"""Short ways to write issues, and to keep long lists of them readable."""

from __future__ import annotations

import re
from collections.abc import Sequence

from layers.layer import Issue

SHOWN = 20


def error(code: str, zh: str, en: str, feature: str | None = None) -> Issue:
    """Return an issue about something that was refused."""
    return Issue("error", code, feature, zh, en)


def warning(code: str, zh: str, en: str, feature: str | None = None) -> Issue:
    """Return an issue about something repaired, ignored or assumed."""
    return Issue("warning", code, feature, zh, en)


def info(code: str, zh: str, en: str, feature: str | None = None) -> Issue:
    """Return an issue worth knowing."""
    return Issue("info", code, feature, zh, en)


def listed(words: Sequence[str], lang: str = "zh", shown: int = SHOWN) -> str:
    """Return the first ``shown`` words as one text and how many more there are."""
    comma = "、" if lang == "zh" else ", "
    text = comma.join(words[:shown])
    rest = len(words) - shown
    if rest <= 0:
        return text
    return f"{text}（另有 {rest} 个）" if lang == "zh" else f"{text} (and {rest} more)"


def label_en(label: str) -> str:
    """Return a row label of the readers as an English sentence names it."""
    return re.sub(r"第\s*(\d+)\s*行", r"row \1", label)
