"""What is told of a layer of a drawing: what was mended, taken for something, or left out."""

from __future__ import annotations

from collections import Counter

from layers.account import Issue
from layers.formats.dxf.drawn import Drawing, Drawn
from layers.formats.dxf.entities import NO_CHARACTER
from layers.formats.dxf.marks import SMALL_M
from layers.issues import info, listed, warning

_SHOWN = 6


def counts(drawn: Drawn) -> Counter[str]:
    """Return how many entities of each kind are not read."""
    found = Counter({kind: len(handles) for kind, handles in drawn.ignored.items()})
    return found + Counter({"CIRCLE": len(drawn.marks)})


def counted(kinds: Counter[str]) -> str:
    """Return kinds of entities with their numbers."""
    return ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items()) if n)


def of_texts(drawing: Drawing, damaged: int) -> list[Issue]:
    """Tell of texts that are damaged or cannot be seen."""
    issues = []
    if damaged:
        zh = f"{damaged} 处文字有不属于其编码的字节，以 {NO_CHARACTER} 代替"
        en = f"{damaged} texts have bytes of no character, replaced by {NO_CHARACTER}"
        issues.append(warning("text_damaged", zh, en))
    if drawing.other_lines:
        n, most = drawing.other_lines, drawing.encoding
        zh = f"{n} 处文字不是 {most} 编码（UTF-8 与 GB18030 混用），各按其编码读"
        en = f"{n} texts are not in {most} but in the other of UTF-8 and GB18030; read as such"
        issues.append(warning("encoding_mixed", zh, en))
    if drawing.unseen_texts:
        n = drawing.unseen_texts
        zh, en = f"{n} 处文字在图上不可见，未作标注", f"{n} texts are invisible and label nothing"
        issues.append(warning("texts_hidden", zh, en))
    return issues


def of_layer(found: Drawn, mended: tuple[str, ...]) -> list[Issue]:
    """Tell how a layer was read, and what of it was not."""
    issues = []
    if mended:
        n, first = len(mended), mended[0]
        zh = f"图形文件有 {n} 处损坏，已修补：{first}"
        issues.append(warning("drawing_mended", zh, f"{n} faults of the file mended: {first}"))
    if found.nearly_closed:
        n = found.nearly_closed
        zh = f"{n} 条多段线首末点相距不到 1 毫米，按闭合读"
        en = f"{n} polylines end less than 1 mm from their start; read as closed"
        issues.append(warning("nearly_closed", zh, en))
    if found.curved:
        zh = "弧段按弦线读，离弧不超过 1 毫米"
        en = "arcs are read as chords that stay within 1 mm of them"
        issues.append(info("arcs_as_chords", zh, en))
    if found.sloping:
        n = found.sloping
        zh, en = f"{n} 行的坐标带有高程，未用", f"the altitudes of {n} rows are not used"
        issues.append(info("altitude_unused", zh, en))
    if n := len({h for h, kind in zip(found.handles, found.kinds, strict=True) if kind == "HATCH"}):
        zh = f"图中没有闭合线，{n} 个填充（HATCH）的边界按界线读，请核对"
        en = f"the drawing has no closed line; the boundaries of {n} hatches are read as outlines"
        issues.append(warning("hatches_read", zh, en))
    return [*issues, *_circles(found), *_left_out(found)]


def _circles(found: Drawn) -> list[Issue]:
    issues = []
    if found.marks:
        handles, n = listed(found.marks, "en", _SHOWN), len(found.marks)
        zh = (
            f"{n} 个圆是标记，未读（半径不超过 {SMALL_M:g} 米，或圆心在界线拐点上）：句柄 {handles}"
        )
        en = f"{n} circles are marks and not read (radius up to {SMALL_M:g} m, or round a corner " \
             f"of a line): handles {handles}"  # fmt: skip
        issues.append(warning("circles_ignored", zh, en))
    if found.rounds:
        handles = listed([found.handles[k] for k in found.rounds], "en", _SHOWN)
        n = len(found.rounds)
        zh = f"{n} 个圆按界线读入；矿业权以拐点圈定，不会是圆，请核对：句柄 {handles}"
        en = f"{n} circles are read as outlines; a mining right is bounded by corners, not by a " \
             f"circle: handles {handles}"  # fmt: skip
        issues.append(warning("circles_read", zh, en))
    return issues


def _left_out(found: Drawn) -> list[Issue]:
    issues = []
    if found.ignored:
        kinds = ", ".join(
            f"{kind} {len(handles)} ({listed(handles, 'en', _SHOWN)})"
            for kind, handles in sorted(found.ignored.items())
        )
        zh, en = f"未读的图元（句柄）：{kinds}", f"entities not read (handles): {kinds}"
        issues.append(warning("entities_ignored", zh, en))
    if found.hidden:
        handles, n = listed(found.hidden, "en", _SHOWN), len(found.hidden)
        zh = f"{n} 个图元在图中不可见（自身隐藏，或图层关闭、冻结），照读：{handles}"
        en = f"{n} entities cannot be seen in the drawing (hidden, or their layer is off or " \
             f"frozen); they are read like the others: {handles}"  # fmt: skip
        issues.append(warning("hidden_entities", zh, en))
    return issues
