"""Commands on jobs: jobs, job, confirm, cancel, retry; and what they share with the other commands that import."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from segops_pipeline.cli.app import Json, NoEmbeddings, app
from segops_pipeline.cli.layout import dialect_line
from segops_pipeline.cli.rules import (
    NO_RULES,
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
    Session,
    confirm_and_load,
    exit_code,
    holding,
    importing,
    opened,
    showing,
    waiting,
)
from segops_pipeline.cli.show import answer, columns, counts, say, table
from segops_pipeline.errors import BadMapping, WrongUsage

if TYPE_CHECKING:
    from segops_pipeline.imports.confirm import Confirmation
    from segops_pipeline.imports.jobs import Job
    from segops_pipeline.inference.suggestion import MappingSuggestion

MappingFile = Annotated[
    Path | None,
    typer.Option("--mapping", help="Mapping to confirm: the JSON file that an import wrote, edited."),
]
TemplateName = Annotated[
    str | None, typer.Option("--template", help="Mapping template to suggest the mapping by, before all memory.")
]
GIVEN_BACK = ("held by guard", "stale plan")  # such a job has its mapping, and says itself how it goes on
STATES = ("mapping", "pending", "importing", "done", "failed")
JobId = Annotated[str, typer.Argument(help="The job's id, as `segops jobs` lists it.", show_default=False)]


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
    if json:
        answer(told)
        return
    counts(told)
    if found.dialect is not None:
        say(f"Read as: {dialect_line(found.dialect)}")
    columns([{**column, "name": column["column"]} for column in suggested])
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
    accept_guards: AcceptGuards = False,
    queue: Annotated[bool, typer.Option("--queue", help="Leave the import to the running system.")] = False,
    no_embeddings: NoEmbeddings = False,
    json: Json = False,
) -> None:
    """Confirm the mapping of a job and import it. Without --mapping the suggestion is confirmed as it is.

    A job that a guard holds goes on with --accept-guards.
    """
    from segops_pipeline.imports.confirm import confirm
    from segops_pipeline.imports.jobs import get_job
    from segops_pipeline.imports.offers import take_offer
    from segops_pipeline.imports.templates import use_template

    rules = RuleOptions(match, mode, empty, conflict, dated_by, absent, field)
    how = Importing(given_mapping(mapping, template), template, rules, policy, accept_guards=accept_guards)
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


def given_mapping(mapping: Path | None, template: str | None) -> "Confirmation | None":
    """The mapping file that a person gives, if any.

    Raises:
        WrongUsage: there is a template too, or no such file.
        BadMapping: the file is no mapping.
    """
    from segops_pipeline.imports.mapping_file import read_mapping

    if mapping is not None and template is not None:
        raise WrongUsage("Give --mapping or --template, and not both.", "A mapping file says all that a template does.")
    return read_mapping(mapping) if mapping is not None else None


@dataclass(frozen=True, slots=True)
class Importing:
    """How a person says that a job is to be imported; without `yes` it waits for its mapping."""

    given: "Confirmation | None" = None
    template: str | None = None
    rules: RuleOptions = NO_RULES
    policy: str | None = None
    yes: bool = False
    accept_guards: bool = False

    def confirmation(self, session: Session, job: "Job") -> "Confirmation":
        """The mapping that is given, else the job's, with the rules that are said laid over."""
        from segops_pipeline.imports.column_steps import earlier_steps
        from segops_pipeline.imports.confirm import present_confirmation, suggested_confirmation

        if self.given is not None:
            base = self.given
        elif self.template is not None:
            base = suggested_confirmation(job, earlier_steps(session.stores.database, job))
        else:
            base = present_confirmation(session.stores, job)
        rules = self.rules.over(base.rules or job.rules) or base.rules
        return replace(base, rules=rules, policy=self.policy, accept_guards=self.accept_guards)


