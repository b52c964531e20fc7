"""Draw the project inside a findings.gpkg as QGIS shows it, with its legend, into a PNG.

    /usr/bin/python3 benchmarks/qgis_picture.py OUT/findings.gpkg picture.png [SHARE]

needs Debian's python3-qgis and no screen; SHARE less than 1 shows the middle only. Nothing is
styled here: what the picture shows is what the GeoPackage says.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (
    QgsApplication,
    QgsLayoutExporter,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemScaleBar,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLegendStyle,
    QgsPrintLayout,
    QgsProject,
    QgsRectangle,
    QgsTextFormat,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import QRectF, QSize
from qgis.PyQt.QtGui import QFont, QImage

PAGE = (300.0, 190.0)
MAP = (202.0, 170.0)
FONT = "Noto Sans CJK SC"
DPI = 92


def place(layout, item, x, y, width=None, height=None):
    layout.addLayoutItem(item)
    item.attemptMove(QgsLayoutPoint(x, y))
    if width:
        item.attemptResize(QgsLayoutSize(width, height))


def picture(project, zoom):
    """Return a layout: the map, its title, its legend and a scale bar."""
    layout = QgsPrintLayout(project)
    layout.initializeDefaults()
    layout.pageCollection().page(0).setPageSize(QgsLayoutSize(*PAGE))
    title = QgsLayoutItemLabel(layout)
    title.setText(project.title())
    title.setFont(QFont(FONT, 14))
    place(layout, title, 6, 4, 250, 9)
    view = QgsLayoutItemMap(layout)
    layout.addLayoutItem(view)
    extent = QgsRectangle(project.viewSettings().fullExtent())
    extent.scale(zoom * 1.1)
    view.attemptSetSceneRect(QRectF(6, 14, *MAP))
    view.zoomToExtent(extent)
    view.setFrameEnabled(True)
    legend = QgsLayoutItemLegend(layout)
    legend.setLinkedMap(view)
    legend.setLegendFilterByMapEnabled(True)
    for role, size in ((QgsLegendStyle.Subgroup, 9), (QgsLegendStyle.SymbolLabel, 7)):
        legend.setStyleFont(role, QFont(FONT, size))
    place(layout, legend, MAP[0] + 10, 14)
    bar = QgsLayoutItemScaleBar(layout)
    bar.setLinkedMap(view)
    bar.setUnits(QgsUnitTypes.DistanceKilometers)
    bar.setUnitLabel("km")
    bar.setUnitsPerSegment(max(0.5, round(2 * zoom)))
    bar.setNumberOfSegments(2)
    bar.setTextFormat(QgsTextFormat.fromQFont(QFont(FONT, 8)))
    place(layout, bar, 10, 14 + MAP[1] - 16)
    return layout


def main():
    """Draw; status 1 where QGIS finds no project or not all of its layers."""
    package, target = (Path(word).resolve() for word in sys.argv[1:3])
    zoom = float(sys.argv[3]) if len(sys.argv) > 3 else 1.0
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], False)
    QFont.insertSubstitution("Sans Serif", FONT)
    application.initQgis()
    project = QgsProject.instance()
    read = project.read(f"geopackage:{package}?projectName=findings")
    layers = project.mapLayers().values()
    if not read or not layers or not all(layer.isValid() for layer in layers):
        print(f"{package}: {project.error() or 'a layer is not valid'}", file=sys.stderr)
        return 1
    layout = picture(project, zoom)
    image = QgsLayoutExporter(layout).renderPageToImage(0, QSize(), DPI)
    opaque = image.convertToFormat(QImage.Format_RGB888)
    # Qt's 0 is the smallest file.
    return int(not opaque.save(str(target), "PNG", 0))


if __name__ == "__main__":
    sys.exit(main())
