"""Rights whose answers rest on one attribute each: the attribute duties MR107 to MR122."""

from __future__ import annotations

from county_frame import County, blob
from county_rights import APPLIED, right

# Rights that one duty stops, and that keep another by what a column says.
BESIDE = (
    ("MR120", "MR119", "exploration_grade", "the survey reached the grade of exploration"),
    ("MR119", "MR120", "backfill_study", "a backfill study"),
    ("MR109", "MR122", "underground_persons", "a stopped mine with exactly 10 people at one place"),
)


def draw_attributes(county: County) -> None:
    """Add rights whose answers rest on one attribute each."""
    new = APPLIED
    key, plain, unknown = (county.counties[c] for c in ("149901", "149902", "149903"))
    for rule, kind, values, verdict, why, numbers, where in (
        ("MR107", "iron", {**new, "capacity_kt_a": 299.0}, "FAIL", "key county: at least 300 kt/a",
         {"key_county": True, "mineral": "iron", "method": "underground"}, key),
        ("MR107", "iron", {**new, "capacity_kt_a": 300.0}, "PASS", "key county: exactly 300 kt/a",
         {"key_county": True, "mineral": "iron", "method": "underground"}, key),
        ("MR107", "gold", {"capacity_kt_a": 59.0}, "REVIEW", "existing, below 60 kt/a",
         {"key_county": True, "mineral": "gold", "method": "underground"}, key),
        ("MR107", "iron", {**new, "capacity_kt_a": 99.0}, "FAIL", "Shanxi: at least 100 kt/a",
         {"key_county": False, "mineral": "iron", "method": "underground"}, plain),
        ("MR107", "gypsum", {}, "NOT_APPLICABLE", "no figure for gypsum",
         {"key_county": False, "mineral": "gypsum", "method": "underground"}, plain),
        ("MR107", "iron", {**new, "capacity_kt_a": 350.0}, "NO_DATA",
         "whether it is a key county is not known",
         {"key_county": None, "mineral": "iron", "method": "underground"}, unknown),
        ("MR108", "bauxite", {**new, "service_life_a": 4.9}, "FAIL", "new, below 5 years", {}, None),
        ("MR108", "bauxite", {**new, "service_life_a": 5.0}, "PASS", "exactly 5 years", {}, None),
        ("MR108", "bauxite", {"service_life_a": 4.0}, "REVIEW", "existing, below 5 years", {}, None),
        ("MR109", "bauxite", {**new, "production_systems": 2}, "FAIL", "new with two systems", {},
         None),
        ("MR109", "bauxite", {"production_systems": 2, "mine_stage": "stopped",
         "underground_persons": 10}, "REVIEW", "existing with two systems", {}, None),
        ("MR110", "bauxite", {"operators": 2}, "FAIL", "two operators", {}, None),
        ("MR107", "stone", {**new, "capacity_kt_a": 499.0}, "FAIL",
         "key county: quarries at least 500 kt/a",
         {"key_county": True, "mineral": "building_stone", "method": "open_pit"}, key),
        ("MR108", "bauxite", {"service_life_a": None}, "NO_DATA", "not filled in", {}, None),
        ("MR110", "bauxite", {**new, "operators": 1}, "PASS", "one operator", {}, None),
        ("MR109", "limestone", {**new, "production_systems": 1}, "PASS", "one system", {}, None),
        ("MR116", "copper", {**new, "developed_reserve_a": 3.0}, "PASS", "exactly 3 years", {},
         None),
        ("MR118", "gold", {"contractors": 1, "size_class": "small"}, "PASS", "one contractor", {},
         None),
        ("MR115", "iron", {"working_levels": 4, "size_class": "small"}, "FAIL",
         "four levels at once", {}, None),
        ("MR115", "iron", {"working_levels": 3, "size_class": "medium"}, "PASS",
         "three levels at once", {}, None),
        ("MR116", "copper", {**new, "developed_reserve_a": 2.9}, "FAIL",
         "developed reserve below 3 years", {}, None),
        ("MR117", "copper", {**new, "mine_depth_m": 801.0, "mechanised_scaling": False}, "FAIL",
         "deeper than 800 m without mechanised scaling", {}, None),
        ("MR117", "copper", {**new, "mine_depth_m": 800.0, "capacity_kt_a": 299.0,
         "mechanised_scaling": False}, "PASS", "no deeper than 800 m, below 300 kt/a", {}, None),
        ("MR118", "gold", {"contractors": 2, "size_class": "small"}, "FAIL",
         "a small mine with two contractors", {}, None),
        ("MR119", "iron", {**new, "exploration_grade": "详查", "backfill_study": True}, "FAIL",
         "the survey did not reach the grade of exploration", {}, None),
        ("MR120", "iron", {**new, "backfill_study": False, "exploration_grade": "勘探"}, "FAIL",
         "no backfill study", {}, None),
        ("MR122", "bauxite", {"mine_stage": "stopped", "underground_persons": 12}, "FAIL",
         "a stopped mine with more than 10 people at one place", {}, None),
    ):  # fmt: skip
        at = county.site(320.0, where)
        one = right(county, kind, blob(county.rng, at, 300.0), **values)
        told = {k: v for k, v in values.items() if k not in new}
        if rule == "MR107":
            told["capacity_kt_a"] = one["capacity_kt_a"]
        said = {"new": one["project_type"] == "new", **told, **numbers}
        county.answer(one, rule, verdict, why, **said)
        for stopped, kept, column, because in BESIDE:
            if rule == stopped and column in values:
                county.answer(one, kept, "PASS", because, **said)
