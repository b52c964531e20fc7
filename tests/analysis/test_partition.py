"""Subjects of rules on the terrain shared among processes: the same rows as from one."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from analysis import engine, partition, registry
from analysis.model import FindingTable
from analysis.partition import Crew, Question
from analysis.rulebook import load
from gis.tiles import TerrainError

AS_OF = date(2026, 1, 1)
RULES = ("TF201", "TF202", "TF203")


@pytest.fixture
def county(make_layer, make_elevation):
    """60 ponds above as many villages on rough ground that has holes, in no order."""
    rng = np.random.default_rng(5)
    places = rng.uniform(-3500, 3500, (60, 2))
    ponds, toes = [], []
    for k, (x, y) in enumerate(places):
        kind = "new" if k % 2 else "existing"
        ponds.append({"facility_no": f"F{k:02}", "project_type": kind, "status": "operating",
                      "total_dam_height_m": 30.0, "box": [x, y, x + 80, y + 60]})  # fmt: skip
        if k % 3:
            toes.append({"toe_no": f"T{k}", "facility_no": f"F{k:02}", "point": [x + 40, y - 20]})
        if k % 7 == 0:
            toes.append({"toe_no": f"S{k}", "facility_no": f"F{k:02}", "point": [x - 30, y + 20]})
    villages = [
        {"settlement_no": f"V{k:02}", "kind": "village", "box": [x, y, x + 100, y + 80]}
        for k, (x, y) in enumerate(rng.uniform(-4000, 4000, (60, 2)))
    ]
    layers = {
        "tailings_facility": make_layer("tailings_facility", ponds),
        "dam_toe": make_layer("dam_toe", toes),
        "settlement": make_layer("settlement", villages, coverage=[-5000, -3000, 5000, 5000]),
        "river": make_layer("river", [], empty_means_none=True),
    }
    elevation = make_elevation(
        formula="900 + 0.08 * y + 25 * sin(x / 200)",
        nodata=[[-2000, -2500, -1400, -1800]],
        extent=[-6000, -6000, 6000, 6000],
    )
    return layers, elevation


def judged(county, workers):
    layers, elevation = county
    return engine.run(
        layers,
        {"tailings_facility": np.arange(60)[::-1].copy()},
        registry.get(RULES),
        load("CN"),
        AS_OF,
        report_id="x",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        elevation=elevation,
        workers=workers,
    )


def rows(results):
    table = results.findings
    columns = [getattr(table, name) for name in FindingTable.columns()]
    records = [
        tuple(str(column[k]) for column in (results.rule, *columns)) for k in range(len(table))
    ]
    shapes = sorted(
        (e.role, int(k), g.wkb_hex) for e in table.evidence
        for k, g in zip(e.finding, e.geometry, strict=True)
    )  # fmt: skip
    return records, shapes, results.finding_id.tobytes()


@pytest.fixture
def few(monkeypatch):
    """Have 60 subjects count as many."""
    monkeypatch.setattr(partition, "FEWEST", 50)
    monkeypatch.setattr(partition, "_LEAST_PART", 4)


def test_two_processes_find_what_one_finds(county, few):
    alone, shared = rows(judged(county, 1)), rows(judged(county, 2))
    assert shared == alone
    reasons = {record[3] for record in alone[0]}
    assert {"in_corridor", "clear", "outside_coverage", "overhead_pond"} <= reasons
    assert len(alone[1]) > 60


def question(code="TF202", n=60):
    (rule,) = registry.get([code])
    law = load("CN")
    values = engine._values(rule, law.rules[code], law.common, AS_OF)
    return Question(rule, "tailings_facility", np.arange(n), values, AS_OF)


def test_only_many_subjects_on_the_terrain_are_shared(county, few):
    layers, elevation = county
    with Crew(2, registry.get(RULES), layers, elevation) as crew:
        parts = crew._parts(question(), layers)
        assert len(parts) == 15 and sorted(np.concatenate(parts)) == list(range(60))
        assert len(crew._parts(question(n=49), layers)) == 1
        assert len(crew._parts(question("TF203"), layers)) == 1
        assert crew._pool is None  # none was needed
    with Crew(1, registry.get(RULES), layers, elevation) as crew:
        assert len(crew._parts(question(), layers)) == 1


def test_a_part_holds_neighbours(county, few):
    layers, elevation = county
    with Crew(2, registry.get(RULES), layers, elevation) as crew:
        parts = crew._parts(question(), layers)
    centres = layers["tailings_facility"].shapes.centres
    spread = np.mean([np.ptp(centres[part], axis=0).max() for part in parts])
    assert spread < 0.5 * np.ptp(centres, axis=0).max()


def test_what_is_wrong_in_another_process_is_one_line_here(county, few, monkeypatch):
    """The terrain is gone when the other processes open it."""
    layers, elevation = county
    first = partition.answer

    def answered_then_lost(asked, *beside):
        table = first(asked, *beside)
        elevation.files[0].rename(elevation.files[0].with_name("moved.tif"))
        return table

    monkeypatch.setattr(partition, "answer", answered_then_lost)
    try:
        told = r"dem\.tif: the elevations cannot be read"
        crew = Crew(2, registry.get(RULES), layers, elevation)
        with crew, pytest.raises(TerrainError, match=told):
            crew.answer(question(), layers, elevation)
    finally:
        elevation.files[0].with_name("moved.tif").rename(elevation.files[0])


@pytest.mark.parametrize("code", ["TF201", "TF202"])
def test_the_order_in_which_subjects_are_asked_for_does_not_matter(county, code):
    layers, elevation = county
    (rule,) = registry.get([code])

    def found(subjects):
        table = engine.evaluate(
            rule, layers, "tailings_facility", subjects, load("CN"), AS_OF, elevation
        )
        number = subjects[table.subject]
        return sorted(zip(number.tolist(), table.reason, table.related.tolist(), strict=True))

    subjects = np.random.default_rng(5).permutation(60)
    assert found(subjects) == found(np.arange(60))
