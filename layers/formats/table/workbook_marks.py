"""What the markup of a workbook says of its cells beside their values.

The parser of workbooks gives blanks for errors (#REF!) and for formulas whose result was never
stored, knows no merged cells of OpenDocument, and nothing of hidden rows.

Sources: ECMA-376 part 1, 18.3.1 (rows, columns, cells); OpenDocument 1.3 part 3, 9.1.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from layers.formats.table.number_formats import BUILT_IN, shown_as
from layers.parse import FORMULA_ERROR

UNCOMPUTED = "#公式未计算"
MOST_MARKS = 100_000
_YES = ("1", "true")

Box = tuple[tuple[int, int], tuple[int, int]]
"""First and last row and column of merged cells, counted from 0."""


@dataclass
class Marks:
    """Of one sheet, rows and columns counted from 0.

    Attributes
    ----------
    errors : cell -> #REF! and the like, or UNCOMPUTED
    merged : of OpenDocument; the parser gives those of the other kinds
    rows, columns : hidden ones
    shown : cell -> what its number format shows beside the number, see ``number_formats``
    zeros : formulas with the result 0, which programs write that compute nothing
    struck : rows with cells that are struck through
    """

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[Box] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    shown: dict[tuple[int, int], str] = field(default_factory=dict)
    zeros: set[tuple[int, int]] = field(default_factory=set)
    struck: set[int] = field(default_factory=set)


class Marker:
    """Gathers the marks of every part while it is parsed."""

    def __init__(self) -> None:
        self.parts: dict[str, Marks] = {}
        self.tables: dict[str, Marks] = {}
        self.beside: set[str] = set()  # 批注, 文本框: texts that stand in no cell
        self._sheets: dict[str, str] = {}  # name -> id of its relation
        self._targets: dict[str, str] = {}  # id of a relation of the book -> part
        self._part = ""
        self._stale = False
        self._codes = dict(BUILT_IN)  # id -> number format
        self._shows: dict[int, str] = {}  # what cell styles show
        self._style_count = 0
        self._strikes: list[bool] = []  # of fonts
        self._struck: set[int] = set()  # cell styles

    def of(self, sheet: str) -> Marks:
        """Return the marks of a sheet, none where it has none."""
        if sheet in self.tables:
            return self.tables[sheet]
        marks = self.parts.get(self._targets.get(self._sheets.get(sheet, ""), ""), Marks())
        if self._stale:
            marks.errors |= dict.fromkeys(marks.zeros, UNCOMPUTED)
        return marks

    def at(self, row: int, column: int) -> None:
        """Take where the cell that starts stands."""
        self._row, self._column = row, column

    def begin(self, part: str, parser: expat.XMLParserType) -> None:
        """Get ready for the next part."""
        self._part, self._parser = part, parser
        self._marks = Marks()
        self._row = self._column = -1
        self._repeat = 1
        self._in_styles = False
        self._kind = ""  # of the cell at hand
        self._formula = self._valued = False
        self._text: list[str] = []

    def start(self, local: str, told: Mapping[str, str]) -> None:
        """Take the start of an element and its attributes, both without prefixes."""
        if (handler := _STARTS.get(local)) is not None:
            handler(self, told)

    def end(self, local: str) -> None:
        """Take the end of an element."""
        if local == "c":
            if self._formula or self._kind == "e":
                self._end_cell()
        elif local == "cellXfs":
            self._in_styles = False
        elif local == "v":
            if self._formula or self._kind == "e":
                self._parser.CharacterDataHandler = None
        elif local == "table-cell":
            self._end_table_cell()
        elif local == "table-row":
            self._row += self._repeat - 1

    # -- OOXML -------------------------------------------------------------------------------------

    def _worksheet(self, told: Mapping[str, str]) -> None:
        self.parts[self._part] = self._marks

    def _sheet(self, told: Mapping[str, str]) -> None:
        if "name" in told and "id" in told:
            self._sheets[told["name"]] = told["id"]

    def _relation(self, told: Mapping[str, str]) -> None:
        folder, _, name = self._part.partition("_rels/")
        if name == "workbook.xml.rels" and "Id" in told:
            target = told.get("Target", "")
            self._targets[told["Id"]] = posixpath.normpath(posixpath.join("/", folder, target))[1:]

    def _col(self, told: Mapping[str, str]) -> None:
        if told.get("hidden") in _YES:
            first, last = int(told.get("min", 1)), int(told.get("max", 1))
            self._marks.columns |= set(range(first - 1, min(last, first + 1000)))

    def _row_(self, told: Mapping[str, str]) -> None:
        self._row = int(told["r"]) - 1 if "r" in told else self._row + 1
        self._column = -1
        if told.get("hidden") in _YES:
            self._hide(self._row, 1)

    def _cell(self, told: Mapping[str, str]) -> None:
        self._kind = told.get("t", "")
        self._formula = self._valued = False
        if self._text:
            self._text.clear()
        if self._struck and int(told.get("s", 0)) in self._struck:
            self._marks.struck.add(self._row)
        if self._shows and "s" in told and self._kind in ("", "n"):
            shown = self._shows.get(int(told["s"]))
            if shown and len(self._marks.shown) < MOST_MARKS:
                self._marks.shown[self._row, self._column] = shown

    def _format(self, told: Mapping[str, str]) -> None:
        if self._part.endswith("styles.xml"):
            self._codes[int(told.get("numFmtId", -1))] = told.get("formatCode", "")

    def _cell_styles(self, told: Mapping[str, str]) -> None:
        self._shows, self._struck, self._style_count = {}, set(), 0
        self._in_styles = True

    def _font(self, told: Mapping[str, str]) -> None:
        if self._part.endswith("styles.xml"):
            self._strikes.append(False)

    def _strike(self, told: Mapping[str, str]) -> None:
        if self._strikes and self._part.endswith("styles.xml"):
            self._strikes[-1] = told.get("val", "1") in _YES

    def _style(self, told: Mapping[str, str]) -> None:
        if self._in_styles:
            font = int(told.get("fontId", 0))
            if font < len(self._strikes) and self._strikes[font]:
                self._struck.add(self._style_count)
            code = self._codes.get(int(told.get("numFmtId", 0)))
            if code and (shown := shown_as(code)):
                self._shows[self._style_count] = shown
            self._style_count += 1

    def _has_formula(self, told: Mapping[str, str]) -> None:
        self._formula = True

    def _value(self, told: Mapping[str, str]) -> None:
        self._valued = True
        if self._formula or self._kind == "e":
            self._parser.CharacterDataHandler = self._text.append

    def _end_cell(self) -> None:
        text = "".join(self._text).strip()
        if self._kind == "e":
            self._mark(text or "#ERROR!")
        elif self._formula and not text and not (self._kind == "str" and self._valued):
            self._mark(UNCOMPUTED)
        elif self._formula and text == "0" and len(self._marks.zeros) < MOST_MARKS:
            self._marks.zeros.add((self._row, self._column))

    def _calculation(self, told: Mapping[str, str]) -> None:
        self._stale |= told.get("fullCalcOnLoad") in _YES

    # -- OpenDocument ------------------------------------------------------------------------------

    def _table(self, told: Mapping[str, str]) -> None:
        if self._part != "content.xml":
            return  # a named range of OOXML
        self._marks = self.tables.setdefault(told.get("name", ""), Marks())
        self._row = self._column = -1

    def _table_column(self, told: Mapping[str, str]) -> None:
        count = int(told.get("number-columns-repeated", 1))
        if told.get("visibility", "visible") != "visible":
            first = self._column + 1
            self._marks.columns |= set(range(first, first + min(count, 1000)))
        self._column += count

    def _table_row(self, told: Mapping[str, str]) -> None:
        self._repeat = int(told.get("number-rows-repeated", 1))
        self._row += 1
        self._column = -1
        if told.get("visibility", "visible") != "visible":
            self._hide(self._row, self._repeat)

    def _table_cell(self, told: Mapping[str, str]) -> None:
        self._column += 1
        down = int(told.get("number-rows-spanned", 1))
        right = int(told.get("number-columns-spanned", 1))
        if down > 1 or right > 1:
            last = self._row + down - 1, self._column + right - 1
            self._marks.merged.append(((self._row, self._column), last))
        again = int(told.get("number-columns-repeated", 1))
        if "formula" in told and "value-type" not in told:
            self._mark(UNCOMPUTED)
        if told.get("value-type") == "percentage":
            for column in range(self._column, self._column + min(again, 1000)):
                self._marks.shown[self._row, column] = "%"
        # An error is a text that is blank but for what is shown.
        self._kind = "e" if "formula" in told and told.get("string-value") == "" else ""
        self._text = []
        self._column += again - 1

    def _paragraph(self, told: Mapping[str, str]) -> None:
        if self._kind == "e" and self._part == "content.xml":
            self._parser.CharacterDataHandler = self._text.append

    def _end_table_cell(self) -> None:
        self._parser.CharacterDataHandler = None
        shown = "".join(self._text).strip()
        if self._kind == "e" and re.match(FORMULA_ERROR, shown):
            self._mark(shown)
        self._kind = ""

    # -- both --------------------------------------------------------------------------------------

    def _hide(self, first: int, count: int) -> None:
        self._marks.rows |= set(range(first, first + min(count, MOST_MARKS)))

    def _mark(self, text: str) -> None:
        for row in range(self._row, self._row + min(self._repeat, MOST_MARKS)):
            self._marks.errors[row, self._column] = text
        if len(self._marks.errors) > MOST_MARKS:
            raise ValueError(f"more than {MOST_MARKS} cells hold errors")


_STARTS = {
    "worksheet": Marker._worksheet, "sheet": Marker._sheet, "Relationship": Marker._relation,
    "col": Marker._col, "row": Marker._row_, "c": Marker._cell, "f": Marker._has_formula,
    "v": Marker._value, "table": Marker._table, "table-column": Marker._table_column,
    "table-row": Marker._table_row, "table-cell": Marker._table_cell,
    "covered-table-cell": Marker._table_cell, "calcPr": Marker._calculation,
    "numFmt": Marker._format, "cellXfs": Marker._cell_styles, "xf": Marker._style,
    "p": Marker._paragraph, "font": Marker._font, "strike": Marker._strike,
}  # fmt: skip
