"""Layers put together: nothing lost, nothing hidden, every id unique."""

import dataclasses

import numpy as np
import pytest

from layers.catalog import schema
from layers.layer import Layer
from layers.loader import load

RIGHT = schema("mining_right")


@pytest.fixture
def rights(make_source, settings):
    """Return a registered or vetted layer of mining rights with these licence numbers."""

    def make(numbers, *, vetted=False, sha256="0" * 64, source="权.gpkg", **columns):
        raw = make_source({"licence_no": numbers, **columns})
        raw = dataclasses.replace(raw, sha256=sha256)
        if not vetted:
            return load(raw, RIGHT, settings(source=source))
        keys = settings(source=source, ids="auto", duplicate_ids="number")
        return load(raw, RIGHT, keys, role="vetted")

    return make


def rows_of(layer):
    return list(zip(layer.source_id, layer.snapshot_row.tolist(), layer.part.tolist(), strict=True))


def test_a_vetted_right_takes_a_registered_place(rights):
    joined = rights(["A", "B", "C"]).join(rights(["C", None, "Ａ "], vetted=True, sha256="1" * 64))
    # Snapshot rows go on after the last registered one, also where that one is displaced.
    assert rows_of(joined) == [("B", 1, 0), ("C", 3, 1), ("权-2", 4, 1), ("A", 5, 1)]
    assert joined.displaced == {"A", "C"}
    assert len(joined.shapes) == len(joined.table) == 4
    assert [p.role for p in joined.provenance] == ["workspace", "vetted"]
    assert joined.registered


def test_joining_twice_keeps_what_was_displaced(rights):
    first = rights(["A", "B", "C"]).join(rights(["A"], vetted=True))
    second = first.join(rights(["B"], vetted=True))
    assert second.displaced == {"A", "B"}
    # What was registered of them is kept beside the layer, each row with its own source.
    assert rows_of(second.predecessors) == [("A", 0, 0), ("B", 1, 0)]
    third = second.join(rights(["A"], vetted=True))
    assert rows_of(third.predecessors) == [("A", 0, 0), ("B", 1, 0), ("A", 3, 1)]
    assert len(third.predecessors.shapes) == len(third.predecessors.doubtful) == 3
    assert third.take([0]).predecessors is third.predecessors
    assert first.join(rights(["Z"], vetted=True)).displaced == {"A"}
    assert rights(["A"]).join(rights(["Z"], vetted=True)).predecessors is None
    assert rows_of(second) == [("C", 2, 0), ("A", 3, 1), ("B", 4, 2)]


def test_a_column_is_absent_where_no_source_has_it(rights):
    joined = rights(["A"], 矿种=["铁矿"]).join(rights(["B"], vetted=True, 采矿权人=["甲"]))
    assert not {"mineral", "holder"} & joined.absent and "method" in joined.absent
    alone = Layer.missing(RIGHT).join(rights(["B"], vetted=True, 采矿权人=["甲"]))
    assert "mineral" in alone.absent and "holder" not in alone.absent
    assert not alone.registered


def test_stacked_files_keep_their_rows_and_ids_stay_unique(rights):
    first = rights(["A"], vetted=True, sha256="1" * 64, source="甲.gpkg")
    second = rights(["A", "A", "B"], vetted=True, sha256="2" * 64, source="乙.gpkg")
    third = rights(["A"], vetted=True, sha256="3" * 64, source="丙.gpkg")
    both = first.stack(second)
    assert rows_of(both) == [("A", 0, 0), ("A#3", 1, 1), ("A#2", 2, 1), ("B", 3, 1)]
    assert both.feature_id.tolist()[1] == "mining_right:A#3"
    assert both.text("licence_no").tolist() == ["A", "A", "A", "B"]
    every = both.stack(third)
    assert rows_of(every)[-1] == ("A#4", 4, 2)
    said = [(i.code, i.source) for i in every.issues if "renamed" in i.en]
    assert said == [("duplicate_ids", "乙.gpkg"), ("duplicate_ids", "丙.gpkg")]
    assert "same_file_twice" not in {i.code for i in every.issues}


def test_the_same_file_twice_is_warned_about(rights):
    one = rights(["A", "B"], vetted=True, source="甲.gpkg")
    both = one.stack(rights(["A", "B"], vetted=True, source="副本.gpkg"))
    assert both.source_id.tolist() == ["A", "B", "A#2", "B#2"]
    (issue,) = [i for i in both.issues if i.code == "same_file_twice"]
    assert (issue.severity, issue.source) == ("warning", "副本.gpkg")
    assert "compared with themselves" in issue.en


def test_refusals_of_both_layers_are_kept(make_source, settings, rights):
    lost = load(make_source({"licence_no": ["X", "Y"]}, [None, None]), RIGHT, settings())
    joined = lost.join(rights(["A"], vetted=True))
    assert joined.refused.numbers == ("X", "Y") and joined.refused.bounds.shape == (2, 4)
    assert rows_of(joined) == [("A", 0, 1)]


def test_accuracy_is_that_of_the_row_s_own_source(make_source, settings, rights):
    known = load(make_source({"licence_no": ["A"]}), RIGHT, settings(positional_accuracy_m=2.0))
    sigma = known.join(rights(["B"], vetted=True)).sigma_m
    assert sigma[0] == 2.0 and np.isnan(sigma[1])


def test_entries_of_lists_and_matches_by_number(rights):
    layer = rights(["A", "B", "C"], 原许可证号=["X；Ｙ", None, "无"])
    rows, entries = layer.entries("replaces_licences")
    assert (rows.tolist(), entries.tolist()) == ([0, 0], ["X", "Y"])
    other = rights(["B", None, "A", "B"], vetted=True)
    i, j = layer.matches("licence_no", other, "licence_no")
    assert (i.tolist(), j.tolist()) == ([0, 1, 1], [2, 0, 3])


def test_numbers_match_however_they_were_typed(rights):
    some, others = rights(["A-1", "b号", "主井"]), rights(["ａ-1", "B", "主井号"])
    i, j = some.matches("licence_no", others, "licence_no")
    assert (i.tolist(), j.tolist()) == ([0, 1], [0, 1])
    assert some.source_id.tolist() == ["A-1", "b号", "主井"]  # as written


def test_a_vetted_feature_takes_the_place_of_one_whose_number_was_typed_otherwise(rights):
    joined = rights(["kq-1", "KQ-2"]).join(rights(["KQ-1号"], vetted=True))
    assert joined.source_id.tolist() == ["KQ-2", "KQ-1号"]
    assert joined.displaced == {"KQ-1"}


def test_claims_before_the_numbers_of_a_list_keep_their_case(rights):
    said = "same_holder_gap:kq-1号；oil_gas:c2"
    layer = rights(["A", "B"], 重叠例外=[said, None], 原许可证号=["kq-1;x号", None])
    assert layer.text("overlap_exception").tolist() == ["same_holder_gap:KQ-1;oil_gas:C2", None]
    assert layer.text("replaces_licences").tolist() == ["KQ-1;X", None]
