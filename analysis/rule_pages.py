"""Writes ``docs/rules``: one page per rule and an index, from the rulebook alone.

``python -m analysis.rule_pages [FOLDER]``; a test keeps the pages fresh.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from analysis import rulebook
from analysis.explain import explain
from analysis.numbers import NONE, show

HOME = Path(__file__).parents[1] / "docs" / "rules"


def pages() -> dict[str, str]:
    """Return file name -> Markdown of every page of the national rulebook and its overrides."""
    national = rulebook.load("CN")
    codes = [national.common.code, *sorted(national.rules)]
    special = [code for code in rulebook.jurisdictions() if code != "CN"]
    out = {"index.md": "\n".join(_index([explain(national, code) for code in codes])) + "\n"}
    for code in codes:
        general = explain(national, code)
        others = [explain(rulebook.load(j), code) for j in special]
        out[f"{code}.md"] = "\n".join(_page(general, others)) + "\n"
    return out


def write(folder: Path = HOME) -> list[Path]:
    """Write the pages and return their paths; pages of rules that are gone are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = pages()
    for stale in sorted(folder.glob("*.md")):
        if stale.name not in fresh:
            stale.unlink()
    paths = []
    for name, text in fresh.items():
        path = folder / name
        path.write_text(text, encoding="utf-8", newline="\n")
        paths.append(path)
    return paths


def _index(rules: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield "# 规则一览 / Rules"
    yield ""
    yield (
        "由规则库生成，请勿手改：`python -m analysis.rule_pages`。"
        "Generated from the rulebook; do not edit."
    )
    yield ""
    yield "| 代码 Code | 规则 | Rule | 性质 Strength |"
    yield "|---|---|---|---|"
    for rule in rules:
        title, strength = rule["title"], rule["strength_title"]
        yield _row(
            f"[{rule['code']}]({rule['code']}.md)", title["zh"], title["en"], _both(strength)
        )


def _page(rule: dict[str, Any], others: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield f"# {rule['code']} {rule['title']['zh']}"
    yield ""
    yield f"{rule['title']['en']} · {_both(rule['strength_title'])}"
    for key, heading in (
        ("applies_to", "适用对象 / Applies to"),
        ("method", "方法与局限 / Method"),
    ):
        yield from ("", f"## {heading}", "", rule[key]["zh"], "", rule[key]["en"])
    yield from _parameters(rule)
    yield from _overrides(rule, others)
    yield from _reasons(rule)
    references = dict(rule["references"])
    for other in others:
        references |= other["references"]
    yield from _references(references)


def _parameters(rule: dict[str, Any]) -> Iterator[str]:
    yield from ("", "## 参数 / Parameters", "")
    yield "| 参数 Parameter | 自 From | 值 Value | 依据 Reference |"
    yield "|---|---|---|---|"
    for parameter in rule["parameters"]:
        yield from _history(parameter)


def _history(parameter: dict[str, Any]) -> Iterator[str]:
    title = f"`{parameter['name']}` {_both(parameter['title'])}"
    for item in parameter["history"]:
        value = NONE if item["value"] is None else show(item["value"], parameter["unit"], "en")
        yield _row(title, item["from"], value, _link(item["reference"]))
        title = ""


def _overrides(rule: dict[str, Any], others: Sequence[dict[str, Any]]) -> Iterator[str]:
    general = {p["name"]: p["history"] for p in rule["parameters"]}
    for other in others:
        changed = [p for p in other["parameters"] if p["history"] != general[p["name"]]]
        texts = [k for k in ("title", "strength", "applies_to", "method") if other[k] != rule[k]]
        if not changed and not texts:
            continue
        yield from ("", f"### {other['jurisdiction']}", "")
        for key in texts:
            value = other[key] if isinstance(other[key], str) else _both(other[key])
            yield f"- {key}: {value}"
        if changed:
            yield "| 参数 Parameter | 自 From | 值 Value | 依据 Reference |"
            yield "|---|---|---|---|"
        for parameter in changed:
            yield from _history(parameter)


def _reasons(rule: dict[str, Any]) -> Iterator[str]:
    yield from ("", "## 结论与理由 / Verdicts and reasons", "")
    yield "| 结论 Verdict | 理由 Reason | 文字 Message |"
    yield "|---|---|---|"
    order = ("FAIL", "REVIEW", "NO_DATA", "PASS", "NOT_APPLICABLE")
    for verdict in order:
        for reason in rule["reasons"]:
            if verdict in reason["verdicts"]:
                yield _row(verdict, f"`{reason['key']}`", _both(reason["message"]))
        if verdict in rule["cannot"]:
            yield _row(verdict, NONE, _both(rule["cannot"][verdict]))


def _references(references: dict[str, dict[str, Any]]) -> Iterator[str]:
    yield from ("", "## 依据 / References")
    for key, item in references.items():
        end = f" – {item['effective_to']}" if item["effective_to"] else ""
        yield from ("", f'<a id="{key}"></a>', f"**{item['instrument']}** {item['article']}")
        yield f"({item['jurisdiction']}, {item['effective_from']}{end})"
        if item["quote"]:
            yield from ("", f"> {item['quote']}")
        if item["note"]:
            yield from ("", f"{item['note']['zh']} {item['note']['en']}")


def _link(key: str | None) -> str:
    return f"[{key}](#{key})" if key else NONE


def _both(text: dict[str, str]) -> str:
    return f"{text['zh']} / {text['en']}"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main(argv: Sequence[str] | None = None) -> int:
    """Write the pages into the folder given, else ``docs/rules``."""
    words = sys.argv[1:] if argv is None else list(argv)
    for path in write(Path(words[0]) if words else HOME):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
