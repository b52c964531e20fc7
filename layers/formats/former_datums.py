"""What a text means of the datums it names: those that its coordinates are in, and no others.

Every conversion leaves words such as 由1980西安坐标系转换 in a title or a remark. Where they say
what the coordinates were converted to, that is meant; where they do not, nobody can tell. Nor is a
datum meant that is denied, that is only demanded, or that a cited document has in its title.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from layers.formats.planes import DATUMS, Datum, datums_named, with_marks

_FIRST = 0xE000
"""Private characters stand for the mentions of datums, and of local planes behind them."""
_LOCAL_MARK = chr(_FIRST + len(DATUMS))
_NAMED = f"[{chr(_FIRST)}-{chr(_FIRST + len(DATUMS) - 1)}]"
_ANY = f"[{chr(_FIRST)}-{_LOCAL_MARK}]"
_NEW = f"[{''.join(chr(_FIRST + k) for k, d in enumerate(DATUMS) if d in ('CGCS2000', 'WGS 84'))}]"
_OLD = f"(?!{_NEW}){_ANY}"
_SAME = r"[^，。;；\n]"
_DONE = r"(?<![未没待需应拟须])(?:转换|换算|改算|变换|转)(?![前入出折点角让发载体])"
_GAP = r"[^，。;；\n（(]{0,14}?(?:[，（(]\s*已[^，。;；\n（(]{0,6}?)?"
_FORMER = tuple(
    re.compile(pattern)
    for pattern in (
        # 由1980西安坐标系转换; what it was converted to stands behind.
        rf"(?<![未没])[由从自]{_SAME}{{0,20}}?{_ANY}{_SAME}{{0,12}}?{_DONE}(?:而来|而成|得到|得出|来|得)?",
        rf"[由从自]{_SAME}{{0,30}}?(?<![未没待需])(?:转换|换算)(?:而来|而成|得到|得出|来|得)?",
        # 1980西安坐标系已统一转换为2000国家大地坐标系
        rf"{_ANY}{_GAP}{_DONE}(?={_SAME}{{0,8}}?{_ANY})",
        rf"(?<!由){_OLD}{_GAP}{_DONE}(?!参数)",
        rf"转换前{_SAME}{{0,6}}?{_ANY}",
        # 原西安80坐标系, 原为1980西安坐标系, 原采矿许可证采用1980西安坐标系
        rf"(?<![一-鿿])原{_OLD}|原(?:来?[为系属是]|来|采用){_OLD}",
        rf"(?<![一-鿿])原[^，。;；\n坐（(]{{1,12}}(?:[为是]|[采使]用)\s*{_OLD}",
        # 非2000国家大地坐标系, 未采用2000国家大地坐标系
        rf"(?:非|不是|[不未没]有?(?:采用|使用|属于?|在|用))\s*{_ANY}",
        # 采用2000国家大地坐标系，原许可证为1980西安坐标系
        rf"(?<={_NEW})(?P<kept>[^。;；\n]{{0,12}})原[^。;；\n]{{0,12}}(?:[为是]|采用){_OLD}",
    )
)
_INTO = r"(?:转换?|换算|改算|变换)"
# A document, 《2000国家大地坐标系推广使用技术指南》, and drawings beside the coordinates.
_ELSEWHERE = re.compile(
    rf"《[^《》\n]*{_ANY}[^《》\n]*》"
    rf"|(?:附图|附件|图件|地形图|底图|原图)[^，。;；\n坐]{{0,6}}(?:[为是]|[采使]用)\s*{_ANY}"
)
# 应转换为2000国家大地坐标系, 请按2000国家大地坐标系提交; 申请, 相应, 应用 demand nothing.
_DEMANDED = re.compile(
    r"(?:(?<!申)请|(?<![相对供适响效反])应当?(?!用)|(?<![无不毋勿免])[须需]要?|待|拟|尚?未)(?:统一)?"
    rf"(?:按照?|[采使]用|{_INTO}|提[供交]){_SAME}{{0,6}}?{_ANY}"
    rf"|{_INTO}[为成到至]?{_SAME}{{0,2}}{_ANY}(?:国家|大地|坐标|系)*[之以]?前"
)
# 转换前坐标 over or below the numbers; 转换前为1980西安坐标系 says what they were.
_NOT_YET = re.compile(rf"(?<!未)(?:转换|换算|改算)[之以]?前(?!后|的?{_SAME}{{0,6}}?{_ANY})")
_MAY_SAY = re.compile(r"转|换算|改算|变换|原|[是非不未没请应须需待拟《图件]")

_KINDS = r"独立|地方|城市|任意|假定|自定义|局部|相对|抵偿"
_LOCAL = re.compile(
    rf"(?:{_KINDS})\s*(?:平面|直角|平面直角)?\s*坐标系?|任意(?:投影)?(?:分)?带"
    # 郑州坐标系, 矿区坐标系; 矿区坐标系：… is the heading of a name.
    rf"|(?:^|(?<=[^一-鿿\w{_NAMED[1:-1]}]))(?P<words>[一-鿿]{{1,20}})坐标系统?"
    rf"(?=$|[^一-鿿]|坐标|下|成果)(?![^\S\n]*[（(]?[^\S\n]*{_NAMED}|\s*[:：=])",
    re.MULTILINE,
)
# What says nothing of which system is meant: kinds, and words of which coordinates.
_NO_NAME = re.compile(
    r"^.*(?:[采使]用|[为是均按])|以|在|的|该|本|此|同一?|统一|所[用属]?|国家|中国|全国|大地|平面|直角|空间|地理"
    r"|投影|高斯|克[吕里]格|经纬度?|世界|三维|二维|地心|参心|测量|矿区范围|拐点|界址点|坐标"
    r"|新|旧|原|年|度带|分带|[三六]"
    r"|未?注明|说明|转换|不同|其他|附"
)
_OF_WHAT = re.compile(
    r"矿[区山权]|采矿权?|探矿权?|勘查|项目|测区|工程|图[件纸]|成果|数据|资料|文件|范围"
)


class Meant(NamedTuple):
    """What words about coordinates mean.

    Attributes
    ----------
    now : datums that the coordinates are in
    former : datums that they are no longer in
    local : the name of a plane of no national system that they are in, empty where there is none
    """

    now: list[Datum]
    former: list[Datum]
    local: str


def meant_by(text: str) -> Meant:
    """Return which of the systems that a text names its coordinates are in.

    >>> meant_by("矿区坐标系：CGCS2000").local, meant_by("CGCS2000，郑州坐标系").local
    ('', '郑州坐标系')
    """
    named = datums_named(text)
    if not named and "坐标" not in text and "任意" not in text:
        return Meant([], [], "")
    marked = with_marks(text, _FIRST)
    local = ""
    for match in _LOCAL.finditer(marked):
        if match["words"] is None or _name_in(match["words"], marked[match.end() :]):
            local = match[0]
            marked = f"{marked[: match.start()]}{_LOCAL_MARK}{marked[match.end() :]}"
            break
    if (not named and not local) or not _MAY_SAY.search(text):
        return Meant(named, [], local)
    marked = _ELSEWHERE.sub(" ", marked)
    # What is demanded is not yet so; beside another datum nobody can tell which is.
    undone = _DEMANDED.sub(" ", marked)
    if not (_left(named, undone) and _left(named, undone) != _left(named, marked)):
        marked = undone
    left = _left(named, marked)
    for pattern in _FORMER:
        marked = pattern.sub(lambda m: m.groupdict().get("kept") or "", marked)
    now = _left(named, marked)
    return Meant(now, [d for d in left if d not in now], local * (_LOCAL_MARK in marked))


def _left(named: list[Datum], marked: str) -> list[Datum]:
    return [d for d in named if chr(_FIRST + DATUMS.index(d)) in marked]


def _name_in(words: str, behind: str) -> str:
    """Return what words before 坐标系 name, empty where they only say of what it is the system."""
    name = _NO_NAME.sub("", words)
    # 矿区坐标系 and 2000国家大地坐标系 in the next cell.
    return _OF_WHAT.sub("", name) if re.match(rf"\s*{_NAMED}", behind) else name


def before_conversion(text: str) -> str:
    """Return words that say that the numbers are those before a conversion, blank where none do.

    >>> before_conversion("以上为转换前坐标"), before_conversion("转换前为1980西安坐标系")
    ('转换前', '')
    """
    found = _NOT_YET.search(with_marks(text, _FIRST))
    return found[0] if found else ""


def datums_now(text: str) -> tuple[list[Datum], list[Datum]]:
    """Return the datums that a text names, and apart from them those that are no longer meant.

    >>> datums_now("坐标由1980西安坐标系转换为2000国家大地坐标系")
    (['CGCS2000'], ['Xian 1980'])
    >>> datums_now("西安80转2000成果表"), datums_now("1980西安坐标系（未转换）")
    (([], ['Xian 1980']), (['Xian 1980'], []))
    """
    return meant_by(text)[:2]
