"""How what is sent to webhooks is signed: the form of Standard Webhooks 1.0.0 (spec/standard-webhooks.md).

A secret is `whsec_` and the base64 of 32 random bytes; signed is `<id>.<timestamp>.<body>` with HMAC-SHA256. The id
stays the same when a delivery is tried again, so that a receiver can tell that it has had it; the timestamp is that of
the try, so that nobody can send an old one again.
"""

import base64
import hashlib
import hmac
import secrets

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """A secret that nobody has yet."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The signature of one try, as `v1,<base64>`; the timestamp is in seconds since 1970."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def signed_headers(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers by which a receiver knows who sent the body, and that nobody has changed it."""
    return {
        "Webhook-Id": message_id,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": signature(secret, message_id, timestamp, body),
    }
