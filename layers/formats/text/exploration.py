"""The exploration string (探矿权区域坐标): rings of packed degrees, minutes and seconds.

``<rings>, { <n>, { <lon>,<lat> } x n, <0|-1>,0,0, } x rings`` with D.MMSSss; either coordinate may
stand first, which their size tells. 0 adds a ring, -1 takes one out; unlike a mining right's, it
has no elevations, so that what is taken out is taken out in plan.

Source: the exploration string as the registration system writes it (KCQYGDZB).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from layers.account import Issue
from layers.formats.angles import clean, packed
from layers.formats.encoding import read_text
from layers.formats.planes import Axes, axes_of
from layers.formats.source import Source, digest_file, refusal
from layers.formats.table.header import says_packed
from layers.formats.table.naming import masked_issues
from layers.formats.text.corner_numbers import repeated_told
from layers.formats.text.registration_grammar import Tokens
from layers.formats.text.registration_lines import (
    Numbered,
    registered,
    with_commas,
)
from layers.issues import label_en, warning

FORMAT = "exploration string"
_START = re.compile(r"\d{1,6}\s*,\s*\d{1,6}\s*,(\s*\d{1,3}(\.\d+)?\s*,){2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Ring:
    """A ring as written; ``coarse`` where no angle has seconds."""

    first: tuple[float, ...]
    second: tuple[float, ...]
    sign: int
    coarse: bool


def is_exploration(line: str) -> bool:
    """Tell whether a text begins like an exploration string: no corner numbers, but degrees.

    A registration string has metres in the place of the second degrees.
    """
    return bool(_START.match(clean(line)))


def read(path: Path, encoding: str | None) -> Source:
    """Read a text of one exploration right, or of several, each led by its licence number.

    Raises
    ------
    FormatError
        The text breaks the grammar or says that its degrees are decimal, a number is no packed
        angle, or a ring that is taken out
        does not lie in one that is added.
    """
    text, found = read_text(path, encoding)
    held = registered(path, with_commas(text))
    licences = [licence for licence, _ in held.blocks]
    rights = [_rings(path, lines) for _, lines in held.blocks]
    if says_packed(held.words) is False:
        raise refusal(path, "写明坐标是十进制度，而区域坐标应为度分秒（D.MMSS），请核对",
                      "says decimal degrees, but an exploration string is in D.MMSS: which is "
                      "meant?")  # fmt: skip
    axes = _axes(path, [ring for rings in rights for ring in rings])
    crs, note, stated = held.system(path, axes)
    rows = [(rings, _polygons(rings, axes)) for rings in rights]
    shapes = np.empty(len(rights), dtype=object)
    shapes[:] = [_outline(path, *row) for row in rows]
    told = zip(licences, rows, held.labels, strict=True)
    issues = [
        issue
        for licence, row, label in told
        for issue in (*masked_issues("许可证号", [licence], [label]), *_remarks(*row, label))
    ]
    every = [ring for rings in rights for ring in rings]
    numbers = [[str(k) for k, _ in enumerate(ring.first, 1)] for ring in every]
    issues += held.other_corners(path, numbers, [ring.sign > 0 for ring in every])
    columns = {"right_type": pa.array(["exploration"] * len(rights), pa.string())}
    if any(licences):
        columns["licence_no"] = pa.array(licences, pa.string())
    return Source(
        path=path,
        format=FORMAT,
        layer=None,
        sha256=digest_file(path),
        encoding=found,
        crs=crs,
        crs_note=note,
        stated=stated,
        prose=held.words,
        declared=len(rights),
        columns=columns,
        geometry=shapes,
        labels=held.labels,
        issues=(*issues, *held.unread()),
    )


def _rings(path: Path, lines: Sequence[Numbered]) -> list[_Ring]:
    tokens = Tokens(path, lines)
    rings = []
    for number in range(1, tokens.integer("圈数", "the number of rings") + 1):
        zh, en = f"第 {number} 圈", f"of ring {number}"
        count = tokens.integer(f"{zh}点数", f"the corner count {en}")
        coarse = all(len(t.partition(".")[2]) <= 2
                     for t in tokens.fields[tokens.at : tokens.at + 2 * count])  # fmt: skip
        places = [(_angle(tokens, zh, en), _angle(tokens, zh, en)) for _ in range(count)]
        tail = [tokens.take(f"{zh}标志", f"a flag {en}") for _ in range(3)]
        if tail[0] not in ("0", "-1") or tail[1:] != ["0", "0"]:
            raise tokens.error(
                f"{zh}末尾应为 0,0,0 或 -1,0,0", f"0,0,0 or -1,0,0 is due at the end {en}"
            )
        if len(places) > 1 and places[0] == places[-1]:
            places.pop()
        if len(places) < 3:
            raise tokens.error(f"{zh}不足 3 个拐点", f"fewer than 3 corners {en}")
        first, second = zip(*places, strict=True)
        rings.append(_Ring(first, second, 1 if tail[0] == "0" else -1, coarse))
    tokens.end()
    return rings


def _angle(tokens: Tokens, zh: str, en: str) -> float:
    text = tokens.take(f"{zh}坐标", f"a coordinate {en}")
    value = packed(text)
    if value is None:
        raise tokens.error(f"{zh}的 {text[:30]!r} 不是度分秒（D.MMSS）",
                           f"{text[:30]!r} {en} is no D.MMSS")  # fmt: skip
    return value


def _axes(path: Path, rings: Sequence[_Ring]) -> Axes:
    first = np.array([v for ring in rings for v in ring.first])
    second = np.array([v for ring in rings for v in ring.second])
    axes, row = axes_of(first, second)
    if axes is None or axes.kind != "degrees":
        zh = f"拐点 {first[row]:.6f}, {second[row]:.6f} 不在中国，或与其余点的次序不同"
        en = f"corner {first[row]:.6f}, {second[row]:.6f} is not in China or not like the others"
        raise refusal(path, zh, en)
    return axes


def _remarks(rings: Sequence[_Ring], shapes: Sequence[shapely.Polygon], label: str) -> list[Issue]:
    issues = []
    if all(ring.coarse for ring in rings):
        zh = f"{label}：坐标都只有度、分，按度分秒（D.MM）读；若为十进制度，请改写"
        en = f"{label_en(label)}: no coordinate has seconds; read as degrees and minutes (D.MM), " \
             "not as decimal degrees"  # fmt: skip
        issues.append(warning("angles_without_seconds", zh, en, label))
    for number, ring in enumerate(rings, 1):
        places = [*zip(ring.first, ring.second, strict=True)]
        k = next((k for k, (a, b) in enumerate(pairwise(places), 1) if a == b), 0)
        if k:
            zh, en = repeated_told(str(k), str(k + 1))
            zh, en = f"{label} 第 {number} 圈：{zh}", f"{label_en(label)} ring {number}: {en}"
            issues.append(warning("corner_numbers", zh, en, label))
    added = [(k, s) for k, (r, s) in enumerate(zip(rings, shapes, strict=True), 1) if r.sign > 0]
    tree = shapely.STRtree([shape for _, shape in added])
    for number, shape in added:
        # Its own place is among them.
        if shape.is_valid and len(tree.query(shape, "covered_by")) > 1:
            zh = f"{label} 第 {number} 圈标志为 0，却全在另一增加的圈内；若为扣除，标志应为 -1"
            en = f"{label_en(label)} ring {number} has flag 0 but lies within another added " \
                 "ring; if taken out, its flag is -1"  # fmt: skip
            issues.append(warning("part_without_effect", zh, en, label))
    return issues


def _polygons(rings: Sequence[_Ring], axes: Axes) -> list[shapely.Polygon]:
    return [shapely.Polygon(axes.east_north(np.array(r.first), np.array(r.second))) for r in rings]


def _outline(
    path: Path, rings: Sequence[_Ring], shapes: Sequence[shapely.Polygon]
) -> shapely.Geometry:
    added = [s for s, r in zip(shapes, rings, strict=True) if r.sign > 0]
    out = [s for s, r in zip(shapes, rings, strict=True) if r.sign < 0]
    if not added:
        raise refusal(path, "没有一圈是增加的（0）", "no ring is added (0)")
    if len(shapes) == 1:
        return shapes[0]  # a lone outline goes to the repair as it is
    for number, shape in enumerate(shapes, 1):
        if not shape.is_valid:
            raise refusal(path, f"第 {number} 圈自交", f"ring {number} crosses itself")
    whole = shapely.union_all(added)
    for number, shape in enumerate(out, 1):
        if not whole.covers(shape):
            raise refusal(path, f"第 {number} 个扣除圈不在增加的圈内",
                          f"deducted ring {number} does not lie in an added one")  # fmt: skip
    return shapely.difference(whole, shapely.union_all(out)) if out else whole
