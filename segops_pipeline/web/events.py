"""Progress of jobs as server-sent events: however many follow a job, its row is looked at once a second.

What belongs here: the looks, and sending what is new. What doesn't: how far a job is, which its row says.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from anyio import to_thread

from segops_pipeline.errors import JobNotFound, StoreUnreachable
from segops_pipeline.imports.jobs import Job, load_job
from segops_pipeline.web.api.import_views import progress_of_job
from segops_pipeline.web.state import Web

EVENT_STREAM = "text/event-stream"
LOOK_SECONDS = 1.0
HEARTBEAT_SECONDS = 15.0
MOST_SECONDS = 3600.0  # then a browser connects again, and is asked again who it is


@dataclass(slots=True)
class _Watch:
    """One job that is followed, and by how many."""

    followers: int = 0
    told: dict[str, Any] = field(default_factory=dict[str, Any])
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    looking: "asyncio.Task[None] | None" = None


_watches: dict[tuple[int, int, str], _Watch] = {}


async def follow(web: Web, workspace_id: int, job_id: str) -> AsyncGenerator[bytes]:
    """The events of a job: `state` at first and with each change, `end` when it has ended; comments in between.

    Args:
        web: the web process.
        workspace_id: of the job, which is there.
        job_id: the job.
    """
    key = (id(web), workspace_id, job_id)
    watch = _watches.setdefault(key, _Watch())
    watch.followers += 1
    if watch.looking is None or watch.looking.done():
        watch.looking = asyncio.create_task(_look(web, workspace_id, job_id, watch))
    try:
        async for event in _events(watch):
            yield event
    finally:
        watch.followers -= 1
        if not watch.followers:
            watch.looking.cancel()
            _watches.pop(key, None)


async def _events(watch: _Watch) -> AsyncGenerator[bytes]:
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + MOST_SECONDS
    seen: dict[str, Any] = {}
    while loop.time() < ends_at:
        if watch.told != seen:
            seen = watch.told
            yield _event("state", seen)
            if seen["status"] in ("done", "failed"):
                yield _event("end", {"job_id": seen["job_id"]}, f"end {seen['attempt']}")
                return
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS), watch.changed:
                await watch.changed.wait_for(lambda before=seen: watch.told != before)
        except TimeoutError:
            if watch.looking is not None and watch.looking.done():
                return  # nobody looks any more, for an error that nobody foresaw: a browser connects again
            yield b": still there\n\n"


async def _look(web: Web, workspace_id: int, job_id: str, watch: _Watch) -> None:
    while True:
        try:
            told = await to_thread.run_sync(_state, web, workspace_id, job_id)
        except StoreUnreachable:
            told = watch.told  # it may come back
        except JobNotFound:
            told = {**watch.told, "job_id": job_id, "status": "failed", "reason": "gone", "attempt": 0}
        if told != watch.told:
            async with watch.changed:
                watch.told = told
                watch.changed.notify_all()
        await asyncio.sleep(LOOK_SECONDS)


def _state(web: Web, workspace_id: int, job_id: str) -> dict[str, Any]:
    with web.database.workspace_session(workspace_id) as connection:
        job: Job = load_job(connection, job_id)
    return {
        "job_id": job.id,
        "status": job.status,
        "reason": job.reason,
        "attempt": job.attempt,
        "progress": progress_of_job(job).model_dump(),
        "counts": job.counts,
        "imported_count": job.imported_count,
        "draft_version": job.draft_version,
        "error": job.error,
    }


def _event(name: str, told: dict[str, Any], event_id: str | None = None) -> bytes:
    place = f"id: {event_id}\n" if event_id is not None else ""
    return f"{place}event: {name}\ndata: {json.dumps(told, ensure_ascii=False)}\n\n".encode()
