"""The command that imports files."""

from pathlib import Path
from typing import Annotated, Any

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, NoEmbeddings, WorkspaceName, app
from segops_pipeline.cli.jobs import MappingFile, TemplateName, check_exists, given_mapping, import_job, show_import
from segops_pipeline.cli.layout import (
    DelimiterOption,
    EncodingOption,
    HeaderRowOption,
    NoHeaderOption,
    QuoteOption,
    SheetOption,
    choice_of,
)
from segops_pipeline.cli.session import exit_code, holding, importing, showing, user_name
from segops_pipeline.cli.show import answer

Policy = Annotated[
    str | None,
    typer.Option(help="What a row does to what is there: overwrite, replace, merge or fill.", show_default="overwrite"),
]
Validation = Annotated[
    str,
    typer.Option(help="lenient: good rows go in; strict: one bad row stops all; none: bad cells are left out."),
]


@app.command("import")
def import_(
    files: Annotated[list[str], typer.Argument(help="Files or URLs to import, one job each.", show_default=False)],
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    source: Annotated[str, typer.Option(help="Where the files are from; mappings are learned per source.")] = "manual",
    mapping: MappingFile = None,
    template: TemplateName = None,
    policy: Policy = None,
    file_format: Annotated[str, typer.Option("--format", help="Kind of import: table.")] = "table",
    validation: Validation = "lenient",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Confirm the mapping (suggested, or --mapping).")] = False,
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
    """
    from segops_pipeline.imports.jobs import new_job_id
    from segops_pipeline.imports.templates import own_template
    from segops_pipeline.imports.upload import Upload, open_job
    from segops_pipeline.imports.workspaces import ensure_workspace

    choice = choice_of(encoding, delimiter, quote, header_row, sheet, no_header=no_header)
    for file in files:
        check_exists(file)
    given = given_mapping(mapping, template)
    told: list[dict[str, Any]] = []
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
                format=file_format,
                policy=policy,
                validation=validation,
                created_by=user_name(),
                job_id=job_id,
                choice=choice,
            )
            with holding(session, job_id):
                job = open_job(session.stores, upload)
                with showing(session, job_id):
                    told.append(import_job(session, job, given, template, yes=yes, embeddings=not no_embeddings))
            if not json:
                show_import(session, told[-1])
    if json:
        answer(told[0] if len(told) == 1 else told)
    raise typer.Exit(exit_code(told))
