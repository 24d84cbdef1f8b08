"""Commands on jobs: jobs, job, confirm, cancel, retry."""

from typing import Annotated, Any

import typer
from rich.text import Text

from segops_pipeline.cli.app import Json, NoEmbeddings, app
from segops_pipeline.cli.bizzkit import (
    BIZZKIT,
    Entity,
    FormatOptions,
    NullRemoves,
    Order,
    mode_of_rules,
    recognised,
    show_recognised,
)
from segops_pipeline.cli.layout import dialect_line
from segops_pipeline.cli.rules import (
    Absent,
    AcceptGuards,
    Conflict,
    DatedBy,
    Empty,
    FieldRules,
    Match,
    Mode,
    Policy,
    RuleOptions,
)
from segops_pipeline.cli.session import (
    confirm_and_load,
    holding,
    importing,
    opened,
    showing,
)
from segops_pipeline.cli.show import answer, columns, counts, say, table
from segops_pipeline.cli.taking import GIVEN_BACK, Importing, JobId, MappingFile, TemplateName, end, given_mapping
from segops_pipeline.errors import WrongUsage

STATES = ("mapping", "pending", "importing", "done", "failed")


@app.command("jobs")
def jobs(
    workspace: Annotated[str | None, typer.Option("--workspace", "-w", help="Only of this workspace.")] = None,
    status: Annotated[list[str] | None, typer.Option(help="Only in this state; may be given again.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 20,
    json: Json = False,
) -> None:
    """List the import jobs, newest first."""
    from segops_pipeline.imports.jobs import list_jobs
    from segops_pipeline.imports.outcome import summary
    from segops_pipeline.imports.workspaces import find_workspace

    for state in set(status or ()) - set(STATES):
        raise WrongUsage(f"There is no state '{state}'.", f"Choose one of: {', '.join(STATES)}.")
    with opened() as stores:
        database = stores.database
        session = (
            database.system_session()
            if workspace is None
            else database.workspace_session(find_workspace(database, workspace).id)
        )
        with session as connection:
            found = [summary(job) for job in list_jobs(connection, statuses=status or (), limit=limit)]
    if json:
        answer(found)
    elif not found:
        say("No imports yet. Start one with `segops import FILE`, or drop a file into the inbox.")
    else:
        table(
            ["job", "state", "rows", "imported", "file", "from"],
            [
                [
                    told["job_id"],
                    _state(told),
                    *((told["counts"]["rows"], told["imported_count"]) if told["counts"]["rows"] else (None, None)),
                    told["file"],
                    f"{told['workspace']}/{told['source']}",
                ]
                for told in found
            ],
        )


@app.command("job")
def job(job_id: JobId, json: Json = False) -> None:
    """Show one job: its state, counts, issues and the mapping, suggested or confirmed."""
    from segops_pipeline.imports.jobs import get_job
    from segops_pipeline.imports.outcome import outcome, summary

    with opened() as stores:
        found = get_job(stores.database, job_id)
        with stores.database.workspace_session(found.workspace_id) as connection:
            told = {**summary(found), **outcome(connection, found)}
    suggested = (found.suggestion or {}).get("mapping", {}).get("columns", [])
    told.update(dialect=found.dialect, template=found.template, suggestion=suggested, mapping=found.mapping)
    told["transformations"] = found.transformations or {}
    if found.format == BIZZKIT and found.headers is not None:
        told["recognised"] = recognised(found)
    if json:
        answer(told)
        return
    counts(told)
    if found.dialect is not None:
        say(f"Read as: {dialect_line(found.dialect)}")
    columns([{**column, "name": column["column"]} for column in suggested])
    if "recognised" in told:
        show_recognised(told["recognised"])
        if found.status == "mapping" and found.reason not in GIVEN_BACK:
            say(f"Confirm it with `segops confirm {job_id}`, with --entity, --mode and --order where they are open.")
    if found.status == "mapping" and suggested and found.reason not in GIVEN_BACK:
        say(f"Confirm it with `segops confirm {job_id}`, edited in a file with `--mapping FILE`.")


@app.command("confirm")
def confirm_(
    job_id: JobId,
    mapping: MappingFile = None,
    template: TemplateName = None,
    combine: Annotated[
        list[str] | None,
        typer.Option(help="Take the offer to map several columns to this field; may be given again."),
    ] = None,
    policy: Policy = None,
    match: Match = None,
    mode: Mode = None,
    empty: Empty = None,
    conflict: Conflict = None,
    dated_by: DatedBy = None,
    absent: Absent = None,
    field: FieldRules = None,
    entity: Entity = None,
    order: Order = None,
    null_removes: NullRemoves = None,
    accept_guards: AcceptGuards = False,
    queue: Annotated[bool, typer.Option("--queue", help="Leave the import to the running system.")] = False,
    no_embeddings: NoEmbeddings = False,
    json: Json = False,
) -> None:
    """Confirm the mapping of a job and import it. Without --mapping the suggestion is confirmed as it is.

    Of a Bizzkit file say what it leaves open: --entity, --mode, --order.

    A job that a guard holds goes on with --accept-guards.
    """
    from segops_pipeline.imports.confirm import confirm
    from segops_pipeline.imports.jobs import get_job
    from segops_pipeline.imports.offers import take_offer
    from segops_pipeline.imports.templates import use_template

    rules = RuleOptions(match, mode_of_rules(mode), empty, conflict, dated_by, absent, field)
    kind = FormatOptions.of(None, entity, mode, order, null_removes)
    how = Importing(
        given_mapping(mapping, template), template, rules, policy, accept_guards=accept_guards, options=kind.options
    )
    with importing() as session:
        found = get_job(session.stores.database, job_id)
        if template is not None:
            found = use_template(session.stores, job_id, template)
        confirmation = how.confirmation(session, found)
        for offered in combine or ():
            confirmation = take_offer(found, confirmation, offered)
        if queue:
            told = session.outcome(confirm(session.stores, job_id, confirmation))
        else:
            with holding(session, job_id), showing(session, job_id):
                told = confirm_and_load(session, found, confirmation, embeddings=not no_embeddings)
        end(session, told, json=json, queued=queue, mapping=mapping)


@app.command("cancel")
def cancel_(job_id: JobId, json: Json = False) -> None:
    """Cancel a job: nothing of it is written. A running import stops as soon as it looks."""
    from segops_pipeline.imports.failure import cancel

    with opened() as stores:
        found = cancel(stores, job_id)
    told = {"job_id": job_id, "status": found.status, "reason": found.reason or "cancelling"}
    answer(told) if json else say(f"Job {job_id} is {told['status']} ({told['reason']}).")


@app.command("retry")
def retry_(
    job_id: JobId,
    queue: Annotated[bool, typer.Option("--queue", help="Leave it to the running system.")] = False,
    no_embeddings: NoEmbeddings = False,
    json: Json = False,
) -> None:
    """Start a failed job again: its import where the mapping is confirmed, else its reading."""
    from segops_pipeline.imports.failure import retry

    with importing() as session:
        if queue:
            told = session.outcome(retry(session.stores, job_id))
        else:
            with holding(session, job_id):
                found = retry(session.stores, job_id)
                with showing(session, job_id):
                    told = (
                        session.outcome(session.read(found))
                        if found.mapping is None
                        else session.load(found, embeddings=not no_embeddings)
                    )
        end(session, told, json=json, queued=queue)


def _state(told: dict[str, Any]) -> Text | str:
    """Where a job stands; what a guard holds stands in red."""
    from segops_pipeline.imports.jobs import NEEDS_MAPPING

    state = told["status"] + (f": {told['reason']}" if told["reason"] not in (None, NEEDS_MAPPING) else "")
    return Text(state, style="red") if told.get("held") else state
