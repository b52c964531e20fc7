"""Reports, whole and in pieces."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from webmap.errors import Problem
from webmap.openapi import problems, success
from webmap.report_store import DOWNLOADS, GROUND, MADE_LATER
from webmap.routes.parameters import Box, Id, Zoom, box_of, folder_of
from webmap.server import Server, server_of

router = APIRouter(prefix="/api/reports/{report_id}", tags=["reports"])

_JSON = "application/json"
Verdicts = Annotated[
    str,
    Query(
        pattern=r"^((FAIL|REVIEW|NO_DATA|PASS|NOT_APPLICABLE)(,|$))*$",
        description="Only these verdicts, `,`-separated; all where empty.",
    ),
]


@router.get(
    "", response_class=Response, responses={**success("Report", "The report."), **problems(404)}
)
async def report(request: Request, report_id: Id) -> Response:
    """Return report.json."""
    folder = FilePath(folder_of(server_of(request).store, report_id))
    return FileResponse(folder / "report.json", media_type=_JSON)


@router.get(
    "/subjects",
    response_class=Response,
    responses={**success("Subjects", "Worst first."), **problems(404, 422)},
)
async def subjects(
    request: Request,
    report_id: Id,
    q: Annotated[str, Query(max_length=200, description="Words of number or name.")] = "",
    verdict: Verdicts = "",
    rule: Annotated[str | None, Query(pattern=r"^[A-Z]{2}\d{3}$")] = None,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """Return judged features, worst first; `counts` are before the filter by verdict."""
    return await _asked(
        server_of(request),
        "subjects",
        report_id,
        q=q,
        verdict=[word for word in verdict.split(",") if word],
        rule=rule,
        offset=offset,
        limit=limit,
    )


@router.get(
    "/subjects/{subject_id:path}",
    response_class=Response,
    responses={**success("Subject", "With findings and outlines."), **problems(404, 422)},
)
async def subject(
    request: Request, report_id: Id, subject_id: Annotated[str, Path(max_length=400)]
) -> Response:
    """Return one judged feature with its findings, their evidence, and the outlines they name."""
    return await _asked(server_of(request), "subject", report_id, subject=subject_id)


@router.get(
    "/features",
    response_class=Response,
    responses={**success("Features", "Outlines in the box."), **problems(404, 422)},
)
async def features(request: Request, report_id: Id, bbox: Box, zoom: Zoom = None) -> Response:
    """Return outlines of judged, related and surrounding features in a box."""
    box = box_of(bbox)
    return await _asked(server_of(request), "report_features", report_id, bbox=box, zoom=zoom)


@router.get("/hillshade", responses={**success("Hillshade", "Where it lies."), **problems(404)})
async def hillshade(request: Request, report_id: Id) -> dict[str, Any]:
    """Say where the picture of the ground lies; it is made when first asked for.

    `url` and `bounds` are null where the workspace had no elevations there, or has others now;
    `why` says what is wrong with a tile.
    """
    server = server_of(request)
    answer = await _shaded(server, report_id)
    url = f"{router.prefix}/hillshade.png".format(report_id=report_id)
    return {**answer, "url": url if answer["bounds"] else None}


@router.get(
    "/hillshade.png",
    response_class=Response,
    responses={**success("File", "The picture.", media="image/png"), **problems(404)},
)
async def hillshade_png(request: Request, report_id: Id) -> Response:
    """Return the picture of the ground under a report's map, in Web Mercator."""
    server = server_of(request)
    picture = FilePath(folder_of(server.store, report_id)) / GROUND
    if not picture.is_file():
        await _shaded(server, report_id)
    if not picture.is_file():
        raise Problem(404, "这份报告没有地形图", "this report has no picture of the ground")
    # A report's picture never changes.
    headers = {"Cache-Control": "private, max-age=31536000, immutable"}
    return FileResponse(picture, media_type="image/png", headers=headers)


async def _shaded(server: Server, report_id: str) -> dict[str, Any]:
    folder = folder_of(server.store, report_id)
    answer = await server.pool.ask(task="hillshade", folder=folder)
    server.store.grown(report_id)
    return {name: answer.header[name] for name in ("bounds", "why")}


@router.get(
    "/files/{name}",
    response_class=Response,
    responses={
        **success("File", "The file.", media="application/octet-stream"),
        **problems(404, 409, 422, 507),
    },
)
async def file(
    request: Request,
    report_id: Id,
    name: Annotated[str, Path(max_length=64, description=", ".join(DOWNLOADS))],
) -> Response:
    """Download one file of the report; GeoPackage, CSV and map are made when first asked for."""
    server = server_of(request)
    folder = FilePath(folder_of(server.store, report_id))
    if name not in DOWNLOADS:
        raise Problem(
            404, "没有这个文件", f"there is no such file; there are {', '.join(DOWNLOADS)}"
        )
    if not (folder / name).is_file():
        await _make(server, folder, report_id, name)
    if not (folder / name).is_file():
        raise Problem(404, f"这份报告没有 {name}", f"this report has no {name}")
    return FileResponse(folder / name, media_type=DOWNLOADS[name], filename=name)


async def _make(server: Server, folder: FilePath, report_id: str, name: str) -> None:
    if name in MADE_LATER:
        with server.store.receiving() as out:
            await server.pool.ask(task="files", folder=str(folder), out=str(out))
    elif name == "map.html":
        await server.pool.ask(task="map_file", folder=str(folder))
    server.store.grown(report_id)


async def _asked(server: Server, task: Literal["subjects", "subject", "report_features"],
                 report_id: str, **question: Any) -> Response:  # fmt: skip
    folder = folder_of(server.store, report_id)
    answer = await server.pool.ask(task=task, folder=folder, **question)
    return Response(answer.body, media_type=_JSON)
