"""Vetting a file."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from layers.uploads import Upload
from webmap.errors import Problem
from webmap.openapi import body_of_vet, problems, success
from webmap.receiving import receive_file
from webmap.server import Server, server_of

router = APIRouter(tags=["vetting"])

_LOCATION = {"Location": {"description": "Address of the report.", "schema": {"type": "string"}}}
Layer = Annotated[
    str | None,
    Query(
        pattern=r"^[a-z_]{1,40}$",
        description="What the file holds: `mining_right`, `tailings_facility`; told by its fields "
        "where not given.",
    ),
]
Rules = Annotated[
    str | None,
    Query(pattern=r"^[A-Za-z0-9, ]{1,400}$", description="Only these rules: `MR101,TF203`."),
]
Day = Annotated[date | None, Query(description="Judge by the law of this day; default today.")]
Declared = Annotated[
    list[str],
    Query(
        alias="set",
        max_length=40,
        description="`COLUMN=VALUE`, the sender's word for a column the file lacks; repeatable, "
        "and the report says so.",
    ),
]
Crs = Annotated[
    str | None,
    Query(max_length=40, description="Coordinate system, where the file states none: EPSG:4526."),
]
Encoding = Annotated[
    str | None,
    Query(pattern=r"^[A-Za-z0-9_.\-]{1,24}$", description="Encoding of the text, where known."),
]
_PARAMETERS = ("layer", "rules", "as_of", "set", "crs", "encoding", "name")
Name = Annotated[
    str | None,
    Query(max_length=255, description="What a GeoJSON body is called in messages and row ids."),
]


@router.post(
    "/api/vet",
    status_code=201,
    response_class=Response,
    responses={
        **success("Report", "The report.", 201, headers=_LOCATION),
        **problems(400, 413, 415, 422, 507),
    },
    openapi_extra=body_of_vet(),
)
async def vet(
    request: Request,
    layer: Layer = None,
    rules: Rules = None,
    as_of: Day = None,
    declared: Declared = [],  # noqa: B006 - FastAPI copies it
    crs: Crs = None,
    encoding: Encoding = None,
    name: Name = None,
) -> Response:
    """Judge one file, or a GeoJSON body, against the workspace and return its report."""
    _refuse_slips(request)
    server = server_of(request)
    constants, codes = _constants(declared), _codes(rules)
    day = as_of.isoformat() if as_of else None
    with server.store.receiving() as folder:
        path, shown = await receive_file(request, folder, server.settings)
        largest = server.settings.max_upload
        upload = Upload(path, shown, largest, layer, crs, encoding, constants)
        question: dict[str, Any] = {"upload": upload.request(), "rules": codes, "as_of": day}
        answer = await server.pool.ask(task="vet", out=str(folder), **question)
        report_id = answer.header["report_id"]
        _keep(server, folder, report_id)
    headers = {"Location": f"/api/reports/{report_id}"}
    return Response(answer.body, 201, headers, "application/json")


def _refuse_slips(request: Request) -> None:
    """Refuse parameters that nobody reads, and a second value of those that have one."""
    given = Counter(name for name, _ in request.query_params.multi_items())
    for name, count in given.items():
        if name not in _PARAMETERS or (count > 1 and name != "set"):
            raise Problem(
                422,
                f"参数 {name[:40]} 不认识或重复；可用：{'、'.join(_PARAMETERS)}",
                f"parameter {name[:40]} is unknown or given twice; there are "
                f"{', '.join(_PARAMETERS)}",
            )


def _keep(server: Server, folder: Any, report_id: str) -> None:
    try:
        server.store.keep(folder, report_id)
    except OSError as full:
        raise Problem(507, "报告无法保存", "the report cannot be kept") from full


def _codes(rules: str | None) -> list[str] | None:
    if rules is None:
        return None
    codes = [code.strip().upper() for code in rules.split(",") if code.strip()]
    if not codes:
        raise Problem(422, "参数 rules 没有给出规则", "parameter rules names no rule")
    return codes


def _constants(declared: list[str]) -> dict[str, str]:
    out: dict[str, str] = {}
    for pair in declared:
        column, sign, value = pair.partition("=")
        column, value = column.strip(), value.strip()
        if not sign or not column or not value or column in out or len(pair) > 400:
            raise Problem(
                422,
                "参数 set 应写成 列名=值，每列一次",
                "parameter set: write COLUMN=VALUE, each column once",
            )
        out[column] = value
    return out
