"""Parameters that no survey gives, control points that tell nothing, files that are none."""

import os

import geopandas
import numpy as np
import pytest
import shapely

from gis.datum import Control, FourParameters, fit_points
from gis.errors import DatumError
from layers.datum_file import named_points, read_datum
from layers.errors import FormatError, WorkspaceError
from layers.vetted import load_vetted

SEVEN = """datum = "西安80"
accuracy_m = 0.5
[seven]
dx = 1.0
dy = 2.0
dz = 3.0
rx = 0.1
ry = 0.2
rz = 0.3
scale_ppm = 1.5
convention = "position_vector"
"""
FOUR = """datum = "西安80"
accuracy_m = 0.3
[four]
meridian = 111
dx = 10.0
dy = 100.0
rotation_s = 0
scale_ppm = 0
"""
POINTS = 'datum = "西安80"\n[points]\nfile = "控制点.csv"\nmeridian = 111\n'
SQUARE = [(4370000, 500000), (4370000, 520000), (4390000, 520000), (4390000, 500000)]


@pytest.fixture
def write(tmp_path):
    def write(text, name="参数.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def points(write):
    def points(old, moved=(10.0, 100.0), noise=(0.1, -0.1, 0.1, -0.1), accuracy=""):
        rows = [f"G{k},{x},{y},{x + moved[0] + d},{y + moved[1]}"
                for k, ((x, y), d) in enumerate(zip(old, noise, strict=False), 1)]  # fmt: skip
        write("\n".join(["点名,原X,原Y,新X,新Y", *rows]) + "\n", "控制点.csv")
        return write(POINTS.replace("[points]", f"{accuracy}\n[points]"))

    return points


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SEVEN.replace("rx = 0.1", "rx = 3600.0"), "seven: a rotation of 3600 seconds cannot be"),
        (SEVEN.replace("0.1\n", "1e-6\n").replace("0.2\n", "2e-6\n").replace("0.3\n", "1e-6\n"),
         "seven: a rotation of 2e-06 seconds cannot be"),
        (SEVEN.replace("1.5", "1000.0"), "seven: a scale of 1000 cannot be"),
        (SEVEN.replace("1.5", "1.0000015"), "seven: a scale of 1.0000015 cannot be"),
        (SEVEN.replace("1.5", "1.5e-6"), "a scale of 1.5e-06 cannot be"),
        (SEVEN.replace("dx = 1.0", "dx = 6000000.0"), "move every place of China by"),
        (FOUR.replace("dy = 100.0", "dy = 37000100.0"), "four: the parameters move every place"),
        (FOUR.replace("dy = 100.0", "dy = 38000100.25").replace("dx = 10.0", "dx = 38000100.25"),
         "do the offsets carry a zone number"),
        (FOUR.replace("dx = 10.0", "dx = 1500.0"), "four: the parameters move every place"),
        (FOUR.replace("rotation_s = 0", "rotation_s = -700"), "a rotation of 700 seconds"),
    ],
)  # fmt: skip
def test_impossible_parameters_are_refused(write, text, said):
    with pytest.raises(DatumError, match=said):
        read_datum(write(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FOUR.replace("meridian = 111", "meridian = 37"), "must be a central meridian of China"),
        (FOUR.replace("dx = 10.0", "dx = nan"), "four.dx: must be a number"),
        (FOUR.replace("dx = 10.0", "dx = 10.0\ndx = 11.0"), "not valid TOML"),
        ("a = " + "[" * 100_000, "nested too deep|not valid TOML"),
    ],
)
def test_what_is_no_parameter_is_named(write, text, said):
    with pytest.raises(WorkspaceError, match=said):
        read_datum(write(text))
    assert named_points(write(text)) is None


def test_what_surveys_give_is_taken(write):
    assert read_datum(write(SEVEN)).shift.accuracy_m == 0.5
    assert read_datum(write(FOUR)).shift.dy == 100.0
    local = FOUR.replace("scale_ppm = 0", "scale_ppm = -25").replace("dx = 10.0", "dx = 110.0")
    assert read_datum(write(local)).shift.scale_ppm == -25.0


def test_parameters_of_another_area_do_not_move_a_file_away(write, tmp_path):
    # 4,370 km from the equator -300 ppm are -1,311 m; the place that stays lies far to the south.
    text = FOUR.replace("scale_ppm = 0", "scale_ppm = -300")
    frame = geopandas.GeoDataFrame(
        {"许可证号": ["C1"]}, geometry=[shapely.box(37510000, 4380000, 37511000, 4381000)], crs=2361
    )
    frame.to_file(tmp_path / "旧.gpkg", layer="mining_right")
    with pytest.raises(DatumError, match=r"move a place by 13\d\d m, more than 1000 m"):
        load_vetted(tmp_path / "旧.gpkg", datum=write(text))


