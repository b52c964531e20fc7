"""A mining right's corners as registered: the registration string and its published form.

Registration string: ``<rings>, { <n>, { <no>,<X north>,<Y east> } x n, <top>,<bottom>,<remark>,
<1|-1>, } x rings``. Published form: one corner per line, each part closed by a line
``*,<top>,<bottom>,<remark>,<1|-1>,``. 1 adds a part, -1 takes one out **between its own
elevations**: a deduction is a body in space, so the plan outline is the union of the added parts
and the deductions stay beside it as ``right_part``.

Source: the registration string as the mining-right registration system writes it, and transfer
notices on the Ministry of Natural Resources' mining-right site.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from layers.account import Issue
from layers.formats.encoding import read_text
from layers.formats.planes import Axes, axes_of
from layers.formats.source import Source, digest_file, refusal
from layers.formats.table.deductions import is_kept
from layers.formats.table.naming import masked_issues
from layers.formats.text.corner_numbers import (
    break_told,
    first_break,
    repeated,
    repeated_told,
)
from layers.formats.text.registration_grammar import Part, parse_published, parse_string
from layers.formats.text.registration_lines import (
    heads_published,
    is_closing,
    registered,
    with_commas,
)
from layers.issues import label_en, warning

STRING = "registration string"
PUBLISHED = "published corner list"
_DEDUCTED = re.compile(
    r"扣除|扣减|剔除|抠除|[核减挖去]除|核减|减去|挖空|除外|不含|不包[括含]|禁采|禁止开采"
)
_KEPT = re.compile("(?:[不未无]|没有)[需须予作再]?(?:扣除|扣减|剔除|核减|减去)")

# Names of what belongs to a right; that of a quarry inside it says nothing of the sign.
_ADDED = re.compile(
    r"(?:采区|矿区|矿段|矿体|块段|区块|采场|[一二三四五六七八九十\d]+区|增加|新增|扩大|计入)$"
)


@dataclass(frozen=True, slots=True)
class _Right:
    licence: str | None
    parts: tuple[Part, ...]


def read(path: Path, encoding: str | None) -> Source:
    """Read a text file of one right, or of several, each led by a line with its licence number.

    Raises
    ------
    FormatError
        The text breaks the grammar; the message names the line or field.
    """
    text, found = read_text(path, encoding)
    return _source(path, text, found, digest_file(path))


def parse_registration(text: str, path: Path = Path("<text>")) -> Source:
    """Read a registration string or published corner list from memory; as :func:`read`."""
    return _source(path, text, None, hashlib.sha256(text.encode()).hexdigest())


def _source(path: Path, text: str, encoding: str | None, sha256: str) -> Source:
    held = registered(path, with_commas(text))
    published = any(map(heads_published, held.prose)) or any(
        is_closing(line) for _, lines in held.blocks for _, line in lines
    )
    parse = parse_published if published else parse_string
    rights = [_Right(licence, tuple(parse(path, lines))) for licence, lines in held.blocks]
    axes = _axes(path, rights)
    crs, note, stated = held.system(path, axes)
    shapes = [[_ring(axes, part) for part in right.parts] for right in rights]
    told = zip(rights, held.labels, shapes, strict=True)
    issues = [i for r, label, s in told for i in (*_remarks(r, label), *_useless(r, label, s))]
    every = [part for right in rights for part in right.parts]
    issues += held.other_corners(path, [p.names for p in every], [p.sign > 0 for p in every])
    issues += held.unread()
    if axes.swapped:
        zh = "X、Y 与规定相反（横坐标在前），已对调"
        issues.append(warning("axes_swapped", zh, "easting stands before northing; swapped"))
    source = Source(
        path=path,
        format=PUBLISHED if published else STRING,
        layer=None,
        sha256=sha256,
        encoding=encoding,
        crs=crs,
        crs_note=note,
        declared=len(rights),
        columns=_right_columns(rights),
        geometry=_array([_outline(path, r, s) for r, s in zip(rights, shapes, strict=True)]),
        labels=held.labels,
    )
    parts = _parts(source, rights, shapes)
    return replace(
        source,
        stated=stated,
        prose=held.words,
        issues=tuple(issues),
        companions={"right_part": parts},
    )


def _right_columns(rights: Sequence[_Right]) -> dict[str, pa.Array]:
    columns: dict[str, pa.Array] = {}
    if any(r.licence for r in rights):
        columns["licence_no"] = pa.array([r.licence for r in rights], pa.string())
    tops = [[p.top for p in r.parts if p.sign > 0] for r in rights]
    bottoms = [[p.bottom for p in r.parts if p.sign > 0] for r in rights]
    columns["top_elevation_m"] = pa.array([_extreme(max, v) for v in tops], pa.float64())
    columns["bottom_elevation_m"] = pa.array([_extreme(min, v) for v in bottoms], pa.float64())
    return columns


def _extreme(pick: Callable[[list[float]], float], values: list[float | None]) -> float | None:
    """Return the highest or lowest elevation; unknown if one part's is unknown."""
    known = [v for v in values if v is not None]
    return pick(known) if known and len(known) == len(values) else None


