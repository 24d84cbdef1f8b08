"""The rules of an import: which product a row means, what it may do to it, and who wins where both have changed.

What belongs here: the closed set of rules, read from JSON and checked. What doesn't: doing them (`plan`), and the
whole-row policies (`policies`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from segops_pipeline.errors import WrongUsage

POLICY_NAMES = ("overwrite", "replace", "merge", "fill")
MODES = ("both", "create", "update")
EMPTY = ("keep", "clear")
# seed 001_c1dc1bdbebbf3ced.txt, "Conflict Resolution Strategies": always keep existing, always use new, use newer
# by date, manual review queue
CONFLICT_RULES = ("keep", "new", "newer", "review")
ABSENT = ("nothing", "deactivate", "delete")
SKU = "sku"


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What an import does to one field, where that is not what it does to all; None: as to all."""

    policy: str | None = None
    empty: str | None = None
    conflict: str | None = None

    def as_dict(self) -> dict[str, str]:
        """What is set, ready for JSON."""
        given = {"policy": self.policy, "empty": self.empty, "conflict": self.conflict}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True)
class ImportRules:
    """The rules of one import beside its policy and validation.

    `match` names what identifies a product: `sku`, or fields whose values together do (a GTIN, an external id, a
    composite). `mode` says whether rows may create, update or both. `empty` is what an empty cell does (None: as the
    policy says), `conflict` who wins where file and product have both changed since the source's last import (None:
    `review`), `dated_by` the column whose date `newer` compares. `absent` is what becomes of products of this source
    that a full feed lacks. `fields` has the rules of single fields (`name` among them).
    """

    match: tuple[str, ...] = (SKU,)
    mode: str = "both"
    empty: str | None = None
    conflict: str | None = None
    dated_by: str | None = None
    absent: str = "nothing"
    fields: Mapping[str, FieldRule] = field(default_factory=dict[str, FieldRule])

    def as_dict(self) -> dict[str, Any]:
        """What differs from the defaults, ready for JSON."""
        told: dict[str, Any] = {
            "match": list(self.match) if self.match != (SKU,) else None,
            "mode": self.mode if self.mode != "both" else None,
            "empty": self.empty,
            "conflict": self.conflict,
            "dated_by": self.dated_by,
            "absent": self.absent if self.absent != "nothing" else None,
            "fields": {name: rule.as_dict() for name, rule in self.fields.items() if rule.as_dict()} or None,
        }
        return {name: value for name, value in told.items() if value is not None}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any] | None) -> "ImportRules":
        """Read what `as_dict` wrote, or a person did.

        Raises:
            WrongUsage: a rule or value that does not exist, or `newer` without a column that dates the rows.
        """
        given = dict(data or {})
        match = given.pop("match", None) or [SKU]
        fields = given.pop("fields", None) or {}
        if not isinstance(fields, Mapping):
            raise WrongUsage("'fields' of the rules must be an object of field: rules.", HELP)
        match = [match] if isinstance(match, str) else match
        if not isinstance(match, list | tuple) or not all(isinstance(name, str) for name in match):
            raise WrongUsage("'match' of the rules must be sku or a list of fields.", HELP)
        if not isinstance(given.get("dated_by"), str | None):
            raise WrongUsage("'dated_by' of the rules must be a column.", HELP)
        rules = cls(
            tuple(match),
            _choice("mode", given.pop("mode", None) or "both", MODES),
            _optional("empty", given.pop("empty", None), EMPTY),
            _optional("conflict", given.pop("conflict", None), CONFLICT_RULES),
            given.pop("dated_by", None),
            _choice("absent", given.pop("absent", None) or "nothing", ABSENT),
            {str(name): _field_rule(rule) for name, rule in fields.items()},
        )
        if given:
            raise WrongUsage(f"There is no import rule '{next(iter(given))}'.", HELP)
        conflicts = {rules.conflict, *(rule.conflict for rule in rules.fields.values())}
        if "newer" in conflicts and not rules.dated_by:
            raise WrongUsage(
                "The conflict rule 'newer' needs the column that dates the rows.", "Name it: dated_by, or --dated-by."
            )
        return rules


DEFAULT_RULES = ImportRules()
HELP = (
    f"Rules are: match (sku or fields), mode ({', '.join(MODES)}), empty ({', '.join(EMPTY)}), "
    f"conflict ({', '.join(CONFLICT_RULES)}), dated_by (a column), absent ({', '.join(ABSENT)}), "
    f"fields (each with policy ({', '.join(POLICY_NAMES)}), empty, conflict)."
)


def _field_rule(data: Any) -> FieldRule:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(data, Mapping):
        raise WrongUsage("The rules of a field must be an object of rule: value.", HELP)
    given = dict(data)
    rule = FieldRule(
        _optional("policy", given.pop("policy", None), POLICY_NAMES),
        _optional("empty", given.pop("empty", None), EMPTY),
        _optional("conflict", given.pop("conflict", None), CONFLICT_RULES),
    )
    if given:
        raise WrongUsage(f"There is no rule '{next(iter(given))}' of a field.", HELP)
    return rule


def _optional(what: str, given: Any, known: tuple[str, ...]) -> str | None:  # noqa: ANN401 - whatever JSON holds
    return None if given is None else _choice(what, given, known)


def _choice(what: str, given: Any, known: tuple[str, ...]) -> str:  # noqa: ANN401 - whatever JSON holds
    if given not in known:
        raise WrongUsage(f"'{given}' is no {what}.", f"Choose one of: {', '.join(known)}.")
    return given
