"""What the way to another datum says goes along with the file, and its accuracy in it."""

import geopandas
import pytest
import shapely

from gis.errors import DatumError
from layers.datum_file import read_datum
from layers.errors import FormatError
from layers.formats import read
from layers.formats.writing import write
from layers.vetted import load_vetted

FOUR = (
    'datum = "西安80"\naccuracy_m = 2.0\n[four]\nmeridian = 111\ndx = 10\ndy = 100\n'
    "rotation_s = 0\nscale_ppm = 0\n"
)
SHIFT = "Xian 1980 -> CGCS2000, four parameters on meridian 111: 10.0000 100.0000 m, 0.000000 s, " \
    "0.000000 ppm"  # fmt: skip


@pytest.fixture
def four(tmp_path):
    (tmp_path / "参数.toml").write_text(FOUR, encoding="utf-8")
    return read_datum(tmp_path / "参数.toml")


def rows(folder, crs=2361, **columns):
    outlines = [shapely.box(37500000 + x, 4390000, 37500100 + x, 4390100) for x in (0, 300)]
    frame = geopandas.GeoDataFrame(
        {"许可证号": ["C1", "C2"], **columns}, geometry=outlines, crs=crs
    )
    frame.to_file(folder / "旧.gpkg")
    return read(folder / "旧.gpkg")


def told(written):
    return {issue.code: issue.en for issue in written.issues}


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson", "kml"])
def test_the_accuracy_goes_along(tmp_path, four, suffix):
    out = write(rows(tmp_path), tmp_path / f"新.{suffix}", crs=crs_of(suffix), datum=four)
    assert (out.way.description, out.way.accuracy_m) == (SHIFT, 2.0)
    assert told(out)["accuracy_written"] == (
        "places are good to 2 m after the shift; field positional_accuracy_m says so to later "
        "vetting"
    )
    layer = load_vetted(tmp_path / f"新.{suffix}", "mining_right")["mining_right"]
    # GeoJSON and KML are WGS 84, which is CGCS2000 to a metre.
    due = 2.0 if crs_of(suffix) else 5**0.5
    assert layer.sigma_m.tolist() == pytest.approx([due, due], abs=1e-12)
    moved = load_vetted(tmp_path / "旧.gpkg", "mining_right", datum=tmp_path / "参数.toml")
    assert shapely.hausdorff_distance(
        shapely.union_all(layer.geometry), shapely.union_all(moved["mining_right"].geometry)
    ) == pytest.approx(0, abs=1e-9)  # nine decimals in GeoJSON


def crs_of(suffix):
    from gis.crs import parse_crs

    return parse_crs("EPSG:4525") if suffix in ("gpkg", "shp") else None


@pytest.mark.parametrize("suffix", ["txt", "xlsx", "dxf"])
def test_a_form_without_fields_loses_it_and_says_so(tmp_path, four, suffix):
    out = write(rows(tmp_path), tmp_path / f"新.{suffix}", datum=four)
    assert "no place for the accuracy of 2 m" in told(out)["accuracy_not_written"]
    assert "positional_accuracy_m = 2" in told(out)["accuracy_not_written"]


def test_a_file_that_states_one_does_not_lose_it(tmp_path, four):
    source = rows(tmp_path, positional_accuracy_m=[1.5, None])
    out = write(source, tmp_path / "新.gpkg", crs=crs_of("gpkg"), datum=four)
    assert "places are good to 2.5 m" in told(out)["accuracy_written"]
    again = read(tmp_path / "新.gpkg")
    assert again.columns["positional_accuracy_m"].to_pylist() == [2.5, 2.0]
    told_of = told(write(again, tmp_path / "再.txt"))
    assert "no place for the accuracy of 2.5 m" in told_of["accuracy_not_written"]
    assert "accuracy_written" not in told(write(again, tmp_path / "再.geojson"))
    assert read(tmp_path / "再.geojson").columns["positional_accuracy_m"].to_pylist() == [2.5, 2.0]


def test_control_points_are_told(tmp_path):
    (tmp_path / "点.csv").write_text(
        "点名,原X,原Y,新X,新Y\nG1,4300000,37300000,4300010.1,37300100\n"
        "G2,4300100,37300000,4300110.1,37300100\nG3,4300100,37300100,4300110.13,37300200.02\n"
        "G4,4300000,37300100,4300010.1,37300200\n",
        encoding="utf-8",
    )
    (tmp_path / "远.toml").write_text(
        'datum = "西安80"\n[points]\nfile = "点.csv"\nmeridian = 111\n', encoding="utf-8"
    )
    datum = read_datum(tmp_path / "远.toml")
    out = write(rows(tmp_path), tmp_path / "新.gpkg", crs=crs_of("gpkg"), datum=datum)
    assert [i.code for i in out.issues].count("control_point") == 4
    sigma = out.way.accuracy_m
    assert f"places are taken as good to {sigma:.2f} m" in told(out)["datum_extrapolated"]
    assert 25 < sigma < 35
    layer = load_vetted(tmp_path / "新.gpkg")["mining_right"]
    assert sigma <= layer.sigma_m[0] <= sigma + 0.001


