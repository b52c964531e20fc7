"""The reading process: same layers as reading here, and nothing beyond its file."""

import os
import shutil
import socket
import time
import uuid
import zipfile
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely

import layers
from gis.errors import CRSError
from layers.confine import Limits
from layers.errors import FormatError, LayerError, ReaderError
from layers.reader import Reader
from layers.uploads import Upload, read_upload
from layers.vetted import load_vetted

HERE = Path(__file__).resolve().parent
APPLICATIONS = Path(layers.__file__).parent.parent / "sample_geodata" / "applications"
UPLOADS = sorted(p for p in APPLICATIONS.iterdir() if p.suffix in (".gpkg", ".geojson", ".txt"))
REFUSED = APPLICATIONS / "masked_notice.txt"
READABLE = [p for p in UPLOADS if p != REFUSED]
MOST = 100 << 20


@pytest.fixture(scope="module")
def reader():
    made = Reader()
    yield made
    made.close()


def stored(file, folder):
    path = folder / f"{uuid.uuid4()}{file.suffix}"
    shutil.copy(file, path)
    return path


def facts(read):
    return {
        name: (
            layer.table.to_pylist(),
            [shape.wkb for shape in layer.geometry],
            layer.provenance,
            layer.issues,
            layer.absent,
            layer.refused.numbers,
            layer.doubtful.tolist(),
            layer.unread.tolist(),
            layer.registered,
        )
        for name, layer in read.items()
    }


@pytest.mark.parametrize("file", READABLE, ids=lambda p: p.name)
def test_the_child_reads_what_a_trusted_read_gives(reader, file, tmp_path, monkeypatch):
    monkeypatch.chdir(file.parent)
    trusted = load_vetted(Path(file.name))
    path = stored(file, tmp_path)
    assert facts(reader.read(Upload(path, file.name, MOST))) == facts(trusted)
    assert facts(read_upload(Upload(path, file.name, MOST), tmp_path)) == facts(trusted)


def test_outlines_with_heights_are_read_whatever_was_read_before(reader, tmp_path):
    """PROJ looks into its tables while such a file is read; they must still be open."""
    path = tmp_path / f"{uuid.uuid4()}.zip"
    ring = [(111.2, 39.6, 5.0), (111.21, 39.6, 5.0), (111.21, 39.61, 5.0)]
    pyogrio.raw.write(
        tmp_path / "a.shp",
        geometry=shapely.to_wkb(np.array([shapely.Polygon(ring)], dtype=object)),
        field_data=[np.array(["C1"], dtype=object)],
        fields=["licence_no"],
        driver="ESRI Shapefile",
        geometry_type="Polygon Z",
        crs="EPSG:4490",
    )
    with zipfile.ZipFile(path, "w") as archive:
        for part in tmp_path.glob("a.*"):
            archive.write(part, part.name)
    for _ in range(3):
        assert len(reader.read(Upload(path, "a.zip", MOST))["mining_right"]) == 1


def test_the_child_refuses_what_a_trusted_read_refuses(reader, tmp_path, monkeypatch):
    monkeypatch.chdir(REFUSED.parent)
    with pytest.raises(FormatError, match="masked digits") as trusted:
        load_vetted(Path(REFUSED.name))
    with pytest.raises(FormatError) as caught:
        reader.read(Upload(stored(REFUSED, tmp_path), REFUSED.name, MOST))
    assert str(caught.value) == str(trusted.value)


def test_errors_keep_their_kind_and_give_the_senders_name(reader, tmp_path):
    path = tmp_path / f"{uuid.uuid4()}.gpkg"
    path.write_bytes(b"SQLite format 3\0" + b"\0" * 200)
    with pytest.raises(FormatError) as caught:
        reader.read(Upload(path, "采矿权.gpkg", MOST))
    assert caught.value.zh.startswith("采矿权.gpkg：")
    assert path.stem not in str(caught.value)

    text = tmp_path / f"{uuid.uuid4()}.geojson"
    text.write_text(
        '{"type": "Feature", "properties": {}, "crs": null,'
        ' "geometry": {"type": "Point", "coordinates": [1, 2]}}',
        encoding="utf-8",
    )
    with pytest.raises(CRSError, match=r"a\.geojson"):
        reader.read(Upload(text, "a.geojson", MOST))


def test_gdal_has_only_the_drivers_that_are_needed(reader):
    reader.start()
    drivers = set(reader.abilities["drivers"])
    assert "GPKG" in drivers and "ESRI Shapefile" in drivers
    assert drivers <= {
        "GPKG", "ESRI Shapefile", "KML", "LIBKML", "OpenFileGDB", "FlatGeobuf", "GML",
        "MapInfo File",
    }  # fmt: skip


# -- limits ------------------------------------------------------------------------------------


