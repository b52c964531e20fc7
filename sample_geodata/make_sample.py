"""Makes the invented sample county: ``python sample_geodata/make_sample.py [FOLDER]``.

Nothing shows a real place, mine, pond or holder. One seed: the same call always gives the same
files. See README.md for what is planted.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from county_answers import answer_rest
from county_applications import draw_applications, draw_pond_applications, write_applications
from county_attributes import draw_attributes
from county_files import write_dem, write_layers
from county_frame import County, write_answers
from county_goafs import draw_goafs, draw_movement
from county_outline import add_counties, draw_outline
from county_people import settle
from county_pond_cast import draw_ponds
from county_ponds import draw_rivers
from county_rights import draw_rights, fill
from county_surface import draw_surface, large_zones
from county_terrain import SEED, make_terrain
from county_underground import draw_underground


def draw() -> County:
    """Return the county with everything in it."""
    county = County(make_terrain(), np.random.default_rng(SEED + 1), draw_outline())
    county.counties.update(add_counties(county))
    draw_rivers(county)
    draw_pond_applications(county, draw_ponds(county))
    draw_surface(county)
    draw_applications(county)
    draw_rights(county)
    draw_underground(county)
    draw_goafs(county)
    draw_movement(county)
    draw_attributes(county)
    fill(county, mines=24, explorations=14)
    large_zones(county)
    settle(county)
    answer_rest(county)
    return county


def make(folder: Path) -> County:
    """Write all data files of the sample county into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    county = draw()
    write_dem(folder / "dem", county.terrain)
    write_layers(county, folder)
    write_applications(county, folder)
    write_answers(county, folder / "expected_verdicts.csv")
    return county


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
