"""Zipped datasets and KMZ are read like what lies in them, and named with it."""

import hashlib
import struct
import zipfile
import zlib

import geopandas
import pytest
import shapely

from layers.errors import FormatError
from layers.formats import digest, list_layers, read

BOX = shapely.box(111, 37, 111.01, 37.01)
KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Placemark><name>甲</name><Polygon><outerBoundaryIs><LinearRing><coordinates>
111,37 111.01,37 111.01,37.01 111,37.01 111,37
</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"""


@pytest.fixture
def zipped(tmp_path):
    def zipped(name, members, flag=True):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w") as archive:
            for member, data in members.items():
                if flag:
                    archive.writestr(member, data)
                else:  # as WinZip in China writes it: GBK bytes, no flag
                    info = zipfile.ZipInfo(member.encode("gbk").decode("cp437"))
                    archive.writestr(info, data)
        return path

    return zipped


@pytest.fixture
def shapefile_parts(tmp_path):
    frame = geopandas.GeoDataFrame({"名称": ["甲矿"]}, geometry=[BOX], crs=4490)
    folder = tmp_path / "parts"
    folder.mkdir()
    frame.to_file(folder / "a.shp", encoding="gbk")
    return {p.suffix: p.read_bytes() for p in folder.iterdir()}


@pytest.mark.parametrize("flag", [True, False])
def test_a_zipped_shapefile_with_chinese_names(zipped, shapefile_parts, flag):
    members = {f"资料/采矿权{suffix}": data for suffix, data in shapefile_parts.items()}
    path = zipped("上报 资料.zip", members | {"资料/说明.docx": b"x"}, flag)
    source = read(path)
    assert source.geometry[0].equals(BOX)
    assert source.columns["名称"].to_pylist() == ["甲矿"]
    assert (source.path, source.crs.to_epsg()) == (path, 4490)
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest() == digest(path)


def test_kmz(zipped):
    path = zipped("矿界.kmz", {"doc.kml": KML, "files/icon.png": b"\x89PNG"})
    assert len(list_layers(path)) == 1
    assert read(path).geometry[0].equals(BOX)


INDEX = (
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><NetworkLink><Link>'
    "<href>{}</href></Link></NetworkLink>{}</Document></kml>"
)
MARK = "<Placemark><Point><coordinates>111,39</coordinates></Point></Placemark>"


def test_a_kmz_whose_index_links_to_its_layer(zipped):
    # As QGIS and ogr2ogr (LIBKML) write it.
    layer = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{MARK}</Document></kml>'
    path = zipped("矿点.kmz", {"doc.kml": INDEX.format("layers/a.kml", ""), "layers/a.kml": layer})
    source = read(path)
    assert len(source) == 1 and source.geometry[0].coords[0] == (111, 39)


def test_a_kmz_whose_index_writes_its_link_as_an_address(zipped):
    index = INDEX.format("%E5%9B%BE%E5%B1%82/a%20b.kml", "")
    assert len(read(zipped("矿界.kmz", {"doc.kml": index, "图层/a b.kml": KML}))) == 1


def test_a_name_in_gbk_that_is_utf_8_by_itself(zipped, shapefile_parts):
    members = {**{f"XXXXXX{suffix}": data for suffix, data in shapefile_parts.items()},
               "YYYY.xlsx": b"x"}  # fmt: skip
    path = zipped("a.zip", members)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"X" * 6, "采矿权".encode("gbk"))
                     .replace(b"YYYY", "目录".encode("gbk")))  # fmt: skip
    with pytest.raises(FormatError, match=r"采矿权\.shp, 目录\.xlsx"):
        read(path)


def unicode_path(raw, name, version=1, flaw=0):
    field = struct.pack("<BL", version, zlib.crc32(raw) ^ flaw) + name.encode()
    return struct.pack("<HH", 0x7075, len(field)) + field


@pytest.mark.parametrize("raw", ["layers/0xE90x870x870xE70x9F0xBF0xE60x9D0x83.kml", "layers/.kml"])
def test_a_name_that_is_given_apart(tmp_path, raw):
    # As minizip (GDAL, QGIS) writes a Chinese name: something in its place, the name in a field.
    path = tmp_path / "矿界.kmz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("doc.kml", INDEX.format("layers/采矿权.kml", ""))
        info = zipfile.ZipInfo(raw)
        other = struct.pack("<HHL", 0x5455, 4, 0)
        info.extra = other + unicode_path(raw.encode(), "layers/采矿权.kml")
        archive.writestr(info, KML)
    source = read(path)
    assert source.geometry[0].equals(BOX) and source.columns["Name"].to_pylist() == ["甲"]


@pytest.mark.parametrize(
    ("name", "how", "said"),
    [
        ("../a.kml", {}, "leads out of it"),
        ("b.kml", {}, "holds b.kml twice"),
        ("../a.kml", {"flaw": 1}, "it has 2: b.kml, a.kml"),  # of another name: it is old
        ("../a.kml", {"version": 2}, "it has 2: b.kml, a.kml"),
    ],
)
def test_a_name_that_is_given_apart_is_believed_no_more_than_others(tmp_path, name, how, said):
    path = tmp_path / "a.kmz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("b.kml", KML)
        info = zipfile.ZipInfo("a.kml")
        info.extra = unicode_path(b"a.kml", name, **how)
        archive.writestr(info, KML)
    with pytest.raises(FormatError, match=said):
        read(path)


@pytest.mark.parametrize(
    "index",
    [
        INDEX.format("layers/a.kml", MARK),  # has a place of its own
        INDEX.format("http://127.0.0.1:9/a.kml", ""),  # leads out
        INDEX.format("layers/b.kml", ""),  # leads nowhere
    ],
)
def test_a_kmz_whose_index_is_more_than_that(zipped, index):
    layer = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{MARK}</Document></kml>'
    path = zipped("矿点.kmz", {"doc.kml": index, "layers/a.kml": layer})
    with pytest.raises(FormatError, match="exactly one dataset, it has 2"):
        read(path)


@pytest.mark.parametrize(
    ("note", "refused"),
    [
        ("本次上报共 1 个矿区，联系人张三，2026 年 5 月。", False),
        ("1 4380000.1 38500000.4\n2 4380000.5 38500600.2\n3 4380400.7 38500600.1", True),
        ("1 113°30′00″ 35°10′00″\n2 113°31′00″ 35°10′00″", True),
    ],
)
@pytest.mark.parametrize("codec", ["gbk", "utf-8"])
def test_a_note_beside_a_shapefile(zipped, shapefile_parts, note, refused, codec):
    members = {f"采矿权{suffix}": data for suffix, data in shapefile_parts.items()}
    path = zipped("上报.zip", members | {"说明.txt": note.encode(codec, "replace")})
    if refused:
        with pytest.raises(FormatError, match="exactly one dataset, it has 2"):
            read(path)
    else:
        assert read(path).columns["名称"].to_pylist() == ["甲矿"]


def test_a_table_and_a_workbook_in_an_archive(zipped, tmp_path):
    import xlsxwriter

    rows = [["点号", "X", "Y"], ["1", 3760000, 38500000], ["2", 3761000, 38500000],
            ["3", 3761000, 38501000]]  # fmt: skip
    with xlsxwriter.Workbook(tmp_path / "表.xlsx") as book:
        sheet = book.add_worksheet("拐点")
        for r, row in enumerate(rows):
            sheet.write_row(r, 0, row)
    path = zipped("a.zip", {"表.xlsx": (tmp_path / "表.xlsx").read_bytes()})
    assert list_layers(path) == ["拐点"]
    assert read(path).geometry[0].area == 500_000


def test_what_is_wrong_inside_is_named_with_archive_and_file(zipped):
    path = zipped("a.zip", {"坏.kml": KML.replace("111,37 ", "111 37 ")})
    with pytest.raises(FormatError) as told:
        read(path)
    assert told.value.zh.startswith(f"{path}/坏.kml：")
    assert "minezone-" not in str(told.value)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"a.kml": KML, "b.kml": KML}, "exactly one dataset"),
        ({"读我.txt2": b"x"}, "exactly one dataset, it has 0"),
        ({"a.zip": b"PK"}, "another archive"),
        ({"../a.kml": KML}, "leads out of it"),
    ],
)
def test_archives_that_are_refused(zipped, members, said):
    with pytest.raises(FormatError, match=said):
        read(zipped("a.zip", members))


@pytest.mark.parametrize("suffix", [".shp", ".shx", ".dbf", ".prj", ".cpg"])
def test_a_part_that_is_there_twice(zipped, shapefile_parts, suffix):
    members = {f"a{own}": data for own, data in shapefile_parts.items()}
    path = zipped("a.zip", members | {f"a{suffix.upper()}": members[f"a{suffix}"]})
    with pytest.raises(FormatError, match=rf"the archive holds a\{suffix.upper()} twice"):
        read(path)
