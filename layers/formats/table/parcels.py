"""The parcels of a table of corners: which rows belong together, and what stands between them."""

from __future__ import annotations

import re
from pathlib import Path

from layers.account import Issue
from layers.formats.table import deductions
from layers.formats.table import rows as words
from layers.formats.table.between import Between
from layers.formats.table.doubts import passed_issues
from layers.formats.table.header import Header
from layers.formats.table.places import Places
from layers.formats.table.rings import (
    Parcel,
    Ring,
    bad_row,
    begins_again,
    cell_of,
    is_closed,
    take_back,
)  # fmt: skip
from layers.formats.table.sheets import Sheet
from layers.issues import warning


def parcels_of(
    path: Path, sheet: Sheet, header: Header, places: Places, aside: frozenset[int]
) -> tuple[list[Parcel], list[Issue]]:
    """Return the parcels in the order of the sheet, and what there is to say of other rows.

    Raises
    ------
    FormatError
        The corners of a parcel are not together, a corner has no coordinates, elevations are
        given twice or to no certain parcel, or a row's part cannot be told.
    """
    for row in words.rows_above(sheet, header):
        if row not in aside:
            raise bad_row(path, sheet, row, "坐标在表头之上", "coordinates above the header")
    reader = _Reader(path, sheet, header, places)
    reader.put_aside += sorted(row for row in aside if row < header.row)
    if (title := words.title_of(sheet, header)) is not None and title not in aside:
        reader.titled(title)
    for row in range(header.row + 1, len(sheet.rows)):
        if row in aside:
            reader.aside(row)
        elif row in places.at:
            reader.corner(row)
        else:
            reader.between(row)
    return reader.finish()


_MARK = 8  # longest cell that marks a row


