"""What the text of a KML file says of its placemarks: folders, fields, corners.

GDAL gives fields names and types of its own, keeps the last of two values, and makes 0 of an
empty number. Fields are therefore taken from the text, and the geometries that GDAL delivers are
compared with it.

Source: OGC 12-007r2 (KML 2.3), clauses 9, 10 and 15; ``gx:`` names as documented by Google.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
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
_OFF = ("0", "false")
_DEEPEST = 256
_OVERLAYS = frozenset({"GroundOverlay", "PhotoOverlay", "ScreenOverlay"})
SYSTEM = "OvCoordType"
"""An element of ovKML (奥维): the system that coordinates are in, not always WGS 84."""
_NEARLY_CLOSED = 0.01
"""A line whose ends lie closer than this part of its extent may be meant for an outline."""
_OWN = {
    ("Placemark", "name"): "Name",
    ("Placemark", "description"): "description",
    ("Placemark", "address"): "address",
    ("Placemark", "phoneNumber"): "phoneNumber",
    ("TimeStamp", "when"): "timestamp",
    ("TimeSpan", "begin"): "begin",
    ("TimeSpan", "end"): "end",
}
"""Parent and tag -> field, called as GDAL calls it."""


@dataclass(slots=True)
class Mark:
    """One placemark.

    Attributes
    ----------
    own : its name, description and times, each with all values
    fields : of ``ExtendedData``: name -> all values of that name
    corners : of all its geometry, in the order of the text
    ring : its whole geometry is a LinearRing
    high : some corner has another altitude than 0
    kinds : of its geometries, outermost first
    outline : some of it may be meant for an outline
    hidden : it, or a folder around it, is switched off
    """

    own: dict[str, list[str]] = field(default_factory=dict)
    fields: dict[str, list[str]] = field(default_factory=dict)
    corners: list[tuple[float, float]] = field(default_factory=list)
    ring: bool = False
    high: bool = False
    kinds: list[str] = field(default_factory=list)
    outline: bool = False
    hidden: bool = False


@dataclass(slots=True)
class Container:
    """A document or folder and the placemarks directly in it.

    Attributes
    ----------
    above : the one around it, None of the outermost
    notes : its descriptions
    systems : of coordinates, as ovKML names them
    """

    name: str = ""
    above: Container | None = None
    hidden: bool = False
    marks: list[Mark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    systems: list[str] = field(default_factory=list)

    def chain(self) -> list[Container]:
        """Return it and all around it, innermost first."""
        return [self, *(self.above.chain() if self.above else ())]


class Scan:
    """Folders and placemarks of a text, and how often each element occurs.

    Overlays are images: they are counted, and ``data`` is the text without them.

    Raises
    ------
    FormatError
        It is no KML, or says something of which GDAL would read another thing.
    """

    def __init__(self, path: Path, data: bytes) -> None:
        self.path = path
        self.data = data
        self.counts: dict[str, int] = {}
        self.overlays = 0
        self.titles: dict[str, set[str]] = {}  # field -> what it is called for people
        self.containers: list[Container] = []
        self._open: list[Container] = []
        self._mark: Mark | None = None
        self._text: list[str] = []
        self._within: list[tuple[str, dict[str, int]]] = []
        self._begun: list[tuple[str, int]] = []  # attribute "name" and where the text begins
        self._rooted = False
        self._overlay: tuple[int, int] | None = None  # depth and place of the open one
        self._updates = 0  # open ones: they hold changes of what stands elsewhere
        self._images: list[tuple[int, int]] = []
        self._parser = expat.ParserCreate()  # undeclared prefixes are common and harmless
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text.append
        try:
            self._parser.Parse(data, True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise refusal(path, f"不是合法的 XML：{error}", f"is not valid XML: {error}") from error
        self._check_whole()
        self._hand_down()
        without = bytearray(data)
        for begin, end in self._images:
            without[begin:end] = b" " * (end - begin)
        self.data = bytes(without)

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
        held = self.counts.get("Placemark", 0)
        placed = sum(len(c.marks) for c in self.containers)
        if held != placed:
            raise refusal(
                self.path,
                f"有 {held} 个地标，只能读出 {placed} 个",
                f"holds {held} placemarks, {placed} can be read",
            )

    def _hand_down(self) -> None:
        """Give placemarks the systems that are stated around them, beside their own."""
        for container in self.containers:
            around = [system for c in container.chain() for system in c.systems]
            for mark in container.marks:
                said = sorted({*mark.own.get(SYSTEM, ()), *around})
                if said:
                    mark.own[SYSTEM] = ["、".join(said)]  # one that differs may not be lost

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rsplit(":", 1)[-1]
        self.counts[tag] = self.counts.get(tag, 0) + 1
        parent = self._within[-1][0] if self._within else ""
        if len(self._within) >= _DEEPEST:
            raise self._refusal("XML 嵌套过深", f"XML of more than {_DEEPEST} elements in another")
        if self._within:
            self._check_only(tag, *self._within[-1])
        self._within.append((tag, {}))
        self._begun.append((attributes.get("name", ""), len(self._text)))
        if self._overlay is not None and tag in ("Placemark", *_CONTAINERS):
            raise self._refusal(f"叠加图像里有 {tag}", f"a {tag} stands in an overlay")
        if (tag == "kml" and not self.containers) or tag in _CONTAINERS:
            self._opened(parent)
        elif tag in _OVERLAYS and self._overlay is None:
            self._overlay = len(self._within), self._parser.CurrentByteIndex
            self.overlays += 1
        elif tag == "Placemark" and self._mark is None and parent in {"kml", *_CONTAINERS}:
            self._mark = Mark(hidden=any(container.hidden for container in self._open))
            self._open[-1].marks.append(self._mark)
        elif tag in _GEOMETRIES:
            self._shape(tag, parent)
        self._updates += tag == "Update"

    def _shape(self, tag: str, parent: str) -> None:
        """Note a geometry; one that stands in no placemark would be lost in silence."""
        if self._mark is not None:
            self._mark.kinds.append(tag)
            self._mark.outline = self._mark.outline or tag in ("Polygon", "LinearRing")
            self._mark.ring = self._mark.ring or (tag == "LinearRing" and parent == "Placemark")
            return
        if self._overlay is None and not self._updates:
            raise self._refusal(
                f"{tag} 不在地标（Placemark）里，而在 {parent} 里（旧版 KML 的写法），"
                "请用 Google Earth 打开后另存",
                f"a {tag} stands in no Placemark but in {parent} (as in KML 2.0); "
                "save the file anew by Google Earth",
            )

    def _opened(self, parent: str) -> None:
        """Take the first document or folder of the file for the file itself."""
        if parent == "kml" and self.containers and not self._rooted:
            self._rooted = True
            self._open.append(self.containers[0])
            return
        self.containers.append(Container(above=self._open[-1] if self._open else None))
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

    def _end(self, name: str) -> None:
        tag, inside = self._within.pop()
        key, start = self._begun.pop()
        parent = self._within[-1][0] if self._within else ""
        self._updates -= tag == "Update"
        if tag in ("displayName", SYSTEM):
            self._aside(tag, parent, "".join(self._text[start:]))
        if tag in _COORDINATES and self._overlay is None:
            self._coordinates(tag, parent, "".join(self._text[start:]).strip())
        elif self._overlay is not None:
            self._end_of_overlay(name)
        elif tag == "Placemark":
            self._mark = None
        elif tag in _CONTAINERS or tag == "kml":
            self._open.pop()
        elif tag == "Polygon" and "innerBoundaryIs" in inside and "outerBoundaryIs" not in inside:
            raise self._refusal("多边形没有外边界", "a polygon has no outer boundary")
        elif self._mark is not None:
            self._field(tag, parent, key, start, leaf=not inside)
        elif parent in _CONTAINERS:
            self._of_container(tag, "".join(self._text[start:]))
        if self._mark is None:
            del self._text[start:]

    def _aside(self, tag: str, parent: str, text: str) -> None:
        """Note what says something of other elements: the title of a field, a system."""
        if tag == SYSTEM and self._overlay is None:
            self._system(text.strip())
        elif tag == "displayName" and parent in ("Data", "SimpleField"):
            self._titled(self._begun[-1][0], text)

    def _titled(self, name: str, text: str) -> None:
        """Note the title of a field, which may be in bold letters and end with a colon."""
        title = " ".join(re.sub(r"<[^<>]*>", " ", text).split()).strip(" :：")
        if name and title:
            self.titles.setdefault(name, set()).add(title)

    def _system(self, named: str) -> None:
        """Note the system of the coordinates in a placemark, or in all of a folder."""
        if named and self._mark is not None:
            self._mark.own.setdefault(SYSTEM, []).append(named)
        elif named and self._open:
            self._open[-1].systems.append(named)

    def _of_container(self, tag: str, text: str) -> None:
        container = self._open[-1]
        if tag == "name" and not container.name:
            container.name = text
        elif tag == "visibility":
            container.hidden = text.strip() in _OFF
        elif tag == "description" and text.strip():
            container.notes.append(text)

    def _end_of_overlay(self, name: str) -> None:
        """Note where an overlay ends: it is taken out of the text that GDAL reads."""
        assert self._overlay is not None
        depth, begin = self._overlay
        if len(self._within) < depth:
            end = self._parser.CurrentByteIndex  # of its end tag; behind it where it has none
            tag = re.compile(rb"</%s\s*>" % re.escape(name.encode())).match(self.data, end)
            self._images.append((begin, tag.end() if tag else end))
            self._overlay = None

    def _field(self, tag: str, parent: str, key: str, start: int, *, leaf: bool) -> None:
        assert self._mark is not None
        own = _OWN.get((parent, tag))
        if tag == "value" and parent == "Data":
            key = self._begun[-1][0]
        elif own is None and tag not in ("SimpleData", "when"):
            key = self._path(tag) if leaf else ""  # a program's own element
        text = "".join(self._text[start:]).strip()
        if tag == "visibility" and parent == "Placemark":
            self._mark.hidden = self._mark.hidden or text in _OFF
        elif own is not None:
            self._mark.own.setdefault(own, []).append(text)
        elif tag == "when" and parent == "Track":
            self._mark.own.setdefault("begin", [text])
            self._mark.own["end"] = [text]
        elif key:
            self._mark.fields.setdefault(key, []).append(text)

    def _path(self, tag: str) -> str:
        """Return the names down to an element of ``ExtendedData`` of no meaning in KML, or ''."""
        above = [name for name, _ in self._within]
        if "ExtendedData" not in above:
            return ""
        path = [*above[above.index("ExtendedData") + 1 :], tag]
        return "" if path[0] in ("Data", "SchemaData", "SimpleData") else "|".join(path)

    def _coordinates(self, tag: str, parent: str, text: str) -> None:
        if not _COORDINATES[tag].fullmatch(text):
            raise self._refusal(
                f"坐标不合格式：{text[:40]}", f"coordinates do not fit: {text[:40]}"
            )
        if self._mark is None:
            return
        before = len(self._mark.corners)
        words = re.sub(r"\s*,\s*", ",", text).split() if tag == "coordinates" else [text]
        for word in filter(None, words):
            x, y, *z = map(float, word.split("," if tag == "coordinates" else None))
            self._mark.corners.append((x, y))
            self._mark.high = self._mark.high or bool(z and z[0])
        if parent == "LineString" and _comes_back(self._mark.corners[before:]):
            self._mark.outline = True


def _comes_back(corners: Sequence[tuple[float, float]]) -> bool:
    """Return whether a line ends about where it began: it may be meant for an outline."""
    if len(corners) < 4:
        return False
    reach = max(math.dist(corners[0], corner) for corner in corners)
    return math.dist(corners[0], corners[-1]) <= _NEARLY_CLOSED * reach
