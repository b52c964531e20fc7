"""What the text of a GML file says of its members: fields, corners, systems, arcs, references.

GDAL takes the first number of a text for the number, the first coordinate system it meets for
that of all, leaves out parts that are given by reference, and calls a field within another by its
last name. The text is therefore read once before: fields are taken from it, and the geometries
that GDAL delivers are compared with it.

Source: OGC 07-036 (GML 3.2.1), clauses 9.10, 10.1.4 and 14; OGC 02-069 (GML 2.1.2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from layers.errors import FormatError
from layers.formats.markup.gml_answer import REPORTS, Answer, Report
from layers.formats.source import refusal

_MEMBERS = frozenset({"featureMember", "featureMembers", "member"})
_GEOMETRIES = frozenset(
    {
        "Point", "Curve", "LineString", "Polygon", "Surface", "PolyhedralSurface", "MultiPoint",
        "MultiCurve", "MultiLineString", "MultiSurface", "MultiPolygon", "MultiGeometry",
        "CompositeCurve", "CompositeSurface", "GeometricComplex", "Solid",
    }
)  # fmt: skip
_ARCS = frozenset(
    {
        "Arc", "ArcString", "Circle", "ArcByCenterPoint", "CircleByCenterPoint", "ArcByBulge",
        "ArcStringByBulge",
    }
)  # fmt: skip
_STRAIGHT = frozenset(
    {
        "LinearRing", "Ring", "exterior", "interior", "outerBoundaryIs", "innerBoundaryIs",
        "pointMember", "pointMembers", "curveMember", "curveMembers", "lineStringMember",
        "surfaceMember", "surfaceMembers", "polygonMember", "geometryMember", "geometryMembers",
        "segments", "LineStringSegment", "patches", "polygonPatches", "PolygonPatch",
        "OrientableCurve", "baseCurve", "pointProperty", "pointRep", "element",
        "name", "description", "identifier", "pos", "posList", "coordinates", "coord", "X", "Y",
        "Z",
    }
)  # fmt: skip
_CURVES = frozenset({"curveMember", "curveMembers"})
_TEXTS = frozenset({"pos", "posList", "coordinates", "X", "Y", "Z"})
_DEEPEST = 256
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")


@dataclass(slots=True)
class Member:
    """One feature of a collection as its text stands.

    Attributes
    ----------
    kind : name of the feature type, without prefix
    line : where it begins
    corners : in the order of the text, first coordinate first
    systems : ``srsName`` of the geometry and of its parts, None where there is none
    line_of_shape : where the geometry begins, 0 where there is none
    envelope : ``srsName`` of its own envelope
    arcs : whether it has arcs
    reference : whether something in it is given by a reference
    identifier : its ``gml:id`` or ``fid``
    fields : names from the feature down, joined by ``|`` -> all values; none where it is nil
    open_ring : where a ring ends whose curves do not meet, 0 where all do
    """

    kind: str
    line: int
    corners: list[tuple[float, float]] = field(default_factory=list)
    systems: set[str | None] = field(default_factory=set)
    line_of_shape: int = 0
    envelope: str | None = None
    arcs: bool = False
    reference: bool = False
    identifier: tuple[str, str] | None = None
    fields: dict[str, list[str]] = field(default_factory=dict)
    open_ring: int = 0


@dataclass(frozen=True, slots=True)
class _Element:
    tag: str
    attributes: dict[str, str]
    system: str | None
    size: int | None
    answer: Answer | None = None
    text: list[str] = field(default_factory=list)
    """What stands before and between its children."""
    curves: list[int] = field(default_factory=list)
    """Of a ring: how many corners the member had where each of its curves begins."""


class Scan:
    """The members of a collection, the system that its envelope states, what it says of its count.

    Raises
    ------
    FormatError
        It is no collection, has parts that cannot be read, or says that it is not whole.
    """

    def __init__(self, path: Path, data: bytes) -> None:
        self.path = path
        self.members: list[Member] = []
        self.envelope: str | None = None
        self.answers: list[Answer] = []
        self._report: Report | None = None
        self._stack: list[_Element] = []
        self._feature = 0  # depth of the open feature, 0 outside
        self._shape = 0  # depth of the open geometry
        self._aside = 0  # depth of the open envelope, or of the place of the whole collection
        self._text: list[str] = []
        self._xyz: list[float] = []
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text.append
        try:
            self._parser.Parse(data, True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise refusal(path, f"不是合法的 XML：{error}", f"is not valid XML: {error}") from error
        if self._report is not None:
            raise self._report.refused(path)
        if not self.members:
            raise refusal(path, "没有要素（featureMember）", "holds no featureMember")
        for answer in self.answers:
            answer.check(path)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rsplit(":", 1)[-1]
        own = {key.rsplit(":", 1)[-1]: value for key, value in attributes.items()}
        above = self._stack[-1] if self._stack else _Element("", {}, None, None)
        above.text.extend(self._text)
        self._text.clear()
        inner, line = bool(self._shape), self._parser.CurrentLineNumber
        size = own.get("srsDimension", "")
        if len(self._stack) >= _DEEPEST:
            raise self._refusal("XML 嵌套过深", f"XML of more than {_DEEPEST} elements in another")
        element = _Element(
            tag,
            own,
            own.get("srsName", "").strip() or (above.system if inner else None),
            int(size) if size.isdigit() else (above.size if inner else None),
            None if self._feature else Answer.of(line, own),
        )
        self._stack.append(element)
        if element.answer is not None:
            self.answers.append(element.answer)
        if not self._aside and (tag == "boundedBy" or (tag == "location" and not self._feature)):
            self._aside = len(self._stack)
        if tag in REPORTS and not inner:
            self._report = self._report or Report(line, tag)
        if above.tag in _MEMBERS and not self._feature:
            self._begin(element, line)
        elif above.tag == "boundedBy" and not inner:
            self._bounds(own)
        elif self._feature:
            self._inside(element, own)
        else:
            self._outside(element, own)

    def _outside(self, element: _Element, own: dict[str, str]) -> None:
        """Refuse what would be a row that nobody misses: it stands elsewhere, or in no member."""
        if element.tag in _MEMBERS and "href" in own:
            raise self._refusal("要素由引用（xlink:href）给出", "a member is given by reference")
        if element.tag in _GEOMETRIES and not self._aside:
            raise self._refusal(
                f"{element.tag} 不在要素（featureMember）里",
                f"a {element.tag} stands in no featureMember",
            )

    def _begin(self, element: _Element, line: int) -> None:
        """Begin a feature, which counts to the collection that holds its ``featureMember``."""
        self._feature = len(self._stack)
        member = Member(element.tag, line)
        self.members.append(member)
        kinds = (("id", "gml_id"), ("fid", "fid"))
        found = [
            (name, element.attributes[key]) for key, name in kinds if key in element.attributes
        ]
        member.identifier = found[0] if found else None
        collection = self._stack[-3] if len(self._stack) > 2 else None
        if collection is not None and collection.answer is not None:
            collection.answer.members += 1

    def _bounds(self, own: dict[str, str]) -> None:
        """Note the system of an envelope: it holds for all that state none themselves."""
        if self._feature:
            self.members[-1].envelope = own.get("srsName")
        elif not self.members or self.envelope is None:
            self.envelope = own.get("srsName")

    def _inside(self, element: _Element, own: dict[str, str]) -> None:
        tag, member = element.tag, self.members[-1]
        if self._shape:
            if tag in _CURVES and self._stack[-2].tag == "Ring":
                self._stack[-2].curves.append(len(member.corners))
            if "href" in own:
                raise self._refusal("图形由引用（xlink:href）给出", "a part is given by reference")
            if tag in _ARCS:
                member.arcs = True
            elif tag not in _STRAIGHT and tag not in _GEOMETRIES:
                raise self._refusal(f"图形中的 {tag} 不读", f"{tag} in a geometry is not read")
            return
        member.reference = member.reference or "href" in own
        if tag in _GEOMETRIES and not self._aside:
            if member.line_of_shape:
                raise self._refusal(
                    "一个要素有两个图形，不知以哪个为准",
                    "a feature has two geometries; which of them counts is not known",
                )
            member.line_of_shape = self._parser.CurrentLineNumber
            self._shape = len(self._stack)

    def _end(self, _: str) -> None:
        element = self._stack[-1]
        text = "".join((*element.text, *self._text))
        self._text.clear()
        if self._report is not None and not self._report.text:
            self._report.text = text.strip()
        if self._shape:
            self._end_of_shape(element, text)
        elif self._feature and len(self._stack) > self._feature:
            self._field(element, text.strip())
        if len(self._stack) == self._aside:
            self._aside = 0
        if len(self._stack) == self._shape:
            self._shape = 0
        if len(self._stack) == self._feature:
            self._feature = 0
        self._stack.pop()

    def _end_of_shape(self, element: _Element, text: str) -> None:
        if element.tag in _TEXTS:
            self._numbers(element, text)
        elif element.tag == "coord":
            self._take(element, self._xyz, len(self._xyz))
            self._xyz = []
        elif element.tag == "Ring":
            self._ring(element)

    def _ring(self, ring: _Element) -> None:
        """Note a ring whose curves do not lead on to one another and back, either way round."""
        member = self.members[-1]
        starts = ring.curves
        ends = [n - 1 for n in (*starts[1:], len(member.corners))]
        if not starts or any(end < start for start, end in zip(starts, ends, strict=True)):
            return
        pairs = [(member.corners[a], member.corners[b]) for a, b in zip(starts, ends, strict=True)]
        one, other = pairs[0]
        ways = {(one, other), (other, one)}  # where it began, where it has come to
        for a, b in pairs[1:]:
            ways = {(start, d) for start, end in ways for c, d in ((a, b), (b, a)) if c == end}
        if all(start != end for start, end in ways):
            member.open_ring = self._parser.CurrentLineNumber

    def _field(self, element: _Element, text: str) -> None:
        """Note a field under its whole path: a name within another is not the feature's own."""
        nil = element.attributes.get("nil") in ("true", "1")
        if self._aside or (not text and not nil):
            return
        name = "|".join(e.tag for e in self._stack[self._feature :])
        fields = self.members[-1].fields
        values = fields.setdefault(name, [])
        if text:
            values.append(text)
        if text and "uom" in element.attributes:
            fields.setdefault(f"{name}_uom", []).append(element.attributes["uom"])

    def _numbers(self, element: _Element, text: str) -> None:
        if element.tag == "coordinates":
            self._tuples(element, text)
            return
        values = [self._number(word) for word in text.split()]
        if element.tag in ("X", "Y", "Z"):
            self._xyz += values
        elif element.tag == "pos":
            self._take(element, values, len(values))
        else:
            self._take(element, values, element.size or 2)

    def _tuples(self, element: _Element, text: str) -> None:
        """Read ``coordinates``, whose separators may be other than comma and blank."""
        own = element.attributes
        comma, blank = own.get("cs", ","), own.get("ts", " ")
        point = own.get("decimal", ".")
        if not blank.strip():  # blanks around a comma separate nothing
            text = re.sub(rf"\s*{re.escape(comma)}\s*", comma, text) if comma.strip() else text
        for word in text.split() if not blank.strip() else text.strip().split(blank):
            parts = word.split(comma) if comma.strip() else word.split()
            values = [self._number(p.strip().replace(point, ".")) for p in parts]
            self._take(element, values, len(values))

    def _take(self, element: _Element, values: list[float], size: int) -> None:
        if size not in (2, 3) or len(values) % size:
            raise self._refusal(
                f"{len(values)} 个坐标值不能分成点", f"{len(values)} numbers make no corners"
            )
        member = self.members[-1]
        member.systems.add(element.system)
        member.corners += zip(values[::size], values[1::size], strict=True)

    def _number(self, word: str) -> float:
        if not _NUMBER.fullmatch(word):
            raise self._refusal(f"坐标不是数字：{word[:40]}", f"no number: {word[:40]}")
        return float(word)

    def _refusal(self, zh: str, en: str) -> FormatError:
        line, n = self._parser.CurrentLineNumber, len(self.members)
        of_zh, of_en = (f"（第 {n} 个要素）", f", feature {n}") if self._feature else ("", "")
        return refusal(self.path, f"第 {line} 行{of_zh}：{zh}", f"line {line}{of_en}: {en}")
