"""Tell whoever wants to know: look for what is to be told, and send it, once or all the time.

`Dispatcher` is the thread that the web process runs. Several may run beside each other. What belongs here: the loop.
What doesn't: what is told (`events`), how it is kept (`deliveries`) and sent (`send`, `emails`).
"""

import asyncio
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence

from segops_pipeline.access.actor import Actor
from segops_pipeline.access.audit import record
from segops_pipeline.errors import StoreUnreachable
from segops_pipeline.notify.cleaning import clean
from segops_pipeline.notify.delivered import Delivery, get_delivery
from segops_pipeline.notify.deliveries import (
    Answer,
    Claimed,
    claim_due,
    claim_test,
    is_anything_to_do,
    make_deliveries,
    note_answer,
    put_back,
)
from segops_pipeline.notify.emails import send_emails
from segops_pipeline.notify.events import SETTLE_SECONDS
from segops_pipeline.notify.send import send
from segops_pipeline.notify.webhooks import get_webhook, switch_off
from segops_pipeline.stores.opening import Stores

LOOK_SECONDS = 1.0
TROUBLE_SECONDS = 10.0  # until it looks again after an error
CLEAN_SECONDS = 3600.0
GONE = 410

logger = logging.getLogger(__name__)


def dispatch_once(stores: Stores, *, settle_seconds: float = SETTLE_SECONDS) -> int:
    """Make the deliveries of what nobody was told of yet, and send those that are due.

    Args:
        stores: the open stores.
        settle_seconds: how long a job must have waited before somebody is told that it does.

    Returns:
        How many deliveries were made or tried.

    Raises:
        StoreUnreachable: PostgreSQL does not answer.
    """
    if not is_anything_to_do(stores):
        return 0
    made = make_deliveries(stores, settle_seconds)
    claimed = claim_due(stores)
    if claimed:
        asyncio.run(_send_all(stores, claimed))
    return made + len(claimed)


def send_test(stores: Stores, actor: Actor, webhook_id: int) -> Delivery:
    """Send a test event to a webhook of the actor's workspace now, whether it is on or off; what came of it.

    Raises:
        Forbidden: the actor is no admin.
        NotFound: the workspace has no such webhook.
    """
    actor.require("manage")
    with stores.database.workspace_session(actor.workspace_id) as connection:
        get_webhook(connection, webhook_id)
        claimed = claim_test(connection, actor.workspace_id, webhook_id, actor.workspace)
        record(connection, actor, "webhook.test", str(webhook_id))
    asyncio.run(_send_all(stores, [claimed]))
    with stores.database.workspace_session(actor.workspace_id) as connection:
        return get_delivery(connection, claimed.id, webhook_id)


class Dispatcher:
    """A thread that dispatches all the time; no error ends it."""

    def __init__(
        self, stores: Stores, look_seconds: float = LOOK_SECONDS, trouble_seconds: float = TROUBLE_SECONDS
    ) -> None:
        self._stores = stores
        self._look_seconds = look_seconds
        self._trouble_seconds = trouble_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notifications", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout_seconds: float = 15.0) -> None:
        """End as soon as what is being sent has been sent."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout_seconds)

    def _run(self) -> None:
        cleaned_at = 0.0
        while not self._stop.is_set():
            wait = self._look_seconds
            try:
                if time.monotonic() - cleaned_at > CLEAN_SECONDS or not cleaned_at:
                    clean(self._stores)
                    cleaned_at = time.monotonic()
                dispatch_once(self._stores)
            except StoreUnreachable as error:
                logger.warning("nobody can be notified now: %s", error)
                wait = self._trouble_seconds
            except Exception:  # whatever one delivery is like, the others go on
                logger.exception("notifications")
                wait = self._trouble_seconds
            self._stop.wait(wait)


async def _send_all(stores: Stores, claimed: Sequence[Claimed]) -> None:
    """Send to all receivers at once, to each one after the other."""
    of_webhook: defaultdict[int, list[Claimed]] = defaultdict(list)
    emails = [one for one in claimed if one.recipient is not None]
    for one in claimed:
        if one.webhook_id is not None:
            of_webhook[one.webhook_id].append(one)
    acts = [_send_in_order(stores, theirs) for theirs in of_webhook.values()]
    if emails:
        acts.append(asyncio.to_thread(send_emails, stores.settings, emails, _noting(stores)))
    await asyncio.gather(*acts)


async def _send_in_order(stores: Stores, claimed: Sequence[Claimed]) -> None:
    """Send to one webhook; where it fails, the rest waits for the receiver to come back."""
    for place, one in enumerate(claimed):
        if one.url is None:  # removed meanwhile
            continue
        answer = await send(stores.settings, one)
        await asyncio.to_thread(_noting(stores), one, answer)
        if answer.error is not None:
            if claimed[place + 1 :]:
                await asyncio.to_thread(put_back, stores, claimed[place + 1 :])
            return


def _noting(stores: Stores) -> Callable[[Claimed, Answer], None]:
    def note(claimed: Claimed, answer: Answer) -> None:
        note_answer(stores, claimed, answer)
        if answer.error is not None:
            logger.info("delivery %s of %s failed: %s", claimed.id, claimed.event, answer.error)
        if answer.status == GONE and claimed.webhook_id is not None:  # it asks to be told no more
            with stores.database.workspace_session(claimed.workspace_id) as connection:
                switch_off(connection, claimed.webhook_id, str(answer.error))

    return note
