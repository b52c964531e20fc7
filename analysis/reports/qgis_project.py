"""A QGIS project kept inside findings.gpkg: named layers in order, worst on top.

QGIS stores projects in a GeoPackage as a table ``qgis_projects`` whose content is a zipped
``.qgs`` in hexadecimal digits; the layers are named by a path relative to the GeoPackage.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from xml.etree.ElementTree import Element, SubElement, tostring

import numpy as np

from analysis.reports.qgis_styles import DOCTYPE, QGIS_VERSION, Style, drawing
from gis.crs import gauss_kruger_crs
from gis.projection import gauss_kruger
from gis.ragged import Floats

#: What the project is called inside the GeoPackage, and the GeoPackage beside the other results.
PROJECT = "findings"
FILE = "findings.gpkg"
DEGREES = "EPSG:4490"
# Wider than this, no zone's plane shows all of it without stretching.
ONE_ZONE_DEGREES = 6.0
MARGIN = 0.08
FALSE_EASTING = 500_000.0
_GEOMETRY = {"fill": "Polygon", "line": "Line", "marker": "Point"}


@dataclass(frozen=True, slots=True)
class ProjectLayer:
    """A layer of the project: its table, what people call it, how it is drawn, whether it is."""

    table: str
    title: str
    style: Style
    shown: bool = True


def project_xml(title: str, layers: Sequence[ProjectLayer], bounds: Floats) -> str:
    """Return the project as QGIS writes it into a ``.qgs``.

    Parameters
    ----------
    title : shown in QGIS's title bar; characters that XML cannot hold are left out
    layers : uppermost first
    bounds : (4,) west, south, east, north of what to look at, EPSG:4490; NaN: nothing
    """
    name = "".join(c for c in title if c.isprintable())
    crs, view = map_view(bounds)
    root = Element("qgis", version=QGIS_VERSION, projectname=name)
    SubElement(root, "title").text = name
    _crs(SubElement(root, "projectCrs"), crs)
    tree = SubElement(root, "layer-tree-group")
    for layer in layers:
        SubElement(
            tree,
            "layer-tree-layer",
            id=_id(layer),
            name=layer.title,
            providerKey="ogr",
            source=_source(layer),
            checked="Qt::Checked" if layer.shown else "Qt::Unchecked",
            expanded="1" if layer.shown else "0",
        )
    canvas = SubElement(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    SubElement(canvas, "units").text = "degrees" if crs == DEGREES else "meters"
    extent = SubElement(canvas, "extent")
    for side, value in zip(("xmin", "ymin", "xmax", "ymax"), view, strict=True):
        SubElement(extent, side).text = repr(value)
    _crs(SubElement(canvas, "destinationsrs"), crs)
    held = SubElement(root, "projectlayers")
    held.extend(_map_layer(layer) for layer in layers)
    order = SubElement(root, "layerorder")
    for layer in layers:
        SubElement(order, "layer", id=_id(layer))
    properties = SubElement(root, "properties")
    system = SubElement(properties, "SpatialRefSys")
    SubElement(system, "ProjectionsEnabled", type="int").text = "1"
    paths = SubElement(properties, "Paths")
    SubElement(paths, "Absolute", type="bool").text = "false"
    return DOCTYPE + tostring(root, encoding="unicode")


def packed(xml: str) -> str:
    """Return a project as the text that ``qgis_projects.content`` holds.

    The archive is stored, not deflated: its bytes must not hang on a compressor's version.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        entry = zipfile.ZipInfo(f"{PROJECT}.qgs", (1980, 1, 1, 0, 0, 0))
        archive.writestr(entry, xml.encode("utf-8"))
    return buffer.getvalue().hex()


def map_view(bounds: Floats) -> tuple[str, list[float]]:
    """Return the coordinate system to look in and the extent there.

    That is the 3-degree Gauss-Krüger plane of the middle where China has one and everything
    fits, so that shapes are not stretched; degrees otherwise.
    """
    if not np.isfinite(bounds).all():
        return DEGREES, [70.0, 15.0, 140.0, 55.0]
    west, south, east, north = (float(v) for v in bounds)
    zone = round((west + east) / 6)
    if east - west > ONE_ZONE_DEGREES or not 25 <= zone <= 45:
        return DEGREES, _widened(np.array([[west, south], [east, north]]), 9)
    lon, lat = np.meshgrid([west, (west + east) / 2, east], [south, north])
    x, y = gauss_kruger(lon.ravel(), lat.ravel(), 3.0 * zone)
    return _code(zone), _widened(np.column_stack([x + FALSE_EASTING, y]), 0)


@cache
def _code(zone: int) -> str:
    return ":".join(gauss_kruger_crs(zone, prefix=False).to_authority())


def _widened(points: Floats, decimals: int) -> list[float]:
    low, high = points.min(axis=0), points.max(axis=0)
    edge = (high - low).max() * MARGIN
    return [round(float(v), decimals) for v in (*(low - edge), *(high + edge))]


def _map_layer(layer: ProjectLayer) -> Element:
    out = Element(
        "maplayer", type="vector", geometry=_GEOMETRY[layer.style.kind], labelsEnabled="1"
    )
    SubElement(out, "id").text = _id(layer)
    SubElement(out, "datasource").text = _source(layer)
    SubElement(out, "layername").text = layer.title
    _crs(SubElement(out, "srs"), DEGREES)
    SubElement(out, "provider", encoding="UTF-8").text = "ogr"
    out.extend(drawing(layer.style))
    return out


def _crs(parent: Element, authid: str) -> None:
    system = SubElement(parent, "spatialrefsys")
    # QGIS looks at the authority's code only where its own number is one of a built-in system.
    SubElement(system, "srsid").text = "1"
    SubElement(system, "authid").text = authid


def _id(layer: ProjectLayer) -> str:
    return f"minezone_{layer.table}"


def _source(layer: ProjectLayer) -> str:
    return f"./{FILE}|layername={layer.table}"
