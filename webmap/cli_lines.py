"""How lines fit a terminal: width in cells, breaks that Chinese allows, colour where it can be.

Into a pipe or a file a line stays one line, whole and plain, so that programs can go on with it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from rich.color import ColorSystem

NARROWEST = 20
# What must not begin a line, and what must not end one.
_CLOSING = "，。、；：！？）〕》〉」』”’%…,.;:!?)]}"
_OPENING = "（〔《〈「『“‘([{"
# A number stays with its unit, a relation with its number.
_GLUED = re.compile(r"(?<=[\d≤≥<>=≠+–-]) (?=[\dA-Za-z°±])")
_JOINT = "\N{NO-BREAK SPACE}"
_UNIT = re.compile(rf"\s+|[{_OPENING}]*(?:[!-~°²³≤≥≠±–{_JOINT}]+|[^\s])[{re.escape(_CLOSING)}]*")


@dataclass(frozen=True, slots=True)
class Look:
    """What the lines are for: a terminal's width in cells (None: no limit) and its colours."""

    width: int | None = None
    colours: ColorSystem | None = None

    def paint(self, text: str, style: str) -> str:
        """Return ``text`` in a style such as ``bold #c8402f``; plain where there is no colour."""
        if self.colours is None or not text:
            return text
        from rich.style import Style

        return Style.parse(style).render(text, color_system=self.colours)

    def hang(self, lead: str, text: str, indent: int, style: str = "") -> Iterator[str]:
        """Yield ``lead`` and ``text``; what does not fit goes on below, ``indent`` cells in.

        ``lead`` may be painted already. Its own width is ``indent`` or less; a longer one is
        followed by its text without a gap.
        """
        if self.width is None:
            yield lead + self.paint(text, style)
            return
        first = max(indent, cell_len(_bare(lead)))
        lines = wrapped(text, self.width - indent, self.width - first)
        yield lead + self.paint(lines[0], style)
        for line in lines[1:]:
            yield " " * indent + self.paint(line, style)

    def flow(self, lead: str, items: Sequence[str], indent: int, style: str = "") -> Iterator[str]:
        """Yield ``lead`` and ``items`` two blanks apart, each of them whole on its line."""
        line = lead
        for number, item in enumerate(items):
            gap = "  " if number else ""
            if self.width and number and cell_len(line + gap + item) > self.width:
                yield self.paint(line, style)
                line, gap = " " * indent, ""
            line += gap + item
        yield self.paint(line, style)


PLAIN = Look()


def terminal_look() -> Look:
    """Return the look of standard output: plain unless it is a terminal.

    Colours follow NO_COLOR and TERM.
    """
    if not sys.stdout.isatty():
        return PLAIN
    from rich.color import ColorSystem
    from rich.console import Console

    console = Console()
    names = {"standard": "STANDARD", "256": "EIGHT_BIT", "truecolor": "TRUECOLOR",
             "windows": "WINDOWS"}  # fmt: skip
    known = None if console.no_color else console.color_system
    return Look(console.width, ColorSystem[names[known]] if known else None)


def padded(text: str, width: int) -> str:
    """Return ``text`` with blanks up to ``width`` cells; Chinese characters take two."""
    return text + " " * max(0, width - cell_len(text))


def wrapped(text: str, width: int, first: int | None = None) -> list[str]:
    """Return ``text`` in lines of ``width`` cells, the first of ``first``.

    Lines break at blanks and between Chinese characters, never before closing or after opening
    marks, nor between a number and its unit. A word longer than a line is cut.

    Examples
    --------
    >>> wrapped("与老矿重叠 0.0300 km²，应 ≤ 0 km²", 20)
    ['与老矿重叠', '0.0300 km²，应', '≤ 0 km²']
    """
    width = max(width, NARROWEST if first is None else 2)
    room = width if first is None else first
    lines: list[str] = []
    line = ""
    for unit in _UNIT.findall(_GLUED.sub(_JOINT, text)):
        if cell_len(line + unit.rstrip()) <= room:
            line += unit
            continue
        if line.strip() or not lines:
            lines.append(line.rstrip())
            room = width
        line = "" if unit.isspace() else unit
        while cell_len(line) > room:
            head = _head(line, room)
            lines.append(head)
            line = line[len(head) :]
    lines.append(line.rstrip())
    return [found.replace(_JOINT, " ") for found in lines if found or len(lines) == 1]


def _head(text: str, room: int) -> str:
    for k in range(len(text), 1, -1):
        if cell_len(text[:k]) <= room:
            return text[:k]
    return text[:1]


def _bare(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
