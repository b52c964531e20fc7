"""Finds the rules: every module of ``analysis.rules`` declares one ``RULE``."""

from __future__ import annotations

import ast
import difflib
import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

from analysis.errors import RuleError, UnknownRuleError
from analysis.law import Rulebook, RuleLaw
from analysis.model import Rule


@cache
def discover(package: str = "analysis.rules") -> tuple[Rule, ...]:
    """Return the rules of a package by code.

    Raises
    ------
    RuleError
        A module has no ``RULE``, its name does not begin with the rule's code, or two rules
        have one code.
    """
    found: dict[str, Rule] = {}
    for module in _modules(package):
        name = module.__name__.rpartition(".")[2]
        rule = getattr(module, "RULE", None)
        if not isinstance(rule, Rule):
            raise RuleError(f"规则模块 {name} 没有 RULE", f"rule module {name} has no RULE")
        if name.split("_")[0].upper() != rule.code:
            raise RuleError(
                f"规则模块 {name} 的文件名与代码 {rule.code} 不符",
                f"rule module {name} is not named after its code {rule.code}",
            )
        if rule.code in found:
            raise RuleError(f"规则 {rule.code} 重复", f"there are two rules {rule.code}")
        found[rule.code] = rule
    return tuple(found[code] for code in sorted(found))


def get(codes: Iterable[str] | None = None) -> tuple[Rule, ...]:
    """Return the rules with these codes, by code; all of them for None.

    Raises
    ------
    UnknownRuleError
        There is no such rule; the message names the nearest code.
    """
    rules = {rule.code: rule for rule in discover()}
    if codes is None:
        return tuple(rules.values())
    wanted = {code.strip().upper() for code in codes}
    for code in sorted(wanted - set(rules)):
        near = difflib.get_close_matches(code, rules, n=1, cutoff=0.5)
        raise UnknownRuleError(
            f"没有规则 {code}"
            + (f"，是否指 {near[0]}？" if near else f"；现有：{'、'.join(rules)}"),
            f"no rule {code}"
            + (f"; did you mean {near[0]}?" if near else f" of {', '.join(rules)}"),
        )
    return tuple(rule for code, rule in rules.items() if code in wanted)


def problems(rulebook: Rulebook, cases: Path, package: str = "analysis.rules") -> list[str]:
    """Return what is missing for the rules to be complete, a sentence each.

    A rule is three files: the module, ``analysis/rulebook/CN/<stem>.yaml`` and a file of cases
    ``<stem>.yaml`` in ``cases``; they must name the same parameters and reasons.
    """
    out: list[str] = []
    seen: set[str] = set()
    for module in _modules(package):
        stem = module.__name__.rpartition(".")[2]
        rule: Rule = module.RULE
        seen.add(rule.code)
        page = rulebook.rules.get(rule.code)
        if not (cases / f"{stem}.yaml").is_file():
            out.append(f"{rule.code}: write its cases, {cases.name}/{stem}.yaml")
        if page is None:
            out.append(f"{rule.code}: write its law, analysis/rulebook/CN/{stem}.yaml")
        else:
            out.extend(_mismatches(rule, page, rulebook.common, _sources(module)))
    for code in sorted(set(rulebook.rules) - seen):
        out.append(f"{code}: the rulebook has a page but analysis/rules has no module")
    return out


def _mismatches(
    rule: Rule, page: RuleLaw, common: RuleLaw, sources: Iterable[str]
) -> Iterator[str]:
    declared = {*rule.parameters, *rule.optional_parameters}
    for name in sorted(declared - set(page.parameters) - set(common.parameters)):
        yield f"{rule.code}: its YAML has no parameter {name}"
    for name in sorted(set(page.parameters) - declared):
        yield f"{rule.code}: parameter {name} of its YAML is declared by no one"
    said = [_words(source) for source in sources]
    words, prefixes, arguments = (set[str]().union(*kind) for kind in zip(*said, strict=True))
    for key, reason in page.reasons.items():
        if key not in words and not any(key.startswith(p) for p in prefixes):
            yield f"{rule.code}: reason {key} of its YAML is never given"
        for name in sorted(set(reason.args) - arguments):
            yield f"{rule.code}: reason {key} wants an argument {name} that is never handed over"


def _sources(module: ModuleType) -> Iterator[str]:
    """Yield the source of a rule's module and of all that it shares with other rules."""
    todo, seen = [module], {module.__name__}
    while todo:
        source = inspect.getsource(todo.pop())
        yield source
        for node in ast.walk(ast.parse(source)):
            name = node.module if isinstance(node, ast.ImportFrom) else None
            if name and name.startswith("analysis.") and name not in seen:
                seen.add(name)
                todo.append(importlib.import_module(name))


def _words(source: str) -> tuple[set[str], set[str], set[str]]:
    """Return string constants, beginnings of f-strings, and keys of dicts in a module."""
    words: set[str] = set()
    prefixes: set[str] = set()
    arguments: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words.add(node.value)
        elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            prefixes.add(str(node.values[0].value))
        elif isinstance(node, ast.Dict):
            arguments |= _texts(node.keys)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            arguments |= _texts([node.slice])
    return words, {p for p in prefixes if p.strip()}, arguments


def _texts(nodes: Iterable[ast.expr | None]) -> set[str]:
    return {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def _modules(package: str) -> Iterator[ModuleType]:
    home = importlib.import_module(package)
    for name in sorted(m.name for m in pkgutil.iter_modules(home.__path__)):
        yield importlib.import_module(f"{package}.{name}")
