"""GeoJSON, read strictly and without GDAL, which calls everything WGS 84 and follows links.

Source: RFC 7946; the ``crs`` member of the format's 2008 specification is honoured.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import NoneType
from typing import Any

import numpy as np
import pyproj
import shapely

from layers.account import Issue
from layers.formats import geometries
from layers.formats.encoding import read_text
from layers.formats.geojson import answer
from layers.formats.geojson import crs as geojson_crs
from layers.formats.geojson import places as geojson_places
from layers.formats.geojson.rows import EXACT, Literal, fields_of, open_ring, records_of, rows_of
from layers.formats.row_datums import is_of_system
from layers.formats.source import Source, digest_file, refusal, row_labels

_DEEPEST = 64
_MOST_FIELDS = 1_000
_MOST_LINES = 100  # of what a document says of itself
_NO_PROSE = frozenset({"geometry", "properties", "crs"})
_MOST_DIGITS = 4_000  # of a whole number, before Python refuses to read it
_SHORT = 15  # letters of a number whose digits a float holds
# Escapes one by one, so that a backslash written twice begins none; group 1: half a pair.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"')


class _WrongValueError(ValueError):
    """A value that JSON, or GeoJSON, does not allow."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def read(path: Path, encoding: str | None, crs: pyproj.CRS | None) -> Source:
    """Read a feature collection, one feature or one geometry.

    ``crs`` is the user's word for a file that names none; without it RFC 7946 applies, and
    coordinates that are no degrees are refused.
    """
    text, found = read_text(path, encoding)
    document = _parse(path, text)
    features = _features(path, document)
    stated, note, explicit = geojson_crs.stated(path, document, features)
    if crs is not None and not explicit:
        stated, note = crs, "由使用者给出 / given by the user"
    records = records_of(features)
    fields = fields_of(records)
    if len(fields) > _MOST_FIELDS:
        raise refusal(
            path,
            f"有 {len(fields)} 个字段，超过 {_MOST_FIELDS} 个",
            f"has {len(fields)} fields, more than {_MOST_FIELDS}",
        )
    sound = [geojson_places.is_sound(feature.get("geometry")) for feature in features]
    rows = rows_of(features, records, fields, sound)
    labels = row_labels(len(features))
    geometry, off = geojson_places.in_degrees(path, stated, rows.geometry, labels)
    given = [feature.get("geometry") is not None for feature in features]
    lost = np.flatnonzero(shapely.is_missing(rows.geometry) & np.array(given, bool))
    broken = [_lost(labels[k], features[k]["geometry"]) for k in lost.tolist()]
    return Source(
        path=path,
        format="GeoJSON",
        layer=None,
        sha256=digest_file(path),
        encoding=found,
        crs=stated,
        crs_note=note,
        declared=len(features),
        columns=rows.columns,
        geometry=geometry,
        labels=labels,
        lost=rows.lost,
        issues=(*rows.issues, *broken, *off),
        prose="\n".join(islice(_prose(document), _MOST_LINES)),
    )


def _prose(members: dict[str, Any], deeper: int = 2) -> Iterator[str]:
    """Yield what a document says of itself beside its features: name, title, metadata."""
    for key, value in members.items():
        if isinstance(value, str):
            yield f"{key}：{' '.join(value.split())}"
        elif isinstance(value, int) and is_of_system(key):
            yield f"{key}：{value}"
        elif isinstance(value, dict) and deeper and (deeper < 2 or key not in _NO_PROSE):
            yield from _prose(value, deeper - 1)


def _lost(label: str, geometry: Any) -> Issue:
    if geojson_places.is_sound(geometry) and open_ring(geometry):
        return geometries.open_ring(label)
    huge = geojson_places.beyond_bounds(geometry)
    if huge is not None:
        return geojson_places.huge(label, huge)
    return geometries.unreadable_geometry(label)


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        if _depth(text) > _DEEPEST:
            raise RecursionError
        _check_escapes(text)
        document = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_float=_float,
            parse_int=_int,
        )
    except _WrongValueError as error:
        raise refusal(path, error.zh, error.en) from error
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and text[error.pos :].lstrip().startswith("{"):
            raise refusal(
                path,
                f"第 {error.lineno} 行起又是一个 JSON（似为逐行的 GeoJSONSeq），不是一个 GeoJSON；"
                "请另存为 GeoJSON 或 GeoPackage",
                f"another JSON text begins at line {error.lineno} (GeoJSONSeq, a feature a line?); "
                "save it as GeoJSON or GeoPackage",
            ) from error
        raise refusal(
            path,
            f"第 {error.lineno} 行第 {error.colno} 字不是合法的 JSON",
            f"line {error.lineno} column {error.colno} is not valid JSON ({error.msg})",
        ) from error
    except RecursionError as error:
        raise refusal(path, "JSON 嵌套过深", "JSON is nested too deep") from error
    if not isinstance(document, dict):
        raise refusal(path, "不是 GeoJSON 对象", "is no GeoJSON object")
    return document


def _depth(text: str) -> int:
    """Return how deep brackets stand in one another, texts in quotes left out."""
    bare = re.sub(r"[^\[\]{}]+", "", _QUOTED.sub("", text)).encode("ascii")
    codes = np.frombuffer(bare, np.uint8)
    opens = np.isin(codes, np.frombuffer(b"[{", np.uint8))
    return int(np.cumsum(np.where(opens, 1, -1)).max(initial=0))


def _check_escapes(text: str) -> None:
    if "\\u" in text and any(m.group(1) for m in _ESCAPE.finditer(text)):
        raise _WrongValueError(
            "含有不成对的 Unicode 代理项", "holds half a surrogate pair, which is no text"
        )


def _float(text: str) -> float | Literal:
    """Return a number, as it is written where a float is not even near it to a whole."""
    value = float(text)
    exact = abs(value) < EXACT or (len(text) <= _SHORT and math.isfinite(value))
    return value if exact else Literal(text)


def _int(text: str) -> int | Literal:
    return int(text) if len(text) <= _MOST_DIGITS else Literal(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(k for k, _ in pairs if k in seen or seen.add(k))  # type: ignore[func-returns-value]
        raise _WrongValueError(
            f"键 {twice!r} 在同一对象中出现两次", f"key {twice!r} appears twice in an object"
        )
    return made


def _no_constant(name: str) -> float:
    raise _WrongValueError(f"含有非法数值 {name}", f"holds {name}, which is no JSON number")


def _features(path: Path, document: dict[str, Any]) -> list[dict[str, Any]]:
    kind = document.get("type")
    if kind == "Feature":
        return [document]
    if isinstance(kind, str) and kind in geojson_places.KINDS:
        return [{"type": "Feature", "geometry": document}]
    answer.check_no_esri(path, document)
    features = document.get("features")
    if kind != "FeatureCollection" or not isinstance(features, list):
        raise refusal(
            path,
            f"type 为 {str(kind)[:40]!r}，不是 FeatureCollection",
            f"type is {str(kind)[:40]!r}, not FeatureCollection",
        )
    for row, feature in enumerate(features, 1):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise refusal(path, f"第 {row} 个要素不是 Feature", f"feature {row} is no Feature")
        if not isinstance(feature.get("properties"), dict | NoneType):
            raise refusal(
                path,
                f"第 {row} 个要素的 properties 不是对象",
                f"feature {row}: its properties are no object",
            )
    answer.check(path, document, len(features))
    return features
