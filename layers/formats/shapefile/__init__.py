"""Shapefile and its dBASE table."""
