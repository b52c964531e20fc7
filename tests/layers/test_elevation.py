"""The workspace's terrain: what a report says of its files, and files that change."""

import hashlib
import os

import numpy as np
import pytest
import rasterio
from rasterio import Affine

from gis.tiles import TerrainError
from layers.elevation import Elevation
from layers.watch import stamp_of
from layers.workspace import open_workspace


def write(path, value, columns=40, west=111.0):
    cell = 1 / 3600
    with rasterio.open(path, "w", driver="GTiff", width=columns, height=40, count=1,
                       dtype="float32", crs="EPSG:4490",
                       transform=Affine(cell, 0, west, 0, -cell, 39.0)) as out:  # fmt: skip
        out.write(np.full((40, columns), value, np.float32), 1)
    return path


def write_vrt(path, source):
    path.write_text(
        '<VRTDataset rasterXSize="40" rasterYSize="40"><SRS>EPSG:4490</SRS>'
        f"<GeoTransform>111.0, {1 / 3600}, 0, 39.0, 0, {-1 / 3600}</GeoTransform>"
        '<VRTRasterBand dataType="Float32" band="1"><SimpleSource>'
        f'<SourceFilename relativeToVRT="1">{source}</SourceFilename><SourceBand>1</SourceBand>'
        "</SimpleSource></VRTRasterBand></VRTDataset>",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "dem").mkdir()
    write(tmp_path / "dem" / "a.tif", 100.0)
    write(tmp_path / "dem" / "b.tif", 200.0, west=111.0 + 40 / 3600)
    (tmp_path / "workspace.toml").write_text('[terrain]\ndem = ["dem/*.tif"]\n', encoding="utf-8")
    return tmp_path / "workspace.toml"


def middle_of(elevation):
    window = elevation.terrain.window(111.0 + 20 / 3600, 39.0 - 20 / 3600, 100.0)
    return float(np.median(window.elevation))


def test_each_file_stands_in_the_report_with_its_own_digest(workspace):
    elevation = open_workspace(workspace).elevation
    said = elevation.provenance()
    assert [p.source for p in said] == ["dem/a.tif", "dem/b.tif"]
    assert [p.crs for p in said] == ["EPSG:4490"] * 2
    for one in said:
        data = (workspace.parent / one.source).read_bytes()
        assert one.sha256 == hashlib.sha256(data).hexdigest()


def test_the_files_of_a_vrt_stand_in_the_report_too(workspace):
    folder = workspace.parent / "dem"
    write_vrt(folder / "all.vrt", "a.tif")
    workspace.write_text('[terrain]\ndem = ["dem/all.vrt"]\n', encoding="utf-8")
    said = open_workspace(workspace).elevation.provenance()
    assert [(p.source, p.format) for p in said] == [("dem/all.vrt", "VRT"), ("dem/a.tif", "GTiff")]
    assert said[1].sha256 == hashlib.sha256((folder / "a.tif").read_bytes()).hexdigest()


def replaced(path):
    write(path.with_name("new.tif"), 300.0).replace(path)


def rewritten(path):
    state = path.stat()
    write(path, 300.0)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))  # as some tools do


def masked(path):
    path.with_name(path.name + ".aux.xml").write_text("<PAMDataset/>", encoding="utf-8")


@pytest.mark.parametrize("change", [replaced, rewritten, masked, lambda path: path.unlink()],
                         ids=["replaced", "rewritten", "beside", "removed"])  # fmt: skip
@pytest.mark.parametrize("kind", ["tif", "vrt"])
def test_no_run_ends_well_on_files_that_changed_in_between(workspace, kind, change):
    folder = workspace.parent / "dem"
    files = {"tif": folder / "a.tif", "vrt": write_vrt(folder / "all.vrt", "a.tif")}
    elevation = Elevation((files[kind],), (f"dem/{files[kind].name}",), None)
    assert middle_of(elevation) == 100.0
    first = elevation.provenance()
    assert elevation.provenance() == first
    change(folder / "a.tif")
    with pytest.raises(TerrainError, match=r"a\.tif.*: the elevations changed") as caught:
        elevation.provenance()
    assert "a.tif" in caught.value.zh


def test_a_change_before_the_digest_is_no_digest_of_what_was_read(workspace):
    elevation = open_workspace(workspace).elevation
    assert middle_of(elevation) == 100.0
    replaced(workspace.parent / "dem" / "a.tif")
    with pytest.raises(TerrainError, match="changed while"):
        elevation.provenance()
    fresh = open_workspace(workspace).elevation
    assert middle_of(fresh) == 300.0 and len(fresh.provenance()) == 2


def test_a_server_sees_a_change_of_a_file_within_a_vrt_and_beside_a_tile(workspace):
    folder = workspace.parent / "dem"
    write_vrt(folder / "all.vrt", "a.tif")
    workspace.write_text('[terrain]\ndem = ["dem/all.vrt"]\n', encoding="utf-8")
    opened = open_workspace(workspace)
    before = stamp_of(opened)
    assert stamp_of(opened) == before
    replaced(folder / "a.tif")
    after = stamp_of(opened)
    assert after != before
    masked(folder / "a.tif")
    assert stamp_of(opened) != after
