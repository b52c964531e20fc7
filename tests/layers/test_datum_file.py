"""Parameter files and what comes of them in a layer."""

import geopandas
import numpy as np
import pyproj
import pytest
import shapely

from gis.errors import DatumError
from layers.datum_file import read_datum
from layers.errors import FormatError, WorkspaceError
from layers.vetted import load_vetted
from layers.workspace import open_workspace

FOUR = """datum = "西安80"
accuracy_m = 0.3
[four]
meridian = 111
dx = 10.0
dy = 100.0
rotation_s = 0
scale_ppm = 0
"""
X, Y = 4380000.0, 37510000.0  # north, east with the prefix of zone 37


@pytest.fixture
def write(tmp_path):
    def write(text, name="参数.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def old_square(tmp_path):
    frame = geopandas.GeoDataFrame(
        {"许可证号": ["C1"]}, geometry=[shapely.box(Y, X, Y + 1000, X + 1000)], crs=2361
    )
    path = tmp_path / "旧.gpkg"
    frame.to_file(path, layer="mining_right")
    return path


def test_four_parameters_move_a_layer(write, old_square):
    with pytest.raises(DatumError, match="no public transformation"):
        load_vetted(old_square)
    layer = load_vetted(old_square, datum=write(FOUR))["mining_right"]
    # Planes differ by ellipsoid only; the shift is 10 m north and 100 m east on the new one.
    east, north = pyproj.Proj(proj="tmerc", lon_0=111, x_0=500000, a=6378137, rf=298.257222101)(
        *np.array(layer.geometry[0].exterior.coords).T
    )
    assert min(east) == pytest.approx(510100.0, abs=1e-4)
    assert min(north) == pytest.approx(X + 10, abs=1e-4)
    assert layer.provenance[0].transformation_accuracy_m == 0.3
    # Nothing else is said of accuracy, and yet a distance is no better than the shift.
    assert layer.sigma_m.tolist() == [0.3] and layer.worst_sigma_m == 0.3
    assert "four parameters" in layer.provenance[0].transformation


def test_a_shift_for_another_datum_is_refused(write, old_square):
    with pytest.raises(DatumError, match="the given parameters are for Beijing 1954"):
        load_vetted(old_square, datum=write(FOUR.replace("西安80", "北京54")))


def test_a_file_in_cgcs2000_needs_none_and_takes_none(write, tmp_path):
    frame = geopandas.GeoDataFrame(
        {"许可证号": ["C1"]}, geometry=[shapely.box(Y, X, Y + 1000, X + 1000)], crs=4525
    )
    frame.to_file(tmp_path / "新.gpkg", layer="mining_right")
    layer = load_vetted(tmp_path / "新.gpkg", datum=write(FOUR))["mining_right"]
    assert layer.provenance[0].transformation == "CGCS2000"


POINTS = "点名,原X,原Y,新X,新Y\n" + "".join(
    f"G{k},{x},{y},{x + 10 + d},{y + 100}\n"
    for k, (x, y, d) in enumerate(
        [(4370000, 37500000, 0.1), (4370000, 37520000, -0.1), (4390000, 37520000, 0.1),
         (4390000, 37500000, -0.1)], 1)
)  # fmt: skip


def test_control_points_tell_residuals_and_accuracy(write, old_square):
    write(POINTS, "控制点.csv")
    path = write('datum = "西安80"\n[points]\nfile = "控制点.csv"\nmeridian = 111\n')
    layer = load_vetted(old_square, datum=path)["mining_right"]
    told = [i.zh for i in layer.issues if i.code == "control_point"]
    # The errors ±0.1 in turn round the square are no similarity at all: all of it is residual.
    assert [t.split("控制点 ")[-1] for t in told] == [
        "G1 残差 北 +0.100 米，东 +0.000 米", "G2 残差 北 -0.100 米，东 +0.000 米",
        "G3 残差 北 +0.100 米，东 +0.000 米", "G4 残差 北 -0.100 米，东 +0.000 米",
    ]  # fmt: skip
    # sqrt(4 · 0.01 / (8 - 4)) = 0.1 of a coordinate, times sqrt 2 of a place
    assert layer.provenance[0].transformation_accuracy_m == pytest.approx(0.1 * 2**0.5, rel=1e-6)


def test_a_workspace_layer_with_parameters(write, old_square, tmp_path):
    write(FOUR)
    workspace = write(
        '[layers.mining_right]\nsource = "旧.gpkg"\ndatum = "参数.toml"\n', "workspace.toml"
    )
    first = open_workspace(workspace).load(["mining_right"])["mining_right"]
    write(FOUR.replace("dy = 100.0", "dy = 200.0"))  # the snapshot may not outlive the parameters
    second = open_workspace(workspace).load(["mining_right"])["mining_right"]
    assert first.sigma_m.tolist() == second.sigma_m.tolist() == [0.3]
    moved = second.geometry[0].bounds[0] - first.geometry[0].bounds[0]
    assert moved * 111320 * np.cos(np.radians(39.6)) == pytest.approx(100, rel=0.01)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FOUR.replace("西安80", "CGCS2000"), "must be Xian 1980 or Beijing 1954"),
        (FOUR.replace("accuracy_m = 0.3\n", ""), "accuracy_m: is missing"),
        (FOUR.replace("dx = 10.0", "dx = true"), "four.dx: must be a number"),
        (FOUR.replace("dx = 10.0", "dz = 10.0"), "four.dz: is no known key"),
        (FOUR + "[seven]\ndx = 1\n", "exactly one of these tables"),
        (FOUR.replace("[four]", "[seven]"), "seven.meridian"),
        ("datum = ", "not valid TOML"),
        ('datum = "西安80"\naccuracy_m = 1\n[seven]\ndx = 1\n', "seven.convention: is missing"),
        ('datum = "西安80"\n[points]\nfile = "无.csv"\nmeridian = 111\n', "no such file"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(write, text, said):
    with pytest.raises(WorkspaceError, match=said):
        read_datum(write(text))


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ("a,b\n1,2\n", "must name the columns"),
        (POINTS.replace("37500000", "38500000", 1), "eastings tell zone 37, 38"),
        (POINTS.replace("4370000,", "x,", 1), "row 2: no numbers"),
        (POINTS.replace("4370000,", "nan,", 1), "not a finite number"),
    ],
)
def test_what_is_wrong_with_control_points(write, points, said):
    write(points, "控制点.csv")
    with pytest.raises(FormatError, match=said):
        read_datum(write('datum = "西安80"\n[points]\nfile = "控制点.csv"\nmeridian = 111\n'))


def test_a_shift_that_was_not_needed_adds_no_uncertainty(write, tmp_path):
    frame = geopandas.GeoDataFrame(
        {"许可证号": ["C1"]}, geometry=[shapely.box(111, 37, 111.01, 37.01)], crs=4326
    )
    frame.to_file(tmp_path / "新.gpkg", layer="mining_right")
    layer = load_vetted(tmp_path / "新.gpkg", datum=write(FOUR))["mining_right"]
    assert np.isnan(layer.sigma_m).all() and not layer.provenance[0].shifted
