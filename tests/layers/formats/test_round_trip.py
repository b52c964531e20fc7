"""Any rows, under any names, come back from what is written, or the change is told."""

import datetime
import math
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import FormatError
from layers.formats import read, target, writing
from layers.formats.source import Source, row_labels
from layers.formats.table.naming import value_of

X, Y = 38_500_000.0, 3_760_000.0
CGCS = {4526: pyproj.CRS.from_epsg(4526), 4490: pyproj.CRS.from_epsg(4490)}

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
awkward = st.sampled_from(
    ["fid", "FID", "geom", "GEOM", "geometry", "id", "Id", "ogc_fid", "name", "Name", "NAME",
     "description", "timestamp", "begin", "采矿许可证编号一", "采矿许可证编号二",
     "abcdefghijk", "ABCDEFGHIJL", "a b", "x.y", "a\"b", "a'b", "rowid", "select", "矿😀"]
)  # fmt: skip
names = st.lists(awkward | words.filter(lambda w: w.strip() == w and w), max_size=6, unique=True)
whole = st.integers(-(2**63), 2**63 - 1)
reals = st.floats(allow_nan=False, allow_infinity=False)
dates = st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31))
texts = words | st.sampled_from(
    ["007", "1e5", "true", "null", '{"a": 1}', "[1]", "=1+1", "垴", "亘"]
)
kinds = st.sampled_from(
    [(texts, pa.string()), (whole, pa.int64()), (reals, pa.float64()), (st.booleans(), pa.bool_()),
     (dates, pa.date32())]
)  # fmt: skip


@st.composite
def columns(draw, rows):
    out = {}
    for name in draw(names):
        values, kind = draw(kinds)
        cells = draw(st.lists(st.none() | values, min_size=rows, max_size=rows))
        out[name] = pa.array(cells, kind)
    return out


@st.composite
def outlines(draw, rows):
    shapes = []
    for k in range(rows):
        dx, dy, size = (draw(st.integers(0, 999_999)) / 1000 for _ in range(3))
        x, y = X + 5000 * k + dx, Y + dy
        shape = shapely.box(x, y, x + 1000 + size, y + 1000)
        if draw(st.booleans()):
            hole = shapely.box(x + 200, y + 200, x + 300, y + 300)
            shape = shapely.Polygon(shape.exterior, [hole.exterior])
        if draw(st.booleans()):
            shape = shapely.MultiPolygon([shape, shapely.box(x, y + 2000, x + 10, y + 2010)])
        shapes.append(shape)
    return shapes


@st.composite
def sources(draw):
    rows = draw(st.integers(1, 3))
    geometry = np.empty(rows, dtype=object)
    geometry[:] = draw(outlines(rows))
    return Source(
        path=Path("in.gpkg"),
        format="GPKG",
        layer="in",
        sha256="",
        encoding=None,
        crs=CGCS[4526],
        crs_note="",
        declared=rows,
        columns=draw(columns(rows)),
        geometry=geometry,
        labels=row_labels(rows),
    )


def comes_back(before, after):
    """Return whether two cells are the same but for the types a form has not."""
    if isinstance(before, datetime.date):
        return str(after).replace("/", "-") == before.isoformat()
    if before is None or after is None:
        return before is after
    if isinstance(before, bool):
        return int(before) == int(after)
    if isinstance(after, str) and not isinstance(before, str):
        kind = float if isinstance(before, float) else int
        return kind(after) == before
    return before == after


def near(before, after):
    """Return the same for forms of 15 digits and trimmed text, where an empty text is none."""
    if isinstance(before, str) or (before is None and after in ("", None)):
        return (before or "").strip() == ("" if after is None else str(after))
    if isinstance(before, float) and after is not None:
        return math.isclose(before, float(after), rel_tol=2e-14)
    return comes_back(before, after)


def written(source, form):
    """Return what writing said, and what is read again."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / f"矿 权{target.SUFFIXES[form][0]}"
        try:
            done = writing.write(source, out, form=form)
        except FormatError as fault:
            if form != "shp" or "which GBK has not" not in fault.en:
                raise
            done = writing.write(source, out, form=form, encoding="UTF-8")
        return done.issues, read(out)


def renamed(issues):
    return dict(i.zh.removeprefix("字段 ").split(" 写作 ") for i in issues
                if i.code == "field_renamed")  # fmt: skip


@pytest.mark.parametrize("form", ["gpkg", "geojson"])
@settings(derandomize=True, deadline=None, max_examples=40)
@given(source=sources())
def test_every_cell_comes_back(form, source):
    issues, back = written(source, form)
    assert {i.code for i in issues} <= {"field_renamed"}
    names = renamed(issues)
    if form == "geojson":
        assert names == {}
    assert back.declared == source.declared
    for name, values in source.columns.items():
        found = back.columns[names.get(name, name)].to_pylist()
        assert all(map(comes_back, values.to_pylist(), found)), (name, values.to_pylist(), found)
    if form == "gpkg":
        assert back.crs.to_epsg() == 4526
        assert shapely.equals(back.geometry, source.geometry).all()
    else:
        way = pyproj.Transformer.from_crs(4526, 4490, always_xy=True)
        for before, after in zip(source.geometry, back.geometry, strict=True):
            lonlat = shapely.transform(before, lambda xy: np.column_stack(way.transform(*xy.T)))
            assert shapely.hausdorff_distance(lonlat, after) <= 2e-9


@pytest.mark.parametrize("form", ["shp", "kml"])
@settings(derandomize=True, deadline=None, max_examples=40)
@given(source=sources())
def test_every_cell_comes_back_or_is_told(form, source):
    issues, back = written(source, form)
    names = renamed(issues)
    told = " ".join(i.zh for i in issues if i.code in ("value_changed", "field_lost"))
    assert back.declared == source.declared
    for name, values in source.columns.items():
        at = names.get(name, name)
        found = back.columns[at].to_pylist() if at in back.columns else [None] * len(values)
        same = all(map(near, values.to_pylist(), found))
        assert same or f"字段 {name}" in told, (name, values.to_pylist(), found)
    if form == "shp":
        assert back.crs.to_epsg() == 4526
        assert shapely.equals(back.geometry, source.geometry).all()


@pytest.mark.parametrize("form", ["txt", "xlsx", "registration"])
@settings(derandomize=True, deadline=None, max_examples=30)
@given(source=sources(), data=st.data())
def test_numbers_and_corners_come_back(form, source, data):
    number = st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1, max_size=20)
    if form == "registration":  # in words before corners a number has a digit
        number = number.filter(lambda word: value_of("许可证号", word) == word)
    size = len(source)
    numbers = data.draw(st.lists(number, min_size=size, max_size=size, unique=True))
    source.columns.clear()
    source.columns["许可证号"] = pa.array(numbers, pa.string())
    issues, back = written(source, form)
    field = {"registration": "licence_no", "xlsx": "许可证号", "txt": "地块编号"}[form]
    assert back.columns[field].to_pylist() == numbers
    assert {i.code for i in issues} <= {"holes_deducted", "elevations_missing"}
    assert back.crs.to_epsg() == 4526
    for before, after in zip(source.geometry, back.geometry, strict=True):
        if form == "registration":  # it has no holes in plan
            parts = [shapely.Polygon(p.exterior) for p in shapely.get_parts(before)]
            before = shapely.union_all(parts)
        assert shapely.hausdorff_distance(before, after) <= 0.00075
        assert shapely.get_num_geometries(after) == shapely.get_num_geometries(before)
