"""Message templates of the rulebook: text, ``{placeholders}`` and ``[optional parts]``.

An optional part vanishes where any of its placeholders has no value. Parts do not nest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

#: Placeholders that every finding can fill; all others are arguments of the reason.
BUILT_IN = frozenset({"subject", "related", "measured", "threshold", "uncertainty", "comparison"})

_TOKEN = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_PART = re.compile(r"\[([^\[\]]*)\]")
_STRAY = re.compile(r"[\[\]{}]")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a template: ``pattern`` in %-style, filled by ``names`` in their order."""

    pattern: str
    names: tuple[str, ...]
    optional: bool


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed message template."""

    parts: tuple[Part, ...]

    @property
    def names(self) -> frozenset[str]:
        """Return every placeholder."""
        return frozenset(name for part in self.parts for name in part.names)

    @property
    def required(self) -> frozenset[str]:
        """Return the placeholders outside optional parts."""
        return frozenset(n for part in self.parts if not part.optional for n in part.names)


@lru_cache(maxsize=4096)
def parse(text: str) -> Template:
    """Parse a template.

    Raises
    ------
    ValueError
        A brace or bracket is left over, or an optional part has no placeholder.
    """
    parts: list[Part] = []
    end = 0
    for match in _PART.finditer(text):
        if match.start() > end:
            parts.append(_part(text[end : match.start()], optional=False))
        parts.append(_part(match.group(1), optional=True))
        end = match.end()
    if end < len(text):
        parts.append(_part(text[end:], optional=False))
    return Template(tuple(parts))


def _part(text: str, *, optional: bool) -> Part:
    names = tuple(_TOKEN.findall(text))
    bare = _TOKEN.sub("", text)
    if _STRAY.search(bare):
        raise ValueError(bare.strip())
    if optional and not names:
        raise ValueError(f"[{text}]")
    pattern = _TOKEN.sub("%s", text.replace("%", "%%"))
    return Part(pattern, names, optional)
