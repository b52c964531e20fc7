"""What a MapInfo table says of its coordinate system, and what GDAL makes of it.

MapInfo has no number for CGCS2000 in its older versions, nor one for Beijing 1954 and Xian 1980 in
its list of the zones of China: the ellipsoid stands there, without a shift, or a neighbour's datum.
Which datum is meant is asked for; all else that is written must agree with the answer.

Source: MapInfo Professional User Guide, "Elements of a Coordinate System"; the header of a native
``.map`` as documented by the MITAB library.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

import pyproj

from gis.crs_names import contradiction, datums_claimed
from layers.account import Issue
from layers.formats import ogr
from layers.formats.planes import Datum
from layers.formats.stated import Stated
from layers.issues import warning

_WGS84, _GRS80 = 104, 33
_OWN = {999: 4, 9999: 9}
"""Datums of a table's own -> how many numbers follow: ellipsoid, shift, rotation, meridian."""
_NONE = 0
"""The datum of “Longitude / Latitude”, the first line of MapInfo's list; native tables have an
ellipsoid beside it."""
_PULKOVO = "pulkovo"
_LIKE = {
    0: ("CGCS2000", "CGCS2000"), 3: ("北京 1954", "Beijing 1954"), 31: ("西安 1980", "Xian 1980"),
}  # fmt: skip
"""Ellipsoid of MapInfo -> the datum of China that has it."""
_KRASSOVSKY = 3
_VERSION, _DATUM, _PROJECTION, _PLANE, _SHIFTS, _END = 0x104, 0x16A, 0x16D, 0x190, 0x1C0, 0x200
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_CHINA: tuple[Datum, ...] = ("CGCS2000", "Xian 1980", "Beijing 1954", "New Beijing")


@dataclass(frozen=True, slots=True)
class Written:
    """What a table writes: the words, the datum, and the ellipsoid and shifts of an own one."""

    words: str = ""
    datum: int | None = None
    ellipsoid: int | None = None
    shifted: bool = True


@dataclass(frozen=True, slots=True)
class System:
    """A coordinate system or why there is none, what is known without one, what is told."""

    crs: pyproj.CRS | None
    note: str
    stated: Stated = field(default_factory=Stated)
    issues: tuple[Issue, ...] = ()


def of_text(system: bytes) -> Written:
    """Return what the CoordSys of an interchange file says."""
    # No control characters: PROJ's own text of a system that has a NUL in its name ends there.
    shown = "".join(c if c.isprintable() else " " for c in system.decode("ascii", "replace"))
    words = " ".join(shown.split())
    found = re.search(r"\bprojection\s+\d+\s*,\s*(\d+)(.*)", words, re.IGNORECASE)
    if found is None:
        return Written(words)
    datum = int(found[1])
    numbers = re.findall(rf"\s*,\s*({_NUMBER})", found[2])[: _OWN.get(datum, 0)]
    if not numbers:
        return Written(words, datum)
    ellipsoid = int(numbers[0]) if numbers[0].isdigit() else None
    return Written(words, datum, ellipsoid, any(map(float, numbers[1:])))


def of_map(raw: bytes) -> Written:
    """Return what the header of a native ``.map`` says."""
    if len(raw) < _END or struct.unpack_from("<h", raw, _VERSION)[0] < 500:
        return Written()
    datum = int(struct.unpack_from("<h", raw, _DATUM)[0])
    projection, ellipsoid = raw[_PROJECTION], raw[_PROJECTION + 1]
    plane = struct.unpack_from("<6d", raw, _PLANE)
    shifts = struct.unpack_from("<8d", raw, _SHIFTS)
    own = [ellipsoid, *shifts] if datum in _OWN else []
    numbers = [*own, *(plane if projection > 1 else [])]
    words = ", ".join([f"Projection {projection}, {datum}", *(f"{n:.10g}" for n in numbers)])
    if datum not in (*_OWN, _NONE):
        return Written(words, datum)
    return Written(words, datum, ellipsoid, any(shifts))


def system_of(written: Written, said: str | None) -> System:
    """Return the coordinate system of a table.

    Parameters
    ----------
    said : what GDAL makes of it; it takes unknown datums for WGS 84
    """
    crs, note = ogr.parse_stated_crs(said)
    if crs is None:
        return System(None, note or "没有说明 / none")
    datum = written.datum
    base = crs.geodetic_crs
    called = base.datum.name if base is not None and base.datum is not None else ""
    if "1984" in called and datum not in (None, _NONE, _WGS84, *_OWN):
        return System(None, f"不认识的 MapInfo 基准 {datum} / unknown MapInfo datum {datum}")
    claimed = tuple(d for d in _CHINA if d in datums_claimed(crs))
    if claimed and contradiction(crs) is not None:
        return _misread(written, claimed)
    if datum == _NONE and written.ellipsoid is None:
        zh = f"文件写作“{written.words}”，没有写明基准"
        en = f"the file's '{written.words}' names no datum"
        return System(None, f"{zh} / {en}", Stated(system=crs, any_ellipsoid=True))
    like = _like(written, called)
    if like:
        zh = f"文件写作“{written.words}”，未指明中国的基准，椭球同{like[0]}"
        en = f"the file's '{written.words}' names no datum of China; it has the ellipsoid of " \
             f"{like[1]}"  # fmt: skip
        return System(None, f"{zh} / {en}", Stated(system=crs))
    return System(_named(crs, written.words), "来自 MapInfo / from the MapInfo")


def _like(written: Written, called: str) -> tuple[str, str] | None:
    """Return the datum of China that may be meant, None where the table says which is meant."""
    if _PULKOVO in called.lower():
        return _LIKE[_KRASSOVSKY]
    if written.datum == _GRS80:
        return _LIKE[0]
    own = written.datum in (*_OWN, _NONE) and not written.shifted
    return _LIKE.get(written.ellipsoid) if own and written.ellipsoid is not None else None


def _misread(written: Written, claimed: tuple[Datum, ...]) -> System:
    """Set aside what GDAL makes of a datum's number: it gives it another datum's ellipsoid."""
    named = "、".join(claimed)
    zh = f"文件写作“{written.words}”，基准号 {written.datum} 读作 {named}，但其椭球读不准，不予采信"
    en = f"the file's '{written.words}': datum {written.datum} is read as {', '.join(claimed)}, " \
         "without its ellipsoid; set aside"  # fmt: skip
    told = warning("crs_disbelieved", zh, en)
    return System(None, f"{zh} / {en}", Stated(datums=claimed), (told,))


def _named(crs: pyproj.CRS, words: str) -> pyproj.CRS:
    """Return a system that GDAL calls “unnamed” by the words of the table."""
    if crs.name != "unnamed" or not words:
        return crs
    told = crs.to_json_dict()
    told.get("source_crs", told)["name"] = words
    return pyproj.CRS.from_json_dict(told)
