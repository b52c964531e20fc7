"""Corners in blocks of columns side by side (点号 X Y | 点号 X Y), brought under each other.

To save paper the corners go on at the top of the next block; or the blocks are parcels of their
own, each under its heading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from pathlib import Path

from layers.formats.planes import datums_named
from layers.formats.source import refusal
from layers.formats.table.corner_names import folded, numbered
from layers.formats.table.depths import is_about
from layers.formats.table.endings import is_page
from layers.formats.table.header import Header, Pair
from layers.formats.table.naming import told_in
from layers.formats.table.numbers import is_number_like
from layers.formats.table.rows import heading, is_date, is_remark, is_sum, with_colon
from layers.formats.table.sheet import Sheet, bad_row
from layers.formats.text.corner_numbers import first_break

_Row = tuple[tuple[str, ...], int]
"""Cells of a row, and its line in the file."""


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Blocks of columns side by side.

    Attributes
    ----------
    starts : the column of each block that names its corners
    offsets : columns that all blocks have, counted from that one
    pairs : of the first block
    """

    starts: tuple[int, ...]
    offsets: tuple[int, ...]
    pairs: tuple[Pair, ...]

    @property
    def name(self) -> int:
        """Return the column of the first block that names corners."""
        return self.starts[0]

    @property
    def others(self) -> set[int]:
        """Return the columns of all blocks but the first."""
        return {s + o for s in self.starts[1:] for o in self.offsets}

    def parts(self, cells: Sequence[str]) -> list[tuple[str, ...]]:
        """Return what each block of a row holds."""
        return [tuple(_cell(cells, s + o) for o in self.offsets) for s in self.starts]


def unrolled(path: Path, sheet: Sheet, header: Header) -> tuple[Sheet, Header]:
    """Return the table with all its corners in the first block of columns.

    Raises
    ------
    FormatError
        Blocks of two datums name other corners in one row; or a heading may be of one block or
        of all.
    """
    blocks = _find(path, sheet, header)
    if blocks is None or _are_systems(path, sheet, header, blocks):
        return sheet, header
    above = header.row + 1
    rows = list(zip(sheet.rows, sheet.lines, strict=True))
    headings = _headings(rows[: header.row], blocks)
    titles = [*_without_headings(rows[: header.row], headings, blocks), rows[header.row]]
    stacked = titles + _best_body(path, rows[above:], blocks, headings)
    others = blocks.others
    cut = replace(
        header,
        names=tuple(f"列{c + 1}" if c in others else n for c, n in enumerate(header.names)),
        roles={c: r for c, r in header.roles.items() if c not in others},
        pairs=blocks.pairs,
    )
    cells, lines = zip(*stacked, strict=True)
    return replace(sheet, rows=tuple(cells), lines=tuple(lines)), cut


def _find(path: Path, sheet: Sheet, header: Header) -> _Blocks | None:
    """Return blocks whose header cells repeat, each with its corner numbers and coordinates."""
    naming = [c for c, r in sorted(header.roles.items()) if r in ("corner", "number")]
    cells = [folded(c) for c in sheet.rows[header.row]]
    starts = [c for c in naming if header.roles[c] == header.roles[naming[0]]]
    width = min((b - a for a, b in pairwise(starts)), default=0)

    def alike(offset: int) -> bool:
        at = [s + offset for s in starts]
        if at[0] < 0 or at[-1] >= len(cells):
            return False
        roles = {header.roles.get(c) or cells[c] for c in at}
        return len(roles) == 1 and roles != {""}

    if len(starts) < 2:
        return None
    before = list(takewhile(alike, range(-1, -width, -1)))
    offsets = [*before[::-1], *(o for o in range(width - len(before)) if alike(o))]
    pairs = [p for p in header.pairs if {p.first - starts[0], p.second - starts[0]} <= {*offsets}]
    if not pairs or len(pairs) * len(starts) != len(header.pairs):
        _refuse_other_names(path, sheet, header, starts)
        return None
    return _Blocks(tuple(starts), tuple(offsets), tuple(pairs))


