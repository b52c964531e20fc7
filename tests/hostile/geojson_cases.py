"""GeoJSON: structure, numbers, links; and every way in which an outline can be wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .case import (
    SIDE,
    SOUND,
    SOUTH,
    WEST,
    Case,
    Read,
    Refused,
    World,
    collection,
    feature,
    polygon,
    ring,
)
from .case import one as _one

E, N = WEST + SIDE, SOUTH + SIDE


def cases(world: World) -> Iterator[Case]:
    yield from _structure()
    yield from _numbers()
    yield from _outward(world)
    yield from _texts()
    yield from _places()
    yield from _outlines()


def one(name: str, data: bytes | str, expected: Read | Refused, **more: Any) -> Case:
    return _one(f"geojson {name}", "a.geojson", data, expected, **more)


def _structure() -> Iterator[Case]:
    yield one("sound", SOUND, Read(1))
    yield one("BOM", b"\xef\xbb\xbf" + SOUND.encode(), Read(1))
    yield one("UTF-16", SOUND.encode("utf-16"), Read(1))
    yield one("GBK", SOUND.encode("gbk"), Read(1))
    yield one("NUL inside", SOUND.replace("C1", "C\\u00001"), Read(1))
    yield one("raw NUL", SOUND.encode().replace(b"C1", b"C\x001"), Refused("not"))
    yield one("empty", b"", Refused("empty (0 bytes)"))
    yield one("blank", b"   \n ", Refused("not what .geojson says"))
    yield one("truncated", SOUND[:-30], Refused("not valid JSON"))
    yield one("followed by more", SOUND + SOUND, Refused("another JSON text begins at line 1"))
    yield one("no features", collection(), Refused("holds no features"))
    yield one("features null", '{"type": "FeatureCollection", "features": null}',
              Refused("not FeatureCollection"))  # fmt: skip
    yield one("feature that is a number", '{"type": "FeatureCollection", "features": [1]}',
              Refused("feature 1 is no Feature"))  # fmt: skip
    yield one("array", "[1, 2]", Refused("not what .geojson says"))
    yield one("key twice", SOUND.replace('"状态": "申请"', '"状态": "申请", "状态": "注销"'),
              Refused("appears twice"))  # fmt: skip
    yield one("type twice", SOUND.replace('"type": "FeatureCollection"',
              '"type": "FeatureCollection", "type": "Feature"'), Refused("twice"))  # fmt: skip
    yield one("100,000 brackets", "{" + '"a":' + "[" * 100_000, Refused("nested too deep"))
    deep = '{"a":' * 70 + "1" + "}" * 70
    yield one("70 objects", SOUND.replace('"C1"', deep), Refused("nested too deep"))
    yield one(
        "nested property",
        SOUND.replace('"C1"', '{"a": [1, {"b": 2}]}'),
        Read(1, codes=("ids_by_row",)),
    )
    yield one("properties null", collection({**feature(polygon()), "properties": None}),
              Read(1, codes=("column_absent", "ids_by_row", "layer_assumed")))  # fmt: skip
    yield one("properties list", collection({**feature(polygon()), "properties": [1]}),
              Refused("its properties are no object"))  # fmt: skip
    many = {f"f{k}": k for k in range(2000)}
    yield one("2,000 fields", collection(feature(polygon(), **many)), Refused("more than 1000"))
    yield one("half a surrogate", SOUND.replace("C1", "\\ud800"), Refused("surrogate"))
    yield one("single quotes", SOUND.replace('"', "'"), Refused("not valid JSON"))
    yield one("comment", "// mine\n" + SOUND, Refused("not what .geojson says"))
    yield one("one geometry", json.dumps(polygon()),
              Read(1, codes=("column_absent", "ids_by_row", "layer_assumed")))  # fmt: skip


def _numbers() -> Iterator[Case]:
    for word in ("NaN", "Infinity", "-Infinity"):
        yield one(f"{word} as a coordinate", SOUND.replace("111.2,", f"{word},"),
                  Refused("no JSON number"))  # fmt: skip
    yield one("1e999", SOUND.replace("111.2,", "1e999,"), Refused("out of range"))
    yield one("1e308", SOUND.replace("111.2,", "1e308,"), Refused("out of range"))
    digits = "1" * 5000
    yield one("5,000 digits", SOUND.replace("111.2,", f"{digits},"), Refused("out of range"))
    yield one("huge number as a property", SOUND.replace('"C1"', "1" * 400), Read(1))
    yield one("text as a coordinate", SOUND.replace("111.2,", '"111.2",'), Refused("row 1"))
    yield one("truth as a coordinate", SOUND.replace("111.2,", "true,"), Refused("row 1"))
    yield one("one number a position", collection(feature({"type": "Point", "coordinates": [1]})),
              Refused("cannot be read"))  # fmt: skip
    yield one("five numbers a position",
              collection(feature({"type": "Point", "coordinates": [1, 2, 3, 4, 5]})),
              Refused("cannot be read"))  # fmt: skip
    yield one("big text", SOUND.replace("C1", "ab" * 1_500_000), Read(1))


def _outward(world: World) -> Iterator[Case]:
    for kind in ("link", "url", "EPSG"):
        crs = {"type": kind, "properties": {"href": f"{world.url}/crs", "type": "proj4"}}
        yield one(f"crs {kind}", collection(feature(polygon()), crs=crs), Refused("links"))
    for what, name in (
        ("an address", f"{world.url}/def/crs/EPSG/0/4490"), ("a file's address",
         f"file://{world.canary}"), ("a file", world.canary), ("a grid",
         "+proj=longlat +nadgrids=" + world.canary), ("nothing", ""), ("EPSG:0", "EPSG:0"),
        ("much", "x" * 10_000),
    ):  # fmt: skip
        crs = {"type": "name", "properties": {"name": name}}
        made = collection(feature(polygon()), crs=crs)
        yield one(f"crs called {what}", made, Refused("a.geojson"))
    pipeline = {"type": "gdal_streamed_alg", "command_line": f"gdal vector read {world.canary}"}
    yield one("pipeline", json.dumps(pipeline), Refused("not FeatureCollection"))
    topology = {"type": "Topology", "objects": {}, "arcs": []}
    yield one("topology", json.dumps(topology), Refused("not FeatureCollection"))
    esri = {"objectIdFieldName": "OID", "features": []}
    yield one("Esri JSON", json.dumps(esri), Refused("not FeatureCollection"))


def _texts() -> Iterator[Case]:
    words = {
        "newline": "a\nb", "escape sequence": "\x1b[2J\x1b]0;x\x07", "template": "{{7*7}}{% x %}",
        "script": "<script>alert(1)</script>", "formula": "=cmd|' /C calc'!A0", "quotes": "'\"`${x}",
        "right to left": "\u202egpj.exe", "path": "../../etc/passwd", "long": "长" * 5000,
        "SQL": "'); DROP TABLE x;--", "blank": " ", "zero width": "\u200b\ufeff",
    }  # fmt: skip
    for name, word in words.items():
        codes = ("ids_by_row",) if name in ("blank", "zero width") else ()
        yield one(f"number with {name}", collection(feature(polygon(), word)), Read(1, codes=codes))
    yield one("number twice", collection(feature(polygon()), feature(polygon([*ring(111.3)]))),
              Read(2, codes=("duplicate_ids",)))  # fmt: skip
    yield one("field with newline", collection(feature(polygon(), **{"a\nb\x1b": 1})), Read(1))


def _places() -> Iterator[Case]:
    def at(x: float, y: float) -> Any:
        return polygon(ring(x, y))

    sound = feature(at(WEST, SOUTH))
    swapped = [[y, x] for x, y in ring()]
    yield one("all swapped", collection(feature(polygon(swapped))), Refused("swapped"))
    yield one("one row swapped", collection(sound, feature(polygon(swapped), "C2")),
              Read(1, 1, ("row_refused", "unreadable_geometry")))  # fmt: skip
    yield one("southern hemisphere", collection(feature(at(WEST, -SOUTH))),
              Refused("latitude is negative"))  # fmt: skip
    yield one("one row on the southern hemisphere",
              collection(sound, feature(at(WEST, -SOUTH), "C2")),
              Read(1, 1, ("row_refused",)))  # fmt: skip
    yield one("western hemisphere", collection(feature(at(-WEST, SOUTH))),
              Refused("longitude is negative"))  # fmt: skip
    yield one("Peru", collection(feature(at(-76.0, -10.0))), Refused("outside China"))
    yield one("Peru where any place will do", collection(feature(at(-76.0, -10.0))), Read(1),
              extent="any")  # fmt: skip
    yield one("null island", collection(feature(at(0, 0))), Refused("outside China"))
    yield one("plane metres", collection(feature(polygon(ring(37_500_000, 4_380_000, 500)))),
              Refused("projected metres"))  # fmt: skip
    yield one("plane metres with a CRS",
              collection(feature(polygon(ring(37_500_000, 4_380_000, 500)))), Read(1),
              crs="EPSG:4525")  # fmt: skip
    yield one("wrong zone prefix",
              collection(feature(polygon(ring(38_500_000, 4_380_000, 500)))),
              Refused("do not begin with 37"), crs="EPSG:4525")  # fmt: skip
    yield one("degrees called metres", SOUND, Refused("look like degrees"), crs="EPSG:4525")
    yield one("Xian 1980 without parameters",
              collection(feature(polygon(ring(37_500_000, 4_380_000, 500)))),
              Refused("no public transformation"), crs="EPSG:2361")  # fmt: skip
    yield one("GCJ-02 told by a field", collection(feature(polygon(), **{"坐标系": "GCJ-02"})),
              Refused("GCJ-02"))  # fmt: skip
    yield one("BD-09 told by a field name", collection(feature(polygon(), **{"bd09_lng": 111.2})),
              Refused("BD-09"))  # fmt: skip
    yield one("across the antimeridian", collection(feature(polygon(ring(179.995, 39.6)))),
              Refused("off the globe"))  # fmt: skip
    yield one(
        "latitude above 90",
        collection(feature(polygon(ring(111.2, 89.995)))),
        Refused("off the globe"),
    )


def _outlines() -> Iterator[Case]:
    def shape(name: str, *rings: Any, expected: Read | Refused) -> Case:
        return one(name, collection(feature(polygon(*rings))), expected)

    w, s = WEST, SOUTH
    inner = ring(w + 0.002, s + 0.002, 0.002)
    yield shape("clockwise", ring()[::-1], expected=Read(1))
    yield shape("with a hole", ring(), inner, expected=Read(1))
    yield shape("hole wound like the shell", ring(), inner[::-1], expected=Read(1))
    yield shape("unclosed", ring()[:-1], expected=Refused("not closed"))
    yield shape("bow-tie", [[w, s], [E, N], [E, s], [w, N], [w, s]],
                expected=Read(1, codes=("repaired",)))  # fmt: skip
    yield shape("hole outside", ring(), ring(w + 0.02, s, 0.002),
                expected=Refused("outside their shell"))  # fmt: skip
    yield shape("ring twice", ring(), ring(), expected=Refused("read in two ways"))
    yield shape("wound round twice", [*ring(), *ring()[1:]], expected=Read(1, codes=("repaired",)))
    yield shape("shell in a hole", ring(), inner, ring(w + 0.0025, s + 0.0025, 0.0005),
                expected=Refused("read in two ways"))  # fmt: skip
    yield shape("spike", [[w, s], [E, s], [E, N], [E + 0.01, N], [E, N], [w, N], [w, s]],
                expected=Read(1, codes=("repaired",)))  # fmt: skip
    yield shape("no area", [[w, s], [E, s], [w, s], [w, s]], expected=Refused("no area"))
    yield shape("two corners", [[w, s], [E, s]], expected=Refused("row 1"))
    yield shape("one corner four times", [[w, s]] * 4, expected=Refused("no area"))
    yield shape("corner twice", [[w, s], [w, s], *ring()[1:]], expected=Read(1))
    yield shape("no ring", [], expected=Refused("row 1"))
    yield shape("heights", [[x, y, 1e30] for x, y in ring()], expected=Read(1))
    for name, geometry, expected in (
        ("null", None, Refused("no geometry")),
        ("empty polygon", {"type": "Polygon", "coordinates": []}, Refused("no geometry")),
        ("point", {"type": "Point", "coordinates": [w, s]}, Refused("geometry is a point")),
        ("line", {"type": "LineString", "coordinates": ring()}, Refused("geometry is a line")),
        ("unknown type", {"type": "CurvePolygon", "coordinates": [ring()]}, Refused("be read")),
        ("text", "POLYGON((0 0,1 0,1 1,0 0))", Refused("cannot be read")),
        ("polygon one level short", {"type": "Polygon", "coordinates": ring()}, Refused("be read")),
        ("polygon one level deep", {"type": "Polygon", "coordinates": [[ring()]]},
         Refused("cannot be read")),
        ("collection of a polygon", _bag(polygon()), Read(1, codes=("repaired",))),
        ("collection of a polygon and a point",
         _bag(polygon(), {"type": "Point", "coordinates": [w, s]}), Read(1, codes=("repaired",))),
        ("collection in a collection", _bag(_bag(polygon())), Read(1, codes=("repaired",))),
        ("empty collection", _bag(), Refused("no geometry")),
        ("shells that overlap", _multi([ring()], [ring(w + 0.005, s)]),
         Refused("read in two ways")),
        ("shell within a shell", _multi([ring()], [inner]), Refused("read in two ways")),
        ("shells that touch along an edge", _multi([ring()], [ring(E, s)]),
         Read(1, codes=("repaired",))),
        ("shell twice", _multi([ring()], [ring()]), Read(1, codes=("repaired",))),
    ):  # fmt: skip
        yield one(f"geometry {name}", collection(feature(geometry)), expected)
    mixed = [feature(polygon()), feature(None, "C2"), feature({"type": "Point", "coordinates":
             [w, s]}, "C3")]  # fmt: skip
    yield one("sound, null and point", collection(*mixed), Read(1, 2, ("row_refused",)))
    zigzag = [[w + k * 1e-6, s + (k % 2) * 0.01] for k in range(40_000)]
    yield one("40,000 zigzags crossed", collection(feature(polygon(
        [*zigzag, [w, s + 0.005], *zigzag[:1]]))), Refused("a.geojson"), slow=True)  # fmt: skip


def _bag(*members: Any) -> dict[str, Any]:
    return {"type": "GeometryCollection", "geometries": list(members)}


def _multi(*shells: Any) -> dict[str, Any]:
    return {"type": "MultiPolygon", "coordinates": list(shells)}
