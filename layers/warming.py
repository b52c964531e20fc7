"""What a reading process does once so that none of its children has to.

Libraries are loaded, tables are made, and small files of our own are read; nothing of a file from
outside is ever looked at here.
"""

from __future__ import annotations

import importlib
import re
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyproj
import shapely

from gis.crs import to_cgcs2000, zone_prefix
from gis.errors import MineZoneError
from layers.catalog import catalog
from layers.formats.ogr import parse_stated_crs
from layers.minerals import mineral_class
from layers.vetted import load_vetted
from layers.whereabouts import crs_name

_OWN = {"许可证号": "C1", "矿山名称": "青山采石场", "权利类型": "采矿权", "状态": "申请"}
_CRS = "EPSG:4490"
_ZONE = re.compile(r"EPSG:\d{4,5}")


def load_libraries() -> None:
    """Load what every child needs."""
    importlib.import_module("pyogrio.raw")
    for codec in ("gb18030", "big5", "utf-16", "cp1252"):
        "".encode(codec)
    catalog()
    mineral_class("")
    # PROJ opens its tables; each way to degrees takes 25 ms the first time.
    for code in ("OGC:CRS84", "EPSG:4490", "EPSG:4326"):
        to_cgcs2000(np.array([[111.0, 39.0]]), code)


def read_own_files() -> None:
    """Read one file of each common format, made here: what is worked out once stays known."""
    import pyogrio.raw

    square = shapely.to_wkb(np.array([shapely.box(111.0, 39.0, 111.01, 39.01)], dtype=object))
    with tempfile.TemporaryDirectory(prefix="minezone-") as folder, suppress(MineZoneError):
        for name, driver in (("a.shp", "ESRI Shapefile"), ("a.gpkg", "GPKG")):
            path = Path(folder) / name
            pyogrio.raw.write(
                path,
                geometry=square,
                field_data=[np.array([value], dtype=object) for value in _OWN.values()],
                fields=list(_OWN),
                driver=driver,
                geometry_type="Polygon",
                crs=_CRS,
                encoding="GBK" if name == "a.shp" else None,
            )
            path.with_suffix(".cpg").unlink(missing_ok=True)
            load_vetted(path)


def know(code: object, known: set[str]) -> None:
    """Work out the way to degrees from a system that the caller expects, once.

    ``known`` holds those worked out; anything but an EPSG code is left alone.
    """
    known.add("")
    if not isinstance(code, str) or code in known or not _ZONE.fullmatch(code):
        return
    known.add(code)
    with suppress(MineZoneError, pyproj.exceptions.ProjError):
        system = pyproj.CRS.from_user_input(code)
        esri, _ = parse_stated_crs(system.to_wkt("WKT1_ESRI"))  # as a .prj states it
        for one in filter(None, (system, esri)):
            to_cgcs2000(np.array([[500_000.0, 4_300_000.0]]), one)
            zone_prefix(one)
            crs_name(one)
