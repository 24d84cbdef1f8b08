"""Products that a program sends, imported as a job of their own: planned, applied and kept in the history at once.

Seed 000, "Re-imports and upserts": `{"products": [{sku, name, …fields}]}` are upserted, and new field keys are merged
into the schema. A field that a product does not name stays as it is; null clears it. What belongs here: the act. What
doesn't: from JSON to rows (`bulk_rows`), the stages of an import (`run`).
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import text

from segops_pipeline.catalogue.export import cell
from segops_pipeline.catalogue.given_values import unstorable
from segops_pipeline.catalogue.listing import ids_of
from segops_pipeline.catalogue.rules import SKU as BY_SKU
from segops_pipeline.catalogue.rules import FieldRule, ImportRules
from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.errors import Issue, SegopsError, WrongUsage, error_of
from segops_pipeline.imports.bulk_rows import NAME, SKU, GivenRow, GivenRows, given_rows
from segops_pipeline.imports.confirm import Confirmation, confirm
from segops_pipeline.imports.failure import record_failure
from segops_pipeline.imports.formats import TABLE
from segops_pipeline.imports.intake import read_upload
from segops_pipeline.imports.jobs import NEEDS_MAPPING, Job, get_job, load_job, new_job_id, update_job
from segops_pipeline.imports.lock import hold_job
from segops_pipeline.imports.progress import Progress
from segops_pipeline.imports.results import read_results
from segops_pipeline.imports.run import apply_job, begin_import, plan_job
from segops_pipeline.imports.suggest import Suggested, store_suggestion
from segops_pipeline.imports.upload import Upload, open_job
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.inference.suggestion import ColumnSuggestion, MappingSuggestion
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline.stores.files import scratch_folder
from segops_pipeline.stores.opening import Stores

SOURCE = "api"
FILE_NAME = "products.csv"
MOST_ITEMS = 10_000
AS_WRITTEN = DialectChoice(encoding="utf-8", delimiter=",", quote='"', header_row=0)
REASON = "The call names the field."
# what somebody does not say stays: a source that overwrites would clear it
POLICIES = {"overwrite": "merge"}

REASONS = """
SELECT line, code, message, column_name, value, key, suggestion FROM issues
WHERE workspace_id = :workspace_id AND job_id = :job_id AND stage = 'import_plan' AND level = 'error' ORDER BY line, id
"""


@dataclass(frozen=True, slots=True)
class BulkOrder:
    """What is imported: the products as JSON holds them, for which workspace, by whom, and as which source."""

    workspace_id: int
    workspace: str
    items: Sequence[Any]
    created_by: str
    source: str = SOURCE
    accept_guards: bool = False


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What became of one product of a call, by its place there; `outcome` is as in the results of an import."""

    index: int
    sku: str | None
    outcome: str
    id: int | None = None
    version: int | None = None
    reason: str | None = None
    issues: list[Issue] = field(default_factory=list[Issue])


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of a call; without a job where no item was a product."""

    job: Job | None
    counts: dict[str, int]
    new_fields: list[SchemaField]
    items: list[ItemResult]


class Stages(Protocol):
    """How the two long stages of the job are run, whose lock is held; a failure is noted in the job."""

    def read(self, job: Job) -> None:
        """Read the file of a job."""
        ...

    def load(self, job: Job) -> None:
        """Import a confirmed job."""
        ...


class PlainStages:
    """The stages as they are, without anything around them."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def read(self, job: Job) -> None:
        """Read the file of a job."""
        try:
            read_upload(self._stores, job.id, Progress(self._stores.database, job.id))
        except SegopsError as error:
            record_failure(self._stores, job.id, error)

    def load(self, job: Job) -> None:
        """Import a confirmed job."""
        progress = Progress(self._stores.database, job.id)
        try:
            begin_import(self._stores, job.id)
            plan_job(self._stores, job.id, progress)
            apply_job(self._stores, job.id, progress)
        except SegopsError as error:
            record_failure(self._stores, job.id, error)


def bulk_upsert(stores: Stores, order: BulkOrder, stages: Stages) -> BulkResult:
    """Import the products of a call as one job; a bad one is rejected with its reason, the rest goes in.

    Raises:
        WrongUsage: as `check_items`, or no such source can be.
        SegopsError: the job could not be imported, with why; nothing was written. What a guard holds waits for a
            person (HeldByGuard).
    """
    check_items(order.items)
    with stores.database.workspace_session(order.workspace_id) as connection:
        schema = load_fields(connection)
        statement = text("SELECT default_currency FROM workspaces WHERE id = :id")
        currency = connection.execute(statement, {"id": order.workspace_id}).scalar_one()
    given = given_rows(order.items, schema, currency)
    if not given.rows:
        return _result(stores, order, given, None, [])
    job = _import(stores, order, given, stages)
    if job.status != "done":
        raise _error_of(job)
    return _result(stores, order, given, job, read_results(stores, job, 0, len(given.rows)))


def check_items(items: Sequence[Any]) -> None:
    """Check what can be seen at a glance, before products are sent to where they are imported.

    Raises:
        WrongUsage: there are more than 10,000, or one is too deep to be looked at.
    """
    if len(items) > MOST_ITEMS:
        raise WrongUsage(f"A call takes {MOST_ITEMS:,} products, not {len(items):,}.", "Send them in parts.")
    for index, item in enumerate(items):
        problem = unstorable(item)
        if problem is not None and problem.code == "too_deep":
            raise WrongUsage(f"Product {index}: {problem.message}", problem.suggestion, column=f"products.{index}")


