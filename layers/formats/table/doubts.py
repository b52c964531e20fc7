"""What is uncertain about the outlines of a table: numbers that jump, rings and parcels unnamed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import shapely

from layers.account import Issue
from layers.formats.planes import datums_named
from layers.formats.table.corner_names import folded, numbered
from layers.formats.table.deductions import is_cut
from layers.formats.table.places import Places
from layers.formats.table.rings import Parcel, Ring, is_closed
from layers.formats.table.sheet import Sheet, bad_row
from layers.formats.table.stated_corners import corners_told
from layers.formats.text.corner_numbers import break_told, first_break
from layers.issues import info, label_en, listed, warning

# What a licence says of the right beside its outline; in a column of its own it is read.
_ATTRIBUTE = r"(?:权利?人|申请人|矿种|方式|规模|能力|期限?|年限|状态|性质|类型|等别|坝高|库容|状况)"
_STATED = re.compile(rf"{_ATTRIBUTE}\s?[:：]\s?\S")
_TITLE = re.compile(rf"坐标|拐点|(?:{_ATTRIBUTE}|标高|名称|号)$")  # of a column, no value
_BRACKET = re.compile(r"\s*[(（][^()（）]*[)）]$")
_CORNER = re.compile(r"[角点桩界拐端]|[东南西北]{2}")


def passed_issues(
    sheet: Sheet, aside: Sequence[int], passed: Sequence[int], above: Sequence[int] = ()
) -> list[Issue]:
    """Tell of rows that hold numbers and no corner: other places, and remarks.

    Of rows ``above`` the header, which are titles, those that state an attribute.
    """
    issues = []
    if aside:
        issues.append(
            unread_rows(warning, "rows_aside", sheet, aside, "不是拐点", "hold no corner")
        )
    texts = {r: sheet.text(r) for r in passed}
    # Rows that name the coordinate system are read.
    numbers = [r for r in above if _states(sheet, r)]
    numbers += [
        r
        for r, t in texts.items()
        if (_holds_number(t) or _states(sheet, r)) and not datums_named(t) and r not in above
    ]
    if numbers:
        rows = sorted(numbers, key=sheet.lines.__getitem__)
        issues.append(unread_rows(info, "rows_ignored", sheet, rows, "没有拐点", "are remarks"))
    return issues


def _states(sheet: Sheet, row: int) -> bool:
    return _STATED.search(sheet.text(row)) is not None or states_attribute(sheet.rows[row])


def states_attribute(cells: Sequence[str]) -> bool:
    """Tell whether cells beside each other state an attribute: 开采矿种 | 铁矿."""
    said = [_BRACKET.sub("", cell) for cell in dict.fromkeys(filter(None, cells))]
    pairs = [*zip(said[::2], said[1::2], strict=False)] if len(said) % 2 == 0 else []
    return any(_STATED.search(f"{k}：{v}") is not None and not _TITLE.search(v) for k, v in pairs)


def unread_rows(
    tell: Callable[[str, str, str], Issue],
    code: str,
    sheet: Sheet,
    rows: Sequence[int],
    zh: str,
    en: str,
) -> Issue:
    """Return what there is to tell of rows that are not read, and why: the first is quoted."""
    lines, said = list(dict.fromkeys(str(sheet.lines[r]) for r in rows)), sheet.text(rows[0])[:40]
    return tell(code, f"第 {listed(lines)} 行{zh}，未读：{said}",
                f"rows {listed(lines, 'en')} {en} and are not read: {said}")  # fmt: skip


def _holds_number(text: str) -> bool:
    spelt = re.search("[零〇一二三四五六七八九十百]点[零〇一二三四五六七八九]", text)
    return spelt is not None or any(map(str.isdecimal, text))


def outline_issues(
    path: Path, sheet: Sheet, parcels: Sequence[Parcel], places: Places
) -> list[Issue]:
    """Tell what is uncertain about the outlines of parcels whose labels and shapes are known.

    Raises
    ------
    FormatError
        An unnamed parcel lies inside the one above: it may as well be its hole; or a ring has the
        number of the one round it.
    """
    issues = [issue for parcel in parcels for issue in _of_rings(sheet, parcel, places)]
    issues += _holes(path, sheet, parcels, places)
    issues += _apart(sheet, parcels)
    issues += _counts(sheet, parcels, places)
    issues += _starts(sheet, parcels)
    return issues + _nested(path, sheet, parcels)


def _of_rings(sheet: Sheet, parcel: Parcel, places: Places) -> list[Issue]:
    """Tell where the rings of a parcel begin by doubtful signs, and where their numbers break."""
    label = parcel.label
    issues = [_at(sheet, row, label, code, zh, en) for row, code, zh, en in parcel.doubts]
    for ring in parcel.rings:
        issues += _breaks(sheet, ring, label, places) + _words(sheet, ring, label)
    return issues + _unclosed(sheet, parcel, places)


def _words(sheet: Sheet, ring: Ring, label: str) -> list[Issue]:
    """Tell of corners that are called as places are: 王庄、李庄 may be a list of villages."""
    names = [name for name in ring.distinct if len(name) > 1 and not _CORNER.search(name)]
    if ring.kinds != {False} or len(names) < len(ring.distinct):
        return []
    zh = f"点号都是名称（{ring.names[0]} 等），按拐点连成轮廓；若各是一处地点，请把列名改为 名称"
    en = f"corners are called as places are ({ring.names[0]}): call the column 名称 if they are"
    return [_at(sheet, ring.rows[0], label, "corner_numbers", zh, en)]


def _unclosed(sheet: Sheet, parcel: Parcel, places: Places) -> list[Issue]:
    """Tell of an unclosed ring right after a closed one: it may begin at the closing point."""
    issues = []
    for one, two in pairwise(parcel.rings):
        begins = numbered(two.names[0])
        restarts = begins is not None and begins == numbered(one.names[0])
        if restarts or two.rows[0] != one.rows[-1] + 1 or not is_closed(one, places):
            continue
        if not is_closed(two, places):
            zh = "前一圈已闭合而这一圈没有闭合，起点是否为前一圈的闭合点？"
            en = "the ring before is closed, this one is not: does it begin at the closing point?"
            issues.append(_at(sheet, two.rows[0], parcel.label, "ring_unclosed", zh, en))
    return issues


def _breaks(sheet: Sheet, ring: Ring, label: str, places: Places) -> list[Issue]:
    names, rows = ring.names, ring.rows
    closes = places.at[rows[0]] == places.at[rows[-1]] and not names[-1]
    if len(names) > 1 and (names[0] == names[-1] or closes):
        names, rows = names[:-1], rows[:-1]  # a closing point
    named = [k for k, name in enumerate(names) if name]
    issues = []
    if named and len(named) < len(names):
        k = next(k for k, name in enumerate(names) if not name)
        issues.append(_at(sheet, rows[k], label, "corner_numbers", "拐点没有点号",
                          "a corner without number"))  # fmt: skip
    told = [names[k] for k in named]
    at = first_break([folded(name) for name in told]) if told else None
    if at is not None:
        issues.append(_at(sheet, rows[named[at]], label, "corner_numbers", *break_told(told, at)))
    return issues


def _holes(path: Path, sheet: Sheet, parcels: Sequence[Parcel], places: Places) -> Iterator[Issue]:
    """Tell of rings that nothing but their place makes holes: no words, no number of a ring.

    Raises
    ------
    FormatError
        A ring has the number of the one round it.
    """
    for parcel in parcels:
        doubtful = {row for row, *_ in parcel.doubts}
        holes = [set(h.coords) for part in shapely.get_parts(parcel.shape) for h in part.interiors]
        for ring in parcel.rings:
            if ring.cut or not any({places.at[row] for row in ring.rows} <= h for h in holes):
                continue
            alike = [r for r in parcel.rings if r is not ring and r.label == ring.label != ""]
            if any(_area(r, places).covers(_area(ring, places)) for r in alike):
                raise bad_row(path, sheet, ring.rows[0],
                              f"这一圈与它外面的一圈同为圈号 {ring.label}，分不清是否扣除",
                              f"this ring has the number of the one round it, {ring.label}: is it "
                              "taken out?")  # fmt: skip
            if ring.rows[0] in doubtful or not ring.label:
                zh = "这一圈在上面的一圈之内，按扣除（内环）读"
                en = "this ring lies within the one above and is taken out of it"
                yield _at(sheet, ring.rows[0], parcel.label, "ring_as_hole", zh, en)


def _area(ring: Ring, places: Places) -> shapely.Polygon:
    return shapely.Polygon([places.at[row] for row in ring.rows])


def _apart(sheet: Sheet, parcels: Sequence[Parcel]) -> list[Issue]:
    """Tell of outer rings that nothing names and nothing but their numbers parts."""
    issues = []
    for parcel in parcels:
        parts = int(shapely.get_num_geometries(parcel.shape))
        told = any(parcel.key) or parcel.heading or any(r.label or r.kept for r in parcel.rings)
        if parts > 1 and not told and not parcel.doubts:
            zh = f"{parts} 个外圈按同一地块读；若属于几个矿权，请在各圈之上写明名称"
            en = f"{parts} outer rings are read as one parcel; name each if they are several rights"
            issues.append(_at(sheet, parcel.rings[1].rows[0], parcel.label, "rings_apart", zh, en))
    return issues


def _counts(sheet: Sheet, parcels: Sequence[Parcel], places: Places) -> list[Issue]:
    """Tell where a heading, or a row of a table of one parcel, says another number of corners."""
    issues: list[Issue] = []
    for parcel in parcels:
        texts = [parcel.heading]
        if len(parcels) == 1:
            corners = set(parcel.rows)
            texts = [sheet.text(r) for r in range(len(sheet.rows)) if r not in corners]
        told = {n for text in texts if not is_cut(text) and (n := corners_told(text)) is not None}
        issues += _other_count(sheet, parcel, told, places)
    return issues


def _other_count(sheet: Sheet, parcel: Parcel, told: set[int], places: Places) -> list[Issue]:
    counts = [_count(ring, places) for ring in parcel.rings]
    held = {sum(counts), len(parcel.rows), sum(n for n, r in zip(counts, parcel.rings, strict=True)
                                               if not r.cut)}  # fmt: skip
    if not told or told & held:
        return []
    said = "、".join(map(str, sorted(told)))
    zh = f"表中写明 {said} 个拐点，读到 {sum(counts)} 个"
    en = f"the table says {said} corners, it holds {sum(counts)}"
    return [_at(sheet, parcel.rows[0], parcel.label, "corner_count", zh, en)]


def _count(ring: Ring, places: Places) -> int:
    closed = len(ring.rows) > 1 and places.at[ring.rows[0]] == places.at[ring.rows[-1]]
    return len(ring.rows) - closed


def _starts(sheet: Sheet, parcels: Sequence[Parcel]) -> list[Issue]:
    """Tell of rings that begin with a number that neither is a first one nor follows another."""
    issues: list[Issue] = []
    ends: set[tuple[str, int]] = set()
    starts: set[tuple[str, int]] = set()
    for parcel in parcels:
        for ring in parcel.rings:
            here = numbered(ring.names[0])
            if here and here[1] > 1 and here not in ends | starts:
                zh = f"这一圈的点号从 {ring.names[0]} 开始，不与上面相接"
                en = f"the numbers of this ring begin with {ring.names[0]} and follow no other"
                issues.append(_at(sheet, ring.rows[0], parcel.label, "corner_numbers", zh, en))
            if here:
                starts.add(here)
            numbers = [n for name in ring.names if (n := numbered(name))]
            if numbers:
                last = max(numbers, key=lambda n: n[1])
                ends.add((last[0], last[1] + 1))
    return issues


def _nested(path: Path, sheet: Sheet, parcels: Sequence[Parcel]) -> list[Issue]:
    """Tell of parcels that only a row between them parts, and of one inside the one above."""
    issues: list[Issue] = []
    tree = shapely.STRtree([parcel.shape for parcel in parcels])
    for k, parcel in enumerate(parcels):
        label, row, shape = parcel.label, parcel.rows[0], parcel.shape
        near = [parcels[j] for j in sorted(tree.query(shape)) if j < k]
        inside = [p for p in near if _may_part(p.key, parcel.key) and _covers(p.shape, shape)]
        same = next((p for p in near if shapely.equals(p.shape, shape)), None)
        if same is not None:
            zh = f"与 {same.label} 的轮廓相同，是否重复"
            en = f"has the outline of {label_en(same.label)}: given twice?"
            issues.append(_at(sheet, row, label, "parcel_repeated", zh, en))
        if parcel.parted_by is None:
            if inside:
                above = inside[-1].label
                zh = f"在 {above} 之内；若是扣除范围，请在标题中写明“扣除”"
                en = f"lies inside {label_en(above)}; if it is taken out of it, say 扣除"
                issues.append(_at(sheet, row, label, "parcel_inside", zh, en))
            continue
        if any(p.key == parcel.key for p in inside):
            raise bad_row(path, sheet, row, "这一圈在另一地块之内，请写明是“扣除范围”还是另一地块",
                          "this ring lies inside another parcel: say whether it is taken out "
                          "(扣除) or a parcel")  # fmt: skip
        line = sheet.lines[parcel.parted_by]
        zh = f"第 {line} 行之后的拐点按另一地块读"
        en = f"corners after row {line} are read as another parcel"
        issues.append(_at(sheet, row, label, "parcel_by_row", zh, en))
    return issues


def _may_part(key: Sequence[str], inner: Sequence[str]) -> bool:
    """Return whether two keys may be of one right: numbers alone count what stands by itself."""
    words = [word for word in inner if word]
    return key == inner or not {*key}.isdisjoint(words) or not all(map(str.isdecimal, words))


def _covers(outer: shapely.Geometry, inner: shapely.Geometry) -> bool:
    if not (shapely.is_valid(outer) and shapely.is_valid(inner)):
        return False
    return bool(shapely.covers(outer, inner)) and not bool(shapely.equals(outer, inner))


def _at(sheet: Sheet, row: int, label: str, code: str, zh: str, en: str) -> Issue:
    line = sheet.lines[row]
    return warning(
        code, f"{label} 第 {line} 行：{zh}", f"{label_en(label)} row {line}: {en}", label
    )
