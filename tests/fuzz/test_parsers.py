"""Whatever a text file holds, it is read or refused in one line; what is written is read back."""

import importlib
import math
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyproj
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from layers import formats
from layers.formats import angles, writing
from layers.formats.source import Source

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER))
mutations = importlib.import_module("mutations")
reading = importlib.import_module("reading")

SHORT, LONG = 60, 10_000
"""Cases a parser in every run of the suite, and in the long one."""

GUIDED_S = 40
"""Seconds a parser with coverage for a guide, in the long run."""

AMOUNTS = [
    pytest.param(SHORT, id="short"),
    pytest.param(LONG, id="long", marks=pytest.mark.slow),
]


def many(count, strategy, check):
    """Call ``check`` with ``count`` drawn examples; in the short tier always the same."""

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=count == SHORT,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def run(example):
        check(example)

    run()


# -- spoilt files ----------------------------------------------------------------------------------


@pytest.mark.parametrize("count", AMOUNTS)
@pytest.mark.parametrize("name", mutations.SEEDS)
def test_a_spoilt_file_is_read_or_refused_in_one_line(tmp_path, name, count):
    path = tmp_path / name

    def check(data):
        path.write_bytes(data)
        reading.read_or_refuse(path)

    path.write_text(mutations.SEEDS[name], encoding="utf-8")
    reading.read_all(path)  # the sound file is read
    many(count, mutations.spoilt(mutations.SEEDS[name]), check)


# -- round trips -----------------------------------------------------------------------------------


@st.composite
def parcels(draw):
    """Draw one to three parcels on a millimetre grid, some with a hole, that do not overlap."""
    out = []
    for k in range(draw(st.integers(1, 3))):
        x0 = 38_400_000_000 + k * 5_000_000 + draw(st.integers(0, 999_999))
        y0 = 3_700_000_000 + draw(st.integers(0, 99_999_999))
        n = draw(st.integers(3, 9))
        turn = sorted(draw(st.lists(st.integers(0, 359), min_size=n, max_size=n, unique=True)))
        gaps = np.diff([*turn, turn[0] + 360])
        if gaps.max() > 170:
            turn = [0, 90, 180, 270]
        radius = [draw(st.integers(200_000, 900_000)) for _ in turn]
        ring = [
            (
                round(x0 + r * math.cos(math.radians(t))) / 1000,
                round(y0 + r * math.sin(math.radians(t))) / 1000,
            )
            for t, r in zip(turn, radius, strict=True)
        ]
        shape = shapely.Polygon(ring)
        hole = shapely.Polygon(
            shapely.box(x0 / 1000 - 5, y0 / 1000 - 5, x0 / 1000 + 5, y0 / 1000 + 5)
        )
        if draw(st.booleans()) and shape.contains_properly(hole):
            shape = shape - hole
        if shape.is_valid:
            out.append(shape)
    return out or [shapely.box(38_400_000, 3_700_000, 38_400_100, 3_700_100)]


def source_of(shapes):
    n = len(shapes)
    geometry = np.empty(n, dtype=object)
    geometry[:] = shapes
    return Source(
        path=Path("drawn.gpkg"), format="drawn", layer=None, sha256="0" * 64, encoding=None,
        crs=pyproj.CRS.from_epsg(4526), crs_note="", declared=n,
        columns={"licence_no": pa.array([f"C{k}" for k in range(n)])},
        geometry=geometry, labels=tuple(f"第 {k + 1} 行" for k in range(n)),
    )  # fmt: skip


def outlines(shape):
    """Return the corners of each ring in millimetres, whatever it begins with and its sense."""
    rings = [r for p in shapely.get_parts(shape) for r in (p.exterior, *p.interiors)]
    return sorted(
        sorted(map(tuple, np.round(shapely.get_coordinates(r)[:-1] * 1000).astype(int).tolist()))
        for r in rings
    )


@pytest.mark.parametrize("count", AMOUNTS)
@pytest.mark.parametrize("form", ["txt", "registration"])
def test_parcels_come_back_to_the_millimetre(form, count):
    def check(shapes):
        if form == "registration":  # deducts between elevations, not in plan
            shapes = [shapely.Polygon(shape.exterior) for shape in shapes]
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "out.txt"
            writing.write(source_of(shapes), target, form=form)
            again = formats.read(target)
        assert again.declared == len(shapes)
        assert again.crs.to_epsg() == 4526
        for before, after in zip(shapes, again.geometry, strict=True):
            assert outlines(after) == outlines(before)

    many(count, parcels(), check)


@pytest.mark.parametrize("count", AMOUNTS)
def test_angles_come_back_in_every_spelling(count):
    forms = ["{d}°{m}′{s}″", "{d}度{m}分{s}秒", "{d}-{m}-{s}", "{d}:{m}:{s}", "{d} {m} {s}"]
    whole = st.tuples(
        st.integers(0, 179), st.integers(0, 59), st.integers(0, 59_999), st.sampled_from(forms)
    )

    def check(drawn):
        d, m, milli, form = drawn
        text = form.format(d=d, m=m, s=f"{milli / 1000:.3f}")
        assert angles.spelled(text) == pytest.approx(d + m / 60 + milli / 3.6e6, abs=1e-11)

    many(count, whole, check)


@pytest.mark.parametrize("count", AMOUNTS)
def test_no_text_makes_an_angle_reader_fail(count):
    letters = st.text(alphabet="0123456789.-+°′″'\" 度分秒东经NSEW：:１２", max_size=24)

    def check(text):
        for reader in (angles.spelled, angles.packed, angles.packed_whole):
            value = reader(text)
            assert value is None or math.isfinite(value)

    many(count, st.one_of(letters, st.text(max_size=12)), check)


# -- coverage for a guide --------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", mutations.SEEDS)
def test_nothing_is_found_with_coverage_for_a_guide(tmp_path, name):
    pytest.importorskip("atheris", reason="atheris has no wheel for this Python or system")
    words = [sys.executable, str(FOLDER / "guided.py"), name, str(GUIDED_S), str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, errors="replace")
    left = [p for p in tmp_path.iterdir() if p.name.startswith(("crash-", "timeout-", "oom-"))]
    assert done.returncode == 0 and not left, (done.stderr[-3000:], [p.read_bytes() for p in left])
    assert int(re.findall(r"Done (\d+) runs", done.stderr)[0]) > GUIDED_S


@pytest.mark.parametrize("path", sorted((FOLDER / "found").iterdir()), ids=lambda p: p.name)
def test_what_was_found_once(path):
    reading.read_or_refuse(path)
