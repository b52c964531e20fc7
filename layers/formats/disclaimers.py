"""Words beside coordinates that say that places are not where their numbers say."""

from __future__ import annotations

import re

from layers.whereabouts import Reason

_NOT = r"(?<![未不无没非免])(?<!没有)(?<!未经)(?<!未作)(?<!未做)(?<!无需)(?<!不得)"
# Somebody who knows of the shift may still say what the numbers are in.
_MOVED = re.compile(
    rf"{_NOT}(?:脱密|脱敏|加偏)"
    rf"|坐标[^。;；,，\n]{{0,8}}?{_NOT}(?:偏移|平移|旋转|加密|偏转|保密处理|改正数)"
    r"|(?<![未不无])(?:已|经过?|作|做)(?:过|了)?(?:偏移|平移|加密|保密处理)"
    r"|坐标[^。;；,，\n]{0,6}?单位\s*[:：为]?\s*[(（]?(?:公里|千米|km\b|厘米|毫米|分米|英尺)"
    r"|(?:加|减|扣|缩|乘)(?:去|上|了)?(?:一个)?(?:坐标)?(?:常数|改正数|系数)"
    r"|(?:省略|略去|截去|去掉|隐去|舍去)了?[前后首末]?[一二两三四五六七八九\d]位"
    # X+3000000, Y减去38000000, 北移5米; 500 km are every zone's, X-2000 is a datum.
    r"|(?<![a-z\d])[xy](?:坐标)?值?\s*(?:[+＋－−-](?=\s*\d{5})|[加减][上去]?)\s*(?!500(?:000|公里|千米|km))\d+"
    r"|(?<![一-鿿])[东南西北][移偏]\s*(?!500(?:000|公里|千米|km))\d+(?:\.\d+)?\s*(?:米|m|公里|km)",
    re.IGNORECASE,
)
# Planes that are not the Gauss plane on the ellipsoid of a datum.
_PLANE = re.compile(
    r"(?<![a-z])utm(?![a-z])|通用横轴|(?<!横轴)墨卡托|(?<!transverse )(?<!transverse_)mercator"
    r"|兰[伯勃]特|lambert|阿尔伯斯|albers|(?:圆锥|方位)投影|任意(?:投影|中央子午线)"
    r"|抵偿|投影(?:面(?!积)(?![^，。;；\n]{0,4}椭球)|[大正]?[地常]?高)|(?<![平直纵])高程面|归化(?:高程|至|到|改正)"
    r"|高程归化|椭球膨胀|(?:边长|距离)投影"
    r"|(?:比例因子|尺度(?:比|因子)?|缩放(?:因子|比例?|系数)?|scale[ _]factor|\bk0)\s*[:：=为是]?\s*"
    r"(?!1(?:\.0+)?(?![\d.]))\d[\d.]*",
    re.IGNORECASE,
)
# What those who wrote the numbers have still to do.
_TO_CHECK = (
    r"(?:待|[尚还]?[未没]有?经?|(?<![无不毋])(?:应当?|须|需要?))"
    r"(?:再|另行?|进一步|最[终后]|完?全|现场|实地|重新|进行|作出?|测量|测绘|经)*"
    r"(?:核实|核对|核定|核准|核查|查实|复核|校核|复测|补测|实测|落实|确认|确定|校正)"
)
_DOUBTED = r"存疑|可疑|不确定|疑似|推测|估计|大[概约致]|好像|似乎"
_OPEN_SYSTEM = re.compile(
    r"(?<![如若])(?:坐标系统?|坐标基准|(?<!高程)基准|投影|中央子午线|带号)"
    rf"[^。;；,，\n]{{0,4}}?(?:{_TO_CHECK}|待定|待查|暂[定按用为采]|未定|[未没]有?[写注说标]明|不详|不明|未知|不清|可能|{_DOUBTED})"
    r"(?!的?责任)"
)
# Whoever wrote the numbers does not stand by them yet.
_UNSETTLED = rf"(?:仅|只)(?:供|作为?)参考|暂定|待定|未定|待补|不可靠|{_TO_CHECK}|{_DOUBTED}"
# By whom: 需业主确认, 未经主管部门核准.
_BY_ANOTHER = (
    r"(?:待|未经|(?<![无不毋])[须需])[一-鿿]{1,8}?(?:核实|核对|核准|核查|查实|复核|校核|确认)"
)
_IS_OPEN = rf"(?:均|都|皆|尚|仍|还)?(?:{_UNSETTLED}|{_BY_ANOTHER})"
_NUMBERS = r"(?<![如若])坐标(?!系|基准)"
_OF_NUMBERS = r"(?:的|之|拐点|界址|控制|角|点|矿区|范围|平面|中心){0,4}坐标(?!系|基准|转换|换算)"
_ENDS = r"[。!！]?(?=\n|$)"
# A clause on what may be done with the paper begins with the same words.
_RESERVED = (
    r"(?![^。;；,，\n]{0,3}不得[^。;；,，\n]{0,4}(?:变更|更改|修改|转让|公开|复制|转载|外传))"
)
_WRONG = re.compile(
    "|".join(
        [
            r"(?<![如若])(?<!未发现)坐标[^。;；,，\n如若倘]{0,6}?(?<![无没])(?<!没有)(?:有误|错误|不准确|不实|作废)"
            r"(?!的?[^。;；\n]{0,10}(?:更正|改正|责任|负责|后果))",
            rf"{_NUMBERS}[^。;；,，\n如若倘]{{0,6}}?[,，]?{_IS_OPEN}(?!的?责任){_RESERVED}",
            # A clause without a subject of its own goes on about the coordinates.
            rf"{_NUMBERS}[^。;；\n如若倘]{{0,30}}?[,，]{_IS_OPEN}(?=[。;；,，)）】!！\n]|$)",
            rf"(?:{_TO_CHECK}|概略|概算|示意性?|暂定|待定|近似|粗略|{_DOUBTED}){_OF_NUMBERS}",
            # Alone on a line; a cell of a table is one too, and 待定 may be the name of an owner.
            rf"(?:^|\n)[(（【]?(?:以上|本|此|该|均|已|全部|表|图|成果)*作废[)）】]?{_ENDS}",
            rf"(?:^|\n)(?:注|备注|说明)?[:：]?[(（【](?:{_UNSETTLED})[)）】]{_ENDS}",
            rf"(?:^|\n)(?:注|备注|说明)?[:：]?(?:仅供参考|{_TO_CHECK}){_ENDS}",
        ]
    )
)


