"""Words and signs that say what a table of corners takes out of a right, and what it does not."""

from __future__ import annotations

import re

from layers.formats.table.corner_names import folded

_TAKE = "扣除|扣减|剔除|核减|挖除|抠除|挖空"
# Behind 前 and 后 a name of a place, if nothing of a right follows: 后山林场, 前庄村保护范围.
_NAMED = (
    r"(?:(?![剩余保])[一-鿿]){0,2}[村庄镇乡寨屯沟山岭坡坪湾洼塘岗峪崖冲坝堡]"
    r"(?![^,，。;；]{0,30}[矿采探拟申登])"
)
_PLACE, _NO_PLACE = rf"(?={_NAMED})", rf"(?!{_NAMED})"
# Words of a deduction; those that are parts of others (境内界桩, 天窗岭) only where they end.
_CUT = re.compile(
    rf"{_TAKE}|(?:^|其中|[但并,，])(?:其中)?(?:不含|不包[括含]|减去|除去)(?!税)(?=[^,，。;；]{{0,20}}(?:[区圈点外洞]|范围|围成|[:：]?$))"
    r"|^洞[\d一二三四五六七八九十]{0,2}$"
    r"|(?:除外|空洞|孔洞|(?<![境区县市省矿界])内(?:圈|环|界|边界|部边界|孔)|天窗)"
    r"(?=区|范围|部分|线|址|点|拐|块|坐标|[^一-鿿]|$)"
)
# No deduction: one negated, of nothing, or told of what a wider outline holds.
_NO_CUT = re.compile(
    rf"(?:[无未不没免非][需须用必应予作做再得以含有要存在进行涉及]{{0,3}}|已|(?<!其中)(?<!包)(?:包?含|包括))\s*(?:{_TAKE})"
    rf"|(?:{_TAKE}|空洞|内圈|内环)[^,，。;；]{{0,10}}[:：\s为](?:无|没有|[不未]涉及|[/／\-—–]+)(?=\s*(?:$|[,，。;；)）]))"
    rf"|(?:{_TAKE})[^\d,，。;；.]{{0,10}}(?:0(?:\.0{{1,6}})?|零)\s?(?:[a-zA-Z²2]|[平万]?方?[公千]?[里米顷亩]){{0,4}}(?=\s*(?:$|[,，。;；)）]))"
    rf"|(?:{_TAKE})(?:区域?|范围|部分|地块|圈)?[之以]?外(?![圈环界边围])"
    rf"|(?:{_TAKE})[^,，。;；(（]{{1,40}}(?:剩余|余下)"
    # 扣除前矿区范围, and not 扣除前庄村.
    rf"|(?:{_TAKE})[^,，。;；(（]{{0,15}}前(?![一-鿿])"
    rf"|(?:{_TAKE})[^,，。;；(（]{{0,15}}前(?:的|其|保有|资源|储量|总|净|面积|[矿范区坐拐界圈开实为是共拟申批登]){_NO_PLACE}"
    # 不含农田的矿区范围 is what is left, 不包括下列各点圈定的范围 what is not.
    r"|(?:不含|不包[括含]|减去|除去)[^,，。;；:：]{0,20}(?:外(?=的|$)|(?<![定成围合])的(?:[矿采]|范围|拐点))"
)
# What stands behind 后 is what is left: 扣除红线后拟设采矿权范围, and not 扣除后山林场.
_LEFT = re.compile(
    rf"(?:{_TAKE}|不含|不包[括含]|减去|除去)(?:[^,，。;；(（后]|[(（][^()（）]{{0,40}}[)）]|后{_PLACE}){{0,40}}后{_NO_PLACE}"
    rf"|(?:{_TAKE})[^。;；(（]{{0,40}}(?<!变更)(?<!调整)(?<!整合)(?<!转换)后(?=[矿采探拟申批登出保剩新]){_NO_PLACE}"
)
# What a column says of the part that a corner is of: of one that asks 是否扣除, and of signs.
_ASKED = {
    **dict.fromkeys(("是", "扣除", "已扣除", "剔除", "扣减", "1", "y", "yes", "true", "√"), -1),
    **dict.fromkeys(("否", "不扣除", "未扣除", "0", "n", "no", "false", "×"), 1),
}
_SIGNED = {
    **dict.fromkeys(("减", "扣除", "-", "-1", "负", "内", "内圈", "内环", "内界"), -1),
    **dict.fromkeys(("加", "增加", "增", "+", "1", "+1", "正", "外", "外圈", "外环", "外界"), 1),
}
_ASKS = re.compile(r"扣除|剔除|扣减|挖|洞|内[环圈孔]")
_WHOLE_SIGNED = re.compile(r"([+-]?\d+)\.0+")
# What makes a deduction one between elevations: a level, a seam, a depth from the ground.
_METRES = r"\d\s*(?:米|m(?![A-Za-z\d²³]))"
_LEVEL = re.compile(
    rf"标高|高程|以[浅深]|[\d米m段平层面]\s*以[上下]|[上深浅中下]部(?![一-鿿]*[村庄镇乡寨])|中段|水平(?!距)|[\d一二三四五六七八九十#上下]号?煤|煤层|矿层|垂深|埋深|深度|地[面表]"
    rf"|[+-]\d|{_METRES}|(?<![\d.])\d{{3,4}}\s?[-~—–～至到]\s?\d{{3,4}}(?![\d.])",
    re.IGNORECASE,
)
# A width beside a road is one in plan, and the numbers of a deduction's corners are no depths.
_IN_PLAN = re.compile(
    rf"(?:两侧|[两四各]?边|周[边围]|外[扩延推]|距离?|半径|直径|宽度?|长度?|缓冲|保护[区带])[^\d,，。;；()（）]{{0,6}}[\d.]*{_METRES}"
    r"|地[面表](?:建|构|设|水|塌|工|沉)|(?:拐|界址|角)?点号?\s?[A-Za-z]?\d{1,4}\s?[-~—–～至到]\s?\d{1,4}"
    r"|[A-Za-z\d]-\d{1,2}(?!\d)",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"(?<=[一-鿿])[ 　]+(?=[一-鿿])")
