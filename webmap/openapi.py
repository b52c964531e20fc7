"""What the server says of itself: the OpenAPI document and the parts that routes share."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from analysis.reports import schema as report_schema
from gis.__about__ import __version__
from webmap import errors
from webmap.receiving import GEOJSON_TYPES, MULTIPART

Json = dict[str, Any]
NAME: Final = "minezone"
_WHEN: Final = {
    400: "The transfer broke off.",
    403: "A request of another site.",
    404: "There is no such report, subject, layer or file.",
    405: "The method is not supported here.",
    409: "The workspace or the law has changed since the report was made, or is being judged.",
    413: "The body is larger than the limit.",
    415: "The type of body or file is not accepted.",
    421: "The request names another host.",
    422: "A parameter is wrong, or the file cannot be judged; `file` and `feature` say where.",
    500: "A fault of the program; nothing was judged.",
    503: "Too many requests, a workspace that cannot be used, or judging that took too long.",
    507: "No room to write.",
}
_TEXT: Final[Json] = {"type": "string"}
_BOTH: Final[Json] = {
    "type": "object",
    "required": ["zh", "en"],
    "properties": {"zh": _TEXT, "en": _TEXT},
}
_COUNT: Final[Json] = {"type": "integer", "minimum": 0}
_OPEN: Final[Json] = {"type": "object"}


def problems(*status: int) -> dict[int | str, Json]:
    """Return the answers other than success that a route may give, for ``responses=``."""
    content = {errors.MEDIA_TYPE: {"schema": _reference("Problem")}}
    codes = sorted({403, 421, 422, 500, 503, *status})
    return {code: {"description": _WHEN[code], "content": content} for code in codes}


def success(
    model: str, description: str, status: int = 200, media: str = "application/json", **more: Any
) -> dict[int | str, Json]:
    """Return the answer of a route that succeeds: ``model`` is a shared schema."""
    content = {media: {"schema": _reference(model)}}
    return {status: {"description": description, "content": content, **more}}


def body_of_vet() -> Json:
    """Return what ``POST /api/vet`` takes, for ``openapi_extra=``."""
    file = {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
        "additionalProperties": False,
    }
    content = {kind: {"schema": _reference("GeoJSON")} for kind in GEOJSON_TYPES}
    return {"requestBody": {"required": True, "content": {MULTIPART: {"schema": file}, **content}}}


def document(app: FastAPI) -> Json:
    """Return the OpenAPI document of the application, made once."""
    if app.openapi_schema:
        return app.openapi_schema
    made = get_openapi(
        title=NAME,
        version=__version__,
        description="按编号法规条款判定矿业权、尾矿库与采空区。 Judges mining rights, tailings "
        "facilities and goafs by numbered legal rules. Errors are problem+json (RFC 9457).",
        routes=app.routes,
    )
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas.update(_schemas())
    app.openapi_schema = made
    return made


def _reference(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(**properties: Json) -> Json:
    return {"type": "object", "required": list(properties), "properties": properties}


def _schemas() -> Json:
    report = {k: v for k, v in report_schema.schema().items() if not k.startswith("$")}
    verdicts = ["FAIL", "REVIEW", "NO_DATA", "PASS", "NOT_APPLICABLE"]
    counts = _object(**dict.fromkeys(verdicts, _COUNT))
    feature = _object(layer=_TEXT, id=_TEXT, subject={"type": "boolean"}, geometry=_OPEN)
    subject = _object(
        id=_TEXT,
        layer=_TEXT,
        verdict={"enum": verdicts},
        decided={"enum": verdicts},
        undecided={"type": "boolean"},
        counts=counts,
        rules=_OPEN,
        bbox={"type": "array", "items": {"type": "number"}},
    )
    features = {"type": "array", "items": feature}
    layer = _object(
        name=_TEXT,
        title=_BOTH,
        geometry={"type": "array", "items": _TEXT},
        features=_COUNT,
        refused=_COUNT,
        bbox={"type": ["array", "null"], "items": {"type": "number"}},
        coverage_stated={"type": "boolean"},
        warnings=_COUNT,
        errors=_COUNT,
        columns={"type": "array", "items": _object(name=_TEXT, title=_BOTH, type=_TEXT)},
    )
    return {
        "Problem": errors.schema(),
        "Report": report,
        "GeoJSON": {
            "description": "RFC 7946: a feature collection, a feature or a geometry, longitude "
            "first; a named `crs` of the format's 2008 edition is honoured.",
            "type": "object",
            "required": ["type"],
            "properties": {"type": _TEXT},
        },
        "Subjects": _object(
            total=_COUNT, counts=counts, subjects={"type": "array", "items": subject}
        ),
        "Subject": _object(
            subject=subject, findings={"type": "array", "items": _OPEN}, features=features
        ),
        "Features": _object(features=features, truncated={"type": "boolean"}),
        "Hillshade": _object(
            url={"type": ["string", "null"]},
            bounds={
                "type": ["array", "null"],
                "description": "[[south, west], [north, east]], degrees.",
                "items": {"type": "array", "items": {"type": "number"}},
            },
            why={"anyOf": [_BOTH, {"type": "null"}]},
        ),
        "Layers": _object(layers={"type": "array", "items": layer}),
        "LayerFeatures": _object(
            type={"const": "FeatureCollection"},
            coordinate_system={"const": "EPSG:4490"},
            layer=_TEXT,
            numberMatched=_COUNT,
            numberReturned=_COUNT,
            truncated={"type": "boolean"},
            next={"type": ["integer", "null"]},
            features={"type": "array", "items": _OPEN},
        ),
        "Health": _object(
            status={"enum": ["ok", "degraded"]},
            version=_TEXT,
            workers=_object(total=_COUNT, running=_COUNT),
            reports=_COUNT,
            reader=_object(
                network_namespace={"type": "boolean"},
                landlock={"type": "boolean"},
                drivers={"type": "array", "items": _TEXT},
            ),
        ),
        "File": {"type": "string", "contentMediaType": "application/octet-stream"},
        "Page": {"type": "string", "contentMediaType": "text/html"},
    }
