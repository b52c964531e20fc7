"""Fuzz one text parser with its coverage for a guide.

``python tests/fuzz/guided.py NAME SECONDS FOLDER`` ends with 0 if nothing was found. What makes the
reader fail lies in FOLDER as ``crash-…`` or ``timeout-…``: keep it in tests/fuzz/found as
``WHAT.SUFFIX``, where every run of the suite reads it again.
"""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["layers.formats"]):
    importlib.import_module("layers.formats")

sys.path.insert(0, str(Path(__file__).parent))
from mutations import SEEDS, WORDS
from reading import read_or_refuse


def main(name: str, seconds: str, folder: str) -> None:
    """Run until something is found or the time is over."""
    home = Path(folder)
    seeds, path = home / "seeds", home / name
    seeds.mkdir()
    (seeds / "utf8").write_text(SEEDS[name], encoding="utf-8")
    (seeds / "gbk").write_text(SEEDS[name], encoding="gb18030")
    words = {*WORDS, *re.findall(r"[^\s,，]+", SEEDS[name])} - {""}
    (home / "words").write_text(
        "".join(f'"{_escaped(word)}"\n' for word in sorted(words)), encoding="ascii"
    )

    def one(data: bytes) -> None:
        path.write_bytes(data)
        read_or_refuse(path)

    options = {
        "max_total_time": seconds, "max_len": 4096, "timeout": 20, "rss_limit_mb": 2048,
        "dict": home / "words", "artifact_prefix": f"{home}/", "print_final_stats": 1,
    }  # fmt: skip
    atheris.Setup(["guided", *(f"-{k}={v}" for k, v in options.items()), str(seeds)], one)
    atheris.Fuzz()


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode("utf-8", "surrogatepass"))


if __name__ == "__main__":
    main(*sys.argv[1:])
