"""Words on a drawing that say that places are not where its numbers say.

A text on a sheet may stand beside anything, and be of another map. Words of doubt refuse only
where their sentence speaks of coordinates, or of the drawing itself; others are told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyproj

from gis.crs_names import central_meridian, utm_shrink
from layers import web_maps
from layers.account import Issue
from layers.formats import disclaimers
from layers.formats.source import refusal
from layers.formats.stated import Reason, Stated, stated_in
from layers.issues import warning

# Without one of these a sentence doubts nothing; drawings have very many texts.
_MAY_DOUBT = re.compile(
    r"坐标|投影|子午|基准|带号|高程面|归化|膨胀|墨卡托|兰[伯勃]特|阿尔伯斯|通用横轴|因子|尺度|缩放"
    r"|密|敏|偏|移|常数|改正数|系数|[略截去舍]|作废|参考|[待暂未尚]|不[可确详明]|核|复|可疑|存疑"
    r"|疑似|推测|估计|大[概约致]|好像|似乎"
    r"|高德|腾讯|百度|火星|国测局|gcj|bd"
    r"|utm|mercator|lambert|albers|scale|k0|(?<![a-z\d])[xy]\s*[+＋－−加减-]",
    re.IGNORECASE,
)
# A text of several lines is read as one; its items are numbered.
_SENTENCE = re.compile(r"[。;；]\s*|\s+(?=[(（]?\d{1,2}[、.．)）](?!\d))")
_OF_COORDINATES = re.compile(r"坐标|经纬|[本此该]图|(?<![a-z\d])[xy]值?\s*[+＋加减]", re.IGNORECASE)
_BASE_MAP = re.compile(r"(?:底图|地形图|影像|遥感|卫[星片])[^,，。;；]{0,12}")
# An ore body is drawn on a plane of its own; 1350高程面 alone is a level of its mine.
_OF_SECTIONS = re.compile(r"(?:[纵直平]|立面|矿[体脉层块])\s*投影面?")
_OF_PROJECTIONS = re.compile(
    r"坐标|投影|子午|椭球|归[化算]|高斯|墨卡托|兰[伯勃]特|阿尔伯斯|通用横轴"
    r"|utm|mercator|lambert|albers|\bk0|meridian",
    re.IGNORECASE,
)
_UTM = re.compile(
    r"(?:(?<![a-z])utm(?![a-z])|通用横轴)(?:[\s_,，-]{0,3}(?:zone|第)?[\s_]{0,2}(\d{1,2})(?!\d))?",
    re.IGNORECASE,
)
_MOST, _LONGEST = 6, 40


@dataclass(frozen=True, slots=True)
class OnSheet(Stated):
    """What is written on a drawing about its coordinate system.

    That system is always what a user gives, who may not have read the sheet.

    Attributes
    ----------
    hidden : words that the coordinates were shifted or shortened
    projected : words for another plane than the Gauss plane of a datum
    """

    hidden: str = ""
    projected: str = ""

    def contradiction(self, crs: pyproj.CRS) -> Reason | None:
        """Return how a given system contradicts what is written, None where it does not."""
        if self.hidden:
            return f"写有“{self.hidden}”", f"says {self.hidden!r} of its coordinates"
        if self.projected and not _may_be(self.projected, crs):
            return f"写有“{self.projected}”", f"names another plane ({self.projected})"
        return Stated.contradiction(self, crs)


def _may_be(words: str, crs: pyproj.CRS) -> bool:
    """Return whether a system may be the plane that words name, no Gauss plane of a datum."""
    if crs.is_geographic:
        return True
    meridian, utm = central_meridian(crs), _UTM.search(words)
    if utm is None:
        return meridian is None or not crs.to_authority(min_confidence=100)
    if meridian is None or utm_shrink(crs) is None:
        return False
    return utm[1] is None or abs(meridian - (6 * int(utm[1]) - 183)) < 1e-6


def sentences(texts: Iterable[str]) -> Iterator[str]:
    """Yield the sentences of texts that may say something of this, each once."""
    pieces = (p.strip() for t in dict.fromkeys(texts) for p in _SENTENCE.split(t))
    yield from dict.fromkeys(p for p in pieces if _MAY_DOUBT.search(p))


def hidden_in(texts: Iterable[str]) -> str:
    """Return what says that the coordinates were shifted or shortened, blank where nothing does.

    >>> hidden_in(["地形图已脱密，坐标系为CGCS2000。坐标未作偏移", "坐标已加密"])
    '坐标已加密'
    """
    return next((_short(s) for s in sentences(texts) if _hides(s)), "")


def _hides(sentence: str) -> bool:
    own = _BASE_MAP.sub(" ", sentence)
    return bool(_OF_COORDINATES.search(own) and disclaimers.moved(own))


def projected_in(texts: Iterable[str]) -> tuple[str, list[str]]:
    """Return what names another plane than the Gauss plane of a datum, and what is left aside.

    As of two datums either may be given, a plane that is told with one datum is left aside where
    another datum is told without a plane.

    >>> projected_in(["WGS84 UTM 49N"]), projected_in(["2000国家大地坐标系", "WGS84 UTM 49N"])
    (('WGS84 UTM 49N', []), ('', ['WGS84 UTM 49N']))
    """
    texts = list(dict.fromkeys(texts))
    planes = [s for s in sentences(texts) if _plane_in(s)]
    if not planes:
        return "", []
    others = [p for t in texts for p in _SENTENCE.split(t) if not _plane_in(p)]
    plain = {datum for p in others for datum in stated_in(p, all_meant=True).datums}
    aside = [s for s in planes if (own := set(stated_in(s, all_meant=True).datums)) and plain - own]
    counted = [s for s in planes if s not in aside]
    return _short(counted[0]) if counted else "", aside


@lru_cache(maxsize=4096)
def _plane_in(sentence: str) -> str:
    words = _OF_SECTIONS.sub(" ", _BASE_MAP.sub(" ", sentence))
    return disclaimers.another_plane(words) if _OF_PROJECTIONS.search(words) else ""


def issues(path: Path, texts: Iterable[str], stated: Stated) -> list[Issue]:
    """Return a warning of words that may say that places are not where their numbers say.

    Parameters
    ----------
    texts : the name of the layer, and all that is written on the drawing
    stated : what is known of them

    Raises
    ------
    FormatError
        A sentence says of the coordinates, or of the drawing, that they are wrong or void.
    """
    texts = list(texts)
    found = projected_in(texts)[1]
    if stated.unconverted and set(stated.datums) <= {"CGCS2000"}:
        found.append(stated.unconverted)
    for sentence in sentences(texts):
        said = disclaimers.wrong(sentence)
        if said is not None and _OF_COORDINATES.search(sentence):
            raise refusal(path, *said)
        if said or _is_doubtful(sentence):
            found.append(sentence)
    if not found:
        return []
    shown, more = "、".join(f"“{_short(s)}”" for s in found[:_MOST]), len(found) - _MOST
    zh = f"图上写有{shown}" + (f" 等 {len(found)} 处" if more > 0 else "")
    en = f"the drawing says {shown}" + (f" and {more} more" if more > 0 else "")
    return [
        warning(
            "words_of_doubt",
            f"{zh}，请核对其坐标和所给坐标系是否可用",
            f"{en}: check that its coordinates, and the system given, can be used",
        )
    ]


def _is_doubtful(sentence: str) -> bool:
    return bool(
        disclaimers.moved(sentence)
        or disclaimers.open_system(sentence)
        or web_maps.system_named(sentence, "坐标")
    )


def _short(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]
