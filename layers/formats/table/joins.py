"""To which ring and parcel of a table a corner belongs: by numbers, keys and what parts them."""

from __future__ import annotations

import re

from layers.formats.table import corner_names, deductions
from layers.formats.table import rows as words
from layers.formats.table.between import Between
from layers.formats.table.rings import begins_again, is_closed


def _is_longer(one: str, other: str) -> bool:
    """Return whether one name is the other and more words, and these name no part of it."""
    short, long = sorted((one, other), key=len)
    more = long.replace(short, "", 1) if short and short in long else ""
    return re.search(r"[^\W\d_]{2}", more) is not None and not words.is_block(more)


class Joins(Between):
    """Tells whether a corner goes on with the ring and the parcel above it."""

    def _is_twin(self, row: int) -> bool:
        """Return whether a row gives the corner above again, as merged cells over two rows do.

        After a closing point it may begin the next ring; unless all corners stand twice.
        """
        if not self.parcels or self.named is None or self.blank or self.parted is not None:
            return False
        ring = self.parcels[-1].rings[-1]
        marks = [c for c, role in self.header.roles.items() if role in ("group", "ring")]
        cells = [(self.sheet.cell(r, c), c) for r in (ring.rows[-1], row) for c in marks]
        own = len(set(cells)) > len(marks) or self.header_at is not None
        name, place = self.sheet.cell(row, self.named), self.places.at[row]
        if own or not name or name != ring.names[-1] or place != self.places.at[ring.rows[-1]]:
            return False
        twin = not is_closed(ring, self.places) or ring.twins >= len(ring.rows) - 1
        ring.twins += twin
        return twin

    def _still_cut(self, row: int, key: tuple[str, ...], name: str) -> bool:
        """Return whether a heading above cuts a corner out: not in the next parcel."""
        if self.parcels and key != self.above:
            return False
        if self.cut or not self.parcels or self.summed or self.new_heading is not None:
            return self.cut
        # A footer and the header of the next page stood within the ring.
        ring = self.parcels[-1].rings[-1]
        inside = ring.cut and not ring.marked and not any(map(deductions.is_cut, key))
        return inside and (self._runs_on(name) or self._closes(row, name))

    def _closes(self, row: int, name: str) -> bool:
        """Return whether a corner closes the ring: the first one again."""
        ring = self.parcels[-1].rings[-1]
        again = bool(name) and corner_names.folded(name) == corner_names.folded(ring.names[0])
        at_first = self.places.at[row] == self.places.at[ring.rows[0]]
        return again and at_first and not is_closed(ring, self.places)

    def _key(self, cells: list[str]) -> tuple[str, ...]:
        """Fill a key: a cell that stands for several rows is written in the first.

        What stands to the left of a new value goes on, what stands to its right does not.
        """
        key: list[str] = []
        changed = False
        for cell, before in zip(cells, self.above, strict=True):
            key.append(cell or ("" if changed else before))
            changed |= key[-1] != before
        return tuple(key)

    def _same(self, row: int, key: tuple[str, ...], name: str, cut: bool) -> bool:
        """Return whether a corner belongs to the last parcel."""
        last = self.parcels[-1]
        renamed = self.new_heading is not None and self.new_heading != last.heading
        if cut:
            # A key column may say 扣除; then the others still name the parcel.
            pairs = zip(last.key, key, strict=True)
            return not renamed and all(a == b or deductions.is_cut(b) for a, b in pairs)
        if last.key != key or renamed:
            return False
        if any(key):
            return True
        runs_on = self._runs_on(name) or self._closes(row, name)
        if self.parted is not None and last.rings[-1].cut:
            return False
        if self.parted is not None and not self.page:
            return runs_on and not self.summed
        if self.page or (self.header_at is None and self.beside is None):
            return True
        return runs_on or not self._restarts(row, name)

    def _restarts(self, row: int, name: str) -> bool:
        """Return whether a ring begins after a header that stands again, or a place aside."""
        if name or is_closed(self.parcels[-1].rings[-1], self.places):
            return begins_again(self.parcels[-1].rings[-1], name, row, self.places)
        if self.header_at is None:
            return True
        raise self.bad(self.header_at, "表头重复而没有点号，分不清是续表还是另一圈",
                       "the header stands again and corners have no numbers: the same ring or "
                       "another?")  # fmt: skip

    def _cell(self, row: int, column: int | None) -> str:
        return "" if column is None else self.sheet.cell(row, column)

    def _label(self, row: int, key: tuple[str, ...], name: str) -> str:
        """Return what the ring column says; what only a ring's first row says goes on."""
        said = self._cell(row, self.ringed)
        if not self.parcels or key != self.above or self._is_parted():
            return said
        ring = self.parcels[-1].rings[-1]
        if said and self.ringed is not None:
            if not ring.label and self._runs_on(name) and self._is_written_once(row, self.ringed):
                self._refuse_middle(row, self.ringed, "")
            return said
        goes_on = ring.labelled == 1 and not begins_again(ring, name, row, self.places)
        return ring.label if goes_on else said

    def _is_parted(self) -> bool:
        """Return whether a row between two corners may part them."""
        return self.blank or not (self.parted is self.header_at is self.beside is None)

    def _refuse_within(self, row: int, key: tuple[str, ...], name: str) -> None:
        """Refuse a key that changes between two corners of what may be one ring.

        A name in a merged cell stands beside a middle corner where it is saved as text.
        """
        if not self.parcels:
            return
        ring = self.parcels[-1].rings[-1]
        goes_on = self._runs_on(name) or not (name or self._is_parted())
        if not goes_on or is_closed(ring, self.places):
            return
        for column, before, here in zip(self.keys, self.above, key, strict=True):
            if before != here and self._is_written_once(row, column):
                self._refuse_middle(row, column, before)
            if not self._is_parted() and _is_longer(before, here):
                title = self.header.names[column]
                raise self.bad(row, f"点号续接而 {title} 由“{before}”变为“{here}”，是否同一地块",
                               f"numbers run on from {title} {before!r} to {here!r}: one parcel "
                               "or two?")  # fmt: skip

    def _is_written_once(self, row: int, column: int) -> bool:
        """Return whether a cell is filled and the one below it is not."""
        below = row + 1 in self.places.at and self.sheet.cell(row + 1, column)
        return bool(self.sheet.cell(row, column)) and not below

    def _refuse_middle(self, row: int, column: int, before: str) -> None:
        """Refuse what stands beside a corner within numbers that run on, where it cannot begin."""
        self.in_run = self.in_run or (row, column)
        if before and self.restarted is None:
            return
        row, column = self.in_run
        title, said = self.header.names[column], self.sheet.cell(row, column)
        raise self.bad(row, f"{title}“{said}”写在一圈中间的拐点旁，分不清各圈属于谁；"
                       "请写在每个拐点旁，或写在各圈的第一个拐点旁",
                       f"{title} {said!r} stands beside a middle corner: whose are the rings? "
                       "Write it beside each corner, or the first")  # fmt: skip

    def _runs_on(self, name: str) -> bool:
        """Return whether a corner's number follows that of the ring before."""
        return self.parcels[-1].rings[-1].runs_on(name)

    def _new_ring(self, row: int, name: str, label: str, cut: bool) -> bool:
        parcel = self.parcels[-1]
        ring = parcel.rings[-1]
        runs_on = self._runs_on(name)
        if label != ring.label or cut != ring.cut:
            return True
        if self._closes(row, name):
            return False
        if begins_again(ring, name, row, self.places):
            self._doubt_new_ring(row, name, runs_on)
            return True
        if self.page or self.header_at is not None:
            if not self.page and any(parcel.key):
                self._restarts(row, name)
            return False
        if not (self.blank or self.parted is not None):
            return False
        if runs_on:
            said = "" if self.parted is None else self.sheet.text(self.parted)[:20]
            zh = f"“{said}”之后" if said else "空行之后"
            en = f"after {said!r}" if said else "after a blank row"
            zh, en = (
                f"{zh}点号续接，按同一地块的新一圈读",
                f"numbers run on {en}; read as a new ring",
            )
            parcel.doubts.append((row, "ring_by_blank_row", zh, f"{en} of one parcel"))
        elif not name and not is_closed(ring, self.places):
            zh = "空行或标题之后按新的一圈读（没有点号，前一圈没有闭合）"
            en = "a new ring after a blank row or heading: no numbers, the one before is open"
            parcel.doubts.append((row, "ring_by_blank_row", zh, en))
        return True

    def _join_put_in(self, row: int, name: str) -> None:
        """Give corners that were put in to the ring that goes on after them: J3 补1 J4."""
        parcel = self.parcels[-1] if self.parcels else None
        if parcel is None or len(parcel.rings) < 2 or self._is_parted():
            return
        before, ring = parcel.rings[-2:]
        begun = (ring.rows[0], "ring_by_letters")
        if begun not in [doubt[:2] for doubt in parcel.doubts] or not before.runs_on(name):
            return
        if len(ring.rows) >= 3:
            zh, en = ring.names[0], before.names[-1]
            raise self.bad(row, f"点号 {name} 接 {en}，其间的 {zh} 等是另一圈，还是补入的拐点",
                           f"{name} follows {en}: are {zh} and others between them a ring, or put "
                           "in?")  # fmt: skip
        parcel.doubts = [doubt for doubt in parcel.doubts if doubt[:2] != begun]
        parcel.rings.pop()
        for at, put_in in zip(ring.rows, ring.names, strict=True):
            before.add(at, put_in)

    def _doubt_new_ring(self, row: int, name: str, runs_on: bool) -> None:
        ring = self.parcels[-1].rings[-1]
        here, first = corner_names.numbered(name), ring.first
        if runs_on and first != ring.last:
            self.parcels[-1].doubts.append(
                (
                    row,
                    "ring_by_place",
                    "前一点与该圈起点重合而点号续接，按新的一圈读",
                    "the point before lies on the ring's first, numbers run on; read as a new ring",
                )
            )
        elif here and first and here[0] != first[0] and not is_closed(ring, self.places):
            self.parcels[-1].doubts.append(
                (
                    row,
                    "ring_by_letters",
                    f"点号换了字母（{ring.names[-1]}、{name}），按新的一圈读",
                    f"corners are lettered anew ({ring.names[-1]}, {name}); read as a new ring",
                )
            )

    def _begins(self, row: int, name: str) -> bool:
        """Return whether a corner stands below something that may part it from those above."""
        parted = self.parted is not None or self.new_heading is not None or self.blank
        return parted or is_closed(self.parcels[-1].rings[-1], self.places)
