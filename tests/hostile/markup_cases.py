"""KML, KMZ and GML: entities, links, schemas."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from .case import CANARY, Case, Link, Read, Refused, World, one, ring

CORNERS = " ".join(f"{x},{y},0" for x, y in ring())
PLACEMARK = (
    "<Placemark><name>C1</name><Polygon><outerBoundaryIs><LinearRing>"
    f"<coordinates>{CORNERS}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
)


def kml(inside: str = PLACEMARK, before: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}'
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{inside}</Document></kml>'
    )


def gml(inside: str = "", attributes: str = "", before: str = "") -> str:
    places = " ".join(f"{y} {x}" for x, y in ring())
    member = (
        "<gml:featureMember><a:right><a:permit>C1</a:permit><a:geom>"
        '<gml:Polygon srsName="urn:ogc:def:crs:EPSG::4490"><gml:exterior><gml:LinearRing>'
        f"<gml:posList>{places}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>"
        "</a:geom></a:right></gml:featureMember>"
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<a:all xmlns:a="urn:a" '
        'xmlns:gml="http://www.opengis.net/gml" xmlns:xlink="http://www.w3.org/1999/xlink" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f"{attributes}>{inside or member}</a:all>"
    )


def cases(world: World) -> Iterator[Case]:
    lacking = ASSUMED
    yield one("kml sound", "a.kml", kml(), Read(1, codes=lacking))
    for suffix, whole in (("kml", kml), ("gml", gml)):
        for name, doctype in _doctypes(world):
            yield one(f"{suffix} {name}", f"a.{suffix}", whole(before=doctype), Refused("DOCTYPE"))
        utf16 = whole(before=_doctypes(world)[0][1]).replace("UTF-8", "UTF-16").encode("utf-16")
        yield one(f"{suffix} entity in UTF-16", f"a.{suffix}", utf16, Refused(f"a.{suffix}"))
        cut = whole()[: len(whole()) // 2]
        yield one(f"{suffix} truncated", f"a.{suffix}", cut, Refused("not valid XML"))
        yield one(f"{suffix} NUL", f"a.{suffix}", whole().replace("C1", "C\0"), Refused("a."))
        stack = "<x>" * 50_000
        yield one(f"{suffix} 50,000 elements deep", f"a.{suffix}", whole(stack), Refused("XML"))
        closed = "<x>" * 20_000 + "</x>" * 20_000
        yield one(f"{suffix} 20,000 deep and closed", f"a.{suffix}", whole(closed), Refused("a."))
        yield one(f"{suffix} web page", f"a.{suffix}", "<html><body>x</body></html>", Refused("a."))
        style = f'<?xml-stylesheet href="{world.url}/x.xsl" type="text/xsl"?>'
        expected = Read(1, codes=lacking) if suffix == "kml" else GML_READ
        yield one(f"{suffix} style sheet", f"a.{suffix}", whole(before=style), expected)
    yield from _kml(world)
    yield from _names()
    yield from _gml(world)
    yield from _kmz(world)


ASSUMED = ("column_absent", "ids_by_row", "layer_assumed")
GML_READ = Read(1, codes=ASSUMED)


def _doctypes(world: World) -> list[tuple[str, str]]:
    laughs = "".join(f'<!ENTITY a{k} "{f"&a{k - 1};" * 10}">' for k in range(1, 12))
    return [
        ("entity from a file", f'<!DOCTYPE k [<!ENTITY x SYSTEM "file://{world.canary}">]>'),
        ("entity from an address", f'<!DOCTYPE k [<!ENTITY x SYSTEM "{world.url}/x">]>'),
        ("billion laughs", f'<!DOCTYPE k [<!ENTITY a0 "x">{laughs}]>'),
        ("external document type", f'<!DOCTYPE k SYSTEM "{world.url}/x.dtd">'),
        ("parameter entity", f'<!DOCTYPE k [<!ENTITY % p SYSTEM "{world.url}/p"> %p;]>'),
        ("document type in small letters", "<!doctype k>"),
    ]


def _kml(world: World) -> Iterator[Case]:
    lacking = ASSUMED
    link = f"<NetworkLink><Link><href>{world.url}/x.kml</href></Link></NetworkLink>"
    yield one("kml network link", "a.kml", kml(PLACEMARK + link),
              Read(1, codes=("column_absent", "ids_by_row", "kml_ignored", "layer_assumed")))  # fmt: skip
    yield one("kml network link to a file", "a.kml",
              kml(f"<NetworkLink><Link><href>file://{world.canary}</href></Link></NetworkLink>"),
              Refused("a.kml"))  # fmt: skip
    yield one("kml schema from an address", "a.kml",
              kml(f'<Schema id="s" schemaUrl="{world.url}/s"/>' + PLACEMARK),
              Read(1, codes=lacking))  # fmt: skip
    yield one("kml icon from an address", "a.kml",
              kml(f"<Style><IconStyle><Icon><href>{world.url}/i.png</href></Icon></IconStyle>"
                  f"</Style>{PLACEMARK}"), Read(1, codes=("column_absent", "gdal", *lacking[1:])))  # fmt: skip
    overlay = (
        f"<GroundOverlay><name>C2</name><Icon><href>{world.url}/i</href></Icon><LatLonBox><north>"
        "39.7</north><south>39.6</south><east>111.3</east><west>111.2</west></LatLonBox>"
        "</GroundOverlay>"
    )
    yield one("kml overlay", "a.kml", kml(PLACEMARK + overlay), Read(1, codes=lacking))
    yield one("kml overlay alone", "a.kml", kml(overlay), Refused("only 1 images"))
    points = "<Point>" * 50_000 + "</Point>" * 50_000
    yield one("kml points 50,000 levels deep in an overlay", "a.kml",
              kml(PLACEMARK + overlay.replace("<Icon>", points + "<Icon>")),
              Refused("more than 256 elements"))  # fmt: skip
    inside = overlay.replace("<Icon>", f"<Folder>{PLACEMARK}</Folder><Icon>")
    yield one("kml placemark in an overlay", "a.kml", kml(inside), Refused("in an overlay"))
    yield one("kml outline outside a placemark", "a.kml",
              kml(PLACEMARK + PLACEMARK.replace("Placemark>", "S_x>")),
              Refused("stands in no Placemark"))  # fmt: skip
    for name, text in (
        ("words", "east,north"), ("comma at the end", CORNERS + ","), ("NaN", "nan,nan,0"),
        ("1e999", CORNERS.replace("111.2,", "1e999,", 1)), ("half", "111.2"),
        ("long of nines", "9" * 200_000), ("degrees and minutes", "111°12′,39°36′"),
    ):  # fmt: skip
        broken = PLACEMARK.replace(CORNERS, text)
        yield one(f"kml coordinates {name}", "a.kml", kml(broken), Refused("a.kml"))
    yield one("kml no coordinates", "a.kml", kml(PLACEMARK.replace(CORNERS, "")), Refused("row 1"))
    yield one("kml model in a bag", "a.kml",
              kml("<Placemark><MultiGeometry><Model/></MultiGeometry></Placemark>"),
              Refused("3-D models"))  # fmt: skip
    yield one("kml no placemark", "a.kml", kml("<name>x</name>"), Refused("a.kml"))
    yield one("kml placemark in no folder GDAL knows", "a.kml",
              kml(f"<Tour>{PLACEMARK}</Tour>{PLACEMARK}"), Refused("a.kml"))  # fmt: skip
    html = "<description><![CDATA[<script>alert(1)</script>{{7*7}}]]></description><Polygon>"
    yield one("kml script", "a.kml", kml(PLACEMARK.replace("<Polygon>", html)),
              Read(1, codes=lacking))  # fmt: skip


def _names() -> Iterator[Case]:
    """Yield files by whose names GDAL would open the one beside them."""
    bait = kml(PLACEMARK.replace("<Polygon>", f"<description>{CANARY}</description><Polygon>"))
    for name, other in (("a;b", "a"), ("a!b", "b.kml"), ("a\nb", "ab.kml")):
        parts: dict[str, bytes | Link] = {f"{name}.kml": kml().encode(), other: bait.encode()}
        yield Case(f"kml called {name!r}", f"{name}.kml", parts, Read(1, codes=ASSUMED))


def _gml(world: World) -> Iterator[Case]:
    yield one("gml sound", "a.gml", gml(), GML_READ)
    for name, place in (("an address", f"{world.url}/a.xsd"), ("a file", f"file://{world.canary}")):
        schema = f'xsi:schemaLocation="urn:a {place}"'
        yield one(f"gml schema from {name}", "a.gml", gml(attributes=schema), GML_READ)
        link = gml().replace("<a:permit>C1</a:permit>", f'<a:permit xlink:href="{place}"/>')
        yield one(f"gml link to {name}", "a.gml", link, GML_READ)
        crs = gml().replace("urn:ogc:def:crs:EPSG::4490", place)
        yield one(f"gml CRS from {name}", "a.gml", crs, Refused("a.gml"))
    urn = "urn:ogc:def:crs:EPSG::4490"
    part = gml().split("<gml:featureMember>")[1].split("</a:all>")[0]
    second = f"<gml:featureMember>{part.replace(urn, urn.replace('4490', '4214'))}"
    both = gml().replace("</a:all>", f"{second}</a:all>")
    yield one("gml of two systems", "a.gml", both, Refused("make a file of each"))
    far = gml().replace("<gml:exterior>", '<gml:exterior xlink:href="#x">')
    yield one("gml ring by reference", "a.gml", far, Refused("given by reference"))
    yield one("gml no member", "a.gml", gml("<x/>"), Refused("holds no featureMember"))
    wfs = f"<OGRWFSDataSource><URL>{world.url}/wfs</URL></OGRWFSDataSource>"
    yield one("gml a web service", "a.gml", wfs, Refused("holds no featureMember"))
    yield one("gml of more features than it holds", "a.gml",
              gml(attributes=' numberOfFeatures="9"'), Refused("states 9 features"))  # fmt: skip
    deep = "<a:x>1" * 20_000 + "</a:x>" * 20_000
    nested = gml().replace("<a:permit>C1</a:permit>", deep)
    yield one("gml fields 20,000 levels deep", "a.gml", nested, Refused("more than 256 elements"))
    bounds = f"<gml:boundedBy>{'<gml:Point>' * 50_000}{'</gml:Point>' * 50_000}</gml:boundedBy>"
    yield one("gml points 50,000 levels deep in an envelope", "a.gml",
              gml().replace("<gml:featureMember>", bounds + "<gml:featureMember>"),
              Refused("a.gml"))  # fmt: skip
    many = "".join(f"<a:x{k}>1</a:x{k}>" for k in range(2_001))
    yield one("gml of 2,001 fields", "a.gml", gml().replace("<a:permit>C1</a:permit>", many),
              Refused("has 2001 fields, more than 2000"))  # fmt: skip
    report = "<o:ExceptionReport xmlns:o='urn:o'/></a:all>"
    yield one("gml that ends in a report", "a.gml", gml().replace("</a:all>", report),
              Refused("the server reports an error"))  # fmt: skip
    yield one("gml coordinates words", "a.gml", gml().replace("39.6 111.2 ", "x y "),
              Refused("a.gml"))  # fmt: skip


def _kmz(world: World) -> Iterator[Case]:
    def packed(**files: str) -> bytes:
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in files.items():
                archive.writestr(name.replace("__", "."), text)
        return sink.getvalue()

    yield one("kmz sound", "a.kmz", packed(doc__kml=kml()), Read(1, codes=ASSUMED))
    yield one("kmz entity", "a.kmz", packed(doc__kml=kml(before=_doctypes(world)[0][1])),
              Refused("DOCTYPE"))  # fmt: skip
    yield one("kmz of two", "a.kmz", packed(doc__kml=kml(), b__kml=kml()),
              Refused("exactly one dataset"))  # fmt: skip
    yield one("kmz called kml", "a.kml", packed(doc__kml=kml()), Refused("not what .kml says"))
