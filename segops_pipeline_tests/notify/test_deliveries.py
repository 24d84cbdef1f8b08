"""What is told is signed, tried again until it is taken or given up, and never lost with the process that sends it."""

import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from segops_pipeline.config import Settings
from segops_pipeline.errors import NotFound, WrongState
from segops_pipeline.notify.cleaning import clean
from segops_pipeline.notify.delivered import send_again
from segops_pipeline.notify.deliveries import MOST_ATTEMPTS, PER_WEBHOOK, RETRY_SECONDS, claim_due
from segops_pipeline.notify.dispatch import Dispatcher, dispatch_once, send_test
from segops_pipeline.notify.webhooks import change_webhook, get_webhook, remove_webhook, rotate_secret
from segops_pipeline.stores.opening import open_stores
from segops_pipeline_tests.cli.process import start
from segops_pipeline_tests.notify.conftest import Notifying
from segops_pipeline_tests.notify.receivers import Receiver, receiver
from segops_pipeline_tests.repository.tree import ROOT

FILE = "sku,name\nA,Chair\n"


def test_what_is_sent_is_signed_with_the_webhooks_own_secret(notifying: Notifying, receiving: Receiver) -> None:
    _, secret = notifying.webhook(receiving.url)
    with receiver() as other:
        _, other_secret = notifying.webhook(other.url)
        notifying.imports.load(FILE)
        notifying.dispatch()
        for one, right, wrong in ((receiving, secret, other_secret), (other, other_secret, secret)):
            assert len(one.received) == 2
            assert all(request.is_signed_with(right) for request in one.received)
            assert not any(request.is_signed_with(wrong) for request in one.received)
    assert receiving.received[0].headers["content-type"] == "application/json"
    assert receiving.received[0].path == "/hook?key=hidden"
    assert secret not in receiving.received[0].body.decode()


def test_a_rotated_secret_counts_at_once(notifying: Notifying, receiving: Receiver) -> None:
    webhook, old = notifying.webhook(receiving.url)
    with notifying.stores.database.workspace_session(notifying.workspace_id) as connection:
        new = rotate_secret(connection, notifying.actor, webhook.id)
    send_test(notifying.stores, notifying.actor, webhook.id)
    assert receiving.received[0].is_signed_with(new)
    assert not receiving.received[0].is_signed_with(old)


def test_what_a_receiver_refuses_is_sent_again_later_under_the_same_id(
    notifying: Notifying, receiving: Receiver
) -> None:
    webhook, secret = notifying.webhook(receiving.url, "import.completed")
    receiving.statuses, receiving.said = [500, 503], b"the disk is full"
    notifying.imports.load(FILE)
    notifying.dispatch()
    notifying.dispatch()  # not due yet
    assert len(receiving.received) == 1
    waits = notifying.deliveries(webhook)[0]
    assert (waits.state, waits.attempts, waits.answer_status) == ("waiting", 1, 500)
    assert waits.error == "The receiver answered 500 Internal Server Error: the disk is full"
    for _ in range(2):
        notifying.make_due()
        notifying.dispatch()
    taken = notifying.deliveries(webhook)[0]
    assert (taken.state, taken.attempts, taken.answer_status, taken.error) == ("delivered", 3, 200, None)
    assert len({one.headers["webhook-id"] for one in receiving.received}) == 1
    assert all(one.is_signed_with(secret) for one in receiving.received)


def test_the_time_between_attempts_grows_and_a_receiver_can_ask_for_more(
    notifying: Notifying, receiving: Receiver
) -> None:
    webhook, _ = notifying.webhook(receiving.url, "import.completed")
    receiving.statuses, receiving.headers = [503], {"Retry-After": "1800"}
    notifying.imports.load(FILE)
    notifying.dispatch()
    first = notifying.deliveries(webhook)[0]
    assert first.next_attempt_at is not None
    assert 1700 < (first.next_attempt_at - first.created_at).total_seconds() < 1900
    assert list(RETRY_SECONDS) == sorted(RETRY_SECONDS)


def test_what_nobody_takes_is_given_up_in_the_end(notifying: Notifying, receiving: Receiver) -> None:
    webhook, _ = notifying.webhook(receiving.url, "import.completed")
    receiving.statuses = [400] * 100
    notifying.imports.load(FILE)
    for _ in range(MOST_ATTEMPTS + 2):
        notifying.dispatch()
        notifying.make_due()
    assert len(receiving.received) == MOST_ATTEMPTS
    last = notifying.deliveries(webhook)[0]
    assert (last.state, last.attempts, last.answer_status) == ("given up", MOST_ATTEMPTS, 400)


