"""The web process: how soon an upload is answered, and what two hundred people who watch an import cost.

Every import after the first changes all products, so that imports with and without watchers do the same work. What the
watchers' own program takes of the machine is counted against us.
"""

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from benchmarks.catalogue import write_catalogue
from benchmarks.definitions import ROOT
from benchmarks.figures import Figure, ratio
from benchmarks.installation import installation
from benchmarks.running import running
from segops_pipeline.access.owner import ensure_owner
from segops_pipeline.access.sessions import choose_workspace, open_session
from segops_pipeline.catalogue.guards import set_limit
from segops_pipeline.imports.jobs import get_job
from segops_pipeline.imports.workspaces import ensure_workspace
from segops_pipeline.installation.state import UpState
from segops_pipeline.stores.opening import Stores, open_stores
from segops_pipeline.web.security.csrf import csrf_token
from segops_pipeline.web.security.secret import secret_of
from segops_pipeline.web.security.who import session_cookie

MOST_SECONDS_TO_ANSWER = 3.0
MOST_MILLISECONDS = 300.0
MOST_SLOWER = 1.2
RAMP_SECONDS, WATCH_SECONDS = 15.0, 60
LOOK_SECONDS, PATIENCE_SECONDS = 0.1, 600.0
WORKSPACE = "bench"
STAGES = ("import_plan", "upserted_products")


def measure(rows: int, repetitions: int, clients: int = 200) -> list[Figure]:
    """Upload files to a running system and import them, every second time with people who watch.

    Args:
        rows: of each file.
        repetitions: how many imports with, and as many without, watchers.
        clients: how many people watch.
    """
    settings = {"SEGOPS_REQUESTS_PER_HOUR": "10000000"}
    with (
        tempfile.TemporaryDirectory(prefix="segops-bench-") as folder,
        installation() as home,
        running(home, settings),
        open_stores(home) as stores,
    ):
        answered, quiet, watched, milliseconds, failures = [], [], [], [], []
        bench = _Bench(stores, Path(folder), rows)
        answered.append(bench.upload(0))
        bench.import_it()  # all new: every later import changes all
        for number in range(1, repetitions + 1):
            answered.append(bench.upload(2 * number))
            quiet.append(bench.import_it())
            answered.append(bench.upload(2 * number + 1))
            with bench.watchers(clients) as report:
                time.sleep(RAMP_SECONDS)
                watched.append(bench.import_it())
            for row in _stats(report):
                milliseconds.append(float(row["95%"]))
                failures.append(float(row["Failure Count"]))
    part = f"web: {rows:,} rows, {clients} people who watch"
    return [
        Figure(part, "an upload is answered with its suggestion", answered, bar=MOST_SECONDS_TO_ANSWER),
        Figure(part, "95 % of answers within", milliseconds, "ms", MOST_MILLISECONDS),
        Figure(part, "answers that failed", failures, "", 0),
        Figure(part, "import that nobody watches", quiet),
        ratio(part, "import that all watch, to that", watched, quiet, MOST_SLOWER),
    ]


class _Bench:
    """An owner at the API of the running system, and the file that is imported next."""

    def __init__(self, stores: Stores, folder: Path, rows: int) -> None:
        self._stores, self._folder, self._rows = stores, folder, rows
        with stores.database.owner_session() as connection:  # what is published afterwards is no matter here
            for target in ("to_clickhouse", "to_embeddings"):
                connection.execute(text(f"ALTER TABLE outbox ALTER COLUMN {target} SET DEFAULT false"))
        workspace = ensure_workspace(stores.database, WORKSPACE)
        with stores.database.workspace_session(workspace.id) as connection:
            for guard in ("updated_share", "repriced_share"):  # every product of a file changes on purpose
                set_limit(connection, workspace.id, 0, guard, None)
        session = self._session()
        address = UpState.read(stores.settings).pages
        assert address is not None
        token = csrf_token(secret_of(stores.settings), session)
        headers = {"X-CSRF-Token": token, "Cookie": self._cookie(session)}
        self._client = httpx.Client(base_url=address, headers=headers, timeout=PATIENCE_SECONDS)
        self._address, self._answer = address, {}

    def _session(self) -> str:
        database = self._stores.database
        session = open_session(database, ensure_owner(database).id, self._stores.settings)
        choose_workspace(database, session, WORKSPACE)
        return session

    def _cookie(self, session: str) -> str:
        return "=".join(session_cookie(secret_of(self._stores.settings), session))

    def upload(self, revision: int) -> float:
        """Seconds until a file is answered with its suggestion."""
        file = self._folder / f"catalogue-{revision}.csv"
        write_catalogue(file, self._rows, changed_every=1 if revision else 0, revision=revision + 1)
        started = time.monotonic()
        with file.open("rb") as content:
            answer = self._client.post("/api/pim/import/csv/", files={"file": (file.name, content, "text/csv")})
        seconds = time.monotonic() - started
        answer.raise_for_status()
        self._answer: dict[str, Any] = answer.json()
        return seconds

    def import_it(self) -> float:
        """Confirm what was suggested, and give the seconds from Parquet to committed products."""
        job_id = self._answer["job_id"]
        body = {"mapping": self._answer["suggested_mapping"], "schema": self._answer["suggested_schema"]}
        self._client.post(f"/api/pim/import/{job_id}/confirm/", json=body).raise_for_status()
        started = time.monotonic()
        while time.monotonic() - started < PATIENCE_SECONDS:
            job = get_job(self._stores.database, job_id)
            if job.status == "done":
                return sum(float(job.seconds[stage]) for stage in STAGES)
            if job.status == "failed":
                raise SystemExit(f"The benchmark is wrong: the job has failed, {job.error}.")
            time.sleep(LOOK_SECONDS)
        raise SystemExit(f"The benchmark is wrong: job {job_id} was not imported.")

    @contextmanager
    def watchers(self, clients: int) -> Generator[Path]:
        """People who watch; gives the prefix of the report's files, which are there afterwards."""
        report = self._folder / f"watched-{time.monotonic_ns()}"
        cookies = "\n".join(self._cookie(self._session()) for _ in range(clients))
        known = {"SEGOPS_BENCH_COOKIES": cookies, "SEGOPS_BENCH_JOB": self._answer["job_id"]}
        process = subprocess.Popen(
            [
                sys.executable, "-m", "locust", "-f", str(ROOT / "benchmarks" / "web_load.py"), "--headless",
                "--users", str(clients), "--spawn-rate", str(max(1, clients // 10)), "--run-time", f"{WATCH_SECONDS}s",
                "--host", self._address, "--csv", str(report), "--only-summary", "--exit-code-on-error", "0",
            ],
            env={**os.environ, **known}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield report
        finally:
            if process.wait(PATIENCE_SECONDS):
                raise SystemExit("The benchmark is wrong: locust has failed.")


def _stats(report: Path) -> list[dict[str, str]]:
    with report.with_name(f"{report.name}_stats.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["Name"] == "Aggregated"]
