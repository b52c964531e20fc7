"""A change of any file of a workspace is noticed."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import layers
from layers.watch import stamp_of
from layers.workspace import open_workspace

SAMPLE = Path(layers.__file__).parent.parent / "sample_geodata"


@pytest.fixture
def workspace(tmp_path):
    shutil.copytree(SAMPLE, tmp_path / "w", ignore=shutil.ignore_patterns("*.py", ".minezone"))
    return open_workspace(tmp_path / "w" / "workspace.toml")


def test_nothing_changes_by_looking(workspace):
    assert stamp_of(workspace) == stamp_of(workspace)


def sources(workspace):
    for settings in workspace.layers.values():
        path = workspace.root / settings.source
        yield path
        if path.suffix == ".shp":
            yield path.with_suffix(".dbf")
        if settings.coverage:
            yield workspace.root / settings.coverage


def test_every_file_counts(workspace):
    for path in {*sources(workspace), workspace.path}:
        before = stamp_of(workspace)
        state = path.stat()
        path.write_bytes(path.read_bytes())
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))  # as a careless copy does
        assert stamp_of(workspace) != before, path


def test_files_that_come_and_go(workspace):
    shp = next(p for p in sources(workspace) if p.suffix == ".shp")
    before = stamp_of(workspace)
    shp.with_suffix(".cpg").write_text("GBK", encoding="ascii")
    added = stamp_of(workspace)
    shp.unlink()
    assert len({before, added, stamp_of(workspace)}) == 3


def test_parameters_of_a_datum_shift_and_their_points_count(workspace):
    folder = workspace.root
    (folder / "xian80.toml").write_text(
        'datum = "西安80"\n[points]\nfile = "points.csv"\nmeridian = 111\n', encoding="utf-8"
    )
    points = folder / "points.csv"
    points.write_text("点名,原X,原Y,新X,新Y\n", encoding="utf-8")
    name, settings = next(iter(workspace.layers.items()))
    changed = replace(settings, datum="xian80.toml")
    workspace = replace(workspace, layers={**workspace.layers, name: changed})
    stamps = {stamp_of(workspace)}
    for path in (points, folder / "xian80.toml"):
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        stamps.add(stamp_of(workspace))
    assert len(stamps) == 3


def test_all_parts_of_a_mapinfo_table_count(workspace):
    table = workspace.root / "a.TAB"
    for suffix in ("TAB", "DAT", "MAP", "ID"):
        table.with_suffix(f".{suffix}").write_bytes(b"1")
    name, settings = next(iter(workspace.layers.items()))
    layers = {**workspace.layers, name: replace(settings, source="a.TAB")}
    workspace = replace(workspace, layers=layers)
    before = stamp_of(workspace)
    table.with_suffix(".MAP").write_bytes(b"22")
    assert stamp_of(workspace) != before