def test_what_was_given_up_or_delivered_is_sent_again_on_demand(notifying: Notifying, receiving: Receiver) -> None:
    webhook, _ = notifying.webhook(receiving.url, "import.completed")
    notifying.imports.load(FILE)
    for times in (1, 2):
        notifying.dispatch()
        done = notifying.deliveries(webhook)[0]
        assert (done.state, done.attempts, len(receiving.received)) == ("delivered", 1, times)
        with notifying.stores.database.workspace_session(notifying.workspace_id) as connection:
            assert send_again(connection, notifying.actor, webhook.id, done.id).state == "waiting"
            with pytest.raises(WrongState):
                send_again(connection, notifying.actor, webhook.id, done.id)
            with pytest.raises(NotFound):
                send_again(connection, notifying.actor, webhook.id + 1, done.id)


def test_a_receiver_that_does_not_answer_gets_one_try_at_a_time(notifying: Notifying, receiving: Receiver) -> None:
    webhook, _ = notifying.webhook(receiving.url)
    receiving.statuses = [500]
    for _ in range(2):
        notifying.imports.load(FILE)
    notifying.dispatch()
    assert [one.attempts for one in notifying.deliveries(webhook)] == [1, 0, 0, 0]
    notifying.make_due()
    notifying.dispatch()
    assert [one.state for one in notifying.deliveries(webhook)] == ["delivered"] * 4


def test_a_receiver_that_is_gone_is_told_no_more(notifying: Notifying, receiving: Receiver) -> None:
    webhook, _ = notifying.webhook(receiving.url)
    receiving.statuses = [410]
    notifying.imports.load(FILE)
    notifying.dispatch()
    assert {one.state for one in notifying.deliveries(webhook)} == {"given up"}
    with notifying.stores.database.workspace_session(notifying.workspace_id) as connection:
        assert not get_webhook(connection, webhook.id).is_active


def test_a_redirect_is_not_followed(notifying: Notifying, receiving: Receiver) -> None:
    webhook, _ = notifying.webhook(receiving.url, "import.completed")
    receiving.statuses, receiving.headers = [302], {"Location": "http://169.254.169.254/latest/meta-data"}
    notifying.imports.load(FILE)
    notifying.dispatch()
    refused = notifying.deliveries(webhook)[0]
    assert (refused.state, refused.answer_status) == ("waiting", 302)
    assert "redirects are not followed" in (refused.error or "")
    assert len(receiving.received) == 1


def test_an_address_that_is_private_by_now_is_not_sent_to(notifying: Notifying, receiving: Receiver) -> None:
    webhook, _ = notifying.webhook(receiving.url.replace("127.0.0.1", "localhost"), "import.completed")
    notifying.imports.load(FILE)
    notifying.dispatch(notifying.with_settings(fetch_allow_private=False))
    refused = notifying.deliveries(webhook)[0]
    assert "which is no public address" in (refused.error or "")
    assert receiving.received == []


def test_of_a_long_answer_the_beginning_is_kept(notifying: Notifying, receiving: Receiver) -> None:
    webhook, _ = notifying.webhook(receiving.url, "import.completed")
    receiving.statuses, receiving.said = [500], b"\0x" * 1_000_000
    notifying.imports.load(FILE)
    notifying.dispatch()
    assert 2000 < len(notifying.deliveries(webhook)[0].error or "") <= 4096


def test_nobody_listens_at_the_address(notifying: Notifying) -> None:
    webhook, _ = notifying.webhook("http://127.0.0.1:9/hook", "import.completed")
    notifying.imports.load(FILE)
    notifying.dispatch()
    assert notifying.deliveries(webhook)[0].error == (
        "No connection: its server cannot be reached (Connection refused)."
    )


def test_a_test_says_at_once_what_the_receiver_answers_and_is_not_tried_again(
    notifying: Notifying, receiving: Receiver
) -> None:
    webhook, secret = notifying.webhook(receiving.url)
    taken = send_test(notifying.stores, notifying.actor, webhook.id)
    assert (taken.state, taken.answer_status, receiving.types) == ("delivered", 200, ["test"])
    assert receiving.received[0].is_signed_with(secret)
    receiving.statuses = [500]
    assert send_test(notifying.stores, notifying.actor, webhook.id).state == "given up"


def test_a_webhook_that_is_off_is_told_nothing_of_what_waited_neither(
    notifying: Notifying, receiving: Receiver
) -> None:
    webhook, _ = notifying.webhook(receiving.url, "import.completed")
    receiving.statuses = [500]
    notifying.imports.load(FILE)
    notifying.dispatch()
    database, settings = notifying.stores.database, notifying.stores.settings
    with database.workspace_session(notifying.workspace_id) as connection:
        change_webhook(connection, settings, notifying.actor, webhook.id, is_active=False)
    notifying.imports.load(FILE)
    notifying.make_due()
    notifying.dispatch()
    assert [one.state for one in notifying.deliveries(webhook)] == ["given up"]
    with database.workspace_session(notifying.workspace_id) as connection:
        change_webhook(connection, settings, notifying.actor, webhook.id, is_active=True)
    notifying.imports.load(FILE)
    notifying.dispatch()
    assert len(receiving.received) == 2


