"""Words around a table that say which corners make which ring: 1～5为一采区，6～9为二采区."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from layers.account import Issue
from layers.formats.table.corner_names import folded, numbered
from layers.formats.table.deductions import is_cut
from layers.formats.table.rings import Parcel
from layers.formats.table.sheet import Sheet, bad_row
from layers.formats.table.stated_corners import differences
from layers.formats.table.vocabulary import CORNER, PART
from layers.issues import warning

_P = rf"(?:(?:号|个)?{CORNER}|号)?"
_SPAN = re.compile(
    rf"(?<![\d.+-])(?:[A-Za-z]{{1,2}})?(\d{{1,4}}){_P}\s?[-~—–至到]{{1,2}}\s?{_P}(?:[A-Za-z]{{1,2}})?(\d{{1,4}}){_P}(?![\d.]|号?\s?(?:米|m|年|月|日|°|%|层|矿|煤|采区|线))"
)
_LIST = re.compile(rf"(?<![\d.+-])\d{{1,4}}{_P}(?:\s?[、,，]\s?\d{{1,4}}{_P}){{2,}}(?![\d.])")
_APART = re.compile(
    rf"(?<![\d.])(\d{{1,4}}){_P}\s?[、,，和与-]\s?(\d{{1,4}}){_P}\s?(?:两点|之?间)?"
    r"(?:不相?连|不连接|断开)"
)
# What a list of numbers makes a ring: 圈闭, 圈定, 为Ⅰ号矿段, 一采区（拐点1-5）.
_RING = re.compile(rf"圈|闭合|{PART}|扣除|剔除|除外|空洞")


def check_told(path: Path, sheet: Sheet, parcels: Sequence[Parcel]) -> list[Issue]:
    """Refuse a table whose words make other rings of its corners than their order does.

    What they say of corners that were not read is told.

    Raises
    ------
    FormatError
        The message names the row of the words.
    """
    corners = {row for parcel in parcels for row in parcel.rows}
    rings = [({n[1] for name in r.names if (n := numbered(name))}, r.cut)
             for p in parcels for r in p.rings]  # fmt: skip
    known = set[int]().union(*(numbers for numbers, _ in rings))
    for row in range(len(sheet.rows)) if known else ():
        text = "" if row in corners else folded(sheet.text(row))
        if not any(map(str.isdigit, text)) or len(text) > 400:
            continue
        if _differs(text, rings, known):
            raise bad_row(path, sheet, row, f"“{text[:40]}”：所说的圈与拐点的次序不符，"
                          "请在各圈的拐点之上加标题",
                          f"{text[:40]!r} makes other rings of the corners than their order; "
                          "give each ring a heading above its corners")  # fmt: skip
    return _differences(path, sheet, parcels)


def _differences(path: Path, sheet: Sheet, parcels: Sequence[Parcel]) -> list[Issue]:
    corners = {row for parcel in parcels for row in parcel.rows}
    texts = ["" if row in corners else sheet.text(row) for row in range(len(sheet.rows))]
    issues = []
    for found in differences(texts, [ring.names for p in parcels for ring in p.rings]):
        if found.refused:
            raise bad_row(path, sheet, found.at, found.zh, found.en)
        line = sheet.lines[found.at]
        zh, en = f"第 {line} 行{found.zh}", f"row {line}: {found.en}"
        issues.append(warning(found.code, zh, en))
    return issues


def _differs(text: str, rings: Sequence[tuple[set[int], bool]], known: set[int]) -> bool:
    if m := _APART.search(text):
        pair = {int(m[1]), int(m[2])}
        return any(pair <= numbers for numbers, _ in rings)
    found = [(told, clause) for told, clause in _told(text) if told <= known]
    spread = len(found) > 1 and not set.intersection(*(told for told, _ in found))
    for told, clause in found:
        cut = is_cut(clause)
        if not (cut or (spread and _RING.search(text))):
            continue
        if not any(told == numbers and (taken or not cut) for numbers, taken in rings):
            return True
    return False


def _told(text: str) -> Iterator[tuple[set[int], str]]:
    """Give the sets of three numbers of corners or more that a text names, and their clauses."""
    for clause in re.split(r"[。;；:：]", text):
        rest = clause
        for m in _LIST.finditer(clause):
            numbers = {int(n) for n in re.findall(r"\d+", m[0])}
            if len(numbers) > 2:
                yield numbers, clause
                rest = rest.replace(m[0], " ")
        for said in re.split("[,，]", rest):
            for m in _SPAN.finditer(said):
                if int(m[1]) + 1 < int(m[2]):
                    yield set(range(int(m[1]), int(m[2]) + 1)), said
