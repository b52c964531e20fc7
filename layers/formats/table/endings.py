"""Rows that say that a table of corners goes on, or that corners are left out of it."""

from __future__ import annotations

import re
from collections.abc import Set
from pathlib import Path

from layers.account import Issue
from layers.formats.table.sheet import Sheet, bad_row
from layers.formats.table.vocabulary import CORNER, N
from layers.issues import warning

_POINT = rf"(?:号|个)?{CORNER}"
_NTH, _OF = (rf"{word}\s*({N}+)\s*页" for word in "第共")
_SLASHED = r"page\s*(\d+)(?:\s*(?:of|/)\s*(\d+))?|(\d{1,3})\s*/\s*(\d{1,3})"
_FROM = rf"(?<![延手继连持后陆])续上?[表页]?\s*{N}*|接上[表页]"  # 采矿权延续 is a name
_TURNS = re.compile(
    rf"(?:未完)?[,;，。、 ]*(?:[接续转见]|下转|转接|续见|接续)(?:下[页表]|第{N}+页|次页|背面)"
    r"|下[页表][待继]?[续接]|未完(?:待续)?|待续|续表?见下[页表]"
    r"|tobecontinued|continued(?:on|over).*",
    re.IGNORECASE,
)
_PAGE = re.compile(
    rf"[（(\[]?(?:{_FROM}|(?:[接续转]?[上下])[页表]|附?表[\d一二三四五六七八九十.-]*[（(]?续[表\d]*[）)]?"
    rf"|{_NTH}\s*[,，/、]?\s*(?:{_OF})?|{_OF}\s*[,，/、]?\s*(?:{_NTH})?"
    rf"|{_SLASHED}|[-—–]\s*\d{{1,3}}\s*[-—–])[）)\]]?",
    re.IGNORECASE,
)
_CONTINUED = re.compile(rf"\s*[（(\[【]?\s*(?:{_FROM}|{_NTH}(?:\s*[,，/]?\s*{_OF})?)\s*[）)\]】]?$")
_TABLE_NUMBER = re.compile(rf"^(?:{_FROM}|附?表\s*[\d.-]+)\s*[:：、]?\s*")
_ELSEWHERE = r"(?:详见|参见|见|从?略)[^无]{0,12}"
_LEFT_OUT = re.compile(
    rf"[…·.。]*等+|.{{0,8}}等(?:共)?{N}{{1,4}}{_POINT}?|.{{0,6}}等{_POINT}|[后下余]略|andsoon|etc|[。.…]{{2,}}"
    rf"|(?:续|余|其余|剩余|其[他它](?=各|的?{_POINT}|坐标)|以下|后续|另外|其后|余下)(?:的|各|均|号|{_POINT}|坐标|位置|部分)*{_ELSEWHERE}"
    rf"|第?{N}{{1,4}}{_POINT}?[-~—–～至到]+第?{N}{{1,4}}{_POINT}?[(（]?{_ELSEWHERE}"
    r"|(?:点击)?(?:展开|查看|加载|显示)?(?:更多|全[文部]|剩余)",
    re.IGNORECASE,
)
# Between corners a page goes on here, or a ring is named; below the last one corners are lacking.
_NO_CORNERS = re.compile(
    rf"{_FROM}|第?\d{{1,4}}{_POINT}?[-~—–～至到]+第?\d{{1,4}}{_POINT}?"
    rf"|第{N}{{1,4}}{_POINT}|(?!\d+个){N}{{1,4}}{_POINT}|[一二三四五六七八九十]{{1,3}}|[nN]"
)


def _squeezed(text: str) -> str:
    """Return a text without blanks, and without the brackets and dots around it."""
    squeezed = re.sub(r"\s+", "", text)
    return squeezed.strip("()（）[]【】.。…*") or squeezed


def turns_page(text: str) -> bool:
    """Tell whether a row only says that the table goes on overleaf.

    >>> [turns_page(text) for text in ("（续下页）", "未完待续", "接下页", "下页土地")]
    [True, True, True, False]
    """
    return _TURNS.fullmatch(_squeezed(text)) is not None


def is_page(text: str) -> bool:
    """Tell whether a row only says that the table goes on over the page."""
    return _PAGE.fullmatch(text) is not None or turns_page(text)


def without_continued(text: str) -> str:
    """Return a heading without （续） or （第2页）.

    >>> without_continued("一采区（续上表）"), without_continued("甲矿采矿权延续")
    ('一采区', '甲矿采矿权延续')
    """
    return _CONTINUED.sub("", text).strip()


def untitled(text: str) -> str:
    """Return a title without its table number and page: 续表1 拐点表（第2页） is 拐点表."""
    return without_continued(_TABLE_NUMBER.sub("", text))


def goes_on(text: str) -> bool:
    """Tell whether a title says that it is the one before, continued."""
    return text.startswith("续") or re.search(r"[（(\[【]\s*(?:续|接上)", text) is not None


def leaves_out(text: str) -> bool:
    """Tell whether a row says that corners are given elsewhere or not at all.

    >>> [leaves_out(text) for text in ("余见附件", "……等12点", "5—8点见附图", "以下空白")]
    [True, True, True, False]
    """
    return len(text) <= 40 and _LEFT_OUT.fullmatch(_squeezed(text)) is not None


def ending_issues(path: Path, sheet: Sheet, last: int, aside: Set[int]) -> list[Issue]:
    """Tell of pages that are missing below the last corner, which stands in row ``last``.

    Raises
    ------
    FormatError
        A row there says that the table goes on, or names corners.
    """
    issues = []
    for row in range(last + 1, len(sheet.rows)):
        text = "" if row in aside else sheet.text(row)
        if not text or len(text) > 60:
            continue
        line, said = sheet.lines[row], _squeezed(text)
        if _NO_CORNERS.fullmatch(said) or turns_page(text) or leaves_out(text):
            raise bad_row(path, sheet, row, f"写有“{text[:20]}”，其后没有拐点，表是否不全",
                          f"{text[:20]!r}, and no corner follows: is the table cut "
                          "short?")  # fmt: skip
        if (pages := _pages(said)) is not None and pages[0] < pages[1]:
            zh = f"第 {line} 行写有“{text[:20]}”，其后的页没有读到，请核对拐点是否齐全"
            en = f"row {line}: {text[:20]!r}, but nothing of further pages is here: are all " \
                 "corners there?"  # fmt: skip
            issues.append(warning("pages_missing", zh, en))
    return issues[-1:]


def _pages(text: str) -> tuple[int, int] | None:
    """Return the number of a page and how many there are, None where a row does not tell both."""
    found = [re.search(pattern, text) for pattern in (_NTH, _OF)]
    pages = [number_of(m[1]) for m in found if m]
    slashed = re.search(_SLASHED, text, re.IGNORECASE)
    if len(pages) < 2 and slashed and (slashed[1] or slashed[0] == text):  # 副本1/3 is no page
        pages = [int(n) for n in slashed.groups() if n]
    return (pages[0], pages[1]) if len(pages) == 2 else None


def number_of(text: str) -> int:
    """Return a number below 100 in digits or in Chinese numerals.

    >>> [number_of(text) for text in ("12", "六", "十", "十二", "二十", "三十四")]
    [12, 6, 10, 12, 20, 34]
    """
    if text.isdecimal():
        return int(text)
    tens, _, ones = text.rpartition("十")
    digits = "零一二三四五六七八九"
    unit = digits.find(ones) if len(ones) == 1 else 0
    return (max(digits.find(tens[:1] or "一"), 0) * 10 if "十" in text else 0) + max(unit, 0)
