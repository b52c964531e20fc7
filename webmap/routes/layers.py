"""Layers of the workspace."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from webmap.errors import Problem
from webmap.openapi import problems, success
from webmap.routes.parameters import Box, Zoom, box_of
from webmap.server import Server, server_of

router = APIRouter(prefix="/api/layers", tags=["layers"])

Order = Annotated[
    Literal["file", "worst"],
    Query(description="`worst`: by the verdict in the judged workspace, which each then bears."),
]


@router.get(
    "", response_class=Response, responses={**success("Layers", "All layers."), **problems()}
)
async def layers(request: Request) -> Response:
    """List the layers of the workspace with their columns, extent and what reading them said."""
    answer = await server_of(request).pool.ask(task="layers")
    return Response(answer.body, media_type="application/json")


@router.get(
    "/{name}/features",
    response_class=Response,
    responses={
        **success("LayerFeatures", "Features.", media="application/geo+json"),
        **problems(404, 409, 422),
    },
)
async def features(
    request: Request,
    name: Annotated[str, Path(max_length=64)],
    bbox: Box | None = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    after: Annotated[
        int, Query(ge=0, le=2**31 - 1, description="`next` of the answer before.")
    ] = 0,
    zoom: Zoom = None,
    order: Order = "file",
) -> Response:
    """Return features of a layer as GeoJSON, EPSG:4490, longitude first.

    Where there are more, `truncated` is true, and `next` and the header `Link` say how to go on.
    With `order=worst` the worst verdicts come first; 409 while the workspace is being judged.
    """
    judged = await _judged(server_of(request)) if order == "worst" else None
    # Half a pixel of a web map of 256 pixels around the world.
    tolerance = 0.0 if zoom is None else 180.0 / (256 * 2.0**zoom)
    answer = await server_of(request).pool.ask(
        task="features",
        layer=name,
        bbox=box_of(bbox) if bbox else None,
        limit=limit,
        after=after,
        tolerance=tolerance,
        judged=judged,
    )
    response = Response(answer.body, media_type="application/geo+json")
    following = answer.header["next"]
    if following is not None:
        link = request.url.include_query_params(after=following)
        response.headers["Link"] = f'<{link.path}?{link.query}>; rel="next"'
    return response


async def _judged(server: Server) -> str:
    """Return the folder of the judged workspace.

    Raises
    ------
    Problem
        409, it is being judged.
    """
    folder = await server.whole.folder()
    if folder is None:
        raise Problem(
            409,
            "正在判定整个工作区，请稍后再试",
            "the workspace is being judged; try again soon",
            headers={"Retry-After": "3"},
        )
    return str(folder)
