"""Rules are found by being there, and a rule that lacks a part is told which."""

import sys
from pathlib import Path

import pytest

from analysis import registry, rulebook
from analysis.errors import RuleError, UnknownRuleError
from layers import near_names
from layers.catalog import schema

CASES = Path(__file__).parent / "rule_cases"
MODULE = """
from analysis.model import FindingTable, Rule
def evaluate(subjects, context):
    return FindingTable.build([0], 1, "fine", args={{"width": [1.0]}})
RULE = Rule(code="{code}", subjects=("goaf",), needs={{}}, evaluate=evaluate, parameters={names})
"""


@pytest.fixture
def make_rules(tmp_path, monkeypatch):
    """Return a function that makes a package of rules from file name -> source."""
    made = []

    def make(files):
        name = f"demo_rules_{len(made)}_{tmp_path.name}".replace("-", "_")
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        for file, source in files.items():
            (folder / file).write_text(source)
        monkeypatch.syspath_prepend(str(tmp_path))
        made.append(name)
        return name

    yield make
    for name in [n for n in sys.modules if n.startswith("demo_rules_")]:
        del sys.modules[name]


def source(code="XX901", names="()"):
    return MODULE.format(code=code, names=names)


def test_rules_come_by_code(make_rules):
    package = make_rules({"xx902_b.py": source("XX902"), "xx901_a.py": source("XX901")})
    assert [rule.code for rule in registry.discover(package)] == ["XX901", "XX902"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"xx901_a.py": "X = 1\n"}, "xx901_a 没有 RULE"),
        ({"xx902_a.py": source("XX901")}, "文件名与代码 XX901 不符"),
        ({"xx901_a.py": source(), "xx901_b.py": source()}, "XX901 重复"),
    ],
)
def test_faulty_package_is_refused(make_rules, files, words):
    package = make_rules(files)
    with pytest.raises(RuleError, match=words):
        registry.discover(package)


def test_newcomer_is_told_what_is_missing(make_rules, tmp_path):
    package = make_rules({"xx901_demo.py": source()})
    found = registry.problems(rulebook.load("CN"), tmp_path, package)
    assert found[:2] == [
        f"XX901: write its cases, {tmp_path.name}/xx901_demo.yaml",
        "XX901: write its law, analysis/rulebook/CN/xx901_demo.yaml",
    ]
    assert "MR101: the rulebook has a page but analysis/rules has no module" in found


def test_module_and_page_must_speak_of_the_same_things(make_rules, tmp_path):
    package = make_rules({"gf301_demo.py": source("GF301", '("limit_m", "k_sigma")')})
    (tmp_path / "gf301_demo.yaml").write_text("")
    found = registry.problems(rulebook.load("CN"), tmp_path, package)
    assert "GF301: its YAML has no parameter limit_m" in found
    assert "GF301: parameter outside_limit_m2 of its YAML is declared by no one" in found
    assert "GF301: reason outside of its YAML is never given" in found
    assert (
        "GF301: reason owner_not_found wants an argument owner that is never handed over" in found
    )
    assert not any("width" in text or "k_sigma" in text for text in found)


def test_every_rule_is_complete():
    assert registry.problems(rulebook.load("CN"), CASES) == []


def test_all_rules_or_some():
    codes = [rule.code for rule in registry.get(None)]
    assert codes == sorted(codes) and {"MR101", "TF203", "GF301"} <= set(codes)
    assert [r.code for r in registry.get(["TF203", " mr101 ", "MR101"])] == ["MR101", "TF203"]
    assert registry.get([]) == ()


def test_unknown_code_names_the_nearest():
    with pytest.raises(UnknownRuleError, match="MR101X") as caught:
        registry.get(["TF203", "MR101X"])
    assert "MR101" in caught.value.zh and "MR101" in caught.value.en
    with pytest.raises(UnknownRuleError, match="现有：GF301"):
        registry.get(["ZZ9"])


@pytest.mark.parametrize("rule", registry.discover(), ids=lambda rule: rule.code)
def test_a_nearly_right_name_leaves_open_what_an_empty_cell_answers(rule):
    for layer, names in rule.empty_tells.items():
        assert [n for n in names if not near_names.covers(schema(layer).column(n))] == []
