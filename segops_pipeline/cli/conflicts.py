"""Commands on conflicts: the queue of rows that wait for a person, and accept, reject and edit."""

from typing import TYPE_CHECKING, Annotated

import typer

from segops_pipeline.cli.app import Json, app
from segops_pipeline.cli.session import opened, user_name
from segops_pipeline.cli.show import answer, say, table
from segops_pipeline.errors import WrongUsage

if TYPE_CHECKING:
    from segops_pipeline.catalogue.conflicts import Answer, Conflict

conflicts = typer.Typer(
    help="Rows that wait for a person, because file and product have both changed: accept, reject or edit them.",
    invoke_without_command=True,
)
app.add_typer(conflicts, name="conflicts")

Ids = Annotated[list[int] | None, typer.Argument(help="Ids, as `segops conflicts` lists them.", show_default=False)]
Job = Annotated[str | None, typer.Option("--job", help="Those of this import.")]
All = Annotated[bool, typer.Option("--all", help="All of the import that --job names.")]


@conflicts.callback()
def list_(
    context: typer.Context,
    workspace: Annotated[str | None, typer.Option("--workspace", "-w", help="Only of this workspace.")] = None,
    job: Job = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, oldest first.")] = 50,
    json: Json = False,
) -> None:
    """List the open conflicts: what the file gave last, what the product has now, what the file gives now."""
    if context.invoked_subcommand is not None:
        return
    from segops_pipeline.imports.conflicts import waiting_conflicts

    with opened() as stores:
        found = waiting_conflicts(stores, workspace=workspace, job_id=job, limit=limit)
    if json:
        answer([{"workspace": name, **conflict.as_dict()} for name, conflict in found])
    elif not found:
        say("No conflicts wait.")
    else:
        _show(found)


@conflicts.command("accept")
def accept(ids: Ids = None, job: Job = None, every: All = False, json: Json = False) -> None:
    """Write what the file gives to the products."""
    _answer("accept", ids, job, every=every, json=json)


@conflicts.command("reject")
def reject(ids: Ids = None, job: Job = None, every: All = False, json: Json = False) -> None:
    """Keep the products as they are; the same row is no conflict again."""
    _answer("reject", ids, job, every=every, json=json)


@conflicts.command("edit")
def edit(
    conflict_id: Annotated[int, typer.Argument(help="Id, as `segops conflicts` lists it.", show_default=False)],
    values: Annotated[
        list[str] | None, typer.Option("--set", help="field=value; may be given again. Without a value it is cleared.")
    ] = None,
    json: Json = False,
) -> None:
    """Write values of your own to the product. Contested fields that are not set stay as they are.

    Example: segops conflicts edit 17 --set price="12.50 EUR"
    """
    given: dict[str, str] = {}
    for one in values or ():
        name, equals, value = one.partition("=")
        if not equals:
            raise WrongUsage(f"'{one}' sets nothing.", "Write field=value.")
        given[name.strip()] = value
    if not given:
        raise WrongUsage("There is nothing to write.", "Give --set field=value, or `accept` or `reject` the conflict.")
    _answer("edit", [conflict_id], None, values=given, json=json)


def _answer(
    what: "Answer",
    ids: list[int] | None,
    job: str | None,
    *,
    every: bool = False,
    values: dict[str, str] | None = None,
    json: bool,
) -> None:
    from segops_pipeline.imports.conflicts import resolve_job, resolve_some

    if bool(ids) == bool(job) or every != bool(job):
        raise WrongUsage("Which conflicts are meant?", "Give their ids, or --job JOB --all.")
    with opened() as stores:
        done = (
            resolve_job(stores, job, what, user_name())
            if job
            else resolve_some(stores, list(dict.fromkeys(ids or ())), what, user_name(), values)
        )
    if json:
        answer({"answered": done.answered, "changed": done.changed})
    else:
        say(f"Conflicts answered: {done.answered:,}. Products changed by that: {done.changed:,}.")


def _show(found: "list[tuple[str, Conflict]]") -> None:
    table(
        ["id", "sku", "field", "file last", "product now", "file now", "line", "job"],
        [
            [
                str(told["id"]),
                told["sku"],
                name,
                *(_shown(values[column]) for column in ("file_last", "product_now", "file_now")),
                f"{told['file']}:{told['line']}",
                told["job_id"],
            ]
            for told in (conflict.as_dict() for _, conflict in found)
            for name, values in told["fields"].items()
        ],
    )
    say("Answer them: segops conflicts accept ID …, reject ID …, or edit ID --set field=value")


def _shown(value: object) -> str | None:
    import orjson

    if value is None:
        return None
    return (value if isinstance(value, str) else orjson.dumps(value).decode())[:60]
