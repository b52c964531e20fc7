"""Layers that lie elsewhere than they are said to: their silence is no clean bill."""

import json
from datetime import date

import geopandas as gpd
import pytest
import shapely

from analysis import api
from analysis.model import Verdict

AS_OF = date(2026, 1, 1)
ZONE_37, ZONE_38 = 4525, 4526


def square(east, north, size=1000.0, zone=37):
    x, y = zone * 1_000_000 + 500_000 + east, 4_300_000 + north
    return shapely.box(x, y, x + size, y + size)


def write(path, crs, shapes, **columns):
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)
    frame.to_file(path)
    return path


def rights(path, shapes, crs=ZONE_37, status="granted"):
    n = len(shapes)
    return write(
        path, crs, shapes,
        licence_no=[f"{path.stem}{k}" for k in range(n)],
        status=[status] * n,
        right_type=["mining"] * n,
    )  # fmt: skip


@pytest.fixture
def workspace(tmp_path):
    """Rights and a county about (0, 0), and an application that overlaps none of them."""
    write(tmp_path / "县.gpkg", ZONE_37, [square(-5000, -5000, 20_000)], name=["清岩"])

    def make(shapes, crs=ZONE_37, settings='coverage = "县.gpkg"\n', more=""):
        (tmp_path / "登记.gpkg").unlink(missing_ok=True)
        rights(tmp_path / "登记.gpkg", shapes, crs)
        path = tmp_path / "workspace.toml"
        text = f'[layers.mining_right]\nsource = "登记.gpkg"\n{settings}{more}'
        path.write_text(text, encoding="utf-8")
        return path

    return make


@pytest.fixture
def judged(tmp_path):
    """Return exit status, (reason, verdict) pairs and warnings of registered sources."""
    file = rights(tmp_path / "申请.gpkg", [square(3000, 3000)], status="applied")

    def vet(path):
        outcome = api.vet([file], path, tmp_path / "out", as_of=AS_OF, rules=["MR101"])
        table = outcome.results.findings
        report = json.loads((tmp_path / "out" / "report.json").read_bytes())
        said = {
            issue["code"]: issue["message"]
            for source in report["inputs"]
            if source["role"] == "workspace"
            for issue in source["issues"]
            if issue["severity"] == "warning"
        }
        names = [Verdict(int(v)).name for v in table.verdict]
        return outcome.exit_status, list(zip(table.reason, names, strict=True)), said

    return vet


def test_a_layer_under_the_wrong_zone_passes_nothing(workspace, judged):
    # The application lies on a registered right, whose plane is called zone 38: 3 degrees off.
    path = workspace([square(3500, 3000, zone=38)], ZONE_38)
    exit_status, found, said = judged(path)
    assert (exit_status, found) == (3, [("layer_astray", "NO_DATA")])
    assert said["layer_astray"].startswith("登记.gpkg：1 个要素无一位于")
    assert "coverage = 县.gpkg" in said["layer_astray"]
    assert "is the zone (CRS) wrong, or the file another?" in said["layer_astray"]


def test_the_same_from_the_snapshot(workspace, judged):
    path = workspace([square(3500, 3000, zone=38)], ZONE_38)
    assert judged(path) == judged(path)


def test_one_row_within_the_coverage_is_enough(workspace, judged):
    path = workspace([square(3500, 3000, zone=38), square(0, 0, zone=38)], ZONE_38)
    assert judged(path)[1] == [("layer_astray", "NO_DATA")]
    assert judged(workspace([square(250_000, 0), square(0, 0)])) == (0, [("clear", "PASS")], {})


def test_a_row_on_the_border_of_the_coverage_is_within(workspace, judged):
    # 50 m beyond: no border is drawn alike by two hands. 500 m beyond is beyond.
    assert judged(workspace([square(15_050, 0)]))[1] == [("clear", "PASS")]
    assert judged(workspace([square(15_500, 0)]))[1] == [("layer_astray", "NO_DATA")]


def test_that_an_empty_layer_means_none_is_not_said_of_one_that_lies_elsewhere(workspace, judged):
    settings = 'coverage = "县.gpkg"\nempty_means_none = true\n'
    path = workspace([square(250_000, 0)], settings=settings)
    assert judged(path)[:2] == (3, [("layer_astray", "NO_DATA")])


def test_what_an_astray_layer_hits_still_counts(workspace, judged, tmp_path):
    write(tmp_path / "县.gpkg", ZONE_37, [square(-90_000, 0)], name=["别县"])
    exit_status, found, _ = judged(workspace([square(3500, 3000)]))
    assert exit_status == 1
    assert ("overlap", "FAIL") in found


# -- no coverage stated --------------------------------------------------------------------------


def river(folder, east):
    x = 37_500_000 + east
    line = shapely.LineString([(x, 4_301_500), (x + 3000, 4_301_500)])
    write(folder / "河流.gpkg", ZONE_37, [line], river_no=["HL"], river_level=["main"])
    return '[layers.river]\nsource = "河流.gpkg"\n'


