"""Bodies of requests onto the disk, block by block and never beyond their limit."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final

from anyio import to_thread
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from layers.formats.sniff import CONVERT, SIDECARS
from layers.screening import IN_PARTS, UPLOADS
from layers.uploads import shown_name
from webmap.errors import Problem
from webmap.settings import MIB, ServerSettings

GEOJSON_TYPES: Final = ("application/geo+json", "application/json")
MULTIPART: Final = "multipart/form-data"
_FRAMING: Final = 64 << 10  # boundary and part headers around a file
BODY_NAME: Final = "body.geojson"


async def receive_file(
    request: Request, folder: Path, settings: ServerSettings
) -> tuple[Path, str]:
    """Store the body of a request in ``folder`` and return where, and the sender's name for it.

    Raises
    ------
    Problem
        413 too large, 415 of another type, 422 no file in it or an empty one.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == MULTIPART:
            return await _multipart(request, folder, settings)
        if kind in GEOJSON_TYPES:
            return await _geojson(request, folder, settings)
    except ClientDisconnect as gone:
        raise Problem(400, "传输中断", "the transfer broke off") from gone
    raise Problem(
        415,
        f"请以 {MULTIPART} 上传文件，或直接发送 GeoJSON（{GEOJSON_TYPES[0]}）",
        f"send a file as {MULTIPART}, or GeoJSON as {GEOJSON_TYPES[0]}",
    )


async def _geojson(request: Request, folder: Path, settings: ServerSettings) -> tuple[Path, str]:
    path = folder / f"{uuid.uuid4()}.geojson"
    name = shown_name(request.query_params.get("name") or BODY_NAME, BODY_NAME)
    with path.open("xb") as sink:
        async for block in _limited(request, settings.max_geojson, settings.max_geojson_mb):
            sink.write(block)
    if not path.stat().st_size:
        raise Problem(422, "没有内容", "the body is empty", name)
    return path, name


async def _multipart(request: Request, folder: Path, settings: ServerSettings) -> tuple[Path, str]:
    blocks = _limited(request, settings.max_upload + _FRAMING, settings.max_upload_mb)
    parser = MultiPartParser(request.headers, blocks, max_files=1, max_fields=0)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError, UnicodeError) as fault:
        raise Problem(
            422,
            "表单不完整，或除 file 之外还有内容",
            "the form is broken or holds more than the one file",
        ) from fault
    try:
        upload = form.get("file")
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise Problem(422, "表单里没有文件 file", "the form holds no file called 'file'")
        name = shown_name(upload.filename, "file")
        path = folder / f"{uuid.uuid4()}{_suffix(name)}"
        await to_thread.run_sync(_copy, upload, path)
    finally:
        await form.close()
    if path.stat().st_size > settings.max_upload:
        raise _too_large(settings.max_upload_mb)
    return path, name


def _copy(upload: UploadFile, path: Path) -> None:
    with path.open("xb") as sink:
        shutil.copyfileobj(upload.file, sink, 1 << 20)


async def _limited(request: Request, most: int, most_mb: int) -> AsyncGenerator[bytes, None]:
    """Yield the body; what a header says of its length is only used to refuse it sooner."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > most:
        raise _too_large(most_mb)
    size = 0
    async for block in request.stream():
        size += len(block)
        if size > most:
            raise _too_large(most_mb)
        yield block


def _too_large(most_mb: int) -> Problem:
    limit = most_mb * MIB
    return Problem(
        413,
        f"超过上限 {most_mb} MiB（{limit} 字节）",
        f"larger than the limit of {most_mb} MiB ({limit} bytes)",
        headers={"Connection": "close"},
    )


def _suffix(name: str) -> str:
    """Return the suffix to store a file under, one of those that can be read."""
    lower = name.lower()
    for suffix in sorted(UPLOADS, key=len, reverse=True):
        if lower.endswith(suffix):
            return suffix
    own = Path(lower).suffix
    if own in CONVERT:
        zh, en = CONVERT[own]
        raise Problem(415, f"尚不支持 {own} 文件，{zh}", f"{own} is not supported yet; {en}", name)
    if own in IN_PARTS or own in SIDECARS:
        parts = IN_PARTS[SIDECARS.get(own, own)]
        several = f"{', '.join(parts[:-1])} and {parts[-1]} together" if parts[1:] else parts[0]
        raise Problem(
            415, f"请把 {'、'.join(parts)} 打成一个 .zip 上传", f"send {several} in one .zip", name
        )
    raise Problem(
        415,
        f"不接受这种文件；可用：{'、'.join(UPLOADS)}",
        f"this type of file is not accepted; use one of {', '.join(UPLOADS)}",
        name,
    )
