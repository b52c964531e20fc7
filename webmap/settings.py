"""Settings of the server, and the only place where ``MINEZONE_*`` variables are read."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from gis.errors import MineZoneError
from layers.places import folders

PREFIX: Final = "MINEZONE_"
MIB: Final = 1 << 20
_OTHER: Final = ("LANG", "REQUIRE_ALL", "SHARED_DATA")
"""Variables of the command line and of the tests, which are no settings of the server."""


class SettingError(MineZoneError):
    """A setting cannot be right; the line names it."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """All that the server can be told; each field but ``workspace`` is also ``MINEZONE_<NAME>``.

    Attributes
    ----------
    workspace : the workspace file
    host, port : where to listen; this machine only, port 0 = any free one
    workers : processes that judge; 0 = one for each processor, at most 4
    state : folder of uploads and reports; default: beside the workspace, else the user's cache
    max_upload_mb : largest file
    max_geojson_mb : largest GeoJSON body, which is read without a child process
    read_seconds : for reading one file
    judge_seconds : for judging one file
    screen_seconds : for judging the whole workspace
    max_waiting : requests that may wait for a worker; more are told to come back
    max_reports, max_reports_mb : kept; the oldest go first
    """

    workspace: Path
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 0
    state: Path | None = None
    max_upload_mb: int = 64
    max_geojson_mb: int = 8
    read_seconds: float = 19.0
    judge_seconds: float = 60.0
    screen_seconds: float = 3600.0
    max_waiting: int = 64
    max_reports: int = 500
    max_reports_mb: int = 2048

    def __post_init__(self) -> None:
        """Refuse what cannot be right."""
        require_loopback(self.host)
        _require(0 <= self.port <= 65535, "port", "0 … 65535")
        _require(0 <= self.workers <= 64, "workers", "0 … 64")
        for name in _POSITIVE:
            _require(getattr(self, name) > 0, name, "> 0")

    @property
    def max_upload(self) -> int:
        """Return the largest file in bytes."""
        return self.max_upload_mb * MIB

    @property
    def max_geojson(self) -> int:
        """Return the largest GeoJSON body in bytes."""
        return self.max_geojson_mb * MIB

    @property
    def processes(self) -> int:
        """Return how many processes judge."""
        return self.workers or min(os.cpu_count() or 1, 4)

    def state_folder(self) -> Path:
        """Return the folder for uploads and reports, made for this user alone.

        Raises
        ------
        SettingError
            No folder can be written.
        """
        places = [self.state] if self.state else _default_places(self.workspace)
        for place in places:
            try:
                place.mkdir(parents=True, exist_ok=True, mode=0o700)
                if os.access(place, os.W_OK | os.X_OK):
                    return place.resolve()
            except OSError:
                continue
        listed = ", ".join(map(str, places))
        raise SettingError(
            f"无法写入状态文件夹 {listed}", f"cannot write the state folder {listed}"
        )


_POSITIVE: Final = (
    "max_upload_mb", "max_geojson_mb", "read_seconds", "judge_seconds", "screen_seconds",
    "max_waiting", "max_reports", "max_reports_mb",
)  # fmt: skip


def load(environ: Mapping[str, str], **given: Any) -> ServerSettings:
    """Return the settings: what is ``given`` (None = not), else the environment, else defaults.

    Raises
    ------
    SettingError
        A value cannot be right, or a ``MINEZONE_`` variable is unknown.
    """
    known = {f"{PREFIX}{f.name.upper()}": f for f in fields(ServerSettings)}
    passed = {f"{PREFIX}{name}" for name in _OTHER}
    values: dict[str, Any] = {}
    for variable, text in environ.items():
        if variable in known:
            values[known[variable].name] = _converted(variable, text)
        elif variable.startswith(PREFIX) and variable not in passed:
            raise SettingError(f"没有设置项 {variable}", f"no setting is called {variable}")
    values |= {name: value for name, value in given.items() if value is not None}
    if "workspace" not in values:
        raise SettingError("没有给出工作区", "no workspace is given")
    return ServerSettings(**values)


def language(environ: Mapping[str, str]) -> str:
    """Return the language the environment asks for, ``zh`` where it says nothing."""
    return environ.get(f"{PREFIX}LANG") or "zh"


def require_loopback(host: str) -> None:
    """Refuse any address but this machine's own: there are no users and passwords yet.

    Raises
    ------
    SettingError
        Others could reach ``host``.
    """
    try:
        own = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        own = False
    if not own:
        raise SettingError(
            f"只能监听本机（127.0.0.1），不能监听 {host}：尚无用户和口令",
            f"listens on this machine (127.0.0.1) only, not on {host}: there are no users yet",
        )


def _converted(variable: str, text: str) -> Any:
    name = variable.removeprefix(PREFIX).lower()
    kind = ServerSettings.__annotations__[name]
    try:
        if "Path" in kind:
            return Path(text)
        return {"int": int, "float": float, "str": str}[kind](text)
    except ValueError as fault:
        raise SettingError(
            f"{variable} 应为数字，而不是“{text}”", f"{variable} must be a number, not '{text}'"
        ) from fault


def _require(good: bool, name: str, range_: str) -> None:
    if not good:
        raise SettingError(f"设置 {name} 应为 {range_}", f"setting {name} must be {range_}")


def _default_places(workspace: Path) -> list[Path]:
    return folders(workspace.resolve().parent, "server")