def _refuse_other_names(path: Path, sheet: Sheet, header: Header, starts: Sequence[int]) -> None:
    """Refuse blocks of unlike columns that name other corners in one row: they are two tables."""
    ends = [*starts[1:], len(header.names)]
    own = [s for s, e in zip(starts, ends, strict=True)
           if any(s < min(p.first, p.second) < e for p in header.pairs)]  # fmt: skip
    for row in header.below(sheet):
        named = {folded(n) for s in own if (n := _cell(sheet.rows[row], s))}
        if len(named) > 1:
            raise bad_row(path, sheet, row, "并列的几栏点号不一致，请分成几个表",
                          "columns side by side name other corners; make several "
                          "tables")  # fmt: skip


def _are_systems(path: Path, sheet: Sheet, header: Header, blocks: _Blocks) -> bool:
    """Return whether the blocks give the same corners in several systems."""
    datums = {p.datums for p in header.pairs if p.kind == blocks.pairs[0].kind}
    named = [[_cell(cells, s) for s in blocks.starts] for cells in sheet.rows[header.row + 1 :]]
    full = [n for n in named if all(n)]
    same = bool(full) and all(len(set(n)) == 1 for n in full)
    if len(datums) > 1 and not same:
        raise refusal(
            path,
            "并列的几组坐标属于不同坐标系，点号却不一致，请分成几个表",
            "blocks of columns in several systems name other corners; make several tables",
        )
    keys = [o for o in blocks.offsets if header.roles.get(blocks.name + o) == "group"]
    owned = any(
        len({_cell(cells, s + o) for s in blocks.starts}) > 1
        for cells in sheet.rows[header.row + 1 :]
        for o in keys
    )
    above = zip(sheet.rows[: header.row], sheet.lines, strict=False)
    headings = owned or _headings([*above], blocks)
    return same and (len(datums) > 1 or not headings)


def _headings(rows: Sequence[_Row], blocks: _Blocks) -> list[list[_Row]]:
    """Return the rows above the header that each block has of its own; none where none has.

    The one right above may hold anything, those above it a name, a number or elevations: pages and
    units may stand side by side there.
    """
    found: list[list[_Row]] = [[] for _ in blocks.starts]
    for cells, line in reversed(rows):
        own = [tuple(filter(None, (_cell(cells, s + o) for o in blocks.offsets)))
               for s in blocks.starts]  # fmt: skip
        texts = [with_colon(words) for words in own]
        known = not found[0] or all(is_about(t) or told_in(t) or heading(t) for t in texts)
        if not known or not all(texts) or len(set(texts)) < len(texts):
            break
        if datums_named(" ".join(texts)):
            break
        for block, words in zip(found, own, strict=True):
            block.insert(0, (words, line))
    return found if found[0] else []


def _without_headings(
    rows: Sequence[_Row], headings: list[list[_Row]], blocks: _Blocks
) -> list[_Row]:
    """Return the rows above the header without what is brought above the corners of each block."""
    moved = {line for _, line in headings[0]} if headings else set()
    own = {s + o for s in blocks.starts for o in blocks.offsets}
    return [
        (tuple("" if c in own else cell for c, cell in enumerate(cells)), line)
        if line in moved
        else (cells, line)
        for cells, line in rows
    ]


def _best_body(
    path: Path, rows: Sequence[_Row], blocks: _Blocks, headings: Sequence[Sequence[_Row]]
) -> list[_Row]:
    """Return the rows block by block, as their numbers run on best.

    A heading that stands in one block alone may be of that block or of all.
    """
    ways = [_body(rows, blocks, headings, shared) for shared in (True, False)]
    odd = [_oddities(way, blocks) for way in ways]
    said = [[(tuple(filter(None, cells)), line) for cells, line in way] for way in ways]
    if odd[0] == odd[1] and said[0] != said[1]:
        raise refusal(
            path,
            "并列的几栏中有只写在一栏里的标题，分不清属于哪一栏，请改为一栏",
            "a heading stands in one of several blocks of columns: of which corners? use one block",
        )
    return ways[0] if odd[0] < odd[1] else ways[1]


def _oddities(rows: Sequence[_Row], blocks: _Blocks) -> int:
    """Return how often corner numbers do not run on, or do so over a row of words."""
    odd, size, text, heads = 0, 3, 0, 0
    last = first = None
    for cells, _ in rows:
        here = numbered(_cell(cells, blocks.name)) if _has_place(cells, blocks, 0) else None
        if here is None:
            said = " ".join(cells)
            of_parcel = is_about(said) or is_sum(said)
            text += any(cells) and (of_parcel or not is_remark(said))
            heads += any(cells) and not of_parcel and not is_remark(said)
            continue
        if here == first:  # closing, or another ring
            size += 1
        elif last is not None and here == (last[0], last[1] + 1):
            # Words within what is no ring yet head nothing.
            odd += bool(text) * (1 + (size < 3))
            size += 1
        else:
            odd += (here[1] != 1) + (size < 3)
            first, size = here, 1
        last, text, heads = here, 0, 0
    return odd + (size < 3) + bool(heads)


