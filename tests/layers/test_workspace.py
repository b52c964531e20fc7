"""workspace.toml: every key, read strictly."""

import numpy as np
import pytest
import shapely

from gis.errors import CRSError
from layers import formats
from layers.errors import LayerError, WorkspaceError
from layers.workspace import open_workspace

EVERY_KEY = """
title = "某县矿区"
jurisdiction = "CN-1409"
extent = "any"
[layers.mining_right]
source = "rights.gpkg"
layer = "rights"
id = "right_id"
ids = "row"
duplicate_ids = "number"
encoding = "GBK"
crs = "EPSG:4490"
fields = { licence_no = "许可证号" }
constants = { status = "granted", valid_to = 2030-01-31, overall_design = true }
positional_accuracy_m = 1
coverage = "county.gpkg"
empty_means_none = true
[terrain]
dem = ["dem/*.tif"]
vertical_accuracy_m = 4.0
"""


def test_every_key(write_workspace):
    workspace = open_workspace(write_workspace(EVERY_KEY, head=""))
    assert (workspace.title, workspace.jurisdiction, workspace.extent) == (
        "某县矿区", "CN-1409", "any",
    )  # fmt: skip
    layer = workspace.layers["mining_right"]
    assert (layer.source, layer.layer, layer.id) == ("rights.gpkg", "rights", "right_id")
    assert (layer.ids, layer.duplicate_ids, layer.encoding) == ("row", "number", "GBK")
    assert (layer.crs, layer.fields) == ("EPSG:4490", {"licence_no": "许可证号"})
    assert layer.constants["status"] == "granted"
    assert (layer.positional_accuracy_m, layer.coverage) == (1.0, "county.gpkg")
    assert layer.empty_means_none
    assert workspace.terrain.dem == ("dem/*.tif",)
    assert workspace.terrain.vertical_accuracy_m == 4.0
    assert len(workspace.sha256) == 64


def test_defaults(write_workspace, tmp_path):
    path = write_workspace('[layers.goaf]\nsource = "g.gpkg"\n')
    workspace = open_workspace(path)
    assert (workspace.title, workspace.extent, workspace.terrain) == (tmp_path.name, "china", None)
    layer = workspace.layers["goaf"]
    assert (layer.ids, layer.duplicate_ids, layer.empty_means_none) == ("required", "refuse", False)
    assert (layer.positional_accuracy_m, layer.coverage, layer.crs) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('titel = "x"', r"titel: is no known key \(did you mean title\?\)"),
        ('extent = "world"', "extent: must be one of china, any"),
        (
            "[layers.mining_rights]",
            r"layers.mining_rights: is no layer \(did you mean mining_right",
        ),
        ("[layers.goaf]", "layers.goaf.source: is missing"),
        ('[layers.goaf]\nsource = ""', "layers.goaf.source: must be text and not empty"),
        ("[layers.goaf]\nsource = 3", "layers.goaf.source: must be text"),
        ('[layers]\ngoaf = "g.gpkg"', "layers.goaf: must be a table"),
        ('[layers.goaf]\nsource = "g"\nsorce = "g"', r"layers.goaf.sorce: .*did you mean source"),
        ('[layers.goaf]\nsource = "g"\nids = "auto"', "layers.goaf.ids: must be one of required"),
        ('[layers.goaf]\nsource = "g"\nduplicate_ids = "keep"', "must be one of refuse, number"),
        ('[layers.goaf]\nsource = "g"\npositional_accuracy_m = 0', "must be a positive number"),
        ('[layers.goaf]\nsource = "g"\npositional_accuracy_m = nan', "must be a positive number"),
        ('[layers.goaf]\nsource = "g"\npositional_accuracy_m = true', "must be a positive number"),
        ('[layers.goaf]\nsource = "g"\nempty_means_none = 1', "must be true or false"),
        ('[layers.goaf]\nsource = "g"\nfields = { goaf = "x" }', "fields.goaf: is no column"),
        ('[layers.goaf]\nsource = "g"\nfields = { goaf_no = 1 }', "fields.goaf_no: "),
        ('[layers.goaf]\nsource = "g"\nconstants = { x = 1 }', "constants.x: is no column"),
        ('[layers.goaf]\nsource = "g"\nconstants = { water = [1] }', "constants.water: "),
        (
            '[layers.goaf]\nsource = "postgresql://h/d#s.t"',
            "database sources are not supported yet",
        ),
        ("[terrain]\ndem = []", "terrain.dem: must be a list"),
        ('[terrain]\ndem = "a.tif"', "terrain.dem: must be a list"),
        ('[terrain]\ndem = ["a"]\nx = 1', "terrain.x: is no known key"),
        ("terrain = 3", "terrain: must be a table"),
        ("layers = 3", "layers: must be a table"),
        ("x = ", "not valid TOML"),
        ('title = "a"\ntitle = "b"', "not valid TOML"),
    ],
)
def test_wrong_keys_are_named(write_workspace, text, message):
    with pytest.raises(WorkspaceError, match=message) as caught:
        open_workspace(write_workspace(text + "\n"))
    assert "workspace.toml" in caught.value.zh and "workspace.toml" in caught.value.en
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("word", ["US", "CN-1", "CN14", "CN-14-01", "cn", ""])
def test_wrong_jurisdictions(write_workspace, word):
    with pytest.raises(WorkspaceError, match="jurisdiction"):
        open_workspace(write_workspace("", head=f'jurisdiction = "{word}"\n'))


