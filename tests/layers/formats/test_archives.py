"""Zipped datasets and KMZ are read like what lies in them, and named with it."""

import hashlib
import zipfile

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
