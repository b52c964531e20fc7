"""Archives and other files before any library opens them."""

import os
import stat
import zipfile

import pytest

from layers.errors import FormatError
from layers.formats import archives
from layers.formats.archives import unpack
from layers.screening import screen


class Raw(zipfile.ZipInfo):
    """An entry whose name is written as given bytes, without the UTF-8 flag."""

    raw = b""

    def _encodeFilenameFlags(self):  # noqa: N802 - zipfile's own name
        return self.raw, self.flag_bits & ~0x800


def archive(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries:
            if isinstance(name, bytes):
                entry = Raw(str(len(made.namelist())))
                entry.raw = name
                entry.compress_type = zipfile.ZIP_DEFLATED
                made.writestr(entry, data)
            else:
                made.writestr(name, data)
    return path


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "out"
    made.mkdir()
    return made


SHAPEFILE = [("权/rights.shp", b"1"), ("权/rights.shx", b"2"), ("权/rights.dbf", b"3")]


def test_the_one_dataset_comes_out_under_our_name(tmp_path, folder):
    extra = [
        ("权/rights.shp.xml", b"x"),
        ("权/rights.prj", b"4"),
        ("__MACOSX/权/._rights.shp", b"y"),
    ]
    path = archive(tmp_path / "upload.zip", [*SHAPEFILE, *extra])
    assert unpack(path, folder) == (folder / "upload.shp", "rights.shp")
    found = {p.name: p.read_bytes() for p in folder.iterdir()}
    assert found == {
        "upload.shp": b"1", "upload.shx": b"2", "upload.dbf": b"3", "upload.prj": b"4",
    }  # fmt: skip


@pytest.mark.parametrize("codec", ["gbk", "utf-8"])
def test_names_without_the_flag_are_utf8_or_gbk(tmp_path, folder, codec):
    entries = [(f"采矿权.{s}".encode(codec), s.encode()) for s in ("shp", "shx", "dbf")]
    target, name = unpack(archive(tmp_path / "u.zip", entries), folder)
    assert name == "采矿权.shp" and target.read_bytes() == b"shp"


def test_a_geodatabase_is_a_folder(tmp_path, folder):
    entries = [("a/Mine.gdb/a00000001.gdbtable", b"t"), ("a/Mine.gdb/gdb", b"g")]
    target, name = unpack(archive(tmp_path / "u.zip", entries), folder)
    assert (target, name) == (folder / "u.gdb", "Mine.gdb")
    assert sorted(p.name for p in target.iterdir()) == ["a00000001.gdbtable", "gdb"]


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([("../evil.shp", b"")], "leads out of it"),
        ([("/etc/evil.shp", b"")], "leads out of it"),
        ([("a\\..\\..\\evil.shp", b"")], "leads out of it"),
        ([("C:/evil.shp", b"")], "leads out of it"),
        ([(f"{k}.txt", b"") for k in range(1001)], "1001 entries"),
        ([("a.gpkg", b"x"), ("A.gpkg", b"y")], "twice"),
        ([("a.gpkg", b"x"), ("inner.zip", b"y")], "another archive"),
        ([("a.gpkg", b"PK\x03\x04rest")], "an archive itself"),
        ([("a.gpkg", b"x"), ("b.geojson", b"y")], "it has 2: a.gpkg, b.geojson"),
        ([("readme.pdf", b"x")], "write the corners as a corner text"),
        ([("a.gpkg", b"\0" * (3 << 20))], "bomb"),
        ([("m.gdb/sub/a.gdbtable", b"x")], "holds a folder"),
        ([("m.gdb/.hidden", b"x")], "no geodatabase file"),
    ],
)
def test_refused_in_one_line(tmp_path, folder, entries, said):
    with pytest.raises(FormatError) as caught:
        unpack(archive(tmp_path / "u.zip", entries), folder)
    assert said in caught.value.en and caught.value.en.startswith(str(tmp_path / "u.zip"))
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.rglob("evil*"))


def test_links_are_refused(tmp_path, folder):
    entry = zipfile.ZipInfo("a.shp")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "u.zip", "w") as made:
        made.writestr(entry, "/etc/passwd")
    with pytest.raises(FormatError, match="a link"):
        unpack(tmp_path / "u.zip", folder)


def test_sizes_are_counted_not_believed(tmp_path, folder, monkeypatch):
    monkeypatch.setattr(archives, "MOST_BYTES", 3000)
    path = archive(tmp_path / "u.zip", [("a.shp", os.urandom(2000)), ("a.dbf", os.urandom(2000))])
    with pytest.raises(FormatError, match="more than 1 GiB"):
        unpack(path, folder)


@pytest.mark.parametrize("cut", [10, 60, 200])
def test_damaged_archives(tmp_path, folder, cut):
    path = archive(tmp_path / "u.zip", [("a.gpkg", os.urandom(300))])
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(FormatError, match="damaged"):
        unpack(path, folder)


def test_a_flipped_byte(tmp_path, folder):
    path = archive(tmp_path / "u.zip", [("a.gpkg", os.urandom(300))])
    data = bytearray(path.read_bytes())
    data[100] ^= 0xFF
    path.write_bytes(bytes(data))
    with pytest.raises(FormatError, match="damaged"):
        unpack(path, folder)


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
@pytest.mark.parametrize("kind", ["<!DOCTYPE kml [", "<! doctype x", "<!ENTITY a SYSTEM 'b'>"])
def test_document_types_are_refused(tmp_path, codec, kind):
    path = tmp_path / "a.kml"
    path.write_bytes(f"<?xml version='1.0'?>{kind}".encode(codec))
    with pytest.raises(FormatError, match="DOCTYPE"):
        screen(path, 1000)


def test_size_and_kind(tmp_path):
    path = tmp_path / "a.gpkg"
    path.write_bytes(b"x" * 11)
    screen(path, 11)
    with pytest.raises(FormatError, match="11 bytes, more than the limit of 10"):
        screen(path, 10)
    link = tmp_path / "b.gpkg"
    link.symlink_to(path)
    for other in (link, tmp_path):
        with pytest.raises(FormatError, match="no plain file"):
            screen(other, 100)
