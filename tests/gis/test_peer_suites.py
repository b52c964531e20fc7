"""The XML suites of JTS and GEOS: their overlay, validity, distance and area hold here."""

import importlib
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
peer_suites, real_sets = (importlib.import_module(n) for n in ("peer_suites", "real_sets"))


@pytest.mark.slow
def test_both_suites_pass_but_for_what_is_explained():
    folder = real_sets.data_folder() / "peer_suites"
    if not all((folder / suite).is_dir() for suite in peer_suites.SUITES):
        pytest.skip("the suites are not at hand (MINEZONE_SHARED_DATA)")
    count, why = peer_suites.results(folder)
    assert set(why) <= set(peer_suites.EXPLAINED)
    assert sum(n for (_, _, answer), n in count.items() if answer is True) == 1759
    assert dict(why) == {"an empty part": 4, "touching": 19, "no area": 4}