@pytest.mark.parametrize(
    ("old", "said"),
    [
        ([SQUARE[0], SQUARE[0], SQUARE[2], SQUARE[3]], "control points 1 and 2 lie in one place"),
        ([(4370000 + 1000 * k, 500000 + 2000 * k) for k in range(4)], "lie in one line"),
        ([(4370000 + 1000 * k, 500000 + (k == 1)) for k in range(4)], "lie in one line"),
    ],
)
def test_points_that_tell_no_similarity(points, old, said):
    with pytest.raises(DatumError, match=said):
        read_datum(points(old))


def test_points_that_are_no_pairs(points):
    with pytest.raises(DatumError, match="control point 2: old and new differ by 1205 m"):
        read_datum(points(SQUARE, moved=(1200, 100), noise=(0, 1, 0, 0)))


def test_points_are_the_least_that_can_be_claimed(points):
    fitted = 0.1 * 2**0.5
    assert read_datum(points(SQUARE)).shift.accuracy_m == pytest.approx(fitted, rel=1e-6)
    stated = read_datum(points(SQUARE, accuracy="accuracy_m = 0.001")).shift
    assert stated.accuracy_m == pytest.approx(fitted, rel=1e-6)
    assert read_datum(points(SQUARE, accuracy="accuracy_m = 2.0")).shift.accuracy_m == 2.0


def test_accuracy_grows_outside_the_points():
    old = np.array([[0.0, 0], [0, 2000], [2000, 2000], [2000, 0]])
    old += np.array([4_370_000, 500_000])
    shift = fit_points("Xian 1980", 111.0, old, old + np.array([10, 100])).shift
    control = shift.control
    assert (control.count, control.centre) == (4, (4_371_000.0, 501_000.0))
    assert control.spread_m2 == pytest.approx(8e6)
    places = np.array([[4_371_000.0, 501_000], [4_371_000, 502_000.5], [4_371_000, 511_000]])
    assert control.outside_m(places) == pytest.approx([0, 0.5, 9000])
    assert control.growth(places) == pytest.approx([1, 1, (1 + 1 / 4 + 1e8 / 8e6) ** 0.5])


def test_a_place_outside_the_points_is_said_and_counted(points, tmp_path):
    def layer(east):
        frame = geopandas.GeoDataFrame(
            {"许可证号": ["C1"]}, geometry=[shapely.box(east, 4380000, east + 1000, 4381000)],
            crs=2361,
        )  # fmt: skip
        path = tmp_path / f"{east}.gpkg"
        frame.to_file(path, layer="mining_right")
        return load_vetted(path, datum=points(SQUARE))["mining_right"]

    near, far = layer(37510000), layer(37547000)
    assert [i for i in near.issues if i.code == "datum_extrapolated"] == []
    (said,) = [i for i in far.issues if i.code == "datum_extrapolated"]
    # The farthest corner: 38 km east of the centre, 1 km north of it; sum d² = 4 · 2e8.
    sigma = 0.1 * 2**0.5 * (1 + 1 / 4 + (38_000**2 + 1000**2) / 8e8) ** 0.5
    assert "up to 28000 m" in said.en and f"{sigma:.2f} m" in said.en
    assert near.worst_sigma_m == pytest.approx(0.1 * 2**0.5, rel=1e-6)
    assert far.worst_sigma_m == pytest.approx(sigma, rel=1e-4)


def test_fitted_parameters_are_equal_by_value():
    control = Control(3, (0.0, 0.0), 1.0, ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)))
    shift = FourParameters("Xian 1980", 111.0, 0, 0, 0, 0, 0.1, control)
    assert hash(shift) == hash(FourParameters("Xian 1980", 111.0, 0, 0, 0, 0, 0.1, control))


def test_pipes_devices_and_large_files_are_refused_at_once(write, tmp_path):
    os.mkfifo(tmp_path / "管道.toml")
    for path in (tmp_path / "管道.toml", tmp_path):
        with pytest.raises(FormatError, match="is no regular file"):
            read_datum(path)
        assert named_points(path) is None
    (tmp_path / "零.toml").symlink_to("/dev/zero")
    with pytest.raises(FormatError, match="is no regular file"):
        read_datum(tmp_path / "零.toml")
    with pytest.raises(FormatError, match="more than 1 MB"):
        read_datum(write("#" * 1_000_001))
    write("#" * 1_000_001, "控制点.csv")
    with pytest.raises(FormatError, match=r"控制点.csv: has 1000001 bytes"):
        read_datum(write(POINTS))
    with pytest.raises(WorkspaceError, match="cannot be opened"):
        read_datum(tmp_path / "无.toml")