def _parts(
    source: Source, rights: Sequence[_Right], shapes: Sequence[Sequence[shapely.Polygon]]
) -> Source:
    """Return the parts of all rights, as rows beside those of ``source``."""
    rows = [(right, label, part) for right, label in zip(rights, source.labels, strict=True)
            for part in right.parts]  # fmt: skip
    return replace(
        source,
        layer="right_part",
        declared=len(rows),
        columns={
            "parent_licence_no": pa.array([r.licence for r, _, _ in rows], pa.string()),
            "sign": pa.array([p.sign for _, _, p in rows], pa.int64()),
            "top_elevation_m": pa.array([p.top for _, _, p in rows], pa.float64()),
            "bottom_elevation_m": pa.array([p.bottom for _, _, p in rows], pa.float64()),
            "remark": pa.array([p.remark or None for _, _, p in rows], pa.string()),
        },
        geometry=_array([s for group in shapes for s in group]),
        labels=tuple(f"{label} 第 {part.number} 块" for _, label, part in rows),
    )


def _array(shapes: Sequence[shapely.Geometry]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    out = np.empty(len(shapes), dtype=object)
    out[:] = shapes
    return out


def _axes(path: Path, rights: Sequence[_Right]) -> Axes:
    parts = [p for r in rights for p in r.parts]
    first = np.array([v for p in parts for v in p.first])
    second = np.array([v for p in parts for v in p.second])
    axes, row = axes_of(first, second)
    if axes is None or axes.kind == "degrees":
        zh = f"拐点 {first[row]}, {second[row]} 不像平面坐标，或与其余点不在同一带"
        en = f"corner {first[row]}, {second[row]} is in no plane of China or not in the others'"
        raise refusal(path, zh, en)
    return axes


def _ring(axes: Axes, part: Part) -> shapely.Polygon:
    return shapely.Polygon(axes.east_north(np.array(part.first), np.array(part.second)))


def _outline(path: Path, right: _Right, shapes: Sequence[shapely.Polygon]) -> shapely.Geometry:
    """Return the union of the added parts, in their own plane."""
    added = [(p, s) for p, s in zip(right.parts, shapes, strict=True) if p.sign > 0]
    if not added:
        raise refusal(path, "没有一块是增加的（1）", "no part is added (1)")
    if len(added) == 1:
        return added[0][1]  # a lone outline goes to the repair as it is
    for part, shape in added:
        if not shape.is_valid:
            zh, en = f"第 {part.number} 块", f"part {part.number}"
            raise refusal(path, f"{zh}的界线自交", f"the outline of {en} crosses itself")
    return shapely.union_all([s for _, s in added])


def _remarks(right: _Right, label: str) -> list[Issue]:
    issues = masked_issues("许可证号", [right.licence], [label])
    for part in right.parts:
        zh = f"{label} 第 {part.number} 块"
        en = f"{right.licence or label_en(label)} part {part.number}"
        remark = part.remark.replace("已", "")  # 已扣除 is said of a part that is taken out too
        kept = is_kept(remark) or _KEPT.search(remark) is not None
        says_out = bool(_DEDUCTED.search(part.remark)) and not kept
        if (part.sign > 0 and says_out) or (
            part.sign < 0 and not says_out and (kept or _ADDED.search(part.remark))
        ):
            zh_text = f"{zh}：备注“{part.remark}”与加减号 {part.sign:+d} 不一致，按加减号"
            en_text = f"{en}: remark and sign {part.sign:+d} disagree; the sign is used"
            issues.append(warning("sign_contradicted", zh_text, en_text, label))
        pair = repeated(part.names, [*zip(part.first, part.second, strict=True)])
        said = [repeated_told(part.names[pair[0]], part.names[pair[1]])] if pair else []
        said += [repeated_told(part.names[0], part.closing)] if part.closing else []
        for told_zh, told_en in said:
            issues.append(warning("corner_numbers", f"{zh}：{told_zh}", f"{en}: {told_en}", label))
        at = first_break(part.names)
        if at is not None:
            told_zh, told_en = break_told(part.names, at)
            issues.append(warning("corner_numbers", f"{zh}：{told_zh}", f"{en}: {told_en}", label))
        if part.top is None or part.bottom is None:
            why = ("标高 0,0 按未给出读", "elevations 0,0 are taken as not stated") if part.zeros \
                else ("标高不全", "elevation missing")  # fmt: skip
            issues.append(warning("elevation_missing", f"{zh}：{why[0]}", f"{en}: {why[1]}", label))
        elif part.top == part.bottom:
            zh, en = f"{zh}：上下限标高相同", f"{en}: top and bottom elevation are the same"
            issues.append(warning("elevation_equal", zh, en, label))
    return issues


def _useless(right: _Right, label: str, shapes: Sequence[shapely.Polygon]) -> list[Issue]:
    """Return warnings about parts that change nothing: a sign or a corner is probably wrong."""
    issues = []
    placed = [pair for pair in zip(right.parts, shapes, strict=True) if pair[1].is_valid]
    tree = shapely.STRtree([shape for _, shape in placed])
    for k, (part, shape) in enumerate(placed):
        near = (placed[j] for j in tree.query(shape, "intersects") if j != k)
        others = ((p, s) for p, s in near if p.sign > 0 and p.meets(part))
        zh = f"{label} 第 {part.number} 块"
        en = f"{right.licence or label_en(label)} part {part.number}"
        if part.sign < 0 and all(s.touches(shape) for _, s in others):
            zh += "：扣除块与增加的块不相交，扣除不起作用"
            en += ": is taken out where nothing is added"
        elif part.sign > 0 and any(s.covers(shape) for _, s in others):
            zh += "：加减号为 1，却全在另一增加的块之内；若为扣除块，加减号应为 -1"
            en += ": has sign 1 but lies within another added part; if taken out, its sign is -1"
        else:
            continue
        issues.append(warning("part_without_effect", zh, en, label))
    return issues
