"""What a text says of its coordinate system, also where that is not enough for one.

A datum without a zone, or a meridian without a datum, is no system; but a system that somebody
gives afterwards must not contradict it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyproj

from gis.crs_names import (
    central_meridian,
    datums_claimed,
    meridian_named,
    other_plane,
    zone_named,
)
from layers.formats.clauses import of_numbers
from layers.formats.disclaimers import another_plane, moved, open_system
from layers.formats.former_datums import before_conversion, meant_by
from layers.formats.planes import (
    Axes,
    Datum,
    datums_named,
    geographic,
    meridian_of,
    plane,
    width_of,
)

Reason = tuple[str, str]

_ANGLE = (
    r"(\d{2,3}(?:\.\d+)?)\s*[°º度]?\s*(?:(\d{1,2})\s*[′'’分])?"
    r"\s*(?:(\d{1,2})(?:\.\d+)?\s*[″\"”秒])?"
)
_MERIDIAN = re.compile(rf"中央(?:子午线|经线|经度)\D{{0,6}}{_ANGLE}")
# 原中央子午线117°，现改为114°
_CHANGED = re.compile(
    rf"(?:原[来为先是]?)?(?:中央(?:子午线|经线|经度))\D{{0,3}}{_ANGLE}[^。;；\n\d]{{0,8}}?"
    r"(?<![拟待需应将])(?:改|转换?|换算|变更|调整|现)[为成到至]"
    r"(?:中央(?:子午线|经线))?\s*(?=\d{2,3}(?:\.\d+)?\s*[°º度](?!分?带))"
)
_ANOTHER = re.compile(rf"\s*(?:[、,，/和与及或~～至-]|以及)\s*{_ANGLE}")
# 带 is also a vein or a belt: a zone stands alone, beside other words of the projection.
_FOLLOWS = r"(?=$|[^一-鿿0-9]|高斯|投影|坐标|中央|平面)"
_ZONE = re.compile(
    r"(?:(?<![矿皮脉层体])带号\s*[:：=为是]?|(?:投影|度|(?<![一-鿿]))带\s*[:：=为是])"
    r"\s*第?\s*(\d{2})(?![\d.])|"
    r"(?:^|[^一-鿿\d.A-Za-z~～—–、-]|(?:度|°)\s*分?带|[为于在属系影格准])"
    rf"第?\s*(\d{{2}})\s*(?:号\s*)?带{_FOLLOWS}"
)
_WIDTH = re.compile(r"(?<![\d.])([36三六])\s*(?:度|°)\s*分?带")
# As programs write it: CGCS2000_3_Degree_GK_Zone_39, GK_CM_114E.
_IN_LATIN = re.compile(r"(?:zone|cm)[ _]*\d{2,3}(?!\d)e?", re.IGNORECASE)
_BEFORE = re.compile(r"[\w ./-]*\Z", re.ASCII)
_LONGEST = 60
_UNCONVERTED = re.compile(
    r"(?:[未没]有?|(?<![无不毋勿免])(?<![如若])[需待应拟须]要?)\s*(?:经过?|做|作|进行)?\s*(?:坐标)?(?:转换|换算)"
)

# Headings of two lists, one below the other; the numbers of one are not in the system of the other.
_CONVERSION = re.compile(
    r"^[^\S\n]*(?:[(（【一二\d][、.）)]?)?(?:坐标)?(?:转换|换算)[之以]?[前后]的?"
    r"(?:拐点|界址点|平面)?(?:坐标)?(?:成果)?表?[:：)）】]?[^\S\n]*$",
    re.MULTILINE,
)

_CLOSE_DEGREES = 0.5 / 3600


@dataclass(frozen=True, slots=True)
class Stated:
    """What is written about a coordinate system.

    Attributes
    ----------
    datums : those named; which of several is meant is open
    zones : zone numbers
    meridians : central meridians, degrees
    widths : of zones, degrees
    local : words for a plane of no national system, empty where there are none
    unconverted : words that say coordinates are still to be converted
    unsettled : words that numbers were moved or shortened, or that their system is still open
    plane : words for another plane than the Gauss plane of a datum
    system : a system of which all but the datum is meant
    any_ellipsoid : its ellipsoid is not meant either
    words : some of those that say so, where they do not stand in plain sight
    former : datums that the coordinates are no longer in
    elsewhere : words that name a datum of something else, or of another time, where none is named
        of the coordinates
    zone_elsewhere : whether the zone is told of something else only, or of another time
    before : words that say that the numbers, or one list of them, are those before a conversion
    """

    datums: tuple[Datum, ...] = ()
    zones: frozenset[int] = frozenset()
    meridians: frozenset[float] = frozenset()
    widths: frozenset[int] = frozenset()
    local: str = ""
    unconverted: str = ""
    unsettled: str = ""
    plane: str = ""
    system: pyproj.CRS | None = None
    words: str = ""
    former: tuple[Datum, ...] = ()
    any_ellipsoid: bool = False
    elsewhere: str = ""
    zone_elsewhere: bool = False
    before: tuple[str, ...] = ()

    def of(self, datums: tuple[Datum, ...]) -> Stated:
        """Return the same about coordinates whose own heading names ``datums``."""
        return replace(self, datums=datums, before=()) if datums else self

    def zone(self) -> int | None:
        """Return the zone that number or central meridian tell, None where they do not agree."""
        if self.zone_elsewhere:
            return None
        # On one meridian the 3-degree and 6-degree planes are the same.
        on = {m for m in self.meridians if not any(_is_on(m, z) for z in self.zones)}
        told = set(self.zones) | {int(m) // 3 if m % 3 == 0 else 0 for m in on}
        zone = told.pop() if len(told) == 1 else 0
        width = width_of(zone)
        if self.zones:
            fits = not self.widths or width in self.widths
        else:
            fits = all(w == 3 or (zone + 1) % 2 == 0 for w in self.widths)
        return zone if width and fits else None

    def system_of(self, datum: Datum, axes: Axes) -> pyproj.CRS | None:
        """Return the system of coordinates in a datum, None where their zone is not told."""
        if axes.kind == "degrees":
            return geographic(datum)
        zone = axes.zone or self.zone()
        width = width_of(zone) if zone else None
        if zone is None or width is None:
            return None
        return plane(datum, width, zone, prefixed=axes.zone is not None)

    def doubt(self, axes: Axes | None) -> str:
        """Return why the datum of coordinates is not told, in both languages, or nothing."""
        if self.unsettled:
            return f"写有“{self.unsettled}” / says {self.unsettled!r} of its coordinates"
        if self.local:
            return f"写有“{self.local}” / names a local plane ({self.local})"
        if self.plane and (axes is None or axes.kind == "plane"):
            return f"写有“{self.plane}” / names another plane ({self.plane})"
        if not self.datums:
            was = f"写明由 {'、'.join(self.former)} 转换（或原为），" if self.former else ""
            had = f"was {', '.join(self.former)}; " if self.former else ""
            aside = f"“{self.elsewhere}”说的不是这些坐标，" if self.elsewhere else ""
            other = f"{self.elsewhere!r} is not of them; " if self.elsewhere else ""
            return f"{was}{aside}没有写明坐标系 / {had}{other}names no datum"
        if len(self.datums) > 1:
            return f"同时写有 {'、'.join(self.datums)} / names {', '.join(self.datums)}"
        if self.unconverted and self.datums == ("CGCS2000",):
            return f"写有“{self.unconverted}” / says that conversion is still due"
        if self.before and (len(self.before) > 1 or self.datums == ("CGCS2000",)):
            said = "、".join(self.before)
            return f"写有“{said}” / says {said!r}: before a conversion"
        if self.datums == ("WGS 84",) and axes is not None and axes.kind == "plane":
            return "WGS 84 的平面没有写明投影 / WGS 84, projection not told"
        return ""

    def zone_conflict(self, axes: Axes, key: int | None = None) -> Reason | None:
        """Return how the zone of the eastings contradicts what is written, None where not.

        Where the eastings have none the zone that a header gives, ``key``, must agree with all
        that is written: beside words alone several zones may be named, one of them meant.
        """
        own = axes.zone or key
        if own is None:
            return None
        by = ("横坐标的带号", "the eastings tell") if axes.zone else ("带号", "带号 gives")
        zones = [z for z in sorted(self.zones) if width_of(z)]
        odd = [z for z in zones if not _is_on(meridian_of(z), own)]
        if odd and (key or odd == zones):
            return (
                f"写明带号 {odd[0]}，但{by[0]}是 {own}",
                f"zone {odd[0]} is stated, but {by[1]} zone {own}",
            )
        width = width_of(own)
        if len(self.widths) == 1 and width not in self.widths:
            stated = next(iter(self.widths))
            return (
                f"写明 {stated} 度带，但{by[0]} {own} 是 {width} 度带",
                f"{stated}-degree zones are stated, but zone {own} of the eastings is one of "
                f"{width} degrees",
            )
        meridians = sorted(self.meridians)
        others = [m for m in meridians if not _is_on(m, own)]
        if others and (key or others == meridians):
            return (
                f"写明中央子午线 {others[0]:g}°，但{by[0]}是 {own}",
                f"central meridian {others[0]:g}° is stated, but {by[1]} zone {own}",
            )
        return None

    def contradiction(self, crs: pyproj.CRS) -> Reason | None:
        """Return how a given system contradicts what is written, None where it does not."""
        said = self._contradiction(crs)
        if said is None or not self.words:
            return said
        return f"{said[0]}（{self.words}）", f"{said[1]} ({self.words})"

    def _contradiction(self, crs: pyproj.CRS) -> Reason | None:
        if self.system is not None:
            said = other_plane(self.system, crs, any_ellipsoid=self.any_ellipsoid)
            if said is not None:
                return said
        given = datums_claimed(crs)
        if self.datums and given and not given & _alike(self.datums):
            return f"写明 {'、'.join(self.datums)}", f"names {', '.join(self.datums)}"
        if self.former and not self.datums and given and given <= _alike(self.former):
            was = "、".join(self.former)
            return f"写明由 {was} 转换（或原为）", f"was {', '.join(self.former)}"
        if self.local and not self.datums and crs.to_authority(min_confidence=100):
            return f"写有“{self.local}”", f"names a local plane ({self.local})"
        return self._other_meridian(crs)

    def _other_meridian(self, crs: pyproj.CRS) -> Reason | None:
        given = central_meridian(crs)
        written = {meridian_of(z) for z in self.zones if width_of(z)} | self.meridians
        if given is None or not written:
            return None
        if any(abs(given - m) < _CLOSE_DEGREES for m in written):
            return None
        told = "、".join(f"{m:.10g}°" for m in sorted(written))
        return f"写明中央子午线 {told}", f"states the central meridian {told}"


def stated_in(words: str, *, all_meant: bool = False) -> Stated:
    """Return what titles and remarks say of a coordinate system.

    Parameters
    ----------
    all_meant : whether each word is of the coordinates, as in a field that is of their system;
        else what is said of other things and other times (附图, 换证时) tells no system
    """
    words = _CHANGED.sub("中央子午线", words)
    unconverted = _UNCONVERTED.search(words)
    meant = meant_by(words)
    now = meant if all_meant else meant_by(of_numbers(words))
    zones, meridians, widths = _planes_in(words)
    stated = Stated(
        tuple(_named(meant.now, now.now)),
        zones,
        meridians,
        widths,
        meant.local,
        unconverted[0] if unconverted else "",
        moved(words) or open_system(words),
        another_plane(words),
        former=tuple(meant.former),
        elsewhere="" if now.now else _aside(words, meant.now),
        before=() if all_meant else _before(words),
    )
    if all_meant or not (zones or meridians):
        return stated
    own = Stated((), *_planes_in(of_numbers(words, former=True)))
    return replace(stated, zone_elsewhere=own.zone() != stated.zone())


def _aside(words: str, named: list[Datum]) -> str:
    """Return the line that names a datum, of something else than the coordinates."""
    lines = (" ".join(line.split()) for line in words.splitlines())
    return next((n[:_LONGEST] for n in lines if named and datums_named(n)), "")


def _before(words: str) -> tuple[str, ...]:
    """Return what says that numbers are those before a conversion, and headings of both lists."""
    heads = dict.fromkeys(" ".join(m[0].split()) for m in _CONVERSION.finditer(words))
    said = before_conversion(words)
    return tuple(heads) if said and len(heads) > 1 else (said,) if said else ()


def datums_over(heading: str) -> list[Datum]:
    """Return the datums that a heading gives the numbers below it, as they stand now.

    >>> datums_over("附图2000国家大地坐标系"), datums_over("1980西安坐标系转CGCS2000，转换前")
    ([], [])
    """
    named = _named(meant_by(heading).now, meant_by(of_numbers(heading)).now)
    return [d for d in named if d != "CGCS2000"] if before_conversion(heading) else named


def _named(of_all: list[Datum], of_these: list[Datum]) -> list[Datum]:
    """Return the datums named of coordinates; beside these any other one is a doubt."""
    return list(dict.fromkeys([*of_all, *of_these])) if of_all and of_these else []


def _planes_in(words: str) -> tuple[frozenset[int], frozenset[float], frozenset[int]]:
    """Return the zones, the central meridians and the widths of zones that words name."""
    latin = [n for n in _names_in_latin(words) if "utm" not in n.lower()]
    zones = [z for z in map(zone_named, latin) if z is not None]
    meridians = [m for m in map(meridian_named, latin) if m is not None]
    return (
        frozenset([*(int(m[1] or m[2]) for m in _ZONE.finditer(words)), *(n for n, _ in zones)]),
        frozenset([*_meridians(words), *meridians]),
        frozenset(
            [*(3 if m[1] in "3三" else 6 for m in _WIDTH.finditer(words)), *(w for _, w in zones)]
        ),
    )


def _names_in_latin(words: str) -> Iterator[str]:
    for match in _IN_LATIN.finditer(words):
        before = _BEFORE.search(words, max(0, match.start() - _LONGEST), match.start())
        yield (before[0] if before else "") + match[0]


def _meridians(words: str) -> Iterator[float]:
    """Yield the central meridians that words name, also several behind one another."""
    for first in _MERIDIAN.finditer(words):
        found: re.Match[str] | None = first
        while found is not None:
            yield float(found[1]) + int(found[2] or 0) / 60 + int(found[3] or 0) / 3600
            found = _ANOTHER.match(words, found.end())


def _alike(datums: tuple[Datum, ...]) -> set[str]:
    """Return the datums that may be given for those written: two differ by a metre only."""
    frames = {"CGCS2000", "WGS 84"}
    return set(datums) | (frames if frames & set(datums) else set())


def _is_on(meridian: float, zone: int) -> bool:
    """Return whether a zone, of either width, has this central meridian, degrees."""
    return width_of(zone) is not None and abs(meridian - meridian_of(zone)) < _CLOSE_DEGREES
