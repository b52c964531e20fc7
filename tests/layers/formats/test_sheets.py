"""Cells of workbooks: what stands in them, and what their markup says beside."""

import struct
from datetime import date

import pytest
import xlsxwriter

from layers.errors import FormatError
from layers.formats import read
from layers.formats.table.sheets import read_workbook
from layers.formats.table.xls_marks import marks_of

from .workbooks import CORNERS, compound, ods, ods_cell, ods_row, record, sheet, xls, xlsx


def written(path, rows, formats=None, **options):
    """Write a workbook of one sheet; ``formats`` are number formats of columns."""
    with xlsxwriter.Workbook(path, options) as book:
        page = book.add_worksheet("拐点")
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                form = book.add_format({"num_format": formats[c]}) if formats and r else None
                page.write(r, c, value, form)
    return path


def rows_of(path):
    (one,) = read_workbook(path)
    return one.rows


def test_merged_cells_reach_their_last_row(tmp_path):
    rows = [["地块", "点号", "X", "Y"]]
    rows += [["", *r] for r in CORNERS[1:]]
    rows[1][0] = "甲"
    path = xlsx(tmp_path / "a.xlsx", sheet(rows, merged=["A2:A4", "E1:F1"]))
    assert [r[0] for r in rows_of(path)] == ["地块", "甲", "甲", "甲"]
    assert read(path).columns["地块"].to_pylist() == ["甲"]


