"""``minezone serve``: the server in this process, on this machine."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from typing import Any

from webmap.cli_io import UsageError, emit
from webmap.cli_text import both, say
from webmap.settings import ServerSettings, load


def run(lang: str, **given: Any) -> int:
    """Serve until interrupted; return 0.

    Raises
    ------
    SettingError, UsageError
        A setting cannot be right, the workspace cannot be used, or the port is taken.
    """
    settings = load(os.environ, **given)
    _check_workspace(settings)
    # Bound before anything is started: a port that is taken is told at once.
    listener = _listen(settings)
    import uvicorn

    from webmap.app import create_app

    with listener:
        config = uvicorn.Config(
            create_app(settings),
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=5,
        )
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        emit([say("serving", lang, url=f"http://{host}:{listener.getsockname()[1]}/")])
        with suppress(KeyboardInterrupt):  # uvicorn raises it again when all is done
            uvicorn.Server(config).run(sockets=[listener])
    return 0


def _check_workspace(settings: ServerSettings) -> None:
    from layers.workspace import open_workspace

    open_workspace(settings.workspace)


def _listen(settings: ServerSettings) -> socket.socket:
    host = "127.0.0.1" if settings.host == "localhost" else settings.host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, settings.port))
    except OSError as taken:
        listener.close()
        why = taken.strerror or str(taken)
        raise UsageError(*both("port_taken", host=host, port=settings.port, why=why)) from taken
    return listener
