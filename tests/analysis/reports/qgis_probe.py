"""Say in JSON what QGIS finds in a GeoPackage: ``/usr/bin/python3 qgis_probe.py findings.gpkg``.

Runs under the system's Python, which has QGIS and none of ours.
"""

import json
import sqlite3
import sys

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsExpression,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize


def spatial_tables(path):
    with sqlite3.connect(path) as base:
        rows = base.execute("SELECT table_name FROM gpkg_contents WHERE data_type = 'features'")
        return [name for (name,) in rows]


def table(path, name):
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    _, default = layer.loadDefaultStyle()
    rules = layer.renderer().rootRule().children()
    conditions = [rule.filterExpression() for rule in rules]
    for rule in layer.labeling().rootRule().children():
        conditions += [rule.filterExpression(), rule.settings().fieldName]
    return {
        "valid": layer.isValid(),
        "default": default,
        "crs": layer.crs().authid(),
        "renderer": layer.renderer().type(),
        "legend": [(rule.label(), rule.symbol().color().name()) for rule in rules],
        "labels": layer.labelsEnabled(),
        "expressions": [c for c in conditions if c and QgsExpression(c).hasParserError()],
    }


def opened(path, project):
    read = project.read(f"geopackage:{path}?projectName=findings")
    return {
        "read": read,
        "title": project.title(),
        "crs": project.crs().authid(),
        "layers": [
            (node.name(), node.layer().isValid(), node.isVisible())
            for node in project.layerTreeRoot().findLayers()
        ],
    }


def drawn(project):
    """Return how many colours the project's map has, and whether FAIL's is among them."""
    settings = QgsMapSettings()
    settings.setOutputSize(QSize(400, 300))
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4490"))
    nodes = project.layerTreeRoot().findLayers()
    settings.setLayers([node.layer() for node in nodes if node.isVisible()])
    settings.setExtent(QgsRectangle(111.0, 39.0, 111.012, 39.009))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    colours = {
        image.pixelColor(x, y).getRgb()[:3]
        for x in range(image.width())
        for y in range(image.height())
    }
    # #c8402f on white paper at the style's opacity.
    red = [(c * 175 + 255 * (255 - 175)) / 255 for c in (0xC8, 0x40, 0x2F)]
    fail = any(all(abs(a - b) <= 2 for a, b in zip(c, red, strict=True)) for c in colours)
    return {"colours": len(colours), "fail": fail}


def main():
    path = sys.argv[1]
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], False)
    application.initQgis()
    storage = QgsApplication.projectStorageRegistry().projectStorageFromType("geopackage")
    project = QgsProject.instance()
    found = {
        "projects": storage.listProjects(f"geopackage:{path}"),
        "tables": {name: table(path, name) for name in spatial_tables(path)},
        "project": opened(path, project),
        "drawn": drawn(project),
    }
    sys.stdout.write(json.dumps(found) + "\n")


main()
