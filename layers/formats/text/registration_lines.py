"""The lines around registered corners: licence numbers, headings, remarks, a notice's own words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

import pyproj

from layers.account import Issue
from layers.formats.angles import clean
from layers.formats.doubts import doubt_of
from layers.formats.planes import Axes
from layers.formats.source import refusal
from layers.formats.stated import Stated, stated_in
from layers.formats.table.endings import leaves_out, turns_page
from layers.formats.table.naming import told_in, value_of
from layers.formats.table.rows import is_cut_short, is_date
from layers.formats.table.stated_corners import count_told, differences, other_count
from layers.formats.text.corner_numbers import plain_number
from layers.formats.text.prose import is_elsewhere, is_prose, names_lost
from layers.issues import info, listed, warning

_LONGEST = 4000  # a line before the numbers is a paragraph at most

Numbered = tuple[int, str]
"""A line and its number."""
Block = tuple[str | None, list[Numbered]]
"""Licence number, where the text gives one, and numbered data lines of one right."""

# "许可证号 C1", "采矿许可证编号：C1", "许可证：C1"; not "许可证有效期…". Nothing may follow it.
_LICENCE = re.compile(
    r"(?:(?:采矿|探矿|勘查)?(?:许可证|证)(?:(?:编号|号码|号)\s*[:：=,，]?|\s*[:：=,，])\s*"
    r"|(?=[CT]\d{10,30}[,，;；]?$))([^\s:：=,，;；、。]+"
    r"|[CT](?: ?\d){22} ?(?:[(（][正副]本[^()（）]{0,8}[)）])?)[,，;；。]?$"
)
_LICENCE_KEY = re.compile(r"(?:采矿|探矿|勘查)?(?:许可证|证)(?:编?号|号码)?")
_ONE_NUMBER = re.compile(r"[A-Za-z\d*-]{1,40}|[^\s、,，/;；~～至和]{1,40}号")
_ANOTHER = re.compile(r"[,，;；、/和]\s*[A-Za-z]?\d")  # number, not the year of a term
_OF_PART = re.compile(r"\*\s*[,，]|[,，]\s*[+-]?1\s*[,，]?$")  # of the line that closes a part
_TITLE = re.compile(r"拐点|点号|序号|区域坐标|[^\d,，*]{2,30}(?:公示|公告)$")
_CLOSING = re.compile(r"\*\s*[,，]")
_PUBLISHED = re.compile(
    r"[XＸ]\s*[(（]\s*起标高\s*[)）]\s*[,，]\s*[YＹ]\s*[(（]\s*止标高", re.IGNORECASE
)
# What no heading holds: long or broken or masked numbers, numbers alone that are no datum's year,
# the licence number of a line of its own.
_HOLDS_DATA = re.compile(
    r"\d{5,}|\d\.\d|\*|许可证|证号|(?:^|[,，\s])[+-]?(?!(?:2000|19\d\d|80|54|84)\b)\d+\s*(?:[,，]|$)"
)
# What people write above the corners of a right, and what no such line holds: a corner.
_REMARK = re.compile(
    r"(?:(?:采矿|探矿|矿业)权人|申请(?:人|单位)|单位名称|(?:矿山|矿区|项目|勘查项目|采矿权|探矿权)名称"
    r"|(?:开采|勘查)?主?矿种|开采方式|开采(?:深度|标高)|准采标高|(?:设计)?生产规模|地址|地理位置|所在地"
    r"|(?:所在)?行政区划?|有效期限?|延续(?:年限)?|发证(?:机关|日期)|(?:公示|公告)(?:期限?|时间|日期)"
    r"|(?:转|受)让人|(?:转让|出让)方式|成交价格?|服务年限|(?:保有)?资源(?:储)?量|统一社会信用代码|法定代表人|监督电话|经济类型|项目(?:类型|性质)|图幅号?|备注|说明"
    r"|联系(?:人|电话|方式)|电话|(?:矿区|批准|登记|勘查|核定|申请|拟设)?(?:范围)?(?:拐点坐标|面积)"
    r"(?:[(（][^()（）]{1,8}[)）])?)\s*(?:[:：为]|由(?=[+-]?\d))"
)
_HOLDS_CORNER = re.compile(
    r"\d{7,}|\d{4,}\s*[,，]\s*[+-]?\d|\d\s*[,，]\s*[+-]?(?!\d{3}(?!\d))\d|\*"  # no thousands
)
# Phones, codes of companies.
_OTHERS = re.compile(
    r"(?<![\dA-Z])(?:0\d{2,3}-\d{7,8}|1[3-9]\d{9}|[1-9A-Z]\d[\dA-Z]{16})(?![\dA-Z])", re.ASCII
)
# The published list as web pages and PDFs paste it, its commas lost: * 229.5 70 某采区 1.
_GAP = r"(?:[^\S\n]*[,，、;；|][^\S\n]*|[^\S\n]+)"
_VALUE = r"[+-]?\d+(?:\.\d+)?"
_GAPPED_END = re.compile(
    rf"^[^\S\n]*\*(?:[^\S\n]+|[^\S\n]*[、;；|][^\S\n]*)({_VALUE}){_GAP}({_VALUE}){_GAP}(?:([^\n]*?){_GAP})?([+-]?1){_GAP}?$",
    re.MULTILINE,
)
_GAPPED_CORNER = re.compile(
    rf"^[^\S\n]*(\d{{1,6}}){_GAP}(\d{{6,8}}(?:\.\d+)?){_GAP}(\d{{6,8}}(?:\.\d+)?){_GAP}?$",
    re.MULTILINE,
)
_GAPPED_HEAD = re.compile(
    rf"^[^\S\n]*(\S{{1,6}}){_GAP}([XＸ][(（]起标高[)）]){_GAP}([YＹ][(（]止标高[)）])[^\n]*$",
    re.MULTILINE | re.IGNORECASE,
)
_WIDE_STAR = re.compile(r"^([^\S\n]*)＊", re.MULTILINE)
_TABS = re.compile(r"^[^\S\n]*\*\t", re.MULTILINE)
_OWN_NAME = re.compile(r"^[^\S\n]*(?:矿区|勘查区)?区域坐标\s*[:：]\s*(?=\d{1,6}\s*,)", re.MULTILINE)
# The published list on one line: "…, , ,2,3761000.0,38500000.0, , ,*,229.5,70,某采区,1,1,3762000…"
_CORNER = (
    r"(?:\d{1,4}|[A-Za-z]\d{1,4})\s*,\s*\d{6,8}(?:\.\d+)?\s*,\s*\d{6,8}(?:\.\d+)?\s*(?=[,;*\n]|$)"
)
_END = r"\*\s*,\s*(?:[+-]?\d[\d.]*)?\s*,"
_PLACED = re.compile(rf"(?<![^,\s:：])(?:{_CORNER}|{_END})")
_NEXT = re.compile(rf"(?<=[,\s:：])(?={_CORNER}|{_END})")
_CIRCLED = re.compile(r"(?<![^\s,])([①-⑳])(?=\s*,\s*\d{6,8}[.,])")
# A string in quotation marks; a full stop behind the last sign.
_QUOTED = re.compile(r"^[^\S\n]*[\"“]((?:\d{1,6}\s*,\s*){2}[^\"“”\n]*)[\"”][^\S\n]*$", re.MULTILINE)
_STOPPED = re.compile(
    r"(^[^\S\n]*(?:\*|\d{1,6})\s*,[^\n]*,\s*[+-]?1)\s*,?\s*[。;；.][^\S\n]*$", re.MULTILINE
)


def with_commas(text: str) -> str:
    """Return a text with commas between fields: web pages paste tabs or blanks, people type 、，.

    The string may stand behind its own name. Lines keep their numbers, but where several corners
    of a published list share one: each then has its own.
    """
    if "," not in text:
        text = text.replace("，", ",")
    text = _WIDE_STAR.sub(r"\1*", text)
    if _TABS.search(text):
        text = text.replace("\t", ",")
    elif _GAPPED_END.search(text):
        text = _GAPPED_END.sub(lambda m: ",".join(("*", m[1], m[2], m[3] or "", m[4])), text)
        text = _GAPPED_CORNER.sub(r"\1,\2,\3", _GAPPED_HEAD.sub(r"\1,\2,\3", text))
    text = _CIRCLED.sub(lambda m: str(int(unicodedata.numeric(m[1]))), text)
    if re.search(_END, text):
        text = "\n".join(map(_parted, text.split("\n")))
    text = _QUOTED.sub(r"\1", text)
    return _OWN_NAME.sub("", _STOPPED.sub(r"\1,", text))


def _parted(line: str) -> str:
    """Return a line of a published list with breaks between its corners, where it has several."""
    several = sum(1 for _ in islice(_PLACED.finditer(line), 2)) > 1
    return _NEXT.sub("\n", line.strip()) if several else line


@dataclass(frozen=True, slots=True)
class Registered:
    """A text of registered corners: the data lines of its rights, and the lines around them.

    Attributes
    ----------
    blocks : of each right its licence number and numbered data lines
    prose : lines that name columns, say what the coordinates are in, or something of a right
    """

    blocks: list[Block]
    prose: list[str]

    @property
    def labels(self) -> tuple[str, ...]:
        """How to name each right to a person."""
        return tuple(
            f"许可证 {licence}" if licence else f"第 {k} 个矿权"
            for k, (licence, _) in enumerate(self.blocks, 1)
        )

    @property
    def words(self) -> str:
        """The lines around the corners as one text."""
        return "\n".join(self.prose)

    def system(self, path: Path, axes: Axes) -> tuple[pyproj.CRS | None, str, Stated]:
        """Return the system, None where it is not told, what tells it, and all that is written.

        Raises
        ------
        FormatError
            Two datums are named, the zone contradicts the eastings, or the corners are void.
        """
        stated = stated_in(self.words)
        if len(stated.datums) > 1:
            names = "、".join(stated.datums)
            raise refusal(path, f"同时写有 {names}", f"names more than one datum: {names}")
        if (said := stated.zone_conflict(axes)) is not None:
            raise refusal(path, *said)
        doubt = doubt_of(path, self.words, stated, axes)
        crs = None if doubt else stated.system_of(stated.datums[0], axes)
        return crs, f"{doubt or stated.datums[0]}；{axes.note()}", stated

    def other_corners(
        self, path: Path, names: Sequence[Sequence[str]], added: Sequence[bool]
    ) -> list[Issue]:
        """Tell where the lines around the corners state another number or order of corners.

        ``names`` are those of the corners of each ring, ``added`` tells which are not taken out.

        Raises
        ------
        FormatError
            They are to be joined in another order than that in which they stand.
        """
        counts = [*map(len, names)]
        kept = [n for n, plus in zip(counts, added, strict=True) if plus]
        issues = []
        if told := other_count(self.prose, counts, kept):
            issues.append(warning("corner_count", *count_told(told, sum(counts))))
        for found in differences(self.prose, names):
            if found.refused:
                raise refusal(path, found.zh, found.en)
            issues.append(warning(found.code, found.zh, found.en))
        return issues

    def unread(self) -> list[Issue]:
        """Tell of lines about a right that go into no column; areas are compared elsewhere."""
        lines = [
            line
            for line in self.prose
            if line
            and _is_of_notice(line)
            and not _is_heading(line)
            and not re.search("面积|坐标", line)
        ]
        if not lines:
            return []
        zh, en = listed(lines), listed(lines, "en")
        return [info("remark_unread", f"文字说明未采用：{zh}", f"remarks are not read: {en}")]


def registered(path: Path, text: str) -> Registered:
    """Tell apart the lines of a text whose fields commas part.

    Raises
    ------
    FormatError
        A line is none of the form's, or data lines belong to no one right.
    """
    blocks: list[Block] = []
    prose: list[str] = []
    gap = False  # a blank line or a heading since the last corners
    lines = [line.strip() for line in text.rstrip("\x1a\r\n").splitlines()]
    spaced = _is_spaced(lines)
    for number, line in enumerate(lines, 1):
        if (licence := _LICENCE.match(line)) is not None:
            blocks.append((value_of("许可证号", licence[1]) or None, []))
        elif (told := _licence_told(line)) is not None:
            blocks.append((told, []))
            prose.append(line)
        elif _is_data(line):
            if not blocks:
                blocks.append((None, []))
            elif gap and blocks[-1][1]:
                raise refusal(
                    path,
                    f"第 {number} 行：空行或表头之后没有许可证号，不知属于哪个矿权",
                    f"line {number}: no licence number after the blank line or heading",
                )
            blocks[-1][1].append((number, line))
            gap = False
            continue
        elif line and not _is_heading(line) and not _is_of_notice(line):
            raise refusal(
                path,
                f"第 {number} 行不合格式：{line[:40]}",
                f"line {number} does not fit: {line[:40]}",
            )
        else:
            prose.append(line)
        # A web page pastes blank lines between those of a part.
        within = blocks and blocks[-1][1] and (spaced or _is_open(blocks[-1][1][-1][1]))
        gap = gap or bool(line) or not within
    _check_blocks(path, blocks)
    _check_end(path, lines[blocks[-1][1][-1][0] :])
    return Registered(blocks, prose)


def _is_spaced(lines: Sequence[str]) -> bool:
    """Tell whether nearly every corner is followed by a blank line, which then parts nothing."""
    followed = [not after for line, after in pairwise(lines) if _is_open(line)]
    return sum(followed) > len(followed) / 2


def _licence_told(line: str) -> str | None:
    """Return the licence number of a line that says more: 证号：C41…，有效期：…."""
    told = [v for key, v in told_in(line).items() if _LICENCE_KEY.fullmatch(key)]
    if len(told) != 1 or not _ONE_NUMBER.fullmatch(told[0]) or not is_prose(line):
        return None
    rest = line.partition(told[0])[2]
    return None if _ANOTHER.search(rest) else told[0]


def _check_blocks(path: Path, blocks: list[Block]) -> None:
    if not blocks:
        raise refusal(path, "没有拐点坐标", "holds no corners")
    for licence, lines in blocks:
        if not lines:
            raise refusal(path, f"许可证 {licence} 没有拐点", f"licence {licence} has no corners")
    numbers = [licence for licence, _ in blocks]
    if len(blocks) > 1 and None in numbers:
        raise refusal(path, "有的矿权没有许可证号", "one of the rights has no licence number")


def _check_end(path: Path, below: Sequence[str]) -> None:
    """Refuse a line below the last corner that says that the list goes on: a part may be lost."""
    for line in below:
        if turns_page(line) or leaves_out(line):
            raise refusal(
                path,
                f"写有“{line[:20]}”，其后没有拐点，是否不全",
                f"{line[:20]!r}, and no corner follows: is the list cut short?",
            )


def is_preamble(line: str) -> bool:
    """Tell whether a line is one that may stand before the numbers."""
    if len(line) > _LONGEST:
        return False
    told = _LICENCE.match(line) or _TITLE.match(line) or is_remark(line)
    words = "," not in line and re.search("[一-鿿]{2}", line) and _is_of_notice(line)
    return bool(told or words) or stated_in(line) != Stated()


def is_corner(line: str) -> bool:
    """Tell whether a line looks like a corner of the published form."""
    fields = [f.strip() for f in line.split(",")]
    return len(fields) >= 3 and all(f and f[0] in "*+-0123456789" for f in fields[:3])


def _is_open(line: str) -> bool:
    """Tell whether a line is a corner of a published list, whose part is still to be closed."""
    return is_corner(line) and not is_closing(line) and line.count(",") < 7


def is_closing(line: str) -> bool:
    """Tell whether a line closes a part of the published form; a footnote has no comma there."""
    return bool(_CLOSING.match(line))


def heads_published(line: str) -> bool:
    """Tell whether a line is the heading of a published list, whose parts ``*`` must close."""
    return bool(_PUBLISHED.search(line))


def _is_data(line: str) -> bool:
    if is_closing(line):
        return True
    first, comma, _ = line.replace("，", ",").partition(",")
    if not comma or not re.match(r"[\d+-]", line):
        return False
    return plain_number(first) is not None or not is_prose(line)


def is_remark(line: str) -> bool:
    """Tell whether a line says something of the right, such as its holder, and holds no corner."""
    return bool(_REMARK.match(line)) and not _HOLDS_CORNER.search(_OTHERS.sub("", clean(line)))


def _is_of_notice(line: str) -> bool:
    """Tell whether a line is one of the notice around a list: remarks, words, a date."""
    if line.startswith("*") or _OF_PART.search(line) or is_cut_short(line) or names_lost(line):
        return False
    words = not any(map(str.isdigit, line))
    # Whose licence it is, and which, would be lost.
    coded = re.search(r"[CT]\d{10}", line, re.IGNORECASE) and re.search("许可证|证号", line)
    licence = coded or any(map(_LICENCE_KEY.fullmatch, told_in(line)))
    return (
        words
        or is_date(line)
        or is_remark(line)
        or ((is_prose(line) or is_elsewhere(line)) and not licence)
    )


def _is_heading(line: str) -> bool:
    """Tell whether a line names columns or a datum, and holds nothing that could be a corner."""
    says = _TITLE.match(line) is not None or stated_in(line) != Stated()
    return says and not _HOLDS_DATA.search(clean(line))
