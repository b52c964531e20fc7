"""One decorator for compiled kernels, whose machine code is kept on disk wherever that can be.

A read-only installation, a user without a home folder and a full disk must still import: the
cache falls back to ``NUMBA_CACHE_DIR``, to a temporary folder, and then to none.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from functools import cache
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


@cache
def _cache_folder() -> str | None:
    """Return where machine code is kept, None if nowhere can be written."""
    asked = os.environ.get("NUMBA_CACHE_DIR")
    beside = Path(__file__).with_name("__pycache__")
    own = Path(tempfile.gettempdir()) / f"minezone-{_user()}"
    for folder in (Path(asked) if asked else None, beside, own):
        if folder is not None and _writable(folder):
            os.environ.setdefault("NUMBA_CACHE_DIR", str(folder))
            return str(folder)
    return None


def _user() -> str:
    # Another user's folder is never shared: what lies in it is run.
    return str(os.getuid()) if hasattr(os, "getuid") else "user"


class _Kernel:
    """A kernel that is compiled when it is first called, so that no command waits for numba."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    def __call__(self, *values: Any) -> Any:
        """Compile the kernels of the module, which call one another, and run this one."""
        kept = _cache_folder() is not None  # before numba reads where to
        import numba

        names = self._function.__globals__
        for name, value in list(names.items()):
            if isinstance(value, _Kernel):
                names[name] = numba.njit(cache=kept, nogil=True)(value._function)
        return names[self._function.__name__](*values)


def jit(function: Function) -> Function:
    """Compile a kernel in nopython mode, on first use."""
    return cast(Function, _Kernel(function))
