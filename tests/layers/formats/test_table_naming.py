"""Names and numbers that rows of words give to parcels: whole, and none where there is none."""

from __future__ import annotations

import pytest

from layers.formats import read

NUMBERS = ("C4100002010053120065432", "C4100002010053120065433")
RINGS = [
    [(4380000.123 + n + x, 38500000.456 + y) for x, y in ((0, 0), (600, 0), (600, 400), (0, 400))]
    for n in (0, 2000)
]


@pytest.fixture
def written(tmp_path):
    """Return the sources of two parcels below headings: a table, and lines without a header."""

    def make(*headings):
        sources = []
        for name, sign, head in (("t.csv", ",", ["点号,X坐标,Y坐标"]), ("t.txt", " ", [])):
            lines = ["2000国家大地坐标系", *head]
            for heading, ring in zip(headings, RINGS, strict=False):
                lines.append(f'"{heading}",,' if sign == "," else heading)
                lines += [sign.join((str(k), *map(str, p))) for k, p in enumerate(ring, 1)]
            path = tmp_path / name
            path.write_text("\n".join(lines), encoding="utf-8")
            sources.append(read(path))
        return sources

    return make


def told(source):
    return {name: column.to_pylist() for name, column in source.columns.items()}


@pytest.mark.parametrize(
    ("form", "columns"),
    [
        ("{m}（许可证号：{n}）", {"块段名称": ["甲矿", "乙矿"], "许可证号": [*NUMBERS]}),
        ("{m}(证号:{n})", {"块段名称": ["甲矿", "乙矿"], "证号": [*NUMBERS]}),
        ("许可证号：{n}。", {"许可证号": [*NUMBERS]}),
        ("许可证号：{n}（副本1/3）", {"许可证号": [*NUMBERS]}),
        ("①许可证号：{n}", {"许可证号": [*NUMBERS]}),
        ("1、采矿权名称：{m}", {"采矿权名称": ["甲矿", "乙矿"]}),
        ("（一）矿山名称：某县 {m}", {"矿山名称": ["某县 甲矿", "某县 乙矿"]}),
        ("矿山名称：{m}，许可证号：{n}，采矿权人：甲公司",
         {"矿山名称": ["甲矿", "乙矿"], "许可证号": [*NUMBERS]}),
        ("证号：{n} 有效期：2020.05.06-2030.05.06", {"证号": [*NUMBERS]}),
        ("许可证号：采证〔2003〕12号 {m}",
         {"块段名称": ["甲矿", "乙矿"], "许可证号": ["采证〔2003〕12号"] * 2}),
    ],
)  # fmt: skip
def test_a_heading_gives_its_name_and_number_whole(written, form, columns):
    pairs = zip("甲乙", NUMBERS, strict=True)
    for source in written(*(form.format(m=f"{m}矿", n=n) for m, n in pairs)):
        found = told(source)
        assert {name: found[name] for name in columns} == columns
        assert [round(shape.area) for shape in source.geometry] == [240000, 240000]
        assert not {i.code for i in source.issues} - {"header_missing"}


@pytest.mark.parametrize("number", ["C4100 0020 1005 3120 065432", "C4100002 0100531 20065432"])
def test_blanks_within_a_number(written, number):
    for source in written(f"许可证号：{number}"):
        assert told(source)["许可证号"] == [NUMBERS[0]]


@pytest.mark.parametrize("number", ["/", "无", "待办", "见附件", "____", "正在办理", "新立"])
def test_what_is_no_number(written, number):
    for source in written(f"许可证号：{number}"):
        assert "许可证号" not in source.columns


def test_a_masked_number_is_told(written):
    for source in written("许可证号：C41000020*****065432"):
        assert told(source)["许可证号"] == ["C41000020*****065432"]
        assert "licence_masked" in {i.code for i in source.issues}


def test_the_number_of_a_document_names_no_parcel(written):
    for source in written("文件编号：410000202405060001"):
        assert "块段名称" not in source.columns


@pytest.mark.parametrize(
    ("words", "top", "bottom"),
    [
        ("开采标高：1250米—-80米", "1250", "-80"), ("开采标高：-80米—-380米", "-80", "-380"),
        ("最高开采标高：1250米，最低开采标高：980米", "1250", "980"),
        ("最高标高1250米，最低标高-9.5米", "1250", "-9.5"),
        ("资源量估算标高1300米至900米，开采标高1250米至980米", "1250", "980"),
        ("标高：从1250米至980米\n开采深度：由1250米至980.0米标高", "1250", "980"),
    ],
)  # fmt: skip
def test_elevations_as_licences_write_them(tmp_path, words, top, bottom):
    corners = "\n".join(f"{k} {x} {y}" for k, (x, y) in enumerate(RINGS[0], 1))
    path = tmp_path / "t.txt"
    path.write_text(f"2000国家大地坐标系\n{corners}\n{words}\n", encoding="utf-8")
    source = read(path)
    assert told(source) == {"top_elevation_m": [top], "bottom_elevation_m": [bottom]}
    assert [i.code for i in source.issues] == ["header_missing"]


@pytest.mark.parametrize(
    "words",
    ["一区由9米至7米标高，二区由6米至5米", "开采标高：1250—-80米", "最高标高1250米",
     "地形最高标高1250米，最低标高980米", "开采标高9米至7米，开采标高6米至5米"],
)  # fmt: skip
def test_elevations_that_may_be_others(tmp_path, words):
    corners = "\n".join(f"{k} {x} {y}" for k, (x, y) in enumerate(RINGS[0], 1))
    path = tmp_path / "t.txt"
    path.write_text(f"2000国家大地坐标系\n{corners}\n{words}\n", encoding="utf-8")
    source = read(path)
    assert told(source) == {} and "depth_unread" in {i.code for i in source.issues}


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        (("矿山名称：甲矿", "铁矿"), {"矿山名称": ["甲矿"]}),
        (("许可证号", NUMBERS[0], "采矿权人", "甲公司"), {"许可证号": [NUMBERS[0]]}),
        (("矿山名称：甲 矿", f"许可证号：{NUMBERS[0]}"),
         {"矿山名称": ["甲 矿"], "许可证号": [NUMBERS[0]]}),
        (("矿山名称：甲矿 开采方式 露天开采",), {"矿山名称": ["甲矿"]}),
        (("许可证号：410000 0510012",), {"许可证号": ["4100000510012"]}),
        (("许可证号：C4100002010053120065432 C4100002010053120065433",),
         {"许可证号": [" ".join(NUMBERS)]}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("below", [False, True])
def test_a_value_ends_with_its_cell(tmp_path, cells, columns, below):
    rows = [",".join((str(k), *map(str, p))) for k, p in enumerate(RINGS[0], 1)]
    head = ["点号,X坐标,Y坐标,备注"]
    lines = ["2000国家大地坐标系", *(head if below else []), ",".join(cells)]
    path = tmp_path / "t.csv"
    path.write_text("\n".join([*lines, *([] if below else head), *rows]), encoding="utf-8")
    found = told(read(path))
    assert {name: found[name] for name in columns} == columns
