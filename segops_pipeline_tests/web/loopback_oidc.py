"""An OpenID Connect provider on loopback: discovery, keys, authorization code with PKCE, tokens, user info.

It signs everybody in who comes, as whom a test says. What is asked of it is checked as a real one would.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "segops", "the client's secret"


@dataclass
class LoopbackProvider:
    """What the provider says of whoever comes; `changes` are of the ID token, `told` of the user info."""

    issuer: str = ""
    subject: str = "kim-1"
    email: str | None = "kim@example.com"
    email_verified: object = True
    changes: dict[str, Any] = field(default_factory=dict[str, Any])
    told: dict[str, Any] | None = None
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, parameters={"kid": "one"}))
    signs_with: RSAKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    exchanges: int = 0

    def discovery(self) -> dict[str, Any]:
        """What the provider says of itself."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "none"],
            **self.metadata,
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where a browser goes with its code."""
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert {"openid", "email"} <= set(asked["scope"].split())
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def exchange(self, asked: dict[str, str]) -> dict[str, Any] | None:
        """The tokens for a code; None: it is none, or the one who asks did not begin."""
        self.exchanges += 1
        begun = self.codes.pop(asked.get("code", ""), None)
        if begun is None or begun["redirect_uri"] != asked.get("redirect_uri"):
            return None
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != begun["code_challenge"]:
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT_ID, "sub": self.subject, "iat": now, "exp": now + 300,
            "nonce": begun["nonce"],
        }  # fmt: skip
        if self.email is not None:
            claims |= {"email": self.email, "email_verified": self.email_verified}
        header = {"alg": "RS256", "kid": "one"}
        token = jwt.encode(header, {**claims, **self.changes}, self.signs_with or self.key)
        return {"access_token": "access", "token_type": "Bearer", "expires_in": 300, "id_token": token}


@contextmanager
def serving_provider() -> Iterator[LoopbackProvider]:
    """The provider, as long as it is needed."""
    provider = LoopbackProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/.well-known/openid-configuration":
                self._answer(provider.discovery())
            elif parts.path == "/keys":
                self._answer({"keys": [provider.key.as_dict(private=False)]})
            elif parts.path == "/userinfo":
                self._answer({"sub": provider.subject, **(provider.told or {})})
            else:
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("Location", provider.authorize(asked))
                self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            tokens = provider.exchange({name: values[0] for name, values in parse_qs(body).items()})
            self._answer(tokens or {"error": "invalid_grant"}, 200 if tokens else 400)

        def _answer(self, content: dict[str, Any], status: int = 200) -> None:
            sent = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
