"""Layers built by hand, in metres about a point on a central meridian."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import rasterio
import shapely
from shapely.geometry.base import BaseGeometry

from gis.projection import gauss_kruger, inverse_gauss_kruger
from gis.ragged import Ragged
from layers.catalog import catalog
from layers.coverage import NOWHERE
from layers.elevation import Elevation
from layers.keys import compared, folded_numbers, is_key, is_list, matchable
from layers.layer import ARROW_TYPES, Layer, Provenance, Refused

ORIGIN = (111.0, 39.0)
"""Longitude and latitude of (0, 0): on the meridian of zone 37, where the plane is true."""

FUNCTIONS = (
    "abs", "sin", "cos", "exp", "hypot", "maximum", "minimum", "where", "pi", "sign",
)  # fmt: skip
"""What a formula of a terrain may use."""

SHAPES = ("box", "polygon", "line", "point", "wkt")


def to_degrees(shape: BaseGeometry, origin: Sequence[float] = ORIGIN) -> BaseGeometry:
    """Send a geometry from metres east and north of ``origin`` to longitude, latitude."""
    lon0 = 3.0 * round(origin[0] / 3.0)
    x0, y0 = gauss_kruger(np.array([origin[0]]), np.array([origin[1]]), lon0)

    def move(xy: np.ndarray) -> np.ndarray:
        lon, lat = inverse_gauss_kruger(xy[:, 0] + x0[0], xy[:, 1] + y0[0], lon0)
        return np.column_stack([lon, lat])

    return shapely.transform(shape, move)


def shape_of(row: Mapping[str, Any]) -> BaseGeometry:
    """Read the one geometry key of a row written in metres."""
    if "box" in row:
        return shapely.box(*row["box"])
    if "polygon" in row:
        return shapely.Polygon(row["polygon"], row.get("holes", []))
    if "line" in row:
        return shapely.LineString(row["line"])
    if "point" in row:
        return shapely.Point(row["point"])
    return shapely.from_wkt(row["wkt"])


def build_layer(
    name: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    accuracy_m: float | None = None,
    coverage: Sequence[float] | None = None,
    refused: Sequence[Mapping[str, Any]] = (),
    registered: bool = True,
    empty_means_none: bool = False,
    role: str = "workspace",
    absent: Sequence[str] = (),
    doubtful: Sequence[int] = (),
    unread: Sequence[tuple[int, str]] = (),
    predecessors: Sequence[Mapping[str, Any]] = (),
    predecessors_doubtful: Sequence[int] = (),
    origin: Sequence[float] = ORIGIN,
) -> Layer:
    """Return a layer; ``coverage`` is a box in metres, ``refused`` rows may lack a shape.

    An empty ``coverage`` is that of a layer which lies wholly outside what was stated.

    ``unread`` names cells, by row and column, that held something that could not be read.
    ``predecessors`` are registered rows whose places vetted ones have taken.
    """
    schema = catalog()[name]
    known = {c.name for c in schema.columns}
    for row in rows:
        unknown = set(row) - known - set(SHAPES) - {"holes", "id"}
        assert not unknown, f"{name} has no column {unknown}"
    ids = [str(row.get("id", row.get(schema.number, k + 1))) for k, row in enumerate(rows)]
    columns: dict[str, pa.Array] = {
        "feature_id": pa.array([f"{name}:{i}" for i in ids], pa.string()),
        "source_id": pa.array(ids, pa.string()),
    }
    for column in schema.columns:
        values = [row.get(column.name) for row in rows]
        array = pa.array(values, ARROW_TYPES[column.dtype])
        if is_key(column):
            array = compared(matchable(array, listed=is_list(column)), column)
        columns[column.name] = array
    bits = np.zeros(len(rows), np.uint64)
    for at, column_name in unread:
        assert rows[at].get(column_name) is None
        bits[at] |= np.uint64(schema.bit(column_name))
    shapes = [to_degrees(shape_of(row), origin) for row in rows]
    bounds = [_bounds(row, origin) for row in refused]
    return Layer(
        schema=schema,
        table=pa.table(columns),
        shapes=Ragged.from_shapely(shapes) if shapes else Ragged.concat([]),
        provenance=(
            Provenance(
                role=role,  # type: ignore[arg-type]
                source=f"{name}.gpkg",
                source_layer=None,
                sha256="0" * 64,
                format="GPKG",
                encoding=None,
                crs="EPSG:4490",
                transformation="none",
                transformation_accuracy_m=0.0,
                positional_accuracy_m=accuracy_m,
                coverage=None if coverage is None else "coverage.gpkg",
                declared=len(rows) + len(refused),
                read=len(rows) + len(refused),
                repaired=0,
                refused=len(refused),
            ),
        ),
        part=np.zeros(len(rows), np.int16),
        issues=(),
        refused=Refused(
            np.array(bounds, float).reshape(-1, 4),
            tuple(
                folded_numbers(
                    pa.array([row.get(schema.number) for row in refused], pa.string())
                ).to_pylist()
            ),
        ),
        absent=frozenset(absent),
        coverage=None
        if coverage is None
        else Ragged.from_shapely([to_degrees(shapely.box(*coverage), origin)])
        if len(coverage)
        else NOWHERE,
        registered=registered,
        empty_means_none=empty_means_none,
        snapshot_row=np.arange(len(rows), dtype=np.int32),
        doubtful=np.isin(np.arange(len(rows)), doubtful),
        unread=bits,
        predecessors=build_layer(
            name,
            predecessors,
            accuracy_m=accuracy_m,
            doubtful=predecessors_doubtful,
            origin=origin,
        )
        if predecessors
        else None,
    )


def _bounds(row: Mapping[str, Any], origin: Sequence[float]) -> tuple[float, ...]:
    if not set(row) & set(SHAPES):
        return (np.nan,) * 4
    return to_degrees(shape_of(row), origin).bounds


def build_elevation(
    folder: Path,
    *,
    formula: str,
    extent: Sequence[float] = (-4000, -4000, 4000, 4000),
    cell_m: float = 30.0,
    nodata: Sequence[Sequence[float]] = (),
    accuracy_m: float | None = None,
    noise_m: float = 0.0,
    origin: Sequence[float] = ORIGIN,
) -> Elevation:
    """Return a terrain made by a formula of ``x`` and ``y``, metres east and north of origin.

    ``extent`` and the boxes of ``nodata`` are west, south, east, north in those metres. The file
    lies in the plane of the zone, so that metres of the case are metres of the file.
    """
    lon0 = 3.0 * round(origin[0] / 3.0)
    x0, y0 = (float(v) for v in gauss_kruger(origin[0], origin[1], lon0))
    west, south, east, north = extent
    columns, rows = round((east - west) / cell_m), round((north - south) / cell_m)
    x = west + (np.arange(columns) + 0.5) * cell_m
    y = (north - (np.arange(rows) + 0.5) * cell_m)[:, None]
    names = {
        k: getattr(np, k)
        for k in ("abs", "sin", "cos", "exp", "hypot", "maximum", "minimum", "where", "pi", "sign")
    }
    z = eval(formula, {"__builtins__": {}}, {**names, "x": x, "y": y})
    z = np.broadcast_to(z, (rows, columns)).astype(np.float32).copy()
    z += np.random.default_rng(1).normal(0, noise_m, z.shape).astype(np.float32)
    for w, s, e, n in nodata:
        z[((x >= w) & (x <= e)) & ((y >= s) & (y <= n))] = -9999
    path = folder / "dem.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=columns, height=rows, count=1, dtype="float32",
        crs=f"EPSG:{4534 + round((lon0 - 75) / 3)}", nodata=-9999,
        transform=rasterio.transform.from_origin(x0 + 500_000 + west, y0 + north, cell_m, cell_m),
    ) as out:  # fmt: skip
        out.write(z, 1)
    return Elevation((path,), ("dem.tif",), accuracy_m)


@pytest.fixture(scope="session")
def make_elevation(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Elevation]:
    """Build a terrain from its settings; the same settings give the same one."""
    made: dict[str, Elevation] = {}

    def make(**settings: Any) -> Elevation:
        key = repr(sorted(settings.items()))
        if key not in made:
            made[key] = build_elevation(tmp_path_factory.mktemp("dem"), **settings)
        return made[key]

    return make


@pytest.fixture
def make_layer() -> Callable[..., Layer]:
    """Build a layer from rows written in metres."""
    return build_layer


@pytest.fixture
def today() -> date:
    """Return a day on which all the law of the rulebook is in force."""
    return date(2026, 1, 1)