@pytest.mark.parametrize("crs", [None, "EPSG:2361"])
def test_parameters_that_would_not_be_used_are_refused(tmp_path, four, crs):
    from gis.crs import parse_crs

    with pytest.raises(DatumError) as fault:
        write(rows(tmp_path), tmp_path / "新.gpkg", crs=crs and parse_crs(crs), datum=four)
    assert fault.value.en == (
        f"{tmp_path / '旧.gpkg'}: the file would stay in Xian 1980 / 3-degree Gauss-Kruger zone 37 "
        "and the parameters of --datum be of no use; name a system of CGCS2000 by --to-crs "
        "(EPSG:4525, say), or leave out --datum"
    )
    assert not (tmp_path / "新.gpkg").exists()


@pytest.mark.parametrize("target", ["新.gpkg", "新.geojson"])
def test_parameters_of_another_datum_than_the_rows(tmp_path, four, target):
    out = write(rows(tmp_path, 4525), tmp_path / target, datum=four)
    assert told(out)["datum_unused"].startswith("the parameters of --datum are not used: CGCS2000")
    assert out.way is None and "accuracy_written" not in told(out)
    for name in ("旧.gpkg", target):
        (tmp_path / name).unlink()
    with pytest.raises(DatumError, match=r"旧\.gpkg: .*are for Xian 1980 \(--datum\)"):
        write(rows(tmp_path, 2413), tmp_path / target, datum=four)


def test_without_parameters_the_file_and_the_option_are_named(tmp_path):
    with pytest.raises(DatumError) as fault:
        write(rows(tmp_path), tmp_path / "新.txt")
    assert fault.value.zh.startswith(f"{tmp_path / '旧.gpkg'}：Xian 1980")
    assert fault.value.zh.endswith("；参数文件用 --datum 给出")


def test_wgs84_is_told_once(tmp_path):
    frame = geopandas.GeoDataFrame(
        {"许可证号": ["C1"]}, geometry=[shapely.box(111, 39.5, 111.01, 39.51)], crs=4326
    )
    frame.to_file(tmp_path / "g.gpkg")
    out = write(read(tmp_path / "g.gpkg"), tmp_path / "g.txt")
    assert out.way.description == "WGS 84 taken as coincident with CGCS2000"
    from gis.crs import parse_crs

    same = write(read(tmp_path / "g.gpkg"), tmp_path / "u.gpkg", crs=parse_crs("EPSG:32649"))
    assert same.way is None


@pytest.mark.parametrize("form", ["geojson", "kml"])
@pytest.mark.parametrize("code", [4610, 4526, 4258, 3857])
def test_forms_of_degrees_hold_those_of_wgs84_only(tmp_path, form, code):
    from gis.crs import parse_crs

    frame = geopandas.GeoDataFrame(
        {"许可证号": ["C1"]}, geometry=[shapely.box(111, 39.5, 111.01, 39.51)], crs=4490
    )
    frame.set_crs(4610 if code == 4610 else 4490, allow_override=True).to_file(tmp_path / "a.gpkg")
    crs, out = parse_crs(f"EPSG:{code}"), tmp_path / f"a.{form}"
    with pytest.raises(FormatError, match="holds degrees of CGCS2000 or WGS 84 only, not"):
        write(read(tmp_path / "a.gpkg"), out, crs=crs)
    assert not out.exists()


@pytest.mark.parametrize("form", ["geojson", "kml"])
@pytest.mark.parametrize("code", [4490, 4326])
def test_degrees_of_either_system_are_written(tmp_path, form, code):
    from gis.crs import parse_crs

    source, out = rows(tmp_path, 4525), tmp_path / f"a.{form}"
    assert write(source, out, crs=parse_crs(f"EPSG:{code}")).files == (out,)


def test_what_wgs84_adds_to_a_stated_accuracy_stays(tmp_path):
    frame = geopandas.GeoDataFrame(
        {"许可证号": ["C1"], "positional_accuracy_m": [0.75]},
        geometry=[shapely.box(111, 39.5, 111.01, 39.51)], crs=4326,
    )  # fmt: skip
    frame.to_file(tmp_path / "g.gpkg")
    before = load_vetted(tmp_path / "g.gpkg")["mining_right"]
    assert before.sigma_m.tolist() == [1.25]
    out = write(read(tmp_path / "g.gpkg"), tmp_path / "a.gpkg", crs=crs_of("gpkg"))
    assert "places are good to 1.25 m" in told(out)["accuracy_written"]
    assert load_vetted(tmp_path / "a.gpkg")["mining_right"].sigma_m.tolist() == [1.25]
    lost = told(write(read(tmp_path / "g.gpkg"), tmp_path / "a.txt"))["accuracy_not_written"]
    assert "no place for the accuracy of 1.25 m" in lost


def test_a_shift_that_leaves_places_open_by_more_than_can_be_judged(tmp_path):
    (tmp_path / "p.toml").write_text(FOUR.replace("2.0", "101"), encoding="utf-8")
    datum = read_datum(tmp_path / "p.toml")
    with pytest.raises(FormatError, match="places would be good to 101 m only, more than 100 m"):
        write(rows(tmp_path), tmp_path / "新.gpkg", crs=crs_of("gpkg"), datum=datum)
    assert not (tmp_path / "新.gpkg").exists()