def test_values_under_merged_cells_are_never_lost(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", sheet(merged=["B2:B3"]))
    assert rows_of(path)[2] == ("2", "3760000 / 3761000", "38500000")
    with pytest.raises(FormatError, match="row 3: no coordinate: '3760000 / 3761000'"):
        read(path)
    keys = [["许可证号", *CORNERS[0]], *(["C1", *r] for r in CORNERS[1:])]
    keys[3][0] = "C2"
    source = read(xlsx(tmp_path / "b.xlsx", sheet(keys, merged=["A2:A4"])))
    assert source.columns["许可证号"].to_pylist() == ["C1"]
    assert [(i.code, "A4" in i.zh) for i in source.issues] == [("merged_values", True)]
    keys[3][0] = "C1"
    assert read(xlsx(tmp_path / "c.xlsx", sheet(keys, merged=["A2:A4"]))).issues == ()


def test_merged_cells_of_opendocument(tmp_path):
    over = ods_cell("甲", 'table:number-rows-spanned="2" table:number-columns-spanned="2"')
    covered = '<table:covered-table-cell table:number-columns-repeated="2"/>'
    body = f"<table:table-row>{over}<table:covered-table-cell/>{ods_cell(1)}</table:table-row>"
    body += f"<table:table-row>{covered}{ods_cell(2)}</table:table-row>"
    path = ods(tmp_path / "a.ods", ods_row(["a", "b", "c"]) + body)
    assert rows_of(path) == (("a", "b", "c"), ("甲", "甲", "1"), ("甲", "甲", "2"))


def test_hidden_rows_and_columns_are_read_and_told(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("拐点")
        for r, row in enumerate(CORNERS):
            page.write_row(r, 0, row)
        page.set_row(2, None, None, {"hidden": True})
        page.set_column("C:E", None, None, {"hidden": True})
    source = read(path)
    assert source.geometry[0].area == 500_000
    assert [(i.severity, i.code, i.en) for i in source.issues] == [
        ("warning", "hidden_cells", "sheet 拐点: hidden (or filtered) rows are read: 3"),
        ("warning", "hidden_cells", "sheet 拐点: hidden columns are read: C"),
    ]
    assert "第 3 行被隐藏" in source.issues[0].zh and "C 列被隐藏" in source.issues[1].zh


def test_hidden_rows_of_opendocument_are_told(tmp_path):
    first, *rest = map(ods_row, CORNERS)
    second = ods_row(CORNERS[1], repeated='table:visibility="collapse"')
    (told,) = read(ods(tmp_path / "a.ods", first + second + "".join(rest[1:]))).issues
    assert told.en == "sheet 拐点: hidden (or filtered) rows are read: 2"


ERROR = '<c r="{}" t="e"><f>A1/0</f><v>#DIV/0!</v></c>'
BARE = '<c r="{}"><f>A1</f><v></v></c>'


@pytest.mark.parametrize(("cell", "word"), [(ERROR, "#DIV/0!"), (BARE, "#公式未计算")])
def test_formulas_without_a_result(tmp_path, cell, word):
    rows = [["名称", "经度", "纬度", "备注"], ["甲", 113.75, 35.75, "好"]]
    row = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>乙</t></is></c>{1}{2}{3}</row>'
    more = row.format(3, cell.format("B3"), cell.format("C3"), "")
    value = '<c r="{}"><v>{}</v></c>'
    where = value.format("B4", 113.75) + value.format("C4", 35.75)
    more += row.format(4, where, cell.format("D4"), "")
    source = read(xlsx(tmp_path / "a.xlsx", sheet(rows, more)))
    assert [g is None for g in source.geometry] == [False, True, False]
    assert [(i.code, i.en) for i in source.issues] == [
        ("unreadable_geometry", f"row 3: no coordinate: {word!r}")
    ]
    assert source.columns["备注"].to_pylist() == ["好", None, word]


def test_an_empty_text_is_a_result(tmp_path):
    more = '<row r="5"><c r="A5" t="str"><f>""</f><v></v></c></row>'
    assert read(xlsx(tmp_path / "a.xlsx", sheet(more=more))).issues == ()


def test_zeros_of_a_program_that_computes_nothing(tmp_path):
    rows = [["点号", "X", "Y"], *CORNERS[1:], ["4", "=B3", 38501000]]
    with pytest.raises(FormatError, match="row 5: no coordinate: '#公式未计算'"):
        read(written(tmp_path / "a.xlsx", rows))


def test_errors_of_opendocument(tmp_path):
    broken = (
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" '
        'office:string-value=""><text:p>#DIV/0!</text:p></table:table-cell>'
    )
    bare = '<table:table-cell table:formula="of:=[.A1]"/>'
    body = f"<table:table-row>{broken}{bare}{ods_cell(1)}</table:table-row>"
    path = ods(tmp_path / "a.ods", ods_row(["a", "b", "c"]) + body)
    assert rows_of(path)[1][1:] == ("#公式未计算", "1")
    assert rows_of(path)[1][0] == "#DIV/0!"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("0!m", "1250.5m"),
        ("0!m!s", "1250.5ms"),
        ("0\\m", "1250.5m"),
        ('G/通用格式"米"', "1250.5米"),
        ('#,##0.0"万吨/年"', "1250.5万吨/年"),
        ('0.0"户";[红色]-0.0"户"', "1250.5户"),
        ("0.00%", "125050%"),
        ("#,##0.00_ ", "1250.5"),
        ("_ * #,##0.00_ ;_ * -#,##0.00_ ", "1250.5"),
        ("0!°00!′00!″", "1250.5"),
        ("[$-804]0.00", "1250.5"),
        ("[DBNum1]0", "1250.5"),
        ('"¥"#,##0.00', "1250.5"),
        ('0.0"（万m3）"', "1250.5万m3"),
        # Words that are no unit stay with the number, for whoever reads it to understand or not.
        ('0.0"万"', "1250.5万"),
        ("0.0\\万", "1250.5万"),
        ('0"以上"', "1250.5以上"),
        ('">"0', ">1250.5"),
        ('"约"0"m"', "约1250.5m"),
        ('"初期坝"0', "初期坝1250.5"),
        # Further digits show another number.
        ('0"~250m"', '1250.5[0"~250m"]'),
        ('0"+100"', '1250.5[0"+100"]'),
        ('"2"0', '1250.5["2"0]'),
        ('0.0"×10⁴"', '1250.5[0.0"×10⁴"]'),
        ('0"至"00', '1250.5[0"至"00]'),
        # The point that is shown is not where it is: read by nobody.
        ('0!.0,"万"', '1250.5[0!.0,"万"]'),
        ("#,##0.0,", "1250.5[#,##0.0,]"),
        ("0!.0000", "1250.5[0!.0000]"),
        ('[>1000]0"t";0', '1250.5[[>1000]0"t";0]'),
    ],
)
def test_what_number_formats_show_is_read(tmp_path, form, text):
    path = written(tmp_path / "a.xlsx", [["数"], [1250.5]], [form])
    assert rows_of(path)[1] == (text,)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("0000", "0007"),
        ('"WK"000', "WK007"),
        ('"WK-"0', "WK-7"),
        ("!C000000", "C000007"),
        ("0", "7"),
    ],
)
def test_numbers_of_features_keep_their_zeros_and_letters(tmp_path, form, text):
    path = written(tmp_path / "a.xlsx", [["编号"], [7]], [form])
    assert rows_of(path)[1] == (text,)


def test_corners_shown_in_metres(tmp_path):
    path = written(tmp_path / "a.xlsx", CORNERS, ["@", "0.000!m", '0.000"米"'])
    source = read(path)
    assert (source.geometry[0].area, source.issues) == (500_000, ())


def test_angles_that_a_spreadsheet_took_for_times(tmp_path):
    day = 86400
    rows = [["名称", "经度", "纬度"]]
    rows += [["甲", (113 * 3600 + 45 * 60 + 30.12) / day, (35 * 3600 + 24 * 60 + 6.375) / day]]
    path = written(tmp_path / "a.xlsx", rows, ["@", "[h]:mm:ss", "[h]:mm:ss.000"])
    assert rows_of(path)[1] == ("甲", "113:45:30.12", "35:24:06.375")
    (place,) = read(path).geometry
    assert (place.x, place.y) == pytest.approx(
        (113 + 45 / 60 + 30.12 / 3600, 35 + 24 / 60 + 6.375 / 3600), abs=1e-12
    )


