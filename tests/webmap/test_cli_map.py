"""``minezone map``, and the map as part of every run."""

import json
import subprocess
import sys

import pytest

from analysis.reports import outlines
from webmap import cli, scene


def call(capsys, *words):
    status = cli.main([str(w) for w in words])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.fixture
def vet(capsys, workspace, application, tmp_path):
    def run(*options):
        words = ["vet", application, "-w", workspace, "-o", tmp_path / "结果", "--rules", "MR101"]
        return call(capsys, *words, "--layer", "mining_right", "--as-of", "2026-01-01", *options)

    return run


def test_every_run_leaves_its_map(vet, tmp_path):
    status, out, err = vet()
    assert (status, err) == (1, "")
    assert out.splitlines()[-1].endswith("report.json  map.html")
    text = (tmp_path / "结果" / "map.html").read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>") and "青石梁" in text
    status, out, _ = vet("--json", "--format", "json")
    assert json.loads(out)["files"][-1].endswith("map.html")


def test_the_map_opens_in_the_language_of_the_run(vet, tmp_path):
    vet("--lang", "en")
    assert '<html lang="en">' in (tmp_path / "结果" / "map.html").read_text(encoding="utf-8")


def test_a_run_too_large_for_a_page_says_how_to_see_it(vet, tmp_path, monkeypatch):
    vet()
    assert (tmp_path / "结果" / "map.html").exists()
    monkeypatch.setattr(outlines, "MOST_SUBJECTS", 0)
    status, out, err = vet()
    assert (status, err) == (1, "")
    last = out.splitlines()[-1]
    assert last.startswith("没有地图: ") and "minezone serve" in last
    # The map of the run before would show what no longer holds.
    assert not (tmp_path / "结果" / "map.html").exists()


def test_terrain_that_cannot_be_drawn_is_told_and_the_map_is_there(vet, workspace, tmp_path):
    (workspace.parent / "a.tif").write_bytes(b"nothing")
    text = workspace.read_text(encoding="utf-8") + '[terrain]\ndem = ["a.tif"]\n'
    workspace.write_text(text, encoding="utf-8")
    status, out, err = vet()
    assert (status, err) == (1, "")
    assert out.splitlines()[-1].startswith("地图上没有地形: ") and "a.tif" in out
    assert (tmp_path / "结果" / "map.html").exists()
    # For machines standard output is JSON alone; what is missing is still said.
    status, out, err = vet("--json")
    assert status == 1 and json.loads(out)["verdict"] == "FAIL"
    assert err.startswith("地图上没有地形: ") and "a.tif" in err and err.count("\n") == 1


def test_ground_that_cannot_be_read_is_told(vet, workspace):
    (workspace.parent / "river.geojson").write_text("{")
    status, out, _ = vet()
    assert status == 1
    assert out.splitlines()[-1].startswith("地图上没有图层 river: ")


def test_a_screen_leaves_its_map(capsys, workspace, tmp_path):
    words = ["screen", "-w", workspace, "-o", tmp_path / "o", "--rules", "MR101"]
    assert call(capsys, *words)[1].splitlines()[-1].endswith("map.html")
    assert (tmp_path / "o" / "map.html").exists()


# -- minezone map ---------------------------------------------------------------------------------


def test_a_result_is_drawn_again(capsys, result, tmp_path):
    assert call(capsys, "map", result) == (0, f"{result / 'map.html'}\n", "")
    target = tmp_path / "图.html"
    assert call(capsys, "map", result / "report.json", "-o", target)[0] == 0
    assert target.read_bytes() == (result / "map.html").read_bytes()
    assert call(capsys, "map", result, "--lang", "en")[0] == 0
    assert target.read_bytes() != (result / "map.html").read_bytes()


def test_what_cannot_be_drawn_is_one_line_and_status_2(capsys, result, tmp_path, monkeypatch):
    status, out, err = call(capsys, "map", tmp_path)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert str(tmp_path) in err and "report.json" in err
    monkeypatch.setattr(scene, "MOST_SUBJECTS", 0)
    status, out, err = call(capsys, "map", result, "--lang", "en")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "minezone serve" in err


@pytest.mark.parametrize("name", ["rights.gpkg", "a", "report.json"])
def test_only_pages_are_written(capsys, result, tmp_path, name):
    target = tmp_path / name
    target.write_text("mine")
    status, _, err = call(capsys, "map", result, "-o", target)
    assert (status, err.count("\n")) == (2, 1) and ".html" in err
    assert target.read_text() == "mine"


# -- what is loaded -------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [["rules"], ["explain", "MR101"], ["map", "--help"]])
def test_commands_that_draw_nothing_load_no_folium(words):
    code = (
        f"import sys; from webmap.cli import main; status = main({words!r})\n"
        "heavy = ('folium', 'branca', 'fastapi', 'rasterio', 'offlinefolium')\n"
        "print('LOADED', [m for m in heavy if m in sys.modules]); sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert done.returncode == 0
    assert done.stdout.decode().rstrip().endswith("LOADED []")


def test_a_page_loads_no_fork_of_folium_and_no_elevations():
    code = (
        "import sys; from webmap import maps, relief; maps.drawn()\n"
        "from webmap.assets import page_assets; page_assets(maps.SCRIPTS)\n"
        "print([m for m in ('offlinefolium', 'rasterio', 'fastapi') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert done.stdout.decode().strip() == "[]", done.stderr.decode()