def _has_place(cells: Sequence[str], blocks: _Blocks, block: int) -> bool:
    move = blocks.starts[block] - blocks.name
    return any(
        all(is_number_like(_cell(cells, c + move)) for c in (p.first, p.second))
        for p in blocks.pairs
    )


def _body(
    rows: Sequence[_Row], blocks: _Blocks, headings: Sequence[Sequence[_Row]], shared: bool
) -> list[_Row]:
    """Return the rows block by block, from one row that all blocks share to the next."""
    out: list[_Row] = []
    held: list[_Row] = []
    for cells, line in rows:
        if _is_shared(cells, blocks, shared):
            out += _stack(held, blocks, headings if not out else ())
            held = []
            out.append((_first_only(cells, blocks), line))
        else:
            held.append((cells, line))
    return out + _stack(held, blocks, headings if not out else ())


def _is_shared(cells: Sequence[str], blocks: _Blocks, alone: bool) -> bool:
    """Return whether a row is of all blocks: a header again, a page, a footer, a blank row.

    ``alone`` says what words in one block are.
    """
    if any(_has_place(cells, blocks, k) for k in range(len(blocks.starts))):
        return False
    texts = [" ".join(dict.fromkeys(filter(None, part))) for part in blocks.parts(cells)]
    filled = [t for t in texts if t]
    if len(set(texts)) == 1:
        valued = any(map(str.isdecimal, texts[0]))
        return alone or not (valued and (is_about(texts[0]) or is_sum(texts[0])))
    if len(filled) == 1:
        only = is_remark(filled[0]) and not is_sum(filled[0]) and not is_about(filled[0])
        return alone or only or is_page(filled[0])
    kinds = {(is_sum(t), is_about(t)) for t in filled}
    if kinds == {(False, False)} and is_remark(filled[0]):
        return True
    # 面积 in one block and 标高 in the other are of all; 标高 in each is of each.
    return alone and (len(kinds) > 1 or any(map(is_date, filled)))


def _first_only(cells: Sequence[str], blocks: _Blocks) -> tuple[str, ...]:
    """Return a row of all blocks, once where each block says the same."""
    if len(set(blocks.parts(cells))) > 1:
        return tuple(cells)
    others = blocks.others
    return tuple("" if c in others else cell for c, cell in enumerate(cells))


def _stack(rows: Sequence[_Row], blocks: _Blocks, headings: Sequence[Sequence[_Row]]) -> list[_Row]:
    """Return rows of corners: down the first block, then down the next; or from left to right."""
    columns = [[(_moved(cells, blocks, s), line) for cells, line in rows] for s in blocks.starts]
    across = [r for row in zip(*columns, strict=True) for r in row if _is_held(r, blocks)]
    for column in columns:
        while column and not _is_held(column[-1], blocks):
            column.pop()
    down = [r for column in columns for r in column]
    names = [[_cell(r[0], blocks.name) for r in order] for order in (down, across)]
    breaks = [first_break([folded(n) for n in order if n]) for order in names]
    if not headings and breaks[0] is not None and breaks[1] is None:
        return across
    out: list[_Row] = []
    for k, column in enumerate(columns):
        if headings and column:
            out += headings[k]
        out += column
    return out


def _is_held(row: _Row, blocks: _Blocks) -> bool:
    return any(blocks.parts(row[0])[0])


def _moved(cells: Sequence[str], blocks: _Blocks, start: int) -> tuple[str, ...]:
    """Return a row with the cells of one block in the place of the first, the others blank."""
    mine = {blocks.name + o: _cell(cells, start + o) for o in blocks.offsets}
    others = blocks.others
    width = max(len(cells), max(mine) + 1)
    return tuple(mine.get(c, "" if c in others else _cell(cells, c)) for c in range(width))


def _cell(cells: Sequence[str], column: int) -> str:
    return cells[column] if 0 <= column < len(cells) else ""
