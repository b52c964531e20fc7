"""Encodings told from bytes alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import FormatError
from layers.formats.encoding import (
    Text,
    decode,
    guess,
    normal_name,
    of_language_id,
    read_any_text,
    read_text,
)

COMMON = [bytes((a, b)).decode("gb2312") for a in range(0xB0, 0xD7) for b in range(0xA1, 0xFF)]
words = st.lists(st.text(st.sampled_from(COMMON), min_size=2, max_size=6), min_size=8, max_size=20)


def texts(values, codec):
    return [Text(v.encode(codec)) for v in values]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(words, st.sampled_from(["gbk", "utf-8"]), st.sampled_from([None, "UTF-8", "GB18030"]))
def test_chinese_tables_come_out_right_whatever_is_declared(values, codec, declared):
    found = guess(texts(values, codec), declared)
    assert found.encoding == {"gbk": "GB18030", "utf-8": "UTF-8"}[codec]
    assert found.contradicts == (declared is not None and declared != found.encoding)


def test_portuguese_is_not_chinese():
    values = ["Mineração São João", "Barragem Córrego do Feijão"]
    assert guess(texts(values, "cp1252"), None).encoding == "cp1252"
    assert guess(texts(values, "utf-8"), None).encoding == "UTF-8"


def test_big5_is_believed_when_declared_and_doubtful_when_not():
    values = texts(["國語", "礦區範圍", "臺灣"], "big5")
    assert guess(values, "Big5").encoding == "Big5"
    assert not guess(values, "Big5").doubtful
    found = guess(values, None)
    assert found.encoding == "Big5" and found.doubtful


def test_ascii_takes_the_declared_encoding():
    assert guess([Text(b"abc")], "GB18030").encoding == "GB18030"
    assert guess([], None).encoding == "UTF-8"


def test_garbage_has_no_encoding():
    assert guess([Text(b"\xff\xfe\xfd"), *texts(["灵山铁矿"], "gbk")], None) is None


def test_only_a_full_field_may_end_inside_a_character():
    cut = "矿山".encode()[:5]
    assert decode(Text(cut, full=True), "UTF-8") == "矿"
    assert decode(Text(cut, full=False), "UTF-8") is None
    assert decode(Text("矿山".encode("gbk")[:3], full=True), "GB18030") == "矿"


def test_names_and_language_ids():
    assert normal_name("gbk") == normal_name("CP936") == normal_name("936") == "GB18030"
    assert normal_name("utf8") == "UTF-8" and normal_name("Big-5") == "Big5"
    assert normal_name("ANSI 1250") == "cp1250"
    assert normal_name("<!DOCTYPE html>") is None
    for name in ("rot13", "base64", "hex", "zlib", "undefined", "punycode", "unicode_escape"):
        assert normal_name(name) is None
    assert of_language_id(0x4D) == "GB18030" and of_language_id(0x4F) == "Big5"
    assert of_language_id(0) is None and of_language_id(0x57) is None


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_text_files(write_text, codec):
    text, name = read_text(write_text("[地块坐标]\n灵山铁矿", encoding=codec))
    assert text == "[地块坐标]\n灵山铁矿"
    assert name == {"utf-8-sig": "UTF-8", "utf-16": "UTF-16"}.get(codec, codec.upper())


def test_text_in_another_encoding_names_the_line(write_text):
    path = write_text("abc\n灵山", encoding="gbk")
    with pytest.raises(FormatError, match="line 2 is not UTF-8"):
        read_text(path, "UTF-8")
    with pytest.raises(FormatError, match="neither UTF-8 nor GB18030"):
        read_text(write_text("Mineração", encoding="cp1252"))


@pytest.mark.parametrize("declared", [None, "cp1252", "ISO-8859-1", "UTF-8", "GB18030"])
@pytest.mark.parametrize("name", ["垴", "亘", "X垴", "堃", "甲", "A矿", "石垴"])
def test_short_chinese_names_are_right_or_told(name, declared):
    found = guess(texts([name], "gbk"), declared)
    right = decode(texts([name], "gbk")[0], found.encoding) == name
    assert right or found.doubtful
    assert right or declared == "UTF-8"
    if declared in ("cp1252", "ISO-8859-1"):
        assert found.contradicts


@pytest.mark.parametrize(
    ("name", "codec", "declared", "encoding"),
    [
        ("亘", "gbk", "UTF-8", "UTF-8"),  # a letter of Arabic in UTF-8
        ("亘", "gbk", None, "GB18030"),
        ("A垴B", "gbk", None, "cp1252"),
        ("甲", "gbk", "Big5", "Big5"),
        ("礦", "big5", None, "cp1252"),
        ("東山", "big5", "cp1252", "Big5"),
        ("São", "utf-8", "GB18030", "GB18030"),
        ("垴", "utf-8", "cp1252", "UTF-8"),
        ("é", "utf-8", None, "GB18030"),
    ],
)
def test_what_few_characters_do_not_settle_is_told(name, codec, declared, encoding):
    found = guess(texts([name], codec), declared)
    assert (found.encoding, found.doubtful) == (encoding, True)


@pytest.mark.parametrize(
    ("names", "codec", "declared"),
    [
        (["São João"], "cp1252", None), (["São João"], "cp1252", "cp1252"),
        (["甲"], "gbk", "GB18030"), (["甲"], "utf-8", "UTF-8"), (["尾矿库"], "gbk", None),
        (["Привет мир"], "utf-8", "UTF-8"), (["é"], "cp1252", "cp1252"),
    ],
)  # fmt: skip
def test_what_is_settled_is_not_told(names, codec, declared):
    found = guess(texts(names, codec), declared)
    assert decode(texts(names, codec)[0], found.encoding) == names[0]
    assert not found.doubtful and not found.contradicts


def test_a_text_too_short_to_tell_is_refused(write_text):
    with pytest.raises(FormatError, match="so little text may be GB18030 as well as UTF-8"):
        read_text(write_text("1,2,亘\n", encoding="gbk"))
    assert read_text(write_text("1,2,亘\n", encoding="gbk"), "GBK") == ("1,2,亘\n", "GB18030")
    assert read_text(write_text("1,2,亘\n")) == ("1,2,亘\n", "UTF-8")
    assert read_text(write_text("1,2,São\n")) == ("1,2,São\n", "UTF-8")


@pytest.mark.parametrize("word", ["垴", "亘", "😀垴亘", "垴亘", "é垴"])
def test_a_short_word_in_utf8_is_not_taken_for_gbk(tmp_path, word):
    path = tmp_path / "a.txt"
    path.write_bytes(f"1,{word}\n".encode())
    for reader in (read_text, read_any_text):
        assert reader(path) == (f"1,{word}\n", "UTF-8")


def test_a_word_that_is_sound_in_both_is_asked_for(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("1,亘\n".encode("gbk"))  # the same bytes are an Arabic letter in UTF-8
    for reader in (read_text, read_any_text):
        with pytest.raises(FormatError, match="state its encoding"):
            reader(path)
        assert reader(path, "GBK") == ("1,亘\n", "GB18030")
    path.write_bytes("1,垴 某采区\n".encode("gbk"))
    assert read_text(path) == ("1,垴 某采区\n", "GB18030")


@pytest.mark.parametrize("declared", [None, "UTF-8", "GB18030", "cp1252"])
def test_a_field_that_holds_half_a_character(declared):
    found = guess([Text(b"\xe5", full=True)], declared)
    assert found is None or found.encoding in ("UTF-8", "GB18030", "cp1252")
