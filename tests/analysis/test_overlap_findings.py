"""A subject's own finding: the worst verdict, the union of what decides, the largest's reason."""

import json

import numpy as np
import pytest

from analysis.model import Verdict
from analysis.overlap_findings import Overlaps, neighbours, overlap_findings

BOXES = {
    "A": [900, 0, 1200, 1000],  # 100,000 m2 of the subject
    "B": [800, 0, 1200, 400],  # 80,000 m2, of which 40,000 in A
    "C": [0, 0, 10, 10],  # 100 m2
    "D": [1000, 0, 1100, 100],  # a shared edge
}


@pytest.fixture
def pairs(make_layer):
    rights = make_layer(
        "mining_right",
        [
            {"licence_no": "1", "box": [0, 0, 1000, 1000]},
            {"licence_no": "2", "box": [5000, 0, 6000, 1000]},
        ],
    )
    zones = make_layer("protected_zone", [{"zone_no": k, "box": v} for k, v in BOXES.items()])
    return Overlaps.among(rights, zones, np.array([True, True]))


def test_the_union_of_the_worst_counts_once(pairs):
    assert pairs.j.tolist() == [0, 1, 2, 3]
    verdict = np.array([Verdict.FAIL, Verdict.FAIL, Verdict.REVIEW, Verdict.PASS], np.int8)
    reason = np.array(["large", "small", "odd", "edge"], dtype=object)
    law = np.array(["a", "b", "c", None], dtype=object)
    found = overlap_findings(
        pairs, verdict, reason, law, np.array([0, 1]), clear=("clear", "limit"),
        args={"neighbours": neighbours(pairs.i, verdict), "zone": list("ABCD")},
    )  # fmt: skip
    assert found.related.tolist() == [0, 1, 2, 3, -1, -1]
    assert found.measured == pytest.approx([1e5, 8e4, 100, 0, 1.4e5, 0], rel=1e-7, abs=1e-3)
    assert found.verdict.tolist()[4:] == [Verdict.FAIL, Verdict.PASS]
    assert found.reason.tolist()[4:] == ["large", "clear"]
    assert found.law.tolist()[4:] == ["a", "limit"]
    assert json.loads(found.args[4]) == {"neighbours": 2, "zone": "A"}
    assert found.args[5] is None
    assert found.evidence[0].finding.tolist() == [0, 1, 2]


def test_without_pairs_all_is_clear(make_layer):
    rights = make_layer("mining_right", [{"licence_no": "1", "box": [0, 0, 10, 10]}])
    pairs = Overlaps.among(rights, make_layer("protected_zone", []), np.array([True]))
    none = np.empty(0, dtype=object)
    found = overlap_findings(
        pairs, np.empty(0, np.int8), none, none, np.array([0]), clear=("clear", "limit"),
        args={"neighbours": neighbours(pairs.i, np.empty(0, np.int8))},
    )  # fmt: skip
    assert found.reason.tolist() == ["clear"] and found.measured.tolist() == [0]
