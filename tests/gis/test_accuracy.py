"""The accuracy table of benchmarks/accuracy.py, short: every promise of its bounds."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "accuracy.py"


@pytest.fixture(scope="module")
def found():
    if not SCRIPT.exists():
        pytest.skip("benchmarks/accuracy.py is not beside these tests")
    spec = importlib.util.spec_from_file_location("minezone_accuracy", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.errors(240, 7)


@pytest.mark.parametrize("place", ["one zone", "two zones"])
def test_areas_within_1e_7_and_distances_within_a_millimetre(found, place):
    for name, places in found.items():
        limit = 1e-3 if name.startswith("distance") else 1e-7
        assert len(places[place]) >= 3, name
        assert np.abs(places[place]).max() <= limit, (name, place)
