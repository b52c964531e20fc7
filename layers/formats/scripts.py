"""Which characters of a decoded text are everyday ones of a script, and which are chance."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

_MULTIBYTE = ("UTF-8", "GB18030", "Big5", "cp932", "cp949")
_GREEK, _BEYOND_CYRILLIC = "\u0370", "\u0530"


def plausible(text: str, encoding: str) -> tuple[int, int]:
    """Return how many non-ASCII characters are plausible, and how many there are."""
    marks = [k for k, c in enumerate(text) if c > "\x7f"]
    if encoding in _MULTIBYTE:
        common = _common(encoding)
        hits = sum(
            text[k] in common or (encoding == "UTF-8" and (_in_word(text, k) or _in_run(text, k)))
            for k in marks
        )
    else:
        hits = sum(_in_word(text, k) for k in marks)
    return hits, len(marks)


def _in_run(text: str, k: int) -> bool:
    """Tell whether character ``k`` is one of three Greek or Cyrillic letters in a row."""
    return any(
        len(run) == 3 and all(_GREEK <= c < _BEYOND_CYRILLIC and c.isalpha() for c in run)
        for run in (text[max(j, 0) : j + 3] for j in (k - 2, k - 1, k))
    )


def _in_word(text: str, k: int) -> bool:
    """Tell whether character ``k`` is an accented letter in a word of mostly plain letters."""
    if not text[k].isalpha() or ord(text[k]) > 0x24F:
        return False
    # A run of more than two such letters is no word, however long it is.
    start, stop = k, k + 1
    while start and text[start - 1] > "\x7f" and k - start < 2:
        start -= 1
    while stop < len(text) and text[stop] > "\x7f" and stop - k <= 2:
        stop += 1
    before = start > 0 and text[start - 1].isalpha()
    after = stop < len(text) and text[stop].isalpha()
    return (before or after) if stop - start == 1 else (before and after and stop - start == 2)


@cache
def _common(encoding: str) -> frozenset[str]:
    """Return the everyday characters of an encoding.

    Level 1 of GB 2312-80 (rows 16-55) and its symbols (rows 1-3); level 1 of Big5.
    """
    if encoding == "Big5":
        return _cells("big5", range(0xA1, 0xC7), range(0x40, 0xFF))
    chinese = _cells("gb2312", [*range(0xA1, 0xA4), *range(0xB0, 0xD8)], range(0xA1, 0xFF))
    if encoding in ("UTF-8", "cp932", "cp949"):
        kana_hangul = {chr(c) for c in (*range(0x3040, 0x3100), *range(0xAC00, 0xD7A4))}
        return chinese | _common("Big5") | kana_hangul
    return chinese


def _cells(codec: str, leads: Sequence[int], trails: Sequence[int]) -> frozenset[str]:
    found: set[str] = set()
    for lead in leads:
        for trail in trails:
            found.update(bytes((lead, trail)).decode(codec, "ignore"))
    return frozenset(c for c in found if c > "\x7f")
