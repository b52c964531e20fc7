"""Datums that a text names as those its coordinates are no longer in: 由1980西安坐标系转换.

Every conversion leaves such words in a title or a remark. Where they say what the coordinates were
converted to, that is meant; where they do not, nobody can tell.
"""

from __future__ import annotations

import re

from layers.formats.planes import DATUMS, Datum, datums_named, with_marks

_FIRST = 0xE000
"""Private characters stand for the mentions of datums."""
_ANY = f"[{chr(_FIRST)}-{chr(_FIRST + len(DATUMS) - 1)}]"
_NEW = f"[{''.join(chr(_FIRST + k) for k, d in enumerate(DATUMS) if d in ('CGCS2000', 'WGS 84'))}]"
_OLD = f"(?!{_NEW}){_ANY}"
_SAME = r"[^，。;；\n]"
_DONE = r"(?<![未没待需])(?:转换|换算|改算|变换|转)(?![前入出折点角让发载体])"
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
        # 原西安80坐标系, 原为1980西安坐标系
        rf"(?<![一-鿿])原{_OLD}|原(?:来?[为系属是]|来|采用){_OLD}|(?:不是|并非|而非){_ANY}",
        # 采用2000国家大地坐标系，原许可证为1980西安坐标系
        rf"(?<={_NEW})(?P<kept>[^。;；\n]{{0,12}})原[^。;；\n]{{0,12}}(?:[为是]|采用){_OLD}",
    )
)
_MAY_SAY = re.compile(r"转|换算|改算|变换|原|不是|并非|而非")


def datums_now(text: str) -> tuple[list[Datum], list[Datum]]:
    """Return the datums that a text names, and apart from them those that are no longer meant.

    >>> datums_now("坐标由1980西安坐标系转换为2000国家大地坐标系")
    (['CGCS2000'], ['Xian 1980'])
    >>> datums_now("西安80转2000成果表"), datums_now("1980西安坐标系（未转换）")
    (([], ['Xian 1980']), (['Xian 1980'], []))
    """
    named = datums_named(text)
    if not named or not _MAY_SAY.search(text):
        return named, []
    marked = with_marks(text, _FIRST)
    for pattern in _FORMER:
        marked = pattern.sub(lambda m: m.groupdict().get("kept") or "", marked)
    now = [d for d in named if chr(_FIRST + DATUMS.index(d)) in marked]
    return now, [d for d in named if d not in now]
