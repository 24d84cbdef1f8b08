"""Receivers on loopback: one of webhooks, which keeps what it is sent, and a mail server."""

import base64
import hashlib
import hmac
import json
import socketserver
import ssl
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> dict[str, Any]:
        """What its JSON says."""
        return json.loads(self.body)

    @property
    def type(self) -> str:
        """The event that it tells of."""
        return self.message["type"]

    def is_signed_with(self, secret: str) -> bool:
        """Whether the signature is right, as the documentation of Standard Webhooks has a receiver find out."""
        key = base64.b64decode(secret[len("whsec_") :])
        said = self.headers["webhook-id"] + "." + self.headers["webhook-timestamp"] + "." + self.body.decode()
        expected = base64.b64encode(hmac.digest(key, said.encode(), hashlib.sha256)).decode()
        versions = (part.split(",", 1) for part in self.headers["webhook-signature"].split(" "))
        return any(version == "v1" and hmac.compare_digest(given, expected) for version, given in versions)


@dataclass
class Receiver:
    """A receiver of webhooks: answers `statuses` in turn, then 200."""

    url: str = ""
    received: list[Received] = field(default_factory=list[Received])
    statuses: list[int] = field(default_factory=list[int])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    said: bytes = b"thanks"
    before: Callable[[], None] = lambda: None

    @property
    def types(self) -> list[str]:
        """The events that it was told of, in order."""
        return [one.type for one in self.received]


@contextmanager
def receiver() -> Generator[Receiver]:
    """A receiver that runs."""
    own = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            own.received.append(Received(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            own.before()
            self.send_response(own.statuses.pop(0) if own.statuses else 200)
            for name, value in own.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(own.said)))
            self.end_headers()
            self.wfile.write(own.said)

        def do_GET(self) -> None:
            own.received.append(Received(self.path, {}, b'{"type": "a redirect was followed"}'))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
            pass

    with _served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        own.url = f"http://127.0.0.1:{port}/hook?key=hidden"
        yield own


@dataclass
class MailServer:
    """A mail server: what it was sent, what it was said, and what it refuses."""

    port: int = 0
    recipients: list[str] = field(default_factory=list[str])
    messages: list[EmailMessage] = field(default_factory=list[EmailMessage])
    said: list[str] = field(default_factory=list[str])  # the verbs, in order
    credentials: list[str] = field(default_factory=list[str])
    refuses: set[str] = field(default_factory=set[str])
    tls: ssl.SSLContext | None = None


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None, *, from_the_start: bool = False) -> Generator[MailServer]:
    """A mail server that runs; with `tls` it offers STARTTLS, or speaks TLS from the start."""
    own = MailServer(tls=tls)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            if from_the_start:
                self._encrypt()
            self._say("220 mail.example.com")
            recipient = ""
            while line := self.rfile.readline().decode().strip():
                verb, _, rest = line.partition(" ")
                own.said.append(verb.upper())
                if verb.upper() == "EHLO":
                    offers = [] if tls is None or isinstance(self.request, ssl.SSLSocket) else ["250-STARTTLS"]
                    self._say("\r\n".join(["250-mail.example.com", *offers, "250 AUTH PLAIN"]))
                elif verb.upper() == "STARTTLS":
                    self._say("220 go on")
                    self._encrypt()
                elif verb.upper() == "AUTH":
                    own.credentials.append(base64.b64decode(rest.removeprefix("PLAIN ")).decode())
                    self._say("235 welcome")
                elif verb.upper() == "RCPT":
                    recipient = rest.partition("<")[2].rstrip(">")
                    self._say("550 nobody of that name" if recipient in own.refuses else "250 fine")
                elif verb.upper() == "DATA":
                    self._say("354 say it")
                    own.recipients.append(recipient)
                    own.messages.append(self._message())
                    self._say("250 taken")
                else:
                    self._say("221 bye" if verb.upper() == "QUIT" else "250 fine")

        def _message(self) -> EmailMessage:
            lines: list[bytes] = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line.removeprefix(b"."))
            message = BytesParser(policy=default).parsebytes(b"".join(lines))
            assert isinstance(message, EmailMessage)
            return message

        def _encrypt(self) -> None:
            assert tls is not None
            self.request = tls.wrap_socket(self.request, server_side=True)
            self.setup()

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with _served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as own.port:
        yield own


@contextmanager
def _served(server: socketserver.TCPServer) -> Generator[int]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
