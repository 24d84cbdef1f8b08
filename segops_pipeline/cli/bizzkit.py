"""The options by which a person says what kind of import a file is, and how a Bizzkit file is imported."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segops_pipeline.cli.show import say, table
from segops_pipeline.errors import WrongUsage

if TYPE_CHECKING:
    from segops_pipeline.imports.jobs import Job

FormatName = Annotated[
    str | None,
    typer.Option(
        "--format", help="Kind of import: table or bizzkit; without it a Bizzkit file is known by its columns."
    ),
]
Entity = Annotated[
    str | None,
    typer.Option(
        help="What a Bizzkit file is of, where its name and columns leave that open: product, brand, bundle_item, "
        "global_list_item, predefined_value, product_hierarchy or attribute."
    ),
]
Order = Annotated[
    str | None,
    typer.Option(help="Rows of a Bizzkit file come after those that they refer to (file), or in any order (any)."),
]
NullRemoves = Annotated[
    bool | None,
    typer.Option(
        "--null-removes/--null-keeps",
        help="In overwrite mode NULL under an attribute's bare name removes the attribute of a Bizzkit file's row.",
    ),
]
BIZZKIT = "bizzkit"  # the name of the format: see `imports.bizzkit`
MODES = ("merge", "overwrite")  # of a Bizzkit file; `--mode` has others for a table


@dataclass(frozen=True, slots=True)
class FormatOptions:
    """What the options of one command say of a file's format; None is left to the source, or to the file."""

    format: str | None = None
    entity: str | None = None
    mode: str | None = None
    order: str | None = None
    null_removes: bool | None = None

    @classmethod
    def of(
        cls,
        format_: str | None,
        entity: str | None,
        mode: str | None,
        order: str | None,
        null_removes: bool | None,
        *,
        is_of_table: bool = False,
    ) -> "FormatOptions":
        """The options; `is_of_table`: others are given that only a table takes, so that it is one.

        Raises:
            WrongUsage: there is no such format or value, or the format does not have the option.
        """
        from segops_pipeline.imports.formats import TABLE, checked_format

        given = cls(format_, entity, mode if mode in MODES else None, order, null_removes)
        said = checked_format(given.format, given.options)
        if said == BIZZKIT and is_of_table:
            raise WrongUsage(
                "A Bizzkit file takes no mapping, template, policy or rules: its columns say what they are.",
                "Leave them out, or import it with --format table.",
            )
        return replace(given, format=TABLE if said is None and is_of_table else said)

    @property
    def options(self) -> dict[str, Any]:
        """Those of the format itself that are said."""
        said = {
            "entity": self.entity,
            "mode": self.mode,
            "order": self.order,
            "null_removes": self.null_removes,
        }
        return {name: value for name, value in said.items() if value is not None}


NO_FORMAT = FormatOptions()


def mode_of_rules(mode: str | None) -> str | None:
    """What `--mode` says of an import's rules: nothing where it is the mode of a Bizzkit file."""
    return None if mode in MODES else mode


def recognised(job: "Job") -> dict[str, Any]:
    """What a Bizzkit file was recognised as."""
    from segops_pipeline.imports.bizzkit import shown_as

    return shown_as(job)


def show_recognised(told: Mapping[str, Any]) -> None:
    """What a Bizzkit file was recognised as, and what each of its columns is."""
    what = told["entity"] or f"open: {' or '.join(told['candidates']) or 'nothing fits'}"
    said = f"{told['file']}: {what}, mode {told['mode']}, order {told['order']}"
    say(said + (", NULL removes attributes" if told["null_removes"] else ""))
    columns = [(one["place"], _own(one)) for one in told["special"]]
    columns += [(one["place"], _attribute(one)) for one in told["attributes"]]
    if columns:
        table(["column", "is", "of", "segment"], [row for _, row in sorted(columns, key=lambda one: one[0])])


def _own(column: Mapping[str, Any]) -> list[object]:
    return [column["header"], column["name"], column["number"], column["segment"]]


def _attribute(column: Mapping[str, Any]) -> list[object]:
    words = ["attribute", "external" if column["external"] else "", "by reference" if column["by_reference"] else ""]
    index = "" if column["index"] is None else f"[{column['index']}]"
    field = "" if column["field"] is None else f"/{column['field']}"
    return [column["header"], " ".join(filter(None, words)), f"{column['code']}{index}{field}", column["segment"]]
