"""What mining rules say beside their verdict: terms that have passed, layers that are missing."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest

from analysis import engine, registry
from analysis.messages import render
from analysis.model import Verdict
from analysis.rulebook import load
from layers.catalog import catalog

TODAY = date(2026, 1, 1)
OWN = {
    "licence_no": "A", "right_type": "mining", "status": "granted", "method": "both",
    "mineral_class": "clay", "capacity_kt_a": 300, "orebody_id": "K", "box": [0, 0, 1000, 1000],
}  # fmt: skip
DEEP = {"top_elevation_m": 100, "bottom_elevation_m": 90}
VOIDS = {
    "working": [
        {"working_no": "W1", "owner_licence_no": "A", "box": [900, 400, 1000, 500], **DEEP},
        {"working_no": "W2", "owner_licence_no": "B", "box": [1000, 400, 1100, 500], **DEEP},
    ],
    "goaf": [{"goaf_no": "G1", "owner_licence_no": "A", "box": [10, 10, 20, 20], **DEEP}],
}


def said(
    make_layer: Callable[..., Any], code: str, layers: dict[str, list[dict[str, Any]]]
) -> tuple[str, str]:
    """Return the Chinese and the English sentence of the worst finding on right A."""
    made = {name: make_layer(name, rows) for name, rows in layers.items()}
    law = load("CN")
    rule = registry.get([code])[0]
    table = engine.evaluate(rule, made, "mining_right", np.array([0]), law, TODAY)
    row = int(np.lexsort((table.related < 0, -table.verdict.astype(int)))[0])
    assert table.verdict[row] >= Verdict.REVIEW
    zh, en = (
        render(
            law.page(code),
            law.reason(code, table.reason[row]),
            lang,
            related="B",
            measured=float(table.measured[row]),
            threshold=float(table.threshold[row]),
            unit=table.unit[row],
            args=table.args[row],
            schemas=catalog(),
        )
        for lang in ("zh", "en")
    )
    return zh, en


@pytest.mark.parametrize(
    ("code", "east"),
    [("MR101", 900), ("MR103", 1000), ("MR104", 1100), ("MR105", 1000), ("MR114", 1000)],
)
def test_a_term_that_has_passed_still_counts_and_is_told(make_layer, code, east):
    other = {**OWN, "licence_no": "B", "box": [east, 0, 3000, 1000]}
    ended = {**other, "valid_to": date(2020, 5, 6)}
    zh, en = said(make_layer, code, {"mining_right": [OWN, ended], **VOIDS})
    assert "该许可证有效期至 2020-05-06，登记状态未变，仍计" in zh
    assert "that licence ran to 2020-05-06 but is still registered as granted" in en
    for running in (other, {**other, "valid_to": TODAY}):
        assert "有效期" not in said(make_layer, code, {"mining_right": [OWN, running], **VOIDS})[0]


def test_a_pillar_that_cannot_be_checked_names_the_missing_layers(make_layer):
    rights = [OWN, {**OWN, "licence_no": "B", "box": [1010, 0, 3000, 1000]}]
    zh, en = said(make_layer, "MR103", {"mining_right": rights})
    assert zh == (
        "与 B 的矿界相距 10.0 m，不足 50.0 m，一方或双方井巷、采空区情况不明"
        "（没有图层“井巷工程”（working）或图层为空）（没有图层“采空区”（goaf）或图层为空），需核查是否留足矿（岩）柱"
    )
    assert en.count("is missing or empty") == 2
    apart = [{**VOIDS["working"][1], "box": [1200, 400, 1300, 500]}]
    zh, _ = said(
        make_layer, "MR103", {"mining_right": rights, "working": VOIDS["working"][:1] + apart}
    )
    assert "（没有图层“采空区”（goaf）或图层为空）" in zh
    assert "井巷工程”" not in zh
