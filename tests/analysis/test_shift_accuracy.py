"""A distance on an old datum is no better than the parameters that shifted it."""

import json
from datetime import date

import geopandas
import pytest
import shapely

from analysis import api

EAST, NORTH = 500_000.0, 3_980_000.0
WORDS = {
    "right_type": "mining", "status": "granted", "method": "open_pit",
    "mineral_class": "building_stone", "capacity_kt_a": 300.0,
}  # fmt: skip


def right(path, number, left, epsg):
    """Write a quarry of 1 km2 whose western side lies ``left`` metres east of the meridian."""
    box = shapely.box(EAST + left, NORTH, EAST + left + 1000, NORTH + 1000)
    row = {"licence_no": [number], **{k: [v] for k, v in WORDS.items()}}
    geopandas.GeoDataFrame(row, geometry=[box], crs=epsg).to_file(path, layer="mining_right")
    return path


@pytest.mark.parametrize(
    ("accuracy", "verdict"), [(0.01, "PASS"), (0.5, "REVIEW"), (5.0, "REVIEW")]
)
def test_a_pass_within_the_accuracy_of_the_shift_is_review(tmp_path, accuracy, verdict):
    right(tmp_path / "registered.gpkg", "B", 150.25, 4546)  # CGCS2000, meridian 111, no prefix
    (tmp_path / "workspace.toml").write_text(
        'title = "t"\njurisdiction = "CN"\n[layers.mining_right]\nsource = "registered.gpkg"\n'
        'layer = "mining_right"\n',
        encoding="utf-8",
    )
    # Parameters that change nothing in the plane: the two quarries lie 300.5 m apart.
    (tmp_path / "shift.toml").write_text(
        f'datum = "西安80"\naccuracy_m = {accuracy}\n[four]\nmeridian = 111\ndx = 0\ndy = 0\n'
        "rotation_s = 0\nscale_ppm = 0\n",
        encoding="utf-8",
    )
    old = right(tmp_path / "old.gpkg", "A", -1150.25, 2382)  # Xian 1980, the same plane
    api.vet(
        [old], tmp_path / "workspace.toml", tmp_path / "out", rules=["MR104"],
        as_of=date(2026, 1, 1), datum=tmp_path / "shift.toml", formats=("json",),
    )  # fmt: skip
    report = json.loads((tmp_path / "out" / "report.json").read_bytes())
    (finding,) = report["findings"]
    measured = {"value": pytest.approx(300.5, abs=1e-4), "unit": "m", "uncertainty": accuracy}
    assert (finding["verdict"], finding["measured"]) == (verdict, measured)
