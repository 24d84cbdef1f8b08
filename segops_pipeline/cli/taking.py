"""A job taken through its stages by a command: what a person says of it, and what is shown of how it went.

What belongs here: what the commands that import, confirm, plan and read again share. What doesn't: the commands.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segops_pipeline.cli.bizzkit import BIZZKIT, recognised, show_recognised
from segops_pipeline.cli.rules import NO_RULES, RuleOptions
from segops_pipeline.cli.session import Session, confirm_and_load, exit_code, holding_when_free, showing, waiting
from segops_pipeline.cli.show import answer, columns, counts, say
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
JobId = Annotated[str, typer.Argument(help="The job's id, as `segops jobs` lists it.", show_default=False)]
GIVEN_BACK = ("held by guard", "stale plan")  # such a job has its mapping, and says itself how it goes on


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
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def confirmation(self, session: Session, job: "Job") -> "Confirmation":
        """The mapping that is given, else the job's, with the rules that are said laid over.

        Of a Bizzkit file it is the options of its format.

        Raises:
            WrongUsage: the job's file is imported as another format than what is said is of.
        """
        from segops_pipeline.imports.column_steps import earlier_steps
        from segops_pipeline.imports.confirm import present_confirmation, suggested_confirmation

        if self.given is not None:
            base = self.given
        elif self.template is not None:
            base = suggested_confirmation(job, earlier_steps(session.stores.database, job))
        else:
            base = present_confirmation(session.stores, job)
        if job.format == BIZZKIT:
            if self.given is not None or self.template is not None or self.policy or self.rules.given:
                raise WrongUsage(
                    f"Job {job.id} is of a Bizzkit file, which takes no mapping, template, policy or rules.",
                    "Leave them out, or import the file again with --format table.",
                )
            options = {**(base.format_options or {}), **self.options}
            return replace(base, format_options=options or None, accept_guards=self.accept_guards)
        if self.options:
            raise WrongUsage(
                f"Job {job.id} is imported as a table, which has no '{next(iter(self.options))}' of a Bizzkit file.",
                "Import the file again with --format bizzkit.",
            )
        rules = self.rules.over(base.rules or job.rules) or base.rules
        return replace(base, rules=rules, policy=self.policy or base.policy, accept_guards=self.accept_guards)


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
    if job.format == BIZZKIT:
        return {**session.outcome(job), "recognised": recognised(job)}
    write_mapping(mapping_path(session.stores.settings, job.id), confirmation, suggestion_of(job).offers)
    return session.outcome(job) if misfit is None else waiting(session, job, misfit)


def import_archive(session: Session, job_id: str, how: Importing, *, embeddings: bool) -> Iterator[dict[str, Any]]:
    """Import the other files of a job's archive as the first one was, one after the other; the outcome of each.

    Where one is not done, those after it wait for a person.
    """
    from segops_pipeline.imports.bizzkit_archive import jobs_after
    from segops_pipeline.imports.jobs import get_job

    first = get_job(session.stores.database, job_id)
    with session.stores.database.workspace_session(first.workspace_id) as connection:
        following = jobs_after(connection, first)
    is_going = first.status == "done"
    for job in following:
        with holding_when_free(session, job.id), showing(session, job.id):
            outcome = _import_further(session, job.id, how if is_going else replace(how, yes=False), embeddings)
        yield outcome
        is_going = is_going and outcome["status"] == "done"


def _import_further(session: Session, job_id: str, how: Importing, embeddings: bool) -> dict[str, Any]:
    """Import a job of an archive that a running system, or an automatic source, may have taken further already."""
    from segops_pipeline.imports.jobs import get_job

    job = get_job(session.stores.database, job_id)
    if job.status == "done":
        return session.outcome(job)
    if job.mapping is not None:
        return session.load(job, embeddings=embeddings)
    return import_job(session, job, how, embeddings=embeddings)


def show_import(session: Session, told: dict[str, Any]) -> None:
    """Show a job's outcome, and the mapping that it waits for, as its file has it."""
    from segops_pipeline.imports.intake import suggestion_of
    from segops_pipeline.imports.jobs import get_job
    from segops_pipeline.imports.mapping_file import mapping_path, read_mapping

    job = get_job(session.stores.database, told["job_id"])
    if job.format == BIZZKIT and job.suggestion is not None and job.reason not in GIVEN_BACK:
        if job.status == "mapping":
            show_recognised(recognised(job))
        elif "archive" in (job.format_options or {}):
            say(f"{job.file_name}:")
        counts(told)
        if job.status == "mapping":
            say("Nothing is written yet. Say what is open (--entity, --mode, --order), then")
            say(f"  segops confirm {job.id}")
            say("or see first what would change:")
            say(f"  segops plan {job.id}")
        return
    file = mapping_path(session.stores.settings, told["job_id"])
    if told["status"] != "mapping" or told["reason"] in GIVEN_BACK or not file.exists():
        counts(told)
        return
    waits_for = read_mapping(file)
    columns(_as_mapped(suggestion_of(job), waits_for))
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
