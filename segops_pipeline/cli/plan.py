"""The command that plans: what an import would do, before anything is written."""

from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, WorkspaceName, app
from segops_pipeline.cli.bizzkit import Entity, FormatName, FormatOptions, NullRemoves, Order, mode_of_rules
from segops_pipeline.cli.imports import Validation
from segops_pipeline.cli.rules import (
    Absent,
    Conflict,
    DatedBy,
    Empty,
    FieldRules,
    Match,
    Mode,
    Policy,
    RuleOptions,
)
from segops_pipeline.cli.session import Session, exit_code, holding, importing, showing, user_name, waiting
from segops_pipeline.cli.show import answer, out, say, table
from segops_pipeline.cli.taking import Importing, MappingFile, TemplateName, check_exists, given_mapping, show_import
from segops_pipeline.errors import BadMapping, JobNotFound, WrongUsage

if TYPE_CHECKING:
    from segops_pipeline.catalogue.diff import ChangedCell
    from segops_pipeline.imports.jobs import Job

SAMPLE_ROWS, SAMPLE_CELLS, SAMPLE_CHARACTERS, MOST_FIELDS = 3, 8, 60, 30
COLOURS = {"created": "green", "updated": "cyan", "conflict": "yellow", "rejected": "red", "deleted": "red"}


@app.command("plan")
def plan_(
    file: Annotated[str, typer.Argument(help="A file or URL, or the id of a job that waits.", show_default=False)],
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    source: Annotated[str, typer.Option(help="Where the file is from; mappings are learned per source.")] = "manual",
    mapping: MappingFile = None,
    template: TemplateName = None,
    policy: Policy = None,
    file_format: FormatName = None,
    entity: Entity = None,
    order: Order = None,
    null_removes: NullRemoves = None,
    validation: Validation = "lenient",
    match: Match = None,
    mode: Mode = None,
    empty: Empty = None,
    conflict: Conflict = None,
    dated_by: DatedBy = None,
    absent: Absent = None,
    field: FieldRules = None,
    diff: Annotated[
        Path | None, typer.Option(help="Write every cell that would change, old and new: a .csv or .parquet file.")
    ] = None,
    json: Json = False,
) -> None:
    """Show what importing a file would do, row by row and field by field. Nothing is written.

    Example: segops plan price-list.csv -w acme --source nordic --empty keep --diff changes.csv

    Of a job that is done it shows what it has done.
    """
    rules = RuleOptions(match, mode_of_rules(mode), empty, conflict, dated_by, absent, field)
    rules.check()
    is_of_table = bool(mapping or template or policy or rules.given)
    kind = FormatOptions.of(file_format, entity, mode, order, null_removes, is_of_table=is_of_table)
    how = Importing(given_mapping(mapping, template), template, rules, policy, options=kind.options)
    if diff is not None:
        from segops_pipeline.catalogue.diff import check_diff_file

        check_diff_file(diff)
    with importing() as session:
        known = _known_job(session, file)
        if known is not None and known.status == "done":
            told = _past(session, known, diff)
        else:
            job_id = _new_job_id() if known is None else known.id
            with holding(session, job_id):
                job = known or _open(session, job_id, file, (workspace, source, policy, validation), kind)
                with showing(session, job_id):
                    told = _plan(session, job, how, None if known else validation, diff)
        if json:
            answer(told)
        elif "fields" in told:
            show_plan(told)
            if known is None and (following := _following(session, told["job_id"])):
                say(f"The archive has more files, planned when this one is imported: jobs {', '.join(following)}.")
        else:
            show_import(session, told)
    raise typer.Exit(0 if "token" in told or told["status"] == "done" else exit_code([told]))


def show_plan(told: dict[str, Any]) -> None:
    """A plan as a table, in words, and as a sample of its cells."""
    numbers = {**told["counts"], **told["products"]}
    table(list(numbers), [list(numbers.values())])
    fields = sorted(told["fields"].items(), key=lambda item: -sum(item[1].values()))
    if fields:
        out.print()
        table(["field", "set", "changed", "cleared"], [_of_field(*one) for one in fields[:MOST_FIELDS]])
    if len(fields) > MOST_FIELDS:
        say(f"… and {len(fields) - MOST_FIELDS} more fields")
    _show_sample(told["sample"])
    out.print()
    for sentence in told["words"]:
        out.print(Text(f"• {sentence}"), soft_wrap=True)
    for guard in told["guards"]:
        out.print(Text(f"✋ {guard['message']}", style="bold red"), soft_wrap=True)
    if told.get("diff"):
        say(f"All {told['cells']:,} cells are in {told['diff']}.")
    if "token" in told:
        say(f"Nothing is written yet. To apply exactly this plan of job {told['job_id']}:")
        say(f"  segops import --plan {told['token']}{' --accept-guards' if told['guards'] else ''}")


def _of_field(field: str, numbers: dict[str, int]) -> list[object]:
    cleared: object = numbers["cleared"] or None
    return [field, numbers["set"] or None, numbers["changed"] or None, cleared]


