"""Tables that list places, one in every row, though a column of theirs is called as corners are.

点号、村名、X、Y under 村庄位置一览表: read as corners, the villages would be one outline.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from layers.account import Issue
from layers.formats.table.corner_names import names_a_corner
from layers.formats.table.endings import is_page
from layers.formats.table.header import Header
from layers.formats.table.numbers import is_number_like, numeric_rows
from layers.formats.table.rows import heading, holds_a_place, is_date, is_ruling
from layers.formats.table.second_headers import is_header
from layers.formats.table.sheet import Sheet, bad_row
from layers.formats.table.vocabulary import TOTAL
from layers.issues import warning

_CORNER = re.compile(r"拐点|界址|角点|界桩|桩号|折点")
_OUTLINE = re.compile(r"(?<![米m])范围(?![内外])|边界|界线|红线|轮廓|圈定|四至|占地")
_LIST = re.compile(
    # 距村庄2000米 is a distance.
    r"(?<!距)(?<!距离)(?!\S{0,6}\d+(?:\.\d+)?(?:米|m|公里|千米|km))(?:村庄|自然村|行政村|居民[点区]|村民|民房|住户|学校|敏感(?:点|目标)|保护(?:目标|对象)|建[构]?筑物"
    r"|[监观]测点|采样点|钻孔)[^，。矿场司厂]{0,6}?(?:位置|一览|分布|名单|统计|坐标|表|情况|调查|清单|[（(\s]|$)"
    r"|点位(?:一览|分布|统计)"
)
# What a title calls its places by its last word: 坝脚点坐标, 水井位置; and what no outline is.
_SINGLE = re.compile(
    r"(?:坝[脚趾]|敏感|监测)点?|敏感目标|(?:水|机|民|泄|观测)井|[取排泄]\S{0,2}口|塔基|[杆铁]塔|泵站"
)
_LINE = re.compile(
    r"(?<![界边红围区廓护制权地])线|(?:河|渠|管|巷|隧|洪|航)道|[公铁道]路|隧洞|[沟水]渠"
)
_GROUND = re.compile(
    r"[矿采探库权区块段场厂司围界圈地村镇乡县社园院坑体]|企业|项目|工程|部分|扣除|[内外][圈环]"
)
_STATION = re.compile(r"[A-Z]{0,3}\d+\+\d{3}(?:\.\d+)?", re.IGNORECASE)
_ABOUT = re.compile(
    r"[(（\[【].*?[)）\]】]|(?:CGCS|国家|19)?(?:2000|80|54)年?(?:国家)?(?:大地|西安|北京)?坐标系?",
    re.IGNORECASE,
)
_OF_SYSTEM = re.compile(
    r"平面|直角|高斯|克吕格|大地|地理|投影|子午线|经纬度?|度带|带|[国独地][家立方]|北京|西安|实测|测量|[\dA-Z°.]+"
)
_SAID_OF = re.compile(
    r"(?:坐标|位置|成果|一览|统计|分布|汇总|数据|信息|点位|清单|名单|调查|情况|[端拐折]点|转折|[起终]点|表|册|图"
    r"|\W)+$"
)
_NAMING = re.compile(r"(?!.*(?:坐标|测绘|单位)).*(?:名称?|村庄|居民点|编[号码])")
_THING = re.compile(r"村|居民|户|校|目标|建筑|[库井孔矿]")
_NAMED = 0.5
"""Share of the rows of a list that have a name of their own; of corners, at most a third have."""
_SUM = re.compile(rf"(?:{TOTAL}|平均值?)[:：]?")
_FOOTER = re.compile(
    r"(?:备\s?注|附注|注|说明|(?:填|制|审|校|绘|编)\s?[表核对制图]\s?人?|复核人?|负责人|联系(?:人|电话)|电话|日期"
    r"|(?:填[报表]|制表|编制|测绘)(?:单位|日期|时间)(?:[(（][盖签]章[)）])?|单位(?:[(（]?[盖签]章[)）]?)|资料来源|数据来源)"
    r"\s*[:：].*|以下空白|[(（]?(?:盖章|签章|公章)[)）]?|第.{1,3}页.{0,6}"
)
_CLAUSE = re.compile(
    r"[(（]?[一二三四五六七八九十]{1,3}[)）]?\s?[、.．].+|[(（][一二三四五六七八九十]{1,3}[)）].+"
)
_SHOWN = 30
_NUMBERING = re.compile(r".*(?:号|编码|代码)|id|no", re.IGNORECASE)


def refuse_lines(path: Path, sheet: Sheet, header: Header) -> None:
    """Refuse corners of a line, by their title (河道中心线坐标) or stations (K0+100)."""
    if _closes(sheet, header):
        return
    lines = rf"(?:{_LINE.pattern})$"
    said = [t for t in _titles(sheet, header) if re.search(lines, _thing_of(t))]
    named = header.column("corner")
    if not said and named is not None:
        names = [sheet.cell(row, named) for row in numeric_rows(sheet, header)]
        said = names[:1] if names and all(map(_STATION.fullmatch, names)) else []
    if said:
        raise bad_row(path, sheet, header.row,
                       f"“{said[0][:_SHOWN]}”是线，不能连成轮廓；若是轮廓，请在标题中写明“范围”；"
                       "线请用 GeoJSON、Shapefile 等格式",
                       f"{said[0][:_SHOWN]!r} is a line, no outline; of an outline say 范围; give "
                       "lines as GeoJSON or Shapefile")  # fmt: skip


def _thing_of(title: str) -> str:
    """Return what a title says that its places are: 某库坝脚点 of 某库坝脚点坐标（2000）.

    Blank where it gives the value of something (位置：紧邻某公路), which is no title.
    """
    return "" if re.search("[:：]", title) else _SAID_OF.sub("", _ABOUT.sub("", title))


def lists_places(sheet: Sheet, header: Header) -> bool:
    """Tell whether each row names a place of its own, or a title says that places are listed."""
    above = _above(sheet, header)
    corners = any(map(_CORNER.search, [*above, *sheet.rows[header.row]]))
    outlines = (t for t in above if _OUTLINE.search(t) and not _names_single(t))
    if corners or "ring" in header.roles.values() or any(outlines):
        return False
    return _has_names(sheet, header) or _is_titled(sheet, header)


def title_issues(sheet: Sheet, header: Header) -> list[Issue]:
    """Tell of a table that nothing but its title makes a list: it might be one outline."""
    own = [c for c, n in enumerate(header.names) if c not in header.roles and n[:1] != "列"]
    outline = not own or "corner" in header.roles.values()
    if not outline or _has_names(sheet, header) or not _is_titled(sheet, header):
        return []
    title = (_list_title(sheet, header) or "")[:_SHOWN]
    zh = f"按标题“{title}”每行读作一个地点；若是一个轮廓，请在标题中写明“范围”或“界址点”"
    en = f"by the title {title!r} each row is read as a place; of one outline, say 范围 or 界址点"
    return [warning("places_by_title", zh, en)]


def outline_title_issues(sheet: Sheet, header: Header) -> list[Issue]:
    """Tell of an outline whose title says neither that it is one nor of what: 塔吊坐标."""
    above = [*_above(sheet, header), *header.names]
    if any(_CORNER.search(t) or _OUTLINE.search(t) for t in above):
        return []
    for title in _titles(sheet, header)[1:]:
        thing = heading(_OF_SYSTEM.sub("", _thing_of(title)))
        titled = re.fullmatch(r"\w{2,}坐标(?:成果|一览|统计)?表?", _ABOUT.sub("", title))
        if thing and titled and _GROUND.search(thing) is None:
            zh = f"标题“{title[:_SHOWN]}”看不出是轮廓，按点号连成轮廓；"
            zh += "若各是一处地点，请把列名改为 名称"
            en = f"the title {title[:_SHOWN]!r} tells of no outline; the points are joined to one: "
            return [warning("outline_by_title", zh, f"{en}of places call the column 名称")]
    return []


def _above(sheet: Sheet, header: Header) -> list[str]:
    """Return the words that stand above a table, and what it is called."""
    return [sheet.name, *(c for cells in sheet.rows[: header.row] for c in dict.fromkeys(cells))]


def _titles(sheet: Sheet, header: Header) -> list[str]:
    """Return what is a title above a table: of a form, those of coordinates."""
    rows = [{*cells} - {""} for cells in sheet.rows[: header.row]]
    form = {c for row in rows if len(row) > 1 for c in row if "坐标" not in c}
    return [title for title in _above(sheet, header) if title not in form]


def _is_titled(sheet: Sheet, header: Header) -> bool:
    """Return whether a title says that places are listed, and no corner closes a ring."""
    return _list_title(sheet, header) is not None and not _closes(sheet, header)


def _closes(sheet: Sheet, header: Header) -> bool:
    """Return whether the last corner is the first again."""
    rows = numeric_rows(sheet, header)
    pair = header.pairs[0]
    ends = [[sheet.cell(r, c) for c in (pair.first, pair.second)] for r in rows[:1] + rows[-1:]]
    return len(rows) > 3 and ends[0] == ends[1]


def _list_title(sheet: Sheet, header: Header) -> str | None:
    """Return the title that says that places are listed, None where none does."""
    titles = [t for t in _above(sheet, header) if _LIST.search(t)]
    return next(iter([*titles, *filter(_names_single, _titles(sheet, header))]), None)


def _names_single(title: str) -> bool:
    """Return whether the last word of a title is of single places, whatever stands before it."""
    return re.search(rf"(?:{_SINGLE.pattern})$", _thing_of(title)) is not None


def _has_names(sheet: Sheet, header: Header) -> bool:
    """Return whether a column names something else in most rows, and no corners."""
    rows = numeric_rows(sheet, header)
    for column, title in enumerate(header.names):
        if header.roles.get(column, "group") != "group" or not _NAMING.fullmatch(title):
            continue
        names = {name for row in rows if (name := sheet.cell(row, column))}
        corners = any(names_a_corner(n, frozenset()) for n in names)
        if (_THING.search(title) or not corners) and len(names) > _NAMED * len(rows):
            return True
    return False


def rows_without_place(sheet: Sheet, header: Header, placed: Collection[int]) -> list[int]:
    """Return rows of a list that are none of its places: sums, remarks, headings, headers again.

    A row with a name and without coordinates is a place that is not known, and never among them.
    """
    rows = [r for r in header.below(sheet) if any(sheet.rows[r])]
    numbering = _numbering(sheet, header, placed)
    return [
        row
        for row in rows
        if row not in placed
        and (
            is_header(sheet, row, header)
            or (is_ruling(sheet.rows[row]) and row == header.row + 1)
            or is_page(" ".join(filter(None, sheet.rows[row])))
            or _is_aside(sheet.rows[row], numbering)
        )
    ]


def _numbering(sheet: Sheet, header: Header, placed: Collection[int]) -> frozenset[int]:
    """Return the columns in which every place has a number."""
    columns = [c for c, name in enumerate(header.names) if placed and _NUMBERING.fullmatch(name)]
    cells = {c: [sheet.cell(row, c) for row in placed] for c in columns}
    return frozenset(c for c, of in cells.items() if all(any(map(str.isdecimal, t)) for t in of))


def _is_aside(cells: Sequence[str], numbering: Collection[int]) -> bool:
    """Return whether a row sums up, remarks, is dated, or heads those below it."""
    filled = {c: cell for c, cell in enumerate(cells) if cell}
    column, first = next(iter(filled.items()))
    numbers = [c for c in filled.values() if is_number_like(c)]
    if _SUM.fullmatch(first):
        return not holds_a_place(" ".join(numbers))
    if _FOOTER.fullmatch(first) or is_date(" ".join(dict.fromkeys(filled.values()))):
        return True
    alone = len(set(filled.values())) == 1
    word = column in numbering and not any(map(str.isdecimal, first))
    return alone and (word or _CLAUSE.fullmatch(first) is not None)
