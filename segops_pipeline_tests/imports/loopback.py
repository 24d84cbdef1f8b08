"""Servers on loopback that a fetch can meet: HTTP with an answer per path, and SFTP over a folder."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler], None]


def body(content: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with these bytes and their length."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | dict(headers or {})).items():
            handler.send_header(name, value)
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(content)

    return answer


def redirect(location: str) -> Answer:
    """Answer with a redirect."""
    return body(b"", 302, {"Location": location})


def drip(first: bytes, until: threading.Event) -> Answer:
    """Answer with a byte every 50 ms, for as long as the client stays or the test lasts."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(first)
        while not until.wait(0.05):
            try:
                handler.wfile.write(b"x")
                handler.wfile.flush()
            except OSError:
                return

    return answer


def chunked(chunk: bytes, times: int) -> Answer:
    """Answer without a length, chunk by chunk."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        try:
            for _ in range(times):
                handler.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            handler.wfile.write(b"0\r\n\r\n")
        except OSError:
            return  # the client has had enough

    return answer


@contextmanager
def http_server(answers: Mapping[str, Answer], tls: Any = None) -> Iterator[int]:
    """Serve these paths and 404 for the others, on a port that is given."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.close_connection = True
            answers.get(self.path.partition("?")[0], body(b"", 404))(self)

        do_HEAD = do_GET  # noqa: N815 - named by the standard library

        def log_message(self, *_arguments: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_arguments: object) -> None:
            pass  # a client that hangs up is what these tests are about

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def sftp_server(folder: Path, host_key: Any, user: str, password: str) -> Iterator[int]:
    """Serve the files of a folder over SFTP to one user, on a port that is given."""
    import paramiko

    class Login(paramiko.ServerInterface):
        def check_auth_password(self, username: str, password_given: str) -> int:
            accepted = (username, password_given) == (user, password)
            return paramiko.AUTH_SUCCESSFUL if accepted else paramiko.AUTH_FAILED

        def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002
            return paramiko.OPEN_SUCCEEDED

    class Files(paramiko.SFTPServerInterface):
        def stat(self, path: str) -> Any:
            try:
                return paramiko.SFTPAttributes.from_stat((folder / path.lstrip("/")).stat())
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno)

        def open(self, path: str, flags: int, attr: Any) -> Any:  # noqa: ARG002
            try:
                file = (folder / path.lstrip("/")).open("rb")
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno)
            handle = paramiko.SFTPHandle(flags)
            handle.readfile = file  # type: ignore[attr-defined]
            return handle

    listener = socket.create_server(("127.0.0.1", 0))
    transports: list[paramiko.Transport] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transports.append(transport)
            transport.add_server_key(host_key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files)
            transport.start_server(server=Login(), event=threading.Event())

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for transport in transports:
            transport.close()
