"""One decorator for compiled kernels, whose machine code is kept on disk wherever that can be.

A read-only installation, a user without a home folder and a full disk must still import: the
cache falls back to ``NUMBA_CACHE_DIR``, to a temporary folder, and then to none.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _cache_folder() -> str | None:
    """Return where machine code is kept, None if nowhere can be written."""
    asked = os.environ.get("NUMBA_CACHE_DIR")
    beside = Path(__file__).with_name("__pycache__")
    own = Path(tempfile.gettempdir()) / f"minezone-{_user()}"
    for folder in (Path(asked) if asked else None, beside, own):
        if folder is not None and _writable(folder):
            return str(folder)
    return None


def _user() -> str:
    # Another user's folder is never shared: what lies in it is run.
    return str(os.getuid()) if hasattr(os, "getuid") else "user"


_FOLDER = _cache_folder()
if _FOLDER is not None:
    os.environ.setdefault("NUMBA_CACHE_DIR", _FOLDER)


def jit(function: Function) -> Function:
    """Compile a kernel in nopython mode, on first use."""
    import numba

    return cast(Function, numba.njit(cache=_FOLDER is not None, nogil=True)(function))