_OUTER = re.compile(r"外圈|外环|外界|外边界|外部边界")


def is_cut(text: str) -> bool:
    """Tell whether a heading says that what follows is taken out of the parcel above.

    >>> is_cut("扣除范围"), is_cut("扣除红线后拟设采矿权范围"), is_cut("扣除面积：0")
    (True, False, False)
    """
    text = _BLANKS.sub("", text)  # 扣 除 范 围
    return bool(_CUT.search(text)) and not _keeps(text)


def _keeps(text: str) -> bool:
    """Return whether words of a deduction take nothing out, or name what it leaves."""
    if _NO_CUT.search(text):
        return True
    ends = [m.end() for m in _LEFT.finditer(text)]
    return bool(ends) and not _CUT.search(text, ends[-1])  # 扣除红线后再扣除


def is_between_levels(text: str) -> bool:
    """Tell whether a heading of a deduction takes out a body between elevations, not all below.

    >>> is_between_levels("扣除950米以上部分"), is_between_levels("扣除1号煤层")
    (True, True)
    >>> is_between_levels("扣除公路两侧50米"), is_between_levels("扣除区1-1")
    (False, False)
    """
    return _LEVEL.search(_IN_PLAN.sub(" ", folded(text))) is not None


def sign_of(title: str, text: str) -> int | None:
    """Return what a cell of a column of signs says: 1 part of the right, -1 taken out.

    None where it says neither. 1 is yes under a title that asks, and plus under one of signs.

    >>> sign_of("是否扣除", "是"), sign_of("扣除标志", "1"), sign_of("加减号", "1.0")
    (-1, -1, 1)
    >>> sign_of("加减", "－1"), sign_of("是否扣除", "-"), sign_of("加减", "0")
    (-1, None, None)
    """
    word = _WHOLE_SIGNED.sub(r"\1", folded(text).strip().replace("−", "-"))
    return (_ASKED if _ASKS.search(title) else _SIGNED).get(word)


def is_sign(text: str) -> bool:
    """Tell whether a cell is a plus or minus, with 1 or alone.

    >>> is_sign("-1"), is_sign("＋"), is_sign("－1.0"), is_sign("2")
    (True, True, True, False)
    """
    word = _WHOLE_SIGNED.sub(r"\1", folded(text).replace("−", "-"))
    return re.fullmatch(r"[+-]1?|1", word) is not None


def is_kept(text: str) -> bool:
    """Tell whether words say that what they stand beside is not taken out: 不扣除, 扣除后范围."""
    text = _BLANKS.sub("", text)
    return bool(_CUT.search(text)) and _keeps(text)


def is_outer(text: str) -> bool:
    """Tell whether a heading only says that an outer ring follows."""
    return _OUTER.search(text) is not None and len(text) <= 8
