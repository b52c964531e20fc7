"""Every form that can be sent, read in the confined child, gives the one outline."""

import shutil
import uuid
import zipfile

import numpy as np
import pytest
import shapely

from layers.errors import FormatError
from layers.formats.sniff import suffix_of
from layers.reader import Reader
from layers.screening import UPLOADS
from layers.uploads import Upload, read_upload

from .formats import samples
from .formats.workbooks import sheet, xlsx

MOST = 10 << 20


@pytest.fixture(scope="module")
def reader():
    made = Reader()
    yield made
    made.close()


def upload(path, folder):
    stored = folder / f"{uuid.uuid4()}{suffix_of(path)}"
    shutil.copy(path, stored)
    crs = samples.ZONE if path.suffix == ".dxf" else None
    return Upload(stored, path.name, MOST, "mining_right", crs=crs)


@pytest.mark.parametrize("name", samples.NAMES)
def test_the_child_reads_the_outline_of_every_form(reader, tmp_path, name):
    given = upload(samples.write(tmp_path, name), tmp_path)
    layer = reader.read(given)["mining_right"]
    here = read_upload(given, tmp_path)["mining_right"]
    assert layer.table.equals(here.table) and layer.provenance == here.provenance
    (shape,) = layer.geometry
    wanted = np.array(samples.LONLAT)
    # MapInfo keeps places as whole steps of its window; packed seconds end at the thousandth.
    within = {"tab.zip": 1e-6, "a.txt": 3e-7}.get(name, 2e-9)
    found = np.array(shape.exterior.coords)[:-1]
    away = np.abs(found[:, None] - wanted[None]).max(axis=2).min(axis=1)
    assert len(found) == 3 and away.max() < within
    assert shapely.is_valid(shape)
    assert layer.provenance[0].source.startswith(name)


def test_every_suffix_that_can_be_sent_is_tried(tmp_path):
    tried = {suffix_of(tmp_path / name) for name in samples.NAMES}
    elsewhere = {".gpkg", ".geojson", ".json", ".fgb", ".parquet", ".geoparquet", ".ovkml", ".tsv"}
    assert tried | elsewhere == set(UPLOADS)


def refused(reader, given, said):
    with pytest.raises(FormatError, match=said) as told:
        reader.read(given)
    assert given.path.stem not in str(told.value) and "\n" not in str(told.value)
    assert told.value.zh.startswith(given.name)


def test_a_drawing_without_its_system_is_asked_for_it(reader, tmp_path):
    given = upload(samples.write(tmp_path, "a.dxf"), tmp_path)
    with pytest.raises(Exception, match="EPSG:4526") as told:
        reader.read(Upload(given.path, "a.dxf", MOST, "mining_right"))
    assert type(told.value).__name__ == "CRSError" and "38" in told.value.zh


def test_a_mapinfo_table_that_names_other_files(reader, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n", encoding="utf-8")
    path = tmp_path / "a.zip"
    text = f'!table\n!version 300\n!charset Neutral\nDefinition Table\n  File "{secret}"\n'
    text += '  Type ASCII Delimiter 44 Titles Charset "Neutral"\n'
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a.tab", text)
        for part in ("a.dat", "a.map", "a.id"):
            made.writestr(part, b"1")
    refused(reader, upload(path, tmp_path), "no native MapInfo table")


def test_a_geodatabase_bomb_is_counted_before_gdal_opens_it(reader, tmp_path):
    path = tmp_path / "a.gdb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.gdb/a00000001.gdbtable", bytes(8 << 20))
    refused(reader, upload(path, tmp_path), "bomb")


def test_a_workbook_bomb_inside_an_archive(reader, tmp_path):
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    book = xlsx(tmp_path / "b.xlsx", sheet(more=far))
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.write(book, "b.xlsx")
    refused(reader, upload(path, tmp_path), "too large")
    refused(reader, upload(book, tmp_path), "too large")


@pytest.mark.parametrize("name", ["a.kml", "a.kmz", "a.gml"])
def test_document_types_in_markup(reader, tmp_path, name):
    path = samples.write(tmp_path, name.replace("kmz", "kml"))
    text = path.read_text(encoding="utf-8")
    text = text.replace("?>", '?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>', 1)
    path.write_text(text, encoding="utf-8")
    if name.endswith("kmz"):
        with zipfile.ZipFile(tmp_path / name, "w") as made:
            made.write(path, "doc.kml")
    refused(reader, upload(tmp_path / name, tmp_path), "DOCTYPE")


def test_a_table_with_a_formula_is_text(reader, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("点号,X,Y\n1,=cmd|' /C calc'!A0,38500000\n", encoding="utf-8")
    refused(reader, upload(path, tmp_path), "row 2")


def test_an_exploration_text_beyond_the_circle(reader, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("1,3,113.6160,38.0605,113.5000,38.0605,113.5000,38.1000,0,0,0,\n", "utf-8")
    refused(reader, upload(path, tmp_path), "no D.MMSS")
