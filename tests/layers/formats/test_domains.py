"""Codes of fields are read as the words that the file gives them, and never as something else."""

import sqlite3

import geopandas
import pyarrow as pa
import pytest
import shapely

from layers.formats import domains, read

LAYER = """<GPFieldInfoExs><GPFieldInfoEx xsi:type="x"><Name>KCFS</Name>
<DomainName>f&amp;s</DomainName></GPFieldInfoEx><GPFieldInfoEx><Name>KZ</Name></GPFieldInfoEx></GPFieldInfoExs>"""
DOMAIN = """<GPCodedValueDomain2><DomainName>f&amp;s</DomainName><CodedValues xsi:type="a">
<CodedValue xsi:type="b"><Name>露天&lt;开采&gt;</Name><Code xsi:type="xs:int">1</Code></CodedValue>
<CodedValue><Name>地下开采</Name><Code>3</Code></CodedValue></CodedValues></GPCodedValueDomain2>"""


def test_the_domains_of_a_geodatabase():
    words = {"KCFS": {"1": "露天<开采>", "3": "地下开采"}}
    assert domains.of_geodatabase(LAYER, [("f&s", DOMAIN), ("KZ", "<x/>")]) == (words, {})
    assert domains.of_geodatabase(LAYER, []) == ({}, {"KCFS": "f&s"})


@pytest.mark.parametrize("order", [1, -1])
def test_a_table_may_be_called_like_a_domain(order):
    table = '<?xml version="1.0"?>\n<typens:DETableInfo><Name>f&amp;s</Name></typens:DETableInfo>'
    items = [("f&s", f"<?xml version='1.0'?>\n{DOMAIN}"), ("f&s", table)][::order]
    words, unknown = domains.of_geodatabase(LAYER, items)
    assert (words, unknown) == ({"KCFS": {"1": "露天<开采>", "3": "地下开采"}}, {})
    assert domains.of_geodatabase(LAYER, [("f&s", table)]) == ({}, {"KCFS": "f&s"})


SUBTYPES = """<SubtypeFieldName>T</SubtypeFieldName><DefaultSubtypeCode>1</DefaultSubtypeCode>
<Subtypes xsi:type="typens:ArrayOfSubtype"><Subtype xsi:type="typens:Subtype">
<SubtypeName>露天矿</SubtypeName><SubtypeCode>1</SubtypeCode><FieldInfos>
<SubtypeFieldInfo xsi:type="x"><FieldName>F</FieldName><DomainName>是否</DomainName>
</SubtypeFieldInfo></FieldInfos></Subtype><Subtype><SubtypeName>地下矿</SubtypeName>
<SubtypeCode>2</SubtypeCode><FieldInfos><SubtypeFieldInfo><FieldName>F</FieldName>
<DomainName>反</DomainName></SubtypeFieldInfo></FieldInfos></Subtype></Subtypes>"""


def coded(**words):
    values = "".join(f"<CodedValue><Name>{w}</Name><Code>{c[1:]}</Code></CodedValue>"
                     for c, w in words.items())  # fmt: skip
    return f"<GPCodedValueDomain2><CodedValues>{values}</CodedValues></GPCodedValueDomain2>"


def test_a_domain_that_is_another_in_each_subtype():
    items = [("是否", coded(_1="是", _2="否")), ("反", coded(_1="否", _2="是"))]
    columns = {"T": pa.array([1, 2, 2, 3, None]), "F": pa.array(["1", "1", None, "1", "2"])}
    assert domains.of_geodatabase(SUBTYPES, items) == ({}, {})
    found = domains.by_subtype(columns, SUBTYPES, items, {})
    assert {k: v.to_pylist() for k, v in found.items()} == {
        "T": ["露天矿", "地下矿", "地下矿", "3", None], "F": ["是", "否", None, "1", "2"],
    }  # fmt: skip
    found = domains.by_subtype(columns, SUBTYPES, items, {"F": {"1": "有", "2": "无"}})
    assert found["F"].to_pylist() == ["是", "否", None, "有", "无"]
    assert domains.of_geodatabase(SUBTYPES, items[:1]) == ({}, {"F": "反"})
    assert domains.by_subtype({"F": columns["F"]}, SUBTYPES, items, {}) == {}


def test_a_range_has_no_words():
    domain = '<typens:GPRangeDomain2 xsi:type="typens:GPRangeDomain2"><MaxValue>5</MaxValue>'
    assert domains.of_geodatabase(LAYER, [("f&s", domain)]) == ({}, {})


