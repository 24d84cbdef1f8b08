"""A loopback server that speaks the Anthropic Messages API: it behaves as told and keeps what it was sent."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

INPUT_TOKENS, OUTPUT_TOKENS = 1_000, 200


@dataclass(frozen=True)
class Request:
    """One request as it came: path, headers in lower case, and the JSON of its body."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        """The JSON data block of the user's message."""
        return json.loads(self.body["messages"][0]["content"])


@dataclass(frozen=True)
class Response:
    """What is sent back; `body` is JSON if it is no text. `stalls`: never in full, a byte at a time."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    content_type: str = "application/json"
    stalls: bool = False


Behaviour = Callable[[Request], Response]


class LoopbackAnthropic(ThreadingHTTPServer):
    """The server; each request is answered by the next behaviour, the last one again and again."""

    daemon_threads = True

    def __init__(self, behaviours: Sequence[Behaviour]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[Request] = []
        self.ended = threading.Event()
        self._behaviours = list(behaviours)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, request: Request) -> Response:
        self.requests.append(request)
        return self._behaviours[min(len(self.requests), len(self._behaviours)) - 1](request)


@contextmanager
def loopback_anthropic(*behaviours: Behaviour) -> Iterator[LoopbackAnthropic]:
    """Run the server while the block runs."""
    server = LoopbackAnthropic(behaviours)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: LoopbackAnthropic  # type: ignore[assignment]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        response = self.server.answer(Request(self.path, headers, body))
        content = response.body if isinstance(response.body, str) else json.dumps(response.body)
        self.send_response(response.status)
        for name, value in {"content-type": response.content_type, **response.headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content.encode())))
        self.end_headers()
        if response.stalls:
            self._stall(content.encode())
        else:
            self.wfile.write(content.encode())

    def _stall(self, content: bytes) -> None:
        for byte in content:
            if self.server.ended.wait(0.02):
                return
            try:
                self.wfile.write(bytes([byte]))
            except OSError:  # the client has gone, as it should
                return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        pass


def message(text: str, stop_reason: str = "end_turn") -> dict[str, Any]:
    """A message of the Messages API with one block of text."""
    return {
        "id": "msg_loopback",
        "type": "message",
        "role": "assistant",
        "model": "claude-loopback",
        "content": [{"type": "text", "text": text}],
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": {"input_tokens": INPUT_TOKENS, "output_tokens": OUTPUT_TOKENS},
    }


def entry(column: int, target: str, **more: object) -> dict[str, Any]:
    """One entry of an answer, sure and of type text unless it says otherwise."""
    sure = {"type": "text", "label": f"Column {column}", "confidence": 0.9, "reason": "because of its header"}
    return {"column": column, "target": target, **sure, **more}


def answers(*entries: dict[str, Any]) -> Behaviour:
    """Answer with these entries."""
    return says(json.dumps({"columns": entries}))


def says(text: str, stop_reason: str = "end_turn") -> Behaviour:
    """Answer with a message of this text."""
    return lambda _: Response(body=message(text, stop_reason))


def maps_everything_to(target: str, **more: object) -> Behaviour:
    """Give every column that was asked about the same target."""

    def behave(request: Request) -> Response:
        entries = [entry(column["number"], target, **more) for column in request.data["columns"]]
        return Response(body=message(json.dumps({"columns": entries})))

    return behave


def fails(status: int, kind: str = "api_error", said: str = "no", **headers: str) -> Behaviour:
    """Answer with an error of the API."""
    body = {"type": "error", "error": {"type": kind, "message": said}}
    return lambda _: Response(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def sends(body: str, content_type: str = "application/json") -> Behaviour:
    """Answer with these bytes, whatever they are."""
    return lambda _: Response(body=body, content_type=content_type)


def stalls(text: str = "{}") -> Behaviour:
    """Answer so slowly that no time-out per read would notice."""
    return lambda _: Response(body=message(text), stalls=True)
