"""One outline in the forms in which a bureau may send it; all say the same of the same place."""

import zipfile

import geopandas
import pyproj
import shapely

from .workbooks import CORNERS, ods, ods_row, sheet, xls, xlsx

ZONE = "EPSG:4526"  # CGCS2000, 3-degree zone 38, eastings with its number
CORNER_LIST = [(38500000.0, 3760000.0), (38500000.0, 3761000.0), (38501000.0, 3761000.0)]
LONLAT = [
    pyproj.Transformer.from_crs(ZONE, "EPSG:4490", always_xy=True).transform(*corner)
    for corner in CORNER_LIST
]
TITLED = [["点号", "X坐标（2000国家大地坐标系）", "Y坐标（2000国家大地坐标系）"], *CORNERS[1:]]


def table(path):
    rows = "\n".join(",".join(map(str, row)) for row in TITLED)
    path.write_bytes(f"拐点坐标表\n\n{rows}\n".encode("gbk"))


def drawing(path):
    import ezdxf

    made = ezdxf.new(setup=False)
    made.layers.add("矿界")
    made.modelspace().add_lwpolyline(CORNER_LIST, close=True, dxfattribs={"layer": "矿界"})
    made.saveas(path)


def kml(path):
    ring = " ".join(f"{x:.9f},{y:.9f}" for x, y in [*LONLAT, LONLAT[0]])
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
        "<Document><Placemark><name>甲</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"
    )
    path.write_text(text, encoding="utf-8")


def gml(path):
    ring = " ".join(f"{y:.9f} {x:.9f}" for x, y in [*LONLAT, LONLAT[0]])
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><wfs:FeatureCollection '
        'xmlns:wfs="http://www.opengis.net/wfs" xmlns:gml="http://www.opengis.net/gml" '
        'xmlns:m="urn:m"><gml:featureMember><m:right gml:id="a.1"><m:geom>'
        '<gml:Polygon srsName="urn:ogc:def:crs:EPSG::4490"><gml:exterior><gml:LinearRing>'
        f"<gml:posList>{ring}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></m:geom>"
        "<m:name>甲</m:name></m:right></gml:featureMember></wfs:FeatureCollection>",
        encoding="utf-8",
    )


def exploration(path):
    """Packed degrees, minutes, seconds: to the thousandth of a second, 3 cm."""

    def packed(angle):
        whole = round(angle * 3_600_000)
        degrees, rest = divmod(whole, 3_600_000)
        minutes, seconds = divmod(rest, 60_000)
        return f"{degrees}.{minutes:02d}{seconds:05d}"

    corners = ",".join(f"{packed(x)},{packed(y)}" for x, y in LONLAT)
    path.write_text(f"2000国家大地坐标系\n1,3,{corners},0,0,0,\n", encoding="utf-8")


def frame():
    return geopandas.GeoDataFrame({"name": ["甲"]}, geometry=[shapely.Polygon(LONLAT)], crs=4490)


def by_gdal(path, inner, driver, folder):
    """Write with GDAL and zip the parts."""
    folder.mkdir()
    options = {"encoding": "UTF-8"} if driver == "ESRI Shapefile" else {}
    frame().to_file(folder / inner, driver=driver, engine="pyogrio", **options)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for part in sorted(
            (folder / inner).rglob("*") if inner.endswith(".gdb") else folder.iterdir()
        ):
            made.write(part, str(part.relative_to(folder)))


def write(folder, name):
    """Write the sample called ``name`` and return its path."""
    path = folder / name
    if name.endswith(".zip"):
        inner, driver = {
            "shp.zip": ("a.shp", "ESRI Shapefile"),
            "tab.zip": ("a.tab", "MapInfo File"),
            "mif.zip": ("a.mif", "MapInfo File"),
            "a.gdb.zip": ("a.gdb", "OpenFileGDB"),
        }[name]
        by_gdal(path, inner, driver, folder / f"parts-{name}")
    elif name.endswith(".kmz"):
        kml(folder / "doc.kml")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
            made.write(folder / "doc.kml", "doc.kml")
    elif name.endswith((".xlsx", ".xlsm")):
        xlsx(path, sheet(TITLED))
    elif name.endswith(".ods"):
        ods(path, "".join(map(ods_row, TITLED)))
    elif name.endswith((".xls", ".et")):
        xls(path, TITLED)
    else:
        {".csv": table, ".dxf": drawing, ".kml": kml, ".gml": gml, ".txt": exploration}[
            path.suffix
        ](path)
    return path


NAMES = (
    "a.csv", "a.xlsx", "a.xlsm", "a.xls", "a.et", "a.ods", "a.dxf", "a.kml", "a.kmz", "a.gml",
    "a.txt", "shp.zip", "tab.zip", "mif.zip", "a.gdb.zip",
)  # fmt: skip
