"""The options by which a person says what an import may do: its rules, shared by all commands that take them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segops_pipeline.errors import WrongUsage

if TYPE_CHECKING:
    from segops_pipeline.catalogue.rules import ImportRules

Policy = Annotated[
    str | None,
    typer.Option(help="What a row does to what is there: overwrite, replace, merge or fill.", show_default="overwrite"),
]
Match = Annotated[
    list[str] | None,
    typer.Option(help="Which product a row means: sku, or a field such as gtin; several together, given again."),
]
Mode = Annotated[
    str | None,
    typer.Option(
        help="Rows of a table may create, update or both; a Bizzkit file is imported to merge or overwrite.",
        show_default="both, or merge",
    ),
]
Empty = Annotated[str | None, typer.Option(help="What an empty cell does: keep or clear; else as the policy says.")]
Conflict = Annotated[
    str | None,
    typer.Option(help="Who wins where both have changed: keep, new, newer or review.", show_default="review"),
]
DatedBy = Annotated[str | None, typer.Option(help="Column that says how new a row is, for --conflict newer.")]
Absent = Annotated[
    str | None,
    typer.Option(
        help="The source's products that the file lacks: nothing, deactivate, delete.", show_default="nothing"
    ),
]
FieldRules = Annotated[
    list[str] | None,
    typer.Option(
        "--field",
        help="Rule of one field, as FIELD=POLICY or FIELD:RULE=VALUE: price=fill, description:empty=keep, "
        "stock:conflict=new; may be given again.",
    ),
]
AcceptGuards = Annotated[bool, typer.Option("--accept-guards", help="Go on with a plan that a guard holds.")]

OF_A_FIELD = ("policy", "empty", "conflict")
FIELD_HELP = "Write FIELD=POLICY or FIELD:RULE=VALUE, such as price=fill or description:empty=keep."


@dataclass(frozen=True, slots=True)
class RuleOptions:
    """The rules that the options of one command say; None is left to the mapping file, the job, the source."""

    match: Sequence[str] | None = None
    mode: str | None = None
    empty: str | None = None
    conflict: str | None = None
    dated_by: str | None = None
    absent: str | None = None
    fields: Sequence[str] | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The rules that are said, as `ImportRules.from_dict` reads them.

        Raises:
            WrongUsage: the rule of a field cannot be understood.
        """
        said: dict[str, Any] = {
            "match": list(self.match) if self.match else None,
            "mode": self.mode,
            "empty": self.empty,
            "conflict": self.conflict,
            "dated_by": self.dated_by,
            "absent": self.absent,
            "fields": _field_rules(self.fields or ()) or None,
        }
        return {name: value for name, value in said.items() if value is not None}

    def check(self) -> None:
        """Check what is said as far as that can be done without a file.

        Raises:
            WrongUsage: there is no such rule or value.
        """
        from segops_pipeline.catalogue.rules import ImportRules

        ImportRules.from_dict({"dated_by": "known later", **self.given})

    def over(self, before: "Mapping[str, Any] | ImportRules | None") -> "ImportRules | None":
        """The rules with what is said laid over those before; None where nothing is said.

        Raises:
            WrongUsage: there is no such rule or value, or they do not fit together.
        """
        from segops_pipeline.catalogue.rules import ImportRules

        given = self.given
        if not given:
            return before if isinstance(before, ImportRules) else None
        kept = before.as_dict() if isinstance(before, ImportRules) else dict(before or {})
        fields = {**kept.get("fields", {})}
        for name, rules in given.get("fields", {}).items():
            fields[name] = {**fields.get(name, {}), **rules}
        return ImportRules.from_dict({**kept, **given, "fields": fields})


NO_RULES = RuleOptions()


def _field_rules(words: Sequence[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for word in words:
        place, equals, value = word.rpartition("=")
        field, colon, rule = place.rpartition(":")
        if not colon or rule not in OF_A_FIELD:
            field, rule = place, "policy"
        if not (equals and field and value):
            raise WrongUsage(f"'{word}' is no rule of a field.", FIELD_HELP)
        found.setdefault(field, {})[rule] = value
    return found
