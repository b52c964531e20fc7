"""The schemas are the contract, and their file is read strictly."""

import pytest
import yaml

from gis.ragged import Kind
from layers import catalog
from layers.errors import LayerError
from layers.parse import folded

# The contract's table: `?` marks what may be missing, words after `:` are the codes.
CONTRACT = """
mining_right polygon: name? licence_no right_type:mining|exploration holder? mineral?
 mineral_class?:building_stone|building_sand|clay|metal|dimension_stone|other_nonmetal|water_gas
 method?:open_pit|underground|both status:applied|granted|expired|cancelled
 project_type?:new|rebuilt|expanded|merged|existing top_elevation_m? bottom_elevation_m?
 capacity_kt_a? service_life_a? orebody_id? production_systems? operators? overlap_exception?
 replaces_licences? valid_from? valid_to? status_on? county_code? size_class?:large|medium|small
 burial_depth_m? mine_depth_m? slope_height_m? working_levels? developed_reserve_a?
 exploration_grade? overall_design? backfill_study? contractors?
 mine_stage?:construction|production|stopped underground_persons? hoist_depth_m? hoist_persons?
 hoist_type? mechanised_scaling? pressure_monitoring?
tailings_facility polygon: name? facility_no operator?
 project_type?:new|rebuilt|expanded|merged|existing
 status:planned|operating|stopped|under_closure|closed rebuild_purpose?:safety|ecology|other
 total_dam_height_m? total_volume_m3? grade?:1|2|3|4|5
 dam_method?:one_step|upstream|downstream|centreline toe_lon? toe_lat? independent_concentrator?
 online_monitoring? last_discharge_on? stopped_on? discharging? ownerless? at_final_level?
 drainage_inspected_on? replaces_facility? status_on?
dam_toe point: name? toe_no facility_no
settlement point|polygon: name? settlement_no
 kind:village|residential|school|factory|hospital|building|road|railway|reservoir|water_source|other
 population?
building point|polygon: name? building_no kind? protection_class?
river line|polygon: name? river_no river_class?:main_stem|important_tributary|other
 basin?:yellow|yangtze|other source_kind:shoreline|centreline|control_zone width_m?
goaf polygon: name? goaf_no owner_licence_no? volume_m3? treated? water? top_elevation_m?
 bottom_elevation_m? movement_angle_deg? soil_angle_deg? soil_thickness_m?
 protection_class?:I|II|III
working line|polygon: name? working_no owner_licence_no kind?:stope|development|shaft
 top_elevation_m? bottom_elevation_m?
movement_zone polygon: name? zone_no owner_licence_no
right_part polygon: name? parent_licence_no sign:1|-1 top_elevation_m bottom_elevation_m remark?
open_pit polygon: name? site_no owner_licence_no? height_m? top_elevation_m? bottom_elevation_m?
 online_monitoring? stability_analysed_on? safety_factor?
waste_dump polygon: name? site_no owner_licence_no? height_m? top_elevation_m?
 bottom_elevation_m? online_monitoring? stability_analysed_on? safety_factor?
orebody polygon: name? orebody_id mineral? top_elevation_m?
protected_zone polygon: name? zone_no zone_class
geohazard point|polygon: name? hazard_no kind level:low|medium|high reach_m?
county polygon: name? county_code county_name key_county?
ridge_line line: name? ridge_no
"""


def contract():
    for line in CONTRACT.strip().replace("\n ", " ").splitlines():
        head, _, columns = line.partition(":")
        name, _, kinds = head.partition(" ")
        yield name, kinds.split("|"), columns.split()


@pytest.mark.parametrize(("name", "kinds", "columns"), list(contract()))
def test_layers_hold_the_columns_of_the_contract(name, kinds, columns):
    schema = catalog.schema(name)
    assert sorted(k.name.lower() for k in schema.kinds) == sorted(kinds)
    wanted = [word.partition(":")[0] for word in columns]
    assert [c.name + ("?" if c.nullable else "") for c in schema.columns] == wanted
    for word in columns:
        column, _, codes = word.partition(":")
        if codes:
            assert list(schema.column(column.rstrip("?")).codes) == codes.split("|")


def test_there_are_no_other_layers():
    assert list(catalog.catalog()) == [name for name, _, _ in contract()]


@pytest.mark.parametrize("schema", list(catalog.catalog().values()), ids=lambda s: s.name)
def test_units_are_those_of_the_column_names(schema):
    ends = {"_m": "m", "_kt_a": "kt/a", "_a": "a", "_m3": "m3", "_deg": "deg"}
    for column in schema.columns:
        if column.dtype != "number" or column.name in ("safety_factor", "toe_lon", "toe_lat"):
            continue
        end = max((e for e in ends if column.name.endswith(e)), key=len)
        assert column.unit == ends[end], column.name


@pytest.mark.parametrize("schema", list(catalog.catalog().values()), ids=lambda s: s.name)
def test_spellings_of_codes_are_of_one_code_only(schema):
    for column in schema.columns:
        words = [folded(w) for code, spelt in column.codes.items() for w in {code, *spelt}]
        clash = {w for w in words if words.count(w) > 1}
        spelt = {c: set(map(folded, (c, *s))) for c, s in column.codes.items()}
        owners = {w: {c for c, s in spelt.items() if w in s} for w in clash}
        assert all(len(o) == 1 for o in owners.values()), (column.name, owners)


def test_dtypes():
    right = catalog.schema("mining_right")
    assert right.column("production_systems").dtype == "integer"
    assert right.column("overall_design").dtype == "flag"
    assert right.column("valid_to").dtype == "date"
    assert right.column("mineral_class").derived
    assert catalog.schema("tailings_facility").column("grade").dtype == "integer"


def test_unknown_layer_names_the_nearest():
    with pytest.raises(LayerError, match="did you mean mining_right"):
        catalog.schema("mining_rights")


def described(**column):
    spec = {"type": "text", "zh": "号", "en": "No", **column}
    name = {"type": "text", "zh": "名", "en": "Name"}
    layer = {"zh": "层", "en": "Layer", "kinds": ["point"], "number": "no"}
    return {"layers": {"x": {**layer, "columns": {"name": name, "no": spec}}}}


def test_a_small_description_is_read():
    schema = catalog.build(described(aliases=["编号"], required=True))["x"]
    assert schema.kinds == {Kind.POINT}
    assert schema.column("no").aliases == ("编号",)
    assert not schema.column("no").nullable


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ({"alias": ["编号"]}, "unknown key alias"),
        ({"type": "string"}, "unknown type string"),
        ({"type": "code"}, "a code column without codes"),
        ({"aliases": [1]}, "put it in quotes"),
        ({"aliases": ["a", "a"]}, "a word given twice"),
        ({"unclear_aliases": ["规模"]}, "unclear alias that is no alias"),
    ],
)
def test_wrong_descriptions_are_refused(column, message):
    with pytest.raises(LayerError, match=message):
        catalog.build(described(**column))


def test_an_alias_of_two_columns_is_refused():
    data = described(aliases=["名称"])
    data["layers"]["x"]["columns"]["name"]["aliases"] = ["名称"]
    with pytest.raises(LayerError, match="alias 名称 belongs to name and no"):
        catalog.build(data)


def test_a_key_given_twice_is_refused():
    with pytest.raises(LayerError, match="a given twice"):
        yaml.load("a: 1\na: 2\n", Loader=catalog._Strict)
