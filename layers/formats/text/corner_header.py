"""What the header of a national corner text says about its coordinates."""

from __future__ import annotations

import re
from pathlib import Path

import pyproj

from layers.account import Issue
from layers.formats.doubts import doubt_of
from layers.formats.planes import Axes, Datum, datums_named, geographic, plane, width_of
from layers.formats.source import refusal
from layers.formats.stated import Stated, stated_in
from layers.issues import warning

_KEYS = frozenset(
    {"格式版本号", "数据产生单位", "数据产生日期", "坐标系", "几度分带", "投影类型", "计量单位",
     "带号", "精度", "转换参数", "中央子午线", "中央经线"}
)  # fmt: skip
_OTHER_NAMES = {
    **dict.fromkeys(
        ("坐标系统", "坐标系名称", "平面坐标系", "平面坐标系统", "大地坐标系"), "坐标系"
    ),
    **dict.fromkeys(("坐标单位", "长度单位", "单位"), "计量单位"),
    **dict.fromkeys(("分带", "分带类型"), "几度分带"),
    **dict.fromkeys(("投影", "投影方式", "地图投影"), "投影类型"),
}
_OF_PLACE = re.compile(
    r"坐标|带|投影|椭球|半轴|半径|扁率|子午|经线|基准|平移|偏移|加常数|改正|缩放|尺度|转换|单位$"
)
_NOT_OF_PLACE = re.compile(r"高程|面积|[制测编产绘]单位|单位名称|坐标个?数")
_COUNTS = re.compile(r"总?(?:(地块|宗地|图斑)|界址点|拐点)(?:总|个)?数量?")
_METRES = frozenset({"", "米", "m", "公尺", "meter", "metre", "meters", "metres"})
_DEGREES = frozenset(
    {"度", "十进制度", "小数度", "十进制", "°", "degree", "degrees", "decimaldegrees"}
)
_GAUSS = frozenset({"", "高斯克吕格", "高斯克里格", "高斯", "gausskruger", "gausskrüger", "gk"})
_CITIES: dict[Datum, str] = {
    "CGCS2000": "cgcs",
    "WGS 84": "wgs|world",
    "Xian 1980": "西安|xi'?an|xa",
    "Beijing 1954": "北京|beijing|bj",
    "New Beijing": "新|北京|new|beijing",
}
# 3度分带, 三度带, 第38带.
_WIDTH_WORDS = re.compile(r"^\s*第|\s*(?:度|°)?\s*分?带?(?:投影)?\s*$")
_IN_WORDS = str.maketrans("三六", "36")
# What may stand beside the words of a datum; anything else is the name of a system of its own.
_BESIDE = re.compile(
    r"(?:zone|带号?|第|中央子午线|中央经线|cm)[\s_:：=为]*\d+(?:\.\d+)?(?:e\b)?|\d+(?:\.\d+)?[\s_-]*(?:度|°|degree|号?带|e\b)"
    r"|(?:19)?(?:54|80|84)(?!\d)|2000(?!\d)"
    r"|(?:19)?(?:85|56)年?\s*(?:国家|黄海)*高程(?:基准|系统?)?|黄海|高程|基准"
    r"|中国|国家|大地|平面|直角|空间|地理|投影|坐标|系统?|年|高斯|克[吕里]格|分?带号?|第|号|度|[三六]|经纬度"
    r"|china|cgcs|(?<![a-z])d_|geodetic|geographic|coordinates?|system|national|gauss|kr[uü]ger|gk|gcs|degree|zone|cm"
    r"|[\s_()（）,，、;；:：./°·—–-]",
    re.IGNORECASE,
)


def key_of(text: str) -> str:
    """Return the form's own name of a header key.

    >>> key_of("坐标系统"), key_of("坐 标 系"), key_of("带号")
    ('坐标系', '坐标系', '带号')
    """
    plain = "".join(text.split())
    return _OTHER_NAMES.get(plain, plain)


def check_header(path: Path, keys: dict[str, str], axes: Axes) -> list[Issue]:
    """Return warnings about keys that are not the form's; what is of places is refused.

    Raises
    ------
    FormatError
        An unknown key is about coordinates, or the unit is neither metres nor degrees.
    """
    issues = []
    for key in (k for k, value in keys.items() if value and k not in _KEYS):
        if _OF_PLACE.search(key) and not _NOT_OF_PLACE.search(key):
            raise refusal(
                path, f"不认识的属性 {key}={keys[key]}", f"{key}={keys[key]} is not understood"
            )
        zh = f"不认识的属性 {key}={keys[key]}，未使用"
        en = f"{key}={keys[key]} is not understood and not used"
        issues.append(warning("header_ignored", zh, en))
    unit = unit_of(keys)
    allowed = _METRES if axes.kind == "plane" else _METRES | _DEGREES
    if unit not in allowed:
        stated = keys["计量单位"]
        zh, en = f"计量单位={stated} 与坐标不符", f"计量单位={stated} contradicts the numbers"
        if axes.kind == "degrees":
            zh = f"计量单位={stated} 不能识别；十进制度请写 计量单位=度，度分秒请换算"
            en = f"计量单位={stated} is not read; of decimal degrees it is 度, convert others"
        raise refusal(path, zh, en)
    return issues


