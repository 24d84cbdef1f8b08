"""The seven assets: each stage of an import as one thin asset that calls one function."""

from collections.abc import Iterator
from typing import Any

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetObservation,
    MaterializeResult,
    MetadataValue,
    asset,
)

from segops_pipeline.errors import HeldByGuard, SegopsError, StalePlan
from segops_pipeline.orchestration.launchpad import MappingConfig, UploadConfig, confirmation_of, open_from_launchpad
from segops_pipeline.orchestration.partitions import import_jobs
from segops_pipeline.orchestration.progress import RETRY_STORES, Running, running, tag_run
from segops_pipeline.orchestration.resources import StoresResource
from segops_pipeline.orchestration.tables import (
    column_schema,
    counts_metadata,
    fields_table,
    issues_table,
    mapping_table,
    sample_table,
    text_table,
    timing,
)

PUBLISH_POOL = "publish"
Results = Iterator[MaterializeResult[Any]]


@asset(
    partitions_def=import_jobs,
    group_name="intake",
    kinds={"parquet"},
    output_required=False,
    retry_policy=RETRY_STORES,
)
def parsed_upload(context: AssetExecutionContext, config: UploadConfig, stores: StoresResource) -> Results:
    """The file as numbered rows of text.

    The bytes are stored by their checksum; encoding, delimiter and header are detected; every row goes to
    Parquet with its line number, untyped and untrimmed. To import a file by hand, add a partition with a
    new name and launch `intake` with `path`, `workspace` and `source`. Nothing is yielded where a scheduled
    file has not changed: the job is done then.
    """
    from segops_pipeline.imports.intake import read_upload

    with running(context, stores) as run:
        open_from_launchpad(context, config, run)
        tag_run(context, run.stores, run.job_id)
        job = read_upload(run.stores, run.job_id, run.progress)
        if job.status == "done" and job.headers is None:
            context.log_event(
                AssetObservation(
                    asset_key=AssetKey("parsed_upload"),
                    partition=run.job_id,
                    metadata={"note": job.reason or ""},
                )
            )
            return
        yield MaterializeResult(
            metadata={
                "file": job.file_name,
                "size_bytes": job.size_bytes or 0,
                "rows": job.total_rows or 0,
                **timing(job.total_rows or 0, float(job.seconds.get("parsed_upload", 0))),
                "sample": sample_table(job),
                "dialect": MetadataValue.json(job.dialect or {}),
                "issues": _issues(run),
            }
        )


@asset(
    partitions_def=import_jobs,
    deps=[parsed_upload],
    group_name="intake",
    kinds={"python"},
    output_required=False,
    retry_policy=RETRY_STORES,
)
def inferred_schema(context: AssetExecutionContext, stores: StoresResource) -> Results:
    """What each column means: its type over all rows, and a suggested target with source, score and reason.

    Learned memory wins, then the offline matcher; Claude is asked only for columns that nobody has seen and
    only when a key is set. Afterwards the job waits in `mapping` for a person, unless its source is automatic
    and every column is known.
    """
    from segops_pipeline.imports.intake import infer_schema
    from segops_pipeline.imports.mapping_file import write_suggestion

    with running(context, stores) as run:
        tag_run(context, run.stores, run.job_id)
        job, suggestion = infer_schema(run.stores, run.job_id, run.progress)
        write_suggestion(run.stores, job)
        if not job.automatic:
            _tell_inbox(run)
        yield MaterializeResult(
            metadata={
                "page": run.page(to_map=job.status == "mapping"),
                "dagster/column_schema": column_schema(suggestion.columns),
                "suggestion": text_table(
                    ["column", "type", "target", "confidence", "source", "reason"],
                    [
                        [c.column, c.type, c.target or "– skip –", f"{c.confidence:.2f}", c.source, c.reason]
                        for c in suggestion.columns
                    ],
                ),
                "key": suggestion.key or "–",
                "name": suggestion.name or "–",
                "state": f"{job.status}: {job.reason}",
                **_recognised((job.suggestion or {}).get("bizzkit")),
                "issues": issues_table(suggestion.issues),
                **_claude(suggestion.claude),
                **timing(job.total_rows or 0, float(job.seconds.get("inferred_schema", 0))),
            }
        )


