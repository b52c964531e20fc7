"""Fields of a Shapefile of ours are read for what they were before it was written."""

from pathlib import Path

import geopandas
import pyarrow as pa
import pytest
import shapely

from layers import snapshot
from layers.formats import read, writing
from layers.formats.short_names import shorten
from layers.vetted import load_vetted

SAMPLE = Path(snapshot.__file__).parent.parent / "sample_geodata"
COUNTY = {
    "mining_right": "mining_rights.shp",
    "tailings_facility": "tailings_facilities.gpkg",
    "goaf": "goafs.gpkg",
    "building": "buildings.gpkg",
    "open_pit": "open_pits.gpkg",
    "geohazard": "geohazards.geojson",
}


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
@pytest.mark.parametrize("layer", COUNTY)
def test_the_county_comes_back(tmp_path, layer, encoding):
    path = tmp_path / "a.shp"
    out = writing.write(read(SAMPLE / COUNTY[layer]), path, encoding=encoding)
    assert {issue.code for issue in out.issues} <= {"field_renamed"}
    before, after = (load_vetted(p, layer)[layer] for p in (SAMPLE / COUNTY[layer], path))
    assert after.table.equals(before.table)
    assert after.absent == before.absent and after.unread.tolist() == before.unread.tolist()
    told = {issue.code for issue in after.issues} - {issue.code for issue in before.issues}
    assert told <= {"field_cut", "number_overflow"}  # GDAL writes stars for null


def source_of(folder, *names):
    columns = {name: ["1"] for name in names}
    frame = geopandas.GeoDataFrame(columns, geometry=[shapely.box(0, 0, 1, 1)], crs=4490)
    frame.to_file(folder / "a.gpkg")
    source = read(folder / "a.gpkg")
    del source.columns["fid"]
    return source


RIGHT = (
    "许可证号",
    "矿业权类型",
    "开采矿种",
    "开采标高上限",
    "开采标高下限",
    "有效期起",
    "有效期止",
)


def test_short_aliases_stand_in_for_names_that_say_too_little(tmp_path):
    short = shorten(source_of(tmp_path, *RIGHT), "UTF-8")
    assert short.fields == {
        "XKZH": "许可证号", "KYQLX": "矿业权类型", "开采矿": "开采矿种", "起标高": "开采标高上限",
        "止标高": "开采标高下限", "YXQQ": "有效期起", "YXQZ": "有效期止",
    }  # fmt: skip
    assert short.unknown == ()


def test_a_name_that_would_become_another_gets_none(tmp_path):
    names = ("许可证号", "权利人联系电话", "矿种说明文字", "备注")
    short = shorten(source_of(tmp_path, *names), "UTF-8")
    assert short.fields == {
        "XKZH": "许可证号", "FIELD_2": "权利人联系电话", "矿种说": "矿种说明文字", "备注": "备注"
    }  # fmt: skip


def test_what_does_not_fit_is_told(tmp_path):
    source = source_of(tmp_path, "许可证号", "生产规模（万吨/年）")
    out = writing.write(source, tmp_path / "a.shp", encoding="UTF-8")
    (said,) = [i for i in out.issues if i.code == "field_not_known_again"]
    assert said.en == (
        "the names of 生产规模（万吨/年） do not fit a Shapefile (10 bytes) and are not "
        "read for the same again; use gpkg or GBK"
    )


def test_names_are_never_twice_the_same(tmp_path):
    names = (
        "许可证号",
        "XKZH",
        "xkzh_",
        "许可证号码一",
        "许可证号码二",
        "许可证号码三",
        "positional_accuracy_m",
    )
    source = source_of(tmp_path, "许可证号")
    source.columns.update({name: pa.array(["1"]) for name in names})
    short = shorten(source, "UTF-8")
    assert [*short.fields.values()] == list(names)
    assert len({name.casefold() for name in short.fields}) == len(names)
    assert all(len(name.encode()) <= 10 for name in short.fields)
    assert short.fields["POS_ACC_M"] == "positional_accuracy_m"
