"""How results are shown: for people with rich, for scripts as one line of JSON. Nothing else prints."""

import json
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from segops_pipeline.errors import SegopsError
from segops_pipeline.stores.database import Database

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

POLL_SECONDS = 0.2
STAGES = {
    "parsed_upload": "Reading",
    "inferred_schema": "Understanding",
    "import_plan": "Planning",
    "upserted_products": "Applying",
    "clickhouse_products": "To ClickHouse",
    "product_embeddings": "Embedding",
}
COLOURS = {"done": "green", "failed": "red", "mapping": "yellow", "pending": "cyan", "importing": "cyan"}


def answer(content: object) -> None:
    """One line of JSON, the last on standard output."""
    sys.stdout.write(json.dumps(content, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """A line for people, shown as it is: it may hold headers, paths and JSON, which no one shall wrap or mark up."""
    out.print(text, markup=False, soft_wrap=True)


def complain(error: SegopsError) -> None:
    """An error as a sentence with its remedy, on standard error."""
    where = f"{error.file}: " if error.file else ""
    err.print(Text(f"Error: {where}{error.message}", style="bold red"))
    places = [f"{n} {v}" for n, v in (("line", error.line), ("column", error.column), ("value", error.value)) if v]
    if places:
        err.print(Text(f"  at {', '.join(places)}"))
    if error.remedy:
        err.print(Text(f"  {error.remedy}"))


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table; cell text is data and is shown as it is, None as –. Counts and other numbers stand on the right."""
    shown = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for place, column in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[place], int | float | None) for row in rows)
        # an id that is folded cannot be copied
        shown.add_column(column, justify="right" if numeric else "left", overflow="fold", no_wrap=column == "job")
    for row in rows:
        shown.add_row(*(_cell(value) for value in row))
    out.print(shown)


def columns(suggested: Sequence[Mapping[str, Any]]) -> None:
    """What the columns of a file would be mapped to; those that are empty are named in one line."""
    empty = [column["name"] for column in suggested if column["target"] is None and column["source"] == "none"]
    rest = [column for column in suggested if column["name"] not in empty]
    if rest:
        table(
            ["column", "type", "target", "score", "reason"],
            [[c["name"], c["type"], c["target"] or "– skip –", f"{c['confidence']:.2f}", c["reason"]] for c in rest],
        )
    if empty:
        out.print(Text(f"Skipped, as every row is empty: {', '.join(empty)}"))


def counts(outcome: Mapping[str, Any]) -> None:
    """A job's outcome: its state, its counts and its first issues."""
    state = outcome["status"] + (f" ({outcome['reason']})" if outcome["reason"] else "")
    out.print(Text(f"Job {outcome['job_id']}: "), Text(state, style=COLOURS[outcome["status"]]), sep="", end="\n")
    if any(outcome["counts"].values()):
        table(list(outcome["counts"]), [list(outcome["counts"].values())])
    for issue in outcome["issues"]:
        issue_line(issue)


def issue_line(issue: Mapping[str, Any]) -> None:
    """One issue on one line, which is not wrapped, so that what it says to type can be copied."""
    place = ", ".join(f"{word} {issue[word]}" for word in ("line", "column", "value") if word in issue)
    colour = {"error": "red", "warning": "yellow"}.get(issue["level"], "blue")
    rest = " ".join(filter(None, [place and f"{place}:", issue["message"], issue.get("suggestion")]))
    out.print(Text(f"  {issue['level']:8}", style=colour), Text(rest), sep="", soft_wrap=True)


@contextmanager
def progress_of(database: Database, job_id: str) -> Generator[None]:
    """Show a job's progress, stage by stage, on standard error while the work inside goes on."""
    ended = threading.Event()
    columns = (TextColumn("{task.description:15}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=False) as bars:
        watcher = threading.Thread(target=_watch_quietly, args=(database, job_id, bars, ended), daemon=True)
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join()


def _watch_quietly(database: Database, job_id: str, bars: Progress, ended: threading.Event) -> None:
    with suppress(SegopsError):  # a store that went away is told by the work itself
        _watch(database, job_id, bars, ended)


def _watch(database: Database, job_id: str, bars: Progress, ended: threading.Event) -> None:
    from segops_pipeline.imports.jobs import get_job

    tasks: dict[str, Any] = {}
    going = True
    while going:
        going = not ended.wait(POLL_SECONDS)
        job = get_job(database, job_id)
        if job.stage is None:
            continue
        if job.stage not in tasks:
            _complete(bars, tasks)
            tasks[job.stage] = bars.add_task(STAGES.get(job.stage, job.stage), total=job.stage_total or None)
        bars.update(tasks[job.stage], total=job.stage_total or None, completed=job.stage_done or 0)
    if get_job(database, job_id).status != "failed":
        _complete(bars, tasks)


def _complete(bars: Progress, tasks: Mapping[str, Any]) -> None:
    for task in tasks.values():
        total = bars.tasks[bars.task_ids.index(task)].total or 1
        bars.update(task, total=total, completed=total)


def _cell(value: object) -> Text:
    if value is None:
        return Text("–")
    if isinstance(value, Text):
        return value
    return Text(f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value))
