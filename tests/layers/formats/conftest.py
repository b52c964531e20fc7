"""Made-up files, written byte by byte so that each test says what is wrong with its file."""

import os
import struct
from pathlib import Path

import pytest

from .corner_rows import HEAD, csv_bytes


@pytest.fixture(scope="session")
def shared_data():
    """Return a function that gives the path of a real test file, or skips."""
    default = Path(__file__).parents[4] / "shared" / "data"
    root = Path(os.environ.get("MINEZONE_SHARED_DATA", default))

    def find(name):
        path = root / name
        if not path.exists():
            pytest.skip(f"real test data absent: {name}")
        return path

    return find


def _point(k):
    return struct.pack("<idd", 1, 110.0 + k, 35.0)


def _headed(body, first, count):
    words = struct.pack(">i20xi", 9994, (100 + len(body)) // 2)
    return words + struct.pack("<ii8d", 1000, first, 110, 35, 110 + count, 35, 0, 0, 0, 0) + body


@pytest.fixture
def write_shapefile(tmp_path):
    """Return a function that writes a point Shapefile and gives the path of its .shp.

    fields: (name bytes, type letter, width); rows: one bytes value per field; None as a shape
    writes a null shape.
    """

    def write(rows, fields, *, stem="t", cpg=None, prj=None, ldid=0, deleted=(), null=()):
        shp = shx = b""
        for k in range(len(rows)):
            content = struct.pack("<i", 0) if k in null else _point(k)
            shx += struct.pack(">ii", (100 + len(shp)) // 2, len(content) // 2)
            shp += struct.pack(">ii", k + 1, len(content) // 2) + content
        (tmp_path / f"{stem}.shp").write_bytes(_headed(shp, 1, len(rows)))
        (tmp_path / f"{stem}.shx").write_bytes(_headed(shx, 1, len(rows)))
        (tmp_path / f"{stem}.dbf").write_bytes(dbf_bytes(rows, fields, ldid, deleted))
        for suffix, text in ((".cpg", cpg), (".prj", prj)):
            if text is not None:
                (tmp_path / f"{stem}{suffix}").write_text(text, encoding="utf-8")
        return tmp_path / f"{stem}.shp"

    return write


def dbf_bytes(rows, fields, ldid, deleted):
    length = 1 + sum(width for _, _, width in fields)
    out = struct.pack("<B3BIHH17xB2x", 3, 120, 1, 1, len(rows), 33 + 32 * len(fields), length, ldid)
    for name, kind, width in fields:
        out += name.ljust(11, b"\0") + kind.encode() + bytes(4) + bytes([width, 0]) + bytes(14)
    out += b"\r"
    for k, row in enumerate(rows):
        cells = (value.ljust(width) for value, (_, _, width) in zip(row, fields, strict=True))
        out += (b"*" if k in deleted else b" ") + b"".join(cells)
    return out + b"\x1a"


@pytest.fixture
def write_text(tmp_path):
    """Return a function that writes text in an encoding and gives the path."""

    def write(text, name="t.txt", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


@pytest.fixture
def write_gpkg(tmp_path):
    """Return a function that writes a GeoPackage of points through pyogrio."""
    import geopandas as gpd
    from shapely import Point

    def write(count=3, layer="rights", name="t.gpkg", crs="EPSG:4490", **columns):
        columns = columns or {"licence_no": [f"C{k}" for k in range(count)]}
        points = [Point(110 + k, 35) for k in range(count)]
        frame = gpd.GeoDataFrame(columns, geometry=points, crs=crs)
        path = tmp_path / name
        frame.to_file(path, layer=layer, driver="GPKG")
        return path

    return write


@pytest.fixture
def table(tmp_path):
    """Return a function that writes rows below a header as CSV and gives what is read of it."""
    from layers.formats import read

    def table(*rows, head=HEAD, above=()):
        path = tmp_path / "界址点.csv"
        path.write_bytes(csv_bytes((*above, head, *rows)))
        return read(path)

    return table
