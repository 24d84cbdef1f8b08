"""Files through the acts of an import, one after the other and under the job's lock, as the assets call them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import text

from segops_pipeline.errors import Issue, SegopsError
from segops_pipeline.imports.confirm import Confirmation, confirm, suggested_confirmation
from segops_pipeline.imports.failure import record_failure
from segops_pipeline.imports.intake import infer_schema, read_upload
from segops_pipeline.imports.jobs import COUNTS, Job, get_job, load_issues
from segops_pipeline.imports.lock import hold_job
from segops_pipeline.imports.progress import Listener, Progress
from segops_pipeline.imports.run import apply_job, begin_import, plan_job
from segops_pipeline.imports.upload import Upload, open_job
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.stores.opening import Stores

CATALOGUE = (
    "products", "product_schema_fields", "learned_mappings", "source_rows", "revisions", "outbox",
)  # fmt: skip
Content = str | bytes | Path


def confirmation(
    headers: Iterable[str],
    types: Mapping[str, str] | None = None,
    *,
    mapping: Mapping[str, str | None] | None = None,
    required: Collection[str] = (),
    policy: str | None = None,
    validation: str | None = None,
    plan: str | None = None,
    transformations: Mapping[str, Sequence[str]] | None = None,
) -> Confirmation:
    """Each column to the field of its own name, text unless `types` says otherwise; `mapping` is laid over it."""
    targets = {**{header: header for header in headers}, **(mapping or {})}
    fields = [
        SchemaField(key, key.title(), (types or {}).get(key, "text"), required=key in required)
        for key in targets.values()
        if key is not None and key not in ("sku", "name")
    ]
    return Confirmation(targets, fields, policy, validation, plan, transformations or {})


@dataclass
class Importer:
    """Imports texts as files into workspaces, and looks at what became of them."""

    stores: Stores
    folder: Path
    workspace: str = "acme"
    numbers: "count[int]" = field(default_factory=count)

    def file(self, content: Content) -> Path:
        """A file with this content; a path stays as it is."""
        if isinstance(content, Path):
            return content
        path = self.folder / f"file-{next(self.numbers)}.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def open(self, content: Content, **upload: Any) -> Job:
        """A job that waits to be read."""
        given = Upload(self.workspace, str(self.file(content)))
        return open_job(self.stores, replace(given, **upload))

    def read(self, content: Content, **upload: Any) -> Job:
        """A job that has been read and needs its mapping."""
        return self.intake(self.open(content, **upload))

    def intake(self, job: Job) -> Job:
        """Read a job's file and suggest its mapping."""
        read = read_upload(self.stores, job.id, self.progress(job))
        return read if read.status == "done" else infer_schema(self.stores, job.id, self.progress(job))[0]

    def confirm(self, job: Job, types: Mapping[str, str] | None = None, **given: Any) -> Job:
        """Confirm a mapping; see `confirmation`."""
        return confirm(self.stores, job.id, confirmation(job.headers or [], types, **given))

    def confirm_suggestion(self, job: Job) -> Job:
        """Confirm what the intake suggested."""
        return confirm(self.stores, job.id, suggested_confirmation(self.job(job)))

    def queue(
        self, content: Content, types: Mapping[str, str] | None = None, *, source: str = "manual", **given: Any
    ) -> Job:
        """A job whose mapping is confirmed."""
        return self.confirm(self.read(content, source=source), types, **given)

    def load(
        self, content: Content, types: Mapping[str, str] | None = None, *, source: str = "manual", **given: Any
    ) -> Job:
        """A job after all acts of its import, done or failed."""
        return self.run(self.queue(content, types, source=source, **given))

    def run(self, job: Job, listener: Listener | None = None) -> Job:
        """Import a confirmed job; an error is noted in the job, as the assets do it."""
        with hold_job(self.stores.database, job.id):
            try:
                return self.perform(job, listener)
            except SegopsError as error:
                return record_failure(self.stores, job.id, error)

    def perform(self, job: Job, listener: Listener | None = None) -> Job:
        """Import a confirmed job; errors are raised."""
        progress = self.progress(job, listener)
        begin_import(self.stores, job.id)
        plan_job(self.stores, job.id, progress)
        return apply_job(self.stores, job.id, progress)

    def planned(self, job: Job) -> Job:
        """Import a confirmed job as far as its plan."""
        begin_import(self.stores, job.id)
        plan_job(self.stores, job.id, self.progress(job))
        return self.job(job)

    def progress(self, job: Job, listener: Listener | None = None) -> Progress:
        """The progress of a job."""
        return Progress(self.stores.database, job.id, listener)

    def job(self, job: Job) -> Job:
        """The job as it stands now."""
        return get_job(self.stores.database, job.id)

    def issues(self, job: Job, code: str | None = None) -> list[Issue]:
        """The issues of a job, all or those of one code: errors first, then by line."""
        with self.stores.database.workspace_session(job.workspace_id) as connection:
            found = load_issues(connection, job.id, 1000)
        return [issue for issue in found if code in (None, issue.code)]

    def codes(self, job: Job) -> list[tuple[str, int | None]]:
        """The code and line of each issue of a job's plan."""
        rows = self.rows(
            "SELECT code, line FROM issues WHERE job_id = :id AND stage = 'import_plan' ORDER BY line, id",
            id=job.id,
        )
        return [(row["code"], row["line"]) for row in rows]

    def products(self, workspace: str | None = None) -> dict[str, tuple[str, dict[str, Any]]]:
        """Name and data of each product of a workspace, by sku."""
        rows = self.rows(
            "SELECT sku, p.name, data FROM products p JOIN workspaces w ON w.id = p.workspace_id"
            ' WHERE w.name = :workspace ORDER BY sku COLLATE "C"',
            workspace=workspace or self.workspace,
        )
        return {row["sku"]: (row["name"], row["data"]) for row in rows}

    def data(self, sku: str) -> dict[str, Any]:
        """The data of one product."""
        return self.products()[sku][1]

    def catalogue(self) -> dict[str, list[str]]:
        """Every row of the tables that an import writes, all columns as text."""
        return {
            table: [row["row"] for row in self.rows(f"SELECT t::text AS row FROM {table} t ORDER BY 1")]
            for table in CATALOGUE
        }

    def number_of(self, table: str) -> int:
        """How many rows a table has."""
        return self.rows(f"SELECT count(*) AS number FROM {table}")[0]["number"]

    def rows(self, query: str, **bound: object) -> list[dict[str, Any]]:
        """The rows of any query."""
        with self.stores.database.system_session() as connection:
            return [dict(row) for row in connection.execute(text(query), bound).mappings()]

    def execute(self, statement: str, **bound: object) -> None:
        """Any statement, as the role that spans workspaces."""
        with self.stores.database.system_session() as connection:
            connection.execute(text(statement), bound)


def counts(job: Job) -> dict[str, int]:
    """The counts of a job that are not zero."""
    return {name: value for name, value in job.counts.items() if value}


def add_up(job: Job) -> bool:
    """Whether every row of a job is counted once."""
    return job.counts["rows"] == sum(job.counts[name] for name in COUNTS if name != "rows")
