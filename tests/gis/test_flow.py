"""Flow paths and corridors on terrain whose truth can be written down."""

import numpy as np
import pytest
from pyflwdir.dem import fill_depressions

from gis.downstream import corridor, trace
from gis.flow import route

CELL = 30.0


def grid(n=200):
    return np.mgrid[0:n, 0:n] * CELL


def valley(n=200):
    """A valley along a sine, 3 in 100 down to the south, its sides 3 in 10."""
    y, x = grid(n)
    axis = 3000 + 300 * np.sin(y / 900 * np.pi)
    return (500 - 0.03 * y + 0.3 * np.abs(x - axis)).astype(np.float32)


def test_water_fills_a_bowl_to_its_lowest_rim():
    z = np.full((5, 5), 9.0, np.float32)
    z[2, 2], z[2, 4] = 1.0, 4.0
    z[2, 3] = 6.0
    flow = route(z, CELL)
    assert flow.level[2, 2] == 6.0  # over (2, 3) to the rim at (2, 4)
    assert flow.receiver[2 * 5 + 2] == 2 * 5 + 3
    assert flow.receiver[2 * 5 + 3] == 2 * 5 + 4
    assert flow.receiver[2 * 5 + 4] == -1


def test_no_receiver_lies_above_the_water_and_none_runs_in_a_circle():
    rng = np.random.default_rng(3)
    z = rng.normal(0, 5, (60, 60)).astype(np.float32)
    z[20:25, 30:40] = np.nan
    flow = route(z, CELL)
    level = flow.level.ravel()
    given = np.flatnonzero(flow.receiver >= 0)
    assert (level[flow.receiver[given]] <= level[given]).all()
    assert not np.isnan(level[flow.receiver[given]]).any()
    at, steps = np.arange(z.size), 0
    while (flow.receiver[at] >= 0).any():
        at = np.where(flow.receiver[at] >= 0, flow.receiver[at], at)
        steps += 1
        assert steps <= z.size


@pytest.mark.parametrize("seed", range(5))
def test_water_stands_as_high_as_pyflwdir_fills(seed):
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:90, 0:70]
    z = (30 * np.sin(x / 9 + seed) * np.cos(y / 7) + rng.normal(0, 4, x.shape)).round()
    z[rng.uniform(size=z.shape) < 0.02] = np.nan  # an outlet wherever there is nothing
    z[40:47, 20:35] = np.nan
    filled, _ = fill_depressions(np.where(np.isnan(z), -9999, z).astype(np.float32))
    level = route(z.astype(np.float32), CELL).level
    known = ~np.isnan(z)
    assert (level[known] > z[known]).mean() > 0.05  # there are pits to fill
    assert (level[known] == filled[known]).all() and np.isnan(level[~known]).all()


def test_a_path_follows_the_valley_for_exactly_the_length():
    z = valley()
    flow = route(z, CELL)
    start = 3000 + 300 * np.sin(40 * CELL / 900 * np.pi)
    path = trace(z, flow, 40.0, start / CELL, 1000.0)
    assert (path.end, path.length_m) == ("length", 1000.0)
    off = path.column * CELL - (3000 + 300 * np.sin(path.row * CELL / 900 * np.pi))
    assert np.abs(off).max() < CELL
    y = np.linspace(1200, 3000, 100_001)
    along = np.hypot(np.diff(y), np.diff(3000 + 300 * np.sin(y / 900 * np.pi))).cumsum()
    assert np.interp(path.row[-1] * CELL, y[1:], along) == pytest.approx(1000, rel=0.03)


def test_a_path_ends_at_the_rim_and_at_nodata():
    z = valley()
    assert trace(z, route(z, CELL), 190.0, 100.0, 1000.0).end == "edge"
    z[60:70, :] = np.nan
    assert trace(z, route(z, CELL), 50.0, 100.0, 1000.0).end == "nodata"
    with pytest.raises(ValueError, match="no data"):
        trace(z, route(z, CELL), 65.0, 100.0, 1000.0)


def test_a_pit_on_the_way_is_led_through_and_its_depth_said():
    y, x = grid()
    z = 800 - 0.03 * y + 0.3 * np.abs(x - 3000)
    z -= 25 * np.exp(-((x - 3000) ** 2 + (y - 1500) ** 2) / 3600)
    z = z.astype(np.float32)
    path = trace(z, route(z, CELL), 40.0, 100.0, 1000.0)
    assert path.end == "length"
    assert np.abs(path.column - 100).max() <= 1
    assert 20 < path.pit_m < 25


def test_the_corridor_is_the_ground_up_to_ten_metres_above_the_path():
    y, x = grid()
    z = (800 - 0.03 * y + 0.1 * np.abs(x - 3000)).astype(np.float32)
    flow = route(z, CELL)
    path = trace(z, flow, 40.0, 100.0, 1000.0)
    area = corridor(z, flow, path, depth_m=10, floor_m=2)
    row = np.flatnonzero(area.mask[60])
    assert row.tolist() == list(range(97, 104))  # 0.1 x 90 m = 9 m, 120 m = 12 m
    assert area.along[60, 100] == pytest.approx(600, abs=CELL)
    # The path's own 35 cells and the two beside its ends that lie within 2 m: 37 x 900 m2 / 1 km.
    assert area.floor_width_m == pytest.approx(33.3, abs=0.05)