def _import(stores: Stores, order: BulkOrder, given: GivenRows, stages: Stages) -> Job:
    filled = _fill_in(stores, order, given)
    job_id = new_job_id()
    # held before it is there: a running system leaves it alone
    with scratch_folder() as folder, hold_job(stores.database, job_id):
        path = folder / FILE_NAME
        _write(path, given)
        upload = Upload(
            order.workspace, str(path), order.source, FILE_NAME, "api", TABLE,
            created_by=order.created_by, job_id=job_id, choice=AS_WRITTEN,
        )  # fmt: skip
        job = open_job(stores, upload)
        stages.read(job)
        job = get_job(stores.database, job_id)
        if job.status == "failed":
            return job
        job = _suggest(stores, job, given)
        confirm(stores, job_id, _confirmation(job, order, given, filled))
        stages.load(job)
    return get_job(stores.database, job_id)


def _fill_in(stores: Stores, order: BulkOrder, given: GivenRows) -> set[str]:
    """Give products the values that they have, in fields where an empty cell could not just be left.

    That is where others clear the field, or the field is required. The rows are changed.

    Returns:
        The fields that an empty cell clears.
    """
    required = {one.key for one in given.fields if one.required or "required" in one.rules}
    cleared = {key for row in given.rows for key, value in row.cells.items() if value is None}
    wanted = [key for key in given.targets[1:] if key in cleared | required]
    lacking = {row.sku for row in given.rows if any(key not in row.cells for key in wanted)}
    if not lacking:
        return cleared
    bound = {"workspace_id": order.workspace_id, "skus": sorted(lacking)}
    statement = text("SELECT sku, name, data FROM products WHERE workspace_id = :workspace_id AND sku = ANY(:skus)")
    with stores.database.workspace_session(order.workspace_id) as connection:
        there = {row.sku: {**row.data, NAME: row.name} for row in connection.execute(statement, bound)}
    now = {sku: {key: _cell(data.get(key)) for key in wanted} for sku, data in there.items()}
    for row in given.rows:
        values = now.setdefault(row.sku, {})
        for key in wanted:
            values[key] = row.cells.setdefault(key, values.get(key))  # an earlier row of the product counts
    return cleared


def _cell(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
    return None if value in (None, "") else cell(value, has_currencies=True)


def _write(path: Path, given: GivenRows) -> None:
    columns = given.targets[1:]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(given.targets)
        for row in given.rows:
            writer.writerow([row.sku, *(row.cells.get(key) or "" for key in columns)])


def _suggest(stores: Stores, job: Job, given: GivenRows) -> Job:
    """Store what the call itself says of each column; nobody is asked for it."""
    assert job.headers is not None
    types = {one.key: one.type for one in given.fields}
    headers = dict(zip(given.targets, job.headers, strict=True))
    columns = [
        ColumnSuggestion(header, types.get(target, "text"), target, 1.0, "exact", REASON)
        for target, header in headers.items()
    ]
    suggestion = MappingSuggestion(
        columns, headers[SKU], headers.get(NAME), given.fields, [], claude=None, all_learned=False
    )
    with stores.database.workspace_session(job.workspace_id) as connection:
        store_suggestion(connection, job, Suggested(suggestion, [], None))
        update_job(connection, job.id, status="mapping", reason=NEEDS_MAPPING)
        return load_job(connection, job.id)


def _confirmation(job: Job, order: BulkOrder, given: GivenRows, cleared: set[str]) -> Confirmation:
    assert job.headers is not None
    of_source = ImportRules.from_dict(job.rules)
    fields = dict(of_source.fields)
    for key in cleared:
        fields[key] = replace(fields.get(key, FieldRule()), empty="clear")
    return Confirmation(
        dict(zip(job.headers, given.targets, strict=True)),
        given.fields,
        POLICIES.get(job.policy, job.policy),
        "lenient",
        rules=replace(of_source, match=(BY_SKU,), absent="nothing", fields=fields),
        accept_guards=order.accept_guards,
    )


def _result(
    stores: Stores, order: BulkOrder, given: GivenRows, job: Job | None, results: list[dict[str, Any]]
) -> BulkResult:
    reasons: dict[int, list[Issue]] = {}
    with stores.database.workspace_session(order.workspace_id) as connection:
        ids = ids_of(connection, order.workspace_id, [row.sku for row in given.rows])
        if job is not None and job.rejected:
            bound = {"workspace_id": order.workspace_id, "job_id": job.id}
            for row in connection.execute(text(REASONS), bound):
                reasons.setdefault(row.line, []).append(
                    Issue(row.code, row.message, "error", None, row.column_name, row.value, row.key, row.suggestion)
                )
    items = [_item(row, result, ids, reasons) for row, result in zip(given.rows, results, strict=True)]
    for index, issue in given.rejected.items():
        items.append(ItemResult(index, issue.key, "rejected", reason=issue.code, issues=[issue]))
    counts = dict(job.counts) if job is not None else {}
    for name in ("rows", "rejected"):
        counts[name] = counts.get(name, 0) + len(given.rejected)
    return BulkResult(job, counts, given.new_fields, sorted(items, key=lambda item: item.index))


def _item(row: GivenRow, result: dict[str, Any], ids: dict[str, int], reasons: dict[int, list[Issue]]) -> ItemResult:
    return ItemResult(
        row.index,
        row.sku,
        result["outcome"],
        ids.get(row.sku),
        result["version"],
        result["reason"],
        reasons.get(result["line"], []) if result["outcome"] == "rejected" else [],
    )


def _error_of(job: Job) -> SegopsError:
    """Why a job is not done, as the error that it was."""
    return error_of({"message": f"Job {job.id} is {job.state}.", **(job.error or {}), "file": f"job {job.id}"})
