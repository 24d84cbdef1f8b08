"""The command that imports files."""

from pathlib import Path
from typing import Annotated, Any

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, NoEmbeddings, WorkspaceName, app
from segops_pipeline.cli.bizzkit import (
    NO_FORMAT,
    Entity,
    FormatName,
    FormatOptions,
    NullRemoves,
    Order,
    mode_of_rules,
)
from segops_pipeline.cli.layout import (
    DelimiterOption,
    EncodingOption,
    HeaderRowOption,
    NoHeaderOption,
    QuoteOption,
    SheetOption,
    choice_of,
)
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
from segops_pipeline.cli.session import exit_code, holding, importing, showing, user_name
from segops_pipeline.cli.show import answer
from segops_pipeline.cli.taking import (
    Importing,
    MappingFile,
    TemplateName,
    check_exists,
    given_mapping,
    import_archive,
    import_job,
    show_import,
)
from segops_pipeline.errors import WrongUsage

Validation = Annotated[
    str,
    typer.Option(help="lenient: good rows go in; strict: one bad row stops all; none: bad cells are left out."),
]


@app.command("import")
def import_(
    files: Annotated[
        list[str] | None, typer.Argument(help="Files or URLs to import, one job each.", show_default=False)
    ] = None,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    source: Annotated[str, typer.Option(help="Where the files are from; mappings are learned per source.")] = "manual",
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
    plan: Annotated[
        str | None, typer.Option(help="Apply exactly this plan: the token that `segops plan` told.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Confirm the mapping (suggested, or --mapping).")] = False,
    accept_guards: AcceptGuards = False,
    no_embeddings: NoEmbeddings = False,
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    quote: QuoteOption = None,
    header_row: HeaderRowOption = None,
    no_header: NoHeaderOption = False,
    sheet: SheetOption = None,
    json: Json = False,
) -> None:
    """Import files. Without --yes it stops before anything is written, and shows the suggested mapping.

    Example: segops import price-list.csv --workspace acme --source nordic --yes

    Of a PIM: segops import catalogue.zip --format bizzkit --mode overwrite --yes

    To see first what would change: segops plan price-list.csv, then segops import --plan TOKEN
    """
    from segops_pipeline.imports.jobs import new_job_id
    from segops_pipeline.imports.templates import own_template
    from segops_pipeline.imports.upload import Upload, open_job
    from segops_pipeline.imports.workspaces import ensure_workspace

    choice = choice_of(encoding, delimiter, quote, header_row, sheet, no_header=no_header)
    rules = RuleOptions(match, mode_of_rules(mode), empty, conflict, dated_by, absent, field)
    rules.check()
    is_of_table = bool(mapping or template or policy or rules.given)
    kind = FormatOptions.of(file_format, entity, mode, order, null_removes, is_of_table=is_of_table)
    if plan is not None:
        if files or is_of_table or kind != NO_FORMAT:
            raise WrongUsage("A plan is applied as it is.", "Give --plan without files, mapping or rules.")
        _import_plan(plan, accept_guards=accept_guards, embeddings=not no_embeddings, json=json)
    if not files:
        raise WrongUsage("There is nothing to import.", "Name a file, or a plan with --plan.")
    for file in files:
        check_exists(file)
    how = Importing(given_mapping(mapping, template), template, rules, yes=yes, accept_guards=accept_guards)
    told: list[dict[str, Any]] = []

    def tell(outcome: dict[str, Any]) -> None:
        told.append(outcome)
        if not json:
            show_import(session, outcome)

    with importing() as session:
        if template is not None:  # before a job is made
            own_template(session.stores, ensure_workspace(session.stores.database, workspace).id, template)
        for file in files:
            location = file if "://" in file else str(Path(file).absolute())
            job_id = new_job_id()
            upload = Upload(
                workspace,
                location,
                source,
                format=kind.format,
                policy=policy,
                validation=validation,
                created_by=user_name(),
                job_id=job_id,
                choice=choice,
                format_options=kind.options,
            )
            with holding(session, job_id):
                job = open_job(session.stores, upload)
                with showing(session, job_id):
                    outcome = import_job(session, job, how, embeddings=not no_embeddings)
            tell(outcome)
            for outcome in import_archive(session, job_id, how, embeddings=not no_embeddings):
                tell(outcome)
    if json:
        answer(told[0] if len(told) == 1 else told)
    raise typer.Exit(exit_code(told))


def _import_plan(token: str, *, accept_guards: bool, embeddings: bool, json: bool) -> None:
    """Confirm and apply what a plan has shown, and end with the exit code of its import."""
    from segops_pipeline.imports.planning import confirm_plan, find_plan
    from segops_pipeline.imports.progress import Progress

    with importing() as session:
        job_id = find_plan(session.stores, token)
        with holding(session, job_id), showing(session, job_id):
            progress = Progress(session.stores.database, job_id)
            job = confirm_plan(session.stores, token, progress, accept_guards=accept_guards)
            told = session.load(job, embeddings=embeddings)
        answer(told) if json else show_import(session, told)
    raise typer.Exit(exit_code([told]))
