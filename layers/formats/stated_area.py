"""Areas that a source states, held against its outlines: a lost corner shows in them.

No reader can know of a corner that was left out at the end of a ring, or of a wrong digit in one.
The area that stands beside the outline can.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyproj
import shapely

from gis.area import area_m2
from gis.ragged import Floats, Shapes
from layers.account import Issue
from layers.formats.source import Source
from layers.formats.table.deductions import is_cut
from layers.issues import label_en, listed, warning
from layers.parse import folded, plain

TOLERANCE = 0.01
"""A stated area that differs by more than this share is told of: registers round, and areas of
projected outlines differ from those of the ground by some tenths of a per cent."""

_MOST_TOLD = 5
"""Features of a column told of one by one."""

_ROUNDING = 0.1
"""Rounding to the last digit makes this share of a number at most: 1 stands for 0.9 to 1.1."""

# Square metres of a unit, its spellings, and how it is shown.
_NAMED = (
    (1e6, "km²", ("km2", "km^2", "平方公里", "平方千米")),
    (1e4, "公顷", ("ha", "hm2", "公顷", "万平方米", "万m2", "万m^2")),
    (1e4 / 15, "亩", ("亩",)),
    (1.0, "m²", ("m2", "m^2", "平方米")),
)
_UNITS = {word: factor for factor, _, words in _NAMED for word in words}
_FACTORS = tuple(factor for factor, _, _ in _NAMED)
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_NUMBER = r"\d[\d,]{0,15}(?:\.\d{1,12})?"
# What an area is of, where it is that of the outline: not 资源量估算面积, 压覆面积, 用地面积.
_OF = (
    r"(?:本次?|该|全|变更后|拟设立?|拟申请|申请|拟出让|出让|划定|核定|批复|批准|登记|许可|发证|设立|现|总|合计|总计)?"
    r"(?:矿区|矿区范围|矿权|矿业权|采矿权|探矿权|矿山|矿界|勘查区?|勘查区块|区块|开采(?:区|范围)?|采区|库区|尾矿库"
    r"|批准|登记|(?:拐点|界址点?)?(?:圈定|围成|围合|连线)|拐点范围|拐点|地块|宗地|范围)?"
    r"(?:总|投影|平面)?面\s?积"
)
_IN_UNIT = rf"[_/(\[]?(?:单位)?:?({_UNIT})?[)\]]?"
_COLUMN = re.compile(rf"(?:{_OF}|KQMJ|CKQMJ|TKQMJ|MJ|PFMJ){_IN_UNIT}", re.IGNORECASE)
_VALUE = re.compile(rf"(?:约|为)?({_NUMBER})({_UNIT})?", re.IGNORECASE)
_STATEMENT = re.compile(
    rf"(?:^|[\s,。;:、(])(?:{_OF}\s?\(?S?\)?|S(?=\s?=))(?:\s?[(\[](?:单位:)?({_UNIT})[)\]])?"
    rf"[\s:=≈为约是共合总计]{{0,8}}({_NUMBER})(?:\s?({_UNIT})|(?=\s*(?:[,。;、)]|$)))",
    re.IGNORECASE | re.MULTILINE,
)

_OF_RIGHT = re.compile(r"[矿采]区|矿权|范围为|总|全")
_OF_A_PART = re.compile(r"其中[^,。;]*$")


@dataclass(frozen=True)
class _Area:
    """An area as written: a number, its unit (None: not stated) and what it stands for.

    ``slack`` is what rounding to its last digit may make of it.
    """

    word: str
    value: float
    slack: float
    unit: str | None

    @classmethod
    def of(cls, number: str, unit: str | None) -> _Area:
        digits = number.replace(",", "")
        value, decimals = float(digits), len(digits.partition(".")[2])
        slack = min(0.5 * 10.0**-decimals, _ROUNDING * value)
        return cls(number + (unit or ""), value, slack + TOLERANCE * value, unit)

    @property
    def factors(self) -> tuple[float, ...]:
        """Square metres of one unit: all that may be meant."""
        return (_UNITS[self.unit.casefold()],) if self.unit else _FACTORS

    def fits(self, square_metres: float) -> bool:
        """Tell whether the number stands for an area, in one of its units."""
        return any(abs(square_metres / f - self.value) <= self.slack for f in self.factors)


@dataclass(frozen=True)
class _Outlines:
    """The outlines of a source, measured when they are first asked for."""

    shapes: Shapes
    crs: pyproj.CRS | None

    @cached_property
    def square_metres(self) -> Floats:
        """Ellipsoidal areas; of the plane where only numbers tell it; NaN: no area."""
        out = np.full(len(self.shapes), np.nan)
        usable = np.isin(shapely.get_type_id(self.shapes), (3, 6)) & ~shapely.is_empty(self.shapes)
        shapes = self.shapes[usable]
        plane = self.crs is None and bool((np.abs(shapely.get_coordinates(shapes)) > 360).any())
        if plane:
            out[usable] = shapely.area(shapes)
            return out
        if self.crs is not None and not self.crs.is_geographic:
            shapes = _geographic(shapes, self.crs)
        xy, owner = shapely.get_coordinates(shapes, return_index=True)
        sound = np.ones(len(shapes), np.bool_)
        sound[owner[~(np.isfinite(xy) & (np.abs(xy) <= 360)).all(axis=1)]] = False
        if sound.any():
            out[np.flatnonzero(usable)[sound]] = area_m2(shapes[sound])
        return out


def _geographic(shapes: Shapes, crs: pyproj.CRS) -> Shapes:
    """Return outlines of a plane in degrees of its own datum."""
    to = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    moved: Shapes = shapely.transform(shapes, to.transform, interleaved=False)
    return moved


def area_issues(source: Source) -> list[Issue]:
    """Return a warning for each area that is stated and is not that of its outline.

    A value of several rows may be the area of all of them. Areas in what stands beside the rows
    may be those of any row, or of all, with or without what is taken out between elevations.
    """
    outlines = _Outlines(source.geometry, source.crs)
    issues = []
    for name, values in source.columns.items():
        heading = _COLUMN.fullmatch(folded(name))
        if heading:
            issues += _column_issues(name, values, heading[1], source.labels, outlines)
    return [*issues, *_prose_issues(source, outlines, _taken_out(source))]


def _taken_out(source: Source) -> float:
    """Return the area in square metres of parts that a right loses between some elevations."""
    parts = source.companions.get("right_part")
    if parts is None or "sign" not in parts.columns:
        return 0.0
    minus = np.array([sign == -1 for sign in parts.columns["sign"].to_pylist()], np.bool_)
    return float(np.nansum(_Outlines(parts.geometry, parts.crs).square_metres[minus]))


def _column_issues(
    name: str, values: pa.Array, unit: str | None, labels: Sequence[str], outlines: _Outlines
) -> list[Issue]:
    encoded = values.dictionary_encode()
    stated = [_area_in(value, unit) for value in encoded.dictionary.to_pylist()]
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    found = outlines.square_metres
    rows = np.flatnonzero(np.array([s is not None for s in (*stated, None)])[codes] & (found > 0))
    of_all = np.bincount(codes[rows], found[rows], len(stated)) if len(rows) else np.zeros(0)
    wrong = [
        (row, area, float(found[row]))
        for row in rows.tolist()
        if (area := stated[codes[row]]) is not None
        and not area.fits(found[row])
        and not area.fits(of_all[codes[row]])
    ]
    if len(wrong) > _MOST_TOLD:
        features = [labels[row] for row, _, _ in wrong]
        zh = f"{len(wrong)} 个要素的字段 {name} 与其轮廓的面积相差超过 1%：{listed(features)}"
        en = f"{name} of {len(wrong)} features is not their area by more than 1 %: "
        return [warning("area_differs", zh, en + listed(list(map(label_en, features)), "en"))]
    return [
        _told(f"{labels[row]}：", f"{label_en(labels[row])}: ", area, found, labels[row])
        for row, area, found in wrong
    ]


def _area_in(value: object, unit: str | None) -> _Area | None:
    """Return the area that a cell states, None where it states none."""
    match = _VALUE.fullmatch(folded(str(value))) if value is not None else None
    area = _Area.of(match[1], match[2] or unit) if match else None
    return area if area and area.value > 0 else None


def _prose_issues(source: Source, outlines: _Outlines, taken_out: float) -> list[Issue]:
    text = plain(source.prose)
    stated = _statements(text)
    if not stated or not (outlines.square_metres > 0).any():
        return []
    known = [float(v) for v in outlines.square_metres if v > 0]
    total = math.fsum(known)
    right = (*known, total, total - taken_out)
    fitting = set()  # a line that states it may state the areas of other things beside it
    wrong: dict[tuple[str, str | None], tuple[int, Issue]] = {}
    headings = _headings(source)
    for line, said, area in stated:
        own = _of_one(said, *headings)
        areas = right if own is None else (float(outlines.square_metres[own]),)
        label = None if own is None else source.labels[own]
        before = (f"{label}：", f"{label_en(label)}: ") if label else ("", "")
        if any(map(area.fits, areas)):
            fitting.add(line)
        elif area.value > 0 and areas[0] > 0:
            found = total if own is None else areas[0]
            wrong[area.word, label] = line, _told(*before, area, found, label)
    told = [issue for line, issue in wrong.values() if line not in fitting]
    features = [issue.feature for issue in told if issue.feature]
    if len(features) <= _MOST_TOLD:
        return told
    zh = f"{len(features)} 个地块标题旁的面积与其轮廓相差超过 1%：{listed(features)}"
    en = f"areas beside the headings of {len(features)} parcels differ by more than 1 %: "
    more = warning("area_differs", zh, en + listed(list(map(label_en, features)), "en"))
    return [more, *(issue for issue in told if not issue.feature)]


def _headings(source: Source) -> tuple[dict[str, int], re.Pattern[str]]:
    """Return the features that have headings, and a pattern that finds those in a text."""
    values = source.columns.get("块段名称", pa.nulls(0)).to_pylist()
    known = {plain(name): k for k, name in enumerate(values) if name and len(name) > 1}
    known = known if len(values) > 1 else {}
    longest = sorted(map(re.escape, known), key=len, reverse=True)
    return known, re.compile("|".join(longest) or "(?!)")


def _of_one(said: str, headings: dict[str, int], any_heading: re.Pattern[str]) -> int | None:
    """Return the only feature whose heading words name, None where they speak of others too."""
    own = set(any_heading.findall(said))
    return headings[own.pop()] if len(own) == 1 and not re.search("[总合共]", said) else None


def _statements(text: str) -> list[tuple[int, str, _Area]]:
    """Return the areas that a text states, each with its line, and what that says before it."""
    out = []
    line = last = 0
    for m in _STATEMENT.finditer(text):
        line, last = line + text.count("\n", last, m.start(2)), m.start(2)
        said = text[text.rfind("\n", 0, m.start(2)) + 1 : m.start(2)]
        of_cut = is_cut(said) and not _OF_RIGHT.search(said)  # 扣除区，面积
        if not (of_cut or _OF_A_PART.search(said)):
            out.append((line, said, _Area.of(m[2], m[1] or m[3])))
    return out


def _told(zh: str, en: str, area: _Area, found: float, label: str | None) -> Issue:
    # Without a unit: the one that comes nearest.
    factor = min(area.factors, key=lambda f: abs(math.log(found / f / area.value)))
    amount = found / factor
    digits = max(0, 4 - math.floor(math.log10(amount)))
    unit = area.unit or next(sign for f, sign, _ in _NAMED if f == factor)
    measured = f"{amount:.{min(digits, 6)}f} {unit}"
    return warning(
        "area_differs",
        f"{zh}写明面积 {area.word}，按坐标为 {measured}，请核对是否缺少拐点或数字有误",
        f"{en}the stated area is {area.word}, the corners enclose {measured}: is a corner missing "
        "or a digit wrong?",
        label,
    )
