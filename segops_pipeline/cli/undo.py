"""`segops undo`: take an import back, or an undo."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segops_pipeline.cli.app import Json, NoEmbeddings, app
from segops_pipeline.cli.session import Session, exit_code, holding, importing, showing, user_name
from segops_pipeline.cli.show import answer, counts, say

if TYPE_CHECKING:
    from segops_pipeline.imports.jobs import Job

WAITS = 4


@app.command("undo")
def undo(
    job_id: Annotated[str, typer.Argument(help="The job's id, as `segops jobs` lists it.", show_default=False)],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    queue: Annotated[bool, typer.Option("--queue", help="Leave it to the running system.")] = False,
    no_embeddings: NoEmbeddings = False,
    json: Json = False,
) -> None:
    """Take back what a job has changed: its products go, or are as before; what was changed since is kept and listed.

    An undo is a job too: undo that, and the import is there again.
    """
    from segops_pipeline.imports.undo import open_undo, preview_undo

    with importing() as session:
        preview = preview_undo(session.stores, job_id)
        if not json:
            for sentence in preview["words"]:
                say(sentence)
        if not yes and (json or not _agrees()):
            if json:
                answer({"job_id": job_id, "status": "waiting", **preview})
            else:
                say(f"Nothing is written. To do it: segops undo {job_id} --yes")
            raise typer.Exit(WAITS)
        job = open_undo(session.stores, job_id, created_by=user_name())
        told = session.outcome(job) if queue else _run(session, job, embeddings=not no_embeddings)
    if json:
        answer(told)
    else:
        counts(told)
        if told["status"] == "done":
            say(f"Take it back with `segops undo {told['job_id']}`.")
    raise typer.Exit(0 if queue else exit_code([told]))


def _run(session: Session, job: "Job", *, embeddings: bool) -> dict[str, Any]:
    with holding(session, job.id), showing(session, job.id):
        return session.load(job, embeddings=embeddings)


def _agrees() -> bool:
    return sys.stdin.isatty() and typer.confirm("Do it?", err=True)