@pytest.mark.parametrize(("since", "day"), [(False, date(2024, 1, 31)), (True, date(2028, 2, 1))])
def test_dates_of_both_systems(tmp_path, since, day):
    path = written(tmp_path / "a.xlsx", [["日期"], [45322]], ["yyyy/m/d"], date_1904=since)
    assert rows_of(path)[1] == (day.isoformat(),)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (123456789012345, "123456789012345"),
        (1234567890123456, "1.234567890123456E+15"),
        (1400002020017120142, "1.40000202001712E+18"),
        (3760000.125, "3760000.125"),
        (0.1, "0.1"),
    ],
)
def test_numbers_of_more_digits_than_a_spreadsheet_keeps(tmp_path, number, text):
    assert rows_of(written(tmp_path / "a.xlsx", [["号"], [number]]))[1] == (text,)


def test_percent_and_times_of_opendocument(tmp_path):
    cell = '<table:table-cell office:value-type="{}" office:{}="{}"/>'
    cells = (
        cell.format("percentage", "value", 0.5),
        cell.format("time", "time-value", "PT113H45M30.5S"),
    )
    path = ods(tmp_path / "a.ods", ods_row(["a", "b"]) + ods_row([], "".join(cells)))
    assert rows_of(path)[1] == ("50%", "113:45:30.5")


# -- old workbooks ---------------------------------------------------------------------------------

BOOLERR, FORMULA, ROW, COLINFO, MERGED = 0x0205, 0x0006, 0x0208, 0x007D, 0x00E5


def test_errors_of_an_old_workbook(tmp_path):
    rows = [
        ["名称", "经度", "纬度", "备注"],
        ["甲", 113.75, 35.75],
        ["乙", 113.75],
        ["丙", 113.75, 35.75],
    ]
    more = record(BOOLERR, struct.pack("<HHHBB", 2, 2, 0, 0x17, 1))
    more += record(FORMULA, struct.pack("<HHHB1xB3xHHIH", 3, 3, 0, 2, 0x2A, 0xFFFF, 0, 0, 0))
    more += record(BOOLERR, struct.pack("<HHHBB", 1, 3, 0, 1, 0))
    path = xls(tmp_path / "a.xls", rows, more)
    assert [r[2:] for r in rows_of(path)[1:]] == [
        ("35.75", "true"), ("#REF!", ""), ("35.75", "#N/A"),
    ]  # fmt: skip
    assert [(i.code, i.en) for i in read(path).issues] == [
        ("unreadable_geometry", "row 3: no coordinate: '#REF!'")
    ]


def test_hidden_rows_and_columns_and_merges_of_an_old_workbook(tmp_path):
    rows = [["地块", *CORNERS[0]], ["甲", *CORNERS[1]], ["", *CORNERS[2]], ["", *CORNERS[3]]]
    more = record(ROW, struct.pack("<HHHHHHHH", 2, 0, 4, 255, 0, 0, 0x20, 0))
    more += record(COLINFO, struct.pack("<HHHHHH", 3, 9, 0, 0, 1, 0))
    more += record(MERGED, struct.pack("<HHHHH", 1, 1, 3, 0, 0))
    source = read(xls(tmp_path / "a.xls", rows, more))
    assert source.columns["地块"].to_pylist() == ["甲"]
    assert [i.en for i in source.issues] == [
        "sheet 拐点: hidden (or filtered) rows are read: 3",
        "sheet 拐点: hidden columns are read: D",
    ]


def test_what_formats_of_an_old_workbook_show(tmp_path):
    rows = [["编号", "规模", "比例"], [7, 30.5, 0.5]]
    path = xls(tmp_path / "a.xls", rows, formats=['"WK"000', '0.0"万吨/年"', "0%"])
    assert rows_of(path)[1] == ("WK007", "30.5万吨/年", "50%")


@pytest.mark.parametrize("at", range(24, 1600, 97))
def test_damage_leaves_an_old_workbook_without_marks(tmp_path, at):
    path = xls(tmp_path / "a.xls", more=record(BOOLERR, struct.pack("<HHHBB", 9, 9, 0, 0x17, 1)))
    data = bytearray(path.read_bytes())
    data[at : at + 8] = b"\xff" * 8
    for broken in (bytes(data), bytes(data[:at]), compound("Workbook", b"\x09\x08\xff\xff")):
        for marks in marks_of(broken).values():
            assert set(marks.errors.values()) <= {"#REF!"}


def test_blank_rows_are_few_and_rows_keep_their_numbers(tmp_path):
    stray = '<row r="30000"><c r="A30000" t="inlineStr"><is><t>合计9</t></is></c></row>'
    path = xlsx(tmp_path / "a.xlsx", sheet(more=stray))
    (one,) = read_workbook(path)
    assert one.lines == (1, 2, 3, 4, 5, 6, 30000)
    source = read(path)
    assert source.geometry[0].area == 500_000
    assert [i.zh for i in source.issues] == ["第 30000 行没有拐点，未读：合计9"]