def test_the_national_law_is_the_default(write_workspace):
    assert open_workspace(write_workspace("", head="")).jurisdiction == "CN"


def test_files_that_are_no_workspace(tmp_path):
    with pytest.raises(WorkspaceError, match="cannot be opened"):
        open_workspace(tmp_path / "none.toml")
    (tmp_path / "gbk.toml").write_bytes('title = "县"'.encode("gbk"))
    with pytest.raises(WorkspaceError, match="not valid TOML in UTF-8"):
        open_workspace(tmp_path / "gbk.toml")


def test_a_byte_order_mark_is_no_harm(tmp_path):
    path = tmp_path / "w.toml"
    path.write_bytes(b'\xef\xbb\xbfjurisdiction = "CN"\n')
    assert open_workspace(path).jurisdiction == "CN"


def test_layers_are_loaded_from_beside_the_file(write_gpkg, write_workspace):
    write_gpkg("数据 目录/采空区.gpkg", {"采空区编号": ["G1", "G2"], "是否治理": ["是", "否"]})
    path = write_workspace('[layers.goaf]\nsource = "数据 目录/采空区.gpkg"\n')
    workspace = open_workspace(path)
    layers = workspace.load(["goaf", "river"])
    assert list(layers) == ["goaf"]
    goaf = layers["goaf"]
    assert goaf.registered
    assert sorted(goaf.feature_id) == ["goaf:G1", "goaf:G2"]
    provenance = goaf.provenance[0]
    assert (provenance.role, provenance.source) == ("workspace", "数据 目录/采空区.gpkg")


def test_a_missing_source_is_named(write_workspace):
    path = write_workspace('[layers.goaf]\nsource = "none.gpkg"\n')
    with pytest.raises(WorkspaceError, match=r"layers.goaf.source: no such file: none.gpkg"):
        open_workspace(path).load()


def test_the_layer_of_a_container(write_gpkg, write_workspace):
    write_gpkg("all.gpkg", {"goaf_no": ["G1"]}, layer="goaf")
    write_gpkg("all.gpkg", {"goaf_no": ["G2"]}, layer="other")
    path = write_workspace('[layers.goaf]\nsource = "all.gpkg"\n')
    assert open_workspace(path).load()["goaf"].source_id.tolist() == ["G1"]
    path = write_workspace('[layers.goaf]\nsource = "all.gpkg"\nlayer = "other"\n')
    assert open_workspace(path).load()["goaf"].source_id.tolist() == ["G2"]
    path = write_workspace('[layers.river]\nsource = "all.gpkg"\n')
    with pytest.raises(LayerError, match="goaf、other"):
        open_workspace(path).load()


