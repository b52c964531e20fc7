"""``batch`` on a folder with links, loops and pipes; what ``inspect`` says of WGS 84."""

import json
import os

import geopandas
import pytest
import shapely

from webmap import cli

SHAPE = {
    "type": "Feature",
    "properties": {"许可证号": "C1"},
    "geometry": shapely.geometry.mapping(shapely.box(111.0, 39.0, 111.01, 39.01)),
}


def test_nothing_outside_the_folder_is_judged(tmp_path, capsys):
    folder, other = tmp_path / "报件", tmp_path / "别人.geojson"
    folder.mkdir()
    other.write_text(json.dumps(SHAPE), "utf-8")
    (folder / "a\u200b.geojson").write_text(json.dumps(SHAPE), "utf-8")
    (folder / "b.geojson").symlink_to(other)
    (folder / "c.geojson").symlink_to("/dev/zero")
    os.mkfifo(folder / "d.geojson")
    (folder / "e").symlink_to(folder)
    (tmp_path / "workspace.toml").write_text("", "utf-8")
    words = ["batch", folder, "-w", tmp_path / "workspace.toml", "-o", tmp_path / "结果"]
    status = cli.main([*map(str, words), "--rules", "MR101", "--format", "json", "--lang", "en"])
    assert status == 2
    record = json.loads((tmp_path / "结果" / "summary.json").read_text("utf-8"))
    said = {row["file"].rsplit("/", 1)[-1]: (row["error"] or {}).get("en", "")
            for row in record["rows"]}  # fmt: skip
    assert [name for name, why in said.items() if not why] == ["a\u200b.geojson"]
    for name in ("b.geojson", "c.geojson"):
        assert said[name].endswith("is a link that leads out of the folder, not followed")
    assert said["d.geojson"].endswith("is no regular file but a pipe or device")
    assert said["e"].endswith("is a link to a folder, not followed")
    assert "a\\u200b.geojson" in capsys.readouterr().out


@pytest.mark.parametrize(("crs", "said"), [(4326, True), (4490, False), (2361, False)])
def test_read_as_wgs84_is_said_only_where_it_was(tmp_path, capsys, crs, said):
    box = shapely.box(111.0, 39.0, 111.01, 39.01)
    if crs == 2361:
        box = shapely.box(37510000, 4380000, 37511000, 4381000)
    path, datum = tmp_path / "a.gpkg", tmp_path / "西安80.toml"
    geopandas.GeoDataFrame({"licence_no": ["C1"]}, geometry=[box], crs=crs).to_file(path)
    datum.write_text(
        'datum = "西安80"\naccuracy_m = 0.3\n[four]\nmeridian = 111\ndx = 10.0\ndy = 100.0\n'
        "rotation_s = 0\nscale_ppm = 0\n",
        "utf-8",
    )
    assert cli.main(["inspect", str(path), "--datum", str(datum), "--lang", "en"]) == 0
    assert ("read as WGS 84" in capsys.readouterr().out) is said
