"""What findings.gpkg tells QGIS: styles per table, and a project that shows them in order."""

import io
import json
import shutil
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely

from analysis.model import Evidence, Verdict
from analysis.reports import OPTIONAL, write
from analysis.reports.qgis_project import FILE, PROJECT, map_view, project_xml
from analysis.reports.qgis_styles import evidence_style, qml, subjects_style
from analysis.reports.qgis_symbols import rgba
from analysis.style import ROLE_LABELS, ROLE_STYLES, VERDICT_STYLES
from gis.ragged import Ragged

PROBE = Path(__file__).with_name("qgis_probe.py")
# QGIS comes with the system's Python, which is not the one that runs the tests.
PYTHON = "/usr/bin/python3"


@pytest.fixture
def gpkg(results, tmp_path):
    write(results, tmp_path, {"gpkg"})
    return tmp_path / "findings.gpkg"


def styles_of(path):
    with closing(sqlite3.connect(path)) as base:
        return dict(base.execute("SELECT f_table_name, styleQML FROM layer_styles"))


def project_of(path):
    """Return the name of the .qgs inside, and its XML."""
    with closing(sqlite3.connect(path)) as base:
        ((content,),) = base.execute("SELECT content FROM qgis_projects")
    with zipfile.ZipFile(io.BytesIO(bytes.fromhex(content))) as archive:
        (name,) = archive.namelist()
        return name, archive.read(name).decode()


def symbol_of(root, condition):
    """Return the symbol layers drawn under a condition: class and settings of each."""
    (rule,) = [r for r in root.iter("rule") if r.get("filter") == condition]
    symbol = root.find(f".//symbols/symbol[@name='{rule.get('symbol')}']")
    return [
        (layer.get("class"), {o.get("name"): o.get("value") for o in layer.find("Option")})
        for layer in symbol.findall("layer")
    ]


# -- the tables ------------------------------------------------------------------------------


def test_every_table_has_one_default_style_of_a_fixed_date(gpkg):
    columns = (
        "f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleSLD, "
        "useAsDefault, description, owner, ui, update_time"
    )
    day = "2025-08-01T00:00:00.000Z"
    with closing(sqlite3.connect(gpkg)) as base:
        assert base.execute(f"SELECT {columns} FROM layer_styles").fetchall() == [
            ("", "", table, "geom", name, None, 1, title, "minezone", None, day)
            for table, name, title in [
                ("evidence_lines", "证据（线）", "证据（线） Evidence, lines"),
                ("evidence_areas", "证据（面）", "证据（面） Evidence, areas"),
                ("findings", "判定结果", "判定结果 Findings"),
                ("subjects", "判定对象", "判定对象 Subjects"),
            ]
        ]
        contents = "SELECT data_type, last_change, srs_id FROM gpkg_contents WHERE table_name = ?"
        assert base.execute(contents, ["layer_styles"]).fetchall() == [("attributes", day, 0)]
        names = [row[1] for row in base.execute("PRAGMA table_info(layer_styles)")]
    assert names == ["id", *columns.replace("styleSLD", "styleQML, styleSLD").split(", ")]


def test_styles_and_project_are_the_same_bytes_whenever_made(results, other_run, tmp_path):
    write(results, tmp_path / "a", {"gpkg"})
    write(other_run, tmp_path / "b", {"gpkg"})
    one, other = (tmp_path / k / "findings.gpkg" for k in "ab")
    assert one.read_bytes() == other.read_bytes()


# -- colours ---------------------------------------------------------------------------------


def test_subjects_have_the_colours_of_the_one_table(gpkg):
    root = ElementTree.fromstring(styles_of(gpkg)["subjects"])
    assert root.tag == "qgis" and root.get("labelsEnabled") == "1"
    drawn = {v: symbol_of(root, f"\"decided\" = '{v.name}'") for v in VERDICT_STYLES}
    assert {v: [kind for kind, _ in paints] for v, paints in drawn.items()} == {
        Verdict.FAIL: ["SimpleFill"],
        Verdict.REVIEW: ["SimpleFill"],
        Verdict.NO_DATA: ["LinePatternFill", "SimpleFill"],
        Verdict.PASS: ["SimpleFill"],
        Verdict.NOT_APPLICABLE: ["SimpleFill"],
    }
    for verdict, paints in drawn.items():
        red_green_blue = rgba(VERDICT_STYLES[verdict].colour).rsplit(",", 1)[0]
        assert paints[0][1]["color"].startswith(red_green_blue + ","), verdict
    fills = {v: paints[-1][1]["style"] for v, paints in drawn.items()}
    assert fills == {v: "solid" if v >= Verdict.REVIEW else "no" for v in VERDICT_STYLES}
    widths = [float(drawn[v][-1][1]["outline_width"]) for v in VERDICT_STYLES]
    assert all(thick > thin for thick, thin in pairwise(widths))  # never told by colour alone
    assert [rule.get("label") for rule in root.find("renderer-v2").iter("rule")] == [
        "不符合 Fail", "待核 Review", "缺数据 No data", "符合 Pass", "不适用 Not applicable",
        "另有缺数据未判 also undecided: data missing",
    ]  # fmt: skip


