"""Strict reading of one rulebook file: every fault names the file and the key."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

import yaml

from analysis.errors import RulebookError
from analysis.law import Text

# The C parser is some ten times quicker; PyYAML may be built without it.
_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Loader: Any = type("_Loader", (_BASE,), {})

_FOLD = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\s+(?=[\u3000-\u9fff\uff00-\uffef])")


def _mapping(loader: Any, node: Any) -> dict[Hashable, Any]:
    out: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, str):
            raise _KeyFault(line, f"键 {key!r} 不是文本", f"key {key!r} is not text")
        if key in out:
            raise _KeyFault(line, f"键 {key} 重复", f"duplicate key {key}")
        out[key] = loader.construct_object(value_node, deep=True)
    return out


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


class _KeyFault(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, line: int, zh: str, en: str) -> None:
        super().__init__(en)
        self.line, self.zh, self.en = line, zh, en


class Node:
    """A mapping of the file with its place in it.

    Parameters
    ----------
    file : name for messages, as ``CN/mr101_rights_overlap.yaml``
    path : dotted keys that lead here, empty at the top
    data : the mapping
    """

    def __init__(self, file: str, path: str, data: dict[str, Any]) -> None:
        self.file, self.path, self.data = file, path, data

    def fail(self, key: str, zh: str, en: str) -> NoReturn:
        """Raise RulebookError for ``key`` of this mapping (empty: the mapping itself)."""
        place = ".".join(p for p in (self.path, key) if p) or "/"
        raise RulebookError(
            f"规则库文件 {self.file}：{place}：{zh}", f"rulebook file {self.file}: {place}: {en}"
        )

    def __contains__(self, key: str) -> bool:
        """Return whether the mapping has ``key``."""
        return key in self.data

    def allow(self, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
        """Refuse unknown keys and insist on the required ones."""
        for key in self.data:
            if key not in required and key not in optional:
                self.fail(key, "未知的键", "unknown key")
        for key in required:
            if key not in self.data:
                self.fail(key, "缺少该键", "key is missing")

    def text(self, key: str) -> str:
        """Return a non-blank text."""
        value = self.data[key]
        if not isinstance(value, str) or not value.strip():
            self.fail(key, "应为非空文本", "must be non-blank text")
        return value.strip()

    def day(self, key: str) -> date:
        """Return a date."""
        value = self.data[key]
        if not isinstance(value, date) or isinstance(value, datetime):
            self.fail(key, "应为日期 YYYY-MM-DD", "must be a date YYYY-MM-DD")
        return value

    def number(self, key: str) -> float | None:
        """Return a finite number, or None for null."""
        value = self.data[key]
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail(key, "应为数值或 null", "must be a number or null")
        if not abs(value) < float("inf"):
            self.fail(key, "应为有限数值", "must be finite")
        return float(value)

    def words(self, key: str, allowed: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a list of distinct words, each one of ``allowed`` where that is given."""
        value = self.data[key]
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            self.fail(key, "应为文本列表", "must be a list of words")
        for word in value:
            if allowed is not None and word not in allowed:
                self.fail(key, f"不允许的值 {word}", f"{word} is not allowed")
        if len(set(value)) != len(value):
            self.fail(key, "有重复的值", "a value is repeated")
        return tuple(value)

    def node(self, key: str) -> Node:
        """Return the mapping under ``key``."""
        value = self.data[key]
        path = f"{self.path}.{key}" if self.path else key
        if not isinstance(value, dict):
            self.fail(key, "应为映射", "must be a mapping")
        return Node(self.file, path, value)

    def nodes(self, key: str) -> Iterator[tuple[str, Node]]:
        """Yield name and mapping of each entry under ``key``."""
        inner = self.node(key)
        for name in inner.data:
            yield name, inner.node(name)

    def items(self, key: str) -> Iterator[Node]:
        """Yield the mappings of the list under ``key``."""
        value = self.data[key]
        if not isinstance(value, list):
            self.fail(key, "应为列表", "must be a list")
        path = f"{self.path}.{key}" if self.path else key
        for i, item in enumerate(value):
            if not isinstance(item, dict):
                self.fail(f"{key}[{i}]", "应为映射", "must be a mapping")
            yield Node(self.file, f"{path}[{i}]", item)

    def both(self, key: str) -> Text:
        """Return the text under ``key`` in Chinese and English; both are needed."""
        inner = self.node(key)
        inner.allow(("zh", "en"))
        # Folding long lines puts blanks between Chinese characters.
        return Text(_FOLD.sub("", inner.text("zh")), inner.text("en"))


def read(path: Path, file: str) -> tuple[Node, bytes]:
    """Return the top mapping of a rulebook file and its bytes.

    Raises
    ------
    RulebookError
        The file cannot be read, is no YAML, has a duplicate or non-text key, or is no mapping.
    """
    try:
        raw = path.read_bytes()
        data = yaml.load(raw.decode("utf-8"), Loader=_Loader)
    except OSError as error:
        raise RulebookError(
            f"规则库文件 {file} 无法读取：{error.strerror}",
            f"rulebook file {file} cannot be read: {error.strerror}",
        ) from error
    except _KeyFault as fault:
        raise RulebookError(
            f"规则库文件 {file} 第 {fault.line} 行：{fault.zh}",
            f"rulebook file {file} line {fault.line}: {fault.en}",
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        line = " ".join(str(error).split())
        raise RulebookError(
            f"规则库文件 {file} 不是有效的 YAML：{line}",
            f"rulebook file {file} is not valid YAML: {line}",
        ) from None
    if not isinstance(data, dict):
        raise RulebookError(
            f"规则库文件 {file} 应为一个映射", f"rulebook file {file} must be a mapping"
        )
    return Node(file, "", data), raw
