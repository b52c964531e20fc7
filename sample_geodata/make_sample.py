"""Makes the invented sample county: ``python sample_geodata/make_sample.py [FOLDER]``.

Every outline is drawn by hand in metres about one corner of the 3-degree Gauss-Krueger zone 37
and carries a planted answer; nothing shows a real mine, pond or holder. There is no random
number: the same call always gives the same coordinates.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from pyogrio.raw import write
from pyproj import Transformer
from shapely import LineString, Polygon

PLANE = "EPSG:4525"  # CGCS2000, 3-degree zone 37, eastings with prefix
DEGREES = "EPSG:4490"
ORIGIN = (37_517_000.0, 4_384_000.0)  # easting, northing; about 111.2 E 39.6 N
FIXED_DATE = "2026-01-01T00:00:00Z"
TO_DEGREES = Transformer.from_crs(PLANE, DEGREES, always_xy=True, allow_ballpark=False)


def place(outline: list[tuple[float, float]]) -> Polygon:
    """Return a polygon from corners in metres east and north of the origin."""
    return Polygon([(ORIGIN[0] + e, ORIGIN[1] + n) for e, n in outline])


def rectangle(west: float, south: float, east: float, north: float, cut: float = 0.0) -> Polygon:
    """Return a rectangle whose north-east corner is cut off by ``cut`` metres."""
    top = [(east, north - cut), (east - cut, north)] if cut else [(east, north)]
    return place([(west, south), (east, south), *top, (west, north)])


def to_degrees(shapes: list) -> np.ndarray:
    """Return shapes of the plane in degrees, rounded to 1e-9 (0.1 mm)."""

    def move(xy: np.ndarray) -> np.ndarray:
        lon, lat = TO_DEGREES.transform(xy[:, 0], xy[:, 1])
        return np.round(np.column_stack([lon, lat]), 9)

    return shapely.transform(np.array(shapes, dtype=object), move)


# -- mining rights -----------------------------------------------------------------------------

RIGHT_FIELDS = (
    "许可证号", "矿山名称", "权利类型", "采矿权人", "开采矿种", "开采方式", "权利状态",
    "项目性质", "生产规模", "开采标高", "有效期起", "有效期止",
)  # fmt: skip
QUARRY = ("建筑石料用灰岩", "露天开采")
IRON = ("铁矿", "地下开采")
TERM = ("2022-03-01", "2032-02-29")
RIGHTS = [
    # KQ-01 is overlapped by the application KQ-11 (0.0100 km2).
    (("KQ-01", "东坡采石场", "采矿权", "甲石料公司", *QUARRY, "有效", "已有", "30万吨/年",
      "1250~1120", *TERM), rectangle(2000, 2000, 2800, 2600)),
    # KQ-02 and KQ-03, both registered, overlap by 200 m x 400 m.
    (("KQ-02", "南沟铝土矿", "采矿权", "乙矿业公司", "铝土矿", "露天开采", "有效", "已有",
      "60万吨/年", "1180~1050", *TERM), rectangle(4000, 1000, 4900, 1700)),
    (("KQ-03", "北沟铝土矿", "采矿权", "丙矿业公司", "铝土矿", "露天开采", "有效", "已有",
      "45万吨/年", "1190~1060", *TERM), rectangle(4700, 1300, 5500, 2000, 150)),
    # KQ-04 and KQ-05 share an edge; KQ-06 reaches 5 cm into KQ-05.
    (("KQ-04", "西梁采石场", "采矿权", "甲石料公司", *QUARRY, "有效", "已有", "20万吨/年",
      "1300~1190", *TERM), rectangle(2000, -3000, 3000, -2200)),
    (("KQ-05", "中梁采石场", "采矿权", "丁建材公司", *QUARRY, "有效", "已有", "50万吨/年",
      "1310~1200", *TERM), rectangle(3000, -3000, 3900, -2100, 120)),
    (("KQ-06", "东梁采石场", "采矿权", "戊建材公司", *QUARRY, "有效", "已有", "80万吨/年",
      "1320~1210", *TERM), rectangle(3899.95, -3000, 4700, -2300)),
    # KQ-07 overlaps KQ-08, which has expired and is no neighbour any more.
    (("KQ-07", "青石峁铁矿普查", "探矿权", "己勘查公司", "铁矿", None, "有效", "已有", None,
      None, *TERM), rectangle(6000, 3000, 9000, 5000)),
    (("KQ-08", "老窑沟铁矿", "采矿权", "庚矿业公司", *IRON, "过期", "已有", "10万吨/年",
      "1100~980", "2009-05-01", "2019-04-30"), rectangle(8500, 4500, 9300, 5200)),
    (("KQ-09", "石窑湾铁矿", "采矿权", "辛矿业公司", *IRON, "有效", "已有", "90万吨/年",
      "1080~760", *TERM), rectangle(-2500, -6000, -1000, -4800, 200)),
    (("KQ-10", "小石窑铁矿", "采矿权", "壬矿业公司", *IRON, "有效", "已有", "40万吨/年",
      "1060~800", *TERM), rectangle(-900, -6000, 400, -5000)),
    (("KQ-11", "东坡北采石场", "采矿权", "癸石料公司", *QUARRY, "拟设", "新建", "50万吨/年",
      "1260~1130", None, None), rectangle(2700, 2500, 3400, 3100)),
    # Nobody filled in whether KQ-12 is applied for, granted or expired.
    (("KQ-12", "后山粘土矿", "采矿权", "子砖厂", "砖瓦用粘土", "露天开采", None, "已有",
      "12万吨/年", "1150~1120", *TERM), rectangle(8000, -4000, 8600, -3400)),
]  # fmt: skip


# -- rivers --------------------------------------------------------------------------------------

MAIN_STEM = [
    (-9000, 15000), (-7200, 9500), (-9200, 5200), (-6200, 1000), (-8600, -3200), (-7000, -7500),
    (-9600, -15000),
]  # fmt: skip
TRIBUTARY = [(18000, 8500), (12000, 7600), (7000, 8600), (1500, 5200), (-3000, 3400), (-6300, 1100)]
CREEK = [(14000, -9000), (9000, -7400), (4500, -8600), (500, -9900), (-7000, -7600)]


def course(points: list[tuple[int, int]], width: float) -> Polygon:
    """Return the water surface of a river: a smooth line through ``points``, ``width`` wide."""
    xy = np.array([points[0], *points, points[-1]], float)
    t = np.linspace(0, 1, 24, endpoint=False)[:, None]
    curve = [
        0.5
        * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t**2
            + (3 * b - a - 3 * c + d) * t**3
        )
        for a, b, c, d in zip(xy, xy[1:], xy[2:], xy[3:], strict=False)
    ]
    line = LineString(np.vstack([*curve, xy[-1:]]) + ORIGIN)
    return line.buffer(width / 2, cap_style="flat", quad_segs=4).simplify(0.5)


RIVERS = [
    (("HL-1", "黄河（示例段）", "干流", "黄河", "岸线"), course(MAIN_STEM, 420)),
    (("HL-2", "清岩河", "重要支流", "黄河", "岸线"), course(TRIBUTARY, 60)),
    (("HL-3", "南川", "其他", "黄河", "岸线"), course(CREEK, 20)),
]
RIVER_FIELDS = ("河流编号", "河流名称", "河流级别", "流域", "数据类型")


# -- tailings facilities -------------------------------------------------------------------------

POND_FIELDS = (
    "尾矿库编号", "尾矿库名称", "生产经营单位", "建设性质", "运行状况", "改建目的", "总坝高",
    "总库容", "等别", "筑坝方式",
)  # fmt: skip


def pond(east: float, north: float) -> Polygon:
    """Return a valley-shaped pond, 360 m by 420 m, about a point."""
    corners = [(-60, -210), (60, -210), (150, 20), (180, 150), (40, 210), (-110, 190), (-180, 40)]
    return place([(east + e, north + n) for e, n in corners])


def pond_at(distance: float, north: float) -> Polygon:
    """Return a pond east of the main stem, ``distance`` metres from its shoreline."""
    low, high = -8000.0, 0.0
    while high - low > 1e-4:
        middle = (low + high) / 2
        near = pond(middle, north).distance(RIVERS[0][1]) < distance
        low, high = (middle, high) if near else (low, middle)
    outline = shapely.transform(pond(high, north), lambda xy: np.round(xy, 3))
    return outline


PONDS = [
    (("WK-01", "石窑湾尾矿库", "辛矿业公司", "已有", "运行", None, 62.0, "480万立方米", "三等",
      "上游式"), pond(-300, -7200)),
    # New and 2,100 m from the shoreline of the main stem: too near (3 km).
    (("WK-02", "河湾尾矿库", "乙矿业公司", "新建", "拟建", None, 38.0, "120万立方米", "四等",
      "一次筑坝"), pond_at(2100, -3000)),
    (("WK-03", "后山尾矿库", "丙矿业公司", "新建", "拟建", None, 45.0, "150万立方米", "四等",
      "一次筑坝"), pond(6000, -5000)),
    # Rebuilt for safety, 500 m or so from the tributary: exempt.
    (("WK-04", "清岩河尾矿库", "丙矿业公司", "改建", "运行", "安全", 52.0, "300万立方米", "四等",
      "上游式"), pond(900, 5900)),
    # 3,004 m from the shoreline: clear by less than the survey accuracy can tell.
    (("WK-05", "三公里尾矿库", "壬矿业公司", None, "拟建", None, 30.0, "90万立方米", "五等",
      "一次筑坝"), pond_at(3004, 7200)),
    # At the county's rim: rivers beyond it are not in the layer.
    (("WK-06", "县界尾矿库", "子矿业公司", "新建", "拟建", None, 28.0, "80万立方米", "五等",
      "一次筑坝"), pond(14900, -3000)),
]  # fmt: skip


# -- goafs ---------------------------------------------------------------------------------------

GOAF_FIELDS = ("采空区编号", "采空区名称", "所属许可证号", "体积", "是否治理", "标高")
GOAFS = [
    (("CK-01", "石窑湾一采区", "KQ-09", "12000立方米", "是", "980~900"),
     rectangle(-2200, -5700, -1900, -5500)),
    # 40 m x 90 m reach over the licence's western boundary.
    (("CK-02", "石窑湾二采区", "KQ-09", "26000立方米", "否", "960~880"),
     rectangle(-2540, -5300, -2300, -5210)),
    (("CK-03", "小石窑采空区", "KQ-10", "8000立方米", "否", "930~870"),
     rectangle(-600, -5800, -350, -5600)),
    (("CK-04", "无主采空区", None, None, None, None), rectangle(3300, -700, 3480, -560)),
    (("CK-05", "老窑沟采空区", "KQ-08", "15000立方米", "否", "1040~1000"),
     rectangle(8900, 4900, 9050, 5050)),
    # 5 cm over the eastern boundary of KQ-10: a sliver.
    (("CK-06", "小石窑东采空区", "KQ-10", "5000立方米", "否", "900~860"),
     rectangle(280, -5400, 400.05, -5320)),
]  # fmt: skip

COUNTY = place([(-14000, -12500), (16000, -12000), (16500, 11500), (2000, 12600), (-13500, 11800)])

# -- applications --------------------------------------------------------------------------------

# Its eastern 50 m x 600 m lie in KQ-04.
CORNERS = rectangle(1200, -2900, 2050, -2300)
PROSPECT = {
    "许可证号": "SQ-2026-02", "项目名称": "北梁铁矿普查", "权利类型": "探矿权",
    "申请人": "寅勘查公司", "勘查矿种": "铁矿", "状态": "申请", "项目性质": "新设",
}  # fmt: skip
PROSPECT_OUTLINE = rectangle(-1000, 6500, 500, 8000, 300)
NEW_POND = ("SQ-2026-03", "河西尾矿库", "乙矿业公司", "新建", "拟建", None, 33.0, "95万立方米",
            "五等", "一次筑坝")  # fmt: skip


def corner_text(name: str, outline: Polygon) -> str:
    """Return the national corner text; X is north, Y is east with the zone's prefix."""
    points = list(outline.exterior.coords)
    lines = [
        "[属性描述]", "格式版本号=1.00版本", "坐标系=2000国家大地坐标系", "几度分带=3",
        "投影类型=高斯克吕格", "计量单位=米", "带号=37", "精度=0.001", "转换参数=,,,,,,",
        "[地块坐标]",
        f"{len(points)},{outline.area / 1e4:.4f},1,{name},面,,采矿,,@",
    ]  # fmt: skip
    numbers = [*range(1, len(points)), 1]
    lines += [f"J{k},1,{n:.3f},{e:.3f}" for k, (e, n) in zip(numbers, points, strict=True)]
    return "\r\n".join(lines) + "\r\n"


