"""FlatGeobuf: features are counted, instants keep their zone."""

import struct
from datetime import UTC, datetime

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from layers.errors import FormatError
from layers.formats import flatgeobuf, read


@pytest.fixture
def write_fgb(tmp_path):
    def write(count, index="NO", **columns):
        columns = columns or {"n": range(count)}
        points = [Point(110 + k / 1000, 35) for k in range(count)]
        frame = gpd.GeoDataFrame(columns, geometry=points, crs="EPSG:4490")
        path = tmp_path / "t.fgb"
        frame.to_file(path, driver="FlatGeobuf", SPATIAL_INDEX=index)
        return path

    return write


def declare(path, count, false):
    data = path.read_bytes()
    assert data.count(struct.pack("<Q", count)) == 1
    path.write_bytes(data.replace(struct.pack("<Q", count), struct.pack("<Q", false)))


@pytest.mark.parametrize("index", ["YES", "NO"])
@pytest.mark.parametrize("count", [0, 1, 2, 16, 17, 300])
def test_as_many_as_declared(write_fgb, count, index):
    path = write_fgb(count, index)
    assert flatgeobuf.check(path) == count
    assert read(path).declared == len(read(path)) == count


@pytest.mark.parametrize("index", ["YES", "NO"])
@pytest.mark.parametrize("false", [1, 30_000, 30_002, 2**40])
def test_the_declared_number_is_not_believed(write_fgb, false, index):
    path = write_fgb(30_001, index)
    declare(path, 30_001, false)
    with pytest.raises(FormatError, match=r"declares|declared|no layer"):
        read(path)


def test_a_stream_declares_nothing(write_fgb):
    path = write_fgb(30_001)
    declare(path, 30_001, 0)
    assert read(path).columns["n"].to_pylist() == list(range(30_001))


@pytest.mark.parametrize("cut", [1, 60, 200])
def test_a_file_that_is_cut_off(write_fgb, cut):
    path = write_fgb(300, "YES")
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(FormatError, match="cut off"):
        read(path)


def test_instants_keep_their_zone(write_fgb):
    path = write_fgb(2, when=pd.to_datetime(["2024-01-31T20:00:00Z", "2024-01-31T08:00:00Z"]))
    assert read(path).columns["when"].to_pylist() == [
        datetime(2024, 1, 31, 20, tzinfo=UTC),
        datetime(2024, 1, 31, 8, tzinfo=UTC),
    ]
    path = write_fgb(1, when=pd.to_datetime(["2024-01-31T20:00:00+08:00"]))
    assert read(path).columns["when"].to_pylist() == [datetime(2024, 1, 31, 12, tzinfo=UTC)]
    path = write_fgb(2, when=pd.to_datetime(["2024-01-31T20:00:00", None]))
    assert read(path).columns["when"].to_pylist() == [datetime(2024, 1, 31, 20), None]  # noqa: DTZ001
    path.write_bytes(path.read_bytes().replace(b"2024-01-31T20", b"2024-13-31T25"))
    assert read(path).columns["when"].to_pylist() == ["2024-13-31T25:00:00", None]
    path = write_fgb(2, when=[pd.Timestamp("2024-01-31T20:00+08:00"), pd.Timestamp("2024-01-31")])
    assert read(path).columns["when"].to_pylist() == [
        "2024-01-31T20:00:00+08:00",
        "2024-01-31T00:00:00",
    ]


def test_two_fields_of_one_name_are_refused(write_fgb):
    path = write_fgb(1, number_a=["1"], number_b=["2"])
    path.write_bytes(path.read_bytes().replace(b"number_b", b"number_a"))
    with pytest.raises(FormatError, match="two fields are called number_a"):
        read(path)


@pytest.mark.parametrize("gone", [(0,), (2,), (4,), (1, 2), (0, 1, 2, 3, 4)])
def test_rows_without_an_outline_are_read_as_such(tmp_path, gone):
    points = [None if k in gone else Point(110 + k, 35) for k in range(5)]
    frame = gpd.GeoDataFrame({"n": range(5)}, geometry=points, crs="EPSG:4490")
    frame.to_file(
        tmp_path / "t.fgb", driver="FlatGeobuf", SPATIAL_INDEX="NO", geometry_type="Point"
    )
    source = read(tmp_path / "t.fgb")
    assert [None if g is None else g.x for g in source.geometry] == [
        None if k in gone else 110 + k for k in range(5)
    ]
    assert source.columns["n"].to_pylist() == [0, 1, 2, 3, 4] and source.issues == ()
