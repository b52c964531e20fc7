"""To which ring and parcel of a table a corner belongs: by numbers, keys and what parts them."""

from __future__ import annotations

from layers.formats.table import corner_names, deductions
from layers.formats.table.between import Between
from layers.formats.table.rings import begins_again, is_closed


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

    def _runs_on(self, name: str) -> bool:
        """Return whether a corner's number follows that of the ring before."""
        last, here = self.parcels[-1].rings[-1].last, corner_names.numbered(name)
        return last is not None and here is not None and here == (last[0], last[1] + 1)

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
