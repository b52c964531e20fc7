"""Lists of orebodies, and names of one orebody."""

import numpy as np
import pyarrow as pa
import pytest

from layers import orebodies
from layers.catalog import schema
from layers.values import convert

ONE = [
    "KT-9", "KT9", "KT_9", "KT－9", "KT-09", "kt9号矿体", "矿体KT-9", "KT-9（主矿体）", "KT 9",
]  # fmt: skip


def test_one_orebody_in_many_writings():
    assert set(orebodies.keys(np.array(ONE, object))) == {"KT9"}
    nine = ["9", "九号", "Ⅸ", "09号", "9#矿体", "No.9", "9号脉", "⑨"]
    assert set(orebodies.keys(np.array(nine, object))) == {"9"}
    others = np.array(["一号", "十二号", "二十一", "V1号脉", "Ⅱ-1", "11-2", "1-12", None], object)
    assert orebodies.keys(others).tolist() == ["1", "12", "21", "V1", "II1", "11-2", "1-12", None]


@pytest.mark.parametrize(
    ("word", "names"),
    [("KT-9和KT-10", "KT-9;KT-10"), ("KT-9/KT-10", "KT-9;KT-10"), ("KT-9+KT-10", "KT-9;KT-10"),
     ("KT-9 KT-10", "KT-9;KT-10"), ("KT-9号、KT-10号矿体", "KT-9号;KT-10号矿体"),
     ("Ⅰ号和Ⅱ号矿体", "I号;II号矿体"), ("Ⅰ Ⅱ", "I;II"), ("Ⅱ-1、Ⅱ-2", "II-1;II-2"),
     ("KT-1-2", "KT-1-2"), ("和平矿体", "和平矿体"), ("KT 9", "KT9"), ("2-1", "2-1")],
)  # fmt: skip
def test_lists_of_orebodies(word, names):
    assert orebodies.lists(pa.array([word])).to_pylist() == [names]


@pytest.mark.parametrize(
    "word",
    ["KT-8~KT-10", "KT-8—KT-10", "M1-M3", "Ⅰ-Ⅲ", "Ⅳ－Ⅵ号矿体", "1号-3号", "1号至3号", "1-3",
     "一-三号", "KT-9等3个矿体", "KT-9、10", "全部矿体"],
)  # fmt: skip
def test_what_leaves_the_orebodies_open_is_not_read(word):
    column = schema("mining_right").column("orebody_id")
    read = convert(pa.array(["K", word]), column, "矿体编号", ["第 1 行", "第 2 行"])
    assert read.array.to_pylist() == ["K", None] and read.unread.tolist() == [1]
    assert [(i.severity, i.code, i.feature) for i in read.issues] == [
        ("warning", "unreadable_value", "第 2 行")
    ]
    assert "不是逐个列明的矿体编号" in read.issues[0].zh


def test_parts_of_orebodies_are_no_ranges():
    names = ["1-1", "1-2", "2-1号矿体"]
    assert orebodies.lists(pa.array(names)).to_pylist() == names


def test_the_outline_of_an_orebody_is_called_as_it_is_written():
    column = schema("orebody").column("orebody_id")
    read = convert(pa.array(["KT-8~KT-10"]), column, "矿体编号", ["第 1 行"])
    assert read.array.to_pylist() == ["KT-8~KT-10"] and read.issues == ()