@asset(
    partitions_def=import_jobs,
    deps=[inferred_schema],
    group_name="imports",
    kinds={"python"},
    output_required=False,
    retry_policy=RETRY_STORES,
)
def confirmed_mapping(context: AssetExecutionContext, config: MappingConfig, stores: StoresResource) -> Results:
    """The mapping that a person has confirmed: sku exactly once, no field twice, known types.

    Confirm in the wizard, with `segops confirm`, or here: launch `import_job` for the partition with
    `accept_suggestion: true` or a `mapping` of your own. Only then are the product schema and the learned
    memory written. For an automatic source whose every column is known the confirmation is made here; otherwise
    nothing is yielded and the job waits in `mapping`.
    """
    from segops_pipeline.imports.confirm import confirm, confirm_if_known
    from segops_pipeline.imports.jobs import get_job
    from segops_pipeline.imports.planning import confirm_plan
    from segops_pipeline.imports.run import begin_import

    with running(context, stores) as run:
        tag_run(context, run.stores, run.job_id)
        if config.accept_suggestion or config.mapping or config.format_options:
            confirm(run.stores, run.job_id, confirmation_of(config, run))
        elif config.plan is not None:
            confirm_plan(run.stores, config.plan, run.progress, accept_guards=config.accept_guards)
        elif get_job(run.stores.database, run.job_id).automatic and not confirm_if_known(run.stores, run.job_id):
            _tell_inbox(run)
            context.log.info("Not every column is known: the job waits in mapping.")
            return
        job = begin_import(run.stores, run.job_id)
        yield MaterializeResult(
            metadata={
                "mapping": mapping_table(job),
                **({"format_options": MetadataValue.json(job.format_options)} if job.format_options else {}),
                "fields": MetadataValue.json(job.schema_fields or []),
                "policy": job.policy,
                "validation": job.validation,
                "attempt": job.attempt,
            }
        )


@asset(
    partitions_def=import_jobs,
    deps=[confirmed_mapping],
    group_name="imports",
    kinds={"postgres", "pandas"},
    output_required=False,
    retry_policy=RETRY_STORES,
)
def import_plan(context: AssetExecutionContext, stores: StoresResource) -> Results:
    """Every row classified against the catalogue before anything is written: created, updated, unchanged,
    conflict, rejected, skipped.

    The rows are cast, validated by pandera against the product schema and staged; the plan is frozen with the
    versions of the products that it would touch. One that a person has confirmed is kept as it is. A plan beyond a
    guard is held: nothing is yielded, and the job waits in `mapping` for a person, as it does with a stale plan.
    """
    from segops_pipeline.imports.jobs import get_job
    from segops_pipeline.imports.run import begin_import, plan_job

    with running(context, stores) as run:
        tag_run(context, run.stores, run.job_id)
        job = begin_import(run.stores, run.job_id)  # also where a run is repeated from here
        if job.status == "done":
            yield MaterializeResult(metadata={"note": "The job is done already.", **job.counts})
            return
        try:
            plan = plan_job(run.stores, run.job_id, run.progress)
        except (HeldByGuard, StalePlan) as error:
            _wait_for_person(context, run, error)
            return
        seconds = float(get_job(run.stores.database, run.job_id).seconds.get("import_plan", 0))
        yield MaterializeResult(
            metadata={
                "page": run.page(),
                "plan": plan.token,
                **counts_metadata(plan.counts, seconds),
                "fields": fields_table(plan.summary.get("fields", {})),
                "in_words": MetadataValue.md("\n".join(f"- {sentence}" for sentence in plan.summary.get("words", []))),
                **({"guards_accepted": MetadataValue.json(plan.held)} if plan.held else {}),
            }
        )


@asset(
    partitions_def=import_jobs,
    deps=[import_plan],
    group_name="imports",
    kinds={"postgres"},
    output_required=False,
    retry_policy=RETRY_STORES,
)
def upserted_products(context: AssetExecutionContext, stores: StoresResource) -> Results:
    """The planned rows in the catalogue, in one transaction with the job's counts.

    Idempotent on (workspace, sku): new products are inserted, existing ones overwritten under the policy,
    unchanged ones untouched. Before-images, learned rows and the outbox are part of the same transaction.
    """
    from segops_pipeline.imports.run import apply_job, begin_import

    with running(context, stores) as run:
        tag_run(context, run.stores, run.job_id)
        begin_import(run.stores, run.job_id)  # also where a run is repeated from here
        try:
            job = apply_job(run.stores, run.job_id, run.progress)
        except (HeldByGuard, StalePlan) as error:  # the catalogue has changed since the plan was made
            _wait_for_person(context, run, error)
            return
        _tell_inbox(run)
        seconds = sum(float(job.seconds.get(stage, 0)) for stage in ("import_plan", "upserted_products"))
        yield MaterializeResult(
            metadata={
                "page": run.page(),
                **counts_metadata(job.counts, seconds),
                "deleted": job.deleted,
                "deactivated": job.deactivated,
                "imported_count": job.imported_count,
                "issues": _issues(run),
                "dagster/row_count": job.imported_count,
            }
        )


