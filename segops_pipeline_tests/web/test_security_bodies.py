"""Bodies: too large ones and those that do not come are ended, with an answer that says so."""

import asyncio
import json
from collections.abc import Iterable

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from segops_pipeline.access.actor import PERMISSIONS_OF_ROLE, Actor
from segops_pipeline.config import MEBIBYTE, Settings
from segops_pipeline.web.security import body
from segops_pipeline.web.security.body import MOST_BYTES, SLACK_BYTES, BodyLimits
from segops_pipeline_tests.web.guarded import call, post, taking_all

UPLOAD = "/api/pim/import/csv/"
OTHER = "/api/pim/products/bulk/"


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Uploads of a MiB at most, which may stall for an instant."""
    monkeypatch.setattr(body, "DRAIN_SECONDS", 0.05)
    return Settings(max_upload_bytes=MEBIBYTE, upload_stall_seconds=0.2)  # type: ignore[call-arg]


def pieces(count: int, size: int = MEBIBYTE // 2, *, more: bool = False) -> list[Message]:
    """A body in pieces; `more`: it does not end."""
    part = b"x" * size
    return [{"type": "http.request", "body": part, "more_body": more or n < count - 1} for n in range(count)]


def answer(app: ASGIApp, scope: Scope, messages: Iterable[Message]) -> tuple[int, dict[str, str], str]:
    """The status, headers and body of the answer; once the messages are over nothing comes any more."""

    async def never() -> None:
        await asyncio.Event().wait()

    sent = asyncio.run(call(app, scope, messages, never))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]).decode()


def test_a_body_within_the_limit_goes_through(limits: Settings) -> None:
    app = BodyLimits(taking_all, limits)
    assert answer(app, post(UPLOAD), pieces(4))[::2] == (200, "all of it")
    assert answer(app, post(OTHER), pieces(4))[::2] == (200, "all of it")


@pytest.mark.parametrize("path", [UPLOAD, UPLOAD.rstrip("/"), "/api/pim/import/a-job/correct/"])
def test_an_upload_that_grows_too_large_is_ended_while_it_comes(limits: Settings, path: str) -> None:
    status, headers, said = answer(BodyLimits(taking_all, limits), post(path), pieces(1_000_000))
    assert (status, headers["connection"]) == (413, "close")
    assert json.loads(said)["error"]["code"] == "file_too_large"


def test_an_upload_that_says_that_it_is_too_large_is_refused_before_it_comes(limits: Settings) -> None:
    scope = post(UPLOAD, content_length=str(MEBIBYTE + SLACK_BYTES + 1), expect="100-continue")
    assert answer(BodyLimits(taking_all, limits), scope, [])[0] == 413


def test_every_other_body_has_a_limit_of_its_own(limits: Settings) -> None:
    app = BodyLimits(taking_all, limits)
    assert answer(app, post(OTHER, content_length=str(MOST_BYTES + 1)), [])[0] == 413
    assert answer(app, post(OTHER), pieces(65))[0] == 413


def test_a_length_that_is_a_lie_does_not_help(limits: Settings) -> None:
    scope = post(UPLOAD, content_length="5")
    assert answer(BodyLimits(taking_all, limits), scope, pieces(1_000_000))[0] == 413


def test_an_upload_that_stalls_is_ended(limits: Settings) -> None:
    status, _, said = answer(BodyLimits(taking_all, limits), post(UPLOAD), pieces(1, more=True))
    told = json.loads(said)["error"]
    assert (status, told["code"]) == (408, "upload_stalled")
    assert "Try again" in told["remedy"]


def test_an_upload_that_comes_byte_by_byte_is_ended(limits: Settings) -> None:
    async def crawling() -> list[Message]:
        async def receive() -> Message:
            await asyncio.sleep(0.03)
            return {"type": "http.request", "body": b"x", "more_body": True}

        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        await BodyLimits(taking_all, limits)(post(UPLOAD), receive, send)
        return sent

    assert asyncio.run(crawling())[0]["status"] == 408


def test_an_application_that_thinks_for_long_is_no_stalled_upload(limits: Settings) -> None:
    async def slow(_scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.3)
        await taking_all(_scope, receive, send)

    assert answer(BodyLimits(slow, limits), post(UPLOAD), pieces(2))[0] == 200


def test_whatever_the_route_makes_of_it_the_answer_tells_the_true_reason(limits: Settings) -> None:
    async def misled(_scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await taking_all(_scope, receive, send)
        except Exception:
            await send({"type": "http.response.start", "status": 400, "headers": []})
            await send({"type": "http.response.body", "body": b"There was an error parsing the body"})

    status, _, said = answer(BodyLimits(misled, limits), post(UPLOAD), pieces(1_000_000))
    assert status == 413
    assert "parsing" not in said


def test_who_may_not_import_is_refused_before_a_file_has_come(limits: Settings) -> None:
    scope = post(UPLOAD)
    scope["state"]["actor"] = Actor("kim@example.com", 1, "acme", PERMISSIONS_OF_ROLE["viewer"], via="api")
    assert answer(BodyLimits(taking_all, limits), scope, [])[0] == 403


def test_an_error_of_the_application_stays_one(limits: Settings) -> None:
    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        answer(BodyLimits(broken, limits), post(UPLOAD), pieces(1))
