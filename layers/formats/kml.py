"""KML: one layer per folder; the placemarks of the text must all come out of GDAL."""

from __future__ import annotations

import re
from pathlib import Path
from xml.parsers import expat

import pyarrow as pa
import pyproj
import shapely

from layers.account import Issue
from layers.formats import ogr
from layers.formats.source import Source, digest_file, refusal, row_labels
from layers.issues import warning

_DRAWING = {"altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon", "snippet"}
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
_CUT = re.compile(r"of field (?:[^.]*\.)?(.+) parsed incompletely")
_IGNORED = {
    "NetworkLink": ("网络链接", "network links"),
}


def list_layers(path: Path) -> list[str]:
    """Return the names of all folders that hold placemarks."""
    _count_tags(path)
    return ogr.layer_names(path, path.resolve())


def read(path: Path, layer: str) -> Source:
    """Read one folder; every placemark of the file must be in one of GDAL's layers."""
    tags = _count_tags(path)
    target = path.resolve()
    names = ogr.layer_names(path, target)
    counts = {name: ogr.count_rows(path, target, name) for name in names}
    held = tags.get("Placemark", 0) + tags.get("GroundOverlay", 0)  # GDAL reads both as rows
    if sum(counts.values()) != held:
        raise refusal(
            path,
            f"有 {held} 个地标，只能读出 {sum(counts.values())} 个",
            f"holds {held} placemarks, {sum(counts.values())} can be read",
        )
    rows = ogr.read_rows(path, target, layer)
    if len(rows.geometry) != counts[layer]:
        raise refusal(
            path,
            f"文件夹 {layer} 有 {counts[layer]} 个地标，读出 {len(rows.geometry)} 个",
            f"folder {layer} has {counts[layer]} placemarks, {len(rows.geometry)} were read",
        )
    # GDAL gives the first digits of such a text, for one row or for many: none of them is known.
    cut = {m[1] for i in rows.issues if (m := _CUT.search(i.en))}
    columns = {
        name: pa.nulls(len(values), values.type) if name in cut else values
        for name, values in rows.columns.items()
        if name not in _DRAWING and values.null_count < len(values)
    }
    issues = [_cut_column(name) for name in sorted(cut & columns.keys())]
    return Source(
        path=path,
        format="KML",
        layer=layer,
        sha256=digest_file(path),
        encoding=None,
        crs=pyproj.CRS.from_user_input("OGC:CRS84"),
        crs_note="KML: WGS 84 (OGC 12-007r2)",
        declared=len(rows.geometry),
        columns=columns,
        geometry=shapely.force_2d(rows.geometry),
        labels=row_labels(len(rows.geometry)),
        issues=(*rows.issues, *issues, *_ignored(tags)),
    )


class _Scan:
    """Counts elements and checks the text of coordinates, of which GDAL makes 0 where it is odd."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counts: dict[str, int] = {}
        self.text: list[str] | None = None
        self.within: list[tuple[str, dict[str, int]]] = []
        self.parser = expat.ParserCreate()  # undeclared prefixes are common and harmless
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.data

    def start(self, name: str, _: dict[str, str]) -> None:
        tag = name.rsplit(":", 1)[-1]
        self.counts[tag] = self.counts.get(tag, 0) + 1
        if self.within:
            self._check_only(tag, *self.within[-1])
        self.within.append((tag, {}))
        self.text = [] if tag in _COORDINATES else None

    def data(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    def _check_only(self, tag: str, parent: str, inside: dict[str, int]) -> None:
        """Refuse a second element where one may stand: GDAL would read one of them."""
        if parent == "Placemark" and tag in _GEOMETRIES:
            kind, zh, en = "geometry", "一个地标有两个图形", "a placemark holds two geometries"
        elif tag == "LinearRing" and parent in _BOUNDARIES:
            kind, zh, en = tag, f"一个 {parent} 有两个环", f"two rings in one {parent}"
        elif tag == "outerBoundaryIs":
            kind, zh, en = tag, "一个多边形有两个外边界", "a polygon has two outer boundaries"
        else:
            return
        inside[kind] = inside.get(kind, 0) + 1
        if inside[kind] > 1:
            line = self.parser.CurrentLineNumber
            raise refusal(
                self.path,
                f"第 {line} 行：{zh}，须放入 MultiGeometry 或分开写" if kind == "geometry"
                else f"第 {line} 行：{zh}，须分开写",
                f"line {line}: {en}",
            )  # fmt: skip

    def end(self, name: str) -> None:
        self.within.pop()
        if self.text is None:
            return
        text = "".join(self.text).strip()
        self.text = None
        if not _COORDINATES[name.rsplit(":", 1)[-1]].fullmatch(text):
            line = self.parser.CurrentLineNumber
            raise refusal(
                self.path,
                f"第 {line} 行：坐标不合格式：{text[:40]}",
                f"line {line}: coordinates do not fit: {text[:40]}",
            )


def _count_tags(path: Path) -> dict[str, int]:
    """Return how often each element occurs; entities are refused before the text is parsed."""
    raw = path.read_bytes()
    if re.search(rb"<!\s*(DOCTYPE|ENTITY)", raw, re.IGNORECASE):
        raise refusal(path, "含有 DOCTYPE，不予读取", "has a DOCTYPE, which is not read")
    scan = _Scan(path)
    try:
        scan.parser.Parse(raw, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise refusal(path, f"不是合法的 XML：{error}", f"is not valid XML: {error}") from error
    if "kml" not in scan.counts:
        raise refusal(path, "不是 KML（没有 kml 元素）", "is not KML (no kml element)")
    if "Model" in scan.counts:  # one inside a MultiGeometry crashes GDAL 3.12
        raise refusal(path, "含有三维模型，请先删去", "holds 3-D models; remove them first")
    return scan.counts


def _cut_column(name: str) -> Issue:
    zh = f"字段 {name} 声明为数字而含有文字，整列按空值"
    en = f"field {name} is declared a number and holds text; the column is taken as null"
    return warning("bad_value", zh, en)


def _ignored(tags: dict[str, int]) -> list[Issue]:
    overlays = []
    if n := tags.get("GroundOverlay"):
        zh, en = f"{n} 个地面叠加图按矩形读入", f"{n} ground overlays are read as rectangles"
        overlays = [warning("kml_overlay", zh, en)]
    return overlays + [
        warning("kml_ignored", f"忽略了 {tags[tag]} 个{zh}", f"{tags[tag]} {en} were ignored")
        for tag, (zh, en) in _IGNORED.items()
        if tags.get(tag)
    ]
