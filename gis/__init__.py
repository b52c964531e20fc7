"""Coordinate systems, true metres, overlay, repair. Knows geometry, never what it stands for."""
