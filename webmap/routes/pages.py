"""Pages for people."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from webmap import openapi, pages
from webmap.errors import not_found
from webmap.openapi import problems
from webmap.routes.parameters import Id, folder_of
from webmap.server import Server, server_of

router = APIRouter(tags=["pages"])

PAGE: dict[str, Any] = {"response_class": HTMLResponse, "responses": problems(404, 422)}
VET_FILES = ("page.css", "vet.css", "words.js", "dom.js", "vet.js")
PLAIN_FILES = ("page.css", "plain.css")
_START_VET = 'minezone.startVet(JSON.parse(document.getElementById("minezone-page").textContent));'
Lang = Annotated[str | None, pages.LANGUAGE]


@router.get("/", **PAGE)
async def workspace_map(request: Request, lang: Lang = None) -> Response:
    """Map of the whole workspace, judged; says so while the judging runs."""
    server = server_of(request)
    folder = await server.whole.folder()
    if folder is not None:
        return await _map(request, server, str(folder), server.store.id_of_screen(folder))
    nonce, chosen = pages.new_nonce(), pages.language(request)
    title = "正在判定整个工作区" if chosen == "zh" else "Judging the whole workspace"
    html = pages.render(
        "wait.html",
        chosen,
        title,
        nonce,
        server.files(PLAIN_FILES),
        seconds=int(server.whole.seconds),
    )
    return pages.answer(html, nonce, Refresh="3")


@router.get("/reports/{report_id}", **PAGE)
async def report_map(request: Request, report_id: Id, lang: Lang = None) -> Response:
    """Map of a report."""
    server = server_of(request)
    return await _map(request, server, folder_of(server.store, report_id), report_id)


@router.get("/vet", **PAGE)
async def vet_page(request: Request, lang: Lang = None) -> Response:
    """Page to send a file, see its verdict and download the results."""
    server = server_of(request)
    nonce, chosen = pages.new_nonce(), pages.language(request)
    title = "审查文件" if chosen == "zh" else "Vet a file"
    data = {"lang": chosen, "title": title, "max_bytes": server.settings.max_upload}
    html = pages.render(
        "vet.html",
        chosen,
        title,
        nonce,
        server.files(VET_FILES),
        _START_VET,
        page=pages.json_element("minezone-page", data),
    )
    return pages.answer(html, nonce)


@router.get("/docs", **PAGE)
async def docs(request: Request, lang: Lang = None) -> Response:
    """Every address of this server, with its parameters and answers."""
    nonce, chosen = pages.new_nonce(), pages.language(request)
    document = openapi.document(request.app)
    html = pages.render(
        "docs.html",
        chosen,
        "minezone API",
        nonce,
        server_of(request).files(PLAIN_FILES),
        api=document,
    )
    return pages.answer(html, nonce)


@router.get("/assets/{name}", response_class=Response, responses=problems(404))
async def asset(request: Request, name: Annotated[str, Path(max_length=128)]) -> Response:
    """Return a script or style of the pages; its name changes with its content."""
    found = server_of(request).assets.get(name)
    if found is None:
        raise not_found()
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(found.body, headers=headers, media_type=found.media_type)


async def _map(request: Request, server: Server, folder: str, report_id: str) -> Response:
    nonce, chosen = pages.new_nonce(), pages.language(request)
    base = f"/api/reports/{report_id}"
    answer = await server.pool.ask(task="page", folder=folder, base=base, lang=chosen, nonce=nonce)
    return pages.answer(answer.body.decode("utf-8"), nonce)
