"""Commands on how a file is read: inspect, reread."""

from pathlib import Path
from typing import Annotated

import typer

from segops_pipeline.cli.app import Json, app
from segops_pipeline.cli.layout import (
    DelimiterOption,
    EncodingOption,
    HeaderRowOption,
    NoHeaderOption,
    QuoteOption,
    SheetOption,
    choice_of,
    dialect_line,
)
from segops_pipeline.cli.session import holding, importing, showing
from segops_pipeline.cli.show import answer, columns, issue_line, say
from segops_pipeline.cli.taking import Importing, JobId, check_exists, end, import_job
from segops_pipeline.config import get_settings


@app.command("inspect")
def inspect_(
    file: Annotated[Path, typer.Argument(help="The file to look at.", show_default=False)],
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    quote: QuoteOption = None,
    header_row: HeaderRowOption = None,
    no_header: NoHeaderOption = False,
    sheet: SheetOption = None,
    json: Json = False,
) -> None:
    """Look at a file: dialect, column types and suggested mapping. Nothing is stored.

    Example: segops inspect price-list.csv
    """
    from segops_pipeline.imports.inspect import inspect_file

    choice = choice_of(encoding, delimiter, quote, header_row, sheet, no_header=no_header)
    check_exists(str(file))
    found = inspect_file(file, get_settings(), choice)
    if json:
        answer(found)
        return
    say(f"{found['rows']:,} rows, {dialect_line(found['dialect'])}")
    columns(found["columns"])
    for issue in found["issues"]:
        issue_line(issue)


@app.command("reread")
def reread_(
    job_id: JobId,
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    quote: QuoteOption = None,
    header_row: HeaderRowOption = None,
    no_header: NoHeaderOption = False,
    sheet: SheetOption = None,
    json: Json = False,
) -> None:
    """Read a job's stored file again, as you say that it is laid out; its mapping is suggested anew.

    What you do not say is detected, also what you said the last time. Only before the mapping is confirmed.

    Example: segops reread JOB --encoding cp1250 --header-row 3
    """
    from segops_pipeline.imports.reread import reread

    choice = choice_of(encoding, delimiter, quote, header_row, sheet, no_header=no_header)
    with importing() as session, holding(session, job_id):
        job = reread(session.stores, job_id, choice)
        with showing(session, job_id):
            told = import_job(session, job, Importing(), embeddings=False)
        end(session, told, json=json, queued=False)