def moved(words: str) -> str:
    """Return what says that numbers were shifted, shortened or hidden, blank where nothing does.

    >>> moved("以上坐标经脱密处理"), moved("坐标未作偏移"), moved("坐标单位：米")
    ('脱密', '', '')
    """
    found = _MOVED.search(words)
    return " ".join(found[0].split()) if found else ""


def open_system(words: str) -> str:
    """Return what says that the system of coordinates is still open, blank where nothing does.

    >>> open_system("坐标系待核实"), open_system("中央子午线不详"), open_system("坐标系已核实")
    ('坐标系待核实', '中央子午线不详', '')
    """
    found = _OPEN_SYSTEM.search(words)
    return found[0] if found else ""


def another_plane(words: str) -> str:
    """Return what names a plane that no national system has, blank where nothing does.

    >>> another_plane("UTM投影"), another_plane("投影面高程1200米"), another_plane("高斯投影")
    ('UTM', '投影面', '')
    """
    found = _PLANE.search(words)
    return found[0] if found else ""


def wrong(words: str) -> Reason | None:
    """Return how words say that coordinates are wrong or void, None where they do not."""
    found = _WRONG.search(words)
    if found is None:
        return None
    said = found[0].strip()
    return f"写有“{said}”，坐标不能采用", f"says of its coordinates {said!r}: they cannot be used"
