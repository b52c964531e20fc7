"""The way in for files from outside: one reading process for all that this one reads."""

from __future__ import annotations

import atexit
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
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
    request = given.request(VETTED)
    if not can_confine():
        return load_given(request)
    with _one_at_a_time:
        return _shared().layers(request, str(given.path))


def load_in_turn(files: Iterable[Given]) -> Iterator[Callable[[], dict[str, Layer]]]:
    """Yield for each file what loads it, as :func:`load_outside`; call it before the next.

    While the caller works on one file the reading process reads the next.
    """
    if not can_confine():
        for given in files:
            yield partial(load_outside, given)
        return
    with ThreadPoolExecutor(1) as ahead:
        coming: deque[Future[dict[str, Layer]]] = deque()
        for given in files:
            coming.append(ahead.submit(load_outside, given))
            if len(coming) > 1:
                yield coming.popleft().result
        while coming:
            yield coming.popleft().result


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
