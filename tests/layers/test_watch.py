"""A change of any file of a workspace is noticed."""

import os
import shutil
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
