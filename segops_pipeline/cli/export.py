"""`segops export`: the catalogue as a file, which an import reads again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, WorkspaceName, app
from segops_pipeline.cli.session import opened
from segops_pipeline.cli.show import answer, issue_line, say
from segops_pipeline.errors import Issue, WrongUsage

if TYPE_CHECKING:
    from segops_pipeline.catalogue.filters import ListingFilter
    from segops_pipeline.imports.workspaces import Workspace
    from segops_pipeline.stores.opening import Stores

FORMATS = ("csv", "xlsx", "jsonl", "parquet", "bizzkit")
Values = list[str] | None


@dataclass(frozen=True, slots=True)
class _Order:
    """What is asked for."""

    output: Path
    format: str
    wanted: "ListingFilter"
    safe: bool
    source: str | None = None
    template: str | None = None
    every: bool = False
    entity: str | None = None
    mode: str = "merge"


@dataclass(frozen=True, slots=True)
class _Told:
    """What was written, and what there is to say of it."""

    counts: Mapping[str, int]
    notes: Sequence[Issue] = field(default_factory=list[Issue])


@app.command("export")
def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.", show_default=False)],
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    file_format: Annotated[str, typer.Option("--format", help=f"One of: {', '.join(FORMATS)}.")] = "csv",
    source: Annotated[str | None, typer.Option(help="Its products, in the columns of its own last file.")] = None,
    template: Annotated[str | None, typer.Option(help="In the columns of this mapping template.")] = None,
    every: Annotated[bool, typer.Option("--all", help="With --source: products of other sources too.")] = False,
    entity: Annotated[str | None, typer.Option(help="Of bizzkit: only this kind of records, as one CSV file.")] = None,
    mode: Annotated[str, typer.Option(help="Of bizzkit: the mode to import it in: merge or overwrite.")] = "merge",
    query: Annotated[str, typer.Option("--query", "-q", help="Only products with these words.")] = "",
    where: Annotated[Values, typer.Option(help="Only products with field=value; may be given again.")] = None,
    at_least: Annotated[Values, typer.Option(help="Only from field=value on; may be given again.")] = None,
    at_most: Annotated[Values, typer.Option(help="Only up to field=value; may be given again.")] = None,
    inactive: Annotated[bool, typer.Option("--inactive", help="Products that are not active too.")] = False,
    safe: Annotated[bool, typer.Option("--safe", help="CSV that no spreadsheet takes for formulas.")] = False,
    json: Json = False,
) -> None:
    """Write the active products to a file: sku, name and every field, in a stable order; `import` reads it again.

    Example: segops export --source acme -o acme.xlsx, then edit it and: segops import acme.xlsx --source acme
    """
    from segops_pipeline.catalogue.filters import ListingFilter
    from segops_pipeline.imports.workspaces import find_workspace

    wanted = ListingFilter(
        query, _several(where), _one_each(at_least), _one_each(at_most), is_active=None if inactive else True
    )
    order = _Order(output.absolute(), file_format, wanted, safe, source, template, every, entity, mode)
    _check(order)
    with opened() as stores:
        told = _write(stores, find_workspace(stores.database, workspace), order)
    if json:
        notes = {"notes": [note.as_dict() for note in told.notes]} if told.notes else {}
        answer({"file": str(order.output), **told.counts, **notes})
        return
    counts = ", ".join(f"{number:,} {name}" for name, number in told.counts.items())
    say(f"{counts or 'Nothing but what people make'} in {output}.")
    for note in told.notes:
        issue_line(note.as_dict())


def _check(order: _Order) -> None:
    if order.format not in FORMATS:
        raise WrongUsage(f"There is no export format '{order.format}'.", f"Choose one of: {', '.join(FORMATS)}.")
    if not order.output.parent.is_dir():
        raise WrongUsage("The folder of the output file does not exist.", "Make it first.", file=str(order.output))
    if order.source and order.template:
        raise WrongUsage("Give --source or --template, and not both.", "Leave one of them out.")
    if order.format == "bizzkit" and (order.source or order.template):
        raise WrongUsage("The bizzkit format has columns of its own.", "Leave --source and --template out.")
    if order.format == "bizzkit" and order.safe:
        raise WrongUsage("The bizzkit format is exact.", "Leave --safe out, or export as csv.")
    if order.format != "bizzkit" and order.entity is not None:
        raise WrongUsage("--entity is for the bizzkit format.", "Give --format bizzkit too, or leave it out.")
    if order.every and not order.source:
        raise WrongUsage("--all says which products of a source are meant.", "Give --source too, or leave it out.")


def _write(stores: "Stores", workspace: "Workspace", order: _Order) -> _Told:
    if order.source or order.template:
        from segops_pipeline.imports.round_trip import RoundTrip, export_own

        made = export_own(
            stores,
            workspace,
            order.output,
            RoundTrip(order.source, order.template, order.wanted, order.format, order.safe, order.every),
        )
        return _Told({"products": made.products}, made.notes)
    if order.format == "bizzkit":
        return _write_bizzkit(stores, workspace, order)
    from segops_pipeline.catalogue.export_files import export_products

    with stores.database.workspace_session(workspace.id) as connection:
        count = export_products(connection, workspace.id, order.output, order.wanted, order.format, safe=order.safe)
    return _Told({"products": count})


def _write_bizzkit(stores: "Stores", workspace: "Workspace", order: _Order) -> _Told:
    from segops_pipeline.catalogue.pim.export import BizzkitExport, export_bizzkit
    from segops_pipeline.formats.bizzkit.entities import SHOWN

    what = BizzkitExport.given(order.entity, order.mode, order.wanted)
    if order.output.suffix.lower() != what.suffix:
        raise WrongUsage(
            f"What is exported is a {what.suffix} file.",
            "Name the output so; --entity writes one CSV file of its kind, without it all are in a zip.",
            file=str(order.output),
        )
    with stores.database.workspace_session(workspace.id) as connection:
        made = export_bizzkit(connection, workspace.id, order.output, what)
    return _Told({SHOWN[entity]: number for entity, number in made.counts.items()}, made.notes)


def _several(given: Values) -> dict[str, list[str]]:
    """What fields must have: of a field that is given again one value is enough."""
    found: dict[str, list[str]] = {}
    for name, value in map(_split, given or ()):
        found.setdefault(name, []).append(value)
    return found


def _one_each(given: Values) -> dict[str, str]:
    return dict(map(_split, given or ()))


def _split(said: str) -> tuple[str, str]:
    name, equals, value = said.partition("=")
    if not equals or not name.strip():
        raise WrongUsage(f"'{said[:60]}' is no condition.", "Write it as field=value.")
    return name.strip(), value
