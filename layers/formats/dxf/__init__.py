"""AutoCAD DXF."""
