"""The committed files are what the generator draws, and they are small enough to ship."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import rasterio

SAMPLE = Path(__file__).resolve().parents[2] / "sample_geodata"
LARGEST = 10_000_000
DRAWN = (".gpkg", ".geojson", ".shp", ".dbf", ".shx", ".prj", ".txt", ".tif", ".csv", ".toml")
BY_HAND = ("workspace.toml",)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Run the generator as a user would, in a process of its own."""
    folder = tmp_path_factory.mktemp("made")
    # The generator's modules lie beside it, also where nothing else may be imported from there.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONSAFEPATH"}
    done = subprocess.run(
        [sys.executable, str(SAMPLE / "make_sample.py"), str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return folder


def drawn(folder):
    return {
        p.relative_to(folder)
        for p in folder.rglob("*")
        if p.is_file() and p.suffix in DRAWN and p.name not in BY_HAND
        and ".minezone" not in p.parts
    }  # fmt: skip


def table(path):
    """Return everything of a vector file: fields, values, geometry to the last bit."""
    meta, _, geometry, fields = pyogrio.raw.read(path)
    values = [[None if v != v else v for v in column.tolist()] for column in fields]
    return meta["crs"], meta["fields"].tolist(), meta["geometry_type"], values, geometry.tolist()


@pytest.mark.slow
def test_the_same_files_are_drawn(made):
    assert drawn(made) == drawn(SAMPLE)


@pytest.mark.slow
def test_vector_files_and_texts_are_drawn_to_the_bit(made):
    for path in sorted(drawn(made)):
        if path.suffix in (".gpkg", ".shp"):
            assert table(made / path) == table(SAMPLE / path), path
        elif path.suffix != ".tif":
            assert (made / path).read_bytes() == (SAMPLE / path).read_bytes(), path


@pytest.mark.slow
def test_elevations_are_drawn_to_the_bit(made):
    for path in sorted(p for p in drawn(made) if p.suffix == ".tif"):
        with rasterio.open(made / path) as new, rasterio.open(SAMPLE / path) as old:
            assert new.profile == old.profile
            z = new.read(1)
            assert np.array_equal(z, old.read(1))
            assert z.dtype == np.float32 and new.nodata == -9999.0
            known = z[z != -9999.0].astype(float)
            assert np.abs(known * 10 - np.rint(known * 10)).max() < 0.002


def test_the_tiles_meet_and_have_a_rim_without_data():
    with (
        rasterio.open(SAMPLE / "dem/west.tif") as west,
        rasterio.open(SAMPLE / "dem/east.tif") as east,
    ):
        assert west.bounds.right == east.bounds.left and west.res == east.res == (30.0, 30.0)
        assert west.bounds.top == east.bounds.top
        assert (east.read(1) == -9999.0).sum() > 5000


def test_the_sample_is_small():
    every = [p for p in SAMPLE.rglob("*") if p.is_file() and ".minezone" not in p.parts]
    assert sum(p.stat().st_size for p in every if p.suffix != ".pyc") <= LARGEST


def test_three_counties_one_of_them_a_key_county():
    _, _, _, fields = pyogrio.raw.read(SAMPLE / "county.gpkg")
    assert fields[0].tolist() == ["149901", "149902", "149903"]
    assert fields[2].tolist() == ["是", "否", None]
    _, _, geometry, _ = pyogrio.raw.read(SAMPLE / "settlements.geojson")
    assert len(geometry) >= 150


def test_every_row_is_told_of_a_run_that_there_is():
    with (SAMPLE / "expected_verdicts.csv").open(encoding="utf-8", newline="") as file:
        runs = {row["run"] for row in csv.DictReader(file)}
    files = {p.name for p in (SAMPLE / "applications").iterdir()}
    assert runs - {"screen"} == {n for n in files if not n.endswith((".dbf", ".shx", ".prj"))}
