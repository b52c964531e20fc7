"""A judging process: ``python -m webmap.judge FD``; the server asks, it answers.

It holds the workspace's layers and the rulebook, so that a vetting costs only its own work, and
it alone touches geometry: the process that speaks HTTP stays small and never waits.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

from layers.errors import ReaderError
from layers.frames import Frame, FrameError, receive, send
from layers.reader import Reader
from webmap import judge_layers, judge_reports
from webmap.desk import Desk
from webmap.errors import Problem

Handler = Callable[[Desk, dict[str, Any]], Frame]


def _vet(desk: Desk, question: dict[str, Any]) -> Frame:
    out = Path(question["out"])
    return Frame(desk.vet(question, out), (out / "report.json").read_bytes())


def _screen(desk: Desk, question: dict[str, Any]) -> Frame:
    os.nice(10)  # people who wait for a vetting come first
    return Frame(desk.screen(Path(question["out"])))


def _files(desk: Desk, question: dict[str, Any]) -> Frame:
    desk.make_files(Path(question["folder"]), Path(question["out"]))
    return Frame({})


def _state(desk: Desk, question: dict[str, Any]) -> Frame:
    """Return what the workspace is now."""
    session = desk.session()
    return Frame(
        {
            "title": session.workspace.title,
            "jurisdiction": session.workspace.jurisdiction,
            "layers": sorted(session.workspace.layers),
            "key": f"{desk.fingerprint()}-{session.another().as_of.isoformat()}",
        }
    )


HANDLERS: dict[str, Handler] = {
    "vet": _vet,
    "screen": _screen,
    "files": _files,
    "state": _state,
    **judge_layers.HANDLERS,
    **judge_reports.HANDLERS,
}


def answer(desk: Desk, question: dict[str, Any]) -> Frame:
    """Return the answer to one question; every failure is one."""
    try:
        return HANDLERS[question["task"]](desk, question)
    except Problem as problem:
        told = {"status": problem.status, "zh": problem.zh, "en": problem.en}
        return Frame({"problem": {**told, "file": problem.file}})
    except Exception:  # noqa: BLE001 - a fault of ours: into the log, never into an answer
        traceback.print_exc()
        return Frame({"fault": True})


def main(words: list[str]) -> None:
    """Serve one server until it is gone."""
    os.umask(0o077)
    # Ctrl+C reaches the whole group: the server ends, and this process with its channel.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pa.set_cpu_count(1)  # there are several of these processes
    with socket.socket(fileno=int(words[0])) as channel:
        told = receive(channel, 30.0, 0).header
        reader = Reader(deadline_s=told["read_seconds"])
        desk = Desk(Path(told["workspace"]), reader)
        try:
            with suppress(ReaderError):  # not on this system: bodies of GeoJSON are still judged
                reader.start()
            first = answer(desk, {"task": "state"})  # loads the layers
            send(channel, Frame({"abilities": reader.abilities, **first.header}))
            while True:
                question = receive(channel, None, 0).header
                said = answer(desk, question)
                send(channel, Frame({**said.header, "number": question["number"]}, said.body))
        except FrameError:
            pass  # the server is gone
        finally:
            reader.close()


if __name__ == "__main__":
    main(sys.argv[1:])
