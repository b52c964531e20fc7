"""A file is read and written under its own name, whatever GDAL would make of that name."""

import shutil

import geopandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from layers.errors import FormatError
from layers.formats import gdal_names, list_layers, read
from layers.formats.gdal_names import Name
from layers.formats.writing import write

BOX = shapely.box(111, 37, 111.01, 37.01)
DRIVERS = {
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
    ".fgb": "FlatGeobuf",
    ".kml": "KML",
    ".tab": "MapInfo File",
    ".mif": "MapInfo File",
    ".gdb": "OpenFileGDB",
}
# stem -> what pyogrio or GDAL opens in its place
DECOYS = {
    "a!b": "b", "a;b": "a", "尾矿!库": "库", "100%": "100", "a?b": "a", "{a}": "a", "a|b": "b",
    "a\\b": "b", "a\nb": "ab", "a#b": "a", " a": "a", "GPKG:a": "a",
}  # fmt: skip


def made(tmp_path, stem, suffix, name):
    """Write one row and give the files the stem, under which GDAL itself would not write."""
    folder = tmp_path / f"of {name}"
    folder.mkdir()
    frame = geopandas.GeoDataFrame({"name": [name]}, geometry=[BOX], crs=4490)
    frame.to_file(folder / f"s{suffix}", driver=DRIVERS[suffix], engine="pyogrio")
    for part in folder.iterdir():
        shutil.move(part, tmp_path / f"{stem}{part.name[1:]}")
    return tmp_path / f"{stem}{suffix}"


@pytest.mark.parametrize("suffix", DRIVERS)
@pytest.mark.parametrize("stem", DECOYS)
def test_the_file_of_the_name_is_read(tmp_path, monkeypatch, stem, suffix):
    monkeypatch.chdir(tmp_path)  # what follows "!" would be looked for here
    path = made(tmp_path, stem, suffix, "right")
    decoy = made(tmp_path, DECOYS[stem], suffix, "decoy")
    if ";" in stem and not decoy.is_dir():
        shutil.copy(decoy, tmp_path / "a")
    (layer,) = list_layers(path)
    assert layer == (stem if suffix in (".tab", ".mif", ".shp") else "s")
    for asked in (None, layer):
        source = read(path, layer=asked)
        names = source.columns["Name" if suffix == ".kml" else "name"]
        assert (source.path, names.to_pylist()) == (path, ["right"])
        assert source.layer in (layer, None)
        assert shapely.hausdorff_distance(source.geometry[0], BOX) < 1e-6


@pytest.mark.parametrize("stem", DECOYS)
def test_parquet_by_its_name(tmp_path, monkeypatch, stem):
    monkeypatch.chdir(tmp_path)
    frame = geopandas.GeoDataFrame({"name": ["right"]}, geometry=[BOX], crs=4490)
    path = tmp_path / f"{stem}.parquet"
    with path.open("wb") as stream:
        frame.to_parquet(stream)
    assert pq.ParquetFile(path).metadata.num_rows == 1
    assert read(path).columns["name"] == pa.array(["right"])


def test_a_folder_of_such_a_name(tmp_path):
    folder = tmp_path / "尾矿!库;新" / "a.zip"
    folder.mkdir(parents=True)
    path = folder / "坝.shp"
    for part in made(tmp_path, "坝", ".shp", "right").parent.glob("坝.*"):
        shutil.move(part, folder)
    assert read(path).columns["name"].to_pylist() == ["right"]


def test_a_layer_called_like_the_file(tmp_path):
    kml = (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>甲</name><Point>'
        "<coordinates>111,37</coordinates></Point></Placemark></Document></kml>"
    )
    path = tmp_path / "a!b.kml"
    path.write_text(kml, encoding="utf-8")
    assert list_layers(path) == ["a!b"]
    assert read(path, layer="a!b").layer == "a!b"


def test_two_layers_of_the_file_s_name(tmp_path):
    path = tmp_path / "a!b.kml"
    name = Name(path, tmp_path / "x.kml", "x")
    assert (name.asked("a!b", ["x"]), name.asked("a!b", ["a!b"])) == ("x", "a!b")
    with pytest.raises(FormatError, match="two of its layers are called a!b"):
        name.asked("a!b", ["x", "a!b"])


def test_what_gdal_says_names_the_file(tmp_path):
    path = tmp_path / "a!b.gpkg"
    path.write_bytes(b"SQLite format 3\0" + bytes(200))
    with pytest.raises(FormatError) as told:
        read(path)
    assert "minezone-" not in told.value.zh + told.value.en
    path = made(tmp_path, "c!d", ".fgb", "right")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(FormatError) as told:
        read(path)
    assert "minezone-" not in told.value.zh + told.value.en
    assert told.value.en.startswith(f"{path}: ")


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".kml"])
@pytest.mark.parametrize("stem", ["a!b", "a;b", "尾矿!库", "a\\b", "a\nb"])
def test_writing(tmp_path, monkeypatch, stem, suffix):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "里").mkdir()
    source = read(made(tmp_path / "里", "s", ".gpkg", "right"))
    folder = tmp_path / "x!y"
    folder.mkdir()
    written = write(source, folder / f"{stem}{suffix}")
    assert folder / f"{stem}{suffix}" in written.files
    assert sorted(folder.iterdir()) == sorted(written.files)
    assert {p.name.removeprefix(stem)[0] for p in written.files} == {"."}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x!y", "里"]
    back = read(folder / f"{stem}{suffix}")
    assert shapely.hausdorff_distance(back.geometry[0], BOX) < 1e-6


@pytest.mark.parametrize("name", ["a.gpkg", "尾矿 库（新）.shp", "2024-1_2.kml"])
def test_ordinary_names_need_no_link(tmp_path, name):
    with gdal_names.named(tmp_path / name, tmp_path / name) as found:
        assert (found.target, found.stem) == (tmp_path / name, None)