# -- writing -------------------------------------------------------------------------------------


def write_vector(path: Path, fields: tuple[str, ...], rows: list, crs: str, **options) -> None:
    """Write attribute tuples and outlines with GDAL; numbers stay numbers, the rest is text."""
    columns = []
    for values in zip(*(row for row, _ in rows), strict=True):
        number = all(isinstance(v, float) for v in values)
        columns.append(np.array(values, dtype=float if number else object))
    shapes = [shape for _, shape in rows]
    if crs == DEGREES:
        shapes = list(to_degrees(shapes))
    path.unlink(missing_ok=True)
    write(
        str(path),
        geometry=shapely.to_wkb(np.array(shapes, dtype=object)),
        field_data=columns,
        fields=np.array(fields, dtype=object),
        crs=crs,
        geometry_type="Polygon",
        **options,
    )


def write_rights(folder: Path) -> None:
    """Write the GBK shapefile the way old desktop software does: nothing names the encoding."""
    path = folder / "mining_rights.shp"
    write_vector(path, RIGHT_FIELDS, RIGHTS, PLANE, driver="ESRI Shapefile", encoding="GBK")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    table = path.with_suffix(".dbf")
    raw = bytearray(table.read_bytes())
    raw[1:4] = bytes((126, 1, 1))  # date of the last change: 2026-01-01
    raw[29] = 0  # language driver: none
    table.write_bytes(bytes(raw))


