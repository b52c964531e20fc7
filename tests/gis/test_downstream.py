"""Flow paths and corridors in valleys whose thalweg is known, in every direction."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

from gis.downstream import corridor, trace
from gis.flow import route

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
flow_truth = importlib.import_module("flow_truth")

CELL, N, PATH_M = flow_truth.CELL_M, flow_truth.N, flow_truth.PATH_M
SEEDS = range(6)  # the figures of benchmarks/terrain_flow.py are of other ones


def kept(found):
    """Hold what is promised of every path."""
    assert (found.path.end, found.path.length_m) == ("length", PATH_M)
    assert found.off_m < CELL
    assert found.walked_m == pytest.approx(PATH_M, rel=0.03)
    assert found.missed <= 0.05


@pytest.mark.parametrize("bends", [False, True], ids=["straight", "meandering"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_path_keeps_to_the_thalweg_and_is_as_long_as_it(seed, bends):
    found = flow_truth.followed(seed, bends, "nothing")
    kept(found)
    assert found.corridor.floor_width_m < 100  # no wide floor is seen where there is none


@pytest.mark.parametrize("what", ["pit", "level road", "raised road"])
@pytest.mark.parametrize("seed", SEEDS)
def test_neither_pit_nor_embankment_stops_or_diverts_a_path(seed, what):
    found = flow_truth.followed(seed, seed % 2 == 1, what)
    kept(found)
    assert 0 <= found.path.pit_m < 30
    if what == "pit":  # how much of its 25 m the cells see depends on where their centres lie
        assert found.path.pit_m > 10


@pytest.mark.parametrize("bends", [False, True], ids=["straight", "meandering"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_floor_of_300_m_is_flagged_and_its_corridor_is_whole(seed, bends):
    found = flow_truth.followed(seed, bends, "floor")
    assert found.path.end == "length"
    assert found.corridor.floor_width_m > 200  # what the rules call too wide
    assert found.off_m <= 150 + CELL
    assert found.missed <= 0.05


def bowl(depth):
    """A closed basin, its lowest point south of the middle, its only gate in the north."""
    rows, columns = np.indices((N, N))
    y, x = ((N - 1) / 2 - rows) * CELL, (columns - (N - 1) / 2) * CELL
    z = 500 + np.hypot(x, y + 300) * depth / 1200
    z = np.minimum(z, 500 + 2 * depth)
    gate = (np.abs(x) < 60) & (y > 900)
    return np.where(gate, np.minimum(z, 500 + depth - 0.01 * (y - 900)), z).astype(np.float32)


@pytest.mark.parametrize("depth", [20, 120])
def test_a_basin_without_a_way_out_is_as_deep_as_its_water(depth):
    """The path climbs but little in its first kilometre; the water would have to fill it all."""
    z = bowl(depth)
    path = trace(z, route(z, CELL), (N - 1) / 2, (N - 1) / 2, PATH_M)
    assert path.end == "length"
    at_start = 300 * depth / 1200  # the start lies so far above the bottom
    assert path.pit_m == pytest.approx(depth - at_start, abs=0.1 * depth)


def test_heights_in_a_pit_count_from_its_water():
    """A bench 6 m above the stream is as near where there is a pit 25 m deep in the stream."""
    rows, columns = np.indices((N, N))
    x, y = np.abs(columns - 75) * CELL, rows * CELL
    z = 800 - 0.03 * y + 0.1 * x  # 60 m aside: 6 m up
    z[60:63, 74:77] -= 25
    z = z.astype(np.float32)
    flow = route(z, CELL)
    path = trace(z, flow, 40.0, 75.0, PATH_M)
    filled = corridor(z, flow, path, depth_m=10, floor_m=2, pit_m=30)
    deep = corridor(z, flow, path, depth_m=10, floor_m=2, pit_m=10)
    assert filled.mask[61, 73:78].all()
    assert not deep.mask[61, 73] and not deep.mask[61, 77]
