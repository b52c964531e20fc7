"""What holds for every request and every answer: who may ask, and what browsers may do.

The server has no users yet and listens on this machine only. A browser on this machine may also
show pages of strangers: their requests bear a foreign Host (DNS rebinding) or a foreign Origin.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webmap.errors import Problem, fault

_LOG: Final = logging.getLogger(__name__)
OWN_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

DATA_POLICY: Final = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}


def page_policy(nonce: str) -> str:
    """Return the Content-Security-Policy of a page: only scripts that bear ``nonce`` run.

    Leaflet sets positions by style attributes; scripts need no such leave.
    """
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    )


class Guard:
    """Middleware around the whole application, crashes included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse strangers, pass others on, add the headers to every answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                add_headers(MutableHeaders(scope=message))
            await send(message)

        refused = refusal(scope["method"], Headers(scope=scope))
        if refused is not None:
            await refused.response()(scope, receive, guarded)
            return
        try:
            await self.app(scope, receive, guarded)
        except Exception:
            # The framework would answer outside of this, without the headers.
            _LOG.exception("%s %s", scope["method"], scope["path"])
            if started:
                raise
            await fault().response()(scope, receive, guarded)


def add_headers(headers: MutableHeaders) -> None:
    """Add what every answer bears, where it does not bear its own."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", DATA_POLICY)
    headers.setdefault("Cache-Control", "no-store")


def refusal(method: str, headers: Headers) -> Problem | None:
    """Return the answer to a request that does not come from this server's own pages."""
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not _is_own(hosts[0]):
        return Problem(
            421,
            "只接受以本机名义（127.0.0.1、localhost）的访问",
            "only requests to this machine by its own names (127.0.0.1, localhost) are answered",
        )
    if method in _SAFE_METHODS:
        return None
    origins, site = headers.getlist("origin"), headers.get("sec-fetch-site")
    foreign = any(not _same(origin, hosts[0]) for origin in origins)
    if foreign or site not in (None, "same-origin", "none"):
        return Problem(403, "不接受其他网站发来的请求", "requests of other sites are not accepted")
    return None


def _is_own(host: str) -> bool:
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        name, port = host, "80"
    return name.lower() in OWN_HOSTS and port.isascii() and port.isdigit()


def _same(origin: str, host: str) -> bool:
    return origin.lower() in _origins(host.lower())


def _origins(host: str) -> Iterable[str]:
    return {f"http://{host}", f"http://{host.removesuffix(':80')}"}
