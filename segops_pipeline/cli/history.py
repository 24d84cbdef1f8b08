"""The command on what was imported: history."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segops_pipeline.cli.app import Json, app
from segops_pipeline.cli.session import opened
from segops_pipeline.cli.show import answer, say, table
from segops_pipeline.errors import WrongUsage

if TYPE_CHECKING:
    from segops_pipeline.stores.opening import Stores

KINDS = ("import", "undo", "redo")
Rows = Annotated[bool, typer.Option("--rows", help="With JOB: what became of each row of its file.")]


@app.command("history")
def history(
    job: Annotated[str | None, typer.Argument(help="One import, shown whole.", show_default=False)] = None,
    workspace: Annotated[str | None, typer.Option("--workspace", "-w", help="Only of this workspace.")] = None,
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None,
    status: Annotated[
        list[str] | None,
        typer.Option(help="Only in this state: mapping, pending, importing, done, failed; may be given again."),
    ] = None,
    kind: Annotated[list[str] | None, typer.Option(help=f"Only of this kind: {', '.join(KINDS)}.")] = None,
    user: Annotated[str | None, typer.Option(help="Only of this user.")] = None,
    file: Annotated[str | None, typer.Option(help="Only of files with this in their name.")] = None,
    since: Annotated[str | None, typer.Option(help="Only from this day (2026-01-31) or time on, UTC.")] = None,
    until: Annotated[str | None, typer.Option(help="Only up to this day or time, UTC.")] = None,
    sku: Annotated[str | None, typer.Option(help="Only those that changed this product; needs --workspace.")] = None,
    rows: Rows = False,
    outcome: Annotated[str | None, typer.Option(help="With --rows: only the rows of this outcome.")] = None,
    offset: Annotated[int, typer.Option(min=0, help="With --rows: how many to pass over.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 20,
    after: Annotated[str | None, typer.Option(help="Go on after this place, which the page before told.")] = None,
    original: Annotated[
        Path | None, typer.Option(help="With JOB: write the file as it was uploaded to this path.")
    ] = None,
    json: Json = False,
) -> None:
    """List every import, newest first, or show one whole: what it was, what it did, what it said.

    Example: segops history --workspace acme --since 2026-01-01 --status failed
    """
    with opened() as stores:
        if job is None:
            told = _page(
                stores,
                workspace,
                {
                    "source": source,
                    "statuses": status or (),
                    "kinds": kind or (),
                    "user": user,
                    "file": file,
                    "since": None if since is None else moment(since),
                    "until": None if until is None else moment(until, end=True),
                    "sku": sku,
                },
                limit,
                after,
            )
            answer(told) if json else _show_page(told)
        elif original is not None:
            told = _original(stores, job, original)
            answer(told) if json else say(f"{told['original_name']} is in {told['file']}.")
        elif rows:
            told = _rows(stores, job, offset, limit, outcome)
            answer(told) if json else _show_rows(told)
        else:
            told = _entry(stores, job)
            answer(told) if json else _show_entry(told)


def moment(given: str, *, end: bool = False) -> datetime:
    """A day or a time as a person types it, UTC unless it says otherwise; with `end` a day counts as a whole.

    Raises:
        WrongUsage: it is neither.
    """
    try:
        found = datetime.fromisoformat(given)
    except ValueError as error:
        raise WrongUsage(
            f"'{given}' is no day and no time.", "Write it like 2026-01-31 or 2026-01-31T08:00."
        ) from error
    if end and len(given) <= len("2026-01-31"):
        found += timedelta(days=1)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _page(
    stores: "Stores", workspace: str | None, chosen: dict[str, Any], limit: int, after: str | None
) -> dict[str, Any]:
    from segops_pipeline.imports.history import HistoryFilter, read_history
    from segops_pipeline.imports.workspaces import find_workspace

    database = stores.database
    workspace_id = None if workspace is None else find_workspace(database, workspace).id
    session = database.system_session() if workspace_id is None else database.workspace_session(workspace_id)
    with session as connection:
        page = read_history(connection, HistoryFilter(workspace_id, **chosen), limit=limit, after=after)
    return {"imports": page.entries, "next": page.next}


def _entry(stores: "Stores", job_id: str) -> dict[str, Any]:
    from segops_pipeline.imports.history import read_entry
    from segops_pipeline.imports.jobs import get_job

    found = get_job(stores.database, job_id)
    with stores.database.workspace_session(found.workspace_id) as connection:
        return read_entry(connection, found)


def _rows(stores: "Stores", job_id: str, offset: int, limit: int, outcome: str | None) -> dict[str, Any]:
    from segops_pipeline.imports.jobs import get_job
    from segops_pipeline.imports.results import read_results

    found = read_results(stores, get_job(stores.database, job_id), offset, limit, outcome)
    return {"job_id": job_id, "rows": found, "next": offset + limit if len(found) == limit else None}


def _original(stores: "Stores", job_id: str, target: Path) -> dict[str, Any]:
    from segops_pipeline.imports.history import write_original

    found = write_original(stores, job_id, target.absolute())
    return {"job_id": job_id, "file": str(target.absolute()), "original_name": found.file_name}


def _show_page(told: dict[str, Any]) -> None:
    if not told["imports"]:
        say("There is no such import.")
        return
    table(
        ["job", "when", "state", "created", "updated", "rejected", "file, from, by"],
        [
            [
                one["job_id"],
                f"{one['created_at'][5:16]}".replace("T", " "),
                _state(one) if one["kind"] == "import" else f"{one['kind']} {_state(one)}",
                *(one["counts"][name] or None for name in ("created", "updated", "rejected")),
                f"{one['file']}\n{one['workspace']}/{one['source']}, {one['user']}",
            ]
            for one in told["imports"]
        ],
    )
    if told["next"]:
        say(f"There are more: --after {told['next']}")


def _show_entry(told: dict[str, Any]) -> None:
    say(f"{told['kind'].capitalize()} {told['job_id']}: {_state(told)}")
    mapping = "; ".join(f"{column} → {target or 'skip'}" for column, target in (told["mapping"] or {}).items())
    plan = (told["plan"] or {}).get("words")
    lines = {
        "file": told["file"],
        "workspace and source": f"{told['workspace']}/{told['source']}",
        "by": told["user"],
        "at": " – ".join(time[:19].replace("T", " ") for time in (told["created_at"], told["finished_at"]) if time),
        "mapping": mapping,
        "policy": f"{told['policy']}, validation {told['validation']}",
        "rules": _listed(told["rules"]),
        "held by": "; ".join(guard["message"] for guard in told["held"] or ()),
        "takes back": told["undoes"],
        "taken back by": told["undone_by"],
        "plan": " ".join(plan) if plan else "",
        "counts": _listed(told["counts"]),
        "products absent": _listed({name: told[name] for name in ("deleted", "deactivated") if told[name]}),
        "issues": _listed(told["issues"]),
        "seconds": _listed(told["seconds"]),
        "error": (told["error"] or {}).get("message"),
        "before-images": f"purged {told['purged_at'][:10]}: it cannot be undone" if told["purged_at"] else "",
        "original file": "kept" if told["has_original"] else "",
    }
    for name, value in lines.items():
        if value:
            say(f"  {name}: {value}")
    if told["has_results"]:
        say(f"What became of each row: segops history {told['job_id']} --rows")


def _show_rows(told: dict[str, Any]) -> None:
    table(
        ["line", "key", "outcome", "version", "reason"],
        [[row[name] for name in ("line", "key", "outcome", "version", "reason")] for row in told["rows"]],
    )
    if told["next"] is not None:
        say(f"There may be more: --offset {told['next']}")


def _state(told: dict[str, Any]) -> str:
    taken_back = ", undone" if told["undone_by"] and "undone" not in (told["reason"] or "") else ""
    return told["status"] + (f": {told['reason']}" if told["reason"] else "") + taken_back


def _listed(values: dict[str, Any] | None) -> str:
    return ", ".join(f"{name} {value}" for name, value in (values or {}).items())