def test_what_is_undecided_is_hatched_above_everything_else(gpkg):
    root = ElementTree.fromstring(styles_of(gpkg)["subjects"])
    hatch = symbol_of(root, '"n_no_data" > 0 AND "decided" <> \'NO_DATA\'')
    assert [kind for kind, _ in hatch] == ["LinePatternFill"]
    assert root.find("renderer-v2").get("symbollevels") == "1"
    levels = [
        int(symbol.find("layer").get("pass"))
        for symbol in root.find(".//symbols").findall("symbol")
    ]
    assert levels == [4, 3, 2, 1, 0, 5]


def test_evidence_is_told_by_its_role_in_the_colour_of_its_verdict(gpkg):
    styles = styles_of(gpkg)
    areas = ElementTree.fromstring(styles["evidence_areas"])
    assert [rule.get("label") for rule in areas.find("renderer-v2").iter("rule")] == [
        "重叠范围（不符合） Overlap (Fail)", "重叠范围（待核） Overlap (Review)"
    ]  # fmt: skip
    lines = ElementTree.fromstring(styles["evidence_lines"])
    casing, core = symbol_of(lines, "\"role\" = 'shortest_line' AND \"verdict\" = 'FAIL'")
    assert (casing[1]["line_color"], core[1]["line_color"]) == ("255,255,255,255", "120,38,28,255")


def test_every_role_has_a_look_of_its_own():
    assert set(ROLE_STYLES) == set(ROLE_LABELS)
    # Symbols without their number: two roles of one kind never draw alike.
    for kind, roles in (
        ("fill", ("overlap", "outside_part", "exclusion_zone", "corridor", "void")),
        ("line", ("flow_path", "ridge_run", "shortest_line")),
    ):
        root = ElementTree.fromstring(qml(evidence_style(kind, roles)))
        looks = {
            ElementTree.tostring(symbol).split(b">", 1)[1]
            for symbol in root.find(".//symbols").findall("symbol")
        }
        assert len(looks) == len(roles) * 2, kind


def test_labels_are_text_and_never_html():
    for style in (subjects_style(), evidence_style("line", ROLE_LABELS)):
        for text in ElementTree.fromstring(qml(style)).iter("text-style"):
            assert (text.get("allowHtml"), text.get("isExpression")) == ("0", "1")


def test_from_afar_only_what_fails_or_needs_review_is_named():
    rules = ElementTree.fromstring(qml(subjects_style())).find("labeling/rules")
    assert [(r.get("filter"), r.get("scalemaxdenom")) for r in rules] == [
        ("\"decided\" IN ('FAIL', 'REVIEW')", None),
        ("\"decided\" NOT IN ('FAIL', 'REVIEW')", "50000"),
    ]


def test_subjects_that_are_no_areas_get_no_style_for_areas(results, tmp_path):
    layer = results.layers["tailings_facility"]
    points = Ragged.from_shapely([shapely.Point(111, 39.1)])
    layers = {**results.layers, "tailings_facility": replace(layer, shapes=points)}
    write(replace(results, layers=layers), tmp_path, {"gpkg"})
    assert set(styles_of(tmp_path / "findings.gpkg")) == {"evidence_areas", "evidence_lines"}


# -- the project -----------------------------------------------------------------------------


def test_the_project_names_the_layers_and_puts_evidence_on_top(gpkg):
    name, xml = project_of(gpkg)
    assert (name, FILE) == (f"{PROJECT}.qgs", OPTIONAL["gpkg"])
    root = ElementTree.fromstring(xml)
    assert root.findtext("title") == "某县矿区 · 判定结果 Findings"
    shown = [
        (node.get("name"), node.get("source"), node.get("checked"))
        for node in root.find("layer-tree-group")
    ]
    assert shown == [
        ("证据（线） Evidence, lines", "./findings.gpkg|layername=evidence_lines", "Qt::Checked"),
        ("证据（面） Evidence, areas", "./findings.gpkg|layername=evidence_areas", "Qt::Checked"),
        ("判定结果 Findings", "./findings.gpkg|layername=findings", "Qt::Unchecked"),
        ("判定对象 Subjects", "./findings.gpkg|layername=subjects", "Qt::Checked"),
    ]
    renderers = {
        layer.findtext("datasource").rpartition("=")[2]: ElementTree.tostring(
            layer.find("renderer-v2")
        )
        for layer in root.iter("maplayer")
    }
    assert renderers == {
        table: ElementTree.tostring(ElementTree.fromstring(text).find("renderer-v2"))
        for table, text in styles_of(gpkg).items()
    }


