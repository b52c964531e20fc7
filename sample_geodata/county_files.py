"""Writes the county in the formats bureaus use: GBK Shapefile, GeoPackage, GeoJSON, corner texts.

Containers get a fixed date, so that the same county gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyogrio
import rasterio
import shapely
from county_fields import FIELDS, spell
from county_frame import County, Feature
from county_terrain import CELL, COLUMNS, NODATA, ROWS, SOUTH, WEST, Terrain
from pyogrio.raw import write
from pyproj import Transformer
from rasterio.crs import CRS
from rasterio.transform import from_origin
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

PLANE = "EPSG:4525"  # CGCS2000, 3-degree zone 37, eastings with prefix
DEGREES = "EPSG:4490"
DEM_PLANE = "EPSG:4546"  # the same zone by its central meridian 111 E, without prefix
PREFIX = 37_000_000.0
FIXED_DATE = "2026-01-01T00:00:00Z"
TO_DEGREES = Transformer.from_crs(PLANE, DEGREES, always_xy=True, allow_ballpark=False)


def in_plane(shape: BaseGeometry) -> BaseGeometry:
    """Return a local shape in zone 37 with its prefix, 0.1 mm."""
    return shapely.transform(
        shape, lambda xy: np.round(xy + np.array([PREFIX + WEST, SOUTH]), 4), include_z=False
    )


def in_degrees(shape: BaseGeometry) -> BaseGeometry:
    """Return a local shape in longitude and latitude, rounded to 1e-10 (0.01 mm)."""

    def move(xy: np.ndarray) -> np.ndarray:
        lon, lat = TO_DEGREES.transform(xy[:, 0] + PREFIX + WEST, xy[:, 1] + SOUTH)
        return np.round(np.column_stack([lon, lat]), 10)

    return shapely.transform(shape, move)


# -- containers ----------------------------------------------------------------------------------


def write_table(
    path: Path, features: Sequence[Feature], schema: str, crs: str, **options: object
) -> None:
    """Write features with Chinese field names by GDAL; numbers stay numbers, the rest is text."""
    columns, masks, names = [], [], []
    for column, field in FIELDS[schema].items():
        values = [spell(column, f[column] if column in f.values else _own(f, column))
                  for f in features]  # fmt: skip
        if all(v is None for v in values):
            continue
        number = all(v is None or isinstance(v, (int, float)) for v in values)
        names.append(field)
        masks.append(np.array([v is None for v in values]))
        columns.append(
            np.array([0.0 if v is None else v for v in values], float)
            if number
            else np.array([v if v is None else str(v) for v in values], object)
        )
    move = in_degrees if crs == DEGREES else in_plane
    shapes = np.array([move(f.shape) for f in features], object)
    kinds = {s.geom_type for s in shapes}
    path.unlink(missing_ok=True)
    write(
        str(path),
        geometry=shapely.to_wkb(shapes),
        field_data=columns,
        field_mask=masks,
        fields=np.array(names, object),
        crs=crs,
        geometry_type=kinds.pop() if len(kinds) == 1 else "Unknown",
        **options,
    )


def _own(feature: Feature, column: str) -> object:
    """Return the feature's number in the layer's number column."""
    return feature.id if column == next(iter(FIELDS[feature.layer])) else None


def write_shapefile(path: Path, features: Sequence[Feature], layer: str) -> None:
    """Write a GBK shapefile the way old desktop software does: nothing names the encoding."""
    write_table(path, features, layer, PLANE, driver="ESRI Shapefile", encoding="GBK")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    table = path.with_suffix(".dbf")
    raw = bytearray(table.read_bytes())
    raw[1:4] = bytes((126, 1, 1))  # date of the last change: 2026-01-01
    raw[29] = 0  # language driver: none
    table.write_bytes(bytes(raw))


def write_geopackage(path: Path, features: Sequence[Feature], layer: str, name: str = "") -> None:
    """Write a GeoPackage with small pages and a fixed date."""
    options = {"OGR_CURRENT_DATE": FIXED_DATE, "OGR_SQLITE_PRAGMA": "page_size=1024"}
    pyogrio.set_gdal_config_options(options)
    try:
        write_table(path, features, layer, DEGREES, driver="GPKG", layer=name or layer)
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(options))


def write_geojson(path: Path, features: Sequence[Feature], layer: str) -> None:
    """Write RFC 7946 GeoJSON: longitude and latitude."""
    items = []
    for one in features:
        values = {}
        for column, field in FIELDS[layer].items():
            value = spell(column, one[column] if column in one.values else _own(one, column))
            if value is not None:
                values[field] = value
        shape = in_degrees(one.shape)
        if shape.is_valid:
            shape = shapely.orient_polygons(shape)
        geometry = json.loads(shapely.to_geojson(shape))
        items.append({"type": "Feature", "properties": values, "geometry": geometry})
    write_collection(path, items)


def write_collection(path: Path, items: Iterable[dict]) -> None:
    """Write GeoJSON features one to a line."""
    lines = ",\n".join(json.dumps(item, ensure_ascii=False) for item in items)
    text = f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'
    path.write_bytes(text.encode("utf-8"))


# -- corner texts --------------------------------------------------------------------------------


def corners(ring: Polygon) -> list[tuple[float, float]]:
    """Return northing and easting with prefix of a ring's corners, not closed."""
    xy = np.array(in_plane(ring).exterior.coords)[:-1]
    return [(float(n), float(e)) for e, n in xy]


