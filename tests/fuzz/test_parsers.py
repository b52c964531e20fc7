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
from layers.formats import angles, target, writing
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


def in_plane(source):
    """Return outlines in the plane of zone 38, from whichever system they were written in."""
    if source.crs is None or source.crs.to_epsg() == 4526:
        return source.geometry
    way = pyproj.Transformer.from_crs(4490, 4526, always_xy=True)
    return shapely.transform(source.geometry, lambda xy: np.column_stack(way.transform(*xy.T)))


@pytest.mark.parametrize("count", AMOUNTS)
@pytest.mark.parametrize("form", target.SUFFIXES)
def test_parcels_come_back_to_the_millimetre(form, count):
    def check(shapes):
        if form == "registration":  # deducts between elevations, not in plan
            shapes = [shapely.Polygon(shape.exterior) for shape in shapes]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"out{target.SUFFIXES[form][0]}"
            writing.write(source_of(shapes), file, form=form)
            again = formats.read(file, crs=pyproj.CRS.from_epsg(4526) if form == "dxf" else None)
        back = in_plane(again)
        if form == "dxf":  # a hole is an outline of its own
            assert again.declared == sum(map(len, map(outlines, shapes)))
            back, shapes = (
                [shapely.MultiPolygon(rings_of(back))],
                [shapely.MultiPolygon(rings_of(shapes))],
            )
        assert len(back) == len(shapes)
        for before, after in zip(shapes, back, strict=True):
            assert outlines(after) == outlines(before)

    many(count, parcels(), check)


def rings_of(shapes):
    """Return each ring as a polygon of its own."""
    parts = shapely.get_parts(np.asarray(shapes, dtype=object))
    return [shapely.Polygon(r) for p in parts for r in (p.exterior, *p.interiors)]


def as_published(shapes):
    """Return the form of published notices: one corner a line, closed by a star."""
    lines = ["2000国家大地坐标系，3度带，第38带"]
    for k, shape in enumerate(shapes, 1):
        corners = shapely.get_coordinates(shape.exterior)[:-1]
        lines += [f"{n},{y:.3f},{x:.3f}" for n, (x, y) in enumerate(corners, 1)]
        lines.append(f"*,1250,900,第{k}采区,1,")
    return "\n".join(lines) + "\n"


def as_table(shapes):
    """Return a corner table with a column of licence numbers."""
    lines = ["2000国家大地坐标系", "许可证号,点号,X,Y"]
    for k, shape in enumerate(shapes):
        corners = shapely.get_coordinates(shape.exterior)[:-1]
        lines += [f"C{k + 1},J{n},{y:.3f},{x:.3f}" for n, (x, y) in enumerate(corners, 1)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("count", AMOUNTS)
@pytest.mark.parametrize(
    ("name", "write"),
    [("公示.txt", as_published), ("拐点.csv", as_table)],
    ids=["published", "table"],
)
def test_lists_that_others_write_are_read_to_the_millimetre(tmp_path, name, write, count):
    def check(shapes):
        shapes = [shapely.Polygon(shape.exterior) for shape in shapes]
        (tmp_path / name).write_text(write(shapes), encoding="utf-8")
        again = formats.read(tmp_path / name)
        assert again.crs.to_epsg() == 4526
        rings = [ring for shape in again.geometry for ring in outlines(shape)]
        assert sorted(rings) == sorted(ring for shape in shapes for ring in outlines(shape))

    many(count, parcels(), check)


@pytest.mark.parametrize("count", AMOUNTS)
def test_exploration_strings_are_read_to_the_second(tmp_path, count):
    seconds = st.integers(1, 3598)
    spans = st.lists(st.tuples(seconds, seconds, seconds, seconds), min_size=1, max_size=3)

    def packed(whole, second):
        return f"{whole}.{second // 60:02d}{second % 60:02d}"

    def check(drawn):
        words, expected = f"2000国家大地坐标系\n{len(drawn)},", []
        for k, (a, b, c, d) in enumerate(drawn):
            west, east = sorted((a, c)) if a != c else (a, a + 1)
            south, north = sorted((b, d)) if b != d else (b, b + 1)
            ring = [(west, south), (east, south), (east, north), (west, north)]
            places = ",".join(f"{packed(110 + 2 * k, x)},{packed(35, y)}" for x, y in ring)
            words += f"4,{places},0,0,0,"
            expected.append([(110 + 2 * k + x / 3600, 35 + y / 3600) for x, y in ring])
        (tmp_path / "探矿权.txt").write_text(words, encoding="utf-8")
        source = formats.read(tmp_path / "探矿权.txt")
        assert source.format == "exploration string"
        parts = shapely.get_parts(source.geometry)
        assert len(parts) == len(expected)
        for part, ring in zip(sorted(parts, key=lambda p: p.bounds), expected, strict=True):
            assert part.hausdorff_distance(shapely.Polygon(ring)) < 1e-11

    many(count, spans, check)


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