def _show_sample(sample: list[dict[str, Any]]) -> None:
    out.print()
    for (outcome, line, sku), cells in groupby(sample, key=lambda one: (one["outcome"], one["line"], one["sku"])):
        changed = list(cells)
        place = f"  line {line}" if line is not None else ""
        out.print(
            Text(f"{outcome} ", style=COLOURS.get(outcome, "")), Text(f"{sku or ''}{place}", style="bold"), sep=""
        )
        for one in changed[:SAMPLE_CELLS]:
            out.print(_cell_line(one), soft_wrap=True)
        if len(changed) > SAMPLE_CELLS:
            more = len(changed) - SAMPLE_CELLS
            say(f"    … and {more} more field{'' if more == 1 else 's'}")


def _cell_line(cell: dict[str, Any]) -> Text:
    line = Text(f"    {cell['field']}: " if cell["field"] else "    ")
    if cell["reason"] is not None:
        return line.append(f"{_cut(cell['after'])} – " if cell["after"] else "", style="red").append(cell["reason"])
    if cell["before"] is not None:
        line.append(_cut(cell["before"]), style="red")
        line.append(" → ")
    if cell["after"] is None:
        return line.append("(empty)")
    return line.append(_cut(cell["after"]), style="green")


def _cut(text: str) -> str:
    return text if len(text) <= SAMPLE_CHARACTERS else text[: SAMPLE_CHARACTERS - 1] + "…"


def _known_job(session: Session, word: str) -> "Job | None":
    """The job of this id, where the word is no file."""
    from segops_pipeline.imports.jobs import get_job

    if "://" in word or Path(word).is_file():
        check_exists(word)
        return None
    try:
        return get_job(session.stores.database, word)
    except JobNotFound:
        raise WrongUsage(
            "There is no such file and no such job.", "Check the path, or see `segops jobs`.", word
        ) from None


def _new_job_id() -> str:
    from segops_pipeline.imports.jobs import new_job_id

    return new_job_id()


def _open(
    session: Session, job_id: str, file: str, names: tuple[str, str, str | None, str], kind: FormatOptions
) -> "Job":
    from segops_pipeline.imports.upload import Upload, open_job

    workspace, source, policy, validation = names
    location = file if "://" in file else str(Path(file).absolute())
    upload = Upload(
        workspace, location, source, format=kind.format, policy=policy, validation=validation,
        created_by=user_name(), job_id=job_id, format_options=kind.options,
    )  # fmt: skip
    return open_job(session.stores, upload)


def _following(session: Session, job_id: str) -> list[str]:
    """The jobs of the files that come after a job's own in its archive."""
    from segops_pipeline.imports.bizzkit_archive import jobs_after
    from segops_pipeline.imports.jobs import get_job

    job = get_job(session.stores.database, job_id)
    with session.stores.database.workspace_session(job.workspace_id) as connection:
        return [other.id for other in jobs_after(connection, job)]


def _plan(session: Session, job: "Job", how: Importing, validation: str | None, diff: Path | None) -> dict[str, Any]:
    """Read the job's file, if that is to be done yet, and plan it; what is told of it."""
    from dataclasses import replace

    from segops_pipeline.imports.planning import plan_draft
    from segops_pipeline.imports.progress import Progress
    from segops_pipeline.imports.templates import use_template

    if job.headers is None:
        job = session.read(job)
        if job.status != "mapping" or job.suggestion is None:
            return session.outcome(job)
    try:
        if how.template is not None:
            job = use_template(session.stores, job.id, how.template)
        confirmation = how.confirmation(session, job)
        confirmation = replace(confirmation, validation=validation or confirmation.validation)
        plan = plan_draft(session.stores, job.id, confirmation, Progress(session.stores.database, job.id))
    except BadMapping as error:
        return waiting(session, job, error)
    return {"status": "mapping", "reason": "planned", **plan.as_dict(), **_cells(session, job, diff, done=False)}


def _past(session: Session, job: "Job", diff: Path | None) -> dict[str, Any]:
    """What a job has done, as its plan had it."""
    summary = job.plan or {"fields": {}, "products": {}, "words": [], "guards": []}
    told = {"job_id": job.id, "status": job.status, "reason": job.reason, **summary, "counts": job.counts}
    return {**told, "guards": [], "words": [], **_cells(session, job, diff, done=True)}


def _cells(session: Session, job: "Job", diff: Path | None, *, done: bool) -> dict[str, Any]:
    from segops_pipeline.catalogue.diff import diff_rows, write_diff

    with session.stores.database.workspace_session(job.workspace_id) as connection:
        sample: list[ChangedCell] = diff_rows(connection, job.workspace_id, job.id, SAMPLE_ROWS, done=done)
        told: dict[str, Any] = {"sample": [asdict(one) for one in sample]}
        if diff is not None:
            told["cells"] = write_diff(connection, job.workspace_id, job.id, diff, done=done)
            told["diff"] = str(diff)
    return told
