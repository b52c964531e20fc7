"""Words of a table that say that its places are not where its numbers say."""

from __future__ import annotations

import re

from layers import web_maps
from layers.whereabouts import Reason

_NOT = r"(?<![未不无没非免])(?<!没有)(?<!未经)(?<!未作)(?<!未做)(?<!无需)(?<!不得)"
# Somebody who knows of the shift may still say what the numbers are in.
_MOVED = re.compile(
    rf"{_NOT}(?:脱密|脱敏|加偏)"
    rf"|坐标[^。;；,，\n]{{0,8}}?{_NOT}(?:偏移|平移|旋转|加密|偏转|保密处理|改正数)"
    r"|(?<![未不无])(?:已|经过?|作|做)(?:过|了)?(?:偏移|平移|加密|保密处理)"
    r"|坐标[^。;；,，\n]{0,6}?单位\s*[:：为]?\s*[(（]?(?:公里|千米|km\b|厘米|毫米|分米|英尺)"
    r"|(?:加|减|扣|缩|乘)(?:去|上|了)?(?:一个)?(?:坐标)?(?:常数|改正数|系数)"
    r"|(?:省略|略去|截去|去掉|隐去|舍去)了?[前后首末]?[一二两三四五六七八九\d]位",
    re.IGNORECASE,
)
_WRONG = re.compile(
    r"(?<![如若])坐标[^。;；,，\n如若倘]{0,6}?(?<![无没])(?<!没有)(?:有误|错误|不准确|不实|作废)(?!的?[^。;；\n]{0,10}(?:更正|改正|责任|负责|后果))"
    r"|(?:^|\n)[(（【]?(?:以上|本|此|该|均|已|全部|表|图|成果)*作废[)）】。!！]?(?=\n|$)"
)


def moved(words: str) -> str:
    """Return what says that numbers were shifted, shortened or hidden, blank where nothing does.

    >>> moved("以上坐标经脱密处理"), moved("坐标未作偏移"), moved("坐标单位：米")
    ('脱密', '', '')
    """
    found = _MOVED.search(words)
    return " ".join(found[0].split()) if found else ""


def displaced(words: str) -> str:
    """Return why places may not be where their numbers say, in both languages, or nothing."""
    if (web_map := web_maps.system_named(words, "坐标")) is not None:
        return f"写有 {web_map} / names {web_map}"
    said = moved(words)
    return f"写有“{said}” / says that the numbers were changed ({said})" if said else ""


def wrong(words: str) -> Reason | None:
    """Return how a table says that its coordinates are wrong or void, None where it does not."""
    found = _WRONG.search(words)
    if found is None:
        return None
    said = found[0].strip()
    return f"写有“{said}”，坐标不能采用", f"says of its coordinates {said!r}: they cannot be used"
