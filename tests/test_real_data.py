"""docs/real-data.md is what other people's files give today, but for the times."""

import importlib
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
real_data, real_pairs, real_sets, real_text = (
    importlib.import_module(name) for name in ("real_data", "real_pairs", "real_sets", "real_text")
)


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    data = real_sets.data_folder()
    lacking = real_sets.missing_files(data)
    if lacking:
        pytest.skip(f"real data absent: {', '.join(lacking)}")
    return real_data.everything(data, tmp_path_factory.mktemp("real"))


# -- wherever the data are at hand ---------------------------------------------------------------


def test_the_page_is_what_the_files_give(facts):
    written = real_data.PAGE.read_text(encoding="utf-8")
    times = f"{real_data.START}{real_data.END}"
    assert real_data.without_times(written) == real_data.without_times(
        real_text.page(facts, times)
    ), "run python benchmarks/real_data.py --write"


@pytest.mark.parametrize(
    ("key", "touching", "large"), [("jujuy", 3300, 1324), ("la_rioja", 931, 279)]
)
def test_every_touching_pair_has_one_class(facts, key, touching, large):
    found = facts[key]
    assert sum(found.pairs.total.values()) == touching
    assert sum(found.pairs.large.values()) == large
    assert set(found.pairs.total) <= set(real_pairs.CLASSES)
    assert found.pairs.beyond["overlap"] == 0


@pytest.mark.parametrize(
    ("key", "declared", "kept"),
    [
        ("jujuy", [1599], [1599]),
        ("la_rioja", [722], [722]),
        ("philippines", [2845, 504], [2836, 504]),
        ("chile", [836], [0]),
    ],
)
def test_every_row_is_accounted_for(facts, key, declared, kept):
    layers = facts[key].layers
    assert [part.declared for part in layers] == declared
    assert [part.kept for part in layers] == kept
    assert [part.kept + part.refused for part in layers] == declared
    assert sum(part.issues["row_refused"] for part in layers) == sum(p.refused for p in layers)


def test_the_invalid_outlines_of_the_philippines(facts):
    rights, zones = facts["philippines"].layers
    # 107 invalid outlines, and two rows without any.
    assert (rights.repaired + zones.repaired, rights.refused) == (100, 7 + 2)
    assert facts["philippines"].zone_hits == {
        "plain": 811, "refused": 3, "named": 808, "missed": 0, "beyond": 0,
    }  # fmt: skip


@pytest.mark.parametrize("key", ["jujuy", "la_rioja", "philippines"])
def test_areas_of_overlaps_agree_with_geodesics(facts, key):
    assert facts[key].areas["pairs"] > 150
    assert facts[key].areas["m2"] < 0.1
    assert facts[key].areas["share"] < 1e-6


# -- by hand, everywhere -------------------------------------------------------------------------


def squares(*corners):
    return np.array([shapely.box(x, y, x + 0.01, y + 0.01) for x, y in corners], dtype=object)


def test_the_plain_overlay_finds_each_pair_once():
    shapes = squares((111, 39), (111.01, 39), (111.005, 39.005), (112, 39))
    found = real_pairs.plain_overlay(shapes, 4326)
    assert sorted(found) == [(0, 1), (0, 2), (1, 2)]
    assert found[0, 1] == 0
    # A quarter of a square of 864.1 m by 1110.2 m, about.
    assert found[0, 2] == pytest.approx(239_900, rel=5e-3)
    assert found[0, 2] == pytest.approx(found[1, 2], rel=1e-9)


def test_pairs_are_put_into_one_class_each():
    said = real_pairs.Said(
        {(0, 1): "overlap", (1, 2): "touch", (2, 5): "sliver"},
        {(0, 1): 9.0, (1, 2): 0.0, (2, 5): 0.1},
        {(0, 2): 0.25},
        frozenset({3}),
    )
    plain = {(0, 1): 9.0, (1, 2): 2.0, (0, 2): 3.0, (0, 4): 0.0, (2, 3): 0.0, (0, 7): 5.0}
    found = real_pairs.account(plain, said, frozenset({7}))
    assert found.total == {"overlap": 1, "touch": 1, "apart": 2, "refused": 1}
    assert found.large == {"overlap": 1, "touch": 1, "apart": 1}
    assert found.beyond == {"sliver": 1}
    assert (found.widest_gap_m, found.far) == (0.25, 1)


def test_numbers_given_twice_lead_back_to_their_rows():
    class Named:
        source_id = np.array(["B", "A#2", "A", "C1"], dtype=object)

    rows = real_data.source_rows(Named(), ["A", "B", "A", "C 1"])
    assert rows.tolist() == [1, 2, 0, 3]


def test_times_are_not_compared():
    page = f"a\n{real_data.START}1 s{real_data.END}\nb"
    assert real_data.without_times(page) == "a\n\nb"


def test_the_page_names_no_folder_and_accounts_for_every_row():
    text = real_data.PAGE.read_text(encoding="utf-8")
    assert not re.search(r"/(work|root|home|tmp)/", text)
    text = text[text.index("## Every row") : text.index("## Pairs of rights")]
    table = re.findall(r"^\| [^|]+ \| [^|]+ \|((?: \d+ \|){6})", text, re.M)
    assert len(table) == 10
    for row in table:
        declared, read, kept, refused, *_ = (int(v) for v in row.strip(" |").split("|"))
        assert declared == read == kept + refused


def test_absent_data_are_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MINEZONE_SHARED_DATA", str(tmp_path))
    assert real_data.main() == 0
    assert "tenements/jujuy_catastro.gpkg" in capsys.readouterr().out
