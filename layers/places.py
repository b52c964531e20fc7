"""Where files that can be made again may lie."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def folders(root: Path, kind: str) -> list[Path]:
    """Return folders for ``kind``: beside the workspace in ``root``, else the user's cache."""
    cache_home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    home = [Path(cache_home)] if cache_home else []
    if not home:
        with contextlib.suppress(RuntimeError):
            home = [Path.home() / ".cache"]
    return [root / ".minezone" / kind, *(h / "minezone" / kind for h in home)]