def test_coverage_is_the_union_of_its_polygons(write_gpkg, write_workspace, codes_of):
    write_gpkg("g.gpkg", {"goaf_no": ["G1"]})
    write_gpkg("cover.gpkg", {}, [shapely.box(110, 38, 111, 40), shapely.box(111, 38, 113, 40)])
    path = write_workspace('[layers.goaf]\nsource = "g.gpkg"\ncoverage = "cover.gpkg"\n')
    layer = open_workspace(path).load()["goaf"]
    assert len(layer.coverage) == 1
    assert layer.coverage.to_shapely()[0].equals(shapely.box(110, 38, 113, 40))
    assert layer.provenance[0].coverage == "cover.gpkg"
    assert "completeness_not_stated" not in codes_of(layer.issues)


def test_a_coverage_that_cannot_be_used_is_an_error(write_gpkg, write_workspace):
    write_gpkg("g.gpkg", {"goaf_no": ["G1"]})
    path = write_workspace('[layers.goaf]\nsource = "g.gpkg"\ncoverage = "none.gpkg"\n')
    with pytest.raises(WorkspaceError, match=r"layers.goaf.coverage: no such file"):
        open_workspace(path).load()
    write_gpkg("points.gpkg", {}, [shapely.Point(111, 39)], kind="Point")
    path = write_workspace('[layers.goaf]\nsource = "g.gpkg"\ncoverage = "points.gpkg"\n')
    with pytest.raises(LayerError, match="the geometry is a point"):
        open_workspace(path).load()


def test_a_wrong_crs_names_the_layer_file(write_gpkg, write_workspace):
    write_gpkg("g.gpkg", {"goaf_no": ["G1"]})
    path = write_workspace('[layers.goaf]\nsource = "g.gpkg"\ncrs = "EPSG:99999999"\n')
    with pytest.raises(CRSError, match=r"g\.gpkg: crs: "):
        open_workspace(path).load()


def test_accuracies_reach_the_layer(write_gpkg, write_workspace):
    write_gpkg("g.gpkg", {"goaf_no": ["G1"]})
    path = write_workspace('[layers.goaf]\nsource = "g.gpkg"\npositional_accuracy_m = 3\n')
    assert open_workspace(path).load()["goaf"].sigma_m.tolist() == [3.0]
    path = write_workspace('[layers.goaf]\nsource = "g.gpkg"\n')
    assert np.isnan(open_workspace(path).load()["goaf"].sigma_m).all()


def test_a_source_that_changes_while_it_is_read_leaves_no_snapshot(
    write_gpkg, write_workspace, monkeypatch, tmp_path
):
    write_gpkg("g.gpkg", {"goaf_no": ["G1"]})
    path = write_workspace('[layers.goaf]\nsource = "g.gpkg"\n')
    monkeypatch.setattr(formats, "digest", lambda path: "0" * 64)
    with pytest.raises(WorkspaceError, match=r"g\.gpkg: the file changed while it was read"):
        open_workspace(path).load()
    assert not list(tmp_path.rglob("*.parquet"))


def test_numbers_written_differently_are_the_same_number(write_gpkg, write_workspace):
    write_gpkg("r.gpkg", {"licence_no": ["Ｃ14　001"]})
    write_gpkg("g.gpkg", {"goaf_no": ["G1"], "owner_licence_no": [" C14001\u200b"]})
    path = write_workspace(
        '[layers.mining_right]\nsource = "r.gpkg"\n[layers.goaf]\nsource = "g.gpkg"\n'
    )
    layers = open_workspace(path).load()
    goafs, rights = layers["goaf"], layers["mining_right"]
    i, j = goafs.matches("owner_licence_no", rights, "licence_no")
    assert (i.tolist(), j.tolist(), rights.source_id.tolist()) == ([0], [0], ["C14001"])
