"""Text on its way out: what must not leave, and what a spreadsheet would run."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

# user:password@ in a database address.
_SECRET = re.compile(r"(://[^/@:]*):[^/@]*@")

# A spreadsheet runs a cell that begins so; full-width signs count in East Asian editions, and
# leading blanks are skipped on import.
_FORMULA = r"^[ \x{00A0}\x{3000}]*[=+\-@\t\r\n＝＋－＠]"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


def public_source(source: str) -> str:
    """Return the source as the user wrote it, without the password of a database address."""
    return _SECRET.sub(r"\1:***@", source)


def inert(texts: pa.Array) -> pa.Array:
    """Return texts that a spreadsheet takes as text: a leading ``'`` where one is needed.

    Cells that begin with ``= + - @``, TAB or CR are quoted, numbers are not.
    """
    runs = pc.and_not(
        pc.match_substring_regex(texts, _FORMULA), pc.match_substring_regex(texts, _NUMBER)
    )
    return pc.if_else(pc.fill_null(runs, False), pc.binary_join_element_wise("'", texts, ""), texts)
