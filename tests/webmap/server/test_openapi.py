"""The application keeps to what it says of itself, whatever it is sent."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from webmap.routes import ROUTERS
from webmap.settings import ServerSettings

from .conftest import Running, post_geojson

REPO = Path(__file__).resolve().parents[3]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
]


@pytest.fixture(scope="module")
def served(workspace, tmp_path_factory):
    """Return a server in a process of its own: an application must not be entered twice."""
    server = Running(workspace, tmp_path_factory.mktemp("state"))
    yield server
    server.end()


@pytest.fixture(scope="module")
def operations(served):
    """Return every operation of a running server."""
    described = schemathesis.openapi.from_url(f"http://127.0.0.1:{served.port}/openapi.json")
    return [result.ok() for result in described.get_all_operations()]


@pytest.fixture(scope="module")
def known(served, prospect):
    """Return the number of a report that the server holds."""
    kind = {"Content_Type": "application/geo+json"}
    status, data = served.ask("POST", "/api/vet", prospect.read_bytes(), **kind)
    assert status == 201
    return json.loads(data)["report_id"]


def hold_all(operations, known, examples, **more):
    """Send generated requests, half of them about a report that exists; check every answer."""
    bounded = settings(
        max_examples=examples,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
        **more,
    )
    sent = 0
    for operation in operations:
        for mode in GenerationMode:

            @bounded
            @given(case=operation.as_strategy(generation_mode=mode))
            def hold(case):
                nonlocal sent
                if "report_id" in (case.path_parameters or {}) and sent % 2:
                    case.path_parameters["report_id"] = known
                case.call_and_validate(checks=CHECKS)
                sent += 1

            try:
                hold()
            except Unsatisfiable:
                continue  # nothing of an address without parameters can be wrong
    return sent


@pytest.mark.slow
def test_every_address_keeps_to_its_description(operations, known):
    assert len(operations) == 16
    assert hold_all(operations, known, 8, derandomize=True) > 100


@pytest.mark.slow
def test_every_address_keeps_to_its_description_at_length(operations, known):
    assert hold_all(operations, known, 150) > 2000


def test_the_description_is_sound(client):
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for name, part in document["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(part)
        assert name not in ("HTTPValidationError", "ValidationError")
    said = re.findall(r'"\$ref":"#/components/schemas/(\w+)"', client.get("/openapi.json").text)
    assert set(said) <= set(document["components"]["schemas"])
    for path, methods in document["paths"].items():
        for method, call in methods.items():
            assert call["description"], (method, path)
            problems = {s for s in call["responses"] if s >= "400"}
            assert {"403", "421", "500", "503"} <= problems, (method, path)


def test_examples_fit_their_schemas(client, vetted, prospect):
    document = client.get("/openapi.json").json()
    base = f"/api/reports/{vetted['report_id']}"
    subject = vetted["subjects"][0]["subject_id"]
    for url, name in {
        base: "Report",
        f"{base}/subjects": "Subjects",
        f"{base}/subjects/{subject}": "Subject",
        f"{base}/features?bbox=100,20,120,50": "Features",
        "/api/layers": "Layers",
        "/api/layers/mining_right/features": "LayerFeatures",
        "/healthz": "Health",
        "/nothing": "Problem",
    }.items():
        whole = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        jsonschema.validate(client.get(url).json(), whole)
    whole = {"$ref": "#/components/schemas/Problem", "components": document["components"]}
    jsonschema.validate(post_geojson(client, b"{").json(), whole)


# -- docs/server.md ----------------------------------------------------------------------------


def page():
    return (REPO / "docs" / "server.md").read_text(encoding="utf-8")


def test_every_address_is_documented(client):
    text = page()
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {path}`" in text, path
    assert len(ROUTERS) == 5


def test_every_setting_is_documented_with_its_default():
    text = page()
    for name, default in ServerSettings.__dataclass_fields__.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}` |"))
        assert f"`MINEZONE_{name.upper()}`" in row
        if isinstance(default.default, int | float) and name != "workers":
            assert f"{default.default:g}" in row.replace(",", ""), name


def test_every_status_is_documented():
    from webmap.errors import TITLES

    for status in TITLES:
        assert f"| {status} |" in page(), status