def corner_text(features: Sequence[Feature], use) -> str:
    """Return the national corner text; ``use(feature)`` fills its 用途."""
    lines = [
        "[属性描述]", "格式版本号=1.00版本", "坐标系=2000国家大地坐标系", "几度分带=3",
        "投影类型=高斯克吕格", "计量单位=米", "带号=37", "精度=0.001", "转换参数=,,,,,,",
        "[地块坐标]",
    ]  # fmt: skip
    for one in features:
        rings = [Polygon(one.shape.exterior), *map(Polygon, one.shape.interiors)]
        points = [(k, n, e) for k, ring in enumerate(rings, 1)
                  for n, e in [*corners(ring), corners(ring)[0]]]  # fmt: skip
        lines.append(
            f"{len(points)},{one.shape.area / 1e4:.4f},{one.id},{one['name']},面,,{use(one)},,@"
        )
        number = 0
        for place, (k, n, e) in enumerate(points):
            closing = place + 1 == len(points) or points[place + 1][0] != k
            number += not closing
            first = number - sum(p[0] == k for p in points[:place]) + 1 if closing else number
            lines.append(f"J{first},{k},{n:.4f},{e:.4f}")
    return "\r\n".join(lines) + "\r\n"


def registration_string(licence: str, parts: Sequence[tuple]) -> str:
    """Return the registration string of (outline, top, bottom, remark, sign) parts."""
    text = f"{len(parts)},"
    for shape, top, bottom, remark, sign in parts:
        ring = corners(shape)
        text += f"{len(ring)},"
        text += "".join(f"{k},{n:.3f},{e:.3f}," for k, (n, e) in enumerate(ring, 1))
        text += f"{top:g},{bottom:g},{remark},{sign},"
    return f"2000国家大地坐标系\r\n许可证号：{licence}\r\n{text}\r\n"


def starred_list(licence: str, parts: Sequence[tuple]) -> str:
    """Return the published form: each part closed by a line that starts with a star."""
    lines = ["2000国家大地坐标系", f"许可证号：{licence}", "拐点,X(起标高),Y(止标高)"]
    for shape, top, bottom, remark, sign in parts:
        lines += [f"{k},{n:.3f},{e:.3f}, , ," for k, (n, e) in enumerate(corners(shape), 1)]
        lines.append(f"*,{top:g},{bottom:g},{remark},{sign},")
    return "\r\n".join(lines) + "\r\n"


# -- elevation -----------------------------------------------------------------------------------


def write_dem(folder: Path, ground: Terrain) -> None:
    """Write two tiles side by side, float32 rounded to 0.1 m."""
    folder.mkdir(parents=True, exist_ok=True)
    half = COLUMNS // 2
    for name, first in (("west.tif", 0), ("east.tif", half)):
        part = ground.z[:, first : first + half].astype(np.float32)
        place = from_origin(WEST + first * CELL, SOUTH + ROWS * CELL, CELL, CELL)
        with rasterio.open(
            folder / name, "w", driver="GTiff", height=ROWS, width=half, count=1,
            dtype="float32", crs=CRS.from_string(DEM_PLANE), transform=place, nodata=NODATA,
            compress="zstd", zstd_level=19, predictor=3, tiled=True, blockxsize=256,
            blockysize=256,
        ) as tile:  # fmt: skip
            tile.write(part, 1)


def write_layers(county: County, folder: Path) -> None:
    """Write all registered layers."""
    layers = county.features
    write_shapefile(folder / "mining_rights.shp", layers["mining_right"], "mining_right")
    for name, layer in (
        ("tailings_facilities", "tailings_facility"), ("goafs", "goaf"), ("workings", "working"),
        ("county", "county"), ("open_pits", "open_pit"), ("waste_dumps", "waste_dump"),
        ("orebodies", "orebody"), ("buildings", "building"),
    ):  # fmt: skip
        write_geopackage(folder / f"{name}.gpkg", layers[layer], layer, name)
    for name, layer in (
        ("rivers", "river"), ("settlements", "settlement"), ("dam_toes", "dam_toe"),
        ("geohazards", "geohazard"), ("ridge_lines", "ridge_line"),
        ("movement_zones", "movement_zone"),
    ):  # fmt: skip
        write_geojson(folder / f"{name}.geojson", layers[layer], layer)
    words = {"nature_reserve": "自然保护区", "ecological_red_line": "生态保护红线",
             "plan_restricted": "限制开采区", "water_source": "饮用水水源保护区",
             "permanent_basic_farmland": "永久基本农田"}  # fmt: skip
    text = corner_text(
        layers["protected_zone"], lambda f: words.get(f["zone_class"], f["zone_class"])
    )
    (folder / "protected_zones.txt").write_bytes(text.encode("gb18030"))
    survey = Feature("county", "X", county.outline.convex_hull.buffer(4200.0, quad_segs=2), {})
    write_geojson(folder / "river_survey.geojson", [survey], "county")
