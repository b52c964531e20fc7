"""Settings files (``workspace.toml``, datum files): TOML in UTF-8, read strictly."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from layers.catalog import nearest
from layers.errors import WorkspaceError
from layers.schema import Schema


def read_toml(path: Path) -> tuple[bytes, dict[str, Any]]:
    """Return a file's bytes and what they say.

    Raises
    ------
    WorkspaceError
        The file cannot be opened, or is no TOML.
    """
    try:
        raw = path.read_bytes()
        return raw, tomllib.loads(raw.decode("utf-8-sig"))
    except OSError as fault:
        raise WorkspaceError(f"{path}：无法打开", f"{path}: cannot be opened") from fault
    except RecursionError as fault:
        raise WorkspaceError(f"{path}：嵌套过深", f"{path}: is nested too deep") from fault
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        line = " ".join(str(fault).split())
        raise WorkspaceError(
            f"{path}：不是有效的 TOML（UTF-8）：{line}", f"{path}: not valid TOML in UTF-8: {line}"
        ) from fault


class Table:
    """A TOML table read strictly; every complaint names the file and the key."""

    def __init__(self, file: str, prefix: str, data: Any, keys: Iterable[str]) -> None:
        """Take ``data``; WorkspaceError unless it is a table of no other than ``keys``."""
        self.file, self.prefix, self.data = file, prefix, data
        if not isinstance(data, dict):
            self.prefix, key = "", prefix.rstrip(".")
            raise self.fault(key, "应为表", "must be a table")
        for key in data:
            if key not in keys:
                zh, en = nearest(key, keys)
                raise self.fault(key, f"没有这个键{zh}", f"is no known key{en}")

    def fault(self, key: str, zh: str, en: str) -> WorkspaceError:
        """Return the error that names ``key`` and says what is wrong with it."""
        where = f"{self.prefix}{key}"
        return WorkspaceError(f"{self.file}：{where}：{zh}", f"{self.file}: {where}: {en}")

    def text(self, key: str, *, required: bool = False, default: str = "") -> str:
        """Return a text; ``default`` where it is absent and not required."""
        if key not in self.data:
            if required:
                raise self.fault(key, "缺少这个键", "is missing")
            return default
        value = self.data[key]
        if not isinstance(value, str) or not value.strip():
            raise self.fault(key, "应为非空文本", "must be text and not empty")
        return value

    def text_or_none(self, key: str) -> str | None:
        """Return a text, None where it is absent."""
        return self.text(key) if key in self.data else None

    def choice(self, key: str, choices: Iterable[str], default: str) -> Any:
        """Return one of ``choices``, ``default`` where it is absent."""
        value = self.data.get(key, default)
        if value not in choices:
            words = "、".join(choices), ", ".join(choices)
            raise self.fault(key, f"应为 {words[0]} 之一", f"must be one of {words[1]}")
        return value

    def flag(self, key: str) -> bool:
        """Return true or false; false where it is absent."""
        value = self.data.get(key, False)
        if not isinstance(value, bool):
            raise self.fault(key, "应为 true 或 false", "must be true or false")
        return value

    def positive(self, key: str) -> float | None:
        """Return a positive number, None where it is absent."""
        value = self.data.get(key)
        if value is None:
            return None
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 < value < float("inf"):
            raise self.fault(key, "应为正数", "must be a positive number")
        return float(value)

    def table(self, key: str) -> dict[str, Any]:
        """Return a table, empty where it is absent."""
        value = self.data.get(key, {})
        if not isinstance(value, dict):
            raise self.fault(key, "应为表", "must be a table")
        return value

    def columns(self, key: str, shape: Schema, kinds: tuple[type, ...]) -> dict[str, Any]:
        """Return a table whose keys are columns of ``shape``; values are of ``kinds`` or dates."""
        known = [c.name for c in shape.columns]
        table = self.table(key)
        for name, value in table.items():
            if name not in known:
                zh, en = nearest(name, known)
                raise self.fault(f"{key}.{name}", f"没有这一列{zh}", f"is no column{en}")
            if not isinstance(value, kinds) and not hasattr(value, "isoformat"):
                raise self.fault(f"{key}.{name}", "值的类型不对", "has a value of the wrong kind")
            if kinds == (str,) and not isinstance(value, str):
                raise self.fault(f"{key}.{name}", "应为字段名", "must be a field name")
        return table
