"""A dam toe in the columns of a file on an old datum lies where its outline lies."""

from datetime import date

import geopandas
import numpy as np
import pytest
import shapely

from analysis import engine, registry
from analysis.model import Verdict
from analysis.rulebook import load
from layers.datum_file import read_datum
from layers.vetted import load_vetted

WORDS = {"project_type": ["new"], "status": ["planned"]}


@pytest.fixture
def parameters(tmp_path):
    """Six hundred metres to the east: as much as nobody overlooks in the result."""
    path = tmp_path / "参数.toml"
    path.write_text(
        'datum = "西安80"\naccuracy_m = 0.1\n[four]\nmeridian = 111\ndx = 0\ndy = 600\n'
        "rotation_s = 0\nscale_ppm = 0\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def judged(make_layer, make_elevation):
    """Verdict and distance of TF201 in a valley that falls south along 111 E to a village."""
    village = {"settlement_no": "V", "kind": "village", "box": [-20, -900, 20, -800]}
    ground = make_elevation(formula="800 + 0.03 * y + 0.3 * abs(x)")

    def judge(layers):
        layers = {**layers, "settlement": make_layer("settlement", [village])}
        table = engine.evaluate(
            registry.get(["TF201"])[0], layers, "tailings_facility", np.array([0]), load("CN"),
            date(2026, 1, 1), ground,
        )  # fmt: skip
        worst = int(np.argmax(table.verdict))
        return Verdict(int(table.verdict[worst])).name, table.measured[worst]

    return judge


def pond(path, outline, toe, crs):
    frame = {"facility_no": ["P"], "坝脚经度": [toe[0]], "坝脚纬度": [toe[1]], **WORDS}
    geopandas.GeoDataFrame(frame, geometry=[outline], crs=crs).to_file(path)
    return path


def test_the_same_pond_on_two_datums_has_the_same_village_below(tmp_path, parameters, judged):
    outline = shapely.box(110.998, 39.0002, 111.002, 39.004)
    new = pond(tmp_path / "新.gpkg", outline, (111.0, 39.0), 4490)
    shift = read_datum(parameters).shift
    toe = shift.backward(np.array([[111.0, 39.0]]))[0]
    old = pond(tmp_path / "旧.gpkg", shapely.transform(outline, shift.backward), toe, 4610)
    verdict, metres = judged(load_vetted(new))
    assert (verdict, metres) == ("FAIL", pytest.approx(800, abs=10))
    moved = judged(load_vetted(old, datum=parameters))
    assert moved == ("FAIL", pytest.approx(metres, abs=0.5))
    # Degrees of another datum that count as CGCS2000 have no village within a kilometre.
    unmoved = pond(tmp_path / "混.gpkg", outline, toe, 4490)
    assert judged(load_vetted(unmoved))[0] != "FAIL"
