"""Degrees, minutes and seconds; every expected value is worked out by hand."""

import pytest

from layers.formats.angles import packed, packed_whole, spelled

HAND = 113 + 59 / 60 + 59.6 / 3600


@pytest.mark.parametrize(
    "text",
    [
        "113°59′59.600″",
        "113°59'59.6\"",
        "113°59'59.6''",
        "113º59’59.6”",
        "113˚59´59.6ʺ",
        "113 ° 59 ′ 59.6 ″",
        "东经113度59分59.6秒",
        "113°59′59.6″E",
        "E113°59′59.6″",
        "113-59-59.6",
        "113:59:59.6",
        "113：59：59.6",
        "113 59 59.6",
        "１１３°５９′５９．６″",
    ],
)
def test_one_angle_in_every_spelling(text):
    assert spelled(text) == pytest.approx(HAND, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-10°39'12.400''", -(10 + 39 / 60 + 12.4 / 3600)),
        ("−10°39′12.4″", -(10 + 39 / 60 + 12.4 / 3600)),
        ("10°39′12.4″S", -(10 + 39 / 60 + 12.4 / 3600)),
        ("南纬10°39′12.4″", -(10 + 39 / 60 + 12.4 / 3600)),
        ("113.5°", 113.5),
        ("38°06.5′", 38 + 6.5 / 60),
        ("38°06′", 38.1),
        ("113°59′60.000″", 114.0),
        ("0°00′00.5″", 0.5 / 3600),
    ],
)
def test_other_angles(text, value):
    assert spelled(text) == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize(
    "text",
    ["", "113", "113.9999", "113°60′00″", "113°59′60.1″", "113°59′59", "-113°59′59″W", "E113°59′W",
     "113-59:59", "1135°", "113°5959″", "113°59.5′30″", "181°00′00″", "abc", "113°-59′59″"],
)  # fmt: skip
def test_what_is_no_spelled_angle(text):
    if text == "113°59′59":  # a missing last mark is common and clear
        assert spelled(text) == pytest.approx(113 + 59 / 60 + 59 / 3600, abs=1e-12)
    else:
        assert spelled(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("113.595960", HAND),
        ("113.59596", HAND),
        ("-10.39124", -(10 + 39 / 60 + 12.4 / 3600)),
        ("38.06", 38.1),
        ("38.1", 38 + 10 / 60),
        ("38", 38.0),
        ("113.6", None),
        ("113.5960", 114.0),  # sixty seconds carry
        ("113.59605", None),
        ("113.5961", None),
    ],
)
def test_packed(text, value):
    assert packed(text) == (None if value is None else pytest.approx(value, abs=1e-12))


def test_packed_is_decoded_by_its_decimals():
    # As a binary fraction 113.595999 is 113.59599899999999..., whose digits end in 98.99.
    assert packed("113.595999") == pytest.approx(113 + 59 / 60 + 59.99 / 3600, abs=1e-13)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1135959.6", HAND), ("380605", 38 + 6 / 60 + 5 / 3600), ("1136000", None), ("12345", None)],
)
def test_packed_whole(text, value):
    assert packed_whole(text) == (None if value is None else pytest.approx(value, abs=1e-12))
