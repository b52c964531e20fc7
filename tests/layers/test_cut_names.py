"""Cut names of fields: what a name's own, its values and its neighbours say of it."""

import geopandas
import numpy as np
import pytest
import shapely

from layers.catalog import schema
from layers.errors import LayerError
from layers.formats import read
from layers.loader import load
from layers.settings import LayerSettings

# GDAL says of each name that it cuts it.
pytestmark = pytest.mark.filterwarnings("ignore")
RIGHT, POND, GOAF, PIT = map(schema, ("mining_right", "tailings_facility", "goaf", "open_pit"))
NUMBERS = ["C1400002010012110054321", "C1400002010012110054322"]
ISSUER = ["山西省自然资源厅", "吕梁市规划和自然资源局"]


@pytest.fixture
def loaded(tmp_path):
    def make(shape, columns, encoding, ids="auto"):
        """Return the layer of a Shapefile of two rows."""
        boxes = [shapely.box(111 + k, 39, 111.01 + k, 39.01) for k in (0, 0.02)]
        frame = geopandas.GeoDataFrame(columns, geometry=boxes, crs=4490)
        frame.to_file(tmp_path / "a.shp", encoding=encoding)
        settings = LayerSettings(source="a.shp", ids=ids)
        return load(read(tmp_path / "a.shp"), shape, settings)

    return make


def held(layer, column):
    """Return the values of a column, its unread rows, and the codes of what was said of names."""
    codes = {"field_cut", "field_ambiguous", "field_conflict", "field_double"}
    said = [issue.code for issue in layer.issues if issue.code in codes]
    rows = np.flatnonzero(layer.is_unread(column)).tolist()
    return layer.table.column(column).to_pylist(), rows, said


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize(
    ("name", "values"),
    [("采矿许可证发证机关", ISSUER), ("采矿许可证发证日期", ["2021-03-01", "2020-05-31"]),
     ("采矿许可证批准文号", ["晋自然资采划字[2019]12号", "晋自然资采划字[2020]3号"])],
)  # fmt: skip
def test_a_cut_name_never_contests_the_number(loaded, encoding, name, values):
    layer = loaded(RIGHT, {"许可证号": NUMBERS, name: values}, encoding)
    assert layer.table.column("licence_no").to_pylist() == NUMBERS
    assert layer.table.column("source_id").to_pylist() == NUMBERS
    alone = loaded(RIGHT, {"矿山名称": ["甲矿", "乙矿"], name: values}, encoding)
    assert alone.table.column("licence_no").to_pylist() == [None, None]


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_the_values_tell_a_number_from_other_words_of_the_licence(loaded, encoding):
    layer = loaded(RIGHT, {"采矿许可证号": NUMBERS}, encoding)
    assert held(layer, "licence_no") == (NUMBERS, [], ["field_cut"])
    ponds = {"尾矿库编号": ["WK-001", "晋WK-002"], "尾矿库等别": ["三等", "四等"]}
    layer = loaded(POND, {name: ponds[name] for name in ("尾矿库编号",)}, encoding)
    assert layer.table.column("facility_no").to_pylist() == ["WK-001", "晋WK-002"]
    layer = loaded(POND, {"库编号": ["1", "2"], "尾矿库等别": ["三等", "四等"]}, encoding)
    assert layer.table.column("grade").to_pylist() == [3, 4]


@pytest.mark.parametrize(
    "name",
    ["许可证有效期止", "证书有效期止", "采矿许可证有效期止", "许可证有效期"],
)
@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_a_cut_name_that_may_be_the_end_of_the_term_leaves_it_open(loaded, name, encoding):
    columns = {"证号": ["A1", "A2"], name: ["2035-02-28", None]}
    values, unread, said = held(loaded(RIGHT, columns, encoding), "valid_to")
    assert (values, unread, said) == ([None, None], [0], ["field_ambiguous"])


@pytest.mark.parametrize("name", ["有效期（止）", "有效期结束日期", "有效终止日期"])
def test_a_name_that_lacks_no_more_than_that_it_is_a_day_is_read(loaded, name):
    layer = loaded(RIGHT, {"证号": ["A1", "A2"], name: ["2035-02-28", None]}, "GBK")
    values, unread, said = held(layer, "valid_to")
    assert ([str(v) for v in values], unread, said) == (
        ["2035-02-28", "None"], [], ["field_cut"],
    )  # fmt: skip


@pytest.mark.parametrize("name", ["设计坝顶宽度", "设计坝顶长度（m）", "设计坝长", "设计坝高"])
def test_a_name_cut_before_it_says_which_length_it_is_is_none(loaded, name):
    columns = {"库编号": ["A1", "A2"], name: [5.0, 5.0]}
    values, unread, said = held(loaded(POND, columns, "UTF-8"), "total_dam_height_m")
    assert (values, unread, said) == ([None] * 2, [0, 1], ["field_ambiguous"])
    for own in ("坝高", "总坝高"):
        layer = loaded(POND, {**columns, own: [200.5, None]}, "UTF-8")
        values, unread, said = held(layer, "total_dam_height_m")
        assert (values, unread, said[:1]) == ([200.5, None], [1], ["field_ambiguous"])


def test_an_angle_is_no_height(loaded):
    columns = {"采场编号": ["A1", "A2"], "边坡高度": [210.0, 99.0], "最大边坡角": [45.0, 45.0]}
    values, unread, _ = held(loaded(PIT, columns, "UTF-8"), "height_m")
    assert (values, unread) == ([210.0, 99.0], [])


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("name", ["所属采矿权人", "所属采矿企业"])
def test_the_name_of_the_owner_is_not_his_number(loaded, encoding, name):
    columns = {"采空区编号": ["A1", "A2"], "所属许可证号": NUMBERS, name: ["青山矿业有限公司"] * 2}
    values, unread, said = held(loaded(GOAF, columns, encoding), "owner_licence_no")
    assert (values, unread) == (NUMBERS, []) and "field_conflict" not in said


def test_where_no_number_is_found_among_cut_names_the_remedy_is_told(loaded):
    with pytest.raises(LayerError, match="GBK 编码的 Shapefile"):
        loaded(POND, {"尾矿库编号": ["甲", "乙"]}, "UTF-8", ids="required")