def check_counts(path: Path, keys: dict[str, str], parcels: int, corners: set[int]) -> None:
    """Refuse a header whose count of parcels or corners, if it has one, is none of these.

    Raises
    ------
    FormatError
        The message gives the key and what was read.
    """
    for key, value in keys.items():
        found = _COUNTS.fullmatch(key)
        if found is None or not value.isdecimal():
            continue
        read = {parcels} if found[1] else corners
        if int(value) not in read:
            held = "、".join(map(str, sorted(read)))
            raise refusal(
                path, f"{key}={value}，读到 {held} 个", f"{key}={value}, but {held} were read"
            )


def unit_of(keys: dict[str, str]) -> str:
    """Return the unit of the coordinates as the header gives it, in a plain form."""
    return "".join(keys.get("计量单位", "").split()).lower()


def says_degrees(keys: dict[str, str]) -> bool:
    """Tell whether the header gives decimal degrees as the unit."""
    return unit_of(keys) in _DEGREES


def stated_crs(
    path: Path, keys: dict[str, str], axes: Axes
) -> tuple[pyproj.CRS | None, str, Stated]:
    """Return the CRS of the corners, None where header and eastings do not tell it, and why.

    Last comes all that is written of it.

    Raises
    ------
    FormatError
        The header names an unknown datum or contradicts the eastings.
    """
    datum = _datum(path, keys.get("坐标系", ""))
    words = "\n".join(f"{key}={value}" for key, value in keys.items() if value)
    stated = stated_in(words)
    if datum:  # in its own key a datum may have a name that is none elsewhere
        stated = stated.of((datum, *(d for d in stated.datums if d != datum)))
    width, zone = _zone(path, keys, axes, stated) if axes.kind == "plane" else (3, None)
    said = f"坐标系={keys.get('坐标系', '')}, 带号={keys.get('带号', '')}; {axes.note()}"
    doubt = doubt_of(path, words, stated, axes)
    if datum is None or doubt:
        return None, f"{doubt}；{axes.note()}", stated
    if axes.kind == "degrees":
        return geographic(datum), said, stated
    if zone is None:
        return None, said, stated
    try:
        return plane(datum, width, zone, axes.zone is not None), said, stated
    except KeyError:
        raise refusal(
            path, f"没有 {width} 度带第 {zone} 带", f"there is no {width}-degree zone {zone}"
        ) from None


def _datum(path: Path, stated: str) -> Datum | None:
    if not stated:
        return None
    named = datums_named(stated)
    rest = re.sub(_CITIES[named[0]], "", stated, flags=re.IGNORECASE) if named else stated
    if len(named) != 1 or _BESIDE.sub("", rest):
        raise refusal(path, f"坐标系={stated} 不能识别", f"坐标系={stated} is not understood")
    return named[0]


def _zone(path: Path, keys: dict[str, str], axes: Axes, stated: Stated) -> tuple[int, int | None]:
    """Return zone width and number; header and eastings must not contradict each other."""
    header = _header_integer(path, keys, "带号")
    width = _header_integer(path, keys, "几度分带")
    if re.sub(r"[\s_·—–-]|投影", "", keys.get("投影类型", "")).lower() not in _GAUSS:
        kind = keys["投影类型"]
        raise refusal(path, f"投影类型={kind} 不能识别", f"投影类型={kind} is not understood")
    if header and axes.zone and header != axes.zone:
        raise refusal(
            path,
            f"带号={header}，但横坐标的带号是 {axes.zone}",
            f"带号={header}, but the eastings tell zone {axes.zone}",
        )
    if (said := stated.zone_conflict(axes, axes.zone or header)) is not None:
        raise refusal(path, *said)
    zone = axes.zone or header or stated.zone()
    told = width_of(zone) if zone else None
    if (zone and told is None) or (width and told and width != told):
        raise refusal(
            path,
            f"几度分带={keys.get('几度分带', '')} 与带号 {zone} 矛盾",
            f"几度分带={keys.get('几度分带', '')} contradicts zone {zone}",
        )
    return told or 3, zone


def _header_integer(path: Path, keys: dict[str, str], key: str) -> int | None:
    value = _WIDTH_WORDS.sub("", keys.get(key, "").translate(_IN_WORDS))
    if not value:
        return None
    if not value.isdecimal():
        raise refusal(path, f"{key}={value} 不是整数", f"{key}={value} is not an integer")
    return int(value)


def header_issues(keys: dict[str, str], axes: Axes) -> list[Issue]:
    """Return warnings about what the header says and the reader did not follow."""
    issues: list[Issue] = []
    if axes.swapped and axes.kind == "plane":
        zh = "X、Y 与规定相反（横坐标在前），已对调"
        issues.append(warning("axes_swapped", zh, "easting stands before northing; swapped"))
    if axes.kind == "degrees" and unit_of(keys) in _METRES - {""}:
        unit = keys["计量单位"]
        zh = f"计量单位={unit}，但坐标是经纬度，按经纬度读"
        en = f"计量单位={unit}, but the numbers are longitude and latitude; read as such"
        issues.append(warning("unit_contradicted", zh, en))
    shifts = [p for p in keys.get("转换参数", "").split(",") if p.strip(" 0.+-")]
    if shifts:
        zh = "转换参数不为零，未使用：坐标按所述坐标系读"
        en = "转换参数 is not zero and not applied: coordinates are taken as they stand"
        issues.append(warning("parameters_ignored", zh, en))
    return issues
