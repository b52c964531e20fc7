"""Words beside coordinates that say that places are not where their numbers say."""

from __future__ import annotations

import re

from layers.formats.asserted import answered, asserted
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
_STILL = r"(?:待|[尚还]?[未没]有?经?)"
_CHECKED = r"(?:核[实对定准查]|查实|[复校审]核|审[查定]|[复补实]测|落实|确认|确定|校正)"
_HOW = r"(?:再|另行?|进一步|最[终后]|完?全|现场|实地|重新|进行|作出?|测量|测绘|经){0,6}"
_TO_CHECK = (
    rf"(?:{_STILL}{_HOW}(?:{_CHECKED}|测[量定绘]|[核测](?![一-鿿]))"
    rf"|(?<![无不毋])(?:应当?|须|需要?){_HOW}{_CHECKED}"
    # A form asks so before it is handed in.
    rf"|(?<!前)请{_HOW}{_CHECKED}(?!(?:以上|上述|本表|拐点|的)*(?:坐标)?(?:无误|后|再)))"
)
_DOUBTED = (
    r"存疑|可疑|不确定|疑似|推测|估计|大[概约致]|好像|似乎|(?:草测|概测|目测|手绘)(?!草?图|线|地形)"
)
_OPEN_SYSTEM = re.compile(
    r"(?<![如若])(?:坐标系统?|坐标基准|(?<!高程)(?<!侵蚀)(?<!排泄)基准|投影|中央子午线|带号)"
    rf"[^。;；,，\n]{{0,4}}?(?:{_TO_CHECK}|待定|待查|暂[定按用为采]|未定|[未没]有?[写注说标]明|不详|不明|未知|不清|可能|{_DOUBTED})"
    r"(?!的?责任)"
)
# Whoever wrote the numbers does not stand by them yet.
_UNSETTLED = rf"(?:仅|只)(?:供|作为?)参考|暂定|待定|未定|待补|不可靠|{_TO_CHECK}|{_DOUBTED}"
# By whom: 需业主确认, 未经主管部门核准.
_BY_ANOTHER = rf"(?:待|未经|(?<![无不毋])[须需])[一-鿿]{{1,8}}?{_CHECKED}"
_IS_OPEN = rf"(?:均|都|皆|尚|仍|还)?(?:{_UNSETTLED}|{_BY_ANOTHER})"
_FAULT = r"(?:偏差|出入|差错|错漏|错误)"
_FALSE = r"(?:有误(?!差)|有错|错误|不准确|不正确|不实|无效|失效)"
_BAD = (
    rf"(?<![无没])(?<!没有)(?:{_FALSE}|不符(?!合)|不符合[^。;；,，\n的]{{0,8}}(?=[。;；,，\n]|$)|不一致|作废|废止|较大误差"
    rf"|(?:存在|有)(?:较大|明显|一定|严重)?的?(?:{_FAULT}|问题(?![,，]?请))"
    r"|(?:待|(?<![无不毋])(?:应当?|须|需要?)|请)(?:予以|重新|进行)?(?:[更改修订]正|修改))"
)
# What is said of the case that it be so, and of whom it falls on, does not say that it is.
_NO_CASE = r"(?![的者时](?:[,，]|不予|退回|[应须请由以均可将]|一律)|的?责任(?!人))"
_NO_BLAME = (
    r"(?!的?[^。;；,，\n]{0,10}(?:(?:责任|负责)(?!人)|后果|承担|自负)"
    r"|[,，][^。;；,，\n]{0,12}(?:责任(?!人)|后果|承担|自负))"
)
_NUMBERS = r"(?:(?<![如若])坐标(?!系|基准)|[此该本]点位?|(?<![A-Za-z])[XYxy]值?(?=有误|错误))"
_OF_NUMBERS = r"(?:的|之|拐点|界址|控制|角|点|矿区|范围|平面|中心){0,4}坐标(?!系|基准|转换|换算)"
_ENDS = r"[。!！]?(?=\n|$)"
_OVER = r"(?=[。;；,，)）】!！\n]|$)"
# A clause on what may be done with the paper begins with the same words.
_RESERVED = (
    r"(?![^。;；,，\n]{0,3}不得[^。;；,，\n]{0,4}(?:变更|更改|修改|转让|公开|复制|转载|外传))"
)
_RIGHT = r"(?:采矿权|探矿权|矿业权|矿权|(?:采矿|勘查)?许可证)"
_NOTE = r"(?:^|\n)(?:注|备注|说明)?[:：]?"
_WRONG = re.compile(
    "|".join(
        [
            rf"(?:{_NUMBERS}|坐标[系基])[^。;；,，\n]{{0,6}}?{_BAD}{_NO_CASE}{_NO_BLAME}",
            rf"坐标[^。;；,，\n]{{0,6}}?[是为属系](?:{_FALSE}|作废|废止|{_IS_OPEN})的",
            rf"{_NUMBERS}[^。;；,，\n]{{0,6}}?[,，]?{_IS_OPEN}{_NO_CASE}{_RESERVED}",
            # A clause without a subject of its own goes on about the coordinates.
            rf"{_NUMBERS}[^。;；\n]{{0,30}}?[,，](?:{_IS_OPEN}|[均都皆已现]{{0,2}}{_BAD}){_OVER}",
            rf"(?:{_TO_CHECK}|概略|概算|示意性?|暂定|待定|近似|粗略|{_DOUBTED}){_OF_NUMBERS}",
            r"(?:以[上下]|上述|[本上]表|表[中内]|[此该])[^。;；,，\n]{0,6}?[为是属系](?:矿区|矿权)?(?:范围)?"
            r"(?:变更|调整|扩[大界]|缩[小减]|整合|换证)[之以]?前(?!后)",
            rf"(?:以上|上述|[本此该]){_RIGHT}[已现均]{{1,2}}(?:被|经|依法)?(?:注销|吊销|撤销|灭失|废止|失效|作废)",
            # Alone on a line; a cell of a table is one too, and 待定 may be the name of an owner.
            rf"{_NOTE}[(（【]?(?:以上|本|此|该|均|已|全部|表|图|成果)*(?:作废|无效|失效|废止)[)）】]?{_ENDS}",
            rf"{_NOTE}[(（【](?:{_UNSETTLED})[)）】]{_ENDS}",
            # 待测 alone stands for a number that is lacking.
            rf"{_NOTE}(?:仅供参考|有误|错误|(?!待测[。!！\n]|待测$){_TO_CHECK}){_ENDS}",
        ]
    )
)
# What a remark beside a place says: that it is none, another, not all, or no straight line on.
_UNDONE = re.compile(
    r"(?<![不未])删[除去掉]|废点|(?:[此该本]点)?(?:已|应)?(?:不(?:再|予)?采?用|不要|弃用|舍弃)\W*$"
    r"|(?:[更改修订]正|应?改|应)[为成是]\s*[:：]?\s*[XYxy]?\s*[:：=＝]?\s*(?:\d{5}|\d+\.\d\d|\d{1,3}[°度])"
    r"|(?:中间?|其间|以[上下]|[下后余])略|(?:省略|略去)(?!.*(?:带号|位|小数|单位))|(?<![至最不])[缺漏少]\s*\d{0,3}\s*个?点"
    r"|弧线|圆弧|曲线|[至到][^,，。;；]{1,8}点[^,，。;；]{0,4}沿"
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
    found = _OPEN_SYSTEM.search(asserted(words))
    return found[0] if found else ""


def another_plane(words: str) -> str:
    """Return what names a plane that no national system has, blank where nothing does.

    >>> another_plane("UTM投影"), another_plane("投影面高程1200米"), another_plane("高斯投影")
    ('UTM', '投影面', '')
    """
    found = _PLANE.search(words)
    return found[0] if found else ""


def wrong(words: str, *, corners: bool = True) -> Reason | None:
    """Return how words say that coordinates are wrong or void, None where they do not.

    Beside ``corners`` those of a shaft or of a centre are others.

    >>> wrong("以上坐标无效")[0]
    '写有“坐标无效”，坐标不能采用'
    >>> wrong("如发现坐标有误，请及时联系"), wrong("井口坐标待实测")
    (None, None)
    """
    found = answered(words) or _WRONG.search(asserted(words, others=not corners))
    if found is None:
        return None
    said = found[0].strip()
    return f"写有“{said}”，坐标不能采用", f"says of its coordinates {said!r}: they cannot be used"


def undone(remark: str) -> Reason | None:
    """Return how a remark beside a place says that it is none or that the outline leaves it.

    >>> undone("删除") is None, undone("中间省略3点") is None, undone("省略带号") is None
    (False, False, True)
    """
    if _UNDONE.search(remark) is None:
        return None
    said = " ".join(remark.split())[:40]
    return (
        f"写有“{said}”，该点或其后的边不能按所写坐标采用",
        f"has {said!r} beside it: the corner, or the side from it, is not as its numbers say",
    )