@pytest.fixture
def hostile():
    """Return a function that calls a target of child_targets under limits."""
    made = []

    def call(name, path, deadline_s=20.0, limits=None, called="a.gpkg", **request):
        target = f"child_targets:{name}"
        reader = Reader(deadline_s, limits or Limits(), target, HERE)
        made.append(reader)
        return reader.call({"path": str(path), **request}, called)

    yield call
    for reader in made:
        reader.close()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "own" / "upload.gpkg"
    path.parent.mkdir()
    path.write_text("mine", encoding="utf-8")
    return path


def test_an_endless_reader_is_killed_at_the_deadline(hostile, file):
    with pytest.raises(ReaderError, match=r"a\.gpkg: reading took more than 0\.3 s") as caught:
        hostile("endless", file, deadline_s=0.3)
    assert caught.value.zh == "a.gpkg：读取超过 0.3 秒，未予采用"


def test_a_drawing_that_takes_too_long_says_what_helps(hostile, file):
    with pytest.raises(ReaderError, match=r"keep the layers of outlines and texts alone\)") as said:
        hostile("endless", file, called="矿界.dxf", deadline_s=0.3)
    assert said.value.zh == (
        "矿界.dxf：读取超过 0.3 秒（图形过大？可删去界线和注记以外的图层再存），未予采用"
    )


def test_the_deadline_is_kept_and_the_next_file_is_read(tmp_path):
    reader = Reader(1.0)
    try:
        file = next(p for p in READABLE if p.suffix == ".gpkg")
        path = stored(file, tmp_path)
        reader.start()
        ours = reader.pid
        reader.deadline_s = 0.0
        started = time.monotonic()
        with pytest.raises(ReaderError, match="took more"):
            reader.read(Upload(path, file.name, MOST))
        assert time.monotonic() - started < 5
        reader.deadline_s = 20.0
        assert reader.read(Upload(path, file.name, MOST))
        assert reader.pid == ours
    finally:
        reader.close()


def test_a_spinning_reader_ends_with_its_processor_time(hostile, file):
    with pytest.raises(ReaderError, match="processor time"):
        hostile("spinning", file, limits=Limits(cpu_s=1))


def test_memory_ends_at_its_limit(hostile, file):
    with pytest.raises(ReaderError, match="more memory than allowed"):
        hostile("hungry", file)


def test_a_crash_is_one_line(hostile, file):
    with pytest.raises(ReaderError, match="reading broke off; is it damaged"):
        hostile("crashing", file)


def test_a_fault_of_ours_shows_nothing_of_its_inside(hostile, file):
    with pytest.raises(ReaderError) as caught:
        hostile("failing", file)
    assert "secret" not in str(caught.value) and str(file) not in str(caught.value)


def test_what_comes_back_is_not_believed(file):
    reader = Reader(target="child_targets:babbling", home=HERE)
    try:
        with pytest.raises(LayerError, match="cannot be trusted"):
            reader.read(Upload(file, "a.gpkg", MOST))
    finally:
        reader.close()


def test_a_taken_over_reader_reaches_nothing(hostile, file, tmp_path, monkeypatch):
    monkeypatch.setenv("MINEZONE_SECRET", "s3cret")
    canary = tmp_path / "canary.txt"
    canary.write_text("hidden", encoding="utf-8")
    outside = tmp_path / "written.txt"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        wanted = {"canary": str(canary), "outside": str(outside)}
        wanted["port"] = listener.getsockname()[1]
        limits = Limits(file_size=1 << 20)
        said = hostile("prying", file, limits=limits, wanted=wanted).header
        with pytest.raises(TimeoutError):
            listener.accept()
    assert said["own"] == "mine"
    assert said["inside"] == "done" and said["big"] == "OSError"
    assert said["connect"] != "done"
    # The pipe that the answer goes into, and PROJ's tables.
    assert [n for n in said["open"] if not n.endswith("/proj.db")] == [said["open"][-1]]
    assert said["open"][-1].startswith("pipe:")
    assert not {k for k in said["environment"] if "SECRET" in k or k in ("HOME", "PATH")}
    assert not outside.exists() or not landlock()
    if landlock():
        denied = {said[k] for k in ("read", "list", "write", "execute")}
        assert denied == {"PermissionError"}


def landlock():
    from layers.confine import abilities

    return abilities()["landlock"]


def test_the_reader_leaves_nothing_behind(tmp_path, monkeypatch):
    own = tmp_path / "temporary"  # other tests leave and take folders in the common one
    own.mkdir()
    monkeypatch.setenv("TMPDIR", str(own))
    reader = Reader()
    try:
        file = READABLE[0]
        reader.read(Upload(stored(file, tmp_path), file.name, MOST))
        assert list(own.iterdir()) == []
        number = reader.pid
    finally:
        reader.close()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
