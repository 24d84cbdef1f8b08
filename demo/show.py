"""How the demo looks: every section at 80 columns. What belongs here: printing, and nothing that works."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from demo.catalogue import Agreement, Product
from demo.importing import Imported
from demo.revising import Revised
from demo.suppliers import SUPPLIERS, WORKSPACE
from segops_pipeline.catalogue.export import cell
from segops_pipeline.config import Settings
from segops_pipeline.search.query import SearchHit

WIDTH = 80
INDENT = (0, 0, 0, 1)
COUNTS = ("rows", "created", "updated", "unchanged", "rejected", "skipped")
ISSUES_SHOWN = 4
TARGETS = ("sku", "name", "price", "weight_g", "in_stock", "release_date", "tags")
FIELDS = {
    "brand": "text",
    "category": "text",
    "price": "price",
    "regional_prices": "multi_price",
    "weight_g": "number",
    "in_stock": "boolean",
    "release_date": "datetime",
    "tags": "list",
}


def make_console() -> Console:
    """Standard output, never wider than 80 columns."""
    console = Console(highlight=False)
    return Console(highlight=False, width=min(WIDTH, console.width))


def heading(console: Console, words: str) -> None:
    """Begin a section."""
    console.print()
    console.print(Text(words, style="bold cyan"))


def counts(console: Console, imported: Sequence[Imported]) -> None:
    """Show each job's counts, their totals, and in words what they come to."""
    table = _table("job", *COUNTS)
    for one in imported:
        table.add_row(one.supplier.name, *(_count(one.told["counts"][name]) for name in COUNTS))
    totals = {name: sum(one.told["counts"][name] for one in imported) for name in COUNTS}
    table.add_row("together", *(_count(totals[name]) for name in COUNTS), style="bold")
    console.print(Padding(table, (1, 0, 1, 1)))
    console.print(Text(f" {sentence(totals)}", style="green"))


def sentence(totals: Mapping[str, int]) -> str:
    """Say what the counts come to; a file that has been imported before changes nothing."""
    if totals["created"] or totals["updated"]:
        return (
            f"{totals['created'] + totals['updated']} rows written, {totals['unchanged']} unchanged, "
            f"{totals['rejected']} rejected, {totals['skipped']} folded into a later row."
        )
    return (
        f"{totals['unchanged']} rows unchanged, {totals['rejected']} rejected again, {totals['skipped']} folded again."
    )


def issues(console: Console, imported: Sequence[Imported]) -> None:
    """Show the first issues of each job, one for each line of its file; or why a job failed."""
    table = Table.grid(padding=(0, 1))
    table.add_column(width=7, justify="right", style="dim", no_wrap=True)
    table.add_column(max_width=18)
    table.add_column()
    for one in imported:
        table.add_row("", Text(one.supplier.name, style="bold"), Text(f"job {one.told['job_id']}", style="dim"))
        for issue in _first_issues(one):
            place = f"line {issue['line']}" if "line" in issue else ""
            style = {"error": "red", "warning": "yellow"}.get(issue["level"], "blue")
            table.add_row(place, Text(issue.get("column", ""), style=style), Text(issue["message"]))
    console.print(Padding(table, INDENT))


def revised(console: Console, found: Revised) -> None:
    """Show what a plan said of the next price list, then what its import and the undo of that did."""
    counts = found.plan.counts
    console.print(Text(f" segops plan {found.supplier.file.replace('.csv', '_next.csv')}", style="bold"))
    console.print(Text("   " + ", ".join(f"{number} {name}" for name, number in counts.items() if number)))
    for one in (change for change in found.cells if change.outcome == "updated"):
        line = Text(f"   {one.sku}  {one.field}: ").append(one.before or "(empty)", style="red").append(" → ")
        console.print(line.append(one.after or "(empty)", style="green"))
    for sentence_ in found.plan.summary["words"]:
        console.print(Text(f"   • {sentence_}"))
    for command, told, what in (
        (f"import --plan {found.plan.token}", found.applied, "updated, as planned"),
        (f"undo {found.applied['job_id']}", found.undone, "as they were before"),
    ):
        console.print(Text(f" segops {command}", style="bold"))
        console.print(Text(f"   {told['status']}: {told['counts']['updated']} products {what}"))


def mappings(console: Console, imported: Sequence[Imported]) -> None:
    """Show which column of each supplier became which target."""
    table = _table("", *(one.language for one in SUPPLIERS), numbers=False)
    for target in TARGETS:
        columns = [_column(one, target) for one in imported]
        table.add_row(Text(target, style="bold"), *(Text(column) for column in columns))
    console.print(Padding(table, INDENT))


