"""Numbers become verdicts in one place, exactly as the words of the law say."""

import ast
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import analysis.rules
from analysis import verdict
from analysis.model import Verdict
from analysis.verdict import (
    above_zero,
    combine,
    combined_sigma,
    is_overlap,
    is_touch,
    is_within,
    must_be_at_least,
    must_be_at_most,
    must_be_less,
    must_exceed,
    sliver_limit,
    worst_by,
    years_since,
)

P, F, R, N = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW, Verdict.NO_DATA


@pytest.mark.parametrize(
    ("judge", "expected"),
    [
        (must_be_at_most, [P, P, F]),
        (must_be_less, [P, F, F]),
        (must_be_at_least, [F, P, P]),
        (must_exceed, [F, F, P]),
    ],
)
def test_the_number_itself(judge, expected):
    assert list(judge([299.99, 300.0, 300.01], 300.0)) == expected


def test_the_number_itself_after_a_trip_through_degrees():
    assert list(must_exceed([300 + 2e-10, 300 - 2e-10], 300.0)) == [F, F]
    assert list(must_be_at_least([50 - 2e-10], 50.0)) == [P]


def test_only_a_stated_accuracy_makes_a_band():
    measured = [2989.9, 2990.0, 3000.0, 3010.0, 3010.1]
    assert list(must_exceed(measured, 3000.0, np.nan, 2.0)) == [F, F, F, P, P]
    assert list(must_exceed(measured, 3000.0, 5.0, 2.0)) == [F, R, R, R, P]


def test_nothing_measured_is_no_data():
    assert list(must_exceed([np.nan, 1.0], [1.0, np.nan], 1.0, 2.0)) == [N, N]
    assert list(must_exceed([np.inf], 3000.0, 5.0, 2.0)) == [P]


def test_slivers_are_judged_by_the_accuracy_of_both_layers():
    assert sliver_limit(0.1, 2.0, np.nan, np.nan) == 0.1
    assert sliver_limit(0.1, 2.0, 3.0, 4.0) == 10.0
    assert sliver_limit(0.1, 2.0, 0.01, np.nan) == 0.1
    assert combined_sigma(3.0, np.nan) == 3.0
    assert np.isnan(combined_sigma(np.nan, np.nan))
    assert list(is_overlap([0.1, 0.1002], 0.1)) == [False, True]
    assert list(is_touch([0.001, 0.0011], 0.001)) == [True, False]
    assert list(is_within([1.0, 1.1], 1.0)) == [True, False]


def test_what_is_measured_is_more_than_nought():
    assert above_zero([2.5, 1e-9]).tolist() == [2.5, 1e-9]
    assert np.isnan(above_zero([0.0, -1.0, np.nan])).all()


def test_years_are_whole_on_the_anniversary():
    days = np.array(["2023-01-01", "2022-12-31", "2023-01-02", "2026-01-02", "NaT"], "M8[D]")
    got = years_since(days, date(2026, 1, 1))
    assert got[:3] == pytest.approx([3, 3 + 1 / 366, 2 + 364 / 366], abs=1e-12)
    assert got[3] < 0 and np.isnan(got[4])
    assert list(must_be_at_most(got[:3], 3.0)) == [P, F, P]


def test_the_anniversary_of_a_leap_day_is_the_last_of_february():
    leap = np.array(["2020-02-29"], "M8[D]")
    assert years_since(leap, date(2023, 2, 27))[0] < 3
    assert years_since(leap, date(2023, 2, 28))[0] == 3
    assert years_since(leap, date(2023, 3, 1))[0] == 3 + 1 / 366
    assert years_since(leap, date(2024, 2, 29))[0] == 4


def test_the_worst_answer_decides():
    order = [F, R, N, P, Verdict.NOT_APPLICABLE]
    for worse, better in pairwise(order):
        assert combine([better, worse, better]) is worse
    assert combine([]) is Verdict.NOT_APPLICABLE
    got = worst_by(np.array([0, 0, 2]), np.array([P, R, N], np.int8), 4)
    assert list(got) == [R, 0, N, 0]


RULES = sorted(Path(analysis.rules.__path__[0]).glob("[!_]*.py"))
ORDERING = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
NUMPY_ORDERING = {"less", "less_equal", "greater", "greater_equal", "isclose", "allclose"}


@pytest.mark.parametrize("path", RULES, ids=lambda p: p.stem)
def test_no_rule_compares_numbers_itself(path):
    """Order comparisons, and numbers that could be thresholds, belong elsewhere."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            assert not any(isinstance(op, ORDERING) for op in node.ops), node.lineno
        if isinstance(node, ast.Attribute):
            assert node.attr not in NUMPY_ORDERING, node.lineno
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            assert float(node.value) in (0.0, 0.5, 1.0, 2.0, 1e6), node.lineno


def test_the_guard_sees_a_comparison(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text("def evaluate(a):\n    return a < 3000\n", encoding="utf-8")
    with pytest.raises(AssertionError):
        test_no_rule_compares_numbers_itself(bad)


def test_every_public_judgement_is_documented():
    for name, value in vars(verdict).items():
        if callable(value) and getattr(value, "__module__", "") == verdict.__name__:
            assert name.startswith("_") or value.__doc__, name
