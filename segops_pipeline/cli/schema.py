"""Commands on the product schema: show, rules, template."""

from pathlib import Path
from typing import Annotated

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, WorkspaceName, app
from segops_pipeline.cli.session import opened
from segops_pipeline.cli.show import answer, say, table
from segops_pipeline.errors import WrongUsage

schema = typer.Typer(help="The fields of a workspace: their rules, and a file to fill in.", no_args_is_help=True)
app.add_typer(schema, name="schema")


@schema.command("show")
def show(workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """Show the fields of a workspace: type, whether they are required, and the rules of their values.

    Example: segops schema show -w acme
    """
    from segops_pipeline.catalogue.schema import load_fields
    from segops_pipeline.imports.workspaces import ensure_workspace

    with opened() as stores:
        found = ensure_workspace(stores.database, workspace)
        with stores.database.workspace_session(found.id) as connection:
            fields = load_fields(connection)
    if json:
        answer({"workspace": found.name, "fields": [{**one.as_dict(), "rules": list(one.rules)} for one in fields]})
    elif not fields:
        say(f"The workspace {found.name} has no fields yet: the first import makes them.")
    else:
        rows = [(one.key, one.label, one.type, "yes" if one.required else "", "; ".join(one.rules)) for one in fields]
        table(["field", "label", "type", "required", "rules"], rows)


@schema.command("rules")
def rules(
    field: Annotated[str, typer.Argument(help="Key of the field, as `segops schema show` lists it.")],
    rule: Annotated[
        list[str] | None,
        typer.Option(
            "--rule",
            "-r",
            help="A rule of its values, such as: required, number 0..100, length 1..80, pattern [A-Z]+, "
            "one of: red | blue, gtin, email, phone DE, url, unique. Repeat it for several.",
            show_default=False,
        ),
    ] = None,
    none: Annotated[bool, typer.Option("--none", help="Take all of its rules away.")] = False,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """Set the rules of a field, in the place of those that it has; rows of later imports that break one are rejected.

    Example: segops schema rules gtin -r gtin -r unique -w acme
    """
    from segops_pipeline.catalogue.schema import set_rules
    from segops_pipeline.imports.workspaces import ensure_workspace

    if bool(rule) == none:
        raise WrongUsage("Either rules are set or all are taken away.", "Name them with --rule, or say --none.")
    with opened() as stores:
        found = ensure_workspace(stores.database, workspace)
        with stores.database.workspace_session(found.id) as connection:
            kept = set_rules(connection, field, rule or [])
    told = {"workspace": found.name, "field": field, "rules": list(kept)}
    answer(told) if json else say(f"{field}: {'; '.join(kept) or 'no rules'}")


@schema.command("template")
def template(
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.", show_default=False)],
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    file_format: Annotated[
        str | None, typer.Option("--format", help="csv or xlsx.", show_default="by the file's name, else csv")
    ] = None,
    json: Json = False,
) -> None:
    """Write a file to fill in: sku, name and every field, two example rows, and how each column is written.

    Example: segops schema template -w acme -o products.xlsx
    """
    from segops_pipeline.catalogue.fill_in import FORMATS, write_fill_in
    from segops_pipeline.catalogue.schema import load_fields
    from segops_pipeline.imports.workspaces import ensure_workspace

    named = output.suffix.lower().removeprefix(".")
    chosen = file_format or (named if named in FORMATS else "csv")
    if chosen not in FORMATS:
        raise WrongUsage(f"There is no format '{chosen}'.", f"Choose one of: {', '.join(FORMATS)}.")
    if not output.absolute().parent.is_dir():
        raise WrongUsage("The folder of the output file does not exist.", "Make it first.", file=str(output))
    with opened() as stores:
        found = ensure_workspace(stores.database, workspace)
        with stores.database.workspace_session(found.id) as connection:
            fields = load_fields(connection)
        columns = write_fill_in(fields, output.absolute(), chosen, found.default_currency)
    told = {"file": str(output.absolute()), "format": chosen, "columns": [column.header for column in columns]}
    answer(told) if json else say(
        f"{output} has {len(columns)} columns to fill in: segops import {output} -w {found.name}"
    )
