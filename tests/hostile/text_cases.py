"""Corner texts, registration and exploration strings, tables as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .case import Case, Read, Refused, World
from .case import one as _one

HEADER = """[属性描述]
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=37
精度=0.001
转换参数=,,,,,,
"""
X, Y = 4_385_000, 37_517_000
CORNERS = ((X, Y), (X + 1000, Y), (X + 1000, Y + 1000), (X, Y + 1000))


def parcel(corners: Any = CORNERS, head: str = "", closed: bool = True) -> str:
    """Return a parcel line and its corners."""
    lines = [head or f"{len(corners) + closed},100.0000,1,东采区,面,,采矿,,@"]
    lines += [f"J{k},1,{x:.3f},{y:.3f}" for k, (x, y) in enumerate(corners, 1)]
    if closed:
        lines.append(f"J1,1,{corners[0][0]:.3f},{corners[0][1]:.3f}")
    return "\n".join(lines) + "\n"


SOUND = f"{HEADER}[地块坐标]\n{parcel()}"
ASSUMED = ("column_absent", "ids_by_row", "layer_assumed")


def one(name: str, data: bytes | str, expected: Read | Refused, **more: Any) -> Case:
    raw = data if isinstance(data, bytes) else data.encode("gbk", "surrogateescape")
    return _one(f"text {name}", "a.txt", raw, expected, **more)


def cases(world: World) -> Iterator[Case]:
    yield from _corner_text()
    yield from _strings()
    yield from _published()
    yield from _tables(world)


def _corner_text() -> Iterator[Case]:
    read = Read(1, codes=ASSUMED)

    def swap(old: str, new: str) -> str:
        assert old in SOUND
        return SOUND.replace(old, new)

    for name, data, expected in (
        ("parcel taken out", SOUND + parcel(head="5,4,2,扣除区,面,,采矿,,@"),
         Refused("is taken out of another")),
        ("negative area", SOUND + parcel(head="5,-100,2,西采区,面,,采矿,,@"),
         Refused("is taken out of another")),
        ("sound", SOUND, read),
        ("UTF-8", SOUND.encode(), read),
        ("UTF-8 with BOM", SOUND.encode("utf-8-sig"), read),
        ("UTF-16", SOUND.encode("utf-16"), read),
        ("old Mac line ends", SOUND.replace("\n", "\r"), read),
        ("not closed by a point", f"{HEADER}[地块坐标]\n{parcel(closed=False)}", read),
        ("no header", SOUND[len(HEADER) :], Refused("CRS")),
        ("no body", HEADER, Refused("has no [地块坐标]")),
        ("header twice", HEADER + SOUND, Refused("appears again")),
        ("body twice", SOUND + "[地块坐标]\n", Refused("appears again")),
        ("key twice", swap("带号=37", "带号=37\n带号=38"), Refused("given twice")),
        ("wrong zone", swap("带号=37", "带号=38"), Refused("a.txt")),
        ("zone of 6 degrees", swap("几度分带=3", "几度分带=6"), Refused("a.txt")),
        ("unknown system", swap("2000国家大地坐标系", "独立坐标系"), Refused("not understood")),
        ("Xian 1980", swap("2000国家大地坐标系", "1980西安坐标系"),
         Refused("no public transformation")),
        ("conversion told", swap("转换参数=,,,,,,", "转换参数=1,2,3,4,5,6,7"),
         Read(1, codes=(*ASSUMED, "parameters_ignored"))),
        ("count too small", swap("5,100.0000", "3,100.0000"), Refused("declares 3 corners")),
        ("count huge", swap("5,100.0000", "999999999999,100.0000"), Refused("declares 9999")),
        ("count negative", swap("5,100.0000", "-5,100.0000"), Refused("declares -5")),
        ("count a word", swap("5,100.0000", "五,100.0000"), Refused("declares 五")),
        ("area wrong", swap("100.0000", "250.0000"),
         Read(1, codes=("area_differs", *ASSUMED))),
        ("area NaN", swap("100.0000", "nan"), Refused("not a number")),
        ("coordinate NaN", swap(f"{X}.000,{Y}.000\nJ2", f"nan,{Y}.000\nJ2"), Refused("line 11")),
        ("coordinate masked", swap(f"{Y + 1000}.000\nJ4", "3751****.000\nJ4"), Refused("masked")),
        ("coordinate 1e308", swap(f"J2,1,{X + 1000}.000", "J2,1,1e308"), Refused("not a number")),
        ("coordinate full width", swap(f"J2,1,{X + 1000}", "J2,1,４３８６０００"), read),
        ("coordinate of 100,000 digits", swap(f"J2,1,{X + 1000}", "J2,1," + "9" * 100_000),
         Refused("a.txt")),
        ("one corner in degrees", swap(f"J2,1,{X + 1000}.000,{Y}.000", "J2,1,39.6,111.2"),
         Refused("not the others")),
        ("one corner swapped", swap(f"J2,1,{X + 1000}.000,{Y}.000", f"J2,1,{Y}.000,{X + 1000}.000"),
         Refused("not the others")),
        ("one corner of another zone", swap(f"J2,1,{X + 1000}.000,{Y}", f"J2,1,{X + 1000}.000,{Y + 1_000_000}"),
         Refused("not the others")),
        ("one corner without its prefix", swap(f"J2,1,{X + 1000}.000,{Y}", f"J2,1,{X + 1000}.000,{Y - 37_000_000}"),
         Refused("not the others")),
        ("closing point differs", swap(f"J1,1,{X}.000,{Y}.000\n" + "", f"J1,1,{X}.000,{Y}.000\n"
         )[: -len(f"J1,1,{X}.000,{Y}.000\n")] + f"J1,1,{X}.000,{X}.000\n", Refused("a.txt")),
        ("two corners", f"{HEADER}[地块坐标]\n{parcel(CORNERS[:2])}", Refused("fewer than 3")),
        ("ring 2 first", SOUND.replace(",1,43", ",2,43"), Refused("first ring is not 1")),
        ("ring 0", swap("J2,1,", "J2,0,"), Refused("no number")),
        ("ring a word", swap("J2,1,", "J2,外,"), Refused("no number")),
        ("ring split", swap("J2,1,", "J2,2,"), Refused("is split")),
        ("city system", swap("坐标系=2000国家大地坐标系", "坐标系=广州2000坐标系"),
         Refused("is not understood")),
        ("shift in the header", swap("[地块坐标]", "X平移=500\n[地块坐标]"), Refused("X平移=500")),
        ("field too few", swap("J2,1,", "J2,"), Refused("does not fit")),
        ("field too many", swap("J2,1,", "J2,1,1,"), Refused("does not fit")),
        ("corner before a parcel", f"{HEADER}[地块坐标]\nJ1,1,{X},{Y}\n", Refused("does not fit")),
        ("parcel without corners", SOUND + "3,1,2,空,面,,,,@\n", Refused("no corners")),
        ("parcel line short", swap(",采矿,,@", ",@"), Refused("9 fields")),
        ("line in place of an area", swap(",面,", ",线,"), Refused("not an area")),
        ("bow-tie", f"{HEADER}[地块坐标]\n" + parcel([CORNERS[k] for k in (0, 2, 1, 3)]),
         Read(1, codes=("area_differs", *ASSUMED, "repaired"))),
        ("no parcel", f"{HEADER}[地块坐标]\n", Refused("no features")),
        ("NUL", SOUND.encode("gbk") + b"\0\0", Refused("line 16: does not fit")),
        ("name with escape", swap("东采区", "\x1b[2J{{7*7}}"), read),
        ("GBK and UTF-8 mixed", SOUND.encode("gbk") + parcel().replace("东", "西").encode(),
         Refused("a.txt")),
        ("a picture", b"\x89PNG\r\n\x1a\n" + bytes(100), Refused("not what .txt says")),
        ("no line of any form", "hello\nworld\n", Refused("fits no known corner text")),
        ("blank", "\n\n\n", Refused("a.txt")),
        ("one line of 5 MB", "x" * 5_000_000, Refused("fits no known corner text")),
    ):  # fmt: skip
        yield one(f"corners {name}", data, expected)


def _strings() -> Iterator[Case]:
    def ring(corners: Any = CORNERS, tail: str = "285,8,,1,", count: Any = None) -> str:
        told = len(corners) if count is None else count
        return f"{told}," + "".join(f"{k},{x},{y}," for k, (x, y) in enumerate(corners, 1)) + tail

    datum = "2000国家大地坐标系\n"
    inner = tuple((x, y) for x, y in ((X + 200, Y + 200), (X + 400, Y + 200), (X + 400, Y + 400)))
    for name, text, expected in (
        ("sound", f"{datum}1,{ring()}", Read(1, codes=("column_absent", "ids_by_row"))),
        ("no datum", f"1,{ring()}", Refused("CRS")),
        ("two datums", f"{datum}1980西安坐标系\n1,{ring()}", Refused("more than one datum")),
        ("fewer rings than told", f"{datum}2,{ring()}", Refused("a.txt")),
        ("more rings than told", f"{datum}1,{ring()}{ring()}", Refused("a.txt")),
        ("a million rings told", f"{datum}999999,{ring()}", Refused("a.txt")),
        ("fewer corners than told", f"{datum}1,{ring(count=9)}", Refused("a.txt")),
        ("a million corners told", f"{datum}1,{ring(count=999999)}", Refused("a.txt")),
        ("no corner", f"{datum}1,{ring(count=0)}", Refused("a.txt")),
        ("two corners", f"{datum}1,{ring(CORNERS[:2])}", Refused("a.txt")),
        ("sign 0", f"{datum}1,{ring(tail='285,8,,0,')}", Refused("a.txt")),
        ("sign missing", f"{datum}1,{ring(tail='285,8,')}", Refused("a.txt")),
        ("elevation a word", f"{datum}1,{ring(tail='高,8,,1,')}", Refused("a.txt")),
        ("elevation NaN", f"{datum}1,{ring(tail='nan,8,,1,')}", Refused("a.txt")),
        ("only a deduction", f"{datum}1,{ring(tail='285,8,,-1,')}", Refused("no part is added")),
        ("remark and sign differ", f"{datum}2,{ring()}{ring(inner, '192,185,扣除,1,')}",
         Read(1, codes=("column_absent", "ids_by_row", "part_without_effect",
                        "sign_contradicted"))),
        ("heading with a corner", f"{datum}许可证号：T1\n1,{ring()}\n点号5,3751000,37500000\n",
         Refused("does not fit")),
        ("licence before the string in one line", f"{datum}许可证号：T1,1,{ring()}",
         Refused("numbers beside the corners")),
        ("corner masked", f"{datum}1,{ring().replace(str(Y), '3751****')}", Refused("a.txt")),
        ("corner 1e999", f"{datum}1,{ring().replace(str(X + 1000), '1e999', 1)}", Refused("a.txt")),
        ("corner in another zone", f"{datum}1,{ring([*CORNERS[:3], (X, Y + 1_000_000)])}",
         Refused("a.txt")),
        ("no such zone", f"{datum}1,{ring([(x, y + 30_000_000) for x, y in CORNERS])}",
         Refused("a.txt")),
        ("bow-tie", f"{datum}1,{ring([CORNERS[k] for k in (0, 2, 1, 3)])}",
         Read(1, codes=("column_absent", "ids_by_row", "repaired"))),
        ("10,000 fields more", f"{datum}1,{ring()}" + "7," * 10_000, Refused("a.txt")),
        ("licence twice", f"{datum}许可证号：T1\n1,{ring()}\n许可证号：T1\n1,{ring()}\n",
         Read(2, codes=("column_absent", "duplicate_ids"))),
    ):  # fmt: skip
        yield one(f"registration {name}", text, expected)

    places = ("111.1200", "39.3600"), ("111.1300", "39.3600"), ("111.1300", "39.3700")

    def angles(corners: Any = places, tail: str = "0,0,0,", count: Any = None) -> str:
        told = len(corners) if count is None else count
        return f"{told}," + "".join(f"{a},{b}," for a, b in corners) + tail

    for name, text, expected in (
        ("sound", f"{datum}1,{angles()}", Read(1, codes=("column_absent", "ids_by_row"))),
        ("latitude first", f"{datum}1,{angles([(b, a) for a, b in places])}",
         Read(1, codes=("column_absent", "ids_by_row"))),
        ("75 minutes", f"{datum}1,{angles([('111.7500', '39.3600'), *places[1:]])}",
         Refused("is no D.MMSS")),
        ("out of China", f"{datum}1,{angles([('11.1200', '39.3600'), *places[1:]])}",
         Refused("not in China")),
        ("180 degrees", f"{datum}1,{angles([('181.1200', '39.3600'), *places[1:]])}",
         Refused("a.txt")),
        ("one corner swapped", f"{datum}1,{angles([places[0][::-1], *places[1:]])}",
         Refused("not in China or not like")),
        ("count too large", f"{datum}1,{angles(count=5)}", Refused("a.txt")),
        ("flag 2", f"{datum}1,{angles(tail='2,0,0,')}", Refused("is due at the end")),
        ("flag missing", f"{datum}1,{angles(tail='')}", Refused("a.txt")),
        ("only taken out", f"{datum}1,{angles(tail='-1,0,0,')}", Refused("no ring is added")),
        ("something after", f"{datum}1,{angles()}7,", Refused("follows the last ring")),
        ("hole elsewhere", f"{datum}2,{angles()}" + angles([("111.5000", "39.3600"),
         ("111.5100", "39.3600"), ("111.5100", "39.3700")], "-1,0,0,"), Refused("does not lie")),
    ):  # fmt: skip
        yield one(f"exploration {name}", text, expected)


def _published() -> Iterator[Case]:
    lines = [f"{k},{x}.0000,{y}.000, , ," for k, (x, y) in enumerate(CORNERS, 1)]
    end = "*,229.5,70,某采区,1,"
    datum = "2000国家大地坐标系"
    read = Read(1, codes=("column_absent", "ids_by_row"))
    for name, rows, expected in (
        ("sound", [datum, *lines, end], read),
        ("no end", [datum, *lines], Refused("cut short")),
        ("end alone", [datum, end], Refused("a.txt")),
        ("two ends", [datum, *lines, end, end], Refused("a.txt")),
        ("corner left out", [datum, lines[0], *lines[2:], end], Refused("a corner may be lost")),
        ("masked", [datum, lines[0].replace("4385", "43**"), *lines[1:], end], Refused("masked")),
        ("sign 2", [datum, *lines, end.replace(",1,", ",2,")], Refused("a.txt")),
        ("elevation missing", [datum, *lines, "*,,,某采区,1,"],
         Read(1, codes=("column_absent", "elevation_missing", "field_empty", "ids_by_row"))),
        ("script in the remark", [datum, *lines, end.replace("某", "<script>{{7*7}}")], read),
        ("commas lost", [datum, *(w.replace(", , ,", "").replace(",", " ") for w in lines),
                         end.replace(",", " ")], read),
        ("star without a sign", [datum, *lines, "* 229.5 70 某采区"], Refused("a.txt")),
        ("spoilt corner as prose", [datum, *lines[:3], "第四点 4385000.0，375180oo", end],
         Refused("does not fit")),
        ("goes on elsewhere", [datum, *lines, end, "未完待续"], Refused("cut short")),
        ("numbers shifted", [datum, *lines, end, "以上坐标有误"], Refused("cannot be used")),
        ("another licence in prose", [datum, "许可证号：T1、T2", *lines, end],
         Refused("does not fit")),
    ):  # fmt: skip
        yield one(f"published {name}", "\n".join(rows) + "\n", expected)


def _tables(world: World) -> Iterator[Case]:
    head = "许可证号,权利类型,状态,点号,经度,纬度"
    places = ((111.2, 39.6), (111.21, 39.6), (111.21, 39.61), (111.2, 39.61))
    rows = [f"C1,采矿权,申请,{k},{x},{y}" for k, (x, y) in enumerate(places, 1)]
    table = "\n".join([head, *rows]) + "\n"
    system = {"crs": "EPSG:4490"}

    def csv(name: str, data: bytes | str, expected: Read | Refused, **more: Any) -> Case:
        raw = data if isinstance(data, bytes) else data.encode("gbk")
        return _one(f"csv {name}", "a.csv", raw, expected, **{**system, **more})

    def swap(old: str, new: str) -> str:
        assert old in table
        return table.replace(old, new, 1)

    yield csv("sound", table, Read(1))
    yield csv("UTF-8 with BOM", table.encode("utf-8-sig"), Read(1))
    yield csv("UTF-16", table.encode("utf-16"), Read(1))
    yield csv("semicolons", table.replace(",", ";"), Read(1))
    yield csv("header alone", head + "\n", Refused("a.csv"))
    yield csv("no coordinates", "许可证号,状态\nC1,申请\n", Refused("a.csv"))
    yield csv("quote never closed", swap("C1", '"C1'), Refused("a.csv"))
    yield csv("field of 1 MB", swap("申请", "x" * 1_000_000), Refused("a.csv"))
    yield csv("a million columns", table + "," * 1_000_000 + "\n", Read(1))
    yield csv("20,000 blank lines", table + "\n" * 20_000, Read(1))
    yield csv("a million blank lines", table + "\n" * 1_000_000, Read(1), slow=True)
    yield csv("NUL", table.replace("C1", "C\0"), Refused("not what .csv says"))
    yield csv("formula", table.replace("C1", "=cmd|' /C calc'!A0"), Read(1))
    yield csv("template", table.replace("C1", "{{7*7}}<script>"), Read(1))
    yield csv("escape", table.replace("C1", "C\x1b[2J"), Read(1))
    yield csv("GBK and UTF-8 mixed", table.encode("gbk") + table.encode(), Refused("a.csv"))
    yield csv("NaN", swap("111.21", "nan"), Refused("row"))
    yield csv("1e308", swap("111.21", "1e308"), Refused("a.csv"))
    yield csv("masked", swap("111.21", "111.**"), Refused("masked"))
    yield csv("one row swapped", swap("111.21,39.6", "39.6,111.21"), Refused("fits not the others"))
    yield csv("all swapped", "\n".join([head, *(f"C1,采矿权,申请,{k},{y},{x}" for k, (x, y) in
              enumerate(places, 1))]), Read(1, codes=("axes_swapped",)))  # fmt: skip
    yield csv("one row out of China", swap("111.21", "11.21"), Refused("a.csv"))
    packed = [f"C1,采矿权,申请,{k},111.{x}00,39.{y}00" for k, (x, y) in
              enumerate(((12, 36), (13, 36), (13, 37), (12, 37)), 1)]  # fmt: skip
    yield csv("packed or decimal", "\n".join([head, *packed]), Refused("or decimal degrees"))
    inner = [f"C1,采矿权,申请,{k},{x},{y}" for k, (x, y) in enumerate(
        ((111.202, 39.602), (111.204, 39.602), (111.204, 39.604)), 1)]  # fmt: skip
    blank = ",,,3,,"
    for name, lines, expected in (
        ("a corner without coordinates", [*rows[:2], blank, *rows[2:]], Refused("row 4")),
        ("a corner in one cell", [*rows[:2], ",,,111.205 39.611", *rows[2:]], Refused("row 4")),
        ("a ring twice", [*rows, *rows], Refused("another ring")),
        ("taken out", [*rows, "扣除范围", *inner], Read(1)),
        ("taken out of nothing", ["扣除范围", *rows], Refused("without a parcel")),
        ("page within a ring", [*rows[:2], "续表", head, *rows[2:]], Read(1)),
        ("another header", [*rows[:2], "点号,纬度,经度", *rows[2:]], Refused("second header")),
        ("a centre", [*rows, "C1,采矿权,申请,中心点,111.205,39.605"],
         Read(1, codes=("rows_aside",))),
        ("5,000 unclosed brackets", [*rows, "(" * 5_000], Read(1)),
    ):  # fmt: skip
        yield csv(name, "\n".join([head, *lines]) + "\n", expected)
    yield csv("called csv", b"PK\x03\x04" + bytes(100), Refused("not what .csv says"))
    yield csv("VRT", f"<OGRVRTDataSource><SrcDataSource>{world.canary}</SrcDataSource>"
              "</OGRVRTDataSource>", Refused("a.csv"))  # fmt: skip
    yield csv("header of 300 names", ",".join(f"经度{k},纬度{k}" for k in range(300)) + "\n"
              + ",".join("111.2,39.6" for _ in range(300)), Refused("a.csv"))  # fmt: skip
