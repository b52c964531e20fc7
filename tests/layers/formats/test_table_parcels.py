"""Parcels of a table of corners: how many rings they have, what they are called, whose they are."""

import math

import pytest

from layers.formats import read
from layers.formats.table import rows as words

SQUARE = [(3760000, 38500000), (3761000, 38500000), (3761000, 38501000), (3760000, 38501000)]
FAR = [(x + 5000, y) for x, y in SQUARE]
HEAD = ("点号", "X坐标", "Y坐标")


@pytest.fixture
def table(tmp_path):
    def table(*rows, head=HEAD, above=()):
        text = "\n".join(",".join(map(str, row)) for row in (*above, head, *rows)) + "\n"
        path = tmp_path / "界址点.csv"
        path.write_bytes(text.encode("gb18030"))
        return read(path)

    return table


def ring(places=SQUARE, start=1, letter="J"):
    return [(f"{letter}{k}", x, y) for k, (x, y) in enumerate(places, start)]


def circle(corners):
    turns = (2 * math.pi * k / corners for k in range(corners))
    return [
        (round(3760000 + 900 * math.cos(t), 3), round(38500000 + 900 * math.sin(t), 3))
        for t in turns
    ]


def codes(source):
    return [i.code for i in source.issues]


def areas(source):
    return [g.area for g in source.geometry]


def test_the_work_grows_with_the_corners_of_a_ring(table, monkeypatch):
    calls = []
    numbered = words.numbered
    monkeypatch.setattr(words, "numbered", lambda name: calls.append(name) or numbered(name))
    source = table(*ring(circle(300)))
    assert len(source.geometry[0].exterior.coords) == 301
    few = len(calls)
    calls.clear()
    assert len(table(*ring(circle(600))).geometry[0].exterior.coords) == 601
    assert len(calls) < 2.5 * few
