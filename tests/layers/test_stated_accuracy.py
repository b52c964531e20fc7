"""A file that says how good its own places are is never judged more sharply than that."""

import sqlite3
from contextlib import closing

import geopandas
import pytest
import shapely

from layers.catalog import schema
from layers.errors import LayerError
from layers.formats import read
from layers.loader import load
from layers.settings import LayerSettings
from layers.vetted import load_vetted

SQUARES = [shapely.box(38500000 + x, 3760000, 38500100 + x, 3760100) for x in (0, 200, 400)]


def written(folder, values, field="positional_accuracy_m", suffix="gpkg"):
    columns = {"licence_no": ["C1", "C2", "C3"], field: values}
    path = folder / f"a.{suffix}"
    geopandas.GeoDataFrame(columns, geometry=SQUARES, crs=4526).to_file(path)
    return path


@pytest.mark.parametrize(
    ("field", "suffix"),
    [
        ("positional_accuracy_m", "gpkg"),
        ("positional_accuracy_m", "geojson"),
        ("Positional_Accuracy_M", "gpkg"),
        ("POS_ACC_M", "shp"),
    ],
)
def test_the_worst_row_counts_for_all(tmp_path, field, suffix):
    path = written(tmp_path, [0.5, 2.0, None], field, suffix)
    layer = load_vetted(path)["mining_right"]
    assert layer.provenance[0].positional_accuracy_m == 2.0
    assert layer.sigma_m.tolist() == [2.0, 2.0, 2.0]
    (said,) = [i for i in layer.issues if i.code == "accuracy_of_file"]
    assert said.severity == "warning"
    assert said.en.endswith("states places good to 2 m (positional_accuracy_m); judged so")
    assert not any("positional" in i.en.lower() for i in layer.issues if i.code == "fields_ignored")


@pytest.mark.parametrize("values", [["2.0", "", "0.25"], [None, None, 2.0]])
def test_texts_and_gaps(tmp_path, values):
    layer = load_vetted(written(tmp_path, values))["mining_right"]
    assert layer.sigma_m.tolist() == [2.0, 2.0, 2.0]


@pytest.mark.parametrize("values", [[None, None, None], ["", "", ""]])
def test_nothing_stated(tmp_path, values):
    layer = load_vetted(written(tmp_path, values))["mining_right"]
    assert layer.provenance[0].positional_accuracy_m is None


@pytest.mark.parametrize("bad", ["约2", "２", "1_0", -1.0, 0.0, 100.1, float("inf"), "nan m"])
def test_what_is_no_accuracy_is_refused(tmp_path, bad):
    values = ["1", bad, "1"] if isinstance(bad, str) else [1.0, bad, 1.0]
    with pytest.raises(LayerError, match=r"row 2: field positional_accuracy_m: .* is no accuracy"):
        load_vetted(written(tmp_path, values))


@pytest.mark.parametrize(("workspace", "counts"), [(None, 2.0), (0.1, 2.0), (5.0, 5.0)])
def test_the_worse_of_file_and_workspace_counts(tmp_path, workspace, counts):
    path = written(tmp_path, [0.5, 2.0, None])
    settings = LayerSettings(source=path.name, positional_accuracy_m=workspace)
    layer = load(read(path), schema("mining_right"), settings)
    assert layer.sigma_m.tolist() == [counts] * 3


def test_an_accuracy_of_which_nothing_could_be_made_is_refused(tmp_path):
    path = written(tmp_path, [None] * 3, "note")
    with closing(sqlite3.connect(path)) as database:
        database.execute("ALTER TABLE a ADD positional_accuracy_m BLOB DEFAULT x'32'")
    assert "positional_accuracy_m" not in read(path).columns
    with pytest.raises(LayerError, match=r"row 1: field positional_accuracy_m: .* is no accuracy"):
        load_vetted(path)
