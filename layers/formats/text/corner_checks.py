"""What is refused of corners in lines without a header: all that may be a spoilt or lost one."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from pathlib import Path

from layers.formats.source import refusal
from layers.formats.table.corner_names import numbered
from layers.formats.table.endings import is_page
from layers.formats.table.header import role_of
from layers.formats.table.rows import is_cut_short, is_date, is_place
from layers.formats.text.corner_finds import HEIGHT, PLANES, SAID, Line, name_of
from layers.formats.text.prose import may_place, names_lost
from layers.whereabouts import Reason

_PLACE = re.compile(
    r"中心|质心|形心|重心|控制点|基准点|起算|井口|硐口|坑口|[主副风斜竖]井|钻孔|地理坐标|四至|平均"
)
# What may be left of a corner that was not understood, and what else has such numbers.
_NUMBERS = re.compile(
    r"\d{6,}|\d\.\d{4,}|\d\s?[°度]\s?\d{1,2}\s?['′分]|[XY]\s?[=:]\s?\d", re.IGNORECASE
)
_SENTENCE = re.compile(r"[XY]\s?=|[;；]", re.IGNORECASE)
_NUMBER = re.compile(r"\(?(\d{1,4})(?:[\s.、,:)]|$)")
_LETTERS_LIKE_DIGITS = re.compile(r"(?<=[\d.])[OoIl]+|[OoIl]{1,9}(?=[\d.])")
# What follows a corner without a word between: the rest of a number or of an angle that was cut.
_CLIPPED = re.compile(
    r"\0(?:[.·/'\"“”‘’′″°-]+\s?\d"
    r"|[^\w\0]*\d+(?:\.\d+)?(?![\d.])(?!\s*[^\W\d_]|[、.)]\D))"
)
# A number alone: elevations and sign of a registered part, the number of another place.
_BARE = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d+)?(?![\w.%])(?!\s*[个度带年月日米])")
# Numbers alone that are none of a corner: a date, a clause, a scale, a zone.
_ALONE = re.compile(
    r"(?:19|20)\d\d[-/.]\d{1,2}(?:[-/.]\d{1,2})?|[。;]\s*\(?\d{1,2}(?:[、.)](?!\d))|1:\d{3,6}"
    r"|(?:子午线|经线|带号?)\W{0,3}\d{1,3}\s?[°度]?"
)
# The words of a deduction end the clause behind its corners: …围成的范围扣除.
_CUT_BEHIND = re.compile(
    r"\0\W*(?!其中|但|并|另|扣|剔|挖|核)(?:[^\0;。]{1,30}?)?"
    r"(?:扣除|扣减|剔除|核减|挖除|除外|之外|以外|不[在属][^\0;。,]{1,12})(?:的?(?:范围|区域?|部分))?\W*(?=[\0;。]|$)"
)
_PUBLISHED = re.compile(r"\s*[^\s,，]{1,20}[,，]\s*\d[\d.]{0,20}[,，]\s*\d[\d.]{0,20}[,，\s]*")
_OF_CORNERS = re.compile("拐点|界址点|(?<!大地)坐标(?!系)")
_NUMBERED = re.compile(
    r"(?:证?号[\s:]{0,3})?[CT](?:\s?\d){22}"
    r"|(?:证号?|编号|号码|代码|电话|传真|邮编|日期|时间)[\s:]{0,3}[A-Za-z\d*-]{1,40}|[A-Za-z]\d{10,40}"
    r"|(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-\d{7,8})(?!\d)|https?://\S{1,200}|www\.\S{1,200}"
    r"|(?<![\d.])\d{1,12}(?:\.\d{1,12})?\s?(?:平方|立方|m2|m3|km2|公顷|ha|亩|吨|t/a|万|元|克|kg|号)",
    re.IGNORECASE,
)
_MASK = re.compile(r"\s?[*?×…#□■_]|[Xx](?=$|[\s,;)])|\.{2}")
# Lines about the right whose number has its unit before it: 矿区面积（平方公里）：0.2600.
_ABOUT = re.compile(
    r"[^\d:]{0,12}(?:面积|规模|储量|资源量|价|资本|评估|图幅|证书|字号)(?:\([^()]{1,8}\))?[^\d:]{0,12}[:为]?[^\d]{0,8}"
    r"\d[\dA-Za-z.,]{0,20}\s?[^\d]{0,12}$"
)
# What stands for a corner that is not given: 4 见附图.
_NOT_GIVEN = re.compile(r"(?=.{0,12}$).*(?:[见缺同略待]|未测|附图|不详|无$)|\W*$")
# Cells of a heading that are some northing and some easting: 80X, 大地纬度B, 东X.
_NORTH_CELL, _EAST_CELL = (
    re.compile(rf"(?:[^A-Za-z]{{0,8}}[{letters}]|\W?[{signs}])[^A-Za-z]{{0,8}}", re.IGNORECASE)
    for letters, signs in (("XBN", "北纵纬"), ("YLE", "东横经"))
)
# Heads that programs write: POINT_X, xcoord, X_COORD.
_X_CELL, _Y_CELL = (
    re.compile(rf"(?:[a-z]{{2,8}}_?)?{letter}(?:_?(?:coord|coordinate|co|pos))?", re.IGNORECASE)
    for letter in "xy"
)


def with_advice(text: str, zh: str, en: str) -> Reason:
    """Return why a text is refused, with what to do where it may be a sentence cut into lines."""
    if _SENTENCE.search(text):
        return f"{zh}（若句子折成了几行，请先合并）", f"{en} (join the lines of a sentence)"
    return zh, en


def check(path: Path, lines: Sequence[Line]) -> None:
    """Refuse lines of which one may be a spoilt or lost corner, or a place that is none.

    Raises
    ------
    FormatError
        The message names the line.
    """
    begun = False
    for line in lines:
        _check_star(path, line)
        if line.corners:
            _check_masks(path, line)
            _check_rest(path, line, first=not begun)
            _check_places(path, line)
            _check_order(path, line)
            begun = True
        else:
            _check_heading(path, line)
            _check_words(path, line)
    _check_numbers(path, lines)
    _check_published(path, lines)


def _bad(path: Path, line: Line, zh: str, en: str) -> Exception:
    zh, en = with_advice(line.text, zh, en)
    return refusal(path, f"第 {line.number} 行{zh}", f"line {line.number}: {en}")


def _check_published(path: Path, lines: Sequence[Line]) -> None:
    """Refuse what looks like a published list whose closing lines are gone.

    One below a header, or a title that says 拐点坐标, without empty fields, is a plain list.
    """
    corners = [line for line in lines if line.corners]
    words = [line for line in lines if not line.corners]
    told = any(line.heading or _OF_CORNERS.search(line.text) for line in words)
    empty = any(line.text.rstrip()[-1:] == "," for line in corners)
    if any("起标高" in line.text for line in words) or empty:
        told = False
    if not told and all(_PUBLISHED.fullmatch(line.text) for line in corners):
        raise refusal(
            path,
            "像公示的拐点串而没有以 * 开头的结束行，可能不完整；"
            "若是拐点表，请在拐点之上加一行表头：点号,X坐标,Y坐标",
            "looks like a published list without the line that ends a part (*, ...) and may be cut "
            "short; if it is a table of corners, give it the header 点号,X坐标,Y坐标",
        )


def have_heights(path: Path, lines: Sequence[Line]) -> bool:
    """Return whether third numbers are heights, or lengths: by a header's word, or not whole.

    Whole ones may be rings, signs, corners' numbers. Digits behind a comma may be decimals.

    Raises
    ------
    FormatError
        What third numbers are is not told.
    """
    corners = [(line, match) for line in lines for match in line.corners]
    thirds = [(line, m) for line, m in corners if m.groupdict().get("height") is not None]
    if not thirds:
        return False
    for line, match in thirds:
        two, third = match["two"], match["height"]
        between = line.text[match.end("two") : match.start("height")]
        if between == "," and "." not in two + third:
            raise _bad(path, line, f"：{two},{third} 的逗号可能是小数点",
                       f"the comma of {two},{third} may be a decimal point")  # fmt: skip
    if len(thirds) < len(corners):
        raise refusal(
            path,
            "有的拐点之后有第三个数，有的没有，分不清含义",
            "some corners are followed by a third number and some are not",
        )
    numbers = [float(match["height"]) for _, match in thirds]
    named = any(HEIGHT.fullmatch(cell) for line in lines if line.heading for cell in line.cells)
    if not named and any(numbers) and all(map(float.is_integer, numbers)):
        raise refusal(
            path,
            "各点第三个数都是整数，分不清是高程、圈号、点号还是加减；"
            "请用逗号分隔并加一行表头，如：点号,X坐标,Y坐标,高程",
            "the third numbers are whole and may be heights, rings, corner numbers or signs; "
            "separate them by commas and give a header, such as 点号,X坐标,Y坐标,高程",
        )
    return True


def _check_star(path: Path, line: Line) -> None:
    """Refuse a line that may close a part of a published list: it names no parcel.

    A footnote, which * begins too, has no two numbers.
    """
    if line.text.lstrip()[:1] == "*" and len(re.findall(r"\d+(?:\.\d+)?", line.text)) > 1:
        raise _bad(path, line, f"像公示拐点串的结束行而不合格式：{line.short}；应为 "
                   "*,上限,下限,名称,1 或 -1",
                   f"may close a part of a published list and does not fit: {line.short}; "
                   "expected *,top,bottom,name,1 or -1")  # fmt: skip


def _check_masks(path: Path, line: Line) -> None:
    """Refuse a number whose last digits a sign stands for: 38500300.4*, 38500300.4x."""
    for match in line.corners:
        for group in ("one", "two"):
            if _MASK.match(line.text, match.end(group)):
                raise _bad(path, line, f"：数字被遮盖或不完整：{line.short}",
                           f"masked or unfinished digits: {line.short}")  # fmt: skip


def _check_places(path: Path, line: Line) -> None:
    """Refuse numbers that are those of no plane of China: packed degrees, a plane of a town."""
    for match in line.corners:
        if match.re is PLANES:
            one, two = float(match["one"]), float(match["two"])
            if not (is_place(one, two) or is_place(two, one)):
                raise _bad(path, line, f"：{match['one']} {match['two']} 不是国家平面坐标；"
                           "度分秒请写成 113°30′00″，地方坐标请加表头",
                           f"{match['one']} {match['two']} lie in no national plane; write degrees "
                           "as 113°30′00″, give others a header")  # fmt: skip


def _check_order(path: Path, line: Line) -> None:
    """Refuse a line of several corners whose numbers do not run on: columns side by side."""
    names = [numbered(name_of(match)) for match in line.corners]
    if len(names) > 2 and not any(names) and _is_chain(line):
        return
    for one, two in itertools.pairwise(names):
        if one is None or two is None or two[1] not in (one[1] + 1, 1):
            raise _bad(path, line, "有几个拐点而点号不连续（并列的几栏、两套坐标？）："
                       f"{line.short}",
                       "several corners whose numbers do not run on (columns side by side?): "
                       f"{line.short}")  # fmt: skip


def _is_chain(line: Line) -> bool:
    """Tell whether corners without names are parted by semicolons: X,Y;X,Y;X,Y of data bases."""
    gaps = (line.text[a.end() : b.start()] for a, b in itertools.pairwise(line.corners))
    return all(gap.strip() == ";" for gap in gaps)


def _check_heading(path: Path, line: Line) -> None:
    """Refuse a heading of columns that is not understood, or has others than of a place."""
    heading, cells = line.heading, line.cells
    if heading is None and re.search("[为是指]|表示|代表", line.text):
        return  # X为纵坐标，Y为横坐标
    heads = any(map(_NORTH_CELL.fullmatch, cells)) and any(map(_EAST_CELL.fullmatch, cells))
    heads = heads or (any(map(_X_CELL.fullmatch, cells)) and any(map(_Y_CELL.fullmatch, cells)))
    if heads and heading is None:
        raise _bad(path, line, f"像表头而看不懂：{line.short}；请写作 点号,X坐标,Y坐标",
                   f"a header that is not understood: {line.short}; "
                   "write 点号,X坐标,Y坐标")  # fmt: skip
    roles = ("corner", "number")
    others = [c for c in cells if c not in (heading or cells) and role_of(c) not in roles]
    if others and not all(map(HEIGHT.fullmatch, others)):
        raise _bad(path, line, f"的表头还有其他列（{others[0]}），请用逗号或制表符分隔各列",
                   f"the header has other columns ({others[0]}); separate columns by commas or "
                   "tabs")  # fmt: skip


def _check_words(path: Path, line: Line) -> None:
    """Refuse a line without corner that may be a spoilt one, or hold one in another form."""
    text = _LETTERS_LIKE_DIGITS.sub("0", line.text)
    wordless = not re.search(r"[^\W\d_]", text)
    numbers = [cell for cell in line.cells if re.search(r"\d|\*|^[-—–/?×]+$", cell)]
    lost = wordless and len(numbers) > 1 and not is_date(text) and not is_page(text)
    lost = lost or is_cut_short(line.text)
    if lost or names_lost(line.text):
        raise _lost(path, line)
    if may_place(line.text) and not _ABOUT.match(line.text):
        raise _unclear(path, line)


def _check_numbers(path: Path, lines: Sequence[Line]) -> None:
    """Refuse a line whose number is that of the corner due before the first, or after the last."""
    before: dict[int, Line] = {}
    last: int | None = None
    begun = False
    for line in lines:
        number = _NUMBER.match(line.text.strip()) if not line.corners else None
        if number and not _NOT_GIVEN.match(line.text.strip()[number.end() :]):
            number = None  # a clause of a document
        if number and begun and last is not None and int(number[1]) == last + 1:
            raise _lost(path, line)
        if number and not begun:
            before[int(number[1])] = line
        for match in line.corners:
            name = numbered(name_of(match))
            last = name[1] if name else None
            if not begun and name and name[1] - 1 in before:
                raise _lost(path, before[name[1] - 1])
            begun = True


def _lost(path: Path, line: Line) -> Exception:
    return _bad(path, line, f"有点号或数字而没有坐标：{line.short}",
                f"numbers, or a corner's name, without coordinates: {line.short}")  # fmt: skip


def _check_rest(path: Path, line: Line, *, first: bool) -> None:
    """Refuse a line with what may be a corner beside those that were found, or another place."""
    rest, begin = line.text, line.corners[0].start()
    for match in reversed(line.corners):
        rest = rest[: match.start()] + "\0" + rest[match.end() :]
    if _CLIPPED.search(rest):
        raise _unclear(path, line)
    if found := _CUT_BEHIND.search(rest):
        said = found[0].strip("\0 ,;。)")
        raise _bad(path, line, f"的扣除写在拐点之后（{said}），请写在其拐点之上",
                   f"a deduction behind its corners ({said}); say it above them")  # fmt: skip
    rest = _ALONE.sub(" ", rest)
    if found := _PLACE.search(rest):
        raise _bad(path, line, f"的“{found[0]}”不是拐点，请删去该行",
                   f"{found[0]!r} is no corner; take the line out")  # fmt: skip
    # A name of its own beside each place: a list of places, not of corners.
    named = len(line.corners) == 1 and re.search(
        r"[^\W\d_]", SAID.sub("", rest[0 if not first else begin :])
    )
    if named or _BARE.search(rest) or _NUMBERS.search(_NUMBERED.sub("", rest)):
        raise _unclear(path, line)


def _unclear(path: Path, line: Line) -> Exception:
    return _bad(path, line, f"除拐点外还有文字或数字，分不清含义：{line.short}",
                f"words or numbers beside the corners: {line.short}")  # fmt: skip
