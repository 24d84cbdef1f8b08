"""What a person who watches imports does to the web process, for locust: opens the history, then polls.

Run by `benchmarks/web.py`; the session's cookie and the job that is watched come by the environment.
"""

import os

from locust import HttpUser, constant_pacing, task

POLL_SECONDS = 3  # as often as the history page asks
COOKIE, JOB = os.environ["SEGOPS_BENCH_COOKIE"], os.environ["SEGOPS_BENCH_JOB"]


class Watcher(HttpUser):
    """Opens the history page, then polls the list and the job, as the page does."""

    wait_time = constant_pacing(POLL_SECONDS)

    def on_start(self) -> None:
        """Open the page."""
        self.client.headers["Cookie"] = COOKIE
        self.client.get("/pim/imports", name="page")

    @task(19)
    def poll(self) -> None:
        """Ask how far everything is."""
        self.client.get("/api/pim/imports/?page_size=20", name="imports")
        self.client.get(f"/api/pim/import/{JOB}/", name="job")

    @task(1)
    def look_again(self) -> None:
        """Load the page anew."""
        self.client.get("/pim/imports", name="page")
