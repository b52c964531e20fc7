"""MINEZONE_REQUIRE_ALL=1 makes a skipped peer or browser test a failure, and nothing else."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

SUITE = """
import pytest

@pytest.mark.browser
def test_needs_browser():
    pytest.skip("no browser")

@pytest.mark.peer
@pytest.mark.skipif(True, reason="no peer")
def test_needs_peer():
    pass

@pytest.mark.peer
def test_has_peer():
    pass

def test_needs_data():
    pytest.skip("no data")
"""
MODULE = """
import pytest

pytest.importorskip("no_such_module_for_this_test")
pytestmark = pytest.mark.browser

def test_page():
    pass
"""


@pytest.fixture
def suite(pytester):
    conftest = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")
    pytester.makeconftest(conftest)
    pytester.makeini("[pytest]\nmarkers =\n  peer: p\n  browser: b\n")
    pytester.makepyfile(test_marked=SUITE, test_module=MODULE)
    return pytester


def test_skips_are_skips_by_default(suite, monkeypatch):
    monkeypatch.delenv("MINEZONE_REQUIRE_ALL", raising=False)
    suite.runpytest_inprocess().assert_outcomes(passed=1, skipped=4)


def test_skips_of_marked_tests_fail_where_all_is_required(suite, monkeypatch):
    monkeypatch.setenv("MINEZONE_REQUIRE_ALL", "1")
    result = suite.runpytest_inprocess("--continue-on-collection-errors")
    result.assert_outcomes(passed=1, skipped=1, failed=1, errors=2)