def test_what_waits_goes_with_its_webhook(notifying: Notifying, receiving: Receiver) -> None:
    webhook, _ = notifying.webhook(receiving.url)
    notifying.imports.load(FILE)
    receiving.statuses = [500]
    notifying.dispatch()
    with notifying.stores.database.workspace_session(notifying.workspace_id) as connection:
        remove_webhook(connection, notifying.actor, webhook.id)
    notifying.make_due()
    assert notifying.dispatch() == 0


def test_two_dispatchers_deliver_each_event_once(notifying: Notifying, receiving: Receiver) -> None:
    notifying.webhook(receiving.url)
    for _ in range(PER_WEBHOOK):
        notifying.imports.load(FILE)
    together = threading.Barrier(2)

    def run(_number: int) -> None:
        together.wait()
        while notifying.dispatch():
            pass

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))
    ids = [one.headers["webhook-id"] for one in receiving.received]
    assert (len(ids), len(set(ids))) == (2 * PER_WEBHOOK, 2 * PER_WEBHOOK)


def dispatch_there(home: str) -> None:
    """What a second process does, until it is killed."""
    with open_stores(Settings(home=Path(home), fetch_allow_private=True), start=False) as stores:  # type: ignore[call-arg]
        dispatch_once(stores, settle_seconds=0)


def test_what_a_killed_process_had_claimed_is_delivered_again(notifying: Notifying, receiving: Receiver) -> None:
    webhook, _ = notifying.webhook(receiving.url, "import.completed")
    notifying.imports.load(FILE)
    came = threading.Event()
    let_go = threading.Event()

    def hold() -> None:
        came.set()
        let_go.wait(60)

    receiving.before = hold
    home = notifying.stores.settings.home
    process = start(dispatch_there, [str(home)], {**os.environ, "PYTHONPATH": str(ROOT)}, home)
    assert came.wait(60)
    process.kill()
    process.join()
    let_go.set()
    assert [(one.state, one.attempts) for one in notifying.deliveries(webhook)] == [("waiting", 1)]
    assert claim_due(notifying.stores) == []  # for as long as it could still be sent
    notifying.make_due()
    notifying.dispatch()
    assert [(one.state, one.attempts) for one in notifying.deliveries(webhook)] == [("delivered", 2)]
    first, second = (one.headers["webhook-id"] for one in receiving.received)
    assert first == second


class Heard(logging.Handler):
    """Is set as soon as something is logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.something = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002 - its name in the library
        self.something.set()


def test_the_dispatcher_tells_by_itself_and_goes_on_after_an_error(notifying: Notifying, receiving: Receiver) -> None:
    notifying.webhook(receiving.url, "import.completed")
    told = threading.Event()
    receiving.before = told.set
    heard = Heard()
    logging.getLogger("segops_pipeline.notify.dispatch").addHandler(heard)
    dispatcher = Dispatcher(notifying.stores, look_seconds=0.01, trouble_seconds=0.01)
    with notifying.stores.database.owner_session() as connection:
        connection.execute(text("ALTER TABLE deliveries RENAME TO away"))
    dispatcher.start()
    try:
        assert heard.something.wait(30)
        with notifying.stores.database.owner_session() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO deliveries"))
        notifying.imports.load(FILE)
        assert told.wait(30)
    finally:
        dispatcher.stop()
        logging.getLogger("segops_pipeline.notify.dispatch").removeHandler(heard)


def test_old_deliveries_and_answers_are_removed(notifying: Notifying, receiving: Receiver) -> None:
    webhook, _ = notifying.webhook(receiving.url)
    send_test(notifying.stores, notifying.actor, webhook.id)
    send_test(notifying.stores, notifying.actor, webhook.id)
    old = "UPDATE deliveries SET created_at = now() - interval '31 days' WHERE id = :id"
    notifying.imports.execute(old, id=notifying.deliveries(webhook)[0].id)
    for key, age in (("old", "25 hours"), ("young", "1 hour")):
        notifying.imports.execute(
            "INSERT INTO idempotency_keys (workspace_id, actor, key, fingerprint, created_at)"
            " VALUES (:workspace_id, 'ann', :key, '', now() - CAST(:age AS interval))",
            workspace_id=notifying.workspace_id,
            key=key,
            age=age,
        )
    assert clean(notifying.stores) == {"deliveries": 1, "idempotency_keys": 1}
    assert len(notifying.deliveries(webhook)) == 1
