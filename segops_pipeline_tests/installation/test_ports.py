"""A port that is taken is passed over, and an answer is an answer of a web server."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from segops_pipeline.installation.ports import answers, free_port, is_open

HOST = "127.0.0.1"


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens at, who never says a word."""
    with closing(socket.create_server((HOST, 0))) as listener:
        yield listener.getsockname()[1]


def test_a_taken_port_is_passed_over_for_one_after_it(taken: int) -> None:
    found = free_port(HOST, taken)
    assert found > taken
    assert not is_open(HOST, found)


def test_a_free_port_is_taken_as_it_is() -> None:
    port = free_port(HOST, 0)
    assert free_port(HOST, port) == port


def test_a_port_is_open_when_somebody_listens(taken: int) -> None:
    assert is_open(HOST, taken)


def test_a_web_server_answers_what_it_has_and_nothing_else() -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/there" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
            """Keep the test's output clean."""

    with HTTPServer((HOST, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_port
        assert answers(HOST, port, "/there")
        assert not answers(HOST, port, "/elsewhere")
        server.shutdown()
    assert not answers(HOST, port, "/there")
