"""Which columns of a table are coordinates: its header row, wherever it stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from layers.formats.former_datums import before_conversion, datums_now
from layers.formats.planes import Datum
from layers.formats.stated import datums_over
from layers.formats.table.sheet import Sheet
from layers.parse import visible

Role = Literal[
    "north", "east", "lon", "lat", "corner", "number", "ring", "group", "top", "bottom", "sign"
]

PLACES: frozenset[Role] = frozenset({"north", "east", "lon", "lat"})
SEARCHED = 60
"""Rows in which a header is sought: registers begin with titles and remarks."""

# What may stand before X and Y, 经度 and 纬度: ``datums_now`` knows the datum of each.
_DATUM = (
    r"(cgcs2000|(国家)?2000(国家大地)?坐标系?|西安(19)?80(坐标系?)?|(国家)?(19)?80(年?西安)?坐标系?"
    r"|北京(19)?54(坐标系?)?|(19)?54(年?北京)?坐标系?)?"
)
# 2000, 80 and 54 behind X, or before it: datums of eastings and northings.
_YEAR = r"(cgcs)?(2000|(19)?80|(19)?54)"
_POINT = r"界址点|拐点|角点|矿区拐点"
_OF = rf"{_DATUM}((平面|直角|平面直角|高斯)?坐标)?"
_WORDS: tuple[tuple[Role, str], ...] = (
    ("lon", rf"{_DATUM}(大地)?(东|西)?经(度)?(坐标)?e?|lon(g(itud[e]?)?)?|lng|x?_?longitude"
            r"|l|经度l|l经度|经度\D*(\d|54|80|84|1954|1980|2000)?\D*"),
    ("lat", rf"{_DATUM}(大地)?(北|南)?纬(度)?(坐标)?n?|lat(itud[e]?)?|y?_?latitude"
            r"|b|纬度b|b纬度|纬度\D*(\d|54|80|84|1954|1980|2000)?\D*"),
    ("north", rf"({_POINT})?{_OF}x轴?(坐标)?值?|x{_YEAR}(坐标)?|{_YEAR}x(坐标)?"
              rf"|x/纵坐标|纵坐标/x|({_POINT})?纵坐标x?值?|x纵坐标|北向?坐标x?值?|北x?|x北"
              r"|n(orth(ing)?)?|(utm)?norte|utmn"),
    ("east", rf"({_POINT})?{_OF}y轴?(坐标)?值?|y{_YEAR}(坐标)?|{_YEAR}y(坐标)?"
             rf"|y/横坐标|横坐标/y|({_POINT})?横坐标y?值?|y横坐标|东向?坐标y?值?|东y?|y东"
             r"|e(ast(ing)?)?|(utm)?este|utme"),
    ("corner", r"(界址|拐|顶|角|边界)?点(编)?(号|名)|(界址|拐|顶|角)点(序号)?"
               r"|(矿界|矿区|矿区范围|边界)?(界址|拐|顶|角|折|界|矿界)点((编|代|序)?号|名称?)?"
               r"|(?:采?矿权|采区|范围|库区|地块|坐标){0,2}(?:拐点|坐标点|界址点)(?:(?:编|代|顺?序)?号|名称?)?"
               r"|界?桩号|point"),
    ("number", r"序号|编号|no|id|point(no|id|name)?|fid|number"),
    ("ring", r"圈号|环号|ring"),
    ("top", r"(开采)?(深度)?(上限|起|最高|顶部?)标高|标高上限|上标高"),
    ("bottom", r"(开采)?(深度)?(下限|止|最低|底部?)标高|标高下限|下标高"),
    ("sign", r"(是否|是)?为?(扣除|剔除|扣减|挖除|挖空|空洞|孔洞|内环|内圈|内孔|洞)"
             r"(区域?|范围|块|部分)?(与否|标志|标识|否)?|内外(圈|环|界|边界)?(标志|标识)?"
             r"|[加增]减(号|标志|标识|符号)?|正负(号)?|sign"),
    ("group", r"(地块|宗地|图斑|区块|矿段|块段|矿区|采区|矿山|项目|分区|范围|区域)(名称?|编?号)?"
              r"|(采矿|探矿|勘查)?许可证(编?号|号码)?|licen[cs]eno"),
)  # fmt: skip
# What else may stand about X and Y, 经度 and 纬度: of which system and which points they are.
_ABOUT = re.compile(
    r"(?:cgcs|gcs|wgs(?:19)?84)|(?<!\d)(?:2000|19(?:80|54)|80|54)(?!\d)(?:国家|年)?|gps|国家|西安|北京"
    r"|地理|大地|平面|直角|高斯|坐标系?|矿界|矿区(?:范围)?|边界|拐点|界址点|角点|值|[-=/()]"
)
_BARE: dict[str, Role] = {
    **dict.fromkeys(
        ("x", "n", "北方向", "x北", "北x", "x纵", "纵x", "纬距", "纬距x", "xzb"), "north"
    ),
    **dict.fromkeys(
        ("y", "e", "东方向", "y东", "东y", "y横", "横y", "经距", "经距y", "yzb"), "east"
    ),
    "经度": "lon",
    "纬度": "lat",
}
# Programs call the easting X.
_EAST_X = re.compile(r"(?:point|orig|cent(?:er|re|roid)|coord|pos)([xy])|([xy])coord(?:inate)?s?")
# Of which thing's place the degrees are, where no column says 经度 alone: 库区中心经度. Not of one
# corner or end of something, nor of a web map.
_OF_A_THING = re.compile(r"(\D{1,10})(经度|纬度)|()(jd|wd)|([一-鿿]{2,10})([xy])(?:坐标)?")
_ENDS: dict[str, Role] = {
    **dict.fromkeys(("经度", "jd"), "lon"),
    **dict.fromkeys(("纬度", "wd"), "lat"),
    "x": "north",
    "y": "east",
}
_PARTLY = re.compile(
    r"[起止终始最左右角界偏东西南北]|四至|范围|中央|高德|腾讯|百度|火星|上[^游]|下[^游]"
)
_ROLES = tuple((role, re.compile(pattern)) for role, pattern in _WORDS)
_YEARS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"[xy](?:坐标)?[ _]?[(（]?(?:19)?(54|80|2000)(?!\d)",
        r"(?<!\d)(?:19)?(54|80|2000)[ _]?[xy](?![a-z])",
    )
)
_LONGEST = 100
_VALUE = re.compile(r"[-+]?\d[\d,]*\.\d+|\d{5,}|.*\d\s?[°度]\s?\d.*")
_UNIT = re.compile(r"[(（\[【].*?[)）\]】]")
_PACKED = re.compile(r"度\.?分\.?秒|ddd?\.?mm\.?ss|d\.?mmss|dms", re.IGNORECASE)
_DECIMAL = re.compile(
    r"十进制|(?<!位)小数(?![点位])|单位\s*[:：为]?\s*(?:度(?![\s、,，.．。·°]*分)|°|deg)"
    r"|[(（]\s*(度|°|deg(rees?)?)\s*[)）]|decimal|_dd\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two columns that give a place.

    Attributes
    ----------
    kind : plane (northing, easting) or degrees (latitude, longitude)
    first, second : column of northing or latitude, of easting or longitude
    datums : named in or above the header of the two
    packed : whether the header says D.MMSS (True) or decimal degrees (False), None where neither
    title : words of the two header cells
    """

    kind: Literal["plane", "degrees"]
    first: int
    second: int
    datums: tuple[Datum, ...]
    packed: bool | None
    title: str


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a table.

    Attributes
    ----------
    row : its position in the sheet; -1 where the table has none
    names : of the columns, blank ones named by their letter
    roles : column -> role
    pairs : of coordinate columns, at least one
    """

    row: int
    names: tuple[str, ...]
    roles: dict[int, Role]
    pairs: tuple[Pair, ...]

    @property
    def coordinates(self) -> frozenset[int]:
        """Return the columns of all pairs."""
        return frozenset(c for p in self.pairs for c in (p.first, p.second))

    def column(self, role: Role) -> int | None:
        """Return the first column of a role."""
        return next((c for c, r in sorted(self.roles.items()) if r == role), None)

    def below(self, sheet: Sheet) -> range:
        """Return the rows below the header."""
        return range(self.row + 1, len(sheet.rows))


def role_of(cell: str) -> Role | None:
    """Return what a header cell says its column is, None where it is an ordinary attribute."""
    title = _folded(cell)
    known = next((role for role, pattern in _ROLES if pattern.fullmatch(title)), None)
    if known is None and (found := _EAST_X.fullmatch(title)) is not None:
        return "east" if "x" in (found[1], found[2]) else "north"
    # 坐标(X) has its name in the bracket.
    return known or next(filter(None, (_bare(title), _bare(_folded(cell, unit=True)))), None)


def _bare(title: str) -> Role | None:
    return _BARE.get(_ABOUT.sub("", title))


def roles_of(cells: Sequence[str]) -> dict[int, Role]:
    """Return the columns of a row that names columns, and what they are."""
    return {c: role for c, cell in enumerate(cells) if cell and (role := role_of(cell))}


def name_a_pair(roles: Mapping[int, Role]) -> bool:
    """Tell whether columns are named for both coordinates of a place."""
    held = set(roles.values())
    return {"north", "east"} <= held or {"lon", "lat"} <= held


def _folded(cell: str, *, unit: bool = False) -> str:
    """Return a title in small letters without unit, blanks and marks, blank where it is none."""
    if len(cell) > _LONGEST:
        return ""  # a remark
    title = unicodedata.normalize("NFKC", visible(cell)).lower()
    title = title if unit else _UNIT.sub("", title)
    return re.sub(r"[/,](m|米)$", "", re.sub(r"[\s_:：.]", "", title))


def find_header(sheet: Sheet) -> Header | None:
    """Return the first row that names coordinate columns, None where there is none.

    A row that has values beside its words gives one place, as forms do above a table: it is the
    header only where there is no other.
    """
    form = None
    searched = min(len(sheet.rows), SEARCHED)
    for row, cells in enumerate(sheet.rows[:searched]):
        roles = roles_of(cells)
        if name_a_pair(roles) and (pairs := tuple(_pairs(sheet.rows[: row + 1], roles))):
            found = Header(row, names_of(cells), roles, pairs)
            if not any(map(_VALUE.fullmatch, cells)):
                return found
            form = form or found
    return form or next(filter(None, map(partial(_of_a_thing, sheet), range(searched))), None)


def _of_a_thing(sheet: Sheet, row: int) -> Header | None:
    """Return a header whose one pair of columns says of which thing it is: 库区中心经度, 坝脚X."""
    cells = sheet.rows[row]
    found = {c: m for c, cell in enumerate(cells) if (m := _OF_A_THING.fullmatch(_folded(cell)))}
    ends = sorted(m[2] or m[4] or m[6] for m in found.values())
    of = {m[1] or m[5] or "" for m in found.values()}
    if ends not in (["纬度", "经度"], ["jd", "wd"], ["x", "y"]) or len(of) > 1:
        return None
    known = roles_of(cells)
    # Corners of something, 采空区X beside 点号, are no places.
    if _PARTLY.search(next(iter(of))) or (ends == ["x", "y"] and "corner" in known.values()):
        return None
    roles = {c: role for c, role in known.items() if role not in ("corner", "ring")}
    roles.update({c: _ENDS[m[2] or m[4] or m[6]] for c, m in found.items()})
    return Header(row, names_of(cells), roles, tuple(_pairs(sheet.rows[: row + 1], roles)))


def _pairs(above: Sequence[Sequence[str]], roles: dict[int, Role]) -> Iterator[Pair]:
    """Yield northing with its easting, latitude with its longitude, either first."""
    cells = above[-1]
    for kind, one, other in (("plane", "north", "east"), ("degrees", "lat", "lon")):
        for first, second in _coupled(roles, one, other):
            title = f"{cells[first]} {cells[second]}"
            words = [
                _with_years(title),
                *(_over(row, min(first, second)) for row in above[:-1]),
            ]
            yield Pair(
                "plane" if kind == "plane" else "degrees",
                first,
                second,
                _datums([words[0], *words[:0:-1]]),
                says_packed(" ".join(words)),
                title,
            )


def datums_of(cells: Sequence[str]) -> set[Datum]:
    """Return the datums that the cells of a header name."""
    return set(datums_now(_with_years(" ".join(cells)))[0])


def _with_years(title: str) -> str:
    """Return a title with the datums that numbers beside X and Y tell: X80, X_1980, 2000X."""
    years = {y for pattern in _YEARS for y in pattern.findall(title)}
    told = ({"54": "北京54", "80": "西安80", "2000": "CGCS2000"}[y] for y in sorted(years))
    return " ".join((title, *told))


def _coupled(roles: dict[int, Role], one: str, other: str) -> Iterator[tuple[int, int]]:
    """Yield the columns of two roles that belong together.

    Where there are as many of both, the first belongs to the first (经度 经度 纬度 纬度); else each
    to the next of the other.
    """
    ones, others = ([c for c in sorted(roles) if roles[c] == role] for role in (one, other))
    if len(ones) == len(others):
        yield from zip(ones, others, strict=True)
        return
    waiting: dict[str, int] = {}
    for column in sorted({*ones, *others}):
        waiting[roles[column]] = column
        if len(waiting) == 2:
            yield waiting[one], waiting[other]
            waiting = {}


def _datums(words: Sequence[str]) -> tuple[Datum, ...]:
    """Return the datums of a pair: those of its own heading, unless one above names others.

    Parameters
    ----------
    words : headings, the nearest first
    """
    own: list[Datum] = []
    before = False
    for word in words:
        before = before or bool(before_conversion(word))
        named = [d for d in datums_over(word) if not (before and d == "CGCS2000")]
        if not own or not named:
            own = own or named
        elif not set(own) & set(named):
            return (*own, *named)  # which of them is meant nobody can tell
        elif len(own) > 1:
            own = [d for d in own if d in named]
    return tuple(own)


def _over(row: Sequence[str], column: int) -> str:
    """Return the cell above a column; a heading over several columns stands in the first."""
    return next((cell for cell in reversed(row[: column + 1]) if cell), "")


def says_packed(words: str) -> bool | None:
    """Return what a heading says of degrees; one that names both forms says nothing."""
    said = bool(_PACKED.search(words)), bool(_DECIMAL.search(words))
    return said[0] if said[0] != said[1] else None


def names_of(cells: Sequence[str]) -> tuple[str, ...]:
    """Return distinct names for all columns."""
    seen: dict[str, int] = {}
    names = []
    for column, cell in enumerate(cells):
        name = " ".join(visible(cell).split()) or f"列{column + 1}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return tuple(names)
