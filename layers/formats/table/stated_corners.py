"""What words say of the corners of outlines: how many, which numbers, joined in which order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from layers.formats.table.corner_names import folded, numbered
from layers.formats.table.deductions import is_cut
from layers.formats.table.endings import number_of
from layers.formats.table.vocabulary import CORNER
from layers.issues import listed

_ONES = "一二三四五六七八九"
_HOW_MANY = rf"(\d{{1,5}}|[{_ONES}]?十[{_ONES}]?|[两{_ONES}])(?![\d.{_ONES}十百])"
_CLEAR = r"(?:拐点|界址点|角点|顶点|坐标点)"
_COUNT = re.compile(
    rf"(?<![\d.{_ONES}十百第]){_HOW_MANY}\s*个\s*{CORNER}"
    rf"|(?:{CORNER}的?(?:总?(?:个数|数[量目]?)|合?共?计)|总点数)(?:\(个\))?\s?(?:[:=为是共有]\s?){{0,2}}{_HOW_MANY}"
    rf"|{_CLEAR}\s?{_HOW_MANY}\s?个(?!别)|(?:[共合总]计?|由)\s?{_HOW_MANY}\s?点(?=依次|顺[次序]|连|圈|围|闭)"
    rf"|(?:共计?|[合总]计)[:为]?\s?{_HOW_MANY}\s?点(?=\s*(?:$|[,。;)]))"
)
_NUMBER = r"[a-z]{0,3}\d{1,4}"
_BEHIND = rf"(?:号?{CORNER}|号)?"
_CORNER = rf"(?:{CORNER}号?\s?)?{_NUMBER}{_BEHIND}"
_JOINED = r"\s?(?:[-—–~→]{1,3}>?|[至到])\s?"
_NO_TABLE = r"(?<![表图件])(?<![表图件]\s)"  # 附表3-12
_SPAN = re.compile(
    rf"(?<![\d.a-z]){_NO_TABLE}(?P<before>{_CLEAR})?(?:{CORNER})?号?\s?[a-z]{{0,3}}(?P<first>\d{{1,4}})(?P<one>{_BEHIND})"
    rf"{_JOINED}(?P<between>{_CLEAR})?(?:{CORNER})?号?\s?[a-z]{{0,3}}(?P<last>\d{{1,4}})(?P<two>{_BEHIND})"
    r"(?![\d.a-z])"
)
_CHAIN = re.compile(
    rf"(?<![\d.a-z-]){_NO_TABLE}{_CORNER}(?:{_JOINED}{_CORNER}){{2,999}}(?![\d.a-z])"
)
_LIST = re.compile(rf"(?<![\d.a-z-]){_CORNER}(?:\s?[、,]\s?{_CORNER}){{2,999}}(?![\d.a-z])")
_ENCLOSE = re.compile(r"圈定|圈闭|围[成合]|闭合|组成")
_JOIN = re.compile(rf"{_ENCLOSE.pattern}|连[线接成]|顺[次序]|次序|依次")
_ABOUT = re.compile(rf"{_JOIN.pattern}|{_CLEAR}")
_DATE = re.compile(r"(?:19|20)\d\d\s?[-./年]\s?\d{1,2}\s?[-./月]\s?\d{1,2}(?!\d)")
_LONGEST = 4000
_T = TypeVar("_T")


@dataclass(frozen=True)
class Difference:
    """Where words say otherwise of corners than they were read; ``at`` counts the texts.

    ``refused`` where the corners would make another outline.
    """

    at: int
    code: str
    zh: str
    en: str
    refused: bool = False


def corners_told(text: str) -> int | None:
    """Return how many corners a text says there are, None where it says nothing or two things.

    >>> corners_told("矿区范围由4个拐点圈定"), corners_told("一采区（共十二个界址点）")
    (4, 12)
    >>> corners_told("拐点总数：6"), corners_told("由5点圈定"), corners_told("拐点1")
    (6, 5, None)
    """
    found = {number_of(n.replace("两", "二")) for groups in _COUNT.findall(folded(text))
             for n in groups if n}  # fmt: skip
    return found.pop() if len(found) == 1 else None


def other_count(texts: Sequence[str], counts: Sequence[int], added: Sequence[int]) -> set[int]:
    """Return the counts that texts state where none fits outlines, all of them or those added."""
    told = {n for text in texts if not is_cut(text) and (n := corners_told(text)) is not None}
    fits = told & {sum(counts), sum(added)} or told <= {*counts}
    return set() if fits else told


def count_told(told: set[int], read: int) -> tuple[str, str]:
    """Return what is wrong with stated counts, in both languages."""
    said = "、".join(map(str, sorted(told)))
    return f"写明 {said} 个拐点，读到 {read} 个", f"{said} corners are stated, {read} were read"


def differences(texts: Sequence[str], names: Sequence[Sequence[str]]) -> Iterator[Difference]:
    """Tell where words name corners that were not read, or join them in another order.

    Parameters
    ----------
    texts : what stands around the corners
    names : those of the corners of each ring, with or without a closing point
    """
    rings = [_opened([n for name in ring if (n := numbered(name))]) for ring in names]
    rings = [ring for ring in rings if ring]
    if not rings or any(map(str.isdigit, "".join(letters for r in rings for letters, _ in r))):
        return  # J3-1 may be a name, or J3 and 1
    numbers = [[n for _, n in ring] for ring in rings]
    for at, written in enumerate(texts):
        text = _DATE.sub(" ", folded(written[: _LONGEST + 1]))
        if len(text) > _LONGEST or not re.search(r"\d", text):
            continue
        for chain, words in _chains(text):
            yield from _of_chain(at, written, chain, numbers, words)
        for span, encloses in _spans(_CHAIN.sub(" ", text)):
            yield from _of_span(at, written, span, numbers, encloses=encloses)


def _opened(items: list[_T]) -> list[_T]:
    return items[:-1] if len(items) > 1 and items[0] == items[-1] else items


def _chains(text: str) -> Iterator[tuple[list[int], str]]:
    """Yield numbers that a text joins, and the words around that say so of corners."""
    for pattern, about in ((_CHAIN, _ABOUT), (_LIST, _JOIN)):
        for m in pattern.finditer(text):
            around = f"{text[max(0, m.start() - 20) : m.start()]} {text[m.end() : m.end() + 15]}"
            clear = about.search(around) is not None
            if clear or pattern is _CHAIN:
                yield [int(n) for n in re.findall(r"\d+", m[0])], around if clear else ""


def _spans(text: str) -> Iterator[tuple[tuple[int, int], bool]]:
    """Yield first and last number of corners 1～5号拐点, and whether they make an outline."""
    for m in _SPAN.finditer(text):
        clause = re.split(r"[,，。;；]", text[m.end() : m.end() + 12])[0]
        words = (m["before"], m["between"], re.search(rf"{_CLEAR}|号点", m["one"] + " " + m["two"]))
        if int(m["first"]) < int(m["last"]) and (any(words) or _JOIN.search(clause)):
            yield (int(m["first"]), int(m["last"])), _ENCLOSE.search(clause) is not None


def _of_span(
    at: int, text: str, span: tuple[int, int], rings: Sequence[list[int]], *, encloses: bool
) -> Iterator[Difference]:
    told, known = {*range(span[0], span[1] + 1)}, {n for ring in rings for n in ring}
    if lost := sorted(told - known):
        yield _lost(at, text, lost)
    elif encloses and told not in [known, *map(set, rings)]:
        said, more = f"{span[0]}～{span[1]}", sorted(known - told)
        yield Difference(at, "corner_count",
                         f"“{text[:40]}”：写明由 {said} 圈定，还读到 {_few(more)}",
                         f"{text[:40]!r}: {said} are stated, {_few(more, 'en')} were read "
                         "too")  # fmt: skip


def _lost(at: int, text: str, lost: Sequence[int]) -> Difference:
    zh, en = _few(lost), _few(lost, "en")
    return Difference(at, "corner_count", f"“{text[:40]}”：写明的拐点 {zh} 没有读到",
                      f"{text[:40]!r}: corners {en} are stated and were not read")  # fmt: skip


def _few(numbers: Sequence[int], lang: str = "zh") -> str:
    return listed([*map(str, numbers)], lang)


def _of_chain(
    at: int, text: str, chain: list[int], rings: Sequence[list[int]], words: str
) -> Iterator[Difference]:
    closed = chain[0] == chain[-1]
    joined, known = _opened(chain), {n for ring in rings for n in ring}
    if len({*joined}) < 3 or any(_goes_round(joined, ring) for ring in rings):
        return
    said = "-".join(map(str, chain[:12]))
    if any({*joined} == {*ring} for ring in rings) and (words or closed):
        yield Difference(at, "corner_order",
                         f"写明的连线次序 {said} 与拐点的次序不符，请按连线次序排列拐点",
                         f"the corners are to be joined as {said}, not in the order in which they "
                         "stand; give them in that order", refused=True)  # fmt: skip
    elif words and (lost := sorted({*joined} - known)):
        yield _lost(at, text, lost)
    elif words and not _is_stretch(joined, rings, whole=closed or bool(_ENCLOSE.search(words))):
        yield Difference(at, "corner_order", f"写明的连线 {said} 与读到的各圈不符",
                         f"the line {said} that is stated is in none of the rings that were "
                         "read")  # fmt: skip


def _goes_round(joined: Sequence[int], ring: Sequence[int]) -> bool:
    """Return whether numbers are those of a ring from some corner on, either way round."""
    if len(joined) != len(ring):
        return False
    turns = [[*way[k:], *way[:k]] for way in (ring, ring[::-1]) for k in range(len(way))
             if way[k] == joined[0]]  # fmt: skip
    return [*joined] in turns


def _is_stretch(joined: list[int], rings: Sequence[list[int]], *, whole: bool) -> bool:
    """Return whether a line goes through all rings in their order, or is no whole but a part."""
    if joined == [n for ring in rings for n in ring]:
        return True
    round_trips = [] if whole else [way * 2 for ring in rings for way in (ring, ring[::-1])]
    return any(joined == way[k : k + len(joined)] for way in round_trips for k in range(len(way)))
