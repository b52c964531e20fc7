"""Workbooks that are archives (XLSX, XLSM, ODS), made anew of the parts that were counted.

The parser of workbooks believes what an archive says of its sizes, and reserves room for every
cell up to the farthest one that is filled. So the parts are unpacked here, block by block and
within limits, and what the parser gets is an archive of those that hold cells: no macros, no
pictures, no links to other files.

Sources: ECMA-376 part 1, 18.3 (sheets); OpenDocument 1.3 part 3, 9.1 (repeated rows and cells).
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from xml.parsers import expat

from layers.formats.source import refusal
from layers.formats.table.workbook_marks import Marker

MOST_ENTRIES = 1_000
MOST_BYTES = 256 << 20
MOST_CELLS = 5_000_000
_MAGIC = b"PK\x03\x04"
_KEPT = (".xml", ".rels")
_LEFT_OUT = frozenset(
    {"externallinks", "embeddings", "media", "drawings", "customxml", "thumbnails"}
)
_FORMAT = re.compile(rb"formatCode\s*=\s*(\"[^\"]*\"|'[^']*')")
_COMMENTS = re.compile(r"(?:^|/)(?:threaded)?comments?[^/]*\.xml$")
_TEXT = re.compile(rb"<(?:\w+:)?t>\s*[^\s<]")
# GDAL breaks the line after every tag of a table, where the parser knows none but tags.
_BETWEEN = re.compile(
    rb"(?<=>)\s+(?=</?table:)|(?<=</table:table-cell>)\s+(?=<)|(<table:[^<]*>)\s+(?=<)"
    rb"|(?<=</text:p>)\s+(?=<text:p[ >])|(?<=<office:spreadsheet>)\s+(?=<)"
)
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")


def rebuilt(path: Path) -> tuple[io.BytesIO, Marker] | None:
    """Return a workbook of the parts that hold cells, and what its markup says beside values.

    None where the file is no archive.

    Raises
    ------
    FormatError
        The archive is damaged, encrypted or too large, a part is no XML or has a document type,
        or a sheet reaches farther than can be read.
    """
    with path.open("rb") as stream:
        if stream.read(4) != _MAGIC:
            return None
    out, marker = io.BytesIO(), Marker()
    try:
        with zipfile.ZipFile(path) as archive, zipfile.ZipFile(out, "w") as made:
            _copy(path, archive, made, marker)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as fault:
        raise refusal(path, "工作簿已损坏或加密", "the workbook is damaged or encrypted") from fault
    out.seek(0)
    return out, marker


def _copy(path: Path, archive: zipfile.ZipFile, made: zipfile.ZipFile, marker: Marker) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise refusal(
            path,
            f"工作簿有 {len(entries)} 个部件，超过 {MOST_ENTRIES} 个",
            f"the workbook has {len(entries)} parts, more than {MOST_ENTRIES}",
        )
    budget = MOST_BYTES
    # The styles first: what cells show depends on them.
    for entry in sorted(entries, key=lambda e: not e.filename.lower().endswith("styles.xml")):
        if not _holds_cells(entry):
            budget -= _look_beside(path, archive, entry, budget, marker)
            continue
        data = _unpacked(path, archive, entry, budget)
        budget -= len(data)
        if entry.filename.lower().endswith(_KEPT):
            _check(path, entry.filename, data, marker)
        if _COMMENTS.search(entry.filename.lower()):
            marker.beside.add("批注")
        if entry.filename.lower().endswith("styles.xml"):
            # 0!m shows metres: the parser knows only 0\m, and would make dates of the numbers.
            data = bytearray(_FORMAT.sub(lambda m: m[0].replace(b"!", b"\\"), data))
        if entry.filename == "content.xml":
            data = bytearray(_BETWEEN.sub(lambda m: m[1] or b"", data))
        made.writestr(zipfile.ZipInfo(entry.filename), data)


def _look_beside(
    path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: int, marker: Marker
) -> int:
    """Note a drawing with text in it, and return how many bytes that took."""
    name = entry.filename.lower()
    if not (name.endswith(".xml") and "drawings" in PurePosixPath(name).parts):
        return 0
    data = _unpacked(path, archive, entry, budget)
    if _TEXT.search(data):
        marker.beside.add("文本框")
    return len(data)


def _holds_cells(entry: zipfile.ZipInfo) -> bool:
    name = entry.filename.lower()
    if name == "mimetype":
        return True
    return name.endswith(_KEPT) and not _LEFT_OUT & set(PurePosixPath(name).parts)


def _unpacked(
    path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: int
) -> bytearray:
    """Unpack one part; what the archive declares of its size is not believed."""
    data = bytearray()
    with archive.open(entry) as source:
        while block := source.read(1 << 20):
            data += block
            if len(data) > budget:
                most = MOST_BYTES >> 20
                raise refusal(
                    path,
                    f"工作簿解开后超过 {most} MiB，疑为压缩炸弹",
                    f"the workbook unpacks to more than {most} MiB (a bomb?)",
                )
    return data


def _check(path: Path, name: str, data: bytearray, marker: Marker) -> None:
    """Refuse a part with a document type, or with cells farther out than can be read."""
    parser = expat.ParserCreate()
    marker.begin(name, parser)
    extent = _Extent(marker)
    parser.StartElementHandler = extent.start
    parser.EndElementHandler = extent.end
    parser.StartDoctypeDeclHandler = extent.doctype
    try:
        parser.Parse(data, True)
    except _DoctypeError as fault:
        raise refusal(
            path, f"{name} 含有 DOCTYPE，不予读取", f"{name} has a DOCTYPE, which is not read"
        ) from fault
    except (expat.ExpatError, ValueError, OverflowError, LookupError) as fault:
        raise refusal(
            path, f"{name} 不是合法的 XML：{fault}", f"{name} is not valid XML: {fault}"
        ) from fault
    rows, columns = extent.farthest
    if rows * columns > MOST_CELLS:
        raise refusal(
            path,
            f"{name} 的单元格直到第 {rows} 行第 {columns} 列，过大",
            f"the cells of {name} reach row {rows}, column {columns}: too large",
        )


class _DoctypeError(Exception):
    """A document type stands in the markup."""


class _Extent:
    """The farthest filled cell of the largest table in a part, while it is parsed."""

    def __init__(self, marker: Marker) -> None:
        self.farthest = (0, 0)
        self._marker = marker
        self._row = self._column = 0  # of the cell at hand, counted from 1
        self._width = 0  # of the row, to its last filled cell (ODS)
        self._repeat = 1  # of the row (ODS)
        self._size = (0, 0)  # of the table

    def doctype(self, *_: object) -> None:
        raise _DoctypeError

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        told = {k.rpartition(":")[2]: v for k, v in attributes.items()} if attributes else {}
        if local == "row":
            self._row = int(told["r"]) if "r" in told else self._row + 1
            self._column = 0
        elif local == "c":
            self._to_cell(told.get("r", ""))
            self._marker.at(self._row - 1, self._column - 1)
        elif local in ("v", "is"):
            self._fill(self._row, self._column)
        elif local in ("worksheet", "table"):
            self._row = self._column = 0
            self._size = (0, 0)
        elif local == "table-row":
            self._width = self._column = 0
            self._repeat = int(told.get("number-rows-repeated", 1))
        elif local in ("table-cell", "covered-table-cell"):
            self._column += int(told.get("number-columns-repeated", 1))
            if {"value-type", "formula"} & told.keys():
                self._width = self._column
        elif local == "p":
            self._width = self._column
        self._marker.start(local, told)

    def end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        self._marker.end(local)
        if local == "table-row":
            self._row += self._repeat
            if self._width:
                self._fill(self._row, self._width)

    def _to_cell(self, reference: str) -> None:
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            self._column += 1
            return
        self._row, self._column = int(found[2]), 0
        for letter in found[1].upper():
            self._column = 26 * self._column + ord(letter) - 64

    def _fill(self, row: int, column: int) -> None:
        self._size = max(self._size[0], row), max(self._size[1], column)
        if self._size[0] * self._size[1] > self.farthest[0] * self.farthest[1]:
            self.farthest = self._size
