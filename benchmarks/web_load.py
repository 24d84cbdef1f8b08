"""What a person who watches imports does to the web process, for locust: opens the history, then polls.

Run by `benchmarks/web.py`; the cookies of their sessions and the job that is watched come by the environment.
"""

import os
import random
import time

from locust import FastHttpUser, constant_pacing, task

POLL_SECONDS = 3  # as often as the history page asks
COOKIES, JOB = os.environ["SEGOPS_BENCH_COOKIES"].split("\n"), os.environ["SEGOPS_BENCH_JOB"]


class Watcher(FastHttpUser):
    """Opens the history page, then polls the list and the job, as the page does."""

    wait_time = constant_pacing(POLL_SECONDS)

    def on_start(self) -> None:
        """Open the page, some time within the seconds of a poll: people do not come in step."""
        time.sleep(random.uniform(0, POLL_SECONDS))
        self._headers = {"Cookie": COOKIES.pop()}
        self._get("/pim/imports", "page")

    @task(19)
    def poll(self) -> None:
        """Ask how far everything is."""
        self._get("/api/pim/imports/?page_size=20", "imports")
        self._get(f"/api/pim/import/{JOB}/", "job")

    @task(1)
    def look_again(self) -> None:
        """Load the page anew."""
        self._get("/pim/imports", "page")

    def _get(self, path: str, name: str) -> None:
        self.client.get(path, headers=self._headers, name=name)
