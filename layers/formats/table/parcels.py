"""The parcels of a table of corners: which rows belong together, and what stands between them."""

from __future__ import annotations

from pathlib import Path

from layers.account import Issue
from layers.formats.table import corner_names, deductions, endings, naming
from layers.formats.table import rows as words
from layers.formats.table.depths import is_about, partial_issues
from layers.formats.table.doubts import passed_issues
from layers.formats.table.header import Header
from layers.formats.table.joins import Joins
from layers.formats.table.places import Places
from layers.formats.table.rings import (
    Parcel,
    Ring,
    begins_again,
    take_back,
)  # fmt: skip
from layers.formats.table.second_headers import is_header
from layers.formats.table.sheet import Sheet, bad_row
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
    for row in header.below(sheet):
        if row in aside:
            reader.aside(row)
        elif row in places.at:
            reader.corner(row)
        else:
            reader.between(row)
    return reader.finish()


_MARK = 8  # longest cell that marks a row


class _Reader(Joins):
    """Reads a table of corners row by row."""

    def corner(self, row: int) -> None:
        if not self._is_twin(row):
            self._corner(row)

    def _corner(self, row: int) -> None:
        self._take_field()
        cells = [self.sheet.cell(row, c) for c in self.keys]
        key = self._key(cells)
        name = self._cell(row, self.named)
        label = self._label(row, key, name)
        if self.other_datum is not None:
            raise self.bad(self.other_datum, "其下的拐点写明是另一坐标系，请分成两个表",
                           "what stands below is in another datum; make two tables")  # fmt: skip
        sign = self._sign(row, key)
        self.cut = self._still_cut(row, key, name) if sign is None else self._headed(row, sign)
        marks = (*key, label, *self._marks(row))
        cut = self.cut or any(map(deductions.is_cut, marks)) if sign is None else sign < 0
        if any(deductions.is_cut(c) and deductions.is_between_levels(c) for c in self._beside(row)):
            raise self.in_space(row)
        if cut:
            self._refuse_own_bounds(row)
        self._refuse_odd(row, name)
        self._refuse_other(row, name)
        taken_out = sign is not None and cut
        self._join_put_in(row, name)
        if not self.parcels or not (taken_out or self._same(row, key, name, cut)):
            self._whose(row, cells)
            self._refuse_within(row, key, name)
            self._new_parcel(row, key, name, cut)
            self.parcels[-1].rings.append(Ring(label=label, cut=cut))
        elif self._new_ring(row, name, label, cut) or (taken_out and key != self.above):
            if not cut and label == self.parcels[-1].rings[0].label:
                self._whose(row, cells)
            before = self.parcels[-1].rings[-1]
            self.parcels[-1].rings.append(Ring(label=label, cut=cut))
            take_back(before, self.parcels[-1].rings[-1], name, self.places)
        parcel = self.parcels[-1]
        parcel.rings[-1].marked |= sign is not None or any(
            map(deductions.is_cut, marks[len(key) :])
        )
        parcel.rings[-1].kept |= sign == 1 or any(map(deductions.is_kept, marks))
        if cells and parcel.rings[0].rows:
            parcel.filled = all(cells) and parcel.filled is not False
        self.above = key
        if not cut:
            self.depths.give(row, parcel)
        parcel.rings[-1].add(row, name)
        parcel.rings[-1].labelled += bool(self._cell(row, self.ringed))
        goes_on = self.cut
        self.begin()
        self.cut = goes_on

    def _beside(self, row: int) -> list[str]:
        """Return what stands beside the coordinates of a corner."""
        places = self.header.coordinates
        return [cell for c, cell in enumerate(self.sheet.rows[row]) if cell and c not in places]

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
        said = self.sheet.cell(row, self.signed)
        if not said:
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
            own, whole = (self.sheet.cell(r, column) for r in (row, first))
            if own and own != whole:
                raise self.in_space(row)

    def _refuse_odd(self, row: int, name: str) -> None:
        """Refuse a row of numbers alone between two corners of one ring."""
        if self.odd is None or not self.parcels or self._runs_on(name) or self._closes(row, name):
            return
        if not begins_again(self.parcels[-1].rings[-1], name, row, self.places):
            raise self.bad(self.odd, "有数字而没有坐标，是否缺一个拐点",
                           "numbers without coordinates: a lost corner?")  # fmt: skip
        self.parted = self.odd if self.parted is None else self.parted

    def _refuse_other(self, row: int, name: str) -> None:
        """Refuse a corner that is void, and one of words in a ring of numbers, or the reverse.

        选厂 after J4 is another place; a closing point may be called as one likes.
        """
        if words.is_void(name):
            raise self.bad(row, f"点号写作“{name}”，是否仍为拐点",
                           f"a corner called {name!r}: is it one still?")  # fmt: skip
        ring = self.parcels[-1].rings[-1] if self.parcels else None
        if ring is None or not name or self._begins(row, name) or not ring.names[0]:
            return
        closes = self.places.at[row] == self.places.at[ring.rows[0]]
        if not closes and (corner_names.numbered(name) is not None) not in ring.kinds:
            raise self.bad(row, f"点号“{name}”与上面的 {ring.names[-1]} 不是一类，是否拐点",
                           f"{name!r} is no name like {ring.names[-1]!r} above: is it a "
                           "corner?")  # fmt: skip

    def _whose(self, row: int, cells: list[str]) -> None:
        """Ask whose a new ring or parcel is where its key is blank.

        Where every row above named it, a blank is a gap; where it is written once, it may go on.
        """
        if not cells or any(cells) or not any(self.above) or not self.parcels:
            return
        title = "、".join(self.header.names[c] for c in self.keys)
        if self.parcels[-1].filled:
            raise self.bad(row, f"新的一圈没有写 {title}，分不清属于哪个地块",
                           f"a new ring without {title}: of which parcel?")  # fmt: skip
        self.restarted = row
        if self.in_run is not None:
            self._refuse_middle(*self.in_run, "")
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
            and not corner_names.is_like(heading, {last.heading})
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

    def _name_first(self) -> None:
        """Give the first parcel the title right above the header where the others have headings."""
        if len(self.parcels) < 2:
            return
        first, *others = self.parcels
        if first.heading or any(first.key):
            return
        above = (words.with_colon(self.sheet.rows[r]) for r in range(self.header.row - 1, -1, -1))
        # Its elevations or its coordinate system may stand between.
        said = (t for t in above if words.heading(t) or not (is_about(t) or words.is_remark(t)))
        text = next(said, "")
        name = words.heading(naming.beside(text) if naming.told_in(text) else text)
        if name and all(p.heading for p in others) and name not in {p.heading for p in others}:
            first.heading = name

    def _tell_from_above(self) -> None:
        """Give names and numbers above the header to the parcels, up to one that has its own."""
        above: dict[str, set[str]] = {}
        for row in range(self.header.row):
            for title, value in naming.told_in(words.with_colon(self.sheet.rows[row])).items():
                above.setdefault(title, set()).add(value)
        for title, values in above.items():
            if len(values) == 1 and title not in self.header.names:
                self._spread(title, next(iter(values)))

    def _spread(self, title: str, value: str) -> None:
        """Give what is said of a table to its parcels, up to one that may be of another mine."""
        for parcel in self.parcels:
            other = len(self.parcels) > 1 and parcel.heading
            if title in parcel.told or (other and not words.is_block(parcel.heading)):
                break
            row = parcel.parted_by
            if row is not None and self._is_unread(row):
                break
            parcel.told = {title: value, **parcel.told}

    def _is_unread(self, row: int) -> bool:
        """Return whether a row between parcels holds words that may name another mine."""
        text = words.with_colon(self.sheet.rows[row])
        known = words.is_remark(text[:_MARK]) or is_header(self.sheet, row, self.header)
        return not (known or is_about(text) or endings.is_page(text) or row in self.put_aside)

    def _tell_from_below(self) -> None:
        """Give names and numbers below the last corner to parcels of which none has its own.

        Raises
        ------
        FormatError
            Every parcel but the first has such a line above it: they may stand below their own.
        """
        for row in self.below:
            text = words.with_colon(self.sheet.rows[row])
            # 项目：露天开采 names nothing here, as it may above corners.
            told = {k: v for k, v in naming.identities_in(text).items() if k in text}
            used = [self._is_told(row, *pair) for pair in told.items()]
            if used and all(used) and row in self.passed:
                self.passed.remove(row)

    def _is_told(self, row: int, title: str, value: str) -> bool:
        """Give what stands below the last corner to the parcels, or tell that it is not used."""
        own = [p.told.get(title) for p in self.parcels]
        if not any(own):
            if title not in self.header.names:
                self._spread(title, value)
            return bool(self.parcels) and title in self.parcels[0].told
        if own[0] is None and all(own[1:]):
            raise self.bad(row, f"{title} 写在拐点之上还是之下分不清，请写在各地块之上",
                           f"{title}: above or below its corners? write it above")  # fmt: skip
        if {value} != set(filter(None, own)):
            zh = f"第 {self.sheet.lines[row]} 行：{title} {value} 之后没有拐点，未采用"
            en = f"row {self.sheet.lines[row]}: no corners below {title} {value}; not used"
            self.issues.append(warning("heading_without_corners", zh, en))
        return True

    # -- the end -----------------------------------------------------------------------------------

    def finish(self) -> tuple[list[Parcel], list[Issue]]:
        """Return the parcels, and tell of the rows that were passed over."""
        self.depths.finish(self.parcels)
        self._tell_from_above()
        self._name_first()
        self._tell_from_below()
        corners = {row for p in self.parcels for row in p.rows}
        last, aside = max(corners, default=len(self.sheet.rows)), {*self.put_aside}
        self.issues += endings.ending_issues(self.path, self.sheet, last, aside)
        known = all(p.depth for p in self.parcels)
        self.issues += partial_issues(self.parcels)
        self.issues += self.depths.unread(self.header.row, corners, known=known)
        self.passed += self.heading_rows
        self._tell_empty_cut()
        # 生产规模：30万吨 is a remark where no corners follow.
        if self.new_heading and self.parcels and words.may_head(self.new_heading):
            zh = f"标题“{self.new_heading[:40]}”之后没有拐点"
            en = f"no corners under the heading {self.new_heading[:40]!r}"
            self.issues.append(warning("heading_without_corners", zh, en))
        above = range(self.header.row)
        self.issues += passed_issues(self.sheet, self.put_aside, self.passed, above)
        return self.parcels, self.issues
