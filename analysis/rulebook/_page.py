"""One rulebook file as typed parts, and the parts of a chain of files as one page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from analysis import templates
from analysis.law import Parameter, Reason, Reference, RuleLaw, Text, Value
from analysis.model import Verdict
from analysis.rulebook._yaml import Node

STRENGTHS = ("veto", "scored", "reference", "duty", "promotion")
UNITS = ("1", "m", "m2", "m3", "km2", "kt/a", "a", "degree")
ARGUMENTS = ("text", "code", "count", "layer", "column", "parameter", *UNITS[1:])
VERDICTS = tuple(v.name for v in Verdict)
COMMON = "COMMON"

_HEAD = ("title", "strength", "applies_to", "method")
_BODY = ("references", "parameters", "reasons", "cannot")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Page:
    """What one file says; None = left to the more general jurisdiction."""

    node: Node
    code: str
    title: Text | None
    strength: str | None
    applies_to: Text | None
    method: Text | None
    references: dict[str, Reference]
    parameters: dict[str, Parameter]
    reasons: dict[str, Reason]
    cannot: dict[str, Text]
    version: str | None


def parse(node: Node, chain: tuple[str, ...], stem: str) -> Page:
    """Return the parts of a file of jurisdiction ``chain[-1]``; RulebookError for any fault."""
    national = len(chain) == 1
    version = ("version",) if national and stem == "common" else ()
    if national:
        node.allow(("rule", *_HEAD, "references", "parameters", "reasons", *version), ("cannot",))
    else:
        node.allow(("rule",), (*_HEAD, *_BODY))
    code = node.text("rule")
    expected = COMMON if stem == "common" else stem.split("_")[0].upper()
    if code != expected:
        node.fail("rule", f"与文件名不符，应为 {expected}", f"must be {expected}, as the file name")
    page = Page(
        node=node,
        code=code,
        title=node.both("title") if "title" in node else None,
        strength=_strength(node, code) if "strength" in node else None,
        applies_to=node.both("applies_to") if "applies_to" in node else None,
        method=node.both("method") if "method" in node else None,
        references=_entries(node, "references", lambda k, n: _reference(k, n, chain)),
        parameters=_entries(node, "parameters", _parameter),
        reasons=_entries(node, "reasons", _reason),
        cannot=_cannot(node),
        version=node.text("version") if version else None,
    )
    _refuse_unused(page)
    return page


def _entries(node: Node, key: str, make: Callable[[str, Node], _T]) -> dict[str, _T]:
    if key not in node:
        return {}
    return {name: make(name, inner) for name, inner in node.nodes(key)}


def _strength(node: Node, code: str) -> str:
    allowed = ("technical",) if code == COMMON else STRENGTHS
    value = node.text("strength")
    if value not in allowed:
        node.fail("strength", f"应为 {'、'.join(allowed)}", f"must be one of {', '.join(allowed)}")
    return value


def _reference(key: str, node: Node, chain: tuple[str, ...]) -> Reference:
    node.allow(("instrument", "article", "quote", "from", "jurisdiction"), ("to", "note"))
    jurisdiction = node.text("jurisdiction")
    if jurisdiction not in chain:
        node.fail("jurisdiction", f"应为 {'、'.join(chain)}", f"must be one of {', '.join(chain)}")
    note = node.both("note") if "note" in node else None
    if node.data["quote"] == "" and note is None:
        node.fail("quote", "无原文时须有 note 说明", "empty, and no note says why")
    start = node.day("from")
    end = node.day("to") if "to" in node else None
    if end is not None and end < start:
        node.fail("to", "早于 from", "is before from")
    return Reference(
        id=key,
        instrument=node.text("instrument"),
        article=node.text("article"),
        quote="" if node.data["quote"] == "" else node.text("quote"),
        jurisdiction=jurisdiction,
        effective_from=start,
        effective_to=end,
        note=note,
    )


def _parameter(key: str, node: Node) -> Parameter:
    node.allow(("title", "unit", "last_checked", "history"))
    unit = node.text("unit")
    if unit not in UNITS:
        node.fail("unit", f"应为 {'、'.join(UNITS)}", f"must be one of {', '.join(UNITS)}")
    history: list[Value] = []
    for item in node.items("history"):
        item.allow(("from", "value", "reference"))
        value = Value(item.day("from"), item.number("value"), item.text("reference"))
        if history and value.effective_from <= history[-1].effective_from:
            item.fail("from", "未按日期先后排列", "is not after the value before it")
        if value.value is None and not history:
            item.fail("value", "首个值不能为 null", "the first value cannot be null")
        history.append(value)
    return Parameter(key, node.both("title"), unit, node.day("last_checked"), tuple(history))


def _reason(key: str, node: Node) -> Reason:
    node.allow(("verdicts", "zh", "en"), ("zh_all", "en_all", "args", "references"))
    verdicts = node.words("verdicts", VERDICTS)
    if not verdicts:
        node.fail("verdicts", "不能为空", "must not be empty")
    args = _arguments(node.node("args")) if "args" in node else {}
    message = Text(node.text("zh"), node.text("en"))
    summary = None
    if "zh_all" in node or "en_all" in node:
        node.allow(tuple(dict.fromkeys((*node.data, "zh_all", "en_all"))))
        summary = Text(node.text("zh_all"), node.text("en_all"))
    reason = Reason(
        verdicts=verdicts,
        message=message,
        references=node.words("references") if "references" in node else (),
        summary=summary,
        args=args,
    )
    _check_templates(node, reason)
    return reason


def _arguments(node: Node) -> dict[str, str]:
    for name in node.data:
        if name in templates.BUILT_IN:
            node.fail(name, "是内置占位符", "is a built-in placeholder")
        if node.text(name) not in ARGUMENTS:
            node.fail(
                name, f"应为 {'、'.join(ARGUMENTS)}", f"must be one of {', '.join(ARGUMENTS)}"
            )
    return dict(node.data)


def _check_templates(node: Node, reason: Reason) -> None:
    known = templates.BUILT_IN | set(reason.args)
    used = _placeholders(node, "", reason.message, known)
    if reason.summary is not None:
        used |= _placeholders(node, "_all", reason.summary, known)
    elif "related" in templates.parse(reason.message.zh).required:
        node.fail("zh_all", "用到 {related} 的模板须另有 zh_all/en_all",
                  "a template with {related} needs zh_all/en_all beside it")  # fmt: skip
    for name in reason.args:
        if name not in used:
            node.fail("args", f"{name} 未在模板中使用", f"{name} is used by no template")


def _placeholders(
    node: Node, suffix: str, text: Text, known: set[str] | frozenset[str]
) -> set[str]:
    found: list[frozenset[str]] = []
    for lang in ("zh", "en"):
        key = lang + suffix
        try:
            template = templates.parse(text.of(lang))
        except ValueError as error:
            node.fail(key, f"括号不配对：{error}", f"unbalanced brackets: {error}")
        for name in sorted(template.names - known):
            node.fail(key, f"未知占位符 {{{name}}}", f"unknown placeholder {{{name}}}")
        found.append(template.names)
    if found[0] != found[1]:
        odd = ", ".join(sorted(found[0] ^ found[1]))
        node.fail("zh" + suffix, f"中英文占位符不一致：{odd}", f"zh and en differ in {odd}")
    return set(found[0])


def _cannot(node: Node) -> dict[str, Text]:
    if "cannot" not in node:
        return {}
    inner = node.node("cannot")
    inner.allow((), VERDICTS)
    return {verdict: inner.both(verdict) for verdict in inner.data}


def _refuse_unused(page: Page) -> None:
    used = _used(page.parameters.values(), page.reasons.values())
    for key in page.references:
        if key not in used:
            page.node.fail(f"references.{key}", "未被引用", "is used by nothing in this file")


def _used(parameters: Iterable[Parameter], reasons: Iterable[Reason]) -> set[str]:
    out = {r for reason in reasons for r in reason.references}
    out |= {v.reference for p in parameters for v in p.history if v.reference is not None}
    return out


def merge(pages: Sequence[Page]) -> RuleLaw:
    """Return one rule's law from its files, general to special.

    A special file replaces a parameter whole (it must exist and keep its unit), adds or replaces
    references, reasons and ``cannot``, and may change title, strength, scope and method.
    """
    first = pages[0]
    law = RuleLaw(
        code=first.code,
        title=_given(first.title),
        strength=_given(first.strength),
        applies_to=_given(first.applies_to),
        method=_given(first.method),
        references={},
        parameters={},
        reasons={},
        cannot={},
    )
    for page in pages:
        if page is not first:
            _check_override(law, page)
        law = replace(
            law,
            title=page.title or law.title,
            strength=page.strength or law.strength,
            applies_to=page.applies_to or law.applies_to,
            method=page.method or law.method,
            references={**law.references, **page.references},
            parameters={**law.parameters, **page.parameters},
            reasons={**law.reasons, **page.reasons},
            cannot={**law.cannot, **page.cannot},
        )
        _check_law(law, page)
    used = _used(law.parameters.values(), law.reasons.values())
    return replace(law, references={k: v for k, v in law.references.items() if k in used})


def _given(value: _T | None) -> _T:
    assert value is not None  # the most general file has every key; `parse` insisted
    return value


def _check_override(law: RuleLaw, page: Page) -> None:
    for name, parameter in page.parameters.items():
        general = law.parameters.get(name)
        if general is None:
            page.node.fail(f"parameters.{name}", "上级法域没有该参数",
                           "the general rulebook has no such parameter")  # fmt: skip
        if general.unit != parameter.unit:
            page.node.fail(f"parameters.{name}.unit", f"应为 {general.unit}",
                           f"must be {general.unit}")  # fmt: skip


def _check_law(law: RuleLaw, page: Page) -> None:
    for name, parameter in page.parameters.items():
        for i, value in enumerate(parameter.history):
            key = f"parameters.{name}.history[{i}]"
            _check_citation(law, page, key, str(value.reference), value.effective_from)
    for name, reason in page.reasons.items():
        for reference in reason.references:
            _check_citation(law, page, f"reasons.{name}.references", reference, None)
    for verdict in page.cannot:
        for name, reason in law.reasons.items():
            if verdict in reason.verdicts:
                page.node.fail(f"cannot.{verdict}", f"与理由 {name} 矛盾",
                               f"reason {name} carries it")  # fmt: skip


def _check_citation(law: RuleLaw, page: Page, key: str, cited: str, day: date | None) -> None:
    reference = law.references.get(cited)
    if reference is None:
        page.node.fail(key, f"引用 {cited} 不存在", f"there is no reference {cited}")
    end = reference.effective_to
    if day is not None and (day < reference.effective_from or (end is not None and day > end)):
        page.node.fail(key, f"{day} 时引用 {cited} 无效", f"{cited} is not in force on {day}")


def check_verdicts(law: RuleLaw, common: RuleLaw, page: Page) -> None:
    """Insist that every verdict occurs in some reason or is explained in ``cannot``."""
    found = {v for r in (*law.reasons.values(), *common.reasons.values()) for v in r.verdicts}
    for verdict in VERDICTS:
        if verdict not in found and verdict not in law.cannot:
            page.node.fail(f"cannot.{verdict}", "既无理由也无说明",
                           "no reason carries this verdict and nothing says why not")  # fmt: skip
    for key in law.reasons:
        if key in common.reasons:
            page.node.fail(f"reasons.{key}", "与公共理由重名", "is a reason of the engine")
