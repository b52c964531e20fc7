"""What the text of a KML file says of its placemarks: folders, fields, corners.

GDAL gives fields names and types of its own, keeps the last of two values, and makes 0 of an
empty number. Fields are therefore taken from the text, and the geometries that GDAL delivers are
compared with it.

Source: OGC 12-007r2 (KML 2.3), clauses 9, 10 and 15; ``gx:`` names as documented by Google.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from layers.errors import FormatError
from layers.formats.source import refusal

_NUMBER = r"[+-]?+(?:\d++(?:\.\d*+)?+|\.\d++)(?:[eE][+-]?+\d++)?+"
_TUPLE = rf"{_NUMBER}\s*+,\s*+{_NUMBER}(?:\s*+,\s*+{_NUMBER})?+"
_COORDINATES = {
    "coordinates": re.compile(rf"(?:{_TUPLE}(?:\s++{_TUPLE})*+)?"),
    "coord": re.compile(rf"(?:{_NUMBER}\s++{_NUMBER}(?:\s++{_NUMBER})?)?"),
}
_GEOMETRIES = frozenset(
    {"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack"}
)
_BOUNDARIES = frozenset({"outerBoundaryIs", "innerBoundaryIs"})
_CONTAINERS = frozenset({"Document", "Folder"})
_FEATURES = frozenset({"Placemark", "GroundOverlay"})
_OWN = {
    ("Placemark", "name"): "Name",
    ("Placemark", "description"): "description",
    ("Placemark", "address"): "address",
    ("Placemark", "phoneNumber"): "phoneNumber",
    ("GroundOverlay", "name"): "Name",
    ("GroundOverlay", "description"): "description",
    ("TimeStamp", "when"): "timestamp",
    ("TimeSpan", "begin"): "begin",
    ("TimeSpan", "end"): "end",
}
"""Parent and tag -> field, called as GDAL calls it."""


@dataclass(slots=True)
class Mark:
    """One placemark or ground overlay.

    Attributes
    ----------
    overlay : it is a ground overlay, which GDAL reads as a rectangle
    own : its name, description and times, each with all values
    fields : of ``ExtendedData``: name -> all values of that name
    corners : of all its geometry, in the order of the text
    ring : its whole geometry is a LinearRing
    high : some corner has another altitude than 0
    """

    overlay: bool
    own: dict[str, list[str]] = field(default_factory=dict)
    fields: dict[str, list[str]] = field(default_factory=dict)
    corners: list[tuple[float, float]] = field(default_factory=list)
    ring: bool = False
    high: bool = False


@dataclass(slots=True)
class Container:
    """A document or folder and the placemarks directly in it."""

    name: str = ""
    marks: list[Mark] = field(default_factory=list)


class Scan:
    """Folders and placemarks of a text, and how often each element occurs.

    Raises
    ------
    FormatError
        It is no KML, or says something of which GDAL would read another thing.
    """

    def __init__(self, path: Path, data: bytes) -> None:
        self.path = path
        self.counts: dict[str, int] = {}
        self.containers: list[Container] = []
        self._open: list[Container] = []
        self._mark: Mark | None = None
        self._text: list[str] = []
        self._within: list[tuple[str, dict[str, int]]] = []
        self._begun: list[tuple[str, int]] = []  # attribute "name" and where the text begins
        self._rooted = False
        self._parser = expat.ParserCreate()  # undeclared prefixes are common and harmless
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text.append
        try:
            self._parser.Parse(data, True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise refusal(path, f"不是合法的 XML：{error}", f"is not valid XML: {error}") from error
        self._check_whole()

    @property
    def layers(self) -> list[Container]:
        """The containers that GDAL makes layers of: all, but the outermost only with placemarks."""
        return [c for k, c in enumerate(self.containers) if k or c.marks]

    def _check_whole(self) -> None:
        if "kml" not in self.counts:
            raise refusal(self.path, "不是 KML（没有 kml 元素）", "is not KML (no kml element)")
        if "Model" in self.counts:  # one inside a MultiGeometry crashes GDAL 3.12
            raise refusal(
                self.path, "含有三维模型，请先删去", "holds 3-D models; remove them first"
            )
        held = sum(self.counts.get(tag, 0) for tag in _FEATURES)
        placed = sum(len(c.marks) for c in self.containers)
        if held != placed:
            raise refusal(
                self.path,
                f"有 {held} 个地标，只能读出 {placed} 个",
                f"holds {held} placemarks, {placed} can be read",
            )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rsplit(":", 1)[-1]
        self.counts[tag] = self.counts.get(tag, 0) + 1
        parent = self._within[-1][0] if self._within else ""
        if self._within:
            self._check_only(tag, *self._within[-1])
        self._within.append((tag, {}))
        self._begun.append((attributes.get("name", ""), len(self._text)))
        if (tag == "kml" and not self.containers) or tag in _CONTAINERS:
            self._opened(parent)
        elif tag in _FEATURES and self._mark is None and parent in {"kml", *_CONTAINERS}:
            self._mark = Mark(overlay=tag == "GroundOverlay")
            self._open[-1].marks.append(self._mark)
        elif self._mark is not None and parent == "Placemark" and tag == "LinearRing":
            self._mark.ring = True

    def _opened(self, parent: str) -> None:
        """Take the first document or folder of the file for the file itself."""
        if parent == "kml" and self.containers and not self._rooted:
            self._rooted = True
            self._open.append(self.containers[0])
            return
        self.containers.append(Container())
        self._open.append(self.containers[-1])

    def _check_only(self, tag: str, parent: str, inside: dict[str, int]) -> None:
        """Refuse a second element where one may stand: GDAL would read one of them."""
        if parent == "Placemark" and tag in _GEOMETRIES:
            kind, zh, en = "geometry", "一个地标有两个图形", "a placemark holds two geometries"
        elif tag == "LinearRing" and parent in _BOUNDARIES:
            kind, zh, en = tag, f"一个 {parent} 有两个环", f"two rings in one {parent}"
        elif tag == "outerBoundaryIs":
            kind, zh, en = tag, "一个多边形有两个外边界", "a polygon has two outer boundaries"
        else:
            inside[tag] = 1
            return
        inside[kind] = inside.get(kind, 0) + 1
        if inside[kind] > 1:
            where = "须放入 MultiGeometry 或分开写" if kind == "geometry" else "须分开写"
            raise self._refusal(f"{zh}，{where}", en)

    def _refusal(self, zh: str, en: str) -> FormatError:
        line = self._parser.CurrentLineNumber
        return refusal(self.path, f"第 {line} 行：{zh}", f"line {line}: {en}")

    def _end(self, _: str) -> None:
        tag, inside = self._within.pop()
        key, start = self._begun.pop()
        parent = self._within[-1][0] if self._within else ""
        if tag in _COORDINATES:
            self._coordinates(tag, "".join(self._text[start:]).strip())
        elif tag in _FEATURES:
            self._mark = None
        elif tag in _CONTAINERS or tag == "kml":
            self._open.pop()
        elif tag == "Polygon" and "innerBoundaryIs" in inside and "outerBoundaryIs" not in inside:
            raise self._refusal("多边形没有外边界", "a polygon has no outer boundary")
        elif self._mark is not None:
            self._field(tag, parent, key, start)
        elif tag == "name" and parent in _CONTAINERS and not self._open[-1].name:
            self._open[-1].name = "".join(self._text[start:])
        if self._mark is None:
            del self._text[start:]

    def _field(self, tag: str, parent: str, key: str, start: int) -> None:
        assert self._mark is not None
        own = _OWN.get((parent, tag))
        if tag == "value" and parent == "Data":
            key = self._begun[-1][0]
        elif parent == "ExtendedData" and tag not in ("Data", "SchemaData", "SimpleData"):
            key = tag  # a program's own element
        elif own is None and tag not in ("SimpleData", "when"):
            return
        text = "".join(self._text[start:]).strip()
        if own is not None:
            self._mark.own.setdefault(own, []).append(text)
        elif tag == "when" and parent == "Track":
            self._mark.own.setdefault("begin", [text])
            self._mark.own["end"] = [text]
        elif key:
            self._mark.fields.setdefault(key, []).append(text)

    def _coordinates(self, tag: str, text: str) -> None:
        if not _COORDINATES[tag].fullmatch(text):
            raise self._refusal(
                f"坐标不合格式：{text[:40]}", f"coordinates do not fit: {text[:40]}"
            )
        if self._mark is None:
            return
        words = re.sub(r"\s*,\s*", ",", text).split() if tag == "coordinates" else [text]
        for word in filter(None, words):
            x, y, *z = map(float, word.split("," if tag == "coordinates" else None))
            self._mark.corners.append((x, y))
            self._mark.high = self._mark.high or bool(z and z[0])
