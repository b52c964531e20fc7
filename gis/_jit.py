"""One decorator for compiled kernels, whose machine code is kept on disk wherever that can be.

A read-only installation, a user without a home folder and a full disk must still import: the
cache falls back to ``NUMBA_CACHE_DIR``, to a temporary folder, and then to none.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])

SECONDS = 10
"""What compiling all kernels takes at most on an ordinary machine; said to who waits."""

_heard: list[Callable[[int], None]] = []


def on_compiling(say: Callable[[int], None] | None) -> None:
    """Have ``say`` called, with ``SECONDS``, once when this process must compile kernels.

    Kernels that are found on disk are not compiled. None takes an earlier one back.
    """
    _heard[:] = [] if say is None else [say]


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _private(folder: Path) -> bool:
    """Make a folder that nobody else can write; False if it is there and another's.

    Anyone may have made it before us in the temporary folder, and what lies in it is run.
    """
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return False
    if not hasattr(os, "getuid"):  # Windows: every user has a temporary folder of their own
        return stat.S_ISDIR(found.st_mode)
    own = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    return own and not stat.S_IMODE(found.st_mode) & 0o077


@cache
def _cache_folder() -> Path | None:
    """Return where machine code is kept, None if nowhere can be written."""
    asked = os.environ.get("NUMBA_CACHE_DIR")
    if asked and _writable(Path(asked)):
        return Path(asked)
    beside = Path(__file__).with_name("__pycache__")
    if _writable(beside):
        return beside
    user = os.getuid() if hasattr(os, "getuid") else "user"
    own = Path(tempfile.gettempdir()) / f"minezone-{user}"
    return own if _private(own) and _writable(own) else None


@cache
def _numba() -> Any:
    """Return numba, told where to keep machine code and to say when it compiles."""
    import numba
    from numba.core import event

    folder = _cache_folder()
    if folder is not None:
        numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]

    class Ear(event.Listener):
        """Hears of kernels that are compiled, not of those that are read from disk."""

        def on_start(self, event: Any) -> None:
            if _heard:
                _heard.pop()(SECONDS)

        def on_end(self, event: Any) -> None:
            pass

    event.register("numba:compile", Ear())  # type: ignore[no-untyped-call]
    return numba


class _Kernel:
    """A kernel that is compiled when it is first called, so that no command waits for numba."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    def __call__(self, *values: Any) -> Any:
        """Compile the kernels of the module, which call one another, and run this one."""
        numba = _numba()
        kept = _cache_folder() is not None
        names = self._function.__globals__
        for name, value in list(names.items()):
            if isinstance(value, _Kernel):
                names[name] = numba.njit(cache=kept, nogil=True)(value._function)
        return names[self._function.__name__](*values)


def jit(function: Function) -> Function:
    """Compile a kernel in nopython mode, on first use."""
    return cast(Function, _Kernel(function))