def write_geojson(path: Path, features: list[tuple[dict, Polygon]]) -> None:
    """Write RFC 7946 GeoJSON: longitude and latitude, nine decimals."""
    shapes = to_degrees([shape for _, shape in features])
    items = [
        {"type": "Feature", "properties": values, "geometry": json.loads(shapely.to_geojson(s))}
        for (values, _), s in zip(features, shapely.orient_polygons(shapes), strict=True)
    ]
    lines = ",\n".join(json.dumps(item, ensure_ascii=False) for item in items)
    text = f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'
    path.write_bytes(text.encode("utf-8"))


def make(folder: Path) -> None:
    """Write all data files of the sample county into ``folder``."""
    applications = folder / "applications"
    applications.mkdir(parents=True, exist_ok=True)
    # Small pages: four GeoPackages of a few rows need not weigh 100 kB each.
    options = {"OGR_CURRENT_DATE": FIXED_DATE, "OGR_SQLITE_PRAGMA": "page_size=1024"}
    pyogrio.set_gdal_config_options(options)
    try:
        write_rights(folder)
        for name, fields, rows in (
            ("tailings_facilities", POND_FIELDS, PONDS),
            ("goafs", GOAF_FIELDS, GOAFS),
            ("county", ("县代码", "县名"), [(("149999", "示例县"), COUNTY)]),
        ):
            write_vector(folder / f"{name}.gpkg", fields, rows, DEGREES, driver="GPKG", layer=name)
        write_vector(
            applications / "new_pond.gpkg",
            POND_FIELDS,
            [(NEW_POND, pond_at(1650, -600))],
            DEGREES,
            driver="GPKG",
            layer="tailings_facility",
        )
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(options))
    write_geojson(
        folder / "rivers.geojson",
        [(dict(zip(RIVER_FIELDS, row, strict=True)), shape) for row, shape in RIVERS],
    )
    write_geojson(applications / "prospect.geojson", [(PROSPECT, PROSPECT_OUTLINE)])
    text = corner_text("柳沟采石场", CORNERS)
    (applications / "quarry_corners.txt").write_bytes(text.encode("gb18030"))


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
