"""Writes docs/command-line.md from the commands: ``python -m webmap.cli_reference``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from webmap.cli import command

TARGET = Path(__file__).resolve().parent.parent / "docs" / "command-line.md"
HEAD = """# Command line · 命令

Made from the commands themselves by `python -m webmap.cli_reference`.

`--lang` and `--debug` may stand anywhere. Exit status: 0 all pass or not applicable; 1 some fail;
3 none fails but some need review or data, or rows of a judged layer were refused; 2 an error,
told in one line on standard error. `demo`, `rules`, `explain` and `inspect` judge nothing: they
exit 0 or 2. With `--json` standard output is JSON alone; what could not be drawn on the map is said
on standard error.
"""


def reference() -> str:
    """Return the page: every command, argument and option in both languages."""
    trees = {lang: command(lang) for lang in ("en", "zh")}
    parts = [HEAD, "\n## minezone\n\n", *_options(trees["en"], trees["zh"])]
    for name in trees["en"].commands:
        en, zh = (trees[lang].commands[name] for lang in ("en", "zh"))
        parts.append(f"\n## minezone {name}\n\n{en.help}\n\n{zh.help}\n\n")
        parts.extend(_options(en, zh))
    return "".join(parts)


def _options(en: Any, zh: Any) -> Iterator[str]:
    yield "| | | |\n|---|---|---|\n"
    for one, other in zip(en.params, zh.params, strict=True):
        names = ", ".join(one.opts) if one.opts[0].startswith("-") else ""
        form = " ".join(v for v in (names, one.metavar or "") if v)
        needed = " **required**" if one.required else ""
        yield f"| `{form.replace('|', '/')}`{needed} | {one.help} | {other.help} |\n"


def main() -> int:
    """Write the page."""
    TARGET.write_text(reference(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
