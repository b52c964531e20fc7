"""Folders of one name in a KML: one layer, whoever names it, and no placemark of it lost."""

import pytest

from layers.errors import FormatError
from layers.formats import list_layers, read
from layers.vetted import load_vetted
from layers.workspace import open_workspace

WHOLE = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'
POINT = "<Point><coordinates>111,37</coordinates></Point>"


def mark(number, shape="", field="许可证号"):
    """Return a placemark, an outline or ``shape``; outlines 1 and 2 overlap."""
    west = 111 + number / 200
    ring = f"{west},37 {west + 0.01},37 {west + 0.01},37.01 {west},37"
    ring = f"<LinearRing><coordinates>{ring}</coordinates></LinearRing>"
    outline = f"<Polygon><outerBoundaryIs>{ring}</outerBoundaryIs></Polygon>"
    data = f'<ExtendedData><Data name="{field}"><value>C{number}</value></Data></ExtendedData>'
    return f"<Placemark>{data if field else ''}{shape or outline}</Placemark>"


def folder(name, *inside):
    return f"<Folder><name>{name}</name>{''.join(inside)}</Folder>"


@pytest.fixture
def kml(tmp_path):
    def kml(*inside):
        path = tmp_path / "t.kml"
        path.write_text(WHOLE.format("".join(inside)), encoding="utf-8")
        return path

    return kml


def licences(source):
    return source.columns["许可证号"].to_pylist()


TWO = {
    "nested": (folder("甲县", folder("矿界", mark(1))), folder("乙县", folder("矿界", mark(2)))),
    "side by side": (folder("矿界", mark(1)), folder("矿界", mark(2))),
    "one in the other": (folder("矿界", mark(1), folder("矿界", mark(2))),),
    "in the document of that name": ("<name>矿界</name>", mark(1), folder("矿界", mark(2))),
    "one empty": (folder("矿界"), folder("矿界", mark(1)), folder("x", folder("矿界", mark(2)))),
    "other blanks": (folder("矿界", mark(1)), folder(" 矿 界", mark(2))),
}


@pytest.mark.parametrize("inside", TWO.values(), ids=TWO)
@pytest.mark.parametrize("layer", [None, "矿界"])
def test_folders_of_one_name_are_one_layer(kml, inside, layer):
    path = kml(*inside)
    assert list_layers(path) == ["矿界"]
    source = read(path, layer=layer)
    assert (licences(source), source.declared) == (["C1", "C2"], 2)
    assert [shape.bounds[0] for shape in source.geometry] == [111.005, 111.01]
    assert [i.code for i in source.issues] == ["folders_joined"]


def test_they_are_told_by_where_they_stand(kml):
    source = read(kml(*TWO["nested"]), layer="矿界")
    assert source.columns["文件夹"].to_pylist() == ["甲县/矿界", "乙县/矿界"]
    (told,) = source.issues
    assert (told.severity, told.zh, told.en) == (
        "warning",
        "2 个文件夹同名，作为一层依次读入：甲县/矿界、乙县/矿界",
        "2 folders have one name and are read as one layer: 甲县/矿界, 乙县/矿界",
    )


def test_they_are_one_whatever_they_hold(kml):
    path = kml(folder("矿界", mark(1)), folder("矿界", mark(2, field="")),
               folder("矿界", mark(3, POINT)), folder("拐点", mark(4, POINT)))  # fmt: skip
    source = read(path)
    assert licences(source) == ["C1", None, "C3"]
    layer = load_vetted(path, "mining_right")["mining_right"]
    (account,) = layer.provenance
    assert (account.declared, account.read, account.refused) == (3, 3, 1)  # a point is no outline


@pytest.mark.parametrize("second", ["mining_right", "MINING_RIGHT"])
@pytest.mark.parametrize("asked", [None, "mining_right"])
def test_folders_called_like_a_layer_of_the_contract(kml, second, asked):
    path = kml(folder("mining_right", mark(1)), folder("x", folder(second, mark(2))))
    layer = load_vetted(path, asked)["mining_right"]
    assert layer.table["licence_no"].to_pylist() == ["C1", "C2"]


@pytest.mark.parametrize(("name", "key"), [("矿界", 'layer = "矿界"\n'), ("mining_right", "")])
def test_a_workspace_gets_all_of_them(kml, tmp_path, name, key):
    kml(folder("甲", folder(name, mark(1))), folder("乙", folder(name, mark(2))), mark(3))
    workspace = tmp_path / "w.toml"
    workspace.write_text(f'[layers.mining_right]\nsource = "t.kml"\n{key}', encoding="utf-8")
    layer = open_workspace(workspace).load(["mining_right"])["mining_right"]
    assert sorted(layer.table["licence_no"].to_pylist()) == ["C1", "C2"]
    codes = [i.code for i in layer.issues if i.code in ("folders_joined", "layers_not_read")]
    assert sorted(codes) == ["folders_joined", "layers_not_read"]


def test_one_of_them_can_be_asked_for_by_its_number(kml):
    source = read(kml(*TWO["nested"]), layer="矿界 (#2)")
    assert licences(source) == ["C2"] and source.issues == ()


def test_folders_beside_the_one_that_is_named_are_told(kml):
    path = kml(mark(1), folder("甲乡", mark(2)), folder("乙乡", mark(3)))
    (told,) = read(path, layer="甲乡").issues
    assert (told.severity, told.code) == ("warning", "layers_not_read")
    assert told.en == "folders with the same fields as 甲乡 are not read: t, 乙乡"


@pytest.mark.parametrize(
    "beside",
    [folder("乙乡", mark(2, field="备注")), folder("tailings_facility", mark(2)),
     folder("保护区", mark(2, field="名称")), folder("拐点", mark(2, field=""))],
)  # fmt: skip
def test_folders_of_something_else_are_not(kml, beside):
    assert read(kml(folder("甲乡", mark(1)), beside), layer="甲乡").issues == ()


def test_names_that_differ_are_layers_of_their_own(kml):
    path = kml(folder("矿界", mark(1, field="")), folder("矿界2", mark(2, field="")))
    assert list_layers(path) == ["矿界", "矿界2"]
    with pytest.raises(FormatError, match="has several layers: 矿界、矿界2"):
        read(path)
