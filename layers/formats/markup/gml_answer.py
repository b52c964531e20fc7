"""What a server's answer (WFS) says of itself: how many features it holds, and whether it is whole.

Source: OGC 04-094 (WFS 1.1.0), clause 9.2 (``numberOfFeatures``); OGC 09-025r2 (WFS 2.0.2), clause
7.7.4 (``numberMatched``, ``numberReturned``, ``next``, ``previous``, ``truncatedResponse``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from layers.account import Issue
from layers.errors import FormatError
from layers.formats.source import refusal
from layers.issues import warning

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
        """Refuse a file that holds more or fewer features than it says.

        A zero beside features is what servers write that send them before they are counted.
        """
        for name in _HELD:
            held = self._number(name)
            if held and held != self.members:
                raise refusal(
                    path,
                    f"第 {self.line} 行写有 {held} 个要素（{name}），文件里是 {self.members} 个，"
                    "请重新下载",
                    f"line {self.line} states {held} features ({name}), the file holds "
                    f"{self.members}",
                )

    def issues(self) -> list[Issue]:
        """Tell that the server had more than it sent."""
        matched = self._number(_MATCHED) or 0
        if matched > self.members:
            zh = (
                f"服务器上符合条件的要素有 {matched} 个，本文件只有 {self.members} 个，请取全其余的"
            )
            en = (
                f"the server had {matched} features to send, this file holds {self.members}; "
                "fetch the others"
            )
            return [warning("response_incomplete", zh, en)]
        pages = [name for name in _PAGES if name in self.stated]
        if pages and not matched:
            zh = f"本文件只是服务器分页答复中的一页（有 {'、'.join(pages)}），请取全其余各页"
            en = f"this file is one page of several ({', '.join(pages)}); fetch the others"
            return [warning("response_incomplete", zh, en)]
        return []

    def _number(self, name: str) -> int | None:
        word = self.stated.get(name, "")
        return int(word) if word.isascii() and word.isdigit() else None
