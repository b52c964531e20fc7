"""An answer belongs to its question, whatever goes wrong between the processes."""

import asyncio
import socket
from threading import Thread

import pytest
from starlette.testclient import TestClient

from layers.frames import Frame, FrameError, receive, send
from webmap.app import create_app
from webmap.pool import Worker
from webmap.settings import ServerSettings


class Line(Worker):
    """A worker whose process is a thread of the test."""

    def __init__(self, settings, number_of):
        super().__init__(settings)
        self.number_of = number_of

    @property
    def pid(self):
        return 1 if self._channel is not None else None

    def start(self):
        ours, theirs = socket.socketpair()
        self._channel = ours
        Thread(target=self.answer, args=(theirs,), daemon=True).start()

    def answer(self, line):
        with line:
            try:
                while True:
                    asked = receive(line, None, 0).header
                    number = self.number_of(asked["number"])
                    send(line, Frame({"said": asked["word"], "number": number}))
            except FrameError:
                pass


def test_the_answer_to_another_question_is_no_answer(workspace):
    late = Line(ServerSettings(workspace), lambda number: number - 1)
    with pytest.raises(FrameError, match="another question"):
        late.ask({"word": "a"}, 5.0)
    assert late.pid is None  # its line is cut: nothing of it can come up later


def test_questions_of_many_threads_get_their_own_answers(workspace):
    one = Line(ServerSettings(workspace), lambda number: number)
    said = {}

    def ask(word):
        said[word] = one.ask({"word": word}, 5.0).header["said"]

    threads = [Thread(target=ask, args=(f"{k}",)) for k in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    one.end()
    assert said == {f"{k}": f"{k}" for k in range(40)}


def test_an_application_is_entered_once(client, prospect):
    with pytest.raises(RuntimeError, match="run already"), TestClient(client.app):
        pass
    assert client.get("/healthz").status_code == 200


@pytest.mark.slow
def test_it_can_be_entered_again_when_it_is_over(workspace, tmp_path):
    app = create_app(ServerSettings(workspace, workers=1, state=tmp_path / "state"))
    for _ in range(2):
        with TestClient(app, base_url="http://127.0.0.1:8000") as made:
            assert made.get("/healthz").status_code == 200
    assert asyncio.run(app.state.server.close()) is None  # closed twice, closes nothing
