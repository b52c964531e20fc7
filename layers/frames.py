"""Messages between processes: a JSON header and bytes, never pickles."""

from __future__ import annotations

import socket
import struct
import time
from dataclasses import dataclass
from typing import Any

import orjson

_SIZES = struct.Struct(">IQ")
_LARGEST_HEADER = 16 << 20


class FrameError(Exception):
    """The other side is gone, too slow, or said something that is no message."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message: ``header`` is a JSON object, ``body`` whatever it announces."""

    header: dict[str, Any]
    body: bytes = b""

    def packed(self) -> bytes:
        """Return the bytes that go over the wire."""
        header = orjson.dumps(self.header)
        return _SIZES.pack(len(header), len(self.body)) + header + self.body


def unpacked(data: bytes) -> Frame:
    """Return the message that ``data`` is, whole and with nothing after it.

    Raises
    ------
    FrameError
        It is not.
    """
    if len(data) < _SIZES.size:
        raise FrameError("cut short")
    head, body = _SIZES.unpack_from(data)
    if len(data) != _SIZES.size + head + body:
        raise FrameError("wrong length")
    return Frame(_object(data[_SIZES.size : _SIZES.size + head]), data[_SIZES.size + head :])


def send(channel: socket.socket, frame: Frame) -> None:
    """Send one message.

    Raises
    ------
    FrameError
        The other side is gone or does not listen.
    """
    try:
        channel.sendall(frame.packed())
    except OSError as fault:
        raise FrameError(str(fault)) from fault


def receive(channel: socket.socket, seconds: float | None, largest: int) -> Frame:
    """Return the next message; ``seconds`` bounds the whole wait, ``largest`` its body.

    Raises
    ------
    FrameError
        None came in time, or one that is too large.
    """
    until = None if seconds is None else time.monotonic() + seconds
    head, body = _SIZES.unpack(_exactly(channel, _SIZES.size, until))
    if head > _LARGEST_HEADER or body > largest:
        raise FrameError(f"message of {head} + {body} bytes")
    header = _object(_exactly(channel, head, until))
    return Frame(header, _exactly(channel, body, until))


def _object(raw: bytes) -> dict[str, Any]:
    try:
        header = orjson.loads(raw)
    except orjson.JSONDecodeError as fault:
        raise FrameError("no JSON") from fault
    if not isinstance(header, dict):
        raise FrameError("no JSON object")
    return header


def _exactly(channel: socket.socket, size: int, until: float | None) -> bytes:
    out = bytearray()
    try:
        while len(out) < size:
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                raise FrameError("no answer in time")
            channel.settimeout(left)
            block = channel.recv(min(size - len(out), 1 << 20))
            if not block:
                raise FrameError("the other side is gone")
            out += block
    except OSError as fault:
        late = isinstance(fault, TimeoutError)
        raise FrameError("no answer in time" if late else str(fault)) from fault
    finally:
        channel.settimeout(None)
    return bytes(out)
