"""Commands on the rejected rows of a job: rejected (by cause, or as a file to correct) and correct."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segops_pipeline.cli.app import Json, NoEmbeddings, app
from segops_pipeline.cli.session import holding, importing, opened, showing
from segops_pipeline.cli.show import answer, say, table
from segops_pipeline.cli.taking import JobId, end
from segops_pipeline.errors import WrongUsage

if TYPE_CHECKING:
    from segops_pipeline.imports.rejected import Cause


@app.command("rejected")
def rejected(
    job_id: JobId,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to correct them in: .csv, in the layout of yours, or .xlsx."),
    ] = None,
    json: Json = False,
) -> None:
    """Show why rows of a job were rejected, by cause; or write them, with the reasons, to a file to correct them in.

    Example: segops rejected 20260102-030405-9f86d081 -o rejected.xlsx
    """
    from segops_pipeline.imports.jobs import get_job
    from segops_pipeline.imports.rejected import causes
    from segops_pipeline.imports.rejected_file import write_rejected

    if output is not None and not output.parent.is_dir():
        raise WrongUsage("There is no such folder.", "Make it first, or choose another one.", file=str(output.parent))
    with opened() as stores:
        job = get_job(stores.database, job_id)
        notes = [] if output is None else write_rejected(stores, job, output)
        with stores.database.workspace_session(job.workspace_id) as connection:
            found = causes(connection, job)
    told: dict[str, Any] = {
        "job_id": job_id,
        "rejected": job.rejected or 0,
        "causes": [cause.as_dict() for cause in found],
        "notes": notes,
    }
    if output is not None:
        told["file"] = str(output)
    if json:
        answer(told)
    elif output is None:
        _show(job_id, job.rejected or 0, found)
    else:
        for note in notes:
            say(note)
        say(f"The rejected rows, {told['rejected']:,}, are in {output}. Correct cells, leave the added columns, then")
        say(f"  segops correct {job_id} {output}")


@app.command("correct")
def correct(
    job_id: JobId,
    file: Annotated[Path, typer.Argument(help="The corrected file of `segops rejected`.", show_default=False)],
    accept_guards: Annotated[
        bool, typer.Option("--accept-guards", help="Import them even where that is beyond a guard.")
    ] = False,
    queue: Annotated[bool, typer.Option("--queue", help="Leave the import to the running system.")] = False,
    no_embeddings: NoEmbeddings = False,
    json: Json = False,
) -> None:
    """Import corrected rows into the job that has rejected them. Rows that are left out stay rejected.

    A job that strict validation has failed is imported as a whole, with the corrected rows in place of the bad ones.
    """
    from segops_pipeline.imports.correct import Correction, open_correction
    from segops_pipeline.imports.jobs import get_job

    if not file.is_file():
        raise WrongUsage("There is no such file.", "Check the path.", file=str(file))
    with importing() as session:
        correction = Correction(file, file.name, accept_guards)
        if queue:
            told = session.outcome(open_correction(session.stores, job_id, correction))
        else:
            with holding(session, job_id):
                job = open_correction(session.stores, job_id, correction)
                with showing(session, job_id):
                    told = session.load(job, embeddings=not no_embeddings)
        try:
            end(session, told, json=json, queued=queue)
        except typer.Exit:
            if not queue and get_job(session.stores.database, job_id).correction is not None:
                raise typer.Exit(1) from None  # the job is done, as it was before: these rows are not
            raise


def _show(job_id: str, rejected_rows: int, found: "list[Cause]") -> None:
    if not found:
        say(f"Job {job_id} has no rejected rows.")
        return
    say(f"Rejected rows: {rejected_rows:,}. A row may have several causes:")
    table(
        ["rows", "cause", "column", "first lines", "such as", "what to do"],
        [
            [
                cause.rows,
                cause.code,
                cause.column,
                ", ".join(map(str, cause.lines)) + (" …" if cause.rows > len(cause.lines) else ""),
                " · ".join(value[:40] for value in cause.values),
                cause.suggestion,
            ]
            for cause in found
        ],
    )
    say("Write them to a file, correct it there, and give it back:")
    say(f"  segops rejected {job_id} -o rejected.csv")
    say(f"  segops correct {job_id} rejected.csv")
