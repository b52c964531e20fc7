"""Snapshots: what is read back is what was kept, or nothing."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import pytest
import shapely

from gis.ragged import Ragged
from layers import snapshot
from layers.catalog import schema
from layers.hilbert import hilbert_index
from layers.layer import Layer
from layers.loader import load
from layers.workspace import open_workspace


def same(a: Layer, b: Layer) -> bool:
    for name in ("xy", "ring_offsets", "part_offsets", "feature_offsets", "kinds"):
        assert np.array_equal(getattr(a.shapes, name), getattr(b.shapes, name)), name
    assert a.table.equals(b.table)
    assert a.provenance == b.provenance
    assert a.issues == b.issues
    assert a.absent == b.absent
    assert a.refused.numbers == b.refused.numbers
    assert np.array_equal(a.refused.bounds, b.refused.bounds, equal_nan=True)
    assert np.array_equal(a.part, b.part) and a.part.dtype == b.part.dtype
    assert np.array_equal(a.snapshot_row, b.snapshot_row)
    assert np.array_equal(a.unread, b.unread) and a.unread.dtype == b.unread.dtype
    assert (a.registered, a.empty_means_none) == (b.registered, b.empty_means_none)
    assert (a.coverage is None) == (b.coverage is None)
    if a.coverage is not None:
        assert np.array_equal(a.coverage.xy, b.coverage.xy)
    return True


def test_neighbours_on_the_curve_are_neighbours_on_the_ground():
    # The centres of 16 x 16 equal cells of the curve's square, in the curve's order.
    middle = (np.arange(16) + 0.5) / 16 * 360 - 180
    cells = np.stack(np.meshgrid(middle, middle), -1).reshape(-1, 2)
    ordered = cells[np.argsort(hilbert_index(cells))] / (360 / 16)
    assert np.abs(np.diff(ordered, axis=0)).sum(axis=1).tolist() == [1.0] * 255
    assert len(np.unique(hilbert_index(cells))) == 256


@pytest.fixture
def workspace(write_gpkg, write_workspace):
    holed = shapely.Polygon(
        shapely.box(112, 39, 112.1, 39.1).exterior.coords,
        [shapely.box(112.04, 39.04, 112.05, 39.05).exterior.coords[::-1]],
    )
    two = shapely.MultiPolygon(
        [shapely.box(110, 39, 110.1, 39.1), shapely.box(110.2, 39, 110.3, 39.1)]
    )
    shapes = [holed, shapely.box(75, 30, 75.1, 30.1), two, shapely.box(9, 9, 9.1, 9.1)]
    write_gpkg(
        "数据/权.gpkg",
        {"许可证号": ["甲1", "甲2", "甲3", "甲4"], "有效期止": ["2030-01-01", None, "x", None],
         "生产规模": [1.5, 2.5, float("nan"), 4.0]},
        [shapely.multipolygons([s]) if s.geom_type == "Polygon" else s for s in shapes],
        kind="MultiPolygon",
    )  # fmt: skip
    write_gpkg("范围.gpkg", {}, [shapely.box(109, 38, 113, 40), shapely.box(113, 38, 114, 40)])
    return write_workspace(
        '[layers.mining_right]\nsource = "数据/权.gpkg"\ncoverage = "范围.gpkg"\n'
        "positional_accuracy_m = 1.5\nempty_means_none = true\n"
    )


def files(path, pattern="*.parquet"):
    return sorted((path.parent / ".minezone" / "snapshots").glob(pattern))


def test_read_back_is_identical(workspace):
    fresh = open_workspace(workspace).load()["mining_right"]
    assert len(files(workspace)) == 1
    again = open_workspace(workspace).load()["mining_right"]
    assert same(fresh, again)
    assert len(fresh) == 3 and len(fresh.refused) == 1
    assert fresh.provenance[0].snapshot in files(workspace)[0].name
    order = hilbert_index(fresh.shapes.centres)
    assert (np.diff(order.astype(np.int64)) >= 0).all()
    assert fresh.snapshot_row.tolist() == [0, 1, 2]


def test_the_snapshot_is_geoparquet(workspace):
    layer = open_workspace(workspace).load()["mining_right"]
    table = pq.read_table(files(workspace)[0])
    geo = json.loads(table.schema.metadata[b"geo"])
    column = geo["columns"]["geometry"]
    assert (geo["version"], geo["primary_column"], column["encoding"]) == (
        "1.1.0",
        "geometry",
        "WKB",
    )
    assert pyproj.CRS.from_json_dict(column["crs"]) == pyproj.CRS(4490)
    assert column["geometry_types"] == ["MultiPolygon", "Polygon"]
    assert column["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    assert column["bbox"] == [75.0, 30.0, 112.1, 39.1]
    boxes = pa.table(table.column("bbox").combine_chunks().flatten(), ["a", "b", "c", "d"])
    assert np.array_equal(
        np.column_stack([c.to_numpy() for c in boxes.columns]), layer.shapes.bounds
    )


def test_the_same_bytes_twice(workspace):
    open_workspace(workspace).load()
    first = files(workspace)[0].read_bytes()
    for path in files(workspace, "*"):
        path.unlink()
    open_workspace(workspace).load()
    assert files(workspace)[0].read_bytes() == first
    assert files(workspace, "*.sha256")[0].read_text() == hashlib.sha256(first).hexdigest()
    assert not files(workspace, ".tmp*")


@pytest.mark.parametrize(
    "damage", ["truncate", "flip", "empty", "no digest", "other rows", "other value"]
)
def test_a_damaged_snapshot_is_made_again(workspace, damage):
    fresh = open_workspace(workspace).load()["mining_right"]
    path = files(workspace)[0]
    data = path.read_bytes()
    if damage == "truncate":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "flip":
        path.write_bytes(data[:200] + bytes([data[200] ^ 1]) + data[201:])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "no digest":
        files(workspace, "*.sha256")[0].unlink()
    elif damage == "other value":
        table = pq.read_table(path)
        other = pa.array([9.0] * len(table))
        at = table.schema.get_field_index("capacity_kt_a")
        pq.write_table(table.set_column(at, "capacity_kt_a", other), path)
    else:
        # Whole in itself, but not the copy that the name promises.
        table = pq.read_table(path).slice(0, 1)
        pq.write_table(table, path)
        files(workspace, "*.sha256")[0].write_text(hashlib.sha256(path.read_bytes()).hexdigest())
    assert same(fresh, open_workspace(workspace).load()["mining_right"])
    assert files(workspace)[0].read_bytes() == data


def test_a_changed_source_or_setting_is_read_again(workspace, write_gpkg):
    fresh = open_workspace(workspace).load()["mining_right"]
    write_gpkg("数据/权.gpkg", {"许可证号": ["甲5"]}, layer="权", kind="MultiPolygon",
               shapes=[shapely.multipolygons([shapely.box(110, 30, 110.1, 30.1)])])  # fmt: skip
    second = open_workspace(workspace).load()["mining_right"]
    assert len(second) == len(fresh) + 1
    workspace.write_text(workspace.read_text("utf-8").replace("1.5", "2.5"), "utf-8")
    third = open_workspace(workspace).load()["mining_right"]
    assert third.provenance[0].positional_accuracy_m == 2.5
    keys = {x.provenance[0].snapshot for x in (fresh, second, third)}
    assert len(keys) == 3 == len(files(workspace))


def test_a_changed_coverage_is_read_again(workspace, write_gpkg):
    first = open_workspace(workspace).load()["mining_right"]
    write_gpkg("范围.gpkg", {}, [shapely.box(114, 38, 115, 40)])
    second = open_workspace(workspace).load()["mining_right"]
    assert [float(x.coverage.bounds[0, 2]) for x in (first, second)] == [114.0, 115.0]


def test_a_folder_that_takes_no_files_is_passed_over(workspace, tmp_path, monkeypatch):
    (workspace.parent / ".minezone").write_text("a file where the folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    layer = open_workspace(workspace).load()["mining_right"]
    assert len(list((tmp_path / "cache").rglob("*.parquet"))) == 1
    assert same(layer, open_workspace(workspace).load()["mining_right"])
    (tmp_path / "blocked").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "blocked"))
    assert same(layer, open_workspace(workspace).load()["mining_right"])


@pytest.mark.parametrize("name", ["settlement", "river"])
def test_mixed_kinds_survive(make_source, settings, name, tmp_path):
    shape = schema(name)
    shapes = [shapely.box(111, 39, 111.1, 39.1)]
    other = (
        shapely.Point(112, 38)
        if name == "settlement"
        else shapely.LineString([(110, 39), (111, 40)])
    )
    layer = load(make_source({shape.number: ["1", "2"]}, [*shapes, other]), shape, settings())
    layer = snapshot.in_hilbert_order(layer)
    read = Ragged.from_shapely(
        shapely.from_wkb(
            pq.read_table(pa.BufferReader(snapshot.to_bytes(layer)))["geometry"].to_numpy()
        )
    )
    assert np.array_equal(read.xy, layer.shapes.xy)
    assert np.array_equal(read.kinds, layer.shapes.kinds)


def test_an_empty_layer_has_a_snapshot(write_gpkg, write_workspace, tmp_path):
    path = write_gpkg("空.gpkg", {"licence_no": ["A"]})
    import sqlite3

    with sqlite3.connect(path) as base:
        base.execute("DROP TRIGGER IF EXISTS rtree_空_geom_delete")
        base.execute('DELETE FROM "空"')
        base.execute('DELETE FROM "rtree_空_geom"')
        base.execute("UPDATE gpkg_ogr_contents SET feature_count = 0")
    base.close()
    workspace = write_workspace(
        '[layers.mining_right]\nsource = "空.gpkg"\nempty_means_none = true\n'
    )
    fresh = open_workspace(workspace).load()["mining_right"]
    assert (len(fresh), fresh.registered) == (0, True)
    assert same(fresh, open_workspace(workspace).load()["mining_right"])


@pytest.mark.parametrize("module", ["formats/geojson/reader.py", "formats/source.py", "loader.py"])
def test_code_that_reads_otherwise_makes_other_snapshots(monkeypatch, module):
    before = snapshot._code_digest.__wrapped__()
    assert snapshot._code_digest.__wrapped__() == before
    changed = Path(snapshot.__file__).parent / module
    real = Path.read_bytes
    monkeypatch.setattr(
        Path, "read_bytes", lambda self: real(self) + b"#" * (self.resolve() == changed.resolve())
    )
    assert snapshot._code_digest.__wrapped__() != before
