"""Screening the county and vetting its applications gives every verdict of the table."""

import csv
import tomllib
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from analysis import api, registry
from analysis.model import Verdict
from gis.errors import MineZoneError
from webmap import cli_demo

SAMPLE = Path(__file__).resolve().parents[2] / "sample_geodata"
AS_OF = date(2026, 1, 1)
DECLARED = tomllib.loads((SAMPLE / "applications.toml").read_text(encoding="utf-8"))


def expected(run):
    """Return (layer, number, rule) -> verdict of the rules that there are."""
    there = {rule.code for rule in registry.get(None)}
    with (SAMPLE / "expected_verdicts.csv").open(encoding="utf-8", newline="") as file:
        return {
            (r["layer"], r["source_id"], r["rule"]): r["verdict"]
            for r in csv.DictReader(file)
            if r["run"] == run and r["rule"] in there
        }


def answers(results):
    """Return (layer, number, rule) -> the worst verdict found."""
    found = defaultdict(lambda: -1)
    table = results.findings
    for subject, rule, verdict in zip(table.subject, results.rule, table.verdict, strict=True):
        layer = str(results.subject_layer[subject])
        number = results.layers[layer].source_id[results.subject_row[subject]]
        found[layer, number, rule] = max(found[layer, number, rule], int(verdict))
    return {key: Verdict(value).name for key, value in found.items()}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return cli_demo.copy_sample(tmp_path_factory.mktemp("county"))


@pytest.fixture(scope="module")
def screened(workspace, tmp_path_factory):
    out = tmp_path_factory.mktemp("screen")
    return api.screen(workspace, out, as_of=AS_OF, formats=("json",)).results


def vet(workspace, out, name):
    file = workspace.parent / "applications" / name
    return api.vet(
        [file], workspace, out, constants=DECLARED[name], as_of=AS_OF, formats=("json",)
    ).results


def test_every_planted_verdict_is_found(screened):
    rows, found = expected("screen"), answers(screened)
    assert {k: found.get(k) for k in rows} == rows


def test_the_rules_on_outlines_and_attributes_are_covered_wholly(screened):
    """A row for every subject of each rule that needs no terrain and stands since the county."""
    rules = {"MR101", "MR103", "MR104", "MR105", "MR111", "MR112", "MR114", "GF301", "GF302",
             "GF304", "TF203", "TF204", "TF205", "TF206", "TF207", "TF209", "TF210"}  # fmt: skip
    judged = {key for key in answers(screened) if key[2] in rules}
    assert judged == {key for key in expected("screen") if key[2] in rules}


@pytest.mark.parametrize("name", list(DECLARED))
def test_applications_answer_as_drawn(workspace, tmp_path, name):
    with (SAMPLE / "expected_verdicts.csv").open(encoding="utf-8", newline="") as file:
        refused = [r for r in csv.DictReader(file) if r["run"] == name and r["rule"] == "READ"]
    if refused:
        with pytest.raises(MineZoneError, match=name):
            vet(workspace, tmp_path, name)
        return
    rows, found = expected(name), answers(vet(workspace, tmp_path, name))
    assert rows
    assert {k: found.get(k) for k in rows} == rows


def test_there_is_what_a_county_has(screened):
    layers = screened.layers
    assert len(layers["mining_right"]) >= 80
    assert len(layers["tailings_facility"]) >= 15
    assert len(DECLARED) >= 8
    for layer in layers.values():
        assert not len(layer.refused), layer.name
        assert not [i for i in layer.issues if i.severity in ("error", "warning")], layer.issues
