"""The web application: built from settings, nothing at import."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from gis.errors import MineZoneError
from webmap import openapi, pages
from webmap.errors import Problem, not_found, problem, problem_of
from webmap.guard import Guard
from webmap.routes import ROUTERS
from webmap.routes.pages import PLAIN_FILES
from webmap.server import Server, server_of
from webmap.settings import ServerSettings


def create_app(settings: ServerSettings) -> FastAPI:
    """Return the application; its processes start and end with its lifespan.

    Raises
    ------
    SettingError
        The state folder cannot be written.
    """
    server = Server.of(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await server.start()
        try:
            yield
        finally:
            await server.close()

    app = FastAPI(
        title=openapi.NAME,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[Middleware(Guard)],
        exception_handlers=_handlers(),
    )
    app.state.server = server
    for router in ROUTERS:
        app.include_router(router)
    app.openapi = lambda: openapi.document(app)  # type: ignore[method-assign]
    return app


def _handlers() -> dict[Any, Any]:
    return {
        Problem: _on_problem,
        MineZoneError: _on_expected,
        RequestValidationError: _on_parameters,
        HTTPException: _on_http,
    }


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return _shown(request, error)


async def _on_expected(request: Request, error: Exception) -> Response:
    assert isinstance(error, MineZoneError)
    return _shown(request, problem_of(error))


async def _on_parameters(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    zh, en = f"参数 {name} 有误：{first['msg']}", f"parameter {name}: {first['msg']}"
    return _shown(request, problem(422, zh, en))


async def _on_http(request: Request, error: Exception) -> Response:
    """Answer what the framework itself refuses: no such address, no such method."""
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return _shown(request, not_found())
    said = Problem(
        error.status_code,
        "该地址不支持这种方法" if error.status_code == 405 else "请求有误",
        str(error.detail).lower(),
        headers=dict(error.headers or {}),
    )
    return _shown(request, said)


def _shown(request: Request, said: Problem) -> Response:
    """Return a page where a browser asked for one, else problem+json."""
    api = request.url.path.startswith(("/api/", "/healthz", "/openapi"))
    if api or "text/html" not in request.headers.get("accept", ""):
        return said.response()
    nonce, lang = pages.new_nonce(), pages.language(request)
    told = said.document()
    files = server_of(request).files(PLAIN_FILES)
    html = pages.render("problem.html", lang, told["title"], nonce, files, problem=told)
    return pages.answer(html, nonce, said.status, **said.headers)
