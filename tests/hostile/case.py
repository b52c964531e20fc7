"""What a case is, and the sound square kilometre that most cases are made from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

CANARY = "canary-5c1e77"
SIDE = 0.01
WEST, SOUTH = 111.2, 39.6


@dataclass(frozen=True)
class Read:
    """Readable: rows kept and refused, and codes of errors and warnings, no more and no fewer."""

    kept: int
    refused: int = 0
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refused:
    """Refused as a whole, in a line that holds these words."""

    words: str


@dataclass(frozen=True)
class Link:
    """A symbolic link in place of a file."""

    target: str


@dataclass(frozen=True)
class World:
    """What hostile files would reach for: a file beside them, one to write, and a listener.

    Attributes
    ----------
    canary : file whose text must show up nowhere
    target : file that must not come to be
    port : of the listener that nobody may call
    """

    canary: str
    target: str
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True)
class Case:
    """One input: its files, which of them is handed in, what is said of it, and what must come."""

    name: str
    file: str
    parts: Mapping[str, bytes | Link]
    expected: Read | Refused
    options: Mapping[str, Any] = field(default_factory=dict)
    slow: bool = False


def one(
    name: str,
    file: str,
    data: bytes | str,
    expected: Read | Refused,
    *,
    slow: bool = False,
    **options: Any,
) -> Case:
    """Return the case of a single file."""
    raw = data.encode("utf-8") if isinstance(data, str) else data
    return Case(name, file, {file: raw}, expected, options, slow)


def ring(west: float = WEST, south: float = SOUTH, side: float = SIDE) -> list[list[float]]:
    """Return a closed ring, counterclockwise."""
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def polygon(*rings: Sequence[Sequence[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings) or [ring()]}


def feature(geometry: Any, number: str = "C1", **properties: Any) -> dict[str, Any]:
    told = {"许可证号": number, "权利类型": "采矿权", "状态": "申请", **properties}
    return {"type": "Feature", "properties": told, "geometry": geometry}


def collection(*features: Any, **members: Any) -> str:
    document = {"type": "FeatureCollection", **members, "features": list(features)}
    return json.dumps(document, ensure_ascii=False)


SOUND = collection(feature(polygon()))