def test_a_title_that_xml_cannot_hold_is_cleaned():
    root = ElementTree.fromstring(project_xml("某县\x00<&>\x1b\n矿区", [], np.full(4, np.nan)))
    assert root.findtext("title") == "某县<&>矿区"


@pytest.mark.parametrize(
    ("bounds", "crs"),
    [
        ((111.1, 39.5, 111.4, 39.7), "EPSG:4546"),  # 3-degree zone 37, meridian 111
        ((112.4, 39.5, 112.7, 39.7), "EPSG:4547"),  # across 112.5: the middle decides
        ((100.0, 20.0, 120.0, 40.0), "EPSG:4490"),
        ((-70.0, -25.0, -69.5, -24.5), "EPSG:4490"),
        ((np.nan,) * 4, "EPSG:4490"),
    ],
)
def test_the_map_opens_in_the_plane_of_its_middle(bounds, crs):
    found, view = map_view(np.array(bounds))
    assert found == crs
    assert view[0] < view[2] and view[1] < view[3]


def test_the_view_holds_the_subjects_with_a_margin():
    _, (west, south, east, north) = map_view(np.array([111.0, 39.0, 111.0117, 39.009]))
    # On the meridian x = 500,000; 0.0117 degrees of longitude are about 1,013 m at 39 N.
    assert west == pytest.approx(500_000 - 81, abs=2) and east == pytest.approx(501_013 + 81, abs=2)
    assert north - south == pytest.approx(999 + 162, abs=3)


# -- QGIS itself -----------------------------------------------------------------------------


def probe(path):
    """Return what QGIS finds in a GeoPackage; skip where there is no QGIS."""
    known = (
        shutil.which(PYTHON)
        and not subprocess.run(
            [PYTHON, "-c", "import qgis.core"], capture_output=True, timeout=60
        ).returncode
    )
    if not known:
        pytest.skip(f"QGIS is not installed for {PYTHON} (apt install python3-qgis)")
    environment = {
        "QT_QPA_PLATFORM": "offscreen",
        "HOME": str(path.parent),
        "PATH": "/usr/bin:/bin",
    }
    done = subprocess.run(
        [PYTHON, str(PROBE), str(path)], capture_output=True, timeout=120, env=environment
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout.decode().splitlines()[-1])


@pytest.fixture
def all_kinds(results, tmp_path):
    """A GeoPackage with every role, points among them."""
    area = shapely.box(111.001, 39.001, 111.004, 39.004)
    line = shapely.LineString([(111, 39), (111.02, 39.02)])
    drawn = {
        "flow_path": line, "ridge_run": line, "shortest_line": shapely.Point(111, 39)
    }  # fmt: skip
    evidence = tuple(
        Evidence(role, np.array([0]), np.array([drawn.get(role, area)], dtype=object))
        for role in ROLE_LABELS
    )
    findings = replace(results.findings, evidence=evidence)
    write(replace(results, findings=findings), tmp_path / "某 县", {"gpkg"})
    return tmp_path / "某 县" / "findings.gpkg"


@pytest.mark.peer
def test_qgis_opens_the_tables_in_our_colours(all_kinds):
    found = probe(all_kinds)
    assert set(found["tables"]) == {
        "subjects", "findings", "evidence_areas", "evidence_lines", "evidence_points"
    }  # fmt: skip
    for table in found["tables"].values():
        assert table["valid"] and table["labels"] and table["crs"] == "EPSG:4490"
        assert table["renderer"] == "RuleRenderer" and table["default"]
        assert table["expressions"] == []  # none that QGIS cannot read
    colours = dict(found["tables"]["subjects"]["legend"])
    for style in VERDICT_STYLES.values():
        assert colours[f"{style.label.zh} {style.label.en}"] == style.colour
    rules = [label for label, _ in found["tables"]["evidence_areas"]["legend"]]
    assert len(rules) == 10 and rules[0] == "重叠范围（不符合） Overlap (Fail)"


@pytest.mark.peer
def test_qgis_opens_the_project_with_everything_in_place(all_kinds):
    found = probe(all_kinds)
    assert found["projects"] == ["findings"]
    assert found["project"] == {
        "read": True,
        "title": "某县矿区 · 判定结果 Findings",
        "crs": "EPSG:4546",
        "layers": [
            ["证据（点） Evidence, points", True, True],
            ["证据（线） Evidence, lines", True, True],
            ["证据（面） Evidence, areas", True, True],
            ["判定结果 Findings", True, False],
            ["判定对象 Subjects", True, True],
        ],
    }
    # What it draws: the failing subject's colour is on the map, and so is more than one colour.
    assert found["drawn"]["fail"] and found["drawn"]["colours"] > 10