class _Reader(Between):
    """Reads a table of corners row by row."""

    def corner(self, row: int) -> None:
        if not self._is_twin(row):
            self._corner(row)

    def _is_twin(self, row: int) -> bool:
        """Return whether a row gives the corner above again, as merged cells over two rows do.

        After a closing point it may begin the next ring; unless all corners stand twice.
        """
        if not self.parcels or self.named is None or self.blank or self.parted is not None:
            return False
        ring = self.parcels[-1].rings[-1]
        marks = [c for c, role in self.header.roles.items() if role in ("group", "ring")]
        cells = [(cell_of(self.sheet, r, c), c) for r in (ring.rows[-1], row) for c in marks]
        own = len(set(cells)) > len(marks) or self.header_at is not None
        name, place = cell_of(self.sheet, row, self.named), self.places.at[row]
        if own or name != ring.names[-1] or place != self.places.at[ring.rows[-1]]:
            return False
        twin = not is_closed(ring, self.places) or ring.twins >= len(ring.rows) - 1
        ring.twins += twin
        return twin

    def _corner(self, row: int) -> None:
        cells = [cell_of(self.sheet, row, c) for c in self.keys]
        key = self._key(cells)
        name = cell_of(self.sheet, row, self.named) or "" if self.named is not None else ""
        label = cell_of(self.sheet, row, self.ringed) or "" if self.ringed is not None else ""
        if self.other_datum is not None:
            raise self.bad(self.other_datum, "其下的拐点写明是另一坐标系，请分成两个表",
                           "what stands below is in another datum; make two tables")  # fmt: skip
        sign = self._sign(row, key)
        self.cut = self._still_cut(row, key, name) if sign is None else self._headed(row, sign)
        marks = (*key, label, *self._marks(row))
        cut = self.cut or any(map(deductions.is_cut, marks)) if sign is None else sign < 0
        if cut:
            self._refuse_own_bounds(row)
        self._refuse_odd(row, name)
        taken_out = sign is not None and cut
        if not self.parcels or not (taken_out or self._same(row, key, name, cut)):
            self._whose(row, cells)
            self._new_parcel(row, key, name, cut)
            self.parcels[-1].rings.append(Ring(label=label, cut=cut))
        elif self._new_ring(row, name, label, cut) or (taken_out and key != self.above):
            if not cut and label == self.parcels[-1].rings[0].label:
                self._whose(row, cells)
            before = self.parcels[-1].rings[-1]
            self.parcels[-1].rings.append(Ring(label=label, cut=cut))
            take_back(before, self.parcels[-1].rings[-1], name, self.places)
        parcel = self.parcels[-1]
        parcel.rings[-1].kept |= sign == 1 or any(map(deductions.is_kept, marks))
        if cells and parcel.rings[0].rows:
            parcel.filled = all(cells) and parcel.filled is not False
        self.above = key
        if not cut:
            self.depths.give(row, parcel)
        parcel.rings[-1].rows.append(row)
        parcel.rings[-1].names.append(name)
        goes_on = self.cut
        self.begin()
        self.cut = goes_on

    def _marks(self, row: int) -> list[str]:
        """Return what short cells beside a corner say: 扣除区."""
        return [
            cell
            for c, cell in enumerate(self.sheet.rows[row])
            if cell and len(cell) <= _MARK and c not in self.header.roles
        ]

    def _sign(self, row: int, key: tuple[str, ...]) -> int | None:
        """Return what a column says of a corner's part, -1 taken out, None where nothing.

        A cell that stands for several rows is written in the first alone.
        """
        if self.signed is None:
            return None
        said = cell_of(self.sheet, row, self.signed)
        if said is None:
            if key != self.above or self.sign_again:
                self.sign, self.sign_again = None, False
            return self.sign
        self.sign_again = self.sign is not None
        title = self.header.names[self.signed]
        self.sign = deductions.sign_of(title, said)
        if self.sign is None:
            raise self.bad(row, f"{title} 一列的“{said}”看不出是加是减",
                           f"{title}: {said!r} says neither part nor deduction")  # fmt: skip
        return self.sign

    def _headed(self, row: int, sign: int) -> bool:
        """Refuse a corner that its column adds below a heading of a deduction."""
        if self.cut and sign > 0:
            raise self.bad(row, "标题写明扣除，而该列写明不扣除",
                           "a heading takes out what the column adds")  # fmt: skip
        return False

    def _refuse_own_bounds(self, row: int) -> None:
        """Refuse a deduction between elevations that are not all those of its parcel."""
        if not self.parcels:
            return
        first = self.parcels[-1].rings[0].rows[0]
        for column in self.bounds:
            own, whole = (cell_of(self.sheet, r, column) for r in (row, first))
            if own is not None and own != whole:
                raise self.bad(row, "扣除范围有自己的标高，是空间扣除，请改用登记坐标串",
                               "a deduction with elevations of its own; use the registration "
                               "string")  # fmt: skip

    def _refuse_odd(self, row: int, name: str) -> None:
        """Refuse a row of numbers alone between two corners of one ring."""
        if self.odd is None or not self.parcels or self._runs_on(name) or self._closes(row, name):
            return
        if not begins_again(self.parcels[-1].rings[-1], name, row, self.places):
            raise self.bad(self.odd, "有数字而没有坐标，是否缺一个拐点",
                           "numbers without coordinates: a lost corner?")  # fmt: skip
        self.parted = self.odd if self.parted is None else self.parted

    def _still_cut(self, row: int, key: tuple[str, ...], name: str) -> bool:
        """Return whether a heading above cuts a corner out: not in the next parcel."""
        if self.parcels and key != self.above:
            return False
        if self.cut or not self.parcels or self.summed or self.new_heading is not None:
            return self.cut
        # A footer and the header of the next page stood within the ring.
        inside = self.parcels[-1].rings[-1].cut and not any(map(deductions.is_cut, key))
        return inside and (self._runs_on(name) or self._closes(row, name))

    def _closes(self, row: int, name: str) -> bool:
        """Return whether a corner closes the ring: the first one again."""
        ring = self.parcels[-1].rings[-1]
        again = bool(name) and deductions.plain(name) == deductions.plain(ring.names[0])
        at_first = self.places.at[row] == self.places.at[ring.rows[0]]
        return again and at_first and not is_closed(ring, self.places)

    def _key(self, cells: list[str | None]) -> tuple[str, ...]:
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
        last, here = self.parcels[-1].rings[-1].last, words.numbered(name)
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
            parcel.doubts.append(
                (
                    row,
                    "ring_by_blank_row",
                    "空行或标题之后点号续接，按新的一圈读",
                    "numbers run on after a blank row or heading; read as a new ring",
                )
            )
        return True

    def _doubt_new_ring(self, row: int, name: str, runs_on: bool) -> None:
        ring = self.parcels[-1].rings[-1]
        here, first = words.numbered(name), words.numbered(ring.names[0])
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

    def _whose(self, row: int, cells: list[str | None]) -> None:
        """Ask whose a new ring or parcel is where its key is blank.

        Where every row above named it, a blank is a gap; where it is written once, it may go on.
        """
        if not cells or any(cells) or not any(self.above) or not self.parcels:
            return
        title = "、".join(self.header.names[c] for c in self.keys)
        if self.parcels[-1].filled:
            raise self.bad(row, f"新的一圈没有写 {title}，分不清属于哪个地块",
                           f"a new ring without {title}: of which parcel?")  # fmt: skip
        value = "、".join(filter(None, self.above))
        line = self.sheet.lines[row]
        zh = f"第 {line} 行起的一圈没有写 {title}，沿用上面的 {value}"
        en = f"the ring from row {line} is without {title}; that above is taken: {value}"
        self.issues.append(warning("group_inherited", zh, en))

    def _new_parcel(self, row: int, key: tuple[str, ...], name: str, cut: bool) -> None:
        if cut:
            raise self.bad(row, "扣除范围之上没有地块", "a deduction without a parcel above it")
        if self.parcels and self.new_heading is None and not any(key):
            self.heading = ""
        heading = self.heading
        if heading and self.over and (key, heading) in self.seen:
            heading = self.heading = f"{self.over} {heading}"
        named = any(key) or bool(heading)
        if named and (key, heading) in self.seen:
            whose = "、".join(filter(None, (*key, heading)))
            raise self.bad(row, f"{whose} 的拐点不连续", f"corners of {whose} are split")
        parcel = Parcel(key, heading, told=self.told)
        last = self.parcels[-1] if self.parcels else None
        if (
            last is not None
            and heading
            and last.key == key
            and self._runs_on(name)
            and not words.is_like(heading, {last.heading})
        ):
            parcel.doubts.append(
                (
                    row,
                    "parcel_by_row",
                    f"点号与上面的地块续接，因标题“{heading[:20]}”按另一地块读",
                    f"numbers run on from the parcel above; by the heading {heading[:20]!r} it is "
                    "read as another",
                )
            )
        if self.parcels and self.parcels[-1].key == key and not heading:
            rows = (self.parted, self.header_at, self.beside)
            parcel.parted_by = next((r for r in rows if r is not None), None)
        self.parcels.append(parcel)
        self.seen.add((key, heading))

    def _tell_from_above(self) -> None:
        """Give names and numbers above the header to the parcels, up to one that has its own."""
        above: dict[str, set[str]] = {}
        for row in range(self.header.row):
            for title, value in words.told_in(words.with_colon(self.sheet.rows[row])).items():
                above.setdefault(title, set()).add(value)
        for title, values in above.items():
            if len(values) > 1 or title in self.header.names:
                continue
            for parcel in self.parcels:
                other = len(self.parcels) > 1 and parcel.heading
                if title in parcel.told or (other and not words.is_block(parcel.heading)):
                    break  # another mine, perhaps
                parcel.told = {title: next(iter(values)), **parcel.told}

    # -- the end -----------------------------------------------------------------------------------

    def finish(self) -> tuple[list[Parcel], list[Issue]]:
        """Return the parcels, and tell of the rows that were passed over."""
        self.depths.finish(self.parcels)
        self._tell_from_above()
        corners = {row for p in self.parcels for row in p.rows}
        self.issues += self.depths.unread(self.header.row, corners)
        self.passed += self.heading_rows
        self._tell_empty_cut()
        # 生产规模：30万吨 is a remark where no corners follow.
        if self.new_heading and self.parcels and not re.search("[:：]", self.new_heading):
            zh = f"标题“{self.new_heading[:40]}”之后没有拐点"
            en = f"no corners under the heading {self.new_heading[:40]!r}"
            self.issues.append(warning("heading_without_corners", zh, en))
        self.issues += passed_issues(self.sheet, self.put_aside, self.passed)
        return self.parcels, self.issues
