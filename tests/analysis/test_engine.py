"""What the engine adds to rules: identity, order, displaced features, contracts."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from analysis import absence, engine, registry
from analysis.errors import RuleError
from analysis.model import FindingTable, RuleContext, Verdict, Within
from analysis.rulebook import load

AS_OF = date(2026, 1, 1)
STARTED = datetime(2026, 1, 1, tzinfo=UTC)


def run(layers, subjects, codes):
    return engine.run(
        layers,
        subjects,
        registry.get(codes),
        load("CN"),
        AS_OF,
        report_id="r",
        created_at=STARTED,
    )


@pytest.fixture
def rights(make_layer):
    return make_layer(
        "mining_right",
        [
            {"licence_no": "A", "status": "applied", "box": [0, 0, 1000, 1000]},
            {"licence_no": "B", "status": "granted", "box": [900, 0, 2000, 1000]},
            {"licence_no": "C", "status": "granted", "box": [5000, 0, 6000, 1000]},
        ],
    )


def test_findings_are_sorted_and_have_stable_ids(rights):
    results = run({"mining_right": rights}, {"mining_right": np.arange(3)}, ["MR101"])
    table = results.findings
    assert list(table.subject) == [0, 0, 1, 1, 2]
    assert list(table.related) == [-1, 1, -1, 0, -1]
    key = "MR101\x1fmining_right:A\x1fmining_right:B"
    assert bytes(results.finding_id[1]) == hashlib.blake2b(key.encode(), digest_size=16).digest()
    assert len({bytes(v) for v in results.finding_id}) == 5
    assert [Verdict(v).name for v in results.subject_verdict] == ["FAIL", "REVIEW", "PASS"]
    assert results.counts() == {
        "MR101": {"FAIL": 2, "REVIEW": 2, "NO_DATA": 0, "PASS": 1, "NOT_APPLICABLE": 0}
    }
    resolved = results.resolved[results.law[0]]
    assert (resolved.rule, resolved.name, resolved.value) == ("MR101", "overlap_limit_km2", 0.0)


def test_ids_do_not_depend_on_who_else_is_judged(rights):
    every = run({"mining_right": rights}, {"mining_right": np.arange(3)}, ["MR101"])
    alone = run({"mining_right": rights}, {"mining_right": np.array([2])}, ["MR101"])
    assert bytes(alone.finding_id[0]) == bytes(every.finding_id[4])


def test_evidence_follows_its_finding(rights):
    results = run({"mining_right": rights}, {"mining_right": np.arange(3)}, ["MR101"])
    (overlap,) = results.findings.evidence
    assert sorted(overlap.finding) == [1, 3]
    assert {results.findings.reason[f] for f in overlap.finding} == {
        "overlap",
        "overlapped_by_application",
    }


def test_a_vetted_feature_takes_the_place_of_its_number(rights, make_layer):
    vetted = make_layer(
        "mining_right",
        [{"licence_no": "B", "status": "applied", "box": [2000, 0, 3000, 1000]}],
        role="vetted",
        registered=False,
    )
    joined = rights.join(vetted)
    assert list(joined.source_id) == ["A", "C", "B"]
    assert list(joined.snapshot_row) == [0, 2, 3]
    results = run({"mining_right": joined}, {"mining_right": np.array([2])}, ["MR101"])
    assert results.verdict is Verdict.PASS
    assert '"displaced": "B"' in results.findings.args[0]


def test_taking_a_place_is_warned_about(make_layer):
    rows = [
        {"licence_no": "A", "holder": "甲", "status": "granted", "box": [0, 0, 10, 10]},
        {"licence_no": "B", "status": "granted", "box": [20, 0, 30, 10]},
    ]
    registered = make_layer("mining_right", rows)
    rows[0] = {**rows[0], "holder": "乙"}
    vetted = make_layer("mining_right", rows, role="vetted", registered=False)
    said = {i.code: i.zh for i in registered.join(vetted).issues}
    assert "A、B" in said["takes_place"]
    assert said["takes_place_of_another"].endswith("：A")
    again = registered.join(vetted.take([1]))
    assert "takes_place_of_another" not in {i.code for i in again.issues}


def test_replacing_the_only_registered_right_empties_nothing(make_layer):
    only = make_layer(
        "mining_right", [{"licence_no": "A", "status": "granted", "box": [0, 0, 10, 10]}]
    )
    again = make_layer(
        "mining_right",
        [{"licence_no": "A", "status": "applied", "box": [0, 0, 20, 20]}],
        role="vetted",
        registered=False,
    )
    joined = only.join(again)
    results = run({"mining_right": joined}, {"mining_right": np.array([0])}, ["MR101"])
    assert results.verdict is Verdict.PASS


def test_a_vetted_row_name_never_hides_a_registered_id(rights, make_layer):
    vetted = make_layer(
        "mining_right",
        [{"id": "A", "status": "applied", "box": [100, 0, 200, 100]}],
        role="vetted",
        registered=False,
    )
    joined = rights.join(vetted)
    assert list(joined.feature_id[-1:]) == ["mining_right:A#vetted"]
    assert len(joined) == 4


def fake_rule(evaluate, needs=None):
    (rule,) = registry.get(["MR101"])
    return replace(rule, evaluate=evaluate, needs=needs or rule.needs)


def judge(rule, rights):
    return engine.evaluate(
        rule, {"mining_right": rights}, "mining_right", np.arange(3), load("CN"), AS_OF
    )


def test_a_rule_sees_only_what_it_declared(rights):
    def peek(subjects, context):
        context.layer("river")

    with pytest.raises(RuleError, match="river"):
        judge(fake_rule(peek), rights)


def test_a_rule_may_not_be_silent(rights):
    def silent(subjects, context):
        return FindingTable.build([0, 1], Verdict.PASS, "clear")

    with pytest.raises(RuleError, match="subject 3"):
        judge(fake_rule(silent), rights)


def test_a_rule_may_not_give_an_unlisted_reason(rights):
    def odd(subjects, context):
        return FindingTable.build([0, 1, 2], Verdict.FAIL, "clear")

    with pytest.raises(RuleError, match="clear"):
        judge(fake_rule(odd), rights)


def test_the_reach_of_a_need_adds_up(rights, make_layer):
    values = {"a": 30.0, "b": None, "k_sigma": 2.0}
    context = RuleContext("X", {}, values, AS_OF, np.arange(3))
    need = Within(5.0, ("a", "b"), column="capacity_kt_a", factor=0.5)
    assert absence._reach(need, rights, rights, context) == 35.0
    row = {"licence_no": "A", "box": [0, 0, 10, 10]}
    wide = make_layer("mining_right", [{**row, "capacity_kt_a": 80.0}], accuracy_m=4.0)
    assert absence._reach(need, rights, wide, context) == 30.0 + 5.0 + 40.0 + 2 * 4.0
    # Accuracies of both sides join; a column below nought takes nothing away.
    odd = make_layer("mining_right", [{**row, "capacity_kt_a": -80.0}], accuracy_m=3.0)
    assert absence._reach(need, wide, odd, context) == 35.0 + 2 * 5.0
    # An overlap is one or none, however blurred.
    assert absence._reach(Within(), wide, odd, context) == 0.0
