"""The coordinate system of GML features, and what an unofficial ``srsName`` says of it.

The order of axes follows from the form of ``srsName``: the names of OGC (``urn:ogc:def:crs:…``,
``http://www.opengis.net/def/crs/…``) stand for the order of the register, the older short forms
for east first. Words and bare numbers are in no register: the system is asked for, and what is
given must agree with them.

Source: OGC 07-092r3, "Definition identifier URNs", clause 7.5 (compounds); OGC 09-048r5, clause 8;
OGC 07-036, clause 9.10.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import pyproj

from gis.crs_names import datums_claimed, datums_of, meridian_named, zone_named
from layers.account import Issue
from layers.formats.markup.gml_scan import Member
from layers.formats.planes import Datum
from layers.formats.source import refusal
from layers.formats.stated import Stated, stated_in
from layers.issues import warning

_OFFICIAL = re.compile(
    r"urn:(?:x-)?ogc:def:crs:EPSG:(?:[\w.]*:)?(\d{4,6})"
    r"|https?://www\.opengis\.net/def/crs/EPSG/[\w.]+/(\d{4,6})/?",
    re.IGNORECASE,
)
_COMPOUND = re.compile(
    r"urn:(?:x-)?ogc:def:crs,(crs:EPSG:[\w.]*:\d{4,6}),(crs:EPSG:[\w.]*:\d{4,6})"
    r"|https?://www\.opengis\.net/def/crs-compound\?1=([^&]+)&2=([^&]+)",
    re.IGNORECASE,
)
_EAST_FIRST = re.compile(
    r"EPSG:(\d{4,6})|https?://www\.opengis\.net/gml/srs/epsg\.xml#(\d{4,6})", re.IGNORECASE
)
_CRS84 = re.compile(
    r"CRS:84|OGC:CRS84|urn:(?:x-)?ogc:def:crs:OGC:[\w.]*:CRS84"
    r"|https?://www\.opengis\.net/def/crs/OGC/[\w.]+/CRS84/?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:.*EPSG.*\D)?(\d{4,6})", re.IGNORECASE)
"""A code without the form that would tell the order of axes."""

_DATUMS: tuple[Datum, ...] = get_args(Datum)


@dataclass(frozen=True, slots=True)
class System:
    """A coordinate system, or what is said of it; whether its first axis points north."""

    crs: pyproj.CRS | None
    note: str
    north_first: bool = False
    stated: Stated = field(default_factory=Stated)
    issues: tuple[Issue, ...] = ()


def system_of(path: Path, members: Sequence[Member], envelope: str | None) -> System:
    """Return the one system of all geometries.

    Each has its own ``srsName``, or its feature's envelope has one, or the collection's.

    Raises
    ------
    FormatError
        There are several.
    """
    first: tuple[str | None, int] | None = None
    for member in members:
        for stated in sorted(member.systems, key=str):
            name = stated or member.envelope or envelope
            if first is None:
                first = name, member.line_of_shape
            elif name != first[0] and not _same(name, first[0]):
                raise _two_systems(path, (name, member.line_of_shape), first)
    name = first[0] if first else None
    return _named(name) if name else System(None, "没有 srsName / no srsName")


def _same(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return False
    a, b = _named(one), _named(other)
    return a.crs is not None and a.crs == b.crs and a.north_first == b.north_first


def _two_systems(
    path: Path, here: tuple[str | None, int], first: tuple[str | None, int]
) -> Exception:
    (name, line), (other, before) = here, first
    return refusal(
        path,
        f"第 {line} 行：坐标系为 {name or '（无）'}，而第 {before} 行为 {other or '（无）'}；"
        "请按坐标系分成几个文件",
        f"line {line}: its system is {name or 'not stated'}, that of line {before} "
        f"{other or 'not stated'}; make a file of each",
    )


def _named(name: str) -> System:
    """Return the system of an ``srsName`` and the order of axes that its form stands for."""
    note = f"GML: srsName {name[:80]}"
    if _CRS84.fullmatch(name):
        return System(pyproj.CRS.from_user_input("OGC:CRS84"), note)
    level = _level_of(name)
    official, short = _OFFICIAL.fullmatch(level), _EAST_FIRST.fullmatch(level)
    found = official or short
    crs = _of_code(found[1] or found[2]) if found else None
    if crs is None:
        return _in_words(name)
    first = crs.axis_info[0].direction.lower() if crs.axis_info else ""
    return System(crs, note, official is not None and first == "north")


def _level_of(name: str) -> str:
    """Return the name of the level part of a compound system whose other part is of heights."""
    found = _COMPOUND.fullmatch(name)
    if found is None:
        return name
    parts = (part for part in found.groups() if part)
    level, heights = (f"urn:ogc:def:{p}" if p.startswith("crs:") else p for p in parts)
    code = _OFFICIAL.fullmatch(heights)
    above = _of_code(code[1] or code[2]) if code else None
    return level if above is not None and above.is_vertical else name


def _of_code(code: str) -> pyproj.CRS | None:
    try:
        return pyproj.CRS.from_epsg(int(code))
    except pyproj.exceptions.CRSError:
        return None


def _in_words(name: str) -> System:
    """Return what a name that is in no register says: what is given afterwards must agree."""
    zh, en = f"无法识别的坐标系说明：{name[:60]}", f"unreadable CRS: {name[:60]}"
    told = warning("crs_unreadable", zh, en)
    return System(None, f"{zh} / {en}", stated=_stated(name), issues=(told,))


def _stated(name: str) -> Stated:
    number = _NUMBER.fullmatch(name)
    crs = _of_code(number[1]) if number else None
    if crs is not None and not crs.is_vertical:
        datums = tuple(d for d in _DATUMS if d in datums_claimed(crs))
        return Stated(datums, system=crs)
    said = stated_in(name.replace("_", " "), all_meant=True)
    claimed = {*said.datums, *(() if said.former else datums_of(name))}
    zone, meridian = zone_named(name), meridian_named(name)
    return Stated(
        tuple(d for d in _DATUMS if d in claimed),
        said.zones | ({zone[0]} if zone else set()),
        said.meridians | ({meridian} if meridian is not None else set()),
        said.widths | ({zone[1]} if zone else set()),
        said.local,
        said.unconverted,
        former=said.former,
    )
