"""Headings of several rows: a column is called by its group and its part, 开采标高 over 上限."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from layers.formats.planes import datums_named
from layers.formats.table.header import PLACES, Header, name_a_pair, names_of, role_of, roles_of
from layers.formats.table.naming import names_a_parcel, told_in
from layers.formats.table.numbers import is_number_like
from layers.formats.table.sheet import Sheet
from layers.headings import is_unit

_LEVELS = 3
_PARTED = re.compile(r"(.*?)((?:[(（\[【][^()（）]*[)）\]】])*)")
_OVER_PLACES = re.compile(r"坐标|经纬|[拐角]点|界址|边界|位置|范围")
# What is told of a right itself under such a group is called by its own name.
_ABOUT = re.compile(
    r"(?:基本|主要|相关|登记|属性)?"
    r"(?:情况|信息|概况|特征|参数|指标|属性|要素|内容|数据|事项|条件|资料)?表?$"
)
_OWN = re.compile(
    r"(?:[本该现]|拟?(?:申请|新?[设立]立?|出让)|拟)?"
    r"((?:基本|主要|登记|矿山|矿区|矿权|[采探]矿权|矿业权|项目|企业|尾矿库|库区|地块|证照|权属|行政|生产|开采|其[他它]"
    r"|建设|工程|技术|运行|(?:(?:采矿|探矿|勘查)?许可)?证){0,3}|.{0,4}(?:村庄?|村民小组|居民点|学校|敏感[点目]标?))"
)
# Words that say nothing without those above them.
_BARE = re.compile(r"名称|证?编?号码?|代码|编码|类型|状[态况]|性质")
_OF_WORK = re.compile(r"方式|规模|能力|矿种|标高|深度|年限")
_WORK = re.compile(r"(?:开采|生产|建设|运行)")
# 坝高 over 设计 is 设计坝高.
_WHICH = re.compile(
    r"设计|现状|现有|实际|核定|证载|最终|当前|目前|总|全|有效|剩余|批准|规划|[拟原已][^限]{0,2}"
)
_ENDS = {**dict.fromkeys("起自由上高", "上限"), **dict.fromkeys("止至到下低", "下限")}
_ENDS |= {"最高": "上限", "最低": "下限", "上部": "上限", "下部": "下限"}
_NO_GROUP = re.compile(
    r"[:：]|\d.*\d|.{20}|[年月日图表]$|第.+页|坐标|一览|成果"
    r"|^(?!相邻|周边|毗邻|邻近|原|现|拟|申请).+(?:[铁铜金银铅锌煤锰铝钨石砂土盐磷硫]矿|[采探]矿权|公司)$"
)
_OF_FORM = re.compile(r"必填项?|选填项?|代码|[ymd年月日/.\-]+")


def with_groups(sheet: Sheet, header: Header) -> tuple[Sheet, Header]:
    """Return a table whose columns are called by all rows of their heading.

    Groups stand above the row that names the coordinates; or it holds the groups, and the row
    below it their parts, which is then blank.
    """
    parts = _parts_below(sheet, header)
    width = max(len(header.names), len(parts))
    cells = _filled(sheet.rows[header.row], width)
    levels = [*_levels(sheet, header, cells)]
    if parts:
        levels.insert(0, {c: over for over, columns in _runs(cells, parts) for c in columns})
        below = sheet.rows[header.row + 1]  # once more on the next page
        sheet = replace(sheet, rows=tuple(("",) if r == below else r for r in sheet.rows))
    lowest = [part or cell for part, cell in zip(parts or cells, cells, strict=True)]
    names = _called(lowest, levels)
    roles = dict(header.roles)
    for c, name in enumerate(names):
        if name != cells[c] and roles.get(c) not in PLACES:
            roles.pop(c, None)
            role = role_of(name)
            if role is not None and role not in PLACES:
                roles[c] = role
    return sheet, replace(header, names=names_of(names), roles=roles)


def _levels(sheet: Sheet, header: Header, cells: Sequence[str]) -> Iterator[dict[int, str]]:
    """Yield the groups of each row above the header, by column; the nearest row first.

    What stands over corners and attributes alike is a title.
    """
    lower = cells
    corners = {c for c, role in header.roles.items() if role == "corner"}
    for row in range(header.row - 1, max(-1, header.row - 1 - _LEVELS), -1):
        upper = _filled(sheet.rows[row], len(cells))
        if not _holds_groups(upper, lower, header):
            return
        groups = {
            c: over
            for over, columns in _runs(upper, lower)
            if header.coordinates.isdisjoint(columns)
            and (corners.isdisjoint(columns) or len(columns) == 1)
            for c in columns
            if not (lower[c] and _NO_GROUP.search(_parted(over)[0]))
        }
        yield groups
        lower = [groups.get(c, upper[c]) or cell for c, cell in enumerate(lower)]


def _called(lowest: Sequence[str], levels: Sequence[dict[int, str]]) -> list[str]:
    """Return what columns are called: by their own words alone where those tell them apart."""
    found = [[*lowest], [*lowest]]
    for alone, names in zip((True, False), found, strict=True):
        for groups in levels:
            for c, over in groups.items():
                names[c] = _joined(over, names[c], alone=alone)
    short, full = found
    return [n if short.count(n) == 1 else full[c] for c, n in enumerate(short)]


def _filled(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))][:width]


def _runs(upper: Sequence[str], lower: Sequence[str]) -> Iterator[tuple[str, list[int]]]:
    """Yield each heading and the columns below it: a merged cell's, or up to the next heading.

    Without merged cells a heading goes on over blank cells, where parts stand below it; not over
    a name or number of a right, unless it begins with one.
    """
    run: list[int] = []
    for c, cell in enumerate([*upper, ""]):
        start = run[0] if run else 0
        if run and cell == upper[start] and c < len(upper):
            run.append(c)
            continue
        goes_on = (
            c < len(upper)
            and run
            and not cell
            and upper[run[-1]] in ("", upper[start])
            and not (len(run) > 1 and upper[run[1]])
            and "" != lower[start] != upper[start]
            and lower[c]
            and (not _names(lower[c]) or _names(lower[start]))
        )
        if goes_on:
            run.append(c)
            continue
        if run:
            yield upper[start], run
        run = [c] if cell else []


def _names(cell: str) -> bool:
    return role_of(cell) == "group" or names_a_parcel(cell)


def _holds_groups(upper: Sequence[str], lower: Sequence[str], header: Header) -> bool:
    """Return whether a row above is one of headings: over the coordinates nothing else stands.

    A form has values there, blocks of several mines their names; a title stands alone.
    """
    title = upper[0] != "" and len({*upper} - {""}) == 1
    if title or not any(upper) or name_a_pair(roles_of(upper)) or any(map(told_in, upper)):
        return False
    over = {
        text
        for text, columns in _runs(upper, lower)
        if not header.coordinates.isdisjoint(columns) and any(text != lower[c] for c in columns)
    }
    return all(_OVER_PLACES.search(t) or datums_named(t) or role_of(t) for t in over)


def _parts_below(sheet: Sheet, header: Header) -> list[str]:
    """Return the cells of a row below the header that are parts of its groups, else none."""
    if header.row + 1 >= len(sheet.rows):
        return []
    width = max(map(len, sheet.rows[header.row : header.row + 2]))
    upper, lower = (_filled(sheet.rows[r], width) for r in (header.row, header.row + 1))
    parts = {c for c in range(width) if lower[c] and lower[c] != upper[c]}
    of_corners = {c for c, r in header.roles.items() if r not in ("group", "top", "bottom")}
    of_places = parts & (header.coordinates | of_corners)
    under = {c for _, columns in _runs(upper, lower) if len(columns) > 1 for c in columns}
    alone = {c for c in parts if _is_unit(lower[c])}
    found = parts - of_places
    if not found or not of_places <= alone or any(map(is_number_like, lower)):
        return []
    return lower if found <= under | alone and all(upper[c] or c in under for c in found) else []


def _is_unit(cell: str) -> bool:
    base, bracket = _parted(cell)
    words = bracket[1:-1] if bracket else cell
    return not (base and bracket) and (is_unit(words) or _OF_FORM.fullmatch(words) is not None)


def _parted(cell: str) -> tuple[str, str]:
    """Return a heading without blanks, and the brackets behind it."""
    found = _PARTED.fullmatch("".join(cell.split()))
    return (found[1], found[2]) if found else (cell, "")


def _joined(group: str, part: str, *, alone: bool) -> str:
    """Return what a column is called under its group."""
    if not part or part == group:
        return group
    over, of_group = _parted(group)
    name, of_part = _parted(part)
    if name and not of_part and is_unit(name):
        name, of_part = "", f"({name})"
    brackets = of_part if _same(of_group, of_part) else of_group + of_part
    return _one_name(over, name, alone=alone) + brackets


def _same(one: str, other: str) -> bool:
    one, other = (unicodedata.normalize("NFKC", b) for b in (one, other))
    return not one or one == other


def _one_name(group: str, part: str, *, alone: bool) -> str:
    """Return group and part as one name; ``alone``: under 基本情况 the part as it is."""
    about = _ABOUT.sub("", group)
    own = _OWN.fullmatch(about)
    bare = _BARE.fullmatch(part) or (_WORK.fullmatch(about) and _OF_WORK.fullmatch(part))
    if alone and part and own and not (own[1] and bare):
        return part
    group = (own[1] if alone and own else about) or group
    if group.endswith(("标高", "深度")):
        part = _ENDS.get(part, part)  # 开采标高 over 起, 最高
    if _WHICH.fullmatch(part) and not group.startswith("有效期"):
        return part + group
    for size in range(min(len(group), len(part)), 0, -1):
        if part.startswith(group[-size:]) and (size > 1 or group[-1] == "证"):
            return group + part[size:]
        if part.endswith(group[-size:]) and size > 1:
            return group[:-size] + part
    return group + part
