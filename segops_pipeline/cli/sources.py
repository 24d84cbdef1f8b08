"""Commands on sources: where files come from, how they are mapped, when they are fetched."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, NoEmbeddings, WorkspaceName, app
from segops_pipeline.cli.bizzkit import Entity, FormatName, FormatOptions, NullRemoves, Order, mode_of_rules
from segops_pipeline.cli.rules import (
    Absent,
    Conflict,
    DatedBy,
    Empty,
    FieldRules,
    Match,
    Mode,
    RuleOptions,
)
from segops_pipeline.cli.session import exit_code, holding, importing, opened, showing
from segops_pipeline.cli.show import answer, counts, say, table
from segops_pipeline.errors import WrongUsage

if TYPE_CHECKING:
    from segops_pipeline.imports.sources import Source

sources = typer.Typer(
    help="Named origins of files: list them, make them automatic, give them a schedule.",
    no_args_is_help=True,
)
app.add_typer(sources, name="sources")

Name = Annotated[str, typer.Argument(help="The source's name, such as acme-price-list.", show_default=False)]


@sources.command("list")
def list_(workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """List the sources of a workspace."""
    from segops_pipeline.imports.sources import list_sources
    from segops_pipeline.imports.workspaces import find_workspace

    with opened() as stores:
        workspace_id = find_workspace(stores.database, workspace).id
        with stores.database.workspace_session(workspace_id) as connection:
            found = [_told(source) for source in list_sources(connection, workspace_id)]
    if json:
        answer(found)
    elif not found:
        say("No sources yet. An import with --source makes one, `segops sources set` gives it a schedule.")
    else:
        table(
            list(found[0]),
            [["–" if value in (None, {}) else value for value in source.values()] for source in found],
        )


@sources.command("set")
def set_(
    name: Name,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    location: Annotated[str | None, typer.Option(help="Path or URL: file, http(s), s3, gs, sftp.")] = None,
    cron: Annotated[str | None, typer.Option(help='When to fetch it, such as "0 6 * * *"; "" stops it.')] = None,
    timezone: Annotated[str | None, typer.Option(help="Time zone of the cron expression.")] = None,
    policy: Annotated[str | None, typer.Option(help="overwrite, replace, merge or fill.")] = None,
    match: Match = None,
    mode: Mode = None,
    empty: Empty = None,
    conflict: Conflict = None,
    dated_by: DatedBy = None,
    absent: Absent = None,
    field: FieldRules = None,
    file_format: FormatName = None,
    entity: Entity = None,
    order: Order = None,
    null_removes: NullRemoves = None,
    automatic: Annotated[
        bool | None,
        typer.Option("--automatic/--ask", help="Import without asking where every column is known, or always ask."),
    ] = None,
    json: Json = False,
) -> None:
    """Make a source or change it; what is not given stays as it is.

    Example: segops sources set nordic -w acme --location https://example.com/list.csv --cron "0 6 * * *" --automatic
    """
    from segops_pipeline.imports.sources import SourceChanges, ensure_source, save_source
    from segops_pipeline.imports.workspaces import ensure_workspace

    changes: SourceChanges = {}
    if location is not None:
        changes["location"] = location
    if cron is not None:
        changes["cron"] = cron or None
    if timezone is not None:
        changes["timezone"] = timezone
    if policy is not None:
        changes["policy"] = policy
    if automatic is not None:
        changes["automatic"] = automatic
    options = RuleOptions(match, mode_of_rules(mode), empty, conflict, dated_by, absent, field)
    options.check()
    kind = FormatOptions.of(file_format, entity, mode, order, null_removes)
    if kind.format is not None:
        changes["format"] = kind.format
        changes["format_options"] = kind.options
    with opened() as stores:
        workspace_id = ensure_workspace(stores.database, workspace).id
        with stores.database.workspace_session(workspace_id) as connection:
            rules = options.over(ensure_source(connection, workspace_id, name).rules)
            if rules is not None:
                changes["rules"] = rules
            told = _told(save_source(connection, workspace_id, name, **changes))
    if json:
        answer(told)
    else:
        table(["setting", "value"], [[key, "–" if value in (None, {}) else value] for key, value in told.items()])


@sources.command("remove")
def remove(name: Name, workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """Remove a source that nothing has been imported from."""
    from segops_pipeline.imports.sources import remove_source
    from segops_pipeline.imports.workspaces import find_workspace

    with opened() as stores:
        workspace_id = find_workspace(stores.database, workspace).id
        with stores.database.workspace_session(workspace_id) as connection:
            remove_source(connection, workspace_id, name)
    answer({"removed": name}) if json else say(f"Source {name} is removed.")


@sources.command("fetch")
def fetch(
    name: Name,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    no_embeddings: NoEmbeddings = False,
    json: Json = False,
) -> None:
    """Fetch a source now instead of when it is due; an unchanged file is skipped with a note."""
    from segops_pipeline.imports.confirm import confirm_if_known
    from segops_pipeline.imports.jobs import get_job, new_job_id
    from segops_pipeline.imports.scheduled import open_source_job
    from segops_pipeline.imports.sources import get_source
    from segops_pipeline.imports.workspaces import find_workspace

    with importing() as session:
        database = session.stores.database
        workspace_id = find_workspace(database, workspace).id
        with database.workspace_session(workspace_id) as connection:
            source = get_source(connection, workspace_id, name)
        if source.location is None:
            raise WrongUsage(
                f"The source {name} has no location.", f"Give it one: segops sources set {name} --location …"
            )
        job_id = new_job_id()
        with holding(session, job_id):
            job = open_source_job(session.stores, source, job_id)
            with showing(session, job_id):
                job = session.read(job)
                if job.status == "mapping" and confirm_if_known(session.stores, job.id):
                    told = session.load(get_job(database, job.id), embeddings=not no_embeddings)
                else:
                    told = session.outcome(job)
    answer(told) if json else counts(told)
    raise typer.Exit(exit_code([told]))


def _told(source: "Source") -> dict[str, Any]:
    return {
        "name": source.name,
        "automatic": source.automatic,
        "format": source.format,
        "format_options": source.format_options or {},
        "policy": source.policy,
        "rules": source.rules or {},
        "location": source.shown_location,
        "cron": source.cron,
        "timezone": source.timezone,
        "next_due_at": source.next_due_at.isoformat() if source.next_due_at else None,
        "last_fetched_at": source.last_fetched_at.isoformat() if source.last_fetched_at else None,
        "last_note": source.last_note,
    }
