"""Workbooks of hostile make: what the parser would believe is counted before it is asked."""

import io
import socket
import zipfile

import numpy as np
import pyogrio
import pytest

from layers.errors import FormatError
from layers.formats import read
from layers.formats.table import workbook_parts
from layers.formats.table.sheets import read_workbook

from .workbooks import CORNERS, MAIN, compound, ods, ods_cell, ods_row, sheet, xls, xlsx

ROWS = "".join(map(ods_row, CORNERS))


def refused(path, said):
    with pytest.raises(FormatError, match=said) as told:
        read(path)
    assert told.value.zh.startswith(f"{path}：") and "\n" not in str(told.value)


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_the_three_kinds_of_workbooks_give_one_outline(tmp_path, kind):
    path = tmp_path / f"拐点.{kind}"
    if kind == "xlsx":
        xlsx(path, sheet())
    elif kind == "ods":
        ods(path, ROWS)
    else:
        xls(path)
    source = read(path)
    assert (source.format, source.layer, len(source)) == ("workbook", "拐点", 1)
    assert source.geometry[0].area == 500_000
    assert "38" in source.crs_note


def test_a_sheet_that_reaches_too_far_is_refused_before_it_is_opened(tmp_path):
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    refused(xlsx(tmp_path / "a.xlsx", sheet(more=far)), "row 1048576, column 16384: too large")
    without_places = f"<row>{'<c><v>1</v></c>' * 6000}</row>" + "<row><c><v>1</v></c></row>" * 900
    refused(
        xlsx(tmp_path / "b.xlsx", sheet(rows=[], more=without_places)),
        "row 901, column 6000: too large",
    )


def test_formatted_cells_without_content_reserve_nothing(tmp_path):
    far = '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    assert read(xlsx(tmp_path / "a.xlsx", sheet(more=far))).geometry[0].area == 500_000
    blank = '<table:table-cell table:number-columns-repeated="16384"/>'
    rows = ROWS + ods_row([], blank, 'table:number-rows-repeated="1048576"')
    assert read(ods(tmp_path / "a.ods", rows)).geometry[0].area == 500_000


@pytest.mark.parametrize(
    "rows",
    [
        ods_row([], ods_cell(1, 'table:number-columns-repeated="1000000000"')),
        ods_row([1], repeated='table:number-rows-repeated="1000000000"'),
        ods_row([1, 2], repeated='table:number-rows-repeated="2500001"'),
    ],
)
def test_repeated_cells_are_multiplied_out(tmp_path, rows):
    refused(ods(tmp_path / "a.ods", ROWS + rows), "too large")


def test_unpacked_bytes_are_counted(tmp_path, monkeypatch):
    path = xlsx(tmp_path / "a.xlsx", sheet(), [("xl/theme/a.xml", "<a>" + " " * 40_000 + "</a>")])
    assert path.stat().st_size < 4_000
    assert len(read(path)) == 1
    monkeypatch.setattr(workbook_parts, "MOST_BYTES", 30_000)
    refused(path.rename(tmp_path / "b.xlsx"), "a bomb")


def test_a_declared_size_that_lies_is_found(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", sheet())
    data = bytearray(path.read_bytes())
    at = data.rindex(b"xl/worksheets/sheet1.xml") - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    refused(path, "damaged")


def test_many_parts(tmp_path):
    more = [(f"xl/{k}.xml", "<a/>") for k in range(1000)]
    refused(xlsx(tmp_path / "a.xlsx", sheet(), more), "1005 parts")


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>',
    ],
)
def test_document_types(tmp_path, head):
    refused(xlsx(tmp_path / "a.xlsx", sheet(head=head)), "sheet1.xml has a DOCTYPE")


def test_parts_that_are_no_xml(tmp_path):
    refused(xlsx(tmp_path / "a.xlsx", sheet() + "<"), "sheet1.xml is not valid XML")


