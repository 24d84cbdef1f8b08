"""The command that shows what a mapping makes of a file's cells before it is confirmed."""

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segops_pipeline.cli.app import Json, app
from segops_pipeline.cli.session import opened
from segops_pipeline.cli.show import answer, say, table

if TYPE_CHECKING:
    from segops_pipeline.imports.preview import PreviewedColumn


@app.command("preview")
def preview_(
    job_id: Annotated[str, typer.Argument(help="The job's id, as `segops jobs` lists it.", show_default=False)],
    column: Annotated[
        str | None,
        typer.Option(help="Only this column; without it those with steps, or else all that are mapped."),
    ] = None,
    step: Annotated[
        list[str] | None,
        typer.Option(help="A step to try on the column, such as 'unit g to kg'; may be given again."),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="Mapping to try: the JSON file that an import wrote, edited.")
    ] = None,
    json: Json = False,
) -> None:
    """Show what becomes of a file's cells: as in the file, after the steps, and as a value. Nothing is written.

    Example: segops preview 20260102-030405-9f86d081 --column Weight --step "unit g to kg"
    """
    from segops_pipeline.imports.mapping_file import read_mapping
    from segops_pipeline.imports.preview import preview

    confirmation = read_mapping(mapping) if mapping is not None else None
    with opened() as stores:
        found = preview(stores, job_id, column=column, steps=step or None, confirmation=confirmation)
    if json:
        answer([one.as_dict() for one in found])
        return
    for one in found:
        _show(one)


def _show(found: "PreviewedColumn") -> None:
    steps = f": {' → '.join(found.steps)}" if found.steps else ""
    say(f"{found.column} → {found.target or 'skipped'} ({found.type}){steps}")
    rows: list[list[str]] = []
    for cell in found.cells:
        shown = "" if cell.value is None else json_text.dumps(cell.value, ensure_ascii=False)
        value = f"refused: {cell.refusal['message']}" if cell.refusal else shown
        rows.append([cell.before, *([cell.after] if found.steps else []), value])
    table(["in the file", *(["after the steps"] if found.steps else []), "value"], rows)
