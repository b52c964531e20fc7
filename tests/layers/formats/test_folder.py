"""What a walk through a folder lists, follows and refuses."""

import json
import os
from contextlib import chdir, contextmanager
from pathlib import Path

import pytest

from layers.errors import FormatError
from layers.formats import digest, layers_in, leading_out, list_layers, passed_over, read

PLACE = json.dumps({"type": "Point", "coordinates": [111.0, 39.0]})


@pytest.fixture
def sent(tmp_path):
    """Return a folder that somebody handed in; beside it lies a file of somebody else."""
    folder = tmp_path / "报件"
    (folder / "下").mkdir(parents=True)
    (folder / "a.geojson").write_text(PLACE)
    (tmp_path / "别人.geojson").write_text(PLACE)
    return folder


def names(folder):
    return [p.relative_to(folder).as_posix() for p in layers_in(folder)]


def test_what_is_passed_over_is_known(sent):
    known = [
        "t.shp", "t.dbf", "t.PRJ", "t.shp.xml", "u.dbf", "v.gpkg", "v.gpkg-wal", "v.gpkg.aux.xml",
        ".DS_Store", "._t.shp", "Thumbs.db", "w.tab", "w.dat", "p.pdf", "下/t.geojson",
    ]  # fmt: skip
    passed = [
        ".旧/x.gpkg", ".y.gpkg", "noext", "lone.prj", "lone.dat", "备份.bak", "图.jpg", "下/a.xml",
        "下/深/地形.tif", "下/深/.z.csv",
    ]  # fmt: skip
    for name in known + passed:
        (sent / name).parent.mkdir(parents=True, exist_ok=True)
        (sent / name).write_bytes(b"x")
    (sent / ".minezone").mkdir()
    (sent / "链接").symlink_to("noext")
    (sent / "空").mkdir()
    told = [p.relative_to(sent).as_posix() for p in passed_over(sent)]
    assert sorted(told) == sorted([".旧", *passed[1:], "链接"])
    read_or_told = set(names(sent))
    assert not read_or_told & set(told)
    assert {"a.geojson", "t.shp", "u.shp", "v.gpkg", "w.tab", "p.pdf"} <= read_or_told


def test_links_that_lead_out_are_listed_and_refused(sent):
    (sent / "下" / "b.geojson").symlink_to(sent.parent / "别人.geojson")
    (sent / "d.gdb").symlink_to(sent.parent)
    (sent / "own.geojson").symlink_to("a.geojson")
    assert names(sent) == ["a.geojson", "d.gdb", "own.geojson", "下/b.geojson"]
    out = {p.name: leading_out(p, sent) for p in layers_in(sent)}
    assert out["a.geojson"] is None and out["own.geojson"] is None
    for name in ("d.gdb", "b.geojson"):
        assert out[name].en.endswith("is a link that leads out of the folder, not followed")


def test_a_folder_that_is_itself_reached_by_a_link_is_inside_itself(sent):
    way = sent.parent / "路"
    way.symlink_to(sent)
    (sent / "own.geojson").symlink_to("a.geojson")
    assert names(way) == ["a.geojson", "own.geojson"]
    assert [leading_out(p, way) for p in layers_in(way)] == [None, None]


def test_loops_and_links_to_folders_are_not_followed(sent):
    (sent / "下" / "上").symlink_to(sent)
    (sent / "圈").symlink_to("圈")
    (sent / "圈.geojson").symlink_to("圈.geojson")
    assert names(sent) == ["a.geojson", "下/上", "圈", "圈.geojson"]
    for path in (sent / "圈", sent / "圈.geojson"):
        assert leading_out(path, sent) is None  # reading it says that it is a loop
        with pytest.raises(FormatError, match="leads back to itself"):
            read(path)
    with pytest.raises(FormatError, match="is a link to a folder, not followed"):
        read(sent / "下" / "上")


def test_pipes_are_listed_and_refused_at_once(sent):
    os.mkfifo(sent / "p.geojson")
    os.mkfifo(sent / "p.txt")
    os.mkfifo(sent / "other")
    assert names(sent) == ["a.geojson", "p.geojson", "p.txt"]
    for name in ("p.geojson", "p.txt"):
        for opened in (read, digest, list_layers):
            with pytest.raises(FormatError, match="is no regular file but a pipe or device"):
                opened(sent / name)


@contextmanager
def nested(folder, name, depth, text=None):
    """Make folders in folders, with a file in the last; remove them: other tools recurse."""
    with chdir(folder):
        for _ in range(depth):
            Path(name).mkdir()
            os.chdir(name)
        last = Path("z.geojson")
        if text is not None:
            last.write_text(text)
        try:
            yield
        finally:
            last.unlink(missing_ok=True)
            for _ in range(depth):
                os.chdir("..")
                Path(name).rmdir()


def test_folders_as_deep_as_a_path_may_be(sent):
    with nested(sent, "d", 1500, PLACE):
        found = layers_in(sent)
    assert [p.name for p in found] == ["a.geojson", "z.geojson"]
    assert len(found[1].parts) == len(sent.parts) + 1501


def test_a_path_that_is_too_long_is_listed(sent):
    name = "长" * 80
    with nested(sent, name, 20):
        far = layers_in(sent)[-1]
        assert far.name == name
        with pytest.raises(FormatError, match="cannot be opened: File name too long"):
            read(far)
