"""Whether the names of a coordinate system and its numbers mean the same system.

A ``.prj`` that is called zone 38 and has the meridian of zone 39, or that is called Xian 1980 and
has the ellipsoid of CGCS2000, was put together by hand; nobody can tell which half is meant.

Sources: EPSG Geodetic Parameter Dataset (ellipsoids 1024, 7030, 7049, 7024; zones of China);
GB/T 17798 and the names that Esri, GDAL and PROJ write.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import pyproj
from pyproj.exceptions import CRSError as ProjCRSError

Reason = tuple[str, str]

_DATUMS = (
    ("New Beijing", r"new beijing|新北京|新 ?(19)?54"),
    ("Beijing 1954", r"(?<!new )beijing ?(19)?54|(?<!新)北京 ?(坐标系 ?)?(19)?54"
     r"|(?<!新)54 ?(年 ?)?北京|\bbj ?54"),
    ("Xian 1980", r"xi'?an ?(19)?80|西安 ?(坐标系 ?)?(19)?80|80 ?(年 ?)?西安|\bxa ?80"),
    ("CGCS2000", r"cgcs ?2000|chin(a|ese) geodetic (coordinate system )?2000|china 2000"
     r"|国家 ?2000|2000 ?(中国|国家)"),
    ("WGS 84", r"wgs ?(19)?84|world geodetic system (19)?84"),
)  # fmt: skip
_ELLIPSOIDS = {
    "New Beijing": (6378245.0, 298.3),
    "Beijing 1954": (6378245.0, 298.3),
    "Xian 1980": (6378140.0, 298.257),
    "CGCS2000": (6378137.0, 298.257222101),
    "WGS 84": (6378137.0, 298.257223563),
}
_NO_CLAIM = re.compile(r"unknown|undefined|based (up)?on|not specified")
_NO_DATUM = re.compile(rf"{_NO_CLAIM.pattern}|unnamed|user.?defined|assumed")
_GAUSS = re.compile(r"gauss[ -]*kr[uü]e?ger|\bgk\b|高斯|[36] ?(-|度|° ?)? ?(degree|度|带|分带)")
_WIDTH = re.compile(r"\b([36])[ -]*degree|([36]) ?(?:度|° ?)(?:分)?带")
_ZONE = re.compile(r"zone ?(\d{1,2})(?!\d)|带号 ?(\d{1,2})(?!\d)|(?<![\d.])(\d{2}) ?号?带")
_MERIDIAN = re.compile(
    r"\bcm ?(?P<degrees>\d{1,3}(?:\.\d+)?)(?![\d.])(?:[ °-]?(?P<minutes>[0-5]\d)(?= ?[ew'′]))?"
    r"['′]? ?(?P<side>[ew])?\b"
    r"|中央(?:子午|经)线 ?(?P<grad>\d{2,3}(?:\.\d+)?)(?:[°度] ?(?P<part>[0-5]?\d)['′分])?"
)
_UTM = re.compile(r"\butm zone ?(\d{1,2})(?!\d) ?([ns])?\b")
_CLOSE_DEGREES = 1e-6
_CLOSE_METRES = 0.01
_CLOSE = {"meridian": 1e-6, "latitude": 1e-6, "scale": 1e-9, "axis": 0.1, "flattening": 1e-4}


@lru_cache(maxsize=64)
def contradiction(crs: pyproj.CRS) -> Reason | None:
    """Return in which way names and numbers of a system differ, None where they do not.

    Names of the system, its base and its datum are compared with one another, with the ellipsoid
    and with the projection's numbers; a registered code with the registry. A name that claims
    nothing of China contradicts nothing.
    """
    crs = _plain(crs)
    checks = (_datums_differ, _ellipsoid_differs, _zone_differs, _prefix_differs, _code_differs)
    return next((said for check in checks if (said := check(crs)) is not None), None)


def names_no_datum(crs: pyproj.CRS) -> bool:
    """Tell whether a system leaves its datum open: D_Unknown, an ellipsoid alone."""
    crs = _plain(crs)
    base = crs.geodetic_crs
    if base is None or base.datum is None or datums_claimed(crs) or crs.to_authority():
        return False
    return _NO_DATUM.search(_spaced(base.datum.name)) is not None


def are_one(one: pyproj.CRS, other: pyproj.CRS) -> bool:
    """Tell whether two systems are one, however they are written.

    The same plane has other names and axes in a ``.prj`` and in the registry. Projections other
    than the transverse Mercator must be equal to the letter.
    """
    if one.equals(other, ignore_axis_order=True):
        return True
    numbers_tell = _plain(one).is_geographic or central_meridian(one) is not None
    return numbers_tell and difference(one, other) is None


def difference(one: pyproj.CRS, other: pyproj.CRS) -> Reason | None:
    """Return in which way two statements about one file differ, None where they do not."""
    one, other = _plain(one), _plain(other)
    claimed = [datums_claimed(one), datums_claimed(other)]
    if _same(one, other) and (claimed[0] == claimed[1] or not all(claimed)):
        return None
    first, second = _titled(one), _titled(other)
    return (
        f"既写作 {first}，又写作 {second}，参数不同",
        f"it says {first} and also {second}, which differ",
    )


def _titled(crs: pyproj.CRS) -> str:
    meridian = central_meridian(crs)
    return crs.name if meridian is None else f"{crs.name} ({meridian:.10g}°)"


def _plain(crs: pyproj.CRS) -> pyproj.CRS:
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    return _plain(crs.sub_crs_list[0]) if crs.is_compound else crs


def _words(name: str) -> str:
    text = _spaced(name)
    return "" if _NO_CLAIM.search(text) else text


def _spaced(name: str) -> str:
    return re.sub(r"[_/\s]+", " ", unicodedata.normalize("NFKC", name).lower()).strip()


def datums_of(name: str) -> list[str]:
    """Return the datums of China, and WGS 84, that the name of a system claims."""
    words = _words(name)
    return [datum for datum, pattern in _DATUMS if re.search(pattern, words)]


def datums_claimed(crs: pyproj.CRS) -> set[str]:
    """Return the datums of China, and WGS 84, that any name of a system claims."""
    return {datum for name in names_of(_plain(crs)) for datum in datums_of(name)}


def central_meridian(crs: pyproj.CRS) -> float | None:
    """Return the meridian of a transverse Mercator system in degrees, None of any other."""
    return _numbers(_plain(crs)).get("meridian")


def utm_shrink(crs: pyproj.CRS) -> tuple[float, float] | None:
    """Return by how much of a length a UTM zone is too small, and its false northing; else None."""
    numbers = _numbers(_plain(crs))
    if abs(numbers.get("scale", 1.0) - 0.9996) > _CLOSE["scale"]:
        return None
    return 1.0 - numbers["scale"], numbers["north"]


def is_web_mercator(crs: pyproj.CRS) -> bool:
    """Tell whether a system is the plane of web maps, whose scale grows with the latitude."""
    return "pseudo" in _method(_plain(crs)).lower()


def other_plane(
    own: pyproj.CRS, given: pyproj.CRS, *, any_ellipsoid: bool = False
) -> Reason | None:
    """Return what one system writes of ellipsoid, unit or projection that another has not.

    Their datums are left aside, and their ellipsoids too where ``any_ellipsoid``. A plane other
    than a transverse Mercator counts as another.
    """
    own, given = _plain(own), _plain(given)
    for zh, en, tell in _TOLD[:-1] if any_ellipsoid else _TOLD:
        if tell(own) != tell(given):
            return f"所写的{zh}是 {tell(own)}", f"writes the {en} {tell(own)}"
    a, b = own.ellipsoid, (own if any_ellipsoid else given).ellipsoid
    if a is None or b is None or abs(a.inverse_flattening - b.inverse_flattening) > 1e-3:
        return "所写的椭球不同", "writes another ellipsoid"
    if own.is_geographic:
        return None
    numbers, other = _numbers(own), _numbers(given)
    for key, (word, most) in _PLANE_WORDS.items():
        if not numbers or not abs(numbers[key] - other[key]) <= most:
            value = f"{numbers[key]:.10g}" if numbers else own.name
            return f"所写的{word}是 {value}", f"writes the {key} {value}"
    return None


def _method(crs: pyproj.CRS) -> str:
    operation = crs.coordinate_operation
    return operation.method_name if operation is not None else "longitude, latitude"


_TOLD: tuple[tuple[str, str, Callable[[pyproj.CRS], str]], ...] = (
    ("投影方法", "projection", _method),
    ("单位", "unit", lambda crs: f"{crs.axis_info[0].unit_conversion_factor:.10g}"),
    ("椭球长半轴", "axis", lambda crs: f"{crs.ellipsoid.semi_major_metre:.10g}"
     if crs.ellipsoid else "?"),
)  # fmt: skip
_PLANE_WORDS = {
    "meridian": ("中央子午线", 1e-6), "latitude": ("原点纬度", 1e-6), "scale": ("尺度", 1e-9),
    "east": ("东加", 0.01), "north": ("北加", 0.01),
}  # fmt: skip


def names_of(crs: pyproj.CRS) -> Iterator[str]:
    """Yield the names of a system, its base system and its datum."""
    yield crs.name
    base = crs.geodetic_crs
    if base is not None:
        yield base.name
        if base.datum is not None:
            yield base.datum.name


def _datums_differ(crs: pyproj.CRS) -> Reason | None:
    said = [(datum, name) for name in names_of(crs) for datum in datums_of(name)]
    if not said:
        return None
    own, where = said[-1]  # the datum's own name, where it tells
    for datum, name in said:
        # WGS 84 in the datum keeps its metre of doubt, whatever the system is called.
        if datum != own and (datum, own) != ("CGCS2000", "WGS 84"):
            if name == where:
                return f"名称“{name}”同时写有 {datum}、{own}", f"'{name}' names {datum} and {own}"
            return (
                f"名称“{name}”是 {datum}，而“{where}”是 {own}",
                f"'{name}' is {datum}, but '{where}' is {own}",
            )
    return None


def _ellipsoid_differs(crs: pyproj.CRS) -> Reason | None:
    ellipsoid = crs.ellipsoid
    claimed = [(datum, name) for name in names_of(crs) for datum in datums_of(name)]
    if ellipsoid is None or not claimed:
        return None
    datum, name = claimed[-1]
    axis, flattening = _ELLIPSOIDS[datum]
    a, rf = ellipsoid.semi_major_metre, ellipsoid.inverse_flattening
    # CGCS2000 and WGS 84 differ by 1e-6 in the flattening, 0.1 mm on the ground.
    if abs(a - axis) < _CLOSE_METRES and abs(rf - flattening) < 1e-5:
        return None
    return (
        f"“{name}”的椭球应为 a={axis:.10g}、1/f={flattening:.12g}，"
        f"而所写的是 a={a:.10g}、1/f={rf:.12g}",
        f"'{name}' has the ellipsoid a={axis:.10g}, 1/f={flattening:.12g}, "
        f"but a={a:.10g}, 1/f={rf:.12g} are written",
    )


def _numbers(crs: pyproj.CRS) -> dict[str, float]:
    """Return the numbers of a transverse Mercator system in degrees and metres, else none."""
    operation = crs.coordinate_operation
    if operation is None or not operation.method_name.startswith("Transverse Mercator"):
        return {}
    keys = {
        "Longitude of natural origin": "meridian",
        "Latitude of natural origin": "latitude",
        "Scale factor at natural origin": "scale",
        "False easting": "east",
        "False northing": "north",
    }
    found = {"latitude": 0.0, "scale": 1.0, "east": 0.0, "north": 0.0}
    for parameter in operation.params:
        if parameter.name in keys:
            angle = parameter.name.startswith(("Longitude", "Latitude"))
            factor = 57.29577951308232 if angle else 1.0
            value = float(parameter.value) * parameter.unit_conversion_factor * factor
            found[keys[parameter.name]] = value
    return found


def _zone_differs(crs: pyproj.CRS) -> Reason | None:
    numbers, words = _numbers(crs), _words(crs.name)
    if "meridian" not in numbers or not words:
        return None
    utm = _UTM.search(words)
    if utm:
        return _not_so(crs.name, numbers, 6.0 * int(utm[1]) - 183, 0.9996)
    if not _GAUSS.search(words):
        return None
    zone = zone_named(crs.name)
    if zone is not None:
        number, width = zone
        meridian = 3.0 * number if width == 3 else 6.0 * number - 3
        return _not_so(crs.name, numbers, meridian, 1.0) or _wrong_east(crs.name, numbers, number)
    named = meridian_named(crs.name)
    if named is not None and datums_of(crs.name):
        return _not_so(crs.name, numbers, named, 1.0)
    return None


def meridian_named(name: str) -> float | None:
    """Return the central meridian that the name of a system gives, degrees east."""
    named = _MERIDIAN.search(_words(name))
    if named is None:
        return None
    degrees, minutes = named["degrees"] or named["grad"], named["minutes"] or named["part"]
    meridian = float(degrees) + float(minutes or 0) / 60
    return -meridian if named["side"] == "w" else meridian


def zone_named(name: str) -> tuple[int, int] | None:
    """Return number and width of the zone of China that the name of a system gives."""
    words = _words(name)
    named, width = _ZONE.search(words), _WIDTH.search(words)
    if not named:
        return None
    number = int(named[1] or named[2] or named[3])
    told = next((w for w, zones in ((6, range(13, 24)), (3, range(25, 46))) if number in zones), 0)
    if not told or (not datums_of(words) and not width):
        return None
    return number, int(width[1] or width[2]) if width else told


def _not_so(name: str, numbers: dict[str, float], meridian: float, scale: float) -> Reason | None:
    found = numbers["meridian"]
    if abs(found - meridian) > _CLOSE_DEGREES:
        return (
            f"名称“{name}”的中央子午线应为 {meridian:g}°，而所写的是 {found:.10g}°",
            f"'{name}' has the central meridian {meridian:g}°, but {found:.10g}° is written",
        )
    if abs(numbers["scale"] - scale) > 1e-9:
        return (
            f"名称“{name}”的尺度应为 {scale:g}，而所写的是 {numbers['scale']:.10g}",
            f"'{name}' has the scale {scale:g}, but {numbers['scale']:.10g} is written",
        )
    return None


def _wrong_east(name: str, numbers: dict[str, float], zone: int) -> Reason | None:
    east = numbers["east"]
    plain = min(abs(east - 5e5), abs(east - zone * 1e6 - 5e5)) < _CLOSE_METRES
    origin = max(abs(numbers["latitude"]), abs(numbers["north"])) < _CLOSE_METRES
    if plain and origin:
        return None
    return (
        f"名称“{name}”的原点应为赤道、东加 500 公里（可带带号 {zone}），"
        f"而所写的是纬度 {numbers['latitude']:g}°、东加 {east:.10g} 米、"
        f"北加 {numbers['north']:.10g} 米",
        f"'{name}' begins at the equator with easting 500 km (with or without zone {zone}), but "
        f"latitude {numbers['latitude']:g}°, false easting {east:.10g} m, false northing "
        f"{numbers['north']:.10g} m are written",
    )


def _prefix_differs(crs: pyproj.CRS) -> Reason | None:
    """Tell where the false easting begins with a zone of China that is not on the meridian."""
    numbers = _numbers(crs)
    meridian = numbers.get("meridian", 0.0)
    zone, rest = divmod(numbers.get("east", 0.0), 1e6)
    if abs(rest - 5e5) > _CLOSE_METRES or not 13 <= zone <= 45 or not 72 <= meridian <= 138:
        return None
    if min(abs(meridian - 3 * zone), abs(meridian - (6 * zone - 3))) < _CLOSE_DEGREES:
        return None
    return (
        f"东加常数 {numbers['east']:.10g} 米带第 {zone:.0f} 带的带号，"
        f"而中央子午线是 {meridian:.10g}°",
        f"the false easting {numbers['east']:.10g} m begins with zone {zone:.0f}, but the central "
        f"meridian is {meridian:.10g}°",
    )


def _code_differs(crs: pyproj.CRS) -> Reason | None:
    """Tell where a system that is given the code of a registered one has other numbers."""
    for one in filter(None, (crs, crs.geodetic_crs)):
        code = _code(one)
        registered = _registered(code) if code is not None else None
        if registered is None:
            continue
        if not _same(one, registered):
            return (
                f"注有代码 EPSG:{code}（{registered.name}），而参数与之不同",
                f"EPSG:{code} ({registered.name}) is written, but the numbers are others",
            )
    return None


def _code(crs: pyproj.CRS) -> int | None:
    given: dict[str, Any] = crs.to_json_dict().get("id") or {}
    code = given.get("code")
    return code if given.get("authority") == "EPSG" and isinstance(code, int) else None


@lru_cache(maxsize=256)
def _registered(code: int) -> pyproj.CRS | None:
    try:
        return pyproj.CRS.from_epsg(code)
    except ProjCRSError:
        return None


def _same(one: pyproj.CRS, other: pyproj.CRS) -> bool:
    """Return whether two systems put the same numbers in the same place, to a centimetre."""
    if one.is_geographic != other.is_geographic or (one.ellipsoid is None) != (
        other.ellipsoid is None
    ):
        return False
    for mine, its in ((_numbers(one), _numbers(other)), (_size(one), _size(other))):
        if mine.keys() != its.keys():
            return False
        if any(abs(mine[key] - its[key]) > _CLOSE.get(key, _CLOSE_METRES) for key in mine):
            return False
    return True


def _size(crs: pyproj.CRS) -> dict[str, float]:
    ellipsoid = crs.ellipsoid
    if ellipsoid is None:
        return {}
    return {"axis": ellipsoid.semi_major_metre, "flattening": ellipsoid.inverse_flattening}
