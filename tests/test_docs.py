"""What is not documented fails: rules, commands and options, columns, workspace keys, outputs."""

import doctest
import importlib
import pkgutil
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

import analysis
import gis
import layers
import webmap
from analysis import registry
from gis.__about__ import __version__
from layers import catalog
from layers.settings import LayerSettings
from webmap import cli, cli_demo, cli_reference

REPO = Path(__file__).resolve().parent.parent
DOCS = REPO / "docs"
PAGES = sorted([*REPO.glob("*.md"), *DOCS.rglob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
PLANNED_COMMANDS = {"assess", "user"}
KEYS = {f.name for f in fields(LayerSettings)} - {"shift"}  # the file of `datum`, read


def text(*parts):
    return DOCS.joinpath(*parts).read_text(encoding="utf-8")


def test_the_command_page_is_what_the_commands_say():
    assert text("command-line.md") == cli_reference.reference()


def test_every_command_is_in_both_readmes():
    for name in ("README.md", "README.zh.md"):
        page = (REPO / name).read_text(encoding="utf-8")
        for command in set(cli.command("en").commands) - {"rules"}:
            assert f"minezone {command}" in page, (name, command)
        for command in PLANNED_COMMANDS:
            assert f"minezone {command}" not in page, (name, command)


@pytest.mark.parametrize("code", [rule.code for rule in registry.discover()])
def test_every_rule_has_its_page_and_stands_in_the_changelog(code):
    assert code in text("rules", f"{code}.md")
    assert code in (REPO / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(catalog.catalog()))
def test_every_column_is_in_the_data_dictionary(name):
    page = text("data-dictionary.md")
    assert f"`{name}`" in page
    section = page[page.index(f"`{name}`") :]
    for column in catalog.schema(name).columns:
        assert f"`{column.name}`" in section, f"{name}.{column.name}"


def test_every_workspace_key_is_explained_and_its_example_is_toml():
    page = text("workspace.md")
    for key in KEYS:
        assert f"| `{key}` |" in page, key
    example = tomllib.loads(re.search(r"```toml\n(.*?)```", page, re.DOTALL).group(1))
    assert set(example["layers"]["mining_right"]) == KEYS


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(REPO)))
def test_links_between_pages_lead_somewhere(path):
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (path.parent / target).exists(), target


def test_decisions_are_numbered_without_gaps_and_accepted():
    pages = sorted((DOCS / "adr").glob("*.md"))
    assert [int(p.name[:4]) for p in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        lines = page.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith(f"# {int(page.name[:4])}. ")
        assert lines[2].startswith(("Accepted", "Superseded"))


def test_the_changelog_speaks_of_this_version():
    page = (REPO / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in page or f"## [{__version__}]" in page


def test_modules_named_in_the_architecture_exist():
    for name in re.findall(
        r"`((?:gis|layers|analysis|webmap)/[\w/]+\.py)`", text("architecture.md")
    ):
        importlib.import_module(name.removesuffix(".py").replace("/", "."))


@pytest.mark.parametrize(("name", "lang"), [("README.md", "en"), ("README.zh.md", "zh")])
def test_the_readme_shows_what_the_command_says(name, lang, tmp_path, capsys):
    workspace = cli_demo.copy_sample(tmp_path)
    file = workspace.parent / "applications" / "quarry_corners.txt"
    options = ["--set", "right_type=mining", "--set", "status=applied", "--as-of", "2026-01-01"]
    options += ["--rules", "MR101"]
    words = ["vet", str(file), "-w", str(workspace), "-o", str(tmp_path / "out"), *options]
    assert cli.main([*words, "--lang", lang]) == 1
    said = capsys.readouterr().out.replace(f"{file.parent}/", "").strip().splitlines()
    page = (REPO / name).read_text(encoding="utf-8")
    shown = re.search(r"<!-- example -->\n.*?\n```\n(.*?)```\n<!-- /example -->", page, re.DOTALL)
    assert shown.group(1).strip().splitlines() == said[:-1]  # the last line names the folder


def test_examples_in_docstrings_are_true():
    tried = 0
    for package in (gis, layers, analysis, webmap):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            found = doctest.testmod(importlib.import_module(module.name))
            assert found.failed == 0, module.name
            tried += found.attempted
    assert tried > 100
