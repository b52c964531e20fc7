"""What holds for the whole suite: nothing may be skipped where everything is required."""

import os
from pathlib import Path

import pytest

REQUIRED_MARKS = ("peer", "browser")


def everything_required() -> bool:
    return os.environ.get("MINEZONE_REQUIRE_ALL") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn the skip of a peer or browser test into a failure where all are required."""
    report = yield
    marked = any(item.get_closest_marker(mark) for mark in REQUIRED_MARKS)
    if report.skipped and marked and everything_required() and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped though MINEZONE_REQUIRE_ALL=1: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Do the same for a module that skips itself before its tests are known."""
    report = yield
    path = getattr(collector, "path", None)
    if report.skipped and everything_required() and isinstance(path, Path) and path.is_file():
        text = path.read_text(encoding="utf-8")
        if any(f"mark.{mark}" in text for mark in REQUIRED_MARKS):
            report.outcome = "failed"
            report.longrepr = f"module skipped though MINEZONE_REQUIRE_ALL=1: {report.longrepr}"
    return report


ONE_WORKER = {
    "test_batch_folder", "test_country", "test_demo", "test_generator", "test_locales",
    "test_real_data", "test_real_terrain", "test_ridge_terrain", "test_runs",
}  # fmt: skip
"""Modules whose set-up takes seconds: with ``--dist loadgroup`` one process makes it, not each."""

ONE_SERVER = {"client", "running"}
"""Fixtures that start judging processes: all who ask them share one process's."""


@pytest.hookimpl(tryfirst=True)  # before the workers give the groups on
def pytest_collection_modifyitems(items):
    for item in items:
        if ONE_SERVER.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group("server"))
        elif item.path.stem in ONE_WORKER:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
