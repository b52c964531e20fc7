"""The house keeps its shape: one-way imports, light modules, law outside of rules."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import analysis
import gis
import layers
import webmap

HOMES = [Path(package.__file__).parent for package in (gis, layers, analysis, webmap)]
MODULES = sorted(path for home in HOMES for path in home.rglob("*.py"))
RULES = sorted((Path(analysis.__file__).parent / "rules").glob("*.py"))
REPO = Path(__file__).resolve().parent.parent
MOST_LINES = 400  # the aim is 300; beyond this a module does two things
DATA_FRAMES = {"pandas", "geopandas"}
ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
# Numbers that are no thresholds: indices, signs, halves, powers and unit factors.
HARMLESS = {0, 1, -1, 2, 0.5, 1e3, 1e4, 1e6}


def home(path):
    return next(h.name for h in HOMES if path.is_relative_to(h))


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def top_level_imports(path):
    """Yield the packages a module imports as soon as it is imported itself."""
    todo = list(tree(path).body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]
        elif isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.dump(node.test):
            todo += [*node.body, *node.orelse]
        elif isinstance(node, ast.Try | ast.With):
            todo += node.body


def test_imports_run_one_way():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    arguments = ["--config", str(REPO / "pyproject.toml"), "--no-cache"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", MODULES, ids=lambda p: f"{home(p)}.{p.stem}")
def test_no_module_loads_data_frames_or_grows_too_long(path):
    assert not DATA_FRAMES & set(top_level_imports(path))
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", RULES, ids=lambda p: p.stem)
def test_rules_hold_no_thresholds_and_decide_nothing(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Compare):
            assert not any(isinstance(op, ORDER) for op in node.ops), (
                f"{path.name}:{node.lineno} compares numbers: that is for analysis/verdict.py"
            )
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            assert node.value in HARMLESS, (
                f"{path.name}:{node.lineno} holds {node.value}: limits belong to the rulebook"
            )
        if isinstance(node, ast.Attribute):
            banned = {"less", "less_equal", "greater", "greater_equal", "today", "now", "open"}
            assert node.attr not in banned, f"{path.name}:{node.lineno} uses .{node.attr}"


@pytest.mark.parametrize(
    ("source", "broken"),
    [("x = a > b", True), ("x = np.less(a, b)", True), ("x = 3000.0", True), ("x = a == 1", False)],
)
def test_the_reading_of_rules_can_fail(tmp_path, source, broken):
    path = tmp_path / "mr000_made_up.py"
    path.write_text(source, encoding="utf-8")
    if broken:
        with pytest.raises(AssertionError):
            test_rules_hold_no_thresholds_and_decide_nothing(path)
    else:
        test_rules_hold_no_thresholds_and_decide_nothing(path)


def test_nothing_names_a_machine():
    absolute = re.compile(r"[\"'(\s](/tmp/|/home/|/root/|[A-Z]:\\\\)")
    for path in MODULES:
        assert not absolute.search(path.read_text(encoding="utf-8")), path
