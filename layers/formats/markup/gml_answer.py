"""What a server's answer (WFS) says of itself: how many features it holds, and whether it is whole.

Source: OGC 04-094 (WFS 1.1.0), clause 9.2 (``numberOfFeatures``); OGC 09-025r2 (WFS 2.0.2), clause
7.7.4 (``numberMatched``, ``numberReturned``, ``next``, ``previous``, ``truncatedResponse``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from layers.errors import FormatError
from layers.formats import partial
from layers.formats.source import refusal

REPORTS = frozenset({"ExceptionReport", "ServiceExceptionReport", "truncatedResponse"})
"""Elements with which a server ends an answer that it cannot finish."""
_HELD = ("numberReturned", "numberOfFeatures")
_MATCHED = "numberMatched"
_PAGES = ("next", "previous")


@dataclass(slots=True)
class Report:
    """A report of an error: where it stands, what it is called, the first words in it."""

    line: int
    tag: str
    text: str = ""

    def refused(self, path: Path) -> FormatError:
        """Return the error that refuses the file: what had been to follow is not in it."""
        words = " ".join(self.text.split())[:120]
        zh = f"第 {self.line} 行是服务器的出错报告（{self.tag}），数据不全，请重新下载"
        en = f"line {self.line}: the server reports an error ({self.tag}); the data are not whole"
        return refusal(
            path, zh + (f"：{words}" if words else ""), en + (f": {words}" * bool(words))
        )


@dataclass(slots=True)
class Answer:
    """A collection that says how many features it holds, or where those before and after are."""

    line: int
    stated: dict[str, str]
    members: int = 0

    @classmethod
    def of(cls, line: int, attributes: Mapping[str, str]) -> Answer | None:
        """Return what the attributes of an element say, None where they say nothing of it."""
        words = {name: attributes.get(name, "").strip() for name in (*_HELD, _MATCHED, *_PAGES)}
        stated = {name: word for name, word in words.items() if word}
        return cls(line, stated) if stated else None

    def check(self, path: Path) -> None:
        """Refuse a file that holds another number of features than it says, or says it is a part.

        A zero beside features is what servers write that send them before they are counted.
        """
        where = f"第 {self.line} 行", f"line {self.line} "
        for name in _HELD:
            held = self._number(name)
            if held and held != self.members:
                raise partial.of_another_number(path, where, name, held, self.members)
        matched = self._number(_MATCHED) or 0
        if matched > self.members:
            raise partial.of_more(path, where, _MATCHED, matched, self.members)
        pages = [(name, self.stated[name]) for name in _PAGES if name in self.stated]
        if pages and not matched:
            raise partial.one_page(path, pages, self.members)

    def _number(self, name: str) -> int | None:
        word = self.stated.get(name, "")
        return int(word) if word.isascii() and word.isdigit() else None
