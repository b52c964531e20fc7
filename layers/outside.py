"""The way in for files from outside: one reading process for all that this one reads."""

from __future__ import annotations

import atexit
from threading import Lock
from typing import TYPE_CHECKING

from layers.given import ROWS, VETTED, Given, load_given, read_given
from layers.launching import can_confine

if TYPE_CHECKING:
    from layers.formats.source import Source
    from layers.layer import Layer
    from layers.reader import Reader

_reader: list[Reader] = []
_one_at_a_time = Lock()


def load_outside(given: Given) -> dict[str, Layer]:
    """Return the vetted layers of a file that somebody handed in.

    Where the system has no means to confine a process (any but Linux) it is read here.

    Raises
    ------
    MineZoneError
        The file cannot be judged, or reading it breaks a limit; the line names it.
    """
    from layers import transfer

    request = given.request(VETTED)
    if not can_confine():
        return load_given(request)
    with _one_at_a_time:
        return transfer.unpack(_shared().call(request, str(given.path)), str(given.path))


def read_outside(given: Given) -> Source:
    """Return the raw rows of a file that somebody handed in; see :func:`load_outside`."""
    from layers import source_transfer

    request = given.request(ROWS)
    if not can_confine():
        return read_given(request)
    with _one_at_a_time:
        return source_transfer.unpack(_shared().call(request, str(given.path)), given.path)


def _shared() -> Reader:
    """Return this process's reader; it ends with it."""
    if not _reader:
        from layers.reader import Reader

        _reader.append(Reader())
        atexit.register(_reader[0].close)
    return _reader[0]
