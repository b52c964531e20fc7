"""What a drawing says in words of its coordinate system: texts, title blocks, names of layers.

A drawing has no place for a system, but every sheet has a line for it: 1980西安坐标系. What is
given must agree with that, as with the titles of a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from layers.formats.dxf.doubts import OnSheet, hidden_in, projected_in
from layers.formats.dxf.places import TEXTS, texts_of
from layers.formats.planes import datums_named
from layers.formats.stated import Stated, stated_in

_MAY_SAY = re.compile(
    r"坐标|系|带|子午|经线|经度|纬度|西安|北京|国家|cgcs|wgs|geodetic|xi'?an|xa|bj|beijing"
    r"|[xy]\s*[(（]|cm\s*[:：=＝]|l\s?[0o〇₀]\s*[:：=＝]|meridian|投影|utm",
    re.IGNORECASE,
)
"""Without one of these a text says nothing of a system; drawings have many texts."""
_GRADE = r"(?:7[2-9]|[89]\d|1[0-3]\d)(?!\d)"
# CM=114, L0=114°; a bare L0=120 is the length of a curve.
_SYMBOL = re.compile(
    rf"(?<![a-z\d])(?:(?:cm|central[ _]meridian)\s*[:：=＝]\s*(?={_GRADE})"
    rf"|l\s?[0o〇₀]\s*[:：=＝]\s*(?={_GRADE}(?:\.\d{{1,9}})?\s*[°º度]))",
    re.IGNORECASE,
)
# 2000国家大地坐标系 114°: a whole angle behind a system, and nothing behind it.
_BEHIND = re.compile(
    rf"(?<=[系统048带影])[\s,，、(（/]{{1,3}}"
    rf"(?={_GRADE}\s*[°º度]\s*[e东]?\s*(?:$|[)）,，。;；/]))",
    re.IGNORECASE,
)
_SHOWN, _LONGEST = 2, 40


def _stated_in(text: str) -> Stated:
    """Return what one text says, with the symbols of a sheet as the words they stand for."""
    words = _SYMBOL.sub(" 中央子午线 ", text)
    if "坐标" in words or datums_named(words):
        words = _BEHIND.sub(" 中央子午线 ", words)
    return stated_in(words, all_meant=True)


def stated_by(layer: str, texts: Iterable[str]) -> OnSheet:
    """Return what a drawing says of the coordinates of a layer.

    Each text is taken by itself: those beside one another in the file are not beside one another
    on the sheet. A layer that is called after a datum goes before them.
    """
    texts = list(dict.fromkeys(texts))
    own = _stated_in(layer)
    told = {t: _stated_in(t) for t in texts if _MAY_SAY.search(t)}
    said = {t: s for t, s in told.items() if s != Stated()}
    all_of = list(said.values())
    datums = dict.fromkeys(d for s in all_of for d in s.datums)
    words = [layer] if own != Stated() else list(said)
    return OnSheet(
        own.datums or tuple(datums),
        own.zones or frozenset(z for s in all_of for z in s.zones),
        own.meridians or frozenset(m for s in all_of for m in s.meridians),
        own.widths or frozenset(w for s in all_of for w in s.widths),
        own.local or next((s.local for s in all_of if s.local), ""),
        own.unconverted or next((s.unconverted for s in all_of if s.unconverted), ""),
        former=own.former or tuple(dict.fromkeys(d for s in all_of for d in s.former)),
        words="、".join(f"“{' '.join(t.split())[:_LONGEST]}”" for t in words[:_SHOWN]),
        hidden=hidden_in([layer, *texts]),
        projected=projected_in([layer, *texts])[0],
    )


def texts_elsewhere(document: Any, entities: Iterable[Any]) -> Iterator[str]:
    """Yield the texts of the paper space, and of blocks that stand in the drawing, however deep."""
    left = [*entities]
    for layout in document.layouts:
        if not layout.is_modelspace:
            left += layout
            yield from (t.words for e in layout for t in texts_of(e))
    seen: set[str] = set()
    while left:
        entity = left.pop()
        if entity.dxftype() != "INSERT":
            continue
        name = str(entity.dxf.get("name", ""))
        block = document.blocks.get(name) if name.lower() not in seen else None
        seen.add(name.lower())
        for inner in () if block is None else block:
            left.append(inner)
            yield from (t.words for t in texts_of(inner) if inner.dxftype() in TEXTS)
