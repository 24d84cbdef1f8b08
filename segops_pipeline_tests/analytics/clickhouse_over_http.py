"""chDB behind ClickHouse's HTTP interface, on loopback: the same engine, reached as a server is.

Run as a module with a folder; the first line that it prints is its port. Only what a client needs to insert
and to ask; one request at a time, without users.
"""

import re
import sys
import tempfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import chdb
import lz4.frame

INSERT = re.compile(rb"(INSERT INTO .*?) FORMAT Native\n", re.DOTALL)
FORMAT = re.compile(rb"FORMAT\s+(\w+)\s*;?\s*$")


class Handler(BaseHTTPRequestHandler):
    """Answers a query given in the address, in the body, or in both."""

    protocol_version = "HTTP/1.1"
    engine: Any

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        given = dict(parse_qsl(urlsplit(self.path).query))
        body = self._body()
        if self.headers.get("Content-Encoding") == "lz4":
            body = lz4.frame.decompress(body)
        query = b"\n".join(part for part in (given.get("query", "").encode(), body) if part)
        parameters = {name[6:]: value for name, value in given.items() if name.startswith("param_")}
        try:
            format_, answer = self._run(query, parameters)
        except RuntimeError as error:
            self._answer(500, str(error).encode(), {"X-ClickHouse-Exception-Code": _code(str(error))})
        else:
            self._answer(200, answer, {"X-ClickHouse-Format": format_} if answer else {})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def _run(self, query: bytes, parameters: dict[str, str]) -> tuple[str, bytes]:
        insert = INSERT.match(query)
        if insert:
            with tempfile.NamedTemporaryFile(suffix=".native") as file:
                file.write(query[insert.end() :])
                file.flush()
                statement = f"{insert[1].decode()} FROM INFILE '{file.name}' FORMAT Native"
                self.engine.query(statement, "TabSeparated")
            return "", b""
        format_ = FORMAT.search(query)
        name = format_[1].decode() if format_ else "TabSeparated"
        return name, self.engine.query(query.decode(), name, params=parameters).bytes()

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts: list[bytes] = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {
            "X-ClickHouse-Timezone": "UTC",
            "Content-Length": str(len(body)),
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _code(message: str) -> str:
    found = re.search(r"Code: (\d+)", message)
    return found[1] if found else "1000"


if __name__ == "__main__":
    Handler.engine = chdb.connect(sys.argv[1])
    server = HTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()