def import_job(session: Session, job: "Job", how: Importing, *, embeddings: bool) -> dict[str, Any]:
    """Read a job's file and, with `yes`, import it; else its mapping is written to a file for a person to edit.

    A job whose file the template or the mapping does not fit waits, with the reason.
    """
    from segops_pipeline.imports.intake import suggestion_of
    from segops_pipeline.imports.mapping_file import mapping_path, write_mapping
    from segops_pipeline.imports.templates import use_template

    job = session.read(job)
    if job.status != "mapping" or job.suggestion is None:
        return session.outcome(job)
    misfit: BadMapping | None = None
    if how.template is not None:
        try:
            job = use_template(session.stores, job.id, how.template)
        except BadMapping as error:
            misfit = error
    confirmation = how.confirmation(session, job)
    if how.yes and misfit is None:
        return confirm_and_load(session, job, confirmation, embeddings=embeddings)
    write_mapping(mapping_path(session.stores.settings, job.id), confirmation, suggestion_of(job).offers)
    return session.outcome(job) if misfit is None else waiting(session, job, misfit)


def show_import(session: Session, told: dict[str, Any]) -> None:
    """Show a job's outcome, and the mapping that it waits for, as its file has it."""
    from segops_pipeline.imports.intake import suggestion_of
    from segops_pipeline.imports.jobs import get_job
    from segops_pipeline.imports.mapping_file import mapping_path, read_mapping

    file = mapping_path(session.stores.settings, told["job_id"])
    if told["status"] != "mapping" or told["reason"] in GIVEN_BACK or not file.exists():
        counts(told)
        return
    waits_for = read_mapping(file)
    columns(_as_mapped(suggestion_of(get_job(session.stores.database, told["job_id"])), waits_for))
    for column, steps in waits_for.transformations.items():
        say(f"{column}: {' → '.join(steps)}")
    counts(told)
    say(f"Nothing is written yet. The mapping is in {file}: edit it, then")
    say(f"  segops confirm {told['job_id']} --mapping {file}")
    say("or see first what would change:")
    say(f"  segops plan {told['job_id']} --mapping {file}")


def end(session: Session, told: dict[str, Any], *, json: bool, queued: bool, mapping: Path | None = None) -> None:
    """Show a job's outcome and end with its exit code; a given mapping that does not fit is to be corrected."""
    if json:
        answer(told)
    elif mapping is not None and told["status"] == "mapping":
        counts(told)
        say(f"Nothing is written yet. Correct {mapping} and confirm again.")
    else:
        show_import(session, told)
    raise typer.Exit(0 if queued else exit_code([told]))


def _state(told: dict[str, Any]) -> Text | str:
    """Where a job stands; what a guard holds stands in red."""
    from segops_pipeline.imports.jobs import NEEDS_MAPPING

    state = told["status"] + (f": {told['reason']}" if told["reason"] not in (None, NEEDS_MAPPING) else "")
    return Text(state, style="red") if told.get("held") else state


def _as_mapped(suggestion: "MappingSuggestion", mapping: "Confirmation") -> list[dict[str, Any]]:
    """The suggested columns, as a mapping has them that may differ from the suggestion."""
    types = {field.key: field.type for field in mapping.fields}
    told: list[dict[str, Any]] = []
    for column in suggestion.columns:
        one = {**asdict(column), "name": column.column}
        target = mapping.mapping.get(column.column)
        if target != column.target:
            one |= {"target": target, "confidence": 1.0, "source": "given", "reason": "the mapping that was given"}
        told.append({**one, "type": types.get(target or "", one["type"])})
    return told


def check_exists(file: str) -> None:
    """Check that a file is there, before anything is begun; of a URL only its form is looked at.

    Raises:
        WrongUsage: it is not, or nothing is fetched from such a URL.
    """
    if "://" in file:
        from segops_pipeline.imports.locations import parse_location

        parse_location(file)
    elif not Path(file).is_file():
        raise WrongUsage("There is no such file.", "Check the path; it may also be a URL.", file=file)