def products(console: Console, found: Sequence[Product]) -> None:
    """Show products with their values as they are typed."""
    table = _table("sku", "", *(product.sku for product in found), numbers=False)
    table.padding = (0, 0)
    table.columns[1].no_wrap = True
    table.add_row(Text("name", style="bold"), "", *(Text(product.name) for product in found))
    for key, type_ in FIELDS.items():
        values = [Text(_value(product.data.get(key))) for product in found]
        table.add_row(Text(key, style="bold"), Text(type_, style="dim"), *values)
    console.print(Padding(table, INDENT))


def aggregates(console: Console, prices: Sequence[Mapping[str, Any]], colours: Sequence[Mapping[str, Any]]) -> None:
    """Show the range of the prices, and the most frequent colours as bars."""
    table = _table("field", "currency", "prices", "lowest", "average", "highest")
    for row in prices:
        table.add_row(*(str(row[name]) for name in table_names(table)))
    console.print(Padding(table, INDENT))
    most = max((row["products"] for row in colours), default=1)
    bars = Table.grid(padding=(0, 1))
    bars.add_column(min_width=16)
    for row in colours:
        bars.add_row(Text(row["value"]), Text("█" * round(32 * row["products"] / most), "cyan"), str(row["products"]))
    console.print(Padding(bars, (1, 0, 0, 1)))


def table_names(table: Table) -> list[str]:
    """The headers of a table."""
    return [str(column.header) for column in table.columns]


def searches(console: Console, found: Mapping[str, Sequence[SearchHit]]) -> None:
    """Show what each query found, the nearest first."""
    table = Table.grid(padding=(0, 1))
    for query, hits in found.items():
        table.add_row("", Text(f"“{query}”", style="italic"), "")
        for hit in hits:
            table.add_row(f"{hit.score:.2f}", Text(f"{hit.name}"), Text(hit.sku, style="dim"))
    console.print(Padding(table, INDENT))


def agreement(console: Console, found: Agreement) -> None:
    """Show whether the stores agree."""
    console.print()
    words = (
        f"{found.products} products in PostgreSQL, {found.in_clickhouse} in ClickHouse, "
        f"{found.products - found.without_embedding} with an embedding."
    )
    console.print(Text(words, style="green" if found.agrees else "bold red"))


def next_steps(console: Console, settings: Settings) -> None:
    """Say what to open next."""
    installed = Path(sys.executable).with_name("segops")
    segops = _near(installed) if installed.exists() else "segops"
    host = f"http://{settings.web_host}:{settings.web_port}"
    inbox = _near(settings.inbox / WORKSPACE / SUPPLIERS[0].name)
    steps = [
        (f"{segops} up", f"the pages, where its first line signs you in, and Dagster's UI at {host}; Ctrl-C ends it"),
        (f"cp FILE {inbox}/", "while it runs, a newer price list imports itself"),
        (f"{segops} exec -- psql", "try: SELECT sku, name, data FROM products;"),
        (f"{segops} search 'red lamp' -w {WORKSPACE}", "ask for something else"),
        ("make demo", "once more: every row is unchanged"),
    ]
    table = Table.grid(padding=(0, 1))
    for command, words in steps:
        table.add_row(Text(command, style="bold"))
        table.add_row(Text(f"    {words}", style="dim"))
    console.print(Padding(table, INDENT))


def _table(first: str, *others: str, numbers: bool = True) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right" if numbers else "left", overflow="fold")
    return table


def _count(number: int) -> Text:
    return Text(f"{number:,}", style="" if number else "dim")


def _first_issues(one: Imported) -> list[dict[str, Any]]:
    """Errors first, then by line; what is said of a whole column is left out where the job is done."""
    if not one.done:
        return one.told["issues"][:ISSUES_SHOWN]
    by_line: dict[int, dict[str, Any]] = {}
    for issue in one.told["issues"]:
        if "line" in issue:
            by_line.setdefault(issue["line"], issue)
    return list(by_line.values())[:ISSUES_SHOWN]


def _column(one: Imported, target: str) -> str:
    return next((column for column, to in one.mapping.items() if to == target), "–")


def _value(value: Any) -> str:  # noqa: ANN401 - any JSON value
    if value is None:
        return "–"
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return ", ".join(value)
    return cell(value)


def _near(path: Path) -> str:
    """A path as one types it from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