def test_codes_whose_domain_is_not_there_are_not_read():
    columns = {"KCFS": pa.array(["1", None, "2"]), "KZ": pa.array([1, 2, 3])}
    read, lost = domains.without(columns, {"x": [0]}, {"KCFS": "f&s"})
    assert {k: v.to_pylist() for k, v in read.items()} == {"KCFS": [None] * 3, "KZ": [1, 2, 3]}
    assert {k: list(v) for k, v in lost.items()} == {"x": [0], "KCFS": [0, 2]}
    said = domains.missing("KCFS", "f&s")
    assert (said.severity, said.code) == ("warning", "domain_missing")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (pa.array([1, 2, None, 3]), ["露天", "2", None, "地下"]),
        (pa.array([1.0, 2.5, None, 3.0]), ["露天", "2.5", None, "地下"]),
        (pa.array(["1", "x", None, " 3 "]), ["露天", "x", None, "地下"]),
    ],
)
def test_a_code_without_a_word_stays(values, words):
    domain = {"1": "露天", "3": "地下", "2": " "}
    assert domains.described(values, domain).to_pylist() == words


@pytest.mark.parametrize(
    ("words", "read_as"),
    [
        ({"1": "1个系统", "2": "2个系统"}, [1, 2, 5]),
        ({"1": "1个系统", "2": "3个系统"}, ["1个系统", "3个系统", "5"]),
        ({"1": "1万吨", "2": "2万吨"}, ["1万吨", "2万吨", "5"]),  # a unit, which must not be lost
        ({"1": "1露天", "2": "2地下"}, ["1露天", "2地下", "5"]),
        ({"1": "1个系统"}, ["1个系统", "2", "5"]),
    ],
)
def test_words_that_only_count_leave_the_numbers(words, read_as):
    assert domains.described(pa.array([1, 2, 5]), words).to_pylist() == read_as


def test_codes_that_gdal_makes_words_of():
    # Words are numbered by their codes; one that the domain does not list is null, or beyond.
    words = pa.array([None, "露天", None, "地下"])
    column = pa.DictionaryArray.from_arrays(
        pa.array([1, 2, None, 9], pa.int32()), words, safe=False
    )
    assert domains.codes_of(pa.chunked_array([column])).to_pylist() == [1, 2, None, 9]


@pytest.mark.parametrize(
    ("codes", "listed", "words"),
    [
        ([1, 2, 9, None], [(1, "露天开采"), (3, "地下开采")], ["露天开采", "2", "9", None]),
        ([22001, -1, 1, 0], [(22001, "铁矿"), (-1, "未知")], ["铁矿", "未知", "1", "0"]),
        (["1", "2", "是", None], [("1", "否"), ("2", "是")], ["否", "是", "是", None]),
    ],
)
def test_the_domains_of_a_geopackage(tmp_path, codes, listed, words):
    path = tmp_path / "矿权.gpkg"
    frame = geopandas.GeoDataFrame(
        {"开采方式": codes}, geometry=[shapely.box(111, 39, 111.01, 39.01)] * 4, crs=4490
    )
    if not isinstance(codes[0], str):
        frame["开采方式"] = frame["开采方式"].astype("Int64")
    frame.to_file(path, layer="r")
    database = sqlite3.connect(path)
    database.executescript(
        "CREATE TABLE gpkg_data_columns (table_name TEXT, column_name TEXT, name TEXT, title TEXT, "
        "description TEXT, mime_type TEXT, constraint_name TEXT);"
        "CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT, constraint_type TEXT, "
        "value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, "
        "description TEXT);"
        "INSERT INTO gpkg_extensions VALUES ('gpkg_data_columns', NULL, 'gpkg_schema', "
        "'http://www.geopackage.org/spec121/#extension_schema', 'read-write'), "
        "('gpkg_data_column_constraints', NULL, 'gpkg_schema', "
        "'http://www.geopackage.org/spec121/#extension_schema', 'read-write');"
        "INSERT INTO gpkg_data_columns VALUES ('r', '开采方式', NULL, NULL, NULL, NULL, 'd');"
    )
    database.executemany(
        "INSERT INTO gpkg_data_column_constraints VALUES ('d', 'enum', ?, 0, 0, 0, 0, ?)",
        [(str(code), word) for code, word in listed],
    )
    database.commit()
    database.close()
    assert read(path).columns["开采方式"].to_pylist() == words
