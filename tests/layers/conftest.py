"""Sources and workspaces made by hand."""

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio.raw
import pyproj
import pytest
import shapely

from layers.formats.source import Source
from layers.settings import LayerSettings


def square(lon=111.2, lat=39.6, side=0.01):
    return shapely.box(lon, lat, lon + side, lat + side)


def squares(count):
    return [square(111 + 0.02 * k) for k in range(count)]


@pytest.fixture
def make_source():
    def make(columns, shapes=None, *, crs="EPSG:4490", path="权.gpkg", kind="GPKG", **more):
        arrays = {
            k: v if isinstance(v, pa.Array) else pa.array(v, from_pandas=False)
            for k, v in columns.items()
        }
        n = len(next(iter(arrays.values()))) if arrays else len(shapes)
        geometry = np.empty(n, dtype=object)
        geometry[:] = squares(n) if shapes is None else shapes
        return Source(
            path=Path(path),
            format=kind,
            layer=None,
            sha256="0" * 64,
            encoding=None,
            crs=None if crs is None else pyproj.CRS.from_user_input(crs),
            crs_note="",
            declared=n,
            columns=arrays,
            geometry=geometry,
            labels=tuple(f"第 {k} 行" for k in range(1, n + 1)),
            **more,
        )

    return make


@pytest.fixture
def settings():
    def make(**keys):
        return LayerSettings(**{"source": "权.gpkg", **keys})

    return make


@pytest.fixture
def write_gpkg(tmp_path):
    """Write rows to a GeoPackage layer; text and number columns only."""

    def write(name, columns, shapes=None, *, layer=None, crs="EPSG:4490", kind="Polygon"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        n = len(next(iter(columns.values()))) if columns else len(shapes)
        shapes = squares(n) if shapes is None else shapes
        pyogrio.raw.write(
            path,
            geometry=shapely.to_wkb(np.array(shapes, dtype=object)),
            field_data=[np.array(v, dtype=object if isinstance(v[0], str | None) else None)
                        for v in columns.values()],
            fields=list(columns),
            layer=layer or path.stem,
            driver="GPKG",
            geometry_type=kind,
            crs=crs,
            append=path.exists(),
        )  # fmt: skip
        return path

    return write


@pytest.fixture
def write_workspace(tmp_path):
    def write(text, name="workspace.toml", head='jurisdiction = "CN-14"\n'):
        path = tmp_path / name
        path.write_text(head + text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def codes_of():
    return lambda issues: [i.code for i in issues]


@pytest.fixture
def shared_data():
    """Return the folder of other people's data; skip where it is not at hand."""
    stated = os.environ.get("MINEZONE_SHARED_DATA")
    folder = Path(stated) if stated else Path(__file__).parents[2].parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no shared test data in {folder}")
    return folder
