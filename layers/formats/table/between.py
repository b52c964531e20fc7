"""Rows of a table that hold no corner: headings, sums, remarks, pages; kept until one comes."""

from __future__ import annotations

import re
from pathlib import Path

from layers.account import Issue
from layers.formats.former_datums import datums_now
from layers.formats.table import corner_names, deductions, endings, naming
from layers.formats.table import rows as words
from layers.formats.table.depths import Depths, is_about, without_depth
from layers.formats.table.header import Header
from layers.formats.table.places import Places
from layers.formats.table.rings import Parcel, is_spaced
from layers.formats.table.second_headers import OTHER_HEADER, is_header
from layers.formats.table.sheet import Sheet, bad_row
from layers.issues import warning

_OF_PARCEL = re.compile(r"开采|准采|限采|采矿权|矿区|全区")


class Between:
    """What stood between the corners since the last one, and the parcels read so far."""

    def __init__(self, path: Path, sheet: Sheet, header: Header, places: Places) -> None:
        self.path, self.sheet, self.header, self.places = path, sheet, header, places
        self.keys = [c for c, role in sorted(header.roles.items()) if role == "group"]
        self.in_name = {c for c, role in header.roles.items() if role in ("corner", "number")}
        named = header.column("corner")
        self.named = named if named is not None else header.column("number")
        self.ringed = header.column("ring")
        self.signed = header.column("sign")
        self.sign: int | None = None
        self.sign_again = False  # a cell below another
        self.datums = {d for pair in header.pairs for d in pair.datums}
        self.bounds = [c for c, r in header.roles.items() if r in ("top", "bottom")]
        found = [sheet.cell(r, self.named) for r in places.at] if self.named is not None else []
        numbers = {name: corner_names.numbered(name) for name in found if name}
        self.known = frozenset(n[0] for n in numbers.values() if n)
        self.unnumbered = {name for name, n in numbers.items() if n is None}
        heads = (words.with_colon(cells) for cells in sheet.rows[: header.row + 1])
        self.spaced = is_spaced(sheet, places)
        self.last_corner = max(places.at, default=-1)
        self.below: list[int] = []  # rows below it that name a right
        self.page_heads = {endings.untitled(text) for text in heads if text}
        self.depths = Depths(path, sheet, header.row, places.words)
        self.parcels: list[Parcel] = []
        self.seen: set[tuple[tuple[str, ...], str]] = set()
        self.issues: list[Issue] = []
        self.passed: list[int] = []
        self.put_aside: list[int] = []
        self.above: tuple[str, ...] = ("",) * len(self.keys)
        self.heading = ""
        # Rows where a key written once begins within numbers that run on, and where numbers begin
        # again without one: both together tell that keys stand beside middle corners.
        self.in_run: tuple[int, int] | None = None
        self.restarted: int | None = None
        self.begin()

    def begin(self) -> None:
        """Forget what stood between the corners."""
        self.blank = self.page = self.cut = self.summed = False
        self.parted: int | None = None  # by this row
        self.beside: int | None = None  # a row of something else than a corner
        self.odd: int | None = None  # a row of numbers alone
        self.header_at: int | None = None
        self.new_heading: str | None = None
        self.heading_rows: list[int] = []
        self.cut_row: int | None = None
        self.over: str | None = None  # a heading right above it
        self.told: dict[str, str] = {}
        self.field: tuple[int, str] | None = None  # a row that heads corners if they follow
        self.other_datum: int | None = None  # a row that names another than the header

    def bad(self, row: int, zh: str, en: str) -> Exception:
        """Return the error that refuses the table at a row."""
        return bad_row(self.path, self.sheet, row, zh, en)

    def aside(self, row: int) -> None:
        """Take a row that places something else than a corner."""
        self.put_aside.append(row)
        self.beside = row

    def titled(self, row: int) -> None:
        """Take the title of the table: its corners may be none, or be taken out."""
        text = words.with_colon(self.sheet.rows[row])
        self._refuse_aside(row, text, words.heading(text))
        if deductions.is_cut(text):
            self._begin_cut(row, about=False)

    def between(self, row: int) -> None:
        """Take a row that holds no place."""
        text = words.with_colon(self.sheet.rows[row])
        if not text:
            self.blank = not self.spaced
            return
        named = set(datums_now(text)[0])
        if not self.parcels and not any(pair.datums for pair in self.header.pairs):
            self.datums |= named  # a title below the header
        elif named - self.datums:
            self.other_datum = row
        again = is_header(self.sheet, row, self.header)
        if again is None:
            raise self.bad(row, *OTHER_HEADER)
        short = endings.untitled(text)
        if again or short in self.page_heads:
            self.header_at = row
            self.page |= endings.goes_on(text) or endings.without_continued(text) != text
        elif endings.is_page(text) or (endings.goes_on(text) and short == self.heading):
            self.page = True
        elif not (words.is_ruling(self.sheet.rows[row]) and self._below_header(row)):
            self._refuse_lost(row, text)
            self._words(row, text)

    def _below_header(self, row: int) -> bool:
        return row - 1 in (self.header.row, self.header_at)

    def _refuse_lost(self, row: int, text: str) -> None:
        cells = (self.sheet.cell(row, c) for c in (self.named, *self.in_name) if c is not None)
        name = next(filter(None, cells), "")
        pairs = self.header.coordinates
        missing = any(words.is_missing(self.sheet.cell(row, c)) for c in pairs)
        lost = corner_names.names_a_corner(name, self.known) or self._is_like_others(name)
        if words.is_cut_short(text) or (self.parcels and endings.leaves_out(text)):
            raise self.bad(row, f"“{text[:20]}”：是否略去了拐点",
                           f"{text[:20]!r}: are corners left out?")  # fmt: skip
        if lost or (missing and not words.is_sum(text) and not deductions.is_cut(text)):
            raise self.bad(row, "有点号而没有坐标", "a corner without coordinates")
        if words.holds_a_place(text):
            raise self.bad(row, f"坐标不在坐标列里：{text[:40]}",
                           f"coordinates outside of their columns: {text[:40]}")  # fmt: skip

    def _is_like_others(self, name: str) -> bool:
        return corner_names.is_like(name, self.unnumbered) and not deductions.is_cut(name)

    def _words(self, row: int, text: str) -> None:
        """Take a row of words: elevations, a deduction, a heading, or what only parts parcels."""
        about, told = is_about(text), naming.told_in(text)
        ends = row > self.last_corner and bool(naming.identities_in(text))
        rest = without_depth(text) if about and (ends or not told) else text
        if deductions.is_cut(text):
            self._begin_cut(row, about)
            return
        name = words.heading(rest) if rest and not ends else ""
        self.below += [row] * ends
        again = self.parcels and name == self.parcels[-1].heading
        if words.is_sum(text) and (again or row > self.last_corner):
            name = ""  # the area of the parcel above, or of a part, with its name
        self._refuse_aside(row, text, name)
        if deductions.is_outer(text):
            self.blank = True
            return
        if about:
            self._refuse_depth_of_cut(row, text)
        if about and name and self._named_depth(row, text, name):
            self.parted = row if self.parted is None else self.parted
            return
        if name:
            self._tell_empty_cut()
            self.heading_rows.append(row)
            self.over = self.new_heading
            self.new_heading, self.heading = name, name
            self.told.update(naming.told_in(rest))
            self.cut = False
        last = self.parcels[-1] if self.parcels else None
        if self.depths.take(row, text, last, self.new_heading):
            self.summed |= not name
        elif not name:
            self._remark(row, text, about)
            if row == self.odd:
                return
        self.parted = row if self.parted is None else self.parted
        self.cut = False

    def _named_depth(self, row: int, text: str, name: str) -> bool:
        """Give elevations to a parcel above that their row names: 一采区开采标高：1250～980米."""
        own = [p for p in self.parcels if p.heading == name]
        last = bool(own) and own[0] is self.parcels[-1] and self.new_heading is None
        if len(own) != 1 or not (last or row > self.last_corner):
            return False
        return self.depths.name(row, text, own[0])

    def _remark(self, row: int, text: str, about: bool) -> None:
        if not about:  # else told with the elevations
            self.passed.append(row)
            if field := words.field_heading(text):
                self.field = row, field
        self.summed |= words.is_sum(text)
        if not re.search(r"[^\W\d_]", text):
            self.odd = row  # lengths of sides stand between the corners

    def _take_field(self) -> None:
        """Take a row 采区：一采区 for the heading of the corners that follow it."""
        if self.field is None or self.new_heading is not None or self.field[1] == self.heading:
            return
        row, name = self.field
        self.heading_rows.append(row)
        self.new_heading = self.heading = name
        if row in self.passed:
            self.passed.remove(row)

    def _refuse_aside(self, row: int, text: str, name: str) -> None:
        if words.is_aside(text) or (name and words.is_aside(name)):
            raise self.bad(row, f"“{text[:20]}”之下不是拐点，请另放一表",
                           f"under {text[:20]!r} stand no corners; move it to a table of its "
                           "own")  # fmt: skip

    def _begin_cut(self, row: int, about: bool) -> None:
        if about or deductions.is_between_levels(words.with_colon(self.sheet.rows[row])):
            raise self.in_space(row)
        self._tell_empty_cut()
        self.cut, self.parted, self.cut_row = True, row, row

    def in_space(self, row: int) -> Exception:
        """Return the error about a deduction that is a body between elevations."""
        return self.bad(row, "扣除范围有自己的标高，是空间扣除，请改用登记坐标串",
                        "a deduction with elevations of its own; use the registration "
                        "string")  # fmt: skip

    def _refuse_depth_of_cut(self, row: int, text: str) -> None:
        """Refuse elevations that may be those of what is taken out, not of the parcel."""
        cut = self.parcels and self.parcels[-1].rings[-1].cut and self.new_heading is None
        if self.cut_row is not None or (cut and not _OF_PARCEL.search(text)):
            raise self.bad(row, "标高写在扣除范围之处，分不清是否属于扣除范围",
                           "elevations where a part is taken out: of the parcel or of that "
                           "part?")  # fmt: skip

    def _tell_empty_cut(self) -> None:
        """Tell of a deduction that no corners follow."""
        if self.cut_row is not None:
            line = self.sheet.lines[self.cut_row]
            zh, en = f"第 {line} 行的扣除范围没有拐点", f"row {line}: no corners to take out"
            self.issues.append(warning("heading_without_corners", zh, en))
            self.cut_row = None
