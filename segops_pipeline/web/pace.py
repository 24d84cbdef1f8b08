"""How quickly jobs go on, as seen by whoever looks at them again and again.

What belongs here: rates from two looks. What doesn't: how far a job is, which its row says.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

MOST_JOBS = 10_000
LEAST_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class _Look:
    stage: str | None
    done: int
    at: datetime


class Pace:
    """Remembers when each job was how far in its stage; safe for threads."""

    def __init__(self) -> None:
        self._first: OrderedDict[str, _Look] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, job_id: str, stage: str | None, done: int | None, at: datetime) -> float | None:
        """How many a second, since the stage was first looked at; None after one look.

        Args:
            job_id: the job.
            stage: in which it is.
            done: how much of it is done.
            at: when the job said so.
        """
        if done is None:
            return None
        with self._lock:
            first = self._first.get(job_id)
            if first is None or first.stage != stage or first.done > done:
                self._first[job_id] = _Look(stage, done, at)
                self._first.move_to_end(job_id)
                if len(self._first) > MOST_JOBS:
                    self._first.popitem(last=False)
                return None
            seconds = (at - first.at).total_seconds()
            if seconds < LEAST_SECONDS or done == first.done:
                return None
            return round((done - first.done) / seconds, 1)


PACE = Pace()
"""Of this process."""
