"""``inspect`` on files from abroad: the check of China is lifted only where asked."""

import json

import pytest

from webmap import cli

SQUARE = [[[-66, -23], [-65.99, -23], [-65.99, -22.99], [-66, -22.99], [-66, -23]]]


@pytest.fixture
def abroad(tmp_path):
    feature = {
        "type": "Feature",
        "properties": {"licence_no": "12-A-1990"},
        "geometry": {"type": "Polygon", "coordinates": SQUARE},
    }
    path = tmp_path / "abroad.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return str(path)


def test_data_abroad_are_refused_with_the_way_out(abroad, capsys):
    assert cli.main(["inspect", abroad, "--lang", "en"]) == 2
    assert "(inspect: --extent any)" in capsys.readouterr().err


def test_data_abroad_are_read_where_asked(abroad, capsys):
    assert cli.main(["inspect", abroad, "--extent", "any", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "declared 1 = read 1 = kept 1 + refused 0" in said
    assert "longitude -66.000000 to -65.990000, latitude -23.000000 to -22.990000" in said


def test_another_extent_is_refused(abroad, capsys):
    assert cli.main(["inspect", abroad, "--extent", "asia", "--lang", "en"]) == 2
    assert "extent must be china or any, not 'asia'" in capsys.readouterr().err