def vet_pond(path, folder):
    pond = write(
        folder / "库.gpkg", ZONE_37, [square(0, 0)], facility_no=["K1"], status=["planned"]
    )
    outcome = api.vet([pond], path, folder / "out", as_of=AS_OF, rules=["TF203", "TF201"])
    return {
        (name, i.code, i.en.partition("; is")[0])
        for name, layer in outcome.results.layers.items()
        for i in layer.issues
        if i.code == "layer_apart"
    }


def villages(folder):
    write(folder / "村.gpkg", ZONE_37, [square(0, 5000)], settlement_no=["C1"])
    return '[layers.settlement]\nsource = "村.gpkg"\n'


def test_without_a_coverage_a_layer_far_from_all_others_is_told(tmp_path):
    path = tmp_path / "workspace.toml"
    path.write_text(river(tmp_path, -258_000) + villages(tmp_path), encoding="utf-8")
    told = vet_pond(path, tmp_path)
    words = "{}: the features lie about {}, no other layer near them"
    assert told == {
        ("river", "layer_apart", words.format("河流.gpkg", "108.05° E 38.81° N")),
        ("settlement", "layer_apart", words.format("村.gpkg", "111.01° E 38.88° N")),
    }


def test_layers_near_one_another_are_not_told(tmp_path):
    path = tmp_path / "workspace.toml"
    path.write_text(river(tmp_path, 9_000) + villages(tmp_path), encoding="utf-8")
    assert vet_pond(path, tmp_path) == set()
    path.write_text(river(tmp_path, -258_000), encoding="utf-8")  # none to compare it with
    assert vet_pond(path, tmp_path) == set()


def test_a_file_far_from_every_layer_is_told(workspace, tmp_path):
    # 80 km and 258 km (a wrong zone of 3 degrees) from the only right there is.
    path = workspace([square(0, 0)], settings="")
    for east, told in [(80_000, 0), (258_000, 1)]:
        file = rights(tmp_path / f"{east}.gpkg", [square(east, 0)], status="applied")
        outcome = api.vet([file], path, tmp_path / "out", as_of=AS_OF, rules=["MR101"])
        assert list(outcome.results.findings.reason) == ["clear"]
        said = [i for i in outcome.results.layers["mining_right"].issues if i.code == "file_apart"]
        assert len(said) == told
    assert said[0].en.startswith(f"{file}: no registered feature lies within about 100 km of 1 ")
    assert "(one is at 113.98° E 38.80° N)" in said[0].en


# -- a number that takes a neighbour away --------------------------------------------------------


def apply_for(folder, number, holder, project, east):
    path = folder / "新立.gpkg"
    path.unlink(missing_ok=True)
    return write(
        path, ZONE_37, [square(east, 0)],
        licence_no=[number], status=["applied"], right_type=["mining"],
        holder=[holder], project_type=[project],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "holder", "project", "east", "wanted"),
    [
        ("新1", "乙公司", "new", 500, ("overlap", "FAIL")),
        ("登记0", "乙公司", "new", 500, ("number_of_another", "REVIEW")),
        ("登记0", "乙公司", None, 500, ("number_of_another", "REVIEW")),  # applied for: new
        ("登记0", "甲公司", "new", 500, ("clear", "PASS")),  # its own application, registered
        ("登记0", "乙公司", "existing", 500, ("clear", "PASS")),  # transferred
        ("登记0", "乙公司", "new", 5000, ("clear", "PASS")),  # it took nothing away that is near
        ("登记0", None, "new", 500, ("clear", "PASS")),
        ("登记1", "乙公司", "new", 500, ("overlap", "FAIL")),
    ],
)
def test_a_new_project_with_the_number_of_another_holder_is_for_review(
    tmp_path, number, holder, project, east, wanted
):
    path = tmp_path / "workspace.toml"
    path.write_text('[layers.mining_right]\nsource = "登记.gpkg"\n', encoding="utf-8")
    write(
        tmp_path / "登记.gpkg", ZONE_37, [square(0, 0), square(20_000, 0)],
        licence_no=["登记0", "登记1"], status=["granted"] * 2, right_type=["mining"] * 2,
        holder=["甲公司"] * 2,
    )  # fmt: skip
    file = apply_for(tmp_path, number, holder, project, east)
    outcome = api.vet([file], path, tmp_path / "out", as_of=AS_OF, rules=["MR101"])
    table = outcome.results.findings
    own = table.related < 0
    found = [
        (r, Verdict(int(v)).name)
        for r, v in zip(table.reason[own], table.verdict[own], strict=True)
    ]
    assert found == [wanted]
    assert outcome.exit_status == {"PASS": 0, "FAIL": 1, "REVIEW": 3}[wanted[1]]
