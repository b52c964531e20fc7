"""Files under our names and the senders'."""

import shutil
import zipfile
from pathlib import Path

import pytest

import layers
from layers.errors import FormatError
from layers.uploads import Upload, read_upload, shown_name

SAMPLE = Path(layers.__file__).parent.parent / "sample_geodata"
MOST = 100 << 20


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("采矿权.gpkg", "采矿权.gpkg"),
        ("C:\\Users\\x\\a.shp", "a.shp"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nSet-Cookie: x.gpkg", "aSet-Cookie: x.gpkg"),
        ("\u202egpj.txt", "gpj.txt"),
        ("..", "file"),
        ("", "file"),
        ("x" * 300 + ".geojson", "x" * 112 + ".geojson"),
        ("\ud800a.kml", "a.kml"),
    ],
)
def test_a_shown_name_is_one_short_line(name, shown):
    assert shown_name(name, "file") == shown


def test_rows_without_numbers_are_named_by_the_senders_file(tmp_path):
    path = tmp_path / "2c8f0a5e.geojson"
    path.write_text(
        '{"type": "Feature", "properties": {"right_type": "mining"}, "geometry": {"type":'
        ' "Polygon", "coordinates": [[[111, 39], [111.01, 39], [111.01, 39.01], [111, 39]]]}}',
        encoding="utf-8",
    )
    layer = read_upload(Upload(path, "东山.geojson", MOST), tmp_path)["mining_right"]
    assert layer.source_id.tolist() == ["东山-1"]
    assert layer.provenance[0].source == "东山.geojson"
    assert not any("2c8f0a5e" in i.message for i in layer.issues)


def test_a_file_called_like_a_layer_is_that_layer(tmp_path):
    path = tmp_path / "2c8f0a5e.geojson"
    path.write_text(
        '{"type": "Feature", "properties": {"n": 1}, "geometry": {"type":'
        ' "Polygon", "coordinates": [[[111, 39], [111.01, 39], [111.01, 39.01], [111, 39]]]}}',
        encoding="utf-8",
    )
    found = read_upload(Upload(path, "tailings_facility.geojson", MOST), tmp_path)
    assert list(found) == ["tailings_facility"]


def test_a_zipped_shapefile(tmp_path):
    path = tmp_path / "2c8f0a5e.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in SAMPLE.glob("mining_rights.*"):
            archive.write(part, part.name)
    (layer,) = read_upload(Upload(path, "送审.zip", MOST), tmp_path).values()
    assert layer.name == "mining_right" and len(layer) >= 10
    assert layer.provenance[0].source == "送审.zip/mining_rights.shp"
    assert not any("2c8f0a5e" in i.message for i in layer.issues)


def test_errors_inside_an_archive_name_both(tmp_path):
    path = tmp_path / "2c8f0a5e.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.shp", b"\x00\x00\x27\x0a" + b"\0" * 96)
    with pytest.raises(FormatError) as caught:
        read_upload(Upload(path, "送审.zip", MOST), tmp_path)
    assert caught.value.en.startswith("送审.zip/a.shp: its .shx file is missing (a.shx)")


def test_a_request_is_plain_values(tmp_path):
    upload = Upload(tmp_path / "a.gpkg", "b.gpkg", 5, "mining_right", constants={"status": "x"})
    again = Upload.of(upload.request())
    assert again.request() == upload.request() and again.path == upload.path


def test_a_real_shapefile_reads_the_same_zipped(tmp_path):
    path = tmp_path / "2c8f0a5e.zip"
    folder = tmp_path / "plain"
    folder.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        for part in SAMPLE.glob("mining_rights.*"):
            archive.write(part, f"dir/{part.name}")
            shutil.copy(part, folder / part.name)
    zipped = read_upload(Upload(path, "送审.zip", MOST), tmp_path)["mining_right"]
    plain = read_upload(Upload(folder / "mining_rights.shp", "mining_rights.shp", MOST), tmp_path)[
        "mining_right"
    ]
    assert zipped.table.equals(plain.table)
    assert (zipped.shapes.xy == plain.shapes.xy).all()
    assert zipped.provenance[0].sha256 == plain.provenance[0].sha256
