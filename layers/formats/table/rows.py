"""What the rows of a table of corners are that hold no corner, told by their words.

Bureaus write headings, sums, remarks, page numbers and control points between the corners of
their tables. A row that is none of these, and could be a corner, must not be passed over.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from layers.formats.angles import clean
from layers.formats.planes import width_of
from layers.formats.table.corner_names import folded
from layers.formats.table.deductions import is_cut
from layers.formats.table.endings import is_page, without_continued
from layers.formats.table.header import Header
from layers.formats.table.naming import (
    LICENCE,
    before_area,
    beside,
    names_a_parcel,
    part_named,
    told_in,
    without_label,
    without_licences,
)
from layers.formats.table.numbers import decimal, is_number_like
from layers.formats.table.second_headers import is_header, renamed
from layers.formats.table.sheet import Sheet
from layers.formats.table.vocabulary import CENTRE, HOLDER, PART, TOTAL, N

_DATE = re.compile(
    r"[〇○零一二三四五六七八九]{4}年[一二三四五六七八九十]{1,3}月(?:[一二三四五六七八九十]{1,3}日)?|\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]?\s*(?:\d{1,2}\s*日?)?"
)
_SUMMED = re.compile(rf"{TOTAL}|面积|周长")
_CUT_SHORT = re.compile(
    r"[\s.…·⋮︙:：⋯]*[.…·⋮︙⋯:]{1}[\s.…·⋮︙:：⋯]*|[(（\[]?\s*(?:中|以下|以上|下|从)?略\s*[)）\]]?"
    r"|.{0,6}(?:省略|略去|从略|中略)(?!.*(?:带号|位数?|小数|单位)).{0,12}|同[上前]|(?:第?\d{1,4}[号个]?点|点\d{1,4})\s?[(（]?缺[)）]?"
    r"|第?\d{1,4}点?\s?[-~至到]\s?\d{1,4}点?\s?略|第\d{1,4}点"
)
_MISSING = re.compile(
    r"[.…·⋮⋯]+|缺[失测]?|无|待[定测补查]|不详|未知|未测|略|/|-{1,2}|—{1,2}|null|nan|none|n/?a|#\S+|\?+|×+|同上",
    re.IGNORECASE,
)
_REMARK = re.compile(
    rf"{_SUMMED.pattern}|备注|附注|说明|注[:：]|标高|高程|坐标系|坐标格式|中央子午线|投影|单位|"
    r"制表|审核|复核|校对|填表|编制|测绘|日期|比例尺|电话|资料来源|以下空白|以下无|无正文|以上|盖章|签章|签字|公章"
)
_TAIL = r"(?:坐标)?[\s\dA-Za-z号:#().-]*"
_PLACE = re.compile(
    rf"(?:\S{{0,6}}{CENTRE}(?:点|位置)?"
    r"|\S{0,4}(?:井口|硐口|坑口|平硐|斜坡道)|\S{0,4}(?:[主副风斜竖]井[、,，和及]?){1,5}"
    r"|\S{0,4}(?:控制|基准|检查|检核|校核|起算|参考|已知|测量|导线|三角|水准|图根|像控|采样|取样|验证|监测"
    r"|见矿|高程|测)点"
    r"|\S{0,4}(?:钻孔|探槽|图廓|图框|极值|(?:图|影像|图幅)四角)"
    r"|井(?=\d)|(?:q?zk[a-z]?|ck|kzd?|gps|gnss|gcp|bm|cors|pd|sj)[-_]?(?=\d))" + _TAIL
)
_DERIVED = re.compile(rf"(?:平均值?|均值|最[大小]值?|[xy]?最[大小]|{TOTAL}|总?面积|周长)" + _TAIL)
_ABOUT_PLACES = re.compile(
    rf"{CENTRE}|控制点|基准点|范围|四至|极值|原点|起算|井口|硐口|地理坐标|平均|东经|北纬"
)
_ABOUT_RIGHT = re.compile(
    rf"(?:文号|公告号|发证机关|审批机关|{HOLDER}|申请人|法定代表人|联系人|有效期限?|地址|开采矿种|矿种|开采方式|(?:设计)?生产规模"
    r"|经济类型|图幅号?|项目类型)\s*[:：]"
)
_VOID = re.compile(r"作废|注销|取消|废[弃除止]|停用|变更前|改为|^原\d|控制点|井口|中心点")
# Sentences, measures and numbers of documents below the corners head no parcel that is lacking.
_NO_HEAD = re.compile(
    r"^[无未]|[:：]|[件书]$|[,，。;；≤≥°%〔]|圈定|连线|\d\s*(?:米|年|吨|万|公里|公顷)|^.{24}"
    rf"|^[(（]?{N}{{1,3}}[)）、.．].{{12}}"
)
_HEADS = re.compile(r"矿(?!业|产|权)|[采勘库区块段]|范围|扣除|拐点|坐标|地块")
# 成交价：123456元 says something of the right; 一采区：由4个拐点圈定 is a heading.
_FIELD = re.compile(r"[^:：]{1,12}[:：]\s*(?!.*(?:拐点|坐标|圈定|界址))\S.*")
_TITLED = re.compile(r"([^:：,，;；。]{1,12})[:：]\s*([^:：;；。]{1,40})")
_PART = re.compile(
    rf"(?:{PART}|块|重叠区|避让区|部分|标段|片区?|坑口?|井)"
    r"[\d一二三四五六七八九十A-ZⅠ-Ⅻ]{0,3}(?:名称?|编?号)?$"
)
_NAME_LIKE = re.compile(r"(?=.*[^\W\d_]{2})[^\d.+-].*")
_OWNED = re.compile(rf"{HOLDER}|(?:采矿权|探矿权)?申请人|单位|企业|业主|公司")
_COMPANY = re.compile(r"公司|厂|集团|[矿场社队人]$")
_BLOCK = re.compile(r"\S{0,8}(?:采区|采场|块段?|矿段|矿体|范围|部分|拐点|坐标|(?<!矿)区)\S?")
_GENERIC = re.compile(r"(?:矿区|矿界|范围|拐点|界址点|平面|直角|坐标|成果|一览|表|编号|及)+[:：]?")
# What a heading says beside its name: 一采区（2000国家大地坐标系）, （面积0.24平方公里）.
_BRACKETED = re.compile(r"[(（\[][^()（）\[\]]*(?:坐标|面积|标高|投影|带)[^()（）\[\]]*[)）\]]")
_UNIT = re.compile(r"[(\[]?(?:单位[:：]?)?(?:m|米|°|度|度分秒|°′″|dms|km2?)[)\]]?")
_CORNERS = re.compile(r"[拐角折]点|界址|界?桩|点[号名]|序号|编号")
_MOST_NUMBERS = 20
_LONGEST = 40


def is_date(text: str) -> bool:
    """Tell whether a row only is a date."""
    return _DATE.fullmatch(text.strip()) is not None


def is_sum(text: str) -> bool:
    """Tell whether a row sums up the parcel above it: its area, its corners."""
    return _SUMMED.search(text) is not None


def is_remark(text: str) -> bool:
    """Tell whether a row is a remark, a sum or a footer by its words."""
    return _REMARK.search(text) is not None


def is_missing(text: str) -> bool:
    """Tell whether a cell says that there is no coordinate."""
    return _MISSING.fullmatch(text) is not None


def is_cut_short(text: str) -> bool:
    """Tell whether a row says that corners were left out: ……, 中略, 第4点缺.

    >>> [is_cut_short(text) for text in ("……", "（中略）", "此处省略3点", "略阳县")]
    [True, True, True, False]
    """
    return _CUT_SHORT.fullmatch(text.strip()) is not None


def is_void(text: str) -> bool:
    """Tell whether words beside a corner say that it is none, or no more."""
    return _VOID.search(text) is not None


def _is_of_others(sheet: Sheet, row: int, header: Header) -> bool:
    """Tell whether a second header names other things where the first has its corners."""
    column = header.column("corner")
    if column is None or is_header(sheet, row, header) is not None:
        return False
    cell = sheet.cell(row, column)
    return column in renamed(sheet, row, header) and (is_aside(cell) or not _CORNERS.search(cell))


def heading(text: str) -> str:
    """Return the name of the part that a row without coordinates begins, blank if it is none."""
    if _DATE.fullmatch(text):
        return ""  # of a signature
    told = {key: value for key, value in told_in(text).items() if names_a_parcel(key)}
    if told:
        rest = beside(text)  # 甲矿（许可证号：C100）
        return (heading(rest) if rest else "") or " ".join(told.values())
    text = _BRACKETED.sub("", without_label(text))
    text = part_named(text) or before_area(text) or text
    if (
        len(text) > _LONGEST
        or _GENERIC.fullmatch(text)
        or _REMARK.search(text)
        or _ABOUT_RIGHT.match(text)
        or _FIELD.fullmatch(text)
        or not re.search(r"[^\W\d_]", text)
    ):
        return ""
    return without_continued(text).rstrip(":： ")


def field_heading(text: str) -> str:
    """Return the name that 采区：一采区 or 采矿权人：乙公司 gives the corners below it.

    Blank where a row says something else of a right: 成交价：123456元. Where no corners follow, it
    is a remark.

    >>> field_heading("矿段：Ⅰ"), field_heading("采区：一采区"), field_heading("采矿权人：乙公司")
    ('矿段Ⅰ', '一采区', '乙公司')
    >>> field_heading("成交价：123456元"), field_heading("开采方式：露天")
    ('', '')
    """
    found = _TITLED.fullmatch(text.strip())
    if found is None:
        return ""
    title, value = "".join(found[1].split()), without_continued(found[2]).strip(" :：")
    if _OWNED.fullmatch(title):
        return value if _COMPANY.search(value) else ""
    part = _PART.search(title) is not None
    if _REMARK.search(text) or (
        not part and (_ABOUT_RIGHT.match(f"{title}：") or not _NAME_LIKE.fullmatch(value))
    ):
        return ""
    return f"{title}{value}" if part and len(value) < 3 else value


def with_colon(cells: Sequence[str]) -> str:
    """Return what a row says; names and their values in cells of their own as 名称：值.

    Beside a cell that gives a name or number, cells are parted by a mark that ends its value.
    """
    said = list(dict.fromkeys(filter(None, cells)))
    if len(said) == 1 and LICENCE.fullmatch(said[0].strip()):
        return f"许可证号：{said[0]}"
    names = [cell.rstrip(":：") for cell in said[::2]]
    if said and len(said) % 2 == 0 and all(map(names_a_parcel, names)):
        return " ".join(f"{n}：{v}" for n, v in zip(names, said[1::2], strict=True))
    return ("；" if any(map(told_in, said)) else " ").join(said)


def is_block(name: str) -> bool:
    """Tell whether a heading names a part of a right, not another mine: 一采区, 2号区块.

    >>> is_block("一采区"), is_block("变更后范围"), is_block("乙矿"), is_block("乙矿区")
    (True, True, False, False)
    """
    return _BLOCK.fullmatch(name) is not None


def may_head(name: str) -> bool:
    """Tell whether words below the last corner may be the heading of a parcel that is lacking.

    >>> may_head("二采区"), may_head("某县自然资源局"), may_head("以下空白")
    (True, False, False)
    """
    void = re.search("注销|废止|取消|关闭", name)
    return _HEADS.search(name) is not None and (void is not None or not _NO_HEAD.search(name))


def title_of(sheet: Sheet, header: Header) -> int | None:
    """Return the row right above the header that is its title, None where there is none."""
    for row in range(header.row - 1, -1, -1):
        text = with_colon(sheet.rows[row])
        if is_cut(text) or is_aside(text) or heading(text):
            return row
    return None


def aside_rows(sheet: Sheet, header: Header) -> frozenset[int]:
    """Return the rows that place something else than a corner: a centre, a shaft, a mean.

    Their name says so; what a remark beside a corner says does not count.
    """
    wanted = [c for c, role in sorted(header.roles.items()) if role in ("corner", "number")]
    pairs = header.coordinates
    out = set()
    below_other = False
    for row in (*rows_above(sheet, header), *header.below(sheet)):
        numbers = [n for c in pairs if is_number_like(n := sheet.cell(row, c))]
        again = not numbers and is_header(sheet, row, header) is not False
        below_other = _is_of_others(sheet, row, header) if again else below_other
        if below_other and (numbers or again):
            out.add(row)
        names = [sheet.cell(row, c) for c in wanted]
        if not any(names):
            names = [c for k, c in enumerate(sheet.rows[row]) if c and k not in pairs][:1]
        words = [folded(n) for n in names]
        other = any(map(_PLACE.fullmatch, words)) or (
            # 合计 4, 面积 0.8156: a sum whose number is none of a place is a remark.
            any(map(_DERIVED.fullmatch, words))
            and (holds_a_place(" ".join(numbers)) or not any(map(is_remark, words)))
        )
        if numbers and other:
            out.add(row)
    return frozenset(out)


def footer_rows(sheet: Sheet, header: Header) -> frozenset[int]:
    """Return rows of words, dates and elevations whose numbers only stand in coordinate columns.

    制表, a date, 开采标高 1250 980: no number of theirs is one of a place.
    """
    pairs = header.coordinates
    out = set()
    shapes = {row: _shape(sheet, header, row) for row in header.below(sheet)}
    places = Counter(filter(None, shapes.values())).most_common(1)
    for row in header.below(sheet):
        if places and shapes[row] == places[0][0]:
            continue  # 县测绘局石料厂, and numbers as those of the other corners
        cells = [c for c in sheet.rows[row] if c]
        first = cells[0] if cells else ""
        numbers = [c for c in cells if is_number_like(c) and not _DATE.fullmatch(c)]
        dated = any(_DATE.fullmatch(c) for c in cells) and not numbers
        said = _REMARK.search(first) is not None or names_a_parcel(first.rstrip(":："))
        said = said or re.search("开采深度|准采深度", first) is not None
        said = said and sheet.rows[row].index(first) not in pairs
        if (
            is_page(" ".join(cells))
            or is_ruling(cells)
            or (said and not holds_a_place(" ".join(numbers)))
            or dated
        ):
            out.add(row)
    return frozenset(out)


def _shape(sheet: Sheet, header: Header, row: int) -> tuple[int, ...] | None:
    """Return how many digits the first pair begins with, None where a cell of it does not."""
    cells = [sheet.cell(row, c) for c in (header.pairs[0].first, header.pairs[0].second)]
    found = [re.match(r"[-+]?\d+", cell) for cell in cells]
    return tuple(len(m[0]) for m in found if m) if all(found) else None


def is_ruling(cells: Sequence[str]) -> bool:
    """Tell whether a row only numbers the columns (1 2 3, 甲 1 2) or gives their units."""
    cells = [c for c in cells if c]
    if len(cells) > 1 and all(_UNIT.fullmatch(folded(c)) for c in cells):
        return True
    numbers = [folded(c).strip("()") for c in cells if c not in ("甲", "乙")]
    return len(numbers) > 1 and numbers == [str(k) for k in range(1, len(numbers) + 1)]


def rows_above(sheet: Sheet, header: Header) -> list[int]:
    """Return the rows above the header in which two cells are the numbers of a place."""
    out = []
    for row in range(header.row):
        numbers = [c for c in map(clean, sheet.rows[row]) if decimal(c) is not None]
        if len(numbers) >= 2 and holds_a_place(" ".join(c.replace(",", "") for c in numbers)):
            out.append(row)
    return out


def is_aside(text: str) -> bool:
    """Tell whether a heading stands over places that are no corners."""
    return _PLACE.fullmatch(folded(text)) is not None


def holds_a_place(text: str) -> bool:
    """Tell whether a row without corner holds a pair of coordinates in some other form."""
    if _ABOUT_PLACES.search(text):
        return False
    words = clean(without_licences(text))
    if len(re.findall(r"(?<!\d)\d{1,3}\s{0,3}°\s{0,3}\d", words)) >= 2:
        return True
    numbers = [float(n) for n in re.findall(r"(?<![\d.])\d{6,8}(?:\.\d+)?(?![\d.])", words)]
    if _REMARK.search(text):
        numbers = [n for n in numbers if n > 1e7 or not _is_area(n, text)]
    degrees = [float(n) for n in re.findall(r"(?<![\d.])\d{2,3}\.\d{3,}(?![\d.])", words)]
    return any(_fit(found) for found in (numbers, degrees))


def _is_area(number: float, text: str) -> bool:
    return re.search(r"面积|周长|单位", text) is not None and number < 1e7


def _fit(numbers: Sequence[float]) -> bool:
    """Return whether two of the numbers may be those of a place in China."""
    some = sorted(set(numbers))[:_MOST_NUMBERS]
    return any(is_place(a, b) for a in some for b in some if a != b)


def is_place(one: float, other: float) -> bool:
    """Tell whether northing and easting, or longitude and latitude, may lie in China."""
    degrees = 73 <= one <= 136 and 3 <= other <= 54
    zone, east = divmod(other, 1e6)
    plane = 1.7e6 <= one <= 6.1e6 and 1e5 <= east <= 9e5
    return degrees or (plane and (zone == 0 or width_of(int(zone)) is not None))