def test_merged_cells_on_top_of_each_other(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", sheet(merged=["A1:XFD1048576"] * 500))
    refused(path, "merged cells of sheet 拐点 overlap")


def test_macros_pictures_and_links_never_reach_the_parser(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/x.xlsx"
        target = f'<Relationships><Relationship Target="{url}" TargetMode="External"/>'
        more = [
            ("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0macro"),
            ("xl/media/image1.png", b"\x89PNG"),
            ("xl/externalLinks/externalLink1.xml", "<externalLink/>"),
            ("xl/externalLinks/_rels/externalLink1.xml.rels", f"{target}</Relationships>"),
            ("xl/embeddings/a.xml", "<a/>"),
        ]
        linked = '<row r="5"><c r="B5"><f>[1]Sheet1!A1</f></c></row>'
        cached = '<row r="6"><c r="A6"><v>4</v></c><c r="B6"><f>[1]S!A1</f><v>3760500</v></c>'
        cached += '<c r="C6"><v>38500200</v></c></row>'
        path = xlsx(tmp_path / "a.xlsm", sheet(more=linked + cached), more)
        kept = zipfile.ZipFile(io.BytesIO(workbook_parts.rebuilt(path)[0].getvalue())).namelist()
        assert kept == [
            "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml",
            "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml",
        ]  # fmt: skip
        with pytest.raises(FormatError, match="row 5: no coordinate: '#公式未计算'"):
            read(path)  # no value is kept for the linked cell
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.parametrize("cut", [3000, 1600, 600])
def test_a_damaged_old_workbook(tmp_path, cut):
    path = xls(tmp_path / "a.xls")
    path.write_bytes(path.read_bytes()[:cut])
    refused(path, "cannot be read")


def test_an_encrypted_workbook_is_told(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(compound("EncryptedPackage", bytes(5000)))
    refused(path, "cannot be read")


STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts><font/><font><strike{{}}/></font></fonts>'
    '<cellXfs><xf fontId="0"/><xf fontId="1"/></cellXfs></styleSheet>'
)


@pytest.mark.parametrize(("value", "told"), [("", ["struck_cells"]), (' val="0"', [])])
def test_corners_struck_through_are_told(tmp_path, value, told):
    struck = sheet().replace('<c r="B3">', '<c r="B3" s="1">')
    path = xlsx(tmp_path / "a.xlsx", struck, more=[("xl/styles.xml", STYLES.format(value))])
    source = read(path)
    assert [i.code for i in source.issues] == told
    assert not told or "第 3 行有删除线" in source.issues[0].zh


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("xl/comments1.xml", "<comments><t>该点作废</t></comments>", "批注"),
        ("xl/threadedComments/threadedComment1.xml", "<t>作废</t>", "批注"),
        ("xl/drawings/drawing1.xml", "<d xmlns:a='x'><a:t>扣除范围</a:t></d>", "文本框"),
        ("xl/drawings/drawing1.xml", "<d xmlns:a='x'><a:t> </a:t></d>", None),
    ],
)
def test_texts_that_stand_in_no_cell_are_told(tmp_path, name, content, said):
    path = xlsx(tmp_path / "a.xlsx", sheet(), more=[(name, content)])
    issues = [i.zh for i in read(path).issues if i.code == "texts_beside_cells"]
    assert len(issues) == (said is not None) and all(said in zh for zh in issues)


def test_a_table_that_gdal_wrote(tmp_path):
    path = tmp_path / "a.ods"
    columns = [np.array(c) for c in zip(*CORNERS[1:], strict=True)]
    form = {"driver": "ODS", "layer": "拐点", "geometry_type": None}
    pyogrio.raw.write(path, None, columns, CORNERS[0], **form)
    assert b">\n<" in zipfile.ZipFile(path).read("content.xml")
    assert read(path).geometry[0].area == 500_000


def test_blanks_of_a_text_stay(tmp_path):
    text = "<text:p>甲 <text:span>乙</text:span> 丙</text:p>\n<text:p>&gt; </text:p>"
    cell = f"<table:table-cell office:value-type='string'>\n{text}\n</table:table-cell>\n"
    path = ods(tmp_path / "a.ods", f"<table:table-row>\n{cell}</table:table-row>")
    (one,) = read_workbook(path)
    assert one.rows == (("甲 乙 丙\n>",),)
