"""Progress of a running job: written to its row, shown to whoever listens, and where a cancel is noticed."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import text

from segops_pipeline.errors import JobCancelled
from segops_pipeline.stores.database import Database

WRITE_EVERY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Step:
    """Where a stage is: `done` of `total` (rows, or bytes while reading), after `seconds` of it."""

    stage: str
    done: int
    total: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Rate since the stage began."""
        return self.done / self.seconds if self.seconds else 0.0


Listener = Callable[[Step], None]


class Progress:
    """Progress of one job; a stage calls it as often as it likes, the row is written once a second."""

    def __init__(self, database: Database, job_id: str, listener: Listener | None = None) -> None:
        self._database = database
        self._job_id = job_id
        self._listener = listener
        self._stage = ""
        self._started = self._written = 0.0

    def begin(self, stage: str, total: int = 0) -> None:
        """A stage starts; `total` is 0 where nobody knows.

        Raises:
            JobCancelled: a person cancelled the job.
        """
        self._stage = stage
        self._started = time.monotonic()
        self._written = 0.0
        self.advance(0, total)

    def advance(self, done: int, total: int) -> None:
        """The stage has done `done` of `total`.

        Raises:
            JobCancelled: a person cancelled the job.
        """
        now = time.monotonic()
        if self._listener is not None:
            self._listener(Step(self._stage, done, total, now - self._started))
        if now - self._written >= WRITE_EVERY_SECONDS:
            self._written = now
            self._write(done, total)

    def _write(self, done: int, total: int) -> None:
        with self._database.system_session() as connection:
            cancelled = connection.execute(
                text(
                    """
                    UPDATE import_jobs SET heartbeat_at = now(), stage = :stage, stage_done = :done,
                        stage_total = :total, updated_at = now()
                    WHERE id = :id RETURNING cancel_requested
                    """
                ),
                {"id": self._job_id, "stage": self._stage, "done": done, "total": total},
            ).scalar_one()
        if cancelled:
            raise JobCancelled(f"Job {self._job_id} was cancelled.", "Start it again with `segops retry`.")
