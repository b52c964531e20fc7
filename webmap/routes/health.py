"""Whether the server can judge, and how well its reader is confined."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request

from gis.__about__ import __version__
from webmap.openapi import problems, success
from webmap.server import server_of

router = APIRouter(tags=["server"])


@router.get("/healthz", responses={**success("Health", "The state."), **problems()})
async def healthz(request: Request) -> dict[str, Any]:
    """State of the server; never waits for judging."""
    server = server_of(request)
    workers = server.pool.workers
    running = sum(worker.pid is not None for worker in workers)
    told = next((w.first for w in workers if "abilities" in w.first), {})
    usable = running == len(workers) and not any("problem" in w.first for w in workers)
    return {
        "status": "ok" if usable else "degraded",
        "version": __version__,
        "workers": {"total": len(workers), "running": running},
        "reports": len(server.store),
        "reader": {
            "network_namespace": False,
            "landlock": False,
            "drivers": [],
            **told.get("abilities", {}),
        },
    }