@asset(
    partitions_def=import_jobs,
    deps=[upserted_products],
    group_name="publish",
    kinds={"clickhouse"},
    pool=PUBLISH_POOL,
    retry_policy=RETRY_STORES,
)
def clickhouse_products(context: AssetExecutionContext, stores: StoresResource) -> MaterializeResult[Any]:
    """The changed products in ClickHouse (`segmentation.products`), drained from the outbox.

    When ClickHouse is away the outbox waits and a schedule catches up; sending a version again changes nothing.
    """
    from segops_pipeline.imports.publish import publish_to_clickhouse

    with running(context, stores, fails_job=False) as run:
        tag_run(context, run.stores, run.job_id)
        result = publish_to_clickhouse(run.stores, run.job_id, run.progress)
        return MaterializeResult(
            metadata={
                "sent": result.sent,
                "deleted": result.deleted,
                "waiting": result.waiting,
                **timing(result.sent, result.seconds),
            }
        )


@asset(
    partitions_def=import_jobs,
    deps=[clickhouse_products],
    group_name="publish",
    kinds={"huggingface", "postgres"},
    pool=PUBLISH_POOL,
    retry_policy=RETRY_STORES,
)
def product_embeddings(context: AssetExecutionContext, stores: StoresResource) -> MaterializeResult[Any]:
    """One vector per product in pgvector, for search by meaning; only for products whose search text changed."""
    from segops_pipeline.imports.publish import publish_embeddings

    with running(context, stores, fails_job=False) as run:
        tag_run(context, run.stores, run.job_id)
        result = publish_embeddings(run.stores, run.job_id, run.progress)
        return MaterializeResult(
            metadata={
                "embedded": result.embedded,
                "unchanged": result.unchanged,
                "deleted": result.deleted,
                "waiting": result.waiting,
                "model": result.model,
                **timing(result.embedded, result.seconds),
            }
        )


def _wait_for_person(context: AssetExecutionContext, run: Running, error: SegopsError) -> None:
    """The job has gone back to `mapping` and waits for a person: nobody failed, so the run has not.

    Raises:
        SegopsError: the error, where the job does not wait, as one whose rows are corrected.
    """
    from segops_pipeline.imports.jobs import get_job

    job = get_job(run.stores.database, run.job_id)
    if job.status != "mapping":
        raise error
    context.log.warning(str(error))
    context.log_event(
        AssetObservation(
            asset_key=AssetKey("import_plan"),
            partition=run.job_id,
            metadata={
                "state": f"{job.status}: {job.reason}",
                "why": str(error),
                "page": run.page(to_map=True),
                **({"held_by_guard": MetadataValue.json(job.held)} if job.held else {}),
            },
        )
    )
    _tell_inbox(run)


def _tell_inbox(run: Running) -> None:
    from segops_pipeline.imports.failure import finish_inbox_file
    from segops_pipeline.imports.jobs import get_job

    finish_inbox_file(run.stores, get_job(run.stores.database, run.job_id))


def _issues(run: Running) -> Any:  # noqa: ANN401 - a metadata value
    from segops_pipeline.imports.jobs import get_job, load_issues

    job = get_job(run.stores.database, run.job_id)
    with run.stores.database.workspace_session(job.workspace_id) as connection:
        return issues_table(load_issues(connection, job.id))


def _recognised(told: dict[str, Any] | None) -> dict[str, Any]:
    return {} if told is None else {"recognised": MetadataValue.json(told)}


def _claude(answer: Any) -> dict[str, Any]:  # noqa: ANN401 - imported where it is used
    if answer is None:
        return {}
    return {
        "claude_model": answer.model,
        "claude_answer": answer.origin,
        "claude_input_tokens": answer.input_tokens,
        "claude_output_tokens": answer.output_tokens,
        "claude_cost_usd": answer.cost_usd,
        "claude_seconds": answer.seconds,
        "claude_problem": answer.problem or "–",
    }


ASSETS = [
    parsed_upload,
    inferred_schema,
    confirmed_mapping,
    import_plan,
    upserted_products,
    clickhouse_products,
    product_embeddings,
]
