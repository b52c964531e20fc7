"""Outlines that change datum leave the places in their fields behind, which is told."""

import geopandas
import pytest
import shapely

from layers import formats
from layers.datum_file import read_datum
from layers.formats.writing import write


@pytest.mark.parametrize(
    ("crs", "field", "told"),
    [
        (4610, "坝脚经度", True),
        (4610, "toe_lon", True),
        (4610, "坝高", False),
        (4490, "坝脚经度", False),
        (4326, "坝脚经度", False),
    ],
)
def test_degrees_in_fields_that_stay_on_the_old_datum_are_told(tmp_path, crs, field, told):
    (tmp_path / "参数.toml").write_text(
        'datum = "西安80"\naccuracy_m = 0.1\n[four]\nmeridian = 111\ndx = 0\ndy = 100\n'
        "rotation_s = 0\nscale_ppm = 0\n",
        encoding="utf-8",
    )
    outline = shapely.box(111, 39.5, 111.01, 39.51)
    frame = geopandas.GeoDataFrame({"name": ["A"], field: [111.005]}, geometry=[outline], crs=crs)
    frame.to_file(tmp_path / "库.gpkg")
    source = formats.read(tmp_path / "库.gpkg")
    datum = read_datum(tmp_path / "参数.toml")
    said = write(source, tmp_path / "库.geojson", datum=datum).issues
    left = [i.en for i in said if i.code == "field_places_not_moved"]
    assert bool(left) == told
    assert not told or f"the places in {field} are written as they stand, in Xian 1980" in left[0]
