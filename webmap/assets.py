"""Scripts and styles of the pages, as bytes with their hashes; nothing comes from another host.

Leaflet is taken from the package ``folium-offline``, which carries every file that a folium page
names. Each file is held to the digest noted here; docs/third-party.md lists them.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from gis.errors import MineZoneError

STATIC = Path(__file__).resolve().parent / "static"
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css"}
_END = re.compile(r"</(script|style)|<!--", re.IGNORECASE)


class AssetError(MineZoneError):
    """A script or style of the pages is missing or not the one it should be."""


@dataclass(frozen=True, slots=True)
class ThirdParty:
    """One file of other people's that the pages use; ``sha256`` is of the bytes served."""

    url: str
    title: str
    version: str
    licence: str
    sha256: str

    @property
    def name(self) -> str:
        """Return the file's own name."""
        return self.url.rsplit("/", 1)[-1]


LEAFLET_JS = "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js"
LEAFLET_CSS = "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.css"

THIRD_PARTY = (
    ThirdParty(
        LEAFLET_JS,
        "Leaflet",
        "1.9.3",
        "BSD-2-Clause",
        "22403d2d98db3df0260e80eed7b413babc4caf249e091e87ca5e23249bab1af5",
    ),
    ThirdParty(
        LEAFLET_CSS,
        "Leaflet",
        "1.9.3",
        "BSD-2-Clause",
        "77253fb388e7125e5697686c675e3156d0a64a51634dac5eaa028e8e47aeac12",
    ),
)
"""All of other people's that a browser loads. folium-offline has put Leaflet's images inside."""


@dataclass(frozen=True)
class Asset:
    """A script or style as it is served and inlined."""

    name: str
    body: bytes

    @property
    def is_script(self) -> bool:
        """Return whether it is a script, else a style."""
        return self.name.endswith(".js")

    @property
    def media_type(self) -> str:
        """Return the media type to serve it under."""
        return MEDIA_TYPES[Path(self.name).suffix]

    @property
    def file_name(self) -> str:
        """Return a name that changes with the content: it may be cached for ever."""
        return f"{hashlib.sha256(self.body).hexdigest()[:16]}-{self.name}"

    @property
    def integrity(self) -> str:
        """Return the digest as pages and policies write it."""
        return integrity_of(self.body)

    @property
    def text(self) -> str:
        """Return the text to put inside a page."""
        return self.body.decode("utf-8")


def integrity_of(body: bytes) -> str:
    """Return ``sha256-…`` of ``body``, base64, as Content-Security-Policy writes it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")


def covered(url: str) -> Asset:
    """Return the local copy of a file that a folium page names.

    Raises
    ------
    AssetError
        The pages do not use it, so that there is none.
    """
    for entry in THIRD_PARTY:
        if entry.url == url:
            return _third_party(entry)
    raise AssetError(f"没有本地副本：{url}", f"no local copy of {url}")


def page_assets(names: Iterable[str]) -> tuple[Asset, ...]:
    """Return Leaflet, then our own files in ``static/`` called ``names``, in that order."""
    return (*(_third_party(t) for t in THIRD_PARTY), *map(own, names))


@cache
def own(name: str) -> Asset:
    """Return one of our own files in ``static/``.

    Raises
    ------
    AssetError
        There is no such file, or it holds what would end its element inside a page.
    """
    try:
        body = (STATIC / name).read_bytes()
    except OSError:
        raise AssetError(f"缺少页面文件 {name}", f"page file {name} is missing") from None
    return _checked(Asset(name, body.replace(b"\r\n", b"\n")))


@cache
def _third_party(entry: ThirdParty) -> Asset:
    body = _shipped()[entry.url].strip().encode() + b"\n"
    if hashlib.sha256(body).hexdigest() != entry.sha256:
        raise AssetError(
            f"folium-offline 中的 {entry.name} 与登记的摘要不符，请重装依赖",
            f"{entry.name} in folium-offline is not the file listed here: reinstall",
        )
    return _checked(Asset(entry.name, body))


def _checked(asset: Asset) -> Asset:
    if _END.search(asset.text) or "\r" in asset.text:
        raise AssetError(f"{asset.name} 不能放入页面", f"{asset.name} cannot stand inside a page")
    return asset


@cache
def _shipped() -> dict[str, str]:
    """Return the texts that folium-offline holds for the files in ``THIRD_PARTY``, by URL.

    The package is a fork of folium whose texts are literals in one module. Only the literals
    needed are evaluated: importing the fork would run it, and costs 0.2 s.
    """
    spec = find_spec("offlinefolium")
    if spec is None or not spec.submodule_search_locations:
        raise AssetError("缺少依赖 folium-offline", "the package folium-offline is missing")
    path = Path(spec.submodule_search_locations[0]) / "elements.py"
    source = path.read_text(encoding="utf-8")
    out = {}
    for entry in THIRD_PARTY:
        head = f"\n_res[{entry.url!r}] = "
        start = source.find(head) + len(head)
        if start < len(head):
            raise AssetError(
                f"folium-offline 不含 {entry.url}", f"folium-offline does not hold {entry.url}"
            )
        end = source.find("\n_res['", start)
        out[entry.url] = str(ast.literal_eval(source[start:] if end < 0 else source[start:end]))
    return out
